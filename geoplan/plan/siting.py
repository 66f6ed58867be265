"""A stage's siting as a location problem: what is asked for, who counts, and which sites may be opened."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypedDict

import numpy as np

from geoplan.coverage import new_supply
from geoplan.errors import ProblemError
from geoplan.locate import Group, Model, as_costs, capacitated, make_problem, set_cover, solve, worth
from geoplan.locate.answer import plan_by_id
from geoplan.locate.core import COUNT

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geoplan.coverage import Coverage
    from geoplan.locate import Costs, Problem, Progress, Solution
    from geoplan.plan.candidates import Candidates
    from geoplan.travel import TravelEngine


class SiteRules(TypedDict, total=False):
    """Limits on the new sites, as `make_problem` takes them."""

    groups: list[Group]
    budget: float
    site_costs: dict[str, float]


@dataclass(frozen=True)
class Wish:
    """What is asked for.

    Attributes:
        new: how many sites, or None for as many as it takes to cover everyone who can be covered.
        seats: keep seats, too: pupils (people where pupils are not known) against capacity.
        min_load: with `seats`: fewest pupils (or people) at a new school.
        most_per_district: most new sites in any one district.
        budget: most that the new sites may cost, in the unit of the sites layer.
        gap: relative gap at which a plan is good enough.
        alternatives: how many other plans, nearly as good, to look for.
        progress: told now and then how far the solver has come.

    Raises:
        ProblemError: wishes that contradict each other.
    """

    model: Model = Model.MAX_COVER
    new: int | None = None
    seats: bool = False
    min_load: float | None = None
    most_per_district: int | None = None
    budget: float | None = None
    gap: float = 0.0
    alternatives: int = 0
    time_limit_s: float = 60.0
    seed: int = 0
    progress: Callable[[Progress], None] | None = None

    def __post_init__(self) -> None:
        """Refuse what contradicts itself before anything is read or computed."""
        if self.min_load is not None and not self.seats:
            raise ProblemError("A least load needs the loads: ask for seats, too (--seats).")
        if self.seats and self.new is None:
            raise ProblemError("Seats are to be kept: say how many new sites (--new).")
        if self.budget is not None and (self.seats or self.new is None or self.model is Model.SET_COVER):
            raise ProblemError(
                "A budget needs a number of new sites (--new), and does not go with --seats or set_cover yet."
            )


def site(engine: TravelEngine, before: Coverage, candidates: Candidates, wish: Wish) -> Solution:
    """Choose sites among `candidates`; existing schools stay.

    Raises:
        ProblemError: seats or a budget are asked for, and capacities or costs are not known.
    """
    rules = _site_rules(before, candidates, wish)
    if wish.seats:
        return _with_seats(engine, before, candidates, wish, rules)
    cover = _cover_costs(engine, before, candidates)
    covered = before.covered | ~before.assessed | (before.demand.people <= 0)
    served = np.where(covered, 0.0, np.inf)
    new, model = wish.new, wish.model
    if new is None or model is Model.SET_COVER:
        fewest = set_cover(
            cover, served_at=served, skip_unreachable=True, **rules, time_limit_s=wish.time_limit_s,
            gap=wish.gap, seed=wish.seed, progress=wish.progress,
        )  # fmt: skip
        if model in {Model.MAX_COVER, Model.SET_COVER} or not fewest.sites:
            return fewest
        new = len(fewest.new_sites)
    if model in {Model.P_MEDIAN, Model.P_CENTER}:
        problem = _way_problem(engine, before, candidates, model, new, rules)
    else:
        problem = make_problem(model, cover, weights=_weights(before), new=new, served_at=served, **rules)
    solution = solve(problem, time_limit_s=wish.time_limit_s, gap=wish.gap, seed=wish.seed, progress=wish.progress)
    return _without_idle_sites(solution) if model is not Model.P_MEDIAN and solution.sites else solution


def _site_rules(before: Coverage, candidates: Candidates, wish: Wish) -> SiteRules:
    """Limits by district and the budget, as a location problem takes them."""
    rules: SiteRules = {}
    ids = [str(each) for each in candidates.ids]
    if wish.most_per_district is not None:
        places = new_supply(
            before.demand.units, before.stage, ids=candidates.ids, names=candidates.names, xy=candidates.xy,
            seats=candidates.seats,
        )  # fmt: skip
        rules["groups"] = [
            Group(name, [ids[row] for row in np.flatnonzero(places.district == number)], most=wish.most_per_district)
            for number, name in enumerate(before.demand.units.district_ids)
        ]
    if wish.budget is not None:
        if np.isnan(candidates.cost).any():
            unknown = [ids[row] for row in np.flatnonzero(np.isnan(candidates.cost))]
            raise ProblemError(
                f"A budget is given, but the cost of {', '.join(unknown[:5])} is not known. Fill the column."
            )
        rules["budget"] = wish.budget
        rules["site_costs"] = dict(zip(ids, candidates.cost.tolist(), strict=True))
    return rules


def _weights(coverage: Coverage) -> NDArray[np.float64]:
    return np.where(coverage.assessed, coverage.demand.people, 0.0)


def _cover_costs(engine: TravelEngine, before: Coverage, candidates: Candidates) -> Costs:
    """Pairs within the radius that applies at the home; homes without a radius reach nothing."""
    reach = np.nan_to_num(before.reach_m(), nan=-1.0)
    undecided = before.assessed & ~before.covered & (before.demand.people > 0)
    matrix = engine.within(before.demand.xy, candidates.xy, np.where(undecided, reach, -1.0))
    return as_costs(matrix, site_ids=[str(each) for each in candidates.ids], preference=candidates.preference)


def _way_problem(
    engine: TravelEngine, before: Coverage, candidates: Candidates, model: Model, new: int, rules: SiteRules
) -> Problem:
    """Every row of the population layer at the middle of its people; sites count where they are nearer than today.

    For a p-median, who can walk to no school at all costs twice the longest way of the others (in a straight line
    there is always a way, unless there is no school); a p-centre leaves whom no site can reach out, and says so.
    """
    demand = before.demand
    weight = np.bincount(demand.unit, demand.people, minlength=len(demand.units))
    xy = _middles(before)
    now = engine.nearest(xy, before.supply.xy).distance_m
    everything = np.concatenate([xy, candidates.xy])
    longest = 2.0 * float(np.hypot(*np.ptp(everything, axis=0))) + 1.0
    matrix = engine.within(xy, candidates.xy, np.where(np.isfinite(now), now, longest))
    price = 2.0 * max(float(now[np.isfinite(now)].max(initial=0.0)), float(matrix.distance_m.max(initial=0.0)), 1.0)
    ids = [str(each) for each in demand.units.ids]
    costs = as_costs(
        matrix, demand_ids=ids, site_ids=[str(each) for each in candidates.ids], preference=candidates.preference
    )
    by_id = dict(zip(ids, weight.tolist(), strict=True))
    served = dict(zip(ids, now.tolist(), strict=True))
    return make_problem(
        model, costs, weights=by_id, new=new, served_at=served,
        unserved_cost=price if model is Model.P_MEDIAN else None, skip_unreachable=model is Model.P_CENTER, **rules,
    )  # fmt: skip


def _middles(coverage: Coverage) -> NDArray[np.float64]:
    """The middle of the people of each population row, shape (rows, 2)."""
    demand = coverage.demand
    share = np.where(demand.people > 0, demand.people, 1e-12)
    total = np.bincount(demand.unit, share, minlength=len(demand.units))
    axes = [np.bincount(demand.unit, share * axis, minlength=len(demand.units)) / total for axis in demand.xy.T]
    return np.column_stack(axes)


def _with_seats(
    engine: TravelEngine, before: Coverage, candidates: Candidates, wish: Wish, rules: SiteRules
) -> Solution:
    """Existing schools and candidates with their seats; whole rows of the population layer, not split."""
    demand, supply = before.demand, before.supply
    if np.isnan(supply.seats).any() or np.isnan(candidates.seats).any():
        raise ProblemError("Seats are to be kept, but some schools or sites have no capacity. Fill the column.")
    pupils = demand.people if demand.pupils is None else demand.pupils
    size = len(demand.units)
    weight = np.bincount(demand.unit, pupils, minlength=size)
    xy = _middles(before)
    everything = np.concatenate([supply.xy, candidates.xy])
    span = 2.0 * float(np.hypot(*np.ptp(np.concatenate([xy, everything]), axis=0))) + 1.0
    free = [str(each) for each in candidates.ids]
    # a school and a site may bear the same id; inside the problem they must not
    fixed = [f"school {each}" if each in free else str(each) for each in supply.ids]
    ids = [str(each) for each in demand.units.ids]
    costs = as_costs(
        engine.within(xy, everything, span),
        demand_ids=ids,
        site_ids=fixed + free,
        preference=[0] * len(fixed) + candidates.preference,
    )
    return capacitated(
        costs,
        weights=dict(zip(ids, weight.tolist(), strict=True)),
        capacities=dict(zip(fixed + free, np.concatenate([supply.seats, candidates.seats]).tolist(), strict=True)),
        min_loads=None if wish.min_load is None else dict.fromkeys(free, wish.min_load),
        skip_unreachable=True,
        new=wish.new,
        fixed=fixed,
        **rules,
        gap=wish.gap,
        time_limit_s=wish.time_limit_s,
        seed=wish.seed,
        progress=wish.progress,
    )


def _without_idle_sites(solution: Solution) -> Solution:
    """Leave out sites that nobody needs: the least preferred first, as long as the objective stays.

    The solution's problem then asks for as many sites as are left, so that `verify` still holds.
    """
    problem = solution.problem
    assert problem is not None  # noqa: S101 - it was solved
    sign = 1.0 if solution.model is Model.MAX_COVER else -1.0
    left = list(solution.new_sites)
    for each in reversed(solution.new_sites):
        fewer = [site for site in left if site != each]
        if sign * (worth(problem, problem.mask(fewer)).objective - (solution.objective or 0.0)) >= -1e-9:
            left = fewer
    idle = len(solution.new_sites) - len(left)
    if not idle:
        return solution
    rules = tuple(
        replace(rule, low=len(left), high=len(left)) if rule.name == COUNT else rule for rule in problem.rules
    )
    problem = replace(problem, new=len(left), rules=rules)
    return replace(
        solution,
        **plan_by_id(problem, problem.mask(left)),
        ties=f"{solution.ties}; {idle} sites that serve nobody left out",
        problem=problem,
    )
