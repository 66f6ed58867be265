"""What an atlas is made of: sheets with a title and something to draw, signs of a legend, tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.inputs import layer_schemas
from geoplan.publish.edition import Edition
from geoplan.publish.places import group_places
from geoplan.publish.statutory.planned import planned_schools
from geoplan.publish.statutory.states import ENDING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from geoplan.demand import Balance, Forecast
    from geoplan.inputs import LayerSchema
    from geoplan.plan import Plan
    from geoplan.publish.atlas.page import Page
    from geoplan.publish.mapfile import MapFile
    from geoplan.publish.places import Places
    from geoplan.publish.statutory.states import PlannedSchool
    from geoplan.publish.zones_public import ZoneBook

    Words = tuple[str, str]
    Box = tuple[float, float, float, float]

INK, SOFT, RULE, PAPER = "#22313a", "#51616b", "#c9c6bd", "#fbfaf7"
_COARSE_M = 100.0
BLUE, ORANGE, RED = "#2f6685", "#d1602a", "#8f1d16"


@dataclass(frozen=True)
class Sign:
    """How one kind of thing is drawn, on the map and in its legend.

    Attributes:
        kind: point, line or fill.
        shape: of a point, as in layers/*.toml; a line is `line` or `dashed`.
        size: of a point in points, of a line its width.
    """

    kind: str
    colour: str
    shape: str = "line"
    edge: str = "none"
    size: float = 5.0
    opacity: float = 1.0


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
    align: str = "left"


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
        slug: part of the file name of its PNG.
        title: Chinese and English.
        compose: puts map, legend, tables and notes on a page.
    """

    slug: str
    title: Words
    compose: Callable[[Page], None]


@dataclass(frozen=True, eq=False)
class Folio:
    """Everything that the sheets of one atlas are drawn from."""

    plan: Plan
    map_file: MapFile
    balance: Balance | None = None
    forecasts: tuple[Forecast, ...] = ()
    zones: tuple[ZoneBook, ...] = ()
    years: tuple[int, ...] = field(default=())
    planned: tuple[PlannedSchool, ...] | None = None

    @cached_property
    def schools(self) -> tuple[PlannedSchool, ...]:
        """Every school as the plan leaves it: those of the statutory tables, else made from the plan alone."""
        return planned_schools(Edition(self.plan, self.map_file)) if self.planned is None else self.planned

    @cached_property
    def ending(self) -> frozenset[str]:
        """Ids of the schools that the plan closes or merges."""
        return frozenset(school.id for school in self.schools if school.action in ENDING)

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
