"""What the prices already decide: pairs and schools that no plan below the limit can have, or do without.

Reduced-cost fixing by the Lagrangian bound (Validi, Buchanan & Lykhovyd 2022 fix 95-99 % of the pairs so).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import making_kernel
from geoplan.zones.bounding.duals import ask, cheapest_schools, each_school, profits, triples_of
from geoplan.zones.bounding.ground import ground_of
from geoplan.zones.bounding.pricing import best_zone
from geoplan.zones.bounding.states import BARRED, FREE, TAKEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geoplan.zones.bounding.duals import Asked, Prices
    from geoplan.zones.bounding.ground import Grounds
    from geoplan.zones.bounding.layout import Layout
    from geoplan.zones.bounding.states import Flags, Floats, Ints, States
    from geoplan.zones.bounding.triples import Triples
    from geoplan.zones.core import ZonesCore

BLOCK, TESTED_AT_MOST = 8, 100_000
"""Schools between two looks at the clock; beyond so many places only schools are decided."""
TEST_NODES = 12
"""Nodes of each test: its bound need not be exact."""


@making_kernel
def _test_places(
    g: Grounds, t: Triples, profit: Floats, known: States, inside: Flags, least: Floats, which: Ints, verdict: States
) -> None:
    """Give every free place of the open zones `which` that no good plan has `BARRED`, that all have `TAKEN`.

    `least`: what a zone makes at least in a good plan. `inside`: the zone that makes most.
    """
    for each in which:
        ground, places, state = ground_of(g, t, known, each)
        gain, zone = profit[places], np.empty(len(places), np.bool_)
        for at in range(len(places)):
            if state[at] != FREE or at == ground.root:
                continue
            within = inside[places[at]]
            state[at] = BARRED if within else TAKEN
            _, bound, _ = best_zone(ground, gain, state, TEST_NODES, zone)
            state[at] = FREE
            if bound < least[each]:
                verdict[places[at]] = TAKEN if within else BARRED


def decide(
    core: ZonesCore,
    layout: Layout,
    prices: Prices,
    known: NDArray[np.int8],
    *,
    limit: float,
    most_nodes: int,
    stop: Callable[[], bool],
) -> tuple[ZonesCore, NDArray[np.int8]] | None:
    """What holds in every plan that costs less than `limit` and agrees with what is known; None: there is none.

    Args:
        stop: asked now and then; places that were not tested until then stay as they are.

    Returns:
        the core with the schools that must open, and what is known of each place (all barred: the school is closed).
    """
    answer = ask(core, layout, prices, known, most_nodes=most_nodes)
    if not answer.bound < limit:
        return None
    spare = limit - answer.bound
    opening, closing = cost_of_deciding(core, answer)
    known, must_open = known.copy(), core.must_open | (closing >= spare)
    known[(opening >= spare)[layout.zone]] = BARRED
    profit, triples = profits(core, layout, prices), triples_of(layout, prices, known)
    least = answer.most - (spare - opening)
    verdict = np.full(len(known), FREE, dtype=np.int8)

    # schools that may stay closed are decided first, as a whole
    certain = np.flatnonzero(must_open)
    blocks = range(0, len(certain), BLOCK) if len(layout.unit) <= TESTED_AT_MOST else ()
    for first in blocks:
        # what is not tested stays free
        if stop():
            break
        block = certain[first : first + BLOCK]
        each_school(
            partial(_test_block, layout.grounds, triples, profit, known, answer.inside, least, block, verdict),
            len(block),
        )
    return _agreed(replace(core, must_open=must_open), layout, known, verdict)


def _test_block(
    g: Grounds,
    t: Triples,
    profit: Floats,
    known: States,
    inside: Flags,
    least: Floats,
    block: Ints,
    verdict: States,
    part: Ints,
) -> None:
    _test_places(g, t, profit, known, inside, least, block[part], verdict)


def cost_of_deciding(core: ZonesCore, answer: Asked) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """By how much the bound rises where each school is made to open, and to stay closed. Shape (zones,) each."""
    net = core.opening - answer.most
    now = float(net[answer.chosen].sum())
    opening, closing = np.zeros(core.zones), np.full(core.zones, np.inf)
    for each in np.flatnonzero(~core.must_open).tolist():
        opened, shut = core.must_open.copy(), net.copy()
        opened[each] = True
        shut[each] = np.inf
        with_it = cheapest_schools(core, net, opened)
        without = cheapest_schools(core, shut, core.must_open)
        opening[each] = np.inf if with_it is None else max(float(net[with_it].sum()) - now, 0.0)
        closing[each] = np.inf if without is None else max(float(shut[without].sum()) - now, 0.0)
    return opening, closing


def _agreed(
    core: ZonesCore, layout: Layout, known: NDArray[np.int8], verdict: NDArray[np.int8]
) -> tuple[ZonesCore, NDArray[np.int8]] | None:
    """What is known with the verdicts; a unit that belongs to one zone belongs to no other."""
    known[verdict != FREE] = verdict[verdict != FREE]
    taken = np.flatnonzero(known == TAKEN)
    if len(np.unique(layout.unit[taken])) < len(taken):
        return None
    owner = np.full(core.units, -1, dtype=np.int64)
    owner[layout.unit[taken]] = taken
    elsewhere = (owner[layout.unit] >= 0) & (owner[layout.unit] != np.arange(len(known)))
    known[elsewhere] = BARRED
    if layout.loses_a_unit(known):
        return None
    return core, known
