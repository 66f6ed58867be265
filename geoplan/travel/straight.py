"""Straight-line distance: the plans' service radius in its plainest reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import KDTree

from geoplan.travel.matrix import Nearest, TravelMatrix, from_pairs
from geoplan.types import Travel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.types import Finding

TOUCH_M = 1e-5
"""Distances that differ by less are the same distance: a school at exactly the radius is within it."""

_QUARTER_SEGMENTS = 32
"""A circle of 128 sides: its area is 0.04 % below the true one. Only drawings use it, never a count of people."""


@dataclass(frozen=True)
class Straight:
    """The straight-line engine. It sees neither rivers nor railways; `coverage` flags the lines that cross them."""

    travel: Travel = Travel.STRAIGHT
    findings: tuple[Finding, ...] = ()

    def nearest(self, origins: NDArray[np.float64], targets: NDArray[np.float64]) -> Nearest:
        """See `TravelEngine.nearest`."""
        if not len(targets):
            return Nearest(np.full(len(origins), -1, dtype=np.int64), np.full(len(origins), np.inf))
        if not len(origins):
            return Nearest(np.zeros(0, dtype=np.int64), np.zeros(0))
        tree = KDTree(targets)
        distance, index = (np.asarray(each) for each in tree.query(origins, k=list(range(1, min(2, len(targets)) + 1))))
        found = index[:, 0].astype(np.int64)
        if len(targets) > 1:
            tied = np.flatnonzero(distance[:, 1] - distance[:, 0] <= TOUCH_M)
            for row in tied:
                found[row] = np.min(tree.query_ball_point(origins[row], r=distance[row, 0] + TOUCH_M))
        return Nearest(found, distance[:, 0])

    def within(
        self, origins: NDArray[np.float64], targets: NDArray[np.float64], cutoff_m: NDArray[np.float64] | float
    ) -> TravelMatrix:
        """See `TravelEngine.within`."""
        reach = np.broadcast_to(np.asarray(cutoff_m, dtype=float), (len(origins),))
        shape = (len(origins), len(targets))
        if not len(origins) or not len(targets):
            empty = np.zeros(0, dtype=np.int64)
            return from_pairs(empty, empty, np.zeros(0), shape=shape, cutoff_m=0.0)
        # a negative reach is nobody's: the tree would take its square
        asking = np.flatnonzero(reach >= 0)
        hits = list(KDTree(targets).query_ball_point(origins[asking], r=reach[asking] + TOUCH_M))
        origin = np.repeat(asking, [len(each) for each in hits])
        target = np.fromiter((each for row in hits for each in row), dtype=np.int64, count=len(origin))
        distance = np.hypot(*(origins[origin] - targets[target]).T)
        return from_pairs(origin, target, distance, shape=shape, cutoff_m=float(reach.max()))

    def service_area(self, targets: NDArray[np.float64], radius_m: float) -> shapely.Geometry:
        """See `TravelEngine.service_area`."""
        return shapely.union_all(shapely.buffer(shapely.points(targets), radius_m, quad_segs=_QUARTER_SEGMENTS))
