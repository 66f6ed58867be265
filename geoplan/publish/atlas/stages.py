"""The sheets of one stage: schools of today, who they reach, gaps, the layout as planned, and who it reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.publish.atlas import panel, phrases
from geoplan.publish.atlas.canvas import Canvas
from geoplan.publish.atlas.furniture import north_arrow, scale_bar
from geoplan.publish.atlas.ground import draw_district_names, draw_ground
from geoplan.publish.atlas.marks import (
    ENDING_SIGN,
    draw_gaps,
    draw_outside,
    draw_schools,
    draw_sites,
    school_sign,
    service_sign,
)
from geoplan.publish.atlas.sheet import AtlasSheet, LegendItem, Sign
from geoplan.publish.atlas.stage_tables import coverage_table, gaps_table, schools_table, sites_table
from geoplan.publish.sheets import noun
from geoplan.publish.styles import STATE_ZH

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geoplan.plan import StagePlan, View
    from geoplan.publish.atlas.page import Page
    from geoplan.publish.atlas.sheet import Folio, SheetTable

_MOST_GAP_NAMES = 40
_TRAVEL_EN = {"straight": "straight line", "walk": "on foot"}
STATUS_ZH = {"optimal": "已证明最优", "feasible": "可行，未证明最优", "infeasible": "无解", "time_limit": "时限内无解"}


def stage_sheets(folio: Folio, stage_plan: StagePlan) -> list[AtlasSheet]:
    """All sheets of a stage in their order."""
    stage = stage_plan.stage
    zh, en = stage.zh, stage.value.capitalize()
    views = stage_plan.views

    def sheet(slug: str, title: str, title_en: str, compose: Callable[[Page], None]) -> AtlasSheet:
        return AtlasSheet(f"{stage.value}-{slug}", (f"{zh}{title}", f"{en}: {title_en}"), compose)

    return [
        sheet("schools", "现状分布图", "schools today", lambda page: _schools(page, folio, stage_plan)),
        *(_coverage_sheet(folio, stage_plan, view, is_after=False) for view in views),
        sheet("gaps", "服务空白（缺口）图", "gaps", lambda page: _gaps(page, folio, stage_plan)),
        sheet("layout", "规划布局图", "layout as planned", lambda page: _layout(page, folio, stage_plan)),
        *(_coverage_sheet(folio, stage_plan, view, is_after=True) for view in views),
    ]


def _coverage_sheet(folio: Folio, stage_plan: StagePlan, view: View, *, is_after: bool) -> AtlasSheet:
    stage, travel = stage_plan.stage, view.travel
    when, when_en = ("规划后", "with the plan") if is_after else ("现状", "today")
    return AtlasSheet(
        f"{stage.value}-{'planned' if is_after else 'coverage'}-{travel.value}",
        (
            f"{stage.zh}{when}服务半径覆盖图（{travel.zh}）",
            f"{stage.value.capitalize()}: within the service radius {when_en}, {_TRAVEL_EN[travel.value]}",
        ),
        lambda page: _coverage(page, folio, stage_plan, view, is_after=is_after),
    )


def finish_map(
    page: Page,
    canvas: Canvas,
    notes: Sequence[str],
    tables: Sequence[SheetTable] = (),
    *,
    rows: Sequence[tuple[str, str]] = (),
) -> None:
    """Scale bar, arrow, legend, figures, tables and notes, in this order; what finds no room says so."""
    scale_bar(page)
    north_arrow(page)
    panel.legend(page, canvas.items)
    if rows:
        panel.figures(page, rows)
    for table in tables:
        panel.table(page, table)
    panel.notes(page, notes)


def _schools(page: Page, folio: Folio, stage_plan: StagePlan) -> None:
    canvas = Canvas(page, folio.bounds)
    draw_ground(canvas, folio)
    supply = stage_plan.basis.before.supply
    draw_schools(canvas, folio, supply, by_ownership=True)
    draw_district_names(canvas, folio)
    rows = [("学校", f"{len(supply):,} 所"), ("学位（已知）", phrases.seats(supply.seats))]
    if supply.knows_ownership:
        rows.insert(1, ("其中公办", f"{int(supply.is_public.sum()):,} 所"))
    finish_map(page, canvas, phrases.common_notes(folio), [schools_table(folio.plan, supply)], rows=rows)


def _coverage(page: Page, folio: Folio, stage_plan: StagePlan, view: View, *, is_after: bool) -> None:
    plan, stage = folio.plan, stage_plan.stage
    coverage = view.after if is_after else view.before
    canvas = Canvas(page, folio.bounds)
    draw_ground(canvas, folio)
    sign = service_sign(folio, stage)
    before = f"{STATE_ZH['before']}服务范围"
    canvas.fill([view.area_before], sign, LegendItem(sign, before, "Within the radius today"))
    if is_after:
        added = Sign("fill", sign.colour, edge=sign.colour, opacity=0.75)
        detail = canvas.window.detail_m
        # what new schools add is small beside what is there, and thinned first it is found quickly
        after, today = (shapely.simplify(shape, detail) for shape in (view.area_after, view.area_before))
        canvas.fill(
            [shapely.difference(after, today)], added, LegendItem(added, "规划新增服务范围", "Added by the plan")
        )
    draw_outside(canvas, folio, coverage)
    draw_schools(canvas, folio, view.before.supply, small=True)
    if is_after:
        draw_sites(canvas, stage_plan)
    draw_district_names(canvas, folio)
    notes = [
        *phrases.radius_notes(view),
        f"出行方式：{view.travel.zh}。人数逐点判断，服务范围重叠处不重复计算；图上范围经过简化，仅供阅读。",
        *phrases.common_notes(folio),
    ]
    rows = phrases.coverage_figures(plan, view, is_after=is_after)
    finish_map(page, canvas, notes, [coverage_table(plan, view, is_after=is_after)], rows=rows)


def _gaps(page: Page, folio: Folio, stage_plan: StagePlan) -> None:
    plan, view = folio.plan, stage_plan.basis
    canvas = Canvas(page, folio.bounds)
    draw_ground(canvas, folio)
    draw_schools(canvas, folio, view.before.supply, small=True)
    draw_gaps(canvas, folio, view.gaps)
    # the largest come first, in the table, too
    for gap in view.gaps[:_MOST_GAP_NAMES]:
        canvas.name(*gap.xy, gap.id, 5.6, colour="#7a2f0c", bold=True, away_mm=0.4)
    draw_district_names(canvas, folio)
    notes = [
        *phrases.radius_notes(view),
        f"缺口：按{view.travel.zh}在服务半径外的居民集中处，按人数由多到少编号；图上只注较大的，其余见数据表。",
        *phrases.common_notes(folio),
    ]
    rows = [
        ("缺口", f"{len(view.gaps):,} 处"),
        (f"缺口内{noun(plan)[0]}", phrases.people(plan, sum(gap.people for gap in view.gaps))),
    ]
    finish_map(page, canvas, notes, [gaps_table(plan, view)], rows=rows)


def _layout(page: Page, folio: Folio, stage_plan: StagePlan) -> None:
    plan, proposal = folio.plan, stage_plan.proposal
    canvas = Canvas(page, folio.bounds)
    draw_ground(canvas, folio)
    supply = proposal.before.supply
    ending = np.array([str(each) in folio.ending for each in supply.ids], dtype=bool)
    shown = canvas.marks(supply.xy[~ending], school_sign(folio, stage_plan.stage, small=len(supply) > 400))
    if shown:
        sign = school_sign(folio, stage_plan.stage)
        canvas.explain(LegendItem(sign, f"保留{stage_plan.stage.zh}", "Kept", f"{shown:,} 所"))
    if shown := canvas.marks(supply.xy[ending], ENDING_SIGN):
        canvas.explain(LegendItem(ENDING_SIGN, f"拟撤并{stage_plan.stage.zh}", "To close or merge", f"{shown:,} 所"))
    draw_sites(canvas, stage_plan)
    draw_district_names(canvas, folio)
    solution = proposal.solution
    status = STATUS_ZH.get(solution.status.value, solution.status.value)
    rows = [
        ("保留", f"{int((~ending).sum()):,} 所"),
        *([("拟撤并", f"{int(ending.sum()):,} 所")] if ending.any() else []),
        ("选址建议新建", f"{len(proposal.sites):,} 所"),
        (f"新增覆盖{noun(plan)[0]}", phrases.people(plan, proposal.people_newly_covered)),
        ("覆盖率（现状）", phrases.share(plan, proposal.before.total)),
        ("覆盖率（规划）", phrases.share(plan, proposal.after.total)),
        ("选址模型与求解状态", f"{solution.model.zh}，{status}"),
    ]
    notes = [*phrases.radius_notes(stage_plan.basis), *phrases.common_notes(folio)]
    if ending.any():
        notes.insert(0, "覆盖率仍计入拟撤并的学校；停办的影响见附表“撤并一览表”。")
    finish_map(page, canvas, notes, [sites_table(plan, stage_plan)], rows=rows)
