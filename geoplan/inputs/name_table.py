"""The list of names to be settled by hand: its columns, what stands in it, and the decisions read back from it.

One row a school. A planner writes A, B or C, the id of a place, or 无 into `决定`; blank leaves it to the scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoplan.config import LayerConfig
from geoplan.inputs.columns import find_header
from geoplan.inputs.findings import warning
from geoplan.inputs.names import plain_name
from geoplan.inputs.side_table import read_side_table, side_schema
from geoplan.inputs.values import cell_text, fold

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from geoplan.types import Finding

LETTERS = ("A", "B", "C")
STEM = "名称匹配表"
_HEADERS: Mapping[str, tuple[str, ...]] = {
    "school": ("学校编号", "学校标识码", "标识码", "id", "school"),
    "name": ("学校名称", "校名", "名称", "name"),
    "decision": ("决定", "decision", "place", "地点编号"),
}
_OF_CANDIDATE = (("编号", "id"), ("名称", "name"), ("地址", "address"), ("得分", "score"), ("理由", "why"))
COLUMNS: tuple[tuple[str, str], ...] = (
    ("学校编号", "school"),
    ("学校名称", "name"),
    ("区县", "district"),
    ("乡镇", "township"),
    ("地址", "address"),
    ("状态", "state"),
    ("决定", "decision"),
    *((f"候选{letter}{zh}", f"candidate {letter} {en}") for letter in LETTERS for zh, en in _OF_CANDIDATE),
)
"""Headers of the list, in their order; a workbook shows both languages in one cell."""
_NONE = frozenset(("无", "none", "没有", "不在", "×", "x"))


@dataclass(frozen=True)
class Choice:
    """A candidate as the list shows it; `score` 0 to 1."""

    id: str
    name: str
    address: str
    score: float
    why_zh: str
    why_en: str


@dataclass(frozen=True)
class NameRow:
    """One school of the list.

    Attributes:
        verdict: accepted, settled, none, open or unmatched.
        state: the same in Chinese.
        decision: as it was made by hand before; '' for none.
    """

    id: str
    name: str
    district: str
    township: str
    address: str
    verdict: str
    state: str
    decision: str
    choices: tuple[Choice, ...]

    def cells(self) -> tuple[str | float, ...]:
        """In the order of `COLUMNS`."""
        own = (self.id, self.name, self.district, self.township, self.address, self.state, self.decision)
        found: list[str | float] = []
        for choice in self.choices:
            found += [choice.id, choice.name, choice.address, choice.score, choice.why_zh]
        return (*own, *found, *[""] * (len(COLUMNS) - len(own) - len(found)))


@dataclass(frozen=True)
class NameTable:
    """Schools of one layer against one file of places; `rows` hold those to be settled first.

    Attributes:
        file: of the schools; `places` of the places, as the project names them.
    """

    file: str
    places: str
    rows: tuple[NameRow, ...]


@dataclass(frozen=True)
class Decision:
    """What a planner wrote for one school.

    Attributes:
        place: the place's id; None where the school has no place there.
        name: of the school when it was decided, folded; '' where the list does not say.
        place_name: of the place, folded; '' where the list does not say.
    """

    place: str | None
    name: str
    place_name: str


def read_settled(path: Path, source: LayerConfig) -> tuple[dict[str, Decision], list[Finding]]:
    """Decisions by school id from a CSV or XLSX: the list filled in, or any table with 学校编号 and 决定.

    Raises:
        RefusedError: there is no such file, or it cannot be read.
    """
    table = LayerConfig(source.role, path.name)
    raw = read_side_table(path, table, _SCHEMA)
    cells = {name: _column(raw.attributes, headers) for name, headers in _HEADERS.items()}
    findings = list(raw.findings)
    if cells["school"] is None or cells["decision"] is None:
        what = f"It has no columns 学校编号 and 决定; it has {', '.join(map(str, raw.attributes.columns[:8]))}."
        why = "Its decisions are not used."
        findings.append(warning(table, "settled-unreadable", what, why=why, fix="Head its columns so."))
        return {}, findings
    blank = [""] * len(raw.attributes)
    names = cells["name"] or blank
    shown = {
        letter: (_column(raw.attributes, (f"候选{letter}编号",)), _column(raw.attributes, (f"候选{letter}名称",)))
        for letter in LETTERS
    }
    decisions: dict[str, Decision] = {}
    twice: list[str] = []
    for at, (school, name, text) in enumerate(zip(cells["school"], names, cells["decision"], strict=True)):
        if not school or not text:
            continue
        choices = {letter: ((ids or blank)[at], (called or blank)[at]) for letter, (ids, called) in shown.items()}
        decision = _decision(choices, plain_name(name), text)
        if decisions.get(school, decision) != decision:
            twice.append(school)
        decisions[school] = decision
    if twice:
        what = f"{len(twice):,} schools have two decisions that differ; none of them is used."
        findings.append(warning(table, "settled-twice", what, rows=twice, fix="Keep one row for each school."))
    return {school: each for school, each in decisions.items() if school not in twice}, findings


def _decision(choices: Mapping[str, tuple[str, str]], name: str, text: str) -> Decision:
    """What `text` means beside the row's candidates, id and name by letter."""
    if fold(text) in _NONE:
        return Decision(None, name, "")
    for letter, (place, called) in choices.items():
        # an id as well as a letter: ids that are row numbers change, and the name beside them tells
        if place and (fold(text).upper() == letter or text == place):
            return Decision(place, name, plain_name(called))
    return Decision(text, name, "")


def _column(attributes: pd.DataFrame, headers: tuple[str, ...]) -> list[str] | None:
    """The cells under one of the headers, alone or with its English beside it."""
    both = (f"{zh}{en}" for zh, en in COLUMNS if zh in headers)
    found = (find_header(attributes, each) for each in (*headers, *both))
    header = next((each for each in found if each is not None), None)
    return None if header is None else [cell_text(cell) for cell in attributes[header]]


_SCHEMA = side_schema(
    "settled",
    STEM,
    "Names settled by hand",
    {name: (*headers, *(form for zh, en in COLUMNS for form in (zh, zh + en))) for name, headers in _HEADERS.items()},
)
