"""A cover as the engines of this folder see it: rows and columns of a 0-1 matrix, and what is settled already."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import making_kernel
from geoplan.locate.core import SiteRule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.core import SitingCore


@dataclass(frozen=True, eq=False)
class Cover:
    """Minimise constant + Σ site_cost · open + Σ price of the rows that no open site covers, low ≤ Σ open ≤ high.

    Attributes:
        indptr, site: the sites of each row, ascending.
        column_ptr, row: the rows of each site, ascending.
        price: of a row left uncovered, above 0; inf where it must be covered.
        site_cost: of each site, any sign.
        low, high: least and most open sites.
        rules: all others.
        origin: column of the core of each site.
        opened: columns of the core that are settled open.
        constant: what is settled costs this much.
    """

    indptr: NDArray[np.int64]
    site: NDArray[np.int32]
    column_ptr: NDArray[np.int64]
    row: NDArray[np.int32]
    price: NDArray[np.float64]
    site_cost: NDArray[np.float64]
    low: int
    high: int
    rules: tuple[SiteRule, ...]
    origin: NDArray[np.int64]
    opened: NDArray[np.int64]
    constant: float

    @property
    def rows(self) -> int:
        """How many rows are left."""
        return len(self.price)

    @property
    def sites(self) -> int:
        """How many sites are left to decide on."""
        return len(self.site_cost)

    @property
    def must(self) -> NDArray[np.bool_]:
        """Rows that must be covered."""
        return np.isinf(self.price)

    @property
    def unlinked(self) -> bool:
        """No rule ties one site to another."""
        return self.low <= 0 and self.high >= self.sites and not self.rules

    @property
    def hopeless(self) -> bool:
        """Plainly no plan: a row without sites that must be covered, or counts that cannot be kept."""
        if self.low > min(self.sites, self.high) or self.high < 0:
            return True
        if any(rule.low > rule.values.sum() + rule.slack or rule.high < -rule.slack for rule in self.rules):
            return True
        return bool((self.must & (np.diff(self.indptr) == 0)).any())

    def value(self, is_open: NDArray[np.bool_]) -> float:
        """The objective of a plan over the sites left, inf where a row that must be covered is not."""
        lost = self.price[~self.covered(is_open)]
        return float(self.constant + self.site_cost[is_open].sum() + lost.sum())

    def covered(self, is_open: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Rows with an open site."""
        total = np.concatenate([[0], np.cumsum(is_open[self.site])])
        return np.asarray(total[self.indptr[1:]] > total[self.indptr[:-1]])

    def allows(self, is_open: NDArray[np.bool_]) -> bool:
        """Whether a plan over the sites left keeps the count and all rules."""
        return self.low <= int(is_open.sum()) <= self.high and all(rule.holds(is_open) for rule in self.rules)

    def whole_plan(self, is_open: NDArray[np.bool_], sites: int) -> NDArray[np.bool_]:
        """A plan over the sites left as one over the sites of the core."""
        plan = np.zeros(sites, dtype=bool)
        plan[self.opened] = True
        plan[self.origin[is_open]] = True
        return plan

    def all_rules(self) -> tuple[SiteRule, ...]:
        """The count, and all other rules."""
        count = SiteRule("count", np.arange(self.sites), np.ones(self.sites), float(self.low), float(self.high))
        return (count, *self.rules)

    def with_settled(
        self, *, opened: NDArray[np.bool_], closed: NDArray[np.bool_], dropped: NDArray[np.bool_] | None = None
    ) -> tuple[Cover, NDArray[np.int64]]:
        """The same with sites settled, and the rows that are left (rows covered by now, rows dropped are not).

        Rows whose sites are all closed are lost: their price goes into the constant.
        """
        gone = opened | closed
        keep_row = ~self.covered(opened)
        if dropped is not None:
            keep_row &= ~dropped
        keep_pair = ~gone[self.site] & np.repeat(keep_row, np.diff(self.indptr))
        row = np.repeat(np.arange(self.rows), np.diff(self.indptr))[keep_pair]
        count = np.bincount(row, minlength=self.rows)
        lost = keep_row & (count == 0) & ~self.must
        kept = np.flatnonzero(keep_row & ~lost)
        number = np.cumsum(~gone) - 1
        indptr = np.concatenate([[0], np.cumsum(count[kept])])
        made = _with_columns(
            indptr,
            number[self.site[keep_pair]].astype(np.int32),
            self.price[kept],
            self.site_cost[~gone],
            self.low - int(opened.sum()),
            self.high - int(opened.sum()),
            tuple(without_settled(rule, opened, closed) for rule in self.rules),
            self.origin[~gone],
            np.sort(np.concatenate([self.opened, self.origin[opened]])),
            self.constant + float(self.site_cost[opened].sum() + self.price[lost].sum()),
        )
        return replace(made, rules=tuple(rule for rule in made.rules if _can_break(rule))), kept

    def with_rows(self, kept: NDArray[np.int64], price: NDArray[np.float64]) -> Cover:
        """The same with only some rows, at new prices."""
        count = np.diff(self.indptr)
        taken = np.zeros(self.rows, dtype=bool)
        taken[kept] = True
        site = self.site[np.repeat(taken, count)]
        indptr = np.concatenate([[0], np.cumsum(count[kept])])
        return _with_columns(
            indptr, site, price, self.site_cost, self.low, self.high, self.rules, self.origin, self.opened,
            self.constant,
        )  # fmt: skip


def cover_of(core: SitingCore) -> Cover:
    """A core without costs as a cover: rows that decide nothing are settled."""
    count = np.diff(core.indptr)
    paying = core.base > 0
    kept = np.flatnonzero(paying & ((count > 0) | np.isinf(core.base)))
    lost = core.base[~paying | ((count == 0) & np.isfinite(core.base))]
    low, high = core.count
    whole = _with_columns(
        core.indptr, core.site, core.base, core.site_cost, low, high,
        tuple(rule for rule in core.other_rules if _can_break(rule)),
        np.arange(core.sites), np.empty(0, dtype=np.int64), float(lost.sum()),
    )  # fmt: skip
    return whole if len(kept) == core.rows else whole.with_rows(kept, core.base[kept])


def _with_columns(
    indptr: NDArray[np.int64],
    site: NDArray[np.int32],
    price: NDArray[np.float64],
    site_cost: NDArray[np.float64],
    low: int,
    high: int,
    rules: tuple[SiteRule, ...],
    origin: NDArray[np.int64],
    opened: NDArray[np.int64],
    constant: float,
) -> Cover:
    """A cover from its rows: sites ascending within each, columns beside them."""
    indptr = indptr.astype(np.int64)
    column_ptr, row = transposed(indptr, site, len(site_cost))
    _, ascending = transposed(column_ptr, row, len(price))
    return Cover(
        indptr, ascending, column_ptr, row, price, site_cost, low, high, rules, origin, opened, constant,
    )  # fmt: skip


@making_kernel
def transposed(
    indptr: NDArray[np.int64], index: NDArray[np.int32], width: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Rows of a 0-1 matrix from its columns or columns from its rows; indices come out ascending."""
    ptr = np.zeros(width + 1, dtype=np.int64)
    for at in range(len(index)):
        ptr[index[at] + 1] += 1
    for line in range(width):
        ptr[line + 1] += ptr[line]
    following = ptr[:-1].copy()
    out = np.empty(len(index), dtype=np.int32)
    for line in range(len(indptr) - 1):
        for at in range(indptr[line], indptr[line + 1]):
            out[following[index[at]]] = line
            following[index[at]] += 1
    return ptr, out


def without_settled(rule: SiteRule, opened: NDArray[np.bool_], closed: NDArray[np.bool_]) -> SiteRule:
    """A rule over the sites that are left."""
    spent = rule.amount(opened)
    left = ~(opened | closed)
    mine = left[rule.sites]
    number = np.cumsum(left) - 1
    return SiteRule(rule.name, number[rule.sites[mine]], rule.values[mine], rule.low - spent, rule.high - spent)


def _can_break(rule: SiteRule) -> bool:
    return bool(rule.low > 0 or rule.high < rule.values.sum())
