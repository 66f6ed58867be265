"""How far people have to school and what they find there, for one place: a district, town or country, or everyone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.coverage.equity import WORST_SHARE, gini, weighted_mean, weighted_percentiles, worst_part
from geoplan.coverage.served import tidy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.coverage.served import Coverage

PERCENTS = (50, 75, 90, 95)


@dataclass(frozen=True)
class SeatShare:
    """Seats per head within reach (two-step floating catchment), among those for whom it is known.

    Attributes:
        counted: those it is known for.
        unknown: those it is not known for: only schools without known seats in reach, or no catchment where they live.
        none: the counted ones without a single seat in reach.
        mean: seats per head; times `counted` it gives the seats in reach of them.
        below_one: the counted ones with less than one seat each, or None where heads are residents and not pupils.
        gini: 0 where all have alike, towards 1 where few have all; nobody's seats counts as 0 seats.
    """

    counted: float
    unknown: float
    none: float
    mean: float
    below_one: float | None
    gini: float

    @property
    def share_below_one(self) -> float | None:
        """Of those it is known for."""
        return None if self.below_one is None else self.below_one / self.counted

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "counted": tidy(self.counted),
            "unknown": tidy(self.unknown),
            "without_a_seat_in_reach": tidy(self.none),
            "seats_per_head": round(self.mean, 6),
            "share_below_one": None if self.share_below_one is None else round(self.share_below_one, 6),
            "gini": round(self.gini, 6),
        }


@dataclass(frozen=True)
class Reach:
    """The way to the nearest school of the people (or pupils) of one place.

    Attributes:
        place: district id or area class; '' for everyone.
        name: for people to read.
        count: all of them.
        assessed, within: those a limit applies to, and those within it.
        unreachable: those who reach no school at all; not in the mean and the percentiles.
        mean_m: None where nobody reaches a school.
        percentiles_m: metres that so many per cent of those who reach a school do not exceed, in the order of
            `PERCENTS`; empty where nobody does.
        seats: None where no seats are known or nobody has a known figure.
    """

    place: str
    name: str
    count: float
    assessed: float
    within: float
    unreachable: float
    mean_m: float | None
    percentiles_m: tuple[float, ...]
    seats: SeatShare | None

    @property
    def share_within(self) -> float | None:
        """Within over assessed, or None where no limit applies to anybody."""
        return self.within / self.assessed if self.assessed > 0 else None

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        metres = self.percentiles_m or (None,) * len(PERCENTS)
        return {
            "id": self.place,
            "name": self.name,
            "count": tidy(self.count),
            "assessed": tidy(self.assessed),
            "within_limit": tidy(self.within),
            "share_within_limit": None if self.share_within is None else round(self.share_within, 6),
            "unreachable": tidy(self.unreachable),
            "mean_m": None if self.mean_m is None else tidy(self.mean_m),
            "percentiles_m": {
                str(percent): None if each is None else tidy(each)
                for percent, each in zip(PERCENTS, metres, strict=True)
            },
            "seats": None if self.seats is None else self.seats.as_dict(),
        }


@dataclass(frozen=True)
class Worst:
    """Those with the longest way, among all who reach a school.

    Attributes:
        share: which part of them, 0.05.
        count: how many that is.
        mean_m: their mean way.
        from_m: the shortest way among them.
        districts: id, name and how many of them live there, most first; id '' outside all districts.
    """

    share: float
    count: float
    mean_m: float
    from_m: float
    districts: tuple[tuple[str, str, float], ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "share": self.share,
            "count": tidy(self.count),
            "mean_m": tidy(self.mean_m),
            "from_m": tidy(self.from_m),
            "districts": [{"id": each, "name": name, "count": tidy(count)} for each, name, count in self.districts],
        }


def reach_of(
    coverage: Coverage,
    weight: NDArray[np.float64],
    access: NDArray[np.float64] | None,
    *,
    where: NDArray[np.bool_],
    place: str = "",
    name: str = "",
    pupils: bool,
) -> Reach:
    """The figures of the demand points `where`, shape (m,).

    Args:
        coverage: nearest schools and limits.
        weight: heads at each point, shape (m,).
        access: seats per head at each point, nan where unknown; None without any.
        where: the points of the place.
        place, name: what to call it.
        pupils: True where heads are pupils, so that one seat each is enough.
    """
    metres, heads = coverage.distance_m[where], weight[where]
    reached = np.isfinite(metres)
    mean_m = weighted_mean(metres[reached], heads[reached])
    percentiles_m = weighted_percentiles(metres[reached], heads[reached], PERCENTS)
    return Reach(
        place=place,
        name=name,
        count=float(heads.sum()),
        assessed=float(heads[coverage.assessed[where]].sum()),
        within=float(heads[coverage.covered[where]].sum()),
        unreachable=float(heads[~reached].sum()),
        mean_m=None if np.isnan(mean_m) else mean_m,
        percentiles_m=() if np.isnan(mean_m) else tuple(float(each) for each in percentiles_m),
        seats=None if access is None else _seats(access[where], heads, pupils=pupils),
    )


def worst_of(coverage: Coverage, weight: NDArray[np.float64], share: float = WORST_SHARE) -> Worst | None:
    """The part of all who reach a school that has the longest way, or None where nobody reaches one."""
    reached = np.isfinite(coverage.distance_m)
    metres, district = coverage.distance_m[reached], coverage.demand.district[reached]
    heads = worst_part(metres, weight[reached], share)
    if not heads.sum() > 0:
        return None
    units = coverage.demand.units
    # the last place is outside all districts: index -1
    count = np.bincount(district % (len(units.district_ids) + 1), heads, minlength=len(units.district_ids) + 1)
    named = list(zip((*units.district_ids, ""), (*units.district_names, ""), count.tolist(), strict=True))
    return Worst(
        share=share,
        count=float(heads.sum()),
        mean_m=weighted_mean(metres, heads),
        from_m=float(metres[heads > 0].min()),
        districts=tuple(sorted((each for each in named if each[2] > 0), key=lambda each: -each[2])),
    )


def _seats(access: NDArray[np.float64], heads: NDArray[np.float64], *, pupils: bool) -> SeatShare | None:
    known = ~np.isnan(access)
    access, counted = access[known], heads[known]
    if not counted.sum() > 0:
        return None
    return SeatShare(
        counted=float(counted.sum()),
        unknown=float(heads[~known].sum()),
        none=float(counted[access == 0].sum()),
        mean=weighted_mean(access, counted),
        # a sum of ratios that is 1 but for rounding is enough
        below_one=float(counted[access < 1 - 1e-9].sum()) if pupils else None,
        gini=gini(access, counted),
    )
