"""A forecast: pupils of every stage by place and year, with the method, the scenario and what was assumed."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.types import Area, Finding, Stage


class Method(StrEnum):
    """How pupils are forecast; `COUNTED` is no forecast but the count of one year."""

    COHORT = "cohort"
    PROGRESSION = "progression"
    RATIO = "ratio"
    HOUSING = "housing"
    COUNTED = "counted"

    @property
    def zh(self) -> str:
        """The Chinese label."""
        return {
            "cohort": "队列要素法", "progression": "年级升级法", "ratio": "千人指标法", "housing": "住房产生率法",
            "counted": "现状人数",
        }[self.value]  # fmt: skip


class Scenario(StrEnum):
    """Which course births and migration take."""

    LOW = "low"
    MIDDLE = "middle"
    HIGH = "high"

    @property
    def zh(self) -> str:
        """The Chinese label."""
        return {"low": "低方案", "middle": "中方案", "high": "高方案"}[self.value]


@dataclass(frozen=True, eq=False)
class Forecast:
    """Pupils by stage, place and year.

    Attributes:
        places, names: ids and names of the districts, in natural order; one place '' where there are none.
        years: school years by their autumn, ascending: 2026 is 2026/27.
        pupils: by stage, shape (places, years); people, not rounded; NaN where the input does not tell.
        by_age: resident children by single year of age, shape (places, years, ages from 0), or None where the
            method knows none.
        assumptions: each figure that was assumed, as (Chinese, English) sentences with year and source.
        by_area: pupils of the urban and of the rural part, where the input tells them apart; together they are
            `pupils`.
        by_grade: pupils by age at 31 August of their grade, where grades are what is forecast; shape (places, years).
        since: the year of the data, from which on peaks are looked for; None for all years.
    """

    method: Method
    scenario: Scenario
    places: tuple[str, ...]
    names: tuple[str, ...]
    years: NDArray[np.int64]
    pupils: dict[Stage, NDArray[np.float64]]
    by_age: NDArray[np.float64] | None
    assumptions: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...] = ()
    by_area: dict[Area, dict[Stage, NDArray[np.float64]]] = field(default_factory=dict)
    by_grade: dict[int, NDArray[np.float64]] = field(default_factory=dict)
    since: int | None = None

    @property
    def is_forecast(self) -> bool:
        """False where pupils of one year are only counted, or held level over others."""
        return self.method is not Method.COUNTED

    def total(self, stage: Stage) -> NDArray[np.float64]:
        """Pupils of all places, shape (years,)."""
        return np.asarray(self.pupils[stage].sum(axis=0))

    @property
    def known(self) -> tuple[Stage, ...]:
        """Stages that have a figure for all places in at least one year."""
        return tuple(stage for stage in self.pupils if np.isfinite(self.total(stage)).any())

    def peak(self, stage: Stage, place: str | None = None) -> tuple[int, float]:
        """The year of most pupils, the first of a tie, and how many: of one place, or of all.

        Years without a figure are passed over, and those before `since`. A peak in the first or last
        year may lie outside the forecast.

        Raises:
            ValueError: no year has a figure.
        """
        line = self.total(stage) if place is None else self.pupils[stage][self.places.index(place)]
        if not np.isfinite(line[_from(self.years, self.since) :]).any():
            raise ValueError(f"The forecast has no figure for {stage} in any year.")
        at = peak_at(self.years, line, self.since)
        return int(self.years[at]), float(line[at])

    def at(self, year: int) -> int:
        """Position of a year.

        Raises:
            ValueError: the forecast does not reach it.
        """
        found = np.flatnonzero(self.years == year)
        if not len(found):
            raise ValueError(f"The forecast covers {self.years[0]} to {self.years[-1]}, not {year}.")
        return int(found[0])

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON; whole people."""
        return {
            "method": self.method.value,
            "scenario": self.scenario.value,
            "years": [int(year) for year in self.years],
            "places": [{"id": key, "name": name} for key, name in zip(self.places, self.names, strict=True)],
            "pupils": {
                stage.value: [[whole(value) for value in row] for row in table] for stage, table in self.pupils.items()
            },
            "peak": {stage.value: self.peak(stage)[0] for stage in self.known},
            "assumptions": [{"zh": zh, "en": en} for zh, en in self.assumptions],
        }

    def __repr__(self) -> str:
        stages = ", ".join(f"{stage} peak {self.peak(stage)[0]}" for stage in self.known)
        return f"Forecast({self.method}, {self.scenario}, {self.years[0]}-{self.years[-1]}; {stages})"


def peak_at(years: NDArray[np.int64], line: NDArray[np.float64], since: int | None = None) -> int:
    """Row of the most pupils from the year `since` on, the first of a tie; years before it are history."""
    start = _from(years, since)
    return start + int(np.nanargmax(np.round(line[start:], 6)))


def _from(years: NDArray[np.int64], since: int | None) -> int:
    """Row of the first year that is not before `since`; 0 where all are."""
    return 0 if since is None or since > years[-1] else int(np.searchsorted(years, since))


def whole(value: float) -> int | None:
    """A whole number for JSON; None where there is no figure."""
    return round(float(value)) if np.isfinite(value) else None
