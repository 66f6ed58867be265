"""Among equally good plans, the one that keeps schools and has the preferred sites: the same on every run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.highs import Milp, minimise
from geoplan.locate.problem import Model

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.core import Seated, SeatsCore
    from geoplan.locate.problem import Problem

MOST_NODES = 500
MOST_ENTRIES = 10_000
"""Of a model whose ties are looked into; larger ones are not even built."""


def preferred(
    model: Milp,
    chosen: NDArray[np.bool_],
    objective: float,
    *,
    rank: NDArray[np.int64],
    as_good: Callable[[NDArray[np.bool_]], bool],
    clock: Clock,
    seed: int,
) -> tuple[NDArray[np.bool_], str]:
    """Improve an optimal plan to the lexicographically first optimal one.

    Sites are the first variables of `model`. Site by site: is there an equally good plan
    that keeps the sites settled so far and opens an earlier one next? The question is a MIP; it is left open, and
    said so, where it would need more than 500 nodes (a limit that no clock moves), or the time is over: then the
    solver's own plan stands, which is the same on every run.

    Args:
        rank: of each site in the order of preference, each once.
        as_good: whether a plan, recomputed without the solver, is truly as good; one that is not is passed over.

    Returns:
        The mask over sites, and a sentence on how ties were settled.
    """
    slack = 1e-9 * max(1.0, abs(objective))
    columns = np.flatnonzero(model.cost)
    tied = model.with_row(columns, model.cost[columns], -np.inf, objective + slack, cost=np.zeros(len(model.cost)))
    settled = np.zeros(len(chosen), dtype=bool)
    while (nexts := np.flatnonzero(chosen & ~settled)).size:
        last = nexts[np.argmin(rank[nexts])]
        earlier = np.flatnonzero((rank < rank[last]) & ~settled & (tied.upper[: len(rank)] > 0))
        question = tied.with_row(earlier, np.ones(len(earlier)), 1.0, np.inf)
        answer = minimise(question, clock=clock, seed=seed, most_nodes=MOST_NODES) if len(earlier) else None
        if answer is not None and answer.x is not None:
            if not as_good(plan := answer.x[: len(chosen)] > 0.5):
                return chosen, "left to the solver: within its tolerance other plans are as good"
            chosen = plan
            continue
        if answer is not None and answer.x is None and not answer.proved:
            return chosen, "left to the solver after 500 nodes or the time limit; sites in order of preference"
        settled[last] = True
        # the settled site must stay open, and none before it opens any more
        upper = tied.upper.copy()
        upper[earlier] = 0.0
        tied = tied.with_row(np.array([last]), np.ones(1), 1.0, 1.0, upper=upper)
    return chosen, "preferred site, then lower id"


def with_schools_kept(problem: Problem, plan: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The plan with every closable school kept that the rules allow and whose closing would save nothing."""
    saved = problem.site_cost - problem.closing_cost if problem.model is Model.SET_COVER else np.zeros(len(plan))
    plan = plan.copy()
    for site in np.flatnonzero(problem.closable & ~plan & (saved <= 0)):
        plan[site] = True
        plan[site] = all(rule.holds(plan) for rule in problem.rules)
    return plan


def with_seats_kept(core: SeatsCore, found: Seated, closable: NDArray[np.bool_]) -> Seated:
    """The same with seats: schools kept, even without pupils, in a size that costs nothing and has no least load."""
    assert found.option is not None  # noqa: S101 - a plan was found
    option = found.option.copy()
    free = (core.option_cost <= 0) & (core.option_least <= 0) & (core.option_spend <= 0)
    for site in np.flatnonzero(closable & (option < 0)):
        own = np.flatnonzero(free & (core.option_site == site))
        option[site] = own[0] if len(own) else -1
        if len(own) and not all(rule.holds(option >= 0) for rule in core.rules):
            option[site] = -1
    return replace(found, option=option)
