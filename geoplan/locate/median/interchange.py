"""Plans by interchange: add, drop or swap one site as long as it helps, then shake and try again.

Each row knows its cheapest and second cheapest open site; what a site would gain and whom it would best replace is
read off the rows that it would serve (Whitaker 1983; Hansen and Mladenović 1997; Resende and Werneck 2007). The
shaking is local, and undone where it led to nothing better (iterated local search).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.median.moves import NOBODY, allowed, assign, close_site, improve, open_site
from geoplan.locate.median.shrink import pair_costs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.core import SitingCore
    from geoplan.locate.median.columns import Columns
    from geoplan.locate.median.ruletable import RuleTable

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]

WORK_A_CALL = 40_000_000
"""Pairs looked at in one call of the kernel, so that it returns within about 0.2 s."""


@dataclass(eq=False)
class Search:
    """A plan that is being improved, and what is known of it row by row."""

    core: SitingCore
    table: RuleTable
    columns: Columns
    is_open: Flags
    first: NDArray[np.int32]
    second: NDArray[np.int32]
    first_cost: Floats
    second_cost: Floats
    loss: Floats
    amount: Floats
    cursor: NDArray[np.int64]
    adjust: Floats

    @property
    def value(self) -> float:
        """The plan's cost, with a large finite cost for each row that must be served and is not."""
        return float(self.first_cost.sum() + self.core.site_cost[self.is_open].sum())

    @property
    def serves(self) -> bool:
        """Whether all rows are served that must be."""
        return not bool((np.isinf(self.core.base) & (self.first == NOBODY)).any())

    def go_to(self, is_open: Flags) -> None:
        """Take another plan."""
        core = self.core
        self.is_open[:] = is_open
        assign(
            core.indptr, core.site, pair_costs(core), self.columns.base, self.is_open,
            self.first, self.second, self.first_cost, self.second_cost, self.loss,
        )  # fmt: skip
        used = np.repeat(self.is_open, np.diff(self.table.indptr))
        self.amount[:] = np.bincount(self.table.rule[used], self.table.value[used], self.table.rules)
        self.cursor[1:] = 0, int(self.is_open.sum())

    def descend(self, clock: Clock) -> None:
        """Make improving moves until there is none, or time is over."""
        core, table, columns = self.core, self.table, self.columns
        low, high = core.count
        least_gain = 1e-10 * (abs(self.value) + 1e-6)
        while not improve(
            core.indptr, core.site, pair_costs(core), columns.base, columns.indptr, columns.row, columns.cost,
            core.site_cost, low, high, table.indptr, table.rule, table.value, table.low, table.high, self.amount,
            self.is_open, self.first, self.second, self.first_cost, self.second_cost, self.loss, self.adjust,
            self.cursor, least_gain, WORK_A_CALL,
        ):  # fmt: skip
            if clock.over:
                return

    def swap(self, came: int, went: int) -> None:
        """Open one site and close another one, if the rules allow it."""
        core, table, columns = self.core, self.table, self.columns
        if not allowed(came, went, table.indptr, table.rule, table.value, table.low, table.high, self.amount):
            return
        rows = self.first, self.second, self.first_cost, self.second_cost, self.loss
        open_site(came, columns.indptr, columns.row, columns.cost, self.is_open, *rows)
        close_site(went, core.indptr, core.site, pair_costs(core), columns.base, self.is_open, *rows)
        for site, sign in ((came, 1.0), (went, -1.0)):
            entries = slice(table.indptr[site], table.indptr[site + 1])
            self.amount[table.rule[entries]] += sign * table.value[entries]
        self.cursor[1] = 0


def start_search(core: SitingCore, table: RuleTable, columns: Columns, is_open: Flags) -> Search:
    """A search that begins with a plan, which must keep the rules."""
    rows, sites = core.rows, core.sites
    search = Search(
        core, table, columns, np.zeros(sites, dtype=np.bool_),
        np.empty(rows, dtype=np.int32), np.empty(rows, dtype=np.int32), np.empty(rows), np.empty(rows),
        np.empty(sites), np.empty(table.rules), np.zeros(3, dtype=np.int64), np.zeros(sites),
    )  # fmt: skip
    search.go_to(is_open)
    return search


def shake(search: Search, *, tries: int, clock: Clock, rng: np.random.Generator, enough: float = -np.inf) -> Flags:
    """Iterated local search from the plan of a search; returns the best plan.

    Args:
        tries: how often to shake.
        enough: value at which to stop.
    """
    best, value = search.is_open.copy(), search.value
    for _ in range(tries):
        if clock.over or value <= enough or search.core.rows == 0:
            break
        _kick(search, rng)
        search.descend(clock)
        new = search.value
        if new < value - 1e-10 * abs(value):
            best, value = search.is_open.copy(), new
        elif new > value:
            search.go_to(best)
    search.go_to(best)
    return best


def _kick(search: Search, rng: np.random.Generator) -> None:
    """Swap a few sites near random rows."""
    core = search.core
    for _ in range(int(rng.integers(2, 5))):
        row = int(rng.integers(core.rows))
        begin, end = int(core.indptr[row]), int(core.indptr[row + 1])
        near = search.first[row] if rng.random() < 0.5 else search.second[row]
        if begin == end or near == NOBODY:
            continue
        reach = int(np.searchsorted(pair_costs(core)[begin:end], search.second_cost[row], side="right"))
        came = int(core.site[begin + int(rng.integers(max(1, reach)))])
        if not search.is_open[came] and came != near:
            search.swap(came, int(near))
