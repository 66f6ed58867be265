"""The first and the last sheets: contents, the scope of the plan, and the list of what is to be built."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.plan import KIND_ZH
from geoplan.publish.atlas import phrases
from geoplan.publish.atlas.canvas import Canvas
from geoplan.publish.atlas.ground import draw_ground, name_districts
from geoplan.publish.atlas.letters import LEAST_POINTS
from geoplan.publish.atlas.notes import notes as draw_notes
from geoplan.publish.atlas.page import BLOCK_MM, FRAME, TITLE_MM
from geoplan.publish.atlas.sheet import AtlasSheet, LegendItem, SheetTable, Sign, TableColumn
from geoplan.publish.atlas.stage_tables import site_key
from geoplan.publish.atlas.stages import finish_map
from geoplan.publish.atlas.tables import column_edges, draw_table, row_height
from geoplan.publish.privacy_sites import drawn_people, told_count
from geoplan.publish.sheets import district_label, noun
from geoplan.publish.statutory.states import built_schools
from geoplan.units import M2_PER_HECTARE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.plan import Plan, ProposedSite
    from geoplan.publish.atlas.page import Page
    from geoplan.publish.atlas.sheet import Folio

_AREA_ZH = {"urban": "城镇", "rural": "农村"}
_ROW_MM, _HEAD_MM = 6.0, 12.0
_HECTARES_PER_KM2 = 100
_PROJECT_POINTS = 7.4
_CONTENTS_ROOM_MM = FRAME[3] - TITLE_MM - _HEAD_MM - FRAME[1] - BLOCK_MM - 4
_CONTENTS_ROWS = int(_CONTENTS_ROOM_MM // 4.4) - 1
_ONE_LIST = 30
_CONTENTS_FIT = 4 * _CONTENTS_ROWS


def scope_sheet(folio: Folio) -> AtlasSheet:
    """规划范围图."""
    return AtlasSheet("scope", "scope", ("规划范围图", "Scope of the plan"), lambda page: _scope(page, folio))


def _scope(page: Page, folio: Folio) -> None:
    plan = folio.plan
    units = plan.units
    canvas = Canvas(page, folio.bounds)
    draw_ground(canvas, folio)
    style = folio.schemas["population"].style
    sign = Sign("point", style.colour, "dot", edge="white", size=4, opacity=0.75)
    places = folio.places
    people = drawn_people(plan, places)
    canvas.discs(places.xy, np.clip(people / max(float(people.max()), 1.0) * 60, 1.2, 60), sign)
    count = f"{len(places):,} 处"
    canvas.explain(LegendItem(sign, f"{style.legend_zh}（面积示人数）", style.legend_en, count))
    name_districts(canvas.text, folio, points=11)
    shapes = units.district_shapes
    rows: list[tuple[str, str]] = [("片区", folio.word("project.districts", " 个"))]
    if folio.map_file.boundaries:
        km2 = float(np.nansum(shapely.area(shapes))) / M2_PER_HECTARE / _HECTARES_PER_KM2
        rows.append(("面积", f"{km2:,.0f} 平方公里"))
    rows.append((f"落位的{noun(plan)[0]}", folio.word("project.people")))
    if any(units.unplaced.values()):
        rows.append(("未能落位（无界线或无居住点）", folio.word("project.people_unplaced")))
    rows += [(each.stage.zh, folio.word(f"{phrases.view_key(each.basis)}.schools", " 所")) for each in plan.stages]
    finish_map(page, canvas, phrases.common_notes(folio), [districts_table(plan)], rows=rows)


def districts_table(plan: Plan) -> SheetTable:
    """Every district with its people, placed or not."""
    columns = (TableColumn("片区", 36), TableColumn("城乡", 12), TableColumn(noun(plan)[0], 20, "right"))
    units = plan.units
    people = np.bincount(np.maximum(units.district, 0), units.people * (units.district >= 0), len(units.district_ids))
    everybody = people + [units.unplaced.get(each, 0.0) for each in units.district_ids]
    rows = []
    for row, (name, area) in enumerate(zip(units.district_names, units.district_areas, strict=True)):
        # who is not placed is no count of places: with some of them the sum is not told
        name_of = ("district", row) if not units.unplaced.get(units.district_ids[row], 0.0) else ("district", None)
        counted = phrases.figure(told_count(plan, everybody[row], *name_of))
        mark = "（无界线）" if units.district_shapes[row] is None else ""
        rows.append((f"{name}{mark}", _AREA_ZH.get(area, "—"), counted))
    return SheetTable("规划范围内的片区", columns, tuple(rows), more="另有 {left} 个片区未列")


_PROJECTS = (
    TableColumn("序号", 5), TableColumn("学段", 9), TableColumn("图上编号", 7), TableColumn("编号", 9),
    TableColumn("名称", 28), TableColumn("片区", 13), TableColumn("建设方式", 8), TableColumn("年份", 6),
    TableColumn("用地", 13), TableColumn("学位", 8, "right"), TableColumn("较现状增加", 9, "right"),
    TableColumn("造价（图层单位）", 12, "right"), TableColumn("新增覆盖", 10, "right"),
    TableColumn("新增覆盖学生", 10, "right"), TableColumn("涉及缺口", 22), TableColumn("次优地块", 9),
)  # fmt: skip


def project_sheets(folio: Folio) -> list[AtlasSheet]:
    """近期建设项目表, on as many sheets as it takes: the rows of table 5, and what the map says of proposed sites."""
    rows = _project_rows(folio)
    edges = column_edges(_PROJECTS, rows, (FRAME[0] + 8, FRAME[2] - 8), _PROJECT_POINTS)
    room = FRAME[3] - TITLE_MM - FRAME[1] - BLOCK_MM - _HEAD_MM - 2 * _ROW_MM
    parts: list[list[tuple[str, ...]]] = [[]]
    left = room
    for row in rows:
        high = row_height(row, edges, _ROW_MM, _PROJECT_POINTS)
        if high > left and parts[-1]:
            parts.append([])
            left = room
        parts[-1].append(row)
        left -= high
    sheets = []
    for number, part in enumerate(parts, start=1):
        which = "" if len(parts) == 1 else f"（{number}/{len(parts)}）"
        sheets.append(
            AtlasSheet(
                "projects" if number == 1 else f"projects-{number}",
                "projects",
                (f"近期建设项目表{which}", "Schools to be built in the near term"),
                lambda page, part=part: _projects(page, part, edges),  # type: ignore[misc]
            )
        )
    return sheets


def _project_rows(folio: Folio) -> list[tuple[str, ...]]:
    plan = folio.plan
    sites = {
        (stage_plan.stage, site.id): (str(number), site)
        for stage_plan in plan.stages
        for number, site in enumerate(stage_plan.proposal.sites, start=1)
    }
    rows: list[tuple[str, ...]] = []
    for school in built_schools(folio.schools):
        number, site = sites.get((school.stages[0], school.id), ("—", None)) if school.stages else ("—", None)
        # what a project of the table builds is no proposal, even at a school that is called like a site
        number, site = ("—", None) if school.projects else (number, site)
        rows.append(
            (
                str(len(rows) + 1), "、".join(stage.zh for stage in school.stages) or "—", number,
                school.project_label, school.name,
                district_label(plan, school.district) or "—", school.action.zh,
                "—" if school.year is None else str(school.year),
                "—" if site is None else KIND_ZH.get(site.kind, (site.kind,))[0] or "—",
                phrases.figure(school.seats), phrases.figure(school.seats_more), phrases.figure(school.cost),
                *(("—",) * 4 if site is None else _of_site(folio, site_key(school.stages[0], site), site)),
            )
        )  # fmt: skip
    return rows


def _of_site(folio: Folio, key: str, site: ProposedSite) -> tuple[str, ...]:
    """Who is newly served, as far as it may be told; gaps; the next best plot."""
    newly = (folio.word(f"{key}.{name}") for name in ("people_newly", "pupils_newly"))
    return *newly, "、".join(site.gaps) or "—", folio.word(f"{key}.next_best")


def contents_sheets(titles: Sequence[tuple[str, str]]) -> tuple[AtlasSheet, ...]:
    """图纸目录: number 0, and of very many sheets the first numbers, too."""
    more = 0
    while len(titles) + more > _CONTENTS_FIT * (more + 1):
        more += 1
    words = ("图纸目录", "Contents")
    names = [words, *((f"{words[0]}（续 {each}）", f"{words[1]}, continued") for each in range(1, more + 1))]
    rows = [(f"{number:02d}", *title) for number, title in enumerate([*names[1:], *titles], start=1)]
    return tuple(
        AtlasSheet(
            "contents" if number == 0 else f"contents-{number}",
            "contents",
            name,
            lambda page, part=rows[number * _CONTENTS_FIT : (number + 1) * _CONTENTS_FIT]: _contents(page, part),  # type: ignore[misc]
        )
        for number, name in enumerate(names)
    )


def _contents(page: Page, rows: Sequence[tuple[str, ...]]) -> None:
    """Two lists with the English titles; four without them where there are many sheets."""
    west, _, east, north = FRAME
    top = north - TITLE_MM - _HEAD_MM
    columns = [TableColumn("图号", 4), TableColumn("图名", 40), TableColumn("Sheet", 40)]
    lists = 2 if len(rows) <= 2 * _CONTENTS_ROWS else 4
    columns = columns[: 3 if lists == 2 else 2]
    each = len(rows) if len(rows) <= _ONE_LIST else -(-len(rows) // lists)
    high = min(_ROW_MM, _CONTENTS_ROOM_MM / (each + 1))
    wide = (east - west - 20 - (lists - 1) * 4) / lists
    for part in range(-(-len(rows) // each)):
        page.top = top
        across = (west + 10 + part * (wide + 4), west + 10 + part * (wide + 4) + wide)
        here = [row[: len(columns)] for row in rows[part * each : (part + 1) * each]]
        points = max(min(8.0, high * 1.4), LEAST_POINTS)
        draw_table(page, SheetTable("", tuple(columns), ()), here, across, row_mm=high, points=points)
    draw_notes(page, phrases.common_notes(page.folio))


def _projects(page: Page, rows: Sequence[tuple[str, ...]], edges: Sequence[float]) -> None:
    west, _, east, north = FRAME
    page.top = north - TITLE_MM - _HEAD_MM
    if rows:
        table, across = SheetTable("", _PROJECTS, ()), (west + 8, east - 8)
        draw_table(page, table, rows, across, row_mm=_ROW_MM, points=_PROJECT_POINTS, edges=edges)
    else:
        page.write(west + 10, page.top, "本方案没有建设项目。 Nothing is to be built.", 9)
    draw_notes(page, phrases.common_notes(page.folio))
