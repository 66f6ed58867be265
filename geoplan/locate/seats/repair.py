"""Making a plan keep its bands and rules: the worst site and those around it decided anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.seats.choice import choose_options
from geoplan.locate.seats.evaluate import objective, pair_of_row
from geoplan.locate.seats.moves import nearest_open, state_of
from geoplan.locate.seats.neighbourhood import pick_closed, pick_open
from geoplan.locate.seats.part import Outside, part_of, solve_part
from geoplan.locate.seats.prices import prices_of
from geoplan.locate.seats.search import REACH, WIDTH, search

if TYPE_CHECKING:
    from geoplan.locate.clock import Clock
    from geoplan.locate.core import SeatsCore
    from geoplan.locate.seats.moves import Floats, Ints, State, Terms

    Plan = tuple[Ints, Ints]

ALL_AT_ONCE = 8000
"""Pairs up to which the whole problem goes to HiGHS."""
SIZES = (4, 6, 9, 14)
"""Open sites of a part, the next size where the last one did not help."""
NODES, MOST_NODES = 300, 20_000
"""Branch-and-bound nodes for a part, and for the whole."""
DEARNESS = 100.0
"""Price of a unit of load out of its band, in terms of what a unit costs elsewhere."""


def settled(core: SeatsCore, s: State) -> Plan | None:
    """The plan with its options, or None where it breaks something."""
    option = choose_options(core, s.is_open, s.load)
    if option is None or objective(core, option, s.site_of_row) == np.inf:
        return None
    return option, s.site_of_row.copy()


def repaired(core: SeatsCore, t: Terms, s: State, *, clock: Clock, seed: int) -> Plan | None:
    """A plan that keeps everything, from one that does not; None where none was found.

    Args:
        core: the problem.
        t: it for the kernels, with finite penalties.
        s: the plan; changed.
        clock: when to give up.
        seed: of the order in which rows are looked at.
    """
    if len(core.cost) <= ALL_AT_ONCE:
        return _all_at_once(core, clock, seed)
    rng = np.random.default_rng(seed)
    tried = np.zeros(core.sites, dtype=np.int64)
    while not clock.over:
        wrong = _out_of_band(core, s)
        wrong[tried >= len(SIZES)] = 0.0
        centre = int(np.argmax(wrong))
        if wrong[centre] <= 0.0:
            return None
        size = SIZES[tried[centre]]
        tried[centre] += 1
        s = _mended(core, t, s, centre, size, clock=clock, seed=seed)
        search(core, t, s, clock=clock, rng=rng)
        plan = settled(core, s)
        if plan is not None:
            return plan
    return None


def _all_at_once(core: SeatsCore, clock: Clock, seed: int) -> Plan | None:
    rows, sites = np.arange(core.rows), np.arange(core.sites)
    nobody = np.full(core.rows, -1, dtype=np.int64)
    part = part_of(core, rows, sites, nobody, core.sites)
    nothing = Outside(np.zeros(len(core.rules)), 0.0)
    answer = solve_part(core, part, nothing, clock=clock, seed=seed, nodes=MOST_NODES, now=None, first=True)
    if answer is None or objective(core, answer.option, answer.site_of_row) == np.inf:
        return None
    return answer.option, answer.site_of_row


def _out_of_band(core: SeatsCore, s: State) -> Floats:
    """How far each open site's load is from the nearest of its options' bands."""
    load = s.load[core.option_site]
    beyond = load - core.option_capacity - core.extra_most[core.option_site]
    miss = np.maximum(np.maximum(beyond, core.option_least - load), 0.0)
    least = np.full(core.sites, np.inf)
    np.minimum.at(least, core.option_site, miss)
    return np.where(s.is_open & (least > 1e-9 * np.maximum(1.0, s.load)), least, 0.0)


def _mended(core: SeatsCore, t: Terms, s: State, centre: int, size: int, *, clock: Clock, seed: int) -> State:
    near, _ = nearest_open(t, s.is_open, WIDTH)
    members = np.flatnonzero(s.site_of_row == centre)
    inside = np.zeros(core.sites + 1, dtype=np.bool_)
    inside[pick_open(near, members, centre, size)] = True
    rows = np.flatnonzero(inside[s.site_of_row] | ((s.site_of_row < 0) & inside[near[:, 0]]))
    closed = pick_closed(core, t, s.is_open, rows, s.row_cost, size, REACH)
    sites = np.union1d(np.flatnonzero(inside), closed)
    unit, unserved = prices_of(core)
    part = part_of(core, rows, sites, s.site_of_row, 6)
    answer = solve_part(
        core, part, _outside(core, s, sites), clock=clock, seed=seed, nodes=NODES, now=None,
        prices=(DEARNESS * unit, DEARNESS * unserved),
    )  # fmt: skip
    if answer is None:
        return s
    is_open, site_of_row = s.is_open.copy(), s.site_of_row.copy()
    is_open[sites], site_of_row[rows] = answer.option >= 0, answer.site_of_row
    row_cost = s.row_cost.copy()
    row_cost[rows] = _costs(core, t, part.rows, site_of_row)
    return state_of(core, is_open, site_of_row, row_cost)


def _costs(core: SeatsCore, t: Terms, rows: Ints, site_of_row: Ints) -> Floats:
    pair = pair_of_row(core, site_of_row)[rows]
    return np.where(pair >= 0, core.cost[pair], t.base[rows])


def _outside(core: SeatsCore, s: State, sites: Ints) -> Outside:
    """What the other sites use, each at the least spend of its options that hold its load."""
    rest = s.is_open.copy()
    rest[sites] = False
    load = s.load[core.option_site]
    added = np.maximum(load - core.option_capacity, 0.0)
    fits = added <= core.extra_most[core.option_site]
    spend = np.where(fits, core.option_spend + core.extra_spend[core.option_site] * added, core.option_spend)
    least = np.full(core.sites, np.inf)
    np.minimum.at(least, core.option_site, spend)
    amount = np.array([rule.amount(rest) for rule in core.rules], dtype=np.float64)
    return Outside(amount, float(least[rest].sum()))
