"""Kernels: the best load of each site at given prices of the rows, exactly by loads in whole units or by relaxation.

A site that is open takes one option and any rows whose load stays within the option's band; a row is worth its
multiplier less its cost. The most that a site can earn is a knapsack with a floor. In whole units it is solved exactly
(Bellman's recursion over loads); otherwise shares of rows are allowed (Dantzig 1957), which earns at least as much
and so keeps a lower bound on cost valid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import copy_into, kernel, making_kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]


@making_kernel
def listed(
    indptr: Ints,
    site: NDArray[np.int32],
    cost: Floats,
    weight: Floats,
    multiplier: Floats,
    ahead: float,
    sites: int,
) -> tuple[Ints, Ints, Ints, Floats]:
    """Pairs that pay, or lose less than `ahead` for each unit of load, by site.

    Returns:
        `start` (sites + 1), and for each of these pairs its place among the core's pairs, its row, what it earns.
    """
    rows = len(weight)
    start = np.zeros(sites + 1, dtype=np.int64)
    last = np.empty(rows, dtype=np.int64)
    for row in range(rows):
        most = multiplier[row]
        if weight[row] > 0.0:
            most += ahead * weight[row]
        k = indptr[row]
        while k < indptr[row + 1] and cost[k] < most:
            start[site[k] + 1] += 1
            k += 1
        last[row] = k
    for j in range(sites):
        start[j + 1] += start[j]
    place = start[:-1].copy()
    pair = np.empty(start[sites], dtype=np.int64)
    row_of = np.empty(start[sites], dtype=np.int64)
    profit = np.empty(start[sites])
    for row in range(rows):
        for k in range(indptr[row], last[row]):
            at = place[site[k]]
            pair[at] = k
            row_of[at] = row
            profit[at] = multiplier[row] - cost[k]
            place[site[k]] = at + 1
    return start, pair, row_of, profit


@kernel
def _add_item(best: Floats, room: Floats, size: int, gain: float) -> None:
    """The most that each load earns with one more item. From one array to another, for vectors to be read whole."""
    copy_into(room, best)
    without, alone, together = room[: len(room) - size], room[size:], best[size:]
    for at in range(len(without)):
        together[at] = max(without[at] + gain, alone[at])


@kernel
def add_noted(best: Floats, room: Floats, took: Flags, size: int, gain: float) -> None:
    """The same, noting which loads take the item: one entry of `took` for each load."""
    copy_into(room, best)
    without, alone, taken, together = room[: len(room) - size], room[size:], took[size : len(room)], best[size:]
    for at in range(len(without)):
        value = without[at] + gain
        taken[at] = value > alone[at]
        together[at] = max(value, alone[at])
    took[:size] = False


@making_kernel
def exact_loads(  # noqa: C901, PLR0912, PLR0915 - kernels: numba wants plain loops
    profit: Floats,
    units: Ints,
    band: Ints,
    option_cost: Floats,
    widening: Ints,
    unit_cost: Floats,
    share: Floats,
) -> tuple[float, int]:
    """Least cost of one open site, loads in whole units.

    Args:
        profit, units: what each item earns and weighs.
        band: least and most load of each option, shape (options, 2).
        option_cost: of each option.
        widening, unit_cost: units that may be added to any option, and the cost of each, shape (1,) both.
        share: written: 1 for the items taken, 0 for the others; left alone where it has no length.

    Returns:
        The cost and the option taken (-1 and inf where no load lies within a band).
    """
    wanted = len(share) > 0
    options = len(option_cost)
    floor = 0
    most = 0
    for o in range(options):
        floor = max(floor, band[o, 0])
        most = max(most, band[o, 1] + widening[0])
    # without a floor what does not pay is left out
    item = np.empty(len(profit), dtype=np.int64)
    items = 0
    total = 0
    free = 0.0
    for k in range(len(profit)):
        if wanted:
            share[k] = 0.0
        if units[k] == 0:
            if profit[k] > 0.0:
                free += profit[k]
                if wanted:
                    share[k] = 1.0
        elif units[k] <= most and (profit[k] > 0.0 or floor > 0):
            item[items] = k
            items += 1
            total += units[k]
    most = min(most, total)
    best = np.full(most + 1, -np.inf)
    best[0] = 0.0
    room = np.empty(most + 1)
    took = np.zeros((items if wanted else 0, most + 1), dtype=np.bool_)
    reach = 0
    for place in range(items):
        k = item[place]
        size = units[k]
        gain = profit[k]
        reach = min(reach + size, most)
        if wanted:
            add_noted(best[: reach + 1], room[: reach + 1], took[place], size, gain)
        else:
            _add_item(best[: reach + 1], room[: reach + 1], size, gain)
    cheapest = np.inf
    chosen = -1
    load_of_chosen = 0
    for o in range(options):
        for load in range(band[o, 0], min(band[o, 1] + widening[0], most) + 1):
            value = option_cost[o] - best[load]
            if load > band[o, 1]:
                value += unit_cost[0] * (load - band[o, 1])
            if value < cheapest:
                cheapest = value
                chosen = o
                load_of_chosen = load
    if wanted and chosen >= 0:
        load = load_of_chosen
        for place in range(items - 1, -1, -1):
            if took[place, load]:
                share[item[place]] = 1.0
                load -= units[item[place]]
    return cheapest - free, chosen


@making_kernel
def exact_table(profit: Floats, units: Ints, most: int, is_floored: bool) -> Floats:  # noqa: FBT001
    """The most that items of each total load earn, up to `most`; -inf where no items have that load.

    Items that do not pay are left out unless loads have a floor; those without weight always are.
    """
    total = 0
    for k in range(len(profit)):
        if units[k] <= most and (profit[k] > 0.0 or is_floored):
            total += units[k]
    most = min(most, total)
    best = np.full(most + 1, -np.inf)
    best[0] = 0.0
    room = np.empty(most + 1)
    reach = 0
    for k in range(len(profit)):
        size = units[k]
        if size == 0 or size > most or (profit[k] <= 0.0 and not is_floored):
            continue
        reach = min(reach + size, most)
        _add_item(best[: reach + 1], room[: reach + 1], size, profit[k])
    return best


@making_kernel
def relaxed_loads(  # noqa: C901, PLR0912, PLR0915 - kernels: numba wants plain loops
    profit: Floats,
    weight: Floats,
    band: Floats,
    option_cost: Floats,
    widening: Floats,
    unit_cost: Floats,
    ahead: float,
    share: Floats,
) -> tuple[float, int, float]:
    """Least cost of one open site where it may serve shares of rows.

    Args:
        ahead: items that are not listed lose at least so much for each unit of load; inf where all are listed.

    Returns:
        The cost, the option taken (-1 and inf where no load lies within a band) and what one more unit of its room
        would earn.
    """
    ratio = np.empty(len(profit))
    free = 0.0
    for k in range(len(profit)):
        if weight[k] > 0.0:
            ratio[k] = -profit[k] / weight[k]
        else:
            ratio[k] = np.inf
            free += max(profit[k], 0.0)
    order = np.argsort(ratio, kind="mergesort")
    cheapest = np.inf
    chosen = -1
    price = 0.0
    for last in range(2):
        for o in range(len(option_cost)):
            if last == 1 and (o != chosen or len(share) == 0):
                continue
            least = band[o, 0]
            capacity = band[o, 1]
            most = capacity + widening[0]
            load = 0.0
            value = option_cost[o]
            marginal = 0.0
            for k in order:
                if weight[k] <= 0.0:
                    break
                rest = weight[k]
                while rest > 0.0 and load < most:
                    dearer = 0.0 if load < capacity else unit_cost[0]
                    if load >= least and ratio[k] + dearer >= 0.0:
                        break
                    bend = capacity if load < capacity else most
                    if load < least:
                        bend = min(bend, least)
                    if rest < bend - load:
                        step = rest
                        load += step
                    else:
                        step = bend - load
                        load = bend
                    rest -= step
                    value += (ratio[k] + dearer) * step
                if last == 1:
                    share[k] = 1.0 - rest / weight[k]
                if rest > 0.0:
                    # what room would earn, or where load is short of its floor, what one unit more of floor costs
                    marginal = max(-ratio[k], 0.0) if load > least else -ratio[k]
                    break
            if load > capacity:
                marginal = max(marginal, unit_cost[0])
            if load < least:
                if np.isfinite(ahead):
                    value += ahead * (least - load)
                else:
                    value = np.inf
            if last == 0 and value < cheapest:
                cheapest = value
                chosen = o
                price = marginal
    if len(share) > 0:
        for k in range(len(profit)):
            if weight[k] <= 0.0 and profit[k] > 0.0:
                share[k] = 1.0
    return cheapest - free, chosen, price


@making_kernel
def price_sites(
    start: Ints,
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
    ahead: float,
    is_exact: bool,  # noqa: FBT001 - numba takes no keyword-only arguments
    asked: Ints,
    served: Floats,
    amounts: Floats,
) -> tuple[Floats, Ints]:
    """Least cost and option of each site asked for.

    Where `served` has a length, what the sites take is added to it (shares of rows), and to `amounts` for each site
    asked its load.
    """
    value = np.empty(len(asked))
    chosen = np.empty(len(asked), dtype=np.int64)
    fill = len(served) > 0
    for at in range(len(asked)):
        j = asked[at]
        low, high = start[j], start[j + 1]
        share = np.zeros(high - low if fill else 0)
        options = slice(first[j], first[j + 1])
        of_row = row[low:high]
        if is_exact:
            cost, option = exact_loads(
                profit[low:high], units[of_row], band_units[options], option_cost[options],
                widening_units[j : j + 1], unit_cost[j : j + 1], share,
            )  # fmt: skip
        else:
            cost, option, _ = relaxed_loads(
                profit[low:high], weight[of_row], band[options], option_cost[options],
                widening[j : j + 1], seat_cost[j : j + 1], ahead, share,
            )  # fmt: skip
        value[at] = cost
        chosen[at] = option + first[j] if option >= 0 else -1
        if fill:
            load = 0.0
            for k in range(high - low):
                served[of_row[k]] += share[k]
                load += share[k] * weight[of_row[k]]
            amounts[at] = load
    return value, chosen
