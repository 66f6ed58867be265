"""What is asked of Overpass for each kind: exactly what `geoplan.inputs.osm` reads from an extract, no more.

osmnx has queries of its own for streets and features; they leave out what geoplan reads beside the roads (gates as
nodes, squares as relations, crossings of railways) and nest one union for each tag.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from geoplan.inputs.osm_roads import GATES, SOLID

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoplan.fetch.area import Cell


class Kind(StrEnum):
    """What can be fetched."""

    ROADS = "roads"
    BARRIERS = "barriers"
    SCHOOLS = "schools"
    BUILDINGS = "buildings"


_GATE_NODES = "|".join(dict.fromkeys((*GATES, *SOLID, "bollard", "block", "chain", "cycle_barrier", "yes")))
_STATEMENTS: dict[Kind, tuple[str, ...]] = {
    Kind.ROADS: (
        'way["highway"]',
        f'node["barrier"~"^({_GATE_NODES})$"]',
        'relation["type"="multipolygon"]["highway"~"^(pedestrian|footway|living_street|service)$"]',
    ),
    Kind.BARRIERS: (
        'way["waterway"~"^(river|canal|riverbank)$"]',
        'way["natural"="water"]',
        'relation["type"="multipolygon"]["natural"="water"]',
        'relation["type"="multipolygon"]["waterway"="riverbank"]',
        'way["railway"~"^(rail|light_rail|narrow_gauge)$"]',
        'node["railway"~"^(level_crossing|crossing)$"]',
        'way["highway"~"^(motorway|motorway_link|trunk|trunk_link|primary)$"]',
        'way["footway"="crossing"]',
        'node["highway"~"crossing|traffic_signals"]',
        f'node["barrier"~"^({"|".join(GATES)})$"]',
        'way["barrier"~"^(wall|fence|city_wall|retaining_wall)$"]',
    ),
    Kind.SCHOOLS: tuple(f'{what}["amenity"~"^(school|kindergarten)$"]' for what in ("node", "way", "relation")),
    Kind.BUILDINGS: ('way["building"]', 'relation["type"="multipolygon"]["building"]'),
}


def query_for(kinds: Iterable[Kind], cell: Cell, *, seconds: int, memory_bytes: int) -> str:
    """Overpass QL for one cell; the same kinds in any order give the same text.

    Args:
        kinds: at least one.
        cell: its ways and relations come whole, with all their nodes.
        seconds, memory_bytes: what the server may use.
    """
    asked = set(kinds)
    box = box_of(cell)
    lines = dict.fromkeys(f"{each}{box};" for kind in Kind if kind in asked for each in _STATEMENTS[kind])
    head = f"[out:json][timeout:{seconds}][maxsize:{memory_bytes}];"
    return "\n".join([head, "(", *lines, ");", "(._;>;);", "out body;"])


def box_of(cell: Cell) -> str:
    """A cell as Overpass writes it: south, west, north, east."""
    west, south, east, north = (f"{edge:.7f}".rstrip("0").rstrip(".") for edge in cell.bounds)
    return f"({south},{west},{north},{east})"
