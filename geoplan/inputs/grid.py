"""A sheet before anything in it is understood: its cells, and what only a spreadsheet knows about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

Row = tuple[object, ...]


class Span(NamedTuple):
    """Merged cells; rows and columns count from 0, the last ones included."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def is_down(self) -> bool:
        """It covers more than one row."""
        return self.bottom > self.top

    @property
    def is_across(self) -> bool:
        """It covers more than one column."""
        return self.right > self.left


@dataclass(frozen=True, eq=False)
class Grid:
    """One sheet or delimited text.

    Attributes:
        rows: row 0 is the spreadsheet's row 1; rows may differ in length.
        spans: merged cells; a text file has none.
        hidden_rows, hidden_columns: positions that the spreadsheet does not show.
        uncomputed: (row, column) of formulas without a stored result; their cells are None.
        has_spans: the file could say which cells are merged.
    """

    rows: list[Row]
    spans: tuple[Span, ...] = ()
    hidden_rows: frozenset[int] = field(default=frozenset())
    hidden_columns: frozenset[int] = field(default=frozenset())
    uncomputed: tuple[tuple[int, int], ...] = ()
    has_spans: bool = False


def row_label(position: int) -> str:
    """`row 1` for position 0, as a spreadsheet numbers its rows."""
    return f"row {position + 1}"


def column_letters(position: int) -> str:
    """`A` for position 0, `AA` for 26, as a spreadsheet names its columns."""
    letters, rest = "", position + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters
