"""From matched columns to the frame that the other rooms rely on: typed, named, indexed by id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geoplan.errors import near_match
from geoplan.inputs.findings import error, note, warning
from geoplan.inputs.values import cell_text, fold, is_blank, number, reason, stages
from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from geoplan.config import LayerConfig
    from geoplan.inputs.columns import Match
    from geoplan.inputs.schema import ColumnSchema, LayerSchema
    from geoplan.types import Finding

    Typed = tuple[list[Any] | NDArray[Any], list[Finding]]

_SAMPLES = 5


def typed_frame(
    matches: Mapping[str, Match], ids: Sequence[str], source: LayerConfig, schema: LayerSchema
) -> tuple[pd.DataFrame, list[Finding]]:
    """The role's columns, typed, without geometry; rows in the order of the file, index `ids`.

    A column that the file lacks is blank ('' or NaN), except people (with a spread) and pupils_*, which are
    left out.
    """
    findings: list[Finding] = []
    cells: Any
    series: dict[str, pd.Series[Any]] = {}
    index = pd.Index(list(ids), name="id", dtype=object)
    for column in schema.columns.values():
        if column.name == "id" or (column.name not in matches and _only_if_present(column, source)):
            continue
        match = matches.get(column.name)
        if match is None:
            cells, dtype = _absent(column, len(ids))
        else:
            cells, told = _TYPES[column.type](match, ids, source, column)
            dtype = np.float64 if column.type == "number" else object
            findings.extend(told)
        series["stages" if column.type == "stages" else column.name] = pd.Series(cells, index=index, dtype=dtype)
    frame = pd.DataFrame(series, index=index)
    if source.role == "schools" and "stage" in matches and "kind" not in matches:
        frame["kind"] = pd.Series(_kinds(matches["stage"]), index=index, dtype=object)
    return frame, findings


def _only_if_present(column: ColumnSchema, source: LayerConfig) -> bool:
    return column.name.startswith("pupils_") or (column.name == "people" and source.spread is not None)


def _absent(column: ColumnSchema, count: int) -> tuple[list[Any], Any]:
    if column.type == "number":
        return [np.nan] * count, np.float64
    return [{"flag": None, "stages": ()}.get(column.type, column.default)] * count, object


def _kinds(match: Match) -> list[str]:
    """The file's own word for the stage, where it says more than the stage itself."""
    words = [cell_text(cell) for cell in match.cells]
    return ["" if word in tuple(Stage) else word for word in words]


def _texts(match: Match, _ids: Sequence[str], _source: LayerConfig, _column: ColumnSchema) -> Typed:
    return [cell_text(cell) for cell in match.cells], []


def _reasons(match: Match, _ids: Sequence[str], _source: LayerConfig, _column: ColumnSchema) -> Typed:
    return [reason(cell) for cell in match.cells], []


def _as_flags(match: Match, _ids: Sequence[str], _source: LayerConfig, _column: ColumnSchema) -> Typed:
    return list(match.cells), []


def numbers(match: Match, ids: Sequence[str], source: LayerConfig, column: ColumnSchema) -> Typed:
    """Figures as float64, NaN where blank; errors for text, and for what lies below the column's minimum."""
    figures = [number(cell) for cell in match.cells]
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
    values = np.array([np.nan if figure is None else figure for figure in figures], dtype=np.float64)
    values = np.round(values * match.factor, 6) if match.factor != 1 else values
    if column.min is not None and (low := values < column.min).any():
        rows = [key for key, is_low in zip(ids, low, strict=True) if is_low]
        counts_people = column.name == "people" or column.name.startswith("pupils_")
        code = "negative-people" if counts_people else f"negative-{column.name}"
        worst = f"{np.nanmin(values):g}"
        what = f"{column.name} ({match.header}): {len(rows):,} figures are below {column.min:g}, the lowest {worst}."
        findings.append(error(source, code, what, rows=rows, fix="Correct them in the file."))
    if column.required and (blank := np.isnan(values)).sum() > len(wrong):
        lost = {key for key, _ in wrong}
        rows = [key for key, is_blank_ in zip(ids, blank, strict=True) if is_blank_ and key not in lost]
        what = f"{column.name} ({match.header}): {len(rows):,} cells are blank."
        findings.append(
            error(source, f"missing-{column.name}", what, rows=rows, fix="Write the figure, or 0 where nobody lives.")
        )
    return values, findings


def _choices(match: Match, ids: Sequence[str], source: LayerConfig, column: ColumnSchema) -> Typed:
    words = {fold(word): value for word, value in column.words.items()}
    chosen = [words.get(fold(cell_text(cell)), column.default) for cell in match.cells]
    unknown = [
        (key, cell_text(cell))
        for key, cell in zip(ids, match.cells, strict=True)
        if not is_blank(cell) and fold(cell_text(cell)) not in words
    ]
    if not unknown:
        return chosen, []
    shown = ", ".join(dict.fromkeys(repr(text) for _, text in unknown[:50]))
    meant = column.default or "unknown"
    known = ", ".join(dict.fromkeys(column.words.values()))
    what = f"{column.name} ({match.header}): {len(unknown):,} cells hold words geoplan does not know: {shown[:200]}."
    return chosen, [
        warning(
            source,
            "unknown-value",
            what,
            rows=[key for key, _ in unknown],
            why=f"They are taken as {meant}.",
            fix=f"Use one of {known}, or add the word to layers/{source.role}.toml in the project's folder.",
        )
    ]


def _stages(match: Match, ids: Sequence[str], source: LayerConfig, column: ColumnSchema) -> Typed:
    words = {fold(word): found for word, found in column.words.items()}
    known = {text: stages(text, words) for text in {cell_text(cell) for cell in match.cells}}
    texts = [cell_text(cell) for cell in match.cells]
    blank_is_all = not column.required
    lost = [
        (key, text)
        for key, text in zip(ids, texts, strict=True)
        if known[text] is None and not (blank_is_all and is_blank(text))
    ]
    findings = []
    if lost:
        findings.append(_without_stage(match, lost, source, column))
    findings.extend(_ambiguous(match, ids, texts, source, column))
    outside = [key for key, text in zip(ids, texts, strict=True) if known[text] == ()]
    if outside:
        what = (
            f"{len(outside):,} rows are of a kind without stage (特殊教育, 中职 …); they are kept and serve no stage."
        )
        findings.append(note(source, "outside-the-stages", what, rows=outside))
    return [known[text] or () for text in texts], findings


def _without_stage(match: Match, lost: Sequence[tuple[str, str]], source: LayerConfig, column: ColumnSchema) -> Finding:
    words = list(dict.fromkeys(text for _, text in lost))
    shown = ", ".join(repr(word) if word else "blank" for word in words[:_SAMPLES])
    hint = next((found for word in words if word and (found := near_match(word, column.words))), "")
    singular = source.role.removesuffix("s")
    return error(
        source,
        f"{singular}-without-stage",
        f"stage ({match.header or 'constant'}): {len(lost):,} rows have no stage geoplan knows: {shown}.{hint}",
        rows=[key for key, _ in lost],
        why="Accepted: kindergarten, primary, junior, senior, 幼儿园, 小学, 初中, 高中, 九年一贯制, 完全中学, … and "
        "several of them with ; or 、 between.",
        fix=f'Correct the cells, set a constant (columns = {{ stage = "=primary" }}), leave the rows out with where, '
        f"or add the word to layers/{source.role}.toml in the project's folder.",
    )


def _ambiguous(
    match: Match, ids: Sequence[str], texts: Sequence[str], source: LayerConfig, column: ColumnSchema
) -> list[Finding]:
    doubtful = {fold(word) for word in column.ambiguous}
    rows = [key for key, text in zip(ids, texts, strict=True) if fold(text) in doubtful]
    if not rows:
        return []
    words = ", ".join(dict.fromkeys(repr(text) for text in texts if fold(text) in doubtful))
    return [
        warning(
            source,
            "ambiguous-stage",
            f"stage ({match.header or 'constant'}): {len(rows):,} rows say {words}; taken as junior and senior.",
            rows=rows,
            why="A junior-only school would be counted as serving senior pupils, and the other way round.",
            fix="Write 初中, 高中 or 完全中学.",
        )
    ]


_TYPES: dict[str, Callable[[Match, Sequence[str], LayerConfig, ColumnSchema], Typed]] = {
    "text": _texts,
    "number": numbers,
    "choice": _choices,
    "stages": _stages,
    "flag": _as_flags,
    "reason": _reasons,
}
