"""How a file's columns were understood: header → geoplan's name, the share of cells that make sense, samples."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geoplan.inputs.columns import headers_of, match_columns
from geoplan.inputs.figures import EARLIEST, LATEST, bare
from geoplan.inputs.values import cell_text, fold, is_blank, meaning, number, plain_flag, stages, year

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoplan.inputs.layer_schema import ColumnSchema
    from geoplan.inputs.raw import Raw, Request

_SAMPLES = 3
_LONGEST_SAMPLE = 40


@dataclass(frozen=True)
class ColumnReading:
    """One column of a layer as it was found in a file.

    Attributes:
        name: geoplan's name.
        header: the file's own, or '' for a constant.
        type, unit: as the layer's file says.
        filled: cells that are not blank.
        understood: those of them that have a meaning; equal to `filled` for text.
        factor: what figures are multiplied by.
        samples: a few different cells, as they stand in the file.
    """

    name: str
    header: str
    type: str
    unit: str
    filled: int
    understood: int
    factor: float = 1.0
    samples: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """Understood of filled, 0 to 1; 1 where nothing is filled."""
        return self.understood / self.filled if self.filled else 1.0

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "name": self.name, "header": self.header, "type": self.type, "unit": self.unit, "filled": self.filled,
            "understood": self.understood, "factor": self.factor, "samples": list(self.samples),
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class LayerReading:
    """One file as it was read for one role.

    Attributes:
        role: the layer's role.
        file: as the project names it.
        rows: rows of data.
        places: how rows say where they are: `geometry`, the headers of coordinates, or '' for nothing.
        columns: columns that geoplan uses.
        missing: geoplan's names of required columns that were not found.
        unused: the file's headers that geoplan does not use.
        rows_by_id: id → `row 7`; filled when the rows have ids.
    """

    role: str
    file: str
    rows: int
    places: str
    columns: tuple[ColumnReading, ...]
    missing: tuple[str, ...]
    unused: tuple[str, ...]
    rows_by_id: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "role": self.role, "file": self.file, "rows": self.rows, "places": self.places,
            "columns": [column.as_dict() for column in self.columns], "missing": list(self.missing),
            "unused": list(self.unused),
        }  # fmt: skip


def read_columns(raw: Raw, request: Request) -> LayerReading:
    """The columns of a file, each with what became of its cells."""
    source, schema = request.source, request.schema
    matches, _ = match_columns(raw.attributes, source, schema, request.coordinates)
    if raw.has_ids and "id" not in source.columns:
        matches.pop("id", None)
    columns = [
        _column(schema.columns[name], match.header, match.cells, match.factor)
        for name, match in matches.items()
        if not match.borrowed
    ]
    places: list[str] = []
    if raw.geometry is None and not schema.is_table:
        for column in request.coordinates.columns.values():
            named = source.columns.get(column.name)
            headers = [named] if named in raw.attributes.columns else headers_of(raw.attributes, column, source)
            if headers and headers[0] is not None and headers[0] not in places:
                columns.append(_column(column, headers[0], list(raw.attributes[headers[0]]), 1.0))
                places.append(headers[0])
    used = {header for column in columns for header in column.header.split(", ")}
    missing = [name for name, column in schema.columns.items() if column.required and name not in matches]
    return LayerReading(
        role=source.role,
        file=source.path,
        rows=len(raw.attributes),
        places="geometry" if raw.geometry is not None else ", ".join(places),
        columns=tuple(columns),
        missing=tuple(name for name in missing if name != "people" or source.spread is None),
        unused=tuple(str(header) for header in raw.attributes.columns if str(header) not in used),
    )


def _column(column: ColumnSchema, header: str, cells: list[object], factor: float) -> ColumnReading:
    filled = [cell for cell in cells if not is_blank(cell)]
    words = folded_words(column)
    known = {text: is_understood(text, column, words) for text in {cell_text(cell) for cell in filled}}
    return ColumnReading(
        name=column.name,
        header=header,
        type=column.type,
        unit=column.unit,
        filled=len(filled),
        understood=sum(known[cell_text(cell)] for cell in filled),
        factor=factor,
        samples=tuple(dict.fromkeys(cell_text(cell)[:_LONGEST_SAMPLE] for cell in filled))[:_SAMPLES],
    )


def folded_words(column: ColumnSchema) -> dict[str, Any]:
    """The column's words by their folded form."""
    return {fold(word): value for word, value in column.words.items()}


def is_understood(cell: object, column: ColumnSchema, words: Mapping[str, Any]) -> bool:
    """The cell has a meaning in a column of that type; any text has one in a column of text.

    Args:
        words: `folded_words(column)`.
    """
    if column.type == "number":
        figure = number(bare(cell, column))
        return figure is not None and not math.isnan(figure)
    if column.type == "year":
        found = year(cell)
        return found is not None and EARLIEST <= found <= LATEST
    if column.type == "stages":
        return stages(cell, words) is not None
    if column.type == "choice":
        return column.open or meaning(cell_text(cell), words) is not None
    if column.type == "flag":
        return not words or plain_flag(cell, words) is not None
    return True
