"""Every cell whose meaning was changed on the way in, with its row: collected only where somebody asks for it.

A run does not pay for it: without a `ChangeLog` nothing is compared and nothing is kept. Typing a clean figure
(`1200` → 1200) is no change.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from geoplan.inputs.understood import LayerReading, read_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from geoplan.config import LayerConfig
    from geoplan.inputs.columns import Match
    from geoplan.inputs.name_table import NameTable
    from geoplan.inputs.raw import Raw, Request


class Why(StrEnum):
    """What kind of change it was."""

    ENCODING = "encoding"
    TOTAL_ROW = "total-row"
    NOTE_ROW = "note-row"
    HEADER_ROW = "header-row"
    SECTION_ROW = "section-row"
    LEFT_OUT = "left-out"
    MERGED_DOWN = "merged-down"
    FILLED_DOWN = "filled-down"
    MERGED_FIGURE = "merged-figure"
    UNCOMPUTED = "uncomputed"
    NUMBER = "number"
    APPROXIMATE = "approximate"
    UNIT = "unit"
    YEAR = "year"
    BLANK = "blank"
    WORD = "word"
    UNKNOWN = "unknown"
    TEXT = "text"
    DERIVED = "derived"
    ID = "id"
    DECIMALS = "decimals"
    GEOMETRY = "geometry"
    LOCATED = "located"
    CAMPUS = "campus"
    ADDED = "added"

    @property
    def zh(self) -> str:
        """In Chinese."""
        return _WORDS[self][0]

    @property
    def en(self) -> str:
        """In English."""
        return _WORDS[self][1]


_WORDS: Mapping[str, tuple[str, str]] = {
    "encoding": ("文件编码", "encoding of the file"),
    "total-row": ("合计行不计入", "row of totals left out"),
    "note-row": ("注释行不计入", "row of notes left out"),
    "header-row": ("重复的表头不计入", "repeated header left out"),
    "section-row": ("分组标题行不计入", "heading of a section left out"),
    "left-out": ("按条件或重复合计排除", "left out by `where`, or a total beside its parts"),
    "merged-down": ("合并单元格，向下填充", "merged cells, filled down"),
    "filled-down": ("空白，沿用上一行", "blank, taken from the row above"),
    "merged-figure": ("合并单元格中的数字只计一次", "a figure in merged cells counts once, in the first row"),
    "uncomputed": ("公式没有计算结果，按空白", "a formula without a stored result is a blank"),
    "number": ("数字写法规范化", "a number written in another way"),
    "approximate": ("约数按所写数字", "an approximate figure is taken as written"),
    "unit": ("按表头单位换算", "converted by the unit in the header"),
    "year": ("年份写法规范化", "a year written in another way"),
    "blank": ("表示空缺的符号", "a sign that stands for a blank"),
    "word": ("词语对照", "a word translated by the layer's file"),
    "unknown": ("无法识别，按空白或默认值", "not understood: blank, or the column's default"),
    "text": ("去掉首尾空格", "spaces at the edges removed"),
    "derived": ("由其他列推断", "concluded from another column"),
    "decimals": ("编号去掉“.0”", "the .0 behind an id removed"),
    "campus": ("学校标识码加校区", "school code with its campus"),
    "added": ("男、女两列相加", "columns for men and women added up"),
    "located": ("按校名匹配得到位置", "place found by the school's name"),
    "id": ("以行号代替编号", "row number in place of the id"),
    "geometry": ("图形修复、简化或拆分", "the geometry was repaired, reduced or split"),
}


@dataclass(frozen=True)
class Change:
    """One cell, row or file whose meaning was changed.

    Attributes:
        file: as the project names it.
        layer: the role.
        row: `row 7`, or '' where the whole file is concerned.
        column: the file's header, or '' where the whole row is concerned.
        found, became: before and after; '' for nothing.
    """

    file: str
    layer: str
    row: str
    column: str
    found: str
    became: str
    why: Why

    def as_dict(self) -> dict[str, str]:
        """Plain values."""
        return {
            "file": self.file, "layer": self.layer, "row": self.row, "column": self.column, "found": self.found,
            "became": self.became, "why": self.why.value,
        }  # fmt: skip


class ChangeLog:
    """Collects what readers and the door did to the cells, and how each column was understood.

    Attributes:
        changes: in the order in which they were made.
        readings: one for each file that could be opened.
        names: schools matched to places by name, one for each schools layer that asked for it.
    """

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.readings: list[LayerReading] = []
        self.names: list[NameTable] = []

    def add(self, source: LayerConfig, row: str, column: str, found: str, became: str, why: Why) -> None:
        """One change."""
        self.changes.append(Change(source.path, source.role, row, column, found, became, why))

    def opened(self, raw: Raw, request: Request) -> None:
        """A file was read: remember its columns as geoplan understands them."""
        self.readings.append(read_columns(raw, request))

    def left_out(self, before: Iterable[object], after: Iterable[object], source: LayerConfig) -> None:
        """Rows that are in `before` and no more in `after`."""
        kept = {str(key) for key in after}
        rows = self._rows(source)
        for key in before:
            if str(key) not in kept:
                self.add(source, rows.get(str(key), str(key)), "", "…", "", Why.LEFT_OUT)

    def typed(self, raw: Raw, matches: Mapping[str, Match], frame: pd.DataFrame, request: Request) -> None:
        """Compare the cells as read with the columns that were made of them.

        Args:
            raw: its index are the row labels.
            frame: typed columns, index the ids, rows in the same order.
        """
        from geoplan.inputs.cell_changes import changes_of_columns, changes_of_ids  # noqa: PLC0415  it imports this

        labels = [str(label) for label in raw.attributes.index]
        ids = [str(key) for key in frame.index]
        self.changes.extend(changes_of_ids(matches.get("id"), labels, ids, request))
        self.changes.extend(changes_of_columns(matches, labels, frame, request))
        for reading in self.readings:
            if reading.role == request.source.role and reading.file == request.source.path:
                reading.rows_by_id.update(zip(ids, labels, strict=True))

    def rows_of(self, role: str, file: str) -> dict[str, str]:
        """Id → `row 7` of one layer."""
        return next((each.rows_by_id for each in self.readings if (each.role, each.file) == (role, file)), {})

    def _rows(self, source: LayerConfig) -> dict[str, str]:
        return self.rows_of(source.role, source.path)


def shown(value: Any, *, most: int = 80) -> str:  # noqa: ANN401  a cell
    """A value as the report shows it: `1200`, `primary;junior`, `yes`, '' for nothing."""
    if value is None or value != value:  # noqa: PLR0124  nan
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ";".join(str(part) for part in value)
    text = f"{value:.15g}" if isinstance(value, int | float) else str(value)
    return text if len(text) <= most else text[: most - 1] + "…"


def row_text(cells: Sequence[object]) -> str:
    """A row that was left out, as one short text."""
    return shown(" | ".join(text for cell in cells if (text := shown(cell, most=24).strip())))
