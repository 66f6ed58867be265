"""A county's name that stands once for many rows: written into each of them, with a finding and the rows."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from geoplan.inputs.changes import Why, shown
from geoplan.inputs.findings import note, warning
from geoplan.inputs.grid import row_label
from geoplan.inputs.headers import header_key
from geoplan.inputs.values import cell_text, is_blank, number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geoplan.inputs.grid import Grid, Span
    from geoplan.inputs.raw import Request
    from geoplan.inputs.roster_header import Header
    from geoplan.types import Finding

    Cells = dict[int, list[object]]

_ONCE_FOR_MANY = {"district", "township", "community", "area"}
"""Columns in which a blank below a name means the same name, where no merged cells say so."""
_FIGURES = {"number", "year"}


def fill_down(grid: Grid, header: Header, cells: Cells, request: Request) -> list[Finding]:
    """Write what merged cells say into every row that they cover; `cells` is changed in place.

    Figures are not repeated, since they would count once for every row: they stay in the first one. Without merged
    cells only districts, townships and the like are filled, where each name stands once above its blanks.

    Args:
        cells: position → cells of every row of data, as long as the header.
    """
    roles = _columns(header, request)
    findings = []
    filled: dict[int, list[int]] = defaultdict(list)
    figures: dict[int, list[int]] = defaultdict(list)
    for span in grid.spans:
        if not span.is_down or span.top <= header.bottom or span.left >= len(header.names) or span.top not in cells:
            continue
        value = cells[span.top][span.left]
        below = [row for row in range(span.top + 1, span.bottom + 1) if row in cells]
        if is_blank(value) or not below:
            continue
        if _is_figure(value, roles.get(span.left)):
            figures[span.left].extend(below)
            continue
        _write(cells, below, span, value, header, request, Why.MERGED_DOWN)
        filled[span.left].extend(below)
    for column, rows in filled.items():
        what = f"{header.names[column]}: {len(rows):,} rows take the text of the merged cell above them."
        findings.append(note(request.source, "filled-down", what, rows=map(row_label, rows)))
    for column, rows in figures.items():
        findings.append(_once(header.names[column], rows, request))
    for column, (name, kind) in roles.items():
        if name in _ONCE_FOR_MANY and kind not in _FIGURES and column not in filled:
            findings.extend(_fill_blanks(column, header, cells, request))
    return findings


def _columns(header: Header, request: Request) -> dict[int, tuple[str, str]]:
    """Column → geoplan's name for it and its type."""
    found: dict[str, tuple[str, str]] = {}
    for column in request.schema.columns.values():
        named = request.source.columns.get(column.name, "")
        for name in (named, *column.names) if named and not named.startswith("=") else column.names:
            found.setdefault(header_key(name), (column.name, column.type))
    keys = [header_key(name) for name in header.names]
    return {at: found[key] for at, key in enumerate(keys) if key in found}


def _is_figure(value: object, role: tuple[str, str] | None) -> bool:
    """A number, unless the column is known to hold text: the code of a county may be repeated, an id may not."""
    if role is None:
        return number(value) is not None
    return role[1] == "number" or role[0] == "id"


def _write(
    cells: Cells, rows: Sequence[int], span: Span, value: object, header: Header, request: Request, why: Why
) -> None:
    for row in rows:
        if is_blank(cells[row][span.left]):
            cells[row][span.left] = value
            if request.log is not None:
                request.log.add(request.source, row_label(row), header.names[span.left], "", shown(value), why)


def _once(header: str, rows: Sequence[int], request: Request) -> Finding:
    what = f"{header}: a figure in merged cells covers {len(rows):,} more rows; it counts once, in its first row."
    if request.log is not None:
        for row in rows:
            request.log.add(request.source, row_label(row), header, "", "", Why.MERGED_FIGURE)
    fix = "Write each row's own figure."
    return warning(request.source, "merged-figure", what, rows=map(row_label, rows), fix=fix)


def _fill_blanks(column: int, header: Header, cells: Cells, request: Request) -> list[Finding]:
    rows = sorted(cells)
    words = [cell_text(cells[row][column]) for row in rows]
    names = [word for word in words if word]
    blanks = len(words) - len(names)
    if not words or not words[0] or blanks < len(names) or len(set(names)) < len(names):
        return []
    value: object = ""
    for row, word in zip(rows, words, strict=True):
        if word:
            value = cells[row][column]
            continue
        cells[row][column] = value
        if request.log is not None:
            request.log.add(request.source, row_label(row), header.names[column], "", shown(value), Why.FILLED_DOWN)
    filled = [row_label(row) for row, word in zip(rows, words, strict=True) if not word]
    what = f"{header.names[column]}: {len(filled):,} blank cells take the name above them, as each name stands once."
    fix = "Write the name into every row if that is not meant."
    return [warning(request.source, "filled-down", what, rows=filled, fix=fix)]


def uncomputed(grid: Grid, header: Header, labels: Mapping[int, str], request: Request) -> list[Finding]:
    """Formulas that no program has computed yet: their cells are blank here, and nothing is computed."""
    found = [(row, column) for row, column in grid.uncomputed if row in labels and column < len(header.names)]
    if not found:
        return []
    if request.log is not None:
        for row, column in found:
            request.log.add(request.source, labels[row], header.names[column], "= …", "", Why.UNCOMPUTED)
    columns = ", ".join(dict.fromkeys(header.names[column] for _, column in found))
    what = f"{len(found):,} cells hold a formula whose result was never stored ({columns}); they are taken as blank."
    rows = list(dict.fromkeys(labels[row] for row, _ in found))
    fix = "Open the workbook in Excel or WPS, let it compute, and save it again."
    return [warning(request.source, "uncomputed-formula", what, rows=rows, why="Formulas are never run here.", fix=fix)]
