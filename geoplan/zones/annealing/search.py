"""The best contiguous plan that a search finds: grown from the roots, annealed, and annealed again from the best."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.zones.annealing.anneal import LINKS, Best, Pace, Ring, anneal
from geoplan.zones.annealing.grow import balanced_prices, settle
from geoplan.zones.annealing.moves import COST, fill, state_of, terms_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.zones.annealing.pool import ZonePool
    from geoplan.zones.core import ZonesCore

TRIES = 5_000
"""Tries of the first cycle, for each unit."""
CALL = 30_000
"""Tries of one call, about 0.1 s."""
HOT, COLD, AGAIN = 0.3, 0.02, 0.2
"""Warmth at first and at last, and at first of the later cycles, as a share of what a unit costs on average."""
SITE_WARMTH = 3.0
"""The warmth for zones opened and closed, as a multiple."""
CHAIN_EVERY, NOISE = 3, 4.0
"""One try out of so many is a chain; how much dearer its links may be, as a multiple of the warmth."""
SITE_EVERY = 16, 300
"""One try out of as many as there are units, but within these limits, opens or closes a zone."""
LOW, HIGH = 0.05, 1000.0
"""Limits of the prices of pupils out of the limits, as multiples of what a pupil costs on average."""
RISE, BROKEN = 1.03, 1.0
"""By how much the price of a broken limit rises; zones out of their limits at most times: of all zones together, since
a plan is good for something only where none is."""
EASE = 1.0
"""Share of a free seat's worth that counts at first."""
ELITE = 6
"""Plans from which later cycles begin."""
RING = 24
"""Plans that a call may hand to the pool."""


def search_zones(
    core: ZonesCore, *, clock: Clock, seed: int = 0, start: NDArray[np.int64] | None = None,
    steps: int = 1 << 62, prices: NDArray[np.float64] | None = None, pool: ZonePool | None = None,
) -> NDArray[np.int64] | None:  # fmt: skip
    """The best plan found that keeps everything, None where none was; never worse than a start that does.

    Args:
        core: the problem.
        clock: when to stop. Where it is never over before the steps are, the answer depends on the seed alone.
        seed: of the moves tried.
        start: zone of each unit, -1 for none; contiguous or not, within the limits or not. Shape (units,).
        steps: tries.
        prices: of each pupil in each zone, from a relaxation: they guide the first plan, and the search while
            it is warm. Shape (zones,); None: some are made.
        pool: is given the zones of good plans.
    """
    if core.units == 0 or not np.diff(core.indptr).all():
        return None if core.units else np.zeros(0, dtype=np.int64)
    worth = balanced_prices(core) if prices is None else prices
    return _Search(core, seed, pool, worth).run(clock, start, steps)


class _Search:
    """The search while it runs: the plan, the best, the elite of the cycles."""

    def __init__(self, core: ZonesCore, seed: int, pool: ZonePool | None, worth: NDArray[np.float64]) -> None:
        self.core, self.pool = core, pool
        self.t = terms_of(core, worth)
        self.rng = np.random.default_rng(seed)
        self.random = self.rng.integers(1, 2**62, 1)
        cheapest = np.minimum.reduceat(core.cost, core.indptr[:-1])
        self.unit_cost = max(float(cheapest.mean()), 1e-9)
        self.price = max(float(cheapest.sum()) / max(float(core.pupils.sum()), 1e-9), 1e-9)
        self.state = state_of(self.t, self.price)
        empty = np.full(core.units, -1, dtype=np.int64)
        self.best = Best(empty, empty.copy(), np.array([np.inf, np.inf]))
        rows = RING if pool is not None else 0
        self.ring = Ring(np.zeros((rows, core.units), np.int64), np.zeros(rows), np.zeros(2, np.int64))
        self.elite: list[tuple[float, NDArray[np.int64]]] = []
        self.least_way = 0.0

    def run(self, clock: Clock, start: NDArray[np.int64] | None, steps: int) -> NDArray[np.int64] | None:
        """Cycles until the clock or the steps are over."""
        if start is not None and not self.core.faults(start):
            self.best.value[:] = self.core.value(start)
            self.best.zone_of_unit[:] = start
            self.elite.append((float(self.best.value[0]), start.copy()))
        plan = self._first(start)
        if plan is None:
            return self._answer()
        done, cycle = 0, 0
        while done < steps and not clock.over:
            fill(self.t, self.state, plan)
            hot = HOT if cycle == 0 and start is None else AGAIN
            done += self._cycle(clock, hot, min(steps - done, TRIES * self.core.units))
            cycle += 1
            plan = self._next()
        return self._answer()

    def _first(self, start: NDArray[np.int64] | None) -> NDArray[np.int64] | None:
        """A contiguous plan: the start mended, or every unit in its cheapest zone, prices included."""
        core, t = self.core, self.t
        pupils = np.repeat(t.pupils, np.diff(t.indptr))
        value = t.cost + t.worth[t.zone] * pupils
        is_open = core.is_open(start) if start is not None else self._opened()
        plan = np.full(core.units, -1, dtype=np.int64)
        if start is not None:
            plan[:] = start
        else:
            usable = np.where(is_open[t.zone], value, np.inf)
            least = np.minimum.reduceat(usable, t.indptr[:-1])
            for pair in np.flatnonzero(np.isfinite(usable) & (usable <= least[core.unit]))[::-1].tolist():
                plan[core.unit[pair]] = t.zone[pair]
        return plan if settle(t, is_open, value, self.random, plan) else None

    def _opened(self) -> NDArray[np.bool_]:
        """The zones open at first: all that may hold a unit, but one for each root; the search closes some."""
        core = self.core
        opened = core.must_open | (np.bincount(core.zone, minlength=core.zones) > 0)
        order = np.lexsort((np.arange(core.zones), -core.seats, ~core.must_open))
        held: set[int] = set()
        for zone in order.tolist():
            root = int(core.root[zone])
            opened[zone] &= root < 0 or root not in held or bool(core.must_open[zone])
            if opened[zone]:
                held.add(root)
        return opened

    def _cycle(self, clock: Clock, hot: float, steps: int) -> int:
        """Anneal once; where the clock is too short for it, faster. Returns the tries made."""
        core, state = self.core, self.state
        sites, broken = not core.must_open.all(), min(0.25, BROKEN / core.zones)
        unit_cost = max((float(state.sums[COST]) - float(core.opening[core.must_open].sum())) / core.units, 1e-9)
        pace = Pace(
            hot * unit_cost, COLD * unit_cost, SITE_WARMTH, CHAIN_EVERY,
            int(np.clip(core.units, *SITE_EVERY)) if sites else 0,
            LOW * self.price, HIGH * self.price, self.pool.near_best if self.pool is not None else 0.0,
            NOISE, RISE, RISE ** (-broken / (1.0 - broken)), EASE,
        )  # fmt: skip
        self.best.value[1] = np.inf
        room = np.zeros(core.zones, np.int64), np.zeros(2 * LINKS + 4, np.int64)
        done, way = 0, 0.0
        while way < 1.0 and not clock.over:
            began = clock.seconds
            tries = min(CALL, steps - done)
            following = min(1.0, way + max(tries / steps, self.least_way))
            anneal(self.t, state, self.random, self.best, self.ring, pace, tries, way, following, *room)
            done += tries
            way = following if done < steps else 1.0
            taken = clock.seconds - began
            # The rest of the way in the time left, should that be short.
            self.least_way = min(1.0, (1.0 - way) * taken / max(clock.left_s, 1e-9))
            self._gather()
            clock.tell("zones", float(self.best.value[0]))
        return max(done, 1)

    def _gather(self) -> None:
        """Hand the plans in the ring to the pool."""
        if self.pool is not None:
            rows = min(int(self.ring.counts[0]), RING)
            for k in range(rows):
                self.pool.add(self.ring.plans[k], float(self.ring.values[k]))
            self.ring.counts[0] = 0

    def _next(self) -> NDArray[np.int64]:
        """Where the next cycle begins: mostly at the best, else at one of the elite."""
        if not np.isfinite(self.best.value[1]):
            return self.state.zone_of_unit.copy() if not self.elite else self.elite[0][1]
        value = float(self.best.value[1])
        if all(abs(value - each) > 1e-9 * abs(value) for each, _ in self.elite):
            self.elite = sorted([*self.elite, (value, self.best.cycle.copy())], key=lambda each: each[0])[:ELITE]
        which = 0 if self.rng.random() < 0.5 else int(self.rng.integers(len(self.elite)))
        return self.elite[which][1]

    def _answer(self) -> NDArray[np.int64] | None:
        """The best plan, if it keeps everything."""
        if not np.isfinite(self.best.value[0]) or self.core.faults(self.best.zone_of_unit):
            return None
        return self.best.zone_of_unit.copy()
