"""What a plan achieves, from who goes where."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from geoplan.errors import ProblemError
from geoplan.locate.costs import some
from geoplan.locate.problem import Model
from geoplan.locate.verify import chosen_options, objective_of, pair_costs, worth

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.problem import Problem
    from geoplan.locate.solution import Solution

OUTSIDE, NOBODY = -1, -2
"""In place of a site: served by existing schools outside the problem; served by nobody."""


@dataclass(frozen=True)
class Measures:
    """What a plan achieves.

    Attributes:
        objective: in the model's unit; inf where somebody stays unserved who must be served.
        served, unserved: weight that somebody serves, and that nobody serves.
        mean_cost: of a unit of the served weight; None where nobody is served.
        longest_cost: of any served demand that has a weight; None where nobody is served.
        loads: weight at each open site.
        over: open sites whose load does not fit, seats that may be added included; `under`: those below their least
            load. Only a capacitated problem has any.
    """

    objective: float
    served: float
    unserved: float
    mean_cost: float | None
    longest_cost: float | None
    loads: dict[str, float] = field(repr=False)
    over: tuple[str, ...] = ()
    under: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Assigned:
    """Open sites and who goes where; a demand that is shared has several parts.

    Attributes:
        is_open, option: of each site; the option is -1 while it has none.
        row, weight: of each part, in order of rows; every row has at least one.
        site, cost: of each part; the site may be `OUTSIDE` or `NOBODY`, whose cost is inf.
    """

    is_open: NDArray[np.bool_]
    option: NDArray[np.int64]
    row: NDArray[np.int64]
    weight: NDArray[np.float64]
    site: NDArray[np.int64]
    cost: NDArray[np.float64]


def assigned_to_nearest(problem: Problem, is_open: NDArray[np.bool_]) -> Assigned:
    """Everyone at the cheapest open site. Without capacities only."""
    found = worth(problem, is_open)
    return Assigned(
        is_open=is_open,
        option=np.full(len(is_open), -1, dtype=np.int64),
        row=np.arange(len(found.site)),
        weight=problem.weights,
        site=np.where(found.served, found.site, NOBODY),
        cost=found.cost,
    )


def assigned_by(problem: Problem, solution: Solution) -> Assigned:
    """Everyone where a solution sends them.

    Raises:
        ProblemError: there is no plan, or it opens sites or serves demand that the problem does not allow.
    """
    if solution.objective is None:
        raise ProblemError(f"There is no plan to ask: {solution.explain()}")
    costs = problem.costs
    index = costs.row_of_site
    if unknown := [each for each in solution.sites if each not in index]:
        raise ProblemError(f"The plan opens sites that the problem has not: {some(unknown)}.")
    is_open = problem.mask(solution.sites)
    if problem.model is not Model.CAPACITATED:
        return assigned_to_nearest(problem, is_open)
    shares = solution.parts
    parts = [
        (row, index[site], share)
        for row, each in enumerate(costs.demand_ids)
        for site, share in shares.get(each, {}).items()
    ]
    row = np.array([part[0] for part in parts], dtype=np.int64)
    site = np.array([part[1] for part in parts], dtype=np.int64)
    share = np.array([part[2] for part in parts], dtype=float)
    cost = pair_costs(costs, row, site)
    if wrong := [costs.demand_ids[row[part]] for part in np.flatnonzero(np.isinf(cost))]:
        raise ProblemError(f"The plan serves demand from out of reach: {some(wrong)}.")
    left = np.maximum(1.0 - np.bincount(row, share, minlength=len(costs.demand_ids)), 0.0)
    # up to rounding a demand is served as a whole
    missed = np.flatnonzero(left > 1e-9)
    cost = np.concatenate([cost, np.full(len(missed), np.inf)])
    site = np.concatenate([site, np.full(len(missed), NOBODY)])
    weight = problem.weights[row] * share, problem.weights[missed] * left[missed]
    row = np.concatenate([row, missed])
    order = np.argsort(row, kind="stable")
    return Assigned(
        is_open, chosen_options(problem, solution, is_open),
        row[order], np.concatenate(weight)[order], site[order], cost[order],
    )  # fmt: skip


def measured(problem: Problem, plan: Assigned) -> Measures:
    """The measures of a plan."""
    served = plan.site != NOBODY
    weight, cost = plan.weight[served], plan.cost[served]
    people = float(weight.sum())
    site = plan.site[served]
    here = site >= 0
    load = np.bincount(site[here], weights=weight[here], minlength=len(plan.is_open)).astype(float)
    seats = _Seats.of(problem, plan, load)
    ids = problem.costs.site_ids
    opened = np.flatnonzero(plan.is_open)
    return Measures(
        objective=objective_of(problem, plan.is_open, plan.row, plan.weight, plan.cost) + seats.money,
        served=people,
        unserved=float(plan.weight[~served].sum()),
        mean_cost=float((weight * cost).sum()) / people if people > 0 else None,
        longest_cost=float(cost[weight > 0].max()) if people > 0 else None,
        loads=dict(zip([ids[each] for each in opened], load[opened].tolist(), strict=True)),
        over=tuple(ids[each] for each in np.flatnonzero(seats.over)),
        under=tuple(ids[each] for each in np.flatnonzero(seats.under)),
    )


@dataclass(frozen=True, eq=False)
class _Seats:
    """Where loads do not fit, and what sizes and seats added cost."""

    over: NDArray[np.bool_]
    under: NDArray[np.bool_]
    money: float

    @classmethod
    def of(cls, problem: Problem, plan: Assigned, load: NDArray[np.float64]) -> _Seats:
        if problem.model is not Model.CAPACITATED:
            none = np.zeros(len(load), dtype=bool)
            return cls(none, none, 0.0)
        options, known = problem.options, plan.option >= 0
        capacity = np.where(known, options.capacity[plan.option], np.inf)
        least = np.where(known, options.least[plan.option], 0.0)
        slack = 1e-7 * np.maximum(1.0, np.where(np.isfinite(capacity), capacity, 0.0))
        missing = np.maximum(np.where(plan.is_open, load - capacity, 0.0), 0.0)
        added = np.minimum(missing, problem.extra_most)
        money = float(options.cost[plan.option[known]].sum() + (added * problem.extra_cost).sum())
        return cls(missing > added + slack, plan.is_open & (load < least - slack), money)
