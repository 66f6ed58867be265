"""What prices leave undecided, as one mixed-integer program: separators are added where a zone falls apart.

Validi, Buchanan & Lykhovyd 2022: fixing leaves few pairs, and few separators are ever needed. That no unit stands alone
is said from the start: in fractions it is hardly ever broken, but a branch and bound that is not told of it finds one
plan after the other with units alone (zys_14a: some ten separators for each 12 s or more; told, two rounds to the end).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.highs import milp_from_entries, minimise
from geoplan.zones.bounding.states import BARRED, FREE, TAKEN
from geoplan.zones.core import NOWHERE

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.highs import Answer, Milp, Options
    from geoplan.zones.bounding.layout import Layout
    from geoplan.zones.core import ZonesCore

ROUNDS = 12
"""Times that the program is solved in fractions at most, with more separators each time."""
FIRST_S, LONGER = 20.0, 3.0
"""Seconds of the first round in whole numbers; so many times more after one from which nothing was learnt. A better
plan leaves fewer pairs, so that it is better to begin anew than to wait for the end."""
LEVELS = (1e-6, 0.1, 0.3, 0.5)
"""Parts are what is connected of the units that are taken by more than this."""
BROKEN = 1e-4
"""A separator is added where a point breaks it by more."""


@dataclass(eq=False)
class Remaining:
    """The program of the places that are not barred; every school in `core.must_open` is open.

    Columns: the places left, then a column of pupils beyond the seats for each zone where that has a price.

    Attributes:
        known: the caller bars all places of schools that stay closed.
        place, unit, zone: of each column.
        column: of each zone and unit, -1 where there is none. Shape (zones, units).
        cuts: (column of a unit, columns of units one of which it needs).
        met: plans that were told of, as bytes.
    """

    core: ZonesCore
    layout: Layout
    known: NDArray[np.int8]
    place: NDArray[np.int64] = field(init=False)
    unit: NDArray[np.int64] = field(init=False)
    zone: NDArray[np.int64] = field(init=False)
    column: NDArray[np.int64] = field(init=False)
    cuts: list[tuple[int, NDArray[np.int64]]] = field(default_factory=list)
    met: set[bytes] = field(default_factory=set)
    _fixed: float = field(init=False)
    _told: set[tuple[int, int, bytes]] = field(default_factory=set)

    def __post_init__(self) -> None:
        core = self.core
        self._fixed = float(core.opening[core.must_open].sum())
        self.place = np.flatnonzero(self.known != BARRED)
        self.unit, self.zone = self.layout.unit[self.place], self.layout.zone[self.place]
        self.column = np.full((core.zones, core.units), -1, dtype=np.int64)
        self.column[self.zone, self.unit] = np.arange(len(self.place))
        open_to_change = np.isin(self.zone, self.zone[self.known[self.place] == FREE])
        for zone, unit in zip(self.zone[open_to_change].tolist(), self.unit[open_to_change].tolist(), strict=True):
            if core.root[zone] not in {unit, NOWHERE}:
                self._cut(zone, unit, self._ring(zone, [unit]))

    def again(self) -> Remaining:
        """The same program with the separators so far; what this one is told from now on it does not know."""
        return replace(self, cuts=list(self.cuts), met=set(), _told=set(self._told))

    def narrow(self, known: NDArray[np.int8]) -> None:
        """More is known."""
        self.known = known
        barred = known[self.place] == BARRED
        self.column[self.zone[barred], self.unit[barred]] = -1

    def _model(self, scale: float) -> Milp:
        """The program with the separators so far, costs divided by `scale`."""
        core, columns = self.core, len(self.place)
        soft = bool(np.isfinite(core.over_price))
        pupils = core.pupils[self.unit]
        pair = self.layout.pair[self.place]
        each = np.arange(columns)
        low = [np.ones(core.units), np.where(core.must_open, core.least, -np.inf)]
        high = [np.ones(core.units), core.seats if not soft else np.full(core.zones, np.inf)]
        entries = [(self.unit, each, np.ones(columns)), (core.units + self.zone, each, pupils)]
        count = core.units + core.zones
        if soft:
            zones = np.arange(core.zones)
            entries.append((count + self.zone, each, pupils))
            entries.append((count + zones, columns + zones, -np.ones(core.zones)))
            low.append(np.full(core.zones, -np.inf))
            high.append(core.seats)
            count += core.zones
        if np.isfinite(core.moved_most):
            entries.append((np.full(columns, count), each, core.moved[pair]))
            low.append(np.array([-np.inf]))
            high.append(np.array([core.moved_most]))
            count += 1
        for number, (unit_column, ring) in enumerate(self.cuts):
            rows = np.full(len(ring) + 1, count + number)
            entries.append((rows, np.append(ring, unit_column), np.append(np.ones(len(ring)), -1.0)))
        low.append(np.zeros(len(self.cuts)))
        high.append(np.full(len(self.cuts), np.inf))
        row, column, value = (np.concatenate(part) for part in zip(*entries, strict=True))
        extra = core.zones if soft else 0
        cost = np.concatenate([core.cost[pair], np.full(extra, core.over_price if soft else 0.0)]) / scale
        whole = np.concatenate([np.ones(columns, dtype=np.bool_), np.zeros(extra, dtype=np.bool_)])
        state = self.known[self.place]
        upper = np.concatenate([state != BARRED, np.full(extra, np.inf)]).astype(np.float64)
        # an open school has the unit in which it stands
        taken = (state == TAKEN) | (core.must_open & (core.root >= 0))[self.zone] & (core.root[self.zone] == self.unit)
        lower = np.concatenate([taken, np.zeros(extra)]).astype(np.float64)
        program = milp_from_entries(cost, upper, whole, (row, column, value), np.concatenate(low), np.concatenate(high))
        return replace(program, lower=lower)

    def separate(self, x: NDArray[np.float64]) -> int:
        """Add separators that a point breaks; for a whole point at least one, unless all its zones are connected."""
        core, before = self.core, len(self.cuts)
        share = np.zeros((core.zones, core.units))
        share[self.zone, self.unit] = x[: len(self.place)]
        for zone in np.flatnonzero(core.must_open & (core.root >= 0)).tolist():
            for least in LEVELS:
                for part in self._parts(share[zone] > least):
                    if core.root[zone] not in part:
                        self._cut_around(zone, part, share[zone])
        return len(self.cuts) - before

    def _cut_around(self, zone: int, part: list[int], share: NDArray[np.float64]) -> None:
        """Each unit of a part that is taken more than all units around it together needs one of these."""
        ring = self._ring(zone, part)
        around = float(share[ring].sum())
        for unit in part:
            if share[unit] > around + BROKEN:
                self._cut(zone, unit, ring)

    def _cut(self, zone: int, unit: int, ring: NDArray[np.int64]) -> None:
        """A unit of the zone needs one of these; what stands beside the root does."""
        key = (zone, unit, ring.tobytes())
        if key not in self._told and self.core.root[zone] not in ring:
            self._told.add(key)
            self.cuts.append((int(self.column[zone, unit]), self.column[zone][ring]))

    def _parts(self, inside: NDArray[np.bool_]) -> list[list[int]]:
        core, left, parts = self.core, set(np.flatnonzero(inside).tolist()), []
        while left:
            part = [left.pop()]
            for unit in part:
                for other in core.near[core.near_ptr[unit] : core.near_ptr[unit + 1]].tolist():
                    if other in left:
                        left.remove(other)
                        part.append(other)
            parts.append(part)
        return parts

    def _ring(self, zone: int, part: list[int]) -> NDArray[np.int64]:
        """Units around a part that the root reaches without passing through others of them: all that matter."""
        core, inside = self.core, set(part)
        around = {
            other
            for unit in part
            for other in core.near[core.near_ptr[unit] : core.near_ptr[unit + 1]].tolist()
            if other not in inside and self.column[zone, other] >= 0
        }
        root = int(core.root[zone])
        if root in around:
            return np.array([root])
        reached, queue, ring = {root}, [root], set()
        while queue:
            unit = queue.pop()
            for other in core.near[core.near_ptr[unit] : core.near_ptr[unit + 1]].tolist():
                if other in around:
                    ring.add(other)
                elif other not in reached and other not in inside and self.column[zone, other] >= 0:
                    reached.add(other)
                    queue.append(other)
        return np.array(sorted(ring), dtype=np.int64)

    def plan(self, x: NDArray[np.float64]) -> NDArray[np.int64]:
        """The plan of a whole point."""
        plan = np.full(self.core.units, NOWHERE, dtype=np.int64)
        taken = x[: len(self.place)] > 0.5
        plan[self.unit[taken]] = self.zone[taken]
        return plan

    def in_fractions(self, limit: float, clock: Clock) -> float:
        """What the program costs in fractions, with the separators that its points break: a bound on its plans.

        Args:
            limit: about what the plans cost that are of interest.
        """
        value, scale = -np.inf, self._scale(limit)
        for _ in range(ROUNDS):
            answer = minimise(replace(self._model(scale), whole=np.zeros(0, dtype=np.bool_)), clock=clock)
            value = max(value, answer.bound)
            if answer.x is None or self.separate(answer.x) == 0:
                break
        return value * scale + self._fixed

    def solve(
        self,
        *,
        clock: Clock,
        below: Callable[[], float],
        seen: Callable[[NDArray[np.int64]], None],
        left: Callable[[NDArray[np.int8]], NDArray[np.int8] | None] = lambda known: known,
        told: Callable[[float], None] = lambda _: None,
    ) -> float:
        """A bound on the plans that agree with what is known and cost less than `below`; inf: there is none.

        Args:
            below: finite; asked before each round, for it may fall.
            seen: told of every whole plan found, connected or not, once.
            left: asked before each round what of a state a plan below the limit may agree with; None: there is none.
            told: of bounds on the plans below the limit.
        """
        bound, seconds = -np.inf, FIRST_S
        while not clock.over:
            smaller, limit, within = left(self.known), below(), clock.within(seconds)
            if smaller is None:
                return np.inf
            self.narrow(smaller)
            scale = self._scale(limit)
            options: Options = {"objective_bound": (limit - self._fixed) / scale, "mip_abs_gap": 1e-9}
            answer = minimise(self._model(scale), clock=within, options=options)
            bound = max(bound, answer.bound * scale + self._fixed)
            if answer.x is None and answer.proved:
                return np.inf
            told(bound)
            fresh = self._learn(answer, seen)
            if bound >= below():
                return np.inf
            if fresh == 0 and below() == limit:
                if answer.proved or not within.over:
                    return bound
                seconds *= LONGER
        return bound

    def _scale(self, limit: float) -> float:
        """What costs are divided by: HiGHS's tolerances are absolute."""
        return max(abs(limit - self._fixed), 1e-9) / 1e3

    def _learn(self, answer: Answer, seen: Callable[[NDArray[np.int64]], None]) -> int:
        """Tell of the plans that HiGHS met; how many separators they break."""
        fresh = 0
        for point in answer.met if answer.x is None else (*answer.met, answer.x):
            plan = self.plan(point)
            if plan.tobytes() not in self.met:
                self.met.add(plan.tobytes())
                seen(plan)
                fresh += self.separate(point)
        return fresh
