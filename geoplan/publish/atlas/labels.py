"""Names and numbers on a map that keep out of each other's way.

A greedy placement: whoever comes first takes the first free place around its point. That is simple and the same on
every machine; a better one could exchange places that were taken early.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from geoplan.publish.atlas.letters import MM_PER_POINT, width_mm

_TURNS = (0, 180, 90, 270, 45, 135, 225, 315)
_GRID_MM = 10.0

Rect = tuple[float, float, float, float]


@dataclass(eq=False)
class Placer:
    """What is taken on a map of `width_mm` × `height_mm`; all positions in millimetres from its lower left."""

    width_mm: float
    height_mm: float
    _cells: dict[tuple[int, int], list[Rect]] = field(default_factory=dict)

    def take(self, x: float, y: float, wide: float, high: float) -> None:
        """Mark a box around a middle as taken."""
        box = (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
        for cell in _cells(box):
            self._cells.setdefault(cell, []).append(box)

    def is_free(self, x: float, y: float, wide: float, high: float) -> bool:
        """True where a box lies on the map and touches nothing taken."""
        box = (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
        if box[0] < 0 or box[1] < 0 or box[2] > self.width_mm or box[3] > self.height_mm:
            return False
        return not any(_overlap(box, other) for cell in _cells(box) for other in self._cells.get(cell, ()))

    def place(
        self, x: float, y: float, text: str, points: float, *, away_mm: float = 0.0
    ) -> tuple[float, float] | None:
        """The middle of a line of text at or around a point, or None where all its places are taken.

        Args:
            away_mm: how far the text keeps from the point; 0: over it, if that is free.
        """
        wide, high = width_mm(text, points) + 0.8, points * MM_PER_POINT * 1.25
        for dx, dy in _offsets(wide, high, away_mm):
            if self.is_free(x + dx, y + dy, wide, high):
                self.take(x + dx, y + dy, wide, high)
                return x + dx, y + dy
        return None

    def badge(self, x: float, y: float, size_mm: float) -> tuple[float, float]:
        """The middle of a round badge near its point: a number is never left out, so the ring widens until it fits."""
        for ring in range(9):
            for turn in _TURNS if ring else (0,):
                away = ring * size_mm * 0.8
                at = (x + away * math.cos(math.radians(turn)), y + away * math.sin(math.radians(turn)))
                if self.is_free(*at, size_mm, size_mm):
                    self.take(*at, size_mm, size_mm)
                    return at
        return x, y


def _offsets(wide: float, high: float, away_mm: float) -> list[tuple[float, float]]:
    if away_mm <= 0:
        return [(0.0, 0.0), (0.0, high), (0.0, -high), (wide / 2, 0.0), (-wide / 2, 0.0)]
    right, up = away_mm + wide / 2, away_mm + high / 2
    return [
        (right, 0.0), (-right, 0.0), (0.0, up), (0.0, -up), (right, up * 0.8), (-right, up * 0.8), (right, -up * 0.8),
        (-right, -up * 0.8),
    ]  # fmt: skip


def _cells(box: Rect) -> list[tuple[int, int]]:
    west, south, east, north = (math.floor(side / _GRID_MM) for side in box)
    return [(column, row) for column in range(west, east + 1) for row in range(south, north + 1)]


def _overlap(one: Rect, other: Rect) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
