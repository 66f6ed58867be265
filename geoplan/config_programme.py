"""The table `[programme]` of project.toml: the years in which proposed schools open."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from geoplan.errors import near_match
from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoplan.tomlfile import TomlReader


@dataclass(frozen=True)
class ProgrammeConfig:
    """The `[programme]` table.

    Attributes:
        years: ascending; () where the plan is one step without a year.
        new: stage → year → how many schools open; a stage that is not named is spread evenly over the years.
    """

    years: tuple[int, ...] = ()
    new: Mapping[Stage, Mapping[int, int]] = field(default_factory=dict)


def read_programme(
    reader: TomlReader, table: Mapping[str, Any], *, data_date: str, proposed: Mapping[Stage, int | None]
) -> ProgrammeConfig:
    """The `[programme]` table; faults go to the reader.

    Args:
        data_date: of the project; every year lies after it.
        proposed: how many schools `[propose]` asks for, by stage; None for as many as needed.
    """
    reader.known("programme.", table, ("years", "new"))
    years = _years(reader, table.get("years", []), data_date)
    given = reader.table("programme.new", table.get("new", {}))
    if given and not years:
        reader.faults.append("programme.new: needs programme.years, for example years = [2025, 2030, 2035].")
    reader.known("programme.new.", given, tuple(Stage))
    new = {
        Stage(name): _counts(reader, f"programme.new.{name}", counts, years)
        for name, counts in given.items()
        if name in tuple(Stage)
    }
    for stage, counts in new.items():
        asked = proposed.get(stage, 0)
        if asked is not None and counts and sum(counts.values()) != asked:
            reader.faults.append(
                f"programme.new.{stage}: the years add up to {sum(counts.values())}, and [propose] new asks for "
                f"{asked}. Make them equal."
            )
    return ProgrammeConfig(years, new)


def _years(reader: TomlReader, value: object, data_date: str) -> tuple[int, ...]:
    if not isinstance(value, list):
        reader.faults.append(f"programme.years: expected a list such as [2025, 2030, 2035], found {value!r}.")
        return ()
    known = len(reader.faults)
    years = tuple(reader.year(f"programme.years[{place}]", each) for place, each in enumerate(value, start=1))
    if len(reader.faults) > known:
        return years
    if any(one >= other for one, other in pairwise(years)):
        reader.faults.append(f"programme.years: expected ascending years, each once, found {value!r}.")
    if years and data_date[:4].isdigit() and years[0] <= int(data_date[:4]):
        reader.faults.append(f"programme.years: {years[0]} is not after the data date {data_date} of [project].")
    return years


def _counts(reader: TomlReader, where: str, value: object, years: tuple[int, ...]) -> dict[int, int]:
    """`{ 2030 = 6, 2035 = 4 }`: TOML keys are text."""
    counts: dict[int, int] = {}
    names = [str(year) for year in years]
    for name, number in reader.table(where, value).items():
        if name not in names:
            reader.faults.append(f"{where}: {name!r} is not one of programme.years.{near_match(name, names)}")
        elif not isinstance(number, int) or isinstance(number, bool) or number < 0:
            reader.faults.append(f"{where}.{name}: expected a count from 0, found {number!r}.")
        else:
            counts[int(name)] = number
    return counts
