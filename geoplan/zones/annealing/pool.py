"""Distinct zones seen in good plans, for a set-partitioning program afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass
class ZonePool:
    """Zones seen, each once, with the value of the best plan that held it.

    Attributes:
        most: zones that are kept at most; those of the dearest plans go first.
        near_best: plans within this share of the best are gathered.
    """

    most: int = 50_000
    near_best: float = 0.01
    _seen: dict[tuple[int, bytes], float] = field(default_factory=dict, repr=False)
    _handed: set[tuple[int, bytes]] = field(default_factory=set, repr=False)

    def __len__(self) -> int:
        """How many zones."""
        return len(self._seen)

    def add(self, zone_of_unit: NDArray[np.int64], value: float) -> None:
        """Take in the zones of a plan with this value."""
        order = np.argsort(zone_of_unit, kind="stable").astype(np.int32)
        zones, first = np.unique(zone_of_unit[order], return_index=True)
        for zone, units in zip(zones.tolist(), np.split(order, first[1:]), strict=True):
            self._keep((zone, units.tobytes()), value)
        self._forget()

    def take_in(self, other: ZonePool) -> None:
        """Take in the zones of another pool."""
        for key, value in other._seen.items():
            self._keep(key, value)
        self._forget()

    def _keep(self, key: tuple[int, bytes], value: float) -> None:
        if value < self._seen.get(key, np.inf):
            self._seen[key] = value

    def _forget(self) -> None:
        """The zones of the dearest plans, where there are too many."""
        if len(self._seen) > self.most:
            best = sorted(self._seen.items(), key=lambda item: item[1])[: max(1, self.most * 3 // 4)]
            self._seen = dict(best)

    def fresh(self) -> list[tuple[int, NDArray[np.int64]]]:
        """Each zone that was not handed out yet, with its units in ascending order."""
        found = [key for key in self._seen if key not in self._handed]
        self._handed.update(found)
        return [(zone, np.frombuffer(raw, dtype=np.int32).astype(np.int64)) for zone, raw in found]
