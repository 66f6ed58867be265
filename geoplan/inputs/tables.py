"""CSV and Excel: find the header, tell rows from totals and notes, keep the spreadsheet's own row numbers."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from typing import TYPE_CHECKING

import pandas as pd

from geoplan.inputs import roster_fill, roster_totals
from geoplan.inputs.changes import Why, row_text
from geoplan.inputs.encoding import decide, doubt, known_encoding
from geoplan.inputs.findings import RefusedError, encoding_doubtful, error, note, warning
from geoplan.inputs.first_bytes import kind_of
from geoplan.inputs.grid import Grid, row_label
from geoplan.inputs.raw import Raw, Request
from geoplan.inputs.roster_header import HEADER_WITHIN, Header, find_header
from geoplan.inputs.roster_rows import Kind, sort_rows
from geoplan.inputs.values import cell_text
from geoplan.inputs.vector import unreadable
from geoplan.inputs.xlsx import hidden_findings, read_sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geoplan.inputs.grid import Row
    from geoplan.types import Finding

_LEFT_OUT: Mapping[Kind, tuple[Why, str, str]] = {
    Kind.TOTAL: (
        Why.TOTAL_ROW,
        "totals-left-out",
        "rows of totals (合计, 小计, or the code of a whole city or province) are left out",
    ),
    Kind.NOTE: (Why.NOTE_ROW, "notes-left-out", "rows of notes (注, 填表人, 单位 …) are left out"),
    Kind.HEADER: (Why.HEADER_ROW, "headers-left-out", "rows repeat the header or the title and are left out"),
    Kind.SECTION: (Why.SECTION_ROW, "sections-left-out", "rows are headings of a section and are left out"),
}
_PERSON = re.compile(r"((?:人|长|员|电话|手机|联系)[^:：|]{0,6}[:：])[^|]*")
"""Who filled a table in is nobody's business who reads the report."""
_QUOTE_FAULTS = re.compile("unexpected end of data|expected after")


def read_csv(request: Request) -> Raw:
    """A .csv, .txt, .tsv or .csv.gz; every cell stays text.

    The index is the row number that a spreadsheet shows: under a header in row 1 the first data row is `row 2`.

    Raises:
        RefusedError: empty, in no known encoding, with a quote that is never closed, or with rows longer than the
            header.
    """
    try:
        content = request.path.read_bytes()
        content = gzip.decompress(content) if request.path.suffix == ".gz" else content
    except (OSError, EOFError, zlib.error) as fault:
        raise RefusedError(unreadable(request, fault)) from fault
    if kind_of(request.path) is not None:  # most of a PDF is text too
        raise RefusedError(unreadable(request, "it is no table of text"))
    text, findings = _text(request, content)
    if not text.strip():
        raise RefusedError(unreadable(request, "it is empty"))
    head = text.splitlines()[:HEADER_WITHIN]
    delimiter = max(",;\t|", key=lambda mark: sum(line.count(mark) for line in head))
    grid = Grid(_records(request, text, delimiter))
    width = max((_width(row) for row in grid.rows[:HEADER_WITHIN]), default=0)
    header = find_header(grid, request, width)
    if header.top == header.bottom:
        width = max(_width(grid.rows[header.bottom]), 1)
    _refuse_ragged(request, grid, header, max(width, len(grid.rows[header.bottom])))
    return _table(request, grid, findings)


def read_xlsx(request: Request) -> Raw:
    """One sheet of an .xlsx; the index is the sheet's own row number, `row 2` under a header in row 1.

    Raises:
        RefusedError: not an .xlsx, no such sheet, or an empty one.
    """
    grid, findings = read_sheet(request)
    return _table(request, grid, findings)


def _records(request: Request, text: str, delimiter: str) -> list[Row]:
    """Rows of a delimited text; blank lines are rows, too, so that row numbers are a spreadsheet's."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    try:
        rows.extend(tuple(record) for record in reader)
    except csv.Error as fault:
        if _QUOTE_FAULTS.search(str(fault)) is None:
            raise RefusedError(unreadable(request, fault)) from fault
        what = f"Row {len(rows) + 1} has a double quote that is not closed, or that stands inside a value."
        fix = 'Write "" for a quote inside a value, or save the table as XLSX.'
        refused = error(request.source, "unreadable-file", what, rows=[row_label(len(rows))], fix=fix)
        raise RefusedError(refused) from fault
    return rows


def _text(request: Request, content: bytes) -> tuple[str, list[Finding]]:
    declared = request.source.encoding
    decision = decide([content])
    encoding = known_encoding(declared) if declared else decision.encoding
    if encoding is None:
        if not declared and (mixed := _line_by_line(request, content)) is not None:
            return mixed
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
    if request.log is not None:
        request.log.add(request.source, "", "", encoding.upper(), "UTF-8", Why.ENCODING)
    findings = [note(request.source, "encoding", f"Text read as {encoding.upper()}: {because}.")]
    if declared and (doubtful := doubt([content], encoding)):
        findings.append(encoding_doubtful(request.source, encoding, doubtful))
    return text, findings


def _line_by_line(request: Request, content: bytes) -> tuple[str, list[Finding]] | None:
    """Text pasted together from UTF-8 and GBK, each line in its own encoding; None where a line is in neither."""
    lines, other = [], []
    for number, line in enumerate(content.split(b"\n"), start=1):
        decision = decide([line])
        if decision.encoding is None:
            return None
        lines.append(line.decode(decision.encoding))
        if decision.encoding == "gb18030":
            other.append(number)
    rows = [f"row {number}" for number in other]
    what = f"The text mixes encodings: {len(other):,} of {len(lines):,} lines are GB18030, the others UTF-8."
    if request.log is not None:
        for row in rows:
            request.log.add(request.source, row, "", "GB18030", "UTF-8", Why.ENCODING)
    fix = "Compare these rows with the original; save the file in one encoding."
    return "\n".join(lines), [warning(request.source, "mixed-encoding", what, rows=rows, fix=fix)]


def _width(row: Row) -> int:
    return next((at for at in range(len(row), 0, -1) if cell_text(row[at - 1])), 0)


def _refuse_ragged(request: Request, grid: Grid, header: Header, width: int) -> None:
    for position in range(header.bottom + 1, len(grid.rows)):
        cells = len(grid.rows[position])
        if cells > width and _width(grid.rows[position]) > width:
            raise RefusedError(
                error(
                    request.source,
                    "unreadable-file",
                    f"Row {position + 1} has {cells} cells under {width} headers.",
                    rows=[row_label(position)],
                    why="A comma inside a value (12,000) moves every value behind it into the wrong column.",
                    fix="Put such values between double quotes, or save the table as XLSX.",
                )
            )


def _table(request: Request, grid: Grid, findings: Sequence[Finding]) -> Raw:
    """The rows of data under their headers; every row that is left out and every cell that is filled is told."""
    width = max((_width(row) for row in grid.rows), default=0)
    if not width:
        raise RefusedError(unreadable(request, "it is empty"))
    header = find_header(grid, request, width)
    sorted_rows = sort_rows(grid, header, request.schema)
    dropped = dict(sorted_rows.dropped)
    cells = {row: _padded(grid.rows[row], width) for row in sorted_rows.kept}
    wholes = roster_totals.whole_areas(header, cells, request.schema)
    for row in wholes:
        dropped[row] = Kind.TOTAL
        del cells[row]
    labels = {row: row_label(row) for row in cells}
    told = [*findings, *_header_notes(header, request), *_left_out(grid, dropped, request)]
    told.extend(roster_fill.fill_down(grid, header, cells, request))
    told.extend(roster_fill.uncomputed(grid, header, labels, request))
    totals = {row: (grid.rows[row], wholes.get(row, ())) for row, kind in dropped.items() if kind is Kind.TOTAL}
    if totals:
        told.extend(roster_totals.check_totals(header, cells, totals, request))
    frame = pd.DataFrame(
        list(cells.values()),
        columns=pd.Index(header.names),
        index=pd.Index(list(labels.values()), dtype=object),
        dtype=object,
    )
    unnamed = [name for name in header.names if re.fullmatch(r"column \d+", name)]
    blank = [name for name in unnamed if not any(cell_text(cell) for cell in frame[name])]
    used_columns = {at: name for at, name in enumerate(header.names) if name not in blank}
    told.extend(hidden_findings(grid, labels, used_columns, request))
    return Raw(frame.drop(columns=blank), None, None, (request.path,), findings=tuple(told))


def _padded(row: Row, width: int) -> list[object]:
    return [*row[:width], *[None] * (width - len(row))]


def _header_notes(header: Header, request: Request) -> list[Finding]:
    source = request.source
    if header.bottom == 0:
        return []
    where = f"row {header.top + 1}" if header.top == header.bottom else f"rows {header.top + 1} to {header.bottom + 1}"
    joined = "; ".join(f"{' + '.join(words)} → {name}" for words, name in header.joined if words[-1] != name)
    more = f" Headers in several rows: {joined}." if joined else ""
    findings = [note(source, "header-row", f"The header is taken from {where} of the sheet.{more}")]
    if header.doubtful:
        what = (
            f"Several columns would be called {', '.join(header.doubtful)}; none of them is, each keeps all its words."
        )
        fix = f'Say which is meant: columns = {{ … = "…/…" }} in [layers.{source.role}].'
        findings.append(warning(source, "doubtful-header", what, fix=fix))
    return findings


def _left_out(grid: Grid, dropped: Mapping[int, Kind], request: Request) -> Iterable[Finding]:
    for kind, (why, code, what) in _LEFT_OUT.items():
        rows = [row for row, its in dropped.items() if its is kind]
        if not rows:
            continue
        if request.log is not None:
            for row in rows:
                said = row_text(grid.rows[row])
                said = _PERSON.sub(r"\1…", said) if kind is Kind.NOTE else said
                request.log.add(request.source, row_label(row), "", said, "", why)
        told = warning if kind is Kind.SECTION else note
        yield told(request.source, code, f"{len(rows):,} {what}.", rows=map(row_label, rows))
