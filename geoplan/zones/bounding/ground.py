"""One school's own small map, as the kernels of pricing and of listing walk it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geoplan.kernels import making_kernel
from geoplan.zones.bounding.states import BARRED

if TYPE_CHECKING:
    from geoplan.zones.bounding.states import Floats, Ints, States
    from geoplan.zones.bounding.triples import Triples


class Grounds(NamedTuple):
    """The small maps of all schools, one after the other; see `geoplan.zones.bounding.layout.Layout`."""

    start: Ints
    near_ptr: Ints
    near: Ints
    root: Ints
    steps: Ints
    room: Ints
    free: Floats
    step_price: Floats


class Ground(NamedTuple):
    """One school's map: CSR over its places, the root (-1: need not be connected), pupils and seats in steps.

    Beyond `free` steps each step costs `step_price`; `room` is never exceeded. `triple` and `crowd`: see `Triples`.
    """

    near_ptr: Ints
    near: Ints
    root: int
    steps: Ints
    room: int
    free: float
    step_price: float
    triple: Ints
    crowd: Floats


@making_kernel
def ground_of(g: Grounds, t: Triples, known: States, school: int) -> tuple[Ground, Ints, States]:
    """The map of one school without the places that it may not have, but for its root.

    Returns:
        the map, which places of all it has, and what is known of them.
    """
    begin, end = g.start[school], g.start[school + 1]
    own, count = np.full(end - begin, -1), 0
    for place in range(begin, end):
        if known[place] != BARRED or place - begin == g.root[school]:
            own[place - begin] = count
            count += 1
    places, near_ptr = np.empty(count, np.int64), np.zeros(count + 1, np.int64)
    near = np.empty(g.near_ptr[end] - g.near_ptr[begin], np.int64)
    for place in range(begin, end):
        at = own[place - begin]
        if at < 0:
            continue
        places[at], near_ptr[at + 1] = place, near_ptr[at]
        for edge in range(g.near_ptr[place], g.near_ptr[place + 1]):
            if own[g.near[edge]] >= 0:
                near[near_ptr[at + 1]] = own[g.near[edge]]
                near_ptr[at + 1] += 1
    first, last = t.start[school], t.start[school + 1]
    triple = t.place[first:last].copy()
    for row in range(len(triple)):
        for each in range(3):
            if triple[row, each] >= 0:
                triple[row, each] = own[triple[row, each]]
    root = own[g.root[school]] if g.root[school] >= 0 else -1
    ground = Ground(
        near_ptr, near, root, g.steps[places], g.room[school], g.free[school], g.step_price[school], triple,
        t.price[first:last],
    )  # fmt: skip
    return ground, places, known[places]
