"""The rows of a roster that are no rows: totals, notes, headers repeated on every page, headings of a section."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from geoplan.inputs.headers import header_key
from geoplan.inputs.values import cell_text, fold, is_blank, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoplan.inputs.grid import Grid, Row
    from geoplan.inputs.layer_schema import LayerSchema
    from geoplan.inputs.roster_header import Header

_TOTALS = {"合计", "总计", "小计", "共计", "总合计", "累计", "total", "subtotal", "grandtotal"}
_TOTAL_OF = re.compile(r".{1,12}(?:合计|总计|小计|共计)")
_WHOLE_AREA = {"全市", "全县", "全区", "全省", "全市合计", "全县合计", "全区合计"}
_NOTE = re.compile(
    r"(?:备?注\d*|说明\d*|填[表报]说明|(?:数据|资料)?来源|单位|填报单位|统计口径|附注|附件\d*|note|notes|source)\s*[:：].*"
    r"|(?:填[表报]|制表|审核|复核|统计|联系|负责|经办|单位负责|学校负责|校|园)(?:人|长|员|单位|部门|日期|时间|电话|方式)[^:：]{0,8}[:：].*"
    r"|(?:报送|上报|打印|制表|统计|截[止至])(?:日期|时间|单位|人)?\s*[:：].*"
    r"|(?:单位|填报单位|学校)?\s*[(（](?:盖章|公章|签章|签字)[)）].*"
    r"|第\s*\d+\s*页.*|共\s*\d+\s*页.*|page\s*\d+.*|-\s*\d+\s*-",
    re.IGNORECASE | re.DOTALL,
)
_SECTION = re.compile(r"[(（]?[一二三四五六七八九十]{1,3}[)）]?[、.．\s].+")
_MARKS = re.compile("[:：章签]|^[第共pP-]")
_TOTAL_MARK = re.compile(r"[合总小共累]\s*计|全\s*[市县区省]|total", re.IGNORECASE)
_MARK_WITHIN = 6
_LABELS_WITHIN = 2
_PARTS_OF_A_ROW = 2
_ALIKE = 0.6


class Kind(StrEnum):
    """Why a row is none."""

    TOTAL = "total"
    NOTE = "note"
    HEADER = "header"
    SECTION = "section"


@dataclass(frozen=True)
class Sorted:
    """Rows told apart, by position in the grid.

    Attributes:
        kept: rows of data.
        dropped: position → kind of every other row that is not blank.
    """

    kept: tuple[int, ...]
    dropped: Mapping[int, Kind]


def sort_rows(grid: Grid, header: Header, schema: LayerSchema) -> Sorted:
    """Rows of data below the header, and the others by kind.

    Rows of totals are told apart where a row is a school, an estate, a district …; in tables of figures they may be
    what was asked for (全市 is the whole project), unless a cell that every row needs is blank.
    """
    sheet = _Sheet.of(grid, header)
    needed = _needed(header, schema) if schema.is_table and schema.role != "projects" else None
    kept: list[int] = []
    dropped: dict[int, Kind] = {}
    for position in range(header.bottom + 1, len(grid.rows)):
        row = grid.rows[position]
        first = next((text for cell in row if (text := cell_text(cell))), "")
        if not first:
            continue
        kind = sheet.kind(row, first, position) if sheet.is_doubtful(row, first) else None
        if kind is Kind.TOTAL and needed is not None and not any(_blank_at(row, at) for at in needed):
            kind = None
        if kind is None:
            kept.append(position)
        else:
            dropped[position] = kind
    return Sorted(tuple(kept), dropped)


@dataclass(frozen=True)
class _Sheet:
    """What the rows are compared with."""

    headers: tuple[Mapping[int, str], ...]
    header_cells: frozenset[str]
    titles: frozenset[str]
    wide: frozenset[int]
    width: int

    @classmethod
    def of(cls, grid: Grid, header: Header) -> _Sheet:
        shown = tuple(_words_of(grid.rows[at]) for at in range(header.top, header.bottom + 1))
        half = max(3, len(header.names) // 2)
        return cls(
            shown,
            frozenset(text for texts in shown for text in texts.values()),
            frozenset(text for at in range(header.top) for text in _texts(grid.rows[at]).values()),
            frozenset(span.top for span in grid.spans if not span.is_down and span.right - span.left + 1 >= half),
            len(header.names),
        )

    def is_doubtful(self, row: Row, first: str) -> bool:
        """A quick look that lets hardly any row of data through: a table may have a million of them."""
        if _MARKS.search(first) is not None or first in self.titles:
            return True
        words = [cell for cell in row if isinstance(cell, str) and cell]
        if len(words) <= 1 or sum(word in self.header_cells for word in words) >= _PARTS_OF_A_ROW:
            return True
        return _TOTAL_MARK.search("\t".join(words[:_MARK_WITHIN])) is not None

    def kind(self, row: Row, first: str, position: int) -> Kind | None:
        """The kind of a row that is none, or None for a row of data."""
        texts = _texts(row)
        if any(_repeats(texts, header) for header in self.headers) or self.titles.issuperset(texts.values()):
            return Kind.HEADER
        if _NOTE.fullmatch(first):
            return Kind.NOTE
        if _is_total(row, texts):
            return Kind.TOTAL
        alone = len(texts) == 1 and self.width > _PARTS_OF_A_ROW and number(row[next(iter(texts))]) is None
        return Kind.SECTION if alone and (position in self.wide or _SECTION.fullmatch(first)) else None


def _texts(row: Row) -> dict[int, str]:
    return {at: text for at, cell in enumerate(row) if (text := cell_text(cell))}


def _words_of(row: Row) -> dict[int, str]:
    """The cells of a header but for figures, which a row of data may hold as well."""
    return {at: text for at, text in _texts(row).items() if number(text) is None}


def _repeats(texts: Mapping[int, str], header: Mapping[int, str]) -> bool:
    """The header again, at the top of another page."""
    alike = sum(1 for at, text in texts.items() if header_key(header.get(at, "")) == header_key(text))
    return alike >= _PARTS_OF_A_ROW and alike >= _ALIKE * max(len(texts), len(header))


def _is_total(row: Row, texts: Mapping[int, str]) -> bool:
    words = [text for at, text in texts.items() if is_blank(row[at]) or number(row[at]) is None]
    for word in words[:_LABELS_WITHIN]:
        key = header_key(word.rstrip(":："))
        if key in _TOTALS or key in _WHOLE_AREA:
            return True
        if _TOTAL_OF.fullmatch(fold(word)) and len(words) <= _PARTS_OF_A_ROW:
            return True
    return False


def _needed(header: Header, schema: LayerSchema) -> list[int]:
    """Columns in which every row of a table needs a cell."""
    keys = {header_key(name) for column in schema.columns.values() if column.required for name in column.names}
    return [at for at, name in enumerate(header.names) if header_key(name) in keys]


def _blank_at(row: Row, at: int) -> bool:
    return at >= len(row) or is_blank(row[at])
