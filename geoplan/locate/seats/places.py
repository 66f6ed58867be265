"""Which sites are open: closing those that cost more than they save, and moving each to the best place of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import kernel, making_kernel
from geoplan.locate.seats.moves import LEAST_GAIN, move_row, site_cost

if TYPE_CHECKING:
    from geoplan.locate.seats.moves import Floats, Ints, State, Terms


@kernel
def rule_change(t: Terms, s: State, out: int, into: int) -> float:
    """Penalty for the rules after closing `out` and opening `into` (-1: none), less the penalty now."""
    change = 0.0
    for turn in range(2):
        j = out if turn == 0 else into
        if j < 0:
            continue
        sign = -1.0 if turn == 0 else 1.0
        for k in range(t.rule_ptr[j], t.rule_ptr[j + 1]):
            rule = t.rule_of[k]
            old = s.amount[rule]
            # A rule on both sites is settled once, with the site that opens.
            other = into if turn == 0 else out
            new = old + sign * t.rule_value[k]
            shared = False
            if other >= 0:
                for m in range(t.rule_ptr[other], t.rule_ptr[other + 1]):
                    if t.rule_of[m] == rule:
                        shared = True
                        new -= sign * t.rule_value[m]
            if shared and turn == 0:
                continue
            broken = max(0.0, t.rule_low[rule] - new, new - t.rule_high[rule])
            broken -= max(0.0, t.rule_low[rule] - old, old - t.rule_high[rule])
            if broken != 0.0:
                change += broken * t.rule_penalty
    return change


@kernel
def set_open(t: Terms, s: State, j: int, is_open: bool) -> None:  # noqa: FBT001 - numba takes no keywords
    """Open or close a site; its rows are the caller's affair."""
    s.is_open[j] = is_open
    for k in range(t.rule_ptr[j], t.rule_ptr[j + 1]):
        s.amount[t.rule_of[k]] += t.rule_value[k] if is_open else -t.rule_value[k]


@kernel
def close_change(t: Terms, s: State, j: int, width: int, to: Ints, to_cost: Floats) -> float:
    """What closing a site would cost, its rows going to the best of their next `width` open sites, one by one.

    `to` and `to_cost` receive where each row would go; the state is as before on return.
    """
    change = rule_change(t, s, j, -1) - site_cost(t, j, s.load[j])
    row = s.first[j]
    while row >= 0:
        weight = t.weight[row]
        best, best_site, best_cost = t.base[row], -1, t.base[row]
        found = 0
        for k in range(t.indptr[row], t.indptr[row + 1]):
            b = t.site[k]
            if b == j or not s.is_open[b]:
                continue
            value = t.cost[k] + site_cost(t, b, s.load[b] + weight) - site_cost(t, b, s.load[b])
            if value < best:
                best, best_site, best_cost = value, b, t.cost[k]
            found += 1
            if found == width:
                break
        change += best - s.row_cost[row]
        to[row], to_cost[row] = best_site, best_cost
        if best_site >= 0:
            s.load[best_site] += weight
        row = s.after[row]
    row = s.first[j]
    while row >= 0:
        if to[row] >= 0:
            s.load[to[row]] -= t.weight[row]
        row = s.after[row]
    return float(change)


@making_kernel
def drop_sites(t: Terms, s: State, change: Floats, width: int, steps: int) -> bool:
    """Close the site whose closing saves most, again and again; True when none saves anything.

    Args:
        t: the problem.
        s: the plan, changed in place.
        change: last known cost of closing each site, inf where it must not be; changed in place. Closing others
            makes it dearer as a rule, so that the least is looked at anew before it is believed (lazy evaluation).
        width: how many open sites each row may turn to.
        steps: how many sites to look at in this call.
    """
    to = np.full(len(t.weight), -1, dtype=np.int64)
    to_cost = np.zeros(len(t.weight))
    fresh = -1
    for _ in range(steps):
        j = int(np.argmin(change))
        if change[j] >= -LEAST_GAIN:
            return True
        if j != fresh:
            change[j] = close_change(t, s, j, width, to, to_cost)
            fresh = j
            continue
        # Looked at last and still the least: `to` holds its rows.
        row = s.first[j]
        while row >= 0:
            following = s.after[row]
            move_row(t, s, row, to[row], to_cost[row])
            row = following
        set_open(t, s, j, False)  # noqa: FBT003
        change[j] = np.inf
        fresh = -1
    return False


@making_kernel
def recentre(t: Terms, s: State, begin: int, end: int, reach: int) -> int:  # noqa: C901 - one kernel of plain loops
    """Move each open site to the closed one that serves its rows most cheaply; how many moved.

    Only the `reach` cheapest pairs of each row are looked at, so that the cost is close to linear in the rows.
    """
    moved = 0
    total = np.zeros(len(t.must_open))
    seen = np.zeros(len(t.must_open), dtype=np.int64)
    for j in range(begin, end):
        if not s.is_open[j] or t.must_open[j] or s.first[j] < 0:
            continue
        members = 0
        old = site_cost(t, j, s.load[j])
        row = s.first[j]
        while row >= 0:
            members += 1
            old += s.row_cost[row]
            for k in range(t.indptr[row], min(t.indptr[row] + reach, t.indptr[row + 1])):
                b = t.site[k]
                total[b] += t.cost[k]
                seen[b] += 1
            row = s.after[row]
        best, best_site = -LEAST_GAIN * abs(old), -1
        last = s.first[j]
        for k in range(t.indptr[last], min(t.indptr[last] + reach, t.indptr[last + 1])):
            b = t.site[k]
            if seen[b] == members and not s.is_open[b]:
                value = total[b] + site_cost(t, b, s.load[j]) - old
                if value < best:
                    value += rule_change(t, s, j, b)
                if value < best:
                    best, best_site = value, b
        row = s.first[j]
        while row >= 0:
            for k in range(t.indptr[row], min(t.indptr[row] + reach, t.indptr[row + 1])):
                total[t.site[k]] = 0.0
                seen[t.site[k]] = 0
            row = s.after[row]
        if best_site >= 0:
            _replace(t, s, j, best_site)
            moved += 1
    return moved


@kernel
def _replace(t: Terms, s: State, j: int, into: int) -> None:
    set_open(t, s, j, False)  # noqa: FBT003
    set_open(t, s, into, True)  # noqa: FBT003
    row = s.first[j]
    while row >= 0:
        following = s.after[row]
        for k in range(t.indptr[row], t.indptr[row + 1]):
            if t.site[k] == into:
                move_row(t, s, row, into, t.cost[k])
                break
        row = following
