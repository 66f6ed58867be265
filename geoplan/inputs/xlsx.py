"""An .xlsx opened without running anything in it: one sheet as a `Grid`, and what was hidden or never computed.

Cells are read in openpyxl's read-only mode, row by row; macros, links and queries are never touched.
"""

from __future__ import annotations

import struct
import warnings
import zipfile
import zlib
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.parsers.expat import ExpatError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from geoplan.errors import near_match
from geoplan.inputs.findings import RefusedError, error, note, warning
from geoplan.inputs.grid import Grid
from geoplan.inputs.sheet_structure import Structure
from geoplan.inputs.values import cell_text
from geoplan.inputs.vector import unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geoplan.inputs.grid import Row
    from geoplan.inputs.raw import Request
    from geoplan.types import Finding

_FAULTS = (
    zipfile.BadZipFile, zlib.error, InvalidFileException, SyntaxError, ExpatError, OSError, EOFError, KeyError,
    IndexError, ValueError, TypeError, AttributeError, AssertionError, NotImplementedError, RuntimeError,
    OverflowError, struct.error,
)  # fmt: skip
"""What openpyxl and its libraries raise on files that were cut or changed; there is no common class.
SyntaxError is the one that the parsers of Python and of lxml share: openpyxl takes lxml where it is installed."""
MOST_CELLS = 20_000_000
MOST_TABLE_CELLS = 60_000_000
"""Rows times columns: one far cell in every row makes a wide table of blanks."""
_VISIBLE = "visible"


@dataclass(frozen=True, eq=False)
class _Sheet:
    name: str
    is_visible: bool
    page: Any


def read_sheet(request: Request) -> tuple[Grid, list[Finding]]:
    """The wanted sheet, else the first filled one that is shown, and what was decided.

    Raises:
        RefusedError: no .xlsx, no such sheet, an empty or hidden one, or one of more than 20 million cells.
    """
    if request.path.suffix.casefold() == ".xls":
        raise RefusedError(unreadable(request, "an .xls of Excel 97 (save it as .xlsx)"))
    try:
        with warnings.catch_warnings(), request.path.open("rb") as stream:
            warnings.simplefilter("ignore", UserWarning)  # openpyxl about styles and extensions it drops
            with closing(openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)) as book:
                # chart sheets have no cells
                pages = [page for page in book.worksheets if hasattr(page, "iter_rows")]
                sheets = [_Sheet(page.title, page.sheet_state == _VISIBLE, page) for page in pages]
                sheet, findings = _chosen(request, sheets)
                structure = _structure(request, sheet)
                rows = _rows(request, sheet)
        findings.extend(_macros(request))
    except _FAULTS as fault:
        raise RefusedError(unreadable(request, _told(fault))) from fault
    hidden = frozenset(structure.hidden_rows), frozenset(structure.hidden_columns)
    return Grid(rows, tuple(structure.spans), *hidden, tuple(structure.uncomputed), has_spans=True), findings


def _chosen(request: Request, sheets: Sequence[_Sheet]) -> tuple[_Sheet, list[Finding]]:
    source, by_name = request.source, {sheet.name: sheet for sheet in sheets}
    if source.layer is not None:
        return by_name.get(source.layer) or _no_such_sheet(request, by_name), []
    filled = [sheet for sheet in sheets if _is_filled(sheet)]
    shown = [sheet for sheet in filled if sheet.is_visible]
    hidden = [sheet.name for sheet in filled if not sheet.is_visible]
    if not shown:
        told = "the workbook has no filled sheet"
        if hidden:
            told = f'its filled sheets are hidden ({", ".join(hidden)}); show one, or name it: layer = "{hidden[0]}"'
        raise RefusedError(unreadable(request, told))
    findings = []
    if hidden:
        what = f"Hidden sheets are not read: {', '.join(hidden)}."
        fix = f'To read one: layer = "{hidden[0]}" in [layers.{source.role}].'
        findings.append(note(source, "hidden-sheet", what, fix=fix))
    if len(shown) > 1:
        what = f"Of the sheets {', '.join(sheet.name for sheet in shown)} the first is read."
        fix = f'For another: layer = "{shown[1].name}" in [layers.{source.role}].'
        findings.append(note(source, "layer-chosen", what, fix=fix))
    return shown[0], findings


def _no_such_sheet(request: Request, sheets: Mapping[str, _Sheet]) -> _Sheet:
    wanted = str(request.source.layer)
    what = f"The workbook has no sheet {wanted!r}; it has {', '.join(sheets)}.{near_match(wanted, sheets)}"
    fix = f"Set layer to one of them in [layers.{request.source.role}]."
    raise RefusedError(error(request.source, "missing-layer-in-file", what, fix=fix))


def _is_filled(sheet: _Sheet) -> bool:
    return any(cell_text(cell) for row in _stream(sheet) for cell in row)


def _stream(sheet: _Sheet) -> Any:  # noqa: ANN401  openpyxl ships no types
    sheet.page.reset_dimensions()  # programs write a wrong extent, and cells outside it would be lost
    return sheet.page.iter_rows(values_only=True)


def _rows(request: Request, sheet: _Sheet) -> list[Row]:
    """Every row up to the last filled one, without the blank cells at its end.

    Raises:
        RefusedError: more cells than fit in memory.
    """
    rows: list[Row] = []
    last = cells = widest = 0
    for position, row in enumerate(_stream(sheet), start=1):
        width = next((at for at in range(len(row), 0, -1) if row[at - 1] is not None and cell_text(row[at - 1])), 0)
        rows.append(tuple(row[:width]))
        cells, widest = cells + width, max(widest, width)
        last = position if width else last
        if cells > MOST_CELLS or last * widest > MOST_TABLE_CELLS:
            told = f"sheet {sheet.name!r} has more than {MOST_CELLS:,} cells (save it as CSV, or as a GeoPackage)"
            raise RefusedError(unreadable(request, told))
    return rows[:last]


def _structure(request: Request, sheet: _Sheet) -> Structure:
    path = str(sheet.page._worksheet_path)  # noqa: SLF001  openpyxl names the part of the zip nowhere else
    with zipfile.ZipFile(request.path) as archive, archive.open(path) as stream:
        return Structure().read(stream)


def _macros(request: Request) -> list[Finding]:
    with zipfile.ZipFile(request.path) as archive:
        has_macros = any(name.casefold().endswith("vbaproject.bin") for name in archive.namelist())
    if not has_macros:
        return []
    return [note(request.source, "macros-ignored", "The workbook holds macros; they are neither run nor looked at.")]


def _told(fault: Exception) -> str:
    return f"not a readable .xlsx ({type(fault).__name__}: {str(fault)[:120]})"


def hidden_findings(
    grid: Grid, labels: Mapping[int, str], headers: Mapping[int, str], request: Request
) -> list[Finding]:
    """Hidden rows and columns that are read, told.

    Args:
        labels: position → `row 7` of every row that is used.
        headers: position → header of every column that is used.
    """
    findings = []
    rows = [label for position, label in labels.items() if position in grid.hidden_rows]
    if rows:
        what = f"{len(rows):,} rows are hidden in the sheet (by hand or by a filter); they are read like the others."
        fix = "Delete them if they must not count; show them if they must."
        findings.append(warning(request.source, "hidden-rows", what, rows=rows, fix=fix))
    columns = [header for position, header in headers.items() if position in grid.hidden_columns]
    if columns:
        what = f"{len(columns):,} columns are hidden in the sheet and are read like the others: {', '.join(columns)}."
        fix = "Delete them if they are outdated."
        findings.append(warning(request.source, "hidden-columns", what, fix=fix))
    return findings
