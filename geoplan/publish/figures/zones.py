"""Figures of attendance zones (学区), from what may be published of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.publish.figures import methods
from geoplan.publish.figures.figure import Figure, Method, part, printed
from geoplan.publish.privacy import suppressed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoplan.publish.privacy import Count
    from geoplan.publish.zones_public import PublicZone, ZoneBook

    Line = tuple[str, str, str, Count, str, Method]


ZONES = Method(
    "zones", "划分方案中的学区数。", "Zones of the proposal.", ("atlas: 学区",),
)  # fmt: skip
ZONE_PUPILS = Method(
    "zone-pupils",
    "学区内各单元学生之和；1-9人不公布，会泄露它的现状合计也不公布。",
    "Sum of the pupils of the zone's units; one to nine are not published, nor sums of today that would tell them.",
    ("atlas: 学区",),
)
SEATS = Method(
    "zone-seats",
    "学区内各校学位之和。",
    "Seats of the zone's schools together.",
    ("atlas: 学区",),
)
ZONE_LOAD = Method(
    "zone-load",
    "学区学生 ÷ 学位；学生数不公布的不计。",
    "Pupils of the zone over its seats; nothing where the pupils are not published.",
    ("atlas: 学区",),
)
ZONE_WAY = Method(
    "zone-way",
    "各单元到所属学校的路程，按学生加权平均，或取最远。",
    "Ways from the units to their school: the mean weighted by pupils, or the longest.",
    ("atlas: 学区",),
)
ZONE_MOVED = Method(
    "zone-moved",
    "现状与建议所属学校不同的单元及其学生。",
    "Units whose school is another one in the proposal than today, and their pupils.",
    ("atlas: 学区",),
)


PRIVATE = Method(
    "zone-private",
    "义务教育学区只划公办学校；民办学校除现状学区资料已划者外不划学区，其学位不计入。",
    "Zones of the compulsory stages are those of public schools; private ones have none but what the layers give them.",
    ("atlas: 学区",),
)


def zone_figures(books: tuple[ZoneBook, ...]) -> Iterator[Figure]:
    """Every figure of every zone: `zones.STAGE.ZONE.…`, and of a stage's zones together: `zones.STAGE.…`."""
    for book in books:
        yield from _together(book)
        for zone in book.zones:
            yield from _zone(book, zone)


def _together(book: ZoneBook) -> Iterator[Figure]:
    plan = book.found.shown
    moved = 0.0 if plan is None else plan.moved_pupils
    lines: tuple[Line, ...] = (
        ("zones", "学区数", "zones", sum(not zone.is_closed for zone in book.zones), "zones", ZONES),
        ("moved", "改变学校的学生", "pupils who change schools", suppressed(moved), "pupils", ZONE_MOVED),
        ("units_moved", "改变学校的单元数", "units that change schools", len(book.changes), "rows",
         ZONE_MOVED),
        ("status", "求解状态", "solver status", book.found.plan.status.zh, "", methods.SOLVER),
    )  # fmt: skip
    schools = book.found.schools
    if schools.private:
        lines += (
            ("private_schools", "不划学区的民办学校", "private schools without a zone", len(schools.private), "schools",
             PRIVATE),
            ("private_seats", "不划学区的民办学校学位", "seats of private schools without a zone",
             schools.private_seats, "seats", PRIVATE),
        )  # fmt: skip
    for line in lines:
        yield _figure(book, f"zones.{book.found.stage.value}", ("学区", "zones"), line)


def _zone(book: ZoneBook, zone: PublicZone) -> Iterator[Figure]:
    lines: tuple[Line, ...] = (
        ("seats", "学位", "seats", zone.seats, "seats", SEATS),
        ("before.pupils", "现学区学生", "pupils of today's zone", zone.before, "pupils", ZONE_PUPILS),
        ("pupils", "建议学区学生", "pupils of the proposed zone", zone.after, "pupils", ZONE_PUPILS),
        ("before.load", "现学区学位使用率", "load of today's zone", zone.load_before, "share", ZONE_LOAD),
        ("load", "建议学区学位使用率", "load of the proposed zone", zone.load_after, "share", ZONE_LOAD),
        ("before.mean_m", "现学区平均路程", "mean way in today's zone", zone.mean_before, "m", ZONE_WAY),
        ("mean_m", "建议学区平均路程", "mean way in the proposed zone", zone.mean_after, "m", ZONE_WAY),
        ("before.longest_m", "现学区最远路程", "longest way in today's zone", zone.longest_before, "m",
         ZONE_WAY),
        ("longest_m", "建议学区最远路程", "longest way in the proposed zone", zone.longest_after, "m",
         ZONE_WAY),
        ("moved_in", "调入学生", "pupils moved in", zone.moved_in, "pupils", ZONE_MOVED),
        ("moved_out", "调出学生", "pupils moved out", zone.moved_out, "pupils", ZONE_MOVED),
    )  # fmt: skip
    where = (f"学区 {zone.name}（{zone.id}）", f"zone of {zone.name} ({zone.id})")
    rows = tuple(f"schools:{each}" for each in zone.schools)
    for line in lines:
        yield _figure(book, f"zones.{book.found.stage.value}.{part(zone.id)}", where, line, rows=rows)


def _figure(book: ZoneBook, key: str, where: tuple[str, str], line: Line, *, rows: tuple[str, ...] = ()) -> Figure:
    name, zh, en, value, unit, method = line
    if unit == "m" and isinstance(value, float):
        value = round(value)
    elif isinstance(value, float):
        value = int(value) if value.is_integer() and unit != "share" else round(value, 6)
    stage = book.found.stage
    layers = {role: len(layer) for role in ("population", "schools", "roads") if (layer := book.layers.of(role))}
    return Figure(
        f"{key}.{name}", f"{stage.zh}，{where[0]}：{zh}", f"{stage.value}, {where[1]}: {en}", value, unit,
        printed(value, unit), "", "", layers, method, rows,
    )  # fmt: skip
