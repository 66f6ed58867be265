"""Where to fetch, cut into cells of one fixed grid: any two runs share the cells that they have in common."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Geod

from geoplan.crs import to_lonlat
from geoplan.errors import ConfigError, InputError, near_match

if TYPE_CHECKING:
    from geoplan.types import Layer

STEP_DEGREES = 0.05
"""Side of a cell: about 25 km² at 37° N, 1-30 MB of roads."""
MAX_CELLS = 4_000
"""More than the public servers want to be asked by one person in a day."""
_DEEPEST = 4
_GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True, order=True)
class Cell:
    """One square of the grid, or a quarter of one, of degrees (WGS 84).

    Attributes:
        depth: 0 for a whole cell; each step halves the side.
        row: southern edge, in sides from the equator.
        column: western edge, in sides from Greenwich.
    """

    depth: int
    row: int
    column: int

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        side = STEP_DEGREES / 2**self.depth
        edges = (self.column * side, self.row * side, (self.column + 1) * side, (self.row + 1) * side)
        west, south, east, north = (round(edge, 7) for edge in edges)
        return west, south, east, north

    @property
    def area_km2(self) -> float:
        """On the ellipsoid."""
        west, south, east, north = self.bounds
        area_m2, _ = _GEOD.polygon_area_perimeter([west, east, east, west], [south, south, north, north])
        return abs(float(area_m2)) / 1e6

    def quarters(self) -> tuple[Cell, ...]:
        """The four cells of half the side; empty where a cell is as small as it gets."""
        if self.depth >= _DEEPEST:
            return ()
        row, column = 2 * self.row, 2 * self.column
        return tuple(Cell(self.depth + 1, row + up, column + right) for up in (0, 1) for right in (0, 1))

    def __str__(self) -> str:
        return ",".join(f"{edge:g}" for edge in self.bounds)


@dataclass(frozen=True, eq=False)
class Area:
    """What is to be fetched.

    Attributes:
        shape: polygon in degrees, WGS 84.
        words: how it was named, for the record.
    """

    shape: shapely.Geometry
    words: str

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees, to five decimals outwards."""
        west, south, east, north = shapely.bounds(self.shape)
        low, high = (
            (math.floor(edge * 1e5) / 1e5 for edge in (west, south)),
            (math.ceil(edge * 1e5) / 1e5 for edge in (east, north)),
        )
        return (*low, *high)

    def cells(self) -> tuple[Cell, ...]:
        """The whole cells that the shape touches, from the south-west.

        Raises:
            ConfigError: more than `MAX_CELLS`.
        """
        west, south, east, north = shapely.bounds(self.shape)
        rows = range(math.floor(south / STEP_DEGREES + 1e-9), math.ceil(north / STEP_DEGREES - 1e-9))
        columns = range(math.floor(west / STEP_DEGREES + 1e-9), math.ceil(east / STEP_DEGREES - 1e-9))
        if len(rows) * len(columns) > 100 * MAX_CELLS:
            raise ConfigError(_too_wide(self, len(rows) * len(columns)))
        every = [Cell(0, row, column) for row in rows for column in columns]
        edges = np.array([cell.bounds for cell in every]).reshape(-1, 4)
        shapely.prepare(self.shape)
        # a shared edge alone is no overlap: a box that ends on the grid does not ask for the cells beside it
        inner = edges + np.array([1.0, 1.0, -1.0, -1.0]) * 1e-9
        touched = np.flatnonzero(shapely.intersects(self.shape, shapely.box(*inner.T)))
        cells = tuple(every[place] for place in touched)
        if len(cells) > MAX_CELLS:
            raise ConfigError(_too_wide(self, len(cells)))
        return cells


def _too_wide(area: Area, cells: int) -> str:
    return (
        f"The area {area.words} takes {cells:,} cells; {MAX_CELLS:,} are fetched at most, out of regard for servers "
        "that are free for all. Name one district (--district) or a smaller --bbox; for a whole province take an "
        "extract (.osm.pbf) from a mirror and cut it with osmium extract --bbox."
    )


def area_of(text: str) -> Area:
    """`W,S,E,N` in degrees.

    Raises:
        ConfigError: not four figures, out of range, or in another order.
    """
    wanted = "expected W,S,E,N in degrees, such as 114.4,37.0,114.6,37.1"
    try:
        west, south, east, north = (float(part) for part in text.replace("，", ",").split(","))
    except ValueError as fault:
        raise ConfigError(f"--bbox: {wanted}; found {text!r}.") from fault
    if not all(map(math.isfinite, (west, south, east, north))):
        raise ConfigError(f"--bbox: {wanted}; found {text!r}.")
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
        hint = " Latitude seems to stand first." if max(abs(west), abs(east)) <= 90 else ""
        raise ConfigError(f"--bbox: {text!r} leaves the globe; {wanted}.{hint}")
    if west >= east or south >= north:
        hint = f" Was {east:g},{north:g},{west:g},{south:g} meant?" if west > east and south > north else ""
        raise ConfigError(f"--bbox: {text!r} is empty: W must be less than E and S less than N; {wanted}.{hint}")
    return Area(shapely.box(west, south, east, north), f"{west:g},{south:g},{east:g},{north:g}")


def area_of_districts(districts: Layer, name: str | None, *, margin_m: float) -> Area:
    """The project's districts, or one of them, with a margin.

    Args:
        districts: in metres of a CRS that can be brought to degrees.
        name: id or name of one district; None for all.
        margin_m: schools and roads this far beyond still serve the children inside.

    Raises:
        InputError: no such district, no outline, or local metres that lie nowhere on the globe.
    """
    frame = districts.frame
    if districts.frame.crs is None:
        what = f"{districts.file}: the project is in local metres, which lie nowhere on the globe."
        raise InputError(f"{what} Say where to fetch with --bbox W,S,E,N in degrees.")
    if name is not None:
        called = frame["name"].astype(str) if "name" in frame.columns else frame.index.astype(str)
        frame = frame[(called == name) | (frame.index.astype(str) == name)]
        if not len(frame):
            raise InputError(
                f"{districts.file}: no district is called {name!r}.{near_match(name, called)} "
                f"Known: {', '.join(sorted(called)[:20])}."
            )
    outlines = np.asarray(frame.geometry, dtype=object)
    outlines = outlines[~(shapely.is_missing(outlines) | shapely.is_empty(outlines))]
    if not len(outlines):
        what = f"{districts.file}: {name or 'no district'} has no outline."
        raise InputError(f"{what} Say where to fetch with --bbox W,S,E,N in degrees.")
    wide = shapely.buffer(shapely.union_all(shapely.simplify(outlines, 50.0)), margin_m)
    crs = districts.frame.crs
    shape = shapely.transform(wide, lambda xy: to_lonlat(crs, xy))
    return Area(shape, f"{name or 'districts'} + {margin_m:,.0f} m")
