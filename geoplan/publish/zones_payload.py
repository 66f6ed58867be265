"""What the page of zones shows, as plain values; every figure is a published one."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoplan.inputs import layer_schemas
from geoplan.plan.zone_rows import balance_rows
from geoplan.plan.zone_today import SOURCES
from geoplan.publish.finding_words import finding_rows
from geoplan.publish.payload import base_lines, district_columns
from geoplan.publish.privacy import suppressed_words
from geoplan.publish.shapes import Pen
from geoplan.publish.wording import own_notices
from geoplan.publish.zones_shapes import PALETTE
from geoplan.types import Travel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoplan.inputs import LayerSchema
    from geoplan.publish.mapfile import MapFile
    from geoplan.publish.zones_public import PublicChange, ZoneBook

VERSION = 1
_TRAVEL_EN = {Travel.STRAIGHT: "Straight line", Travel.WALK: "Walking network"}
MOST_OUTLINES = 6_000


def zones_payload(
    book: ZoneBook,
    map_file: MapFile,
    before: Mapping[str, shapely.Geometry],
    after: Mapping[str, shapely.Geometry],
    colours: Mapping[str, int],
) -> dict[str, Any]:
    """The payload of the page: units, schools and zones as parallel arrays, zones by their row."""
    schemas = layer_schemas(book.config.folder)
    west, south, east, north = shapely.total_bounds(book.found.ground.shapes)
    margin = 0.02 * max(east - west, north - south, 100.0)
    extent = (west - margin, south - margin, east + margin, north + margin)
    pen = Pen(book.layers.crs, extent)
    corners = np.array([extent[:2], extent[2:]])
    found = book.found
    return {
        "version": VERSION,
        "title": map_file.title or book.title,
        "author": book.config.author,
        "data_date": book.config.data_date,
        "approval_number": map_file.approval_number,
        "notices": _notices(book, map_file),
        "crs": "local" if book.layers.is_local else "geographic",
        "steps": pen.scale,
        "bounds": pen.points(corners).tolist(),
        "stage": _stage(book, schemas),
        "travel": {"zh": found.travel.zh, "en": _TRAVEL_EN[found.travel]},
        "today": dict(zip(("zh", "en"), SOURCES[found.today.source], strict=True)),
        "is_sketch": found.ground.is_sketch,
        "districts": district_columns(book.units, pen, boundaries=map_file.boundaries),
        "base": base_lines(book.layers, pen, map_file, schemas, box=shapely.box(*extent)),
        "zones": _zones(book, pen, before, after, colours),
        "units": _units(book, pen),
        "schools": _schools(book, pen),
        "changes": [_change(book, each) for each in book.changes],
        "summary": _pairs(book.headline),
        "certainty": _pairs(book.certainty),
        "asked": _pairs(book.asked),
        "solver": _solver(book),
        "balance": [] if found.balance is None else balance_rows(found.balance),
        "findings": finding_rows(book.findings, {}, {}, suppressed_words),
        "footer": _footer(book),
    }


def _pairs(lines: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"zh": zh, "en": en} for zh, en in lines]


def _stage(book: ZoneBook, schemas: Mapping[str, LayerSchema]) -> dict[str, str]:
    stage = book.found.stage
    style = schemas["schools"].style.of(stage.value)
    return {
        "id": stage.value, "zh": stage.zh, "en": style.legend_en or stage.value, "colour": style.colour,
        "shape": style.shape,
    }  # fmt: skip


def _notices(book: ZoneBook, map_file: MapFile) -> list[dict[str, str]]:
    lines = own_notices(book.config.notices)
    if not book.found.has_plan:
        lines.insert(0, {"zh": "本方案未能满足全部要求，仅供讨论。", "en": "This plan breaks some of the rules."})
    if book.found.today.source == "nearest":
        zh, en = SOURCES["nearest"]
        lines.append({"zh": f"{zh}。", "en": f"{en.capitalize()}."})
    if book.found.ground.is_sketch:
        lines.append(
            {
                "zh": "居住点没有边界：图上学区界线按就近划出，仅为示意。",
                "en": "Places have no outlines: zone boundaries are drawn halfway between places, as a sketch.",
            }
        )
    lines += [{"zh": zh, "en": en} for zh, en in map_file.notices]
    return list({(each["zh"], each["en"]): each for each in lines}.values())


def _zones(
    book: ZoneBook,
    pen: Pen,
    before: Mapping[str, shapely.Geometry],
    after: Mapping[str, shapely.Geometry],
    colours: Mapping[str, int],
) -> dict[str, Any]:
    zones = book.zones

    def drawn(shapes: Mapping[str, shapely.Geometry]) -> list[Any]:
        return pen.coverage(np.array([shapes.get(zone.id) for zone in zones], dtype=object))

    return {
        "id": [zone.id for zone in zones],
        "name": [zone.name or zone.id for zone in zones],
        "colour": [PALETTE[colours[zone.id]] for zone in zones],
        "seats": [_round(zone.seats) for zone in zones],
        "is_new": [zone.is_new for zone in zones],
        "is_closed": [zone.is_closed for zone in zones],
        "before": {
            "shape": drawn(before),
            "units": [zone.units_before for zone in zones],
            "pupils": [zone.before for zone in zones],
            "load": [_round(zone.load_before, 4) for zone in zones],
            "mean_m": [_round(zone.mean_before) for zone in zones],
            "longest_m": [_round(zone.longest_before) for zone in zones],
        },
        "after": {
            "shape": drawn(after),
            "units": [zone.units_after for zone in zones],
            "pupils": [zone.after for zone in zones],
            "load": [_round(zone.load_after, 4) for zone in zones],
            "mean_m": [_round(zone.mean_after) for zone in zones],
            "longest_m": [_round(zone.longest_after) for zone in zones],
        },
        "moved_in": [zone.moved_in for zone in zones],
        "moved_out": [zone.moved_out for zone in zones],
    }


def _units(book: ZoneBook, pen: Pen) -> dict[str, Any]:
    found, ground = book.found, book.found.ground
    row = {zone.id: number for number, zone in enumerate(book.zones)}
    at = pen.points(ground.xy)
    is_drawn = not ground.is_sketch and len(ground) <= MOST_OUTLINES
    was, becomes = found.before, found.after
    return {
        "id": list(ground.ids),
        "name": list(ground.names),
        "lat": at[:, 0].tolist(),
        "lon": at[:, 1].tolist(),
        "shape": pen.coverage(ground.shapes) if is_drawn else [[] for _ in ground.ids],
        "before": [row.get(was.get(each, ""), -1) for each in ground.ids],
        "after": [row.get(becomes.get(each, ""), -1) for each in ground.ids],
        "way_before": [_round(found.way(each, was[each])) if each in was else None for each in ground.ids],
        "way_after": [_round(found.way(each, becomes[each])) if each in becomes else None for each in ground.ids],
    }


def _schools(book: ZoneBook, pen: Pen) -> dict[str, Any]:
    found = book.found
    opened = set() if found.shown is None else set(found.shown.new_schools)
    schools = found.schools
    keep = [row for row, each in enumerate(schools.ids) if not schools.is_candidate[row] or each in opened]
    of_school = {school: number for number, zone in enumerate(book.zones) for school in zone.schools}
    at = pen.points(schools.xy[keep].reshape(-1, 2))
    return {
        "id": [schools.ids[row] for row in keep],
        "name": [schools.names[row] or schools.ids[row] for row in keep],
        "lat": at[:, 0].tolist(),
        "lon": at[:, 1].tolist(),
        "seats": [_round(float(schools.seats[row])) for row in keep],
        "is_new": [bool(schools.is_candidate[row]) for row in keep],
        "zone": [of_school.get(schools.ids[row], -1) for row in keep],
    }


def _change(book: ZoneBook, change: PublicChange) -> dict[str, Any]:
    row = {each: number for number, each in enumerate(book.found.ground.ids)}
    return {
        "unit": row[change.unit],
        "pupils": change.pupils,
        "why": [{"zh": zh, "en": en} for zh, en in change.why],
    }


def _solver(book: ZoneBook) -> dict[str, Any]:
    plan = book.found.shown or book.found.plan
    status = plan.status.value if book.found.has_plan else book.found.plan.status.value
    return {
        "status": status,
        "objective": _round(plan.objective),
        "bound": _round(plan.bound),
        "gap": _round(plan.gap, 6),
        "seed": plan.seed,
        "time_limit_s": book.found.wish.time_limit_s,
    }


def _round(value: float | None, digits: int = 0) -> float | int | None:
    if value is None or not np.isfinite(value):
        return None
    return round(float(value), digits) if digits else round(float(value))


def _footer(book: ZoneBook) -> list[dict[str, str]]:
    found = book.found
    crs = "局部米制坐标" if book.layers.crs is None else f"{book.layers.crs.name}（{book.layers.crs.to_string()}）"
    crs_en = "local metres" if book.layers.crs is None else book.layers.crs.name
    return [
        {"zh": f"计算坐标系：{crs}。", "en": f"Computed in {crs_en}."},
        {
            "zh": f"路程为{found.travel.zh}，从居住单元的中点量到学校；学区内各单元经相邻单元可到达学校。",
            "en": f"Ways are by {_TRAVEL_EN[found.travel].lower()} from the middle of a unit to the school; inside a "
            "zone every unit reaches the school over neighbouring units.",
        },
        {
            "zh": "界线经过简化，仅供阅读；以单元名单为准。",
            "en": "Boundaries are simplified for reading; the list of units decides.",
        },
        {"zh": f"geoplan {version('geoplan')} 生成。", "en": f"Made with geoplan {version('geoplan')}."},
    ]
