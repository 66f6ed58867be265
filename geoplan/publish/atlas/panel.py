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
DASHES: dict[str, tuple[float, tuple[float, ...]]] = {"dashed": (0, (4, 2)), "dotted": (0, (1, 1.6))}
_LEGEND_MM = 4.5
_ROWS_MM = (4.1, 3.8, 3.5, 3.2)
_CELL_POINTS = 6.6
_NOTE_POINTS = (6.4, 6.0, 5.6, 5.2, 4.8, 4.4, 4.0)
_FINE_POINTS, _NOTE_LINE, _NUMBER_MM = 5.2, 1.32, 3.6
_FEWEST_ROWS, _HEAD_MM, _GAP_MM = 2, 8.5, 2.0


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
        page.write(west + 5, page.top, item.sign.letter, 5.6, bold=True, align="center")
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


def tables(page: Page, all_of_them: Sequence[SheetTable]) -> None:
    """Tables in what room the panel has left, which they share; what has no room is counted in a last line."""
    given = [each for each in all_of_them if each.rows]
    high, shares = _shares_at_best(page, given)
    points = _CELL_POINTS if high > _ROWS_MM[-1] else _CELL_POINTS - 0.6
    for number, (what, fit) in enumerate(zip(given, shares, strict=True)):
        if not fit:
            _left_out(page, given[number:])
            return
        shown = what.rows if len(what.rows) <= fit else what.rows[: fit - 1]
        heading(page, what.title)
        draw_table(page, what, shown, page.panel, row_mm=high, points=points)
        if len(shown) < len(what.rows):
            line = what.more.format(left=len(what.rows) - len(shown))
            page.write(page.panel[0], page.top, line, 6, colour=SOFT, room_mm=page.panel[1] - page.panel[0])
            page.top -= high
        page.top -= _GAP_MM


def _shares_at_best(page: Page, given: Sequence[SheetTable]) -> tuple[float, list[int]]:
    """The widest rows that all tables have room with, else the second narrowest; and the rows of each table."""
    for high in _ROWS_MM:
        shares = _shares(page, given, high)
        if shares == [len(each.rows) for each in given]:
            return high, shares
    return _ROWS_MM[-2], _shares(page, given, _ROWS_MM[-2])


def _shares(page: Page, given: Sequence[SheetTable], high: float) -> list[int]:
    """Rows of each table, its line of what is left out among them; 0 of the last ones if even a few have no room.

    Short tables are shown whole, and the others share what these leave.
    """
    room = page.top - page.bottom
    for count in range(len(given), 0, -1):
        spare = room - (high if count < len(given) else 0.0)
        rows = int((spare - count * (_HEAD_MM + _GAP_MM)) // high) - count
        wanted = [len(each.rows) for each in given[:count]]
        if rows >= sum(min(each, _FEWEST_ROWS) for each in wanted):
            shares = [min(each, _FEWEST_ROWS) for each in wanted]
            for _ in range(rows - sum(shares)):
                short = [at for at, each in enumerate(wanted) if shares[at] < each]
                if not short:
                    break
                shares[min(short, key=lambda at: (shares[at], at))] += 1
            return shares + [0] * (len(given) - count)
    return [0] * len(given)


def _left_out(page: Page, given: Sequence[SheetTable]) -> None:
    if page.top - page.bottom >= _ROWS_MM[-1] / 2:
        names = "、".join(each.title.partition("（")[0] for each in given)
        line = f"本图注不下的表：{names}，见附表"
        page.write(page.panel[0], page.top, line, 6, colour=SOFT, room_mm=page.panel[1] - page.panel[0])


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
            at = {"left": start + 0.8, "right": end - 1.6, "center": (start + end) / 2}[column.align]
            page.write(
                at, page.top, cell, points, align=column.align, room_mm=end - start - 2.1, bold=place == 0,
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
    """说明 under the map, or in its place on a sheet without one: sources, clauses, notices; numbered, in two columns.

    A note is not divided between the columns. The letters become smaller until everything has room; where they would
    be too small, what is said in English only is left to the sheet of contents; and only what even then has no room
    is left out, with ….
    """
    west, south, east, _ = FRAME
    west, east, top = west + 6, east - PANEL_MM - 6, south + NOTES_MM
    wide = (east - west - 8) / 2
    page.write(west, top - 3.6, "说明", 7, bold=True, colour=BLUE)
    columns, points = _columns(list(lines), wide - _NUMBER_MM)
    high = points * MM_PER_POINT * _NOTE_LINE
    number = 0
    for column, blocks in enumerate(columns):
        x, y = west + column * (wide + 8), top - 6.6 - 0.5 * high
        for block in blocks:
            number += 1
            page.write(x, y, f"{number}.", points, colour=SOFT)
            for line in block:
                page.write(x + _NUMBER_MM, y, line, points, colour=SOFT)
                y -= high


def _columns(lines: list[str], wide: float) -> tuple[list[list[list[str]]], float]:
    """The notes, each as its lines, in two columns; and the size of the letters."""
    short = [line for line in lines if not line.isascii()]
    short += ["英文说明见图纸目录。 Notices in English: see the sheet of contents."] if len(short) < len(lines) else []
    tries = [(lines, size) for size in _NOTE_POINTS if size >= _FINE_POINTS] + [(short, size) for size in _NOTE_POINTS]
    for given, points in tries:
        fit = int((NOTES_MM - 7) // (points * MM_PER_POINT * _NOTE_LINE))
        blocks = [wrapped(line, points, wide) for line in given if line]
        sizes = [len(block) for block in blocks]
        for cut in range(len(blocks), -1, -1):
            if sum(sizes[:cut]) <= fit and sum(sizes[cut:]) <= fit:
                return [blocks[:cut], blocks[cut:]], points
    return _cut_off(blocks, fit), points


def _cut_off(blocks: list[list[str]], fit: int) -> list[list[list[str]]]:
    """As many lines as two columns hold; the last of them ends in …."""
    columns: list[list[list[str]]] = []
    for _ in range(2):
        room, column = fit, []
        while blocks and room > 0:
            block, blocks = blocks[0], blocks[1:]
            column.append(block[:room])
            if block[room:]:
                blocks = [block[room:], *blocks]
            room -= len(block[:room])
        columns.append(column)
    if blocks and columns[-1]:
        columns[-1][-1][-1] = f"{columns[-1][-1][-1][:-1]}…"
    return columns
