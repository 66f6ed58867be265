"""Estates too small for their own school, pooled by planning unit (ZZ-R-09 and the like)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.demand.seats.advice import classes_for
from geoplan.demand.seats.offer_findings import noticed
from geoplan.types import natural_sorted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geoplan.demand.seats.estates import Estates, SchoolThreshold
    from geoplan.types import Finding, Stage


@dataclass(frozen=True)
class EstateNeed:
    """A stage's school that an estate, or a pool of them, needs.

    Attributes:
        stage: of the school.
        unit: planning unit.
        estates: ids; one for an estate that carries its own school, all members for a pool.
        people, households: together; estates that do not tell count as 0.
        pupils: when all homes are lived in.
        classes: at the cap, for these pupils.
        delivery: year of the first homes, None where unknown.
        reaches: True where they reach the threshold, one alone or the pool together; None where sizes are unknown.
        pupils_by_year: by school year.
    """

    stage: Stage
    unit: str
    estates: tuple[str, ...]
    people: float
    households: float
    pupils: float
    classes: int
    delivery: int | None
    reaches: bool | None
    pupils_by_year: Mapping[int, float]


@dataclass(frozen=True)
class EstateSchools:
    """Which estates carry a school of their own, and the pools of the others.

    Attributes:
        own: by stage, then estate.
        pools: by stage, then unit in natural order; every estate of a stage stands in `own` or in one pool.
        findings: estates whose size is unknown; they are pooled.
    """

    own: tuple[EstateNeed, ...]
    pools: tuple[EstateNeed, ...]
    findings: tuple[Finding, ...] = ()

    def __repr__(self) -> str:
        return f"EstateSchools({len(self.own):,} of their own, {len(self.pools):,} pools)"


def pool_estates(
    estates: Estates,
    thresholds: Sequence[SchoolThreshold],
    caps: Mapping[Stage, int],
    *,
    years: Sequence[int] | NDArray[np.int64] = (),
) -> EstateSchools:
    """Estates at or above the threshold of a stage need their own school; the others are pooled by planning unit.

    Args:
        estates: with their pupils.
        thresholds: one for each stage to be judged; there is no default, because each city's rules differ.
        caps: most pupils of a class, by stage.
        years: school years for `pupils_by_year`.
    """
    own: list[EstateNeed] = []
    pools: list[EstateNeed] = []
    unknown: list[str] = []
    for threshold in thresholds:
        by_year = estates.by_year(threshold.stage, years)
        need = _Needs(estates, threshold, caps[threshold.stage], tuple(int(year) for year in years), by_year)
        members: dict[str, list[int]] = {}
        for at, unit in enumerate(estates.units):
            reached = threshold.reached(float(estates.people[at]), float(estates.households[at]))
            if reached:
                own.append(need.of(unit, [at]))
                continue
            if reached is None:
                unknown.append(estates.ids[at])
            members.setdefault(unit, []).append(at)
        pools.extend(need.of(unit, members[unit]) for unit in natural_sorted(members))
    return EstateSchools(tuple(own), tuple(pools), tuple(_unknown(unknown)))


class _Needs:
    """Sums over estates of one stage."""

    def __init__(
        self,
        estates: Estates,
        threshold: SchoolThreshold,
        cap: int,
        years: tuple[int, ...],
        by_year: NDArray[np.float64],
    ) -> None:
        self.estates, self.threshold, self.cap, self.years, self.by_year = estates, threshold, cap, years, by_year

    def of(self, unit: str, at: list[int]) -> EstateNeed:
        estates, stage = self.estates, self.threshold.stage
        people, households = estates.people[at], estates.households[at]
        pupils = float(np.nansum(estates.pupils[stage][at]))
        delivery = estates.delivery[at]
        return EstateNeed(
            stage=stage,
            unit=unit,
            estates=tuple(estates.ids[row] for row in at),
            people=float(np.nansum(people)),
            households=float(np.nansum(households)),
            pupils=pupils,
            classes=classes_for(pupils, self.cap),
            delivery=None if np.isnan(delivery).all() else int(np.nanmin(delivery)),
            reaches=self._reached(people, households),
            pupils_by_year=dict(zip(self.years, self.by_year[at].sum(axis=0).tolist(), strict=True)),
        )

    def _reached(self, people: NDArray[np.float64], households: NDArray[np.float64]) -> bool | None:
        """Whether they reach the threshold together; None where that hangs on estates of unknown size."""
        together = self.threshold.reached(_known_sum(people), _known_sum(households))
        if together:
            return True
        each = [self.threshold.reached(*size) for size in zip(people.tolist(), households.tolist(), strict=True)]
        return None if None in each else together


def _known_sum(values: NDArray[np.float64]) -> float:
    """The sum of what is known, NaN where nothing is."""
    return float(np.nansum(values)) if np.isfinite(values).any() else float("nan")


def _unknown(ids: Sequence[str]) -> list[Finding]:
    if not ids:
        return []
    number = len(set(ids))
    return [
        noticed(
            "estate-size-unknown",
            f"{number:,} estates give no size that a threshold asks for; they are pooled.",
            why="A large estate among them would need its own school.",
            fix="Fill `people` or `households`.",
            rows=ids,
            layer="estates",
        )
    ]
