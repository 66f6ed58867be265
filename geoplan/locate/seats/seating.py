"""Which of the open sites serves each row: annealing by shifts and swaps while the sites stay, then exact triples.

Loads may leave their bands on the way, at a price that rises as it cools: where room is scarce there is often no other
way from one good plan to the next (Kirkpatrick et al. 1983; strategic oscillation: Glover 1986). Several such plans
differ in few rows, and the best plan that sends every row where one of them does is a small program (Fischetti & Lodi
2003, "Local branching"; Rothberg 2007, on solution merging).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import AT_ONCE, kernel, making_kernel
from geoplan.locate.seats.evaluate import objective, pair_of_row
from geoplan.locate.seats.exact import solve_compact
from geoplan.locate.seats.lagrange import made_ready
from geoplan.locate.seats.moves import move_row, nearest_open, site_cost, state_of, terms_of
from geoplan.locate.seats.narrow import narrowed
from geoplan.locate.seats.prices import prices_of
from geoplan.locate.seats.repair import settled
from geoplan.locate.seats.search import search
from geoplan.locate.seats.shake import draw
from geoplan.locate.seats.shared import seat_prices
from geoplan.locate.seats.triples import share_out_triples

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.core import SeatsCore
    from geoplan.locate.seats.lagrange import Ground
    from geoplan.locate.seats.moves import Flags, Floats, Ints, State, Terms

    Plan = tuple[Ints, Ints]

WIDTH = 8
"""Near sites that a row may turn to."""
TRIES, MOST_TRIES = 20_000, 30_000_000
"""Moves tried for each row, and in all (about a second)."""
STEPS = 60
"""Temperatures."""
WARM, COLD = 0.3, 0.001
"""First and last temperature, as shares of what a row costs on average."""
LIGHT, HEAVY = 0.3, 3.0
"""First and last price of a unit of load out of its band, in terms of what a unit costs elsewhere."""
STRICT = 10.0
"""That price when triples are solved."""
LOOKED_AT = 40
"""Rows that are looked at for one to exchange."""
PLANS, MERGED = 16, 6
"""Drafts made for the first choice of sites, and how many of the cheapest are merged."""
MERGING_SHARE = 0.25
"""Share of the time left that is kept for merging."""
HOPE = 0.003
"""A plan dearer than the best one by more than this share calls for no more with the same sites."""
NODES = 500
"""Branch-and-bound nodes for merging."""


def seatings(
    core: SeatsCore, is_open: Flags, *, plans: int, known: Plan | None, best: float, clock: Clock, seed: int
) -> Plan | None:
    """The best plan found with just these sites open; None where none was found.

    Args:
        core: the problem.
        is_open: the sites.
        plans: how many plans to make before they are merged.
        known: the best plan known, with whatever sites.
        best: its cost, inf where there is none.
        clock: when to stop; a part of the time is left for merging.
        seed: of the moves tried.
    """
    ground, drafts = made_ready(core), []
    worth = seat_prices(core, is_open, clock=clock)
    found, cost, making = None, np.inf, clock.within((1.0 - MERGING_SHARE) * clock.left_s)
    # the kernels let go of Python's lock, and no draft knows of another: two at once are the same two
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for first in range(0, plans, AT_ONCE):
            seeds = range(seed + first, seed + min(first + AT_ONCE, plans))
            for draft in pool.map(lambda one: seated(ground, is_open, worth, clock=making, seed=one), seeds):
                drafts.append(draft)
                if draft.plan is not None and (value := objective(core, *draft.plan)) < cost:
                    found, cost = draft.plan, value
            if cost > best + HOPE * abs(best):
                return found
            if making.over:
                break
    merged = _merged(core, is_open, drafts, known, best=min(best, cost), clock=clock, seed=seed)
    return found if merged is None else merged


def _merged(
    core: SeatsCore, is_open: Flags, drafts: list[Draft], known: Plan | None, *, best: float, clock: Clock, seed: int
) -> Plan | None:
    """The best plan below `best` that sends every row where one of the cheapest drafts or the known plan does."""
    row, used = core.row(), np.zeros(len(core.site), dtype=np.bool_)
    cheapest = sorted(drafts, key=lambda draft: draft.cost)[:MERGED]
    for site_of_row in [draft.site_of_row for draft in cheapest] + ([] if known is None else [known[1]]):
        used |= core.site == site_of_row[row]
    small = narrowed(core, used, ~is_open, is_open)
    merged = solve_compact(small.core, clock=clock, seed=seed, below=best, most_nodes=NODES)
    if merged.plan is None or not objective(small.core, *merged.plan) < best:
        return None
    return small.widened(merged.plan)


@dataclass(frozen=True, eq=False)
class Draft:
    """A site for each row (-1: none) with what that costs, penalties included; the plan if it breaks nothing."""

    site_of_row: Ints
    cost: float
    plan: Plan | None


def seated(ground: Ground, is_open: Flags, seat_price: Floats, *, clock: Clock, seed: int) -> Draft:
    """One draft with these sites, by annealing from every row at its nearest site."""
    core = ground.core
    unit, unserved = prices_of(core)
    t = terms_of(core, penalty=unit, unserved=unserved)
    near, near_cost = nearest_open(t, is_open, WIDTH)
    served = near_cost[:, 0] < t.base
    first = np.where(served, near[:, 0], -1).astype(np.int64)
    s = state_of(core, is_open, first, np.where(served, near_cost[:, 0], t.base))
    random = np.random.default_rng(seed).integers(1, 2**62, 1)
    warmth = WARM * float(np.abs(s.row_cost).sum()) / max(1, core.rows)
    tries = min(TRIES * core.rows, MOST_TRIES) // STEPS
    for step in range(STEPS):
        if clock.over:
            break
        share = step / (STEPS - 1)
        t = t._replace(penalty=unit * LIGHT * (HEAVY / LIGHT) ** share)
        tolls = (1.0 - share) * seat_price
        s.row_cost[:] = _row_cost(core, t, s, tolls)
        now = near_cost + tolls[near] * core.weight[:, None]
        cool(t, s, near, now, random, warmth * (COLD / WARM) ** share, tries)
    s.row_cost[:] = _row_cost(core, t, s, np.zeros(core.sites))
    t = t._replace(penalty=STRICT * unit)
    if ground.is_exact:
        share_out_triples(t, s, near[:, : WIDTH // 2], ground.units, ground.unit, clock=clock)
    search(core, t, s, clock=clock, rng=np.random.default_rng(seed), moving=False)
    opened = np.flatnonzero(is_open).tolist()
    cost = float(s.row_cost.sum()) + sum(float(site_cost(t, j, s.load[j])) for j in opened)
    return Draft(s.site_of_row, cost, settled(core, s))


def _row_cost(core: SeatsCore, t: Terms, s: State, tolls: Floats) -> Floats:
    """What each row costs where it is, and the toll for the seats that it takes there."""
    pair = pair_of_row(core, s.site_of_row)
    cost: Floats = np.where(pair >= 0, core.cost[pair] + tolls[s.site_of_row] * core.weight, t.base)
    return cost


@making_kernel
def cool(  # noqa: C901 - one kernel: a call for each move would cost more than its work
    t: Terms, s: State, near: NDArray[np.int32], near_cost: Floats, random: Ints, warmth: float, tries: int
) -> None:
    """Try so many shifts and swaps of rows at one temperature, drawn at random; the plan is changed in place."""
    rows, width = near.shape
    price = np.zeros(len(s.load))
    for j in range(len(price)):
        if s.is_open[j]:
            price[j] = site_cost(t, j, s.load[j])
    for _ in range(tries if rows > 0 else 0):
        r = draw(random, rows)
        a = s.site_of_row[r]
        m = draw(random, width + 1)
        b, cost = (near[r, m], near_cost[r, m]) if m < width else (-1, t.base[r])
        if b == a or (b < 0 and (m < width or not t.may_rest[r])):
            continue
        delta = cost - s.row_cost[r]
        q, back = -1, 0.0
        if a >= 0 and b >= 0 and draw(random, 2) == 0:
            q, back = _exchange(s, near, near_cost, draw(random, rows), a, b)
            if q < 0:
                continue
            delta += back - s.row_cost[q]
        more = t.weight[r] - (t.weight[q] if q >= 0 else 0.0)
        price_a, price_b = 0.0, 0.0
        if b >= 0:
            price_b = site_cost(t, b, s.load[b] + more)
            delta += price_b - price[b]
        if a >= 0:
            price_a = site_cost(t, a, s.load[a] - more)
            delta += price_a - price[a]
        if delta > 0.0 and not delta < -np.log((draw(random, 1 << 30) + 1) / (1 << 30)) * warmth:
            continue
        move_row(t, s, r, b, cost)
        if b >= 0:
            price[b] = price_b
        if a >= 0:
            price[a] = price_a
        if q >= 0:
            move_row(t, s, q, a, back)


@kernel
def _exchange(s: State, near: NDArray[np.int32], near_cost: Floats, q: int, a: int, b: int) -> tuple[int, float]:
    """From row q on, the first of site b that may go to a, and its cost there; -1 where none comes soon."""
    rows, width = near.shape
    for _ in range(LOOKED_AT):
        if s.site_of_row[q] == b:
            for n in range(width):
                if near[q, n] == a:
                    return q, near_cost[q, n]
        q = q + 1 if q + 1 < rows else 0
    return -1, 0.0
