"""Independent checking: what a plan is worth and whether it keeps every rule, computed without any solver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.heavy import tree_of
from geoplan.locate.problem import Model
from geoplan.locate.solution import Status

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.costs import Costs
    from geoplan.locate.problem import Problem
    from geoplan.locate.solution import Solution

TOLERANCE = 1e-8
"""Objectives that differ relatively by less are the same objective."""


@dataclass(frozen=True, eq=False)
class Worth:
    """What a set of open sites achieves where everyone goes to the cheapest one.

    Attributes:
        objective: in the model's unit.
        site: the cheapest open site of each demand, -1 where existing schools outside the problem are nearer, or
            where nobody serves it.
        cost: of serving each demand, inf where nobody does.
        served: demand that somebody serves.
    """

    objective: float
    site: NDArray[np.int64]
    cost: NDArray[np.float64]
    served: NDArray[np.bool_]


def worth(problem: Problem, is_open: NDArray[np.bool_]) -> Worth:
    """The worth of opening exactly `is_open` (mask over sites). Ties of a demand go to the preferred site."""
    site, cost = nearest_open(problem.costs, is_open)
    outside = problem.served_at <= cost
    site, cost = np.where(outside, -1, site), np.minimum(cost, problem.served_at)
    if problem.model is Model.P_MEDIAN:
        # dearer than the price of not serving: left unserved
        dear = cost > problem.price
        site[dear], cost[dear] = -1, np.inf
    everyone = np.arange(len(cost))
    return Worth(objective_of(problem, is_open, everyone, problem.weights, cost), site, cost, np.isfinite(cost))


def nearest_open(costs: Costs, is_open: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The cheapest open site of each demand and its cost; -1 and inf where none is.

    Of several that cost the same it is the preferred one; of points without a cut-off, of the nearest four.
    """
    rows = len(costs.demand_ids)
    site, cost = np.full(rows, -1, dtype=np.int64), np.full(rows, np.inf)
    opened = np.flatnonzero(is_open)
    if not len(opened):
        return site, cost
    if costs.points is not None:
        tree = tree_of(np.asarray(costs.points.site_xy)[opened])
        near = tree.query(costs.points.demand_xy, k=np.arange(1, min(4, len(opened)) + 1))[1]
        choice = np.sort(opened[near], axis=1)
        apart = costs.points.between(np.arange(rows)[:, None], choice)
        best = np.argmin(apart, axis=1)
        return choice[np.arange(rows), best], apart[np.arange(rows), best]
    pair = np.flatnonzero(is_open[costs.site])
    demand = np.searchsorted(costs.indptr, pair, side="right") - 1
    np.minimum.at(cost, demand, costs.cost[pair])
    # pairs of a row stand in order of preference: the first of the cheapest ones is written last
    tied = np.flatnonzero(costs.cost[pair] == cost[demand])[::-1]
    site[demand[tied]] = costs.site[pair[tied]]
    return site, cost


def objective_of(
    problem: Problem,
    is_open: NDArray[np.bool_],
    demand: NDArray[np.int64],
    weight: NDArray[np.float64],
    cost: NDArray[np.float64],
) -> float:
    """The objective of a plan, of a capacitated one without sizes and seats added.

    Args:
        demand, weight, cost: of each part of who goes where; the cost is inf where nobody serves it.
    """
    served = np.isfinite(cost)
    if problem.model is Model.MAX_COVER:
        return float(weight[served].sum())
    if problem.model is Model.P_CENTER:
        return float(cost[problem.must_serve[demand]].max(initial=0.0))
    missed = ~served & (weight > 0)
    total = float((problem.price[demand[missed]] * weight[missed]).sum())
    if problem.model is not Model.SET_COVER:
        total += float((weight[served] * cost[served]).sum())
    return total if problem.model is Model.P_MEDIAN else total + problem.site_money(is_open)


def verify(problem: Problem, solution: Solution) -> list[str]:
    """Every way in which `solution` breaks `problem` or its own claims; empty when it holds."""
    if solution.status in {Status.INFEASIBLE, Status.TIME_LIMIT}:
        return [] if solution.reason else [f"{solution.status} without a reason"]
    if unknown := [each for each in solution.sites if each not in problem.costs.row_of_site]:
        return [f"unknown sites {unknown}"]
    is_open = problem.mask(solution.sites)
    faults = _site_faults(problem, is_open)
    if problem.model is Model.CAPACITATED:
        return faults + _seat_faults(problem, solution, is_open)
    found = worth(problem, is_open)
    if (~found.served & problem.must_serve).any() and problem.model is not Model.MAX_COVER:
        faults.append("some demand is not served")
    faults += _list_faults(problem, solution, is_open)
    ids = problem.costs.demand_ids
    nearest = {ids[row]: problem.costs.site_ids[site] for row, site in enumerate(found.site.tolist()) if site >= 0}
    if solution.assignment != nearest:
        faults.append("somebody is not sent to the cheapest open site")
    at_site = found.site >= 0
    load = np.bincount(found.site[at_site], problem.weights[at_site], minlength=len(is_open)).astype(float)
    faults += _load_faults(problem, solution, load)
    return faults + _claims(problem, solution, found.objective)


def _list_faults(problem: Problem, solution: Solution, is_open: NDArray[np.bool_]) -> list[str]:
    """What the solution lists as new and closed, against its open sites."""
    ids = problem.costs.site_ids
    faults = []
    if set(solution.new_sites) != {ids[row] for row in np.flatnonzero(is_open & problem.is_new)}:
        faults.append("the list of new sites is not that of the plan")
    if set(solution.closed) != {ids[row] for row in np.flatnonzero(problem.closable & ~is_open)}:
        faults.append("the list of closed sites is not that of the plan")
    return faults


def _load_faults(problem: Problem, solution: Solution, load: NDArray[np.float64]) -> list[str]:
    index = problem.costs.row_of_site
    wrong = [
        each for each, told in solution.loads.items() if not abs(told - load[index[each]]) <= 1e-6 * max(1.0, told)
    ]
    missing = set(solution.sites) - set(solution.loads)
    return [f"the loads of {[*wrong, *sorted(missing)]} are not those of the plan"] if wrong or missing else []


def _site_faults(problem: Problem, is_open: NDArray[np.bool_]) -> list[str]:
    faults = []
    if (problem.fixed & ~is_open).any():
        faults.append("a fixed site is closed")
    if (problem.forbidden & is_open).any():
        faults.append("a forbidden site is open")
    if problem.p is not None and int(is_open.sum()) != problem.p:
        faults.append(f"{int(is_open.sum())} open sites instead of {problem.p}")
    opened = int((is_open & problem.is_new).sum())
    if problem.new is not None and opened != problem.new:
        faults.append(f"{opened} new sites instead of {problem.new}")
    faults += [f"the rule {rule.name!r} is broken" for rule in problem.rules if not rule.holds(is_open)]
    return faults


def _claims(problem: Problem, solution: Solution, objective: float) -> list[str]:
    told = solution.objective, solution.bound, solution.gap
    return claim_faults(solution.status, *told, true=objective, maximise=problem.model is Model.MAX_COVER)


def claim_faults(
    status: Status, objective: float | None, bound: float | None, gap: float | None, *, true: float,
    maximise: bool = False,
) -> list[str]:  # fmt: skip
    """What is wrong with a plan's status, objective, bound and gap, given its `true` objective."""
    if objective is None or bound is None or gap is None:
        return ["objective, bound or gap is missing"]
    slack = TOLERANCE * max(1.0, abs(true))
    faults = []
    if not abs(true - objective) <= slack:
        faults.append(f"the objective is {true:g}, not {objective:g}")
    if not (objective - bound if maximise else bound - objective) <= slack:
        faults.append("the bound is on the wrong side of the objective")
    apart = abs(objective - bound)
    if np.isfinite(apart) and abs(gap * abs(objective) - apart) > slack:
        faults.append("the gap is not that of objective and bound")
    if status is Status.OPTIMAL and apart > slack:
        faults.append("called optimal with a gap")
    return faults


def _seat_faults(problem: Problem, solution: Solution, is_open: NDArray[np.bool_]) -> list[str]:
    """Loads, sizes, seats added, money and the objective of a capacitated plan, from its assignment alone."""
    costs, weights, index = problem.costs, problem.weights, problem.costs.row_of_site
    number = {each: row for row, each in enumerate(costs.demand_ids)}
    shares = solution.parts
    faults = ["a demand is shared that must stay whole"] if solution.shares and not problem.splittable else []
    if unknown := [
        each for each, by_site in shares.items() if each not in number or not index.keys() >= by_site.keys()
    ]:
        return [f"unknown demand, or sent to unknown sites: {unknown}"]
    parts = [(number[each], index[site], share) for each, by_site in shares.items() for site, share in by_site.items()]
    demand = np.array([part[0] for part in parts], dtype=np.int64)
    site = np.array([part[1] for part in parts], dtype=np.int64)
    share = np.array([part[2] for part in parts], dtype=float)
    cost = pair_costs(costs, demand, site)
    served = np.bincount(demand, share, minlength=len(weights))
    if not np.isfinite(cost).all():
        faults.append("demand is served from out of reach")
    if (share < 0).any() or (served > 1 + 1e-7).any():
        faults.append("a demand is served more than once")
    if ((served < 1 - 1e-7) & problem.must_serve).any():
        faults.append("some demand is not served")
    if (~is_open[site]).any():
        faults.append("demand goes to a closed site")
    load = np.bincount(site, share * weights[demand], minlength=len(index)).astype(float)
    added = np.zeros(len(index))
    for each, seats in solution.seats_added.items():
        added[index[each]] = seats
    option = chosen_options(problem, solution, is_open)
    capacity, least, size_cost = (
        np.where(option >= 0, values[option], 0.0)
        for values in (problem.options.capacity, problem.options.least, problem.options.cost)
    )
    faults += _band_faults(problem, load, added, capacity, least, is_open & (option >= 0))
    if (is_open & (option < 0)).any():
        faults.append("an open site has none of its sizes")
    money = float(size_cost[is_open].sum() + (added * problem.extra_cost).sum())
    if problem.spent(is_open) + money > problem.budget * (1 + TOLERANCE) + TOLERANCE:
        faults.append("the budget is exceeded")
    left = np.maximum(1.0 - served, 0.0)
    missed = (weights > 0) & (left > 1e-7)
    total = problem.site_money(is_open) + money + float((weights[demand] * share * cost).sum())
    faults += _list_faults(problem, solution, is_open) + _load_faults(problem, solution, load)
    return faults + _claims(problem, solution, total + float((problem.price[missed] * (weights * left)[missed]).sum()))


def _band_faults(
    problem: Problem,
    load: NDArray[np.float64],
    added: NDArray[np.float64],
    capacity: NDArray[np.float64],
    least: NDArray[np.float64],
    sized: NDArray[np.bool_],
) -> list[str]:
    slack = 1e-7 * np.maximum(1.0, np.where(np.isfinite(capacity), capacity, 0.0))
    checks = {
        "a site is over its capacity": (load > capacity + added + slack) & sized,
        "a site is below its least load": (load < least - slack) & sized,
        "seats are taken away": added < 0,
        "more seats are added than may be": added > problem.extra_most + 1e-7,
    }
    return [fault for fault, broken in checks.items() if broken.any()]


def chosen_options(problem: Problem, solution: Solution, is_open: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The option of each open site by the solution's sizes, -1 for the others and where the size is unknown."""
    options = problem.options
    by_name = {(int(site), name): row for row, (site, name) in enumerate(zip(options.site, options.name, strict=True))}
    chosen = np.full(len(is_open), -1, dtype=np.int64)
    for row, each in enumerate(problem.costs.site_ids):
        if is_open[row]:
            chosen[row] = by_name.get((row, solution.sizes.get(each, "")), -1)
    return chosen


def pair_costs(costs: Costs, demand: NDArray[np.int64], site: NDArray[np.int64]) -> NDArray[np.float64]:
    """Cost of given pairs; inf where they are out of reach."""
    if costs.points is not None:
        return costs.points.between(demand, site)
    sites = np.int64(len(costs.site_ids))
    stored = costs.demand * sites + costs.site
    wanted = demand * sites + site
    at = np.minimum(np.searchsorted(stored, wanted), max(len(stored) - 1, 0))
    if not len(stored):
        return np.full(len(wanted), np.inf)
    return np.where(stored[at] == wanted, costs.cost[at], np.inf)
