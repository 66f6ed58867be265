"""The first and the last sheets: contents, the scope of the plan, and the list of what is to be built."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.plan import KIND_ZH
from geoplan.publish.atlas import panel, phrases
from geoplan.publish.atlas.canvas import Canvas
from geoplan.publish.atlas.ground import draw_district_names, draw_ground
from geoplan.publish.atlas.page import BLOCK_MM, FRAME, TITLE_MM
from geoplan.publish.atlas.sheet import AtlasSheet, LegendItem, SheetTable, Sign, TableColumn
from geoplan.publish.atlas.stage_tables import site_key
from geoplan.publish.atlas.stages import finish_map
from geoplan.publish.privacy import AT_LEAST, hidden_places, is_small
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
    canvas.discs(places.xy, np.clip(places.people / max(float(places.people.max()), 1.0) * 60, 1.2, 60), sign)
    count = f"{len(places):,} 处"
    canvas.explain(LegendItem(sign, f"{style.legend_zh}（面积示人数）", style.legend_en, count))
    draw_district_names(canvas, folio, points=11)
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
    hidden = hidden_places(everybody) if units.counts == "pupils" else np.zeros(len(everybody), dtype=bool)
    rows = []
    for row, (name, area) in enumerate(zip(units.district_names, units.district_areas, strict=True)):
        counted = AT_LEAST if hidden[row] and not is_small(everybody[row]) else phrases.people(plan, everybody[row])
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
    room = FRAME[3] - TITLE_MM - FRAME[1] - BLOCK_MM - _HEAD_MM - _ROW_MM
    fit = int(room // _ROW_MM)
    parts = [rows[start : start + fit] for start in range(0, len(rows), fit)] or [[]]
    sheets = []
    for number, part in enumerate(parts, start=1):
        which = "" if len(parts) == 1 else f"（{number}/{len(parts)}）"
        table = SheetTable("", _PROJECTS, tuple(part))
        sheets.append(
            AtlasSheet(
                "projects" if number == 1 else f"projects-{number}",
                "projects",
                (f"近期建设项目表{which}", "Schools to be built in the near term"),
                lambda page, table=table: _table_sheet(page, table, phrases.common_notes(page.folio)),  # type: ignore[misc]
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
                "、".join(school.projects) or school.id, school.name,
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


def contents_sheet(titles: Sequence[tuple[str, str]]) -> AtlasSheet:
    """图纸目录, in two columns."""
    return AtlasSheet("contents", "contents", ("图纸目录", "Contents"), lambda page: _contents(page, titles))


def _contents(page: Page, titles: Sequence[tuple[str, str]]) -> None:
    west, south, east, north = FRAME
    columns = (TableColumn("图号", 8), TableColumn("图名", 40), TableColumn("Sheet", 58))
    top = north - TITLE_MM - _HEAD_MM
    lists = 2 if len(titles) > 30 else 1
    each = -(-len(titles) // lists)
    high = min(_ROW_MM, (top - south - BLOCK_MM - 4) / (each + 1))
    for part in range(lists):
        page.top = top
        rows = [
            (f"{number:02d}", zh, en) for number, (zh, en) in enumerate(titles, start=1) if (number - 1) // each == part
        ]
        wide = (east - west - 24) / 2
        across = (west + 10 + part * (wide + 4), west + 10 + part * (wide + 4) + wide)
        panel.draw_table(page, SheetTable("", columns, ()), rows, across, row_mm=high, points=min(8.0, high * 1.35))
    panel.notes(page, phrases.common_notes(page.folio))


def _table_sheet(page: Page, table: SheetTable, notes: Sequence[str]) -> None:
    west, _, east, north = FRAME
    page.top = north - TITLE_MM - _HEAD_MM
    if table.rows:
        panel.draw_table(page, table, table.rows, (west + 8, east - 8), row_mm=_ROW_MM, points=7.4)
    else:
        page.write(west + 10, page.top, "本方案没有建设项目。 Nothing is to be built.", 9)
    panel.notes(page, notes)
