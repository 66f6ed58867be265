"""Branch and bound on the linear program with odd sets of rows: dear nodes, but few of them."""

from __future__ import annotations

from dataclasses import replace
from heapq import heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geoplan.locate.cover.exact import program, rows_of_sets, scale_of
from geoplan.locate.cover.odd_sets import broken_sets
from geoplan.locate.cover.tighten import down
from geoplan.locate.highs import GrowingLp, safe_bound

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.cover.model import Cover
    from geoplan.locate.cover.odd_sets import OddSets
    from geoplan.locate.cover.tighten import Tight

MOST_NODES = 200
TRIED = 8
"""Sites that are tried open and closed before one is branched on."""
ROUNDS, SETS_AT_ONCE = 2, 200
"""Searches for sets that a node breaks, and the sets that each adds."""
LITTLE = 0.01
"""A node is not tightened further where the last sets closed less than this share of what is open."""
FRACTION = 1e-6


class _Node(NamedTuple):
    """Of equal bounds the older one goes first: `number` has no equal."""

    bound: float
    number: int
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]


class _Child(NamedTuple):
    """A node to be, and what no plan of it costs less than."""

    bound: float
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]


class _Relaxed(NamedTuple):
    """What the program says of a node: how far each site and each uncovered row is open, and reduced costs."""

    bound: float
    x: NDArray[np.float64]
    reduced: NDArray[np.float64]


def branched(
    cover: Cover, tight: Tight, *, clock: Clock, limit: float, told: Callable[[float], None]
) -> tuple[float, NDArray[np.bool_] | None]:
    """What no plan costs less than, at most the limit, and the plan at which the search ended, if it ended at one.

    The node of the least bound goes first, so that its bound is one of all plans at any time. Where nodes end at the
    limit they say nothing of plans beyond it: what was settled on the way left these out.

    Args:
        cover: without rules that tie its sites.
        tight: what the program says before any branch.
        limit: plans that cost no less need not be looked for.
        told: of the bound of every node.
    """
    relaxation, number = _Relaxation(cover, tight.sets), 0
    heap = [_Node(tight.bound, 0, np.zeros(cover.sites), np.ones(cover.sites))]
    for _ in range(MOST_NODES):
        if not heap:
            return limit, None
        bound, _, lower, upper = heappop(heap)
        told(bound)
        if clock.over:
            return bound, None
        found = relaxation.tightened(lower, upper, limit, clock)
        if found is None:
            return bound, None
        if found.bound >= limit:
            continue
        least = max(bound, found.bound)
        lower, upper = _settled(found, lower, upper, limit)
        site = found.x[: cover.sites]
        fraction = np.minimum(site, 1.0 - site) * (lower < upper)
        if fraction.max(initial=0.0) < FRACTION:
            return bound, site > 0.5
        children = _best_pair(relaxation, np.argsort(-fraction, kind="stable")[:TRIED], fraction, lower, upper, clock,
                              least=least, limit=limit)  # fmt: skip
        if children is None:
            return bound, None
        for value, low, high in children:
            if value < limit:
                number += 1
                heappush(heap, _Node(max(value, least), number, low, high))
    return min([limit, *(node.bound for node in heap)]), None


def _best_pair(
    relaxation: _Relaxation,
    tried: NDArray[np.int64],
    fraction: NDArray[np.float64],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    clock: Clock,
    *,
    least: float,
    limit: float,
) -> tuple[_Child, _Child] | None:
    """Bounds and limits without and with the site that raises both bounds most; None where the clock ran out."""
    best: tuple[_Child, _Child] | None = None
    most, way = -1.0, limit - least
    for j in tried:
        if fraction[j] < FRACTION:
            break
        closed, opened = upper.copy(), lower.copy()
        closed[j], opened[j] = 0.0, 1.0
        without, with_it = relaxation.bound(lower, closed, clock), relaxation.bound(opened, upper, clock)
        if without is None or with_it is None:
            return None
        # what goes beyond the limit is worth no more; a side that stays where it is must not hide the other one
        floor = 1e-3 * way
        gain = max(min(without - least, way), floor) * max(min(with_it - least, way), floor)
        if gain > most:
            most, best = gain, (_Child(without, lower, closed), _Child(with_it, opened, upper))
        if min(without, with_it) >= limit:
            break
    return best


def _settled(
    found: _Relaxed, lower: NDArray[np.float64], upper: NDArray[np.float64], limit: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Close the sites that no plan below the limit opens here, open those that none closes."""
    free, reduced = lower < upper, found.reduced[: len(lower)]
    never = free & (down(found.bound + np.maximum(reduced, 0.0)) >= limit)
    always = free & (down(found.bound - np.minimum(reduced, 0.0)) >= limit)
    return np.where(always, 1.0, lower), np.where(never, 0.0, upper)


class _Relaxation:
    """The linear program of all nodes: sets that one of them breaks hold in all."""

    def __init__(self, cover: Cover, sets: OddSets) -> None:
        self._cover, self._known = cover, set[bytes]()
        for k in range(sets.number):
            self._known.add(sets.row[sets.start[k] : sets.start[k + 1]].tobytes())
        model = program(cover)
        self._scale = scale_of(model)
        self._model = model.with_rows(rows_of_sets(cover, sets))
        self._lp = GrowingLp(replace(self._model, cost=self._model.cost * self._scale))

    def bound(self, lower: NDArray[np.float64], upper: NDArray[np.float64], clock: Clock) -> float | None:
        """What no plan within such limits of the sites costs less than; None where the clock ran out."""
        found = self._solved(lower, upper, clock)
        return None if found is None else found.bound

    def tightened(
        self, lower: NDArray[np.float64], upper: NDArray[np.float64], limit: float, clock: Clock
    ) -> _Relaxed | None:
        """The same, with the sets that its fractions break."""
        found = self._solved(lower, upper, clock)
        for _ in range(ROUNDS):
            if found is None or found.bound >= limit or not self._more_sets(found):
                break
            before, found = found.bound, self._solved(lower, upper, clock)
            if found is not None and found.bound - before < LITTLE * (limit - before):
                break
        return found

    def _more_sets(self, found: _Relaxed) -> bool:
        """Add the sets that fractions break, if there are any."""
        sites, loose = self._cover.sites, ~self._cover.must
        uncovered = np.zeros(self._cover.rows)
        uncovered[loose] = np.maximum(found.x[sites:], 0.0)
        more = broken_sets(self._cover, found.x[:sites], uncovered, most=SETS_AT_ONCE, known=self._known)
        if more.number:
            rows = rows_of_sets(self._cover, more)
            self._model = self._model.with_rows(rows)
            self._lp.add_rows(rows)
        return more.number > 0

    def _solved(self, lower: NDArray[np.float64], upper: NDArray[np.float64], clock: Clock) -> _Relaxed | None:
        """The program's answer, with a bound of inf where no plan keeps the limits; None where the clock ran out."""
        self._lp.limit(lower, upper)
        answer = self._lp.solve(clock)
        if answer.row_dual is None or answer.x is None:
            nothing = np.zeros(0)
            return _Relaxed(np.inf, nothing, nothing) if answer.proved else None
        sites = len(lower)
        model = replace(
            self._model,
            lower=np.concatenate([lower, np.zeros(len(self._model.cost) - sites)]),
            upper=np.concatenate([upper, self._model.upper[sites:]]),
        )
        value, reduced = safe_bound(model, answer.row_dual / self._scale)
        return _Relaxed(float(down(value + self._cover.constant)), answer.x, reduced)
