"""What stands in written files, cell by cell, as readers get it: workbooks, GeoPackages, tables, JSON, Word, PDF.

Of a picture only the words that go along with it: see `lint_paper`.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoplan.publish.lint_paper import pdf_lines, png_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CellValue = str | int | float
_PAGE_DATA = re.compile(r'<script type="application/json" id="geoplan-data">(.*?)</script>', re.DOTALL)
_WORD_PARAGRAPH = re.compile(r"<w:p[ >].*?</w:p>", re.DOTALL)
_WORD_TEXT = re.compile(r"<w:t(?: [^>]*)?>([^<]*)</w:t>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))


@dataclass(frozen=True)
class Cell:
    """One value of a written file.

    Attributes:
        place: sheet, layer or table; '' where a file has none.
        column: the header over it, or the path of a JSON value without its positions.
        row: `row 7`, `paragraph 7`, or the JSON value's path.
        is_header: it names a column.
    """

    place: str
    column: str
    row: str
    value: CellValue
    is_header: bool = False


@dataclass(frozen=True)
class Place:
    """Where a value stands in a workbook, such as `覆盖` and `L2`."""

    sheet: str
    cell: str


def column_letters(position: int) -> str:
    """`AB` for a column's position from 0."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cells_of(path: Path) -> Iterator[Cell]:
    """Every text and number of a file; nothing for a kind of file without cells.

    Raises:
        OSError, ValueError, sqlite3.Error, zipfile.BadZipFile, KeyError: it is not what its ending says.
        MissingExtraError: a PDF, and the library that reads it is not installed.
    """
    reader = _READERS.get(path.suffix.lower())
    return iter(()) if reader is None else reader(path)


def page_data(path: Path) -> Any:  # noqa: ANN401  any JSON value
    """The JSON block of a page, or None where it has none."""
    found = _PAGE_DATA.search(path.read_text(encoding="utf-8"))
    return None if found is None else json.loads(found[1])


def word_paragraphs(path: Path) -> list[str]:
    """Text of every paragraph of a .docx, headers, footers and tables included."""
    with zipfile.ZipFile(path) as package:
        parts = sorted(name for name in package.namelist() if re.fullmatch(r"word/[a-z]+\d*\.xml", name))
        texts = [package.read(name).decode("utf-8") for name in parts]
    paragraphs = [match[0] for text in texts for match in _WORD_PARAGRAPH.finditer(text)]
    return [_plain("".join(_WORD_TEXT.findall(paragraph))) for paragraph in paragraphs]


def _plain(text: str) -> str:
    for entity, sign in _ENTITIES:
        text = text.replace(entity, sign)
    return text


def _workbook(path: Path) -> Iterator[Cell]:
    import openpyxl  # noqa: PLC0415  heavy

    with closing(openpyxl.load_workbook(path, read_only=True)) as book:
        for page in book.worksheets:
            yield from _sheet(page.title, page.iter_rows(values_only=True))


def _sheet(name: str, rows: Iterator[tuple[Any, ...]]) -> Iterator[Cell]:
    """Texts above the first row with a number are headers; a column's name is all that stands over it."""
    heads: dict[int, list[str]] = {}
    in_head = True
    for number, row in enumerate(rows, start=1):
        in_head = in_head and not any(isinstance(value, int | float) for value in row)
        for position, value in enumerate(row):
            if value is None or isinstance(value, bool):
                continue
            shown = value if isinstance(value, str | int | float) else str(value)
            if in_head and number <= MOST_HEAD_ROWS and isinstance(shown, str):
                heads.setdefault(position, []).append(shown)
            head = " ".join(heads.get(position, ()))
            yield Cell(name, head, f"row {number}", shown, is_header=in_head and number <= MOST_HEAD_ROWS)


MOST_HEAD_ROWS = 6


def _geopackage(path: Path) -> Iterator[Cell]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        contents = "SELECT table_name FROM gpkg_contents WHERE data_type IN ('features', 'attributes')"
        tables = [name for (name,) in database.execute(contents) if name != "layer_styles"]
        for table in sorted(tables):
            cursor = database.execute(f'SELECT * FROM "{table.replace(chr(34), chr(34) * 2)}"')  # noqa: S608  quoted
            yield from _rows(table, [column[0] for column in cursor.description], cursor)


def _rows(place: str, heads: list[str], rows: Any) -> Iterator[Cell]:  # noqa: ANN401  any iterable of rows
    for head in heads:
        yield Cell(place, head, "header", head, is_header=True)
    for number, row in enumerate(rows, start=1):
        for head, value in zip(heads, row, strict=False):
            if isinstance(value, str | int | float) and not isinstance(value, bool):
                yield Cell(place, head, f"row {number}", value)


def _table(path: Path) -> Iterator[Cell]:
    rows = csv.reader(io.StringIO(_decoded(path)))
    heads = next(rows, [])
    yield from _rows("", heads, ([_number(value) for value in row] for row in rows))


def _number(text: str) -> CellValue:
    try:
        return int(text)
    except ValueError:
        return text


def _shapefile(path: Path) -> Iterator[Cell]:
    import pyogrio  # noqa: PLC0415  GDAL is needed only here

    frame = pyogrio.read_dataframe(path, read_geometry=False)
    yield from _rows("", [str(head) for head in frame.columns], frame.itertuples(index=False, name=None))


def _lines(path: Path) -> Iterator[Cell]:
    for number, line in enumerate(_decoded(path).splitlines(), start=1):
        yield Cell("", "", f"line {number}", line)


def _decoded(path: Path) -> str:
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030", errors="replace")


def _word(path: Path) -> Iterator[Cell]:
    for number, text in enumerate(word_paragraphs(path), start=1):
        if text:
            yield Cell("", "", f"paragraph {number}", text)


def _json(path: Path) -> Iterator[Cell]:
    yield from walk(json.loads(path.read_text(encoding="utf-8")))


def _page(path: Path) -> Iterator[Cell]:
    yield from walk(page_data(path))


def _pdf(path: Path) -> Iterator[Cell]:
    for page, line, text in pdf_lines(path):
        yield Cell(page, "", line, text)


def _picture(path: Path) -> Iterator[Cell]:
    for chunk, text in png_words(path):
        yield Cell("", chunk, "metadata", text)


def walk(value: object, column: str = "", row: str = "") -> Iterator[Cell]:
    """Every text and number of a JSON value; its keys are headers."""
    if isinstance(value, dict):
        for key, each in value.items():
            name = f"{column}.{key}" if column else str(key)
            yield Cell("", name, f"{row}.{key}" if row else str(key), str(key), is_header=True)
            yield from walk(each, name, f"{row}.{key}" if row else str(key))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            if isinstance(each, dict | list):
                yield from walk(each, column, f"{row}[{number}]")
            elif isinstance(each, str | int | float) and not isinstance(each, bool):
                # a page holds columns of a hundred thousand figures: a call for each would take most of the time
                yield Cell("", column, f"{row}[{number}]", each)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield Cell("", column, row, value)


_READERS: dict[str, Callable[[Path], Iterator[Cell]]] = {
    ".xlsx": _workbook,
    ".gpkg": _geopackage,
    ".csv": _table,
    ".dbf": _shapefile,
    ".txt": _lines,
    ".md": _lines,
    ".qgs": _lines,
    ".json": _json,
    ".geojson": _json,
    ".html": _page,
    ".docx": _word,
    ".pdf": _pdf,
    ".png": _picture,
}
