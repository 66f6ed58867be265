"""Annealing of the open sites, in calls short enough for the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.seats.choice import choose_options
from geoplan.locate.seats.evaluate import load_of, objective, pair_of_row
from geoplan.locate.seats.moves import log_of, nearest_open, state_of, terms_of
from geoplan.locate.seats.prices import prices_of
from geoplan.locate.seats.shake import Best, Near, area_of, shake

if TYPE_CHECKING:
    from geoplan.locate.clock import Clock
    from geoplan.locate.core import SeatsCore
    from geoplan.locate.seats.moves import Ints

    Plan = tuple[Ints, Ints]

PENALTY = 20.0
"""Cost of a unit of load out of its band, in terms of what a unit costs elsewhere."""
WARMTH = 0.05
"""What a change may cost at the beginning, as a share of what a site and its rows cost."""
WIDTH = 5
"""Near sites that a row may turn to."""
ROWS_FOR_CHAINS = 30
"""Rows of a site up to which swaps and chains are looked at; beyond, shifts find nearly as much in far less time."""
WORK = 8_000_000
"""Steps of one call, about 0.1 s."""
SHARE = 0.6
"""Most of the time left that an annealing takes; the rest is for exact parts."""


def anneal(core: SeatsCore, option: Ints, site_of_row: Ints, *, clock: Clock, seed: int) -> Plan:
    """The best plan seen that keeps everything, given one that does; never worse.

    The number of tries follows from the size of the problem; where the clock is too short for them, it cools faster.

    Args:
        core: the problem.
        option: option taken by each site, -1 closed.
        site_of_row: site of each row, -1 unserved.
        clock: when to stop; at most SHARE of what is left is used.
        seed: of the changes tried.
    """
    is_open = option >= 0
    unit, unserved = prices_of(core)
    t = terms_of(core, penalty=PENALTY * unit, unserved=unserved)
    pair = pair_of_row(core, site_of_row)
    s = state_of(core, is_open, site_of_row, np.where(pair >= 0, core.cost[pair], t.base))
    near = Near(*nearest_open(t, s.is_open, WIDTH))
    value = objective(core, option, site_of_row)
    best = Best(site_of_row.copy(), is_open.copy(), np.array([value, value]))
    random = np.random.default_rng(seed).integers(1, 2**62, 1)
    log, area = log_of(8 * min(core.rows, 20_000) + 64), area_of(core.rows, core.sites)
    warmest = WARMTH * abs(value) / max(1, int(is_open.sum()))
    chains = core.rows <= ROWS_FOR_CHAINS * int(is_open.sum())
    tries, began = _tries(core, int(is_open.sum()), chains=chains), clock.seconds
    share_s = SHARE * clock.left_s
    done, cooled = 0, 0.0
    while cooled < 1.0 and not clock.over:
        left = warmest * (1.0 - cooled)
        done += shake(t, s, near, area, log, random, best, left, chains, WORK)
        cooled = max(done / tries, (clock.seconds - began) / share_s)
        clock.tell("annealing", float(best.cost[1]))
    load = load_of(core, best.site_of_row)
    chosen = choose_options(core, best.is_open, load)
    if chosen is None or not objective(core, chosen, best.site_of_row) < value:
        return option, site_of_row
    return chosen, best.site_of_row


def _tries(core: SeatsCore, opened: int, *, chains: bool) -> int:
    """So many that a problem of a city takes about a minute, and a small one seconds."""
    around = core.rows / max(1, opened)
    step = 200.0 + 9.0 * around * (2.0 * WIDTH * WIDTH * around if chains else 100.0)
    return int(min(3000.0 * max(1, opened), (3e9 + 8e6 * opened) / step)) + 100
