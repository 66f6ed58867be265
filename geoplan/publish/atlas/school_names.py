"""Names of schools on a map: every school has its name there, or a number that an index of names explains."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geoplan.publish.atlas.ground import name_districts
from geoplan.publish.atlas.letters import LEAST_POINTS
from geoplan.publish.atlas.maptext import MapText
from geoplan.publish.atlas.marks import badge_sites
from geoplan.publish.atlas.sheet import INK, SOFT
from geoplan.publish.sheets import district_label
from geoplan.types import natural_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.coverage import Supply
    from geoplan.plan import StagePlan
    from geoplan.publish.atlas.sheet import Box, Folio

FEW, MOST = 40, 260
"""Up to so many schools in sight a name may stand further off; beyond, names stand on the sheets of the districts."""
MOST_IN_PANEL = 24
"""An index of so many names stands in the panel of its map; a longer one on a sheet of its own."""
ENDING_INK = "#8f3a10"
FAR_MM = 80.0
_VERY_FEW, _AWAY_MM, _REACH_MM = 15, 1.1, 20.0


class Entry(NamedTuple):
    """A line of an index: number, name, and the district or the stages of a school."""

    number: str
    name: str
    of: str


class Named(NamedTuple):
    """The lettering of a map, and the schools that have only a number on it.

    Attributes:
        entries: what explains the numbers in the panel; () where they are too many for it, and a sheet follows.
        left: how many have no name on the map.
        elsewhere: True where the names of a crowded map stand on the sheets of the districts.
        boxes: parts of the map that have a sheet of their own, in metres; their schools have neither name nor number.
    """

    text: MapText
    entries: tuple[Entry, ...]
    left: int
    elsewhere: bool = False
    boxes: tuple[Box, ...] = ()

    def notes(self, stage: str, title: str) -> list[str]:
        """What the sheet says of names that are not written; `title` is that of the sheet of the index."""
        found = [f"图上{stage}较多，校名见各分图则。"] if self.elsewhere else []
        found += ["虚线框内的学校见其后的放大图。"] if self.boxes else []
        where = "本图“校名索引”" if self.entries else f"“{title}”"
        return found + ([f"有 {self.left} 所的校名在图上注不下，只注编号，校名见{where}。"] if self.left else [])


class School(NamedTuple):
    """A school on a map; `rank` says whose name comes first: those that end, later stages, more seats."""

    id: str
    xy: tuple[float, float]
    entry: Entry
    rank: tuple[bool, int, float, str]


class StageNames(NamedTuple):
    """The lettering of a stage's sheet of today and of its layout; `entries` where a panel is too small for it."""

    today: Named
    layout: Named
    entries: tuple[Entry, ...]


def stage_names(folio: Folio, stage_plan: StagePlan) -> StageNames:
    """The lettering of a stage's sheet of today and of its layout; a school has one number on both."""
    return folio.kept(("names", stage_plan.stage), lambda: _stage_names(folio, stage_plan))


def _stage_names(folio: Folio, stage_plan: StagePlan) -> StageNames:
    supply = stage_plan.basis.before.supply
    elsewhere = len(supply) > MOST
    with_sheet = [elsewhere and folio.district_bounds(row) is not None for row in range(len(folio.district_middles))]
    by_district = sorted(
        range(len(supply)), key=lambda row: (supply.district[row] < 0, supply.district[row], id_order(supply, row))
    )
    rows = [row for row in by_district if supply.district[row] < 0 or not with_sheet[int(supply.district[row])]]
    schools = [
        school_of(folio, supply, row, number, district_label(folio.plan, int(supply.district[row])))
        for number, row in enumerate(rows, start=1)
    ]
    texts = MapText.of(folio.bounds), MapText.of(folio.bounds)
    for text in texts:
        text.heed(supply.xy)
    badge_sites(texts[1], stage_plan)
    left = []
    for text in texts:
        name_districts(text, folio)
        left.append(write_names(text, folio, schools)[0])
    found = [
        Named(text, index_of(schools, mine, MOST_IN_PANEL), len(mine), elsewhere)
        for text, mine in zip(texts, left, strict=True)
    ]
    apart = frozenset().union(*(mine for mine in left if len(mine) > MOST_IN_PANEL))
    return StageNames(found[0], found[1], index_of(schools, apart, len(schools)))


def id_order(supply: Supply, row: int) -> tuple[tuple[int, int, str], ...]:
    return natural_key(str(supply.ids[row]))


def school_of(folio: Folio, supply: Supply, row: int, number: int, of: str, *, order: int = 0) -> School:
    school = str(supply.ids[row])
    x, y = supply.xy[row].tolist()
    seats = float(np.nan_to_num(folio.seats.array(supply.stage, supply.ids[row : row + 1])[0]))
    rank = (school not in folio.ending, -order, -seats, school)
    return School(school, (x, y), Entry(str(number), short_name(folio, supply, row), of), rank)


def write_names(
    text: MapText, folio: Folio, schools: Sequence[School], *, reach_mm: float = FAR_MM
) -> tuple[frozenset[str], frozenset[str]]:
    """Write the names that have room, and numbers for the others.

    Args:
        reach_mm: how far off its school a number may stand.

    Returns:
        Ids of the schools without a name, and of those among them that have not even a number within reach.
    """
    seen = [school for school in schools if text.window.holds(*school.xy)]
    few = len(seen) <= FEW
    points = 8.0 if len(seen) <= _VERY_FEW else 7.0 if few else LEAST_POINTS
    left = []
    for school in sorted(seen, key=lambda each: each.rank):
        colour = ENDING_INK if school.id in folio.ending else INK if few else SOFT
        reach = _REACH_MM if few else 0.0
        if not text.name(*school.xy, school.entry.name, points, colour=colour, away_mm=_AWAY_MM, reach_mm=reach):
            left.append(school)
    crowded = []
    for school in sorted(left, key=lambda each: int(each.entry.number)):
        colour = ENDING_INK if school.id in folio.ending else INK
        if not text.number(*school.xy, school.entry.number, colour=colour, reach_mm=reach_mm):
            crowded.append(school)
    return frozenset(school.id for school in left), frozenset(school.id for school in crowded)


def index_of(schools: Sequence[School], only: frozenset[str], most: int) -> tuple[Entry, ...]:
    """The lines of some of the schools, in the order of their numbers; none if there are more than `most`."""
    return tuple(school.entry for school in schools if school.id in only) if len(only) <= most else ()


def short_name(folio: Folio, supply: Supply, row: int) -> str:
    """The name without that of its district, which stands on the map itself."""
    name = str(supply.names[row])
    return name.removeprefix(district_label(folio.plan, int(supply.district[row]))) or name
