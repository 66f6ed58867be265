"""The zones seen so far, and the program that combines them: its prices, and in whole numbers the best plan of them.

Column generation for set partitioning with a box around the best prices (du Merle, Villeneuve, Desrosiers & Hansen
1999); a plan from all zones seen: Kong 2021.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.highs import GrowingLp, milp_from_entries, minimise, rows_only
from geoplan.zones.bounding.duals import Prices
from geoplan.zones.bounding.states import BARRED, TAKEN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.highs import Milp, Options
    from geoplan.zones.bounding.duals import Asked
    from geoplan.zones.bounding.layout import Layout
    from geoplan.zones.core import ZonesCore


@dataclass(eq=False)
class Pool:
    """Zones that were seen, each once.

    Attributes:
        zone: the school of each; `units`: its units, ascending; `cost`: of its pairs and of opening it.
        legal: its load keeps the seats and the least load.
    """

    core: ZonesCore
    zone: list[int] = field(default_factory=list)
    units: list[NDArray[np.int64]] = field(default_factory=list)
    cost: list[float] = field(default_factory=list)
    moved: list[float] = field(default_factory=list)
    legal: list[bool] = field(default_factory=list)
    _known: set[tuple[int, bytes]] = field(default_factory=set)

    def add(self, zone: int, units: NDArray[np.int64], pairs: NDArray[np.int64]) -> None:
        """Remember a zone; `units` ascending, `pairs` theirs."""
        key = (zone, units.tobytes())
        if key in self._known:
            return
        self._known.add(key)
        core = self.core
        price, legal = core.judged(np.array([zone]), core.pupils[units].sum(keepdims=True))
        self.zone.append(zone)
        self.units.append(units)
        self.cost.append(float(core.cost[pairs].sum() + core.opening[zone] + price[0]))
        self.moved.append(float(core.moved[pairs].sum()))
        self.legal.append(bool(legal[0]))

    def add_asked(self, layout: Layout, answer: Asked) -> None:
        """Remember what schools chose under prices."""
        for zone in range(self.core.zones):
            part = layout.members(zone)
            inside = answer.inside[part]
            if inside.any():
                self.add(zone, layout.unit[part][inside], layout.pair[part][inside])

    def add_zone(self, zone: int, units: NDArray[np.int64]) -> None:
        """Remember a zone by its units, ascending, each with a pair with the zone."""
        order, sorted_keys = self._pairs
        at = np.searchsorted(sorted_keys, zone * self.core.units + units)
        self.add(zone, units, order[at])

    @cached_property
    def _pairs(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        keys = self.core.zone.astype(np.int64) * self.core.units + self.core.unit
        order = np.argsort(keys, kind="stable")
        return order, keys[order]

    def add_plan(self, zone_of_unit: NDArray[np.int64]) -> None:
        """Remember the zones of a plan."""
        for zone in np.unique(zone_of_unit[zone_of_unit >= 0]).tolist():
            self.add_zone(zone, np.flatnonzero(zone_of_unit == zone))

    def crowding(
        self, columns: NDArray[np.int64], triple: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which of the columns (as they stand here) hold two or more of which triples: column and row of each."""
        if not len(triple):
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        inside = np.zeros((len(columns), self.core.units), dtype=np.int8)
        for row, at in enumerate(columns.tolist()):
            inside[row, self.units[at]] = 1
        holder, held = np.nonzero(inside[:, triple].sum(axis=2) >= 2)
        return holder.astype(np.int64), held.astype(np.int64)

    def beyond_cheapest(self, columns: NDArray[np.int64], prices: Prices) -> NDArray[np.float64]:
        """By how much each of the columns is dearer at given prices than the cheapest of its school."""
        units = [self.units[at] for at in columns.tolist()]
        sizes = np.array([len(each) for each in units], dtype=np.int64)
        paid = np.append(0.0, np.cumsum(prices.unit[np.concatenate(units)])) if units else np.zeros(1)
        end = np.cumsum(sizes)
        net = np.array(self.cost)[columns] + prices.move * np.array(self.moved)[columns] - paid[end] + paid[end - sizes]
        crowd, row = self.crowding(columns, prices.triple)
        net += np.bincount(crowd, weights=prices.crowd[row], minlength=len(columns))
        zone = np.array(self.zone, dtype=np.int64)[columns]
        least = np.full(self.core.zones, np.inf)
        np.minimum.at(least, zone, net)
        beyond: NDArray[np.float64] = net - least[zone]
        return beyond

    def agreeing(self, layout: Layout, known: NDArray[np.int8], first: int = 0) -> NDArray[np.int64]:
        """Columns from `first` on that keep what is known of each place."""
        columns = np.arange(first, len(self.zone))
        if not known.any() or not len(columns):
            return columns
        core = self.core
        state = np.zeros((core.zones, core.units), dtype=np.int8)
        state[layout.zone, layout.unit] = known
        zone = np.array(self.zone[first:])
        sizes = np.array([len(each) for each in self.units[first:]])
        inside = state[np.repeat(zone, sizes), np.concatenate(self.units[first:])]
        start = np.cumsum(sizes) - sizes
        barred = np.add.reduceat(inside == BARRED, start, dtype=np.int64)
        taken = np.add.reduceat(inside == TAKEN, start, dtype=np.int64)
        kept: NDArray[np.int64] = columns[(barred == 0) & (taken == (state == TAKEN).sum(axis=1)[zone])]
        return kept


@dataclass(frozen=True, eq=False)
class Combined:
    """The linear program's answer: prices, its value, how much of each column it uses, and how far the box holds it."""

    prices: Prices
    value: float
    share: NDArray[np.float64]
    boxed: float


class Program:
    """Zones in shares, within a box around prices; it grows, and each solve goes on from where the last one ended.

    Attributes:
        core: which schools open; units and zones are the pool's.
        columns: zones of the pool that it may use.
    """

    def __init__(self, core: ZonesCore, pool: Pool, triple: NDArray[np.int64]) -> None:
        self.core, self.pool, self.triple = core, pool, triple
        self.columns = np.zeros(0, dtype=np.int64)
        low, high = _limits(core)
        self._rows = len(low)
        self._lp = GrowingLp(
            rows_only(np.append(low, np.full(len(triple), -np.inf)), np.append(high, np.ones(len(triple))))
        )
        # at the ends of its box a unit may be left out or taken twice, and a triple be crowded too much or too little
        units, triples = np.arange(core.units), self._rows + np.arange(len(triple))
        ends = np.concatenate([units, units, triples, triples])
        sign = np.repeat([1.0, -1.0, -1.0, 1.0], [len(units), len(units), len(triple), len(triple)])
        self._ends = len(ends)
        self._lp.add(np.zeros(self._ends), np.arange(self._ends + 1), ends, sign)

    def add(self, columns: NDArray[np.int64]) -> None:
        """More zones of the pool."""
        row, column, value = _entries(self.pool, columns)
        crowd, crowded = self.pool.crowding(columns, self.triple)
        row, column = np.append(row, self._rows + crowded), np.append(column, crowd)
        value = np.append(value, np.ones(len(crowd)))
        order = np.argsort(column, kind="stable")
        start = np.searchsorted(column[order], np.arange(len(columns) + 1))
        self._lp.add(np.array(self.pool.cost)[columns], start, row[order], value[order])
        self.columns = np.append(self.columns, columns)

    def solve(self, around: Prices, width: float, clock: Clock, *, central: bool = False) -> Combined | None:
        """The best prices within `width` of `around`, judged by these zones; None where the clock ran out.

        Args:
            central: of all best prices those in the middle (see `geoplan.locate.highs.GrowingLp.solve`).
        """
        core = self.core
        self._lp.price(
            np.concatenate([
                around.unit + width, width - around.unit, around.crowd + width, np.minimum(width - around.crowd, 0.0),
            ])
        )  # fmt: skip
        answer = self._lp.solve(clock, central=central)
        if answer.row_dual is None or answer.x is None:
            return None
        dual = answer.row_dual
        move = max(0.0, -float(dual[self._rows - 1])) if np.isfinite(core.moved_most) else 0.0
        prices = Prices(dual[: core.units].copy(), move, self.triple, np.maximum(-dual[self._rows :], 0.0))
        return Combined(prices, answer.bound, answer.x[self._ends :], float(answer.x[: self._ends].max()))


def best_of_pool(
    pool: Pool, columns: NDArray[np.int64], clock: Clock, *, below: float, start: NDArray[np.int64] | None = None
) -> NDArray[np.int64] | None:
    """The best plan made of legal zones of the pool that costs less than `below`; None where none was found.

    Args:
        start: a plan to begin with, if the columns have its zones.
    """
    core = pool.core
    model = _program(pool, columns)
    scale = max(float(np.abs(model.cost).max(initial=0.0)), 1e-9) / 1e3
    first = None if start is None else _point(pool, columns, start)
    options: Options = {"objective_bound": below / scale} if np.isfinite(below) else {}
    answer = minimise(replace(model, cost=model.cost / scale), clock=clock, start=first, options=options)
    if answer.x is None:
        return None
    plan = np.full(core.units, -1, dtype=np.int64)
    for at in columns[answer.x > 0.5].tolist():
        plan[pool.units[at]] = pool.zone[at]
    return plan


def _point(pool: Pool, columns: NDArray[np.int64], plan: NDArray[np.int64]) -> NDArray[np.float64] | None:
    """Which of the columns a plan is made of; None where one of its zones is not among them."""
    wanted = {(zone, np.flatnonzero(plan == zone).tobytes()) for zone in np.unique(plan[plan >= 0]).tolist()}
    point = np.array([float((pool.zone[at], pool.units[at].tobytes()) in wanted) for at in columns.tolist()])
    return point if int(point.sum()) == len(wanted) else None


def _program(pool: Pool, columns: NDArray[np.int64]) -> Milp:
    """Which of the zones make the best plan."""
    size = len(columns)
    return milp_from_entries(
        np.array(pool.cost)[columns], np.ones(size), np.ones(size, dtype=np.bool_), _entries(pool, columns),
        *_limits(pool.core),
    )  # fmt: skip


def _entries(
    pool: Pool, columns: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Row, place in `columns`, value. Rows: each unit once, each school, how many open, how many pupils moved."""
    core, size = pool.core, len(columns)
    units = [pool.units[at] for at in columns.tolist()]
    counts = np.array([len(each) for each in units], dtype=np.int64)
    every, last = np.arange(size), core.units + core.zones
    row = [*units, core.units + np.array(pool.zone, dtype=np.int64)[columns], np.full(size, last)]
    column = [np.repeat(every, counts), every, every]
    value = [np.ones(int(counts.sum()) + 2 * size)]
    if np.isfinite(core.moved_most):
        row.append(np.full(size, last + 1))
        column.append(every)
        value.append(np.array(pool.moved)[columns])
    return np.concatenate(row), np.concatenate(column), np.concatenate(value)


def _limits(core: ZonesCore) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Least and most of each row: at most one zone of a school, exactly one where it must be open."""
    # a boarding school that must stay open may stay without pupils: it needs no column
    boarding = int((core.must_open & (core.root < 0)).sum())
    least = np.where(core.must_open & (core.root >= 0), 1.0, 0.0)
    low = [np.ones(core.units), least, np.array([float(core.open_least - boarding)])]
    high = [np.ones(core.units), np.ones(core.zones), np.array([float(core.open_most)])]
    if np.isfinite(core.moved_most):
        low.append(np.array([-np.inf]))
        high.append(np.array([core.moved_most]))
    return np.concatenate(low), np.concatenate(high)
