"""Proof by branch and bound: which schools open, then which unit goes where, with the bound of prices at every node."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from geoplan.zones.bounding.bundle import tighten
from geoplan.zones.bounding.duals import climb
from geoplan.zones.bounding.fixing import decide
from geoplan.zones.bounding.states import BARRED, FREE, TAKEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.zones.bounding.bundle import Tightened
    from geoplan.zones.bounding.duals import Prices
    from geoplan.zones.bounding.layout import Layout
    from geoplan.zones.bounding.master import Pool
    from geoplan.zones.core import ZonesCore

WHOLE = 1e-5
"""Shares nearer than this to 0 or 1 are 0 or 1."""
CLIMB_ROUNDS, SITE_ROUNDS = 15, 40
"""Rounds of ascent at each node, where it is and where it is not yet decided which schools open."""
TRIALS, TRIAL_ROUNDS, TRIAL_NODES = 5, 6, 60
"""Schools that are tried before one is branched on, and rounds and pricing nodes of each trial."""
TIGHTEN_ROUNDS = (10, 15)
"""Rounds of column generation at each node, after each of which prices decide what they can."""


@dataclass(frozen=True, eq=False)
class Node:
    """A part of all plans.

    Attributes:
        core: with the schools that must open here.
        known: what is known of each place; all places barred: the school is closed.
        prices, bound: the parent's.
    """

    core: ZonesCore
    known: NDArray[np.int8]
    prices: Prices
    bound: float


def branch(
    root: Node,
    layout: Layout,
    pool: Pool,
    *,
    clock: Clock,
    most_nodes: int,
    limit: Callable[[], float],
    take: Callable[[NDArray[np.int64]], None],
    explored: Callable[[Node, Tightened, float], None],
) -> float:
    """A bound on all plans of `root` that cost less than the limit; inf where it is proved that there is none.

    Args:
        most_nodes: of the pricing.
        limit: asked for before each node: what a plan must cost less than to be of interest.
        take: told of the one plan of each node whose units are all decided.
        explored: told of each node and its answer, and of the bound over all open nodes.
    """
    tick = count()
    heap = [(root.bound, next(tick), root)]
    while heap:
        bound, _, node = heapq.heappop(heap)
        if bound >= limit():
            return np.inf
        if clock.over:
            return bound
        bounded = _bounded(node, layout, pool, clock, most_nodes, limit())
        if bounded is None:
            continue
        node, found = bounded
        best = max(bound, found.best.bound)
        if not (node.known == FREE).any():
            take(layout.plan(node.known))
        explored(node, found, min([best, *([heap[0][0]] if heap else [])]))
        if best >= limit():
            continue

        def trial(child: Node) -> float:
            return climb(
                child.core, layout, child.prices, child.known, target=limit(), rounds=TRIAL_ROUNDS,
                most_nodes=TRIAL_NODES, stop=lambda: clock.over, seen=lambda _: None,
            ).bound  # fmt: skip

        children = _children(replace(node, prices=found.best.prices, bound=best), layout, pool, found, trial)
        for child in children:
            heapq.heappush(heap, (max(child.bound, best), next(tick), child))
    return np.inf


def _bounded(
    node: Node, layout: Layout, pool: Pool, clock: Clock, most_nodes: int, limit: float
) -> tuple[Node, Tightened] | None:
    """The node with what its prices decide, and its bound; None where it holds no plan below the limit."""
    undecided = bool(undecided_schools(node, layout).any())
    climbed = climb(
        node.core, layout, node.prices, node.known, target=limit, most_nodes=most_nodes,
        rounds=SITE_ROUNDS if undecided else CLIMB_ROUNDS,
        stop=lambda: clock.over, seen=lambda answer: pool.add_asked(layout, answer),
    )  # fmt: skip
    for rounds in (0,) if undecided else TIGHTEN_ROUNDS:
        decided = decide(
            node.core, layout, climbed.prices, node.known, limit=limit, most_nodes=most_nodes, stop=lambda: clock.over
        )
        if decided is None:
            return None
        node = replace(node, core=decided[0], known=decided[1])
        found = tighten(
            node.core, layout, pool, climbed, node.known, clock=clock, rounds=rounds, most_nodes=most_nodes,
            target=limit,
        )  # fmt: skip
        climbed = found.best
        if clock.over or found.best.bound >= limit:
            break
    return node, found


def _children(node: Node, layout: Layout, pool: Pool, found: Tightened, trial: Callable[[Node], float]) -> list[Node]:
    """Two parts of a node: by the school, else by the pair, that the program's plan decides least."""
    core = node.core
    undecided = np.flatnonzero(undecided_schools(node, layout))
    if len(undecided):
        return _by_school(node, layout, undecided, found.best.opened, trial)
    used = np.flatnonzero(found.share > WHOLE)
    share = np.zeros(len(layout.unit))
    for at, part in zip(found.columns[used].tolist(), found.share[used].tolist(), strict=True):
        members = layout.members(pool.zone[at])
        share[members][np.searchsorted(layout.unit[members], pool.units[at])] += part
    half = np.minimum(share, 1.0 - share)
    free = node.known == FREE
    half[~free] = 0.0
    if half.max(initial=0.0) > WHOLE:
        place = int(np.argmax(np.where(half > WHOLE, half * (1e-9 + core.pupils[layout.unit]), 0.0)))
    elif free.any():
        # a whole plan that is not legal (a load too small, too many moved): decide the largest unit that is left
        place = int(np.argmax(np.where(free, core.pupils[layout.unit], -1.0)))
    else:
        return []
    return [_with(node, layout, place), _without(node, place)]


def _by_school(
    node: Node,
    layout: Layout,
    undecided: NDArray[np.int64],
    opened: NDArray[np.float64],
    trial: Callable[[Node], float],
) -> list[Node]:
    """The school, of those that are opened about half of the time, whose decision raises both bounds most."""
    candidates = undecided[np.argsort(np.abs(opened[undecided] - 0.5), kind="stable")[:TRIALS]]
    best: list[Node] = []
    top = -np.inf
    for each in candidates.tolist():
        pair = [
            replace(child, bound=max(child.bound, trial(child)))
            for child in (_opened(node, each), _shut(node, layout, each))
        ]
        low, high = sorted(child.bound - node.bound for child in pair)
        if not best or low + 0.1 * high > top:
            best, top = pair, low + 0.1 * high
    return best


def undecided_schools(node: Node, layout: Layout) -> NDArray[np.bool_]:
    """Schools that may open and may stay closed. Shape (zones,)."""
    free = np.bincount(layout.zone[node.known != BARRED], minlength=node.core.zones) > 0
    return ~node.core.must_open & free


def _opened(node: Node, zone: int) -> Node:
    must = node.core.must_open.copy()
    must[zone] = True
    return replace(node, core=replace(node.core, must_open=must))


def _shut(node: Node, layout: Layout, zone: int) -> Node:
    known = node.known.copy()
    known[layout.members(zone)] = BARRED
    return replace(node, known=known)


def _with(node: Node, layout: Layout, place: int) -> Node:
    """The unit of a place belongs to its zone, and to no other."""
    known = node.known.copy()
    known[layout.unit == layout.unit[place]] = BARRED
    known[place] = TAKEN
    return _opened(replace(node, known=known), int(layout.zone[place]))


def _without(node: Node, place: int) -> Node:
    known = node.known.copy()
    known[place] = BARRED
    return replace(node, known=known)
