"""What a unit of load costs in a problem, roughly: the scale of all penalties."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from geoplan.locate.core import SeatsCore


def prices_of(core: SeatsCore) -> tuple[float, float]:
    """What a unit of load costs, roughly, and a price no plan would pay for a row unserved."""
    some = core.indptr[:-1, None] + np.arange(min(10, max(1, core.sites)))[None, :]
    last = np.minimum(some[:, -1], core.indptr[1:] - 1)
    reached = core.indptr[1:] > core.indptr[:-1]
    load = max(float(core.weight.sum()), 1e-12)
    most = float(np.abs(core.cost[last[reached]]).sum()) if reached.any() else 0.0
    seats = float(np.minimum(core.option_capacity, load).sum())
    unit = most / load + float(np.abs(core.option_cost).sum()) / max(seats, 1e-12)
    dearest = float(core.cost.max(initial=0.0)) + float(np.abs(core.option_cost).max(initial=0.0))
    unit = unit if unit > 0 else 1.0
    return unit, 10.0 * dearest + 1000.0 * unit * max(float(core.weight.max(initial=0.0)), 1.0)
