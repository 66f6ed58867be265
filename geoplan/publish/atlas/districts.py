"""分图则: one sheet for each planning unit, with its schools, gaps, new sites and figures of every stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.publish.atlas import phrases
from geoplan.publish.atlas.canvas import Canvas
from geoplan.publish.atlas.district_names import DistrictNames, district_names
from geoplan.publish.atlas.ground import draw_barriers, draw_outlines, draw_roads, drawn_districts
from geoplan.publish.atlas.index import index_sheets, index_title
from geoplan.publish.atlas.marks import draw_ending, explain_sites, school_sign
from geoplan.publish.atlas.sheet import INK, SOFT, AtlasSheet, LegendItem, SheetTable, Sign, TableColumn
from geoplan.publish.atlas.stage_tables import gaps_table, sites_table
from geoplan.publish.atlas.stages import finish_map
from geoplan.publish.figures import part
from geoplan.publish.sheets import noun
from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.coverage import Gap
    from geoplan.plan import StagePlan, View
    from geoplan.publish.atlas.page import Page
    from geoplan.publish.atlas.school_names import Named
    from geoplan.publish.atlas.sheet import Folio

_INDEX_OF = "分图则"
_INSIDE, _OUTSIDE = "#f6f3ec", "#ebeae6"
_EDGES = {Stage.KINDERGARTEN: "line", Stage.PRIMARY: "dashed", Stage.JUNIOR: "dotted", Stage.SENIOR: "line"}


def district_sheets(folio: Folio) -> list[AtlasSheet]:
    """A sheet for each district that is somewhere, with its enlargements; then one index of schools of all of them.

    A district without a polygon and without people has no map.
    """
    rows = [row for row in range(len(folio.plan.units.district_names)) if folio.district_bounds(row) is not None]
    entries = [
        entry._replace(of=folio.plan.units.district_names[row])
        for row in rows
        for entry in district_names(folio, row).entries
    ]
    index = index_sheets(entries, "unit-names", "unit-names", (_INDEX_OF, "Planning units"), "片区")
    return [*(sheet for row in rows for sheet in _sheets_of(folio, row)), *index]


def _sheets_of(folio: Folio, row: int) -> list[AtlasSheet]:
    """The district and its enlargements."""
    key, names = folio.plan.units.district_ids[row], district_names(folio, row)
    zh, en = f"分图则：{folio.plan.units.district_names[row]}", f"Planning unit {key}"
    details = [
        AtlasSheet(
            f"unit-{key}-detail-{number}",
            "unit-detail",
            (f"{zh}·放大图{_which(names, number)}", f"{en}: enlargement{_which(names, number)}"),
            lambda page, named=named: _detail(page, folio, row, named),  # type: ignore[misc]
        )
        for number, named in enumerate(names.details, start=1)
    ]
    return [AtlasSheet(f"unit-{key}", "unit", (zh, en), lambda page: _district(page, folio, row)), *details]


def _which(names: DistrictNames, number: int) -> str:
    return f" {number}" if len(names.details) > 1 else ""


def _district(page: Page, folio: Folio, row: int) -> None:
    named = district_names(folio, row).main
    canvas = _map(page, folio, row, named)
    frame = Sign("line", INK, "dashed", size=0.9)
    item = LegendItem(frame, "放大图的范围", "Enlarged", f"{len(named.boxes):,} 处")
    canvas.line([shapely.box(*box) for box in named.boxes], frame, item)
    stages = folio.plan.stages
    tables = [_figures(folio, row), sites_table(folio, stages, district=row), gaps_table(folio, stages, district=row)]
    finish_map(page, canvas, _notes(folio, named), tables, named=named)


def _detail(page: Page, folio: Folio, row: int, named: Named) -> None:
    finish_map(page, _map(page, folio, row, named), _notes(folio, named), named=named)


def _map(page: Page, folio: Folio, row: int, named: Named) -> Canvas:
    plan = folio.plan
    canvas = Canvas(page, named.text.window.box, named.text)
    shapes = drawn_districts(folio, canvas.window.detail_m)
    if folio.map_file.boundaries:
        others = shapes.copy()
        others[row] = None
        canvas.fill(others, Sign("fill", _OUTSIDE))
        canvas.fill([shapes[row]], Sign("fill", _INSIDE))
    draw_roads(canvas, folio)
    draw_barriers(canvas, folio)
    if folio.map_file.boundaries:
        draw_outlines(canvas, folio, shapes)
        canvas.line([shapes[row]], Sign("line", SOFT, size=1.8))
    for stage_plan in plan.stages:
        _gaps(canvas, folio, stage_plan, row)
    _other_schools(canvas, folio, row)
    for stage_plan in plan.stages:
        _schools(canvas, folio, stage_plan, row)
    for stage_plan in plan.stages:
        explain_sites(canvas, stage_plan, prefix=stage_plan.stage.zh[0] if len(plan.stages) > 1 else "", district=row)
    return canvas


def _notes(folio: Folio, named: Named) -> list[str]:
    common = phrases.common_notes(folio)
    return [
        "圆圈和缺口编号前的字为学段：幼、小、初、高；缺口按选址所用的出行方式。",
        *named.notes("学校", index_title(_INDEX_OF)),
        *(line for line in common if not line.isascii()),
        *(f"{stage.stage.zh}{line}" for stage in folio.plan.stages for line in phrases.radius_notes(stage.basis)),
        *(line for line in common if line.isascii()),
    ]


def _figures(folio: Folio, row: int) -> SheetTable:
    """Schools, seats, shares within the radius and gaps of every stage in the district."""
    plan = folio.plan
    word = noun(plan)[0]
    columns = (
        TableColumn("学段", 13), TableColumn("学校", 10, "right"), TableColumn("学位（含民办）", 18, "right"),
        TableColumn("现状覆盖", 15, "right"), TableColumn("规划覆盖", 15, "right"), TableColumn("缺口", 9, "right"),
        TableColumn(f"缺口{word}", 15, "right"),
    )  # fmt: skip
    rows = []
    for stage_plan in plan.stages:
        view, stage = stage_plan.basis, stage_plan.stage
        supply = view.before.supply
        mine = supply.district == row
        gaps = [gap for gap in view.gaps if gap.district == row]
        place = part(plan.units.district_ids[row])
        before, after = (f"{phrases.view_key(view, is_after=each)}.district.{place}.share" for each in (False, True))
        rows.append(
            (
                stage.zh, f"{int(mine.sum()):,}", phrases.seats(folio.seats.array(stage, supply.ids)[mine]),
                folio.word(before), folio.word(after), f"{len(gaps):,}", _people_of(folio, view, gaps),
            )
        )  # fmt: skip
    return SheetTable("指标", columns, tuple(rows))


def _people_of(folio: Folio, view: View, gaps: Sequence[Gap]) -> str:
    """People of gaps together; nothing where one of them may not be told, which the others would give away."""
    key = phrases.view_key(view)
    if any(isinstance(folio.figures[f"{key}.gap.{part(gap.id)}.people"].value, str) for gap in gaps):
        return "—"
    return phrases.people(folio.plan, sum(gap.people for gap in gaps))


def _gaps(canvas: Canvas, folio: Folio, stage_plan: StagePlan, row: int) -> None:
    """Gaps of a stage in its colour, and with an edge of its own: stages overlap, and not everybody sees colours."""
    seen = shapely.box(*canvas.window.box)
    mine = [gap for gap in stage_plan.basis.gaps if gap.district == row]
    gaps = [gap for gap in mine if gap.polygon is not None and shapely.intersects(gap.polygon, seen)]
    style = folio.schemas["schools"].style.of(stage_plan.stage.value)
    sign = Sign("fill", style.colour, _EDGES[stage_plan.stage], edge=style.colour, opacity=0.18, width=0.8)
    item = LegendItem(sign, f"{stage_plan.stage.zh}缺口", "Gap", f"{len(gaps):,} 处")
    canvas.fill([gap.polygon for gap in gaps], sign, item)


def _schools(canvas: Canvas, folio: Folio, stage_plan: StagePlan, row: int) -> None:
    """The district's own schools."""
    supply = stage_plan.basis.before.supply
    mine = supply.district == row
    sign = school_sign(folio, stage_plan.stage)
    if shown := canvas.marks(supply.xy[mine], sign):
        en = folio.schemas["schools"].style.of(stage_plan.stage.value).legend_en
        canvas.explain(LegendItem(sign, f"现状{stage_plan.stage.zh}", en, f"{shown:,} 所"))
    draw_ending(canvas, folio, supply, mine)


def _other_schools(canvas: Canvas, folio: Folio, row: int) -> None:
    """Schools and new sites of the districts around, pale and without names."""
    supplies = [stage.proposal.after.supply for stage in folio.plan.stages]
    xy = np.concatenate([supply.xy[supply.district != row] for supply in supplies])
    sign = Sign("point", "#b9bec2", "dot", edge="white", size=2.6)
    if canvas.marks(xy, sign):
        canvas.explain(LegendItem(sign, "邻近片区的学校（含新建）", "Schools around"))
