"""The layer files in layers/: columns with aliases, allowed values, style. The only place that knows them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geoplan.config import ROLES
from geoplan.errors import ConfigError, near_match
from geoplan.files import own_or_bundled
from geoplan.inputs.layer_schema import ColumnSchema, LayerSchema, Style
from geoplan.tomlfile import TomlReader, read_toml
from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["ColumnSchema", "LayerSchema", "Style", "layer_schemas", "read_schema"]

COLUMN_TYPES = ("text", "number", "year", "choice", "stages", "flag", "reason")
FAMILIES = ("point", "line", "polygon")
COORDINATES = "coordinates"


def layer_schemas(project_dir: Path | None = None) -> Mapping[str, LayerSchema]:
    """Every role's schema, by role; a project's own layers/<role>.toml wins over the bundled one.

    A column that the own file does not have is the bundled one's, so that files of older projects go on working.

    Raises:
        ConfigError: a layer file is missing, or holds an unknown key or an impossible value; all are listed.
    """
    known: dict[str, LayerSchema] = {}
    return {role: _schema(project_dir, role, known) for role in ROLES}


def read_schema(project_dir: Path | None, role: str) -> LayerSchema:
    """One layer file. `coordinates` is the one that serves the tables of every role.

    Raises:
        ConfigError: as for `layer_schemas`.
    """
    return _schema(project_dir, role, {})


def _schema(project_dir: Path | None, role: str, known: dict[str, LayerSchema]) -> LayerSchema:
    """As `read_schema`; a file that is already `known` is not read again, as several borrow words from schools."""
    if role not in known:
        path = own_or_bundled(project_dir, f"layers/{role}.toml")
        if not path.is_file():
            raise ConfigError(f"{path}: no such layer file. Expected one for each of {', '.join(ROLES)}.")
        schema = _SchemaReader(path, project_dir, role, known).read()
        bundled = own_or_bundled(None, f"layers/{role}.toml")
        if path != bundled and bundled.is_file():
            columns = _SchemaReader(bundled, None, role, {}).read().columns
            schema = replace(schema, columns={**schema.columns, **_without(columns, schema.columns)})
        known[role] = schema
    return known[role]


def _without(columns: Mapping[str, ColumnSchema], given: Iterable[str]) -> dict[str, ColumnSchema]:
    return {name: column for name, column in columns.items() if name not in given}


_LAYER_KEYS = ("role", "title_zh", "title_en", "geometry", "required", "id_clash", "columns", "style")
_COLUMN_KEYS = (
    "type", "aliases", "aliases_pupils", "same_header_as", "required", "unit", "min", "values", "values_from",
    "ambiguous", "default", "open", "doc_zh", "doc_en",
)  # fmt: skip
_STYLE_KEYS = ("colour", "shape", "legend_zh", "legend_en", "by", "categories")


class _SchemaReader(TomlReader):
    """Reads one layer file."""

    def __init__(self, path: Path, project_dir: Path | None, role: str, known: dict[str, LayerSchema]) -> None:
        super().__init__(path)
        self.project_dir, self.role, self.others = project_dir, role, known

    def read(self) -> LayerSchema:
        raw = read_toml(self.path)
        self.known("", raw, _LAYER_KEYS)
        if raw.get("role") != self.role:
            self.faults.append(f"role: expected {self.role!r}, as the file's name says, found {raw.get('role')!r}.")
        schema = LayerSchema(
            role=self.role,
            title_zh=self.text("title_zh", raw.get("title_zh", self.role)),
            title_en=self.text("title_en", raw.get("title_en", self.role)),
            geometry=self._words("geometry", raw.get("geometry", []), FAMILIES),
            required=self.flag("required", raw.get("required", False)),
            id_clash=self.choice("id_clash", raw.get("id_clash", "error"), ("error", "renumber")),
            columns={
                name: self._column(name, table) for name, table in self.table("columns", raw.get("columns", {})).items()
            },
            style=self._style("style", raw.get("style", {})),
        )
        self._headers_shared(schema.columns)
        self.raise_faults()
        return schema

    def _headers_shared(self, columns: Mapping[str, ColumnSchema]) -> None:
        earlier: list[str] = []
        for column in columns.values():
            other = column.same_header_as
            if other and other not in earlier:
                self.faults.append(
                    f"columns.{column.name}.same_header_as: expected a column that stands before it, "
                    f"found {other!r}.{near_match(other, earlier)}"
                )
            earlier.append(column.name)

    def _column(self, name: str, value: object) -> ColumnSchema:
        where = f"columns.{name}"
        table = self.table(where, value)
        self.known(where + ".", table, _COLUMN_KEYS)
        kind = self.choice(where + ".type", table.get("type", "text"), COLUMN_TYPES)
        smallest = table.get("min")
        if smallest is not None and not isinstance(smallest, int | float):
            self.faults.append(f"{where}.min: expected a number, found {smallest!r}.")
            smallest = None
        return ColumnSchema(
            name=name,
            type=kind,
            aliases=self._words(where + ".aliases", table.get("aliases", [])),
            aliases_pupils=self._words(where + ".aliases_pupils", table.get("aliases_pupils", [])),
            same_header_as=self.text(where + ".same_header_as", table.get("same_header_as", "")),
            required=self.flag(where + ".required", table.get("required", False)),
            unit=self.text(where + ".unit", table.get("unit", "")),
            min=None if smallest is None else float(smallest),
            words=self._values(where, kind, table),
            ambiguous=self._ambiguous(where, table),
            default=self.text(where + ".default", table.get("default", "")),
            open=self.flag(where + ".open", table.get("open", False)),
            doc_zh=self.text(where + ".doc_zh", table.get("doc_zh", "")),
            doc_en=self.text(where + ".doc_en", table.get("doc_en", "")),
        )

    def _values(self, where: str, kind: str, table: Mapping[str, Any]) -> Mapping[str, Any]:
        donor = self._donor(where, table)
        given = {} if donor is None else dict(donor.words)
        values = self.table(where + ".values", table.get("values", {}))
        if kind != "stages":
            return given | {word: self.text(f"{where}.values.{word}", value) for word, value in values.items()}
        stages: dict[str, Any] = given
        for word, value in values.items():
            names = self._words(f"{where}.values.{word}", value, tuple(Stage))
            stages[word] = tuple(stage for stage in Stage if stage in names)
        return stages

    def _ambiguous(self, where: str, table: Mapping[str, Any]) -> tuple[str, ...]:
        if (donor := self._donor(where, table)) is not None:
            return donor.ambiguous
        return self._words(where + ".ambiguous", table.get("ambiguous", []))

    def _donor(self, where: str, table: Mapping[str, Any]) -> ColumnSchema | None:
        if "values_from" not in table:
            return None
        role, _, column = self.text(where + ".values_from", table["values_from"]).partition(".")
        if role in ROLES and role != self.role:
            columns = _schema(self.project_dir, role, self.others).columns
            if column in columns:
                return columns[column]
        self.faults.append(
            f"{where}.values_from: expected another layer's column such as schools.stage, "
            f"found {table['values_from']!r}."
        )
        return None

    def _style(self, where: str, value: object) -> Style:
        table = self.table(where, value)
        self.known(where + ".", table, _STYLE_KEYS)
        categories = self.table(where + ".categories", table.get("categories", {}))
        return Style(
            colour=self.text(where + ".colour", table.get("colour", "#555555")),
            shape=self.text(where + ".shape", table.get("shape", "circle")),
            legend_zh=self.text(where + ".legend_zh", table.get("legend_zh", "")),
            legend_en=self.text(where + ".legend_en", table.get("legend_en", "")),
            by=self.text(where + ".by", table.get("by", "")),
            categories={key: self._style(f"{where}.categories.{key}", entry) for key, entry in categories.items()},
        )

    def _words(self, where: str, value: object, known: tuple[str, ...] = ()) -> tuple[str, ...]:
        words = self.texts(where, value)
        for word in words:
            if known and word not in known:
                self.faults.append(f"{where}: unknown {word!r}; known: {', '.join(known)}.{near_match(word, known)}")
        return words

    def text(self, where: str, value: object) -> str:
        """Text between quotation marks: a bare number or date in a layer file is a slip."""
        if not isinstance(value, str):
            self.faults.append(f"{where}: expected text, found {value!r}.")
            return ""
        return value
