"""The last stretch of the ascent: prices from the zones seen, within a box around the best ones."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.box import Box
from geoplan.locate.seats.trios import chosen_trios
from geoplan.zones.bounding.duals import Climbed, ask
from geoplan.zones.bounding.master import Program
from geoplan.zones.bounding.triples import broken_triples

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.zones.bounding.layout import Layout
    from geoplan.zones.bounding.master import Pool
    from geoplan.zones.core import ZonesCore

MOST_COLUMNS, ROOM = 3_000, 1_500
"""Zones that the program begins with: those that cost least at the best prices; new ones until it is made anew."""
CENTRAL_COLUMNS, GIVEN_UP = 5_000, 0.02
"""The same where prices in the middle are asked for, and the share of the way to the target that these may cost: where
column generation has come to its end, their bound is a hair lower."""
TRIPLES_EVERY = 10
"""Rounds between two looks for triples that are broken, unless there is nothing else to gain."""
LEAST_BROKEN, LEAST_SHARE = 0.05, 1e-4
"""By how much a triple must be broken, and the least share of a zone that is looked at."""


@dataclass(frozen=True, eq=False)
class Tightened:
    """The best prices, and the plan in fractions that the zones seen make at them.

    Attributes:
        columns, share: zones of the pool and how much of each is used; empty where the program was never solved.
    """

    best: Climbed
    columns: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    share: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))


def tighten(
    core: ZonesCore,
    layout: Layout,
    pool: Pool,
    best: Climbed,
    known: NDArray[np.int8],
    *,
    clock: Clock,
    rounds: int,
    most_nodes: int,
    target: float,
    tolerance: float = 1e-5,
    central: bool = False,
) -> Tightened:
    """Raise the bound by column generation, and by prices on triples that its plan in fractions breaks.

    Args:
        central: by prices in the middle of all best ones, which decide more pairs and leave fewer zones worth a look;
            no triples are added then.
        target: stop where the bound reaches it.
        tolerance: relative; stop where no more can be gained.
    """
    work = _Box(core, layout, pool, best, known, target, tolerance, central)
    for turn in range(rounds):
        if clock.over or work.best.bound >= target:
            break
        if not work.step(clock, most_nodes):
            break
        if work.is_settled or turn % TRIPLES_EVERY == TRIPLES_EVERY - 1:
            added = not central and work.add_triples()
            if work.is_settled and not added:
                break
    return Tightened(work.best, work.columns, work.share)


@dataclass(eq=False)
class _Box:
    """The box around the best prices, and what was found in it.

    Attributes:
        box: around the best prices.
        is_settled: no more can be gained with these triples.
        is_central: the best prices are in the middle.
    """

    core: ZonesCore
    layout: Layout
    pool: Pool
    best: Climbed
    known: NDArray[np.int8]
    target: float
    tolerance: float
    central: bool
    columns: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    share: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    box: Box = field(init=False)
    is_settled: bool = False
    is_central: bool = False
    program: Program | None = None
    tested: int = 0
    agreeing: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def __post_init__(self) -> None:
        mean = float(np.abs(self.best.prices.unit).mean()) if self.core.units else 0.0
        self.box = Box(max(mean, 1e-3 * float(self.core.cost.mean()), 1e-12))

    def step(self, clock: Clock, most_nodes: int) -> bool:
        """New prices, and the schools' answer; False where there is none."""
        if len(self.pool.zone) > self.tested:
            fresh = self.pool.agreeing(self.layout, self.known, self.tested)
            self.agreeing, self.tested = np.concatenate([self.agreeing, fresh]), len(self.pool.zone)
        else:
            fresh = self.agreeing[:0]
        # an interior point method begins anew in any case: then with the zones that are cheapest now
        if self.central or self.program is None or len(self.program.columns) + len(fresh) > MOST_COLUMNS + ROOM:
            self.program = Program(self.core, self.pool, self.best.prices.triple)
            fresh = _cheapest(self.pool, self.agreeing, self.best, CENTRAL_COLUMNS if self.central else MOST_COLUMNS)
        self.program.add(fresh)
        found = self.program.solve(self.best.prices, self.box.width, clock, central=self.central)
        if found is None:
            return False
        self.columns, self.share = self.program.columns, found.share
        answer = ask(self.core, self.layout, found.prices, self.known, most_nodes=most_nodes)
        self.pool.add_asked(self.layout, answer)
        expected, gained = found.value - self.best.bound, answer.bound - self.best.bound
        may_fall = self.central and not self.is_central
        if gained > (-GIVEN_UP * (self.target - self.best.bound) if may_fall else 0.0):
            self.is_central = self.central
            self.best = Climbed(found.prices, answer.bound, self.best.opened)
        if np.isinf(answer.bound):
            return False
        self.is_settled = self.box.resize(expected, gained, found.boxed, self.tolerance * abs(self.best.bound))
        return True

    def add_triples(self) -> bool:
        """Price triples that the plan in fractions breaks, and forget those without a price; False where none was."""
        prices = self.best.prices
        used = np.flatnonzero(self.share > LEAST_SHARE)
        holds = np.zeros((len(used), self.core.units), dtype=np.bool_)
        for row, at in enumerate(self.columns[used].tolist()):
            holds[row, self.pool.units[at]] = True
        broken = broken_triples(holds, self.share[used], LEAST_BROKEN)
        priced = prices.crowd > 0.0
        fresh = chosen_trios(broken, prices.triple[priced], self.core.units)
        if not len(fresh):
            return False
        triple = np.concatenate([prices.triple[priced], fresh])
        crowd = np.append(prices.crowd[priced], np.zeros(len(fresh)))
        self.best, self.program = replace(self.best, prices=replace(prices, triple=triple, crowd=crowd)), None
        self.box.reopen()
        return True


def _cheapest(pool: Pool, columns: NDArray[np.int64], best: Climbed, most: int) -> NDArray[np.int64]:
    """The columns that cost least at the best prices."""
    if len(columns) <= most:
        return columns
    beyond = pool.beyond_cheapest(columns, best.prices)
    return columns[np.sort(np.argsort(beyond, kind="stable")[:most])]
