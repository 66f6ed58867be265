"""Did anything change in silence? Told from the file's own cells, read here without geoplan."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cases import Case

_EDGES = " \t\r\n\u00a0\u3000\ufeff"
_ROWS_OUT = {"total-row", "note-row", "header-row", "section-row", "left-out"}
_HEADER = re.compile(r"The header is taken from rows? (\d+)(?: to (\d+))?")
_PLAIN_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_LOOKS_BLANK = {"", "nan", "none", "null", "na", "n/a", "<na>"}


def silent_changes(case: Case, taken: Any) -> Iterator[str]:
    """Every row and cell of a table that is not what the file says, and that no change and no finding names.

    Args:
        case: with `cells`.
        taken: what `geoplan.inputs.intake.take_in` gave.
    """
    if case.cells is None or not taken.log.readings or not taken.layers:
        return
    header, *rows = case.cells
    first = 1 if case.kind == "geojson" else 2
    labels = [f"row {first + position}" for position in range(len(rows))]
    if case.kind == "csv":
        labels = _labels_of_csv(rows)
    reading, layer = taken.log.readings[0], taken.layers[0].layer
    by_label = {label: key for key, label in reading.rows_by_id.items()}
    changes = {(change.row, change.column): change for change in taken.log.changes}
    out = {change.row for change in taken.log.changes if change.why.value in _ROWS_OUT}
    above = _rows_above(taken.findings)
    for label, row in zip(labels, rows, strict=True):
        if int(label.split()[1]) <= above and case.kind != "geojson":
            continue
        key = by_label.get(label)
        if key is None or key not in layer.frame.index:
            if label not in out and any(_text(cell) for cell in row):
                yield f"{label} is neither in the layer nor among the changes"
            continue
        for column in reading.columns:
            if column.header not in header or header.count(column.header) > 1:
                continue
            cell = row[header.index(column.header)]
            name = "stages" if column.name == "stage" else column.name
            value = key if name == "id" else layer.frame[name].get(key) if name in layer.frame else None
            if (
                (name == "id" or name in layer.frame)
                and (label, column.header) not in changes
                and not _same(cell, value)
            ):
                yield f"{label} {column.header}: {str(cell)[:40]!r} became {str(value)[:40]!r}"


def _labels_of_csv(rows: Sequence[Sequence[object]]) -> list[str]:
    """A cell with a line break does not move the rows below it: records are counted, as a spreadsheet does."""
    return [f"row {position + 2}" for position in range(len(rows))]


def _rows_above(findings: Sequence[Any]) -> int:
    """The last row of the header, 1 unless the report says otherwise."""
    for finding in findings:
        if finding.code == "header-row" and (match := _HEADER.match(finding.what)):
            return int(match[2] or match[1])
    return 1


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip(_EDGES)


def _same(cell: object, value: Any) -> bool:
    """The typed value says what the cell says, without any knowledge of words and units."""
    text = _text(cell)
    if value is None or (isinstance(value, tuple) and not value) or (isinstance(value, float) and math.isnan(value)):
        return text.casefold() in _LOOKS_BLANK
    if isinstance(value, bool):
        return not text and not value
    if isinstance(value, int | float):
        plain = _PLAIN_NUMBER.fullmatch(text)  # float() alone reads １２００ and 1_200 too
        return plain is not None and math.isclose(float(text), value, rel_tol=1e-9, abs_tol=1e-6)
    words = text.casefold() == ";".join(value) if isinstance(value, tuple) else str(cell) == str(value)
    return words or not text  # a blank is the default of its column, which layers/*.toml names
