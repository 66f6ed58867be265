"""The transport program behind zones: units shared freely among schools.

Its prices are where the ascent begins, and they guide the search.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.highs import milp_from_entries, minimise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.zones.core import ZonesCore

NEAREST = 12
"""Pairs of each unit that the program knows: prices need not be exact."""


@dataclass(frozen=True, eq=False)
class Transport:
    """Prices of the transport program.

    Attributes:
        unit: what serving each unit costs at the margin. Shape (units,).
        seat: what a further seat of each zone would save. Shape (zones,).
    """

    unit: NDArray[np.float64]
    seat: NDArray[np.float64]


def transport_prices(core: ZonesCore, clock: Clock) -> Transport | None:
    """The prices of a core; None where the program was not solved in time or has no solution."""
    rank = np.arange(len(core.zone)) - np.repeat(core.indptr[:-1], np.diff(core.indptr))
    kept = np.flatnonzero(rank < NEAREST)
    unit, zone = core.unit[kept], core.zone[kept].astype(np.int64)
    pairs, units, zones = len(kept), core.units, core.zones
    dearest = 2.0 * float(core.cost.max(initial=0.0)) + 1.0
    reaching = np.bincount(zone, weights=core.pupils[unit], minlength=zones)
    seats = np.minimum(core.seats, reaching)
    over = np.full(zones, core.over_price if np.isfinite(core.over_price) else dearest)
    every, each = np.arange(units), np.arange(zones)
    row = [unit, every, units + zone, units + each, units + each, np.full(zones, units + zones)]
    column = [
        np.arange(pairs), pairs + every, np.arange(pairs), pairs + units + each, pairs + units + zones + each,
        pairs + units + each,
    ]  # fmt: skip
    value = [np.ones(pairs), np.ones(units), core.pupils[unit], -seats, -np.ones(zones), np.ones(zones)]
    lower = np.concatenate([np.zeros(pairs + units), core.must_open.astype(float), np.zeros(zones)])
    model = milp_from_entries(
        np.concatenate([core.cost[kept], np.full(units, dearest), core.opening, over]),
        np.concatenate([np.full(pairs + units, np.inf), np.ones(zones), np.full(zones, np.inf)]),
        np.zeros(pairs + units + 2 * zones, dtype=np.bool_),
        (np.concatenate(row), np.concatenate(column), np.concatenate(value)),
        np.concatenate([np.ones(units), np.full(zones, -np.inf), [float(core.open_least)]]),
        np.concatenate([np.ones(units), np.zeros(zones), [float(core.open_most)]]),
    )
    answer = minimise(replace(model, lower=lower), clock=clock)
    if answer.row_dual is None:
        return None
    return Transport(answer.row_dual[:units].copy(), np.maximum(0.0, -answer.row_dual[units : units + zones]))
