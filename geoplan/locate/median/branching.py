"""Branch and bound with Lagrangian bounds, best bound first.

A node keeps which sites it fixes and its parent's multipliers; its core is shrunk anew from the root's when its turn
comes, so that memory stays small. At every node sites are fixed by reduced cost against the value to beat.

A small core is divided by one site, open or closed, at many cheap nodes. In a large one each site has many that are
nearly as good, so that closing one changes nothing: there a row is served within some cost, or nobody within it opens
(the variables of the radius formulation: García, Labbé, Marín 2011), and every node climbs patiently.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.median.ascent import choose
from geoplan.locate.median.cooling import cool
from geoplan.locate.median.incumbent import plan_value
from geoplan.locate.median.lagrange import Pace, climb, penalties, reduced_costs
from geoplan.locate.median.radius import undecided
from geoplan.locate.median.ruletable import rule_table
from geoplan.locate.median.shrink import CLOSED, FREE, OPEN, Rest, pair_costs, shrink

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.core import SitingCore
    from geoplan.locate.median.ascent import Ascent
    from geoplan.locate.median.ruletable import RuleTable

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    States = NDArray[np.int8]

NODE = Pace(0.5, 0.25, 20)

STEPS = 60
"""Steps of the climb at a node."""

PATIENT_STEPS = 400
"""Steps of a patient one."""

PATIENT_FIRST = 2.0
"""First step of it: from a parent's multipliers it is not far."""


@dataclass(frozen=True, eq=False)
class Node:
    """What of a node is kept until its turn comes.

    Attributes:
        state: of each site, FREE, OPEN or CLOSED.
        start, price: multipliers of the parent's climb.
        within: rows that have to be served at no more than some cost.
    """

    state: States
    start: NDArray[np.float32]
    price: Floats
    within: tuple[tuple[int, float], ...] = ()

    def limit(self, rows: int) -> Floats | None:
        """The most that each row may cost."""
        if not self.within:
            return None
        limit = np.full(rows, np.inf)
        for row, cost in self.within:
            limit[row] = min(limit[row], cost)
        return limit


@dataclass(eq=False)
class Tree:
    """A tree that can be grown bit by bit.

    Attributes:
        value: of the best plan known; plans found lower it.
        cut_of: of a value, the value from which on a plan is no better than it.
        patient: the core is large: nodes climb patiently and divide by what a row may cost.
        is_open: the best plan found that was better than the value given.
        nodes: how many were looked at.
    """

    core: SitingCore
    value: float
    cut_of: Callable[[float], float]
    heap: list[tuple[float, int, Node]]
    patient: bool = False
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
        bound, _, node = heapq.heappop(self.heap)
        self.nodes += 1
        rest = shrink(self.core, node.state, node.limit(self.core.rows))
        if not rest.possible:
            return
        if rest.core.sites == 0:
            self._offer(rest, np.zeros(0, dtype=np.bool_))
            return
        table = rule_table(rest.core)
        ascent = self._climb(rest, table, node, bound, clock)
        bound = max(bound, ascent.bound + rest.constant)
        reduced = reduced_costs(rest.core, table, ascent.multiplier, ascent.price)
        chosen = np.zeros(rest.core.sites, dtype=np.bool_)
        choose(reduced, *rest.core.count, chosen)
        if rest.core.allows(chosen):
            self._offer(rest, chosen)
        cut = self.cut_of(self.value)
        if bound < cut:
            opening, closing = penalties(reduced, *rest.core.count)
            # of the climb's own bound, of which the penalties are; the node's may be its parent's
            below = ascent.bound + rest.constant
            fixed = node.state.copy()
            fixed[rest.site[below + opening >= cut]] = CLOSED
            fixed[rest.site[below + closing >= cut]] = OPEN
            fixed_node = Node(fixed, ascent.multiplier.astype(np.float32), ascent.price, node.within)
            if not (self.patient and self._divide_row(rest, fixed_node, ascent, bound)):
                self._divide_site(rest, fixed_node, ascent, bound, below + opening, below + closing)

    def _climb(self, rest: Rest, table: RuleTable, node: Node, bound: float, clock: Clock) -> Ascent:
        start, price = node.start.astype(np.float64), node.price if len(node.price) == table.rules else None
        enough = self.cut_of(self.value) - rest.constant
        if self.patient:
            return cool(
                rest.core, table, ahead=min(self.value - bound, 0.05 * abs(bound) + 1e-6), clock=clock,
                steps=PATIENT_STEPS, enough=enough, start=start, price=price, first_step=PATIENT_FIRST,
            )  # fmt: skip
        return climb(
            rest.core, table, upper=self.value - rest.constant, clock=clock, most_steps=STEPS, enough=enough,
            start=start, price=price, pace=NODE,
        )  # fmt: skip

    def _divide_row(self, rest: Rest, node: Node, ascent: Ascent, bound: float) -> bool:
        """Somebody serves a row within some cost, or nobody opens there; False where no row is undecided."""
        row, cost = undecided(rest.core, ascent.multiplier, ascent.share)
        if row < 0:
            return False
        begin, end = rest.core.indptr[row], rest.core.indptr[row + 1]
        pairs = slice(begin, begin + int(np.searchsorted(pair_costs(rest.core)[begin:end], cost, side="right")))
        nobody = node.state.copy()
        nobody[rest.site[rest.core.site[pairs]]] = CLOSED
        self._push(bound, replace(node, state=nobody))
        self._push(bound, replace(node, within=(*node.within, (row, cost))))
        return True

    def _divide_site(
        self, rest: Rest, node: Node, ascent: Ascent, bound: float, if_open: Floats, if_closed: Floats
    ) -> None:
        free = np.flatnonzero(node.state[rest.site] == FREE)
        if len(free) == 0:
            self._push(bound, node)
            return
        pick = free[np.argmin(np.abs(ascent.share[free] - 0.5))]
        for child, least in ((OPEN, if_open[pick]), (CLOSED, if_closed[pick])):
            divided = node.state.copy()
            divided[rest.site[pick]] = child
            self._push(max(bound, least), replace(node, state=divided))

    def _push(self, bound: float, node: Node) -> None:
        self.made += 1
        heapq.heappush(self.heap, (float(bound), self.made, node))

    def _offer(self, rest: Rest, is_open: Flags) -> None:
        value = plan_value(rest.core, is_open) + rest.constant
        if value < self.value and rest.core.allows(is_open):
            self.is_open, self.value = rest.whole(is_open, self.core.sites), value


def tree_of(
    core: SitingCore, *, value: float, cut_of: Callable[[float], float], ascent: Ascent, patient: bool = False
) -> Tree:
    """A tree whose root begins with the multipliers of a climb."""
    root = Node(np.zeros(core.sites, dtype=np.int8), ascent.multiplier.astype(np.float32), ascent.price)
    return Tree(core, value, cut_of, [(ascent.bound, 0, root)], patient)
