"""Simulated annealing over the open sites: close one and open another, mend the rows around, keep it or undo it.

Every step changes a few sites and their rows only; a log undoes it, so that a step costs what its neighbourhood
costs. Method: iterated local search with an annealed acceptance (Kirkpatrick et al. 1983; Lourenço et al. 2003).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from geoplan.locate.seats.moves import descend, logged_move, look_around, move_row, site_cost
from geoplan.locate.seats.places import close_change, rule_change, set_open

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.seats.moves import Flags, Floats, Ints, Log, State, Terms

MOST_ROWS = 1500
"""Rows around a change that are mended."""
PASSES = 3
"""How often they are looked at."""
AROUND = 4
"""Sites near each row that a change may reach."""
LOOKED_AT = 5
"""Sites that are compared before one is closed."""


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _draw(random: Ints, below: int) -> int:
    """A number in [0, below), by a linear congruential generator (Knuth, MMIX)."""
    random[0] = random[0] * np.int64(6364136223846793005) + np.int64(1442695040888963407)
    return ((random[0] >> 33) & 0x3FFFFFFF) % below


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _closed_near(t: Terms, s: State, random: Ints, row: int, among: int) -> int:
    """One of the first closed sites of a row, drawn at random; -1 where there is none."""
    wanted = _draw(random, among)
    last = -1
    for k in range(t.indptr[row], t.indptr[row + 1]):
        if not s.is_open[t.site[k]]:
            last = t.site[k]
            if wanted == 0:
                break
            wanted -= 1
    return last


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _member(s: State, random: Ints, j: int) -> int:
    """A row of a site, drawn from its first 64; -1 where it has none."""
    count, row = 0, s.first[j]
    while row >= 0 and count < 64:
        count += 1
        row = s.after[row]
    if count == 0:
        return -1
    row = s.first[j]
    for _ in range(_draw(random, count)):
        row = s.after[row]
    return row


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _collect(
    s: State, near: NDArray[np.int32], row: int, stamp: Ints, site_stamp: Ints, now: int, local: Ints, size: int
) -> int:
    """Add the rows of the sites near a row to `local`; returns its new size."""
    for m in range(min(AROUND, near.shape[1])):
        b = near[row, m]
        if b < 0:
            break
        if site_stamp[b] == now:
            continue
        site_stamp[b] = now
        q = s.first[b]
        while q >= 0 and size < len(local):
            if stamp[q] != now:
                stamp[q] = now
                local[size] = q
                size += 1
            q = s.after[q]
    return size


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def in_bands(t: Terms, s: State) -> bool:
    """Whether every open site's load fits one of its options, and every row is served that must be."""
    for j in range(len(s.load)):
        if s.is_open[j]:
            fits = False
            slack = 1e-9 * max(1.0, s.load[j])
            for o in range(t.option_ptr[j], t.option_ptr[j + 1]):
                if t.least[o] - slack <= s.load[j] <= t.capacity[o] + t.extra_most[j] + slack:
                    fits = True
                    break
            if not fits:
                return False
    for row in range(len(t.weight)):
        if s.site_of_row[row] < 0 and not t.may_rest[row]:
            return False
    return True


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def shake(
    t: Terms,
    s: State,
    near: NDArray[np.int32],
    near_cost: Floats,
    log: Log,
    random: Ints,
    open_sites: Ints,
    best_rows: Ints,
    best_open: Flags,
    values: Floats,
    warmth: float,
    width: int,
    chains: bool,  # noqa: FBT001 - numba takes no keywords
    work: int,
) -> int:
    """Try changes of the open sites until `work` steps are done; returns how many were tried.

    Args:
        t: the problem, with finite penalties.
        s: the plan, changed in place.
        near: open sites of each row in order of cost, kept up to date around every change.
        near_cost: their costs.
        log: room for the row moves of one change.
        random: state of the generator, one number.
        open_sites: the open sites in any order, filled up to the number of sites; changed in place.
        best_rows: site of each row in the best plan that keeps everything; changed in place.
        best_open: its open sites.
        values: cost of the plan, penalties included, and of the best.
        warmth: a change that costs this much more is still kept in about a third of all cases.
        width: near sites that a row may turn to.
        chains: mend by swaps and chains too, not by shifts alone.
        work: steps.
    """
    rows, sites = len(t.weight), len(t.must_open)
    stamp = np.full(rows, -1, dtype=np.int64)
    site_stamp = np.full(sites, -1, dtype=np.int64)
    local = np.zeros(min(rows, MOST_ROWS), dtype=np.int64)
    to, to_cost = np.zeros(rows, dtype=np.int64), np.zeros(rows)
    opened = 0
    for j in range(sites):
        if s.is_open[j]:
            open_sites[opened] = j
            opened += 1
    spent, tried = 0, 0
    while spent < work:
        tried += 1
        spent += 200
        kind = _draw(random, 10)
        out, into, anchor = -1, -1, -1
        if kind < 6 and opened > 0:
            # A site moves to a place near one of its rows.
            out = open_sites[_draw(random, opened)]
            anchor = _member(s, random, out)
            if anchor >= 0:
                into = _closed_near(t, s, random, anchor, 8)
        elif kind < 9:
            # A site opens where rows pay much, and (8 of 9) one closes that hardly matters.
            for _ in range(LOOKED_AT):
                row = _draw(random, rows)
                if anchor < 0 or s.row_cost[row] > s.row_cost[anchor]:
                    anchor = row
            into = _closed_near(t, s, random, anchor, 4)
            least = np.inf
            if kind < 8 and opened > 0:
                for _ in range(LOOKED_AT):
                    j = open_sites[_draw(random, opened)]
                    if not t.must_open[j]:
                        change = close_change(t, s, j, width, to, to_cost)
                        spent += 100
                        if change < least:
                            out, least = j, change
        elif opened > 0:
            out = open_sites[_draw(random, opened)]
        if out >= 0 and t.must_open[out]:
            out = -1
        if (out < 0 and into < 0) or (kind < 6 and into < 0):
            continue
        delta = rule_change(t, s, out, into)
        if delta > 0.0:
            continue
        now = tried
        size = 0
        log.size[0] = 0
        if into >= 0:
            set_open(t, s, into, True)  # noqa: FBT003
            delta += site_cost(t, into, 0.0)
            size = _collect(s, near, anchor, stamp, site_stamp, now, local, size)
        full = False
        if out >= 0:
            set_open(t, s, out, False)  # noqa: FBT003
            row = s.first[out]
            delta -= site_cost(t, out, s.load[out])
            while row >= 0:
                following = s.after[row]
                size = _collect(s, near, row, stamp, site_stamp, now, local, size)
                if log.size[0] + 2 >= len(log.row):
                    full = True
                    break
                look_around(t, s.is_open, row, near, near_cost)
                weight = t.weight[row]
                best, best_site, best_cost = t.base[row], -1, t.base[row]
                for m in range(width):
                    b = near[row, m]
                    if b < 0:
                        break
                    value = near_cost[row, m] + site_cost(t, b, s.load[b] + weight) - site_cost(t, b, s.load[b])
                    if value < best:
                        best, best_site, best_cost = value, b, near_cost[row, m]
                delta += best - s.row_cost[row]
                logged_move(t, s, log, row, best_site, best_cost)
                row = following
        for i in range(size):
            look_around(t, s.is_open, local[i], near, near_cost)
        spent += 40 * size
        if not full:
            for _ in range(PASSES):
                _, moves, gain = descend(t, s, near, near_cost, local[:size], width, chains, 50_000_000, log)
                spent += size * width * (width * max(1, rows // max(1, opened)) if chains else 2)
                delta += gain
                if moves == 0:
                    break
        u = (_draw(random, 1 << 30) + 1) / (1 << 30)
        if not full and delta < -np.log(u) * warmth:
            values[0] += delta
            if out >= 0:
                for i in range(opened):
                    if open_sites[i] == out:
                        opened -= 1
                        open_sites[i] = open_sites[opened]
                        break
            if into >= 0:
                open_sites[opened] = into
                opened += 1
            if values[0] < values[1] - 1e-9 * abs(values[1]) and in_bands(t, s):
                values[1] = values[0]
                best_rows[:] = s.site_of_row
                best_open[:] = s.is_open
                spent += 10 * rows
        else:
            for i in range(log.size[0] - 1, -1, -1):
                move_row(t, s, log.row[i], log.site[i], log.cost[i])
            if out >= 0:
                set_open(t, s, out, True)  # noqa: FBT003
            if into >= 0:
                set_open(t, s, into, False)  # noqa: FBT003
            for i in range(size):
                look_around(t, s.is_open, local[i], near, near_cost)
            spent += 40 * size
    return tried
