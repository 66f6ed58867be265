"""A problem as a program in which every requirement can be relaxed by variables of its own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.core import COUNT, SiteRule
from geoplan.locate.highs import Milp, milp_from_entries, minimise
from geoplan.locate.problem import Model

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.costs import Costs
    from geoplan.locate.highs import Answer
    from geoplan.locate.problem import Problem

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

SERVED, CAPACITY, LEAST, FIXED, FORBIDDEN, BUDGET = "served", "capacity", "least", "fixed", "forbidden", "budget"
WHOLE_PAIRS_AT_MOST = 50_000
"""Up to so many pairs demand is kept whole; beyond, it may be split: a relaxation, so that "at least" holds."""


@dataclass(frozen=True, eq=False)
class Elastic:
    """Feasibility of a problem, with variables that relax each requirement.

    Attributes:
        slack: the columns that relax each requirement, by its name.
        amount: what one unit of each of these columns is, in the requirement's own unit.
        needed: demand that must be served; its columns of `slack[SERVED]` stand in this order.
        exact: demand is kept whole as the problem asks.
    """

    model: Milp
    slack: dict[str, Ints]
    amount: dict[str, Floats]
    needed: Ints
    exact: bool

    def ask(self, relaxed: Collection[str], *, least: str | None = None, clock: Clock) -> Answer:
        """Is there a plan that breaks only the `relaxed` requirements? And breaks `least` as little as can be?"""
        upper, cost = self.model.upper.copy(), np.zeros(len(self.model.cost))
        for name, columns in self.slack.items():
            if name not in relaxed:
                upper[columns] = 0.0
        if least is not None:
            cost[self.slack[least]] = self.amount[least]
        return minimise(replace(self.model, upper=upper, cost=cost), clock=clock)


def elastic(problem: Problem, costs: Costs, served_at: Floats) -> Elastic:
    """The program of a problem over the pairs of `costs` and outside schools (which may be more than its own)."""
    build = _Build()
    options, sites = problem.options, len(costs.site_ids)
    taken = build.columns(np.ones(len(options.site)), whole=True)
    build.rows(options.site, taken, 1.0, np.full(sites, -np.inf), np.ones(sites))
    _add_site_rules(build, problem, taken)
    must = problem.must_serve & ~np.isfinite(served_at)
    seated = problem.model is Model.CAPACITATED
    needed = np.flatnonzero(must)
    unserved = build.columns(np.ones(len(needed)), name=SERVED, amount=problem.weights[needed])
    # whoever may stay unserved matters only where he fills a school up to its least load
    counted = (problem.weights > 0) if seated else must
    wanted = np.flatnonzero(counted[costs.demand])
    demand, site = costs.demand[wanted], costs.site[wanted].astype(np.int64)
    exact = not seated or problem.splittable or len(wanted) <= WHOLE_PAIRS_AT_MOST
    if seated:
        carriers = build.columns(np.ones(len(wanted)), whole=exact and not problem.splittable)
        _add_loads(build, problem, taken, carriers, demand, site)
    else:
        carriers = taken[site]
    number = np.cumsum(counted) - 1
    build.rows(
        np.concatenate([number[demand], number[needed]]), np.concatenate([carriers, unserved]), 1.0,
        must[counted].astype(float), np.full(int(counted.sum()), 1.0 if seated else np.inf),
    )  # fmt: skip
    return Elastic(build.milp(), build.slack, build.amount, needed, exact)


def _add_site_rules(build: _Build, problem: Problem, taken: Ints) -> None:
    site = problem.options.site
    for name, mask in ((FIXED, problem.fixed), (FORBIDDEN, problem.forbidden)):
        rows = np.flatnonzero(mask)
        number = np.cumsum(mask) - 1
        mine = mask[site]
        spare = build.columns(np.ones(len(rows)), name=name)
        sign = 1.0 if name == FIXED else -1.0
        build.rows(
            np.concatenate([number[site[mine]], np.arange(len(rows))]),
            np.concatenate([taken[mine], spare]),
            np.concatenate([np.ones(int(mine.sum())), np.full(len(rows), sign)]),
            np.full(len(rows), 1.0 if name == FIXED else -np.inf),
            np.full(len(rows), np.inf if name == FIXED else 0.0),
        )
    for rule in problem.rules:
        rule = _over_all_sites(problem, rule)  # noqa: PLW2901 - the same rule
        value = np.zeros(len(problem.fixed))
        value[rule.sites] = rule.values
        mine = value[site] != 0
        # a finite bound that is never reached: HiGHS's presolve has called free ones infeasible
        widest = float(np.abs(value).sum()) + max(
            (abs(each) for each in (rule.low, rule.high) if np.isfinite(each)), default=0.0
        )
        spare = build.columns(np.full(2, widest), name=rule.name)
        count = int(mine.sum())
        build.rows(
            np.zeros(count + 2, dtype=np.int64), np.concatenate([taken[mine], spare]),
            np.concatenate([value[site[mine]], [1.0, -1.0]]), np.array([rule.low]), np.array([rule.high]),
        )  # fmt: skip


def _over_all_sites(problem: Problem, rule: SiteRule) -> SiteRule:
    """A count over every site that counts: with fixed sites that may be closed, forbidden ones that may be opened."""
    if rule.name not in {COUNT, "new"}:
        return rule
    counts_all = rule.name == COUNT and problem.p is not None
    sites = np.flatnonzero(np.ones(len(problem.fixed), dtype=bool) if counts_all else problem.is_new)
    wanted = float((problem.p if counts_all else problem.new) or 0)
    return SiteRule(rule.name, sites, np.ones(len(sites)), wanted, wanted)


def _add_loads(build: _Build, problem: Problem, taken: Ints, carriers: Ints, demand: Ints, site: Ints) -> None:
    """Loads keep within the chosen option's limits, relaxed by people beyond and short; no pair to a closed site."""
    options, sites = problem.options, len(problem.fixed)
    weight = problem.weights[demand]
    total = float(problem.weights.sum())
    over = build.columns(np.full(sites, total), name=CAPACITY)
    short = build.columns(np.full(sites, float(options.least.sum())), name=LEAST)
    added = build.columns(problem.extra_most)
    every = np.arange(sites)
    room = np.minimum(options.capacity, total)
    build.rows(
        np.concatenate([site, options.site, every, every]), np.concatenate([carriers, taken, over, added]),
        np.concatenate([weight, -room, np.full(2 * sites, -1.0)]), np.full(sites, -np.inf), np.zeros(sites),
    )  # fmt: skip
    build.rows(
        np.concatenate([site, options.site, every]), np.concatenate([carriers, taken, short]),
        np.concatenate([weight, -options.least, np.ones(sites)]), np.zeros(sites), np.full(sites, np.inf),
    )  # fmt: skip
    open_pairs = np.arange(len(carriers))
    by_site = np.argsort(options.site, kind="stable")
    count = np.bincount(options.site, minlength=sites)
    first = np.cumsum(count) - count
    times = count[site]
    begin = np.repeat(first[site] - (np.cumsum(times) - times), times)
    build.rows(
        np.concatenate([open_pairs, np.repeat(open_pairs, times)]),
        np.concatenate([carriers, taken[by_site[begin + np.arange(int(times.sum()))]]]),
        np.concatenate([np.ones(len(carriers)), np.full(int(times.sum()), -1.0)]),
        np.full(len(carriers), -np.inf), np.zeros(len(carriers)),
    )  # fmt: skip
    if np.isfinite(problem.budget):
        money = options.cost + np.where(problem.is_new, problem.site_cost, 0.0)[options.site]
        spare = build.columns(np.array([money.sum() + (problem.extra_most * problem.extra_cost).sum()]), name=BUDGET)
        columns = np.concatenate([taken, added, spare])
        value = np.concatenate([money, problem.extra_cost, [-1.0]])
        build.rows(
            np.zeros(len(columns), dtype=np.int64), columns, value, np.array([-np.inf]), np.array([problem.budget])
        )


@dataclass(eq=False)
class _Build:
    """Columns and rows of a program, added one block after the other."""

    upper: list[Floats] = field(default_factory=list)
    whole: list[NDArray[np.bool_]] = field(default_factory=list)
    entries: list[tuple[Ints, Ints, Floats]] = field(default_factory=list)
    low: list[Floats] = field(default_factory=list)
    high: list[Floats] = field(default_factory=list)
    slack: dict[str, Ints] = field(default_factory=dict)
    amount: dict[str, Floats] = field(default_factory=dict)

    def columns(
        self, upper: Floats, *, whole: bool = False, name: str | None = None, amount: Floats | None = None
    ) -> Ints:
        first = sum(len(part) for part in self.upper)
        self.upper.append(np.asarray(upper, dtype=float))
        self.whole.append(np.full(len(upper), whole))
        columns = first + np.arange(len(upper))
        if name is not None and len(columns):
            self.slack[name] = columns
            self.amount[name] = np.ones(len(columns)) if amount is None else amount
        return columns

    def rows(self, row: Ints, column: Ints, value: Floats | float, low: Floats, high: Floats) -> None:
        first = sum(len(part) for part in self.low)
        self.entries.append((first + row, column, np.broadcast_to(np.asarray(value, dtype=float), row.shape)))
        self.low.append(low)
        self.high.append(high)

    def milp(self) -> Milp:
        row, column, value = (np.concatenate(part) for part in zip(*self.entries, strict=True))
        upper = np.concatenate(self.upper)
        return milp_from_entries(
            np.zeros(len(upper)), upper, np.concatenate(self.whole), (row, column, value),
            np.concatenate(self.low), np.concatenate(self.high),
        )  # fmt: skip
