"""Siting with capacities, each row at one site: plans, Lagrangian bound, branch and bound on the sites, proof."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.core import Seated
from geoplan.locate.seats.branch import POLISHING_SHARE, Best, Node, fixed, root_of, searched
from geoplan.locate.seats.evaluate import pair_of_row
from geoplan.locate.seats.exact import solve_compact
from geoplan.locate.seats.guess import looked
from geoplan.locate.seats.improve import improve, polished
from geoplan.locate.seats.lagrange import Climb, Ground, climbed, common_unit, first_prices, made_ready
from geoplan.locate.seats.narrow import surely_infeasible
from geoplan.locate.seats.partition import Left, partitioned
from geoplan.locate.seats.seating import PLANS
from geoplan.locate.seats.sharing import by_sharing
from geoplan.locate.seats.start import construct

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.core import SeatsCore

    Floats = NDArray[np.float64]

SMALL_PAIRS = 500
"""Up to so many pairs HiGHS solves the whole program at once."""
WHOLE_PROGRAM_PAIRS = 200_000
"""Up to so many pairs the whole program is asked for a plan where none was constructed."""
SEARCHED_PAIRS = 60_000
"""With more pairs left after fixing, the time goes into better plans and prices instead of branching."""
EASY_PAIRS = 1_500
"""With so few pairs left after fixing, branching is over sooner than a search for better plans."""
GUESSED_PAIRS_PER_ROW = 4
"""How many pairs for each row HiGHS looks at before there is any branching."""
GUESSING_NODES = 50
ROUNDS = 4
"""How often prices and plans take turns, at most, before the branching."""
EASY_SHARE, VAST_SHARE = 0.1, 0.7
"""Shares of the time left that go into better plans at each turn: where branching will end it, and where not."""
SHARED_ROWS = 15
"""With so many rows for each open site, shared rows tell the right sites; with fewer, annealing does better."""
SHARING_SHARE = 0.5
"""Share of the time left for the plan with shared rows, and for seating whole rows at its sites."""
FEW_PLANS = 6
"""Drafts for these sites where loads are counted exactly: HiGHS looks at the sites later."""
LISTING_SHARE = 0.5, 0.9
"""Most of the time left that goes into listing what sites may serve, at first and at last, where it is done."""
GUESSING_SHARE = 0.25
"""Share of that which HiGHS may have for its look at the cheapest pairs."""
FIRST_ITERATIONS = 300
ITERATIONS = 1_000


def solve_seats(core: SeatsCore, *, clock: Clock, gap: float = 0.0, seed: int = 0) -> Seated:
    """Solve a core: the best plan found and a bound that holds for all plans.

    Args:
        core: the problem.
        clock: when to stop with the best plan and bound so far.
        gap: relative gap at which a plan is good enough.
        seed: of all that is random.
    """
    if core.splittable:
        from geoplan.locate.seats.splittable import solve_splittable  # noqa: PLC0415 - only where it is asked for

        return solve_splittable(core, clock=clock, gap=gap, seed=seed)
    if surely_infeasible(core):
        return Seated(None, None, np.inf, proved=True)
    best = Best(None, np.inf, partial(cutoff_below, gap=gap, step=objective_step(core)))
    best.offer(core, construct(core, clock=clock.within(0.2 * clock.left_s), seed=seed))
    if len(core.site) <= SMALL_PAIRS:
        bound = _by_program(core, best, clock=clock, seed=seed)
    else:
        bound = _by_prices(core, best, clock=clock, seed=seed)
    return _seated(core, best, max(bound, _least_cost(core)))


def cutoff_below(cost: float, *, gap: float, step: float) -> float:
    """What a plan must cost less than to be of interest, when one that costs `cost` is known.

    Args:
        gap: relative gap that is good enough.
        step: all plans cost whole multiples of it; 0 where they do not.
    """
    if not np.isfinite(cost):
        return np.inf
    near = max(1e-9, gap) * max(abs(cost), 1e-9)
    return cost - max(near, step * (1 - 1e-6))


def objective_step(core: SeatsCore) -> float:
    """What all plans' costs are whole multiples of; 0 where nothing is."""
    terms = [core.cost, core.base[np.isfinite(core.base)], core.option_cost]
    if (core.extra_most > 0).any():
        return 0.0
    every = np.concatenate(terms)
    return common_unit(np.abs(every)) if np.abs(every).sum() < 1e9 else 0.0


def _by_program(core: SeatsCore, best: Best, *, clock: Clock, seed: int) -> float:
    found = solve_compact(core, clock=clock, seed=seed, start=best.plan)
    better = best.offer(core, found.plan)
    if found.proved and (better or found.plan is None or best.plan is not None):
        return best.cutoff
    return found.bound


def _by_prices(core: SeatsCore, best: Best, *, clock: Clock, seed: int) -> float:
    ground = made_ready(core)
    climb = climbed(
        ground, first_prices(ground), upper=best.cost, iterations=FIRST_ITERATIONS, clock=clock, enough=best.cutoff
    )
    if best.plan is None and len(core.site) <= WHOLE_PROGRAM_PAIRS:
        found = solve_compact(core, clock=clock.within(0.3 * clock.left_s), seed=seed, most_nodes=1)
        if found.proved and found.plan is None:
            return np.inf
        best.offer(core, found.plan)
    floor, seated = -np.inf, False
    opened = int(climb.best.is_open.sum())
    few_rows = core.rows < SHARED_ROWS * opened
    if not few_rows and len(core.site) <= WHOLE_PROGRAM_PAIRS and climb.best.bound < best.cutoff:
        floor, seated = _shared(core, best, is_exact=ground.is_exact, clock=clock, seed=seed)
    root, lists = None, Left()
    for round_ in range(ROUNDS):
        climb = climbed(
            ground, climb.best.prices, upper=best.cost, iterations=ITERATIONS, clock=clock, enough=best.cutoff
        )
        clock.tell("pricing rows", best.cost, climb.best.bound)
        root = None if _is_vast(ground) else fixed(core, root_of(core, climb), climb, best.cutoff)
        left = len(core.site) if root is None else int(root.keep.sum())
        floor = max(floor, climb.best.bound)
        listing = clock.within(LISTING_SHARE[0] * clock.left_s)
        floor = max(floor, _listed(core, root if few_rows and round_ == 0 else None, climb, best, lists, listing, seed))
        if floor >= best.cutoff:
            return best.cutoff
        if clock.over or left <= EASY_PAIRS or (seated and left <= SEARCHED_PAIRS):
            break
        share = EASY_SHARE if left <= SEARCHED_PAIRS else VAST_SHARE
        better = _bettered(core, best, climb, left, clock=clock.within(share * clock.left_s), seed=seed + round_)
        if left <= SEARCHED_PAIRS and (not better or round_ > 0):
            break
    if root is None:
        return max(climb.best.bound, floor)
    if few_rows and left > EASY_PAIRS:
        listing = clock.within(LISTING_SHARE[1] * clock.left_s)
        floor = max(floor, _listed(core, root, climb, best, lists, listing, seed, at_last=True))
    return _branched(core, root, best, floor, clock=clock, seed=seed)


def _branched(core: SeatsCore, root: Node, best: Best, floor: float, *, clock: Clock, seed: int) -> float:
    if floor >= best.cutoff:
        return best.cutoff
    return max(searched(core, root, best, clock=clock, seed=seed), min(floor, best.cutoff))


def _shared(core: SeatsCore, best: Best, *, is_exact: bool, clock: Clock, seed: int) -> tuple[float, bool]:
    """Offer a plan with the sites that shared rows would open; a bound for all plans, and whether it was better."""
    within = clock.within(SHARING_SHARE * clock.left_s)
    plans = FEW_PLANS if is_exact else PLANS
    plan, floor = by_sharing(core, plans=plans, known=best.plan, best=best.cost, clock=within, seed=seed)
    better = best.offer(core, plan)
    if better and plan is not None and not is_exact:
        clock = clock.within(POLISHING_SHARE * clock.left_s)
        best.offer(core, polished(core, plan, best=best.cost, clock=clock, seed=seed))
    return floor, better


def _listed(
    core: SeatsCore, root: Node | None, climb: Climb, best: Best, left: Left, clock: Clock, seed: int, *,
    at_last: bool = False,
) -> float:  # fmt: skip
    """A bound for all plans from what sites may serve, where loads are counted exactly."""
    if root is None or not climb.ground.is_exact:
        return -np.inf
    return partitioned(core, climb, best, left=left, clock=clock, seed=seed, at_last=at_last)


def _is_vast(ground: Ground) -> bool:
    """Floors make every pair count, and there are too many to look at them one by one."""
    return ground.has_floors and len(ground.core.site) > WHOLE_PROGRAM_PAIRS


def _bettered(core: SeatsCore, best: Best, climb: Climb, left: int, *, clock: Clock, seed: int) -> bool:
    """Look for a better plan around the prices; whether one was found."""
    before = best.cost
    if not _is_vast(climb.ground) and left <= SEARCHED_PAIRS:
        found = looked(
            core, climb.ground, climb.best,
            cutoff=best.cutoff, pairs=GUESSED_PAIRS_PER_ROW * core.rows, nodes=GUESSING_NODES,
            clock=clock.within(GUESSING_SHARE * clock.left_s), seed=seed,
        )  # fmt: skip
        best.offer(core, found.plan)
    if best.plan is not None:
        multipliers = climb.best.prices.row
        best.offer(core, improve(core, *best.plan, clock=clock, seed=seed, multipliers=multipliers))
    return best.cost < before


def _least_cost(core: SeatsCore) -> float:
    """What any plan costs at least, at a glance: every row at its cheapest, no option that costs."""
    width = np.diff(core.indptr)
    cheapest = core.base.copy()
    served = width > 0
    cheapest[served] = np.minimum(cheapest[served], core.cost[core.indptr[:-1][served]])
    gain = np.zeros(core.sites)
    np.minimum.at(gain, core.option_site, core.option_cost)
    total = float(cheapest.sum() + gain.sum())
    return total - 1e-12 * float(np.abs(cheapest).sum() + np.abs(gain).sum())


def _seated(core: SeatsCore, best: Best, bound: float) -> Seated:
    if best.plan is None:
        return Seated(None, None, bound, proved=bound == np.inf)
    option, site_of_row = best.plan
    share = np.zeros(len(core.site))
    pair = pair_of_row(core, site_of_row)
    share[pair[pair >= 0]] = 1.0
    proved = bound >= cutoff_below(best.cost, gap=0.0, step=objective_step(core))
    return Seated(option, share, best.cost if proved else min(bound, best.cost), proved=proved)
