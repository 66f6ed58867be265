"""The header of a roster: below title rows, in one, two or three rows, with merged cells above and beside.

`基本情况 | 校名` becomes 校名, `在校生数 | 合计` 在校生数, `小学 | 班数` 小学班数. What is no known column keeps both
words (`在校生数/女`), so that it is never taken for the total.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoplan.inputs.headers import header_key
from geoplan.inputs.values import cell_text, fold, is_blank, number

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from geoplan.inputs.grid import Grid
    from geoplan.inputs.raw import Request

HEADER_WITHIN = 12
_MOST_LEVELS = 3
_WHOLES = {
    "合计",
    "小计",
    "总计",
    "共计",
    "计",
    "总数",
    "总人数",
    "人数",
    "数量",
    "全部",
    "全校",
    "total",
    "sum",
    "all",
}
_PARTS = re.compile(r"男|女|男生|女生|其中.*|male|female|boys|girls|\d{4}(?:年.*|学年.*|[-—].*)?")
_ABOUT_THE_SHEET = re.compile(
    r"(?:单位|填表|填报|制表|统计|日期|时间|截[止至]|备?注|说明|数据来源|来源|学年|年度)[^:：]{0,8}[:：].*|\d{4}年\d{1,2}月.*"
)


@dataclass(frozen=True)
class Header:
    """Where the header stands and what it says.

    Attributes:
        top, bottom: first and last row, positions from 0.
        names: one a column, unique; `column 5` where a column has none.
        joined: (words from the top down, name) of the columns whose name comes from several rows.
        doubtful: names that several columns would have had; each keeps all its words.
    """

    top: int
    bottom: int
    names: tuple[str, ...]
    joined: tuple[tuple[tuple[str, ...], str], ...] = ()
    doubtful: tuple[str, ...] = ()


def find_header(grid: Grid, request: Request, width: int) -> Header:
    """The row with most known headers, with the rows above and below that belong to it.

    Args:
        width: columns of the table.
    """
    known = {header_key(name) for name in request.known_headers if number(name) is None}
    best = _best_row(grid, known)
    top = bottom = best
    while top > 0 and bottom - top + 1 < _MOST_LEVELS and _belongs(grid, top - 1, top, width, known):
        top -= 1
    while bottom - top + 1 < _MOST_LEVELS and _belongs(grid, bottom, bottom + 1, width, known):
        bottom += 1
    if top == bottom:
        return Header(top, bottom, unique(_words(grid, top, width)))
    return _joined(grid, request, (top, bottom), width, known)


def unique(words: Sequence[str]) -> tuple[str, ...]:
    """Headers that differ: `column 5` for a blank one, `人数 (2)` for a second 人数."""
    names: list[str] = []
    taken: set[str] = set()
    for position, word in enumerate(words, start=1):
        name = word or f"column {position}"
        count, free = 2, name
        while free in taken:
            free, count = f"{name} ({count})", count + 1
        names.append(free)
        taken.add(free)
    return tuple(names)


def _best_row(grid: Grid, known: Collection[str]) -> int:
    rows = grid.rows[:HEADER_WITHIN]
    scores = [sum(1 for cell in row if header_key(cell_text(cell)) in known) for row in rows]
    if scores and max(scores) > 0:
        return scores.index(max(scores))
    filled = [position for position, row in enumerate(rows) if any(cell_text(cell) for cell in row)]
    return filled[0] if filled else 0


def _words(grid: Grid, position: int, width: int) -> list[str]:
    row = grid.rows[position] if position < len(grid.rows) else ()
    words = [re.sub(r"\s*\n\s*", "", cell_text(cell)) for cell in row[:width]]
    return words + [""] * (width - len(words))


def _belongs(grid: Grid, upper: int, lower: int, width: int, known: Collection[str]) -> bool:
    """Two rows, one over the other, are parts of one header.

    The upper one has words that reach over several columns, and under every word that does not, the lower one is
    blank. A title reaches over everything, a row of data has figures or stands under every header.
    """
    if lower >= len(grid.rows):
        return False
    above, below = _words(grid, upper, width), _words(grid, lower, width)
    if _says_something_else(above, below, grid.rows[lower]):
        return False
    covered = _covered(grid, upper, width)
    merged_down = {
        span.left for span in grid.spans if span.is_down and span.top <= upper < span.bottom and above[span.left]
    }
    reaching = [position for position in range(width) if above[position] and covered.get(position, position) > position]
    if grid.has_spans and not covered and not merged_down:
        return False
    if not grid.has_spans:
        reaching = [at for at in range(width - 1) if above[at] and not above[at + 1] and below[at + 1]]
        covered = _reached(above)
    under = {column for start in reaching for column in range(start, covered.get(start, start) + 1)}
    fits = all(not below[at] or at in under or not above[at] for at in range(width))
    evident = (
        bool(merged_down)
        or any(above[at] and not below[at] for at in range(width))
        or any(header_key(word) in known for word in above if word)
    )
    return bool(reaching) and fits and evident and any(below[at] for at in under)


def _says_something_else(above: Sequence[str], below: Sequence[str], cells: Sequence[object]) -> bool:
    """A title, a line about the sheet, a blank row, or a row of data."""
    titles = [word for word in above if word and not _ABOUT_THE_SHEET.fullmatch(word)]
    is_title = len(titles) <= 1 and bool(above[0])
    is_data = any(
        not is_blank(cell) and number(cell) is not None and not _PARTS.fullmatch(cell_text(cell)) for cell in cells
    )
    return not titles or len(titles) < sum(map(bool, above)) or is_title or is_data or not any(below)


def _covered(grid: Grid, position: int, width: int) -> dict[int, int]:
    """First → last column of every merged cell of a row that is wider than one column and is not the whole table."""
    return {
        span.left: min(span.right, width - 1)
        for span in grid.spans
        if span.is_across and span.top <= position <= span.bottom and span.right - span.left + 1 < width
    }


def _reached(words: Sequence[str]) -> dict[int, int]:
    """First → last column of every word and the blanks behind it, where nothing says what is merged."""
    reached: dict[int, int] = {}
    start = -1
    for position, word in enumerate(words):
        start = position if word else start
        if start >= 0:
            reached[start] = position
    return reached


def _joined(grid: Grid, request: Request, rows: tuple[int, int], width: int, known: Collection[str]) -> Header:
    top, bottom = rows
    stacks = _stacks(grid, rows, width)
    qualifiers = _qualifiers(request)
    names = [_name(stack, known, qualifiers) for stack in stacks]
    twice = {name for name, count in Counter(names).items() if name and count > 1}
    doubtful = []
    for name in twice:
        columns = [at for at, other in enumerate(names) if other == name]
        sure = [at for at in columns if len(stacks[at]) == 1 or set(map(fold, stacks[at])) & _WHOLES]
        for at in columns:
            if sure != [at]:
                names[at] = "/".join(stacks[at])
        if len(sure) != 1:
            doubtful.append(name)
    final = unique(names)
    joined = tuple((stack, name) for stack, name in zip(stacks, final, strict=True) if len(stack) > 1)
    return Header(top, bottom, final, joined, tuple(doubtful))


def _stacks(grid: Grid, rows: tuple[int, int], width: int) -> list[tuple[str, ...]]:
    """The words over each column from the top down; a merged word stands over every column that it covers."""
    top, bottom = rows
    levels = []
    for position in range(top, bottom + 1):
        words = _words(grid, position, width)
        if position < bottom:
            spread = _covered(grid, position, width) if grid.has_spans else _reached(words)
            for first, last in spread.items():
                words[first : last + 1] = [words[first]] * (last + 1 - first)
        levels.append(words)
    if not grid.has_spans:
        levels = _without_strays(levels)
    columns = zip(*levels, strict=True)
    return [tuple(dict.fromkeys(word for word in column if word)) for column in columns]


def _without_strays(levels: list[list[str]]) -> list[list[str]]:
    """Without merged cells a word reaches over the blanks behind it only where something stands below them."""
    below = levels[-1]
    for words in levels[:-1]:
        for at in range(len(words) - 1, 0, -1):
            if words[at] == words[at - 1] and not below[at]:
                words[at] = ""
    return levels


def _qualifiers(request: Request) -> set[str]:
    """Words that make a figure a part of itself: a stage, an ownership, urban or rural."""
    columns = request.schema.columns.values()
    return {fold(word) for column in columns if column.type in {"stages", "choice"} for word in column.words}


def _name(stack: Sequence[str], known: Collection[str], qualifiers: Collection[str]) -> str:
    if not stack:
        return ""
    name = stack[-1]
    for above in reversed(stack[:-1]):
        name = _pair(above, name, known, qualifiers)
    return name


def _pair(above: str, below: str, known: Collection[str], qualifiers: Collection[str]) -> str:
    for together in (above + below, below + above):
        if header_key(together) in known:
            return together
    if header_key(below) in _WHOLES:
        return above
    if header_key(above) in _WHOLES:
        return below
    is_part = fold(above) in qualifiers or _PARTS.fullmatch(fold(above)) or _PARTS.fullmatch(fold(below))
    return f"{above}/{below}" if is_part or header_key(below) not in known else below
