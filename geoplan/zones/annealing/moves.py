"""A plan of zones that kernels change in place: units move between zones that touch, and zones stay connected.

A zone's units hang in a linked list and its load is kept, so that a move costs what its neighbourhood costs. Pupils
out of the limits have a price for each zone, so that the same moves repair a plan and improve it; the search raises
the price where a limit stays broken.

Source: Ríos-Mercado & Bard 2019, "An exact algorithm for designing optimal districts in the collection of waste
electric and electronic equipment through an improved reformulation", EJOR 276 (units on the boundary, connected
donors); Kong 2021, chinaXiv 202106.00031 (zones of schools).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geoplan.kernels import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.zones.core import ZonesCore

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

COST, PRICED, ENERGY, MOVED, MOVED_WEIGHT, OPENED, BROKEN, NOW, LOGGED, EASE = range(10)
"""Places in `State.sums`: cost of pairs and open zones, of pupils beyond the seats at the core's price, `energy` of all
zones, pupils moved, price of each moved too many, zones open, zones out of their limits, stamp, moves in the log (-1:
none is kept), share of a free seat's worth that counts now."""
MOST_PLACES = 20_000_000
"""Units × zones up to which pairs are looked up in a table."""
LOG = 8
"""Room for so many moves of each unit."""


class Terms(NamedTuple):
    """The core as the kernels want it: pairs of each unit in ascending order of zone, units of each zone.

    `worth`: what a free seat is worth at the prices of a relaxation, by zone; 0 where seats have no end.
    `place`: the pair of each unit and zone, -1 for none. Shape (units, zones), or (0, 0) where that would be too much.
    """

    indptr: Ints
    zone: NDArray[np.int32]
    cost: Floats
    moved: Floats
    pupils: Floats
    seats: Floats
    least: Floats
    slack: Floats
    worth: Floats
    over_price: float
    root: Ints
    near_ptr: Ints
    near: Ints
    opening: Floats
    must_open: Flags
    open_least: int
    open_most: int
    moved_most: float
    of_ptr: Ints
    of_unit: Ints
    place: NDArray[np.int32]


class State(NamedTuple):
    """A plan that kernels change in place.

    Attributes:
        zone_of_unit, pair_of_unit: by unit.
        load, is_open: by zone. over, under: price of each pupil beyond the limits. energy: what the load costs so.
        broken: the zone's load is out of its limits.
        first, after, before: units of each zone as a linked list, -1 at its ends.
        sums: see the names above.
        log: unit and pair before of each move, so that it can be undone. Shape (most moves, 2).
        seen, goal, queue, part: room for the tests of connection.
    """

    zone_of_unit: Ints
    pair_of_unit: Ints
    load: Floats
    is_open: Flags
    over: Floats
    under: Floats
    energy: Floats
    broken: Flags
    first: Ints
    after: Ints
    before: Ints
    sums: Floats
    log: Ints
    seen: Ints
    goal: Ints
    queue: Ints
    part: Ints


def terms_of(core: ZonesCore, worth: NDArray[np.float64]) -> Terms:
    """The core for the kernels; `worth` of a free seat, shape (zones,)."""
    order = np.lexsort((core.zone, core.unit))
    of = np.argsort(core.zone, kind="stable")
    place = np.full((core.units, core.zones) if core.units * core.zones <= MOST_PLACES else (0, 0), -1, np.int32)
    if len(place):
        place[core.unit, core.zone[order]] = np.arange(len(core.zone))
    return Terms(
        core.indptr.astype(np.int64), core.zone[order].astype(np.int32), core.cost[order].astype(np.float64),
        core.moved[order].astype(np.float64), core.pupils.astype(np.float64), core.seats.astype(np.float64),
        core.least.astype(np.float64),
        1e-9 * np.maximum(1.0, np.where(np.isfinite(core.seats), core.seats, 0.0)),
        np.where(np.isfinite(core.seats), worth, 0.0),
        float(core.over_price), core.root.astype(np.int64), core.near_ptr.astype(np.int64),
        core.near.astype(np.int64), core.opening.astype(np.float64), core.must_open.astype(np.bool_),
        int(core.open_least), int(core.open_most), float(core.moved_most),
        np.searchsorted(core.zone[of], np.arange(core.zones + 1)).astype(np.int64), core.unit[of].astype(np.int64),
        place,
    )  # fmt: skip


def state_of(t: Terms, price: float) -> State:
    """Room for a plan; `price` is the first one of each pupil out of the limits."""
    units, zones = len(t.pupils), len(t.seats)
    over = price if np.isinf(t.over_price) else t.over_price
    sums = np.zeros(10)
    sums[LOGGED] = -1.0
    sums[MOVED_WEIGHT] = price
    ends, flags, loads = np.full(zones, -1), np.zeros(zones, np.bool_), np.zeros(zones)
    return State(
        np.full(units, -1), np.full(units, -1), loads, flags, np.full(zones, over), np.full(zones, price),
        loads.copy(), flags.copy(), ends, np.full(units, -1), np.full(units, -1), sums,
        np.zeros((LOG * units + 64, 2), np.int64),
        np.full(units, -1), np.full(units, -1), np.full(units, -1), np.full(units, -1),
    )  # fmt: skip


@kernel
def pair_at(t: Terms, unit: int, zone: int) -> int:
    """The pair of a unit and a zone, -1 where it is not allowed."""
    if len(t.place) > 0:
        return int(t.place[unit, zone])
    low, high = t.indptr[unit], t.indptr[unit + 1]
    while low < high:
        middle = (low + high) >> 1
        if t.zone[middle] < zone:
            low = middle + 1
        else:
            high = middle
    if low < t.indptr[unit + 1] and t.zone[low] == zone:
        return int(low)
    return -1


@kernel
def touches(t: Terms, zone_of_unit: Ints, unit: int, zone: int) -> bool:
    """Whether a unit touches a zone, or need not."""
    if t.root[zone] < 0:
        return True
    for k in range(t.near_ptr[unit], t.near_ptr[unit + 1]):  # noqa: SIM110 - numba knows no generators
        if zone_of_unit[t.near[k]] == zone:
            return True
    return False


@kernel
def energy_of(t: Terms, s: State, zone: int, load: float) -> float:
    """What a load out of the limits costs at the prices of now, less what its free seats are worth."""
    value = 0.0
    if load > t.seats[zone] + t.slack[zone]:
        value = s.over[zone] * (load - t.seats[zone])
    elif s.is_open[zone] and t.worth[zone] > 0.0:
        value = s.sums[EASE] * t.worth[zone] * (load - t.seats[zone])
    if load < t.least[zone] - t.slack[zone] and s.is_open[zone]:
        value += s.under[zone] * (t.least[zone] - load)
    return value


@kernel
def weigh(t: Terms, s: State, zone: int) -> None:
    """Bring what is kept of a zone's load up to date."""
    load = s.load[zone]
    energy = energy_of(t, s, zone, load)
    s.sums[ENERGY] += energy - s.energy[zone]
    s.energy[zone] = energy
    over = t.over_price == np.inf and load > t.seats[zone] + t.slack[zone]
    broken = over or (s.is_open[zone] and load < t.least[zone] - t.slack[zone])
    if broken != s.broken[zone]:
        s.broken[zone] = broken
        s.sums[BROKEN] += 1.0 if broken else -1.0


@kernel
def too_many_moved(t: Terms, s: State, change: float) -> float:
    """What a change of the pupils moved costs at the price of now."""
    if t.moved_most == np.inf:
        return 0.0
    now = s.sums[MOVED] - t.moved_most
    return float(s.sums[MOVED_WEIGHT] * (max(0.0, now + change) - max(0.0, now)))


@kernel
def shift_change(t: Terms, s: State, unit: int, pair: int) -> float:
    """By how much cost and prices change when a unit takes another pair."""
    a, b, pupils, old = s.zone_of_unit[unit], t.zone[pair], t.pupils[unit], s.pair_of_unit[unit]
    change = t.cost[pair] - t.cost[old] + too_many_moved(t, s, t.moved[pair] - t.moved[old])
    change += energy_of(t, s, a, s.load[a] - pupils) - s.energy[a]
    return float(change + energy_of(t, s, b, s.load[b] + pupils) - s.energy[b])


@kernel
def _add(t: Terms, s: State, zone: int, pupils: float) -> None:
    load = s.load[zone] + pupils
    if t.over_price < np.inf:
        before, now = max(0.0, s.load[zone] - t.seats[zone]), max(0.0, load - t.seats[zone])
        s.sums[PRICED] += t.over_price * (now - before)
    s.load[zone] = load
    weigh(t, s, zone)


@kernel
def shift(t: Terms, s: State, unit: int, pair: int) -> None:
    """Give a unit to the zone of a pair; it may have had none."""
    a, b, old = s.zone_of_unit[unit], t.zone[pair], s.pair_of_unit[unit]
    if a >= 0:
        s.sums[COST] -= t.cost[old]
        s.sums[MOVED] -= t.moved[old]
        if s.before[unit] >= 0:
            s.after[s.before[unit]] = s.after[unit]
        else:
            s.first[a] = s.after[unit]
        if s.after[unit] >= 0:
            s.before[s.after[unit]] = s.before[unit]
        _add(t, s, a, -t.pupils[unit])
    if s.sums[LOGGED] >= 0.0:
        at = int(s.sums[LOGGED])
        s.log[at, 0] = unit
        s.log[at, 1] = old
        s.sums[LOGGED] += 1.0
    s.sums[COST] += t.cost[pair]
    s.sums[MOVED] += t.moved[pair]
    s.zone_of_unit[unit] = b
    s.pair_of_unit[unit] = pair
    s.before[unit] = -1
    s.after[unit] = s.first[b]
    if s.first[b] >= 0:
        s.before[s.first[b]] = unit
    s.first[b] = unit
    _add(t, s, b, t.pupils[unit])


@kernel
def set_open(t: Terms, s: State, zone: int, is_open: bool) -> None:  # noqa: FBT001 - numba takes no keywords
    """Open or close a zone."""
    sign = 1.0 if is_open else -1.0
    s.is_open[zone] = is_open
    s.sums[COST] += sign * t.opening[zone]
    s.sums[OPENED] += sign
    weigh(t, s, zone)


@kernel
def fill(t: Terms, s: State, zone_of_unit: Ints) -> None:
    """Take over a plan in which every pair is allowed."""
    s.first[:] = -1
    s.load[:] = 0.0
    s.is_open[:] = False
    s.broken[:] = False
    s.energy[:] = 0.0
    for k in (COST, PRICED, ENERGY, MOVED, OPENED, BROKEN):
        s.sums[k] = 0.0
    s.sums[LOGGED] = -1.0
    s.zone_of_unit[:] = -1
    for zone in range(len(t.seats)):
        if t.must_open[zone]:
            set_open(t, s, zone, True)  # noqa: FBT003
        weigh(t, s, zone)
    for unit in range(len(t.pupils) - 1, -1, -1):
        zone = zone_of_unit[unit]
        if not s.is_open[zone]:
            set_open(t, s, zone, True)  # noqa: FBT003
        shift(t, s, unit, pair_at(t, unit, zone))


@kernel
def keeps_all(t: Terms, s: State) -> bool:
    """Whether the plan keeps every limit; contiguity is never given up."""
    if s.sums[BROKEN] > 0.5 or s.sums[MOVED] > t.moved_most * (1.0 + 0.5e-9) + 0.5e-9:
        return False
    return bool(t.open_least - 0.5 < s.sums[OPENED] < t.open_most + 0.5)
