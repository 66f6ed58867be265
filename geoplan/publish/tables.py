"""One workbook with everything that the map shows, for offices that work in Excel.

Cells hold text or numbers, never a formula or a link: a school called `=1+1` stays a name.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from geoplan.errors import PublishError
from geoplan.publish.clean import clean_text
from geoplan.publish.sheets import Sheet, Value, without_repeats
from geoplan.publish.sheets_proposal import notes_sheet, proposal_sheet, rules_sheet
from geoplan.publish.sheets_today import coverage_sheet, gaps_sheet, schools_sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from geoplan.plan import Plan

CREATED = datetime(1980, 1, 1)  # noqa: DTZ001  a constant: the workbook's bytes must not depend on a clock or a zone
A3 = 8
LONGEST_CELL = 32_767
_LIKE_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER_FORMATS = {
    "count": "#,##0",
    "metres": "#,##0",
    "share": "0.0%",
    "degrees": "0.000000",
    "metres_local": "0.00",
    "gap": "0.0000%",
    "plain": "General",
}


def workbook_sheets(plan: Plan) -> tuple[Sheet, ...]:
    """The sheets in the order in which they stand in the workbook."""
    makers = (schools_sheet, coverage_sheet, gaps_sheet, proposal_sheet, rules_sheet, notes_sheet)
    return tuple(without_repeats(make(plan)) for make in makers)


def write_tables(plan: Plan, path: Path) -> None:
    """Write the workbook; the same plan gives the same bytes.

    Args:
        plan: from `Project.plan()`.
        path: the .xlsx file; one that exists is replaced.

    Raises:
        PublishError: it cannot be written.
    """
    write_workbook(workbook_sheets(plan), path, title=plan.config.name, author=plan.config.author)


def write_workbook(sheets: Iterable[Sheet], path: Path, *, title: str, author: str) -> None:
    """Write sheets as a workbook; the same sheets give the same bytes.

    Raises:
        PublishError: it cannot be written.
    """
    with open_workbook(path, title=title, author=author) as book:
        formats = cell_formats(book)
        for sheet in sheets:
            _write_sheet(book, sheet, formats)


@contextmanager
def open_workbook(path: Path, *, title: str, author: str) -> Iterator[Any]:
    """A workbook in which no text becomes a formula, a link or a number, and no clock is asked.

    Raises:
        PublishError: it cannot be written.
    """
    import xlsxwriter  # noqa: PLC0415  only tables need it
    from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415

    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": True,  # no scratch files of its own: the caller's scratch folder is enough
    }
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"title": clean_text(title), "author": clean_text(author), "created": CREATED})
    yield book
    try:
        book.close()
    except FileCreateError as error:
        raise PublishError(f"{path.name} cannot be written: {error}. Close it, or choose another folder.") from error


def cell_formats(book: Any, **look: object) -> dict[str, Any]:  # noqa: ANN401  xlsxwriter ships no types
    """Formats by the kind of a column, and `quoted`, `hidden` and `header`; `look` goes over their common look."""
    base = {"valign": "top", "font_name": "Microsoft YaHei", "font_size": 10, **look}
    formats = {kind: book.add_format({**base, "num_format": code}) for kind, code in _NUMBER_FORMATS.items()}
    formats["text"] = book.add_format(base)
    formats["lines"] = book.add_format({**base, "text_wrap": True})
    # the apostrophe in front keeps such a text a text when somebody edits the cell
    formats["quoted"] = book.add_format({**base, "quote_prefix": True})
    formats["quoted_lines"] = book.add_format({**base, "quote_prefix": True, "text_wrap": True})
    formats["hidden"] = book.add_format({**base, "align": "right"})
    formats["header"] = book.add_format(
        {**base, "bold": True, "text_wrap": True, "bg_color": "#DCE6F1", "bottom": 1, "valign": "vcenter"}
    )
    return formats


def _write_sheet(book: Any, sheet: Sheet, formats: dict[str, Any]) -> None:  # noqa: ANN401
    page = book.add_worksheet(sheet.name)
    for column, head in enumerate(sheet.columns):
        page.set_column(column, column, head.width)
        page.write_string(0, column, f"{head.zh}\n{head.en}", formats["header"])
    page.set_row(0, 66)  # four lines: long English headers wrap
    for row, values in enumerate(sheet.rows, start=1):
        for column, (head, value) in enumerate(zip(sheet.columns, values, strict=True)):
            write_cell(page, row, column, value, head.kind, formats)
    page.freeze_panes(1, sheet.frozen)
    page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)
    page.set_landscape()
    page.set_paper(A3)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.set_footer("&L&A&R&P / &N")


def write_cell(page: Any, row: int, column: int, value: Value, kind: str, formats: dict[str, Any]) -> None:  # noqa: ANN401
    """One cell as text or number; nothing for a blank."""
    if value is None or value == "":
        return
    if isinstance(value, str):
        text = clean_text(value)[:LONGEST_CELL]
        style = kind if kind in {"text", "lines"} else "hidden"
        if text.startswith(_LIKE_A_FORMULA):
            style = "quoted_lines" if kind == "lines" else "quoted"
        page.write_string(row, column, text, formats[style])
    elif math.isfinite(value):
        page.write_number(row, column, value, formats.get(kind, formats["plain"]))
