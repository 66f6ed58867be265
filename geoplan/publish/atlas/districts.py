"""分图则: one sheet for each planning unit, with its schools, gaps, new sites and figures of every stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.publish.atlas import phrases
from geoplan.publish.atlas.canvas import Canvas
from geoplan.publish.atlas.ground import draw_barriers, draw_outlines, draw_roads, drawn_districts
from geoplan.publish.atlas.marks import draw_ending, draw_sites, school_sign
from geoplan.publish.atlas.school_names import ENDING_INK, in_order, short_name
from geoplan.publish.atlas.sheet import SOFT, AtlasSheet, LegendItem, SheetTable, Sign, TableColumn
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
    from geoplan.publish.atlas.sheet import Folio

_INSIDE, _OUTSIDE = "#f6f3ec", "#ebeae6"
_EDGES = {Stage.KINDERGARTEN: "line", Stage.PRIMARY: "dashed", Stage.JUNIOR: "dotted", Stage.SENIOR: "line"}
_NAME_POINTS = 4.6


def district_sheets(folio: Folio) -> list[AtlasSheet]:
    """One sheet for each district that is somewhere; one without a polygon and without people has no map."""
    names = folio.plan.units.district_names
    return [
        AtlasSheet(
            f"unit-{folio.plan.units.district_ids[row]}",
            "unit",
            (f"分图则：{name}", f"Planning unit {folio.plan.units.district_ids[row]}"),
            lambda page, row=row: _district(page, folio, row),  # type: ignore[misc]
        )
        for row, name in enumerate(names)
        if folio.district_bounds(row) is not None
    ]


def _district(page: Page, folio: Folio, row: int) -> None:
    bounds = folio.district_bounds(row)
    if bounds is None:
        return
    plan = folio.plan
    canvas = Canvas(page, bounds)
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
        draw_sites(canvas, stage_plan, prefix=stage_plan.stage.zh[0] if len(plan.stages) > 1 else "", district=row)
    _neighbours(canvas, folio, row)
    left = _names(canvas, folio, row)
    notes = [
        "编号前的字为学段：幼、小、初、高；缺口按选址所用的出行方式。",
        *([f"有 {left} 所的校名在图上注不下，见附表“现状学校一览表”。"] if left else []),
        *(f"{stage.stage.zh}{line}" for stage in plan.stages for line in phrases.radius_notes(stage.basis)),
        *phrases.common_notes(folio),
    ]
    tables = [_figures(folio, row)]
    tables += [sites_table(folio, plan.stages, district=row), gaps_table(folio, plan.stages, district=row)]
    finish_map(page, canvas, notes, tables)


def _figures(folio: Folio, row: int) -> SheetTable:
    """Schools, seats, shares within the radius and gaps of every stage in the district."""
    plan = folio.plan
    word = noun(plan)[0]
    columns = (
        TableColumn("学段", 13), TableColumn("学校", 10, "right"), TableColumn("学位", 15, "right"),
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
    gaps = [gap for gap in stage_plan.basis.gaps if gap.district == row]
    style = folio.schemas["schools"].style.of(stage_plan.stage.value)
    sign = Sign("fill", style.colour, _EDGES[stage_plan.stage], edge=style.colour, opacity=0.18, width=0.8)
    item = LegendItem(sign, f"{stage_plan.stage.zh}缺口", "Gap", f"{len(gaps):,} 处")
    canvas.fill([gap.polygon for gap in gaps], sign, item)


def _schools(canvas: Canvas, folio: Folio, stage_plan: StagePlan, row: int) -> None:
    """The district's own schools; their marks are kept free of names."""
    supply = stage_plan.basis.before.supply
    mine = supply.district == row
    sign = school_sign(folio, stage_plan.stage)
    if shown := canvas.marks(supply.xy[mine], sign):
        en = folio.schemas["schools"].style.of(stage_plan.stage.value).legend_en
        canvas.explain(LegendItem(sign, f"现状{stage_plan.stage.zh}", en, f"{shown:,} 所"))
    draw_ending(canvas, folio, supply, mine)
    canvas.heed(supply.xy[mine])


def _other_schools(canvas: Canvas, folio: Folio, row: int) -> None:
    """Schools and new sites of the districts around, pale and without names."""
    supplies = [stage.proposal.after.supply for stage in folio.plan.stages]
    xy = np.concatenate([supply.xy[supply.district != row] for supply in supplies])
    sign = Sign("point", "#b9bec2", "dot", edge="white", size=2.6)
    if canvas.marks(xy, sign):
        canvas.explain(LegendItem(sign, "邻近片区的学校（含新建）", "Schools around"))


def _neighbours(canvas: Canvas, folio: Folio, row: int) -> None:
    """Names of the districts around, where the window shows them."""
    units = folio.plan.units
    west, south, east, north = canvas.window.box
    for other, shape in enumerate(units.district_shapes):
        if shape is None or other == row:
            continue
        seen = shapely.clip_by_rect(shapely.simplify(shape, canvas.window.detail_m * 5), west, south, east, north)
        if shapely.area(seen) > 0.01 * (east - west) * (north - south):
            middle = shapely.point_on_surface(seen)
            canvas.name(middle.x, middle.y, units.district_names[other], 8, colour="#9a958a", bold=True)


def _names(canvas: Canvas, folio: Folio, row: int) -> int:
    """Names of the district's schools, each once, as many as find room; says how many did not.

    Later stages have fewer schools, each with more pupils: their names come first.
    """
    named: set[str] = set()
    left = 0
    for stage_plan in reversed(folio.plan.stages):
        supply = stage_plan.basis.before.supply
        for each in in_order(folio, supply, np.flatnonzero(supply.district == row).tolist()):
            if (school := str(supply.ids[each])) in named:
                continue
            named.add(school)
            x, y = supply.xy[each]
            colour = ENDING_INK if school in folio.ending else SOFT
            name = short_name(folio, supply, each)
            left += not canvas.name(float(x), float(y), name, _NAME_POINTS, colour=colour, away_mm=1.1)
    return left
