"""`[[clauses]]` and `[[caps]]` of a profile's file, as `Clause`s and `ClassCap`s."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from geoplan.rules.clause import ACTIONS, BOUNDS, SCOPES, ClassCap, Clause, Kind, Level
from geoplan.rules.entries import Keys, is_number, read_entries, twice
from geoplan.rules.rule import EVIDENCE
from geoplan.types import Stage
from geoplan.units import to_base

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geoplan.rules.rule import Rule

_CLAUSE = Keys(
    required=("id", "kind", "level", "scope", "quantity", "clause", "source", "evidence"),
    optional=(
        "operator", "low", "high", "unit", "year", "period", "line", "indicator", "options", "by_place",
        "county_zh", "action", "notice_zh", "notice_en",
    ),
    choices={
        "kind": tuple(Kind),
        "level": tuple(Level),
        "scope": SCOPES,
        "operator": tuple(BOUNDS),
        "evidence": tuple(EVIDENCE),
        "action": tuple(ACTIONS),
    },
)  # fmt: skip
_CAP = Keys(
    required=("stage", "pupils", "clause", "source", "evidence"),
    optional=("line",),
    choices={"stage": tuple(Stage), "evidence": tuple(EVIDENCE)},
)
_WORDS = ("id", "quantity", "clause", "source", "unit", "period", "indicator", "county_zh", "notice_zh", "notice_en")
_LINES = re.compile(r"[1-9]\d*(-[1-9]\d*)?")


def read_clauses(
    raw: Mapping[str, Any], *, profile: str, titles: Mapping[str, str], rules: Sequence[Rule]
) -> tuple[tuple[Clause, ...], list[str]]:
    """The clauses of a profile in the order of its file, and what is wrong with the entries that make none.

    Args:
        raw: the whole file.
        profile: its id.
        titles: what each source is called.
        rules: its rules; a clause with the id of one must say the same from the same place.
    """
    clauses, faults = read_entries(raw, "clauses", name="id", parse=partial(_clause, profile=profile, titles=titles))
    faults += [f"two clauses have the id {each!r}." for each in twice(clause.id for clause in clauses)]
    by_id = {rule.id: rule for rule in rules}
    for clause in clauses:
        if (rule := by_id.get(clause.id)) is not None:
            faults += _disagreements(clause, rule)
    return clauses, faults


def read_caps(raw: Mapping[str, Any]) -> tuple[tuple[ClassCap, ...], list[str]]:
    """The class caps of a profile, at most one for a stage, and what is wrong with the others."""
    caps, faults = read_entries(raw, "caps", name="stage", parse=_cap)
    return caps, faults + [f"two caps for {each}." for each in twice(cap.stage.value for cap in caps)]


def _clause(table: Mapping[str, Any], *, profile: str, titles: Mapping[str, str]) -> tuple[Clause | None, list[str]]:
    faults = [*_CLAUSE.faults(table), *_type_faults(table), *_bound_faults(table), *_sense_faults(table)]
    if faults:
        return None, faults
    low, high = (float(table[key]) if key in table else None for key in ("low", "high"))
    words = {key: str(table.get(key, "")) for key in ("unit", "period", "indicator", "county_zh", "action")}
    return Clause(
        id=table["id"],
        kind=Kind(table["kind"]),
        level=Level(table["level"]),
        scope=table["scope"],
        quantity=table["quantity"],
        operator=table.get("operator", ""),
        low=low,
        high=high,
        year=table.get("year"),
        text=table["clause"],
        source=table["source"],
        line=str(table.get("line", "")),
        evidence=table["evidence"],
        profile=profile,
        source_title=str(titles.get(table["source"], "")),
        options=dict(table.get("options", {})),
        by_place=table.get("by_place", False),
        notice_zh=table.get("notice_zh", ""),
        notice_en=table.get("notice_en", ""),
        **words,
    ), []


def _type_faults(table: Mapping[str, Any]) -> list[str]:
    """Values of another kind than their key holds."""
    faults = [
        f"{key}: expected text in quotes, found {table[key]!r}."
        for key in _WORDS
        if key in table and not isinstance(table[key], str)
    ]
    faults += [
        f"{key}: expected text, found none."
        for key in ("id", "quantity", "clause", "source")
        if isinstance(table.get(key), str) and not table[key].strip()
    ]
    if "year" in table and not (is_number(table["year"]) and isinstance(table["year"], int)):
        faults.append(
            f'year: expected a whole number, found {table["year"]!r}; write years such as "2016-2020" as period.'
        )
    if "by_place" in table and not isinstance(table["by_place"], bool):
        faults.append(f"by_place: expected true or false, found {table['by_place']!r}.")
    if "options" in table and not isinstance(table["options"], dict):
        faults.append(f"options: expected a table headed [clauses.options], found {table['options']!r}.")
    return faults + _line_faults(table)


def _line_faults(table: Mapping[str, Any]) -> list[str]:
    """A line is a number from 1, or two joined by a hyphen."""
    if "line" not in table or (not isinstance(table["line"], bool) and _LINES.fullmatch(str(table["line"]))):
        return []
    return [f'line: expected a number from 1, or two such as "41-42", found {table["line"]!r}.']


def _bound_faults(table: Mapping[str, Any]) -> list[str]:
    """What is wrong with the bounds of a clause, given its operator."""
    faults = [
        f"{key}: expected a number of at least 0, found {table[key]!r}."
        for key in ("low", "high")
        if key in table and not (is_number(table[key]) and table[key] >= 0)
    ]
    operator = table.get("operator", "")
    if faults or not isinstance(operator, str) or operator not in BOUNDS:
        return faults
    given = tuple(key for key in ("low", "high") if key in table)
    if given not in BOUNDS[operator]:
        wanted = " or ".join(" and ".join(keys) or "no bound" for keys in BOUNDS[operator])
        faults.append(f"operator {operator!r}: needs {wanted}, found {' and '.join(given) or 'none'}.")
    elif given == ("low", "high") and operator != "between" and table["low"] != table["high"]:
        faults.append(f"operator {operator!r}: needs low and high alike, found {table['low']} and {table['high']}.")
    elif given == ("low", "high") and table["low"] > table["high"]:
        faults.append(f"low {table['low']} is above high {table['high']}.")
    return faults


def _sense_faults(table: Mapping[str, Any]) -> list[str]:
    """Entries whose parts do not go together."""
    faults = []
    if table.get("kind") == Kind.RULE and not table.get("indicator"):
        faults.append("indicator: missing; a clause of kind rule is computed. Is it of kind track, baseline or text?")
    if table.get("kind") == Kind.TEXT and table.get("indicator"):
        faults.append("indicator: a clause of kind text is not computed.")
    if bool(table.get("notice_zh")) != bool(table.get("notice_en")):
        faults.append("notice_zh, notice_en: give both or neither.")
    return faults


def _disagreements(clause: Clause, rule: Rule) -> list[str]:
    low, high = (None if bound is None else to_base(bound, clause.unit)[0] for bound in (clause.low, clause.high))
    pairs: dict[str, tuple[object, object]] = {
        "clause": (clause.text, rule.clause),
        "source": (clause.source, rule.source),
        "line": (clause.line, "" if rule.line is None else str(rule.line)),
        "low": (low, rule.low),
        "high": (high, rule.high),
    }
    return [
        f"{clause.id}: {key} is {one!r} in [[clauses]] and {other!r} in [[rules]]."
        for key, (one, other) in pairs.items()
        if one != other
    ]


def _cap(table: Mapping[str, Any]) -> tuple[ClassCap | None, list[str]]:
    faults = _CAP.faults(table) + _line_faults(table)
    pupils = table.get("pupils", 1)
    if not isinstance(pupils, int) or isinstance(pupils, bool) or pupils < 1:
        faults.append(f"pupils: expected a whole number from 1, found {pupils!r}.")
    if faults:
        return None, faults
    return ClassCap(
        stage=Stage(table["stage"]),
        pupils=pupils,
        clause=str(table["clause"]),
        source=str(table["source"]),
        evidence=str(table["evidence"]),
        line=str(table.get("line", "")),
    ), []
