"""The linear program of a cover, made tighter by the odd sets of rows that its fractions break."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.locate.cover.exact import program, rows_of_sets, scale_of
from geoplan.locate.cover.odd_sets import OddSets, broken_sets, joined
from geoplan.locate.highs import GrowingLp, safe_bound

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.cover.model import Cover

SETS_AT_ONCE = 800
LOOK_BACK, LITTLE = 3, 0.01
"""It ends where so many rounds have closed less than this share of what is open."""


@dataclass(frozen=True, eq=False)
class Tight:
    """What the program says.

    Attributes:
        bound: no plan costs less; valid in floating point.
        if_open, if_closed: the same for each site, if it is open, and if it is closed.
        sets: the odd sets that it holds.
    """

    bound: float
    if_open: NDArray[np.float64]
    if_closed: NDArray[np.float64]
    sets: OddSets


def tightened(cover: Cover, *, clock: Clock, limit: float, told: Callable[[float], None]) -> Tight | None:
    """Solve the program, add the sets that its fractions break, and again; None where even the first takes too long.

    Args:
        limit: a bound above it is as good as any.
        told: of every better bound.
    """
    model, sets, known = program(cover), OddSets.none(), set[bytes]()
    scale, loose, best, bounds = scale_of(model), ~cover.must, None, [-np.inf]
    lp = GrowingLp(replace(model, cost=model.cost * scale))
    while not clock.over:
        answer = lp.solve(clock)
        if answer.x is None or answer.row_dual is None:
            break
        value, reduced = safe_bound(model, answer.row_dual / scale)
        if not np.isfinite(value):
            break
        bound, site = down(value + cover.constant), reduced[: cover.sites]
        if bound > bounds[-1]:
            best = Tight(float(bound), down(bound + np.maximum(site, 0.0)), down(bound - np.minimum(site, 0.0)), sets)
            told(float(bound))
        bounds.append(max(float(bound), bounds[-1]))
        way = limit - bounds[-1] if np.isfinite(limit) else abs(bounds[-1])
        if bound >= limit or (len(bounds) > LOOK_BACK and bounds[-1] - bounds[-1 - LOOK_BACK] < LITTLE * way):
            break
        uncovered = np.zeros(cover.rows)
        uncovered[loose] = answer.x[cover.sites :]
        more = broken_sets(cover, answer.x[: cover.sites], np.maximum(uncovered, 0.0), most=SETS_AT_ONCE, known=known)
        if not more.number:
            break
        rows, sets = rows_of_sets(cover, more), joined(sets, more)
        model = model.with_rows(rows)
        lp.add_rows(rows)
    return best


def down(value: float | NDArray[np.float64]) -> Any:  # noqa: ANN401 - as what comes in
    """What an addition gave, rounded so that it is not above the true sum."""
    return np.nextafter(value, -np.inf)
