"""The `[layers.<role>]` tables of project.toml as frozen values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from geoplan.config_checks import CleanConfig, read_clean
from geoplan.config_place import PLACE_KEYS, PlaceConfig, read_place
from geoplan.config_roads import ROAD_KEYS, RoadsConfig, read_roads
from geoplan.tomlfile import TomlReader

if TYPE_CHECKING:
    from collections.abc import Mapping

ROLES = (
    "districts", "schools", "population", "roads", "barriers", "sites", "zones", "estates", "parcels", "premises",
    "stops", "enrolment", "births", "ages", "statistics", "projects",
)  # fmt: skip
DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")
_DATABASE = re.compile(r"postgres(?:ql)?(?:\+\w+)?://", re.IGNORECASE)
_DUCKDB = (".duckdb", ".ddb")


@dataclass(frozen=True)
class SpreadConfig:
    """How district totals are spread over features that carry no count of their own.

    Attributes:
        by: `length`, `area`, `count`, or the name of a weight column.
        totals: the column of the districts layer that holds the people to be spread.
        clip_to_carriers: scale the total of a district that reaches beyond the extent of the carriers by the
            share of its area inside, so that a city's people are not pressed into an extract of its core.
    """

    by: str
    totals: str = "people"
    clip_to_carriers: bool = False


@dataclass(frozen=True)
class LocateConfig:
    """`locate_from` of schools: places of known position, by whose names schools without coordinates are put there.

    Attributes:
        places: the file of the places, read like a layer.
        settled: a table of decisions made by hand, relative to the project's folder, or None.
    """

    places: LayerConfig
    settled: str | None = None


@dataclass(frozen=True)
class LayerConfig:
    """One `[layers.<role>]` table. `columns` maps geoplan's names to the file's own.

    Attributes:
        path: a file relative to the project's folder, or `postgresql://…` without a password.
        sql: one SELECT instead of `layer`, for databases.
        clean: how the districts are made one clean coverage; None where nobody asks for it.
        roads: how the walking network is made; only for the role roads.
        cell_m: cells of a population raster are added up to squares of at least this side, in metres.
        locate: where schools without coordinates get them from; only for the role schools.
    """

    role: str
    path: str
    layer: str | None = None
    encoding: str | None = None
    crs: str | None = None
    datum: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    counts: str = "people"
    spread: SpreadConfig | None = None
    place: PlaceConfig = field(default_factory=PlaceConfig)
    sql: str | None = None
    cell_m: float | None = None
    clean: CleanConfig | None = None
    roads: RoadsConfig = field(default_factory=RoadsConfig)
    locate: LocateConfig | None = None

    @property
    def is_database(self) -> bool:
        """The path is the address of a PostgreSQL server, not of a file."""
        return is_database(self.path)


def is_database(path: str) -> bool:
    """True for `postgresql://…` and `postgres://…`."""
    return _DATABASE.match(path) is not None


def read_layer(toml: TomlReader, role: str, table: object) -> LayerConfig:
    """One `[layers.<role>]` table; its faults go to `toml`."""
    where = f"layers.{role}."
    if not isinstance(table, dict):
        toml.faults.append(f"{where[:-1]}: expected a table with a path, found {table!r}.")
        return LayerConfig(role, "")
    keys = ["path", "layer", "sql", "encoding", "crs", "datum", "columns", "where", *PLACE_KEYS]
    of_role = {
        "population": ("counts", "spread", "cell_m"), "districts": ("clean",), "roads": ROAD_KEYS,
        "schools": ("locate_from",),
    }  # fmt: skip
    own = of_role.get(role, ())
    toml.known(where, table, [*keys, *own])
    if not table.get("path"):
        toml.faults.append(f"{where}path: missing; expected the layer's file, relative to this folder.")
    counts = toml.choice(where + "counts", table.get("counts", "people"), ("people", "pupils"))
    datum, cell_m = table.get("datum"), table.get("cell_m")
    return LayerConfig(
        role=role,
        path=_path(toml, where + "path", table.get("path", "")),
        layer=toml.optional_text(where + "layer", table.get("layer")),
        encoding=toml.optional_text(where + "encoding", table.get("encoding")),
        crs=toml.optional_text(where + "crs", table.get("crs")),
        datum=None if datum is None else toml.choice(where + "datum", datum, DATUMS),
        columns=toml.named(where + "columns", table.get("columns", {})),
        where={
            column: toml.texts(f"{where}where.{column}", [values] if isinstance(values, str) else values)
            for column, values in toml.table(where + "where", table.get("where", {})).items()
        },
        counts=counts,
        spread=_spread(toml, where + "spread", table["spread"]) if "spread" in table else None,
        place=read_place(toml, where, table),
        sql=_sql(toml, where, table),
        cell_m=None if cell_m is None else toml.positive(where + "cell_m", cell_m),
        clean=read_clean(toml, where + "clean", table.get("clean", False)),
        roads=read_roads(toml, where, table) if role == "roads" else RoadsConfig(),
        locate=_locate(toml, where + "locate_from", table["locate_from"]) if "locate_from" in table else None,
    )


def _locate(toml: TomlReader, where: str, value: object) -> LocateConfig:
    """A file's name, or a table with path, what reads it, and `settled`."""
    table = {"path": value} if isinstance(value, str) else toml.table(where, value)
    keys = ("path", "layer", "encoding", "crs", "datum", "columns", "where", "settled")
    toml.known(where + ".", table, keys)
    settled = toml.optional_text(where + ".settled", table.get("settled"))
    read = TomlReader(toml.path)
    places = read_layer(read, "schools", {key: cell for key, cell in table.items() if key in keys and key != "settled"})
    toml.faults.extend(fault.replace("layers.schools", where, 1) for fault in read.faults)
    return LocateConfig(places, settled)


def _path(toml: TomlReader, where: str, value: object) -> str:
    """A path; an address with a password is refused here, before anything could print it."""
    path = toml.text(where, value)
    if any(ord(sign) < 32 for sign in path):
        toml.faults.append(f"{where}: control characters in {path!r}.")
        return ""
    if not is_database(path):
        return path
    try:
        address = urlsplit(path)
        asked = {key.casefold() for key, _ in parse_qsl(address.query, keep_blank_values=True)}
        bare = address.password is None and not asked & {"password", "sslpassword", "sslkey", "passfile"}
    except ValueError:  # brackets or a port that are none
        bare = "@" not in path
    if bare:
        return path
    toml.faults.append(
        f"{where}: the address holds a password or a key. Remove it: project.toml is copied and published. "
        "Set the environment variable PGPASSWORD, or write it into ~/.pgpass (host:port:database:user:password)."
    )
    return ""


def _sql(toml: TomlReader, where: str, table: Mapping[str, object]) -> str | None:
    sql = toml.optional_text(where + "sql", table.get("sql"))
    if sql is None:
        return None
    path = str(table.get("path", ""))
    if not (is_database(path) or path.casefold().endswith(_DUCKDB)):
        toml.faults.append(f"{where}sql: only postgresql://… and .duckdb are asked with SQL; for a file use where.")
    if table.get("layer") is not None:
        toml.faults.append(f"{where}sql: stands beside layer; give one of the two.")
    return sql


def _spread(toml: TomlReader, where: str, table: object) -> SpreadConfig:
    values = toml.table(where, table)
    toml.known(where + ".", values, ("by", "totals", "clip_to_carriers"))
    return SpreadConfig(
        by=toml.text(where + ".by", values.get("by", "count")),
        totals=toml.text(where + ".totals", values.get("totals", "people")),
        clip_to_carriers=toml.flag(where + ".clip_to_carriers", values.get("clip_to_carriers", False)),
    )
