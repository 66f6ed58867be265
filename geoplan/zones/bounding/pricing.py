"""The best zone of a school under prices of the units: a connected set that holds its root and keeps its seats.

Branch and bound, best bound first. Its relaxation is a knapsack over the units whose price is above their cost; units
that are cut off from the root by others form islands, and each island costs a fee: whoever wants it must also take one
of the units around it, whose loss is shared among the islands that it touches. Where the best knapsack is not
connected, one of its stranded units is either left out, or taken with one of the units around it.

Knapsack with set-up costs: Michel, Perrot & Vanderbeck 2009; connectivity by separators: Validi, Buchanan & Lykhovyd
2022, Operations Research 70. The fees are our own.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geoplan.kernels import copy_into, kernel, making_kernel
from geoplan.locate.seats.knapsack import add_noted
from geoplan.zones.bounding.ground import Ground, Grounds, ground_of
from geoplan.zones.bounding.states import BARRED, FREE, TAKEN
from geoplan.zones.bounding.triples import Triples, charge, crowding, worst_charged

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.zones.bounding.states import Flags, Floats, Ints, States

NEVER = -1e300
EPSILON = 1e-9
RINGS = 40
"""Rings around an island that are counted at most."""
CHARGES = 4
"""Times that triples are charged anew for what a node's zone takes."""


class Scratch(NamedTuple):
    """Room to work in, made once for a branch and bound. Shapes (places,) and a little more; `used` by steps."""

    gain: Floats
    charged: Floats

    take: Flags
    wanted: Flags
    used: NDArray[np.bool_]
    best: Floats
    other_best: Floats
    other: Floats
    island: Ints
    queue: Ints
    first: Ints
    seen: Ints
    rest: Floats
    moat: Ints
    ringed: Ints
    order: Ints
    fee: Floats
    item: Ints
    skip: Ints
    ring: Ints
    mark: Ints


@making_kernel
def scratch(size: int, room: int, triples: int) -> Scratch:
    """Room for a school with so many places, steps of seats and triples."""
    many = 2 * size + 2
    return Scratch(
        np.empty(size), np.empty((triples, 4)),
        np.zeros(size, np.bool_), np.zeros(size, np.bool_), np.empty((many, room + 1), np.bool_),
        np.empty(room + 1), np.empty(room + 1), np.empty(room + 1), np.empty(size, np.int64), np.empty(size, np.int64),
        np.empty(many, np.int64),
        np.empty(size, np.int64), np.empty(size), np.empty(size, np.int64), np.empty(size, np.int64),
        np.empty(size + 1, np.int64), np.empty(many), np.empty(many, np.int64), np.empty(many, np.int64),
        np.empty(size, np.int64), np.zeros(size, np.int64),
    )  # fmt: skip


@kernel
def reach(g: Ground, w: Scratch, first: int, label: int) -> int:
    """Mark all that is connected with `first` within `take`; it stands in `queue`. Returns how many."""
    w.queue[0] = first
    w.mark[first] = label
    count, done = 1, 0
    while done < count:
        at = w.queue[done]
        done += 1
        for edge in range(g.near_ptr[at], g.near_ptr[at + 1]):
            other = g.near[edge]
            if w.take[other] and w.mark[other] != label:
                w.mark[other] = label
                w.queue[count] = other
                count += 1
    return count


@kernel
def _islands(g: Ground, w: Scratch) -> int:
    """Split the wanted units into connected islands, the root's first. Returns how many; `first` starts in `queue`."""
    size = len(g.steps)
    w.island[:] = -1
    count: int = 0
    filled: int = 0
    for turn in range(size):
        # the root first
        start = g.root if turn == 0 else (turn - 1 if turn <= g.root else turn)
        if not w.wanted[start] or w.island[start] >= 0:
            continue
        w.first[count] = done = filled
        w.queue[filled] = start
        w.island[start] = count
        filled += 1
        while done < filled:
            at = w.queue[done]
            done += 1
            for edge in range(g.near_ptr[at], g.near_ptr[at + 1]):
                other = g.near[edge]
                if w.wanted[other] and w.island[other] < 0:
                    w.island[other] = count
                    w.queue[filled] = other
                    filled += 1
        count += 1
    w.first[count] = filled
    return count


@kernel
def _fees(g: Ground, w: Scratch, state: States, profit: Floats, count: int) -> None:
    """What each island costs at least beside its own units; inf where it cannot be reached.

    Around an island, then around what its fee has paid for, lie rings; a zone takes a unit of each. What a ring costs
    at least is taken from the loss of all its units, so that no loss is counted twice. The poorest island comes first,
    and no fee is raised beyond what its island makes.
    """
    for unit in range(len(state)):
        w.rest[unit] = -profit[unit]
    w.seen[:] = -1
    w.ringed[:] = -1
    w.fee[0] = 0.0
    for group in range(1, count):
        gain = 0.0
        for place in range(w.first[group], w.first[group + 1]):
            # one that must be taken pays whatever it costs, and first
            gain += -1e200 if state[w.queue[place]] == TAKEN else profit[w.queue[place]]
        w.fee[group] = gain
        at = group - 1
        while at > 0 and w.fee[w.order[at - 1]] > gain:
            w.order[at] = w.order[at - 1]
            at -= 1
        w.order[at] = group
    for turn in range(count - 1):
        group = w.order[turn]
        w.fee[group] = _rings(g, w, state, group, w.fee[group])


@kernel
def _rings(  # noqa: C901, PLR0912 - a kernel in one pass
    g: Ground, w: Scratch, state: States, group: int, gain: float
) -> float:
    """The fee of one island, at most its gain unless that is below 0."""
    fee, done, filled, size = 0.0, 0, 0, 0
    for place in range(w.first[group], w.first[group + 1]):
        w.moat[filled] = w.queue[place]
        w.seen[w.queue[place]] = group
        filled += 1
    for _ in range(RINGS):
        while done < filled:
            unit = w.moat[done]
            done += 1
            for edge in range(g.near_ptr[unit], g.near_ptr[unit + 1]):
                other = g.near[edge]
                if w.seen[other] == group or state[other] == BARRED:
                    continue
                if w.island[other] == 0:
                    return fee
                if w.island[other] > 0:
                    w.seen[other] = group
                    w.moat[filled] = other
                    filled += 1
                elif w.ringed[other] != group:
                    w.ringed[other] = group
                    w.ring[size] = other
                    size += 1
        least = np.inf
        for at in range(size):
            least = min(least, w.rest[w.ring[at]])
        if gain >= 0.0 and fee + least >= gain:
            for at in range(size):
                w.rest[w.ring[at]] -= gain - fee
            return gain
        if size == 0:
            return np.inf
        fee += least
        kept = 0
        for at in range(size):
            unit = w.ring[at]
            w.rest[unit] -= least
            if w.rest[unit] <= EPSILON:
                w.seen[unit] = group
                w.moat[filled] = unit
                filled += 1
            else:
                w.ring[kept] = unit
                kept += 1
        size = kept
    return fee


@kernel
def _fill(g: Ground, w: Scratch, state: States, profit: Floats, room: int, group: int, row: int) -> int:
    """Offer the free units of an island to the knapsack, one row of `used` each. Returns the next row."""
    for place in range(w.first[group], w.first[group + 1]):
        unit = w.queue[place]
        step = g.steps[unit]
        if state[unit] == TAKEN or step > room:
            continue
        w.item[row] = unit
        add_noted(w.best[: room + 1], w.other[: room + 1], w.used[row], step, profit[unit])
        row += 1
    return row


@kernel
def _offer(g: Ground, w: Scratch, state: States, profit: Floats, room: int, group: int, row: int) -> int:
    """Offer an island for its fee; one that must be taken pays it in any case. Returns the next row, -1: impossible."""
    forced, gain = group == 0, 0.0
    for place in range(w.first[group], w.first[group + 1]):
        if state[w.queue[place]] == TAKEN:
            forced = True
        else:
            gain += profit[w.queue[place]]
    if forced:
        if w.fee[group] == np.inf:
            return -1
        for place in range(room + 1):
            w.best[place] -= w.fee[group]
        return int(_fill(g, w, state, profit, room, group, row))
    if gain <= w.fee[group]:
        return row
    for place in range(room + 1):
        w.other_best[place] = w.best[place]
        w.best[place] -= w.fee[group]
    last = _fill(g, w, state, profit, room, group, row)
    # one more row: whether the island is worth its fee
    w.item[last] = -1
    w.skip[last] = last - row
    for place in range(room + 1):
        w.used[last, place] = w.best[place] > w.other_best[place]
        if not w.used[last, place]:
            w.best[place] = w.other_best[place]
    return int(last + 1)


@kernel
def _relax(g: Ground, w: Scratch, state: States, profit: Floats) -> float:  # noqa: C901 - a kernel in one pass
    """Bound on the profit of any zone that agrees with `state`; `take` is filled with the knapsack that attains it."""
    filled, value = 0, 0.0
    for unit in range(len(state)):
        w.take[unit] = state[unit] == TAKEN
        w.wanted[unit] = w.take[unit] or (state[unit] == FREE and profit[unit] > 0.0)
        if w.take[unit]:
            filled += g.steps[unit]
            value += profit[unit]
    if filled > g.room:
        return NEVER
    room = g.room - filled
    if g.root >= 0:
        count = _islands(g, w)
        _fees(g, w, state, profit, count)
    else:
        count, total = 1, 0
        for unit in range(len(state)):
            if w.wanted[unit]:
                w.queue[total] = unit
                total += 1
        w.first[0], w.first[1], w.fee[0] = 0, total, 0.0
    w.best[: room + 1] = value
    row = 0
    for group in range(count):
        row = _offer(g, w, state, profit, room, group, row)
        if row < 0:
            return NEVER
    at = room
    bound = w.best[room]
    if g.step_price > 0.0:
        bound = NEVER
        for place in range(room + 1):
            value = w.best[place] - g.step_price * max(0.0, filled + place - g.free)
            if value > bound:
                bound, at = value, place
    _read_back(g, w, row - 1, at)
    return float(bound)


@kernel
def bounded(g: Ground, w: Scratch, state: States, profit: Floats, top: float) -> tuple[float, int]:
    """`_relax` with what triples cost, and the unit to decide (-1: what `take` is charged is exact)."""
    if not len(g.crowd):
        return float(_relax(g, w, state, profit)), -1
    least, unit = np.inf, -1
    for _ in range(CHARGES):
        charge(g.triple, g.crowd, state, w.take, w.charged)
        copy_into(w.gain, profit)
        always = 0.0
        for row in range(len(g.crowd)):
            always += w.charged[row, 3]
            for at in range(3):
                if g.triple[row, at] >= 0:
                    w.gain[g.triple[row, at]] -= w.charged[row, at]
        bound = _relax(g, w, state, w.gain)
        if bound <= NEVER / 2:
            return NEVER, -1
        least = min(least, bound + always)
        if least <= top + EPSILON:
            break
        off, unit = worst_charged(g.triple, g.crowd, w.charged, state, w.take)
        if off <= EPSILON:
            return least, -1
    return least, unit


@kernel
def _read_back(g: Ground, w: Scratch, row: int, at: int) -> None:
    """Take the units that the knapsack's rows used to be filled up to `at`."""
    while row >= 0:
        if w.item[row] < 0:
            if not w.used[row, at]:
                row -= w.skip[row]
        elif w.used[row, at]:
            w.take[w.item[row]] = True
            at -= g.steps[w.item[row]]
        row -= 1


@kernel
def worth(g: Ground, inside: Flags, profit: Floats) -> float:
    """What a zone makes: its units' profit less what triples and pupils beyond the seats cost."""
    value, filled = 0.0, 0
    for unit in range(len(inside)):
        if inside[unit]:
            value += profit[unit]
            filled += g.steps[unit]
    return float(value - crowding(g.triple, g.crowd, inside) - g.step_price * max(0.0, filled - g.free))


@kernel
def stranded(g: Ground, w: Scratch, state: States, profit: Floats, home: int) -> tuple[int, int]:
    """The unit to branch on, -1 where nothing is stranded, and the last label used.

    Of the most profitable stranded part (one that must be taken before all others) it is the most profitable unit (or
    the one that must be taken). `home` marks what is connected with the root.
    """
    found, top, label = -1, NEVER, home
    for start in range(len(state)):
        if not w.take[start] or w.mark[start] >= home:
            continue
        label += 1
        count = reach(g, w, start, label)
        gain, head, must = 0.0, start, -1
        for place in range(count):
            unit = w.queue[place]
            gain += profit[unit]
            if state[unit] == TAKEN:
                must = unit
            if profit[unit] > profit[head]:
                head = unit
        if must >= 0:
            gain += 1e200
            head = must
        if gain > top:
            found, top = head, gain
    return found, label


@kernel
def around(g: Ground, w: Scratch, state: States, profit: Floats, count: int, label: int) -> int:
    """The free units around the part in `queue`, least profitable first, in `ring`. Returns how many."""
    size = 0
    for place in range(count):
        for edge in range(g.near_ptr[w.queue[place]], g.near_ptr[w.queue[place] + 1]):
            other = g.near[edge]
            if not w.take[other] and state[other] == FREE and w.mark[other] != label:
                w.mark[other] = label
                at = size
                while at > 0 and profit[w.ring[at - 1]] > profit[other]:
                    w.ring[at] = w.ring[at - 1]
                    at -= 1
                w.ring[at] = other
                size += 1
    return size


@kernel
def parted(w: Scratch, store: NDArray[np.int8], stored: int, state: States, unit: int, many: int) -> int:
    """Write a state's parts: without a stranded unit, or with it and the first one taken of the `many` in `ring`.

    Returns:
        how many states are stored then.
    """
    if state[unit] == FREE:
        copy_into(store[stored], state)
        store[stored, unit] = BARRED
        stored += 1
    for place in range(many):
        copy_into(store[stored], state)
        store[stored, unit] = store[stored, w.ring[place]] = TAKEN
        for later in range(place + 1, many):
            store[stored, w.ring[later]] = BARRED
        stored += 1
    return stored


@kernel
def halved(store: NDArray[np.int8], stored: int, state: States, unit: int) -> int:
    """Write a state's halves, without a unit and with it. Returns how many states are stored then."""
    for decided in (BARRED, TAKEN):
        copy_into(store[stored], state)
        store[stored, unit] = decided
        stored += 1
    return stored


@making_kernel
def _keep_part(g: Ground, w: Scratch, state: States, profit: Floats, home: int, zone: Flags, top: float) -> float:
    """Remember the part that holds the root, where it is legal and makes more than `top`. Returns the best so far."""
    for unit in range(len(state)):
        if state[unit] == TAKEN and w.mark[unit] != home:
            return top
    part = w.mark == home
    made = worth(g, part, profit)
    if made <= top:
        return top
    zone[:] = part
    return float(made)


@making_kernel
def best_zone(  # noqa: C901 - the branch and bound in one loop
    g: Ground, profit: Floats, known: States, most_nodes: int, zone: Flags
) -> tuple[float, float, int]:
    """The most profitable zone of a school.

    Args:
        g: its map.
        profit: price less cost of each place. Shape (places,).
        known: `FREE`, `TAKEN` or `BARRED` for each place.
        most_nodes: of the branch and bound; then the bound is what is left open.
        zone: is filled with the best zone found. Shape (places,).

    Returns:
        its profit (NEVER where none was found), a bound that no zone exceeds, and the nodes used.
    """
    size = len(profit)
    zone[:] = False
    if g.root >= 0 and known[g.root] == BARRED:
        return NEVER, NEVER, 0
    space = most_nodes * 8 + 2 * size + 8
    store = np.empty((space, size), np.int8)
    store[0] = known
    if g.root >= 0:
        store[0, g.root] = TAKEN
    stored, label, nodes = 1, 0, 0
    w = scratch(size, g.room, len(g.crowd))
    top, left = NEVER, NEVER
    heap = [(-1e300, 0)]
    while len(heap) > 0:
        negative, at = heapq.heappop(heap)
        if -negative <= top + EPSILON:
            break
        if nodes >= most_nodes or stored + size + 1 >= space:
            left = -negative
            break
        nodes += 1
        state = store[at]
        bound, crowded = bounded(g, w, state, profit, top)
        if bound <= top + EPSILON:
            continue
        home, unit = label + 1, -1
        if g.root >= 0:
            reach(g, w, g.root, home)
            unit, label = stranded(g, w, state, profit, home)
        else:
            label = home
            w.mark[w.take] = home
        top = _keep_part(g, w, state, profit, home, zone, top)
        first = stored
        if unit >= 0:
            label += 1
            many = around(g, w, state, profit, reach(g, w, unit, label), label)
            stored = parted(w, store, stored, state, unit, many)
        elif crowded >= 0:
            stored = halved(store, stored, state, crowded)
        for each in range(first, stored):
            heapq.heappush(heap, (-bound, each))
    return top, max(top, left), nodes


@making_kernel
def best_zones(
    g: Grounds, t: Triples, profit: Floats, known: States, most_nodes: int, which: Ints, zone: Flags, bound: Floats
) -> None:
    """`best_zone` of each of the schools `which`; fills `zone` (over all places) and `bound` (over schools)."""
    for each in which:
        ground, place, state = ground_of(g, t, known, each)
        inside = np.empty(len(place), np.bool_)
        _, bound[each], _ = best_zone(ground, profit[place], state, most_nodes, inside)
        zone[g.start[each] : g.start[each + 1]] = False
        for at in range(len(place)):
            zone[place[at]] = inside[at]
