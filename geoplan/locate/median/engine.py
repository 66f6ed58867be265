"""The uncapacitated siting engine: plans by interchange, bounds by relaxation, and what closes the gap between them.

Search and relaxation take turns: the bound fixes sites and drops pairs that no better plan uses, the search goes on
in what is left, and so does the climb. The rest is settled by branch and bound with Lagrangian bounds (few sites to
open, so that each row sees many of them) or by HiGHS (many sites to open, so that the linear bound is nearly tight).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.core import Found
from geoplan.locate.median.ascent import choose
from geoplan.locate.median.branching import tree_of
from geoplan.locate.median.columns import columns_of
from geoplan.locate.median.cooling import cool
from geoplan.locate.median.incumbent import incumbent_of
from geoplan.locate.median.interchange import shake, start_search
from geoplan.locate.median.lagrange import THOROUGH, climb, first_multipliers, penalties, reduced_costs
from geoplan.locate.median.polish import keeping_rules, solve_exactly
from geoplan.locate.median.ruletable import rule_table
from geoplan.locate.median.shaking import shake_within
from geoplan.locate.median.shrink import CLOSED, OPEN, Rest, pair_costs, shrink

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.core import SitingCore
    from geoplan.locate.median.ascent import Ascent
    from geoplan.locate.median.branching import Tree
    from geoplan.locate.median.incumbent import Incumbent
    from geoplan.locate.median.interchange import Search

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

SHAKING = 100_000_000
"""Pairs looked at while the search shakes for the first time: a good plan early fixes more."""

TURNS = 12
"""Rounds of search, fixing and climbing, at most."""

STEPS = 1200
"""Steps of the climb in each of them."""

LARGE = 1_000_000
"""Pairs from which on the last climb and the branching are patient."""

MIDDLING = 300_000
"""Pairs from which on plans are also shaken in a large part."""

PATIENT_STEPS = 2500
"""Steps of it."""

TREE_BYTES = 500_000_000
"""Memory for the open nodes of a tree."""

FIRST_NODES, SLOW, HIGHS_SHARE = 200, 0.75, 0.7
"""From so many nodes on a tree that has more than such a part of its way still ahead when it has twice as many is too
slow; then HiGHS has a share of the time left."""


def solve_median(
    core: SitingCore, *, clock: Clock, gap: float = 0.0, seed: int = 0, start: Flags | None = None
) -> Found:
    """Solve a core with costs: the p-median, uncapacitated facility location and what lies between.

    Args:
        core: with `cost`; each row's pairs in ascending order of cost.
        gap: relative gap at which a plan is good enough.
        seed: of the search's random moves.
        start: a plan to begin with, if one is known.
    """
    low, high = core.count
    nowhere = np.isinf(core.base) & (np.diff(core.indptr) == 0)
    if low > high or bool(nowhere.any()):
        return Found(None, np.inf, proved=True)
    rng = np.random.default_rng(seed)
    best = incumbent_of(core, gap=gap, clock=clock)
    multiplier = first_multipliers(core)
    plan, known = _relaxed_plan(
        core, reduced_costs(core, rule_table(core), multiplier, np.zeros(len(core.other_rules)))
    )
    if plan is None:
        return Found(None, np.inf if known else -np.inf, proved=known)
    ascent = _first_look(best, plan, start, multiplier, clock, rng)
    if not _over(best, clock):
        _close_the_gap(best, ascent, clock, rng)
    return best.found()


def _first_look(
    best: Incumbent, plan: Flags, start: Flags | None, multiplier: Floats, clock: Clock, rng: np.random.Generator
) -> Ascent:
    """A descent, a quick climb, and descents from where it came to."""
    core = best.core
    table = rule_table(core)
    reach = _cost_at_rank(core, 4 * core.sites // max(1, core.count[1]) + 1)
    search = start_search(core, table, columns_of(core, reach), plan)
    for begin in (plan, start):
        if begin is not None and core.allows(begin):
            search.go_to(begin)
            _descend(search, best, clock)
    ascent = climb(core, table, upper=best.aim(-np.inf), clock=clock, most_steps=200, enough=best.cut, start=multiplier)
    best.prove(ascent.bound, "relaxation")
    if _over(best, clock):
        return ascent
    relaxed, _ = _relaxed_plan(core, reduced_costs(core, table, ascent.multiplier, ascent.price))
    if relaxed is not None:
        search.go_to(relaxed)
        _descend(search, best, clock)
    if best.plan is not None:
        search.go_to(best.plan)
    near = start_search(core, table, columns_of(core, 1.5 * search.second_cost), search.is_open)
    tries = int(np.clip(SHAKING // (len(near.columns.row) + 1), 3, 200))
    best.offer(shake(near, tries=tries, clock=clock, rng=rng, enough=ascent.bound), "interchange")
    return ascent


def _descend(search: Search, best: Incumbent, clock: Clock) -> None:
    search.descend(clock)
    best.offer(search.is_open, "interchange")


def _relaxed_plan(core: SitingCore, reduced: Floats) -> tuple[Flags | None, bool]:
    """The cheapest sites at some reduced costs that keep the rules; else None and whether it is sure that none do."""
    chosen = np.zeros(core.sites, dtype=np.bool_)
    choose(reduced, *core.count, chosen)
    if core.allows(chosen):
        return chosen, True
    answer = keeping_rules(core, reduced)
    return (None, answer.proved) if answer.x is None else (answer.x > 0.5, True)


def _close_the_gap(best: Incumbent, ascent: Ascent, clock: Clock, rng: np.random.Generator) -> None:
    core = best.core
    state = np.zeros(core.sites, dtype=np.int8)
    limit = np.full(core.rows, np.inf)
    rest = Rest(core, np.arange(core.sites), np.zeros(0, dtype=np.int64), 0.0, possible=True)
    cooled = False
    for turn in range(TURNS):
        value, ahead, pairs = best.value, best.value - best.bound, len(rest.core.site)
        opening, closing = _penalties(rest, ascent)
        shake_within(best, rest, opening, ascent, clock, rng, large=len(rest.core.site) >= MIDDLING)
        room = best.cut - rest.constant - ascent.bound
        if _over(best, clock):
            return
        state[rest.site[opening >= room]] = CLOSED
        state[rest.site[closing >= room]] = OPEN
        np.minimum(limit, ascent.multiplier + room, out=limit)
        rest = shrink(core, state, limit)
        if not rest.possible or rest.core.sites == 0:
            _settle(best, rest)
            return
        if cooled:
            break
        table = rule_table(rest.core)
        ascent = climb(
            rest.core, table, upper=best.aim(best.bound) - rest.constant, clock=clock, most_steps=STEPS,
            enough=best.cut - rest.constant, start=ascent.multiplier, pace=THOROUGH,
            price=ascent.price if len(ascent.price) == table.rules else None,
        )  # fmt: skip
        best.prove(ascent.bound + rest.constant, "relaxation")
        if _over(best, clock):
            return
        slow = len(rest.core.site) > 0.8 * pairs and best.value - best.bound > 0.9 * ahead
        if turn and slow and best.value >= value:
            if len(rest.core.site) < LARGE:
                break
            ascent, cooled = _cooled(best, rest, ascent, clock), True
            if _over(best, clock):
                return
    _finish(best, rest, ascent, clock)


def _cooled(best: Incumbent, rest: Rest, ascent: Ascent, clock: Clock) -> Ascent:
    """Climb patiently: where nodes are dear, the root's bound has to be as good as can be."""
    table = rule_table(rest.core)
    above = ascent.bound + rest.constant
    new = cool(
        rest.core, table, ahead=best.aim(above) - above, clock=clock, steps=PATIENT_STEPS,
        enough=best.cut - rest.constant, start=ascent.multiplier,
        price=ascent.price if len(ascent.price) == table.rules else None,
    )  # fmt: skip
    best.prove(new.bound + rest.constant, "relaxation")
    return new if new.bound > ascent.bound else ascent


def _penalties(rest: Rest, ascent: Ascent) -> tuple[Floats, Floats]:
    reduced = reduced_costs(rest.core, rule_table(rest.core), ascent.multiplier, ascent.price)
    return penalties(reduced, *rest.core.count)


def _settle(best: Incumbent, rest: Rest) -> None:
    """Nothing is left to decide: the one plan left, if any, is the last that could be better."""
    if rest.possible:
        best.offer(rest.whole(np.zeros(rest.core.sites, dtype=np.bool_), best.core.sites), "fixing")
    best.prove(np.inf, "fixing")


def _finish(best: Incumbent, rest: Rest, ascent: Ascent, clock: Clock) -> None:
    """Branch, patiently where much is left; else as long as it gets on, then HiGHS, and on with the branching."""
    constant = rest.constant
    tree = _tree(best, rest, ascent, patient=len(rest.core.site) >= LARGE)
    node_bytes = 8 * rest.core.rows + rest.core.sites + 300
    mixed, look, ahead = tree.patient, FIRST_NODES, np.inf
    while not _over(best, clock) and len(tree.heap) * node_bytes < TREE_BYTES:
        tree.grow(most_nodes=5 if tree.patient else 100, clock=clock)
        if tree.is_open is not None:
            best.offer(rest.whole(tree.is_open, best.core.sites), "branching")
        best.prove(tree.bound + constant, "branching")
        if mixed or tree.nodes < look or _over(best, clock):
            continue
        look, before, ahead = 2 * look, ahead, best.cut - best.bound
        if ahead > SLOW * before:
            within = clock.within(HIGHS_SHARE * clock.left_s)
            solve_exactly(best, rest, _penalties(rest, ascent)[0], ascent.multiplier, ascent.bound, within)
            tree.value = min(tree.value, best.value - constant)
            mixed = True


def _tree(best: Incumbent, rest: Rest, ascent: Ascent, *, patient: bool) -> Tree:
    def cut_of(value: float) -> float:
        return best.cut_of(value + rest.constant) - rest.constant

    return tree_of(rest.core, value=best.value - rest.constant, cut_of=cut_of, ascent=ascent, patient=patient)


def _over(best: Incumbent, clock: Clock) -> bool:
    return best.done or clock.over


def _cost_at_rank(core: SitingCore, rank: int) -> Floats:
    degree = np.diff(core.indptr)
    if len(core.site) == 0:
        return np.zeros(core.rows)
    last = np.maximum(core.indptr[:-1] + np.minimum(rank, degree) - 1, 0)
    return np.where(degree > 0, pair_costs(core)[last], 0.0)
