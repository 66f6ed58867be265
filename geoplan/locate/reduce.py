"""From a problem to what is still undecided, as arrays without ids, and back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.core import SeatsCore, SitingCore
from geoplan.locate.cover import merge_rows
from geoplan.locate.problem import Model

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.core import SiteRule
    from geoplan.locate.problem import Problem


@dataclass(frozen=True, eq=False)
class Reduced:
    """An uncapacitated problem without what is settled.

    Attributes:
        core: the engines' problem; its objective is to be minimised.
        sites: site of the problem for each site of the core.
        constant: what the settled part contributes to the core's objective.
    """

    core: SitingCore
    sites: NDArray[np.int64]
    constant: float

    def opened(self, is_open: NDArray[np.bool_], problem: Problem) -> NDArray[np.bool_]:
        """The mask over the problem's sites (fixed ones included) of a mask over the core's."""
        mask = problem.fixed.copy()
        mask[self.sites[is_open]] = True
        return mask


def reduce_siting(problem: Problem) -> Reduced:
    """Settle fixed sites and outside schools, leave out who needs nobody, merge demand that is alike.

    For a maximal cover the core's objective is the weight that is not covered. Costs of a p-centre stay as they are;
    all others are multiplied with the weight.
    """
    with_costs = problem.model in {Model.P_MEDIAN, Model.P_CENTER}
    base = base_cost(problem)
    if not with_costs:
        # a cover asks only whether somebody serves
        base = np.where(np.isfinite(base), 0.0, problem.price)
    elif problem.model is Model.P_MEDIAN:
        base = np.minimum(base, problem.price)
    if problem.costs.tail is not None:
        base = np.minimum(base, problem.costs.tail)
    rows = np.flatnonzero((problem.weights > 0) & (base > 0) & (problem.must_serve | np.isfinite(base)))
    sites = np.flatnonzero(problem.usable)
    number = np.full(len(problem.fixed), -1, dtype=np.int32)
    number[sites] = np.arange(len(sites))
    indptr, site, cost = _rows_of(problem, rows, number)
    if with_costs:
        helps = cost < np.repeat(base[rows], np.diff(indptr))
        indptr, site, cost = np.concatenate([[0], np.cumsum(helps)])[indptr], site[helps], cost[helps]
    kept, group = merge_rows(indptr, site, cost if with_costs else None, base[rows])
    if problem.model is Model.P_CENTER:
        weight, merged_base = np.ones(len(kept)), np.zeros(len(kept))
        np.maximum.at(merged_base, group, base[rows])
    else:
        weight = _summed(group, problem.weights[rows], len(kept))
        merged_base = _summed(group, problem.weights[rows] * base[rows], len(kept))
    if len(kept) < len(rows):
        indptr, site, cost = _taken(kept, indptr, site, cost)
    own = None
    if with_costs:
        # in place, and with short row numbers: these arrays are most of what a solve holds
        cost *= np.repeat(weight, np.diff(indptr))
        order = np.lexsort((site, cost, np.repeat(np.arange(len(kept), dtype=np.int32), np.diff(indptr))))
        site, own = site[order], cost[order]
        del cost, order
    settled = np.isfinite(base) & (problem.weights > 0)
    settled[rows] = False
    priced = problem.model is Model.SET_COVER
    closing = np.where(problem.closable, problem.closing_cost, 0.0)[sites]
    core = SitingCore(
        indptr=indptr,
        site=site,
        cost=own,
        base=merged_base,
        site_cost=problem.site_cost[sites] - closing if priced else np.zeros(len(sites)),
        rules=tuple(_renumbered(rule, number) for rule in problem.rules),
        whole=float(problem.weights.sum()) if problem.model is Model.MAX_COVER else 0.0,
    )
    constant = float((problem.weights[settled] * base[settled]).sum()) + (float(closing.sum()) if priced else 0.0)
    return Reduced(core, sites, constant)


def _summed(group: NDArray[np.int64], values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    return np.bincount(group, values, minlength=count).astype(float, copy=False)


def base_cost(problem: Problem) -> NDArray[np.float64]:
    """Cost of each demand with only the fixed sites (and the outside schools); inf where they do not reach it."""
    costs = problem.costs
    base = problem.served_at.copy()
    used = problem.fixed[costs.site]
    np.minimum.at(base, costs.demand[used], costs.cost[used])
    return base


def reduce_seats(problem: Problem) -> tuple[SeatsCore, NDArray[np.int64], NDArray[np.int64], float]:
    """The engines' form of a capacitated problem.

    Returns:
        The core; the problem's site for each of its sites; the problem's pair for each of its pairs; the constant.
    """
    costs, options = problem.costs, problem.options
    allowed = ~problem.forbidden
    sites = np.flatnonzero(allowed)
    number = np.full(len(allowed), -1, dtype=np.int32)
    number[sites] = np.arange(len(sites))
    pairs = np.flatnonzero(allowed[costs.site])
    demand, cost = costs.demand[pairs], costs.cost[pairs] * problem.weights[costs.demand[pairs]]
    order = np.lexsort((number[costs.site[pairs]], cost, demand))
    pairs, demand, cost = pairs[order], demand[order], cost[order]
    indptr = np.concatenate([[0], np.cumsum(np.bincount(demand, minlength=len(costs.demand_ids)))])
    price = problem.price if costs.tail is None else np.minimum(problem.price, costs.tail)
    price = np.where(problem.weights > 0, price * np.where(problem.weights > 0, problem.weights, 1.0), 0.0)
    mine = np.flatnonzero(allowed[options.site])
    at = options.site[mine]
    land = np.where(problem.fixed, 0.0, problem.site_cost)
    closing = problem.closing_cost * problem.closable
    core = SeatsCore(
        indptr=indptr,
        site=number[costs.site[pairs]],
        cost=cost,
        weight=problem.weights,
        base=price,
        option_site=number[at].astype(np.int64),
        option_capacity=options.capacity[mine],
        option_least=options.least[mine],
        option_cost=land[at] + options.cost[mine] - closing[at],
        must_open=problem.fixed[sites],
        extra_most=problem.extra_most[sites],
        extra_cost=problem.extra_cost[sites],
        rules=tuple(_renumbered(rule, number) for rule in _with_fixed(problem)),
        budget=problem.budget,
        option_spend=np.where(problem.is_new[at], land[at], 0.0) + options.cost[mine],
        extra_spend=problem.extra_cost[sites],
        splittable=problem.splittable,
    )
    return core, sites, pairs, float(closing[allowed].sum())


def _with_fixed(problem: Problem) -> tuple[SiteRule, ...]:
    """The rules, with the count over all sites: an engine that keeps seats sees the fixed sites, too."""
    stay = np.flatnonzero(problem.fixed)
    return tuple(
        replace(
            rule,
            sites=(sites := np.sort(np.concatenate([rule.sites, stay]))),
            values=np.ones(len(sites)),
            low=rule.low + len(stay),
            high=rule.high + len(stay),
        )
        if rule.name == "count"
        else rule
        for rule in problem.rules
    )


def _renumbered(rule: SiteRule, number: NDArray[np.int32]) -> SiteRule:
    kept = number[rule.sites] >= 0
    return replace(rule, sites=number[rule.sites[kept]].astype(np.int64), values=rule.values[kept])


def _rows_of(
    problem: Problem, rows: NDArray[np.int64], number: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
    """The pairs of some rows with sites to decide on, renumbered."""
    costs = problem.costs
    indptr, site, cost = _taken(rows, costs.indptr, costs.site, costs.cost)
    own = number[site]
    usable = own >= 0
    return np.concatenate([[0], np.cumsum(usable)])[indptr], own[usable], cost[usable]


def _taken(
    rows: NDArray[np.int64], indptr: NDArray[np.int64], site: NDArray[np.int32], cost: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
    count = indptr[rows + 1] - indptr[rows]
    new_indptr = np.concatenate([[0], np.cumsum(count)])
    pair = np.repeat(indptr[rows] - new_indptr[:-1], count) + np.arange(new_indptr[-1])
    return new_indptr, site[pair], cost[pair]
