"""Simulated annealing of zones with prices that adapt: shifts, parts, swaps, chains, and zones opened and closed.

Limits may be broken at a price: it rises for a zone that stays out of its limits and falls for one within them, so
that the search walks along the border of what is feasible (strategic oscillation, Glover & Hao 2011).

A full school's seats are worth something: a relaxation says how much. While it is warm, a seat left free counts as so
much saved: then no unit stays where it is only because the school next door is one pupil short of full. What counts of
it falls to nothing, so that at last the plan's own cost is what is searched for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geoplan.kernels import copy_into, kernel
from geoplan.locate.seats.shake import draw
from geoplan.zones.annealing.moves import COST, EASE, MOVED, MOVED_WEIGHT, PRICED, keeps_all, weigh
from geoplan.zones.annealing.shifts import try_chain, try_shift
from geoplan.zones.annealing.sites import try_sites

if TYPE_CHECKING:
    from geoplan.zones.annealing.moves import Floats, Ints, State, Terms

LINKS = 3
"""Most units that move on in a chain."""


class Best(NamedTuple):
    """The best plan that keeps everything; `value`: its value and that of the cycle's best."""

    zone_of_unit: Ints
    cycle: Ints
    value: Floats


class Ring(NamedTuple):
    """Good plans seen lately, and `counts`: of all that were ever written, and the steps when the last one was."""

    plans: Ints
    values: Floats
    counts: Ints


class Pace(NamedTuple):
    """How a call searches.

    Attributes:
        warm, cold: a change that costs so much more is kept in about a third of all cases, first and last.
        site_warmth: the same for zones opened and closed, as a multiple.
        chain_every, site_every: one try out of so many is a chain; opens or closes a zone (0: none).
        low, high: the prices of pupils out of the limits stay between.
        near_best: plans within this share of the best are written into the ring.
        ease: share of a free seat's worth that counts at first; none counts at last.
    """

    warm: float
    cold: float
    site_warmth: float
    chain_every: int
    site_every: int
    low: float
    high: float
    near_best: float
    noise: float
    rise: float
    fall: float
    ease: float


@kernel
def _adapt(t: Terms, s: State, low: float, high: float, rise: float, fall: float) -> None:
    """Raise the prices of limits that are broken, lower the others: to no less than a free seat is worth."""
    for zone in range(len(s.load)):
        load = s.load[zone]
        if t.over_price == np.inf:
            over = load > t.seats[zone] + t.slack[zone]
            least = max(low, s.sums[EASE] * t.worth[zone])
            s.over[zone] = min(high, s.over[zone] * rise) if over else max(least, s.over[zone] * fall)
        under = s.is_open[zone] and load < t.least[zone] - t.slack[zone]
        s.under[zone] = min(high, s.under[zone] * rise) if under else max(low, s.under[zone] * fall)
        weigh(t, s, zone)
    many = s.sums[MOVED] > t.moved_most
    price = s.sums[MOVED_WEIGHT]
    s.sums[MOVED_WEIGHT] = min(high, price * rise) if many else max(low, price * fall)


@kernel
def _aim(t: Terms, s: State, random: Ints, unit: int) -> int:
    """A zone that a unit touches, or that need not be touched, drawn at random; -1: none but its own."""
    own = s.zone_of_unit[unit]
    degree = t.near_ptr[unit + 1] - t.near_ptr[unit]
    pairs = t.indptr[unit + 1] - t.indptr[unit]
    if degree == 0 or draw(random, 16) == 0:
        zone = t.zone[t.indptr[unit] + draw(random, pairs)]
        if zone != own and t.root[zone] < 0 and s.is_open[zone]:
            return int(zone)
        if degree == 0:
            return -1
    offset = draw(random, degree)
    for k in range(degree):
        at = offset + k
        if at >= degree:
            at -= degree
        zone = s.zone_of_unit[t.near[t.near_ptr[unit] + at]]
        if zone != own:
            return int(zone)
    return -1


@kernel
def _keep(s: State, best: Best, ring: Ring, near_best: float, gap: int, step: int) -> None:
    """Take note of a plan that keeps everything."""
    value = s.sums[COST] + s.sums[PRICED]
    slack = 1e-9 * abs(value)
    better = value < best.value[1] - slack
    if better:
        best.value[1] = value
        copy_into(best.cycle, s.zone_of_unit)
        if value < best.value[0] - slack:
            best.value[0] = value
            copy_into(best.zone_of_unit, s.zone_of_unit)
    if len(ring.plans) > 0 and value <= best.value[0] + near_best * abs(best.value[0]) and step - ring.counts[1] >= gap:
        at = ring.counts[0] % len(ring.plans)
        copy_into(ring.plans[at], s.zone_of_unit)
        ring.values[at] = value
        ring.counts[0] += 1
        ring.counts[1] = step


@kernel
def anneal(  # noqa: C901 - a kernel of plain loops
    t: Terms, s: State, random: Ints, best: Best, ring: Ring, pace: Pace, steps: int, begin: float, end: float,
    touched: Ints, log: Ints,
) -> int:  # fmt: skip
    """Try moves, from `begin` to `end` of the way between warm and cold.

    Args:
        t, s: the problem and the plan, which is changed in place.
        random: state of the generator, one number.
        best, ring: changed in place.
        pace: how.
        steps: tries.
        begin, end: parts of the way, between 0 and 1.
        touched, log: room, for each zone and for a chain.

    Returns:
        Moves that were kept.
    """
    units, kept = len(t.pupils), 0
    each = max(64, min(1000, units))
    gap = max(1, steps // max(1, len(ring.plans)))
    ring.counts[1] = -gap
    warmth = pace.warm * (pace.cold / pace.warm) ** begin
    factor = (pace.cold / pace.warm) ** ((end - begin) * 64 / max(1, steps))
    if keeps_all(t, s):
        _keep(s, best, ring, pace.near_best, gap, 0)
    for step in range(steps):
        if step % 64 == 0 and step > 0:
            warmth *= factor
        if step % each == 0:
            s.sums[EASE] = pace.ease * (1.0 - begin - (end - begin) * step / steps)
            _adapt(t, s, pace.low, pace.high, pace.rise, pace.fall)
        limit = -np.log((draw(random, 1 << 30) + 1) / (1 << 30)) * warmth - 1e-12
        if pace.site_every > 0 and draw(random, pace.site_every) == 0:
            went = try_sites(t, s, random, limit * pace.site_warmth, touched, log)
        else:
            unit = draw(random, units)
            if t.root[s.zone_of_unit[unit]] == unit:
                continue
            zone = _aim(t, s, random, unit)
            if zone < 0:
                continue
            if draw(random, pace.chain_every) == 0:
                links, noise = 1 + draw(random, LINKS), pace.noise * warmth
                went = try_chain(t, s, random, unit, zone, limit, links, noise, log) < np.inf
            else:
                went = try_shift(t, s, random, unit, zone, limit) < np.inf
        if went:
            kept += 1
            if keeps_all(t, s):
                _keep(s, best, ring, pace.near_best, gap, step)
    return kept
