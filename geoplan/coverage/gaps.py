"""Gaps: places where people live beyond the service radius, as polygons with people in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.coverage.served import Coverage
    from geoplan.types import Stage, Travel

LATTICE_PER_RADIUS = 4
"""Gaps are drawn on squares of a quarter of the radius, so that scattered homes form places."""


@dataclass(frozen=True, eq=False)
class Gap:
    """One place with people beyond the radius.

    Attributes:
        id: `G1` is the one with most people; unique for a stage and travel mode.
        points: the demand points in it.
        pupils: None where no layer tells.
        school: the existing school that is nearest for most of its people, index into the supply, or -1.
        distance_m: people's mean way to their nearest school; inf where some of them reach none.
        xy: mean position of its people.
    """

    id: str
    stage: Stage
    travel: Travel
    points: NDArray[np.int64]
    people: float
    pupils: float | None
    district: int
    school: int
    distance_m: float
    xy: tuple[float, float]
    polygon: shapely.Geometry


def find_gaps(coverage: Coverage) -> tuple[Gap, ...]:
    """The gaps of a coverage, most people first.

    Uncovered points fall on a lattice of a quarter radius; touching squares belong together (DBSCAN over the
    squares); a gap wider than one school can serve is divided (k-means by people) so that each part is about the
    size of a service area.
    """
    outside = np.flatnonzero(coverage.assessed & ~coverage.covered & (coverage.demand.people > 0))
    if not len(outside):
        return ()
    gaps: list[Gap] = []
    reach = coverage.reach_m()[outside]
    for radius_m in np.unique(reach):
        gaps += _gaps_at(coverage, outside[reach == radius_m], float(radius_m))
    gaps.sort(key=lambda gap: (-round(gap.people, 6), gap.points[0]))
    return tuple(Gap(**{**gap.__dict__, "id": f"G{rank}"}) for rank, gap in enumerate(gaps, start=1))


def _gaps_at(coverage: Coverage, points: NDArray[np.int64], radius_m: float) -> list[Gap]:
    from sklearn.cluster import DBSCAN  # noqa: PLC0415  takes seconds to start; only gaps need it

    side = radius_m / LATTICE_PER_RADIUS
    lattice: NDArray[np.float64] = np.floor(coverage.demand.xy[points] / side)
    square, of_point = np.unique(lattice, axis=0, return_inverse=True)
    of_point = of_point.ravel()
    people = np.asarray(np.bincount(of_point, coverage.demand.people[points]), dtype=float)
    # squares that touch, also at a corner, are less than 1.5 sides apart
    cluster = DBSCAN(eps=1.5, min_samples=1).fit_predict(square)
    part = _divided(square, people, cluster.astype(np.int64), most_squares=np.pi * LATTICE_PER_RADIUS**2)
    return [
        _gap(coverage, points[part[of_point] == each], square[part == each] * side, side) for each in np.unique(part)
    ]


def _divided(
    square: NDArray[np.float64], people: NDArray[np.float64], cluster: NDArray[np.int64], *, most_squares: float
) -> NDArray[np.int64]:
    """Split clusters of more squares than one service area holds."""
    from sklearn.cluster import KMeans  # noqa: PLC0415  see above
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    part = np.zeros(len(square), dtype=np.int64)
    used = 0
    for each in np.unique(cluster):
        rows = np.flatnonzero(cluster == each)
        wanted = int(np.ceil(len(rows) / most_squares))
        if wanted > 1:
            # one thread: sums in a fixed order, so that two runs divide alike
            with threadpool_limits(limits=1):
                means = KMeans(n_clusters=wanted, n_init=1, random_state=0)
                part[rows] = used + means.fit_predict(square[rows], sample_weight=people[rows])
        else:
            part[rows] = used
        used += wanted
    return part


def _gap(coverage: Coverage, points: NDArray[np.int64], corner: NDArray[np.float64], side: float) -> Gap:
    demand = coverage.demand
    people = demand.people[points]
    x, y = corner.T
    squares = shapely.union_all(shapely.box(x, y, x + side, y + side))
    school, district = (_heaviest(labels[points], people) for labels in (coverage.school, demand.district))
    mean = np.average(demand.xy[points], axis=0, weights=people)
    return Gap(
        id="",
        stage=coverage.stage,
        travel=coverage.travel,
        points=points,
        people=float(people.sum()),
        pupils=None if demand.pupils is None else float(demand.pupils[points].sum()),
        district=district,
        school=school,
        distance_m=float(np.average(coverage.distance_m[points], weights=people)),
        xy=(float(mean[0]), float(mean[1])),
        polygon=shapely.buffer(squares, side / 4, quad_segs=1),
    )


def _heaviest(labels: NDArray[np.int64], weights: NDArray[np.float64]) -> int:
    """The label with most weight, the lower one of a tie."""
    values, inverse = np.unique(labels, return_inverse=True)
    return int(values[np.argmax(np.bincount(inverse, weights))])
