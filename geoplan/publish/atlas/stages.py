"""The sheets of one stage: schools of today, who they reach, gaps, the layout as planned, and who it reaches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import shapely

from geoplan.publish.atlas import panel, phrases
from geoplan.publish.atlas.canvas import Canvas
from geoplan.publish.atlas.furniture import scale_and_north
from geoplan.publish.atlas.ground import draw_ground, name_districts
from geoplan.publish.atlas.index import index_in_panel, index_sheets, index_title
from geoplan.publish.atlas.marks import (
    MANY,
    OUTSIDE_EDGE,
    badge_sites,
    draw_closing_gaps,
    draw_ending,
    draw_gaps,
    draw_outside,
    draw_schools,
    explain_sites,
    is_ending,
    name_gaps,
    school_sign,
    service_sign,
)
from geoplan.publish.atlas.notes import notes as draw_notes
from geoplan.publish.atlas.school_names import FEW, Named, stage_names
from geoplan.publish.atlas.sheet import AtlasSheet, LegendItem, Sign
from geoplan.publish.atlas.stage_tables import coverage_table, gaps_table, layout_table, schools_table, sites_table
from geoplan.publish.atlas.tables import tables as draw_tables
from geoplan.publish.sheets import noun
from geoplan.publish.styles import STATE_ZH

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geoplan.plan import StagePlan, View
    from geoplan.publish.atlas.page import Page
    from geoplan.publish.atlas.sheet import Folio, SheetTable

_TRAVEL_EN = {"straight": "straight line", "walk": "on foot"}
_CLOSING_NOTE = "撤并形成的缺口：学校停办后在服务半径外的居民集中处；新校能接续的，规划后不再是缺口。"
STATUS_ZH = {"optimal": "已证明最优", "feasible": "可行，未证明最优", "infeasible": "无解", "time_limit": "时限内无解"}


def stage_sheets(folio: Folio, stage_plan: StagePlan) -> list[AtlasSheet]:
    """All sheets of a stage in their order."""
    stage = stage_plan.stage
    zh, en = stage.zh, stage.value.capitalize()
    views = stage_plan.views

    def sheet(slug: str, title: str, title_en: str, compose: Callable[[Page], None]) -> AtlasSheet:
        return AtlasSheet(
            f"{stage.value}-{slug}", f"{stage.value}-{slug}", (f"{zh}{title}", f"{en}: {title_en}"), compose
        )

    return [
        sheet("schools", "现状分布图", "schools today", lambda page: _schools(page, folio, stage_plan)),
        *(_coverage_sheet(folio, stage_plan, view, is_after=False) for view in views),
        sheet("gaps", "服务空白（缺口）图", "gaps", lambda page: _gaps(page, folio, stage_plan)),
        sheet("layout", "规划布局图", "layout as planned", lambda page: _layout(page, folio, stage_plan)),
        *index_sheets(
            stage_names(folio, stage_plan).entries, f"{stage.value}-names", f"{stage.value}-names", (zh, en), "片区"
        ),
        *(_coverage_sheet(folio, stage_plan, view, is_after=True) for view in views),
    ]


def _coverage_sheet(folio: Folio, stage_plan: StagePlan, view: View, *, is_after: bool) -> AtlasSheet:
    stage, travel = stage_plan.stage, view.travel
    when, when_en = ("规划后", "with the plan") if is_after else ("现状", "today")
    slug = f"{stage.value}-{'planned' if is_after else 'coverage'}-{travel.value}"
    return AtlasSheet(
        slug,
        slug,
        (
            f"{stage.zh}{when}服务半径覆盖图（{travel.zh}）",
            f"{stage.value.capitalize()}: service radius {when_en}, {_TRAVEL_EN[travel.value]}",
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
    named: Named | None = None,
) -> None:
    """Lettering, scale bar, legend, figures, index, tables and notes, in this order; what finds no room says so."""
    canvas.letter()
    scale_and_north(page)
    panel.legend(page, canvas.items)
    if rows:
        panel.figures(page, rows)
    if named is not None:
        index_in_panel(page, named)
    draw_tables(page, tables)
    draw_notes(page, notes)


def _schools(page: Page, folio: Folio, stage_plan: StagePlan) -> None:
    named = stage_names(folio, stage_plan).today
    canvas = Canvas(page, folio.bounds, named.text)
    draw_ground(canvas, folio)
    supply = stage_plan.basis.before.supply
    draw_schools(canvas, folio, supply, by_ownership=True)
    said = named.notes(stage_plan.stage.zh, index_title(stage_plan.stage.zh))
    seats = phrases.seats(folio.seats.array(supply.stage, supply.ids))
    schools = folio.word(f"{phrases.view_key(stage_plan.basis)}.schools", " 所")
    rows: list[tuple[str, str]] = [("学校", schools), ("学位（已知，含民办）", seats)]
    if supply.knows_ownership:
        rows.insert(1, ("其中公办", f"{int(supply.is_public.sum()):,} 所"))
    notes = [*said, *phrases.common_notes(folio)]
    finish_map(page, canvas, notes, [schools_table(folio, supply)], rows=rows, named=named)


def _coverage(page: Page, folio: Folio, stage_plan: StagePlan, view: View, *, is_after: bool) -> None:
    coverage = view.after if is_after else view.before
    canvas = Canvas(page, folio.bounds)
    draw_ground(canvas, folio)
    _areas(canvas, folio, view, is_after=is_after)
    draw_outside(canvas, folio, coverage)
    draw_schools(canvas, folio, view.before.supply, small=len(view.before.supply) > FEW)
    if is_after:
        draw_closing_gaps(canvas, folio, view.closing_gaps)
        draw_ending(canvas, folio, view.before.supply)
        badge_sites(canvas.text, stage_plan)
        explain_sites(canvas, stage_plan)
    name_districts(canvas.text, folio)
    notes = [
        *phrases.radius_notes(view),
        f"出行方式：{view.travel.zh}。人数逐点判断，服务范围重叠处不重复计算；图上范围经过简化，仅供阅读。",
        *([_CLOSING_NOTE] if is_after and view.closing_gaps else []),
        *phrases.common_notes(folio),
    ]
    rows = phrases.coverage_figures(folio, view, is_after=is_after)
    finish_map(page, canvas, notes, [coverage_table(folio, view, is_after=is_after)], rows=rows)


def _areas(canvas: Canvas, folio: Folio, view: View, *, is_after: bool) -> None:
    """Where people are within the radius: today, or kept, added and lost by the plan."""
    sign, key = service_sign(folio, view.before.stage), phrases.view_key(view)
    today = LegendItem(sign, f"{STATE_ZH['before']}服务范围", "Within the radius today")
    if not is_after or view.area_after is view.area_before:
        canvas.fill([view.area_before], sign, today, key=key)
        return
    # what changes is small beside what stays, and thinned first it is found quickly
    after, before = (shapely.simplify(shape, canvas.window.detail_m) for shape in (view.area_after, view.area_before))
    closes = bool(is_ending(folio, view.before.supply).any())
    lost = shapely.difference(before, after) if closes else shapely.Polygon()
    if shapely.is_empty(lost):
        canvas.fill([view.area_before], sign, today, key=key)
    else:
        canvas.fill([shapely.intersection(before, after)], sign, replace(today, zh="现状服务范围，规划后保留"))
        gone = Sign("fill", "#ffffff", edge=OUTSIDE_EDGE, opacity=0.55, shape="dashed", width=0.8)
        canvas.fill([lost], gone, LegendItem(gone, "撤并后不再服务的范围", "Lost by closing"))
    added = Sign("fill", sign.colour, edge=sign.colour, opacity=0.75)
    new = LegendItem(added, "规划新增服务范围", "Added by the plan")
    canvas.fill([shapely.difference(after, before)], added, new)


def _gaps(page: Page, folio: Folio, stage_plan: StagePlan) -> None:
    view = stage_plan.basis
    canvas = Canvas(page, folio.bounds)
    draw_ground(canvas, folio)
    draw_schools(canvas, folio, view.before.supply, small=len(view.before.supply) > FEW)
    draw_gaps(canvas, folio, view.gaps)
    name_gaps(canvas, folio, view.gaps)
    name_districts(canvas.text, folio)
    notes = [
        *phrases.radius_notes(view),
        f"缺口：按{view.travel.zh}在服务半径外的居民集中处，现状缺口按人数由多到少编号；图上只注较大的，其余见数据表。",
        *phrases.common_notes(folio),
    ]
    key = phrases.view_key(view)
    rows: list[tuple[str, str]] = [
        ("缺口", folio.word(f"{key}.gaps", " 处")),
        (f"缺口内{noun(folio.plan)[0]}", folio.word(f"{key}.people_in_gaps")),
    ]
    finish_map(page, canvas, notes, [gaps_table(folio, [stage_plan])], rows=rows)


def _layout(page: Page, folio: Folio, stage_plan: StagePlan) -> None:
    plan, proposal, stage = folio.plan, stage_plan.proposal, stage_plan.stage
    named = stage_names(folio, stage_plan).layout
    canvas = Canvas(page, folio.bounds, named.text)
    draw_ground(canvas, folio)
    supply = proposal.before.supply
    ending = is_ending(folio, supply)
    sign = school_sign(folio, stage, small=len(supply) > MANY)
    if shown := canvas.marks(supply.xy[~ending], sign):
        canvas.explain(LegendItem(sign, f"保留{stage.zh}（含改扩建、迁建）", "Kept", f"{shown:,} 所"))
    draw_ending(canvas, folio, supply)
    explain_sites(canvas, stage_plan)
    said = named.notes(stage.zh, index_title(stage.zh))
    key, solution = f"{stage.value}.", proposal.solution
    before, after = (phrases.view_key(stage_plan.basis, is_after=each) for each in (False, True))
    rows: list[tuple[str, str]] = [
        ("保留（含改扩建、迁建）", f"{int((~ending).sum()):,} 所"),
        *([("拟撤并", f"{int(ending.sum()):,} 所")] if ending.any() else []),
        ("选址建议新建", folio.word(f"{key}sites", " 所")),
        ("近期建设项目（各学段，含选址）", folio.word("built.count", " 项")),
        (f"新增覆盖{noun(plan)[0]}", folio.word(f"{key}people_newly")),
        *([(f"不再覆盖的{noun(plan)[0]}", folio.word(f"{key}people_lost"))] if ending.any() else []),
        ("覆盖率（现状）", folio.word(f"{before}.share")),
        ("覆盖率（规划）", folio.word(f"{after}.share")),
        ("选址模型与求解状态", f"{solution.model.zh}，{STATUS_ZH.get(solution.status.value, solution.status.value)}"),
    ]
    notes = [*said, *phrases.radius_notes(stage_plan.basis), *phrases.common_notes(folio)]
    if ending.any():
        notes.insert(0, "规划覆盖率不计拟撤并的学校；逐校影响见附表“撤并一览表”。")
    tables = [sites_table(folio, [stage_plan]), layout_table(folio, stage_plan)]
    finish_map(page, canvas, notes, tables, rows=rows, named=named)
