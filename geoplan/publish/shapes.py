"""Geometry for the page: few vertices, short numbers, the axis order of the map.

A ring or line is a flat list of whole numbers: latitude and longitude (or y and x) of its first vertex in units of
1 / `Pen.scale`, then the step from each vertex to the next. That is a third of the size of plain degrees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.crs import to_lonlat

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

    Ring = list[int]
    Shape = list[list[Ring]]

DETAIL = 4_000
"""Outlines keep what can be seen when the whole study area is this many dots wide."""


class Pen:
    """Draws project coordinates as the page wants them: [lat, lon] in degrees, or [y, x] in local metres.

    Args:
        crs: the project's CRS, or None for local metres.
        extent: west, south, east, north of the study area in metres; sets how much detail is kept.
    """

    def __init__(self, crs: CRS | None, extent: tuple[float, float, float, float]) -> None:
        self.crs = crs
        west, south, east, north = extent
        self.tolerance_m = max(np.hypot(east - west, north - south) / DETAIL, 0.5)
        self.decimals = 1 if crs is None else 5
        # vertices are written as coarse as their outlines are simplified: a finer step would only be longer
        finest = 0.1 if crs is None else 1.1
        coarser = int(np.clip(np.floor(np.log10(self.tolerance_m / 3 / finest)), 0, 1))
        self.scale = 10 ** (self.decimals - coarser)

    def points(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Positions, shape (n, 2), as rows of [lat, lon] or [y, x], rounded (1 m, or 0.1 m in local metres)."""
        ahead = xy if self.crs is None else to_lonlat(self.crs, np.asarray(xy, dtype=float))
        return np.round(ahead[:, ::-1], self.decimals)

    def shape(self, geometry: shapely.Geometry | None) -> Shape:
        """Polygons as lists of rings, each ring flat; empty for None, for lines and for points."""
        if geometry is None:
            return []
        simple = shapely.simplify(geometry, self.tolerance_m)
        return [
            [self._flat(ring) for ring in (polygon.exterior, *polygon.interiors)]
            for polygon in shapely.get_parts(simple)
            if isinstance(polygon, shapely.Polygon) and shapely.area(polygon) > self.tolerance_m**2
        ]

    def coverage(self, polygons: NDArray[np.object_]) -> list[Shape]:
        """Neighbouring polygons with their shared edges kept shared; [] for a missing one."""
        shapes: list[Shape] = [[] for _ in polygons]
        given = np.flatnonzero(~shapely.is_missing(polygons))
        simple = shapely.coverage_simplify(polygons[given], self.tolerance_m)
        for row, polygon in zip(given, simple, strict=True):
            parts = [part for part in shapely.get_parts(polygon) if isinstance(part, shapely.Polygon)]
            shapes[row] = [[self._flat(ring) for ring in (part.exterior, *part.interiors)] for part in parts]
        return shapes

    def lines(self, geometry: NDArray[np.object_]) -> list[Ring]:
        """Lines (and outlines of polygons) as flat lists."""
        is_area = shapely.get_dimensions(geometry) == 2
        parts = shapely.get_parts(np.where(is_area, shapely.boundary(geometry), geometry))
        merged = shapely.get_parts(
            shapely.line_merge(shapely.multilinestrings(parts[shapely.get_dimensions(parts) == 1]))
        )
        return [self._flat(line) for line in shapely.simplify(merged, self.tolerance_m)]

    def _flat(self, line: shapely.Geometry) -> Ring:
        whole = np.round(self.points(shapely.get_coordinates(line)) * self.scale).astype(np.int64)
        # vertices that fall on the one before them would be two zeros
        whole = whole[np.concatenate([[True], (np.diff(whole, axis=0) != 0).any(axis=1)])]
        return [int(step) for step in np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype=np.int64)).ravel()]
