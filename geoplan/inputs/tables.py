"""CSV and Excel: find the header, keep the spreadsheet's own row numbers, decode by evidence."""

from __future__ import annotations

import csv
import gzip
import io
import re
import warnings
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
from openpyxl.utils.exceptions import InvalidFileException

from geoplan.errors import near_match
from geoplan.inputs.encoding import decide, known_encoding
from geoplan.inputs.findings import RefusedError, error, note
from geoplan.inputs.headers import header_key
from geoplan.inputs.raw import Raw, Request, row_labels
from geoplan.inputs.values import cell_text
from geoplan.inputs.vector import unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.types import Finding

_HEADER_WITHIN = 12


def read_csv(request: Request) -> Raw:
    """A .csv, .txt, .tsv or .csv.gz; every cell stays text.

    The index is the row number that a spreadsheet shows: under a header in row 1 the first data row is `row 2`.

    Raises:
        RefusedError: empty, in no known encoding, or with rows longer than the header.
    """
    content = request.path.read_bytes()
    try:
        content = gzip.decompress(content) if request.path.suffix == ".gz" else content
    except (OSError, EOFError) as fault:
        raise RefusedError(unreadable(request, fault)) from fault
    text, findings = _text(request, content)
    if not text.strip():
        raise RefusedError(unreadable(request, "it is empty"))
    head = text.splitlines()[:_HEADER_WITHIN]
    delimiter = max(",;\t|", key=lambda mark: sum(line.count(mark) for line in head))
    head_rows = list(csv.reader(head, delimiter=delimiter))
    start = _header_at(head_rows, request)
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            header=None,
            skiprows=start,
            dtype=object,
            keep_default_na=False,
            na_filter=False,
            skip_blank_lines=False,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as fault:
        raise RefusedError(_ragged(request, fault)) from fault
    rows = [tuple(row) for row in frame.itertuples(index=False, name=None)]
    return _table(request, rows, start + 1, findings)


def read_xlsx(request: Request) -> Raw:
    """One sheet of an .xlsx; the index is the sheet's own row number, `row 2` under a header in row 1.

    Raises:
        RefusedError: not an .xlsx, no such sheet, or an empty one.
    """
    if request.path.suffix.casefold() == ".xls":
        raise RefusedError(unreadable(request, "an .xls of Excel 97 (save it as .xlsx)"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # openpyxl about styles it drops
            book = openpyxl.load_workbook(request.path, read_only=True, data_only=True)
            sheets = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}
            book.close()
    except (zipfile.BadZipFile, InvalidFileException, KeyError, OSError, ValueError) as fault:
        raise RefusedError(unreadable(request, fault)) from fault
    name, findings = _sheet(request, sheets)
    rows = sheets[name]
    start = _header_at(rows[:_HEADER_WITHIN], request)
    return _table(request, rows[start:], start + 1, findings)


def _text(request: Request, content: bytes) -> tuple[str, list[Finding]]:
    declared = request.source.encoding
    decision = decide([content])
    encoding = known_encoding(declared) if declared else decision.encoding
    if encoding is None:
        told = f"unknown encoding {declared!r}" if declared else f"its text is {decision.because}"
        raise RefusedError(unreadable(request, told))
    if declared and encoding == "utf-8":
        encoding = "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        raise RefusedError(
            error(
                request.source,
                "unreadable-file",
                f"The text is not {encoding.upper()}: byte {content[fault.start]:#x} in line {line}.",
                rows=[f"row {line}"],
                fix="Remove `encoding` from project.toml, or name the true one (usually GBK).",
            )
        ) from fault
    if decision.plain or (encoding in {"utf-8", "utf-8-sig"} and not declared):
        return text, []
    because = "as project.toml says" if declared else decision.because
    return text, [note(request.source, "encoding", f"Text read as {encoding.upper()}: {because}.")]


def _header_at(rows: Sequence[Sequence[object]], request: Request) -> int:
    """Position of the header: the row with most known headers, so that title rows above it do no harm."""
    known = {header_key(name) for name in request.known_headers}
    scores = [sum(1 for cell in row if header_key(cell_text(cell)) in known) for row in rows]
    if scores and max(scores) > 0:
        return scores.index(max(scores))
    filled = [position for position, row in enumerate(rows) if any(cell_text(cell) for cell in row)]
    return filled[0] if filled else 0


def _table(request: Request, rows: Sequence[Sequence[object]], first_row: int, findings: list[Finding]) -> Raw:
    if not rows:
        raise RefusedError(unreadable(request, "it is empty"))
    width = max(len(row) for row in rows)
    headers = _headers([*rows[0], *[None] * (width - len(rows[0]))])
    cells = [
        (number, [*row, *[None] * (width - len(row))])
        for number, row in enumerate(rows[1:], start=first_row + 1)
        if any(cell_text(cell) for cell in row)
    ]
    frame = pd.DataFrame(
        [row for _, row in cells],
        columns=pd.Index(headers),
        index=pd.Index(row_labels([number for number, _ in cells]), dtype=object),
        dtype=object,
    )
    unnamed = [header for header in headers if header.startswith("column ")]
    blank = [header for header in unnamed if not any(cell_text(cell) for cell in frame[header])]
    if first_row > 1:
        findings = [
            *findings,
            note(request.source, "header-row", f"The header is taken from row {first_row} of the sheet."),
        ]
    return Raw(frame.drop(columns=blank), None, None, (request.path,), findings=tuple(findings))


def _headers(cells: Sequence[object]) -> list[str]:
    headers: list[str] = []
    for position, cell in enumerate(cells, start=1):
        name = re.sub(r"\s*\n\s*", "", cell_text(cell)) or f"column {position}"
        count = 2
        unique = name
        while unique in headers:
            unique, count = f"{name} ({count})", count + 1
        headers.append(unique)
    return headers


def _sheet(request: Request, sheets: dict[str, list[tuple[object, ...]]]) -> tuple[str, list[Finding]]:
    wanted, names = request.source.layer, ", ".join(sheets)
    if wanted is not None:
        if wanted in sheets:
            return wanted, []
        raise RefusedError(
            error(
                request.source,
                "missing-layer-in-file",
                f"The workbook has no sheet {wanted!r}; it has {names}.{near_match(wanted, sheets)}",
                fix=f"Set layer to one of them in [layers.{request.source.role}].",
            )
        )
    filled = [name for name, rows in sheets.items() if any(cell_text(cell) for row in rows for cell in row)]
    if not filled:
        raise RefusedError(unreadable(request, "the workbook has no filled sheet"))
    if len(filled) == 1:
        return filled[0], []
    return filled[0], [
        note(
            request.source,
            "layer-chosen",
            f"Of the sheets {', '.join(filled)} the first is read.",
            fix=f'For another: layer = "{filled[1]}" in [layers.{request.source.role}].',
        )
    ]


def _ragged(request: Request, fault: Exception) -> Finding:
    told = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(fault))
    if told is None:
        return unreadable(request, fault)
    columns, line, cells = (int(group) for group in told.groups())
    return error(
        request.source,
        "unreadable-file",
        f"Row {line} has {cells} cells under {columns} headers.",
        rows=[f"row {line}"],
        why="A comma inside a value (12,000) moves every value behind it into the wrong column.",
        fix="Put such values between double quotes, or save the table as XLSX.",
    )
