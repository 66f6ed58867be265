"""Pupils who enter a grade that nobody moves up into: from children of the age, or from births."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.demand.children.births import read_births
from geoplan.demand.children.cohorts import Cohorts
from geoplan.demand.children.split import Split
from geoplan.demand.children.stages import OLDEST
from geoplan.types import Area

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from geoplan.demand.forecasting.enrolled import History
    from geoplan.types import Finding


def entry_ages(history: History) -> tuple[int, ...]:
    """Ages of the grades that nobody in the history moves up into: the first, and any after a gap."""
    return tuple(age for age in history.ages if age - 1 not in history.ages)


def entries_from_children(
    history: History,
    age: int,
    years: NDArray[np.int64],
    children: NDArray[np.float64],
    *,
    until: int,
    factor: float = 1.0,
) -> NDArray[np.float64]:
    """Entries of a grade in the years after the history: the children of its age times their mean share in the past.

    Children come from births (those of autumn Y at age a were born in Y - a) or from `Forecast.by_age`.

    Args:
        age: of the grade.
        years: autumns of `children`, in any order.
        children: of that age, shape (places, years); the places in the order of the history.
        until: last autumn of the result.
        factor: on years without children, which stay at the last known entry: the scenario's `birth_factor`.

    Returns:
        Shape (places, years after the history); NaN where the past has no share.
    """
    past = history.pupils[:, history.ages.index(age)]
    known = {int(year): children[:, column] for column, year in enumerate(years)}
    nobody = np.full(len(past), np.nan)
    then = np.column_stack([known.get(int(year), nobody) for year in history.years])
    used = ~np.isnan(past) & ~np.isnan(then) & (then > 0)
    share = np.where(used, past, 0.0) / np.where(used, then, 1.0)
    mean = np.where(used.any(axis=1), share.sum(axis=1) / np.maximum(used.sum(axis=1), 1), np.nan)
    line, last = [], past[:, -1]
    for year in range(int(history.years[-1]) + 1, until + 1):
        here = known.get(year, nobody) * mean
        line.append(np.where(np.isnan(here), last * factor, here))
        last = np.where(np.isnan(here), last, here)
    return np.column_stack(line) if line else np.zeros((len(past), 0))


def entries_from_births(
    history: History, births: pd.DataFrame, *, until: int, factor: float = 1.0, file: str = ""
) -> tuple[dict[int, NDArray[np.float64]], tuple[Finding, ...]]:
    """Entries of every grade that nobody moves up into, from recorded births, and what is missing in them.

    Births of year B are the children aged a in autumn B + a. Births known for the whole project only are divided by
    the pupils of the lowest grade in the last year.

    Args:
        births: columns year, births, district, area.
        until: last autumn.
        factor: on years whose births are not recorded, which stay at the last known entry.
        file: for the findings.

    Returns:
        Entries as `forecast_progression` takes them.
    """
    if not len(births) or births["year"].isna().all():
        return {}, ()
    children = np.full((len(history.places), OLDEST + 1), np.nan)
    children[:, 0] = history.pupils[:, 0, -1]
    units = Cohorts(
        places=history.places,
        names=history.names,
        year=int(births["year"].min()) - 1,
        place=np.arange(len(history.places)),
        area=(Area.ALL,) * len(history.places),
        children=children,
        people=np.full(len(history.places), np.nan),
        how=Split.EVEN,
    )
    recorded = read_births(births, units, file=file)
    found = {
        age: entries_from_children(history, age, recorded.years + age, recorded.counts, until=until, factor=factor)
        for age in entry_ages(history)
    }
    return found, recorded.findings
