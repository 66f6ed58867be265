"""The ground and the marks of a map: each function draws one thing and answers with its line of the legend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.publish.atlas.labels import Placer, nearest_edge
from geoplan.publish.atlas.letters import shortened
from geoplan.publish.atlas.panel import DASHES, MARKS
from geoplan.publish.atlas.paths import filled, stroked
from geoplan.publish.atlas.sheet import INK, SOFT, LegendItem, Sign

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import shapely
    from matplotlib.path import Path
    from numpy.typing import NDArray

    from geoplan.publish.atlas.page import Page
    from geoplan.publish.atlas.sheet import Box

    Shapes = Iterable[shapely.Geometry | None] | Callable[[], Iterable[shapely.Geometry | None]]

LONGEST_NAME_MM = 34.0
_LEADERS, _BADGES, _LETTERS = 40.0, 41.0, 42.0


class Canvas:
    """The map of one page. Later things are drawn over earlier ones.

    Attributes:
        labels: what is taken on the map, in millimetres from its lower left corner.
        items: the legend so far.
    """

    def __init__(self, page: Page, bounds: Box) -> None:
        self.page = page
        self.axes = page.map(bounds)
        west, south, east, north = page.map_box
        if page.window is None:  # pragma: no cover - map() sets it
            raise RuntimeError("The page has no map.")
        self.window = page.window
        self.labels = Placer(east - west, north - south)
        self.items: list[LegendItem] = []
        self._order = 1.0
        self._strokes: list[tuple[tuple[float, float], tuple[float, float]]] = []

    def explain(self, item: LegendItem) -> None:
        """Add a line to the legend."""
        self.items.append(item)

    def fill(self, shapes: Shapes, sign: Sign, item: LegendItem | None = None, *, key: object = None) -> bool:
        """Fill polygons; the legend line is added only where some of them are seen.

        Args:
            key: what the shapes are, where several sheets show them: they are then cut and thinned once for a window.
        """
        return self._patch(self._path(filled, shapes, key), sign, item)

    def line(self, shapes: Shapes, sign: Sign, item: LegendItem | None = None, *, key: object = None) -> bool:
        """Draw lines or outlines."""
        return self._patch(self._path(stroked, shapes, key), sign, item)

    def _path(self, make: Callable[..., Path | None], shapes: Shapes, key: object) -> Path | None:
        def made() -> Path | None:
            return make(shapes() if callable(shapes) else shapes, self.window)

        return made() if key is None else self.page.folio.kept((make.__name__, key, self.window), made)

    def _patch(self, path: Path | None, sign: Sign, item: LegendItem | None) -> bool:
        from matplotlib.patches import PathPatch  # noqa: PLC0415  heavy; only an atlas needs it

        if path is None:
            return False
        is_line = sign.kind == "line"
        # add_patch would walk along every vertex for limits that are set already
        self.axes.add_artist(
            PathPatch(
                path,
                fc="none" if is_line else (sign.colour, sign.opacity),
                ec=(sign.colour, sign.opacity) if is_line else sign.edge,
                lw=sign.size if is_line else sign.width,
                ls=DASHES.get(sign.shape, "solid"),
                joinstyle="round",
                zorder=self._next(),
            )
        )
        if item is not None:
            self.explain(item)
        return True

    def marks(self, xy: NDArray[np.float64], sign: Sign) -> int:
        """Draw points, and say how many of them the map shows."""
        seen = self._seen(xy)
        if seen.any():
            self.axes.plot(
                *xy[seen].T, ls="none", marker=MARKS.get(sign.shape, "o"), ms=sign.size, mfc=sign.colour,
                mec=sign.edge if sign.edge != "none" else sign.colour, mew=0.35 if sign.size < 6 else 0.7,
                alpha=sign.opacity, zorder=self._next(),
            )  # fmt: skip
        return int(seen.sum())

    def _seen(self, xy: NDArray[np.float64]) -> NDArray[np.bool_]:
        west, south, east, north = self.window.box
        x, y = xy.T if len(xy) else np.zeros((2, 0))
        return np.asarray((x >= west) & (x <= east) & (y >= south) & (y <= north))

    def discs(self, xy: NDArray[np.float64], area: NDArray[np.float64], sign: Sign) -> None:
        """Discs whose area in square points follows a quantity."""
        if len(xy):
            self.axes.scatter(
                xy[:, 0], xy[:, 1], s=area, c=[sign.colour], edgecolors=sign.edge, linewidths=0.3,
                alpha=sign.opacity, zorder=self._next(),
            )  # fmt: skip

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
        at = self.labels.place(*here, short, points, away_mm=away_mm, reach_mm=reach_mm)
        if at is None:
            return False
        if away_mm and (end := nearest_edge(here, at, short, points)) is not None:
            self._strokes.append(((x, y), self._ground(end)))
        self._text(at, short, points, colour=colour, bold=bold, halo=True)
        return True

    def heed(self, xy: NDArray[np.float64], size_mm: float = 1.5) -> None:
        """Names of schools keep off these marks, and other names cover as few of them as they can."""
        for x, y in xy[self._seen(xy)]:
            self.labels.mark(*self.window.paper(float(x), float(y)), size_mm)

    def leaders(self) -> None:
        """Draw the lines from names to the marks that they stand away from."""
        from matplotlib.collections import LineCollection  # noqa: PLC0415

        if self._strokes:
            lines = LineCollection(self._strokes, colors=[SOFT], linewidths=0.3, zorder=_LEADERS)
            self.axes.add_collection(lines, autolim=False)
            self._strokes = []

    def numbers(self, xy: Sequence[tuple[float, float]], words: Sequence[str], *, fill: str, size_mm: float) -> None:
        """Numbered badges; one that finds no room over its place stands beside it, with a line to it."""
        self.axes.set_autoscale_on(False)
        for (x, y), word in zip(xy, words, strict=True):
            if not self.window.holds(x, y):
                continue
            here = self.window.paper(x, y)
            at = self.labels.badge(*here, size_mm)
            ground = self._ground(at)
            if at != here:
                self.axes.plot([x, ground[0]], [y, ground[1]], color=INK, lw=0.6, zorder=_LEADERS)
                self.axes.plot([x], [y], "o", ms=2.2, color=INK, zorder=_LEADERS)
            self.axes.plot(
                *([value] for value in ground), marker="o", ms=size_mm / 0.3528, mfc=fill, mec=INK, mew=0.7,
                zorder=_BADGES,
            )  # fmt: skip
            self._text(at, word, size_mm * (1.62 if len(word) < 3 else 1.25), bold=True)

    def _text(
        self, at: tuple[float, float], text: str, points: float, *, colour: str = INK, bold: bool = False,
        halo: bool = False,
    ) -> None:  # fmt: skip
        from geoplan.publish.atlas.lettering import Line  # noqa: PLC0415  heavy; only an atlas needs it

        line = Line(
            *self._ground(at), text, points, colour=colour, bold=bold, align="center", halo=halo, zorder=_LETTERS,
        )  # fmt: skip
        self.axes.add_artist(line)

    def _ground(self, at: tuple[float, float]) -> tuple[float, float]:
        west, south, _, _ = self.window.box
        return west + at[0] * self.window.metres_per_mm, south + at[1] * self.window.metres_per_mm

    def _next(self) -> float:
        self._order += 0.001
        return self._order
