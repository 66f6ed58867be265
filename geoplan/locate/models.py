"""The location models, each in one call: solved, proved or with the gap that is left, and checked.

References: Church & ReVelle 1974 (maximal cover), ReVelle & Swain 1970 (p-median), Toregas et al. 1971 (set cover),
Hakimi 1964 (p-centre), Ross & Soland 1977 (capacities with single assignment).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

import numpy as np

from geoplan.errors import GeoplanError, ProblemError
from geoplan.locate.answer import no_plan, seats_solution, siting_solution
from geoplan.locate.center import solve_center
from geoplan.locate.clock import Progress, start_clock, stopped_by_ctrl_c
from geoplan.locate.compact import entries_of, siting_milp
from geoplan.locate.conflicts import explain, sums_against
from geoplan.locate.costs import all_pairs, nearest_pairs
from geoplan.locate.cover import solve_cover
from geoplan.locate.median import solve_median
from geoplan.locate.problem import Keywords, Model, make_problem
from geoplan.locate.reduce import reduce_seats, reduce_siting
from geoplan.locate.seats import solve_seats
from geoplan.locate.ties import MOST_ENTRIES, preferred, with_schools_kept, with_seats_kept
from geoplan.locate.verify import nearest_open, verify, worth

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.core import Found, SitingCore
    from geoplan.locate.costs import AnyCosts
    from geoplan.locate.problem import Problem
    from geoplan.locate.reduce import Reduced
    from geoplan.locate.solution import Solution


class Limits(TypedDict, total=False):
    """When to stop, and whom to tell; see `solve`."""

    time_limit_s: float
    gap: float
    seed: int
    progress: Callable[[Progress], None] | None


class ModelKeywords(Keywords, Limits, total=False):
    """All that a model takes by keyword: see `make_problem` for the problem, `solve` for the limits."""


def p_median(costs: AnyCosts, **keywords: Unpack[ModelKeywords]) -> Solution:
    """Open sites so that Σ weight × cost to the cheapest open site is least.

    When to use it: everybody has a school in reach anyway, and the question is how far they walk on average.

    Args:
        costs: see `as_costs`; demand × sites.
        **keywords: see `make_problem` (weights, p, new, fixed, …) and `solve` (time_limit_s, gap, seed, progress).

    Raises:
        ProblemError: see `make_problem`.
    """
    return _model(Model.P_MEDIAN, costs, keywords)


def max_cover(costs: AnyCosts, **keywords: Unpack[ModelKeywords]) -> Solution:
    """Open sites so that as much weight as possible is in reach of an open one.

    When to use it: there is money for so many schools, and as many people as possible shall live within the radius.

    Args:
        costs: see `as_costs`; demand × sites; every stored pair (within `max_cost`) is in reach. In a full table
            without `max_cost` that is every pair, and any one site covers everybody: `explain()` says so.
        **keywords: see `make_problem` and `solve`.

    Raises:
        ProblemError: see `make_problem`.
    """
    return _model(Model.MAX_COVER, costs, keywords)


def set_cover(costs: AnyCosts, **keywords: Unpack[ModelKeywords]) -> Solution:
    """Open as few sites as possible (or as cheap ones) so that every demand is in reach of an open one.

    When to use it: nobody may stay outside the radius, and the question is how many schools that takes.

    Args:
        costs: see `as_costs`; demand × sites; every stored pair (within `max_cost`) is in reach.
        **keywords: see `make_problem` and `solve`.

    Raises:
        ProblemError: see `make_problem`.
    """
    return _model(Model.SET_COVER, costs, keywords)


def p_center(costs: AnyCosts, **keywords: Unpack[ModelKeywords]) -> Solution:
    """Open sites so that the largest cost at which anyone (of positive weight) is served is least.

    When to use it: what counts is whoever has the longest way: the last village, the fire brigade's worst case.

    Args:
        costs: see `as_costs`; demand × sites.
        **keywords: see `make_problem` and `solve`.

    Raises:
        ProblemError: see `make_problem`.
    """
    return _model(Model.P_CENTER, costs, keywords)


def capacitated(costs: AnyCosts, **keywords: Unpack[ModelKeywords]) -> Solution:
    """Open sites and send each demand to one of them (or several, if splittable) within every site's loads.

    Least is the sum of site costs, sizes, seats added, Σ weight × cost, and the price of whoever stays unserved.

    When to use it: seats are scarce, or a school needs a least number of children.

    Args:
        costs: see `as_costs`; demand × sites; only stored pairs may be used.
        **keywords: see `make_problem` (capacities, min_loads, sizes, expansions, …) and `solve`.

    Raises:
        ProblemError: see `make_problem`.
    """
    return _model(Model.CAPACITATED, costs, keywords)


def _model(model: Model, costs: AnyCosts, keywords: ModelKeywords) -> Solution:
    rest, limits = split_limits(keywords)
    return solve(make_problem(model, costs, **rest), **limits)


def split_limits(keywords: Mapping[str, object]) -> tuple[dict[str, Any], Limits]:
    """Keywords of the problem, and those that say when to stop."""
    limits: Limits = {}
    rest: dict[str, Any] = {}
    for name, value in keywords.items():
        (limits if name in Limits.__annotations__ else rest)[name] = value  # type: ignore[literal-required]
    return rest, limits


def refuse_limits(*, time_limit_s: float, gap: float) -> None:
    """Raise ProblemError on limits that make no sense."""
    if not time_limit_s > 0 or not gap >= 0:
        raise ProblemError(f"Expected time_limit_s above 0 and gap of at least 0, found {time_limit_s} and {gap}.")


def solve(
    problem: Problem,
    *,
    time_limit_s: float = 60.0,
    gap: float = 0.0,
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
) -> Solution:
    """Solve a problem; the answer has passed `verify`.

    Args:
        time_limit_s: then, or at Ctrl-C, the best plan so far is returned with its bound.
        gap: relative gap at which a plan is good enough; 0: prove it optimal.
        seed: for whatever is drawn; the answer does not depend on the order of rows.
        progress: told now and then how far it has come; what is not known yet is None.

    Raises:
        ProblemError: limits that make no sense.
        GeoplanError: `verify` rejects the answer: a fault of geoplan's own, never of the input.
    """
    refuse_limits(time_limit_s=time_limit_s, gap=gap)
    clock = start_clock(time_limit_s, progress)
    with stopped_by_ctrl_c(clock):
        seated = problem.model is Model.CAPACITATED
        solution = (_seat if seated else _site)(problem, clock, gap, seed)
    solution = replace(solution, seconds=clock.seconds, seed=seed, interrupted=clock.stopped, problem=problem)
    if faults := verify(problem, solution):
        raise GeoplanError(f"geoplan rejected its own answer ({'; '.join(faults)}). Please report this problem.")
    return solution


def _site(problem: Problem, clock: Clock, gap: float, seed: int) -> Solution:
    """Sites without limits on their loads.

    Where only the nearest pairs are known, every other pair is taken to cost what the farthest known one costs: a
    relaxation, so its bound holds; where its plan uses such a pair, more pairs are computed and it is asked again.
    """
    best, least, bound, start = None, np.inf, -np.inf, None
    while True:
        reduced = reduce_siting(problem)
        found = _engine(problem.model)(reduced.core, clock=clock, gap=gap, seed=seed, start=start)
        bound = max(bound, found.bound + reduced.constant)
        if found.is_open is None:
            if best is None:
                return no_plan(problem, clock, explain(problem, clock) if found.proved else None)
            break
        plan = reduced.opened(found.is_open, problem)
        value = _least_sense(problem, plan)
        if value < least:
            best, least = plan, value
        start = found.is_open
        beyond = _rows_beyond_tail(problem, plan)
        if not len(beyond) or clock.over or (best is not None and least - bound <= gap * abs(least)):
            break
        problem = _with_more_pairs(problem, beyond)
    if best is None:
        return no_plan(problem, clock, None)
    proved = found.proved and gap == 0 and not len(beyond)
    ties = "not settled: optimality is not proved"
    if proved:
        best, ties = _settle_ties(problem, reduced, best, clock, seed)
    best = with_schools_kept(problem, best)
    return siting_solution(problem, best, bound=bound, proved=proved, ties=ties)


def _engine(model: Model) -> Callable[..., Found]:
    return {Model.P_MEDIAN: solve_median, Model.P_CENTER: _center}.get(model, solve_cover)


def _center(core: SitingCore, *, clock: Clock, gap: float, seed: int, start: NDArray[np.bool_] | None = None) -> Found:
    found, _ = solve_center(core, clock=clock, gap=gap, seed=seed, start=start)
    # without demand to reach the longest way is none
    return replace(found, bound=max(found.bound, 0.0))


def _least_sense(problem: Problem, plan: NDArray[np.bool_]) -> float:
    """The objective as something to be minimised: of a maximal cover the weight that is not covered."""
    value = worth(problem, plan).objective
    return float(problem.weights.sum()) - value if problem.model is Model.MAX_COVER else value


def _rows_beyond_tail(problem: Problem, plan: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Demand that a plan serves over a pair whose cost the solver did not know."""
    costs = problem.costs
    if costs.tail is None:
        return np.zeros(0, dtype=np.int64)
    cost = np.minimum(nearest_open(costs, plan)[1], np.minimum(problem.served_at, problem.price))
    return np.flatnonzero((problem.weights > 0) & (cost > costs.tail))


def _with_more_pairs(problem: Problem, rows: NDArray[np.int64]) -> Problem:
    counts = np.diff(problem.costs.indptr)
    counts[rows] *= 2
    assert problem.costs.points is not None  # noqa: S101 - only points have a tail
    return replace(problem, costs=nearest_pairs(problem.costs.points, counts))


def _settle_ties(
    problem: Problem, reduced: Reduced, best: NDArray[np.bool_], clock: Clock, seed: int
) -> tuple[NDArray[np.bool_], str]:
    if problem.model is Model.P_CENTER or problem.costs.tail is not None:
        return best, "left to the solver; sites in order of preference"
    if entries_of(reduced.core) > MOST_ENTRIES:
        return best, "left to the solver (a large model); sites in order of preference"
    proved = _least_sense(problem, best)

    def as_good(plan: NDArray[np.bool_]) -> bool:
        """The solver's tolerance must not trade a proved plan for a slightly worse one."""
        value = _least_sense(problem, reduced.opened(plan, problem))
        return reduced.core.allows(plan) and value - proved <= 1e-12 * max(1.0, abs(proved))

    chosen = best[reduced.sites]
    # schools that there are come before new ones
    rank = np.argsort(np.argsort(problem.is_new[reduced.sites], kind="stable"))
    plan, ties = preferred(
        siting_milp(reduced.core), chosen, reduced.core.value(chosen), rank=rank, as_good=as_good, clock=clock,
        seed=seed,
    )  # fmt: skip
    return reduced.opened(plan, problem), ties


def _seat(problem: Problem, clock: Clock, gap: float, seed: int) -> Solution:
    """Sites with loads; pairs that are not known are treated as in `_site`.

    Where a site has a least load, all pairs are needed: demand beyond the known ones could fill it.
    """
    if sums_against(problem):
        return no_plan(problem, clock, explain(problem, clock))
    if problem.options.least.any():
        problem = replace(problem, costs=all_pairs(problem.costs))
    while True:
        core, sites, pairs, constant = reduce_seats(problem)
        found = solve_seats(core, clock=clock, gap=gap, seed=seed)
        if found.option is None or found.share is None:
            return no_plan(problem, clock, explain(problem, clock) if found.proved else None)
        served = np.bincount(core.row(), found.share, minlength=core.rows)
        missed = np.flatnonzero((served < 1 - 1e-9) & (problem.weights > 0))
        beyond = missed if problem.costs.tail is None else missed[problem.price[missed] > problem.costs.tail[missed]]
        if problem.costs.tail is None or not len(beyond):
            break
        if clock.over:
            return no_plan(problem, clock, None)
        problem = _with_more_pairs(problem, beyond)
    return seats_solution(
        problem,
        with_seats_kept(core, found, problem.closable[sites]),
        core=core,
        sites=sites,
        pairs=pairs,
        bound=found.bound + constant,
        proved=found.proved and gap == 0,
    )
