"""The ground and the marks of a map: each function draws one thing and answers with its line of the legend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.publish.atlas.letters import MM_PER_POINT
from geoplan.publish.atlas.maptext import MapText
from geoplan.publish.atlas.panel import DASHES, MARKS
from geoplan.publish.atlas.paths import filled, stroked
from geoplan.publish.atlas.sheet import INK, SOFT, LegendItem, Sign

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import shapely
    from matplotlib.path import Path
    from numpy.typing import NDArray

    from geoplan.publish.atlas.maptext import Written
    from geoplan.publish.atlas.page import Page
    from geoplan.publish.atlas.sheet import Box

    Shapes = Iterable[shapely.Geometry | None] | Callable[[], Iterable[shapely.Geometry | None]]

_LEADERS, _BADGES, _LETTERS = 40.0, 41.0, 42.0


class Canvas:
    """The map of one page. Later things are drawn over earlier ones.

    Attributes:
        text: what is written on it; placed beforehand where sheets need to know what found room.
        items: the legend so far.
    """

    def __init__(self, page: Page, bounds: Box, text: MapText | None = None) -> None:
        self.page = page
        self.text = MapText.of(bounds) if text is None else text
        self.window = self.text.window
        self.axes = page.map(self.window)
        self.items: list[LegendItem] = []
        self._order = 1.0

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

    def letter(self) -> None:
        """Draw what is written on the map, over everything else."""
        from matplotlib.collections import LineCollection  # noqa: PLC0415  heavy; only an atlas needs it

        self.axes.set_autoscale_on(False)
        if self.text.leaders:
            lines = LineCollection(self.text.leaders, colors=[SOFT], linewidths=0.3, zorder=_LEADERS)
            self.axes.add_collection(lines, autolim=False)
        for badge in self.text.badges:
            if badge.mark is not None:
                (x, y), (to_x, to_y) = badge.mark, badge.xy
                self.axes.plot([x, to_x], [y, to_y], color=INK, lw=0.6, zorder=_LEADERS)
                self.axes.plot([x], [y], "o", ms=2.2, color=INK, zorder=_LEADERS)
            self.axes.plot(
                *([value] for value in badge.xy), marker="o", ms=badge.size_mm / MM_PER_POINT, mfc=badge.fill, mec=INK,
                mew=0.7, zorder=_BADGES,
            )  # fmt: skip
        for line in (*(badge.text for badge in self.text.badges), *self.text.lines):
            self._line(line)

    def _line(self, line: Written) -> None:
        from geoplan.publish.atlas.lettering import Line  # noqa: PLC0415  heavy; only an atlas needs it

        drawn = Line(
            *line.xy, line.text, line.points, colour=line.colour, bold=line.bold, align="center", halo=line.halo,
            zorder=_LETTERS,
        )  # fmt: skip
        self.axes.add_artist(drawn)

    def _next(self) -> float:
        self._order += 0.001
        return self._order
