"""All choices of sites that a plan below a limit could open: branch and bound that stops where every site is decided.

What is left to do for each choice is up to the caller, who may know of rules that this problem leaves out.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.seats.branch import Best, Gains, Node, chosen_children, fixed, root_of, undecided
from geoplan.locate.seats.lagrange import climbed, first_prices, made_ready
from geoplan.locate.seats.narrow import surely_infeasible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.core import SeatsCore

ITERATIONS, NODE_ITERATIONS = 1_000, 20
"""Prices tried before the branching, and for each node: few, for what is left to do for a choice bounds it better."""


@dataclass(frozen=True, eq=False)
class Choice:
    """The sites that are open, all others being closed, and a bound for all such plans. Shape (sites,)."""

    is_open: NDArray[np.bool_]
    bound: float


@dataclass(eq=False)
class Choices:
    """The choices of sites that plans which cost less than a limit can open, lowest bound first.

    Attributes:
        limit: finite; asked for again and again, for it may fall.
        clock: when to stop.
    """

    core: SeatsCore
    limit: Callable[[], float]
    clock: Clock
    _order: Iterator[int] = field(default_factory=count)
    _heap: list[tuple[float, int, Node]] = field(default_factory=list)
    _gains: Gains = field(init=False)

    def __post_init__(self) -> None:
        core, limit = self.core, self.limit()
        self._gains = Gains(np.zeros((2, core.sites)), np.zeros(core.sites, dtype=np.int64))
        if surely_infeasible(core):
            return
        ground = made_ready(core)
        climb = climbed(
            ground, first_prices(ground), upper=limit, iterations=ITERATIONS, clock=self.clock, enough=limit
        )
        root = fixed(core, root_of(core, climb), climb, limit)
        if root is not None:
            self._push(root)

    @property
    def floor(self) -> float:
        """A bound for all plans that open anything but the choices found so far, as far as the limit."""
        return min(self.limit(), self._heap[0][0]) if self._heap else self.limit()

    def next(self, below: float = np.inf) -> Choice | None:
        """The next choice whose bound is below `below`, too; None where there is none or the clock is over."""
        while self.floor < min(below, self.limit()) and not self.clock.over:
            best = Best(None, self.limit(), lambda cost: cost)
            self.clock.tell("choices of sites", best.cost, self.floor)
            node = heapq.heappop(self._heap)[2]
            doubt = undecided(node)
            if doubt.max(initial=-1.0) < 0.0:
                return Choice(node.must_open, node.bound)
            for born in chosen_children(
                self.core, node, doubt, best, self._gains, iterations=NODE_ITERATIONS, clock=self.clock
            ):
                self._push(born)
        return None

    def _push(self, node: Node) -> None:
        heapq.heappush(self._heap, (node.bound, next(self._order), node))
