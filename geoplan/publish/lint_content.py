"""What must not stand in any cell of what is published: personal data and small counts of children."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geoplan.coverage.counts import FEWEST_SHOWN, is_handful
from geoplan.publish.lint_personal import is_personal_header, masked, personal_numbers
from geoplan.publish.privacy import HIDDEN
from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from geoplan.publish.lint_cells import Cell

MOST_ROWS = 5
_ID_COLUMN = re.compile(r"(?:^|[._ ])(?:id|fid|osm_id|编号)(?:$|\s)", re.IGNORECASE)
_PUPILS = re.compile(r"学生|儿童|幼儿数|在校生|在园|入学人数|\bpupils|\bchildren\b|\benrolment\b", re.IGNORECASE)
_PEOPLE = re.compile(r"人口|居民|\bpeople|\bpopulation\b", re.IGNORECASE)
# rates, sizes and limits that speak of pupils and count none
_NO_COUNT = re.compile(
    r"率|占比|比例|每|人均|均|班额|上限|标准|距离|米|分钟|比|平方|面积|学位|规则|条|幼儿园|share|rate|ratio|mean|"
    r"per[_ ]|"
    r"\bcap\b|metres|\(m\)|minutes|m2|m²|area|seats|limit|_m\b|years?\b|年份|学年|schools?\b|classes|班数|班级|"
    r"\.(?:low|high|year|line|objective|bound|seed|gap)\b",
    re.IGNORECASE,
)
_SMALL_WORDS = re.compile(
    r"(?<![\d,.\-–<>≥≤/])(?<!to )([1-9])\s?(?:名|个|位)?\s?(?:学生|儿童|幼儿(?!园)|孩子|pupils?\b|children\b)"
)


@dataclass
class _Hit:
    """One fault in one column: what was seen, and where."""

    shown: str
    rows: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, row: str) -> None:
        self.count += 1
        if len(self.rows) < MOST_ROWS:
            self.rows.append(row)


def lint_cells(cells: Iterable[Cell], *, file: str, counts: str) -> tuple[Finding, ...]:
    """Personal data and small counts among the cells of one file; one finding for each column.

    Args:
        file: its name, for messages.
        counts: what the population layer counts, `people` or `pupils`; then people are children, too.
    """
    hits: dict[tuple[str, str, str], _Hit] = {}
    counted_words: dict[str, bool] = defaultdict(bool)
    heads: set[tuple[str, str]] = set()
    for cell in cells:
        if cell.is_header:
            # the keys of a JSON list come again with every row
            if (cell.place, cell.column) in heads:
                continue
            heads.add((cell.place, cell.column))
        for code, shown in _faults(cell, counts, counted_words):
            hits.setdefault((code, cell.place, cell.column), _Hit(shown)).add(cell.row)
    return tuple(_finding(code, place, column, hit, file) for (code, place, column), hit in hits.items())


def _faults(cell: Cell, counts: str, known: dict[str, bool]) -> Iterator[tuple[str, str]]:
    value = cell.value
    if isinstance(value, str) and len(value) <= _LONGEST_HEADER and is_personal_header(value.rpartition(".")[2]):
        yield "personal-column", value
    if not cell.is_header:
        for kind, number in personal_numbers(value):
            # ids of OpenStreetMap have as many digits as a telephone number
            if kind == "id-card" or not _ID_COLUMN.search(cell.column):
                yield f"personal-{kind}", masked(number)
        yield from _small(cell, counts, known)


_LONGEST_HEADER = 40


def _small(cell: Cell, counts: str, known: dict[str, bool]) -> Iterator[tuple[str, str]]:
    value = cell.value
    if isinstance(value, str):
        for match in _SMALL_WORDS.finditer(value):
            yield "small-count", match[0]
        return
    if cell.column not in known:
        known[cell.column] = _counts_children(cell.column, counts)
    if known[cell.column] and is_handful(value):
        yield "small-count", f"{value:g}"


def _counts_children(column: str, counts: str) -> bool:
    """True for the header of a column, or the path of a JSON value, that counts children."""
    name = column.rpartition(".")[2] if re.fullmatch(r"[\x21-\x7e]+", column) else column
    is_count = _PUPILS.search(name.replace("_", " ")) or (counts == "pupils" and _PEOPLE.search(name.replace("_", " ")))
    return bool(is_count) and _NO_COUNT.search(column) is None


def _finding(code: str, place: str, column: str, hit: _Hit, file: str) -> Finding:
    head = re.sub(r"\s+", " ", column)[:_LONGEST_HEADER]
    where = "，".join(part for part in (f"表“{place}”" if place else "", f"列“{head}”" if head else "") if part)
    zh, en, why, fix = _WORDS[code]
    where_en = ", ".join(part for part in (place, head) if part)
    what = f"{where}{'：' if where else ''}{zh}（{hit.shown}） / {en}{f' in {where_en}' if where_en else ''}."
    return Finding(
        Severity.ERROR, code, what, why=why, fix=fix, layer=place, file=file, rows=tuple(hit.rows), count=hit.count
    )


_PRIVATE = "Addresses, telephone numbers and identity cards of children and their families are personal information."
_REMOVE = "Remove the column from the input file, or name only the columns that the plan needs; then run again."
_WORDS = {
    "personal-column": ("疑似个人信息列", "a column that looks personal", _PRIVATE, _REMOVE),
    "personal-id-card": ("身份证号码", "numbers of identity cards", _PRIVATE, _REMOVE),
    "personal-mobile": ("手机号码", "mobile numbers", _PRIVATE, "Remove the numbers; give an office's line instead."),
    "small-count": (
        f"不足{FEWEST_SHOWN}人的儿童数",
        f"a count of children below {FEWEST_SHOWN}",
        "A handful of children of one place can be recognised.",
        f"It must read {HIDDEN}: tell the authors of geoplan which file and column; until then leave the file out.",
    ),
}
