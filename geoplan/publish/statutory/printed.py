"""Tables as they are printed and stamped: title, unit line, ruled cells, notes, a page number on every sheet of paper.

The rows come from sheets as everywhere else; only the dress is another.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from geoplan.publish.clean import clean_text
from geoplan.publish.tables import cell_formats, open_workbook, write_cell
from geoplan.publish.wording import PREPARED_BY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geoplan.publish.sheets import Column, Sheet, Value
    from geoplan.types import Words


A3, A4 = 8, 9
_A4_WIDTH = 150.0
"""Columns wider than this together are printed on A3."""
_LONGEST_FOOTER = 200
_HEAD_ROW = 3
_KINDS = {"words": "lines", "state": "lines", "text": "lines", "year": "plain"}
_TERMS = {"words", "state"}
"""Columns of geoplan's own words, `小学 / primary`: printed in Chinese; the list of tables says what they mean."""

_TERM_SHARE = 0.62
_UNIT_WIDTH = 44.0
_LAST_NARROW, _WIDE = 0x2E7F, 1.9
_CELL: dict[str, object] = {"font_name": "Microsoft YaHei", "font_size": 10}
_EMPTY = ("本方案没有此类内容。", "There is nothing of the kind in this plan.")


@dataclass(frozen=True)
class PrintedTable:
    """One statutory table.

    Attributes:
        number: in the set, from 1.
        unit: what the figures count in, Chinese and English.
        notes: what a reader must know, Chinese and English.
        totals: so many rows at the top are totals and set in bold.
    """

    number: int
    title: Words
    sheet: Sheet
    unit: Words = ("", "")
    notes: tuple[Words, ...] = ()
    totals: int = 0


@dataclass(frozen=True)
class Imprint:
    """What stands on every sheet of paper.

    Attributes:
        stamp: what must not be overlooked, such as that it was not reviewed; '' without one.
    """

    project: str
    author: str
    data_date: str
    version: str
    stamp: str = ""

    @property
    def line(self) -> str:
        """Author, date of the data and version of the plan."""
        parts = (
            f"{PREPARED_BY[0]} {PREPARED_BY[1].capitalize()}：{self.author or '—'}",
            f"数据日期 Data date：{self.data_date or '未注明 not given'}",
            f"方案版本 Version：{self.version}", self.stamp,
        )  # fmt: skip
        return "    ".join(part for part in parts if part)


def write_printed(tables: Sequence[PrintedTable], path: Path, imprint: Imprint) -> None:
    """Write the tables as a workbook, the list of tables first; the same tables give the same bytes.

    Raises:
        PublishError: it cannot be written.
    """
    with open_workbook(path, title=imprint.project, author=imprint.author) as book:
        look = _Look(book)
        _contents(book, tables, imprint, look)
        for table in tables:
            _table(book, table, imprint, look)


class _Look:
    """The formats of a printed workbook."""

    def __init__(self, book: Any) -> None:  # noqa: ANN401  xlsxwriter ships no types
        ruled: dict[str, object] = {"border": 1, "border_color": "#7f8a90", "valign": "vcenter"}
        font: dict[str, object] = {"font_name": "Microsoft YaHei", "valign": "vcenter"}
        self.cells = cell_formats(book, **ruled)
        self.totals = cell_formats(book, **ruled, bold=True, bg_color="#F2EFE6")
        for cells in (self.cells, self.totals):
            # a school's name keeps its whole length on paper
            cells["quoted"] = cells["quoted_lines"]
        self.cells["decimal"] = book.add_format({**_CELL, **ruled, "num_format": "#,##0.0"})
        self.totals["decimal"] = self.cells["decimal"]
        self.header = book.add_format({
            **font, **ruled, "bold": True, "text_wrap": True, "align": "center", "bg_color": "#DCE6F1", "font_size": 9,
        })  # fmt: skip
        self.title = book.add_format({**font, "bold": True, "font_size": 16, "align": "center"})
        self.subtitle = book.add_format({**font, "font_size": 10, "align": "center", "font_color": "#51616b"})
        self.line = book.add_format({**font, "font_size": 9, "font_color": "#51616b"})
        self.unit = book.add_format({**font, "font_size": 9, "align": "right", "font_color": "#51616b"})
        self.note = book.add_format({**font, "font_size": 9, "text_wrap": True, "valign": "top"})


def _contents(book: Any, tables: Sequence[PrintedTable], imprint: Imprint, look: _Look) -> None:  # noqa: ANN401
    page = book.add_worksheet("目录")
    for column, width in enumerate((8, 34, 44, 12)):
        page.set_column(column, column, width)
    _across(page, 0, 3, f"{imprint.project} 附表", look.title, height=32)
    _across(page, 1, 3, "Tables of the plan", look.subtitle)
    _across(page, 2, 3, imprint.line, look.line)
    for column, head in enumerate(("表号\nNo.", "表名\nTable", "英文\nIn English", "行数\nRows")):
        page.write_string(_HEAD_ROW, column, head, look.header)
    for row, table in enumerate(tables, start=_HEAD_ROW + 1):
        cells: tuple[Value, ...] = (f"表{table.number}", *table.title, len(table.sheet.rows) - table.totals)
        for column, (cell, kind) in enumerate(zip(cells, ("text", "lines", "lines", "count"), strict=True)):
            write_cell(page, row, column, cell, kind, look.cells)
    page.set_row(_HEAD_ROW, 30)
    terms = _terms(tables)
    _across(page, _HEAD_ROW + 2 + len(tables), 3, terms, look.note, height=_height(_lines(terms, 98)))
    _paper(page, imprint, "目录", A4)


def _terms(tables: Sequence[PrintedTable]) -> str:
    """`用语 Terms：小学 primary；公办 public；…`, of the words that occur."""
    found: dict[str, str] = {}
    for table in tables:
        places = [at for at, head in enumerate(table.sheet.columns) if head.kind in _TERMS]
        for row in table.sheet.rows:
            for at in places:
                zh, _, en = str(row[at] or "").partition(" / ")
                found.setdefault(zh, en)
    return "用语 Terms：" + "；".join(f"{zh} {en}" for zh, en in found.items() if en and not set(zh) & set("、：【"))


def _table(book: Any, table: PrintedTable, imprint: Imprint, look: _Look) -> None:  # noqa: ANN401
    sheet = replace(table.sheet, columns=tuple(_printed(head) for head in table.sheet.columns))
    page = book.add_worksheet(clean_text(f"表{table.number} {sheet.name}")[:31])
    last = len(sheet.columns) - 1
    _across(page, 0, last, f"表{table.number}  {table.title[0]}", look.title, height=30)
    _across(page, 1, last, table.title[1], look.subtitle)
    unit = " / ".join(part for part in table.unit if part)
    first = _unit_from(sheet.columns) if unit else last + 1
    _across(page, 2, first - 1, imprint.line, look.line)
    if unit:
        _span(page, 2, first, last, f"单位 Unit：{unit}", look.unit)
    for column, head in enumerate(sheet.columns):
        page.set_column(column, column, head.width)
        page.write_string(_HEAD_ROW, column, clean_text(f"{head.zh}\n{head.en}"), look.header)
    high = max(_lines(f"{head.zh}\n{head.en}", head.width * 1.05) for head in sheet.columns)
    page.set_row(_HEAD_ROW, _height(high))
    end = _rows(page, table, sheet.columns, look)
    for at, (zh, en) in enumerate(table.notes if sheet.rows else (_EMPTY, *table.notes)):
        words = f"{'注：' if at == 0 else ''}{zh}{f'  {en}' if en else ''}"
        room = sum(head.width for head in sheet.columns)
        _across(page, end + at, last, words, look.note, height=_height(_lines(words, room)))
    page.freeze_panes(_HEAD_ROW + 1, min(sheet.frozen, last))
    page.repeat_rows(0, _HEAD_ROW)
    wide = sum(head.width for head in sheet.columns) > _A4_WIDTH
    _paper(page, imprint, f"表{table.number} {table.title[0]}", A3 if wide else A4)


def _printed(head: Column) -> Column:
    """A column of geoplan's own words needs room for the Chinese ones only."""
    return replace(head, width=max(head.width * _TERM_SHARE, 8.0)) if head.kind in _TERMS else head


def _unit_from(columns: Sequence[Column]) -> int:
    """The column where the unit line begins: enough of the last ones to hold it, and never the first."""
    room, first = 0.0, len(columns)
    while first > 1 and room < _UNIT_WIDTH:
        first -= 1
        room += columns[first].width
    return max(first, 1)


def _rows(page: Any, table: PrintedTable, columns: Sequence[Column], look: _Look) -> int:  # noqa: ANN401
    """Write the rows; says which row comes after them."""
    row = _HEAD_ROW
    for at, values in enumerate(table.sheet.rows):
        row += 1
        cells = look.totals if at < table.totals else look.cells
        lines = 1
        for column, (head, value) in enumerate(zip(columns, values, strict=True)):
            kind = _KINDS.get(head.kind, head.kind)
            if value is None or value == "":
                page.write_blank(row, column, None, cells["text"])  # ruled, and open for a pen
                continue
            is_term = head.kind in _TERMS and isinstance(value, str)
            shown = str(value).partition(" / ")[0] if is_term else value
            write_cell(page, row, column, shown, kind, cells)
            if isinstance(shown, str) and kind == "lines":
                lines = max(lines, _lines(shown, head.width))
        # a spreadsheet that only prints does not make a row as high as its wrapped text
        page.set_row(row, _height(lines))
    return row + 1


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column of so many digits; a Chinese letter is nearly two wide."""
    wide = (sum(_WIDE if ord(letter) > _LAST_NARROW else 1 for letter in part) for part in text.split("\n"))
    return sum(max(math.ceil(each / max(width, 1)), 1) for each in wide)


def _height(lines: int) -> float:
    """Of a row of so many lines, in points; Excel knows no row above 409."""
    return min(14.25 * lines + 1.5, 409.0)


def _across(page: Any, row: int, last: int, text: str, look: Any, *, height: float | None = None) -> None:  # noqa: ANN401
    _span(page, row, 0, last, text, look)
    if height is not None:
        page.set_row(row, height)


def _span(page: Any, row: int, first: int, last: int, text: str, look: Any) -> None:  # noqa: ANN401
    """A text over several columns; merged blank first, because merging itself may take a text for a formula."""
    if last > first:
        page.merge_range(row, first, row, last, "", look)
    page.write_string(row, first, clean_text(text), look)


def _paper(page: Any, imprint: Imprint, name: str, size: int) -> None:  # noqa: ANN401
    page.set_landscape()
    page.set_paper(size)
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    page.center_horizontally()
    left, right = (clean_text(text).replace("\n", " ")[:60] for text in (imprint.project, name))
    # a & begins a code in a footer; two of them are one
    footer = f"&L{left.replace('&', '&&')}&C第 &P 页  共 &N 页&R{right.replace('&', '&&')}"
    page.set_footer(footer[:_LONGEST_FOOTER])
