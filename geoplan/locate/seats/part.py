"""A part of a plan solved exactly: a few neighbouring sites, their rows, the rest of the plan as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import making_kernel
from geoplan.locate.highs import milp_from_entries, minimise
from geoplan.locate.seats.evaluate import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.core import SeatsCore
    from geoplan.locate.highs import Milp, Options
    from geoplan.locate.seats.moves import Floats, Ints

    Entries = tuple[Ints, Ints, Floats]

SCALE = 1e4
"""What a part costs in HiGHS's eyes, so that its tolerances mean the same everywhere."""
FIRST: Options = {"mip_max_improving_sols": 1}
"""For HiGHS: stop at the first plan."""
GAP = 1e-6
"""A part is solved to this relative gap."""


@dataclass(frozen=True, eq=False)
class Part:
    """Rows and sites to be decided anew, and the pairs between them that are looked at.

    Attributes:
        rows, sites: of the core, ascending.
        pair_row, pair_site: positions in `rows` and `sites`.
        pair_cost: of serving the whole row.
        option: options of the core that belong to `sites`, ascending.
        option_site: position in `sites` of each.
    """

    rows: Ints
    sites: Ints
    pair_row: Ints
    pair_site: Ints
    pair_cost: Floats
    option: Ints
    option_site: Ints


def part_of(core: SeatsCore, rows: Ints, sites: Ints, site_of_row: Ints, width: int) -> Part:
    """The part with the `width` cheapest pairs of each row, and that of its present site."""
    position = np.full(core.sites, -1, dtype=np.int64)
    position[sites] = np.arange(len(sites))
    pair_row, pair_site, pair_cost = _pairs(
        plain(core.indptr), plain(core.site),
        plain(core.cost), rows, position, site_of_row, width,
    )  # fmt: skip
    option = np.flatnonzero(position[core.option_site] >= 0)
    return Part(rows, sites, pair_row, pair_site, pair_cost, option, position[core.option_site[option]])


@making_kernel
def _pairs(
    indptr: Ints, site: NDArray[np.int32], cost: Floats, rows: Ints, position: Ints, site_of_row: Ints, width: int
) -> tuple[Ints, Ints, Floats]:
    out_row = np.empty(len(rows) * (width + 1), dtype=np.int64)
    out_site = np.empty(len(rows) * (width + 1), dtype=np.int64)
    out_cost = np.empty(len(rows) * (width + 1))
    size = 0
    for i in range(len(rows)):
        found = 0
        current = site_of_row[rows[i]]
        missing = current >= 0
        for k in range(indptr[rows[i]], indptr[rows[i] + 1]):
            j = site[k]
            if position[j] < 0 or (found >= width and j != current):
                continue
            out_row[size], out_site[size], out_cost[size] = i, position[j], cost[k]
            size += 1
            found += 1
            if j == current:
                missing = False
            if found >= width and not missing:
                break
    return out_row[:size], out_site[:size], out_cost[:size]


@dataclass(frozen=True, eq=False)
class Outside:
    """What the rest of the plan uses up: amount of each rule, and money."""

    amount: Floats
    spend: float


@dataclass(frozen=True, eq=False)
class Solved:
    """The part decided anew: the option of each of its sites (-1 closed), the site of each of its rows.

    `proved` says that nothing better was left among the pairs that were looked at.
    """

    option: Ints
    site_of_row: Ints
    proved: bool


def solve_part(
    core: SeatsCore,
    part: Part,
    outside: Outside,
    *,
    clock: Clock,
    seed: int,
    nodes: int,
    now: tuple[Ints, Ints] | None,
    prices: tuple[float, float] | None = None,
    first: bool = False,
) -> Solved | None:
    """Solve a part by HiGHS.

    Args:
        core: the problem.
        part: what to decide.
        outside: what the rest uses.
        clock: when to stop.
        seed: for HiGHS.
        nodes: most nodes of branch and bound.
        now: option of each site and site of each row at present (of the whole core), to begin with; None where they
            break something.
        prices: of a unit of load out of its band or of money over the budget, and of a row unserved or a rule
            broken by one; None where nothing may be broken.
        first: the first plan found will do.
    """
    layout = Layout(core, part, prices)
    model, scale = layout.model(outside)
    start = None if now is None else layout.point(now[0], now[1]) * 1.0
    answer = minimise(
        model, clock=clock, gap=GAP, seed=seed, start=start, most_nodes=nodes, options=FIRST if first else None
    )
    if answer.x is None:
        return None
    return layout.solved(answer.x, proved=answer.proved and scale > 0)


class Layout:
    """Columns: a pair each, an option each, seats added and load over and under by site, rows unserved."""

    def __init__(
        self, core: SeatsCore, part: Part, prices: tuple[float, float] | None, linked: Ints | None = None
    ) -> None:
        """Pairs in `linked` (None: all) are held to their site one by one, the others by its capacity alone."""
        self.core, self.part, self.prices = core, part, prices
        self.linked = np.arange(len(part.pair_row)) if linked is None else linked
        self.pairs, self.options = len(part.pair_row), len(part.option)
        self.at_option = self.pairs
        self.at_extra = self.at_option + self.options
        self.at_over = self.at_extra + len(part.sites)
        self.at_under = self.at_over + len(part.sites)
        self.at_unserved = self.at_under + len(part.sites)
        self.at_money = self.at_unserved + len(part.rows)
        self.at_rule = self.at_money + 1
        self.columns = self.at_rule + 2 * len(core.rules)

    def model(self, outside: Outside) -> tuple[Milp, float]:
        core, part = self.core, self.part
        cost, upper = np.zeros(self.columns), np.ones(self.columns)
        cost[: self.pairs] = part.pair_cost
        cost[self.at_option : self.at_extra] = core.option_cost[part.option]
        extra = slice(self.at_extra, self.at_over)
        cost[extra], upper[extra] = core.extra_cost[part.sites], core.extra_most[part.sites]
        load = slice(self.at_over, self.at_unserved)
        unserved = slice(self.at_unserved, self.at_money)
        base = core.base[part.rows]
        if self.prices is None:
            upper[load], upper[self.at_money :] = 0.0, 0.0
        else:
            cost[load], upper[load] = self.prices[0], np.inf
            cost[self.at_money], upper[self.at_money] = self.prices[0], np.inf
            cost[self.at_rule :], upper[self.at_rule :] = self.prices[1], np.inf
            base = np.minimum(base, self.prices[1])
        upper[unserved] = np.where(np.isfinite(base), 1.0, 0.0)
        cost[unserved] = np.where(np.isfinite(base), base, 0.0)
        whole = np.zeros(self.columns, dtype=np.bool_)
        whole[self.at_option : self.at_extra] = True
        if not core.splittable:
            whole[: self.pairs] = True
            whole[unserved] = upper[unserved] > 0
        entries, low, high = self._constraints(outside)
        typical = float(np.bincount(part.pair_row, weights=part.pair_cost).sum()) / max(1, len(part.sites))
        typical = max(typical, float(np.abs(core.option_cost[part.option]).max(initial=0.0)))
        # nothing but unserved rows may cost anything
        typical = typical if typical > 0 else float(np.abs(cost).max(initial=0.0))
        scale = SCALE / max(typical, 1e-9)
        return milp_from_entries(cost * scale, upper, whole, entries, low, high), scale

    def _constraints(self, outside: Outside) -> tuple[Entries, Floats, Floats]:
        core, part = self.core, self.part
        rows, sites, rules = len(part.rows), len(part.sites), len(core.rules)
        pair, option, site = np.arange(self.pairs), np.arange(self.options), np.arange(sites)
        weight = core.weight[part.rows]
        total = float(weight.sum())
        capacity = np.minimum(core.option_capacity[part.option], total)
        # A row of each kind begins at:
        links = len(self.linked)
        link, band, floor = rows, rows + links, rows + links + sites
        one, grown, rule = floor + sites, floor + 2 * sites, floor + 3 * sites
        money = rule + rules
        link_site = part.pair_site[self.linked]
        by_pair = np.searchsorted(part.option_site, link_site)
        many = np.searchsorted(part.option_site, link_site, side="right") - by_pair
        link_option = np.repeat(by_pair - np.concatenate([[0], np.cumsum(many)[:-1]]), many) + np.arange(many.sum())
        blocks = [
            (part.pair_row, pair, np.ones(self.pairs)),
            (np.arange(rows), self.at_unserved + np.arange(rows), np.ones(rows)),
            (link + np.arange(links), self.linked, np.ones(links)),
            (link + np.repeat(np.arange(links), many), self.at_option + link_option, -np.ones(len(link_option))),
            (band + part.pair_site, pair, weight[part.pair_row]),
            (band + part.option_site, self.at_option + option, -capacity),
            (band + site, self.at_extra + site, -np.ones(sites)),
            (band + site, self.at_over + site, -np.ones(sites)),
            (floor + part.pair_site, pair, weight[part.pair_row]),
            (floor + part.option_site, self.at_option + option, -core.option_least[part.option]),
            (floor + site, self.at_under + site, np.ones(sites)),
            (one + part.option_site, self.at_option + option, np.ones(self.options)),
            (grown + site, self.at_extra + site, np.ones(sites)),
            (grown + part.option_site, self.at_option + option, -core.extra_most[part.sites[part.option_site]]),
            (np.full(self.options, money), self.at_option + option, core.option_spend[part.option]),
            (np.full(sites, money), self.at_extra + site, core.extra_spend[part.sites]),
            (np.array([money]), np.array([self.at_money]), -np.ones(1)),
        ]
        for k, one_rule in enumerate(core.rules):
            value = np.zeros(core.sites)
            value[one_rule.sites] = one_rule.values
            at = self.at_rule + 2 * k
            blocks += [
                (np.full(self.options, rule + k), self.at_option + option, value[part.sites[part.option_site]]),
                (np.full(2, rule + k), np.array([at, at + 1]), np.array([1.0, -1.0])),
            ]
        row, column, value = (np.concatenate(arrays) for arrays in zip(*blocks, strict=True))
        kept = value != 0.0
        free = np.full(sites, np.inf)
        low = np.concatenate([
            np.ones(rows), np.full(links, -np.inf), -free, np.zeros(sites),
            np.where(core.must_open[part.sites], 1.0, 0.0), -free,
            np.array([one_rule.low for one_rule in core.rules]) - outside.amount, [-np.inf],
        ])  # fmt: skip
        high = np.concatenate([
            np.ones(rows), np.zeros(links), np.zeros(sites), free, np.ones(sites), np.zeros(sites),
            np.array([one_rule.high for one_rule in core.rules]) - outside.amount, [core.budget - outside.spend],
        ])  # fmt: skip
        if not core.option_least[part.option].any():
            low[floor : floor + sites] = -np.inf
        return (row[kept], column[kept], value[kept]), low, high

    def point(self, option: Ints, site_of_row: Ints) -> Floats:
        """The present plan as values of the columns."""
        core, part = self.core, self.part
        x = np.zeros(self.columns)
        x[: self.pairs] = part.sites[part.pair_site] == site_of_row[part.rows][part.pair_row]
        x[self.at_option : self.at_extra] = option[part.sites[part.option_site]] == part.option
        x[self.at_unserved : self.at_money] = site_of_row[part.rows] < 0
        load = np.bincount(
            part.pair_site, weights=core.weight[part.rows][part.pair_row] * x[: self.pairs], minlength=len(part.sites)
        )
        taken = option[part.sites]
        room = np.where(taken >= 0, core.option_capacity[np.maximum(taken, 0)], 0.0)
        x[self.at_extra : self.at_over] = np.maximum(load - room, 0.0)
        return x

    def solved(self, x: Floats, *, proved: bool) -> Solved:
        part = self.part
        site_of_row = np.full(len(part.rows), -1, dtype=np.int64)
        taken = x[: self.pairs] > 0.5
        site_of_row[part.pair_row[taken]] = part.sites[part.pair_site[taken]]
        option = np.full(len(part.sites), -1, dtype=np.int64)
        opened = np.flatnonzero(x[self.at_option : self.at_extra] > 0.5)
        option[part.option_site[opened]] = part.option[opened]
        return Solved(option, site_of_row, proved)
