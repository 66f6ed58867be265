"""What an atlas is made of: sheets with a title and something to draw, signs of a legend, tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np
import shapely

from geoplan.coverage import closing_schools
from geoplan.demand import Scenario
from geoplan.inputs import layer_schemas
from geoplan.plan import PupilPlan
from geoplan.publish.atlas.printed import Word
from geoplan.publish.edition import Edition
from geoplan.publish.figures import figures_of
from geoplan.publish.figures.figure import NOTHING
from geoplan.publish.places import group_places
from geoplan.publish.stage_seats import seats_today
from geoplan.publish.statutory.planned import planned_schools
from geoplan.publish.statutory.states import ENDING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from geoplan.demand import Balance, Forecast, StageSeats
    from geoplan.inputs import LayerSchema
    from geoplan.plan import Plan
    from geoplan.publish.atlas.page import Page
    from geoplan.publish.figures import Figure
    from geoplan.publish.mapfile import MapFile
    from geoplan.publish.places import Places
    from geoplan.publish.statutory.states import PlannedSchool
    from geoplan.publish.zones_public import ZoneBook
    from geoplan.types import Words

    Box = tuple[float, float, float, float]

INK, SOFT, RULE, PAPER = "#22313a", "#51616b", "#c9c6bd", "#fbfaf7"
_COARSE_M = 100.0
_T = TypeVar("_T")
BLUE, ORANGE, RED = "#2f6685", "#d1602a", "#8f1d16"


@dataclass(frozen=True)
class Sign:
    """How one kind of thing is drawn, on the map and in its legend.

    Attributes:
        kind: point, line or fill.
        shape: of a point, as in layers/*.toml; a line, and the edge of a fill, is `line`, `dashed` or `dotted`.
        size: of a point in points, of a line its width; `width` is that of the edge of a fill.
        letter: written in it in the legend, where the map writes one before each number.
    """

    kind: str
    colour: str
    shape: str = "line"
    edge: str = "none"
    size: float = 5.0
    opacity: float = 1.0
    width: float = 0.35
    letter: str = ""


@dataclass(frozen=True)
class LegendItem:
    """One line of a legend: of something that is drawn on this very sheet.

    Attributes:
        count: how many are drawn, in words; '' where that says nothing.
    """

    sign: Sign
    zh: str
    en: str = ""
    count: str = ""


@dataclass(frozen=True)
class TableColumn:
    """One column of a table on a sheet; `share` of its width."""

    zh: str
    share: float
    align: Literal["left", "center", "right"] = "left"


@dataclass(frozen=True)
class SheetTable:
    """A table in words: figures are written as they are published.

    Attributes:
        more: what is said in place of rows that find no room, with `{left}` for their count.
    """

    title: str
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    more: str = "另有 {left} 行未列"


@dataclass(frozen=True, eq=False)
class AtlasSheet:
    """One sheet.

    Attributes:
        id: its own among the sheets, the same in the next atlas of the project.
        slug: part of the file name of its PNG.
        title: Chinese and English.
        compose: puts map, legend, tables and notes on a page.
    """

    id: str
    slug: str
    title: Words
    compose: Callable[[Page], None]


@dataclass(frozen=True, eq=False)
class Folio:
    """Everything that the sheets of one atlas are drawn from.

    Attributes:
        planned: schools as the plan leaves them; made from the plan where they are not given.
        told: the figures of the edition; made from the rest where they are not given.
    """

    plan: Plan
    map_file: MapFile
    balance: Balance | None = None
    forecasts: tuple[Forecast, ...] = ()
    zones: tuple[ZoneBook, ...] = ()
    years: tuple[int, ...] = field(default=())
    planned: tuple[PlannedSchool, ...] | None = None
    told: Mapping[str, Figure] | None = None
    _kept: dict[object, Any] = field(default_factory=dict, init=False, repr=False)

    def kept(self, key: object, make: Callable[[], _T]) -> _T:
        """What is the same on several sheets is made once."""
        if key not in self._kept:
            self._kept[key] = make()
        found: _T = self._kept[key]
        return found

    @cached_property
    def figures(self) -> Mapping[str, Figure]:
        """Every figure of the plan, its forecasts and its balance, as it is published."""
        if self.told is not None:
            return self.told
        pupils = None
        if self.balance is not None or self.forecasts:
            pupils = PupilPlan(self.forecasts, (), None, None, self.balance, self.years_shown, (), ())
        return figures_of(Edition(self.plan, self.map_file, pupils, None, self.zones))

    def word(self, figure: str, unit: str = "") -> Word:
        """A published figure as the sheets print it; a unit stands behind what is known."""
        text = self.figures[figure].text
        return Word(text if text == NOTHING else f"{text}{unit}", figure)

    @property
    def middle(self) -> Forecast:
        """The forecast whose figures the sheets tell."""
        return next((each for each in self.forecasts if each.scenario is Scenario.MIDDLE), self.forecasts[0])

    @property
    def years_shown(self) -> tuple[int, ...]:
        """Years of the balance on maps: those that were asked for, else its first and last."""
        if self.balance is None or not self.balance.years:
            return self.years
        known = self.balance.years
        return tuple(year for year in self.years if year in known) or tuple(sorted({known[0], known[-1]}))

    @cached_property
    def schools(self) -> tuple[PlannedSchool, ...]:
        """Every school as the plan leaves it: those of the statutory tables, else made from the plan alone."""
        return planned_schools(Edition(self.plan, self.map_file)) if self.planned is None else self.planned

    @cached_property
    def ending(self) -> frozenset[str]:
        """Ids of the schools that the plan closes or merges."""
        planned = {school.id for school in self.schools if school.action in ENDING}
        return frozenset(planned | closing_schools(self.plan.layers))

    @cached_property
    def seats(self) -> StageSeats:
        """Seats of every school by stage, as every output counts them."""
        return seats_today(self.plan)

    @cached_property
    def schemas(self) -> Mapping[str, LayerSchema]:
        """The layer files with their styles."""
        return layer_schemas(self.plan.config.folder)

    @cached_property
    def bounds(self) -> Box:
        """West, south, east, north of the districts, or of the people where there are none."""
        shapes = self.plan.units.district_shapes
        known = shapes[~shapely.is_missing(shapes)]
        west, south, east, north = shapely.total_bounds(known if len(known) else self.plan.units.geometry)
        return float(west), float(south), float(east), float(north)

    @cached_property
    def places(self) -> Places:
        """Where people live, as the page groups it."""
        return group_places(self.plan.units)

    @cached_property
    def district_middles(self) -> tuple[tuple[float, float] | None, ...]:
        """Where each district's name stands: well inside it; None of one without a polygon."""
        shapes = self.plan.units.district_shapes
        found: list[tuple[float, float] | None] = []
        for shape in shapes:
            if shape is None:
                found.append(None)
                continue
            coarse = shapely.simplify(shape, _COARSE_M)
            circle = shapely.maximum_inscribed_circle(coarse, _COARSE_M)
            x, y = shapely.get_coordinates(circle)[0]
            found.append((float(x), float(y)))
        return tuple(found)

    def district_bounds(self, row: int) -> Box | None:
        """Of the district's polygon, or of its people and schools; None of a district that is nowhere."""
        units = self.plan.units
        shape = units.district_shapes[row]
        here = [shape] if shape is not None else list(units.geometry[units.district == row])
        supplies = [stage.basis.after.supply for stage in self.plan.stages] if shape is None else []
        here += [shapely.Point(*xy) for supply in supplies for xy in supply.xy[supply.district == row]]
        if not here:
            return None
        west, south, east, north = shapely.total_bounds(np.array(here, dtype=object))
        return float(west), float(south), float(east), float(north)

    @property
    def is_unreviewed(self) -> bool:
        """Boundaries are shown, and nobody has given them a number: the page's own rule for its watermark."""
        return self.map_file.boundaries and not self.map_file.approval_number
