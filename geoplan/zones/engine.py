"""Zones, proved or with their gap: search, prices, the zones seen combined, and branch and bound for the rest."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.clock import start_clock
from geoplan.locate.seats.choices import choices_below
from geoplan.zones.annealing.pool import ZonePool
from geoplan.zones.annealing.search import search_zones
from geoplan.zones.bounding.branch import Node, branch
from geoplan.zones.bounding.bundle import Tightened, tighten
from geoplan.zones.bounding.choosing import Proof
from geoplan.zones.bounding.cooling import cool
from geoplan.zones.bounding.dive import Diver
from geoplan.zones.bounding.duals import Climbed, Prices, ask, first_prices, nothing_known
from geoplan.zones.bounding.fixing import decide
from geoplan.zones.bounding.layout import lay_out
from geoplan.zones.bounding.listing import zones_below
from geoplan.zones.bounding.master import Pool, best_of_pool
from geoplan.zones.bounding.partition import partitioned
from geoplan.zones.bounding.transport import Transport, transport_prices
from geoplan.zones.core import NOWHERE, Drawn, ZonesCore
from geoplan.zones.incumbent import Incumbent
from geoplan.zones.neighbourhood import improve
from geoplan.zones.siting import site_schools, without_contiguity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.seats.choices import Choice
    from geoplan.zones.bounding.layout import Layout
    from geoplan.zones.siting import Sited

ROUGH_NODES, FINE_NODES = 200, 3_000
"""Branch-and-bound nodes of each school's pricing, far from the best prices and near them."""
CLIMBS = (250, ROUGH_NODES, 0.6), (100, FINE_NODES, 0.1)
"""The ascent, from afar and near the best prices: rounds, nodes of pricing, first step (see `cooling.cool`)."""
TIGHTEN_ROUNDS = 40
"""Rounds of column generation after which prices decide what they can."""
TIGHTENING_SHARE = 0.5
"""Share of the time left that column generation may take."""
LITTLE = 0.05
"""Share of the gap that column generation must close to go on."""
SEARCH_STEPS, NODE_STEPS = 5_000, 400
"""Tries of each stretch of the search, for each unit: alone, and at a node of the proof."""
SITING_SHARE, CHOOSING_SHARE = 0.5, 0.5
"""Shares of the time left for schools without contiguity (where there is no plan, or where there are too many units for
lists), and for all choices of schools."""
RARELY, HOPEFUL = 0.015, 0.1
"""A school that the prices open more rarely stays closed in the first searches, one that they close more rarely open;
in the later ones a school stays closed whose opening costs more at the prices than this share of the gap."""
SEARCHES, SITE_SEARCHES, PROMISING = 4, 5, 0.7
"""Searches from nothing, those that open and close schools, at each of two times; and the share of the way from the
lowest bound of a choice of schools to the best plan within which another choice is searched, too."""
SEARCHING_SHARE = 0.3
"""Share of the time left that the searches from nothing may take."""
FIRST_SEARCHES = 6
"""Short searches from the first plan of the program over the zones seen."""
COMBINE_S, COMBINED_AT_MOST = 4.0, 4_000
"""Seconds at most to combine the zones seen, and how many: those that cost least at the prices."""
SEARCHED_EVERY, COMBINED_EVERY = 2, 10
"""Nodes of the proof between two searches from the program's plan, and between two combinations of the zones seen."""
CLIMBING_SHARE = 0.4
"""Share of the time left that the ascent may take."""
TRUSTED = 0.5
"""Pairs are tried that a plan could have whose cost lies so far from the bound to the best plan's."""
DIVING_SHARE, FIRST_DIVES, DIVES, DIVE_NODES = 0.3, 3, 9, 1_000
"""Share of the time left that paths down from the root may take, how many before and after zones are listed, and their
nodes of pricing."""
IMPROVING_SHARE = 0.4
"""Share of the time left that neighbourhoods may take."""
LISTING_SHARE = 0.4
"""Share of the time left that listing zones may take where schools are chosen, too."""
PROGRAM_AT_MOST = 3_000
"""Units up to which prices are refined by a program over the zones seen."""


def solve_zones(
    core: ZonesCore, *, clock: Clock, gap: float = 0.0, seed: int = 0, start: NDArray[np.int64] | None = None
) -> Drawn:
    """The best zones of a core, with a bound.

    Args:
        clock: when to stop with the best so far.
        gap: relative gap at which a plan is good enough.
        seed: of the search. Parts of the solve take shares of the time: where the proof does not end, another machine
            may stop at another plan.
        start: a plan to begin with, legal or not. Shape (units,).
    """
    nobody = np.zeros(0, dtype=np.int64)
    if core.units == 0 and not core.faults(nobody):
        return Drawn(nobody, core.value(nobody), proved=True)
    if core.units == 0 or (np.diff(core.indptr) == 0).any() or _too_full(core):
        return Drawn(None, np.inf, proved=True)
    return _Work(Incumbent(core, clock, gap), core, clock, seed).run(start)


@cache
def compile_kernels() -> None:
    """Have numba compile (or load) what a solve needs, once in a process, so that it costs no solver's time."""
    touching = np.array([1, 0, 2, 1, 3, 2], dtype=np.int64)
    core = ZonesCore(
        indptr=np.arange(0, 9, 2), zone=np.array([0, 1, 0, 1, 1, 0, 1, 0], dtype=np.int32),
        cost=np.array([0.0, 3.0, 1.0, 2.0, 1.0, 2.0, 0.0, 3.0]), pupils=np.ones(4), seats=np.array([2.0, 3.0]),
        least=np.zeros(2), over_price=np.inf, root=np.array([0, 3]), near_ptr=np.array([0, 1, 3, 5, 6]), near=touching,
        opening=np.zeros(2), must_open=np.ones(2, dtype=np.bool_), open_least=2, open_most=2,
        moved=np.zeros(8), moved_most=np.inf,
    )  # fmt: skip
    layout, prices, clock = lay_out(core), first_prices(core), start_clock()
    known = nothing_known(core, layout)
    search_zones(core, clock=clock, steps=1_000, pool=ZonePool())
    decide(core, layout, prices, known, limit=100.0, most_nodes=10, stop=lambda: False)
    zones_below(core, layout, prices, known, np.full(core.zones, -100.0), 100, clock)


def _too_full(core: ZonesCore) -> bool:
    """The seats of the schools that may be open hold fewer than all pupils."""
    if np.isfinite(core.over_price):
        return False
    free = np.sort(core.seats[~core.must_open])[::-1][: max(core.open_most - int(core.must_open.sum()), 0)]
    seats = float(core.seats[core.must_open].sum() + free.sum())
    return float(core.pupils.sum()) > seats * (1 + 1e-9) + 1e-9


def _nearly_always(core: ZonesCore, opened: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Schools that prices open nearly always and that can all be open at once, those included that must be."""
    certain = core.must_open | (opened > 1.0 - RARELY)
    standing = np.bincount(core.root[certain & (core.root >= 0)], minlength=core.units)
    certain &= core.must_open | (core.root < 0) | (standing[core.root] < 2)
    return certain if int(certain.sum()) <= core.open_most else core.must_open


@dataclass(eq=False)
class _Work:
    """One solve."""

    best: Incumbent
    core: ZonesCore
    clock: Clock
    seed: int
    explored: int = 0
    pool: Pool = field(init=False)
    layout: Layout = field(init=False)
    seen: ZonePool = field(default_factory=ZonePool)
    transports: dict[tuple[bytes, bytes, int, int], Transport | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pool, self.layout = Pool(self.core), lay_out(self.core)

    def run(self, start: NDArray[np.int64] | None) -> Drawn:
        """Which schools open, where there is a choice; then search, prices, all zones listed, proof."""
        if self.core.must_open.all():
            self._prove(self._settle(start))
            return self.best.drawn
        climbed = self._climb(self.core)
        self.best.rise(climbed.bound, "prices")
        start = self._site(climbed, start)
        if self.best.plan is None or self.core.units > PROGRAM_AT_MOST:
            if self.best.plan is not None and not self.best.done:
                self._site_without_contiguity()
            self._settle(start)
            self._prove(self._root(self.core, climbed))
        elif not self.best.done:
            self._choose(start)
        return self.best.drawn

    def _choose(self, start: NDArray[np.int64] | None) -> None:
        """Look at each choice of schools that could be better without contiguity."""
        lowest = []

        def search(choice: Choice) -> None:
            lowest.append(choice.bound)
            if choice.bound < lowest[0] + PROMISING * (self.best.limit - lowest[0]) and not self.best.done:
                self._take(
                    self._searched(self.core.with_open(choice.is_open), None, SEARCH_STEPS), "choices of schools"
                )

        clock = self.clock.within(CHOOSING_SHARE * self.clock.left_s)
        found = choices_below(without_contiguity(self.core), lambda: self.best.limit, clock=clock, told=search)
        self.best.rise(min(found.lowest, self.best.limit), "schools without contiguity")
        if found.floor < self.best.limit:
            self._settle(start)

        def told(bound: float) -> None:
            self.best.rise(min(bound, self.best.limit), "choices of schools")

        proof = Proof(
            self.core, self.layout, self.pool, self.clock, self.seed, limit=lambda: self.best.limit,
            climb=self._climb, take=lambda plan: self._take(plan, "choices of schools"), told=told,
        )  # fmt: skip
        told(proof.run(found))

    def _settle(self, start: NDArray[np.int64] | None) -> Node:
        """The best plan with the schools of the best one; what is left of all such plans."""
        self.best.rise(self._cheapest, "cheapest pairs")
        self._search(start)
        self._search_anew()
        core = self._settled
        climbed = self._climb(core)
        if core is self.core:
            self.best.rise(climbed.bound, "prices")
        self._combine(climbed)
        root, tight = self._root(core, climbed), Tightened(climbed)
        if not self.best.done and core.units <= PROGRAM_AT_MOST:
            root, tight = self._tighten(root, climbed)
        if tight.best.bound < self.best.limit and core.units <= PROGRAM_AT_MOST:
            root = self._go_down(root, tight, is_whole=core is self.core)
        self._improve(root)
        while core.units > PROGRAM_AT_MOST and not self.best.done and not self.clock.over:
            self._search(self.best.plan)
            self._improve(root)
        return root

    def _go_down(self, root: Node, tight: Tightened, *, is_whole: bool) -> Node:
        """Plans from the bound: rounded, at the ends of paths, of all zones listed. What is left of the root."""
        rounded = self._rounded(tight)
        for _ in range(FIRST_SEARCHES):
            self._search(rounded, NODE_STEPS)
        self._combine(tight.best)
        diver = Diver(root, tight, self.layout, self.pool)
        self._dive(diver, FIRST_DIVES)
        root = self._partition(root, is_whole=is_whole)
        self._dive(diver, DIVES)
        return root

    @property
    def _cheapest(self) -> float:
        """What every plan costs at least: each unit's cheapest pair and the schools that are open in any case."""
        core = self.core
        opening = core.opening[core.must_open].sum() + np.minimum(core.opening[~core.must_open], 0.0).sum()
        return float(np.minimum.reduceat(core.cost, core.indptr[:-1]).sum() + opening) if core.units else 0.0

    @property
    def _settled(self) -> ZonesCore:
        """The core with the schools of the best plan, where there is a choice and a plan."""
        if self.best.plan is None or self.core.must_open.all():
            return self.core
        return self.core.with_open(self.core.is_open(self.best.plan))

    def _site(self, climbed: Climbed, start: NDArray[np.int64] | None) -> NDArray[np.int64] | None:
        """Search for the schools to open among those that prices call for; else those of the plan without contiguity.

        Returns:
            where to go on.
        """
        core, free = self.core, ~self.core.must_open
        often = core.without(free & (climbed.opened < RARELY))
        self._search_sites(replace(often, must_open=_nearly_always(core, climbed.opened)))
        known = nothing_known(core, self.layout)
        answer = ask(core, self.layout, climbed.prices, known, most_nodes=FINE_NODES)
        dear = core.opening - answer.most > HOPEFUL * (self.best.value - climbed.bound)
        self._search_sites(core.without(free & dear))
        if self.best.plan is None and not self.best.done:
            sited = self._site_without_contiguity()
            if sited.is_open is not None and not self.best.done and not self.clock.over:
                opened = core.with_open(sited.is_open)
                self._take(self._searched(opened, sited.zone_of_unit, SEARCH_STEPS), "schools without contiguity")
        return start if self.best.plan is None else self.best.plan

    def _site_without_contiguity(self) -> Sited:
        clock = self.clock.within(SITING_SHARE * self.clock.left_s)
        sited = site_schools(self.core, clock=clock, gap=self.best.gap, seed=self.seed)
        self.best.rise(sited.bound, "schools without contiguity")
        return sited

    def _search_sites(self, core: ZonesCore) -> None:
        """Searches from nothing that open and close schools."""
        clock = self.clock.within(SEARCHING_SHARE * self.clock.left_s)
        for _ in range(SITE_SEARCHES):
            if not self.best.done and not clock.over and np.diff(core.indptr).all():
                self._take(self._searched(core, None, SEARCH_STEPS), "schools")

    def _search_anew(self) -> None:
        """Searches from nothing, with the schools of the best plan."""
        clock = self.clock.within(SEARCHING_SHARE * self.clock.left_s)
        for _ in range(SEARCHES):
            if not clock.over:
                self._search(None)

    def _take(self, plan: NDArray[np.int64] | None, phase: str) -> None:
        if plan is not None and self.best.take(plan, phase):
            self.pool.add_plan(plan)

    def _search(self, start: NDArray[np.int64] | None, steps: int = SEARCH_STEPS) -> None:
        if not self.best.done and not self.clock.over:
            self._take(self._searched(self._settled, start, steps), "search")

    def _searched(self, core: ZonesCore, start: NDArray[np.int64] | None, steps: int) -> NDArray[np.int64] | None:
        self.seed += 1
        found = self._transport(core)
        return search_zones(
            core, clock=self.clock.within(0.3 * self.clock.left_s), seed=self.seed, start=start,
            steps=steps * core.units, pool=self.seen, prices=None if found is None else found.seat,
        )  # fmt: skip

    def _transport(self, core: ZonesCore) -> Transport | None:
        """The prices of the transport program, once for the schools that are open."""
        key = core.must_open.tobytes(), core.zone.tobytes(), core.open_least, core.open_most
        if key not in self.transports:
            self.transports[key] = transport_prices(core, self.clock.within(0.2 * self.clock.left_s))
        return self.transports[key]

    def _climb(self, core: ZonesCore) -> Climbed:
        found = self._transport(core)
        prices = first_prices(core) if found is None else Prices(found.unit)
        climbed, opened = Climbed(prices, -np.inf, core.must_open.astype(float)), []
        known, clock = nothing_known(core, self.layout), self.clock.within(CLIMBING_SHARE * self.clock.left_s)
        for rounds, most_nodes, first_step in CLIMBS:
            climbed = cool(
                core, self.layout, climbed.prices, known, target=self.best.limit, rounds=rounds,
                most_nodes=most_nodes, first_step=first_step, stop=lambda: clock.over,
                seen=lambda answer: self.pool.add_asked(self.layout, answer),
            )  # fmt: skip
            opened.append(climbed.opened)
        return replace(climbed, opened=np.mean(opened, axis=0))

    def _root(self, core: ZonesCore, climbed: Climbed) -> Node:
        return Node(core, nothing_known(core, self.layout), climbed.prices, climbed.bound)

    def _tighten(self, node: Node, climbed: Climbed) -> tuple[Node, Tightened]:
        """Column generation and what its prices decide, by turns."""
        tight, whole = Tightened(climbed), node.core is self.core
        clock = self.clock.within(TIGHTENING_SHARE * self.clock.left_s)
        while not self.best.done and not clock.over:
            before = tight.best.bound
            decided = decide(
                node.core, self.layout, node.prices, node.known, limit=self.best.limit, most_nodes=FINE_NODES,
                stop=lambda: clock.over,
            )  # fmt: skip
            if decided is None:
                if whole:
                    self.best.rise(self.best.limit, "zones seen")
                tight = replace(tight, best=replace(tight.best, bound=self.best.limit))
                break
            tight = tighten(
                decided[0], self.layout, self.pool, tight.best, decided[1], clock=clock, rounds=TIGHTEN_ROUNDS,
                most_nodes=FINE_NODES, target=self.best.limit,
            )  # fmt: skip
            node = Node(*decided, tight.best.prices, tight.best.bound)
            if whole:
                self.best.rise(min(node.bound, self.best.limit), "zones seen")
            if node.bound - before < LITTLE * (self.best.limit - before):
                break
        return node, tight

    def _dive(self, diver: Diver, dives: int) -> None:
        """Plans at the ends of paths, mended by short searches."""
        clock = self.clock.within(DIVING_SHARE * self.clock.left_s)
        for _ in range(dives):
            if self.best.done or clock.over:
                return
            plan = diver.down(clock=clock, most_nodes=DIVE_NODES, limit=lambda: self.best.limit)
            if plan is not None:
                self._take(plan, "dive")
                self._search(plan, NODE_STEPS)

    def _improve(self, node: Node) -> None:
        """Neighbourhoods of the best plan, with the pairs that prices leave."""
        if self.best.plan is None or self.best.done or self.clock.over:
            return
        core = self._settled
        limit = node.bound + TRUSTED * max(self.best.value - node.bound, 0.0)
        clock = self.clock.within(0.3 * self.clock.left_s)
        left = decide(
            core, self.layout, node.prices, nothing_known(core, self.layout), limit=limit, most_nodes=ROUGH_NODES,
            stop=lambda: clock.over,
        )  # fmt: skip
        known = nothing_known(core, self.layout) if left is None else left[1]
        self.seed += 1
        improve(
            core, self.layout, self.best.plan, known, clock=self.clock.within(IMPROVING_SHARE * self.clock.left_s),
            seed=self.seed, take=lambda plan: self._take(plan, "neighbourhoods"),
        )  # fmt: skip

    def _combine(self, best: Climbed) -> None:
        """The best plan of the zones seen that a better plan may have."""
        if self.best.done or self.clock.over:
            return
        for zone, units in self.seen.fresh():
            self.pool.add_zone(zone, units)
        legal = np.flatnonzero(np.array(self.pool.legal))
        beyond = self.pool.beyond_cheapest(legal, best.prices)
        order = np.argsort(beyond, kind="stable")[:COMBINED_AT_MOST]
        chosen = legal[np.sort(order[beyond[order] < self.best.limit - best.bound])]
        clock = self.clock.within(min(COMBINE_S, 0.3 * self.clock.left_s))
        self._take(best_of_pool(self.pool, chosen, clock, below=self.best.value, start=self.best.plan), "zones seen")

    def _partition(self, root: Node, *, is_whole: bool) -> Node:
        """The best plan of all zones that may be listed; what is left of the root."""
        if self.best.done or root.bound >= self.best.limit:
            return root
        self.seed += 1

        def told(bound: float) -> None:
            if is_whole:
                self.best.rise(min(bound, self.best.limit), "zones listed")

        clock = self.clock if is_whole else self.clock.within(LISTING_SHARE * self.clock.left_s)
        node, bound = partitioned(
            root, self.layout, self.pool, clock=clock, seed=self.seed, limit=lambda: self.best.limit,
            take=lambda plan: self._take(plan, "zones listed"), told=told,
        )  # fmt: skip
        told(bound)
        return node

    def _prove(self, root: Node) -> None:
        if self.best.done or self.clock.over:
            return
        bound = branch(
            root, self.layout, self.pool, clock=self.clock, most_nodes=FINE_NODES, limit=lambda: self.best.limit,
            take=lambda plan: self._take(plan, "proof"), explored=self._explored,
        )  # fmt: skip
        self.best.rise(bound if np.isinf(bound) and self.best.plan is None else min(bound, self.best.limit), "proof")

    def _explored(self, node: Node, found: Tightened, bound: float) -> None:
        self.best.rise(min(bound, self.best.limit), "proof")
        self.explored += 1
        if self.explored % SEARCHED_EVERY == 0:
            before = self.best.value
            self._search(self._rounded(found), NODE_STEPS)
            if self.best.value < before:
                self._improve(replace(node, prices=found.best.prices, bound=found.best.bound))
        if self.explored % COMBINED_EVERY == 0:
            self._combine(found.best)

    def _rounded(self, found: Tightened) -> NDArray[np.int64] | None:
        """Each unit in the zone that the program's plan gives most of it to; not legal as a rule."""
        used = np.flatnonzero(found.share > 0.0)
        if not len(used):
            return self.best.plan
        share = np.zeros((self.core.units, self.core.zones))
        for at, part in zip(found.columns[used].tolist(), found.share[used].tolist(), strict=True):
            share[self.pool.units[at], self.pool.zone[at]] += part
        return np.where(share.max(axis=1) > 0.0, share.argmax(axis=1), NOWHERE)
