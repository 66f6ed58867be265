"""Proof by listing: all zones that a plan below a limit could be made of, fewer by prices, the rest combined by HiGHS.

The limit rises: below a low one few zones are to be listed, and to know that no plan costs less is a bound. The triples
that it took then raise the bound of all plans, so that fewer zones are to be listed for a higher limit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.seats.lagrange import Prices as RowPrices
from geoplan.locate.seats.lagrange import Relaxed, made_ready
from geoplan.locate.seats.partition import settle
from geoplan.locate.seats.pool import Charges, pool_of
from geoplan.locate.seats.trios import trios_of
from geoplan.zones.bounding.branch import Node
from geoplan.zones.bounding.bundle import tighten
from geoplan.zones.bounding.duals import Climbed, ask
from geoplan.zones.bounding.fixing import cost_of_deciding, decide
from geoplan.zones.bounding.listing import zones_below
from geoplan.zones.siting import without_contiguity

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.seats.groups import Groups
    from geoplan.locate.seats.partition import Settled
    from geoplan.zones.bounding.duals import Asked
    from geoplan.zones.bounding.layout import Layout
    from geoplan.zones.bounding.master import Pool
    from geoplan.zones.core import ZonesCore

CENTRAL_ROUNDS, CENTRAL_NODES, LITTLE = 8, 20_000, 0.03
"""Rounds of column generation towards prices in the middle, nodes of each school's pricing, and the share of the gap
that these rounds must close to go on."""
LISTED, LISTED_AT_LEAST, LISTED_AT_MOST = 60_000, 5_000, 400_000
"""Zones listed at most: at first, at last where HiGHS could not combine more, and where it easily could."""
SETTLING_S, EASILY_S = 90.0, 20.0
"""Seconds at most to settle a list, and so few that a longer one may be settled, too."""
SHARES, TRIES, FAILURES = (1 / 8, 1 / 4), 8, 1
"""First limits tried, as shares of the way from the bound to the best plan; limits tried, and how many of them may have
too many zones once another has not."""
AIMED_AT, ENOUGH = 0.6, 0.3
"""Shares of the most zones that are aimed at, and that are good enough."""
HAIR = 1e-9
"""Relative to the limit: zones that are dearer by rounding only are listed, too."""
COMBINED = 150_000
"""Zones that HiGHS combines at most."""
TAUGHT = 2_000
"""Zones of a list that column generation goes on with: the cheapest, and as many from all over the list."""


def partitioned(
    root: Node,
    layout: Layout,
    pool: Pool,
    *,
    clock: Clock,
    seed: int,
    limit: Callable[[], float],
    take: Callable[[NDArray[np.int64]], None],
    told: Callable[[float], None],
) -> tuple[Node, float]:
    """Look for the best plan by listing zones.

    Args:
        limit: what a plan must cost less than to be of interest.
        take: told of plans.
        told: of bounds.

    Returns:
        what is left of the root, and a bound for all its plans below the limit; inf where there are none.
    """
    node, floor, most, easy = root, root.bound, LISTED, False
    while most >= LISTED_AT_LEAST and not clock.over:
        centred = _centred(node, layout, pool, clock, limit())
        if centred is None:
            return node, np.inf
        answer = ask(centred.core, layout, centred.prices, centred.known, most_nodes=CENTRAL_NODES)
        node = replace(centred, bound=max(answer.bound, centred.bound))
        floor = max(floor, node.bound)
        told(floor)
        if floor >= limit():
            return node, np.inf
        top, groups = _widest(node, layout, answer, limit(), most, clock)
        if groups is None or top <= floor:
            if not easy or most == LISTED_AT_MOST:
                break
            most = min(2 * most, LISTED_AT_MOST)
            continue
        before, began = limit(), clock.seconds
        settled = _settled(node, groups, answer, top, clock=clock.within(SETTLING_S), seed=seed)
        plan, reached = _found(node.core, settled)
        if plan is not None:
            take(plan)
        floor = max(floor, reached)
        if floor >= limit():
            return node, np.inf
        told(floor)
        easy = reached >= top and clock.seconds - began < EASILY_S
        if easy:
            most = min(2 * most, LISTED_AT_MOST)
        elif reached < top and limit() == before:
            # too many to be combined
            most //= 3
        node = _taught(node, pool, settled)
    return node, floor


def _centred(node: Node, layout: Layout, pool: Pool, clock: Clock, limit: float) -> Node | None:
    """Prices in the middle of the best ones and what they decide, by turns; None where no plan is below the limit."""
    while True:
        before = node.bound
        best = Climbed(node.prices, node.bound, node.core.must_open.astype(float))
        found = tighten(
            node.core, layout, pool, best, node.known, clock=clock, rounds=CENTRAL_ROUNDS, most_nodes=CENTRAL_NODES,
            target=limit, central=True,
        ).best  # fmt: skip
        decided = decide(
            node.core, layout, found.prices, node.known, limit=limit, most_nodes=CENTRAL_NODES, stop=lambda: clock.over
        )
        if decided is None:
            return None
        node = Node(*decided, found.prices, found.bound)
        if clock.over or node.bound - before < LITTLE * (limit - before):
            return node


def _widest(
    node: Node, layout: Layout, answer: Asked, limit: float, most: int, clock: Clock
) -> tuple[float, Groups | None]:  # fmt: skip
    """All zones of plans below a limit, as high a one as may be listed; None where none may be."""
    opening, _ = cost_of_deciding(node.core, answer)
    way, share, too_much, failed = limit - answer.bound, SHARES[0], np.inf, 0
    best: tuple[float, Groups | None] = answer.bound, None
    counted = [(0.0, 0.0)]
    for turn in range(TRIES):
        if clock.over:
            break
        least = np.where(opening < share * way, answer.most - (share * way - opening), np.inf) - HAIR * abs(limit)
        found = zones_below(node.core, layout, node.prices, node.known, least, most, clock)
        if found is None:
            too_much, failed = share, failed + 1
            if failed > FAILURES and best[1] is not None:
                break
            share = 0.5 * (share + counted[-1][0])
            continue
        best = answer.bound + share * way, found
        counted.append((share, float(np.log(len(found) + 1.0))))
        if share == 1.0 or len(found) >= ENOUGH * most:
            break
        share = SHARES[turn + 1] if turn + 1 < len(SHARES) else _reaching(counted, float(np.log(AIMED_AT * most)))
        share = min(share, 1.0) if share < too_much else 0.5 * (counted[-1][0] + too_much)
    return best


def _reaching(counted: list[tuple[float, float]], wanted: float) -> float:
    """Where the logarithm of the number of zones would be as wanted, as it grew of late."""
    (one, low), (other, high) = counted[-2:]
    return other + (wanted - high) / max((high - low) / (other - one), 1e-9)


def _settled(node: Node, groups: Groups, answer: Asked, top: float, *, clock: Clock, seed: int) -> Settled:
    core, prices = node.core, node.prices
    seats = replace(without_contiguity(core), budget=core.moved_most)
    ground = made_ready(seats)
    none = np.zeros(0)
    at = Relaxed(
        RowPrices(prices.unit, np.zeros(len(ground.other)), prices.move), answer.bound, core.opening - answer.most,
        np.arange(core.zones), answer.chosen, none, none, 0.0,
    )  # fmt: skip
    pool = replace(pool_of(ground, groups, at), trios=trios_of(prices.triple, core.units))
    return settle(
        pool, pool.ask(Charges(prices.unit, prices.crowd)), top, most=COMBINED, clock=clock, seed=seed
    )  # fmt: skip


def _found(core: ZonesCore, settled: Settled) -> tuple[NDArray[np.int64] | None, float]:
    """The legal plan that was found, and a bound for all better ones, as far as the limit."""
    if settled.plan is None:
        return None, settled.floor
    if core.faults(settled.plan[1]):
        # within HiGHS's tolerances only: what it has proved says nothing about legal plans
        return None, settled.asked.bound
    return settled.plan[1], settled.floor


def _taught(node: Node, pool: Pool, settled: Settled) -> Node:
    """With the triples that the list was settled with, not yet priced, and some of its zones."""
    groups, asked = settled.pool.groups, settled.asked
    cheapest = np.argsort(settled.pool.above(asked), kind="stable")[:TAUGHT]
    for group in np.append(cheapest, np.arange(0, len(groups), len(groups) // TAUGHT + 1)).tolist():
        units = groups.row[groups.start[group] : groups.start[group + 1]].astype(np.int64)
        if len(units):
            pool.add_zone(int(groups.site[group]), np.sort(units))
    old = node.prices
    both, place = np.unique(np.concatenate([old.triple, settled.pool.trios.rows]), axis=0, return_inverse=True)
    crowd = np.zeros(len(both))
    crowd[place.ravel()[: len(old.triple)]] = old.crowd
    return replace(node, prices=replace(old, triple=both, crowd=crowd))
