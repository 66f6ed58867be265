"""Proof by listing: all groups that a plan below a limit could be made of, fewer by prices, the rest combined by HiGHS.

The limit rises: where few groups are enough to say that no plan costs less than it, more are listed for a higher one.
As soon as a plan is found below a limit, it is the best of all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.seats.groups import widest
from geoplan.locate.seats.lagrange import relax
from geoplan.locate.seats.master import combined, tighten
from geoplan.locate.seats.pool import Charges, pool_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.core import SeatsCore
    from geoplan.locate.seats.branch import Best, Plan
    from geoplan.locate.seats.lagrange import Climb, Relaxed
    from geoplan.locate.seats.master import Tightened
    from geoplan.locate.seats.pool import Asked, Pool
    from geoplan.locate.seats.trios import Trios

LISTED = (20_000, 200_000)
"""Groups listed at most, one after the other, while there may be far better plans than the best one."""
LISTED_AT_LAST = (200_000, 4_000_000)
"""The same once there is a good plan."""
WORTHWHILE = 0.85
"""Least share of the way from the bound to the best plan that these must be enough for."""
REACH = 0.1
"""How far above the bound plans are looked for while none is known."""
STEPS, TOLERANCE = 60, 1e-2
"""Steps of column generation at a time, and the share of what is left to the limit that is not worth another one."""
ROUNDS, STALLED = 40, 0.02
"""Rounds of trios at most; share of what is left to the limit that a round must win, or it was the last but one."""
FEW = 2_500
"""So few groups go to HiGHS at once."""
MOST = 12_000
"""Most groups that go to HiGHS: of more the cheapest."""
COMBINING_SHARE = 0.4
"""Most of the time left that HiGHS takes at a time."""
DRAFTED = 10
"""Groups for each row that a first plan is made of."""
DRAFTING_SHARE, DRAFTING_NODES = 0.4, 50
"""Most of the time left, and HiGHS's nodes, that this takes."""


@dataclass
class Left:
    """What an earlier look has left: the best relaxation, trios and their charges; None where there was none."""

    relaxed: Relaxed | None = None
    trios: Trios | None = None
    charges: Charges | None = None


def partitioned(
    core: SeatsCore, climb: Climb, best: Best, *, left: Left, clock: Clock, seed: int, at_last: bool = False
) -> float:  # fmt: skip
    """Look for the best plan by combining groups; better plans are offered on the way.

    Args:
        core: the problem.
        climb: prices from a bound for it, loads in whole units.
        best: the best plan, if there is one.
        left: by an earlier look, and for a later one.
        clock: when to stop.
        seed: for HiGHS.
        at_last: the best plan is as good as search could make it: list as many groups as may be needed for a proof.

    Returns:
        A bound for all plans that cost less than `best.cutoff`; that itself where there are none.
    """
    ground, relaxed = climb.ground, climb.best
    if left.relaxed is not None and left.relaxed.bound > relaxed.bound:
        relaxed = left.relaxed
    floor = relaxed.bound
    for most in LISTED_AT_LAST if at_last else LISTED:
        if clock.over or floor >= best.cutoff:
            break
        top = best.cutoff if np.isfinite(best.cutoff) else relaxed.bound + REACH * max(abs(relaxed.bound), 1.0)
        least = relaxed.bound + WORTHWHILE * (top - relaxed.bound) if at_last else -np.inf
        limit, groups = widest(ground, relaxed, top, most, clock=clock, at_least=least)
        if groups is None:
            continue
        clock.tell("combining groups", best.cost, floor)
        pool, cost = pool_of(ground, groups, relaxed), best.cost
        if most <= LISTED[-1]:
            relaxed = _repriced(pool, relaxed, limit, clock)
        begun = pool.ask(Charges(relaxed.prices.row, np.zeros(0)))
        if not at_last and len(groups) > DRAFTED * core.rows:
            _draft(core, pool, begun, best, clock=clock, seed=seed)
            limit = min(limit, best.cutoff)
        pool, begun = _goes_on(pool, begun, left)
        settled = settle(pool, begun, limit, most=MOST, clock=clock, seed=seed)
        best.offer(core, settled.plan)
        left.relaxed, left.trios, left.charges = relaxed, settled.pool.trios, settled.asked.charges
        floor = max(floor, relaxed.bound, settled.floor)
        if settled.floor < min(limit, best.cutoff) and best.cost >= cost:
            break
    return min(floor, best.cutoff)


def _goes_on(pool: Pool, asked: Asked, left: Left) -> tuple[Pool, Asked]:
    """With the trios and charges of the last look where they say more."""
    if left.trios is None or left.charges is None:
        return pool, asked
    other = replace(pool, trios=left.trios)
    again = other.ask(left.charges)
    return (other, again) if again.bound > asked.bound else (pool, asked)


def _repriced(pool: Pool, relaxed: Relaxed, limit: float, clock: Clock) -> Relaxed:
    """The relaxation at the best prices of rows that the groups give; as it was where they give none."""
    asked = _tightened(pool, pool.ask(Charges(relaxed.prices.row, np.zeros(0))), limit, clock).asked
    again = relax(pool.ground, replace(relaxed.prices, row=asked.charges.row))
    return again if again.bound > relaxed.bound else relaxed


def _tightened(pool: Pool, asked: Asked, limit: float, clock: Clock) -> Tightened:
    tolerance = TOLERANCE * (limit - asked.bound)
    return tighten(pool, asked, target=limit, tolerance=tolerance, steps=STEPS, clock=clock)


@dataclass(frozen=True, eq=False)
class Settled:
    """What a pool's groups come to.

    Attributes:
        floor: a bound for all plans of these groups better than `plan`, as far as the limit.
        plan: the best one below the limit, where one was found.
        pool, asked: what is left of the groups, with the last trios, and their answer to the last charges.
    """

    floor: float
    plan: Plan | None
    pool: Pool
    asked: Asked


def settle(pool: Pool, asked: Asked, limit: float, *, most: int, clock: Clock, seed: int) -> Settled:
    """Raise the bound of all groups of plans below a limit, then have HiGHS combine what is left of them.

    Args:
        most: groups that HiGHS combines; of more the cheapest.
    """
    floor, stalled = asked.bound, 0
    pool = pool.thinned(asked, limit)
    asked = pool.ask(asked.charges)
    for _ in range(ROUNDS):
        before = asked.bound
        if floor >= limit or clock.over:
            break
        found = _tightened(pool, asked, limit, clock)
        asked = found.asked
        floor = max(floor, asked.bound)
        stalled = stalled + 1 if asked.bound - before < STALLED * (limit - before) else 0
        pool, charges, fresh = pool.with_trios(asked.charges, found.which, found.share)
        pool = pool.thinned(pool.ask(charges), limit)
        asked = pool.ask(charges)
        if not fresh or stalled > 1 or len(pool.groups) <= FEW:
            break
    plan = None
    if floor < limit and not clock.over:
        plan, bound = _combined(pool, asked, limit, most=most, clock=clock, seed=seed)
        floor = max(floor, bound)
    return Settled(min(floor, limit), plan, pool, asked)


def _draft(core: SeatsCore, pool: Pool, asked: Asked, best: Best, *, clock: Clock, seed: int) -> None:
    """Offer a plan of the cheapest groups: they may make one far above the limit for which they were listed."""
    which = _cheapest(pool, asked, max(FEW, DRAFTED * core.rows))
    clock = clock.within(DRAFTING_SHARE * clock.left_s)
    found = combined(pool, which, below=best.cost, clock=clock, seed=seed, most_nodes=DRAFTING_NODES)
    best.offer(core, found.plan)


def _combined(
    pool: Pool, asked: Asked, limit: float, *, most: int, clock: Clock, seed: int
) -> tuple[Plan | None, float]:  # fmt: skip
    """A plan of the groups below a limit, and a bound for all better ones, as far as the limit."""
    which = _cheapest(pool, asked, most)
    found = combined(pool, which, below=limit, clock=clock.within(COMBINING_SHARE * clock.left_s), seed=seed)
    if len(which) < len(pool.groups):
        return found.plan, asked.bound
    # a plan below the limit is the best of all, for the groups of all plans below it were there
    return found.plan, limit if found.proved else min(found.bound, limit)


def _cheapest(pool: Pool, asked: Asked, most: int) -> NDArray[np.int64]:
    return np.sort(np.argsort(pool.above(asked), kind="stable")[:most])
