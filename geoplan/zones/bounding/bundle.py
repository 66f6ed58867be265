"""The last stretch of the ascent: prices from the zones seen, within a box around the best ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from geoplan.zones.bounding.duals import Climbed, ask
from geoplan.zones.bounding.master import combine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.zones.bounding.layout import Layout
    from geoplan.zones.bounding.master import Pool
    from geoplan.zones.core import ZonesCore

MOST_COLUMNS = 3_000
"""Zones that the program looks at: those that cost least at the best prices."""
SLACK = 1e-6
"""How far from once a unit may be taken where the box no longer holds the prices."""
NARROWEST = 1e-4
"""Least width of the box, of the mean price."""


@dataclass(frozen=True, eq=False)
class Tightened:
    """The best prices, and the plan in fractions that the zones seen make at them.

    Attributes:
        columns, share: zones of the pool and how much of each is used; empty where the program was never solved.
    """

    best: Climbed
    columns: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    share: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))


def tighten(  # noqa: C901 - one loop, each branch a line or two
    core: ZonesCore,
    layout: Layout,
    pool: Pool,
    best: Climbed,
    known: NDArray[np.int8],
    *,
    clock: Clock,
    rounds: int,
    most_nodes: int,
    target: float,
    tolerance: float = 1e-5,
) -> Tightened:
    """Raise the bound by column generation.

    Args:
        target: stop where the bound reaches it.
        tolerance: relative; stop where no more can be gained.
    """
    columns, share = np.zeros(0, dtype=np.int64), np.zeros(0)
    agreeing = pool.agreeing(layout, known)
    tested = len(pool.zone)
    typical = max(float(np.abs(best.prices.unit).mean()), 1e-3 * float(core.cost.mean()), 1e-12)
    width = 0.1 * typical
    for _ in range(rounds):
        if clock.over or best.bound >= target:
            break
        if len(pool.zone) > tested:
            agreeing = np.concatenate([agreeing, pool.agreeing(layout, known, tested)])
            tested = len(pool.zone)
        chosen = _cheapest(pool, agreeing, best)
        found = combine(pool, chosen, best.prices, width, clock)
        if found is None:
            break
        columns, share = chosen, found.share
        answer = ask(core, layout, found.prices, known, most_nodes=most_nodes)
        pool.add_asked(layout, answer)
        if np.isinf(answer.bound):
            best = Climbed(found.prices, answer.bound, best.opened)
            break
        expected = found.value - best.bound
        gained = answer.bound - best.bound
        if gained > 0:
            best = Climbed(found.prices, answer.bound, best.opened)
        if gained > 0.3 * expected:
            width *= 1.5
        elif gained <= 0:
            width *= 0.7
        if expected <= tolerance * abs(best.bound):
            if found.boxed <= SLACK:
                break
            width *= 6.0
        width = max(width, NARROWEST * typical)
    return Tightened(best, columns, share)


def _cheapest(pool: Pool, columns: NDArray[np.int64], best: Climbed) -> NDArray[np.int64]:
    """The columns that cost least at the best prices."""
    if len(columns) <= MOST_COLUMNS:
        return columns
    core = pool.core
    net = np.array(
        [
            pool.cost[at] + best.prices.move * pool.moved[at] - best.prices.unit[pool.units[at]].sum()
            for at in columns.tolist()
        ]
    )
    zone = np.array([pool.zone[at] for at in columns.tolist()])
    least = np.full(core.zones, np.inf)
    np.minimum.at(least, zone, net)
    return columns[np.sort(np.argsort(net - least[zone], kind="stable")[:MOST_COLUMNS])]
