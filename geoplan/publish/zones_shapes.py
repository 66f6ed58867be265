"""Polygons and colours of zones before and after: neighbours differ, and a zone keeps its colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.locate.solution import Status
from geoplan.zones import Zone, ZonePlan, zone_shapes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.publish.zones_public import ZoneBook

PALETTE = ("#77AADD", "#EE8866", "#EEDD88", "#44BB99", "#FFAABB", "#99DDFF", "#BBCC33", "#C8A8D8", "#C9B18E", "#B8C4CC")
"""Pale, and apart for colour-blind readers (after Paul Tol's light scheme)."""


CRUMB_M2 = 1.0
"""Parts of a zone below this are left out of drawings."""


def shapes_after(book: ZoneBook) -> dict[str, shapely.Geometry]:
    """The proposed zones by id."""
    plan = book.found.shown
    return {} if plan is None else _drawn(book, plan)


def shapes_before(book: ZoneBook) -> dict[str, shapely.Geometry]:
    """Today's zones by id: as drawn in the layer, else put together from the units."""
    found = book.found
    if found.today.shapes:
        by_school = {school: zone for zone in found.zone_ids for school in found.schools_of(zone)}
        drawn: dict[str, list[shapely.Geometry]] = {}
        for school, shape in found.today.shapes.items():
            if (zone := by_school.get(school, school)) in found.zone_ids:
                drawn.setdefault(zone, []).append(shape)
        return {zone: parts[0] if len(parts) == 1 else shapely.union_all(parts) for zone, parts in drawn.items()}
    zones = tuple(_named(zone) for zone in found.zone_ids if zone in found.states_before)
    known = {unit: zone for unit, zone in found.before.items() if zone in found.states_before}
    if not known:
        return {}
    return _drawn(book, ZonePlan(Status.FEASIBLE, zones, (), 0.0, 0.0, 0.0, assignment=known))


def _named(zone: str) -> Zone:
    """A zone of which only the name is asked."""
    return Zone(zone, (zone,), (), 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, is_new=False, boarding=False)


def _drawn(book: ZoneBook, plan: ZonePlan) -> dict[str, shapely.Geometry]:
    frame = zone_shapes(plan, book.found.ground.polygons, tolerance_m=book.found.ground.tolerance_m)
    return {str(zone): _without_crumbs(shape) for zone, shape in zip(frame.index, frame.geometry, strict=True)}


def _without_crumbs(shape: shapely.Geometry) -> shapely.Geometry:
    """The shape without parts that are nothing but rounding."""
    parts: NDArray[np.object_] = np.asarray(shapely.get_parts(shape), dtype=object)
    large = parts[shapely.area(parts) > CRUMB_M2]
    if not len(large) or len(large) == len(parts):
        return shape
    return shapely.MultiPolygon(list(large))


def zone_colours(book: ZoneBook, *states: dict[str, shapely.Geometry]) -> dict[str, int]:
    """A number into `PALETTE` for every zone, so that zones which touch before or after differ where they can."""
    ids = book.found.zone_ids
    row = {each: number for number, each in enumerate(ids)}
    beside: list[set[int]] = [set() for _ in ids]
    for shapes in states:
        known = [each for each in ids if each in shapes]
        array: NDArray[np.object_] = np.array([shapes[each] for each in known], dtype=object)
        near = shapely.STRtree(array).query(array, predicate="dwithin", distance=book.found.ground.tolerance_m + 1.0)
        for one, other in near.T.tolist():
            if one != other:
                beside[row[known[one]]].add(row[known[other]])
    colours: dict[int, int] = {}
    for number in sorted(range(len(ids)), key=lambda each: (-len(beside[each]), each)):
        taken = {colours[other] for other in beside[number] if other in colours}
        used = np.bincount(list(colours.values()), minlength=len(PALETTE))
        free = [each for each in range(len(PALETTE)) if each not in taken] or list(range(len(PALETTE)))
        colours[number] = min(free, key=lambda each: (used[each], each))
    return {ids[number]: colour for number, colour in colours.items()}
