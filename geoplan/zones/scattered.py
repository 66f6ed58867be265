"""Adjacency of points: estates, villages or grid cells of which only a place is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely
from scipy.spatial import Delaunay, QhullError, cKDTree

from geoplan.errors import ProblemError
from geoplan.types import Finding, Severity
from geoplan.zones.adjacency import adjacency_from_pairs, points_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from geoplan.travel import TravelEngine
    from geoplan.zones.adjacency import Adjacency


def adjacency_from_points(
    xy: ArrayLike,
    *,
    unit_ids: Sequence[str] | None = None,
    graph: Literal["gabriel", "delaunay"] = "gabriel",
    max_m: float | None = None,
    barriers: Iterable[shapely.Geometry] = (),
    crossings: Iterable[shapely.Geometry] = (),
    crossing_m: float = 50.0,
) -> Adjacency:
    """Units given as points touch where no third one lies between them.

    A simplification: areas that touch may have no edge here, and the other way round. Gabriel: no other point in the
    circle over the pair (Gabriel & Sokal 1969, Systematic Zoology 18); Delaunay: areas of nearest ground (Thiessen)
    touch, which at the rim joins points that are far apart, so give `max_m` with it.

    Args:
        xy: shape (units, 2), metres of one metric CRS.
        max_m: points farther apart do not touch.
        barriers: a pair whose straight line crosses one does not touch, unless within `crossing_m` of a crossing.

    Raises:
        ProblemError: points that are not numbers, two in one place, an unknown graph.
    """
    count = len(np.asarray(xy))
    points = points_of(xy, count)
    ids = [str(number) for number in range(count)] if unit_ids is None else [str(each) for each in unit_ids]
    if len(ids) != count:
        raise ProblemError(f"adjacency: {count} points for {len(ids)} unit ids.")
    if graph not in {"gabriel", "delaunay"}:
        raise ProblemError(f"graph: expected 'gabriel' or 'delaunay', found {graph!r}.")
    _refuse_same_place(points, ids)
    pairs = _triangulated(points)
    ends = points[pairs]
    apart = np.hypot(*(ends[:, 0] - ends[:, 1]).T)
    keep = np.full(len(pairs), fill_value=True)
    if graph == "gabriel":
        keep = cKDTree(points).query(ends.mean(axis=1))[0] >= apart / 2 * (1 - 1e-9)
    if max_m is not None:
        keep &= apart <= max_m
    walls = shapely.union_all(list(barriers))
    crossed = shapely.intersection(shapely.linestrings(ends), walls) if len(pairs) else np.empty(0, dtype=object)
    gates = shapely.buffer(shapely.union_all(list(crossings)), crossing_m)
    parted = keep & ~shapely.is_empty(shapely.difference(crossed, gates)) if len(pairs) else keep
    named = [(ids[one], ids[other]) for one, other in pairs[keep & ~parted].tolist()]
    note = _simplified(
        f"{graph.capitalize()} neighbours of {count} points stand in for shared edges", int(parted.sum())
    )
    return adjacency_from_pairs(named, unit_ids=ids, xy=points, source=f"{graph} neighbours", findings=[note])


def adjacency_from_travel(
    engine: TravelEngine,
    xy: ArrayLike,
    *,
    unit_ids: Sequence[str] | None = None,
    nearest: int = 4,
    max_m: float = 3000.0,
) -> Adjacency:
    """Units touch where one is among the nearest few of the other on the road network.

    A simplification: rivers, railways and detours count as the network has them, areas do not. The relation is made
    symmetric: it is enough that one of the two finds the other.

    Args:
        engine: how people get about.
        xy: shape (units, 2), metres of the engine's CRS.
        nearest: how many neighbours each unit looks for; of equally near ones the first.
        max_m: the farthest way that is looked at.

    Raises:
        ProblemError: points that are not numbers, `nearest` below 1.
    """
    count = len(np.asarray(xy))
    points = points_of(xy, count)
    ids = [str(number) for number in range(count)] if unit_ids is None else [str(each) for each in unit_ids]
    if nearest < 1 or not max_m > 0 or len(ids) != count:
        raise ProblemError(f"Expected nearest ≥ 1, max_m > 0 and an id for each of {count} points.")
    matrix = engine.within(points, points, max_m)
    origin, target, way = matrix.origin(), matrix.target, matrix.distance_m
    others = origin != target
    origin, target, way = origin[others], target[others], way[others]
    order = np.lexsort((target, way, origin))
    first = np.searchsorted(origin[order], origin[order], side="left")
    chosen = order[np.arange(len(order)) - first < nearest]
    named = [(ids[one], ids[other]) for one, other in zip(origin[chosen], target[chosen], strict=True)]
    note = _simplified(f"The {nearest} nearest units by {engine.travel.value} stand in for shared edges", 0)
    return adjacency_from_pairs(named, unit_ids=ids, xy=points, source="nearest by road", findings=[note])


def _triangulated(points: NDArray[np.float64]) -> NDArray[np.int64]:
    """Edges of the Delaunay triangulation, lower position first; of points on one line the next ones along it."""
    if len(points) < 2:
        return np.zeros((0, 2), dtype=np.int64)
    try:
        corners = Delaunay(points - points.mean(axis=0)).simplices
    except (QhullError, ValueError):
        spread = points - points.mean(axis=0)
        along = np.argsort(spread @ np.linalg.svd(spread, full_matrices=False)[2][0], kind="stable")
        pairs = np.column_stack([along[:-1], along[1:]])
    else:
        pairs = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
    return np.unique(np.sort(pairs, axis=1), axis=0).astype(np.int64)


def _refuse_same_place(points: NDArray[np.float64], ids: list[str]) -> None:
    same = cKDTree(points).query_pairs(1e-6, output_type="ndarray") if len(points) else np.empty((0, 2))
    if len(same):
        one, other = (ids[row] for row in same[0])
        raise ProblemError(f"adjacency: units {one!r} and {other!r} are in one place, so which touch is not known.")


def _simplified(what: str, parted: int) -> Finding:
    cut = f"; {parted} pairs are parted by barriers" if parted else ""
    return Finding(
        Severity.NOTE, "adjacency-simplified", f"{what}{cut}.",
        why="Zones are contiguous in this graph; on the ground areas may touch otherwise.",
        fix="Give polygons of the units, or a table of pairs that touch.",
    )  # fmt: skip
