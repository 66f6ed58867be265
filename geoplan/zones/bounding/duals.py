"""What any plan costs at least, from prices on the units: every school takes the zone that is best for it alone."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import AT_ONCE
from geoplan.zones.bounding.pricing import NEVER, best_zones
from geoplan.zones.bounding.states import BARRED, FREE
from geoplan.zones.bounding.triples import Triples, no_triples

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geoplan.zones.bounding.layout import Layout
    from geoplan.zones.core import ZonesCore

REACH = 0.03
"""Steps aim at most so far, relatively, above the best bound: a poor plan must not make them long."""
MEMORY = 0.1
"""Weight of the newest answer in what is remembered of open schools."""
PATIENCE = 10
"""Rounds without a better bound before the steps get shorter."""


@dataclass(frozen=True, eq=False)
class Prices:
    """Multipliers.

    Attributes:
        unit: what a unit's being served is worth. Shape (units,).
        move: price of each pupil moved, at least 0.
        triple: units of which one zone at most may hold two or more. Shape (triples, 3).
        crowd: price that a zone pays for two or more of each triple, at least 0. Shape (triples,).
    """

    unit: NDArray[np.float64]
    move: float = 0.0
    triple: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 3), dtype=np.int64))
    crowd: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))


@dataclass(frozen=True, eq=False)
class Asked:
    """The schools' answer to prices.

    Attributes:
        bound: no plan (that agrees with what is known) costs less; rounding is allowed for. inf: there is no plan.
        slope: units less how often each is taken: a supergradient of the bound. Shape (units,).
        moved: pupils moved less the most that may be.
        crowded: zones that hold two or more of each triple, less one. Shape (triples,).
        inside: the best zone of each school, over the places of the layout.
        chosen: schools that would open.
        most: what each school's zone makes at most. Shape (zones,).
    """

    bound: float
    slope: NDArray[np.float64]
    moved: float
    crowded: NDArray[np.float64]
    inside: NDArray[np.bool_]
    chosen: NDArray[np.bool_]
    most: NDArray[np.float64]


def each_school(work: Callable[[NDArray[np.int64]], None], zones: int) -> None:
    """Hand the schools out to threads. Each is worked on for itself: the answer does not depend on by whom."""
    list(_helpers(os.getpid()).map(work, [np.arange(first, zones, AT_ONCE) for first in range(AT_ONCE)]))


@cache
def _helpers(process: int) -> ThreadPoolExecutor:  # noqa: ARG001 - a forked process has none of its parent's threads
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="geoplan-pricing")


def nothing_known(core: ZonesCore, layout: Layout) -> NDArray[np.int8]:
    """Every unit may go wherever it has a pair; where no more schools can open, none goes to a closed one."""
    known = np.full(len(layout.unit), FREE, dtype=np.int8)
    if int(core.must_open.sum()) >= core.open_most:
        known[~core.must_open[layout.zone]] = BARRED
    return known


def profits(core: ZonesCore, layout: Layout, prices: Prices) -> NDArray[np.float64]:
    """Price less cost of each place."""
    profit = prices.unit[layout.unit] - core.cost[layout.pair]
    return profit - prices.move * core.moved[layout.pair] if prices.move else profit


def ask(core: ZonesCore, layout: Layout, prices: Prices, known: NDArray[np.int8], *, most_nodes: int) -> Asked:
    """The Lagrangian bound at given prices.

    Args:
        known: what is known of each place, see `geoplan.zones.bounding.pricing`.
        most_nodes: of branch and bound for each school.
    """
    profit, triples = profits(core, layout, prices), triples_of(layout, prices, known)
    inside, most = np.zeros(len(profit), dtype=np.bool_), np.empty(core.zones)
    each_school(
        lambda which: best_zones(layout.grounds, triples, profit, known, most_nodes, which, inside, most), core.zones
    )
    net = core.opening - most
    chosen = cheapest_schools(core, net, core.must_open)
    if chosen is None:
        nowhere = np.zeros(core.zones, dtype=np.bool_)
        return Asked(np.inf, np.zeros(core.units), 0.0, np.zeros(len(prices.crowd)), inside, nowhere, most)
    limit = prices.move * core.moved_most if prices.move else 0.0
    crowds = float(prices.crowd.sum())
    bound = float(prices.unit.sum() + net[chosen].sum() - limit) - crowds
    terms = float(np.abs(prices.unit).sum() + np.abs(net[chosen]).sum() + np.abs(profit[inside]).sum() + limit)
    terms += crowds + float(triples.price.sum())
    taken = inside & chosen[layout.zone]
    slope = 1.0 - np.bincount(layout.unit[taken], minlength=core.units).astype(np.float64)
    moved = float(core.moved[layout.pair[taken]].sum())
    # every sum has at most `units` terms, each off by half a unit in the last place
    allowance = (core.units + core.zones) * 2.3e-16 * terms + 1e-9 * core.zones
    crowded = crowds_in(layout, prices.triple, taken) - 1.0
    return Asked(bound - allowance, slope, moved - core.moved_most, crowded, inside, chosen, most)


def triples_of(layout: Layout, prices: Prices, known: NDArray[np.int8]) -> Triples:
    """What each zone pays for triples: those of which it may take two or more."""
    if not len(prices.triple):
        return no_triples(layout.zones)
    place = np.where(known[layout.place] == BARRED, -1, layout.place)
    at = place[:, prices.triple]
    at[layout.place[:, prices.triple] < 0] = -1
    zone, row = np.nonzero(((at >= 0).sum(axis=2) >= 2) & (prices.crowd > 0.0))
    start = np.searchsorted(zone, np.arange(layout.zones + 1)).astype(np.int64)
    own = at[zone, row]
    return Triples(start, np.where(own >= 0, own - layout.grounds.start[zone][:, None], -1), prices.crowd[row])


def crowds_in(layout: Layout, triple: NDArray[np.int64], taken: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How many zones hold two or more of each triple. Shape (triples,)."""
    if not len(triple):
        return np.zeros(0)
    holds = np.zeros((layout.zones, layout.units), dtype=np.int64)
    holds[layout.zone, layout.unit] = taken
    held: NDArray[np.float64] = (holds[:, triple].sum(axis=2) >= 2).sum(axis=0).astype(np.float64)
    return held


def cheapest_schools(
    core: ZonesCore, net: NDArray[np.float64], must_open: NDArray[np.bool_]
) -> NDArray[np.bool_] | None:
    """The schools whose opening costs least in all, those that must be among them; None where too few can be."""
    impossible = net >= -NEVER / 2
    if (impossible & must_open).any():
        return None
    chosen = must_open.copy()
    free = np.flatnonzero(~must_open & ~impossible)
    free = free[np.argsort(net[free], kind="stable")]
    least, most = core.open_least - int(chosen.sum()), core.open_most - int(chosen.sum())
    if least > len(free) or most < 0:
        return None
    chosen[free[: min(max(least, int((net[free] < 0).sum())), most)]] = True
    return chosen


@dataclass(frozen=True, eq=False)
class Climbed:
    """Where the ascent came to.

    Attributes:
        prices, bound: the best ones.
        opened: how often each school would have opened, of late. Shape (zones,).
    """

    prices: Prices
    bound: float
    opened: NDArray[np.float64]


def first_prices(core: ZonesCore) -> Prices:
    """Each unit is worth what its cheapest zone costs."""
    return Prices(core.cost[np.minimum(core.indptr[:-1], max(len(core.cost) - 1, 0))].copy())


def climb(
    core: ZonesCore,
    layout: Layout,
    prices: Prices,
    known: NDArray[np.int8],
    *,
    target: float,
    rounds: int,
    most_nodes: int,
    stop: Callable[[], bool],
    seen: Callable[[Asked], None],
) -> Climbed:
    """Raise the bound by steps along the deflected supergradient (Camerini, Fratta & Maffioli 1975).

    Args:
        target: about what the best plan costs.
        rounds: how often to ask.
        stop: asked before each round.
        seen: told of every answer.
    """
    best, asked_at, length, stuck = Climbed(prices, -np.inf, core.must_open.astype(float)), prices, 1.0, 0
    opened, usual = best.opened, float(core.cost.mean()) * core.units if len(core.cost) else 0.0
    way, move_way, crowd_way = np.zeros(core.units), 0.0, np.zeros(len(prices.crowd))
    for _ in range(rounds):
        # asked at least once, so that there is a bound
        if np.isfinite(best.bound) and stop():
            break
        answer = ask(core, layout, asked_at, known, most_nodes=most_nodes)
        seen(answer)
        opened = opened + MEMORY * (answer.chosen - opened)
        if answer.bound > best.bound + 1e-7 * abs(answer.bound):
            best, stuck = Climbed(asked_at, answer.bound, opened), 0
        else:
            stuck += 1
        if best.bound >= target or np.isinf(answer.bound):
            best = best if best.bound >= answer.bound else Climbed(asked_at, answer.bound, opened)
            break
        if stuck >= PATIENCE:
            length, stuck, asked_at = length * 0.7, 0, best.prices
        way = answer.slope + 0.6 * way
        limited = np.isfinite(core.moved_most)
        move_way = answer.moved + 0.6 * move_way if limited else 0.0
        crowd_way = answer.crowded + 0.6 * crowd_way
        crowd_way[(asked_at.crowd <= 0.0) & (crowd_way < 0.0)] = 0.0
        norm = float((way * way).sum() + move_way * move_way + (crowd_way * crowd_way).sum())
        if norm <= 1e-12:
            break
        aim = min(target, best.bound + REACH * max(abs(best.bound), 0.1 * usual))
        step = length * max(aim - answer.bound, 0.0) / norm
        asked_at = replace(
            asked_at,
            unit=asked_at.unit + step * way,
            move=max(0.0, asked_at.move + step * move_way),
            crowd=np.maximum(asked_at.crowd + step * crowd_way, 0.0),
        )
    return replace(best, opened=opened)
