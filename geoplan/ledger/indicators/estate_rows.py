"""The estates layer as the indicators read it: each estate with the schools of a clause's stages that it names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.ledger.indicators.ground import Roll, cells, numbers, words_of

if TYPE_CHECKING:
    from geoplan.ledger.world import World
    from geoplan.rules import Clause


@dataclass(frozen=True)
class Estate:
    """A row of the estates layer, with the schools of a clause's stages that it names.

    Attributes:
        schools: ids of schools that stand and offer one of the stages.
        names_any: it names some school, of whatever stage, or one that the schools layer does not know.
        homes, school: years of the first homes and of the school, nan where unknown.
    """

    id: str
    name: str
    people: float
    households: float
    homes: float
    school: float
    schools: tuple[str, ...]
    names_any: bool

    @property
    def late(self) -> bool:
        """The school is handed over in a later year than the homes."""
        return self.school > self.homes


def estates_of(world: World, clause: Clause, *columns: str) -> list[Estate]:
    """The estates, with the schools that they name of the clause's level.

    Raises:
        NoDataError: no estates, or not one row fills a column.
    """
    frame = world.table("estates", *columns)
    roll, stages = Roll(world), clause.level.stages
    homes, handed = numbers(frame, "delivery"), numbers(frame, "school_delivery")
    people, households = numbers(frame, "people"), numbers(frame, "households")
    texts, names = cells(frame, "school"), cells(frame, "name")
    found = []
    for row, key in enumerate(frame.index):
        schools = tuple(roll.of_stage(texts[row], stages))
        opened = [float(year) for each in schools if (year := roll.value(each, "year_open")) is not None]  # type: ignore[arg-type]
        year = handed[row] if not np.isnan(handed[row]) else max(opened, default=float("nan"))
        found.append(
            Estate(
                str(key), names[row] or str(key), people[row], households[row], homes[row], year, schools,
                bool(words_of(texts[row])),
            )
        )  # fmt: skip
    return found
