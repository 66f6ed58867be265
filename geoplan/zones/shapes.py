"""Polygons of the zones: units dissolved, with gaps of drawing closed, for maps, GeoPackages and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from geoplan.errors import ProblemError
from geoplan.locate.costs import some
from geoplan.zones.touching import polygons_by_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geoplan.zones.plan import ZonePlan

GRID_M = 0.001
"""Coordinates of zones are rounded to the millimetre, so that neighbours have the same ones."""


def zone_shapes(
    plan: ZonePlan,
    polygons: Any,  # noqa: ANN401 - GeoDataFrame, GeoSeries, mapping or sequence of geometries
    *,
    unit_ids: Sequence[str] | None = None,
    tolerance_m: float = 1.0,
) -> gpd.GeoDataFrame:
    """One row for each zone that has units, as in `plan.table()`, with its polygon; index: zone id.

    Overlaps belong to the unit that comes first; gaps narrower than the tolerance are closed, along their middle where
    they lie between two zones (the chordal axis of their triangulation: Prasad 1997, CNLS Newsletter 139). Streets
    between blocks are closed by a tolerance wider than they are. A split unit is drawn in the zone of its largest
    share.

    Args:
        polygons: of the units, in metres, see `adjacency_from_polygons`.

    Raises:
        ProblemError: there is no plan; units without a polygon; a tolerance below 0.
    """
    if plan.objective is None:
        raise ProblemError("There is no plan to draw.")
    ids, shapes, _ = polygons_by_id(polygons, unit_ids)
    if missing := [each for each in plan.assignment if each not in set(ids)]:
        raise ProblemError(f"Units without a polygon: {some(missing)}.")
    if not tolerance_m >= 0:
        raise ProblemError(f"tolerance_m: expected at least 0, found {tolerance_m!r}.")
    known = np.array([each in plan.assignment for each in ids])
    apart = _without_overlaps(shapely.set_precision(shapes[known], GRID_M))
    table = plan.table()
    number = {each: row for row, each in enumerate(table.index)}
    owners = [each for each, inside in zip(ids, known, strict=True) if inside]
    zone = np.array([number[plan.assignment[each]] for each in owners], dtype=np.int64)
    pieces, of_piece = _gap_pieces(apart, zone, tolerance_m)
    every, of_every = np.concatenate([apart, pieces]), np.concatenate([zone, of_piece])
    drawn = np.unique(zone)
    merged = _fitted([_areas(shapely.union_all(every[of_every == row], grid_size=GRID_M)) for row in drawn])
    return gpd.GeoDataFrame(table.iloc[drawn], geometry=merged, crs=getattr(polygons, "crs", None))


def _areas(shape: shapely.Geometry) -> shapely.Geometry:
    """The areas of a shape, without lines and points that a union may leave."""
    parts = shapely.get_parts(shape)
    areas = [each for each in parts if shapely.get_dimensions(each) == 2]
    return areas[0] if len(areas) == 1 else shapely.union_all(areas)


def _fitted(zones: list[shapely.Geometry]) -> list[shapely.Geometry]:
    """The zones with the same corners on both sides of every edge that they share: cut into faces, put together anew.

    Faces that belong to no zone are real holes, unless they are slivers: those go to the first zone beside them.
    """
    array = np.array(zones, dtype=object)
    lines = shapely.union_all(shapely.boundary(array), grid_size=GRID_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    face, zone = shapely.STRtree(array).query(shapely.point_on_surface(faces), predicate="within")
    owner = np.full(len(faces), -1, dtype=np.int64)
    owner[face[::-1]] = zone[::-1]
    for sliver in np.flatnonzero((owner < 0) & shapely.is_empty(shapely.buffer(faces, -5 * GRID_M))):
        owner[sliver] = int(np.argmin(shapely.distance(array, faces[sliver])))
    return [_areas(shapely.union_all(faces[owner == row])) for row in range(len(zones))]


def _without_overlaps(shapes: NDArray[Any]) -> NDArray[Any]:
    shapes = shapes.copy()
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    later = one < other
    one, other = one[later], other[later]
    over = shapely.area(shapely.intersection(shapes[one], shapes[other])) > GRID_M**2
    for first, second in zip(one[over].tolist(), other[over].tolist(), strict=True):
        shapes[second] = _areas(shapely.difference(shapes[second], shapes[first], grid_size=GRID_M))
    return shapes


def _gap_pieces(
    shapes: NDArray[Any], zone: NDArray[np.int64], width_m: float
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Gaps narrower than a width, cut up, and the zone of each piece."""
    nothing: tuple[NDArray[Any], NDArray[np.int64]] = np.empty(0, dtype=object), np.empty(0, dtype=np.int64)
    if width_m <= 0:
        return nothing
    whole = shapely.union_all(shapes, grid_size=GRID_M)
    half = width_m / 2 * (1 + 1e-6)
    closed = shapely.buffer(shapely.buffer(whole, half, join_style="mitre"), -half, join_style="mitre")
    gaps = shapely.get_parts(shapely.difference(closed, whole, grid_size=GRID_M))
    gaps = gaps[(shapely.area(gaps) > GRID_M**2) & (shapely.get_dimensions(gaps) == 2)]
    if not len(gaps):
        return nothing
    tree = shapely.STRtree(shapes)
    gap, unit = tree.query(gaps, predicate="dwithin", distance=2 * GRID_M)
    pieces, owners = [], []
    for number, shape in enumerate(gaps):
        around = np.unique(unit[gap == number])
        zones = np.unique(zone[around])
        cut = _halved(shape, shapes[around], zone[around], width_m) if len(zones) > 1 else []
        if not cut and len(zones):
            # nothing to halve: one zone around it, or a sliver of millimetres
            beside = shapely.length(shapely.intersection(shapely.buffer(shape, GRID_M), shapes[around]))
            cut = [(shape, int(zone[around[np.argmax(beside)]]))]
        pieces += [piece for piece, _ in cut]
        owners += [owner for _, owner in cut]
    return np.array(pieces, dtype=object), np.array(owners, dtype=np.int64)


def _halved(
    gap: shapely.Geometry, shapes: NDArray[Any], zone: NDArray[np.int64], width_m: float
) -> list[tuple[shapely.Geometry, int]]:
    """A gap between zones cut along its middle: its triangles, each split between the zones of its corners.

    Empty for slivers that are too narrow to be cut.
    """
    if shapely.is_empty(shapely.buffer(gap, -5 * GRID_M)):
        return []
    fine = shapely.segmentize(gap, max(width_m, 0.1))
    try:
        triangles = shapely.get_parts(shapely.constrained_delaunay_triangles(fine))
    except shapely.errors.GEOSException:
        return []
    corners = shapely.get_coordinates(triangles).reshape(-1, 4, 2)[:, :3]
    points, inverse = np.unique(corners.reshape(-1, 2), axis=0, return_inverse=True)
    owner = zone[_nearest(points, shapes)][inverse.ravel()].reshape(-1, 3)
    return [piece for xy, of in zip(corners, owner.tolist(), strict=True) for piece in _split(xy, of)]


def _nearest(points: NDArray[np.float64], shapes: NDArray[Any]) -> NDArray[np.int64]:
    """The shape nearest to each point, of equally near ones the first."""
    found = shapely.STRtree(shapes).query_nearest(shapely.points(points), all_matches=True)
    order = np.lexsort((found[1], found[0]))
    _, first = np.unique(found[0][order], return_index=True)
    nearest: NDArray[np.int64] = found[1][order][first]
    return nearest


def _split(xy: NDArray[np.float64], owner: list[int]) -> list[tuple[shapely.Geometry, int]]:
    """A triangle among the owners of its corners: cut between the middles of its sides."""
    if len(set(owner)) == 1:
        return [(shapely.Polygon(xy), owner[0])]
    middle = (xy + np.roll(xy, -1, axis=0)) / 2
    if len(set(owner)) == 3:
        centre = xy.mean(axis=0)
        return [(shapely.Polygon([xy[k], middle[k], centre, middle[k - 1]]), owner[k]) for k in range(3)]
    lone = next(k for k in range(3) if owner.count(owner[k]) == 1)
    one, two = (lone + 1) % 3, (lone + 2) % 3
    tip = shapely.Polygon([xy[lone], middle[lone], middle[two]])
    rest = shapely.Polygon([middle[lone], xy[one], xy[two], middle[two]])
    return [(tip, owner[lone]), (rest, owner[one])]
