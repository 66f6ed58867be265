"""What only several layers together can tell. Each check is one function that returns its findings.

All geometries are in the project's metric CRS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Transformer

from geoplan.crs import WGS84, to_lonlat, wgs84_from_datum
from geoplan.inputs.findings import error, note, warning
from geoplan.inputs.values import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geoplan.inputs.draft import Draft
    from geoplan.types import Finding

_MAX_OVERLAP = 0.001
_MIN_ASKED = 20
_MIN_STRAYS = 5


def check_together(drafts: Mapping[str, Draft]) -> list[Finding]:
    """All checks of this module over the layers at hand, by role."""
    findings = []
    districts = drafts.get("districts")
    if districts is not None:
        findings.extend(overlapping_districts(districts))
        for role in ("schools", "sites"):
            if role in drafts:
                findings.extend(outside_area(drafts[role], districts))
        for role in ("schools", "population"):
            if role in drafts:
                findings.extend(datum_suspected(drafts[role], districts))
        if "population" in drafts:
            findings.extend(population_outside(drafts["population"], districts))
    if "schools" in drafts:
        findings.extend(capacity_missing(drafts["schools"]))
    return findings


def empty_layer(draft: Draft) -> list[Finding]:
    """An error for a layer without rows."""
    if len(draft.frame):
        return []
    source = draft.source
    what = "The layer has no rows" + (" left after where." if source.where else ".")
    fix = f"Check where in [layers.{source.role}]." if source.where else "Check the file and its layer."
    return [error(source, "empty-layer", what, fix=fix)]


def overlapping_districts(districts: Draft) -> list[Finding]:
    """Pairs of districts that share more than 0.1 % of the smaller one."""
    areas = districts.geometry
    tree = shapely.STRtree(areas)
    first, second = tree.query(areas, predicate="intersects")
    pairs = first < second
    first, second = first[pairs], second[pairs]
    if not len(first):
        return []
    shared_m2 = shapely.area(shapely.intersection(areas[first], areas[second]))
    smaller_m2 = np.minimum(shapely.area(areas[first]), shapely.area(areas[second]))
    over = shared_m2 > _MAX_OVERLAP * smaller_m2
    if not over.any():
        return []
    ids = districts.frame.index
    shown = [f"{ids[one]} and {ids[two]}" for one, two in zip(first[over], second[over], strict=True)]
    what = f"{len(shown):,} pairs of districts overlap, by {shared_m2[over].max() / 1e6:,.2f} km² at most."
    return [
        warning(
            districts.source,
            "overlapping-districts",
            what,
            rows=shown,
            why="People in the overlap belong to two districts.",
            fix='Correct the boundaries; from OpenStreetMap take one level: where = { admin_level = ["8"] }.',
        )
    ]


def outside_area(layer: Draft, districts: Draft) -> list[Finding]:
    """Schools or sites that stand in no district."""
    outside = _outside(layer.geometry, districts)
    if not outside.any():
        return []
    role = layer.source.role
    what = f"{int(outside.sum()):,} of {len(outside):,} {role} stand outside every district."
    return [
        warning(
            layer.source,
            f"{role.removesuffix('s')}-outside-area",
            what,
            rows=layer.frame.index[outside],
            why="They are kept; a point far from home often has a typing error or the wrong datum.",
            fix=f"Check their coordinates, and datum in [layers.{role}].",
        )
    ]


def population_outside(population: Draft, districts: Draft) -> list[Finding]:
    """People who live in no district."""
    outside = _outside(population.geometry, districts)
    if not outside.any():
        return []
    counted = ""
    if "people" in population.frame.columns:
        people = population.frame["people"].to_numpy(dtype=np.float64)
        unit = population.source.counts
        counted = f" with {np.nansum(people[outside]):,.0f} of {np.nansum(people):,.0f} {unit}"
    what = f"{int(outside.sum()):,} of {len(outside):,} places{counted} lie outside every district."
    rows = population.frame.index[outside]
    return [warning(population.source, "population-outside-districts", what, rows=rows)]


def capacity_missing(schools: Draft) -> list[Finding]:
    """A note on schools whose seats nobody wrote down."""
    unknown = np.isnan(schools.frame["capacity"].to_numpy(dtype=np.float64))
    if not unknown.any():
        return []
    what = f"{int(unknown.sum()):,} of {len(unknown):,} schools have no capacity."
    why = "Seat balances leave them out; coverage does not need them."
    return [note(schools.source, "capacity-missing", what, rows=schools.frame.index[unknown], why=why)]


def _outside(geometry: NDArray[np.object_], districts: Draft) -> NDArray[np.bool_]:
    """Which places (a point within, for areas) touch no district; none where no district has a polygon."""
    if not districts.has_geometry:
        return np.zeros(len(geometry), dtype=bool)
    tree = shapely.STRtree(districts.geometry)
    placed = np.array([shape is not None for shape in geometry], dtype=bool)
    inside, _ = tree.query(shapely.point_on_surface(geometry), predicate="intersects")
    outside = placed.copy()
    outside[inside] = False
    return outside


def datum_suspected(layer: Draft, districts: Draft) -> list[Finding]:
    """Points that fall into the district they name only once they are taken as GCJ-02.

    Asked of schools and population whose rows name their district, in georeferenced projects. Shifts of 500 m show
    only near boundaries, so that some twenty rows are needed before anything is said.
    """
    if layer.crs is None or layer.source.datum in {"gcj02", "bd09"} or not districts.has_geometry:
        return []
    own = np.where(shapely.is_missing(layer.geometry), -1, _own_district(layer, districts))
    asked = own >= 0
    if asked.sum() < _MIN_ASKED:
        return []
    points = shapely.point_on_surface(layer.geometry[asked])
    homes = districts.geometry[own[asked]]
    xy = shapely.get_coordinates(points)
    lonlat = to_lonlat(layer.crs, xy)
    back = Transformer.from_crs(WGS84, layer.crs, always_xy=True)
    moved = np.column_stack(back.transform(*wgs84_from_datum(lonlat, "gcj02").T))
    strays, strays_moved = (int((~shapely.intersects(homes, shapely.points(place))).sum()) for place in (xy, moved))
    if strays < _MIN_STRAYS or strays_moved * 2 > strays:
        return []
    shift_m = float(np.hypot(*(moved - xy).T).mean())
    count = len(xy)
    what = (
        f"{strays:,} of {count:,} rows lie outside the district they name; taken as GCJ-02, moved by {shift_m:,.0f} m, "
        f"only {strays_moved:,} do."
    )
    return [
        warning(
            layer.source,
            "datum-suspected",
            what,
            why="Points copied from AMap, Tencent or Baidu are shifted by hundreds of metres.",
            fix=f'If they come from there, set datum = "gcj02" (Baidu: "bd09") in [layers.{layer.source.role}].',
        )
    ]


def _own_district(layer: Draft, districts: Draft) -> NDArray[np.int64]:
    """Position of the district that each row names by name or id, -1 where it names none with a polygon."""
    known: dict[str, int] = {}
    for place, (key, name) in enumerate(zip(districts.frame.index, districts.frame["name"], strict=True)):
        if districts.geometry[place] is not None:
            known.setdefault(fold(str(key)), place)
            known.setdefault(fold(str(name)), place)
    known.pop("", None)
    return np.array([known.get(fold(name), -1) for name in layer.frame["district"]], dtype=np.int64)
