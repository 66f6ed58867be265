"""All zones that a plan below a limit could be made of.

At the prices of a bound each open school costs at least what its best zone costs. A plan that costs less than a limit
is made of zones that cost little more than that, and with good prices these are so few that all can be listed: the
branch and bound of `pricing`, in depth, that goes on until each unit is decided. Baldacci, Christofides & Mingozzi
2008, "An exact algorithm for the vehicle routing problem based on the set partitioning formulation with additional
cuts", Mathematical Programming 115.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import kernel, making_kernel
from geoplan.locate.seats.groups import Groups
from geoplan.zones.bounding.duals import profits, triples_of
from geoplan.zones.bounding.ground import ground_of
from geoplan.zones.bounding.pricing import around, bounded, halved, parted, reach, scratch, stranded, worth
from geoplan.zones.bounding.states import BARRED, FREE, TAKEN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.zones.bounding.duals import Prices
    from geoplan.zones.bounding.ground import Ground, Grounds
    from geoplan.zones.bounding.layout import Layout
    from geoplan.zones.bounding.states import Flags, Floats, Ints, States
    from geoplan.zones.bounding.triples import Triples
    from geoplan.zones.core import ZonesCore

NODES_OF_A_ZONE, LEAST_NODES = 5, 500_000
"""Nodes that listing may take for each zone that may be listed, and in any case."""
DEEPEST = 16
"""Nodes that wait at most, for each place of a school."""
UNITS_OF_A_ZONE = 40
"""Room for so many units of each zone on the average."""


def zones_below(
    core: ZonesCore, layout: Layout, prices: Prices, known: NDArray[np.int8], least: NDArray[np.float64], most: int,
    clock: Clock,
) -> Groups | None:  # fmt: skip
    """All legal zones that make at least as much as a plan's must, as sites and rows; None where there are too many.

    None, too, where the clock ran out.

    Args:
        known: what is known of each place.
        least: what a zone of each school makes at least at these prices; inf where it stays closed. Shape (zones,).
        most: zones.
    """
    start, place = np.zeros(most + 1, dtype=np.int64), np.empty(UNITS_OF_A_ZONE * most, dtype=np.int32)
    first = np.zeros(core.zones + 1, dtype=np.int64)
    halt = np.zeros(1, dtype=np.bool_)
    work = partial(
        _list_all, layout.grounds, triples_of(layout, prices, known), profits(core, layout, prices), known, least,
        NODES_OF_A_ZONE * most + LEAST_NODES, halt, first, start, place,
    )  # fmt: skip
    # beside this thread, which goes on listening for Ctrl-C
    with ThreadPoolExecutor(1, thread_name_prefix="geoplan-listing") as beside:
        listing = beside.submit(work)
        try:
            while not wait([listing], 0.05).done:
                halt[0] = clock.over
        finally:
            halt[0] = True
        count = listing.result()
    if count < 0:
        return None
    return _groups(core, layout, prices.move, first, start[: count + 1], place[: start[count]])


def _groups(
    core: ZonesCore, layout: Layout, move: float, first: NDArray[np.int64], start: NDArray[np.int64],
    place: NDArray[np.int32],
) -> Groups:  # fmt: skip
    site = np.repeat(np.arange(core.zones, dtype=np.int32), np.diff(first))
    unit, pair = layout.unit[place], layout.pair[place]
    load, ways, moved = (_sums(each, start) for each in (core.pupils[unit], core.cost[pair], core.moved[pair]))
    # the kernel counts seats in steps that may be rounded, and a least enrolment not at all
    price, legal = core.judged(site, load)
    cost = core.opening[site] + ways + price
    # what a group spends of a budget is here the pupils that it moves
    return Groups(start.copy(), unit.astype(np.int32), site, site, cost, cost + move * moved, moved).of(legal)


def _sums(value: NDArray[np.float64], start: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of each stretch."""
    of = np.repeat(np.arange(len(start) - 1), np.diff(start))
    return np.bincount(of, weights=value, minlength=len(start) - 1).astype(np.float64)


@making_kernel
def _list_all(
    g: Grounds, t: Triples, profit: Floats, known: States, least: Floats, most_nodes: int, halt: Flags, first: Ints,
    start: Ints, place: NDArray[np.int32],
) -> int:  # fmt: skip
    """Write the places of each zone; how many zones there are, -1 where there is not room enough or `halt` is set."""
    row, nodes = 0, most_nodes
    for school in range(len(least)):
        if least[school] < np.inf:
            ground, places, state = ground_of(g, t, known, school)
            row, nodes = _list(ground, profit[places], state, least[school], places, row, nodes, halt, start, place)
            if nodes < 0:
                return -1
        first[school + 1] = row
    return row


@making_kernel
def _list(  # noqa: C901 - the branch and bound in one loop
    g: Ground, profit: Floats, known: States, least: float, places: Ints, row: int, nodes: int, halt: Flags,
    start: Ints, place: NDArray[np.int32],
) -> tuple[int, int]:  # fmt: skip
    """Write one school's zones from `row` on. Returns the row after the last one, and the nodes left (-1: too few)."""
    size = len(profit)
    if g.root >= 0 and known[g.root] == BARRED:
        return row, nodes
    store = np.empty((DEEPEST * (size + 2), size), np.int8)
    store[0] = known
    if g.root >= 0:
        store[0, g.root] = TAKEN
    w, state, label, stored = scratch(size, g.room, len(g.crowd)), known.copy(), 0, 1
    while stored > 0:
        stored -= 1
        state[:] = store[stored]
        nodes -= 1
        if nodes < 0 or halt[0] or stored + size + 1 > len(store):
            return row, -1
        bound, crowded = bounded(g, w, state, profit, least)
        if bound < least:
            continue
        unit = -1
        if g.root >= 0:
            reach(g, w, g.root, label + 1)
            unit, label = stranded(g, w, state, profit, label + 1)
        if unit >= 0:
            label += 1
            many = around(g, w, state, profit, reach(g, w, unit, label), label)
            stored = parted(w, store, stored, state, unit, many)
            continue
        unit = crowded if crowded >= 0 else _weightiest(state, profit)
        if unit >= 0:
            stored = halved(store, stored, state, unit)
        elif worth(g, w.take, profit) >= least:
            if row + 1 >= len(start) or start[row] + size > len(place):
                return row, -1
            start[row + 1] = start[row]
            for at in range(size):
                if w.take[at]:
                    place[start[row + 1]] = places[at]
                    start[row + 1] += 1
            row += 1
    return row, nodes


@kernel
def _weightiest(state: States, profit: Floats) -> int:
    """The free unit whose profit or loss is largest; -1: none."""
    found, top = -1, -1.0
    for at in range(len(state)):
        if state[at] == FREE and abs(profit[at]) > top:
            found, top = at, abs(profit[at])
    return found
