"""What a worksheet's XML says beside its values: merged cells, hidden rows and columns, formulas never computed.

Streamed with expat in bounded memory: openpyxl's read-only mode does not see these, and its normal mode holds every
cell as an object. Nothing in the file is executed; entities of a document type are refused.
"""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING
from xml.parsers import expat

from geoplan.inputs.grid import Span

if TYPE_CHECKING:
    from collections.abc import Mapping

_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})(?::([A-Z]{1,3})(\d{1,7}))?")
_MOST_COLUMNS = 16_384
_TRUE = {"1", "true"}


class Structure:
    """Fills itself while the XML of one worksheet is read.

    Attributes:
        spans: merged cells.
        hidden_rows, hidden_columns: positions from 0.
        uncomputed: (row, column) of cells that hold a formula and no result.
        formulas: how many cells hold a formula.
    """

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.uncomputed: list[tuple[int, int]] = []
        self.formulas = 0
        self._row = -1
        self._cell = ""
        self._has_formula = self._has_value = self._in_value = False

    def read(self, stream: IO[bytes]) -> Structure:
        """Read a worksheet's XML to its end.

        Raises:
            xml.parsers.expat.ExpatError: it is no well-formed XML, or declares entities.
        """
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = _refuse_entity
        parser.ParseFile(stream)
        return self

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if name == "c":
            self._cell = attributes.get("r", "")
            self._has_formula = self._has_value = False
        elif name == "f":
            self._has_formula = True
        elif name == "v":
            self._in_value = True
            # an empty text is a result like any other
        elif name == "row":
            self._row = int(attributes.get("r", self._row + 2)) - 1
            if attributes.get("hidden") in _TRUE:
                self.hidden_rows.add(self._row)
        elif name == "col" and attributes.get("hidden") in _TRUE:
            first, last = int(attributes["min"]), min(int(attributes["max"]), _MOST_COLUMNS)
            self.hidden_columns.update(range(first - 1, last))
        elif name == "mergeCell" and (span := span_of(attributes.get("ref", ""))) is not None:
            self.spans.append(span)

    def _text(self, _text: str) -> None:
        if self._in_value:
            self._has_value = True

    def _end(self, tag: str) -> None:
        name = tag.rpartition(" ")[2]
        if name == "v":
            self._in_value = False
        elif name == "c" and self._has_formula:
            self.formulas += 1
            place = span_of(self._cell)
            if not self._has_value and place is not None:
                self.uncomputed.append((place.top, place.left))


def span_of(reference: str) -> Span | None:
    """`B2:D4` or `B2` as a span; None for anything else."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        return None
    top, left = int(match[2]) - 1, _column(match[1])
    if match[3] is None:
        return Span(top, left, top, left)
    bottom, right = int(match[4]) - 1, _column(match[3])
    return Span(min(top, bottom), min(left, right), max(top, bottom), max(left, right))


def _column(letters: str) -> int:
    position = 0
    for letter in letters:
        position = position * 26 + ord(letter) - ord("A") + 1
    return position - 1


def _refuse_entity(name: str, *_rest: object) -> None:
    raise expat.ExpatError(f"it declares the entity {name!r}, which a worksheet never needs")
