"""Which option each open site takes, once its load is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.highs import milp_from_entries, minimise
from geoplan.locate.seats.evaluate import TOLERANCE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.core import SeatsCore


def choose_options(core: SeatsCore, is_open: NDArray[np.bool_], load: NDArray[np.float64]) -> NDArray[np.int64] | None:
    """The cheapest options that hold these loads within the budget, -1 for closed sites; None where none do."""
    held = load[core.option_site]
    slack = TOLERANCE * np.maximum(1.0, held)
    added = np.maximum(held - core.option_capacity, 0.0)
    fits = is_open[core.option_site] & (held >= core.option_least - slack)
    fits &= added <= core.extra_most[core.option_site] + slack
    added = np.where(added <= slack, 0.0, added)
    cost = core.option_cost + np.where(added > 0, core.extra_cost[core.option_site] * added, 0.0)
    spend = core.option_spend + np.where(added > 0, core.extra_spend[core.option_site] * added, 0.0)
    usable = np.flatnonzero(fits)
    # The first of each site in the order of cost, spend and index.
    usable = usable[np.lexsort((usable, spend[usable], cost[usable], core.option_site[usable]))]
    sites, first = np.unique(core.option_site[usable], return_index=True)
    if len(sites) < int(is_open.sum()):
        return None
    option = np.full(core.sites, -1, dtype=np.int64)
    option[sites] = usable[first]
    if spend[option[sites]].sum() <= core.budget + TOLERANCE * max(1.0, abs(core.budget)):
        return option
    return _within_budget(core, np.sort(usable), cost, spend)


def _within_budget(
    core: SeatsCore, usable: NDArray[np.int64], cost: NDArray[np.float64], spend: NDArray[np.float64]
) -> NDArray[np.int64] | None:
    """A multiple-choice knapsack: one option for each site, least cost, spend within the budget."""
    sites, group = np.unique(core.option_site[usable], return_inverse=True)
    column = np.arange(len(usable))
    entries = (
        np.concatenate([group, np.full(len(usable), len(sites))]),
        np.concatenate([column, column]),
        np.concatenate([np.ones(len(usable)), spend[usable]]),
    )
    low = np.append(np.ones(len(sites)), -np.inf)
    high = np.append(np.ones(len(sites)), core.budget)
    whole = np.ones(len(usable), dtype=np.bool_)
    answer = minimise(milp_from_entries(cost[usable], np.ones(len(usable)), whole, entries, low, high))
    if answer.x is None:
        return None
    option = np.full(core.sites, -1, dtype=np.int64)
    taken = usable[answer.x > 0.5]
    option[core.option_site[taken]] = taken
    return option
