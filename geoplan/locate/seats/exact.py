"""Single-assignment siting as one mixed-integer program: every row, size, least load, rule and budget, for HiGHS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.highs import Milp, milp_from_entries, minimise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.core import SeatsCore
    from geoplan.locate.highs import Options

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Plan = tuple[Ints, Ints]

LINKED_AT_MOST = 400_000
"""Pairs up to which each one is tied to its site by a row of its own (`x ≤ y`): strong, but as many rows as pairs."""
GOOD_SCALE = 1e5
"""Size of the objective that HiGHS's absolute tolerances are made for."""


@dataclass(frozen=True, eq=False)
class Compact:
    """The program of a core, and where its columns are.

    Columns: the pairs, the rows that may stay unserved, the options, the sites that may be widened (seats added).

    Attributes:
        model: costs are divided by `scale`.
        unserved: rows that may stay unserved.
        widened: sites to which seats may be added.
    """

    core: SeatsCore
    model: Milp
    scale: float
    unserved: Ints
    widened: Ints

    def plan(self, x: Floats) -> Plan:
        """Option of each site and site of each row, -1 where there is none."""
        core = self.core
        pairs, options = len(core.site), len(core.option_site)
        option = np.full(core.sites, -1, dtype=np.int64)
        taken = np.flatnonzero(x[pairs + len(self.unserved) :][:options] > 0.5)
        option[core.option_site[taken]] = taken
        site_of_row = np.full(core.rows, -1, dtype=np.int64)
        used = np.flatnonzero(x[:pairs] > 0.5)
        site_of_row[core.row()[used]] = core.site[used]
        return option, site_of_row

    def point(self, option: Ints, site_of_row: Ints) -> Floats:
        """The columns' values of a plan of this core."""
        core = self.core
        load = np.bincount(site_of_row[site_of_row >= 0], weights=core.weight[site_of_row >= 0], minlength=core.sites)
        taken = np.zeros(len(core.option_site))
        taken[option[option >= 0]] = 1.0
        capacity = np.where(option >= 0, core.option_capacity[np.maximum(option, 0)], 0.0)
        return np.concatenate(
            [
                (core.site == site_of_row[core.row()]).astype(np.float64),
                (site_of_row[self.unserved] < 0).astype(np.float64),
                taken,
                np.clip(load - capacity, 0.0, core.extra_most)[self.widened],
            ]
        )


class _Rows:
    """Rows of a program, gathered block by block."""

    def __init__(self) -> None:
        self.entries: list[tuple[Ints, Ints, Floats]] = []
        self.low: list[Floats] = []
        self.high: list[Floats] = []
        self.count = 0

    def add(self, low: Floats, high: Floats, *parts: tuple[Ints, Ints, Floats | float]) -> None:
        """A block of rows; each part holds (row in the block, column, value)."""
        for row, column, value in parts:
            values = np.broadcast_to(np.asarray(value, dtype=np.float64), row.shape)
            keep = values != 0.0
            self.entries.append((row[keep] + self.count, column[keep], values[keep]))
        self.low.append(np.asarray(low, dtype=np.float64))
        self.high.append(np.asarray(high, dtype=np.float64))
        self.count += len(low)

    def model(self, cost: Floats, upper: Floats, whole: NDArray[np.bool_]) -> Milp:
        """The program."""
        row, column, value = (np.concatenate(part) for part in zip(*self.entries, strict=True))
        return milp_from_entries(
            cost, upper, whole, (row, column, value), np.concatenate(self.low), np.concatenate(self.high)
        )


def compact(core: SeatsCore) -> Compact:
    """The program of a core, equivalent to it."""
    pairs, options = len(core.site), len(core.option_site)
    unserved = np.flatnonzero(np.isfinite(core.base))
    widened = np.flatnonzero(core.extra_most > 0)
    option_column = pairs + len(unserved) + np.arange(options)
    widened_column = pairs + len(unserved) + options + np.arange(len(widened))
    cost = np.concatenate([core.cost, core.base[unserved], core.option_cost, core.extra_cost[widened]])
    scale = max(float(np.abs(cost[np.isfinite(cost)]).max(initial=0.0)), 1e-9) * max(core.rows, 1) ** 0.5 / GOOD_SCALE
    rows = _Rows()
    row_of_pair, site_of_pair = core.row(), core.site.astype(np.int64)
    pair_column = np.arange(pairs)
    site_row = core.option_site

    rows.add(
        np.ones(core.rows), np.ones(core.rows),
        (row_of_pair, pair_column, 1.0), (unserved, pairs + np.arange(len(unserved)), 1.0),
    )  # fmt: skip
    rows.add(core.must_open.astype(np.float64), np.ones(core.sites), (site_row, option_column, 1.0))
    reaching = np.bincount(site_of_pair, weights=core.weight[row_of_pair], minlength=core.sites)
    capacity = np.minimum(core.option_capacity, reaching[site_row])
    load = (site_of_pair, pair_column, core.weight[row_of_pair])
    rows.add(
        np.full(core.sites, -np.inf), np.zeros(core.sites),
        load, (site_row, option_column, -capacity), (widened, widened_column, -1.0),
    )  # fmt: skip
    if (core.option_least > 0).any():
        rows.add(
            np.zeros(core.sites), np.full(core.sites, np.inf),
            load, (site_row, option_column, -core.option_least),
        )  # fmt: skip
    if len(widened):
        most = np.minimum(core.extra_most, reaching)
        rows.add(
            np.full(core.sites, -np.inf), np.zeros(core.sites),
            (widened, widened_column, 1.0), (site_row, option_column, -most[site_row]),
        )  # fmt: skip
    _add_links(rows, core, option_column)
    for rule in core.rules:
        value = np.zeros(core.sites)
        value[rule.sites] = rule.values
        rows.add(np.array([rule.low]), np.array([rule.high]), (np.zeros_like(site_row), option_column, value[site_row]))
    if np.isfinite(core.budget):
        rows.add(
            np.array([-np.inf]), np.array([core.budget]),
            (np.zeros_like(site_row), option_column, core.option_spend),
            (np.zeros_like(widened), widened_column, core.extra_spend[widened]),
        )  # fmt: skip
    _add_total(rows, core, option_column, capacity)
    upper = np.concatenate([np.ones(pairs + len(unserved) + options), np.minimum(core.extra_most, reaching)[widened]])
    whole = np.ones(len(upper), dtype=np.bool_)
    whole[pairs + len(unserved) + options :] = False
    return Compact(core, rows.model(cost / scale, upper, whole), scale, unserved, widened)


def _add_links(rows: _Rows, core: SeatsCore, option_column: Ints) -> None:
    """`x ≤ y` of each pair; of rows without weight always, for no capacity holds them."""
    site_of_pair = core.site.astype(np.int64)
    linked = np.flatnonzero((core.weight[core.row()] <= 0) | (len(core.site) <= LINKED_AT_MOST))
    first = np.searchsorted(core.option_site, np.arange(core.sites + 1))
    many = np.diff(first)[site_of_pair[linked]]
    block = np.arange(len(linked))
    start = np.repeat(first[site_of_pair[linked]], many)
    within = np.arange(len(start)) - np.repeat(np.cumsum(many) - many, many)
    rows.add(
        np.full(len(linked), -np.inf), np.zeros(len(linked)),
        (block, linked, 1.0), (np.repeat(block, many), option_column[start + within], -1.0),
    )  # fmt: skip


def _add_total(rows: _Rows, core: SeatsCore, option_column: Ints, capacity: Floats) -> None:
    """The open sites together hold all that must be served: implied, but the only row that sees it at a glance."""
    must = float(core.weight[~np.isfinite(core.base)].sum())
    if must > 0:
        room = np.minimum(capacity + core.extra_most[core.option_site], must)
        # 1 - 1e-9: room that only rounding takes away must not cut off a plan
        rows.add(np.array([must * (1 - 1e-9)]), np.array([np.inf]), (np.zeros_like(option_column), option_column, room))


@dataclass(frozen=True, eq=False)
class Finish:
    """What the program gave: a plan of the core asked (None where there is none), a bound, whether it is proved."""

    plan: Plan | None
    bound: float
    proved: bool


def solve_compact(
    core: SeatsCore,
    *,
    clock: Clock,
    gap: float = 0.0,
    seed: int = 0,
    start: Plan | None = None,
    below: float = np.inf,
    most_nodes: int | None = None,
) -> Finish:
    """Solve a core by its program.

    Args:
        start: a plan to begin with.
        below: only plans that cost less are of interest: `proved` then says that the plan is the best, or that none
            costs less than this.
        most_nodes: limit on HiGHS's nodes.
    """
    program = compact(core)
    options: Options = {}
    if np.isfinite(below):
        options["objective_bound"] = below / program.scale
    answer = minimise(
        program.model,
        clock=clock,
        gap=gap,
        seed=seed,
        start=None if start is None else program.point(*start),
        most_nodes=most_nodes,
        options=options,
    )
    plan = None if answer.x is None else program.plan(answer.x)
    return Finish(plan, answer.bound * program.scale, answer.proved)
