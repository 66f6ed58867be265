"""Cells as read against values as typed: which of them changed their meaning, and why."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from geoplan.inputs.changes import Change, Why, shown
from geoplan.inputs.sexes import shown_halves
from geoplan.inputs.understood import folded_words, is_understood
from geoplan.inputs.values import cell_text, fold, is_approximate, is_blank

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from geoplan.inputs.columns import Match
    from geoplan.inputs.layer_schema import ColumnSchema
    from geoplan.inputs.raw import Request

_PLAIN_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_PLAIN_YEAR = re.compile(r"[12]\d{3}(?:\.0+)?", re.ASCII)


def changes_of_ids(
    match: Match | None, labels: Sequence[str], ids: Sequence[str], request: Request
) -> Iterator[Change]:
    """Rows of a file with an id column that are called by their row number all the same."""
    if match is None:
        return
    source = request.source
    for cell, label, key in zip(match.cells, labels, ids, strict=True):
        text = cell_text(cell)
        if text != key:
            why = Why.DECIMALS if text == f"{key}.0" else Why.CAMPUS if key.startswith(f"{text}-") else Why.ID
            yield Change(source.path, source.role, label, match.header, text, key, why)
        elif isinstance(cell, str) and cell != key:
            yield Change(source.path, source.role, label, match.header, shown(cell), key, Why.TEXT)


def changes_of_columns(
    matches: Mapping[str, Match], labels: Sequence[str], frame: pd.DataFrame, request: Request
) -> Iterator[Change]:
    """Every cell that did not become what it says, column by column."""
    for name, column in request.schema.columns.items():
        kept = "stages" if name == "stage" else name
        if name == "id" or kept not in frame:
            continue
        match = matches.get(name)
        if match is not None and not match.borrowed and match.header:
            yield from _changes(match, labels, frame[kept].tolist(), column, request)
    yield from _inclusive(matches.get("inclusive"), labels, frame, request)


def _changes(
    match: Match, labels: Sequence[str], values: Sequence[Any], column: ColumnSchema, request: Request
) -> Iterator[Change]:
    source, words = request.source, folded_words(column)
    if match.halves is not None:
        for label, value, men, women in zip(labels, values, *match.halves, strict=True):
            if found := shown_halves(men, women):
                yield Change(source.path, source.role, label, match.header, found, shown(value), Why.ADDED)
        return
    for cell, label, value in zip(match.cells, labels, values, strict=True):
        why = _why(cell, value, match, column, words)
        if why is not None:
            yield Change(source.path, source.role, label, match.header, shown(cell), shown(value), why)


def _why(cell: object, value: Any, match: Match, column: ColumnSchema, words: Mapping[str, Any]) -> Why | None:  # noqa: ANN401
    """The kind of change, or None where the value says what the cell says."""
    text = cell_text(cell)
    if not text or column.type == "text":
        return Why.TEXT if isinstance(cell, str) and cell != text else None
    if is_blank(cell) and shown(value) in {"", column.default}:
        return Why.BLANK
    if column.type == "number":
        return _why_number(cell, value, match.factor)
    if column.type == "year":
        return _why_year(text, value)
    if not is_understood(cell, column, words):
        return Why.UNKNOWN if shown(value) != text else None
    same = isinstance(cell, bool) or fold(text) == fold(shown(value))
    return None if same else Why.WORD


def _why_number(cell: object, value: float, factor: float) -> Why | None:
    text = cell_text(cell)
    if not shown(value):
        return Why.UNKNOWN
    if is_approximate(cell):
        return Why.APPROXIMATE
    if factor != 1:
        return Why.UNIT
    is_plain = not isinstance(cell, str) or _PLAIN_NUMBER.fullmatch(text) is not None
    return None if is_plain else Why.NUMBER


def _why_year(text: str, value: float) -> Why | None:
    if not shown(value):
        return Why.UNKNOWN
    return None if _PLAIN_YEAR.fullmatch(text) else Why.YEAR


def _inclusive(match: Match | None, labels: Sequence[str], frame: pd.DataFrame, request: Request) -> Iterator[Change]:
    """Schools that are inclusive because their ownership or kind says so."""
    if "inclusive" not in frame or request.source.role != "schools":
        return
    source = request.source
    cells = match.cells if match is not None else [None] * len(labels)
    for cell, label, value in zip(cells, labels, frame["inclusive"].tolist(), strict=True):
        if value is True and is_blank(cell):
            header = match.header if match is not None else "inclusive"
            yield Change(source.path, source.role, label, header, shown(cell), "yes", Why.DERIVED)
