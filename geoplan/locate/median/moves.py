"""Kernels of the interchange: a plan with the cheapest two open sites of every row, kept up to date move by move."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import kernel, making_kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Sites = NDArray[np.int32]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

NOBODY = -1

RANKED = 24
"""Sites considered for closing beside those whose rows the new site would serve; the rules seldom forbid them all."""


@kernel
def look_up(
    indptr: Ints,
    site: Sites,
    cost: Floats,
    base: Floats,
    is_open: Flags,
    i: int,
    first: Sites,
    second: Sites,
    first_cost: Floats,
    second_cost: Floats,
) -> None:
    """The cheapest two open sites of row i; where there are fewer, its base stands in."""
    first[i] = NOBODY
    second[i] = NOBODY
    first_cost[i] = base[i]
    second_cost[i] = base[i]
    for k in range(indptr[i], indptr[i + 1]):
        if is_open[site[k]]:
            if first[i] == NOBODY:
                first[i] = site[k]
                first_cost[i] = cost[k]
            else:
                second[i] = site[k]
                second_cost[i] = cost[k]
                return


@kernel
def assign(
    indptr: Ints,
    site: Sites,
    cost: Floats,
    base: Floats,
    is_open: Flags,
    first: Sites,
    second: Sites,
    first_cost: Floats,
    second_cost: Floats,
    loss: Floats,
) -> None:
    """Look up every row, and what closing each open site would cost its rows."""
    loss[:] = 0.0
    for i in range(len(base)):
        look_up(indptr, site, cost, base, is_open, i, first, second, first_cost, second_cost)
        if first[i] != NOBODY:
            loss[first[i]] += second_cost[i] - first_cost[i]


@kernel
def allowed(  # noqa: C901 - a kernel: numba wants plain loops
    came: int, went: int, rule_indptr: Ints, rule: Ints, value: Floats, low: Floats, high: Floats, amount: Floats
) -> bool:
    """Whether the rules hold after one site opened and another one closed (NOBODY for none)."""
    for turn in range(2):
        j = came if turn == 0 else went
        if j == NOBODY:
            continue
        for entry in range(rule_indptr[j], rule_indptr[j + 1]):
            r = rule[entry]
            new = amount[r]
            if came != NOBODY:
                for other in range(rule_indptr[came], rule_indptr[came + 1]):
                    if rule[other] == r:
                        new += value[other]
            if went != NOBODY:
                for other in range(rule_indptr[went], rule_indptr[went + 1]):
                    if rule[other] == r:
                        new -= value[other]
            if new > high[r] or new < low[r]:
                return False
    return True


@kernel
def open_site(
    j: int,
    column_indptr: Ints,
    column_row: Sites,
    column_cost: Floats,
    is_open: Flags,
    first: Sites,
    second: Sites,
    first_cost: Floats,
    second_cost: Floats,
    loss: Floats,
) -> None:
    """Open a site: its rows turn to it."""
    is_open[j] = True
    loss[j] = 0.0
    for k in range(column_indptr[j], column_indptr[j + 1]):
        i = column_row[k]
        if column_cost[k] >= second_cost[i]:
            continue
        if first[i] != NOBODY:
            loss[first[i]] -= second_cost[i] - first_cost[i]
        if column_cost[k] < first_cost[i]:
            second[i] = first[i]
            second_cost[i] = first_cost[i]
            first[i] = j
            first_cost[i] = column_cost[k]
        else:
            second[i] = j
            second_cost[i] = column_cost[k]
        if first[i] != NOBODY:
            loss[first[i]] += second_cost[i] - first_cost[i]


@kernel
def close_site(
    j: int,
    indptr: Ints,
    site: Sites,
    cost: Floats,
    base: Floats,
    is_open: Flags,
    first: Sites,
    second: Sites,
    first_cost: Floats,
    second_cost: Floats,
    loss: Floats,
) -> None:
    """Close a site: its rows look for another one."""
    is_open[j] = False
    for i in range(len(base)):
        if first[i] == j or second[i] == j:
            if first[i] != NOBODY:
                loss[first[i]] -= second_cost[i] - first_cost[i]
            look_up(indptr, site, cost, base, is_open, i, first, second, first_cost, second_cost)
            if first[i] != NOBODY:
                loss[first[i]] += second_cost[i] - first_cost[i]
    loss[j] = 0.0


@kernel
def _rank(is_open: Flags, loss: Floats, site_cost: Floats, ranked: Ints) -> None:
    """The open sites that are cheapest to close, ascending; NOBODY where there are fewer."""
    ranked[:] = NOBODY
    for j in range(len(is_open)):
        if not is_open[j]:
            continue
        came = j
        for place in range(len(ranked)):
            other = ranked[place]
            if other == NOBODY:
                ranked[place] = came
                break
            if loss[came] - site_cost[came] < loss[other] - site_cost[other]:
                ranked[place] = came
                came = other


@making_kernel
def improve(  # noqa: C901, PLR0912, PLR0915 - a kernel: numba wants plain loops
    indptr: Ints,
    site: Sites,
    cost: Floats,
    base: Floats,
    column_indptr: Ints,
    column_row: Sites,
    column_cost: Floats,
    site_cost: Floats,
    low: int,
    high: int,
    rule_indptr: Ints,
    rule: Ints,
    rule_value: Floats,
    rule_low: Floats,
    rule_high: Floats,
    amount: Floats,
    is_open: Flags,
    first: Sites,
    second: Sites,
    first_cost: Floats,
    second_cost: Floats,
    loss: Floats,
    adjust: Floats,
    cursor: Ints,
    least_gain: float,
    work: int,
) -> bool:
    """Make improving moves until none is left (True) or so many pairs were looked at (False).

    `cursor` is the next site to look at, how many were looked at since the last move, and how many are open.
    """
    sites = len(site_cost)
    nobody = int(np.int64(NOBODY))  # one type for numba, so that `allowed` is compiled once
    touched = np.empty(sites, dtype=np.int64)
    ranked = np.empty(RANKED, dtype=np.int64)
    _rank(is_open, loss, site_cost, ranked)
    while cursor[1] < sites:
        if work <= 0:
            return False
        j = int(cursor[0])
        cursor[0] = (j + 1) % sites
        cursor[1] += 1
        best = -least_gain
        came = nobody
        went = nobody
        if is_open[j]:
            if (
                cursor[2] > low
                and loss[j] - site_cost[j] < best
                and allowed(nobody, j, rule_indptr, rule, rule_value, rule_low, rule_high, amount)
            ):
                went = j
        else:
            delta = site_cost[j]
            count = 0
            work -= column_indptr[j + 1] - column_indptr[j] + 20
            for k in range(column_indptr[j], column_indptr[j + 1]):
                i = column_row[k]
                if column_cost[k] < second_cost[i]:
                    f = first[i]
                    saved = second_cost[i] - column_cost[k]
                    if column_cost[k] < first_cost[i]:
                        delta -= first_cost[i] - column_cost[k]
                        saved = second_cost[i] - first_cost[i]
                    if f != NOBODY:
                        if adjust[f] == 0.0:
                            touched[count] = f
                            count += 1
                        adjust[f] += saved
            if (
                cursor[2] < high
                and delta < best
                and allowed(j, nobody, rule_indptr, rule, rule_value, rule_low, rule_high, amount)
            ):
                best = delta
                came = j
            if cursor[2] >= low:
                for t in range(count):
                    f = int(touched[t])
                    swapped = delta + loss[f] - adjust[f] - site_cost[f]
                    if swapped < best and allowed(j, f, rule_indptr, rule, rule_value, rule_low, rule_high, amount):
                        best = swapped
                        came = j
                        went = f
                for place in range(RANKED):
                    f = int(ranked[place])
                    if f == NOBODY:
                        break
                    swapped = delta + loss[f] - site_cost[f]
                    if swapped >= best:
                        break
                    if adjust[f] == 0.0 and allowed(j, f, rule_indptr, rule, rule_value, rule_low, rule_high, amount):
                        best = swapped
                        came = j
                        went = f
                        break
            for t in range(count):
                adjust[touched[t]] = 0.0
        if came == NOBODY and went == NOBODY:
            continue
        if came != NOBODY:
            open_site(
                came, column_indptr, column_row, column_cost, is_open, first, second, first_cost, second_cost, loss
            )
            cursor[2] += 1
            for entry in range(rule_indptr[came], rule_indptr[came + 1]):
                amount[rule[entry]] += rule_value[entry]
        if went != NOBODY:
            close_site(went, indptr, site, cost, base, is_open, first, second, first_cost, second_cost, loss)
            cursor[2] -= 1
            for entry in range(rule_indptr[went], rule_indptr[went + 1]):
                amount[rule[entry]] -= rule_value[entry]
        work -= len(base)
        _rank(is_open, loss, site_cost, ranked)
        cursor[1] = 0
    return True
