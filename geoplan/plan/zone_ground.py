"""The units of zoning: rows of the population layer with their pupils, their ground, and who touches whom."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from geoplan.errors import ProblemError, near_match
from geoplan.travel.walls import barrier_kinds
from geoplan.types import Finding, Severity, Travel
from geoplan.zones import adjacency_from_points, adjacency_from_polygons, adjacency_from_travel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.demand import Units
    from geoplan.travel import TravelEngine
    from geoplan.types import Layers, Stage
    from geoplan.zones import Adjacency

TOLERANCES_M = (1.0, 5.0, 15.0, 30.0)
"""Gaps between polygons (streets between blocks) that are tried one after the other."""

ALONE = 0.02
"""So large a share of units may be without a neighbour before the next tolerance is tried."""

RIM_M = 400.0
"""Ground around the outermost places, where no district says how far it reaches."""


@dataclass(frozen=True, eq=False)
class ZoneGround:
    """The units.

    Attributes:
        rows: their rows in the population layer; ids, names: of those.
        districts: name of the district that each lies in; '' where it lies in none.
        xy: where a unit's ways begin; the middle of a polygon where that lies inside. Shape (n, 2).
        shapes: polygons; where only points are known, the ground nearest to each (`is_sketch`).
        pupils: of the stage. Shape (n,).
        tolerance_m: gaps of this width do not part neighbours.
    """

    rows: NDArray[np.int64]
    ids: tuple[str, ...]
    names: tuple[str, ...]
    districts: tuple[str, ...]
    xy: NDArray[np.float64]
    shapes: NDArray[np.object_]
    is_sketch: bool
    pupils: NDArray[np.float64]
    tolerance_m: float
    findings: tuple[Finding, ...]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def polygons(self) -> gpd.GeoSeries:
        """The shapes by id."""
        return gpd.GeoSeries(list(self.shapes), index=list(self.ids))


def zone_ground(units: Units, stage: Stage, *, district: str = "", tolerance_m: float | None = None) -> ZoneGround:
    """The rows of the population layer as units of zoning.

    Raises:
        ProblemError: no such district, or no rows in it.
    """
    rows = _rows_of(units, district)
    geometry = units.geometry[rows]
    findings = []
    pupils = units.pupils.get(stage.value)
    if pupils is None:
        pupils = units.people
        findings.append(_people_for_pupils(stage))
    is_area = shapely.area(geometry) > 0
    is_sketch = not bool(is_area.all())
    if is_sketch and is_area.any():
        findings.append(_mixed(int(is_area.sum()), len(rows)))
    xy = _middles(geometry)
    shapes = _nearest_ground(units, xy) if is_sketch else geometry
    return ZoneGround(
        rows=rows,
        ids=tuple(str(each) for each in units.ids[rows]),
        names=tuple(units.place_name(int(row)) for row in rows),
        districts=tuple(units.district_names[each] if each >= 0 else "" for each in units.district[rows].tolist()),
        xy=xy,
        shapes=shapes,
        is_sketch=is_sketch,
        pupils=np.nan_to_num(pupils[rows]).astype(float),
        tolerance_m=1.0 if tolerance_m is None else tolerance_m,
        findings=tuple(findings),
    )


def _rows_of(units: Units, district: str) -> NDArray[np.int64]:
    if not district:
        return np.arange(len(units), dtype=np.int64)
    number = district_number(units, district)
    rows = np.flatnonzero(units.district == number)
    if not len(rows):
        raise ProblemError(f"No row of the population layer lies in district {district!r}.")
    return rows.astype(np.int64)


def district_number(units: Units, district: str) -> int:
    """The index of a district by its id or name.

    Raises:
        ProblemError: there is none.
    """
    known = [*units.district_ids, *units.district_names]
    if district not in known:
        there = f"Known: {', '.join(units.district_names[:20])}." if known else "The project has no districts layer."
        raise ProblemError(f"No district {district!r}. {there}{near_match(district, known)}")
    return known.index(district) % len(units.district_ids)


def _middles(geometry: NDArray[np.object_]) -> NDArray[np.float64]:
    centre = shapely.centroid(geometry)
    inside = shapely.intersects(geometry, centre)
    return shapely.get_coordinates(np.where(inside, centre, shapely.point_on_surface(geometry)))


def _nearest_ground(units: Units, xy: NDArray[np.float64]) -> NDArray[np.object_]:
    """The ground nearer to each place than to any other (Thiessen), within the districts or a rim around them."""
    points: NDArray[np.object_] = np.asarray(shapely.points(xy), dtype=object)
    everything = shapely.multipoints(list(points))
    rim: Any = shapely.buffer(shapely.convex_hull(everything), RIM_M)
    given = units.district_shapes[~shapely.is_missing(units.district_shapes)]
    holding = given[shapely.intersects(given, everything)] if len(given) else given
    if len(holding):
        rim = shapely.intersection(rim, shapely.buffer(shapely.union_all(holding), 1.0))
    if len(xy) < 2:
        return np.array([rim] * len(xy), dtype=object)
    cells = shapely.get_parts(shapely.voronoi_polygons(everything, extend_to=rim))
    point, cell = shapely.STRtree(cells).query(points, predicate="intersects")
    own = np.full(len(xy), -1, dtype=np.int64)
    own[point[::-1]] = cell[::-1]
    clipped = shapely.intersection(cells[own], rim)
    disc = np.asarray(shapely.buffer(points, 1.0), dtype=object)
    empty = shapely.is_empty(clipped) | (own < 0) | (shapely.get_dimensions(clipped) != 2)
    ground: NDArray[np.object_] = np.where(empty, disc, np.asarray(clipped, dtype=object)).astype(object)
    return ground


def touching(ground: ZoneGround, layers: Layers, engine: TravelEngine, *, given: bool) -> tuple[ZoneGround, Adjacency]:
    """Who touches whom, with barriers between; and the ground with the tolerance that was used.

    Polygons touch along edges. Places touch their nearest ones by road where the engine walks, else where no third
    one lies between. `given`: the tolerance was asked for.
    """
    walls, gates = _barriers(layers)
    if ground.is_sketch:
        if engine.travel is Travel.WALK:
            return ground, adjacency_from_travel(engine, ground.xy, unit_ids=ground.ids)
        return ground, adjacency_from_points(ground.xy, unit_ids=ground.ids, barriers=walls, crossings=gates)
    for tolerance in (ground.tolerance_m,) if given else TOLERANCES_M:
        found = adjacency_from_polygons(ground.polygons, tolerance_m=tolerance)
        alone = int((np.diff(found.ptr) == 0).sum())
        if alone <= ALONE * len(ground):
            break
    if walls:
        found = adjacency_from_polygons(ground.polygons, tolerance_m=tolerance, barriers=walls, crossings=gates)
    findings = ground.findings
    if not given and tolerance != TOLERANCES_M[0]:
        findings = (*findings, _tolerance(tolerance, alone))
    return replace(ground, tolerance_m=tolerance, findings=findings), found


def _barriers(layers: Layers) -> tuple[list[shapely.Geometry], list[shapely.Geometry]]:
    """What parts units, and where it can be crossed: crossings, and roads marked as bridges or tunnels."""
    if layers.barriers is None:
        return [], []
    shapes, is_crossing, solid = barrier_kinds(layers.barriers)
    gates = list(shapes[is_crossing])
    if layers.roads is not None and "crossing" in layers.roads.frame:
        roads = layers.roads.frame
        over = np.array([each is True for each in roads["crossing"]], dtype=bool)
        gates += list(np.asarray(roads.geometry.array, dtype=object)[over])
    return list(shapes[solid]), gates


def _people_for_pupils(stage: Stage) -> Finding:
    return Finding(
        Severity.WARNING, "people-for-pupils",
        f"The pupils of {stage.value} ({stage.zh}) are not known; people stand in for them.",
        why="Seats are for pupils: compared with people they hardly ever suffice.",
        fix=f'Add a column pupils_{stage.value} to the population or districts layer, or set counts = "pupils".',
        layer="population",
    )  # fmt: skip


def _mixed(areas: int, count: int) -> Finding:
    return Finding(
        Severity.NOTE, "areas-taken-as-points",
        f"{areas} of {count} rows are polygons, the others points; all are taken as points.",
        why="Shared edges are known only where every row has a polygon.", layer="population",
    )  # fmt: skip


def _tolerance(tolerance: float, alone: int) -> Finding:
    return Finding(
        Severity.NOTE, "streets-between-blocks",
        f"Gaps of up to {tolerance:g} m between polygons count as touching; with that {alone} units touch nobody.",
        why="Blocks are drawn with the streets between them left out.",
        fix="Say another width with --tolerance-m.", layer="population",
    )  # fmt: skip
