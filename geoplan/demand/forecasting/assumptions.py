"""What a forecast assumes: each figure with its year and source, or marked as assumed, and printed with the result."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from geoplan.demand.children.stages import OLDEST
from geoplan.demand.forecasting.forecast import Scenario
from geoplan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geoplan.types import Stage

Sentence = tuple[str, str]
"""The same in Chinese and in English."""

MOST_RATE = 2.0
"""Enrolment rates are shares of 1; beyond 100 % there is in-migration (ZZ:108), beyond 200 % a percent was meant."""


@dataclass(frozen=True)
class Figure:
    """One figure with where it comes from.

    Attributes:
        value: in the unit that the field it stands in names.
        year: that it speaks of, or None.
        source: document, table or page; '' marks it as assumed.
    """

    value: float
    year: int | None = None
    source: str = ""

    def __post_init__(self) -> None:
        if not np.isfinite(self.value):
            raise InputError(f"Expected a figure, found {self.value}.")

    @property
    def origin(self) -> Sentence:
        """(2020，来源) or (假定)."""
        if not self.source:
            return "（假定，无来源）", " (assumed, without source)"
        year = [str(self.year)] if self.year is not None else []
        return f"（{'，'.join([*year, self.source])}）", f" ({', '.join([*year, self.source])})"

    def sourced(self, what: str) -> Figure:
        """Itself.

        Raises:
            InputError: it has no year or no source.
        """
        if self.year is None or not self.source.strip():
            raise InputError(
                f"{what} of {self.value:g} needs a year and a source: none is shipped, and an old one misleads "
                f"(a ratio from 14 per mille is twice that from 7). Give Figure(value, year=…, source=…)."
            )
        return self


@dataclass(frozen=True)
class Migration:
    """Net migration of children of some ages: how many more of 1,000 there are a year later.

    Attributes:
        ages: first and last age before they move, both included.
        per_thousand: at least -1,000; below 0 more leave than come.
        places: district ids that it is true for; () for all that no other line names.
    """

    ages: tuple[int, int]
    per_thousand: Figure
    places: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        first, last = self.ages
        if not 0 <= first <= last <= OLDEST:
            raise InputError(f"Expected ages between 0 and {OLDEST}, found {first}-{last}.")
        if self.per_thousand.value < -1000:
            raise InputError(f"No more than all can leave: found {self.per_thousand.value:g} of 1,000.")


def _factors(low: float, high: float) -> Mapping[Scenario, float]:
    return MappingProxyType({Scenario.LOW: low, Scenario.MIDDLE: 1.0, Scenario.HIGH: high})


@dataclass(frozen=True)
class Assumptions:
    """Everything that is not counted.

    Attributes:
        births_change: yearly change of births after the last recorded year: -0.03 is 3 % fewer each year.
        births_level_from: the year from which assumed births stay level, or None.
        birth_factor: what assumed births are multiplied with, by scenario; recorded births never are.
        migration_factor: above 1 more come and fewer leave: a rate r becomes r + |r| (factor - 1).
        migration: net migration by age; none is assumed without a line.
        survival: share that lives a year later: the first figure from birth to the autumn of the same year, figure
            a from age a - 1 to a; the last is for all older ages. None: nobody dies.
        late_share: share of a calendar year's births that falls to the next school year (`stages.LATE_BIRTHS`).
        enrolment: share of the children of an age that is at school, by stage and year, from statistics or from the
            targets of a plan; between two years on the straight line, before and after level. No entry: all.
        enrolment_source: where these come from.
    """

    births_change: Figure = field(default=Figure(0.0))
    births_level_from: int | None = None
    birth_factor: Mapping[Scenario, float] = field(default_factory=lambda: _factors(0.85, 1.15))
    migration_factor: Mapping[Scenario, float] = field(default_factory=lambda: _factors(0.8, 1.2))
    migration: tuple[Migration, ...] = ()
    survival: tuple[Figure, ...] | None = None
    late_share: float = 0.0
    enrolment: Mapping[Stage, Mapping[int, float]] = field(default_factory=dict)
    enrolment_source: str = ""

    def __post_init__(self) -> None:
        for name, factors in (("birth_factor", self.birth_factor), ("migration_factor", self.migration_factor)):
            low, middle, high = (factors[each] for each in Scenario)
            if not 0 <= low <= middle <= high:
                raise InputError(f"{name}: expected 0 <= low <= middle <= high, found {low}, {middle}, {high}.")
        if not all(0 <= each.value <= 1 for each in self.survival or ()) or self.survival == ():
            raise InputError("Expected survival as shares from 0 to 1, at least one.")
        if not 0 <= self.late_share <= 1 or self.births_change.value < -1:
            raise InputError("Expected late_share from 0 to 1 and births_change of at least -1.")
        for stage, rates in self.enrolment.items():
            wrong = {year: rate for year, rate in rates.items() if not 0 <= rate <= MOST_RATE}
            if wrong:
                raise InputError(f"Enrolment of {stage}: expected shares such as 0.93, found {wrong}.")

    def rates(self, stage: Stage, years: NDArray[np.int64]) -> NDArray[np.float64]:
        """Enrolment of a stage in each year, shape (years,)."""
        given = self.enrolment.get(stage)
        if not given:
            return np.ones(len(years))
        known = sorted(given)
        return np.interp(years, known, [given[year] for year in known])

    def survival_by_age(self) -> NDArray[np.float64]:
        """Share that reaches each age from the one before, the first from birth; shape (ages 0 to 17,)."""
        given = [each.value for each in self.survival or (Figure(1.0),)][: OLDEST + 1]
        return np.array(given + given[-1:] * (OLDEST + 1 - len(given)))

    def growth(self, places: tuple[str, ...], scenario: Scenario) -> NDArray[np.float64]:
        """What a year of migration multiplies children of each place and age with, shape (places, ages 0 to 17)."""
        rate = np.zeros((len(places), OLDEST + 1))
        # lines that name places stand above those for all
        for line in sorted(self.migration, key=lambda each: bool(each.places)):
            rows = [row for row, place in enumerate(places) if not line.places or place in line.places]
            rate[rows, line.ages[0] : line.ages[1] + 1] = line.per_thousand.value
        shifted = leaning(rate, self.migration_factor[scenario])
        return np.asarray(np.maximum(1 + shifted / 1000, 0.0))


def leaning(rate: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    """Net rates under a scenario: above 1 arrivals grow and departures shrink, so that a higher factor never lowers."""
    return np.asarray(rate + np.abs(rate) * (factor - 1))
