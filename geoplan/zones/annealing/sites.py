"""Zones opened, closed and exchanged within the search: the plan around them is mended, and undone where it is dear.

A closed zone's units go to the zones that they touch; an opened one takes its root and grows while that saves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import kernel, making_kernel
from geoplan.locate.seats.shake import draw
from geoplan.zones.annealing.moves import (
    COST,
    ENERGY,
    LOGGED,
    MOVED,
    MOVED_WEIGHT,
    OPENED,
    pair_at,
    set_open,
    shift,
    shift_change,
    touches,
)  # fmt: skip
from geoplan.zones.annealing.shifts import cut_off, empties, part_change, shift_part, try_chain, try_shift

if TYPE_CHECKING:
    from geoplan.zones.annealing.moves import Ints, State, Terms

PASSES = 2
"""How often the units around a change are looked at."""
LOOKED_AT = 3
"""Closed zones that are compared before one is opened."""
LINKS = 2
"""Units that move on in a chain."""
HOPE = 1.5
"""A change that costs so many times too much is not worth the time of chains."""


@kernel
def total(t: Terms, s: State) -> float:
    """Cost of the plan, with the prices of now for what is out of the limits."""
    beyond = max(0.0, s.sums[MOVED] - t.moved_most)
    return float(s.sums[COST] + s.sums[ENERGY] + s.sums[MOVED_WEIGHT] * beyond)


@kernel
def _has_room(s: State) -> bool:
    return bool(s.sums[LOGGED] + 2.0 * len(s.zone_of_unit) + 16.0 < len(s.log))


@kernel
def _emptied(t: Terms, s: State, zone: int) -> bool:
    """Give the units of a closed zone to zones that they touch, or need not touch; False: some can go nowhere."""
    while s.first[zone] >= 0:
        went = False
        unit = s.first[zone]
        while unit >= 0:
            following = s.after[unit]
            best, least = -1, np.inf
            for k in range(t.indptr[unit], t.indptr[unit + 1]):
                other = t.zone[k]
                if not s.is_open[other]:
                    continue
                if touches(t, s.zone_of_unit, unit, other):
                    change = shift_change(t, s, unit, k)
                    if change < least:
                        best, least = k, change
            if best >= 0:
                shift(t, s, unit, best)
                went = True
            unit = following
        if not went:
            return False
    return True


@making_kernel
def _grown(t: Terms, s: State, random: Ints, zone: int) -> bool:
    """Give an opened zone its root, or a unit, and whatever then saves; False: it cannot have its root."""
    start = t.root[zone]
    if start < 0 and t.of_ptr[zone + 1] > t.of_ptr[zone]:
        start = t.of_unit[t.of_ptr[zone] + draw(random, t.of_ptr[zone + 1] - t.of_ptr[zone])]
    if start < 0 or s.zone_of_unit[start] == zone:
        return bool(start >= 0)
    donor = s.zone_of_unit[start]
    if t.root[donor] < 0 and empties(t, s, donor):
        return False
    size = cut_off(t, s, start)
    if size == 0 or part_change(t, s, size, zone) == np.inf:
        return False
    shift_part(t, s, size, zone)
    went = True
    while went and _has_room(s):
        went = False
        for k in range(t.of_ptr[zone], t.of_ptr[zone + 1]):
            unit = t.of_unit[k]
            if s.zone_of_unit[unit] == zone or not _has_room(s):
                continue
            if touches(t, s.zone_of_unit, unit, zone) and try_shift(t, s, random, unit, zone, 0.0) < 0.0:
                went = True
    return True


@kernel
def _mend_unit(t: Terms, s: State, random: Ints, unit: int, chains: bool, log: Ints) -> bool:  # noqa: FBT001
    """Try to make a unit join a zone that it touches; whether something changed."""
    least = -1e-9 * (1.0 + abs(t.cost[s.pair_of_unit[unit]]))
    for k in range(t.near_ptr[unit], t.near_ptr[unit + 1]):
        zone = s.zone_of_unit[t.near[k]]
        # a chain that comes to nothing stands in the log, too: there and back
        if not _has_room(s):
            return False
        if zone == s.zone_of_unit[unit]:
            continue
        if try_shift(t, s, random, unit, zone, least) < 0.0:
            return True
        if chains and try_chain(t, s, random, unit, zone, least, LINKS, 0.0, log) < 0.0:
            return True
    return False


@kernel
def _mend(t: Terms, s: State, random: Ints, touched: Ints, log: Ints, chains: bool) -> None:  # noqa: FBT001
    """Improve the zones that have changed: shifts, and if wanted chains out of those that are out of their limits."""
    touched[:] = 0
    for i in range(int(s.sums[LOGGED])):
        touched[s.zone_of_unit[s.log[i, 0]]] = 1
        touched[t.zone[s.log[i, 1]]] = 1
    for _ in range(PASSES):
        went = False
        for zone in range(len(touched)):
            if touched[zone] == 0:
                continue
            unit = s.first[zone]
            while unit >= 0 and _has_room(s):
                following = s.after[unit]
                before = s.zone_of_unit[unit]
                if _mend_unit(t, s, random, unit, chains and s.broken[zone], log):
                    went = True
                    if s.zone_of_unit[unit] != before:
                        touched[s.zone_of_unit[unit]] = 1
                # The move may have taken the next one along; its list is another one then.
                if following >= 0 and s.zone_of_unit[following] != zone:
                    break
                unit = following
        if not went:
            break


@kernel
def _closed_near(t: Terms, s: State, random: Ints, unit: int) -> int:
    """Of some closed zones that a unit may belong to, drawn at random, the cheapest for it; -1: none was met."""
    best, least = -1, np.inf
    pairs = t.indptr[unit + 1] - t.indptr[unit]
    for _ in range(4 * LOOKED_AT):
        k = t.indptr[unit] + draw(random, pairs)
        if not s.is_open[t.zone[k]] and t.cost[k] < least:
            best, least = t.zone[k], t.cost[k]
            if draw(random, LOOKED_AT) == 0:
                break
    return int(best)


@kernel
def _proposal(t: Terms, s: State, random: Ints) -> tuple[int, int]:
    """A zone to close and one to open, -1 for none, such that the count comes within its limits or stays there."""
    unit = draw(random, len(s.zone_of_unit))
    out, into = int(s.zone_of_unit[unit]), _closed_near(t, s, random, unit)
    if t.must_open[out]:
        out = -1
    kind = draw(random, 4)
    if s.sums[OPENED] > t.open_most + 0.5 or (kind == 0 and s.sums[OPENED] > t.open_least + 0.5):
        into = -1
    elif s.sums[OPENED] < t.open_least - 0.5 or (kind == 1 and s.sums[OPENED] < t.open_most - 0.5):
        out = -1
    elif out < 0 or into < 0:
        return -1, -1
    if into >= 0 and t.root[into] >= 0:
        owner = int(s.zone_of_unit[t.root[into]])
        if t.root[owner] == t.root[into]:
            # Both have their school there: only one of them can be open.
            return (-1, -1) if t.must_open[owner] else (owner, into)
    return out, into


@kernel
def undo(t: Terms, s: State) -> None:
    """Take back every move in the log, the last one first."""
    size = int(s.sums[LOGGED])
    s.sums[LOGGED] = -1.0
    for i in range(size - 1, -1, -1):
        shift(t, s, s.log[i, 0], s.log[i, 1])


@making_kernel
def try_sites(t: Terms, s: State, random: Ints, limit: float, touched: Ints, log: Ints) -> bool:  # noqa: C901, PLR0912
    """Close a zone, open one or both, mend what is around, and keep it where the change stays below `limit`."""
    out, into = _proposal(t, s, random)
    if out < 0 and into < 0:
        return False
    if not t.open_least - 0.5 < s.sums[OPENED] < t.open_most + 0.5:
        # The count comes first, whatever it costs: the search looks for better zones afterwards.
        limit = np.inf
    before = total(t, s)
    s.sums[LOGGED] = 0.0
    done = True
    shared = out >= 0 and into >= 0 and t.root[out] >= 0 and t.root[out] == t.root[into]
    if into >= 0:
        set_open(t, s, into, True)  # noqa: FBT003
        if shared:
            unit = s.first[out]
            while done and unit >= 0:
                following, pair = s.after[unit], pair_at(t, unit, into)
                done = pair >= 0
                if done:
                    shift(t, s, unit, pair)
                unit = following
        else:
            done = _grown(t, s, random, into)
    if out >= 0:
        set_open(t, s, out, False)  # noqa: FBT003
        done = done and _emptied(t, s, out)
    if done:
        _mend(t, s, random, touched, log, False)  # noqa: FBT003
        change = total(t, s) - before
        if limit <= change < HOPE * limit:
            _mend(t, s, random, touched, log, True)  # noqa: FBT003
        if total(t, s) - before < limit:
            s.sums[LOGGED] = -1.0
            return True
    if out >= 0:
        set_open(t, s, out, True)  # noqa: FBT003
    if into >= 0:
        set_open(t, s, into, False)  # noqa: FBT003
    undo(t, s)
    return False
