"""Which schools to open: the location engine's answer to the same problem without contiguity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.core import COUNT, SeatsCore, SiteRule
from geoplan.locate.seats import solve_seats
from geoplan.zones.core import NOWHERE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.zones.core import ZonesCore


@dataclass(frozen=True, eq=False)
class Sited:
    """The plan without contiguity (None where none was found) and its bound, which holds with contiguity, too."""

    zone_of_unit: NDArray[np.int64] | None
    is_open: NDArray[np.bool_] | None
    bound: float


def site_schools(core: ZonesCore, *, clock: Clock, gap: float, seed: int) -> Sited:
    """Sites and assignment of the relaxation: zones need not be connected, and any number of pupils may be moved."""
    seats = without_contiguity(core)
    found = solve_seats(seats, clock=clock, gap=gap, seed=seed)
    if found.option is None or found.share is None:
        return Sited(None, None, np.inf if found.proved else found.bound)
    plan = np.full(core.units, NOWHERE, dtype=np.int64)
    taken = found.share > 0.5
    plan[seats.row()[taken]] = seats.site[taken]
    return Sited(plan, found.option >= 0, found.bound)


def without_contiguity(core: ZonesCore) -> SeatsCore:
    """The same problem as a core of sites and rows, in which zones need not be connected and pupils may be moved."""
    zones = np.arange(core.zones)
    soft = bool(np.isfinite(core.over_price))
    least, most = float(core.open_least), float(min(core.open_most, core.zones))
    return SeatsCore(
        indptr=core.indptr, site=core.zone, cost=core.cost, weight=core.pupils, base=np.full(core.units, np.inf),
        option_site=zones, option_capacity=core.seats, option_least=core.least, option_cost=core.opening,
        must_open=core.must_open,
        extra_most=np.full(core.zones, float(core.pupils.sum()) if soft else 0.0),
        extra_cost=np.full(core.zones, core.over_price if soft else 0.0),
        rules=(SiteRule(COUNT, zones, np.ones(core.zones), least, most),),
        budget=np.inf, option_spend=np.zeros(core.zones), extra_spend=np.zeros(core.zones), splittable=False,
    )  # fmt: skip
