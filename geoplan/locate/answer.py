"""From what an engine found to a `Solution` by id."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

import numpy as np

from geoplan.locate.problem import Model
from geoplan.locate.solution import Solution, Status
from geoplan.locate.verify import TOLERANCE, worth

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.conflicts import Explanation
    from geoplan.locate.core import Seated, SeatsCore
    from geoplan.locate.problem import Problem
    from geoplan.locate.verify import Worth
    from geoplan.types import Words


class Sites(TypedDict):
    """What of a `Solution` follows from its open sites and their loads."""

    sites: tuple[str, ...]
    new_sites: tuple[str, ...]
    closed: tuple[str, ...]
    loads: dict[str, float]


class Plan(Sites):
    """What of the `Solution` of an uncapacitated problem follows from its open sites."""

    assignment: dict[str, str]
    unserved: tuple[str, ...]
    unserved_weight: float


def siting_solution(problem: Problem, plan: NDArray[np.bool_], *, bound: float, proved: bool, ties: str) -> Solution:
    """The solution of an uncapacitated problem.

    Args:
        plan: mask over the sites.
        bound: in the sense of minimising; of a maximal cover on the weight that is not covered.
        proved: the plan is optimal.
    """
    found = worth(problem, plan)
    maximise = problem.model is Model.MAX_COVER
    if maximise:
        bound = float(problem.weights.sum()) - bound
    objective, bound, gap = claims(found.objective, bound, proved=proved, maximise=maximise)
    status = Status.OPTIMAL if gap == 0 else Status.FEASIBLE
    return Solution(
        model=problem.model, status=status, objective=objective, bound=bound, gap=gap, ties=ties,
        **plan_by_id(problem, plan, found),
    )  # fmt: skip


def plan_by_id(problem: Problem, plan: NDArray[np.bool_], found: Worth | None = None) -> Plan:
    """What follows from the open sites (a mask) where everyone goes to the cheapest one; `found`: the plan's worth."""
    found = worth(problem, plan) if found is None else found
    demand_ids, site_ids = problem.costs.demand_ids, problem.costs.site_ids
    at_site = found.site >= 0
    load = np.bincount(found.site[at_site], problem.weights[at_site], minlength=len(plan)).astype(float)
    return Plan(
        **_sites_by_id(problem, plan, load),
        assignment={demand_ids[row]: site_ids[site] for row, site in enumerate(found.site.tolist()) if site >= 0},
        unserved=tuple(demand_ids[row] for row in np.flatnonzero(~found.served & (problem.weights > 0))),
        unserved_weight=float(problem.weights[~found.served].sum()),
    )


def seats_solution(
    problem: Problem,
    found: Seated,
    *,
    core: SeatsCore,
    sites: NDArray[np.int64],
    pairs: NDArray[np.int64],
    bound: float,
    proved: bool,
) -> Solution:
    """The solution of a capacitated problem: `sites` and `pairs` lead from the core back to the problem."""
    assert found.option is not None and found.share is not None  # noqa: S101, PT018 - a plan was found
    costs, options, weights = problem.costs, problem.options, problem.weights
    own = np.flatnonzero(np.isin(options.site, sites))
    plan = np.zeros(len(costs.site_ids), dtype=bool)
    opened = np.flatnonzero(found.option >= 0)
    plan[sites[opened]] = True
    taken = own[found.option[opened]]
    used = np.flatnonzero(found.share > 0)
    demand, share = core.row()[used], found.share[used]
    site = costs.site[pairs[used]].astype(np.int64)
    served = np.bincount(demand, share, minlength=len(weights))
    share = np.where(served[demand] > 1 - 1e-9, share / served[demand], share)
    load = np.bincount(site, share * weights[demand], minlength=len(plan)).astype(float)
    capacity = np.full(len(plan), np.inf)
    capacity[options.site[taken]] = options.capacity[taken]
    added = np.where(plan & (problem.extra_most > 0), np.maximum(load - capacity, 0.0), 0.0)
    left = np.where(served > 1 - 1e-9, 0.0, 1.0 - served)
    missed = (left > 0) & (weights > 0)
    objective = problem.site_money(plan) + float(
        options.cost[taken].sum()
        + (added * problem.extra_cost).sum()
        + (weights[demand] * share * costs.cost[pairs[used]]).sum()
        + (problem.price[missed] * (weights * left)[missed]).sum()
    )
    objective, bound, gap = claims(objective, bound, proved=proved)
    demand_ids, site_ids = costs.demand_ids, costs.site_ids
    order = np.lexsort((-share, demand))
    largest = order[np.diff(demand[order], prepend=-1) > 0]
    shares: dict[str, dict[str, float]] = {}
    if problem.splittable:
        for row, column, part in zip(demand.tolist(), site.tolist(), share.tolist(), strict=True):
            shares.setdefault(demand_ids[row], {})[site_ids[column]] = part
    return Solution(
        model=problem.model,
        status=Status.OPTIMAL if gap == 0 else Status.FEASIBLE,
        **_sites_by_id(problem, plan, load),
        objective=objective,
        bound=bound,
        gap=gap,
        assignment={demand_ids[demand[k]]: site_ids[site[k]] for k in largest},
        shares=shares,
        sizes={site_ids[options.site[k]]: options.name[k] for k in taken if options.name[k]},
        seats_added={site_ids[row]: float(added[row]) for row in np.flatnonzero(added > 1e-9)},
        unserved=tuple(demand_ids[row] for row in np.flatnonzero(missed)),
        unserved_weight=float((weights * left).sum()),
        ties="left to the solver; sites in order of preference",
    )


def no_plan(problem: Problem, clock: Clock, why: Explanation | None) -> Solution:
    """An answer without a plan: infeasible with its explanation, or not known within the time or until Ctrl-C."""
    if why is None:
        return Solution(problem.model, Status.TIME_LIMIT, (), (), None, None, None, reason=not_found(clock)[1])
    return Solution(
        problem.model, Status.INFEASIBLE, (), (), None, None, None,
        reason=why.reason, conflict=why.conflict, unserved=why.unserved, unserved_weight=why.unserved_weight,
    )  # fmt: skip


def not_found(clock: Clock) -> Words:
    """Why there is no plan, where none was found within the time or until Ctrl-C."""
    seconds = f"{clock.seconds:.0f}"
    if clock.stopped:
        return (
            f"{seconds} 秒后被中途停止，尚未找到方案。",
            f"Stopped by Ctrl-C after {seconds} s, before a plan was found; there may be one.",
        )
    return (
        f"{seconds} 秒内没有找到方案，未必没有；可延长时限再试。",
        f"No plan was found in {seconds} s; there may be one. Give more time.",
    )


def claims(objective: float, bound: float, *, proved: bool, maximise: bool = False) -> tuple[float, float, float]:
    """Objective, bound and relative gap; a bound that differs from the plan by rounding is the plan's own value."""
    over = bound - objective if maximise else objective - bound
    if proved or over <= TOLERANCE * abs(objective):
        return objective, objective, 0.0
    return objective, bound, over / max(abs(objective), 1e-12) if np.isfinite(bound) else np.inf


def _sites_by_id(problem: Problem, plan: NDArray[np.bool_], load: NDArray[np.float64]) -> Sites:
    return Sites(
        sites=_ids(problem, plan),
        new_sites=_ids(problem, plan & problem.is_new),
        closed=_ids(problem, problem.closable & ~plan),
        loads=dict(zip(_ids(problem, plan), load[plan].tolist(), strict=True)),
    )


def _ids(problem: Problem, sites: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(problem.costs.site_ids[row] for row in np.flatnonzero(sites))
