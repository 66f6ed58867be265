"""A core as a mixed-integer program in which rows that see the same sites share their variables.

A row pays its cheapest cost, and the step to the next cost whenever no site up to here is open. "No site of this set
is open" is one variable for all rows that know the set (Elloumi 2010; García, Labbé, Marín 2011; Goldengorin,
Krushinsky 2011). The linear bound is that of the assignment model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import making_kernel
from geoplan.locate.highs import Milp, milp_from_entries
from geoplan.locate.median.shrink import pair_costs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.core import SitingCore

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


def compact_model(core: SitingCore) -> tuple[Milp, float]:
    """The model, its first columns being the sites, and the constant missing from its objective."""
    begin, end, constant, weight, before, must = _sets(core)
    sites, sets = core.sites, len(begin)
    column = sites + np.arange(sets)
    # set + sites that came to the smaller set ≥ the smaller set, or ≥ 1 for a first one
    length = end - begin
    at = np.repeat(begin, length) + _ramp(length)
    linked = np.flatnonzero(before >= 0)
    rules = core.rules
    row = [np.arange(sets), np.repeat(np.arange(sets), length), linked]
    row += [np.full(len(rule.sites), sets + number) for number, rule in enumerate(rules)]
    entry = [column, core.site[at], sites + before[linked], *(rule.sites for rule in rules)]
    value = [np.ones(sets + len(at)), np.full(len(linked), -1.0), *(rule.values for rule in rules)]
    low = np.concatenate([np.where(before >= 0, 0.0, 1.0), [rule.low for rule in rules]])
    high = np.concatenate([np.full(sets, np.inf), [rule.high for rule in rules]])
    upper = np.ones(sites + sets)
    upper[sites:][must] = 0.0
    whole = np.zeros(sites + sets, dtype=np.bool_)
    whole[:sites] = True
    cost = np.concatenate([core.site_cost, weight])
    entries = (np.concatenate(row), np.concatenate(entry).astype(np.int64), np.concatenate(value))
    return milp_from_entries(cost, upper, whole, entries, low, high), constant


def _ramp(length: Ints) -> Ints:
    return np.arange(int(length.sum())) - np.repeat(np.cumsum(length) - length, length)


def _sets(core: SitingCore) -> tuple[Ints, Ints, float, Floats, Ints, NDArray[np.bool_]]:
    """For each set: the pairs (from, to) that came to its predecessor, its weight, predecessor, whether it is a must.

    Also the constant of the objective.
    """
    name = np.random.default_rng(0).integers(1, 2**63 - 1, core.sites, dtype=np.int64)
    key, begin, end, step, previous, row_cost = _levels(core.indptr, core.site, pair_costs(core), core.base, name)
    _, first, group = np.unique(key, return_index=True, return_inverse=True)
    weight = np.zeros(len(first))
    must = np.zeros(len(first), dtype=np.bool_)
    infinite = np.isinf(step)
    np.add.at(weight, group[~infinite], step[~infinite])
    must[group[infinite]] = True
    before = np.where(previous[first] >= 0, group[previous[first]], -1)
    return begin[first], end[first], float(row_cost), weight, before, must


@making_kernel
def _levels(
    indptr: Ints, site: NDArray[np.int32], cost: Floats, base: Floats, name: Ints
) -> tuple[Ints, Ints, Ints, Floats, Ints, float]:
    """Every distinct cost of every row: the set's key, its own pairs, the step to the next cost, the level before."""
    pairs = len(site)
    key = np.empty(pairs, dtype=np.int64)
    begin = np.empty(pairs, dtype=np.int64)
    end = np.empty(pairs, dtype=np.int64)
    step = np.empty(pairs)
    previous = np.empty(pairs, dtype=np.int64)
    constant = 0.0
    levels = 0
    for i in range(len(base)):
        k = indptr[i]
        stop = indptr[i + 1]
        if k == stop:
            constant += base[i]
            continue
        constant += cost[k]
        seen = 0
        last = -1
        while k < stop:
            begin[levels] = k
            level = cost[k]
            while k < stop and cost[k] == level:
                seen += name[site[k]]
                k += 1
            end[levels] = k
            key[levels] = seen
            step[levels] = (cost[k] if k < stop else base[i]) - level
            previous[levels] = last
            last = levels
            levels += 1
    return key[:levels], begin[:levels], end[:levels], step[:levels], previous[:levels], constant


def compact_start(core: SitingCore, model: Milp, is_open: NDArray[np.bool_]) -> Floats:
    """A plan as a point of the model: each set is closed if its predecessor is and no site has come that is open."""
    x = np.zeros(len(model.cost))
    sites, sets = core.sites, len(model.cost) - core.sites
    x[:sites] = is_open
    row = np.repeat(np.arange(len(model.low)), np.diff(model.indptr))
    inner = (row < sets) & (model.column < sites)
    met = np.bincount(row[inner], x[model.column[inner]], minlength=sets)
    link = (row < sets) & (model.value < 0)
    before = np.full(sets, -1, dtype=np.int64)
    before[row[link]] = model.column[link] - sites
    closed = np.zeros(sets)
    while True:
        new = np.where(met > 0, 0.0, np.where(before >= 0, closed[before], 1.0))
        if np.array_equal(new, closed):
            break
        closed = new
    x[sites:] = closed
    return x
