"""A first plan of seats: all sites open, then those dropped that cost more than they save, loads repaired by moves.

Greedy dropping with capacities is the DROP heuristic (Feldman, Lehrer, Ray 1966; Jacobsen 1983). Here least loads
count too: a load outside its band costs a penalty that grows until the plan keeps everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.seats.moves import nearest_open, state_of, terms_of
from geoplan.locate.seats.packing import pack
from geoplan.locate.seats.places import close_change, drop_sites
from geoplan.locate.seats.prices import prices_of
from geoplan.locate.seats.repair import repaired, settled
from geoplan.locate.seats.search import WIDTH, search

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.core import SeatsCore
    from geoplan.locate.seats.moves import State, Terms

    Plan = tuple[NDArray[np.int64], NDArray[np.int64]]

PENALTIES = (3.0, 30.0, 1000.0)
"""Cost of each unit of load out of its band, one after the other, in terms of what a unit costs elsewhere."""
STEPS = 200
"""Sites looked at in one call of the kernel."""


def construct(core: SeatsCore, *, clock: Clock, seed: int) -> Plan | None:
    """A plan that keeps everything, each row at one site or none; None where none was found.

    Args:
        core: the problem.
        clock: when to give up.
        seed: of the order in which rows are looked at.
    """
    if clock.over:
        return None
    if core.sites == 0:
        nowhere = np.full(core.rows, -1, dtype=np.int64)
        return None if np.isinf(core.base).any() else (nowhere[:0], nowhere)
    rng = np.random.default_rng(seed)
    unit, unserved = prices_of(core)
    t = terms_of(core, penalty=PENALTIES[0] * unit, unserved=unserved)
    s = _all_open(core, t)
    _drop(core, t, s, clock)
    for penalty in PENALTIES:
        t = t._replace(penalty=penalty * unit)
        search(core, t, s, clock=clock, rng=rng)
        plan = settled(core, s)
        if plan is not None or clock.over:
            return plan
    pack(t, s)
    plan = settled(core, s)
    if plan is not None:
        return plan
    return repaired(core, t, s, clock=clock, seed=seed)


def _all_open(core: SeatsCore, t: Terms) -> State:
    is_open = np.ones(core.sites, dtype=np.bool_)
    near, near_cost = nearest_open(t, is_open, 1)
    served = near_cost[:, 0] < t.base
    site_of_row = np.where(served, near[:, 0], -1).astype(np.int64)
    return state_of(core, is_open, site_of_row, np.where(served, near_cost[:, 0], t.base))


def _drop(core: SeatsCore, t: Terms, s: State, clock: Clock) -> None:
    to, to_cost = np.zeros(core.rows, dtype=np.int64), np.zeros(core.rows)
    change = np.full(core.sites, np.inf)
    for j in np.flatnonzero(~core.must_open).tolist():
        if clock.over:
            return
        change[j] = close_change(t, s, j, WIDTH, to, to_cost)
    while not clock.over and not drop_sites(t, s, change, WIDTH, STEPS):
        pass
