"""Branch and bound over sites with Lagrangian bounds: cheap nodes, best bound first.

A node keeps which sites it fixes and its parent's multipliers; its core is shrunk anew from the root's when its turn
comes, so that memory stays small. At every node sites are fixed by reduced cost against the value to beat.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.median.incumbent import plan_value
from geoplan.locate.median.lagrange import Pace, choose, climb, penalties, reduced_costs
from geoplan.locate.median.ruletable import rule_table
from geoplan.locate.median.shrink import CLOSED, FREE, OPEN, Rest, shrink

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.core import SitingCore
    from geoplan.locate.median.lagrange import Ascent

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    States = NDArray[np.int8]

NODE = Pace(0.5, 0.25, 20)

STEPS = 60
"""Steps of the climb at a node."""


@dataclass(eq=False)
class Tree:
    """A tree that can be grown bit by bit.

    Attributes:
        value: of the best plan known; plans found lower it.
        cut_of: of a value, the value from which on a plan is no better than it.
        is_open: the best plan found that was better than the value given.
        nodes: how many were looked at.
    """

    core: SitingCore
    value: float
    cut_of: Callable[[float], float]
    heap: list[tuple[float, int, States, NDArray[np.float32], Floats]]
    is_open: Flags | None = None
    nodes: int = 0
    made: int = 0

    @property
    def bound(self) -> float:
        """No plan cheaper than the cut costs less; inf where there is none."""
        return self.heap[0][0] if self.heap else np.inf

    def grow(self, *, most_nodes: int, clock: Clock) -> None:
        """Look at up to so many more nodes."""
        end = self.nodes + most_nodes
        while self.heap and self.nodes < end and not clock.over:
            if self.heap[0][0] >= self.cut_of(self.value):
                self.heap.clear()
                return
            self._look(clock)

    def _look(self, clock: Clock) -> None:
        bound, _, state, start, price = heapq.heappop(self.heap)
        self.nodes += 1
        rest = shrink(self.core, state)
        if not rest.possible:
            return
        if rest.core.sites == 0:
            self._offer(rest, np.zeros(0, dtype=np.bool_))
            return
        table = rule_table(rest.core)
        ascent = climb(
            rest.core, table, upper=self.value - rest.constant, clock=clock, most_steps=STEPS,
            enough=self.cut_of(self.value) - rest.constant, start=start.astype(np.float64),
            price=price if len(price) == table.rules else None, pace=NODE,
        )  # fmt: skip
        bound = max(bound, ascent.bound + rest.constant)
        reduced = reduced_costs(rest.core, table, ascent.multiplier, ascent.price)
        chosen = np.zeros(rest.core.sites, dtype=np.bool_)
        choose(reduced, *rest.core.count, chosen)
        if rest.core.allows(chosen):
            self._offer(rest, chosen)
        cut = self.cut_of(self.value)
        if bound < cut:
            opening, closing = penalties(reduced, *rest.core.count)
            fixed = state.copy()
            fixed[rest.site[bound + opening >= cut]] = CLOSED
            fixed[rest.site[bound + closing >= cut]] = OPEN
            self._divide(rest, fixed, ascent, bound, opening, closing)

    def _divide(
        self, rest: Rest, fixed: States, ascent: Ascent, bound: float, opening: Floats, closing: Floats
    ) -> None:
        multiplier = ascent.multiplier.astype(np.float32)
        free = np.flatnonzero(fixed[rest.site] == FREE)
        if len(free) == 0:
            self._push(bound, fixed, multiplier, ascent.price)
            return
        pick = free[np.argmin(np.abs(ascent.share[free] - 0.5))]
        for child, penalty in ((OPEN, opening[pick]), (CLOSED, closing[pick])):
            divided = fixed.copy()
            divided[rest.site[pick]] = child
            self._push(bound + penalty, divided, multiplier, ascent.price)

    def _push(self, bound: float, state: States, multiplier: NDArray[np.float32], price: Floats) -> None:
        self.made += 1
        heapq.heappush(self.heap, (float(bound), self.made, state, multiplier, price))

    def _offer(self, rest: Rest, is_open: Flags) -> None:
        value = plan_value(rest.core, is_open) + rest.constant
        if value < self.value and rest.core.allows(is_open):
            self.is_open, self.value = rest.whole(is_open, self.core.sites), value


def tree_of(core: SitingCore, *, value: float, cut_of: Callable[[float], float], ascent: Ascent) -> Tree:
    """A tree whose root begins with the multipliers of a climb."""
    root = np.zeros(core.sites, dtype=np.int8)
    return Tree(core, value, cut_of, [(ascent.bound, 0, root, ascent.multiplier.astype(np.float32), ascent.price)])
