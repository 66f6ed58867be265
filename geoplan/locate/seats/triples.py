"""The rows of three neighbouring sites shared out anew among them, exactly, by a recursion over the loads of two.

Swaps and chains move two rows at once. Where sites are nearly full the way to a better plan moves many, to and fro, and
only loads that fit to the unit will do: that is a knapsack in two dimensions (Bellman 1957), small for three sites.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import copy_into, kernel, making_kernel
from geoplan.locate.seats.moves import LEAST_GAIN, move_row, site_cost

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.seats.moves import Floats, Ints, State, Terms

    Bytes = NDArray[np.int8]

NEIGHBOURS = 6
"""Sites around each one that make up its triples."""
MOST_STATES = 20_000_000
"""Rows × loads × loads of one recursion, a byte each; larger triples are left alone."""
TRIPLES = 50
"""Triples of one call of the kernel."""


def share_out_triples(t: Terms, s: State, near: NDArray[np.int32], units: Ints, unit: float, *, clock: Clock) -> None:
    """Solve all triples of neighbouring open sites, again as long as any of their sites has changed.

    Args:
        t: the problem.
        s: the plan, changed in place.
        near: open sites of each row in order of cost, -1 where there are fewer.
        units: weight of each row in whole units.
        unit: what a unit weighs.
        clock: when to stop.
    """
    triples = triples_of(s.site_of_row, near, len(s.load))
    solved = np.zeros(len(triples), dtype=np.int64)
    changed = np.ones(len(s.load), dtype=np.int64)
    at, tick = 0, 1
    while not clock.over:
        due = np.flatnonzero(changed[triples].max(axis=1, initial=0) > solved)
        if not len(due):
            return
        at = int(np.searchsorted(due, at)) % len(due)
        due = np.roll(due, -at)[:TRIPLES]
        tick = sweep(t, s, triples, due, solved, changed, units, unit, tick)
        at = int(due[-1]) + 1


def triples_of(site_of_row: Ints, near: NDArray[np.int32], sites: int) -> Ints:
    """Triples of sites that share rows: each site with two of those that come first for its rows. Shape (n, 3)."""
    shared = np.zeros((sites, sites))
    for place in range(near.shape[1]):
        known = (near[:, place] >= 0) & (site_of_row >= 0)
        np.add.at(shared, (site_of_row[known], near[known, place]), 1.0 / (1 + place))
    np.fill_diagonal(shared, 0.0)
    found = set()
    for a in np.flatnonzero(shared.any(axis=1)).tolist():
        first = np.argsort(-shared[a], kind="stable")[:NEIGHBOURS]
        beside = first[shared[a][first] > 0].tolist()
        found |= {tuple(sorted((a, b, c))) for i, b in enumerate(beside) for c in beside[:i]}
    return np.array(sorted(found), dtype=np.int64).reshape(-1, 3)


@kernel
def sweep(
    t: Terms, s: State, triples: Ints, due: Ints, solved: Ints, changed: Ints, units: Ints, unit: float, tick: int
) -> int:
    """Solve some triples in turn; returns the number of the last change."""
    for k in due:
        a, b, c = triples[k]
        if max(changed[a], changed[b], changed[c]) > solved[k]:
            if _shared_out(t, s, a, b, c, units, unit):
                tick += 1
                changed[a] = changed[b] = changed[c] = tick
            solved[k] = tick
    return tick


@kernel
def _limit(t: Terms, s: State, j: int, unit: float) -> int:
    """Most units of load that a site is looked at with: what it holds, or its load now."""
    most = s.load[j]
    for o in range(t.option_ptr[j], t.option_ptr[j + 1]):
        most = max(most, t.capacity[o] + t.extra_most[j])
    return int(np.floor(min(most / unit, 1e9) + 1e-6))


@making_kernel
def _gathered(t: Terms, s: State, a: int, b: int, c: int) -> tuple[Ints, Floats]:
    """The rows of three sites, and what each costs at either. Shapes (n,) and (n, 3)."""
    rows = np.empty(len(t.weight), dtype=np.int64)
    count = 0
    for j in (a, b, c):
        row = s.first[j]
        while row >= 0:
            rows[count] = row
            count += 1
            row = s.after[row]
    cost = np.full((count, 3), np.inf)
    for i in range(count):
        left = 3
        for k in range(t.indptr[rows[i]], t.indptr[rows[i] + 1]):
            place = 0 if t.site[k] == a else (1 if t.site[k] == b else (2 if t.site[k] == c else -1))
            if place >= 0:
                cost[i, place] = t.cost[k]
                left -= 1
                if left == 0:
                    break
    return rows[:count], cost


@kernel
def _or_from(together: Floats, where: Bytes, other: Floats, cost: float, place: int) -> None:
    """The lower of what each state costs and what it costs by way of another one, in a loop that runs as vectors."""
    for at in range(len(together)):
        value = other[at] + cost
        where[at] = place if value < together[at] else where[at]
        together[at] = min(value, together[at])


@making_kernel
def _recursion(cost: Floats, units: Ints, most_a: int, most_b: int, most_c: int) -> tuple[Floats, Bytes]:
    """Least cost of each pair of loads of the first two sites, and where each row went for it (0, 1, 2)."""
    best = np.full((most_a + 1, most_b + 1), np.inf)
    best[0, 0] = 0.0
    took = np.empty((len(units), most_a + 1, most_b + 1), dtype=np.int8)
    here = np.empty(most_b + 1)
    so_far = 0
    for i in range(len(units)):
        weight = units[i]
        so_far += weight
        for la in range(min(most_a, so_far), -1, -1):
            # what the third site cannot hold any more is left out: no later state comes from it
            low, end = max(so_far - la - most_c, 0), min(most_b, so_far - la) + 1
            if low >= end:
                continue
            copy_into(here, best[la])
            from_a = here if weight == 0 else best[max(la - weight, 0)]
            together, where = best[la, low:end], took[i, la, low:end]
            for at in range(len(together)):
                together[at] += cost[i, 2]
                where[at] = 2
            if la >= weight:
                _or_from(together, where, from_a[low:end], cost[i, 0], 0)
            first = max(low, weight)
            if first < end:
                from_b = here[first - weight : end - weight]
                _or_from(best[la, first:end], took[i, la, first:end], from_b, cost[i, 1], 1)
    return best, took


@making_kernel
def _cheapest_end(
    t: Terms, a: int, b: int, c: int, best: Floats, total: int, most_c: int, unit: float, below: float
) -> tuple[int, int]:
    """The loads of the first two sites that cost least, what the sites cost included; -1 where none is below."""
    end_a, end_b = -1, -1
    price_b = np.array([site_cost(t, b, lb * unit) for lb in range(best.shape[1])])
    price_c = np.array([site_cost(t, c, lc * unit) for lc in range(most_c + 1)])
    for la in range(best.shape[0]):
        price_a = site_cost(t, a, la * unit)
        for lb in range(max(total - la - most_c, 0), min(best.shape[1] - 1, total - la) + 1):
            value = best[la, lb] + price_a + price_b[lb] + price_c[total - la - lb]
            if value < below:
                below, end_a, end_b = value, la, lb
    return end_a, end_b


@making_kernel
def _shared_out(t: Terms, s: State, a: int, b: int, c: int, units: Ints, unit: float) -> bool:
    """Share the rows of three sites out at least cost; whether that was better."""
    rows, cost = _gathered(t, s, a, b, c)
    total = int(units[rows].sum())
    now = s.row_cost[rows].sum() + site_cost(t, a, s.load[a]) + site_cost(t, b, s.load[b]) + site_cost(t, c, s.load[c])
    most_a, most_b = min(_limit(t, s, a, unit), total), min(_limit(t, s, b, unit), total)
    most_c = min(_limit(t, s, c, unit), total)
    if len(rows) == 0 or len(rows) * (most_a + 1.0) * (most_b + 1.0) > MOST_STATES:
        return False
    best, took = _recursion(cost, units[rows], most_a, most_b, most_c)
    below = now - LEAST_GAIN * (abs(now) + 1e-9)
    end_a, end_b = _cheapest_end(t, a, b, c, best, total, most_c, unit, below)
    if end_a < 0:
        return False
    for i in range(len(rows) - 1, -1, -1):
        where = took[i, end_a, end_b]
        j = a if where == 0 else (b if where == 1 else c)
        if s.site_of_row[rows[i]] != j:
            move_row(t, s, rows[i], j, cost[i, where])
        if where == 0:
            end_a -= units[rows[i]]
        elif where == 1:
            end_b -= units[rows[i]]
    return True
