"""The p-median with a most load for every site: seats are not exceeded, nobody's demand is split.

Reference: Ross & Soland 1977 (single-source assignment). Size: every pair in reach is a whole variable; meant for
a county, not for a city.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.errors import GeoplanError, ProblemError
from geoplan.locate.highs import Milp, milp_from_entries, minimise
from geoplan.locate.models import infeasible
from geoplan.locate.problem import Costs, Model, Solution, Status, as_costs, make_problem
from geoplan.locate.ties import preferred
from geoplan.locate.verify import TOLERANCE, verify

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from geoplan.locate.models import AnyCosts
    from geoplan.locate.problem import Problem


def capacitated(
    costs: AnyCosts,
    *,
    capacities: dict[str, float],
    weights: dict[str, float] | None = None,
    p: int | None = None,
    new: int | None = None,
    fixed: Collection[str] = (),
    forbidden: Collection[str] = (),
    time_limit_s: float = 60.0,
    gap: float = 0.0,
    seed: int = 0,
) -> Solution:
    """Open sites and send each demand to one of them so that no capacity is exceeded and Σ weight × cost is least.

    Where that is impossible the answer is `infeasible`, and `unserved_weight` is the least weight that must stay
    unserved if as many as possible were served from the best choice of sites.

    Args:
        costs: see `as_costs`; only stored pairs may be used.
        capacities: most weight for each site id; sites without an entry have no limit.
        weights, p, new, fixed, forbidden, time_limit_s, gap, seed: as in `max_cover`.

    Raises:
        ProblemError: see `make_problem`; also for costs from outside the problem, which have no capacity.
    """
    problem = make_problem(
        Model.CAPACITATED, costs if isinstance(costs, Costs) else as_costs(costs), weights=weights, p=p, new=new,
        fixed=fixed, forbidden=forbidden, capacities=capacities,
    )  # fmt: skip
    if problem.new is None:
        raise ProblemError("capacitated needs p= or new=.")
    began = time.perf_counter()
    model = _assignment_milp(problem, everyone=True)
    answer = minimise(model, time_limit_s=time_limit_s, gap=gap, seed=seed)
    if answer.x is None:
        if not answer.proved:
            reason = f"No plan was found in {time_limit_s:g} s; there may be one. Give more time (--time-limit-s)."
            return replace(infeasible(problem, reason, [], 0.0), status=Status.TIME_LIMIT)
        return _least_unserved(problem, time_limit_s=time_limit_s, seed=seed)
    x, ties = answer.x, "not settled: optimality is not proved"
    if answer.proved and gap == 0:
        best = float(model.cost @ x)
        chosen, ties = preferred(model, x[: len(problem.fixed)] > 0.5, best, as_good=lambda _plan: True, seed=seed)
        moved = _reassigned(model, chosen, x, seed)
        x = moved if float(model.cost @ moved) <= best + 1e-12 * max(1.0, abs(best)) else x
    solution = _solution(problem, x, answer.bound, ties, seed, time.perf_counter() - began)
    if faults := verify(problem, solution):
        raise GeoplanError(f"geoplan rejected its own answer ({'; '.join(faults)}). Please report this problem.")
    return solution


def _assignment_milp(problem: Problem, *, everyone: bool) -> Milp:
    """Pairs are whole variables behind the sites; a site's load is at most its capacity.

    With `everyone` each demand has exactly one site and cost counts; without, as much weight as possible is served.
    """
    costs = problem.costs
    n, m, pairs = len(costs.site_ids), len(costs.demand_ids), len(costs.site)
    own = n + np.arange(pairs)
    weight = problem.weights[costs.demand]
    capacity = problem.capacity if problem.capacity is not None else np.full(n, np.inf)
    limited = np.where(np.isfinite(capacity), capacity, problem.weights.sum())
    sites = np.flatnonzero(problem.usable)
    entries = (
        np.concatenate([costs.demand, m + costs.site, m + np.arange(n), m + n + np.repeat(np.arange(pairs), 2),
                        np.full(len(sites), m + n + pairs)]),
        np.concatenate([own, own, np.arange(n), np.column_stack([own, costs.site]).ravel(), sites]),
        np.concatenate([np.ones(pairs), weight, -limited, np.tile([1.0, -1.0], pairs), np.ones(len(sites))]),
    )  # fmt: skip
    is_open = np.where(problem.fixed | problem.usable, 1.0, 0.0)
    low = np.concatenate([np.full(m, float(everyone)), np.full(n + pairs, -np.inf), [float(problem.new or 0)]])
    high = np.concatenate([np.ones(m), np.zeros(n + pairs), [float(problem.new or 0)]])
    return milp_from_entries(
        np.concatenate([np.zeros(n), weight * costs.cost if everyone else -weight]),
        np.concatenate([is_open, np.ones(pairs)]),
        np.ones(n + pairs, dtype=bool),
        entries,
        low,
        high,
    )


def _reassigned(model: Milp, chosen: NDArray[np.bool_], x: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """The best assignment to the chosen sites, where ties moved them away from those of `x`."""
    if (chosen == (x[: len(chosen)] > 0.5)).all():
        return x
    upper = model.upper.copy()
    upper[: len(chosen)] = np.where(chosen, upper[: len(chosen)], 0.0)
    answer = minimise(Milp(**{**model.__dict__, "upper": upper}), seed=seed)
    return x if answer.x is None else answer.x


def _least_unserved(problem: Problem, *, time_limit_s: float, seed: int) -> Solution:
    best = minimise(_assignment_milp(problem, everyone=False), time_limit_s=time_limit_s, seed=seed)
    costs = problem.costs
    taken = np.zeros(0, dtype=np.int64) if best.x is None else np.flatnonzero(best.x[len(costs.site_ids) :] > 0.5)
    missed = np.setdiff1d(np.arange(len(costs.demand_ids)), costs.demand[taken])
    weight = float(problem.weights[missed].sum())
    how = "exactly" if best.proved else "at most"
    capacity = np.full(len(problem.fixed), np.inf) if problem.capacity is None else problem.capacity
    largest = np.sort(capacity[problem.usable])[::-1][: problem.new]
    reason = (
        f"Of {problem.weights.sum():,g} to be served, {how} {weight:,g} stay unserved with {problem.new} new sites: "
        f"the schools that stay and the largest new sites hold {capacity[problem.fixed].sum() + largest.sum():,g}."
    )
    return infeasible(problem, reason, [costs.demand_ids[row] for row in missed], weight)


def _solution(problem: Problem, x: NDArray[np.float64], bound: float, ties: str, seed: int, seconds: float) -> Solution:
    costs, n = problem.costs, len(problem.fixed)
    taken = np.flatnonzero(x[n:] > 0.5)
    is_open = (x[:n] > 0.5) | problem.fixed
    objective = float((problem.weights[costs.demand[taken]] * costs.cost[taken]).sum())
    if abs(objective - bound) <= TOLERANCE * max(1.0, abs(objective)):
        bound = objective
    gap = abs(objective - bound) / max(abs(objective), 1e-12)
    load = np.bincount(costs.site[taken], problem.weights[costs.demand[taken]], minlength=n)
    return Solution(
        model=problem.model,
        status=Status.OPTIMAL if gap == 0 else Status.FEASIBLE,
        sites=tuple(costs.site_ids[row] for row in np.flatnonzero(is_open)),
        new_sites=tuple(costs.site_ids[row] for row in np.flatnonzero(is_open & ~problem.fixed)),
        objective=objective,
        bound=bound,
        gap=gap,
        assignment={costs.demand_ids[costs.demand[pair]]: costs.site_ids[costs.site[pair]] for pair in taken},
        loads={costs.site_ids[row]: float(load[row]) for row in np.flatnonzero(is_open)},
        seconds=seconds,
        seed=seed,
        ties=ties,
    )
