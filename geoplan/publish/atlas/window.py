"""The window of a map: which part of the ground, at which scale. Scales and bars are round, lengths are true."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geoplan.publish.atlas.sheet import Box

_SCALES = (
    1.0, 1.1, 1.2, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 6.5, 7.0, 7.5, 8.0, 9.0, 10.0,
)  # fmt: skip
_MARGIN = 1.03
LEAST_EXTENT_M = 400.0
"""A single place is shown with so much around it."""


@dataclass(frozen=True)
class Window:
    """A part of the ground on paper.

    Attributes:
        denominator: N of the scale 1:N, with the sheet printed at A3.
        box: west, south, east, north in metres.
    """

    denominator: float
    box: Box

    @property
    def metres_per_mm(self) -> float:
        """Ground metres of a millimetre on paper."""
        return self.denominator / 1000

    @property
    def detail_m(self) -> float:
        """What is finer than a tenth of a millimetre on paper is not drawn."""
        return 0.1 * self.metres_per_mm

    def paper(self, x: float, y: float) -> tuple[float, float]:
        """Millimetres from the lower left corner of the map."""
        west, south, _, _ = self.box
        return (x - west) / self.metres_per_mm, (y - south) / self.metres_per_mm

    def ground(self, x_mm: float, y_mm: float) -> tuple[float, float]:
        """The place on the ground of a place on the map, given in millimetres from its lower left corner."""
        west, south, _, _ = self.box
        return west + x_mm * self.metres_per_mm, south + y_mm * self.metres_per_mm

    def holds(self, x: float, y: float) -> bool:
        """True of a place inside."""
        west, south, east, north = self.box
        return west <= x <= east and south <= y <= north


def window_for(bounds: Box, width_mm: float, height_mm: float) -> Window:
    """The window at the largest round scale that shows `bounds` with a margin."""
    west, south, east, north = bounds
    wide = max(east - west, LEAST_EXTENT_M) * _MARGIN
    high = max(north - south, LEAST_EXTENT_M) * _MARGIN
    denominator = round_scale(max(wide / width_mm, high / height_mm) * 1000)
    half_x, half_y = denominator / 1000 * width_mm / 2, denominator / 1000 * height_mm / 2
    x, y = (west + east) / 2, (south + north) / 2
    return Window(denominator, (x - half_x, y - half_y, x + half_x, y + half_y))


def round_scale(least: float) -> float:
    """The smallest round denominator that is not below `least`."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in _SCALES if step * power >= least * (1 - 1e-9))


def bar_length_m(window: Window, most_mm: float = 60.0) -> float:
    """The longest of 1, 2, 5 × 10^k metres that is no longer than `most_mm` on paper."""
    most = window.metres_per_mm * most_mm
    power = 10.0 ** math.floor(math.log10(most))
    return max(step * power for step in (1, 2, 5) if step * power <= most * (1 + 1e-9))


def length_words(metres: float) -> str:
    """`5 km` or `200 m`."""
    return f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
