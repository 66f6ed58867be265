"""Simulated annealing over the open sites: close one and open another, mend the rows around, keep it or undo it.

Every step changes a few sites and their rows only; a log undoes it, so that a step costs what its neighbourhood
costs. Method: iterated local search with an annealed acceptance (Kirkpatrick et al. 1983; Lourenço et al. 2003).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geoplan.kernels import kernel, making_kernel
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
"""Sites that are compared before one is closed, rows before one is opened near one of them."""
STEPS = 50_000_000
"""Most steps of mending one change."""


@kernel
def draw(random: Ints, below: int) -> int:
    """A number in [0, below), by a linear congruential generator (Knuth, MMIX)."""
    random[0] = random[0] * np.int64(6364136223846793005) + np.int64(1442695040888963407)
    return int(((random[0] >> 33) & 0x3FFFFFFF) % below)


@kernel
def _closed_near(t: Terms, s: State, random: Ints, row: int, among: int) -> int:
    """One of the first closed sites of a row, drawn at random; -1 where there is none."""
    wanted = draw(random, among)
    last = -1
    for k in range(t.indptr[row], t.indptr[row + 1]):
        if not s.is_open[t.site[k]]:
            last = t.site[k]
            if wanted == 0:
                break
            wanted -= 1
    return last


@kernel
def _member(s: State, random: Ints, j: int) -> int:
    """A row of a site, drawn from its first 64; -1 where it has none."""
    count, row = 0, s.first[j]
    while row >= 0 and count < 64:
        count += 1
        row = s.after[row]
    if count == 0:
        return -1
    row = s.first[j]
    for _ in range(draw(random, count)):
        row = s.after[row]
    return int(row)


class Near(NamedTuple):
    """Open sites of each row in order of cost, with their costs; kept up to date around every change."""

    site: NDArray[np.int32]
    cost: Floats


class Area(NamedTuple):
    """The rows around a change: `row`, and when rows and sites were taken in last; where rows of a closing site go."""

    row: Ints
    row_stamp: Ints
    site_stamp: Ints
    to: Ints
    to_cost: Floats


class Best(NamedTuple):
    """The best plan that keeps everything, and `cost`: of the plan now, penalties included, and of the best."""

    site_of_row: Ints
    is_open: Flags
    cost: Floats


def area_of(rows: int, sites: int) -> Area:
    """Room for an area."""
    return Area(
        np.zeros(min(rows, MOST_ROWS), np.int64), np.full(rows, -1, np.int64), np.full(sites, -1, np.int64),
        np.zeros(rows, np.int64), np.zeros(rows),
    )  # fmt: skip


@kernel
def _collect(s: State, near: Near, area: Area, row: int, now: int, size: int) -> int:
    """Take the rows of the sites near a row into the area; returns its new size."""
    for m in range(min(AROUND, near.site.shape[1])):
        b = near.site[row, m]
        if b < 0:
            break
        if area.site_stamp[b] == now:
            continue
        area.site_stamp[b] = now
        q = s.first[b]
        while q >= 0 and size < len(area.row):
            if area.row_stamp[q] != now:
                area.row_stamp[q] = now
                area.row[size] = q
                size += 1
            q = s.after[q]
    return size


@kernel
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
    for i in range(len(s.site_of_row)):  # noqa: SIM110 - numba knows no generators
        if s.site_of_row[i] < 0 and not t.may_rest[i]:
            return False
    return True


@kernel
def _hardly_matters(t: Terms, s: State, area: Area, random: Ints, open_sites: Ints, opened: int, width: int) -> int:
    """Of some open sites, drawn at random, the one whose closing costs least; -1 where none may be closed."""
    out, least = -1, np.inf
    for _ in range(LOOKED_AT):
        j = open_sites[draw(random, opened)]
        if not t.must_open[j]:
            change = close_change(t, s, j, width, area.to, area.to_cost)
            if change < least:
                out, least = j, change
    return int(out)


@kernel
def _dear_row(s: State, random: Ints) -> int:
    """Of some rows, drawn at random, the one that pays most."""
    dear = draw(random, len(s.row_cost))
    for _ in range(LOOKED_AT - 1):
        row = draw(random, len(s.row_cost))
        if s.row_cost[row] > s.row_cost[dear]:
            dear = row
    return int(dear)


@kernel
def _proposal(
    t: Terms, s: State, area: Area, random: Ints, open_sites: Ints, opened: int, width: int
) -> tuple[int, int, int]:
    """A site to close, one to open (-1: none) and a row near the latter."""
    kind = draw(random, 10)
    out, into, anchor = -1, -1, -1
    if kind < 6 and opened > 0:
        # A site moves to a place near one of its rows.
        out = open_sites[draw(random, opened)]
        anchor = _member(s, random, out)
        if anchor >= 0 and not t.must_open[out]:
            into = _closed_near(t, s, random, anchor, 8)
        if into < 0:
            out = -1
    elif kind < 9:
        # A site opens where rows pay much, and two times out of three one closes that hardly matters.
        anchor = _dear_row(s, random)
        into = _closed_near(t, s, random, anchor, 4)
        if kind < 8 and opened > 0:
            out = _hardly_matters(t, s, area, random, open_sites, opened, width)
    elif opened > 0:
        out = open_sites[draw(random, opened)]
        if t.must_open[out]:
            out = -1
    return out, into, anchor


@kernel
def _emptied(t: Terms, s: State, near: Near, area: Area, log: Log, out: int, now: int, size: int) -> tuple[float, int]:
    """Give the rows of a closed site to the best near; what that costs (inf: log full), and the area's new size."""
    delta = -site_cost(t, out, s.load[out])
    row = s.first[out]
    while row >= 0:
        following = s.after[row]
        size = _collect(s, near, area, row, now, size)
        if log.size[0] + 2 >= len(log.row):
            return np.inf, size
        look_around(t, s.is_open, row, near.site, near.cost)
        weight = t.weight[row]
        best, best_site, best_cost = t.base[row], -1, t.base[row]
        for m in range(near.site.shape[1]):
            b = near.site[row, m]
            if b < 0:
                break
            value = near.cost[row, m] + site_cost(t, b, s.load[b] + weight) - site_cost(t, b, s.load[b])
            if value < best:
                best, best_site, best_cost = value, b, near.cost[row, m]
        delta += best - s.row_cost[row]
        logged_move(t, s, log, row, best_site, best_cost)
        row = following
    return delta, size


@kernel
def _undo(t: Terms, s: State, near: Near, area: Area, log: Log, out: int, into: int, size: int) -> None:
    for i in range(log.size[0] - 1, -1, -1):
        move_row(t, s, log.row[i], log.site[i], log.cost[i])
    if out >= 0:
        set_open(t, s, out, True)  # noqa: FBT003
    if into >= 0:
        set_open(t, s, into, False)  # noqa: FBT003
    for i in range(size):
        look_around(t, s.is_open, area.row[i], near.site, near.cost)


@kernel
def _changed(
    t: Terms, s: State, near: Near, area: Area, log: Log, out: int, into: int, anchor: int, now: int,
    chains: bool,  # noqa: FBT001 - numba takes no keywords
) -> tuple[float, int]:  # fmt: skip
    """Close and open, and mend the rows around; what that costs, and the size of the area."""
    delta, size = 0.0, 0
    log.size[0] = 0
    if into >= 0:
        set_open(t, s, into, True)  # noqa: FBT003
        delta += site_cost(t, into, 0.0)
        size = _collect(s, near, area, anchor, now, size)
    if out >= 0:
        set_open(t, s, out, False)  # noqa: FBT003
        change, size = _emptied(t, s, near, area, log, out, now, size)
        delta += change
    for i in range(size):
        look_around(t, s.is_open, area.row[i], near.site, near.cost)
    width = near.site.shape[1]
    for _ in range(PASSES):
        if delta == np.inf:
            break
        _, moves, gain = descend(t, s, near.site, near.cost, area.row[:size], width, chains, STEPS, log)
        delta += gain
        if moves == 0:
            break
    return delta, size


@kernel
def _kept(open_sites: Ints, opened: int, out: int, into: int) -> int:
    """Write a change into the list of open sites; returns how many there are."""
    if out >= 0:
        for i in range(opened):
            if open_sites[i] == out:
                opened -= 1
                open_sites[i] = open_sites[opened]
                break
    if into >= 0:
        open_sites[opened] = into
        opened += 1
    return opened


@making_kernel
def shake(
    t: Terms, s: State, near: Near, area: Area, log: Log, random: Ints, best: Best, warmth: float,
    chains: bool,  # noqa: FBT001 - numba takes no keywords
    work: int,
) -> int:  # fmt: skip
    """Try changes of the open sites until `work` steps are done; returns how many were tried.

    Args:
        t, s: the problem, with finite penalties; the plan, changed in place.
        near: open sites near each row.
        area, log: room for the rows around a change, and for its moves.
        random: state of the generator, one number.
        best: the best plan, changed in place.
        warmth: a change that costs this much more is still kept in about a third of all cases.
        chains, work: mend by swaps and chains too, not by shifts alone; steps.
    """
    area.row_stamp[:] = -1
    area.site_stamp[:] = -1
    open_sites = np.zeros(len(s.is_open), dtype=np.int64)
    opened = 0
    for j in range(len(s.is_open)):
        if s.is_open[j]:
            open_sites[opened] = j
            opened += 1
    width = near.site.shape[1]
    each = width * (width * max(1, len(t.weight) // max(1, opened)) if chains else 2)
    spent, tried = 0, 0
    while spent < work:
        tried += 1
        spent += 400
        out, into, anchor = _proposal(t, s, area, random, open_sites, opened, width)
        delta = rule_change(t, s, out, into)
        if (out < 0 and into < 0) or delta > 0.0:
            continue
        change, size = _changed(t, s, near, area, log, out, into, anchor, tried, chains)
        delta += change
        spent += size * (80 + 2 * each)
        if not delta < -np.log((draw(random, 1 << 30) + 1) / (1 << 30)) * warmth:
            _undo(t, s, near, area, log, out, into, size)
            continue
        opened = _kept(open_sites, opened, out, into)
        best.cost[0] += delta
        if best.cost[0] < best.cost[1] - 1e-9 * abs(best.cost[1]) and in_bands(t, s):
            best.cost[1] = best.cost[0]
            best.site_of_row[:] = s.site_of_row
            best.is_open[:] = s.is_open
            spent += 10 * len(t.weight)
    return tried
