"""Settlements too far from their school, and what helps each of them: boarding, a bus, a school bus, a new school.

The four ways are those of ZZ:196 (郑州): 建设乡镇寄宿制学校、申请增设公共交通线路、提供校车服务, and, where none of
them works, a school of its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.coverage.counts import shown
from geoplan.coverage.journey import Vehicle, bus_minutes
from geoplan.types import Stage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.coverage.journey import Journeys
    from geoplan.demand import Demand


class Remedy(StrEnum):
    """What brings a school near."""

    BOARDING = "boarding"
    BUS = "bus"
    SCHOOL_BUS = "school_bus"
    NEW_SCHOOL = "new_school"

    @property
    def zh(self) -> str:
        """The Chinese label."""
        return {"boarding": "寄宿", "bus": "公交", "school_bus": "校车", "new_school": "新建学校"}[self.value]

    @property
    def en(self) -> str:
        """The English label."""
        return {"boarding": "boarding", "bus": "bus", "school_bus": "school bus", "new_school": "new school"}[self]


def above(minutes: float) -> str:
    """Minutes that exceed a limit, rounded up to a tenth so that they never read as the limit itself."""
    return f"{math.ceil(round(10 * minutes, 6)) / 10:g}"


@dataclass(frozen=True)
class Settlement:
    """A row of the population layer with people beyond the limit on foot; figures of its farthest ones.

    Attributes:
        people: those of it beyond the limit on foot; `counts` says whether people or pupils.
        school, school_name: the school that is nearest on foot, '' for none.
        distance_m, walk_minutes: the way to that school; inf where there is none.
        minutes: as things stand, by bus where one runs.
        in_place: what keeps it within the limit today, or None.
        works: what would, where nothing does; in the order of ZZ:196.
        citation: file and line of the clause on remedies, '' where the profile has none.
    """

    id: str
    name: str
    people: float
    counts: str
    school: str
    school_name: str
    distance_m: float
    walk_minutes: float
    minutes: float
    limit_minutes: float
    in_place: Remedy | None
    works: tuple[Remedy, ...]
    citation: str = ""

    @property
    def zh(self) -> str:
        """A sentence for planners."""
        cited = f"（{self.citation}）" if self.citation else ""
        limit = f"{self.limit_minutes:g}分钟"
        if not np.isfinite(self.distance_m):
            far = "没有可到达的学校"
        else:
            way = f"距{self.school_name} {self.distance_m / 1000:.1f}公里"
            far = f"{way}，步行{above(self.walk_minutes)}分钟，超过{limit}"
        start = f"{self.name}：{self._people}人，{far}"
        if self.in_place is Remedy.BOARDING:
            return f"{start}；该校为寄宿制{cited}"
        if self.in_place is not None:
            return f"{start}；乘{self.in_place.zh}{self.minutes:.0f}分钟，以公交/校车解决{cited}"
        return f"{start}；可采取：{'、'.join(each.zh for each in self.works)}{cited}"

    @property
    def en(self) -> str:
        """The same in English."""
        cited = f" ({self.citation})" if self.citation else ""
        if not np.isfinite(self.distance_m):
            far = "no school can be reached"
        else:
            far = f"{self.distance_m / 1000:.1f} km to {self.school_name}, {above(self.walk_minutes)} min on foot"
            far += f", above {self.limit_minutes:g}"
        start = f"{self.name}: {self._people} {self.counts}, {far}"
        if self.in_place is Remedy.BOARDING:
            return f"{start}; the school boards{cited}"
        if self.in_place is not None:
            return f"{start}; {self.minutes:.0f} min by {self.in_place.en}{cited}"
        return f"{start}; would work: {', '.join(each.en for each in self.works)}{cited}"

    @property
    def _people(self) -> str:
        return shown(self.people) if self.counts == "pupils" else f"{self.people:,.0f}"

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON; small counts of pupils are hidden."""
        finite = np.isfinite(self.distance_m)
        return {
            "id": self.id,
            "name": self.name,
            self.counts: self._people,
            "school": self.school,
            "distance_m": round(self.distance_m) if finite else None,
            "walk_minutes": round(self.walk_minutes, 1) if finite else None,
            "minutes": round(self.minutes, 1) if np.isfinite(self.minutes) else None,
            "in_place": self.in_place.value if self.in_place else None,
            "works": [each.value for each in self.works],
            "zh": self.zh,
            "en": self.en,
        }


def far_settlements(
    found: Journeys, demand: Demand, where: NDArray[np.bool_], *, citation: str = ""
) -> tuple[Settlement, ...]:
    """The settlements with people beyond the limit on foot, in the order of the population layer.

    Args:
        found: journeys from `demand.xy`.
        where: demand points to look at, shape (m,).
        citation: of the clause that names the remedies.
    """
    far = np.flatnonzero(where & ~found.within_on_foot & (demand.people > 0))
    if not len(far):
        return ()
    # the last of a row is its farthest point that has least help
    order = far[np.lexsort((found.minutes[far], found.walk_minutes[far], demand.unit[far]))]
    starts = np.flatnonzero(np.diff(demand.unit[order], prepend=-1))
    return tuple(_settlement(found, demand, points, citation) for points in np.split(order, starts[1:]))


def _settlement(found: Journeys, demand: Demand, points: NDArray[np.int64], citation: str) -> Settlement:
    stuck = points[~found.within[points]]
    point = int(stuck[-1] if len(stuck) else points[-1])
    school, row = int(found.nearest[point]), int(demand.unit[point])
    in_place = _in_place(found, points, stuck)
    return Settlement(
        id=str(demand.units.ids[row]),
        name=demand.units.place_name(row),
        people=float(demand.people[points].sum()),
        counts=demand.units.counts,
        school=str(found.supply.ids[school]) if school >= 0 else "",
        school_name=str(found.supply.names[school] or found.supply.ids[school]) if school >= 0 else "",
        distance_m=float(found.nearest_m[point]),
        walk_minutes=float(found.walk_minutes[point]),
        minutes=float(found.minutes[point]),
        limit_minutes=found.limit_minutes,
        in_place=in_place,
        works=() if in_place is not None else _would_work(found, float(found.nearest_m[point])),
        citation=citation,
    )


def _in_place(found: Journeys, points: NDArray[np.int64], stuck: NDArray[np.int64]) -> Remedy | None:
    """What serves every point of a settlement today."""
    if not len(stuck):
        return Remedy.SCHOOL_BUS if found.vehicle[points[-1]] is Vehicle.SCHOOL_BUS else Remedy.BUS
    school = found.nearest[stuck]
    if may_board(found.supply.stage) and bool(((school >= 0) & found.supply.boards[school]).all()):
        return Remedy.BOARDING
    return None


def _would_work(found: Journeys, distance_m: float) -> tuple[Remedy, ...]:
    boarding = (Remedy.BOARDING,) if may_board(found.supply.stage) and found.supply.boards.any() else ()
    rides = bus_minutes(distance_m) <= found.limit_minutes
    buses = (Remedy.BUS, Remedy.SCHOOL_BUS) if rides else ()
    return (*boarding, *buses, Remedy.NEW_SCHOOL)


def may_board(stage: Stage) -> bool:
    """True from junior school on: grades 1-3 should not board (国办发〔2018〕27号), and 小学以走读为主 (AY:292)."""
    return stage in {Stage.JUNIOR, Stage.SENIOR}
