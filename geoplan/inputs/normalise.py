"""From matched columns to the frame that the other rooms rely on: typed, named, indexed by id."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geoplan.errors import near_match
from geoplan.inputs.figures import numbers, years
from geoplan.inputs.findings import error, note, warning
from geoplan.inputs.values import cell_text, fold, is_blank, meaning, plain_flag, reason, stages
from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from geoplan.config import LayerConfig
    from geoplan.inputs.columns import Match
    from geoplan.inputs.layer_schema import ColumnSchema, LayerSchema
    from geoplan.types import Finding

    Typed = tuple[list[Any] | NDArray[Any], list[Finding]]

_SAMPLES = 5
_NOT_INCLUSIVE = re.compile("[非不]普惠")
_FIGURES = {"number", "year"}


def typed_frame(
    matches: Mapping[str, Match], ids: Sequence[str], source: LayerConfig, schema: LayerSchema
) -> tuple[pd.DataFrame, list[Finding]]:
    """The role's columns, typed, without geometry; rows in the order of the file, index `ids`.

    The column `stage` is called `stages`. A column that the file lacks is blank ('' or NaN), except people (with a
    spread) and pupils_*, which are left out.
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
            dtype = np.float64 if column.type in _FIGURES else object
            findings.extend(told)
        series["stages" if column.name == "stage" else column.name] = pd.Series(cells, index=index, dtype=dtype)
    frame = pd.DataFrame(series, index=index)
    if source.role == "schools" and "stage" in matches and "kind" not in matches:
        frame["kind"] = pd.Series(_kinds(matches["stage"]), index=index, dtype=object)
    if source.role == "schools":
        findings.extend(_mark_inclusive(frame, matches, source))
    return frame, findings


def _mark_inclusive(frame: pd.DataFrame, matches: Mapping[str, Match], source: LayerConfig) -> list[Finding]:
    """Schools are inclusive where their own flag is blank and their ownership or kind says 普惠, with a note."""
    said = [[cell_text(cell) for cell in matches[name].cells] for name in ("ownership", "kind") if name in matches]
    kinds = list(frame["kind"])
    named = [any("普惠" in _NOT_INCLUSIVE.sub("", word) for word in words) for words in zip(kinds, *said, strict=True)]
    marked = np.array(named, dtype=bool) & frame["inclusive"].isna().to_numpy()
    frame.loc[marked, "inclusive"] = True
    if not marked.any():
        return []
    what = f"{int(marked.sum()):,} schools count as inclusive (普惠性), as their ownership or kind says."
    fix = "Add a column 普惠性 with 是 or 否 if that is not meant."
    return [note(source, "inclusive-from-words", what, rows=frame.index[marked], fix=fix)]


def _only_if_present(column: ColumnSchema, source: LayerConfig) -> bool:
    return column.name.startswith("pupils_") or (column.name == "people" and source.spread is not None)


def _absent(column: ColumnSchema, count: int) -> tuple[list[Any], Any]:
    if column.type in _FIGURES:
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


def _as_flags(match: Match, ids: Sequence[str], source: LayerConfig, column: ColumnSchema) -> Typed:
    """As matched; of a column with words of its own only those and a plain yes or no count."""
    if not column.words:
        return list(match.cells), []
    words = {fold(word): value for word, value in column.words.items()}
    marks = [plain_flag(cell, words) for cell in match.cells]
    unknown = [
        (key, cell_text(cell))
        for key, cell, mark in zip(ids, match.cells, marks, strict=True)
        if mark is None and not is_blank(cell)
    ]
    return marks, [_unknown(match, unknown, source, column)] if unknown else []


def _choices(match: Match, ids: Sequence[str], source: LayerConfig, column: ColumnSchema) -> Typed:
    words = {fold(word): value for word, value in column.words.items()}
    texts = [cell_text(cell) for cell in match.cells]
    found = {text: meaning(text, words) for text in texts}
    unknown = [(key, text) for key, text in zip(ids, texts, strict=True) if found[text] is None and not is_blank(text)]
    own = dict(unknown) if column.open else {}
    chosen = [found[text] or own.get(key, column.default) for key, text in zip(ids, texts, strict=True)]
    if not unknown or match.borrowed:
        return chosen, []
    return chosen, [_unknown(match, unknown, source, column)]


def _unknown(match: Match, unknown: Sequence[tuple[str, str]], source: LayerConfig, column: ColumnSchema) -> Finding:
    """The warning for words that are not in the layer's file; a note where the column keeps them as they are."""
    shown = ", ".join(dict.fromkeys(repr(text) for _, text in unknown[:50]))
    header = match.header or "constant"
    what = f"{column.name} ({header}): {len(unknown):,} cells hold words geoplan does not know: {shown[:200]}."
    rows = [key for key, _ in unknown]
    if column.open:
        return note(source, "unknown-value", what, rows=rows, why="They are kept as they are.")
    known = ", ".join(dict.fromkeys(column.words.values()))
    return warning(
        source,
        "unknown-value",
        what,
        rows=rows,
        why=f"They are taken as {column.default or 'unknown'}.",
        fix=f"Use one of {known}, or add the word to layers/{source.role}.toml in the project's folder.",
    )


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
    if lost and not match.borrowed:
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
    "year": years,
    "choice": _choices,
    "stages": _stages,
    "flag": _as_flags,
    "reason": _reasons,
}
