"""Today's seats of every school, stage by stage: the one reading that tables, maps, pages and figures print.

The rule is that of the balance (docs/balance.md): classes × cap of the stage, else the stage's part of the capacity.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from geoplan.demand.seats.school_offers import school_offers
from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from geoplan.demand.seats.offers import Offer


@dataclass(frozen=True)
class SeatTotal:
    """Schools that offer a stage and their seats, of the whole or of one unit.

    Attributes:
        schools: public and private ones.
        public, private: seats; those that are unknown count as 0.
        unknown: of `schools`, those whose seats nobody knows.
    """

    schools: int = 0
    public: float = 0.0
    private: float = 0.0
    unknown: int = 0

    @property
    def seats(self) -> float:
        """Public and private seats together."""
        return self.public + self.private


@dataclass(frozen=True, eq=False)
class StageSeats:
    """What every school of the layer offers in the year of the data, without projects and proposals.

    Attributes:
        rows: the offers, in the order of the layer, a school's stages together.
        year: None where no year is known: then opening and closing are not asked.
    """

    rows: tuple[Offer, ...]
    year: int | None

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages that some school offers."""
        return tuple(stage for stage in Stage if stage in {row.stage for row in self.rows})

    def of(self, school: str, stage: Stage) -> float:
        """Seats of one school in one stage; NaN where they are unknown or it does not offer the stage."""
        return self._by_school.get(school, {}).get(stage, float("nan"))

    def school(self, school: str) -> dict[Stage, float]:
        """Seats of one school by stage, NaN where unknown; {} for one that serves no stage or is not open."""
        return dict(self._by_school.get(school, {}))

    def by_school(self) -> dict[str, list[Offer]]:
        """The offers of each school, by its id."""
        found: dict[str, list[Offer]] = {}
        for row in self.rows:
            found.setdefault(row.id, []).append(row)
        return found

    def whole(self, school: str) -> float:
        """Seats of all stages of a school together; NaN where none is known."""
        known = [seats for seats in self._by_school.get(school, {}).values() if np.isfinite(seats)]
        return sum(known) if known else float("nan")

    def array(self, stage: Stage, schools: Iterable[str]) -> NDArray[np.float64]:
        """Seats of the stage in these schools, shape (n,), NaN where unknown."""
        return np.array([self.of(str(school), stage) for school in schools], dtype=float)

    def total(self, stage: Stage, place: str | None = None) -> SeatTotal:
        """Seats of a stage together.

        Args:
            place: id of a unit; '' for schools that lie in none; None for all.
        """
        mine = [row for row in self.rows if row.stage is stage and place in {None, row.place}]
        known = [row for row in mine if np.isfinite(row.seats)]
        return SeatTotal(
            len(mine),
            sum(row.seats for row in known if row.is_public),
            sum(row.seats for row in known if not row.is_public),
            len(mine) - len(known),
        )

    @cached_property
    def _by_school(self) -> dict[str, dict[Stage, float]]:
        found: dict[str, dict[Stage, float]] = {}
        for row in self.rows:
            found.setdefault(row.id, {})[row.stage] = row.seats
        return found


def stage_seats(
    schools: pd.DataFrame,
    caps: Mapping[Stage, int],
    *,
    place: pd.Series[str] | None = None,
    projects: pd.DataFrame | None = None,
    year: int | None = None,
) -> StageSeats:
    """The seats of every school by stage, by the rule of the balance.

    Args:
        schools: as for `school_offers`; special, vocational and unlicensed ones offer nothing.
        caps: most pupils of a class, for every stage that occurs.
        place: id of the unit of each school, by school id; without it, the column `district`.
        projects: where it is given, a school offers nothing from the year in which a project of the table ends it.
        year: schools that are not open in it offer nothing; None asks of no year.

    Raises:
        ValueError: a stage occurs that has no cap.
    """
    rows = school_offers(schools, caps, place=place, projects=projects, data_year=year).rows
    return StageSeats(
        tuple(row for row in rows if not row.planned and (year is None or row.opens <= year < row.closes)), year
    )
