"""Who lives where: the population layer as points with people, pupils, district and area class.

Polygons are cut into cells small against the service radius, so that a block on the edge of a circle counts in
part. Simplification: within a polygon people are taken to live evenly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.demand.people.spread import cut_into_cells
from geoplan.demand.people.totals import hull, spread_totals
from geoplan.errors import InputError
from geoplan.types import Area, Finding, Severity

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from geoplan.config import LayerConfig
    from geoplan.demand.people.uncertainty import Uncertainty
    from geoplan.types import Layer, Layers, Stage

CELLS_PER_RADIUS = 30
"""Cells are a thirtieth of the service radius: a lone circle's share is then right to about 0.1 %."""

MOST_CELLS = 200_000
SMALLEST_CELL_M = 5.0


@dataclass(frozen=True, eq=False)
class Units:
    """The rows of the population layer, as every stage and radius shares them.

    Attributes:
        ids, names: shape (n,), in natural order of the id.
        people: shape (n,); whole numbers unless the layer itself holds fractions.
        geometry: points or polygons, shape (n,).
        district: index into `district_ids`, or -1 outside every district (of a polygon: where its middle lies).
        area: urban or rural, shape (n,).
        area_given: True where the row's own column names its class.
        district_given: True where the row's own column names its district.
        district_shapes: polygons in the order of `district_ids`; None where a district has none.
        counts: what `people` counts: `people`, or `pupils` where the layer holds only these.
        unplaced: people of districts that have nowhere to be put (no polygon, no carriers), by district id.
        uncertainty: of people that were spread: how far each row differs between the weights at hand.
    """

    ids: NDArray[np.object_]
    names: NDArray[np.object_]
    people: NDArray[np.float64]
    geometry: NDArray[np.object_]
    district: NDArray[np.int64]
    area: NDArray[np.object_]
    pupils: dict[str, NDArray[np.float64]]
    district_ids: tuple[str, ...]
    district_names: tuple[str, ...]
    district_areas: tuple[str, ...]
    district_shapes: NDArray[np.object_]
    district_given: NDArray[np.bool_]
    area_given: NDArray[np.bool_]
    counts: str
    unplaced: dict[str, float]
    findings: tuple[Finding, ...]
    uncertainty: Uncertainty | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def classes(self) -> NDArray[np.object_]:
        """Area classes that people may live in; cells of a polygon may lie in a district of another class."""
        others = self.district_areas if (shapely.get_dimensions(self.geometry) == 2).any() else ()
        return np.array([*self.area, *others], dtype=object)

    def place_name(self, row: int) -> str:
        """What people would call the place: the row's name, else its district's, else its id."""
        name, district = str(self.names[row]), int(self.district[row])
        if name and name != str(self.ids[row]):
            return name
        return self.district_names[district] if district >= 0 else str(self.ids[row])

    def __repr__(self) -> str:
        return f"Units({len(self):,} rows, {self.people.sum():,.0f} {self.counts}, {len(self.district_ids)} districts)"


@dataclass(frozen=True, eq=False)
class Demand:
    """Points that stand for people.

    Attributes:
        units: the rows they come from.
        unit: index of each point's row, shape (m,).
        xy: metres in the project CRS, shape (m, 2).
        people: shape (m,); the points of a row add up to the row.
        district: district index of each point, or -1; the cells of a polygon may lie in different ones.
        area: urban or rural, shape (m,): the row's own class, else that of the district that the point lies in.
        pupils: pupils of the stage at each point, or None where no layer tells.
        cell_m: side of the cells that polygons were cut into, or None where all rows are points.
    """

    units: Units
    unit: NDArray[np.int64]
    xy: NDArray[np.float64]
    people: NDArray[np.float64]
    pupils: NDArray[np.float64] | None
    district: NDArray[np.int64]
    area: NDArray[np.object_]
    cell_m: float | None

    def __len__(self) -> int:
        return len(self.xy)

    def __repr__(self) -> str:
        cells = f", cells of {self.cell_m:g} m" if self.cell_m else ""
        return f"Demand({len(self):,} points, {self.people.sum():,.0f} {self.units.counts}{cells})"


def build_units(layers: Layers, config: LayerConfig) -> Units:
    """The population layer with district and area class; people spread from district totals where asked.

    Raises:
        InputError: people are to be spread and the districts hold no totals.
    """
    population = _given(layers.population)
    frame = population.frame
    geometry = np.asarray(frame.geometry.array, dtype=object)
    shapes = _study_shapes(layers, config, geometry)
    district, given, ids, names, areas = _districts(layers, frame, geometry)
    findings: list[Finding] = []
    unplaced: dict[str, float] = {}
    doubt: Uncertainty | None = None
    if config.spread is not None:
        people, unplaced, doubt, findings = spread_totals(layers, config, frame, district)
    else:
        people = frame["people"].to_numpy(dtype=float)
        unplaced = _without_rows(layers, district)
    findings += _outside(people, district, frame, population, has_districts=layers.districts is not None)
    area, notes = _areas(frame, district, areas, population)
    findings += notes + _unplaced_finding(unplaced, layers)
    return Units(
        ids=frame.index.to_numpy(dtype=object),
        names=frame["name"].to_numpy(dtype=object),
        people=people,
        geometry=geometry,
        district=district,
        area=area,
        pupils=_pupils(layers, config, frame, people, district),
        district_ids=ids,
        district_names=names,
        district_areas=areas,
        district_shapes=shapes,
        # people that were spread over a district's features stay its people
        district_given=given | (config.spread is not None),
        area_given=_own_areas(frame) != "",
        counts=config.counts,
        unplaced=unplaced,
        findings=tuple(findings),
        uncertainty=doubt,
    )


def build_demand(units: Units, stage: Stage, radius_m: float) -> Demand:
    """Points for one stage, fine enough for its service radius.

    Args:
        units: from `build_units`.
        stage: whose pupils.
        radius_m: the smallest radius that will be tested.
    """
    is_polygon = shapely.area(units.geometry) > 0
    unit, xy, share, cell_m = np.arange(len(units)), np.zeros((len(units), 2)), np.ones(len(units)), None
    if is_polygon.any():
        cell_m = _cell_side(units.geometry[is_polygon], radius_m)
        rows = np.flatnonzero(is_polygon)
        owner, centre, part = cut_into_cells(units.geometry[is_polygon], cell_m)
        points = np.flatnonzero(~is_polygon)
        unit = np.concatenate([rows[owner], points])
        xy = np.concatenate([centre, shapely.get_coordinates(units.geometry[points])])
        share = np.concatenate([part, np.ones(len(points))])
        order = np.argsort(unit, kind="stable")
        unit, xy, share = unit[order], xy[order], share[order]
    else:
        xy = shapely.get_coordinates(units.geometry)
    pupils = units.pupils.get(stage.value)
    district = _point_districts(units, unit, xy, is_polygon)
    return Demand(
        units=units,
        unit=unit,
        xy=xy,
        people=units.people[unit] * share,
        pupils=None if pupils is None else pupils[unit] * share,
        district=district,
        area=_point_areas(units, unit, district),
        cell_m=cell_m,
    )


def _cell_side(polygons: NDArray[np.object_], radius_m: float) -> float:
    affordable = float(np.sqrt(shapely.area(polygons).sum() / MOST_CELLS))
    return max(radius_m / CELLS_PER_RADIUS, affordable, SMALLEST_CELL_M)


def _given(layer: Layer | None) -> Layer:
    if layer is None:
        raise InputError("The project has no population layer. Add [layers.population] to project.toml.")
    return layer


def _districts(
    layers: Layers, frame: pd.DataFrame, geometry: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.bool_], tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """District index for each row: by the layer's own column (id or name), else by where the row lies."""
    if layers.districts is None:
        return np.full(len(frame), -1), np.zeros(len(frame), dtype=bool), (), (), ()
    table = layers.districts.frame
    ids = tuple(str(each) for each in table.index)
    position = {name: row for row, name in reversed(list(enumerate(table["name"])))}
    position.update({each: row for row, each in enumerate(ids)})
    position.pop("", None)
    column = frame["district"] if "district" in frame else [""] * len(frame)
    index = np.array([position.get(str(each), -1) for each in column])
    given = index >= 0
    missing = np.flatnonzero(~given)
    index[missing] = lies_in(_district_shapes(layers), shapely.point_on_surface(geometry[missing]))
    return index, given, ids, tuple(table["name"]), tuple(table["area"] if "area" in table else [""] * len(table))


def _district_shapes(layers: Layers) -> NDArray[np.object_]:
    return np.asarray(layers.districts.frame.geometry.array if layers.districts is not None else [], dtype=object)


def _study_shapes(layers: Layers, config: LayerConfig, geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """The districts; where people are only in an extract, what lies inside the hull of their carriers."""
    shapes = _district_shapes(layers)
    if config.spread is None or not config.spread.clip_to_carriers:
        return shapes
    return np.asarray(shapely.intersection(shapes, hull(geometry)), dtype=object)


def lies_in(shapes: NDArray[np.object_], points: NDArray[np.object_]) -> NDArray[np.int64]:
    """Index of the shape that each point lies in, or -1; on a shared edge the one that comes first."""
    index = np.full(len(points), len(shapes), dtype=np.int64)
    point_row, shape_row = shapely.STRtree(shapes).query(points, predicate="intersects")
    np.minimum.at(index, point_row, shape_row)
    return np.where(index == len(shapes), -1, index)


def _point_districts(
    units: Units, unit: NDArray[np.int64], xy: NDArray[np.float64], is_polygon: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """The row's district; for a cell of a polygon that crosses a boundary the one that the cell lies in."""
    district = units.district[unit].copy()
    cells = np.flatnonzero(is_polygon[unit] & ~units.district_given[unit])
    if len(cells) and len(units.district_ids) > 1:
        own = lies_in(units.district_shapes, np.asarray(shapely.points(xy[cells]), dtype=object))
        district[cells] = np.where(own >= 0, own, district[cells])
    return district


def _point_areas(units: Units, unit: NDArray[np.int64], district: NDArray[np.int64]) -> NDArray[np.object_]:
    """The row's own class; without one the class of the point's district, else that of the row."""
    known = np.array([*units.district_areas, ""], dtype=object)[district]
    return np.where(units.area_given[unit] | (known == ""), units.area[unit], known).astype(object)


def _without_rows(layers: Layers, district: NDArray[np.int64]) -> dict[str, float]:
    """People of districts in which the population layer has not a single row."""
    if layers.districts is None or "people" not in layers.districts.frame:
        return {}
    table = layers.districts.frame
    people = table["people"].to_numpy(dtype=float)
    empty = np.setdiff1d(np.arange(len(table)), district)
    return {str(table.index[row]): float(people[row]) for row in empty if people[row] > 0}


def _own_areas(frame: pd.DataFrame) -> NDArray[np.object_]:
    return frame["area"].to_numpy(dtype=object) if "area" in frame else np.full(len(frame), "", dtype=object)


def _areas(
    frame: pd.DataFrame, district: NDArray[np.int64], areas: tuple[str, ...], layer: Layer
) -> tuple[NDArray[np.object_], list[Finding]]:
    own = _own_areas(frame)
    inherited = np.array([areas[row] if row >= 0 else "" for row in district], dtype=object)
    area = np.where(own == "", inherited, own)
    unknown = area == ""
    if not unknown.any():
        return area, []
    return np.where(unknown, Area.URBAN.value, area).astype(object), [
        Finding(
            Severity.NOTE,
            "area-assumed-urban",
            f"{unknown.sum():,} rows have no urban or rural class, nor has their district; urban rules are applied.",
            why="The plans' rules differ between town and country.",
            fix="Fill the column `area` (urban / rural) of the districts or of the population.",
            layer=layer.role,
            file=layer.file,
            count=int(unknown.sum()),
        )
    ]


def _pupils(
    layers: Layers,
    config: LayerConfig,
    frame: pd.DataFrame,
    people: NDArray[np.float64],
    district: NDArray[np.int64],
) -> dict[str, NDArray[np.float64]]:
    """Pupils by stage: the rows' own, else each district's rate times its people, else the layer counts pupils."""
    found: dict[str, NDArray[np.float64]] = {}
    districts = layers.districts.frame if layers.districts is not None else None
    for stage in ("kindergarten", "primary", "junior", "senior"):
        column = f"pupils_{stage}"
        if config.counts == "pupils":
            found[stage] = people
        elif column in frame:
            found[stage] = np.nan_to_num(frame[column].to_numpy(dtype=float))
        elif districts is not None and column in districts and "people" in districts:
            with np.errstate(divide="ignore", invalid="ignore"):
                rate = np.nan_to_num((districts[column] / districts["people"]).to_numpy(dtype=float), posinf=0.0)
            found[stage] = np.where(district >= 0, rate[district], 0.0) * people
    return found


def _outside(
    people: NDArray[np.float64],
    district: NDArray[np.int64],
    frame: pd.DataFrame,
    layer: Layer,
    *,
    has_districts: bool,
) -> list[Finding]:
    outside = np.flatnonzero((district < 0) & (people > 0))
    if not has_districts or not len(outside):
        return []
    return [
        Finding(
            Severity.WARNING,
            "population-outside-districts",
            f"{people[outside].sum():,.0f} people in {len(outside):,} rows lie in no district.",
            why="They count in the totals but in no district's row.",
            fix="Check the boundary, the CRS and the datum, or add the missing district.",
            layer=layer.role,
            file=layer.file,
            rows=tuple(str(each) for each in frame.index[outside[:5]]),
            count=len(outside),
        )
    ]


def _unplaced_finding(unplaced: dict[str, float], layers: Layers) -> list[Finding]:
    if not unplaced or layers.districts is None:
        return []
    return [
        Finding(
            Severity.WARNING,
            "people-unplaced",
            f"{sum(unplaced.values()):,.0f} people of {len(unplaced)} districts have no place: no polygon or no rows.",
            why="They are reported, and neither counted as served nor as unserved.",
            fix="Give the district a polygon, or population rows with its id in the column `district`.",
            layer="districts",
            file=layers.districts.file,
            rows=tuple(unplaced)[:5],
            count=len(unplaced),
        )
    ]
