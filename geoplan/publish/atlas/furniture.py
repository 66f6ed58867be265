"""What every map has at the foot of its panel, where it covers no ground: a scale bar and an arrow to grid north."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.publish.atlas.letters import LEAST_POINTS
from geoplan.publish.atlas.page import BLOCK_MM, FRAME
from geoplan.publish.atlas.sheet import INK, SOFT
from geoplan.publish.atlas.window import bar_length_m, length_words

if TYPE_CHECKING:
    from geoplan.publish.atlas.page import Page

_PARTS = 4
_STRIP_MM, _MOST_MM = 17.0, 56.0


def scale_and_north(page: Page) -> None:
    """A strip over the block of the sheet; the room of the panel ends above it."""
    if page.window is None:
        return
    south = FRAME[1] + BLOCK_MM
    page.bottom = south + _STRIP_MM + 2
    page.rule(page.panel[0], south + _STRIP_MM, page.panel[1], south + _STRIP_MM, width=0.4)
    _scale_bar(page, south + 3.4)
    _north_arrow(page, south + 4.0)


def _scale_bar(page: Page, south: float) -> None:
    """A bar of a round length, as long on paper as its metres are."""
    if page.window is None:
        return
    metres = bar_length_m(page.window, _MOST_MM)
    length = metres / page.window.metres_per_mm
    west = page.panel[0] + 3
    for part in range(_PARTS):
        box = (west + length * part / _PARTS, south, west + length * (part + 1) / _PARTS, south + 1.5)
        page.box(box, fill=INK if part % 2 == 0 else "white", edge=INK, width=0.5, zorder=3)
    for share in (0.0, 0.5, 1.0):
        words = "0" if share == 0 else length_words(metres * share)
        page.write(west + length * share, south + 4.2, words, 6.5, align="center")
    page.write(west - 2, south + 8.6, f"1:{page.window.denominator:,.0f}（A3）", 6.5, colour=SOFT)


def _north_arrow(page: Page, south: float) -> None:
    """Grid north: of the project's own metric grid, not of the meridian."""
    from matplotlib.patches import Polygon  # noqa: PLC0415  heavy; only an atlas needs it

    x, y = page.panel[1] - 9, south
    left = ((x, y + 7.4), (x - 2.2, y), (x, y + 1.9))
    right = ((x, y + 7.4), (x + 2.2, y), (x, y + 1.9))
    for corners, fill in ((left, INK), (right, "white")):
        page.paper.add_patch(Polygon(corners, closed=True, fc=fill, ec=INK, lw=0.6, zorder=3))
    page.write(x, y + 9.4, "北", 8, bold=True, align="center")
    grid = "坐标北 Grid N" if page.folio.plan.layers.crs is not None else "图上北 y axis"
    page.write(x, y - 2.1, grid, LEAST_POINTS, colour=SOFT, align="center")
