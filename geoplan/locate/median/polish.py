"""The exact finish with HiGHS over what fixing has left: first over the most promising sites, then over all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.clock import start_clock
from geoplan.locate.highs import Answer, milp_from_entries, minimise
from geoplan.locate.median.compact import compact_model, compact_start
from geoplan.locate.median.shrink import CLOSED, FREE, Rest, shrink

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.core import SitingCore
    from geoplan.locate.highs import Options
    from geoplan.locate.median.incumbent import Incumbent

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

FEW_PAIRS = 8_000
"""Pairs in the first part that HiGHS gets."""

MOST_PAIRS = 150_000
"""Pairs from which on a part is too large for HiGHS."""

NODES = 200
"""Nodes for a part; only the whole is searched to the end."""

RULES_S = 5.0
"""Seconds to find any plan that the rules allow, whatever the clock says."""


def keeping_rules(core: SitingCore, reduced: Floats) -> Answer:
    """A cheap set of sites that keeps all rules (x over the sites)."""
    rules = core.rules
    row = np.repeat(np.arange(len(rules)), [len(rule.sites) for rule in rules])
    entries = (row, np.concatenate([r.sites for r in rules]), np.concatenate([r.values for r in rules]))
    low, high = np.array([r.low for r in rules]), np.array([r.high for r in rules])
    ones = np.ones(core.sites)
    model = milp_from_entries(reduced * _scale(reduced), ones, ones > 0, entries, low, high)
    return minimise(model, clock=start_clock(RULES_S), gap=1e-3)


def promising(
    best: Incumbent,
    rest: Rest,
    opening: Floats,
    multiplier: Floats,
    *,
    room: float,
    most_pairs: int,
    stretch: float = 1.0,
) -> tuple[Rest, float]:
    """The sites that cost least to open, and the best plan's own.

    Args:
        opening: penalty for opening each site of the rest.
        room: from the rest's bound to the cut.
        stretch: of the multipliers, from which a row's dearest pairs are told; more than 1 for a search, which has to
            pass through plans that are worse.

    Returns:
        The part, and how far above the rest's bound every plan outside it lies at least.
    """
    inside = np.zeros(rest.core.sites, dtype=np.bool_) if best.plan is None else best.plan[rest.site]
    while True:
        state = np.where((opening >= room) & ~inside, CLOSED, FREE).astype(np.int8)
        part = shrink(rest.core, state, stretch * multiplier + room)
        if len(part.core.site) <= most_pairs or room < 1e-9 * abs(best.value):
            return part, room
        room *= 0.7


def solve_exactly(best: Incumbent, rest: Rest, opening: Floats, multiplier: Floats, bound: float, clock: Clock) -> None:
    """Solve what is left, in growing parts of it, up to the largest that HiGHS can take.

    Args:
        opening, multiplier, bound: of the last climb on the rest.
    """
    most_pairs = FEW_PAIRS
    while not best.done and not clock.over and most_pairs <= MOST_PAIRS:
        room = best.cut - rest.constant - bound
        part, reach = promising(best, rest, opening, multiplier, room=room, most_pairs=most_pairs)
        reached = rest.constant + bound + reach
        if part.possible:
            inner = _solve(best, rest, part, clock, most_nodes=None if reach == room else NODES)
            reached = min(reached, inner)
        best.prove(reached, "mixed-integer program")
        if reach == room:
            return
        most_pairs = min(3 * most_pairs, MOST_PAIRS) if most_pairs < MOST_PAIRS else MOST_PAIRS + 1


def _solve(best: Incumbent, rest: Rest, part: Rest, clock: Clock, *, most_nodes: int | None) -> float:
    """Solve a part of the rest; returns the bound for plans in it."""
    model, missing = compact_model(part.core)
    missing += rest.constant + part.constant
    scale = _scale(model.cost)
    start = None if best.plan is None else compact_start(part.core, model, best.plan[rest.site][part.site])
    options: Options = {"mip_abs_gap": max(1e-7, 0.5 * (best.value - best.cut) * scale)}
    answer = minimise(
        replace(model, cost=model.cost * scale), clock=clock, start=start, most_nodes=most_nodes, options=options
    )
    if answer.x is not None:
        inner = part.whole(answer.x[: part.core.sites] > 0.5, rest.core.sites)
        best.offer(rest.whole(inner, best.core.sites), "mixed-integer program")
    return answer.bound / scale + missing


def _scale(cost: Floats) -> float:
    """A power of two that brings the costs to a size at which HiGHS's tolerances make sense."""
    total = float(np.abs(cost).sum())
    return 1.0 if 1e2 <= total <= 1e7 or total == 0.0 else 2.0 ** float(np.round(np.log2(1e6 / total)))
