"""Grade progression forecast (年级升级法).

The pupils of a grade are those of the grade below a year before, times a ratio. Ratios come from the history; above 1
they carry in-migration (planning.md 3.2 [S37]).
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from geoplan.demand.children.stages import stage_of_age
from geoplan.demand.forecasting.assumptions import Assumptions, leaning
from geoplan.demand.forecasting.entries import entry_ages
from geoplan.demand.forecasting.forecast import Forecast, Method, Scenario
from geoplan.demand.forecasting.progression_notes import (
    Ratio,
    entries_level,
    far_ahead,
    grades_missing,
    ratios_missing,
    sentences,
)
from geoplan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geoplan.demand.forecasting.enrolled import History
    from geoplan.types import Finding


def progression_ratios(history: History, how: Ratio = Ratio.MEAN) -> NDArray[np.float64]:
    """Ratio of each grade to the one below a year before, shape (places, grades - 1).

    NaN between grades that do not follow each other (6 and 12), and where no pair of years has both figures.
    """
    below, above, used = _pairs(history)
    ratio = np.where(used, above, 0.0) / np.where(used, below, 1.0)
    return _averaged(ratio, np.where(used, below, 0.0), used, how)


def _pairs(history: History) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """A grade in a year, the next grade a year later, and where both are known and follow each other."""
    below, above = history.pupils[:, :-1, :-1], history.pupils[:, 1:, 1:]
    used = ~np.isnan(below) & ~np.isnan(above) & (below > 0)
    return below, above, used & (np.diff(history.ages) == 1)[None, :, None]


def _averaged(
    ratio: NDArray[np.float64], below: NDArray[np.float64], used: NDArray[np.bool_], how: Ratio
) -> NDArray[np.float64]:
    weight: NDArray[np.float64] = used.astype(float)
    if how is Ratio.WEIGHTED:
        weight = below
    elif how is Ratio.RECENT:
        weight = np.cumsum(used, axis=2) * weight
    elif how is Ratio.LAST:
        weight = (np.cumsum(used[:, :, ::-1], axis=2)[:, :, ::-1] == 1) * weight
    total = weight.sum(axis=2)
    return np.where(total > 0, (ratio * weight).sum(axis=2) / np.where(total > 0, total, 1.0), np.nan)


def progress(
    latest: NDArray[np.float64], ratios: NDArray[np.float64], entries: Mapping[int, NDArray[np.float64]], years: int
) -> NDArray[np.float64]:
    """Pupils of each grade in the years after the latest, shape (places, grades, years).

    Args:
        latest: pupils of the last known year, shape (places, grades).
        ratios: shape (places, grades - 1).
        entries: by position of a grade that nobody moves up into, shape (places, years).
        years: how many.
    """
    found = np.empty((*latest.shape, years))
    before = latest
    for year in range(years):
        found[:, 1:, year] = before[:, :-1] * ratios
        for grade, given in entries.items():
            found[:, grade, year] = given[:, year]
        before = found[:, :, year]
    return found


def forecast_progression(
    history: History,
    assumptions: Assumptions | None = None,
    *,
    until: int,
    entries: Mapping[int, NDArray[np.float64]] | None = None,
    how: Ratio = Ratio.MEAN,
    scenario: Scenario = Scenario.MIDDLE,
) -> Forecast:
    """Pupils by grade and stage from the last year of the history to `until`, both included.

    Args:
        history: pupils by grade and year; at least two years for a ratio.
        assumptions: only its factors of the scenario are used: migration leans the ratios inside a stage away from
            or towards 1, and births move entries that are not given.
        until: the last autumn.
        entries: pupils that enter, by age of the grade, shape (places, years after the history): given ones, or from
            `entries_from_children`. A grade without stays at its last figure, and a finding says so.
        how: how ratios are averaged.
        scenario: which course migration and entries take.

    Raises:
        InputError: an empty history, or entries that fit no grade, the places or the years, `until` in the past.
    """
    if not history.places:
        raise InputError("There is no enrolment by grade to forecast from.", history.findings)
    given = assumptions or Assumptions()
    last = int(history.years[-1])
    if until < last:
        raise InputError(f"A forecast until {until} cannot begin in {last}, the last year of the history.")
    years = np.arange(last, until + 1)
    ratios, borrowed = _complete(progression_ratios(history, how), history, how)
    ratios = _leaning(ratios, history.ages, given.migration_factor[scenario])
    known = _given(entries or {}, history, len(years) - 1)
    level = [age for age in entry_ages(history) if history.ages.index(age) not in known]
    for age in level:
        row = history.ages.index(age)
        known[row] = np.repeat(history.pupils[:, row, -1:], len(years) - 1, axis=1) * given.birth_factor[scenario]
    later = progress(history.pupils[:, :, -1], ratios, known, len(years) - 1)
    grades = np.concatenate([history.pupils[:, :, -1:], later], axis=2)
    result = replace(history, years=years, pupils=grades)
    return Forecast(
        method=Method.PROGRESSION,
        scenario=scenario,
        places=history.places,
        names=history.names,
        years=years,
        pupils=result.by_stage(),
        by_age=None,
        assumptions=sentences(history, ratios, level, given, scenario, how),
        findings=(*history.findings, *borrowed, *entries_level(level), *grades_missing(history), *far_ahead(years)),
        by_grade={age: grades[:, row] for row, age in enumerate(history.ages)},
    )


def _given(entries: Mapping[int, NDArray[np.float64]], history: History, years: int) -> dict[int, NDArray[np.float64]]:
    """Entries by position of their grade."""
    found = {}
    for age, line in entries.items():
        if age not in history.ages:
            raise InputError(f"Entries at age {age} fit no grade: the history has ages {history.ages}.")
        table = np.asarray(line, dtype=np.float64)
        if table.shape != (len(history.places), years):
            raise InputError(
                f"Entries at age {age}: expected {len(history.places)} places and {years} years, "
                f"found shape {table.shape}."
            )
        found[history.ages.index(age)] = table
    return found


def _complete(
    ratios: NDArray[np.float64], history: History, how: Ratio
) -> tuple[NDArray[np.float64], tuple[Finding, ...]]:
    """Places without a ratio of their own take the one of all places together."""
    below, above, used = _pairs(history)
    pool = [np.where(used, side, 0.0).sum(axis=0, keepdims=True) for side in (below, above)]
    common = _averaged(pool[1] / np.where(pool[0] > 0, pool[0], 1.0), pool[0], pool[0] > 0, how)
    lacking = np.isnan(ratios) & (np.diff(history.ages) == 1)[None, :]
    filled = np.where(lacking, common, ratios)
    return filled, ratios_missing(np.flatnonzero(lacking.any(axis=1)), history.places)


def _leaning(ratios: NDArray[np.float64], ages: tuple[int, ...], factor: float) -> NDArray[np.float64]:
    """Only inside a stage is a ratio beside 1 migration; between stages it is also who is admitted."""
    inside = np.array([stage_of_age(low) is stage_of_age(high) for low, high in pairwise(ages)], dtype=bool)
    moved = np.maximum(1 + leaning(ratios - 1, factor), 0.0)
    return np.where(inside[None, :], moved, ratios) if factor != 1 else ratios
