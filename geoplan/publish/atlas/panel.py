"""Blocks of the panel beside a map: legend, figures, sentences. Each begins where the one before it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.publish.atlas.letters import LEAST_POINTS, MM_PER_POINT, width_mm, wrapped
from geoplan.publish.atlas.sheet import BLUE, SOFT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from geoplan.publish.atlas.page import Page
    from geoplan.publish.atlas.sheet import LegendItem, Sign

MARKS = {"circle": "o", "square": "s", "triangle": "^", "diamond": "D", "star": "*", "dot": "o", "cross": "x"}
DASHES: dict[str, tuple[float, tuple[float, ...]]] = {"dashed": (0, (4, 2)), "dotted": (0, (1, 1.6))}
_LEGEND_MM = 4.5


def heading(page: Page, zh: str, en: str = "") -> None:
    """The title of a block."""
    west, east = page.panel
    page.write(west, page.top - 2, zh, 9, colour=BLUE, bold=True, room_mm=east - west)
    if en:
        page.write(east, page.top - 2, en, 6.5, colour=SOFT, align="right", room_mm=30)
    page.rule(west, page.top - 5, east, page.top - 5, colour=BLUE, width=0.8)
    page.top -= 8.5


def legend(page: Page, items: Sequence[LegendItem]) -> None:
    """图例: the signs of this sheet, each with how many of them are drawn."""
    if not items:
        return
    heading(page, "图例", "Legend")
    west, east = page.panel
    for item in items:
        draw_sign(page.paper, item.sign, west + 5, page.top)
        page.write(west + 5, page.top, item.sign.letter, LEAST_POINTS, bold=True, align="center")
        room = east - west - 13 - (width_mm(item.count, 6.8) + 2 if item.count else 0)
        page.write(west + 13, page.top, item.zh, 7.4, room_mm=room)
        left = room - width_mm(item.zh, 7.4) - 2
        if item.en and left > 8:
            page.write(west + 13 + room - left, page.top, item.en, LEAST_POINTS, colour=SOFT, room_mm=left)
        page.write(east, page.top, item.count, 6.8, colour=SOFT, align="right", room_mm=30)
        page.top -= _LEGEND_MM
    page.top -= 2


def draw_sign(paper: Axes, sign: Sign, x: float, y: float) -> None:
    """A sign as the map draws it."""
    from matplotlib.patches import Rectangle  # noqa: PLC0415  heavy; only an atlas needs it

    if sign.kind == "fill":
        edge = sign.edge if sign.edge != "none" else sign.colour
        dashes = DASHES.get(sign.shape, "solid")
        paper.add_patch(Rectangle((x - 4, y - 1.5), 8, 3, fc=(sign.colour, sign.opacity), ec="none", zorder=4))
        paper.add_patch(Rectangle((x - 4, y - 1.5), 8, 3, fc="none", ec=edge, lw=0.7, ls=dashes, zorder=4.1))
    elif sign.kind == "line":
        style = DASHES.get(sign.shape, "solid")
        paper.plot([x - 4, x + 4], [y, y], color=sign.colour, lw=max(sign.size, 0.6), ls=style, zorder=4)
    else:
        paper.plot(
            [x], [y], ls="none", marker=MARKS.get(sign.shape, "o"), ms=max(min(sign.size, 10), 3), mfc=sign.colour,
            mec=sign.edge, mew=0.6, alpha=sign.opacity, zorder=4,
        )  # fmt: skip


def figures(page: Page, rows: Sequence[tuple[str, str]], *, title: str = "主要指标", en: str = "Key figures") -> None:
    """Lines of a label and its figure."""
    heading(page, title, en)
    west, east = page.panel
    for label, value in rows:
        page.write(west, page.top, label, 7, colour=SOFT, room_mm=(east - west) * 0.6)
        page.write(east, page.top, value, 7.6, bold=True, align="right", room_mm=(east - west) * 0.5)
        page.top -= 4.6
    page.top -= 2


def paragraph(page: Page, zh: str, en: str, lines: Sequence[str], *, points: float = 6.4) -> None:
    """Sentences in the panel, as many as find room; a last line names the sheet of general notes, which has them all.

    Args:
        zh, en: the title of the block.
    """
    heading(page, zh, en)
    west, east = page.panel
    high = points * MM_PER_POINT * 1.4
    fit = max(int((page.top - page.bottom) // high), 1)
    found = [part for line in lines for part in wrapped(line, points, east - west)]
    if len(found) > fit:
        found = [*found[: fit - 1], "其余见“总说明”。 More: see General notes."]
    for line in found:
        page.write(west, page.top, line, points, colour=SOFT)
        page.top -= high
