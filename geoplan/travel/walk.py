"""Walking along roads: points stand on edges, the way to the edge is walked too, barriers are not crossed."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.ops import substring

from geoplan.travel.matrix import Nearest, TravelMatrix, from_pairs
from geoplan.travel.standing import stand
from geoplan.travel.straight import TOUCH_M
from geoplan.types import Travel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.travel.compounds import Compounds
    from geoplan.travel.network import Network
    from geoplan.travel.standing import Standing
    from geoplan.types import Finding

STREET_HALF_WIDTH_M = 60.0
"""Drawings widen reached streets by this much, to show the plots along them."""


class Walk:
    """The walking engine over one network. Distances include the straight walk to and from the road."""

    travel = Travel.WALK

    def __init__(self, network: Network, compounds: Compounds | None = None) -> None:
        self.network = network
        self._compounds = compounds
        self._tree = shapely.STRtree(network.edge_line)
        # the same homes are asked for again and again: today, for every candidate, with the plan
        self._stand = lru_cache(maxsize=8)(self._stand_anew)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was assumed while the network was built."""
        return self.network.findings + (() if self._compounds is None else self._compounds.findings)

    def __repr__(self) -> str:
        return f"Walk({self.network!r})"

    def stand(self, xy: NDArray[np.float64]) -> Standing:
        """Put points, shape (n, 2), on their nearest edge that they reach without crossing a barrier."""
        return self._stand(np.ascontiguousarray(xy, dtype=float).tobytes())

    def _stand_anew(self, coordinates: bytes) -> Standing:
        xy = np.frombuffer(coordinates, dtype=float).reshape(-1, 2)
        return stand(self.network, self._tree, xy, self._compounds)

    def nearest(self, origins: NDArray[np.float64], targets: NDArray[np.float64]) -> Nearest:
        """See `TravelEngine.nearest`."""
        home, school = self.stand(origins), self.stand(targets)
        to_node, label = self._to_nodes(school)
        best_m = np.full(len(origins), np.inf)
        best = np.full(len(origins), -1, dtype=np.int64)
        on = np.flatnonzero(home.edge >= 0)
        edge = home.edge[on]
        for end, walk in enumerate((home.along_m[on], self.network.edge_m[edge] - home.along_m[on])):
            node = self.network.edge_node[edge, end]
            _keep_shorter(best_m, best, on, to_node[node] + walk + home.access_m[on], label[node])
        origin, target, walk = _on_one_edge(home, school)
        for position in np.argsort(-target, kind="stable"):
            _keep_shorter(best_m, best, origin[[position]], walk[[position]], target[[position]])
        return Nearest(best, best_m)

    def within(
        self, origins: NDArray[np.float64], targets: NDArray[np.float64], cutoff_m: NDArray[np.float64] | float
    ) -> TravelMatrix:
        """See `TravelEngine.within`."""
        from geoplan.travel.dijkstra import points_within  # noqa: PLC0415  numba starts only when somebody walks

        home, school = self.stand(origins), self.stand(targets)
        reach = np.broadcast_to(np.asarray(cutoff_m, dtype=float), (len(origins),)) + TOUCH_M
        cutoff = float(reach.max()) if len(reach) else 0.0
        indptr, point, walk_m = self._on_nodes(home)
        node = np.where(school.edge[:, None] >= 0, self.network.edge_node[school.edge], -1)
        origin, target, distance = points_within(
            self.network.indptr, self.network.neighbour, self.network.arc_m,
            node, self._to_ends(school), indptr, point, walk_m, reach, cutoff,
        )  # fmt: skip
        same_origin, same_target, same_m = _on_one_edge(home, school)
        near = same_m <= reach[same_origin]
        return _shortest_pairs(
            np.concatenate([origin, same_origin[near]]),
            np.concatenate([target, same_target[near]]),
            np.concatenate([distance, same_m[near]]),
            shape=(len(origins), len(targets)),
            cutoff_m=cutoff - TOUCH_M,
        )

    def service_area(self, targets: NDArray[np.float64], radius_m: float) -> shapely.Geometry:
        """The streets reached within `radius_m`, widened by 60 m, as one polygon (a drawing, not a count)."""
        school = self.stand(targets)
        to_node, _ = self._to_nodes(school)
        edge_m = self.network.edge_m
        left = np.clip(radius_m - to_node[self.network.edge_node], 0.0, None)
        whole = left.sum(axis=1) >= edge_m
        reached = [self.network.edge_line[whole & (left.max(axis=1) > 0)]]
        partly = np.flatnonzero(~whole & (left.max(axis=1) > 0))
        for end in (0, 1):
            rows = partly[left[partly, end] > 0]
            reached.append(self._stubs(rows, left[rows, end], from_end=end == 1))
        on = np.flatnonzero((school.edge >= 0) & (school.access_m < radius_m))
        around = [substring(self.network.edge_line[school.edge[row]], *_span(school, row, radius_m)) for row in on]
        reached.append(np.asarray(around, dtype=object))
        # widening street by street and then uniting takes a third of the time of widening all streets at once
        return shapely.union_all(shapely.buffer(np.concatenate(reached), STREET_HALF_WIDTH_M, quad_segs=2))

    def _stubs(self, edges: NDArray[np.int64], length_m: NDArray[np.float64], *, from_end: bool) -> NDArray[np.object_]:
        lines = self.network.edge_line[edges]
        stubs = [
            substring(line, line.length - m, line.length) if from_end else substring(line, 0, m)
            for line, m in zip(lines, length_m, strict=True)
        ]
        return np.asarray(stubs, dtype=object)

    def _to_ends(self, standing: Standing) -> NDArray[np.float64]:
        """Walk from each point to both ends of its edge, shape (n, 2)."""
        length = np.where(standing.edge >= 0, self.network.edge_m[standing.edge], np.inf)
        return np.column_stack([standing.along_m, length - standing.along_m]) + standing.access_m[:, None]

    def _to_nodes(self, school: Standing) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Distance from every node to the nearest school, and which."""
        from geoplan.travel.dijkstra import nearest_source  # noqa: PLC0415  numba starts only when somebody walks

        on = np.flatnonzero(school.edge >= 0)
        distance, label = nearest_source(
            self.network.indptr,
            self.network.neighbour,
            self.network.arc_m,
            self.network.edge_node[school.edge[on]].ravel(),
            self._to_ends(school)[on].ravel(),
            np.repeat(on, 2),
        )
        return distance, label

    def _on_nodes(self, home: Standing) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """CSR over nodes: the points on the edges at each node, and the walk from node to point."""
        on = np.flatnonzero(home.edge >= 0)
        node = self.network.edge_node[home.edge[on]].ravel()
        walk = self._to_ends(home)[on].ravel()
        point = np.repeat(on, 2)
        order = np.argsort(node, kind="stable")
        indptr = np.zeros(len(self.network.node_xy) + 1, dtype=np.int64)
        np.cumsum(np.bincount(node, minlength=len(self.network.node_xy)), out=indptr[1:])
        return indptr, point[order], walk[order]


def _span(school: Standing, row: np.int64, radius_m: float) -> tuple[float, float]:
    left = radius_m - school.access_m[row]
    return max(school.along_m[row] - left, 0.0), school.along_m[row] + left


def _keep_shorter(
    best_m: NDArray[np.float64],
    best: NDArray[np.int64],
    rows: NDArray[np.int64],
    walk_m: NDArray[np.float64],
    label: NDArray[np.int64],
) -> None:
    """Where `walk_m` is shorter (or as short, to a lower label), take it (in place)."""
    before = best_m[rows]
    shorter = walk_m < before - TOUCH_M
    tied = np.isfinite(walk_m) & ~shorter & (walk_m <= before + TOUCH_M) & (label < best[rows])
    take = shorter | tied
    best_m[rows[take]] = np.minimum(walk_m[take], before[take])
    best[rows[take]] = label[take]


def _on_one_edge(home: Standing, school: Standing) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Pairs that share an edge, and the walk along it."""
    order = np.argsort(school.edge, kind="stable")
    edges = school.edge[order]
    first, last = np.searchsorted(edges, home.edge, "left"), np.searchsorted(edges, home.edge, "right")
    count = np.where(home.edge >= 0, last - first, 0)
    origin = np.repeat(np.arange(len(home.edge)), count)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    target = order[np.repeat(first, count) + within]
    along = np.abs(home.along_m[origin] - school.along_m[target])
    return origin, target, along + home.access_m[origin] + school.access_m[target]


def _shortest_pairs(
    origin: NDArray[np.int64],
    target: NDArray[np.int64],
    distance_m: NDArray[np.float64],
    *,
    shape: tuple[int, int],
    cutoff_m: float,
) -> TravelMatrix:
    """One matrix from pairs that may occur twice (through the nodes and along the shared edge)."""
    order = np.lexsort((distance_m, target, origin))
    origin, target, distance_m = origin[order], target[order], distance_m[order]
    first = np.ones(len(origin), dtype=bool)
    first[1:] = (origin[1:] != origin[:-1]) | (target[1:] != target[:-1])
    return from_pairs(origin[first], target[first], distance_m[first], shape=shape, cutoff_m=cutoff_m)
