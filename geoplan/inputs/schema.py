"""The layer files in layers/: columns with aliases, allowed values, style. The only place that knows them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geoplan.config import ROLES
from geoplan.errors import ConfigError, near_match
from geoplan.files import own_or_bundled
from geoplan.inputs.layer_schema import ColumnSchema, LayerSchema, Style
from geoplan.tomlfile import read_toml
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


class _SchemaReader:
    """Collects all faults of one file before it speaks."""

    def __init__(self, path: Path, project_dir: Path | None, role: str, known: dict[str, LayerSchema]) -> None:
        self.path, self.project_dir, self.role, self.others = path, project_dir, role, known
        self.faults: list[str] = []

    def read(self) -> LayerSchema:
        raw = read_toml(self.path)
        self._known("", raw, _LAYER_KEYS)
        if raw.get("role") != self.role:
            self.faults.append(f"role: expected {self.role!r}, as the file's name says, found {raw.get('role')!r}.")
        schema = LayerSchema(
            role=self.role,
            title_zh=self._text("title_zh", raw.get("title_zh", self.role)),
            title_en=self._text("title_en", raw.get("title_en", self.role)),
            geometry=self._words("geometry", raw.get("geometry", []), FAMILIES),
            required=self._flag("required", raw.get("required", False)),
            id_clash=self._choice("id_clash", raw.get("id_clash", "error"), ("error", "renumber")),
            columns={
                name: self._column(name, table)
                for name, table in self._table("columns", raw.get("columns", {})).items()
            },
            style=self._style("style", raw.get("style", {})),
        )
        self._headers_shared(schema.columns)
        if self.faults:
            raise ConfigError(f"{self.path}:\n" + "\n".join(f"  {fault}" for fault in self.faults))
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
        table = self._table(where, value)
        self._known(where + ".", table, _COLUMN_KEYS)
        kind = self._choice(where + ".type", table.get("type", "text"), COLUMN_TYPES)
        smallest = table.get("min")
        if smallest is not None and not isinstance(smallest, int | float):
            self.faults.append(f"{where}.min: expected a number, found {smallest!r}.")
            smallest = None
        return ColumnSchema(
            name=name,
            type=kind,
            aliases=self._words(where + ".aliases", table.get("aliases", [])),
            aliases_pupils=self._words(where + ".aliases_pupils", table.get("aliases_pupils", [])),
            same_header_as=self._text(where + ".same_header_as", table.get("same_header_as", "")),
            required=self._flag(where + ".required", table.get("required", False)),
            unit=self._text(where + ".unit", table.get("unit", "")),
            min=None if smallest is None else float(smallest),
            words=self._values(where, kind, table),
            ambiguous=self._ambiguous(where, table),
            default=self._text(where + ".default", table.get("default", "")),
            open=self._flag(where + ".open", table.get("open", False)),
            doc_zh=self._text(where + ".doc_zh", table.get("doc_zh", "")),
            doc_en=self._text(where + ".doc_en", table.get("doc_en", "")),
        )

    def _values(self, where: str, kind: str, table: Mapping[str, Any]) -> Mapping[str, Any]:
        donor = self._donor(where, table)
        given = {} if donor is None else dict(donor.words)
        values = self._table(where + ".values", table.get("values", {}))
        if kind != "stages":
            return given | {word: self._text(f"{where}.values.{word}", value) for word, value in values.items()}
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
        role, _, column = self._text(where + ".values_from", table["values_from"]).partition(".")
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
        table = self._table(where, value)
        self._known(where + ".", table, _STYLE_KEYS)
        categories = self._table(where + ".categories", table.get("categories", {}))
        return Style(
            colour=self._text(where + ".colour", table.get("colour", "#555555")),
            shape=self._text(where + ".shape", table.get("shape", "circle")),
            legend_zh=self._text(where + ".legend_zh", table.get("legend_zh", "")),
            legend_en=self._text(where + ".legend_en", table.get("legend_en", "")),
            by=self._text(where + ".by", table.get("by", "")),
            categories={key: self._style(f"{where}.categories.{key}", entry) for key, entry in categories.items()},
        )

    def _known(self, where: str, table: Mapping[str, object], known: Iterable[str]) -> None:
        known = list(known)
        self.faults.extend(
            f"{where}{key}: unknown key; known: {', '.join(known)}.{near_match(key, known)}"
            for key in table
            if key not in known
        )

    def _table(self, where: str, value: object) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        self.faults.append(f"{where}: expected a table, found {value!r}.")
        return {}

    def _text(self, where: str, value: object) -> str:
        if isinstance(value, str):
            return value
        self.faults.append(f"{where}: expected text, found {value!r}.")
        return ""

    def _flag(self, where: str, value: object) -> bool:
        if isinstance(value, bool):
            return value
        self.faults.append(f"{where}: expected true or false, found {value!r}.")
        return False

    def _words(self, where: str, value: object, known: tuple[str, ...] = ()) -> tuple[str, ...]:
        if not isinstance(value, list):
            self.faults.append(f"{where}: expected a list of texts, found {value!r}.")
            return ()
        words = tuple(self._text(where, word) for word in value)
        for word in words:
            if known and word not in known:
                self.faults.append(f"{where}: unknown {word!r}; known: {', '.join(known)}.{near_match(word, known)}")
        return words

    def _choice(self, where: str, value: object, known: tuple[str, ...]) -> str:
        if value in known:
            return str(value)
        hint = near_match(str(value), known)
        self.faults.append(f"{where}: expected one of {', '.join(known)}, found {value!r}.{hint}")
        return known[0]
