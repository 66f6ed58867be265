"""Rows of overfull sites to wherever there is room: what moves among near sites cannot do where room is scarce."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import making_kernel
from geoplan.locate.seats.moves import move_row

if TYPE_CHECKING:
    from geoplan.locate.seats.moves import Floats, Ints, State, Terms


@making_kernel
def pack(t: Terms, s: State) -> None:
    """Take the lightest rows out of overfull sites, then give each, the heaviest first, its cheapest site with room.

    A row for which there is no room goes back to its cheapest open site. This is best fit by decreasing weight
    (Johnson 1974) with costs in place of what is left free.
    """
    room = _room(t, s)
    loose = _ejected(t, s, room)
    for at in np.argsort(-t.weight[loose], kind="mergesort"):
        row = loose[at]
        cheapest = -1
        for k in range(t.indptr[row], t.indptr[row + 1]):
            j = t.site[k]
            if s.is_open[j] and s.load[j] + t.weight[row] <= room[j]:
                cheapest = k
                break
            if s.is_open[j] and cheapest < 0:
                cheapest = k
        if cheapest >= 0:
            move_row(t, s, row, t.site[cheapest], t.cost[cheapest])


@making_kernel
def _ejected(t: Terms, s: State, room: Floats) -> Ints:
    """Take rows out of sites that hold too much, the lightest first; returns all that must still be served."""
    for j in range(len(s.load)):
        while s.is_open[j] and s.load[j] > room[j] * (1 + 1e-12):
            lightest, row = -1, s.first[j]
            while row >= 0:
                if t.weight[row] > 0.0 and (lightest < 0 or t.weight[row] < t.weight[lightest]):
                    lightest = row
                row = s.after[row]
            if lightest < 0:
                break
            move_row(t, s, lightest, -1, t.base[lightest])
    return np.flatnonzero((s.site_of_row < 0) & ~t.may_rest)


@making_kernel
def _room(t: Terms, s: State) -> Floats:
    """What each site holds at most."""
    room = np.zeros(len(s.load))
    for j in range(len(room)):
        for o in range(t.option_ptr[j], t.option_ptr[j + 1]):
            room[j] = max(room[j], t.capacity[o] + t.extra_most[j])
    return room
