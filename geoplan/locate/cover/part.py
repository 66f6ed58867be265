"""One part of a cover that no rule ties to another: searched, bounded, settled bit by bit, and proved."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.cover.anneal import annealed
from geoplan.locate.cover.branch import branched
from geoplan.locate.cover.dominance import reduced
from geoplan.locate.cover.dual import Ascent, evaluated, first_multipliers
from geoplan.locate.cover.exact import exact
from geoplan.locate.cover.exchange import exchanged
from geoplan.locate.cover.tighten import tightened
from geoplan.locate.cover.weighting import weighted_search

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.cover.model import Cover
    from geoplan.locate.cover.tighten import Tight

MANY = 1 << 40
ROUNDS = 12
ASCENT_STEPS = 1500
MOST_WORK = 60_000_000
WORK_PER_PAIR = 1000
DEEPER_WORK = 1_500_000_000
DEEPER_WORK_PER_PAIR = 20_000
TIGHTENED_AT_MOST = 500_000
"""Pairs up to which a part's linear program is tried."""
TIGHTENING_SHARE = 0.3
"""Share of the time left that it may take."""
SETTLED_ENOUGH = 0.1
"""It is set up anew where it settles that share of the sites."""
BRANCHING_SHARE = 0.5
"""Share of the time left that branches on this program may take, in a set cover."""
LONGER_SEARCHES, LONGER_SHARE = 4, 0.3
"""Searches of a part that bounds leave open, each as long as those before, and the share of the time left for them."""


class Part:
    """The search of one part.

    Attributes:
        cover: what is still undecided of it.
        is_open, value: the best plan, over the sites of the core, and its objective; at first None, and the value
            that any plan of use must stay below.
        bound: no plan costs less.
        enough: a plan that costs no more than this is as good as any.
        unit: the objective of any two plans differs by a multiple of it; 0 where nothing is known.
    """

    def __init__(
        self,
        cover: Cover,
        *,
        sites: int,
        unit: float,
        gap: float = 0.0,
        whole: float = 0.0,
        seed: int = 0,
        below: float = np.inf,
        enough: float = -np.inf,
    ) -> None:
        self.cover = cover
        self.is_open: NDArray[np.bool_] | None = None
        self.value = below
        self.bound = -np.inf
        self.unit, self.enough = unit, enough
        self._sites, self._gap, self._whole, self._seed = sites, gap, whole, seed
        self._multiplier = first_multipliers(cover)
        self._tight: Tight | None = None

    @property
    def proved(self) -> bool:
        """The best plan is optimal, or there is none."""
        return self.bound >= self.value

    @property
    def finished(self) -> bool:
        """The best plan is good enough."""
        return self.proved or self.value <= self.enough or self.value - self.bound <= self._room

    @property
    def _room(self) -> float:
        """How far the value may be above the bound."""
        return self._gap * abs(self._whole - self.value) if np.isfinite(self.value) else 0.0

    @property
    def _limit(self) -> float:
        """Plans that cost no less than this need not be looked for."""
        return self.value - self.unit * (1 - 1e-6) if self.unit else self.value

    def offer(self, is_open: NDArray[np.bool_] | None, clock: Clock) -> None:
        """A plan over the sites left, if it keeps all rules and is the best so far."""
        if is_open is None or not self.cover.allows(is_open):
            return
        value = self.cover.value(is_open)
        if value < self.value:
            self.value = value
            self.is_open = self.cover.whole_plan(is_open, self._sites)
            clock.tell("cover: better plan", self.value, self.bound)

    def _raise_bound(self, bound: float) -> None:
        # all plans that cost less than the best one are still among those that are left
        self.bound = max(self.bound, min(bound, self.value))
        known = np.isfinite(self.value)
        if self.unit and self.is_open is not None:
            steps = np.floor((self.value - self.bound) / self.unit + 1e-6)
            self.bound = self.value - float(steps) * self.unit
        if self.bound > self._limit or (known and self.value - self.bound <= 1e-12 * abs(self.value)):
            self.bound = self.value

    def _told(self, clock: Clock, bound: float) -> None:
        self._raise_bound(bound)
        clock.tell("cover: bound", self.value, self.bound)

    def look(self, clock: Clock) -> None:
        """Quick work: a plan, a bound, and what both settle; again while that makes the part smaller."""
        self._search(clock)
        self._raise_bound(evaluated(self.cover, self._multiplier).bound)
        self._narrow(clock, step=0.1)

    def _narrow(self, clock: Clock, *, step: float) -> None:
        """Bounds, and what they settle; again while that makes the part smaller."""
        for _ in range(ROUNDS):
            if self.finished or clock.over:
                return
            size = self.cover.rows + self.cover.sites
            ascent = Ascent(self._multiplier, step=step)
            ascent.climb(self.cover, upper=self.value, steps=ASCENT_STEPS, clock=clock)
            self._multiplier = ascent.multiplier
            self._search(clock)
            self._settle_by_multipliers(clock)
            step = 0.02
            if self.cover.rows + self.cover.sites > 0.97 * size:
                return

    def prove(self, clock: Clock) -> None:
        """Search more, then leave the rest to HiGHS."""
        if not (self.finished or clock.over):
            value = self.value
            self._search_deeper(clock)
            if self.value < value:
                self._settle_by_multipliers(clock)
                self._narrow(clock, step=0.02)
        if not (self.finished or clock.over):
            self._tighten(clock)
        if not (self.finished or clock.over):
            if self._plain:
                self._branch(clock)
            else:
                self._search_longer(clock)
        if not (self.finished or clock.over):
            self._finish(clock)

    def _tighten(self, clock: Clock) -> None:
        """The linear program with odd sets of rows, and what it settles; again where that makes the part smaller."""
        within = clock.within(TIGHTENING_SHARE * clock.left_s)
        while not (self.finished or within.over) and 0 < len(self.cover.site) <= TIGHTENED_AT_MOST:
            enough = min(self._limit, self.value - self._room)
            self._tight = tightened(self.cover, clock=within, limit=enough, told=partial(self._told, clock))
            if self.finished or not self._settle_by_tight(clock):
                return

    def _settle_by_tight(self, clock: Clock) -> bool:
        """Settle what the program does, where that is enough to make it worth while."""
        if self._tight is None:
            return False
        opened, closed = self._tight.if_closed > self._limit, self._tight.if_open > self._limit
        if int((opened | closed).sum()) < SETTLED_ENOUGH * self.cover.sites:
            return False
        self._settle(opened, closed, self._multiplier, clock)
        return True

    def _branch(self, clock: Clock) -> None:
        """Branch on the program: first for the least value that the bound leaves, for which few sites are left."""
        within = clock.within(BRANCHING_SHARE * clock.left_s)
        while not (self.finished or within.over or self._tight is None):
            limit, before = min(self._limit, self.value - self._room * (1 - 1e-9)), self.bound
            if self.unit and self.is_open is not None:
                limit = min(limit, self.bound + 2e-6 * self.unit)
            bound, plan = branched(self.cover, self._tight, clock=within, limit=limit, told=partial(self._told, clock))
            self.offer(plan, clock)
            self._raise_bound(self.value if bound >= limit >= self._limit else bound)
            if bound < limit or self.bound <= before:
                return

    def _search_longer(self, clock: Clock) -> None:
        """More searches, until the best plan is near enough to the bound; what a better one settles."""
        within, value = clock.within(LONGER_SHARE * clock.left_s), self.value
        for _ in range(LONGER_SEARCHES):
            if self.finished or within.over:
                break
            self._seed += 1
            self._search_deeper(within)
        if self.value < value and not self.finished:
            self._settle_by_tight(clock)

    def _finish(self, clock: Clock) -> None:
        spread = self.unit * (1 - 1e-6)
        if self.is_open is not None:
            spread = max(spread, self._room)
        known, sets = self._known, None if self._tight is None else self._tight.sets
        below = self._limit if known is None else np.inf
        plan, bound, proved = exact(
            self.cover, known, clock=clock, spread=spread, below=below, seed=self._seed, sets=sets
        )
        # a plan that breaks a rule by less than HiGHS's tolerance proves only its bound
        kept = plan is None or self.cover.allows(plan)
        self.offer(plan, clock)
        self._raise_bound(self.value if proved and kept and spread <= self.unit else bound)

    def _settle_by_multipliers(self, clock: Clock) -> None:
        dual = evaluated(self.cover, self._multiplier)
        self._told(clock, dual.bound)
        if self.finished:
            return
        self._settle(dual.if_closed > self._limit, dual.if_open > self._limit, dual.multiplier, clock)

    def _settle(
        self, opened: NDArray[np.bool_], closed: NDArray[np.bool_], multiplier: NDArray[np.float64], clock: Clock
    ) -> None:
        """Open the sites that no better plan closes, close those that none opens, and reduce again."""
        if (opened & closed).any():
            self._raise_bound(self.value)
            return
        if opened.any() or closed.any():
            cover, kept = self.cover.with_settled(opened=opened, closed=closed)
            self._multiplier, self._tight = multiplier[kept], None
            self.cover, self._multiplier = reduced(cover, self._multiplier, clock=clock)
        if self.cover.hopeless:
            self._raise_bound(self.value)

    def _search(self, clock: Clock) -> None:
        cover = self.cover
        work = min(MOST_WORK, WORK_PER_PAIR * (len(cover.site) + cover.sites))
        if cover.sites == 0:
            self.offer(np.zeros(0, dtype=bool), clock)
        elif self._plain:
            self._search_by_weights(work, clock)
        elif (known := self._known) is None:
            self.offer(exchanged(cover, np.zeros(cover.sites, dtype=bool), steps=MANY, work=work, clock=clock), clock)
        else:
            self.offer(exchanged(cover, known, steps=MANY, work=work // 2, clock=clock, seed=self._seed), clock)
            lead, begin = evaluated(cover, self._multiplier).reduced, np.zeros(cover.sites, dtype=bool)
            self.offer(exchanged(cover, begin, steps=MANY, work=work // 2, clock=clock, lead=lead), clock)

    def _search_deeper(self, clock: Clock) -> None:
        cover = self.cover
        work = min(DEEPER_WORK, DEEPER_WORK_PER_PAIR * (len(cover.site) + cover.sites))
        if self._plain:
            self._search_by_weights(work, clock)
        elif (known := self._known) is not None:
            plan = annealed(cover, known, work=work, clock=clock, seed=self._seed)
            self.offer(exchanged(cover, plan, steps=MANY, work=work // 10, clock=clock, seed=self._seed), clock)

    @property
    def _plain(self) -> bool:
        """A set cover without rules."""
        return bool(self.cover.must.all() and self.cover.unlinked and (self.cover.site_cost > 0).all())

    @property
    def _known(self) -> NDArray[np.bool_] | None:
        """The best plan over the sites left, where it is still among the plans that are left."""
        if self.is_open is None:
            return None
        known = self.is_open[self.cover.origin]
        return known if self.cover.allows(known) and np.isfinite(self.cover.value(known)) else None

    def _search_by_weights(self, work: int, clock: Clock) -> None:
        cover, known = self.cover, self._known
        begin = np.ones(cover.sites, dtype=bool) if known is None else known
        enough = self.enough - cover.constant
        plan = weighted_search(cover, begin, work=work, clock=clock, seed=self._seed, enough=enough)
        self.offer(plan, clock)
