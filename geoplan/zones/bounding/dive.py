"""Down one path: zones that the plan in fractions uses most are fixed, the rest is priced anew, until all are whole.

A diving heuristic on columns (Sadykov, Vanderbeck, Pessoa, Tahiri & Uchoa 2019, INFORMS Journal on Computing 31).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from geoplan.zones.bounding.bundle import tighten
from geoplan.zones.bounding.duals import ask
from geoplan.zones.bounding.states import BARRED, TAKEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.zones.bounding.branch import Node
    from geoplan.zones.bounding.bundle import Tightened
    from geoplan.zones.bounding.layout import Layout
    from geoplan.zones.bounding.master import Pool

ROUNDS = 12
"""Rounds of column generation after each step."""
WHOLE, LEAST = 0.9, 1e-6
"""Zones with more than the one are all fixed at once; with less than the other none is."""
AVOIDED = 0.1
"""What counts of the share of a zone that an earlier path began with."""


@dataclass(eq=False)
class Diver:
    """Paths from one node, each unlike those before.

    Attributes:
        node, found: where they begin.
        avoided: zones, as columns of the pool, that earlier paths fixed without need.
    """

    node: Node
    found: Tightened
    layout: Layout
    pool: Pool
    avoided: set[int] = field(default_factory=set)

    def down(self, *, clock: Clock, most_nodes: int, limit: Callable[[], float]) -> NDArray[np.int64] | None:
        """The plan at the end of a path; None where that leads to the limit or the clock is over.

        The plan may leave out units (`NOWHERE`), or break limits: it is for a search to mend.
        """
        core, layout, pool = self.node.core, self.layout, self.pool
        known, found = self.node.known.copy(), self.found
        fixed: set[int] = set()
        while not clock.over:
            fresh = self._fix(known, found, fixed)
            if not fresh or layout.loses_a_unit(known) or len(fixed) == int(core.must_open.sum()):
                return layout.plan(known)
            answer = ask(core, layout, found.best.prices, known, most_nodes=most_nodes)
            pool.add_asked(layout, answer)
            if answer.bound >= limit():
                return None
            found = tighten(
                core, layout, pool, found.best, known, clock=clock, rounds=ROUNDS, most_nodes=most_nodes,
                target=limit(),
            )  # fmt: skip
            if found.best.bound >= limit():
                return None
        return None

    def _fix(self, known: NDArray[np.int8], found: Tightened, fixed: set[int]) -> bool:
        """Fix the zones used most; False where there is none."""
        pool, share = self.pool, found.share.copy()
        zone = np.array([pool.zone[at] for at in found.columns.tolist()], dtype=np.int64)
        share[np.isin(zone, list(fixed))] = 0.0
        share[np.isin(found.columns, list(self.avoided)) & (share < WHOLE)] *= AVOIDED
        if share.max(initial=0.0) < LEAST:
            return False
        chosen = np.flatnonzero(share > WHOLE)
        if not len(chosen):
            chosen = np.array([np.argmax(share)])
            self.avoided.add(int(found.columns[chosen[0]]))
        for at in found.columns[chosen].tolist():
            self._fix_zone(known, pool.zone[at], pool.units[at], fixed)
        return True

    def _fix_zone(self, known: NDArray[np.int8], zone: int, units: NDArray[np.int64], fixed: set[int]) -> None:
        """The zone holds just these units, and no other zone holds them."""
        layout = self.layout
        members = layout.members(zone)
        inside = np.isin(layout.unit[members], units)
        if zone in fixed or (known[members][inside] == BARRED).any():
            return
        known[np.isin(layout.unit, units)] = BARRED
        known[members] = np.where(inside, TAKEN, BARRED)
        fixed.add(zone)
