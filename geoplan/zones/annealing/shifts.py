"""What a unit's leaving cuts off from its zone, and the moves made of it: shifts, whole parts, swaps and chains."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import kernel
from geoplan.locate.seats.shake import draw
from geoplan.zones.annealing.moves import NOW, energy_of, pair_at, shift, shift_change, too_many_moved

if TYPE_CHECKING:
    from geoplan.zones.annealing.moves import Ints, State, Terms

PEEK = 4
"""One time out of so many, a unit that had better stay is asked whether it should leave with what it would cut off."""


@kernel
def holds(t: Terms, s: State, unit: int) -> bool:
    """Whether the zone stays in one piece without the unit: are its neighbours in it connected otherwise?"""
    zone = s.zone_of_unit[unit]
    s.sums[NOW] += 1.0
    now = np.int64(s.sums[NOW])
    wanted, start = 0, -1
    for k in range(t.near_ptr[unit], t.near_ptr[unit + 1]):
        other = t.near[k]
        if s.zone_of_unit[other] == zone:
            s.goal[other] = now
            wanted += 1
            start = other
    if wanted <= 1:
        return True
    s.seen[unit] = now
    s.seen[start] = now
    s.queue[0] = start
    size = 1
    wanted -= 1
    while size > 0:
        size -= 1
        at = s.queue[size]
        for k in range(t.near_ptr[at], t.near_ptr[at + 1]):
            other = t.near[k]
            if s.zone_of_unit[other] == zone and s.seen[other] != now:
                s.seen[other] = now
                if s.goal[other] == now:
                    wanted -= 1
                    if wanted == 0:
                        return True
                s.queue[size] = other
                size += 1
    return False


@kernel
def cut_off(t: Terms, s: State, unit: int) -> int:
    """Write the unit and all that reaches its zone's root only through it into `part`.

    Returns:
        How many they are; 0 where the unit may not leave, since it is the root.
    """
    zone = s.zone_of_unit[unit]
    root = t.root[zone]
    if root == unit:
        return 0
    s.part[0] = unit
    if root < 0 or holds(t, s, unit):
        return 1
    s.sums[NOW] += 1.0
    now = np.int64(s.sums[NOW])
    s.seen[unit] = now
    s.seen[root] = now
    s.queue[0] = root
    size = 1
    while size > 0:
        size -= 1
        at = s.queue[size]
        for k in range(t.near_ptr[at], t.near_ptr[at + 1]):
            other = t.near[k]
            if s.zone_of_unit[other] == zone and s.seen[other] != now:
                s.seen[other] = now
                s.queue[size] = other
                size += 1
    count, other = 1, s.first[zone]
    while other >= 0:
        if s.seen[other] != now:
            s.part[count] = other
            count += 1
        other = s.after[other]
    return count


@kernel
def part_change(t: Terms, s: State, size: int, zone: int) -> float:
    """By how much cost and prices change when the first `size` units of `part` go to a zone; inf: not allowed."""
    a = s.zone_of_unit[s.part[0]]
    change, pupils, moved = 0.0, 0.0, 0.0
    for i in range(size):
        unit = s.part[i]
        pair = pair_at(t, unit, zone)
        if pair < 0:
            return np.inf
        old = s.pair_of_unit[unit]
        change += t.cost[pair] - t.cost[old]
        moved += t.moved[pair] - t.moved[old]
        pupils += t.pupils[unit]
    change += energy_of(t, s, a, s.load[a] - pupils) - s.energy[a]
    change += energy_of(t, s, zone, s.load[zone] + pupils) - s.energy[zone]
    return float(change + too_many_moved(t, s, moved))


@kernel
def shift_part(t: Terms, s: State, size: int, zone: int) -> None:
    """Give the first `size` units of `part` to a zone."""
    for i in range(size):
        shift(t, s, s.part[i], pair_at(t, s.part[i], zone))


@kernel
def empties(t: Terms, s: State, zone: int) -> bool:
    """Whether a zone that need not be open has one unit left: its closing is another kind of move."""
    return bool(not t.must_open[zone] and s.after[s.first[zone]] < 0)


@kernel
def try_shift(t: Terms, s: State, random: Ints, unit: int, zone: int, limit: float) -> float:
    """Give a unit, with what it would cut off, to a zone that it touches, where the change stays below `limit`.

    Returns:
        The change; inf where none was made.
    """
    pair = pair_at(t, unit, zone)
    if pair < 0 or empties(t, s, s.zone_of_unit[unit]):
        return np.inf
    change = shift_change(t, s, unit, pair)
    if change >= limit and draw(random, PEEK) > 0:
        return np.inf
    size = cut_off(t, s, unit)
    if size > 1:
        change = part_change(t, s, size, zone)
    if size == 0 or change >= limit:
        return np.inf
    shift_part(t, s, size, zone)
    return float(change)


@kernel
def _next_link(
    t: Terms, s: State, random: Ints, at: int, last: int, total: float, limit: float, noise: float
) -> tuple[int, int, float]:
    """A unit of the zone `at` that moves on, its pair, and the change in all.

    One that ends the chain below the limit, if any (drawn at random); else the one that costs least where what the
    next zone has too much is not counted, since that one gives a unit in turn; give or take some noise.
    """
    unit, pair, total_then, least, good = -1, -1, np.inf, np.inf, 0
    other = s.first[at]
    while other >= 0:
        if other != last and other != t.root[at]:
            pupils, old, before = t.pupils[other], s.pair_of_unit[other], -1
            leaves = total - t.cost[old] + energy_of(t, s, at, s.load[at] - pupils) - s.energy[at]
            for k in range(t.near_ptr[other], t.near_ptr[other + 1]):
                zone = s.zone_of_unit[t.near[k]]
                if zone == at or zone == before:  # noqa: SIM109, PLR1714 - numba: integers of two kinds
                    continue
                before = zone
                new = pair_at(t, other, zone)
                if new < 0:
                    continue
                change = leaves + t.cost[new] + too_many_moved(t, s, t.moved[new] - t.moved[old])
                done = change + energy_of(t, s, zone, s.load[zone] + pupils) - s.energy[zone]
                if done < limit:
                    if (good > 0 and draw(random, good + 1) > 0) or (t.root[at] >= 0 and not holds(t, s, other)):
                        continue
                    good += 1
                    unit, pair, total_then = other, new, done
                elif good == 0:
                    change += noise * draw(random, 1024)
                    if change < least and (t.root[at] < 0 or holds(t, s, other)):
                        unit, pair, total_then, least = other, new, done, change
        other = s.after[other]
    return unit, pair, total_then


@kernel
def try_chain(
    t: Terms, s: State, random: Ints, unit: int, zone: int, limit: float, links: int, noise: float, log: Ints
) -> float:
    """A unit goes to a zone, which gives one of its own to a third (or back: a swap), and so on.

    Args:
        t, s, random: the problem, the plan, the generator.
        unit, zone: the first link; they touch.
        limit: the change must stay below.
        links: most units that move on.
        noise: by how much a dearer link may be taken, at most.
        log: room for the pairs before, (links + 1) × 2.

    Returns:
        The change; inf where none was made.
    """
    pair = pair_at(t, unit, zone)
    a = s.zone_of_unit[unit]
    if pair < 0 or t.root[a] == unit or empties(t, s, a) or (t.root[a] >= 0 and not holds(t, s, unit)):
        return np.inf
    total = shift_change(t, s, unit, pair)
    log[0], log[1] = unit, s.pair_of_unit[unit]
    shift(t, s, unit, pair)
    made, last = 1, unit
    for _ in range(links):
        last, pair, total = _next_link(t, s, random, int(t.zone[pair]), last, total, limit, noise / 1024)
        if last < 0:
            break
        log[2 * made], log[2 * made + 1] = last, s.pair_of_unit[last]
        made += 1
        shift(t, s, last, pair)
        if total < limit:
            return float(total)
    for i in range(made - 1, -1, -1):
        shift(t, s, log[2 * i], log[2 * i + 1])
    return np.inf
