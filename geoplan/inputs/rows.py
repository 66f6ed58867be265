"""Which rows are kept, and what they are called."""

from __future__ import annotations

import operator
import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.inputs.columns import find_header, missing_column
from geoplan.inputs.findings import RefusedError, error, note, warning
from geoplan.inputs.headers import header_key
from geoplan.inputs.values import cell_text, is_blank, number

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoplan.config import LayerConfig
    from geoplan.inputs.columns import Match
    from geoplan.inputs.raw import Raw
    from geoplan.inputs.schema import LayerSchema
    from geoplan.types import Finding

_COMPARISON = re.compile(r"(>=|<=|>|<)\s*(.+)")
_RUNNING_NUMBERS = {"序号", "行号", "no", "no."}
_WITH_DECIMALS = re.compile(r"\d+\.0")
_CUT_BY_EXCEL = re.compile(r"\d(?:\.\d+)?E\+\d+", re.IGNORECASE)
_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


def keep_where(raw: Raw, source: LayerConfig) -> tuple[Raw, list[Finding]]:
    """The rows whose cells fit every `where` entry, and a note with the counts.

    A row fits an entry when its cell equals any of the values; `*` fits every cell that is not blank, and
    `>0`, `>=`, `<`, `<=` compare numbers.

    Raises:
        RefusedError: an entry names a column that the file does not have, or compares with a text.
    """
    if not source.where:
        return raw, []
    keep = np.ones(len(raw.attributes), dtype=bool)
    faults: list[Finding] = []
    for name, wanted in source.where.items():
        header = find_header(raw.attributes, name)
        if header is None:
            faults.append(missing_column(raw.attributes, source, name, f"where.{name}"))
            continue
        tests = [_test(value) for value in wanted]
        if None in tests:
            what = f"where.{name}: {', '.join(wanted)} compares with something that is no number."
            faults.append(error(source, "bad-where", what, fix='Write for example ">0".'))
            continue
        usable = [test for test in tests if test is not None]
        keep &= np.array([any(test(cell) for test in usable) for cell in raw.attributes[header]], dtype=bool)
    if faults:
        raise RefusedError(*faults)
    kept = replace(
        raw,
        attributes=raw.attributes[keep],
        geometry=None if raw.geometry is None else raw.geometry[keep],
    )
    what = f"{int(keep.sum()):,} of {len(keep):,} rows are kept by where = {_shown(source)}."
    return kept, [note(source, "rows-dropped", what, rows=raw.attributes.index[~keep])]


def _test(value: str) -> Callable[[object], bool] | None:
    if value == "*":
        return lambda cell: not is_blank(cell)
    comparison = _COMPARISON.fullmatch(value.strip())
    if comparison is None:
        return lambda cell: cell_text(cell) == value.strip()
    compare, bound = _OPERATORS[comparison[1]], number(comparison[2])
    if bound is None:
        return None
    return lambda cell: (figure := number(cell)) is not None and compare(figure, bound)


def _shown(source: LayerConfig) -> str:
    return "; ".join(f"{name}: {' or '.join(values)}" for name, values in source.where.items())


def row_ids(raw: Raw, match: Match | None, source: LayerConfig, schema: LayerSchema) -> tuple[list[str], list[Finding]]:
    """One unique id a row.

    Without an id column the ids are the file's row numbers: `row 7`, as a spreadsheet shows it for CSV and XLSX
    (the row under the header is `row 2`), and counting features from 1 for other files. They change when rows
    are added, which matters most for schools; in tables nothing hangs on them.
    """
    labels = [str(label) for label in raw.attributes.index]
    if match is None:
        return labels, [] if raw.has_ids or schema.is_table else [_generated(source, labels)]
    texts, findings = _without_decimals([cell_text(cell) for cell in match.cells], match.header, source)
    blank = [label for text, label in zip(texts, labels, strict=True) if not text]
    ids = [text or label for text, label in zip(texts, labels, strict=True)]
    if blank:
        what = f"{len(blank):,} rows have no {match.header!r}; their row number is used as id."
        findings.append(warning(source, "blank-id", what, rows=blank, fix="Give every row its own id."))
    double = [name for name, count in Counter(ids).items() if count > 1]
    if double and header_key(match.header) in _RUNNING_NUMBERS:
        return labels, [_starts_again(source, match.header, len(double))]
    cut = [label for text, label in zip(texts, labels, strict=True) if _CUT_BY_EXCEL.fullmatch(text)]
    if cut:
        findings.append(_cut_ids(source, match.header, cut))
    if double and schema.id_clash == "renumber":
        what = f"{len(double):,} ids in {match.header!r} stand in several rows; row numbers are used as ids."
        return labels, [warning(source, "duplicate-id", what, rows=double)]
    if double:
        where = [label for text, label in zip(ids, labels, strict=True) if text in set(double)]
        findings.append(
            error(
                source,
                "duplicate-id",
                f"{len(double):,} ids in {match.header!r} stand in several rows ({', '.join(where[:5])}"
                f"{', …' if len(where) > 5 else ''}).",
                rows=double,
                why="Results are told by id.",
                fix=f"Give every row its own id, or choose another column: columns.id in [layers.{source.role}].",
            )
        )
    return ids, findings


def _without_decimals(texts: list[str], header: str, source: LayerConfig) -> tuple[list[str], list[Finding]]:
    """130502.0 → 130502 where every id is written so: a program took codes for measurements."""
    filled = [text for text in texts if text]
    if not filled or not all(_WITH_DECIMALS.fullmatch(text) for text in filled):
        return texts, []
    what = f"{len(filled):,} ids in {header!r} are written as {filled[0]}; they are taken without the .0."
    return [text.removesuffix(".0") for text in texts], [note(source, "ids-with-decimals", what)]


def _starts_again(source: LayerConfig, header: str, double: int) -> Finding:
    """序号 that begins anew for every county or page is no id."""
    what = f"{header!r} begins anew: {double:,} numbers stand in several rows; rows are called by their row number."
    fix = "Add a column id or 学校标识码." if source.role == "schools" else "Add a column id."
    return warning(source, "generated-ids", what, why="Such ids change when rows are added or sorted.", fix=fix)


def _cut_ids(source: LayerConfig, header: str, rows: list[str]) -> Finding:
    what = f"{len(rows):,} ids in {header!r} are written as 1.30502E+11: the program that saved the table cut them."
    fix = "Format the column as text in the original table, and save it again."
    why = "Their last digits are lost, and different rows may have the same id."
    return warning(source, "cut-ids", what, rows=rows, why=why, fix=fix)


def _generated(source: LayerConfig, labels: list[str]) -> Finding:
    example = f", such as '{labels[0]}'" if labels else ""
    what = f"No id column; the {len(labels):,} rows are called by their row number{example}."
    if source.role == "schools":
        return warning(
            source,
            "generated-ids",
            what,
            why="Such ids change when rows are added or sorted.",
            fix="Add a column id or 学校标识码.",
        )
    return note(source, "generated-ids", what)
