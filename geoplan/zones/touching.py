"""Adjacency of areas: which polygons share an edge, and where a barrier runs between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoplan.errors import ProblemError
from geoplan.locate.costs import some
from geoplan.types import Finding, Severity
from geoplan.zones.adjacency import adjacency_from_pairs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geoplan.zones.adjacency import Adjacency


def adjacency_from_polygons(
    polygons: Any,  # noqa: ANN401 - GeoDataFrame, GeoSeries, mapping or sequence of geometries
    *,
    unit_ids: Sequence[str] | None = None,
    tolerance_m: float = 1.0,
    min_shared_m: float = 10.0,
    barriers: Iterable[shapely.Geometry] = (),
    barrier_m: float = 10.0,
    crossings: Iterable[shapely.Geometry] = (),
    crossing_m: float = 50.0,
) -> Adjacency:
    """Units touch where they share an edge; to meet in a corner is not enough.

    The shared edge is the boundary of the one within `tolerance_m` of the other, after invalid rings were repaired.
    Blocks with streets between them touch where the tolerance is wider than the street. A barrier parts two units
    where the edge that they share beside it is too short; or where the way from the point inside the one over the
    middle of the shared edge to the point inside the other crosses it; not so where a crossing is near.

    Args:
        polygons: of the units, in metres of one metric CRS: a GeoDataFrame or GeoSeries (index: ids), a mapping by
            id, or a sequence with `unit_ids`.
        tolerance_m: gaps and overlaps up to this width are faults of drawing.
        min_shared_m: shortest shared edge that counts.
        barriers: arterials, rivers, railways: lines or areas.
        barrier_m: a shared edge so near to a barrier runs along it.
        crossings: bridges, underpasses, signalled crossings: points or lines.
        crossing_m: a crossing so near to where two units meet lets people across.

    Raises:
        ProblemError: no polygons, empty ones, duplicate ids, tolerances below 0.
    """
    ids, shapes, findings = polygons_by_id(polygons, unit_ids)
    for name, value in (("tolerance_m", tolerance_m), ("min_shared_m", min_shared_m), ("barrier_m", barrier_m)):
        if not value >= 0:
            raise ProblemError(f"{name}: expected at least 0, found {value!r}.")
    points = shapely.point_on_surface(shapes)
    pairs, shared = _shared_edges(shapes, tolerance_m, min_shared_m)
    walls = shapely.union_all(list(barriers))
    parted = np.zeros(len(pairs), dtype=bool)
    if not shapely.is_empty(walls):
        gates = shapely.buffer(shapely.union_all(list(crossings)), crossing_m)
        parted = _parted(points, pairs, shared, walls, gates, width_m=barrier_m, shortest_m=min_shared_m)
    if parted.any():
        findings.append(_cut(ids, pairs[parted]))
    named = [(ids[one], ids[other]) for one, other in pairs[~parted].tolist()]
    xy = np.column_stack([shapely.get_x(points), shapely.get_y(points)])
    return adjacency_from_pairs(named, unit_ids=ids, xy=xy, source="shared edges", findings=findings)


def polygons_by_id(
    polygons: Any,  # noqa: ANN401 - as above
    unit_ids: Sequence[str] | None = None,
) -> tuple[list[str], NDArray[Any], list[Finding]]:
    """Ids and repaired polygons, in the given order, and what was repaired.

    Raises:
        ProblemError: no polygons, missing or empty ones, ids that do not fit.
    """
    series = getattr(polygons, "geometry", polygons)
    if isinstance(series, Mapping):
        unit_ids, shapes = list(series), list(series.values())
    else:
        unit_ids = getattr(series, "index", None) if unit_ids is None else unit_ids
        shapes = list(series)
    ids = [str(number) for number in range(len(shapes))] if unit_ids is None else [str(each) for each in unit_ids]
    if not shapes or len(ids) != len(shapes):
        raise ProblemError(f"polygons: expected one for each id, found {len(shapes)} for {len(ids)} ids.")
    array = np.array(shapes, dtype=object)
    wrong = shapely.is_missing(array) | shapely.is_empty(array) | (shapely.get_dimensions(array) != 2)
    if wrong.any():
        raise ProblemError(f"polygons: expected areas; not so for {some([ids[row] for row in np.flatnonzero(wrong)])}.")
    bad = np.flatnonzero(~shapely.is_valid(array))
    array[bad] = shapely.make_valid(array[bad], method="structure", keep_collapsed=False)
    if not len(bad):
        return ids, array, []
    repaired = Finding(
        Severity.NOTE, "polygon-repaired", f"{len(bad)} polygons crossed themselves and were repaired.",
        why="Shared edges and areas are only defined for valid polygons.",
        rows=tuple(ids[row] for row in bad[:5]), count=len(bad),
    )  # fmt: skip
    return ids, array, [repaired]


def _shared_edges(
    shapes: NDArray[Any], tolerance_m: float, min_shared_m: float
) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Pairs of positions (lower first) that share an edge, and the edges: the second's boundary near the first."""
    grown = shapely.buffer(shapes, max(tolerance_m, 1e-3), quad_segs=4)
    pairs = shapely.STRtree(shapes).query(grown, predicate="intersects").T
    pairs = pairs[pairs[:, 0] < pairs[:, 1]]
    shared = shapely.intersection(shapely.boundary(shapes[pairs[:, 1]]), grown[pairs[:, 0]])
    # at a corner the boundary of the one runs for up to twice the tolerance beside the other, on both sides
    enough = shapely.length(shared) >= min_shared_m + 3.0 * max(tolerance_m, 1e-3)
    order = np.lexsort((pairs[enough, 1], pairs[enough, 0]))
    return pairs[enough][order].astype(np.int64), shared[enough][order]


def _parted(
    points: NDArray[Any],
    pairs: NDArray[np.int64],
    shared: NDArray[Any],
    walls: shapely.Geometry,
    gates: shapely.Geometry,
    *,
    width_m: float,
    shortest_m: float,
) -> NDArray[np.bool_]:
    """Pairs between which a barrier runs, without a gate where they meet. Shape (pairs,)."""
    near = np.flatnonzero(shapely.dwithin(shared, walls, width_m) | _crosses(points, pairs, shared, walls))
    along = shapely.buffer(walls, width_m)
    beside = shapely.difference(shared[near], along)
    short = shapely.length(beside) < shortest_m
    # what counts is the way over the part of the edge that is free of the barrier
    crossed = shapely.intersection(_ways(points, pairs[near], np.where(short, shared[near], beside)), walls)
    passed = shapely.is_empty(shapely.difference(crossed, gates)) & ~shapely.is_empty(crossed)
    open_here = shapely.intersects(shapely.intersection(shared[near], along), gates)
    parted = np.zeros(len(pairs), dtype=bool)
    parted[near] = np.where(short, ~open_here & ~passed, ~shapely.is_empty(crossed) & ~passed & ~open_here)
    return parted


def _crosses(
    points: NDArray[Any], pairs: NDArray[np.int64], shared: NDArray[Any], walls: shapely.Geometry
) -> NDArray[np.bool_]:
    shapely.prepare(walls)
    crosses: NDArray[np.bool_] = shapely.intersects(walls, _ways(points, pairs, shared))
    return crosses


def _ways(points: NDArray[Any], pairs: NDArray[np.int64], shared: NDArray[Any]) -> NDArray[Any]:
    """Lines from the point of the one unit over the middle of the longest shared piece to that of the other."""
    if not len(pairs):
        return np.empty(0, dtype=object)
    middle = np.array([_middle(each) for each in shared], dtype=object)
    stops = np.stack([shapely.get_coordinates(each) for each in (points[pairs[:, 0]], middle, points[pairs[:, 1]])], 1)
    return np.asarray(shapely.linestrings(stops), dtype=object)


def _middle(edge: Any) -> shapely.Geometry:  # noqa: ANN401 - lines of several kinds
    pieces = shapely.get_parts(shapely.line_merge(edge))
    longest: Any = pieces[int(np.argmax(shapely.length(pieces)))]
    middle: shapely.Geometry = shapely.line_interpolate_point(longest, 0.5, normalized=True)
    return middle


def _cut(ids: list[str], pairs: NDArray[np.int64]) -> Finding:
    return Finding(
        Severity.NOTE, "barrier-cuts", f"{len(pairs)} pairs of units that share an edge are parted by a barrier.",
        why="A zone does not reach across it.", fix="Give the crossings, where there are some.",
        rows=tuple(f"{ids[one]} | {ids[other]}" for one, other in pairs[:5].tolist()), count=len(pairs),
    )  # fmt: skip
