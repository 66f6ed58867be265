"""The next-best site: what a plan loses when one of its sites is replaced by the best other one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.problem import Model
from geoplan.locate.verify import worth

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.problem import Problem
    from geoplan.locate.solution import Solution


@dataclass(frozen=True)
class NextBest:
    """The best replacement of one site, all other sites of the plan kept.

    Attributes:
        site: the site of the plan.
        other: the best replacement, or None where no other site can take its place.
        loss: how much worse the objective gets, in the model's unit (0: just as good).
    """

    site: str
    other: str | None
    loss: float | None


def next_best(problem: Problem, solution: Solution) -> tuple[NextBest, ...]:
    """For each new site of an uncapacitated plan, its best replacement; ties go to the preferred site."""
    is_open = problem.mask(solution.sites)
    now = worth(problem, is_open).objective
    found = []
    for each in solution.new_sites:
        without = is_open.copy()
        without[problem.costs.row_of_site[each]] = False
        objective = _with_each_site(problem, without)
        objective[~problem.usable | is_open | ~_kept(problem, without)] = np.inf
        other = int(np.argmin(objective))
        if np.isfinite(objective[other]):
            loss = objective[other] - (-now if problem.model is Model.MAX_COVER else now)
            found.append(NextBest(each, problem.costs.site_ids[other], max(float(loss), 0.0)))
        else:
            found.append(NextBest(each, None, None))
    return tuple(found)


def _with_each_site(problem: Problem, is_open: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Objective (to be minimised) of `is_open` plus each single site; inf where someone stays unserved who must not."""
    costs = problem.costs
    n = len(costs.site_ids)
    used = is_open[costs.site]
    best = problem.served_at.copy()
    np.minimum.at(best, costs.demand[used], costs.cost[used])
    weight, demand = problem.weights, costs.demand
    if problem.model is Model.P_CENTER:
        return _longest_with_each_site(problem, best)
    if problem.model is Model.P_MEDIAN:
        best = np.minimum(best, problem.price)
        saved = np.where(np.isfinite(best[demand]), np.maximum(best[demand] - costs.cost, 0.0), 0.0) * weight[demand]
        served_now = np.isfinite(best) | (weight == 0)
        total = (weight[served_now] * best[served_now]).sum() - np.bincount(costs.site, saved, minlength=n)
        rescued = ~served_now[demand]
        total += np.bincount(costs.site[rescued], (weight[demand] * costs.cost)[rescued], minlength=n)
        return np.where(np.bincount(costs.site[rescued], minlength=n) == (~served_now).sum(), total, np.inf)
    missed = ~np.isfinite(best) & (weight > 0)
    helps = missed[demand]
    if problem.model is Model.MAX_COVER:
        return np.asarray(-(weight[~missed].sum() + np.bincount(costs.site[helps], weight[demand[helps]], minlength=n)))
    must = helps & np.isinf(problem.price[demand])
    all_served = np.bincount(costs.site[must], minlength=n) == (missed & np.isinf(problem.price)).sum()
    finite = np.where(np.isinf(problem.price), 0.0, problem.price) * weight
    left = finite[missed].sum() - np.bincount(costs.site[helps], finite[demand[helps]], minlength=n)
    total = problem.site_cost[is_open & ~problem.fixed].sum() + problem.site_cost + left
    return np.where(all_served, total, np.inf)


def _kept(problem: Problem, is_open: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether every rule holds when each single site is opened beside `is_open`."""
    kept = np.ones(len(is_open), dtype=bool)
    for rule in problem.rules:
        amount = np.full(len(is_open), rule.amount(is_open))
        amount[rule.sites] += rule.values
        slack = 1e-9 * max(1.0, float(np.abs(rule.values).sum()))
        kept &= (amount >= rule.low - slack) & (amount <= rule.high + slack)
    return kept


def _longest_with_each_site(problem: Problem, best: NDArray[np.float64]) -> NDArray[np.float64]:
    costs, counts = problem.costs, problem.must_serve
    longest = np.empty(len(costs.site_ids))
    for site in range(len(longest)):
        pair = np.flatnonzero(costs.site == site)
        cost = best.copy()
        cost[costs.demand[pair]] = np.minimum(cost[costs.demand[pair]], costs.cost[pair])
        longest[site] = cost[counts].max(initial=0.0)
    return longest
