"""The best plan and the best bound so far, and from which value on a plan would be no better."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import kernel
from geoplan.locate.core import Found, SitingCore
from geoplan.locate.median.shrink import pair_costs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

ROUNDING = 1e-9
"""Relative difference between two values that is taken for rounding."""


@dataclass(eq=False)
class Incumbent:
    """What is known of the optimum.

    Attributes:
        unit: every plan's value is a multiple of it; 0 where there is no such unit.
        value: of the plan; where there is none, more than any plan costs.
        bound: no plan costs less.
    """

    core: SitingCore
    clock: Clock
    gap: float
    unit: float
    value: float
    plan: Flags | None = None
    bound: float = -math.inf

    def cut_of(self, value: float) -> float:
        """A plan that costs this much or more is no better than one of the value given.

        While no plan is known the value is only more than any plan costs, and nothing may be cut off below it.
        """
        if self.plan is None:
            return value
        step = ROUNDING * abs(value)
        if self.unit * 0.1 > step:
            step = self.unit * (1 - 1e-3)
        return value - max(step, self.gap * abs(value))

    @property
    def cut(self) -> float:
        """A plan that costs this much or more is no better than the best one."""
        return self.cut_of(self.value)

    @property
    def done(self) -> bool:
        """No better plan is left."""
        return self.bound >= self.cut

    def aim(self, bound: float) -> float:
        """What a climb aims at: the value of the plan, or a little more than the bound where there is none."""
        if self.plan is not None:
            return self.value
        return min(self.value, bound + 0.05 * abs(bound)) if math.isfinite(bound) else self.value

    def offer(self, plan: Flags, phase: str) -> None:
        """Take a plan if it is allowed and better."""
        value = plan_value(self.core, plan)
        if value < self.value and self.core.allows(plan):
            self.plan, self.value = plan.copy(), value
            self.clock.tell(phase, value, self.bound if math.isfinite(self.bound) else None)

    def prove(self, bound: float, phase: str) -> None:
        """Raise the bound to one that holds for all plans below the cut."""
        bound = min(bound, self.cut)
        if bound > self.bound:
            self.bound = bound
            self.clock.tell(phase, self.value if self.plan is not None else None, bound)

    def found(self) -> Found:
        """The answer, the bound rounded up where values are multiples of a unit."""
        if self.plan is None:
            return Found(None, math.inf if self.done else self.bound, proved=self.done)
        bound = self.bound
        if self.unit > 10 * ROUNDING * abs(self.value) and math.isfinite(bound):
            bound = max(bound, math.ceil(bound / self.unit - 1e-4) * self.unit)
        bound = min(bound, self.value)
        return Found(self.plan, bound, proved=bound >= self.value - ROUNDING * abs(self.value))


def incumbent_of(core: SitingCore, *, gap: float, clock: Clock) -> Incumbent:
    """Nothing known yet but that no plan costs more than every row served the dearest way by every site."""
    degree = np.diff(core.indptr)
    last = pair_costs(core)[np.maximum(core.indptr[1:] - 1, 0)] if len(core.site) else np.zeros(core.rows)
    dearest = np.where(np.isfinite(core.base), core.base, np.where(degree > 0, last, 0.0))
    most = float(dearest.sum() + np.maximum(core.site_cost, 0.0).sum())
    return Incumbent(core, clock, gap, unit_of(core), most + 1e-6 * abs(most) + 1.0)


def plan_value(core: SitingCore, is_open: Flags) -> float:
    """The objective of a plan, reading each row up to its first open site."""
    cost = pair_costs(core)
    return float(_serve(core.indptr, core.site, cost, core.base, is_open) + core.site_cost[is_open].sum())


def unit_of(core: SitingCore) -> float:
    """The largest number that divides every cost, or 0 where one of them is not whole."""
    unit = 0
    finite = core.base[np.isfinite(core.base)]
    chunk = 1_000_000
    for array in (core.site_cost, finite, pair_costs(core)):
        for begin in range(0, len(array), chunk):
            part = array[begin : begin + chunk]
            whole = np.rint(part)
            if not np.array_equal(whole, part) or np.abs(whole).max() > 2.0**52:
                return 0.0
            unit = math.gcd(unit, int(np.gcd.reduce(whole.astype(np.int64))))
    return float(unit)


@kernel
def _serve(indptr: NDArray[np.int64], site: NDArray[np.int32], cost: Floats, base: Floats, is_open: Flags) -> float:
    total = 0.0
    for i in range(len(base)):
        paid = base[i]
        for k in range(indptr[i], indptr[i + 1]):
            if is_open[site[k]]:
                paid = cost[k]
                break
        total += paid
    return total
