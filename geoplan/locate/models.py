"""Maximal cover, p-median and set cover, solved exactly and proved.

References: Church & ReVelle 1974 (maximal cover), ReVelle & Swain 1970 (p-median), Toregas et al. 1971 (set
cover). The solver sees only what is undecided: demand that existing schools serve as well is left out, demand with
the same sites in reach is one demand.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.errors import GeoplanError
from geoplan.locate.highs import Answer, milp_from_entries, minimise
from geoplan.locate.problem import Costs, Model, Solution, Status, as_costs, make_problem
from geoplan.locate.ties import preferred
from geoplan.locate.verify import TOLERANCE, verify, worth
from geoplan.types import natural_key

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from geoplan.locate.highs import Milp
    from geoplan.locate.problem import Problem
    from geoplan.travel import TravelMatrix

    AnyCosts = Costs | pd.DataFrame | NDArray[np.float64] | csr_array | TravelMatrix


def max_cover(
    costs: AnyCosts,
    *,
    weights: dict[str, float] | None = None,
    p: int | None = None,
    new: int | None = None,
    fixed: Collection[str] = (),
    forbidden: Collection[str] = (),
    served_at: dict[str, float] | None = None,
    time_limit_s: float = 60.0,
    gap: float = 0.0,
    seed: int = 0,
) -> Solution:
    """Open sites so that as much weight as possible is in reach of an open one (every stored pair is in reach).

    Args:
        costs: see `as_costs`; demand × sites.
        weights: by demand id, default 1 each.
        p: all open sites, the fixed ones included; or `new`, only the new ones. Exactly so many are opened.
        fixed: site ids that are open in any case.
        forbidden: site ids that stay closed.
        served_at: demand already served from outside `costs`, at what cost.
        time_limit_s, gap: when to stop; the answer then carries its bound.
        seed: for the solver; the answer does not depend on the order of rows.

    Raises:
        ProblemError: see `make_problem`.
    """
    problem = make_problem(
        Model.MAX_COVER,
        _costs(costs),
        weights=weights,
        p=p,
        new=new,
        fixed=fixed,
        forbidden=forbidden,
        served_at=served_at,
    )
    return solve(problem, time_limit_s=time_limit_s, gap=gap, seed=seed)


def p_median(
    costs: AnyCosts,
    *,
    weights: dict[str, float] | None = None,
    p: int | None = None,
    new: int | None = None,
    fixed: Collection[str] = (),
    forbidden: Collection[str] = (),
    served_at: dict[str, float] | None = None,
    unserved_cost: float | None = None,
    time_limit_s: float = 60.0,
    gap: float = 0.0,
    seed: int = 0,
) -> Solution:
    """Open sites so that Σ weight × cost to the cheapest open site is least. See `max_cover` for the arguments.

    Args:
        costs: see `as_costs`; demand × sites.
        unserved_cost: price of leaving one unit of weight unserved; None: everyone must be served, and it is
            infeasible where some cannot be.
    """
    problem = make_problem(
        Model.P_MEDIAN, _costs(costs), weights=weights, p=p, new=new, fixed=fixed, forbidden=forbidden,
        served_at=served_at, unserved_cost=unserved_cost,
    )  # fmt: skip
    return solve(problem, time_limit_s=time_limit_s, gap=gap, seed=seed)


def set_cover(
    costs: AnyCosts,
    *,
    fixed: Collection[str] = (),
    forbidden: Collection[str] = (),
    served_at: dict[str, float] | None = None,
    site_costs: dict[str, float] | None = None,
    skip_unreachable: bool = False,
    time_limit_s: float = 60.0,
    gap: float = 0.0,
    seed: int = 0,
) -> Solution:
    """Open as few sites as possible (or as cheap ones) so that every demand is in reach of an open one.

    Args:
        costs: see `as_costs`; demand × sites; every stored pair is in reach.
        site_costs: cost of opening, default 1 each; the fixed ones cost nothing.
        skip_unreachable: leave demand out that no site can reach (it is reported in `unserved`); otherwise such
            demand makes the problem infeasible.
    """
    problem = make_problem(
        Model.SET_COVER, _costs(costs), fixed=fixed, forbidden=forbidden, served_at=served_at, site_costs=site_costs,
        unserved_cost=0.0 if skip_unreachable else None,
    )  # fmt: skip
    return solve(problem, time_limit_s=time_limit_s, gap=gap, seed=seed)


def _costs(costs: AnyCosts) -> Costs:
    return costs if isinstance(costs, Costs) else as_costs(costs)


def solve(problem: Problem, *, time_limit_s: float = 60.0, gap: float = 0.0, seed: int = 0) -> Solution:
    """Solve an uncapacitated problem; the answer has passed `verify`.

    Raises:
        GeoplanError: `verify` rejects the answer: a fault of geoplan's own, never of the input.
    """
    began = time.perf_counter()
    if (stuck := _out_of_reach(problem)) is not None:
        return stuck
    open_case = _undecided(problem)
    builder = {Model.MAX_COVER: _cover_milp, Model.P_MEDIAN: _median_milp, Model.SET_COVER: _set_milp}[problem.model]
    model = builder(problem, open_case)
    start = _start(problem, open_case, model)
    if len(model.cost):
        answer = minimise(model, time_limit_s=time_limit_s, gap=gap, seed=seed, start=start)
    else:
        # no site to decide on: what is there today is the answer
        answer = Answer(start, 0.0, proved=True, seconds=0.0)
    chosen = (answer.x if answer.x is not None else start)[: len(problem.fixed)] > 0.5
    ties = "not settled: optimality is not proved"
    if answer.proved and gap == 0:
        proved = worth(problem, chosen | problem.fixed).objective
        sign = -1.0 if problem.model is Model.MAX_COVER else 1.0

        def as_good(plan: NDArray[np.bool_]) -> bool:
            """The solver's tolerance must not trade a proved plan for a slightly worse one."""
            found = worth(problem, plan | problem.fixed)
            return sign * (found.objective - proved) <= 1e-12 * max(1.0, abs(proved))

        objective = float(model.cost @ answer.x) if answer.x is not None else 0.0
        chosen, ties = preferred(model, chosen, objective, as_good=as_good, seed=seed)
    solution = _solution(problem, chosen, answer.bound + open_case.constant, ties, seed, time.perf_counter() - began)
    if faults := verify(problem, solution):
        raise GeoplanError(f"geoplan rejected its own answer ({'; '.join(faults)}). Please report this problem.")
    return solution


@dataclass(frozen=True, eq=False)
class _Undecided:
    """What is left to decide: merged demand rows over usable sites, and the constant of all that is settled.

    Attributes:
        weight: of each merged row.
        indptr, site, cost: CSR of rows to sites that would serve the row better than it is served now.
        base: cost of a row as it is served now, or the price of not serving it; inf where it must be served.
        constant: to be added to the solver's objective (minimising).
    """

    weight: NDArray[np.float64]
    indptr: NDArray[np.int64]
    site: NDArray[np.int64]
    cost: NDArray[np.float64]
    base: NDArray[np.float64]
    constant: float

    @property
    def row(self) -> NDArray[np.int64]:
        return np.repeat(np.arange(len(self.weight)), np.diff(self.indptr))


def _undecided(problem: Problem) -> _Undecided:
    costs, median = problem.costs, problem.model is Model.P_MEDIAN
    now = _base(problem)
    # serving at a cost is what a median counts; a cover only asks whether
    base = now if median else np.where(np.isfinite(now), 0.0, np.inf)
    price = np.inf if problem.unserved_cost is None else problem.unserved_cost
    base = np.minimum(base, price) if median else base
    demand = costs.demand
    helps = problem.usable[costs.site] & (costs.cost < base[demand] if median else ~np.isfinite(base[demand]))
    helps &= problem.weights[demand] > 0 if problem.model is not Model.SET_COVER else True
    rows, row = np.unique(demand[helps], return_inverse=True)
    site, cost = costs.site[helps], costs.cost[helps] if median else np.zeros(int(helps.sum()))
    indptr = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum(np.bincount(row, minlength=len(rows)), out=indptr[1:])
    keep, weight = _merged(indptr, site, cost, base[rows], problem.weights[rows])
    count = np.diff(indptr)[keep]
    taken = np.repeat(indptr[:-1][keep], count) + np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    finite = np.isfinite(base)
    constant = 0.0
    if median:
        constant = float((problem.weights[finite] * base[finite]).sum())
    elif problem.model is Model.MAX_COVER:
        constant = -float(problem.weights[finite].sum())
    return _Undecided(
        weight, np.concatenate([[0], np.cumsum(count)]), site[taken], cost[taken], base[rows][keep], constant
    )


def _base(problem: Problem) -> NDArray[np.float64]:
    """Cost of each demand with only the fixed sites open."""
    costs = problem.costs
    base = problem.served_at.copy()
    fixed = problem.fixed[costs.site]
    np.minimum.at(base, costs.demand[fixed], costs.cost[fixed])
    return base


def _merged(
    indptr: NDArray[np.int64],
    site: NDArray[np.int64],
    cost: NDArray[np.float64],
    base: NDArray[np.float64],
    weight: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Rows with the same sites at the same costs become one: first row of each, and its summed weight."""
    first: dict[tuple[bytes, bytes, float], int] = {}
    keep: list[int] = []
    total: list[float] = []
    for row in range(len(weight)):
        part = slice(indptr[row], indptr[row + 1])
        key = (site[part].tobytes(), cost[part].tobytes(), float(base[row]))
        if key in first:
            total[first[key]] += weight[row]
        else:
            first[key] = len(keep)
            keep.append(row)
            total.append(float(weight[row]))
    return np.array(keep, dtype=np.int64), np.array(total)


def _site_columns(problem: Problem) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Cost, upper bound and wholeness of the site variables; fixed sites are settled and need no variable's freedom."""
    n = len(problem.fixed)
    return np.zeros(n), problem.usable.astype(float), np.ones(n, dtype=bool)


def _count_row(problem: Problem) -> tuple[NDArray[np.int64], int]:
    return np.flatnonzero(problem.usable), int(problem.new or 0)


def _cover_milp(problem: Problem, left: _Undecided) -> Milp:
    """Minimise -Σ w z  with  z_i ≤ Σ y_j over the sites in reach, Σ y = new."""
    cost, upper, whole = _site_columns(problem)
    rows, n = len(left.weight), len(problem.fixed)
    sites, new = _count_row(problem)
    row_of = np.concatenate([np.arange(rows), left.row, np.full(len(sites), rows)])
    column = np.concatenate([n + np.arange(rows), left.site, sites])
    value = np.concatenate([np.ones(rows), -np.ones(len(left.site)), np.ones(len(sites))])
    return milp_from_entries(
        np.concatenate([cost, -left.weight]),
        np.concatenate([upper, np.ones(rows)]),
        np.concatenate([whole, np.zeros(rows, dtype=bool)]),
        (row_of, column, value),
        np.append(np.full(rows, -np.inf), new),
        np.append(np.zeros(rows), new),
    )


def _median_milp(problem: Problem, left: _Undecided) -> Milp:
    """Minimise Σ w (c - base) x  with  x_ij ≤ y_j, Σ_j x_ij ≤ 1 (= 1 where it must be served), Σ y = new."""
    cost, upper, whole = _site_columns(problem)
    rows, n, pairs = len(left.weight), len(problem.fixed), len(left.site)
    must = ~np.isfinite(left.base)
    saving = left.cost - np.where(must, 0.0, left.base)[left.row]
    sites, new = _count_row(problem)
    row_of = np.concatenate([np.repeat(np.arange(pairs), 2), pairs + left.row, np.full(len(sites), pairs + rows)])
    own = n + np.arange(pairs)
    column = np.concatenate([np.column_stack([own, left.site]).ravel(), own, sites])
    value = np.concatenate([np.tile([1.0, -1.0], pairs), np.ones(pairs), np.ones(len(sites))])
    return milp_from_entries(
        np.concatenate([cost, left.weight[left.row] * saving]),
        np.concatenate([upper, np.ones(pairs)]),
        np.concatenate([whole, np.zeros(pairs, dtype=bool)]),
        (row_of, column, value),
        np.concatenate([np.full(pairs, -np.inf), must.astype(float), [new]]),
        np.concatenate([np.zeros(pairs), np.ones(rows), [new]]),
    )


def _set_milp(problem: Problem, left: _Undecided) -> Milp:
    """Minimise Σ cost y  with  Σ y_j ≥ 1 over the sites in reach of each demand."""
    _, upper, whole = _site_columns(problem)
    rows = len(left.weight)
    return milp_from_entries(
        np.where(problem.usable, problem.site_cost, 0.0),
        upper,
        whole,
        (left.row, left.site, np.ones(len(left.site))),
        np.ones(rows),
        np.full(rows, np.inf),
    )


def _start(problem: Problem, left: _Undecided, model: Milp) -> NDArray[np.float64]:
    """A greedy plan as a point of the model: the site that gains most, again and again; ties to the preferred one."""
    n = len(problem.fixed)
    best = left.base.copy()
    is_open = np.zeros(n, dtype=bool)
    row = left.row
    set_cover_ = problem.model is Model.SET_COVER
    while (is_open.sum() < (problem.new or 0)) if not set_cover_ else np.isinf(best).any():
        gain = np.bincount(left.site, _gains(problem, left, best[row]), minlength=n)
        gain = np.where(
            problem.usable & ~is_open, gain / (np.maximum(problem.site_cost, 1e-12) if set_cover_ else 1.0), -1.0
        )
        site = int(np.argmax(gain))
        is_open[site] = True
        mine = left.site == site
        np.minimum.at(best, row[mine], left.cost[mine])
    return _as_point(problem, left, model, is_open)


def _gains(problem: Problem, left: _Undecided, best: NDArray[np.float64]) -> NDArray[np.float64]:
    """What each pair would gain: weight served for a cover, cost saved for a median (first service counts most)."""
    weight = np.ones(len(left.weight)) if problem.model is Model.SET_COVER else left.weight
    if problem.model is not Model.P_MEDIAN:
        return np.where(np.isinf(best), weight[left.row], 0.0)
    huge = 1.0 + 2.0 * float(left.cost.max(initial=0.0))
    return weight[left.row] * np.maximum(np.where(np.isinf(best), huge, best) - left.cost, 0.0)


def _as_point(problem: Problem, left: _Undecided, model: Milp, is_open: NDArray[np.bool_]) -> NDArray[np.float64]:
    point = np.zeros(len(model.cost))
    n = len(is_open)
    point[:n] = is_open
    served = np.flatnonzero(is_open[left.site])
    if problem.model is Model.MAX_COVER:
        point[n + left.row[served]] = 1.0
    elif problem.model is Model.P_MEDIAN:
        order = served[np.lexsort((left.cost[served], left.row[served]))]
        first = np.ones(len(order), dtype=bool)
        first[1:] = left.row[order][1:] != left.row[order][:-1]
        point[n + order[first]] = 1.0
    return point


def _out_of_reach(problem: Problem) -> Solution | None:
    """An infeasible answer that names the demand no site can reach, or None."""
    if problem.model is Model.MAX_COVER or problem.unserved_cost is not None:
        return None
    costs = problem.costs
    can = np.isfinite(problem.served_at)
    can[costs.demand[~problem.forbidden[costs.site]]] = True
    stuck = [costs.demand_ids[row] for row in np.flatnonzero(~can & (problem.weights > 0))]
    if not stuck:
        return None
    weight = float(problem.weights[~can].sum())
    return infeasible(
        problem, f"{len(stuck)} demands are out of reach of every site: {', '.join(stuck[:5])}", stuck, weight
    )


def infeasible(problem: Problem, reason: str, unserved: list[str], weight: float) -> Solution:
    """An infeasible answer with its reason."""
    return Solution(
        problem.model, Status.INFEASIBLE, (), (), None, None, None,
        unserved=tuple(sorted(unserved, key=natural_key)), unserved_weight=weight, reason=reason,
    )  # fmt: skip


def _solution(
    problem: Problem, chosen: NDArray[np.bool_], bound: float, ties: str, seed: int, seconds: float
) -> Solution:
    costs = problem.costs
    found = worth(problem, chosen | problem.fixed)
    if problem.unserved_cost is None and problem.model is not Model.MAX_COVER and not found.served.all():
        missed = [costs.demand_ids[row] for row in np.flatnonzero(~found.served & (problem.weights > 0))]
        if missed:
            reason = f"{problem.new} new sites cannot reach everyone; the best plan found misses {len(missed)} demands"
            return infeasible(problem, reason, missed, float(problem.weights[~found.served].sum()))
    maximises = problem.model is Model.MAX_COVER
    bound = -bound if maximises else bound
    # a bound beyond the plan by less than rounding is the plan's own value
    if abs(found.objective - bound) <= TOLERANCE * max(1.0, abs(found.objective)):
        bound = found.objective
    gap = abs(found.objective - bound) / max(abs(found.objective), 1e-12) if np.isfinite(bound) else np.inf
    sites = tuple(costs.site_ids[row] for row in np.flatnonzero(chosen | problem.fixed))
    return Solution(
        model=problem.model,
        status=Status.OPTIMAL if gap == 0 else Status.FEASIBLE,
        sites=sites,
        new_sites=tuple(costs.site_ids[row] for row in np.flatnonzero(chosen & ~problem.fixed)),
        objective=found.objective,
        bound=bound,
        gap=gap,
        assignment={costs.demand_ids[row]: costs.site_ids[site] for row, site in enumerate(found.site) if site >= 0},
        loads={
            costs.site_ids[row]: float(problem.weights[found.site == row].sum())
            for row in np.flatnonzero(chosen | problem.fixed)
        },
        unserved=tuple(costs.demand_ids[row] for row in np.flatnonzero(~found.served)),
        unserved_weight=float(problem.weights[~found.served].sum()),
        seconds=seconds,
        seed=seed,
        ties=ties,
    )
