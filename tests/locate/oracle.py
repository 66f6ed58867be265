"""Brute force for every location model, written from the models' definitions and without any of geoplan's code.

Every set of sites is tried, and with loads every choice of sizes; single assignments are enumerated, shared ones are
a linear program for each choice (scipy). Small cases only: seven demands and six sites.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations, product

import numpy as np
from scipy.optimize import linprog

SLACK = 1e-9
INF = float("inf")


@dataclass(frozen=True)
class Seats:
    """One way of building a school: a size of `sizes`, or the only one that `capacities` and `min_loads` describe."""

    name: str = ""
    capacity: float = INF
    least: float = 0.0
    cost: float = 0.0


@dataclass(frozen=True, eq=False)
class Case:
    """A location problem as plain arrays by position, every default filled in.

    Attributes:
        cost: shape (demand, sites), inf out of reach.
        served_at, price: inf where the demand is not served from outside, or must be served.
        groups: (members, least, most) over new sites.
        seats: for each site the ways in which it may be built.
        extra: (most, cost per seat) of each site.
    """

    model: str
    cost: np.ndarray
    weight: np.ndarray
    served_at: np.ndarray
    price: np.ndarray
    site_cost: np.ndarray
    closing_cost: np.ndarray
    fixed: frozenset[int] = frozenset()
    closable: frozenset[int] = frozenset()
    forbidden: frozenset[int] = frozenset()
    p: int | None = None
    new: int | None = None
    groups: tuple[tuple[frozenset[int], int, float], ...] = ()
    budget: float = INF
    max_cost: float = INF
    skip_unreachable: bool = False
    seats: tuple[tuple[Seats, ...], ...] = ()
    extra: tuple[tuple[float, float], ...] = ()
    splittable: bool = False

    @property
    def sites(self) -> range:
        return range(self.cost.shape[1])

    @property
    def new_sites(self) -> frozenset[int]:
        """Sites that are not schools yet."""
        return frozenset(self.sites) - self.fixed - self.closable

    @property
    def within(self) -> np.ndarray:
        """Costs, inf for the pairs beyond `max_cost`."""
        return np.where(self.cost <= self.max_cost, self.cost, INF)

    @property
    def outside(self) -> np.ndarray:
        """Cost at which demand is served from outside, inf beyond `max_cost`."""
        return np.where(self.served_at <= self.max_cost, self.served_at, INF)

    @property
    def unreached(self) -> np.ndarray:
        """Demand that neither an allowed site nor anyone outside can serve."""
        allowed = [site for site in self.sites if site not in self.forbidden]
        return np.isinf(self.outside) & np.isinf(self.within[:, allowed]).all(axis=1)

    @property
    def left_at(self) -> np.ndarray:
        """Price of leaving a unit of each demand's weight, inf where it must be served."""
        return np.where(self.unreached & self.skip_unreachable, 0.0, self.price)

    @property
    def stranded(self) -> np.ndarray:
        """Demand that must be served and that no allowed site reaches."""
        must = np.isinf(self.left_at) & (self.weight > 0)
        return self.unreached & must & (self.model != "max_cover")


@dataclass(frozen=True)
class Best:
    """The best objective, None where there is no plan, and every set of open sites that has it."""

    objective: float | None
    plans: tuple[frozenset[int], ...] = ()


def best(case: Case) -> Best:
    """Try everything."""
    sign = -1.0 if case.model == "max_cover" else 1.0
    values = {plan: sign * value for plan in plans(case) if (value := worth(case, plan)) < INF}
    if not values:
        return Best(None)
    least = min(values.values())
    ties = tuple(plan for plan, value in values.items() if value <= least + 1e-12 * max(1.0, abs(least)))
    return Best(sign * least, ties)


def plans(case: Case) -> list[frozenset[int]]:
    """Every set of open sites that keeps the rules on sites alone."""
    free = [site for site in case.sites if site not in case.fixed | case.forbidden]
    sets = (case.fixed | set(some) for count in range(len(free) + 1) for some in combinations(free, count))
    return [frozenset(each) for each in sets if rules_kept(case, frozenset(each))]


def rules_kept(case: Case, plan: frozenset[int]) -> bool:
    """p, new, groups, the sites' own part of the budget, fixed and forbidden."""
    opened = plan & case.new_sites
    return (
        case.fixed <= plan
        and not plan & case.forbidden
        and case.p in {None, len(plan)}
        and case.new in {None, len(opened)}
        and all(least <= len(opened & members) <= most for members, least, most in case.groups)
        and sum(case.site_cost[site] for site in opened) <= case.budget + SLACK
    )


def worth(case: Case, plan: frozenset[int]) -> float:
    """The best objective with exactly these sites, inf where it cannot be."""
    if case.model == "capacitated":
        return site_money(case, plan) + best_seats(case, plan)
    cost = np.minimum(case.within[:, sorted(plan)].min(axis=1, initial=INF), case.outside)
    needed = case.weight > 0
    if case.model == "max_cover":
        return float(case.weight[np.isfinite(cost)].sum())
    if case.model == "p_center":
        cost = np.where(np.isinf(cost) & np.isfinite(case.left_at), 0.0, cost)
        return float(cost[needed].max(initial=0.0))
    if case.model == "set_cover":
        cost = np.where(np.isfinite(cost), 0.0, cost)
    people = float((case.weight[needed] * np.minimum(cost, case.left_at)[needed]).sum())
    return people + site_money(case, plan) * (case.model == "set_cover")


def site_money(case: Case, plan: frozenset[int]) -> float:
    """New sites and closable ones that are kept, and closing the others."""
    kept = sum(case.site_cost[site] for site in plan - case.fixed)
    return float(kept + sum(case.closing_cost[site] for site in case.closable - plan))


def best_seats(case: Case, plan: frozenset[int]) -> float:
    """The best sizes, assignment and seats added for a set of open sites."""
    sites = sorted(plan)
    spent = sum(case.site_cost[site] for site in plan & case.new_sites)
    people = np.flatnonzero(case.weight > 0)
    assign = shared if case.splittable else Single(case, sites, people)
    least = INF
    for chosen in product(*(case.seats[site] for site in sites)):
        built = sum(seats.cost for seats in chosen)
        left = case.budget - spent - built
        if left >= -SLACK:
            value = assign(case, sites, people, chosen, left) if case.splittable else assign(chosen, left)
            least = min(least, built + value)
    return least


class Single:
    """Every way to send each demand to one open site or, where that has a price, nowhere."""

    def __init__(self, case: Case, sites: list[int], people: np.ndarray) -> None:
        within, left_at = case.within[np.ix_(people, sites)], case.left_at[people]
        priced = np.column_stack([within, left_at])
        goes = [np.flatnonzero(np.isfinite(row)) for row in priced]
        ways = list(product(*goes))
        self.to = np.array(ways, dtype=np.int64).reshape(len(ways), len(people))
        weight = case.weight[people]
        self.cost = (priced[np.arange(len(people)), self.to] * weight).sum(axis=1)
        self.load = np.stack([(weight * (self.to == column)).sum(axis=1) for column in range(len(sites))] or [[]], 1)
        self.load = self.load.reshape(len(self.to), len(sites))
        self.extra = np.array([case.extra[site] for site in sites]).reshape(len(sites), 2)

    def __call__(self, chosen: tuple[Seats, ...], left: float) -> float:
        """The least cost of the assignment and of the seats added."""
        capacity = np.array([seats.capacity for seats in chosen])
        least = np.array([seats.least for seats in chosen])
        added = np.maximum(self.load - capacity, 0.0)
        added[added <= SLACK * np.maximum(1.0, self.load)] = 0.0
        seats_cost = (added * self.extra[:, 1]).sum(axis=1)
        slack = SLACK * np.maximum(1.0, self.load)
        good = (added <= self.extra[:, 0] + slack).all(axis=1) & (self.load >= least - slack).all(axis=1)
        good &= seats_cost <= left + SLACK * max(1.0, left)
        return float((self.cost + seats_cost)[good].min(initial=INF))


def shared(case: Case, sites: list[int], people: np.ndarray, chosen: tuple[Seats, ...], left: float) -> float:
    """The least cost of the assignment and of the seats added where demand may be shared: a linear program."""
    within, left_at, weight = case.within[np.ix_(people, sites)], case.left_at[people], case.weight[people]
    pairs = np.argwhere(np.isfinite(within))
    leave = np.flatnonzero(np.isfinite(left_at))
    demand = np.concatenate([pairs[:, 0], leave])
    if len(set(demand.tolist())) < len(people):
        return INF
    count, size = len(demand), len(demand) + len(sites)
    objective = np.concatenate([within[tuple(pairs.T)], left_at[leave], [case.extra[site][1] for site in sites]])
    objective[:count] *= weight[demand]
    whole = np.zeros((len(people), size))
    whole[demand, np.arange(count)] = 1.0
    rows, limits = [], []
    for column, seats in enumerate(chosen):
        load = np.zeros(size)
        of_site = np.flatnonzero(pairs[:, 1] == column)
        load[of_site] = weight[pairs[of_site, 0]]
        if seats.capacity < INF:
            with_added = load.copy()
            with_added[count + column] = -1.0
            rows, limits = [*rows, with_added], [*limits, seats.capacity]
        rows, limits = [*rows, -load], [*limits, -seats.least]
    if left < INF:
        rows, limits = [*rows, np.concatenate([np.zeros(count), objective[count:]])], [*limits, max(left, 0.0)]
    if not size:
        return 0.0
    found = linprog(
        objective, A_ub=np.array(rows) if rows else None, b_ub=limits or None, A_eq=whole if len(people) else None,
        b_eq=np.ones(len(people)) if len(people) else None,
        bounds=[(0, None)] * count + [(0, case.extra[site][0]) for site in sites],
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )  # fmt: skip
    assert found.status in {0, 2}, found.message
    return float(found.fun) if found.status == 0 else INF


EVERYONE, CAPACITIES, LEAST = "everyone is served", "capacities", "least loads"
FIXED, FORBIDDEN = "fixed sites stay open", "forbidden sites stay closed"
IN_WORDS = {EVERYONE, CAPACITIES, LEAST, FIXED, FORBIDDEN}


def requirements(case: Case) -> list[str]:
    """What could be relaxed."""
    names = sorted(IN_WORDS)
    names += [name for name in ("p", "new") if getattr(case, name) is not None]
    names += [name for name in ("budget", "max_cost") if getattr(case, name) < INF]
    names += [f"group {number}" for number in range(len(case.groups))]
    return names


def requirement(case: Case, rule: str) -> str:
    """The requirement that an explanation names ("p = 3", "group county 0: at most 2", "budget 7")."""
    name = rule if rule in IN_WORDS else rule.split(" ", maxsplit=1)[0]
    if name == "group":
        name = f"group {rule.removeprefix('group county ').split(':', maxsplit=1)[0]}"
    assert name in requirements(case), rule
    return name


def counts_towards(case: Case, name: str, value: int) -> range:
    """The counts between the present limit and another one, which is named as the nearest that would do."""
    now = getattr(case, name, None)
    if name.startswith("group"):
        _, least, most = case.groups[int(name.split(" ")[1])]
        now = int(most) if value > most else least
    return range(min(now, value) + 1, max(now, value))


def with_count(case: Case, name: str, value: int) -> Case:
    """The case with another count: of a group the limit that stands in the way of it."""
    if not name.startswith("group"):
        return replace(case, **{name: value})
    number = int(name.split(" ")[1])
    members, least, most = case.groups[number]
    return _with_group(case, number, (members, min(least, value), max(most, value)))


def _with_group(case: Case, number: int, group: tuple[frozenset[int], int, float]) -> Case:
    groups = list(case.groups)
    groups[number] = group
    return replace(case, groups=tuple(groups))


def relaxed(case: Case, name: str) -> Case:
    """The case without one of its requirements."""
    if name.startswith("group"):
        return _with_group(case, int(name.split(" ")[1]), (frozenset(), 0, INF))
    if name in {CAPACITIES, LEAST}:
        change = {"capacity": INF} if name == CAPACITIES else {"least": 0.0}
        return replace(case, seats=tuple(tuple(replace(size, **change) for size in ways) for ways in case.seats))
    if name == EVERYONE:
        return replace(case, price=np.minimum(case.price, 1.0))
    if name == FIXED:
        return replace(case, fixed=frozenset(), closable=case.closable | case.fixed)
    if name == FORBIDDEN:
        return replace(case, forbidden=frozenset())
    return replace(case, **{name: INF if name in {"budget", "max_cost"} else None})


def least_unserved(case: Case) -> float:
    """The least weight that must stay unserved, of the demand that must be served."""
    return best(_only_counting(case, price=np.where(np.isinf(case.left_at), 1.0, 0.0))).objective


def least_seats_missing(case: Case) -> float:
    """The fewest seats that would have to be added beyond all that may be built."""
    most = [extra[0] for extra in case.extra]
    seats = tuple(
        tuple(replace(size, capacity=size.capacity + more) for size in ways)
        for ways, more in zip(case.seats, most, strict=True)
    )
    must = np.where(np.isinf(case.left_at), INF, 0.0)
    return best(replace(_only_counting(case, seats=seats, price=must), extra=((INF, 1.0),) * len(most))).objective


def _only_counting(case: Case, **changes: object) -> Case:
    """The case (without a budget) with all costs 0, so that the objective counts what is given a price."""
    case = replace(case, **changes)
    return replace(
        case,
        model="capacitated" if case.model == "capacitated" else "p_median",
        cost=np.where(np.isfinite(case.within), 0.0, INF),
        served_at=np.where(np.isfinite(case.outside), 0.0, INF),
        max_cost=INF,
        skip_unreachable=False,
        site_cost=case.site_cost * (case.model != "capacitated"),
        closing_cost=0.0 * case.closing_cost,
        seats=tuple(tuple(replace(size, cost=0.0) for size in ways) for ways in case.seats),
        extra=tuple((most, 0.0) for most, _ in case.extra),
    )
