"""Proof where schools are chosen, too: choice after choice of schools that could be better without contiguity.

Without contiguity a problem of sites and rows is solved for; as a rule it leaves some dozens of choices whose bound is
below the best plan. For each of them the schools are given: prices, then all zones listed, then branching.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

from geoplan.zones.bounding.branch import Node, branch
from geoplan.zones.bounding.bundle import tighten
from geoplan.zones.bounding.duals import Climbed, first_prices, nothing_known
from geoplan.zones.bounding.fixing import decide
from geoplan.zones.bounding.partition import partitioned

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.seats.choices import Choices
    from geoplan.zones.bounding.layout import Layout
    from geoplan.zones.bounding.master import Pool
    from geoplan.zones.core import ZonesCore

TIGHTEN_ROUNDS, NODES = 40, 3_000
"""Rounds of column generation, and nodes of pricing."""


@dataclass(frozen=True, eq=False)
class _Part:
    """A choice of schools and how far it was looked at: 0 not at all, 1 priced, 2 all that can be listed is."""

    node: Node
    stage: int


@dataclass(frozen=True, eq=False)
class Proof:
    """What all choices have in common.

    Attributes:
        limit: what a plan must cost less than to be of interest.
        climb: finds prices for the schools of a core, and their bound.
        take, told: are told of plans, and of bounds for all plans.
    """

    core: ZonesCore
    layout: Layout
    pool: Pool
    clock: Clock
    seed: int
    limit: Callable[[], float]
    climb: Callable[[ZonesCore], Climbed]
    take: Callable[[NDArray[np.int64]], None]
    told: Callable[[float], None]

    def run(self, found: Choices) -> float:
        """A bound for all plans below the limit; inf where there are none.

        Args:
            found: choices of schools below a limit that was at least as high.
        """
        core, clock = self.core, self.clock
        order, heap = count(), list[tuple[float, int, _Part]]()
        for choice in found.found:
            chosen = core.with_open(choice.is_open)
            node = Node(chosen, nothing_known(chosen, self.layout), first_prices(chosen), choice.bound)
            heapq.heappush(heap, (choice.bound, next(order), _Part(node, 0)))
        while heap and not clock.over:
            bound, _, part = heapq.heappop(heap)
            self.told(min(bound, found.floor))
            # what was not chosen in time bounds all plans from here on
            if bound >= min(self.limit(), found.floor):
                break
            part = self._next(part)
            heapq.heappush(heap, (max(part.node.bound, bound), next(order), part))
        floor = min(found.floor, heap[0][0] if heap else found.floor)
        return float("inf") if floor >= self.limit() else floor

    def _next(self, part: _Part) -> _Part:
        """One step further with a choice."""
        if part.stage == 0:
            return _Part(self._priced(part.node), 1)
        if part.stage == 1:
            return _Part(self._listed(part.node), 2)
        bound = branch(
            part.node, self.layout, self.pool, clock=self.clock, most_nodes=NODES, limit=self.limit, take=self.take,
        )  # fmt: skip
        return replace(part, node=replace(part.node, bound=bound))

    def _priced(self, node: Node) -> Node:
        climbed = self.climb(node.core)
        return replace(node, prices=climbed.prices, bound=max(climbed.bound, node.bound))

    def _listed(self, node: Node) -> Node:
        decided = decide(
            node.core, self.layout, node.prices, node.known, limit=self.limit(), most_nodes=NODES,
            stop=lambda: self.clock.over,
        )  # fmt: skip
        if decided is None:
            return replace(node, bound=float("inf"))
        best = tighten(
            decided[0], self.layout, self.pool, Climbed(node.prices, node.bound, decided[0].must_open.astype(float)),
            decided[1], clock=self.clock, rounds=TIGHTEN_ROUNDS, most_nodes=NODES, target=self.limit(),
        ).best  # fmt: skip
        node = Node(*decided, best.prices, best.bound)
        left, bound = partitioned(
            node, self.layout, self.pool, clock=self.clock, seed=self.seed, limit=self.limit, take=self.take,
            told=lambda _: None,
        )  # fmt: skip
        return replace(left, bound=bound)
