"""Tables on a sheet: columns as wide as their words, rows as high as there is room, never smaller than can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.publish.atlas.letters import LEAST_POINTS, MM_PER_POINT, width_mm, wrapped
from geoplan.publish.atlas.panel import heading
from geoplan.publish.atlas.printed import Word
from geoplan.publish.atlas.sheet import INK, RULE, SOFT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.publish.atlas.page import Page
    from geoplan.publish.atlas.sheet import SheetTable, TableColumn

_ROWS = ((4.8, 7.4), (4.4, 7.0), (4.1, 6.6), (3.8, 6.6), (3.5, 6.4), (3.2, LEAST_POINTS))
"""Height of a row in millimetres, and the letters that it holds."""
_FEWEST_ROWS, _HEAD_MM, _GAP_MM = 2, 8.5, 2.0
_PADDING_MM, _BETWEEN_MM = 0.8, 3.0
_LINE = 1.25


def tables(page: Page, all_of_them: Sequence[SheetTable]) -> None:
    """Tables in what room the panel has left, which they share; what has no room is counted in a last line."""
    given = [each for each in all_of_them if each.rows]
    (high, points), shares = _shares_at_best(page, given)
    for number, (what, fit) in enumerate(zip(given, shares, strict=True)):
        if not fit:
            _left_out(page, given[number:])
            return
        shown = what.rows if len(what.rows) <= fit else what.rows[: fit - 1]
        heading(page, what.title)
        draw_table(page, what, shown, page.panel, row_mm=high, points=points)
        if len(shown) < len(what.rows):
            line = what.more.format(left=len(what.rows) - len(shown))
            page.write(page.panel[0], page.top, line, 6.2, colour=SOFT, room_mm=page.panel[1] - page.panel[0])
            page.top -= high
        page.top -= _GAP_MM


def _shares_at_best(page: Page, given: Sequence[SheetTable]) -> tuple[tuple[float, float], list[int]]:
    """The widest rows that all tables have room with, else the second narrowest; and the rows of each table."""
    for row in _ROWS:
        shares = _shares(page, given, row[0])
        if shares == [len(each.rows) for each in given]:
            return row, shares
    return _ROWS[-2], _shares(page, given, _ROWS[-2][0])


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
    if page.top - page.bottom >= _ROWS[-1][0] / 2:
        names = "、".join(each.title.partition("（")[0] for each in given)
        line = f"本图注不下的表：{names}，见附表"
        page.write(page.panel[0], page.top, line, 6.2, colour=SOFT, room_mm=page.panel[1] - page.panel[0])


def column_edges(
    columns: Sequence[TableColumn], rows: Sequence[tuple[str, ...]], across: tuple[float, float], points: float
) -> list[float]:
    """Where columns begin, and the last one ends.

    Each is as wide as its words; what is left over goes to them by their shares. Where there is too little, the widest
    give way.
    """
    west, east = across
    wanted = [
        max(width_mm(cells[at], points) for cells in (tuple(each.zh for each in columns), *rows)) + _BETWEEN_MM
        for at in range(len(columns))
    ]
    if (spare := east - west - sum(wanted)) >= 0:
        whole = sum(column.share for column in columns)
        wide = [each + spare * column.share / whole for each, column in zip(wanted, columns, strict=True)]
    else:
        most = _widest(wanted, east - west)
        wide = [min(each, most) for each in wanted]
    edges = [west]
    for each in wide:
        edges.append(edges[-1] + each)
    return edges


def _widest(wanted: Sequence[float], room: float) -> float:
    """How wide a column may be, so that all together fill the room."""
    left = sorted(wanted)
    while len(left) > 1 and left[0] * len(left) <= room:
        room -= left.pop(0)
    return room / len(left)


def cell_lines(cell: str, points: float, room_mm: float) -> list[str]:
    """A cell in as many lines as it takes; a figure is never divided."""
    return [cell] if isinstance(cell, Word) or not cell else wrapped(cell, points, room_mm)


def row_height(cells: Sequence[str], edges: Sequence[float], row_mm: float, points: float) -> float:
    """The height of a row whose cells are broken into lines."""
    lines = max(
        len(cell_lines(cell, points, end - start - _BETWEEN_MM + 0.3))
        for cell, start, end in zip(cells, edges[:-1], edges[1:], strict=True)
    )
    return row_mm + (lines - 1) * points * MM_PER_POINT * _LINE


def draw_table(
    page: Page,
    what: SheetTable,
    rows: Sequence[tuple[str, ...]],
    across: tuple[float, float],
    *,
    row_mm: float,
    points: float,
    edges: Sequence[float] | None = None,
) -> None:
    """Header and rows between two positions, from `page.top` downwards.

    Args:
        edges: of the columns, where several sheets share them; cells are then broken into lines, and not shortened.
    """
    west, east = across
    known = column_edges(what.columns, rows, across, points) if edges is None else edges
    for place, cells in enumerate((tuple(column.zh for column in what.columns), *rows)):
        high = row_mm if edges is None else row_height(cells, known, row_mm, points)
        for column, cell, start, end in zip(what.columns, cells, known[:-1], known[1:], strict=True):
            at = {"left": start + _PADDING_MM, "right": end - _BETWEEN_MM + _PADDING_MM, "center": (start + end) / 2}
            room = end - start - _BETWEEN_MM + 0.3
            lines = [cell] if edges is None else cell_lines(cell, points, room)
            step = points * MM_PER_POINT * _LINE
            for number, line in enumerate(lines):
                page.write(
                    at[column.align], page.top - number * step, line, points, align=column.align, room_mm=room,
                    bold=place == 0, colour=SOFT if place == 0 else INK,
                )  # fmt: skip
        below = page.top - high + row_mm / 2
        page.rule(west, below, east, below, colour=INK if place == 0 else RULE, width=0.6 if place == 0 else 0.3)
        page.top -= high
