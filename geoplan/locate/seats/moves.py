"""Shifts, swaps and ejection chains on CSR arrays: which site serves which row, while the open sites stay.

A plan is held with its loads and with the rows of every site as linked lists, so that a move costs O(1). Loads
outside their bands cost `penalty` for each unit, so that the same moves repair a plan and improve it; with an
infinite penalty they keep a feasible plan feasible.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geoplan.kernels import kernel, making_kernel
from geoplan.locate.seats.evaluate import load_of, plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.core import SeatsCore

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

LEAST_GAIN = 1e-9
"""A move must gain this much, relative to the costs that it changes, so that rounding cannot make it go in circles."""


class Terms(NamedTuple):
    """The core as the kernels want it: options and rules by site as CSR arrays.

    `base` is without inf where repairing; `may_rest` tells which rows may stay unserved.
    """

    indptr: Ints
    site: NDArray[np.int32]
    cost: Floats
    weight: Floats
    base: Floats
    may_rest: Flags
    option_ptr: Ints
    capacity: Floats
    least: Floats
    option_cost: Floats
    extra_most: Floats
    extra_cost: Floats
    must_open: Flags
    rule_ptr: Ints
    rule_of: Ints
    rule_value: Floats
    rule_low: Floats
    rule_high: Floats
    penalty: float
    rule_penalty: float


class State(NamedTuple):
    """A plan that kernels change in place.

    Attributes:
        is_open, load: by site.
        site_of_row, row_cost: by row; the cost is `base` where the row is unserved.
        first, after, before: rows of each site as a linked list, -1 at its ends.
        amount: of each rule.
    """

    is_open: Flags
    load: Floats
    site_of_row: Ints
    row_cost: Floats
    first: Ints
    after: Ints
    before: Ints
    amount: Floats


def terms_of(core: SeatsCore, *, penalty: float = np.inf, unserved: float = np.inf) -> Terms:
    """The core for the kernels.

    Args:
        core: the problem.
        penalty: cost of each unit of load outside its band.
        unserved: cost of leaving a row unserved that must be served.
    """
    column = np.concatenate([rule.sites for rule in core.rules]) if core.rules else np.zeros(0, dtype=np.int64)
    value = np.concatenate([rule.values for rule in core.rules]) if core.rules else np.zeros(0)
    rule = np.repeat(np.arange(len(core.rules)), [len(rule.sites) for rule in core.rules])
    order = np.argsort(column, kind="stable")
    slack = np.array([1e-9 * max(1.0, float(np.abs(rule.values).sum())) for rule in core.rules])
    return Terms(
        plain(core.indptr), plain(core.site), plain(core.cost),
        plain(core.weight), np.minimum(core.base, unserved), np.isfinite(core.base),
        np.searchsorted(core.option_site, np.arange(core.sites + 1)).astype(np.int64),
        plain(core.option_capacity), plain(core.option_least),
        plain(core.option_cost), plain(core.extra_most),
        plain(core.extra_cost), plain(core.must_open),
        np.searchsorted(column[order], np.arange(core.sites + 1)).astype(np.int64),
        rule[order].astype(np.int64), value[order].astype(np.float64),
        np.array([rule.low for rule in core.rules], dtype=np.float64) - slack,
        np.array([rule.high for rule in core.rules], dtype=np.float64) + slack,
        float(penalty), np.inf if penalty == np.inf else float(unserved),
    )  # fmt: skip


def state_of(core: SeatsCore, is_open: Flags, site_of_row: Ints, row_cost: Floats) -> State:
    """A plan for the kernels; `row_cost` is that of each row's pair, or of leaving it unserved."""
    load = load_of(core, site_of_row)
    first, after, before = linked(site_of_row, core.sites)
    amount = np.array([rule.amount(is_open) for rule in core.rules], dtype=np.float64)
    return State(is_open.copy(), load, site_of_row.copy(), row_cost.copy(), first, after, before, amount)


@making_kernel
def linked(site_of_row: Ints, sites: int) -> tuple[Ints, Ints, Ints]:
    """Rows of every site in ascending order, as linked lists."""
    first = np.full(sites, -1, dtype=np.int64)
    after = np.full(len(site_of_row), -1, dtype=np.int64)
    before = np.full(len(site_of_row), -1, dtype=np.int64)
    for row in range(len(site_of_row) - 1, -1, -1):
        j = site_of_row[row]
        if j >= 0:
            after[row] = first[j]
            if first[j] >= 0:
                before[first[j]] = row
            first[j] = row
    return first, after, before


@kernel
def site_cost(t: Terms, j: int, load: float) -> float:
    """The cheapest option for this load, seats added and penalties included."""
    best = np.inf
    slack = 1e-10 * max(1.0, load)
    for o in range(t.option_ptr[j], t.option_ptr[j + 1]):
        value = t.option_cost[o]
        over = load - t.capacity[o]
        if over > slack:
            added = min(over, t.extra_most[j])
            value += t.extra_cost[j] * added
            if over - added > slack:
                value += t.penalty * (over - added)
        under = t.least[o] - load
        if under > slack:
            value += t.penalty * under
        best = min(best, value)
    return best


@kernel
def move_row(t: Terms, s: State, row: int, j: int, cost: float) -> None:
    """Give a row to another site, or to none."""
    old = s.site_of_row[row]
    if old >= 0:
        s.load[old] -= t.weight[row]
        if s.before[row] >= 0:
            s.after[s.before[row]] = s.after[row]
        else:
            s.first[old] = s.after[row]
        if s.after[row] >= 0:
            s.before[s.after[row]] = s.before[row]
    s.site_of_row[row] = j
    s.row_cost[row] = cost
    s.before[row] = -1
    s.after[row] = -1
    if j >= 0:
        s.load[j] += t.weight[row]
        s.after[row] = s.first[j]
        if s.first[j] >= 0:
            s.before[s.first[j]] = row
        s.first[j] = row


@making_kernel
def nearest_open(t: Terms, is_open: Flags, most: int) -> tuple[NDArray[np.int32], Floats]:
    """The cheapest open sites of each row and their costs, -1 where there are fewer. Shape (rows, most)."""
    rows = len(t.weight)
    near = np.full((rows, most), -1, dtype=np.int32)
    cost = np.full((rows, most), np.inf)
    for row in range(rows):
        look_around(t, is_open, row, near, cost)
    return near, cost


@kernel
def look_around(t: Terms, is_open: Flags, row: int, near: NDArray[np.int32], near_cost: Floats) -> None:
    """Write the cheapest open sites of one row."""
    found, most = 0, near.shape[1]
    for k in range(t.indptr[row], t.indptr[row + 1]):
        if is_open[t.site[k]]:
            near[row, found] = t.site[k]
            near_cost[row, found] = t.cost[k]
            found += 1
            if found == most:
                return
    near[row, found:] = -1
    near_cost[row, found:] = np.inf


class Log(NamedTuple):
    """Row moves in the order in which they were made, with the site and cost before, so that they can be undone.

    `size` holds how many there are, as an array of one; arrays of length 0 take no notes.
    """

    row: Ints
    site: Ints
    cost: Floats
    size: Ints


def log_of(length: int) -> Log:
    """An empty log."""
    return Log(np.zeros(length, np.int64), np.zeros(length, np.int64), np.zeros(length), np.zeros(1, np.int64))


@kernel
def logged_move(t: Terms, s: State, log: Log, row: int, j: int, cost: float) -> None:
    """Move a row and take note of where it was."""
    if len(log.row) > 0:
        at = log.size[0]
        log.row[at], log.site[at], log.cost[at] = row, s.site_of_row[row], s.row_cost[row]
        log.size[0] = at + 1
    move_row(t, s, row, j, cost)


@kernel
def descend(  # noqa: C901, PLR0912, PLR0915 - one kernel: a call for each pair of rows would cost more than its work
    t: Terms,
    s: State,
    near: NDArray[np.int32],
    near_cost: Floats,
    rows: Ints,
    width: int,
    chains: bool,  # noqa: FBT001 - numba takes no keywords
    work: int,
    log: Log,
) -> tuple[int, int, float]:
    """Best shift, swap or chain of each row in turn, until `work` steps are done.

    A swap exchanges two rows; a chain moves a row to a site that gives one of its own to a third. Both look at all
    rows of a site; without `chains` only shifts are made.

    Returns:
        Rows seen, moves made, and by how much the cost changed.
    """
    moves, done, total = 0, 0, 0.0
    for i in range(len(rows)):
        if done > work or (len(log.row) > 0 and log.size[0] + 2 > len(log.row)):
            return i, moves, total
        r = rows[i]
        a = s.site_of_row[r]
        weight = t.weight[r]
        cost_a = 0.0
        less = 0.0
        if a >= 0:
            cost_a = site_cost(t, a, s.load[a])
            less = site_cost(t, a, s.load[a] - weight) - cost_a
        best = -LEAST_GAIN * (abs(s.row_cost[r]) + abs(cost_a) + 1e-9)
        best_b, best_s, best_c = -2, -1, -1
        best_cost, best_out = 0.0, 0.0
        if a >= 0 and t.base[r] - s.row_cost[r] + less < best:
            best = t.base[r] - s.row_cost[r] + less
            best_b, best_cost = -1, t.base[r]
        for m in range(width):
            b = near[r, m]
            if b < 0:
                break
            if b == a or not s.is_open[b]:
                continue
            gain = near_cost[r, m] - s.row_cost[r]
            cost_b = site_cost(t, b, s.load[b])
            delta = gain + less + site_cost(t, b, s.load[b] + weight) - cost_b
            done += 1
            if delta < best:
                best, best_b, best_s, best_cost = delta, b, -1, near_cost[r, m]
            q = s.first[b] if chains else -1
            while q >= 0:
                other = t.weight[q]
                in_b = site_cost(t, b, s.load[b] + weight - other) - cost_b
                done += width
                for n in range(width):
                    c = near[q, n]
                    if c < 0:
                        break
                    if c == b or not s.is_open[c]:
                        continue
                    delta = gain + in_b + near_cost[q, n] - s.row_cost[q]
                    if c == a:
                        delta += site_cost(t, a, s.load[a] - weight + other) - cost_a
                    elif t.penalty < np.inf or delta + less < best:
                        delta += less + site_cost(t, c, s.load[c] + other) - site_cost(t, c, s.load[c])
                    else:
                        continue
                    if delta < best:
                        best, best_b, best_s, best_c = delta, b, q, c
                        best_cost, best_out = near_cost[r, m], near_cost[q, n]
                q = s.after[q]
        if best_b >= -1:
            moves += 1
            total += best
            logged_move(t, s, log, r, best_b, best_cost)
            if best_s >= 0:
                logged_move(t, s, log, best_s, best_c, best_out)
    return len(rows), moves, total
