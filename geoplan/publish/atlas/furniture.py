"""What every map carries: a scale bar and an arrow to grid north."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.publish.atlas.sheet import INK, SOFT
from geoplan.publish.atlas.window import bar_length_m, length_words

if TYPE_CHECKING:
    from geoplan.publish.atlas.page import Page

_PARTS = 4


def scale_bar(page: Page) -> None:
    """A bar of a round length in the lower left corner of the map, as long on paper as its metres are."""
    if page.window is None:
        return
    metres = bar_length_m(page.window)
    length = metres / page.window.metres_per_mm
    west, south = page.map_box[0] + 9, page.map_box[1] + 8
    page.box((west - 4, south - 3.4, west + length + 12, south + 9), fill="#ffffffd9", zorder=1)
    for part in range(_PARTS):
        box = (west + length * part / _PARTS, south, west + length * (part + 1) / _PARTS, south + 1.5)
        page.box(box, fill=INK if part % 2 == 0 else "white", edge=INK, width=0.5, zorder=3)
    for share in (0.0, 0.5, 1.0):
        words = "0" if share == 0 else length_words(metres * share)
        page.write(west + length * share, south + 4.2, words, 6.5, align="center")
    page.write(west, south + 7.2, f"1:{page.window.denominator:,.0f}（A3）", 5.8, colour=SOFT)


def north_arrow(page: Page) -> None:
    """Grid north, in the upper right corner of the map: the project's own metric grid, not the meridian."""
    from matplotlib.patches import Polygon  # noqa: PLC0415  heavy; only an atlas needs it

    x, y = page.map_box[2] - 14, page.map_box[3] - 26
    page.box((x - 8, y - 6, x + 8, y + 21), fill="#ffffffd9", zorder=1)
    left = ((x, y + 13), (x - 3.6, y), (x, y + 3.2))
    right = ((x, y + 13), (x + 3.6, y), (x, y + 3.2))
    for corners, fill in ((left, INK), (right, "white")):
        page.paper.add_patch(Polygon(corners, closed=True, fc=fill, ec=INK, lw=0.6, zorder=3))
    page.write(x, y + 17, "北", 9, bold=True, align="center")
    grid = "坐标北 Grid N" if page.folio.plan.layers.crs is not None else "图上北 y axis"
    page.write(x, y - 3.4, grid, 5.4, colour=SOFT, align="center")
