"""How many people live in a county or in the whole, and where the figure comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoplan.ledger.official import official
from geoplan.ledger.reading import WHOLE, Need
from geoplan.ledger.words import figure
from geoplan.ledger.world import NoDataError
from geoplan.rules import Level

if TYPE_CHECKING:
    from geoplan.ledger.world import World

THOUSAND = 1000.0


@dataclass(frozen=True)
class People:
    """People of one place, with the words that say where the figure comes from."""

    number: float
    zh: str
    en: str


def people_of_counties(world: World) -> dict[str, float]:
    """People of each county: the districts' own figure, else the statistics table's, else the population layer's.

    Raises:
        NoDataError: none of the three tells.
    """
    if not world.counties:
        raise NoDataError("districts", "name", "people")
    if world.has("districts", "people"):
        column = world.table("districts")["people"].dropna()
        return {str(key): float(value) for key, value in column.items()}
    told = {place: official(world, "people", Level.ALL, place, None) for place in world.counties}
    if any(told.values()):
        return {place: each.value for place, each in told.items() if each is not None}
    if world.units is None or world.units.counts != "people":
        raise NoDataError("districts", "people", also=(Need("population", ("people",)),))
    units = world.units
    return {
        key: float(units.people[units.district == row].sum()) + units.unplaced.get(key, 0.0)
        for row, key in enumerate(units.district_ids)
    }


def people_of(world: World, place: str, year: int | None) -> People | None:
    """People of a place: the statistics table's of that year, else the layers'; None where neither is of the year.

    Pupils of one year are not set against people of another: a figure of the table for another year is not taken, and
    the layers, which tell no year, stand for the ledger's own year and the one before.

    Args:
        world: the world.
        place: district id, or `WHOLE`.
        year: of the pupils; None for those of the layers as they stand.
    """
    found = official(world, "people", Level.ALL, place, year)
    if found is not None:
        return People(found.value, f"统计数 {found.year} 年", f"official figure of {found.year}")
    if year is not None and not world.as_of - 1 <= year <= world.as_of:
        return None
    try:
        counties = people_of_counties(world)
    except NoDataError:
        counties = {}
    layer, layer_en = "图层人口", "people of the layers"
    if place in counties:
        return People(counties[place], layer, layer_en)
    if place == WHOLE and world.units is not None and world.units.counts == "people":
        return People(float(world.units.people.sum()) + sum(world.units.unplaced.values()), layer, layer_en)
    if place == WHOLE and counties and set(counties) == set(world.counties):
        return People(sum(counties.values()), layer, layer_en)
    return None


def per_thousand(world: World, pupils: float, place: str, year: int | None) -> tuple[str, str]:
    """`；人口 7,109,799 人（…），每千人 42.84 人` to stand behind a count of pupils; '' where no population tells."""
    people = people_of(world, place, year)
    if people is None or not people.number > 0:
        return "", ""
    number, ratio = figure(people.number, 0), figure(THOUSAND * pupils / people.number)
    return (
        f"；人口 {number} 人（{people.zh}），每千人 {ratio} 人",
        f"; {number} people ({people.en}), {ratio} for each 1,000 of them",
    )
