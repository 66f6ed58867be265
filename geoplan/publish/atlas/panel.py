"""Blocks of the panel beside a map: legend, figures, tables, notes. Each begins where the one before it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.publish.atlas.letters import MM_PER_POINT, width_mm, wrapped
from geoplan.publish.atlas.page import FRAME, NOTES_MM, PANEL_MM
from geoplan.publish.atlas.sheet import BLUE, INK, RULE, SOFT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from geoplan.publish.atlas.page import Page
    from geoplan.publish.atlas.sheet import LegendItem, SheetTable, Sign

MARKS = {"circle": "o", "square": "s", "triangle": "^", "diamond": "D", "star": "*", "dot": "o", "cross": "x"}
_LEGEND_MM, _ROW_MM = 4.5, 4.1
_CELL_POINTS = 6.6
_NOTE_POINTS = (6.4, 6.0, 5.6, 5.2, 4.8, 4.4, 4.0)
_FEWEST_ROWS = 2


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
        room = east - west - 13 - (width_mm(item.count, 6.8) + 2 if item.count else 0)
        page.write(west + 13, page.top, item.zh, 7.4, room_mm=room)
        left = room - width_mm(item.zh, 7.4) - 2
        if item.en and left > 8:
            page.write(west + 13 + room - left, page.top, item.en, 5.2, colour=SOFT, room_mm=left)
        page.write(east, page.top, item.count, 6.8, colour=SOFT, align="right", room_mm=30)
        page.top -= _LEGEND_MM
    page.top -= 2


def draw_sign(paper: Axes, sign: Sign, x: float, y: float) -> None:
    """A sign as the map draws it."""
    from matplotlib.patches import Rectangle  # noqa: PLC0415  heavy; only an atlas needs it

    if sign.kind == "fill":
        edge = sign.edge if sign.edge != "none" else sign.colour
        dashes = (0, (3, 2)) if sign.shape == "dashed" else "solid"
        paper.add_patch(Rectangle((x - 4, y - 1.5), 8, 3, fc=(sign.colour, sign.opacity), ec="none", zorder=4))
        paper.add_patch(Rectangle((x - 4, y - 1.5), 8, 3, fc="none", ec=edge, lw=0.7, ls=dashes, zorder=4.1))
    elif sign.kind == "line":
        style = (0, (4, 2)) if sign.shape == "dashed" else "solid"
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


def table(page: Page, what: SheetTable) -> int:
    """A table in what room the panel has left; rows without room are counted in a last line.

    Returns:
        How many rows are shown.
    """
    if not what.rows:
        return 0
    fit = max(int((page.top - page.bottom - 8.5 - 2) // _ROW_MM) - 1, 0)
    shown = what.rows if len(what.rows) <= fit else what.rows[: max(fit - 1, 0)]
    if len(shown) < min(_FEWEST_ROWS, len(what.rows)):
        return 0
    heading(page, what.title)
    draw_table(page, what, shown, page.panel, row_mm=_ROW_MM, points=_CELL_POINTS)
    if len(shown) < len(what.rows):
        line = what.more.format(left=len(what.rows) - len(shown))
        page.write(page.panel[0], page.top, line, 6, colour=SOFT, room_mm=page.panel[1] - page.panel[0])
        page.top -= _ROW_MM
    page.top -= 2
    return len(shown)


def draw_table(
    page: Page,
    what: SheetTable,
    rows: Sequence[tuple[str, ...]],
    across: tuple[float, float],
    *,
    row_mm: float,
    points: float,
) -> None:
    """Header and rows between two positions, from `page.top` downwards."""
    west, east = across
    whole = sum(column.share for column in what.columns)
    edges = [west]
    for column in what.columns:
        edges.append(edges[-1] + (east - west) * column.share / whole)
    for place, cells in enumerate((tuple(column.zh for column in what.columns), *rows)):
        for column, cell, start, end in zip(what.columns, cells, edges[:-1], edges[1:], strict=True):
            at = {"left": start + 0.5, "right": end - 0.8, "center": (start + end) / 2}[column.align]
            page.write(
                at, page.top, cell, points, align=column.align, room_mm=end - start - 1.3, bold=place == 0,
                colour=SOFT if place == 0 else INK,
            )  # fmt: skip
        below = page.top - row_mm / 2
        page.rule(west, below, east, below, colour=INK if place == 0 else RULE, width=0.6 if place == 0 else 0.3)
        page.top -= row_mm


def paragraph(page: Page, zh: str, en: str, lines: Sequence[str], *, points: float = 6.4) -> None:
    """Sentences in the panel, as many as find room; the last one then ends in ….

    Args:
        zh, en: the title of the block.
    """
    heading(page, zh, en)
    west, east = page.panel
    high = points * MM_PER_POINT * 1.4
    fit = max(int((page.top - page.bottom) // high), 1)
    found = [part for line in lines for part in wrapped(line, points, east - west)]
    if len(found) > fit:
        found = [*found[: fit - 1], f"{found[fit - 1][:-1]}…"]
    for line in found:
        page.write(west, page.top, line, points, colour=SOFT)
        page.top -= high


def notes(page: Page, lines: Sequence[str]) -> None:
    """说明 under the map, or in its place on a sheet without one: sources, clauses, notices; in two columns.

    The letters become smaller until everything has room; only what even then has none is left out, with ….
    """
    west, south, east, _ = FRAME
    west, east, top = west + 6, east - PANEL_MM - 6, south + NOTES_MM
    wide = (east - west - 8) / 2
    page.write(west, top - 3.6, "说明", 7, bold=True, colour=BLUE)
    for points in _NOTE_POINTS:
        high = points * MM_PER_POINT * 1.32
        fit = int((NOTES_MM - 7) // high)
        found = [part for line in lines for part in wrapped(line, points, wide)]
        if len(found) <= 2 * fit:
            break
    fit = max(fit, 1) if len(found) > fit else fit
    if len(found) > 2 * fit:
        found = [*found[: 2 * fit - 1], f"{found[2 * fit - 1][:-1]}…"]
    for place, line in enumerate(found):
        x, y = west + (place // fit) * (wide + 8), top - 6.6 - (place % fit + 0.5) * high
        page.write(x, y, line, points, colour=SOFT)
