"""Among equally good plans, the one with the preferred sites: the same on every run, whatever the order of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.highs import Milp, minimise

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock

MOST_NODES = 500
MOST_ENTRIES = 10_000


def preferred(
    model: Milp,
    chosen: NDArray[np.bool_],
    objective: float,
    *,
    as_good: Callable[[NDArray[np.bool_]], bool],
    clock: Clock,
    seed: int,
) -> tuple[NDArray[np.bool_], str]:
    """Improve an optimal plan to the lexicographically first optimal one.

    Sites are the first variables of `model`, in order of preference. Site by site: is there an equally good plan
    that keeps the sites settled so far and opens an earlier one next? The question is a MIP; it is left open, and
    said so, where it would need more than 500 nodes (a limit that no clock moves), or where the model has more
    than 10,000 entries, or the time is over: then the solver's own plan stands, which is the same on every run.

    Args:
        as_good: whether a plan, recomputed without the solver, is truly as good; one that is not is passed over.

    Returns:
        The mask over sites, and a sentence on how ties were settled.
    """
    if len(model.column) > MOST_ENTRIES:
        return chosen, "left to the solver (a large model); sites in order of preference"
    slack = 1e-9 * max(1.0, abs(objective))
    columns = np.flatnonzero(model.cost)
    tied = model.with_row(columns, model.cost[columns], -np.inf, objective + slack, cost=np.zeros(len(model.cost)))
    settled = np.zeros(len(chosen), dtype=bool)
    while (nexts := np.flatnonzero(chosen & ~settled)).size:
        last = nexts[0]
        earlier = np.flatnonzero(~settled[:last] & (tied.upper[:last] > 0))
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
