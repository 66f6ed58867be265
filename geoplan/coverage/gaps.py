"""Gaps: places where people live beyond the service radius, as polygons with people in them.

There are those of today, and those that come up because a school closes, unless a new one takes over by then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.coverage.counts import FEWEST_SHOWN
from geoplan.types import natural_sorted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geoplan.coverage.served import Coverage
    from geoplan.types import Stage, Travel

LATTICE_PER_RADIUS = 4
"""Gaps are drawn on squares of a quarter of the radius, so that scattered homes form places."""


@dataclass(frozen=True, eq=False)
class Gap:
    """One place with people beyond the radius.

    Attributes:
        id: `G1` is the one with most people, those of closings follow; unique for a stage and travel mode.
        points: the demand points in it.
        pupils: None where no layer tells.
        school, school_name: the school that is nearest for most of its people, '' where none is in reach.
        distance_m: people's mean way to their nearest school; inf where some of them reach none.
        xy: mean position of its people.
        closings: ids of the schools whose closing makes it; () for a gap of today.
        since: the year from which it is one; None for a gap of today, and where no year of the closing is told.
    """

    id: str
    stage: Stage
    travel: Travel
    points: NDArray[np.int64]
    people: float
    pupils: float | None
    district: int
    school: str
    school_name: str
    distance_m: float
    xy: tuple[float, float]
    polygon: shapely.Geometry
    closings: tuple[str, ...] = ()
    since: int | None = None


def find_gaps(coverage: Coverage) -> tuple[Gap, ...]:
    """The gaps of a coverage, most people first.

    Uncovered points fall on a lattice of a quarter radius; touching squares belong together (DBSCAN over the
    squares); a gap wider than one school can serve is divided (k-means by people) so that each part is about the
    size of a service area.
    """
    return _ranked(_gaps_of(coverage, _outside(coverage)), 1, coverage.demand.units.counts)


def find_closing_gaps(
    before: Coverage, standing: Sequence[Coverage], closes: Mapping[str, float], *, first: int
) -> tuple[Gap, ...]:
    """The gaps that come up because schools close, as they are as long as no new school takes over.

    Whoever is in one is in no gap of today.

    Args:
        standing: coverage by the schools that stand after each year in which some close, in the order of the years.
        closes: school id → the year from which it is closed, nan where none is told.
        first: the number in the id of the first one.
    """
    old, was, gaps = _outside(before), before, list[Gap]()
    for now in standing:
        fresh = _outside(now) & ~old
        old |= fresh
        # whoever falls out of the radius went to a school that is no more
        went = np.append(was.supply.ids, "")[was.school].astype(str)  # -1, none, is the last one
        gone = ~np.isin(went, now.supply.ids.astype(str))
        year = np.array([closes.get(each, np.nan) for each in went])
        for since in np.unique(year[fresh & gone]):
            same = np.isnan(year) if np.isnan(since) else year == since
            gaps += [
                replace(
                    gap,
                    closings=tuple(natural_sorted({str(each) for each in went[gap.points]})),
                    since=None if np.isnan(since) else int(since),
                )
                for gap in _gaps_of(now, fresh & gone & same)
            ]
        was = now
    return _ranked(gaps, first, before.demand.units.counts)


def _outside(coverage: Coverage) -> NDArray[np.bool_]:
    """Points with people beyond the radius, shape (m,)."""
    found: NDArray[np.bool_] = coverage.assessed & ~coverage.covered & (coverage.demand.people > 0)
    return found


def _ranked(gaps: list[Gap], first: int, counts: str) -> tuple[Gap, ...]:
    """With their ids: most people first; where these are pupils, small gaps as they lie, since rank would tell them."""
    least = FEWEST_SHOWN if counts == "pupils" else 0.0
    gaps.sort(key=lambda gap: (-round(max(gap.people, least), 6), gap.points[0]))
    return tuple(replace(gap, id=f"G{rank}") for rank, gap in enumerate(gaps, start=first))


def _gaps_of(coverage: Coverage, where: NDArray[np.bool_]) -> list[Gap]:
    """Gaps among the points `where`, without ids."""
    outside = np.flatnonzero(where)
    reach = coverage.reach_m()[outside]
    return [
        gap for radius_m in np.unique(reach) for gap in _gaps_at(coverage, outside[reach == radius_m], float(radius_m))
    ]


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
    supply = coverage.supply
    mean = np.average(demand.xy[points], axis=0, weights=people)
    return Gap(
        id="",
        stage=coverage.stage,
        travel=coverage.travel,
        points=points,
        people=float(people.sum()),
        pupils=None if demand.pupils is None else float(demand.pupils[points].sum()),
        district=district,
        school=str(supply.ids[school]) if school >= 0 else "",
        school_name=str(supply.names[school]) if school >= 0 else "",
        distance_m=float(np.average(coverage.distance_m[points], weights=people)),
        xy=(float(mean[0]), float(mean[1])),
        polygon=shapely.buffer(squares, side / 4, quad_segs=1),
    )


def _heaviest(labels: NDArray[np.int64], weights: NDArray[np.float64]) -> int:
    """The label with most weight, the lower one of a tie."""
    values, inverse = np.unique(labels, return_inverse=True)
    return int(values[np.argmax(np.bincount(inverse, weights))])
