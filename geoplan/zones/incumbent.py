"""The best plan and the best bound so far, and below which value a plan would be of interest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from geoplan.zones.core import Drawn, ZonesCore

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock

SAME = 1e-9
"""Objectives that differ relatively by less are the same."""


@dataclass(eq=False)
class Incumbent:
    """What is known of the optimum.

    Attributes:
        clock: told of every step forward.
        gap: relative gap at which a plan is good enough.
        plan: the best one, None while there is none. Shape (units,).
        value, bound: what it costs; no plan costs less.
        dearest: more than any plan costs: a bound above it says that there is none.
    """

    core: ZonesCore
    clock: Clock
    gap: float
    plan: NDArray[np.int64] | None = None
    value: float = np.inf
    bound: float = -np.inf
    dearest: float = field(init=False)

    def __post_init__(self) -> None:
        core = self.core
        over = core.over_price * float(core.pupils.sum()) if np.isfinite(core.over_price) else 0.0
        each = float(np.maximum.reduceat(core.cost, core.indptr[:-1]).sum()) if core.units else 0.0
        self.dearest = 1.001 * (each + float(np.abs(core.opening).sum()) + over) + 1.0

    @property
    def limit(self) -> float:
        """What a plan must cost less than to be of interest."""
        if not np.isfinite(self.value):
            return self.dearest
        return self.value - max(self.gap, SAME) * max(abs(self.value), 1e-9)

    @property
    def done(self) -> bool:
        """The gap is small enough."""
        return self.bound >= self.limit

    @property
    def drawn(self) -> Drawn:
        """The answer so far."""
        if self.plan is None:
            proved = self.bound >= self.dearest
            return Drawn(None, np.inf if proved else self.bound, proved=proved)
        return Drawn(
            self.plan, min(self.bound, self.value), proved=self.bound >= self.value - 2 * SAME * abs(self.value) - 1e-12
        )

    def take(self, plan: NDArray[np.int64], value: float, phase: str) -> None:
        """Keep a legal plan that costs so much, if it is better."""
        if value < self.value:
            self.plan, self.value = plan, value
            self.tell(phase)

    def tell(self, phase: str = "search") -> None:
        """Tell whoever listens how far it has come."""
        self.clock.tell(phase, self.value, min(self.bound, self.value))

    def rise(self, bound: float, phase: str) -> None:
        """Keep a bound that is higher."""
        if bound > self.bound:
            self.bound = bound
            self.tell(phase)
