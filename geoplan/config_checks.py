"""`clean` of `[layers.districts]`, and the table `[totals]`: official figures that the layers are held against."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geoplan.errors import near_match

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoplan.tomlfile import TomlReader

COUNTS = (
    "schools", "kindergartens", "primary_schools", "junior_schools", "senior_schools", "special_schools",
    "vocational_schools", "public_kindergartens", "inclusive_kindergartens",
)  # fmt: skip
ENROLMENTS = (
    "enrolment", "kindergarten_enrolment", "primary_enrolment", "junior_enrolment", "senior_enrolment",
)  # fmt: skip
SEATS = ("kindergarten_seats", "primary_seats", "junior_seats", "senior_seats")
PEOPLE = ("people", "pupils_kindergarten", "pupils_primary", "pupils_junior", "pupils_senior")
TOTALS = (*COUNTS, *ENROLMENTS, *SEATS, *PEOPLE)
_OWN = ("source", "year", "tolerance", "statistics", "by_district")


@dataclass(frozen=True)
class CleanConfig:
    """`clean` of `[layers.districts]`.

    Attributes:
        snap_m: vertices closer than this become one; 0 moves none.
        gap_width_m: gaps into which no larger circle fits are given to the neighbour with the longest common border.
    """

    snap_m: float = 0.1
    gap_width_m: float = 10.0


@dataclass(frozen=True)
class OfficialTotal:
    """One official figure.

    Attributes:
        what: one of `TOTALS`.
        value: the figure.
        source: document and line, or table; never ''.
        place: name or id of a district; '' is the whole project.
        year: of the figure; None where it was not said.
        tolerance: share by which the layers may differ.
    """

    what: str
    value: float
    source: str
    place: str = ""
    year: int | None = None
    tolerance: float = 0.0


@dataclass(frozen=True)
class TotalsConfig:
    """The table `[totals]`.

    Attributes:
        figures: official figures, of the whole and by district.
        statistics: rows of the layer `statistics` are official figures too.
        own_columns: columns of the districts layer that hold official figures by district, and their source.
        tolerance: share that holds where a figure names none of its own.
    """

    figures: tuple[OfficialTotal, ...] = ()
    statistics: bool = False
    own_columns: Mapping[str, str] = field(default_factory=dict)
    tolerance: float = 0.0

    def __bool__(self) -> bool:
        return bool(self.figures or self.statistics or self.own_columns)


def read_clean(reader: TomlReader, where: str, value: object) -> CleanConfig | None:
    """`true`, `false`, or `{ snap_m = 5, gap_width_m = 20 }`; faults go to the reader."""
    if isinstance(value, bool):
        return CleanConfig() if value else None
    if not isinstance(value, dict):
        reader.faults.append(f"{where}: expected true, or {{ snap_m = 5, gap_width_m = 20 }}, found {value!r}.")
        return None
    reader.known(f"{where}.", value, ("snap_m", "gap_width_m"))
    usual = CleanConfig()
    metres = {
        key: _not_negative(reader, f"{where}.{key}", value.get(key, getattr(usual, key)))
        for key in ("snap_m", "gap_width_m")
    }
    return CleanConfig(**metres)


def read_totals(reader: TomlReader, table: Mapping[str, Any]) -> TotalsConfig:
    """The table `[totals]`; faults go to the reader. Each figure needs a source, its own or the table's."""
    reader.known("totals.", table, (*TOTALS, *_OWN))
    usual = {key: table[key] for key in ("source", "year", "tolerance") if key in table}
    figures = [_total(reader, f"totals.{what}", table[what], what, "", usual) for what in TOTALS if what in table]
    own_columns: dict[str, str] = {}
    places = reader.table("totals.by_district", table.get("by_district", {}))
    reader.known("totals.by_district.", places, TOTALS)
    for what in (what for what in TOTALS if what in places):
        where = f"totals.by_district.{what}"
        if places[what] == "districts" or (isinstance(places[what], dict) and "column" in places[what]):
            own_columns[what] = _own_column(reader, where, places[what], what, usual)
            continue
        for place, value in reader.table(where, places[what]).items():
            figures.append(_total(reader, f"{where}.{place}", value, what, place, usual))
    return TotalsConfig(
        figures=tuple(figures),
        statistics=reader.flag("totals.statistics", table.get("statistics", False)),
        own_columns=own_columns,
        tolerance=_share(reader, "totals.tolerance", table.get("tolerance", 0.0)),
    )


def _total(
    reader: TomlReader, where: str, value: object, what: str, place: str, usual: Mapping[str, Any]
) -> OfficialTotal:
    """A bare number under the table's own source, or `{ value = …, source = "…", year = …, tolerance = … }`."""
    given = {**usual, **(value if isinstance(value, dict) else {"value": value})}
    reader.known(f"{where}.", given, ("value", "source", "year", "tolerance"))
    source = reader.text(f"{where}.source", given.get("source", ""))
    if not source:
        reader.faults.append(f'{where}: needs a source: {{ value = …, source = "…" }}, or source in [totals].')
    year = given.get("year")
    return OfficialTotal(
        what=what,
        value=_not_negative(reader, f"{where}.value" if isinstance(value, dict) else where, given.get("value")),
        source=source,
        place=place,
        year=None if year is None else reader.year(f"{where}.year", year),
        tolerance=_share(reader, f"{where}.tolerance", given.get("tolerance", 0.0)),
    )


def _own_column(reader: TomlReader, where: str, value: object, what: str, usual: Mapping[str, Any]) -> str:
    """The source of a column of the districts layer; geoplan has the column only for people and pupils."""
    if what not in PEOPLE:
        reader.faults.append(
            f"{where}: the districts layer holds {', '.join(PEOPLE)}; write the figures of {what} by place."
            f"{near_match(what, PEOPLE)}"
        )
    given = value if isinstance(value, dict) else {"column": value}
    reader.known(f"{where}.", given, ("column", "source"))
    source = reader.text(f"{where}.source", given.get("source", usual.get("source", "")))
    if not source:
        reader.faults.append(f'{where}: needs a source: {{ column = "districts", source = "…" }}.')
    return source


def _not_negative(reader: TomlReader, where: str, value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf"):
        return float(value)
    reader.faults.append(f"{where}: expected a number from 0, found {value!r}.")
    return 0.0


def _share(reader: TomlReader, where: str, value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    reader.faults.append(f"{where}: expected a share from 0 to 1 such as 0.01, found {value!r}.")
    return 0.0
