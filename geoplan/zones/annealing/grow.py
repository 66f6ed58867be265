"""A first plan: zones grown from their roots, or a given plan made contiguous, whatever its loads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import kernel, making_kernel
from geoplan.locate.seats.shake import draw
from geoplan.zones.annealing.moves import pair_at, touches

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.zones.annealing.moves import Flags, Floats, Ints, Terms
    from geoplan.zones.core import ZonesCore

ROUNDS = 40
"""Rounds in which prices for full zones are found."""
DETOURS = 400
"""How often a unit that touches none of its zones is given a way to one of them, and one more for each unit."""


def balanced_prices(core: ZonesCore) -> NDArray[np.float64]:
    """A price for each pupil of a zone, such that units which take their cheapest zone overfill none by much.

    The price of a zone rises with what it is overfilled, in steps that get shorter: a subgradient of the transport
    problem. Shape (zones,).
    """
    price = np.zeros(core.zones)
    if not core.units or not len(core.cost):
        return price
    pupils = core.pupils[core.unit]
    per_pupil = core.cost / np.maximum(pupils, 1e-9)
    busy = pupils > 0
    spread = float(np.median(per_pupil[busy])) if busy.any() else 0.0
    seats = np.where(np.isfinite(core.seats), np.maximum(core.seats, 1e-9), np.inf)
    for k in range(ROUNDS):
        value = core.cost + price[core.zone] * pupils
        cheapest = np.minimum.reduceat(value, core.indptr[:-1])
        first = np.flatnonzero(value <= cheapest[core.unit])
        load = np.bincount(core.zone[first], weights=pupils[first], minlength=core.zones)
        price = np.maximum(0.0, price + spread / (1.0 + k) * (load / seats - 1.0))
    return price


@kernel
def _strip(t: Terms, plan: Ints, queue: Ints, reached: Flags) -> int:
    """Take from every zone what does not reach its root; returns how many units have no zone now."""
    size = 0
    reached[:] = False
    for zone in range(len(t.root)):
        root = t.root[zone]
        if root >= 0 and plan[root] == zone:
            reached[root] = True
            queue[size] = root
            size += 1
    while size > 0:
        size -= 1
        unit = queue[size]
        for k in range(t.near_ptr[unit], t.near_ptr[unit + 1]):
            other = t.near[k]
            if not reached[other] and plan[other] == plan[unit]:
                reached[other] = True
                queue[size] = other
                size += 1
    missing = 0
    for unit in range(len(plan)):
        if plan[unit] >= 0 and t.root[plan[unit]] >= 0 and not reached[unit]:
            plan[unit] = -1
        if plan[unit] < 0:
            missing += 1
    return missing


@kernel
def _touching(t: Terms, is_open: Flags, value: Floats, plan: Ints, unit: int) -> tuple[int, float]:
    """The cheapest pair of a unit whose zone it touches or need not touch (-1: none), and its detour."""
    best, least, least_of_all = -1, np.inf, np.inf
    for k in range(t.indptr[unit], t.indptr[unit + 1]):
        zone = t.zone[k]
        if not is_open[zone]:
            continue
        least_of_all = min(least_of_all, value[k])
        if value[k] >= least:
            continue
        if touches(t, plan, unit, zone):
            best, least = k, value[k]
    return best, least - least_of_all


@kernel
def _spread(t: Terms, is_open: Flags, value: Floats, plan: Ints, missing: int) -> int:
    """Units join zones that they touch: those first that want no other one; returns how many could not."""
    while missing > 0:
        before, way, shortest = missing, -1, np.inf
        for unit in range(len(plan)):
            if plan[unit] >= 0:
                continue
            pair, detour = _touching(t, is_open, value, plan, unit)
            if pair >= 0 and detour <= 0.0:
                plan[unit] = t.zone[pair]
                missing -= 1
            elif pair >= 0 and detour < shortest:
                way, shortest = pair, detour
                joins = unit
        if missing < before:
            continue
        if way < 0:
            break
        plan[joins] = t.zone[way]
        missing -= 1
    return missing


@kernel
def _allows(t: Terms, unit: int, zone: int) -> bool:
    return bool(pair_at(t, unit, zone) >= 0)


@kernel
def _lead(t: Terms, plan: Ints, unit: int, zone: int, queue: Ints, came: Ints) -> bool:
    """Give a zone the shortest way to a unit over units that it may take, whosever they are but for roots."""
    came[:] = -1
    came[unit] = unit
    queue[0] = unit
    done, size = 0, 1
    while done < size:
        at = queue[done]
        done += 1
        for k in range(t.near_ptr[at], t.near_ptr[at + 1]):
            other = t.near[k]
            if came[other] >= 0:
                continue
            if plan[other] == zone:
                while plan[at] != zone:
                    plan[at] = zone
                    at = came[at]
                return True
            owner = plan[other]
            if (owner < 0 or t.root[owner] != other) and _allows(t, other, zone):
                came[other] = at
                queue[size] = other
                size += 1
    return False


@making_kernel
def settle(t: Terms, is_open: Flags, value: Floats, random: Ints, plan: Ints) -> bool:  # noqa: C901
    """Make a plan whole and contiguous: every unit in an open zone, every zone in one piece with its root.

    Args:
        t: the problem.
        is_open: zones that may be used; of those that share a root, one.
        value: what each pair of `t` costs, prices included.
        random: state of the generator, one number.
        plan: zone of each unit, -1 for none; changed in place.

    Returns:
        Whether that was achieved. Loads are not looked at.
    """
    units = len(plan)
    queue, came, reached = np.zeros(units, np.int64), np.zeros(units, np.int64), np.zeros(units, np.bool_)
    for unit in range(units):
        if plan[unit] >= 0 and not (is_open[plan[unit]] and _allows(t, unit, plan[unit])):
            plan[unit] = -1
    for zone in range(len(t.root)):
        if is_open[zone] and t.root[zone] >= 0:
            if not _allows(t, t.root[zone], zone):
                return False
            plan[t.root[zone]] = zone
    for _ in range(DETOURS + units):
        missing = _spread(t, is_open, value, plan, _strip(t, plan, queue, reached))
        if missing == 0:
            return True
        which = draw(random, missing)
        unit = 0
        while plan[unit] >= 0 or which > 0:
            which -= 1 if plan[unit] < 0 else 0
            unit += 1
        found, pairs = False, t.indptr[unit + 1] - t.indptr[unit]
        offset = draw(random, max(1, pairs))
        for k in range(pairs):
            zone = t.zone[t.indptr[unit] + (offset + k) % pairs]
            if is_open[zone] and _lead(t, plan, unit, zone, queue, came):
                found = True
                break
        if not found:
            return False
    return False
