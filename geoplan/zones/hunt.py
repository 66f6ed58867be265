"""The hunt for better plans: searches, zones seen combined, paths down from a bound, neighbourhoods."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import AT_ONCE
from geoplan.zones.annealing.pool import ZonePool
from geoplan.zones.annealing.search import search_zones
from geoplan.zones.at_once import at_once
from geoplan.zones.bounding.duals import nothing_known
from geoplan.zones.bounding.fixing import decide
from geoplan.zones.bounding.layout import lay_out
from geoplan.zones.bounding.master import Pool, best_of_pool
from geoplan.zones.bounding.transport import transport_prices
from geoplan.zones.core import NOWHERE
from geoplan.zones.neighbourhood import LARGE, SMALL, improve, merged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.zones.bounding.branch import Node
    from geoplan.zones.bounding.bundle import Tightened
    from geoplan.zones.bounding.dive import Diver
    from geoplan.zones.bounding.duals import Climbed
    from geoplan.zones.bounding.layout import Layout
    from geoplan.zones.bounding.transport import Transport
    from geoplan.zones.core import ZonesCore
    from geoplan.zones.incumbent import Incumbent
    from geoplan.zones.neighbourhood import Scale

SEARCH_STEPS, FEW_STEPS = 5_000, 400
"""Tries of each stretch of a search, for each unit: alone, and to mend a plan that comes from a bound."""
TRANSPORT_SHARE, ONE_SEARCH_SHARE, SEARCHING_SHARE = 0.2, 0.4, 0.3
"""Most of the time left that the transport program, one search, and several searches may take."""
COMBINE_S, COMBINED_AT_MOST = 4.0, 4_000
"""Seconds at most to combine the zones seen, and how many: those that cost least at the prices."""
ROUGH_NODES = 200
"""Branch-and-bound nodes of each school's pricing where its bound need not be good."""
TRUSTED = 0.5
"""Pairs are tried that a plan could have whose cost lies so far from the bound to the best plan's."""
DIVING_SHARE, DIVE_NODES = 0.3, 1_000
"""Share of the time left that paths down may take, and their nodes of pricing."""
IMPROVING_SHARE = 0.7
"""Share of the time left that neighbourhoods may take."""
MERGED, MERGING_S = 6, 4.0
"""So many improved plans of the same schools are merged at most, and the seconds that this may take at most."""


@dataclass(frozen=True, eq=False)
class Hunt:
    """What all that looks for plans has in common.

    Attributes:
        best: the best plan and bound so far.
        core: the problem, its schools not yet chosen.
        seeds: one for each random thing that is done.
        pool: zones that prices produced, and the zones of good plans; `seen` those that searches came by.
        others: a bound for all plans that are not looked at now.
        _plans, _improved: of each choice of schools the best plan, and those that neighbourhoods ended with.
        _shares: how large neighbourhoods are, see `improve`.
    """

    best: Incumbent
    core: ZonesCore
    clock: Clock
    seeds: Iterator[int]
    layout: Layout
    pool: Pool
    seen: ZonePool = field(default_factory=ZonePool)
    others: float = np.inf
    _transports: dict[tuple[bytes, bytes, int, int], Transport | None] = field(default_factory=dict)
    _plans: dict[bytes, NDArray[np.int64]] = field(default_factory=dict)
    _shares: dict[Scale, float] = field(default_factory=dict)
    _improved: dict[bytes, list[NDArray[np.int64]]] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """There is nothing to look for, or no time."""
        return self.best.done or self.clock.over

    def within(self, share: float, *, least_s: float = 0.0) -> Hunt:
        """The same hunt for a share of the time left, and for some seconds of it in any case."""
        return replace(self, clock=self.clock.within(max(share * self.clock.left_s, least_s)))

    def among(self, core: ZonesCore) -> Hunt:
        """The same hunt among the plans of a core: a bound for some of the plans says nothing of the others."""
        return self if core is self.core else replace(self, others=-np.inf)

    def rise(self, bound: float, phase: str) -> None:
        """Keep a bound for all plans that are looked at, as far as the best plan."""
        self.best.rise(min(bound, self.others, self.best.limit), phase)

    def take(self, plan: NDArray[np.int64] | None, phase: str) -> None:
        """Keep a plan if it is legal and better than those of the same schools."""
        if plan is None or self.core.faults(plan):
            return
        schools, value = self.core.is_open(plan).tobytes(), self.core.value(plan)
        if schools not in self._plans or value < self.core.value(self._plans[schools]):
            self._plans[schools] = plan
            self.pool.add_plan(plan)
            self.best.take(plan, value, phase)

    def plans(self, core: ZonesCore) -> list[NDArray[np.int64]]:
        """The best plan of each choice of schools that a core allows, best first."""
        found = []
        for plan in self._plans.values():
            is_open = self.core.is_open(plan)
            if not (core.must_open & ~is_open).any() and core.open_least <= int(is_open.sum()) <= core.open_most:
                found.append(plan)
        return sorted(found, key=self.core.value)

    def value(self, core: ZonesCore) -> float:
        """What the best plan of a core's schools costs; inf: there is none."""
        return self.core.value(plans[0]) if (plans := self.plans(core)) else np.inf

    def taking(self, phase: str) -> Callable[[NDArray[np.int64]], None]:
        """`take` for one phase."""
        return lambda plan: self.take(plan, phase)

    def transport(self, core: ZonesCore) -> Transport | None:
        """The prices of the transport program, once for the schools that are open."""
        key = core.must_open.tobytes(), core.zone.tobytes(), core.open_least, core.open_most
        if key not in self._transports:
            clock = self.clock.within(TRANSPORT_SHARE * self.clock.left_s)
            found = transport_prices(core, clock)
            if found is None and clock.over:
                return None
            self._transports[key] = found
        return self._transports[key]

    def search(
        self,
        core: ZonesCore,
        start: NDArray[np.int64] | None,
        phase: str = "search",
        *,
        steps: int = SEARCH_STEPS,
        times: int = 1,
    ) -> NDArray[np.int64] | None:
        """Searches among the plans of a core, from a plan (legal or not) or from nothing; the best plan they find."""
        plans: list[NDArray[np.int64]] = []
        seats = None if self.over else self.transport(core)
        within = self.within(SEARCHING_SHARE) if times > AT_ONCE else self

        def one(seed: int, clock: Clock) -> tuple[NDArray[np.int64] | None, ZonePool]:
            zones = ZonePool()
            plan = search_zones(
                core, clock=clock.within(ONE_SEARCH_SHARE * clock.left_s), seed=seed, start=start,
                steps=steps * core.units, prices=None if seats is None else seats.seat, pool=zones,
            )  # fmt: skip
            return plan, zones

        for first in range(0, times, AT_ONCE):
            if within.over:
                break
            seeds = [next(self.seeds) for _ in range(min(AT_ONCE, times - first))]
            if len(seeds) == 1:
                found = [one(seeds[0], within.clock)]
            else:
                # no search knows of another
                found = at_once(partial(one, clock=within.clock.silent()), seeds, self.clock, self.best.tell)
            for plan, zones in found:
                self.seen.take_in(zones)
                self.take(plan, phase)
            plans += [plan for plan, _ in found if plan is not None]
        return min(plans, key=self.core.value, default=None)

    def combine(self, best: Climbed) -> None:
        """The best plan of the zones seen that a better plan may have at these prices."""
        if self.over:
            return
        for zone, units in self.seen.fresh():
            self.pool.add_zone(zone, units)
        legal = np.flatnonzero(np.array(self.pool.legal))
        beyond = self.pool.beyond_cheapest(legal, best.prices)
        order = np.argsort(beyond, kind="stable")[:COMBINED_AT_MOST]
        chosen = legal[np.sort(order[beyond[order] < self.best.limit - best.bound])]
        clock = self.clock.within(min(COMBINE_S, 0.3 * self.clock.left_s))
        self.take(best_of_pool(self.pool, chosen, clock, below=self.best.value, start=self.best.plan), "zones seen")

    def dive(self, diver: Diver, dives: int) -> None:
        """Plans at the ends of paths, mended by short searches."""
        within = self.within(DIVING_SHARE)
        for _ in range(dives):
            if within.over:
                return
            plan = diver.down(clock=within.clock, most_nodes=DIVE_NODES, limit=lambda: self.best.limit)
            if plan is not None:
                self.take(plan, "dive")
                self.search(diver.node.core, plan, steps=FEW_STEPS)

    def improve(
        self, node: Node, scales: tuple[Scale, ...] = (SMALL, LARGE), plan: NDArray[np.int64] | None = None
    ) -> None:
        """Neighbourhoods of a plan, as a rule the best of the node's schools, with the pairs that prices leave."""
        if plan is None:
            plan = next(iter(self.plans(node.core)), None)
        if plan is None or self.over:
            return
        core, nothing = node.core.with_open(self.core.is_open(plan)), nothing_known(node.core, self.layout)
        limit = node.bound + TRUSTED * max(self.core.value(plan) - node.bound, 0.0)
        clock = self.clock.within(0.3 * self.clock.left_s)
        left = decide(
            core, self.layout, node.prices, nothing, limit=limit, most_nodes=ROUGH_NODES, stop=lambda: clock.over
        )
        better = improve(
            core, self.layout, plan, nothing if left is None else left[1], scales,
            clock=self.clock.within(IMPROVING_SHARE * self.clock.left_s), seed=next(self.seeds),
            take=self.taking("neighbourhoods"), shares=self._shares, meanwhile=self.best.tell,
        )  # fmt: skip
        self._merge(core, better)

    def _merge(self, core: ZonesCore, plan: NDArray[np.int64]) -> None:
        """The best plan that has nothing new: each unit is where it is in one of the improved plans of the schools."""
        schools = core.must_open.tobytes()
        before = self._improved.get(schools, [])
        if self.over or any(np.array_equal(plan, other) for other in before):
            return
        plans = sorted([*before, plan], key=self.core.value)[:MERGED]
        if any(each is plan for each in plans) and len(plans) > 1:
            clock = self.clock.within(min(MERGING_S, 0.3 * self.clock.left_s))
            best = merged(core, self.layout, plans, clock=clock, meanwhile=self.best.tell)
            self.take(best, "plans merged")
            plans = plans if best is None else [best, *plans]
        self._improved[schools] = plans[:MERGED]

    def rounded(self, found: Tightened) -> NDArray[np.int64] | None:
        """Each unit in the zone that the program's plan gives most of it to; not legal as a rule."""
        used = np.flatnonzero(found.share > 0.0)
        if not len(used):
            return None
        share = np.zeros((self.core.units, self.core.zones))
        for at, part in zip(found.columns[used].tolist(), found.share[used].tolist(), strict=True):
            share[self.pool.units[at], self.pool.zone[at]] += part
        return np.where(share.max(axis=1) > 0.0, share.argmax(axis=1), NOWHERE)


def begun(best: Incumbent, core: ZonesCore, clock: Clock, seeds: Iterator[int]) -> Hunt:
    """A hunt that has seen nothing."""
    return Hunt(best, core, clock, seeds, lay_out(core), Pool(core))
