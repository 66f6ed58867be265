"""All choices of sites that a plan below a limit could open: branch and bound that stops where every site is decided.

What is left to do for each choice is up to the caller, who may know of rules that this problem leaves out.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.seats.branch import Best, Gains, chosen_children, fixed, root_of, undecided
from geoplan.locate.seats.lagrange import climbed, first_prices, made_ready
from geoplan.locate.seats.narrow import surely_infeasible

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.core import SeatsCore

ITERATIONS = 1_000
"""Prices tried before the branching."""


@dataclass(frozen=True, eq=False)
class Choice:
    """The sites that are open, all others being closed, and a bound for all such plans. Shape (sites,)."""

    is_open: NDArray[np.bool_]
    bound: float


@dataclass(frozen=True, eq=False)
class Choices:
    """What a plan below the limit may open.

    Attributes:
        found: by their bounds, lowest first.
        floor: a bound for all plans that open anything else; the limit where all choices were found.
    """

    found: list[Choice]
    floor: float

    @property
    def lowest(self) -> float:
        """A bound for all plans, as far as the limit."""
        return min([self.floor, *(each.bound for each in self.found)])


def choices_below(
    core: SeatsCore, limit: Callable[[], float], *, clock: Clock, told: Callable[[Choice], None]
) -> Choices:
    """The choices of sites that plans which cost less than a limit can open.

    Args:
        limit: finite; asked for before each node, for it may have fallen.
        clock: when to stop with the choices so far.
        told: of each choice as it is found; what is learnt from it may lower the limit.
    """
    if surely_infeasible(core):
        return Choices([], limit())
    ground, best = made_ready(core), Best(None, limit(), lambda cost: cost)
    climb = climbed(
        ground, first_prices(ground), upper=best.cost, iterations=ITERATIONS, clock=clock, enough=best.cost
    )  # fmt: skip
    root = fixed(core, root_of(core, climb), climb, best.cost)
    gains = Gains(np.zeros((2, core.sites)), np.zeros(core.sites, dtype=np.int64))
    order, found = count(), list[Choice]()
    heap = [] if root is None else [(root.bound, next(order), root)]
    while heap and heap[0][0] < best.cost and not clock.over:
        clock.tell("choices of sites", best.cost, heap[0][0])
        node = heapq.heappop(heap)[2]
        doubt = undecided(node)
        if doubt.max(initial=-1.0) < 0.0:
            found.append(Choice(node.must_open, node.bound))
            told(found[-1])
            best.cost = limit()
            continue
        for born in chosen_children(core, node, doubt, best, gains, clock=clock):
            heapq.heappush(heap, (born.bound, next(order), born))
    return Choices(found, min(best.cost, heap[0][0]) if heap else best.cost)
