"""A location problem: who is to be served, where sites may stand, and by which rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias, TypedDict

import numpy as np
import pandas as pd

from geoplan.errors import ProblemError, near_match
from geoplan.locate.core import COUNT, SiteRule
from geoplan.locate.costs import Costs, Points, as_costs, some, within
from geoplan.types import natural_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geoplan.locate.costs import AnyCosts

ById: TypeAlias = "Mapping[str, float] | pd.Series[float] | NDArray[np.float64] | float"
"""A number for each id, the same number for all, or an array in the order of ids "0", "1", …."""


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


@dataclass(frozen=True)
class Group:
    """At least and at most so many new sites among some: the sites of a county, say.

    Attributes:
        name: for messages.
        sites: site ids; groups may overlap.
        most: None: no limit.
    """

    name: str
    sites: Collection[str]
    most: int | None = None
    least: int = 0


@dataclass(frozen=True)
class Size:
    """A size that a school may be built in: 24 classes, say.

    Attributes:
        capacity: most people or pupils.
        cost: of building it, beside the cost of its site.
        least: fewest people or pupils that it may have.
    """

    name: str
    capacity: float
    cost: float = 0.0
    least: float = 0.0


@dataclass(frozen=True)
class Expansion:
    """Seats that may be added to a school beyond its capacity; as many are added as are needed, at most `most`."""

    most: float
    cost_per_seat: float


@dataclass(frozen=True, eq=False)
class Options:
    """Sizes of all sites as arrays; a site without sizes has one nameless option. Arrays are ordered by site."""

    site: NDArray[np.int64]
    name: tuple[str, ...]
    capacity: NDArray[np.float64]
    least: NDArray[np.float64]
    cost: NDArray[np.float64]


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

    def spent(self, is_open: NDArray[np.bool_]) -> float:
        """Cost of the new sites of a plan, without sizes and seats added."""
        return float(self.site_cost[is_open & self.is_new].sum())


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
        budget: most that may be spent on new sites, sizes and seats added.
        capacities, min_loads: most and least weight at each site if it is open; default any. `capacitated` only.
        sizes: by site id, the sizes that the site may have, one of which is chosen; they stand in place of its
            capacity and least load. `capacitated` only.
        expansions: by site id, seats that may be added; `capacitated` only.
        splittable: a demand may be shared among sites; `capacitated` only.

    Raises:
        ProblemError: naming the ids concerned: unknown ids, a site both fixed and forbidden, weights that are
            negative or NaN, more sites asked for than there are, no demand, options that the model would ignore.
    """
    model = Model(model)
    nearest = None
    if isinstance(costs, Points) and costs.cutoff_m is None:
        nearest = _enough_neighbours(model, costs, p, new)
    table = as_costs(costs, nearest=nearest)
    demand, sites = table.demand_ids, table.site_ids
    if not demand:
        raise ProblemError("There is no demand: nothing to serve.")
    everything = table
    if max_cost is not None:
        if not max_cost >= 0:
            raise ProblemError(f"max_cost: expected a number of at least 0, found {max_cost}.")
        table = within(table, max_cost)
    is_fixed, is_closable, is_forbidden = _roles(sites, fixed, closable, forbidden)
    _refuse_what_the_model_ignores(
        model, served_at=served_at, unserved_cost=unserved_cost, capacities=capacities, min_loads=min_loads,
        sizes=sizes, expansions=expansions, splittable=splittable or None, points=table.points,
        closing_costs=closing_costs, site_costs=site_costs if budget is None else None,
        skip_unreachable=skip_unreachable or None,
    )  # fmt: skip
    weight = _values("weights", weights, demand, default=1.0, finite=True)
    served = _values("served_at", served_at, demand, default=np.inf)
    all_served = served
    served = np.where(served > (np.inf if max_cost is None else max_cost), np.inf, served)
    price = _values("unserved_cost", unserved_cost, demand, default=np.inf)
    if model is Model.MAX_COVER:
        price = np.ones(len(demand))
    elif skip_unreachable:
        price[~np.isfinite(served) & ~_reachable(table, ~is_forbidden)] = 0.0
    cost = _values("site_costs", site_costs, sites, default=1.0 if model is Model.SET_COVER else 0.0, finite=True)
    options = _options(sites, capacities, min_loads, sizes)
    extra = _expansions(sites, expansions)
    closing = _values("closing_costs", closing_costs, sites, default=0.0, finite=True)
    problem = Problem(
        model=model,
        costs=table,
        weights=weight,
        served_at=served,
        price=price,
        fixed=is_fixed,
        closable=is_closable,
        forbidden=is_forbidden,
        p=p,
        new=new,
        rules=(),
        site_cost=cost,
        closing_cost=closing,
        options=options,
        extra_most=extra[0],
        extra_cost=extra[1],
        budget=np.inf if budget is None else float(budget),
        splittable=splittable,
        max_cost=max_cost,
        all_costs=everything,
        all_served_at=all_served,
    )
    if np.isnan(problem.budget) or problem.budget < 0:
        raise ProblemError(f"budget: expected a number of at least 0, found {budget}.")
    return replace(problem, rules=_rules(problem, groups))


def _rules(problem: Problem, groups: Sequence[Group]) -> tuple[SiteRule, ...]:
    rules = [*_counts(problem), *_group_limits(problem, groups)]
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


def _group_limits(problem: Problem, groups: Sequence[Group]) -> list[SiteRule]:
    names = [group.name for group in groups]
    if len(set(names)) < len(names):
        raise ProblemError(f"groups: expected names that occur once, found {some(names)}.")
    rules = []
    for group in groups:
        columns = np.flatnonzero(_mask(f"group {group.name}", group.sites, problem.costs.site_ids) & problem.is_new)
        most = len(columns) if group.most is None else group.most
        if group.least < 0 or most < 0 or most < group.least:
            raise ProblemError(f"group {group.name}: expected 0 ≤ least ≤ most, found {group.least} and {group.most}.")
        rules.append(SiteRule(f"group {group.name}", columns, np.ones(len(columns)), float(group.least), float(most)))
    return rules


def _exactly(name: str, mask: NDArray[np.bool_], count: int) -> SiteRule:
    columns = np.flatnonzero(mask)
    return SiteRule(name, columns, np.ones(len(columns)), float(count), float(count))


def _roles(
    sites: tuple[str, ...], fixed: Collection[str], closable: Collection[str], forbidden: Collection[str]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Masks of fixed, closable and forbidden sites; no site may be two of them."""
    masks = {
        name: _mask(name, given, sites)
        for name, given in (("fixed", fixed), ("closable", closable), ("forbidden", forbidden))
    }
    for one, other in combinations(masks, 2):
        if (masks[one] & masks[other]).any():
            raise ProblemError(f"{one.capitalize()} and {other} at once: {_where(masks[one] & masks[other], sites)}.")
    return masks["fixed"], masks["closable"], masks["forbidden"]


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


def _options(
    sites: tuple[str, ...],
    capacities: ById | None,
    min_loads: ById | None,
    sizes: Mapping[str, Sequence[Size]] | None,
) -> Options:
    capacity = _values("capacities", capacities, sites, default=np.inf)
    least = _values("min_loads", min_loads, sites, default=0.0)
    given = {} if sizes is None else {str(each): tuple(choices) for each, choices in sizes.items()}
    _known("sizes", given, sites)
    one_size = {each: (Size("", capacity[row], 0.0, least[row]),) for row, each in enumerate(sites)}
    chosen = [(row, size) for row, each in enumerate(sites) for size in given.get(each, one_size[each])]
    if empty := [
        each for each, choices in given.items() if len({size.name for size in choices}) != max(len(choices), 1)
    ]:
        raise ProblemError(f"sizes: expected one or more sizes with different names; not so for {some(empty)}.")
    wrong = [sites[row] for row, size in chosen if not 0 <= size.least <= size.capacity or not size.cost >= 0]
    if wrong:
        raise ProblemError(f"Expected 0 ≤ least load ≤ capacity, and costs of at least 0; not so for {some(wrong)}.")
    return Options(
        site=np.array([row for row, _ in chosen], dtype=np.int64),
        name=tuple(size.name for _, size in chosen),
        capacity=np.array([size.capacity for _, size in chosen], dtype=float),
        least=np.array([size.least for _, size in chosen], dtype=float),
        cost=np.array([size.cost for _, size in chosen], dtype=float),
    )


def _expansions(
    sites: tuple[str, ...], expansions: Mapping[str, Expansion] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    given = {} if expansions is None else {str(each): value for each, value in expansions.items()}
    most = _values("expansions", {each: value.most for each, value in given.items()}, sites, default=0.0, finite=True)
    cost = _values(
        "expansions", {each: value.cost_per_seat for each, value in given.items()}, sites, default=0.0, finite=True
    )
    return most, cost


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


def _mask(name: str, given: Collection[str], sites: tuple[str, ...]) -> NDArray[np.bool_]:
    if isinstance(given, str):
        raise ProblemError(f"{name}: expected ids in a list, found the text {given!r}.")
    wanted = {str(each) for each in given}
    _known(name, wanted, sites)
    return np.array([each in wanted for each in sites], dtype=bool)


def _known(name: str, given: Collection[str], known: tuple[str, ...]) -> None:
    if unknown := sorted(set(given) - set(known), key=natural_key):
        hint = near_match(unknown[0], known) if len(known) <= 10_000 else ""
        raise ProblemError(f"{name}: unknown ids {some(unknown)}.{hint}")


def _values(
    name: str, given: ById | None, ids: tuple[str, ...], *, default: float, finite: bool = False
) -> NDArray[np.float64]:
    """A number for each id, in canonical order."""
    if given is None:
        return np.full(len(ids), default)
    if isinstance(given, pd.Series):
        if given.index.has_duplicates:
            raise ProblemError(
                f"{name}: ids occur twice: {some([str(each) for each in given.index[given.index.duplicated()]])}."
            )
        given = {str(each): float(value) for each, value in given.items()}
    if isinstance(given, Mapping):
        given = {str(each): value for each, value in given.items()}
        _known(name, given, ids)
        values = np.fromiter((given.get(each, default) for each in ids), dtype=float, count=len(ids))
    else:
        values = np.asarray(given, dtype=float)
        if values.ndim == 0:
            values = np.full(len(ids), float(values))
        elif values.shape != (len(ids),) or ids[:1] + ids[-1:] != ("0", str(len(ids) - 1)):
            raise ProblemError(
                f"{name}: expected a number for each id (a mapping or a Series by id), found {values.shape}."
            )
        else:
            values = values.copy()
    wrong = np.isnan(values) | (values < 0) | (np.isinf(values) & finite)
    if wrong.any():
        kind = "finite numbers" if finite else "numbers"
        raise ProblemError(f"{name}: expected {kind} of at least 0; not so for {_where(wrong, ids)}.")
    return values


def _where(wrong: NDArray[np.bool_], ids: tuple[str, ...]) -> str:
    return some([ids[row] for row in np.flatnonzero(wrong)])
