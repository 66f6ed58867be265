"""Local search over a plan of seats: row moves until none helps, then sites to the best place of their rows, again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.seats.evaluate import load_of
from geoplan.locate.seats.moves import descend, linked, log_of, nearest_open
from geoplan.locate.seats.places import recentre

if TYPE_CHECKING:
    from geoplan.locate.clock import Clock
    from geoplan.locate.core import SeatsCore
    from geoplan.locate.seats.moves import Ints, State, Terms

WIDTH = 8
"""How many open sites each row may turn to in a move."""
REACH = 120
"""How many of each row's cheapest pairs are looked at for a better place of its site."""
WORK = 4_000_000
"""Steps of one call of a kernel, well under 0.2 s."""
ROUNDS = 30
"""Most rounds of row moves, and of moving sites, in one search."""


def search(core: SeatsCore, t: Terms, s: State, *, clock: Clock, rng: np.random.Generator, moving: bool = True) -> None:
    """Improve a plan in place until no move helps, the rounds are over, or the clock is."""
    for _ in range(ROUNDS):
        _move_rows(core, t, s, clock, rng)
        if not moving or clock.over or not _recentred(t, s, clock):
            return


def _move_rows(core: SeatsCore, t: Terms, s: State, clock: Clock, rng: np.random.Generator) -> None:
    width = width_for(core.rows, int(s.is_open.sum()))
    near, near_cost = nearest_open(t, s.is_open, width)
    unlogged = log_of(0)
    active = np.arange(core.rows)
    for _ in range(ROUNDS):
        before = s.site_of_row.copy()
        order: Ints = rng.permutation(active)
        _refresh(core, s)
        at = 0
        while at < len(order) and not clock.over:
            seen, _, _ = descend(t, s, near, near_cost, order[at:], width, True, WORK, unlogged)  # noqa: FBT003
            at += seen
        moved = before != s.site_of_row
        if clock.over or not moved.any():
            return
        # Only rows near a site whose rows have changed can have a new move.
        touched = np.zeros(core.sites + 1, dtype=np.bool_)
        touched[before[moved]] = True
        touched[s.site_of_row[moved]] = True
        touched[-1] = False
        active = np.flatnonzero(touched[near].any(axis=1) | touched[s.site_of_row])


def width_for(rows: int, opened: int) -> int:
    """How many open sites a row may turn to: fewer where sites have many rows, since a chain looks at all of them."""
    around = rows / max(1, opened)
    return WIDTH if around <= 12 else (5 if around <= 40 else 4)


def _recentred(t: Terms, s: State, clock: Clock) -> bool:
    """Whether a site moved."""
    moved, sites = 0, len(s.load)
    step = max(1, int(WORK / (1 + min(REACH, len(t.site) / max(1, len(t.weight))) * len(t.weight) / max(1, sites))))
    for begin in range(0, sites, step):
        if clock.over:
            break
        moved += recentre(t, s, begin, min(begin + step, sites), REACH)
    return moved > 0


def _refresh(core: SeatsCore, s: State) -> None:
    """Loads summed anew, so that rounding does not add up, and the lists in ascending order."""
    s.load[:] = load_of(core, s.site_of_row)
    first, after, before = linked(s.site_of_row, core.sites)
    s.first[:], s.after[:], s.before[:] = first, after, before
