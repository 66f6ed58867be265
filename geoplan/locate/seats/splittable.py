"""Seats where a row may be shared among sites: solved exactly, by Lagrangian bounds first and HiGHS for what is left.

The bound fixes most sites (reduced-cost fixing); a small rest goes to HiGHS as one mixed-integer program. A large one
with no rules but the count is searched here: best bound first, each node bounded anew from its parent's multipliers
(Görtz & Klose 2012, "A simple but usually fast branch-and-bound algorithm for the capacitated facility location
problem").
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.core import COUNT, Seated
from geoplan.locate.seats.fractional import Node, ascend, by_site, count_of, narrowed
from geoplan.locate.seats.shared import Shared, share_out, solve_shared

if TYPE_CHECKING:
    from geoplan.locate.clock import Clock
    from geoplan.locate.core import SeatsCore
    from geoplan.locate.seats.fractional import Bound, BySite
    from geoplan.locate.seats.moves import Flags

ROOT_ROUNDS = 600
NODE_ROUNDS = 60
"""Steps of the multipliers at the root, and at a node."""
SMALL = 6000
"""Pairs that HiGHS may have all at once."""
PLANS = 200
"""Sets of open sites that are tried while searching."""
AT_FIRST = 8
"""Sites beyond those chosen that the first plan may take."""


def solve_splittable(core: SeatsCore, *, clock: Clock, gap: float = 0.0, seed: int = 0) -> Seated:
    """The best plan and a proof, or the best so far.

    Args:
        core: the problem; its rows may be shared.
        clock: when to stop.
        gap: relative gap at which a plan is good enough.
        seed: for HiGHS.
    """
    core = replace(core, splittable=True)
    run = _Run(core, clock, gap, seed)
    if len(core.cost) > SMALL:
        run.bound_root()
    if not run.settled:
        if run.root is not None and _plain(core) and run.pairs_left > SMALL:
            run.search(run.root)
        else:
            run.finish()
    best = run.best
    bound = run.bound if best is None else min(run.bound, best.value)
    return Seated(
        None if best is None else best.option, None if best is None else best.share, bound, run.settled
    )  # fmt: skip


def _plain(core: SeatsCore) -> bool:
    """Whether sites alone decide: no rules but the count, no budget, one option each."""
    one_each = len(core.option_site) == len(np.unique(core.option_site))
    return one_each and core.budget == np.inf and all(rule.name == COUNT for rule in core.rules)


@dataclass
class _Run:
    """The best plan and bound so far.

    Attributes:
        best: the plan.
        bound: no plan costs less.
        node: what the root leaves open.
        root: its multipliers.
    """

    core: SeatsCore
    clock: Clock
    gap: float
    seed: int
    best: Shared | None = None
    bound: float = -np.inf
    root: Bound | None = None
    seen: set[bytes] = field(default_factory=set)
    node: Node = field(init=False)
    lists: BySite = field(init=False)

    def __post_init__(self) -> None:
        self.node = Node(self.core.must_open.copy(), np.zeros(self.core.sites, dtype=np.bool_))

    @property
    def upper(self) -> float:
        return np.inf if self.best is None else self.best.value

    @property
    def good(self) -> float:
        """A bound from here on settles the matter."""
        if self.best is None:
            return np.inf
        return self.upper - max(self.gap * abs(self.upper), 1e-9 * max(1.0, abs(self.upper)))

    @property
    def settled(self) -> bool:
        return self.bound >= self.good

    @property
    def pairs_left(self) -> int:
        return int((~self.node.closed[self.core.site]).sum())

    def offer(self, plan: Shared | None) -> None:
        if plan is not None and plan.value < self.upper:
            self.best = plan
            self.clock.tell("siting", self.upper, self.bound)

    def bound_root(self) -> None:
        """Multipliers at the root, a first plan from the sites they like, sites fixed."""
        core = self.core
        self.lists = by_site(core)
        first = ascend(core, self.lists, self.node, clock=self.clock, upper=np.inf, rounds=ROOT_ROUNDS // 2)
        if first is None:
            return
        self.root, self.bound = first, first.value
        self.plan_near(first)
        if self.best is None or self.clock.over:
            return
        second = ascend(
            core, self.lists, self.node, clock=self.clock, upper=self.upper, rounds=ROOT_ROUNDS // 2, start=first
        )  # fmt: skip
        if second is None:
            return
        self.root, self.bound = second, max(self.bound, second.value)
        self.plan_near(second)
        self.narrow_root(first)
        self.narrow_root(second)

    def narrow_root(self, bound: Bound) -> None:
        narrower = narrowed(self.node, bound, count_of(self.core, self.node), self.upper)
        if narrower is None:
            self.bound = self.upper
        else:
            self.node = narrower

    def plan_near(self, bound: Bound) -> None:
        """The best plan among the sites that the multipliers like most."""
        if _plain(self.core):
            self.try_sites(bound.chosen)
            liked = np.lexsort((bound.site_value, -bound.often, ~self.node.opened))
            for more in range(3):
                sites = np.zeros(self.core.sites, dtype=np.bool_)
                sites[liked[: int(bound.chosen.sum()) + more]] = True
                self.try_sites(sites)
            return
        among = bound.chosen | self.node.opened
        among[np.lexsort((bound.site_value, -bound.often))[: int(bound.chosen.sum()) + AT_FIRST]] = True
        plan, _ = solve_shared(
            self.core, np.flatnonzero(among), self.node.opened, clock=self.clock, gap=1e-3, seed=self.seed, nodes=20
        )
        self.offer(plan)

    def try_sites(self, is_open: Flags) -> None:
        """The best shares for these open sites, unless they were tried before."""
        key = is_open.tobytes()
        low, high = count_of(self.core, self.node)
        if key not in self.seen and low <= int(is_open.sum()) <= high:
            self.seen.add(key)
            self.offer(share_out(self.core, is_open, clock=self.clock))

    def finish(self) -> None:
        """All that is left to HiGHS."""
        sites = np.flatnonzero(~self.node.closed)
        plan, bound = solve_shared(
            self.core, sites, self.node.opened, clock=self.clock, gap=self.gap, seed=self.seed, bound=self.root
        )  # fmt: skip
        self.offer(plan)
        # Plans with other sites cost at least as much as the best known.
        self.bound = max(self.bound, min(bound, self.upper))

    def search(self, root: Bound) -> None:
        """Branch on sites, best bound first."""
        heap: list[tuple[float, int, Node, Bound]] = [(root.value, 0, self.node, root)]
        number = 0
        while heap and not self.clock.over:
            value, _, node, parent = heapq.heappop(heap)
            self.bound = max(self.bound, min(value, self.upper))
            if self.settled:
                return
            for child in _children(node, parent):
                bound = ascend(
                    self.core, self.lists, child, clock=self.clock, upper=self.good, rounds=NODE_ROUNDS, start=parent
                )  # fmt: skip
                if bound is None:
                    continue
                bound = replace(bound, value=max(bound.value, value))
                smaller = narrowed(child, bound, count_of(self.core, child), self.good)
                if smaller is None:
                    continue
                if (smaller.opened | smaller.closed).all():
                    self.try_sites(smaller.opened)
                    continue
                if len(self.seen) < PLANS:
                    self.try_sites(bound.chosen)
                number += 1
                heapq.heappush(heap, (bound.value, number, smaller, bound))
        if not heap and not self.clock.over:
            self.bound = max(self.bound, self.good)


def _children(node: Node, bound: Bound) -> tuple[Node, Node]:
    """The site about which the multipliers are least sure: open, or closed."""
    doubt = np.where(node.opened | node.closed, np.inf, np.abs(bound.often - 0.5))
    site = np.arange(len(doubt)) == int(np.argmin(doubt))
    return Node(node.opened | site, node.closed), Node(node.opened, node.closed | site)
