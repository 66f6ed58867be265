"""A location problem: who is to be served, where sites may stand, and by which rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypedDict

import numpy as np

from geoplan.errors import ProblemError
from geoplan.locate.core import COUNT, SiteRule
from geoplan.locate.costs import Costs, Points, as_costs, within
from geoplan.locate.given import expansions_of, groups_of, limit_of, mask_of, options_of, roles, values_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from geoplan.locate.costs import AnyCosts
    from geoplan.locate.given import ById, Expansion, Group, Options, Size


class Model(StrEnum):
    """What a siting is asked to do."""

    MAX_COVER = "max_cover"
    P_MEDIAN = "p_median"
    SET_COVER = "set_cover"
    P_CENTER = "p_center"
    CAPACITATED = "capacitated"

    @property
    def zh(self) -> str:
        """The Chinese label."""
        return {
            "max_cover": "最大覆盖",
            "p_median": "P-中位（总路程最短）",
            "set_cover": "集合覆盖（全覆盖校数最少）",
            "p_center": "P-中心（最远路程最短）",
            "capacitated": "有学位限制的选址",
        }[self.value]


@dataclass(frozen=True, eq=False)
class Problem:
    """Everything that a model needs, already in canonical order.

    Attributes:
        weights: people or pupils of each demand.
        served_at: cost at which existing schools outside `costs` serve each demand; inf where none does.
        price: of leaving a unit of each demand's weight unserved; inf where it must be served.
        fixed, closable, forbidden: masks over the sites. Existing schools are fixed or closable.
        p, new: how many sites are open in all, and how many of them are new; None where the model decides.
        rules: on which undecided sites may be open together: p, new, groups, budget (of an uncapacitated model).
        site_cost: of opening a new site or keeping a closable one; fixed ones are paid for.
        closing_cost: of closing each closable site.
        options: capacity, least load and cost by size (capacitated).
        extra_most, extra_cost: seats that may be added to each site, and the cost of each.
        budget: most that may be spent on new sites, sizes and seats added; inf: any amount.
        splittable: a demand may be shared among sites (capacitated).
        max_cost: what costs more is out of reach; None: all stored pairs are in reach.
        all_costs, all_served_at: with what `max_cost` left out, to say what a larger one would do.
    """

    model: Model
    costs: Costs
    weights: NDArray[np.float64]
    served_at: NDArray[np.float64]
    price: NDArray[np.float64]
    fixed: NDArray[np.bool_]
    closable: NDArray[np.bool_]
    forbidden: NDArray[np.bool_]
    p: int | None
    new: int | None
    rules: tuple[SiteRule, ...]
    site_cost: NDArray[np.float64]
    closing_cost: NDArray[np.float64]
    options: Options
    extra_most: NDArray[np.float64]
    extra_cost: NDArray[np.float64]
    budget: float
    splittable: bool
    max_cost: float | None
    all_costs: Costs
    all_served_at: NDArray[np.float64]

    @property
    def usable(self) -> NDArray[np.bool_]:
        """Sites to decide on: new ones that may be opened, existing ones that may be closed."""
        return ~self.fixed & ~self.forbidden

    @property
    def is_new(self) -> NDArray[np.bool_]:
        """Sites that are not schools yet."""
        return ~self.fixed & ~self.closable

    @property
    def must_serve(self) -> NDArray[np.bool_]:
        """Demand that must be served: there is some, and leaving it has no price."""
        return np.isinf(self.price) & (self.weights > 0)

    @property
    def to_open(self) -> tuple[int, int]:
        """Fewest and most sites that are open beside the fixed ones, by `p` and `new` alone."""
        usable, closable, stay = (int(mask.sum()) for mask in (self.usable, self.closable, self.fixed))
        few, many = (0, usable) if self.new is None else (self.new, self.new + closable)
        return (few, many) if self.p is None else (max(few, self.p - stay), min(many, self.p - stay))

    @property
    def any_site_covers_all(self) -> bool:
        """A cover without a radius: several sites, and each demand is in reach of every one of them."""
        costs, is_cover = self.costs, self.model in {Model.MAX_COVER, Model.SET_COVER}
        whole = len(costs.site_ids) > 1 and len(costs.site) == len(costs.demand_ids) * len(costs.site_ids)
        return is_cover and whole and self.max_cost is None

    def mask(self, site_ids: Iterable[str]) -> NDArray[np.bool_]:
        """Which sites are among some ids, all of them ids of the problem."""
        mask = np.zeros(len(self.costs.site_ids), dtype=bool)
        mask[[self.costs.row_of_site[each] for each in site_ids]] = True
        return mask

    def spent(self, is_open: NDArray[np.bool_]) -> float:
        """What a plan takes from the budget, without sizes and seats added: the cost of its new sites."""
        return float(self.site_cost[is_open & self.is_new].sum())

    def site_money(self, is_open: NDArray[np.bool_]) -> float:
        """What the sites of a plan add to the objective: new ones and closable ones that are kept or closed."""
        closed = self.closable & ~is_open
        return float(self.site_cost[is_open & ~self.fixed].sum() + self.closing_cost[closed].sum())


class Keywords(TypedDict, total=False):
    """What `make_problem` and every model take by keyword; see `make_problem`."""

    weights: ById | None
    p: int | None
    new: int | None
    fixed: Collection[str]
    closable: Collection[str]
    forbidden: Collection[str]
    groups: Sequence[Group]
    served_at: ById | None
    unserved_cost: ById | None
    skip_unreachable: bool
    max_cost: float | None
    site_costs: ById | None
    closing_costs: ById | None
    budget: float | None
    capacities: ById | None
    min_loads: ById | None
    sizes: Mapping[str, Sequence[Size]] | None
    expansions: Mapping[str, Expansion] | None
    splittable: bool


def make_problem(
    model: Model | str,
    costs: AnyCosts,
    *,
    weights: ById | None = None,
    p: int | None = None,
    new: int | None = None,
    fixed: Collection[str] = (),
    closable: Collection[str] = (),
    forbidden: Collection[str] = (),
    groups: Sequence[Group] = (),
    served_at: ById | None = None,
    unserved_cost: ById | None = None,
    skip_unreachable: bool = False,
    max_cost: float | None = None,
    site_costs: ById | None = None,
    closing_costs: ById | None = None,
    budget: float | None = None,
    capacities: ById | None = None,
    min_loads: ById | None = None,
    sizes: Mapping[str, Sequence[Size]] | None = None,
    expansions: Mapping[str, Expansion] | None = None,
    splittable: bool = False,
) -> Problem:
    """Check the parts against each other and put them in canonical order.

    What is given for each id may be a mapping or a Series by id, one number for all, or, where ids are the positions
    "0", "1", …, an array in that order.

    Args:
        model: one of `Model`.
        costs: see `as_costs`; demand × sites.
        weights: people or pupils of each demand, default 1 each. Demand of weight 0 need not be served.
        p: how many sites are open in all, the existing ones included. Exactly so many.
        new: how many of them are new. Exactly so many.
        fixed: existing schools that stay.
        closable: existing schools that stay or are closed, as it turns out best.
        forbidden: sites that stay closed.
        groups: how many new sites there may be in each.
        served_at: demand already served from outside `costs`, at what cost. Not for `capacitated`.
        unserved_cost: price of leaving a unit of weight unserved; None: everyone must be served, and it is infeasible
            where some cannot be. Not for `max_cover`, where nobody must be, nor for `p_center`.
        skip_unreachable: leave demand out that no site can reach; it is reported in `unserved`.
        max_cost: what costs more is out of reach, for everyone.
        site_costs: cost of opening a new site or of keeping a closable one. Default 1 for `set_cover`, else 0.
        closing_costs: cost of closing each closable site, default 0; of sites that stay open it does not count.
        budget: most that may be spent on new sites, sizes and seats added; some of these must have a cost.
        capacities, min_loads: most and least weight at each site if it is open; default any. `capacitated` only.
        sizes: by site id, the sizes that the site may have, one of which is chosen; they stand in place of its
            capacity and least load. `capacitated` only.
        expansions: by site id, seats that may be added; `capacitated` only.
        splittable: a demand may be shared among sites; `capacitated` only.

    Raises:
        ProblemError: naming the ids concerned: unknown ids, a site both fixed and forbidden, weights that are
            negative or NaN, more sites asked for than there are, no demand, options that the model would ignore, a
            budget in which nothing has a cost.
    """
    model = Model(model)
    everything = _table(model, costs, p, new)
    demand, sites = everything.demand_ids, everything.site_ids
    reach = limit_of("max_cost", max_cost)
    table = everything if max_cost is None else within(everything, reach)
    is_fixed, is_closable, is_forbidden = roles(sites, fixed, closable, forbidden)
    _refuse_what_the_model_ignores(
        model, served_at=served_at, unserved_cost=unserved_cost, capacities=capacities, min_loads=min_loads,
        sizes=sizes, expansions=expansions, splittable=splittable or None, points=table.points,
        closing_costs=closing_costs, site_costs=site_costs if budget is None else None,
        skip_unreachable=skip_unreachable or None,
    )  # fmt: skip
    all_served_at = values_of("served_at", served_at, demand, default=np.inf)
    served = np.where(all_served_at > reach, np.inf, all_served_at)
    price = values_of("unserved_cost", unserved_cost, demand, default=np.inf)
    if model is Model.MAX_COVER:
        price = np.ones(len(demand))
    elif skip_unreachable:
        price[~np.isfinite(served) & ~_reachable(table, ~is_forbidden)] = 0.0
    extra_most, extra_cost = expansions_of(sites, expansions)
    one_each = 1.0 if model is Model.SET_COVER else 0.0
    problem = Problem(
        model=model,
        costs=table,
        weights=values_of("weights", weights, demand, default=1.0, finite=True),
        served_at=served,
        price=price,
        fixed=is_fixed,
        closable=is_closable,
        forbidden=is_forbidden,
        p=p,
        new=new,
        rules=(),
        site_cost=values_of("site_costs", site_costs, sites, default=one_each, finite=True),
        closing_cost=values_of("closing_costs", closing_costs, sites, default=0.0, finite=True),
        options=options_of(sites, capacities, min_loads, sizes),
        extra_most=extra_most,
        extra_cost=extra_cost,
        budget=limit_of("budget", budget),
        splittable=splittable,
        max_cost=None if max_cost is None else reach,
        all_costs=everything,
        all_served_at=all_served_at,
    )
    if budget is not None and site_costs is None:
        _refuse_a_budget_for_nothing(problem)
    return replace(problem, rules=_rules(problem, groups_of(groups)))


def _table(model: Model, costs: AnyCosts, p: int | None, new: int | None) -> Costs:
    nearest = None
    if isinstance(costs, Points) and costs.cutoff_m is None:
        nearest = _enough_neighbours(model, costs, p, new)
    table = as_costs(costs, nearest=nearest)
    if not table.demand_ids:
        raise ProblemError("There is no demand: nothing to serve.")
    return table


def _refuse_a_budget_for_nothing(problem: Problem) -> None:
    """A budget that every plan keeps, because nothing costs anything; in a set cover a site costs 1."""
    seats_cost = problem.options.cost.any() or (problem.extra_most * problem.extra_cost).any()
    if problem.model is Model.SET_COVER or seats_cost:
        return
    or_seats = ", or sizes or expansions that cost something" if problem.model is Model.CAPACITATED else ""
    raise ProblemError(f"budget: {problem.budget:g} is given, and no site has a cost. Give site_costs=, too{or_seats}.")


def _rules(problem: Problem, groups: tuple[Group, ...]) -> tuple[SiteRule, ...]:
    rules = [*_counts(problem), *(_group_limit(problem, group) for group in groups)]
    if np.isfinite(problem.budget) and problem.model is not Model.CAPACITATED:
        columns = np.flatnonzero(problem.is_new)
        rules.append(SiteRule("budget", columns, problem.site_cost[columns], -np.inf, problem.budget))
    return tuple(rules)


def _counts(problem: Problem) -> list[SiteRule]:
    """How many sites are open in all (over all sites to decide on), and how many are new where that is not the same."""
    p, new = problem.p, problem.new
    for name, asked in (("p", p), ("new", new)):
        if asked is not None and (isinstance(asked, bool) or not isinstance(asked, int | np.integer)):
            raise ProblemError(f"{name}: expected a whole number, found {asked!r}.")
    if p is None and new is None:
        if problem.model not in {Model.SET_COVER, Model.CAPACITATED} and np.isinf(problem.budget):
            raise ProblemError(
                f"{problem.model} needs p= (all open sites), new= (beside the existing ones) or a budget=."
            )
        return []
    stay, usable, is_new = int(problem.fixed.sum()), problem.usable, problem.usable & problem.is_new
    if p is not None and not 0 <= p - stay <= int(usable.sum()):
        most = stay + int(usable.sum())
        raise ProblemError(
            f"p = {p} open sites asked for; expected {stay} to {most}: {stay} are fixed, and {most - stay} may be "
            "opened or kept."
        )
    if new is not None and not 0 <= new <= int(is_new.sum()):
        raise ProblemError(
            f"{new} new sites asked for; expected 0 to {int(is_new.sum())}, the sites that may be opened."
        )
    if problem.closable.any():
        count = [] if p is None else [_exactly(COUNT, usable, p - stay)]
        return count if new is None else [*count, _exactly("new", is_new, new)]
    if p is not None and new is not None and p - stay != new:
        raise ProblemError(f"p = {p} and new = {new} contradict each other: {stay} sites are fixed.")
    return [_exactly(COUNT, usable, int(new if p is None else p - stay))]  # type: ignore[arg-type]


def _group_limit(problem: Problem, group: Group) -> SiteRule:
    columns = np.flatnonzero(mask_of(f"group {group.name}", group.sites, problem.costs.site_ids) & problem.is_new)
    most = len(columns) if group.most is None else group.most
    if group.most is None and group.least > most:
        raise ProblemError(f"group {group.name}: least = {group.least} new sites, and there are only {most} in it.")
    return SiteRule(f"group {group.name}", columns, np.ones(len(columns)), float(group.least), float(most))


def _exactly(name: str, mask: NDArray[np.bool_], count: int) -> SiteRule:
    columns = np.flatnonzero(mask)
    return SiteRule(name, columns, np.ones(len(columns)), float(count), float(count))


def _refuse_what_the_model_ignores(model: Model, **given: object) -> None:
    """An option that a model would ignore in silence is an error."""
    seats = {"capacities", "min_loads", "sizes", "expansions", "splittable"}
    money = {"site_costs", "closing_costs"}
    ignored = {
        Model.MAX_COVER: {*seats, *money, "unserved_cost", "points", "skip_unreachable"},
        Model.SET_COVER: {*seats, "points"},
        Model.P_MEDIAN: {*seats, *money},
        Model.P_CENTER: {*seats, *money, "unserved_cost"},
        Model.CAPACITATED: {"served_at"},
    }[model]
    names = {"points": "Points without cutoff_m", "site_costs": "site_costs without a budget"}
    if wrong := [names.get(name, name) for name, value in given.items() if value is not None and name in ignored]:
        raise ProblemError(f"{model} has no use for {', '.join(wrong)}. Leave it out, or choose another model.")


def _enough_neighbours(model: Model, points: Points, p: int | None, new: int | None) -> int:
    """How many nearest sites of each demand a plan is likely to need; more are computed where it needs more."""
    sites = len(points.site_xy)
    if model in {Model.P_MEDIAN, Model.P_CENTER}:
        wanted = p if p is not None else new if new is not None else 1
        return min(sites, 20 + 6 * sites // max(wanted, 1))
    return min(sites, 50)


def _reachable(costs: Costs, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Demand that some allowed site can serve."""
    if costs.points is not None:
        return np.full(len(costs.demand_ids), bool(allowed.any()))
    counts = np.concatenate([[0], np.cumsum(allowed[costs.site])])
    return np.asarray(counts[costs.indptr[1:]] > counts[costs.indptr[:-1]])
