"""What the engines see: arrays of what is still undecided, without ids.

Fixed sites, existing schools outside the problem and merged demand are settled before an engine is asked; see
`geoplan.locate.reduce`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

COUNT = "count"
"""Name of the rule on how many sites are open in all."""


@dataclass(frozen=True, eq=False)
class SiteRule:
    """`low ≤ Σ values · (open or not) ≤ high` over some sites: a count, a group's limit, a budget.

    Attributes:
        sites: columns of the core, ascending, each once.
        values: one for each of `sites`, at least 0.
    """

    name: str
    sites: NDArray[np.int64]
    values: NDArray[np.float64]
    low: float
    high: float

    def amount(self, is_open: NDArray[np.bool_]) -> float:
        """Σ values of the open sites."""
        return float(self.values[is_open[self.sites]].sum())

    def holds(self, is_open: NDArray[np.bool_]) -> bool:
        """Whether a plan keeps the rule, up to rounding."""
        return self.low - self.slack <= self.amount(is_open) <= self.high + self.slack

    @property
    def slack(self) -> float:
        """What rounding may add up to."""
        return 1e-9 * max(1.0, float(np.abs(self.values).sum()))


class _Rows:
    """What both cores have: rows of pairs in CSR arrays, and sites with rules."""

    indptr: NDArray[np.int64]
    rules: tuple[SiteRule, ...]

    @property
    def rows(self) -> int:
        """How many rows of demand."""
        return len(self.indptr) - 1

    @property
    def sites(self) -> int:
        """How many sites to decide on."""
        raise NotImplementedError

    @property
    def count(self) -> tuple[int, int]:
        """Least and most open sites in all, by the rule called "count"."""
        for rule in self.rules:
            if rule.name == COUNT:
                return int(max(rule.low, 0)), int(min(rule.high, self.sites))
        return 0, self.sites

    def row(self) -> NDArray[np.int64]:
        """Row of each pair."""
        return np.repeat(np.arange(self.rows), np.diff(self.indptr))


@dataclass(frozen=True, eq=False)
class SitingCore(_Rows):
    """Minimise Σ site_cost · open + Σ over rows of min(base, cheapest pair with an open site).

    This one form is the p-median (costs), the maximal cover (a row's base is its weight, its pairs cost nothing)
    and the set cover (base inf, sites cost).

    Attributes:
        indptr, site, cost: CSR over rows; each row's pairs in ascending order of cost, then of site; every cost
            (weight included) is below the row's base. `cost` is None where every pair costs nothing (a cover).
        base: cost of a row that no open site serves, weight included; inf where it must be served. Shape (rows,).
        site_cost: cost of opening each site, shape (sites,). May be negative (closing it would cost).
        rules: on which sites may be open together. The one called "count", over all sites with values 1, is first
            if there is one.
        whole: what the caller's objective is the rest of, where he maximises (all weight of a maximal cover): relative
            gaps are those of `whole` minus the core's objective. 0 where he minimises.
    """

    indptr: NDArray[np.int64]
    site: NDArray[np.int32]
    cost: NDArray[np.float64] | None
    base: NDArray[np.float64]
    site_cost: NDArray[np.float64]
    rules: tuple[SiteRule, ...] = ()
    whole: float = 0.0

    @property
    def sites(self) -> int:
        """How many sites to decide on."""
        return len(self.site_cost)

    @property
    def other_rules(self) -> tuple[SiteRule, ...]:
        """All rules but the count."""
        return tuple(rule for rule in self.rules if rule.name != COUNT)

    def allows(self, is_open: NDArray[np.bool_]) -> bool:
        """Whether a plan keeps all rules."""
        return all(rule.holds(is_open) for rule in self.rules)

    def value(self, is_open: NDArray[np.bool_]) -> float:
        """The objective of a plan, inf where a row that must be served is not."""
        cheapest = self.base.copy()
        used = is_open[self.site]
        cost = np.zeros(int(used.sum())) if self.cost is None else self.cost[used]
        np.minimum.at(cheapest, self.row()[used], cost)
        return float(cheapest.sum() + self.site_cost[is_open].sum())


@dataclass(frozen=True, eq=False)
class Found:
    """What an engine found for a `SitingCore`.

    Attributes:
        is_open: the best plan, or None where none was found.
        bound: no plan costs less; valid in floating point. -inf where nothing is known, inf where there is no plan.
        proved: the plan is optimal up to rounding, or (with `is_open` None) there is none.
    """

    is_open: NDArray[np.bool_] | None
    bound: float
    proved: bool


@dataclass(frozen=True, eq=False)
class SeatsCore(_Rows):
    """Minimise the cost of the options taken, of seats added, and of every row's assignment, loads within bands.

    Every open site takes exactly one of its options (a size with its capacity, least load and cost).

    Attributes:
        indptr, site, cost: CSR over rows; each row's pairs in ascending order of cost, then of site. The cost is that
            of serving the whole row (weight included).
        weight: load of each row, at least 0. Shape (rows,).
        base: cost of leaving the whole row unserved; inf where it must be served.
        option_site: the site of each option; ascending.
        option_capacity, option_least: most and least load of the option's site; the capacity may be inf.
        option_cost: cost of taking the option; may be negative (closing the site would cost).
        must_open: sites that are open in any case. Shape (sites,).
        extra_most, extra_cost: seats that may be added to a site beyond its option's capacity, and the cost of each.
        rules: on which sites may be open together (counts, groups).
        budget, option_spend, extra_spend: money: Σ spend of the options taken + Σ extra_spend × seats added must not
            exceed the budget (inf: none).
        splittable: a row may be shared among sites.
    """

    indptr: NDArray[np.int64]
    site: NDArray[np.int32]
    cost: NDArray[np.float64]
    weight: NDArray[np.float64]
    base: NDArray[np.float64]
    option_site: NDArray[np.int64]
    option_capacity: NDArray[np.float64]
    option_least: NDArray[np.float64]
    option_cost: NDArray[np.float64]
    must_open: NDArray[np.bool_]
    extra_most: NDArray[np.float64]
    extra_cost: NDArray[np.float64]
    rules: tuple[SiteRule, ...]
    budget: float
    option_spend: NDArray[np.float64]
    extra_spend: NDArray[np.float64]
    splittable: bool

    @property
    def sites(self) -> int:
        """How many sites."""
        return len(self.must_open)


@dataclass(frozen=True, eq=False)
class Seated:
    """What an engine found for a `SeatsCore`.

    Attributes:
        option: the option taken by each site, -1 where it is closed; None where no plan was found.
        share: share of its row that each pair of the core carries, in [0, 1]; 0 or 1 unless splittable. What is
            missing to 1 is unserved. None where no plan was found.
        bound, proved: as for `Found`.
    """

    option: NDArray[np.int64] | None
    share: NDArray[np.float64] | None
    bound: float
    proved: bool
