"""What one layer file says: the columns of a role, and how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class ColumnSchema:
    """One column of a layer.

    Attributes:
        name: geoplan's own name.
        type: text, number, year, choice, stages, flag or reason.
        aliases: headers under which it is found; `name` itself is always one.
        aliases_pupils: further headers where the layer counts pupils.
        same_header_as: another column of the layer; where this one has no header of its own, it reads that one's.
        words: word in the file → value (choice), stages, or `yes` and `no` (flag); `values` in the TOML.
        ambiguous: words accepted with a warning.
        min: smallest allowed number, or None.
        default: value of a blank or unknown choice.
        open: unknown words of a choice are kept as they are, with a note.
    """

    name: str
    type: str
    aliases: tuple[str, ...] = ()
    aliases_pupils: tuple[str, ...] = ()
    same_header_as: str = ""
    required: bool = False
    unit: str = ""
    min: float | None = None
    words: Mapping[str, Any] = field(default_factory=dict)
    ambiguous: tuple[str, ...] = ()
    default: str = ""
    open: bool = False
    doc_zh: str = ""
    doc_en: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The name and its aliases, in the order in which they are tried."""
        return (self.name, *self.aliases)


@dataclass(frozen=True)
class Style:
    """How a layer, or one category of it, is drawn.

    Attributes:
        colour: `#RRGGBB`.
        shape: circle, square, triangle, diamond, star, dot, cross, line, dashed, outline.
        by: the column whose value chooses the category; '' where all rows look alike.
        categories: value of that column → style.
    """

    colour: str
    shape: str
    legend_zh: str = ""
    legend_en: str = ""
    by: str = ""
    categories: Mapping[str, Style] = field(default_factory=dict)

    def of(self, value: str) -> Style:
        """The style of one category, or this one where the category has none."""
        return self.categories.get(value, self)


@dataclass(frozen=True)
class LayerSchema:
    """One layers/<role>.toml.

    Attributes:
        geometry: accepted families among point, line and polygon; none for a table.
        required: a project cannot do without the layer.
        id_clash: `error`, or `renumber` where ids that repeat are replaced by row numbers.
        columns: by geoplan's name, in the order of the file.
    """

    role: str
    title_zh: str
    title_en: str
    geometry: tuple[str, ...]
    required: bool
    id_clash: str
    columns: Mapping[str, ColumnSchema]
    style: Style

    @property
    def is_table(self) -> bool:
        """Its rows have no place on the map."""
        return not self.geometry

    def __repr__(self) -> str:
        return f"LayerSchema({self.role}: {', '.join(self.columns)})"
