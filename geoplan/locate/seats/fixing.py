"""What no plan cheaper than the best one can do: sites that stay closed or open, pairs that are not used.

Each test forces one decision in the Lagrangian relaxation and takes what then costs more than the best plan out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import making_kernel
from geoplan.locate.seats.choose import cheapest_sites
from geoplan.locate.seats.knapsack import exact_table, listed, relaxed_loads

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.seats.lagrange import Ground, Relaxed

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]


def bounds_by_site(ground: Ground, relaxed: Relaxed) -> tuple[Floats, Floats]:
    """Bound on plans that open each site, and on plans that close it. Shape (sites,) both; inf where there are none."""
    core = ground.core
    value = relaxed.value

    def total(is_open: Flags) -> float:
        return float(value[is_open].sum())

    base = total(relaxed.is_open)
    opened = np.full(core.sites, relaxed.bound)
    closed = np.full(core.sites, relaxed.bound)
    hair = 1e-12 * (abs(base) + float(np.abs(value[relaxed.is_open]).sum()))
    for site in range(core.sites):
        if not np.isfinite(value[site]):
            opened[site] = np.inf
            continue
        if core.must_open[site]:
            closed[site] = np.inf
            continue
        must, without = core.must_open.copy(), value.copy()
        if relaxed.is_open[site]:
            without[site] = np.inf
        else:
            must[site] = True
        forced = cheapest_sites(without, must, core.count, ground.room, ground.need)
        low, high = core.count
        fits = low <= forced.sum() <= high
        bound = relaxed.bound + total(forced) - base - hair if fits else np.inf
        if relaxed.is_open[site]:
            closed[site] = bound
        else:
            opened[site] = bound
    return opened, closed


def kept_pairs(ground: Ground, relaxed: Relaxed, opened: Floats, cutoff: float) -> Flags:
    """Which pairs a plan that costs less than `cutoff` may use. Shape (pairs,)."""
    core = ground.core
    if cutoff == np.inf:
        return np.isfinite(opened)[core.site]
    keep = np.zeros(len(core.site), dtype=np.bool_)
    slack = cutoff - opened
    most = float(slack.max(initial=0.0))
    if most <= 0:
        return keep
    prices = relaxed.prices
    ahead = np.inf if ground.has_floors else 0.0
    start, pair, row, profit = listed(
        core.indptr, core.site, core.cost, core.weight, prices.row + most, ahead, core.sites
    )
    amount = np.zeros(core.sites)
    for price, rule in zip(prices.rule, ground.other, strict=True):
        amount[rule.sites] -= price * rule.values
    option_cost = core.option_cost + prices.money * core.option_spend + amount[core.option_site]
    seat_cost = core.extra_cost + prices.money * core.extra_spend
    _keep(
        start, pair, row, profit - most, core.weight, ground.units, ground.first, ground.band, ground.band_units,
        option_cost, ground.widening, ground.widening_units, seat_cost, seat_cost * ground.unit, ground.is_exact,
        relaxed.value, slack + 1e-9 * abs(cutoff), keep,
    )  # fmt: skip
    return keep


@making_kernel
def _keep(  # noqa: C901, PLR0912 - kernels: numba wants plain loops
    start: Ints,
    pair: Ints,
    row: Ints,
    profit: Floats,
    weight: Floats,
    units: Ints,
    first: Ints,
    band: Floats,
    band_units: Ints,
    option_cost: Floats,
    widening: Floats,
    widening_units: Ints,
    seat_cost: Floats,
    unit_cost: Floats,
    is_exact: bool,  # noqa: FBT001 - numba takes no keyword-only arguments
    value: Floats,
    slack: Floats,
    keep: Flags,
) -> None:
    """Mark the pairs that cost their site at most `slack` more when they are forced upon it."""
    none = np.empty(0)
    for j in range(len(value)):
        if slack[j] < 0.0 or not np.isfinite(value[j]):
            continue
        low, high = start[j], start[j + 1]
        of_row = row[low:high]
        options = range(first[j], first[j + 1])
        table = none
        if is_exact:
            floor = 0
            most = 0
            for o in options:
                floor = max(floor, band_units[o, 0])
                most = max(most, band_units[o, 1] + widening_units[j])
            table = exact_table(profit[low:high], units[of_row], most, floor > 0)
        free = 0.0
        prices = np.zeros(len(options))
        costs = np.zeros(len(options))
        for place in range(len(options)):
            o = first[j] + place
            if not is_exact:
                one = slice(o, o + 1)
                costs[place], _, prices[place] = relaxed_loads(
                    profit[low:high], weight[of_row], band[one], option_cost[one],
                    widening[j : j + 1], seat_cost[j : j + 1], np.inf, none,
                )  # fmt: skip
        if is_exact:
            for k in range(low, high):
                if units[row[k]] == 0:
                    free += max(profit[k], 0.0)
        for k in range(low, high):
            forced = np.inf
            if is_exact:
                size = units[row[k]]
                gain = profit[k] if size > 0 else min(profit[k], 0.0)
                for o in options:
                    upto = min(band_units[o, 1] + widening_units[j] - size, len(table) - 1)
                    for load in range(max(band_units[o, 0] - size, 0), upto + 1):
                        cost = option_cost[o] - table[load] - gain - free
                        if load + size > band_units[o, 1]:
                            cost += unit_cost[j] * (load + size - band_units[o, 1])
                        forced = min(forced, cost)
            else:
                for place in range(len(options)):
                    dearer = max(prices[place] * weight[row[k]] - profit[k], 0.0)
                    forced = min(forced, costs[place] + dearer)
            keep[pair[k]] = forced - value[j] <= slack[j]
