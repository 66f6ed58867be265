"""Zones, proved or with their gap: which schools open, where there is a choice; search, prices, lists, proof."""

from __future__ import annotations

from functools import cache
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import AT_ONCE
from geoplan.locate.clock import start_clock
from geoplan.locate.seats.choices import Choices
from geoplan.zones.annealing.pool import ZonePool
from geoplan.zones.annealing.search import search_zones
from geoplan.zones.bounding.duals import first_prices, nothing_known
from geoplan.zones.bounding.fixing import decide
from geoplan.zones.bounding.layout import lay_out
from geoplan.zones.bounding.listing import zones_below
from geoplan.zones.choosing import relax_contiguity, search_schools
from geoplan.zones.core import Drawn, ZonesCore
from geoplan.zones.hunt import begun
from geoplan.zones.incumbent import Incumbent
from geoplan.zones.siting import without_contiguity
from geoplan.zones.stages import SEARCHES, part_of, polished, priced, settle

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.zones.hunt import Hunt

PROGRAM_AT_MOST = 3_000
"""Units up to which prices are refined by a program over the zones seen, and zones listed."""


def solve_zones(
    core: ZonesCore, *, clock: Clock, gap: float = 0.0, seed: int = 0, start: NDArray[np.int64] | None = None
) -> Drawn:
    """The best zones of a core, with a bound.

    Args:
        clock: when to stop with the best so far.
        gap: relative gap at which a plan is good enough.
        seed: of the search. Parts of the solve take so many seconds or shares of the time: where the proof does not
            end, another machine may stop at another plan.
        start: a plan to begin with, legal or not. Shape (units,).
    """
    nobody = np.zeros(0, dtype=np.int64)
    if core.units == 0 and not core.faults(nobody):
        return Drawn(nobody, core.value(nobody), proved=True)
    if core.units == 0 or (np.diff(core.indptr) == 0).any() or _too_full(core):
        return Drawn(None, np.inf, proved=True)
    hunt = begun(Incumbent(core, clock, gap), core, clock, count(seed + 1))
    hunt.take(start, "the plan to begin with")
    hunt.rise(_least_cost(core), "cheapest pairs")
    (_draw if core.units <= PROGRAM_AT_MOST else _draw_many)(hunt, start)
    return hunt.best.drawn


@cache
def compile_kernels() -> None:
    """Have numba compile (or load) what a solve needs, once in a process, so that it costs no solver's time."""
    touching = np.array([1, 0, 2, 1, 3, 2], dtype=np.int64)
    core = ZonesCore(
        indptr=np.arange(0, 9, 2), zone=np.array([0, 1, 0, 1, 1, 0, 1, 0], dtype=np.int32),
        cost=np.array([0.0, 3.0, 1.0, 2.0, 1.0, 2.0, 0.0, 3.0]), pupils=np.ones(4), seats=np.array([2.0, 3.0]),
        least=np.zeros(2), over_price=np.inf, root=np.array([0, 3]), near_ptr=np.array([0, 1, 3, 5, 6]), near=touching,
        opening=np.zeros(2), must_open=np.ones(2, dtype=np.bool_), open_least=2, open_most=2,
        moved=np.zeros(8), moved_most=np.inf,
    )  # fmt: skip
    layout, prices, clock = lay_out(core), first_prices(core), start_clock()
    known = nothing_known(core, layout)
    search_zones(core, clock=clock, steps=1_000, pool=ZonePool())
    decide(core, layout, prices, known, limit=100.0, most_nodes=10, stop=lambda: False)
    zones_below(core, layout, prices, known, np.full(core.zones, -100.0), 100, clock)


def _draw(hunt: Hunt, start: NDArray[np.int64] | None) -> None:
    """Search, prices, programs, all zones listed, proof."""
    core = hunt.core
    if not core.must_open.all():
        _choose(hunt)
        if hunt.best.plan is None:
            relax_contiguity(hunt)
        if hunt.best.plan is not None:
            settle(hunt, polished(hunt), Choices(without_contiguity(core), lambda: hunt.best.limit, hunt.clock))
            return
    hunt.search(core, start)
    settle(hunt, [part_of(hunt, core)])


def _draw_many(hunt: Hunt, start: NDArray[np.int64] | None) -> None:
    """Search and neighbourhoods until the time is over; the bound is that of the ascent."""
    core = hunt.core
    if not core.must_open.all():
        _choose(hunt)
        relax_contiguity(hunt)
        if hunt.best.plan is not None:
            start, core = hunt.best.plan, core.with_open(core.is_open(hunt.best.plan))
    hunt.search(core, start)
    hunt.search(core, None, times=SEARCHES)
    part = priced(hunt.among(core), part_of(hunt, core))
    hunt.combine(part.tight.best)
    hunt.improve(part.node)
    while not hunt.over:
        hunt.search(core, hunt.best.plan, times=AT_ONCE)
        hunt.improve(part.node)


def _choose(hunt: Hunt) -> None:
    """Prices of all schools, and a plan with some of them."""
    search_schools(hunt, priced(hunt, part_of(hunt, hunt.core)).tight.best)


def _least_cost(core: ZonesCore) -> float:
    """What every plan costs at least: each unit's cheapest pair and the schools that are open in any case."""
    opening = core.opening[core.must_open].sum() + np.minimum(core.opening[~core.must_open], 0.0).sum()
    return float(np.minimum.reduceat(core.cost, core.indptr[:-1]).sum() + opening)


def _too_full(core: ZonesCore) -> bool:
    """The seats of the schools that may be open hold fewer than all pupils."""
    if np.isfinite(core.over_price):
        return False
    free = np.sort(core.seats[~core.must_open])[::-1][: max(core.open_most - int(core.must_open.sum()), 0)]
    seats = float(core.seats[core.must_open].sum() + free.sum())
    return float(core.pupils.sum()) > seats * (1 + 1e-9) + 1e-9
