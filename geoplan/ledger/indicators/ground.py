"""What the indicators of place share: where a clause holds, who lives there, and which school a word names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoplan.coverage import existing_supply, measure
from geoplan.demand import build_demand
from geoplan.errors import RuleError
from geoplan.ledger.enrolment import school_ids
from geoplan.ledger.reading import WHOLE
from geoplan.ledger.world import PLACE, NoDataError
from geoplan.types import Area

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from geoplan.coverage import Coverage
    from geoplan.demand import Demand, Units
    from geoplan.ledger.world import World
    from geoplan.rules import Clause
    from geoplan.types import Stage

WALK_LIMIT_M = 2_000.0
"""Half an hour on foot at 4 km/h: polygons of people are cut into cells that are fine against it."""

SCOPES = {"rural": Area.RURAL, "urban": Area.URBAN, "main_urban": Area.URBAN}
"""Scopes of clauses that speak of people of one area class; every other scope speaks of all."""

_BETWEEN = re.compile(r"[、,，;；/|\n]+")


def places(world: World, clause: Clause) -> list[tuple[str, int | None]]:
    """The whole project, and for clauses that bind every county each of them with its position in the districts."""
    counties = enumerate(world.counties) if clause.by_place else ()
    return [(WHOLE, None), *((key, row) for row, key in counties)]


def units_of(world: World) -> Units:
    """The rows of the population layer.

    Raises:
        NoDataError: the project has none.
    """
    world.table("population", "people", PLACE)
    if world.units is None:
        raise NoDataError("population", "people", PLACE)
    return world.units


def demand_of(world: World, stage: Stage) -> Demand:
    """People as points, fine enough for a walk of half an hour."""
    return build_demand(units_of(world), stage, WALK_LIMIT_M)


def coverage_of(world: World, stage: Stage) -> Coverage:
    """Coverage of a stage; where no profile gives a radius it holds the ways to school and assesses nobody.

    Raises:
        NoDataError: people or schools are missing.
    """
    units = units_of(world)
    world.table("schools", "stages", PLACE)
    try:
        return world.coverage(stage)
    except RuleError:
        return measure(
            world.engine, demand_of(world, stage), existing_supply(world.layers, units, stage, year=world.as_of), ()
        )


def in_scope(areas: NDArray[np.object_], clause: Clause) -> NDArray[np.bool_]:
    """Whom a clause speaks of, by their area class; shape of `areas`."""
    area = SCOPES.get(clause.scope)
    return np.ones(len(areas), dtype=bool) if area is None else np.asarray(areas == area.value)


def in_place(districts: NDArray[np.int64], row: int | None) -> NDArray[np.bool_]:
    """Those of a district by its position; all of them for the whole project."""
    return np.ones(len(districts), dtype=bool) if row is None else np.asarray(districts == row)


def heads(world: World, *counts: float) -> tuple[float, ...]:
    """Counts of the population layer as counts of children: themselves where it counts pupils, else none."""
    return counts if world.units is not None and world.units.counts == "pupils" else ()


def words_of(text: object) -> list[str]:
    """The names in a cell: `一小、二小` → 一小, 二小."""
    return [word for part in _BETWEEN.split("" if text is None else str(text)) if (word := part.strip())]


class Roll:
    """The schools layer by id and by name; a name that several schools share is nobody's."""

    def __init__(self, world: World) -> None:
        layer = world.layers.schools
        self.frame = pd.DataFrame() if layer is None else layer.frame
        self._known = school_ids(self.frame)

    def ids(self, text: object) -> list[str]:
        """Ids of the schools that a cell names; names that the layer does not know are left out."""
        return [self._known[word] for word in words_of(text) if word in self._known]

    def of_stage(self, text: object, stages: Iterable[Stage]) -> list[str]:
        """Those of them that offer one of the stages."""
        wanted = set(stages)
        return [each for each in self.ids(text) if wanted & set(self.stages(each))]

    def stages(self, school: str) -> tuple[Stage, ...]:
        """The stages that a school offers."""
        found: tuple[Stage, ...] = self.frame["stages"][school]
        return tuple(found)

    def value(self, school: str, column: str) -> object:
        """A cell of the schools layer; None for a column that it has not."""
        return self.frame[column][school] if column in self.frame else None


def cells(frame: pd.DataFrame, column: str) -> list[str]:
    """A column as text without blanks around it; '' throughout where it is absent."""
    if column not in frame:
        return [""] * len(frame)
    return ["" if value is None or value != value else str(value).strip() for value in frame[column]]  # noqa: PLR0124


def numbers(frame: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """A column as numbers, nan where blank or absent."""
    return frame[column].to_numpy(dtype=float) if column in frame else np.full(len(frame), np.nan)
