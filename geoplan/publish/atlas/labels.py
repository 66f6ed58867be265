"""Names and numbers on a map that keep out of each other's way.

A greedy placement: whoever comes first takes the first free place around its point. That is simple and the same on
every machine; a better one could exchange places that were taken early.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geoplan.publish.atlas.letters import MM_PER_POINT, width_mm

if TYPE_CHECKING:
    from collections.abc import Iterator

_TURNS = (0, 180, 90, 270, 45, 135, 225, 315)
_GRID_MM = 10.0
_RING_MM = 2.5
_NUMBER_RING_MM = 0.9
_STEPS = (0.0, 1.0, -1.0, 2.0, -2.0)

Rect = tuple[float, float, float, float]


@dataclass(eq=False)
class Placer:
    """What is taken on a map of `width_mm` × `height_mm`; all positions in millimetres from its lower left."""

    width_mm: float
    height_mm: float
    _cells: dict[tuple[int, int], list[Rect]] = field(default_factory=dict)
    _marks: dict[tuple[int, int], list[Rect]] = field(default_factory=dict)

    def take(self, x: float, y: float, wide: float, high: float) -> None:
        """Mark a box around a middle as taken."""
        box = _around(x, y, wide, high)
        for cell in _cells(box):
            self._cells.setdefault(cell, []).append(box)

    def mark(self, x: float, y: float, size: float) -> None:
        """A mark that names beside marks keep off, while names over a place only cover as few as they can."""
        box = _around(x, y, size, size)
        for cell in _cells(box):
            self._marks.setdefault(cell, []).append(box)

    def is_free(self, x: float, y: float, wide: float, high: float) -> bool:
        """True where a box lies on the map and touches nothing taken."""
        box = _around(x, y, wide, high)
        if box[0] < 0 or box[1] < 0 or box[2] > self.width_mm or box[3] > self.height_mm:
            return False
        return not _met(self._cells, box)

    def place(
        self, x: float, y: float, text: str, points: float, *, away_mm: float = 0.0, reach_mm: float = 0.0
    ) -> tuple[float, float] | None:
        """The middle of a line of text at or around a point, or None where all its places are taken.

        Args:
            away_mm: how far the text keeps from the point; 0: over it or near it, where it covers the fewest marks.
            reach_mm: how much further away than `away_mm` it may stand where nothing nearer is free.
        """
        wide, high = width_mm(text, points) + 0.8, points * MM_PER_POINT * 1.25
        if away_mm <= 0:
            at = self._over(x, y, wide, high)
        else:
            rings = range(1 + int(reach_mm / _RING_MM))
            spots = (spot for ring in rings for spot in _beside(x, y, wide, high, away_mm + ring * _RING_MM))
            at = next((each for each in spots if self._is_open(*each, wide, high)), None)
        if at is not None:
            self.take(*at, wide, high)
        return at

    def _over(self, x: float, y: float, wide: float, high: float) -> tuple[float, float] | None:
        """The free place near a point that covers the fewest marks; the nearest of several."""
        spots = [(x + across * wide / 2, y + up * high) for up in _STEPS for across in _STEPS[:3]]
        free = [spot for spot in spots if self.is_free(*spot, wide, high)]

        def cost(at: tuple[float, float]) -> tuple[int, float]:
            return _met(self._marks, _around(at[0], at[1], wide, high)), abs(at[0] - x) + 2 * abs(at[1] - y)

        return min(free, key=cost) if free else None

    def _is_open(self, x: float, y: float, wide: float, high: float) -> bool:
        return self.is_free(x, y, wide, high) and not _met(self._marks, _around(x, y, wide, high))

    def number(self, x: float, y: float, text: str, points: float, reach_mm: float) -> tuple[float, float] | None:
        """The middle of a school's number at the nearest free place, or None where there is none within reach."""
        wide, high = width_mm(text, points) + 0.5, points * MM_PER_POINT
        for ring in range(int(reach_mm / _NUMBER_RING_MM) + 1):
            away = 1.0 + ring * _NUMBER_RING_MM
            for at in _round(x, y, wide, high, away, turns=8 + 4 * min(ring, 8)):
                if self._is_open(*at, wide, high):
                    self.take(*at, wide, high)
                    return at
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


def nearest_edge(
    here: tuple[float, float], at: tuple[float, float], text: str, points: float
) -> tuple[float, float] | None:
    """Where a line from a point meets the box of its name; None of a name that stands close by."""
    wide, high = width_mm(text, points) / 2, points * MM_PER_POINT * 0.5
    x = min(max(here[0], at[0] - wide), at[0] + wide)
    y = min(max(here[1], at[1] - high), at[1] + high)
    return (x, y) if math.hypot(x - here[0], y - here[1]) > _RING_MM else None


def _beside(x: float, y: float, wide: float, high: float, away: float) -> Iterator[tuple[float, float]]:
    right, up = away + wide / 2, away + high / 2
    for across, upward in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        yield x + across * right, y + upward * up
    for across, upward in ((1, 1), (-1, 1), (1, -1), (-1, -1)):
        yield x + across * right, y + upward * up * 0.8


def _round(x: float, y: float, wide: float, high: float, away: float, *, turns: int) -> Iterator[tuple[float, float]]:
    """Places all around a point, the box `away` from it at its nearest."""
    for turn in range(turns):
        angle = 2 * math.pi * turn / turns
        across, up = math.cos(angle), math.sin(angle)
        yield x + across * (away + wide / 2), y + up * (away + high / 2)


def _around(x: float, y: float, wide: float, high: float) -> Rect:
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def _met(cells: dict[tuple[int, int], list[Rect]], box: Rect) -> int:
    """How many boxes a box overlaps."""
    return len({other for cell in _cells(box) for other in cells.get(cell, ()) if _overlap(box, other)})


def _cells(box: Rect) -> list[tuple[int, int]]:
    west, south, east, north = (math.floor(side / _GRID_MM) for side in box)
    return [(column, row) for column in range(west, east + 1) for row in range(south, north + 1)]


def _overlap(one: Rect, other: Rect) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
