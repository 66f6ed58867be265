"""Independent checking: what a set of open sites is worth, computed without any solver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.problem import Model, Status

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.problem import Problem, Solution

TOLERANCE = 1e-8
"""Objectives that differ relatively by less are the same objective."""


@dataclass(frozen=True, eq=False)
class Worth:
    """What a set of open sites achieves.

    Attributes:
        objective: in the model's unit.
        site: the cheapest open site of each demand, -1 where existing schools outside the problem are nearer, or
            where nobody serves it.
        served: demand that somebody serves.
    """

    objective: float
    site: NDArray[np.int64]
    served: NDArray[np.bool_]


def worth(problem: Problem, is_open: NDArray[np.bool_]) -> Worth:
    """The worth of opening exactly `is_open` (mask over sites). Ties of a demand go to the preferred site."""
    costs = problem.costs
    demand = costs.demand
    usable = np.flatnonzero(is_open[costs.site])
    order = usable[np.lexsort((costs.site[usable], costs.cost[usable], demand[usable]))]
    first = np.ones(len(order), dtype=bool)
    first[1:] = demand[order][1:] != demand[order][:-1]
    cheapest = order[first]
    cost = problem.served_at.copy()
    site = np.full(len(costs.demand_ids), -1, dtype=np.int64)
    rows = demand[cheapest]
    better = costs.cost[cheapest] < cost[rows]
    cost[rows[better]] = costs.cost[cheapest][better]
    site[rows[better]] = costs.site[cheapest][better]
    served = np.isfinite(cost)
    if problem.model is Model.P_MEDIAN and problem.unserved_cost is not None:
        # dearer than the price of not serving: left unserved
        served &= cost <= problem.unserved_cost
        site[~served] = -1
    return Worth(_objective(problem, is_open, cost, served), site, served)


def _objective(
    problem: Problem, is_open: NDArray[np.bool_], cost: NDArray[np.float64], served: NDArray[np.bool_]
) -> float:
    if problem.model is Model.MAX_COVER:
        return float(problem.weights[served].sum())
    if problem.model is Model.SET_COVER:
        return float(problem.site_cost[is_open & ~problem.fixed].sum())
    missing = 0.0 if problem.unserved_cost is None else problem.unserved_cost * problem.weights[~served].sum()
    return float((problem.weights[served] * cost[served]).sum() + missing)


def verify(problem: Problem, solution: Solution) -> list[str]:
    """Every way in which `solution` breaks `problem` or its own claims; empty when it holds."""
    if solution.status in {Status.INFEASIBLE, Status.TIME_LIMIT}:
        return [] if solution.reason else [f"{solution.status} without a reason"]
    index = {each: row for row, each in enumerate(problem.costs.site_ids)}
    is_open = np.zeros(len(index), dtype=bool)
    is_open[[index[each] for each in solution.sites]] = True
    faults = []
    if (problem.fixed & ~is_open).any():
        faults.append("a fixed site is closed")
    if (problem.forbidden & is_open).any():
        faults.append("a forbidden site is open")
    opened = int((is_open & ~problem.fixed).sum())
    if problem.new is not None and opened != problem.new:
        faults.append(f"{opened} new sites instead of {problem.new}")
    if problem.model is Model.CAPACITATED:
        return faults + _capacity_faults(problem, solution, index)
    found = worth(problem, is_open)
    must_serve = problem.unserved_cost is None and problem.model is not Model.MAX_COVER
    if must_serve and (~found.served & (problem.weights > 0)).any():
        faults.append("some demand is not served")
    return faults + _claims(problem, solution, found.objective)


def _claims(problem: Problem, solution: Solution, objective: float) -> list[str]:
    if solution.objective is None or solution.bound is None or solution.gap is None:
        return ["objective, bound or gap is missing"]
    slack = TOLERANCE * max(1.0, abs(objective))
    faults = []
    if abs(objective - solution.objective) > slack:
        faults.append(f"the objective is {objective:g}, not {solution.objective:g}")
    over = (
        solution.objective - solution.bound if problem.model is Model.MAX_COVER else solution.bound - solution.objective
    )
    if over > slack:
        faults.append("the bound is on the wrong side of the objective")
    if solution.status is Status.OPTIMAL and abs(solution.objective - solution.bound) > slack:
        faults.append("called optimal with a gap")
    return faults


def _capacity_faults(problem: Problem, solution: Solution, index: dict[str, int]) -> list[str]:
    costs, capacity = problem.costs, problem.capacity
    cost = {(d, s): c for d, s, c in zip(costs.demand.tolist(), costs.site.tolist(), costs.cost.tolist(), strict=True)}
    load = np.zeros(len(index))
    total, faults = 0.0, []
    for row, each in enumerate(costs.demand_ids):
        site = index.get(solution.assignment.get(each, ""), -1)
        if (row, site) not in cost:
            faults.append(f"demand {each!r} is not served")
            continue
        load[site] += problem.weights[row]
        total += problem.weights[row] * cost[row, site]
        if costs.site_ids[site] not in solution.sites:
            faults.append(f"demand {each!r} goes to a closed site")
    if capacity is not None and (load > capacity * (1 + TOLERANCE) + TOLERANCE).any():
        faults.append("a site is over its capacity")
    return faults + _claims(problem, solution, total)
