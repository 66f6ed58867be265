"""Published counts of children as sums over the rows of the population layer, and which of them may be told."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from geoplan.coverage.counts import FEWEST_SHOWN
from geoplan.publish.privacy_audit import Counts, told
from geoplan.publish.privacy_bounds import loosened

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from numpy.typing import NDArray

    from geoplan.demand import Demand

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

_NARROW = FEWEST_SHOWN + 5
"""A smaller count is poor company for a handful: told first, so that another one is hidden with it."""


class Level(IntEnum):
    """What is told first; of a lower level counts are hidden for the sake of it."""

    WHOLE = 0
    DISTRICT = 1
    GAP = 2
    PLAN = 3
    PLACE = 4
    DETAIL = 5
    SECRET = 6
    """Not published as such; as a handful it must not be worked out either."""


_COARSER = (Level.DETAIL, Level.PLACE, Level.PLAN, Level.DISTRICT)
"""Where there are too many counts to look at, those from these levels on are not told."""


class Table:
    """Counts over the same people; a count of the same people is the same count, whatever it is called.

    Args:
        demand: points that stand for them.
        weight: people or pupils at each point, shape (points,).
    """

    def __init__(self, demand: Demand, weight: Floats) -> None:
        self.size, self.unit, self.weight = len(demand.units), demand.unit, weight
        self.people = np.bincount(demand.unit, weight, minlength=self.size)
        self.names: dict[Hashable, set[int]] = {}
        self.levels: list[int] = []
        self._rows: list[tuple[NDArray[np.int64], Floats]] = []
        self._known: dict[bytes, int] = {}

    def put(self, names: Sequence[Hashable], where: Bools, level: Level) -> None:
        """Add the count of the points `where`, and names that ask for it."""
        sums = np.bincount(self.unit[where], self.weight[where], minlength=self.size)
        rows = np.flatnonzero(sums > 0)
        self.put_rows(names, rows, np.round(sums[rows] / self.people[rows], 9), level)

    def put_rows(self, names: Sequence[Hashable], rows: NDArray[np.int64], shares: Floats, level: Level) -> None:
        """As `put`, for shares of rows."""
        cell = self._known.setdefault(rows.tobytes() + shares.tobytes(), len(self._rows))
        if cell == len(self._rows):
            self._rows.append((rows, shares))
            self.levels.append(Level.SECRET)
        self.levels[cell] = min(self.levels[cell], level if names else Level.SECRET)
        for name in names:
            self.names.setdefault(name, set()).add(cell)

    def counts(self) -> Counts:
        """All counts, the most wanted first: by level, then the larger ones, which hide more easily what is left."""
        from scipy.sparse import csr_array  # noqa: PLC0415  heavy

        ends = np.cumsum([0, *(len(rows) for rows, _ in self._rows)])
        cells = np.concatenate([rows for rows, _ in self._rows] or [np.zeros(0, dtype=np.int64)])
        shares = np.concatenate([shares for _, shares in self._rows] or [np.zeros(0)])
        sums = csr_array((shares, cells, ends), shape=(len(self._rows), self.size))
        people = np.asarray(self.people, dtype=float)
        values, levels = sums @ people, np.array(self.levels)
        order = np.lexsort((-values, values >= _NARROW, levels))
        order = order[levels[order] < Level.SECRET]
        return Counts(sums, people, order, tuple(int((levels < level).sum()) for level in _COARSER))

    def hidden(self) -> dict[Hashable, bool]:
        """By name, whether a count must not be told."""
        counts = self.counts()
        open_ = loosened(counts, told(counts))
        return {name: not all(open_[cell] for cell in cells) for name, cells in self.names.items()}
