"""What is written on a map, placed before anything is drawn: so it is known which schools need a line of an index."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geoplan.publish.atlas.labels import Placer, nearest_edge
from geoplan.publish.atlas.letters import LEAST_POINTS, MM_PER_POINT, shortened, width_mm
from geoplan.publish.atlas.page import MAP_BOX
from geoplan.publish.atlas.sheet import INK
from geoplan.publish.atlas.window import window_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from geoplan.publish.atlas.sheet import Box
    from geoplan.publish.atlas.window import Window

    XY = tuple[float, float]

LONGEST_NAME_MM = 40.0
_BADGE_ROOM_MM = 0.6


@dataclass(frozen=True)
class Written:
    """A line on the map, its middle in ground metres."""

    xy: XY
    text: str
    points: float
    colour: str
    bold: bool
    halo: bool = True


@dataclass(frozen=True)
class Badge:
    """A round number; `mark` is the place that it stands for, where it had to stand beside it."""

    xy: XY
    text: Written
    fill: str
    size_mm: float
    mark: XY | None


@dataclass(eq=False)
class MapText:
    """The lettering of one map, each piece where it finds room.

    Attributes:
        window: of the map.
        leaders: lines from marks to the names that stand away from them, in ground metres.
    """

    window: Window
    placer: Placer = field(init=False)
    lines: list[Written] = field(default_factory=list)
    badges: list[Badge] = field(default_factory=list)
    leaders: list[tuple[XY, XY]] = field(default_factory=list)

    @classmethod
    def of(cls, bounds: Box) -> MapText:
        """An empty one for the map of a sheet that shows `bounds`."""
        west, south, east, north = MAP_BOX
        return cls(window_for(bounds, east - west, north - south))

    def __post_init__(self) -> None:
        west, south, east, north = MAP_BOX
        self.placer = Placer(east - west, north - south)

    def heed(self, xy: NDArray[np.float64], size_mm: float = 1.5) -> None:
        """Names of schools keep off these marks, and other names cover as few of them as they can."""
        for x, y in xy.tolist():
            if self.window.holds(x, y):
                self.placer.mark(*self.window.paper(x, y), size_mm)

    def name(
        self,
        x: float,
        y: float,
        text: str,
        points: float,
        *,
        colour: str = INK,
        bold: bool = False,
        away_mm: float = 0.0,
        reach_mm: float = 0.0,
    ) -> bool:
        """Write a name at a place on the ground if there is room for it.

        Args:
            away_mm: how far it keeps from the place.
            reach_mm: how much further off it may stand, with a line to the place.
        """
        short = shortened(text, points, LONGEST_NAME_MM)
        if not short or not self.window.holds(x, y):
            return False
        here = self.window.paper(x, y)
        at = self.placer.place(*here, short, points, away_mm=away_mm, reach_mm=reach_mm)
        if at is None:
            return False
        if away_mm and (end := nearest_edge(here, at, short, points)) is not None:
            self.leaders.append(((x, y), self.window.ground(*end)))
        self.lines.append(Written(self.window.ground(*at), short, points, colour, bold))
        return True

    def number(self, x: float, y: float, word: str, *, colour: str, reach_mm: float) -> bool:
        """The number of a school whose name has no room, if a place is free within reach; a line leads there."""
        here = self.window.paper(x, y)
        at = self.placer.number(*here, word, LEAST_POINTS, reach_mm)
        if at is None:
            return False
        if (end := nearest_edge(here, at, word, LEAST_POINTS)) is not None:
            self.leaders.append(((x, y), self.window.ground(*end)))
        self.lines.append(Written(self.window.ground(*at), word, LEAST_POINTS, colour, bold=True))
        return True

    def numbers(self, xy: Sequence[XY], words: Sequence[str], *, fill: str, size_mm: float) -> None:
        """Numbered badges; one that finds no room over its place stands beside it, with a line to it."""
        for here, word in zip(xy, words, strict=True):
            if not self.window.holds(*here):
                continue
            points = max(size_mm * (1.62 if len(word) < 3 else 1.25), LEAST_POINTS)
            size = max(size_mm, width_mm(word, points) + _BADGE_ROOM_MM, points * MM_PER_POINT)
            paper = self.window.paper(*here)
            at = self.placer.badge(*paper, size)
            ground = self.window.ground(*at)
            text = Written(ground, word, points, INK, bold=True, halo=False)
            self.badges.append(Badge(ground, text, fill, size, None if at == paper else here))
