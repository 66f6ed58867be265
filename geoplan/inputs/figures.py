"""Columns of figures: numbers in the units that planners write, and years."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.inputs.findings import error, note
from geoplan.inputs.values import cell_text, is_approximate, number, year

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from geoplan.config import LayerConfig
    from geoplan.inputs.columns import Match
    from geoplan.inputs.layer_schema import ColumnSchema
    from geoplan.types import Finding

    Typed = tuple[list[Any] | NDArray[Any], list[Finding]]

EARLIEST, LATEST = 1949, 2100
_SAMPLES = 5
_UNIT_WORDS = {
    "m2": re.compile(r"\s*(?:平方米|平米|m2)\s*$"),
    "classes": re.compile(r"\s*个?(?:教学)?班\s*$"),
    "beds": re.compile(r"\s*[个张]?(?:床位|床)?\s*$"),
    "figure": re.compile(r"\s*(?:%|个?百分点|所|个|人|项)\s*$"),
}


def numbers(match: Match, ids: Sequence[str], source: LayerConfig, column: ColumnSchema) -> Typed:
    """Figures as float64, NaN where blank; errors for text, and for what lies below the column's minimum."""
    figures = [number(bare(cell, column)) for cell in match.cells]
    findings = []
    wrong = [(key, cell) for key, cell, figure in zip(ids, match.cells, figures, strict=True) if figure is None]
    if wrong:
        shown = ", ".join(f"{cell_text(cell)!r} ({key})" for key, cell in wrong[:_SAMPLES])
        findings.append(
            error(
                source,
                "not-a-number",
                f"{column.name} ({match.header}): {len(wrong):,} cells are no numbers: {shown}.",
                rows=[key for key, _ in wrong],
                fix="Write 12000, 12,000人 or 1.2万; leave the cell blank where the figure is unknown.",
            )
        )
    findings.extend(_approximate(match, ids, source, column))
    values = np.array([np.nan if figure is None else figure for figure in figures], dtype=np.float64)
    values = np.round(values * match.factor, 6) if match.factor != 1 else values
    if column.min is not None and (low := values < column.min).any():
        rows = [key for key, is_low in zip(ids, low, strict=True) if is_low]
        counts_people = column.name == "people" or column.name.startswith("pupils_")
        code = "negative-people" if counts_people else f"negative-{column.name}"
        worst = f"{np.nanmin(values):g}"
        what = f"{column.name} ({match.header}): {len(rows):,} figures are below {column.min:g}, the lowest {worst}."
        findings.append(error(source, code, what, rows=rows, fix="Correct them in the file."))
    findings.extend(_blanks(match, ids, source, column, values, {key for key, _ in wrong}))
    return values, findings


def _approximate(match: Match, ids: Sequence[str], source: LayerConfig, column: ColumnSchema) -> list[Finding]:
    """A note on figures such as 约500 and 500余人, which count as they are written."""
    vague = [(key, cell) for key, cell in zip(ids, match.cells, strict=True) if is_approximate(cell)]
    rows = [key for key, cell in vague if number(bare(cell, column)) is not None]
    if not rows:
        return []
    what = f"{column.name} ({match.header}): {len(rows):,} figures call themselves approximate (约, 余, 近, 左右)."
    return [note(source, "approximate-figures", what, rows=rows, why="They are taken as written.")]


def years(match: Match, ids: Sequence[str], source: LayerConfig, column: ColumnSchema) -> Typed:
    """Years as float64, NaN where blank; errors for what is no year between 1949 and 2100."""
    found = [year(cell) for cell in match.cells]
    wrong = [
        (key, cell)
        for key, cell, figure in zip(ids, match.cells, found, strict=True)
        if figure is None or figure < EARLIEST or figure > LATEST
    ]
    findings = []
    if wrong:
        shown = ", ".join(f"{cell_text(cell)!r} ({key})" for key, cell in wrong[:_SAMPLES])
        findings.append(
            error(
                source,
                "bad-year",
                f"{column.name} ({match.header or 'constant'}): {len(wrong):,} cells are no years: {shown}.",
                rows=[key for key, _ in wrong],
                fix=f"Write a whole year from {EARLIEST} to {LATEST}, such as 2025, 2025年9月 or 2025-2026学年.",
            )
        )
    lost = {key for key, _ in wrong}
    values = np.array(
        [np.nan if figure is None or key in lost else figure for key, figure in zip(ids, found, strict=True)],
        dtype=np.float64,
    )
    findings.extend(_blanks(match, ids, source, column, values, lost))
    return values, findings


def bare(cell: object, column: ColumnSchema) -> object:
    """A cell without the words of its column's own unit: 12个班 → 12 where classes are counted."""
    words = _UNIT_WORDS.get(column.unit)
    return words.sub("", unicodedata.normalize("NFKC", cell)) if words and isinstance(cell, str) else cell


def _blanks(
    match: Match,
    ids: Sequence[str],
    source: LayerConfig,
    column: ColumnSchema,
    values: NDArray[np.float64],
    lost: Collection[str],
) -> list[Finding]:
    """The error for blank cells of a required column, but for those that are `lost` for another reason."""
    rows = [key for key, is_nan in zip(ids, np.isnan(values), strict=True) if is_nan and key not in lost]
    if not column.required or not rows:
        return []
    what = f"{column.name} ({match.header or 'constant'}): {len(rows):,} cells are blank."
    fix = "Write the figure, or 0 where nobody lives."
    if source.role != "population":
        fix = f'Write the figure, or leave the rows out: where = {{ "{match.header}" = ["*"] }}.'
    return [error(source, f"missing-{column.name}", what, rows=rows, fix=fix)]
