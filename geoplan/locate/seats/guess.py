"""Looking for plans that cost little more than the bound: few pairs can be part of one, and HiGHS takes them all in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.seats.evaluate import objective
from geoplan.locate.seats.exact import Finish, solve_compact
from geoplan.locate.seats.fixing import bounds_by_site, kept_pairs
from geoplan.locate.seats.narrow import narrowed, surely_infeasible

if TYPE_CHECKING:
    from geoplan.locate.clock import Clock
    from geoplan.locate.core import SeatsCore
    from geoplan.locate.seats.lagrange import Ground, Relaxed

HALVINGS = 10
"""Steps towards the widest slack that leaves few enough pairs."""


def looked(
    core: SeatsCore,
    ground: Ground,
    relaxed: Relaxed,
    *,
    cutoff: float,
    pairs: int,
    nodes: int,
    clock: Clock,
    seed: int,
) -> Finish:
    """The best plan below a limit that is chosen so that about `pairs` pairs are left.

    Args:
        core: the core of `ground`.
        cutoff: plans that cost this or more are of no interest; inf where none is known.
        nodes: limit on HiGHS's nodes.

    Returns:
        A plan of the core or None, a bound that holds for all plans of the core that cost less than `cutoff`, and
        whether the matter is settled: the plan is the best, or none costs less than `cutoff`.
    """
    bound = relaxed.bound
    opened, shut = bounds_by_site(ground, relaxed)

    def kept(limit: float) -> int:
        return int(kept_pairs(ground, relaxed, opened, limit).sum())

    limit = cutoff if np.isfinite(cutoff) else bound + 0.1 * max(abs(bound), 1.0)
    if kept(limit) > pairs:
        low, high = bound, limit
        for _ in range(HALVINGS):
            limit = 0.5 * (low + high)
            if kept(limit) > pairs:
                high = limit
            else:
                low = limit
        # without a step that leaves few enough the smallest one tried is as good as any
        limit = low if low > bound else high
    if clock.over:
        return Finish(None, bound, proved=False)
    sub = narrowed(
        core, kept_pairs(ground, relaxed, opened, limit), (opened >= limit) & ~core.must_open,
        core.must_open | ((shut >= limit) & (opened < limit)),
    )  # fmt: skip
    if surely_infeasible(sub.core):
        return Finish(None, limit, proved=limit >= cutoff)
    found = solve_compact(sub.core, clock=clock, seed=seed, below=limit, most_nodes=nodes)
    plan = None if found.plan is None else sub.widened(found.plan)
    # a plan may come from above the limit; then all that is proved is that none lies below it
    is_best = found.plan is not None and objective(sub.core, *found.plan) < limit
    settled = found.proved and (is_best or limit >= cutoff)
    return Finish(plan, max(bound, min(found.bound, limit)), settled)
