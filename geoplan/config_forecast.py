"""The tables `[forecast]` and `[balance]` of project.toml: what is assumed, and which years are balanced."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geoplan.errors import near_match
from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoplan.tomlfile import TomlReader

METHODS = ("cohort", "progression", "ratio", "housing")
SCENARIOS = ("low", "middle", "high")


@dataclass(frozen=True)
class GivenFigure:
    """A figure with the year and the source that a planner wrote beside it; `source = ""` is an assumption."""

    value: float
    year: int | None = None
    source: str = ""


@dataclass(frozen=True)
class GivenMigration:
    """Net migration of ages `first` to `last`: per 1,000 children and year, for `places` or everywhere."""

    first: int
    last: int
    per_thousand: GivenFigure
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class ForecastConfig:
    """The `[forecast]` table.

    Attributes:
        method: the one that the balance is made with; None takes the first that the tables can feed.
        until: last school year (by its autumn).
        births_change: yearly change of births after the last recorded year, as a share.
        births_level_from: from that year births stay level.
        scenarios: scenario → multiplier of births, multiplier of migration.
        enrolment: stage → year → share of children at school; empty takes the targets of the profile.
        birth_rate: births per 1,000 people, for the ratio method; None leaves the method out.
        pupils_per_household: stage → yield of a household, for the housing method; empty leaves it out.
    """

    method: str | None = None
    until: int = 2035
    births_change: GivenFigure = field(default_factory=lambda: GivenFigure(0.0))
    births_level_from: int | None = None
    migration: tuple[GivenMigration, ...] = ()
    survival: tuple[GivenFigure, ...] = ()
    late_share: float = 0.0
    scenarios: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    enrolment: Mapping[Stage, Mapping[int, float]] = field(default_factory=dict)
    enrolment_source: str = ""
    birth_rate: GivenFigure | None = None
    pupils_per_household: Mapping[Stage, GivenFigure] = field(default_factory=dict)


@dataclass(frozen=True)
class GivenThreshold:
    """The size from which an estate has to carry its own school of a stage; `source` names the rule."""

    source: str
    people: float | None = None
    households: float | None = None


@dataclass(frozen=True)
class BalanceConfig:
    """The `[balance]` table.

    Attributes:
        years: school years that are balanced; empty takes this year's, near and far ones of the forecast.
        caps: pupils of a class by stage, in place of the profile's.
        neighbour_m: a district may use empty seats of another one with a school at most so far from its people;
            None: within the service radius in force.
        thresholds: stage → size from which an estate carries its own school; smaller ones are pooled. No city's plan
            gives any, so none is shipped.
    """

    years: tuple[int, ...] = ()
    caps: Mapping[Stage, int] = field(default_factory=dict)
    neighbour_m: float | None = None
    thresholds: Mapping[Stage, GivenThreshold] = field(default_factory=dict)


def read_forecast(reader: TomlReader, table: Mapping[str, Any]) -> ForecastConfig:
    """The `[forecast]` table; faults go to the reader."""
    reader.known(
        "forecast.",
        table,
        (
            "method", "until", "births_change", "births_level_from", "migration", "survival", "late_share",
            "scenarios", "enrolment", "enrolment_source", "birth_rate", "pupils_per_household",
        ),
    )  # fmt: skip
    method, level = table.get("method"), table.get("births_level_from")
    return ForecastConfig(
        method=None if method is None else reader.choice("forecast.method", method, METHODS),
        until=reader.year("forecast.until", table.get("until", 2035)),
        births_change=_figure(reader, "forecast.births_change", table.get("births_change", 0.0)),
        births_level_from=None if level is None else reader.year("forecast.births_level_from", level),
        migration=tuple(
            _migration(reader, f"forecast.migration[{position}]", each)
            for position, each in enumerate(_list(reader, "forecast.migration", table.get("migration", [])), start=1)
        ),
        survival=tuple(
            _figure(reader, f"forecast.survival[{position}]", each)
            for position, each in enumerate(_list(reader, "forecast.survival", table.get("survival", [])), start=1)
        ),
        late_share=reader.number("forecast.late_share", table.get("late_share", 0.0)),
        scenarios=_scenarios(reader, reader.table("forecast.scenarios", table.get("scenarios", {}))),
        enrolment={
            stage: _by_year(reader, f"forecast.enrolment.{stage}", each)
            for stage, each in _by_stage(reader, "forecast.enrolment", table.get("enrolment", {})).items()
        },
        enrolment_source=reader.text("forecast.enrolment_source", table.get("enrolment_source", "")),
        birth_rate=None
        if "birth_rate" not in table
        else _figure(reader, "forecast.birth_rate", table["birth_rate"], sourced=True),
        pupils_per_household={
            stage: _figure(reader, f"forecast.pupils_per_household.{stage}", each, sourced=True)
            for stage, each in _by_stage(
                reader, "forecast.pupils_per_household", table.get("pupils_per_household", {})
            ).items()
        },
    )


def read_balance(reader: TomlReader, table: Mapping[str, Any]) -> BalanceConfig:
    """The `[balance]` table; faults go to the reader."""
    reader.known("balance.", table, ("years", "caps", "neighbour_m", "thresholds"))
    neighbour_m = table.get("neighbour_m")
    return BalanceConfig(
        years=tuple(
            sorted(
                {reader.year("balance.years", year) for year in _list(reader, "balance.years", table.get("years", []))}
            )
        ),
        caps={
            stage: round(reader.positive(f"balance.caps.{stage}", each))
            for stage, each in _by_stage(reader, "balance.caps", table.get("caps", {})).items()
        },
        neighbour_m=None if neighbour_m is None else reader.positive("balance.neighbour_m", neighbour_m),
        thresholds={
            stage: _threshold(reader, f"balance.thresholds.{stage}", each)
            for stage, each in _by_stage(reader, "balance.thresholds", table.get("thresholds", {})).items()
        },
    )


def _threshold(reader: TomlReader, where: str, value: object) -> GivenThreshold:
    table = reader.table(where, value)
    reader.known(f"{where}.", table, ("people", "households", "source"))
    if not table.get("source") or not ({"people", "households"} & table.keys()):
        reader.faults.append(f'{where}: expected {{ people = …, source = "…" }} or households, found {value!r}.')
    people, households = (
        reader.positive(f"{where}.{key}", table[key]) if key in table else None for key in ("people", "households")
    )
    return GivenThreshold(reader.text(f"{where}.source", table.get("source", "")), people, households)


def _figure(reader: TomlReader, where: str, value: object, *, sourced: bool = False) -> GivenFigure:
    """A bare number, or { value = …, year = …, source = "…" }."""
    if not isinstance(value, dict):
        if sourced:
            reader.faults.append(f'{where}: expected {{ value = …, year = …, source = "…" }}, found {value!r}.')
            return GivenFigure(0.0)
        return GivenFigure(reader.number(where, value))
    reader.known(f"{where}.", value, ("value", "year", "source"))
    if sourced and not (value.get("year") and value.get("source")):
        reader.faults.append(f"{where}: needs a year and a source; an old figure misleads.")
    year = value.get("year")
    return GivenFigure(
        reader.number(f"{where}.value", value.get("value")),
        None if year is None else reader.year(f"{where}.year", year),
        reader.text(f"{where}.source", value.get("source", "")),
    )


def _migration(reader: TomlReader, where: str, value: object) -> GivenMigration:
    table = reader.table(where, value)
    reader.known(f"{where}.", table, ("ages", "per_thousand", "year", "source", "places"))
    ages = table.get("ages", [0, 17])
    if not (isinstance(ages, list) and len(ages) == 2 and all(isinstance(age, int) for age in ages)):
        reader.faults.append(f"{where}.ages: expected two ages such as [3, 5], found {ages!r}.")
        ages = [0, 17]
    figure: dict[str, Any] = {"value": table.get("per_thousand")}
    figure |= {key: table[key] for key in ("year", "source") if key in table}
    return GivenMigration(
        ages[0], ages[1], _figure(reader, where, figure), reader.texts(f"{where}.places", table.get("places", []))
    )


def _scenarios(reader: TomlReader, table: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    reader.known("forecast.scenarios.", table, SCENARIOS)
    found: dict[str, tuple[float, float]] = {}
    for name in SCENARIOS:
        if name in table:
            values = reader.table(f"forecast.scenarios.{name}", table[name])
            reader.known(f"forecast.scenarios.{name}.", values, ("births", "migration"))
            births, migration = (
                reader.positive(f"forecast.scenarios.{name}.{key}", values.get(key, 1.0))
                for key in ("births", "migration")
            )
            found[name] = (births, migration)
    return found


def _by_stage(reader: TomlReader, where: str, value: object) -> dict[Stage, Any]:
    found: dict[Stage, Any] = {}
    for name, each in reader.table(where, value).items():
        if name in tuple(Stage):
            found[Stage(name)] = each
        else:
            reader.faults.append(
                f"{where}.{name}: unknown stage; known: {', '.join(Stage)}.{near_match(name, tuple(Stage))}"
            )
    return found


def _by_year(reader: TomlReader, where: str, value: object) -> dict[int, float]:
    """Shares by year; keys of TOML are text."""
    found: dict[int, float] = {}
    for year, share in reader.table(where, value).items():
        number = int(year) if year.isdigit() else 0
        found[reader.year(f"{where}.{year}", number)] = reader.number(f"{where}.{year}", share)
    return found


def _list(reader: TomlReader, where: str, value: object) -> list[Any]:
    if isinstance(value, list):
        return value
    reader.faults.append(f"{where}: expected a list, found {value!r}.")
    return []
