"""The district of each row: the one it names, else the one it stands in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.inputs.values import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]
    Positions = NDArray[np.int64]


def named_district(named: Iterable[object], ids: Iterable[object], names: Iterable[object]) -> Positions:
    """Position of the district that each row names by name or id; -1 for none, and for a name that several bear.

    Args:
        named: the column `district` of the rows.
        ids, names: of the districts.
    """
    by_id = {fold(str(key)): place for place, key in enumerate(ids)}
    by_name: dict[str, int] = {}
    for place, name in enumerate(names):
        word = fold(str(name))
        by_name[word] = -1 if word in by_name else place
    known = {**by_name, **by_id}
    known.pop("", None)
    return np.array([known.get(fold(str(name)), -1) for name in named], dtype=np.int64)


def home_district(shapes: Shapes, areas: Shapes) -> Positions:
    """Position of the district that each place (a point within, for areas) stands in; -1 for none.

    On a boundary the first district counts.

    Args:
        shapes: of the rows, None where they have no place; in the CRS of `areas`.
        areas: of the districts, None where they have no polygon.
    """
    home = np.full(len(shapes), -1, dtype=np.int64)
    if not (shapely.get_dimensions(areas) > 0).any():
        return home
    row, area = shapely.STRtree(areas).query(_points(shapes), predicate="intersects")
    order = np.argsort(area, kind="stable")[::-1]
    home[row[order]] = area[order]
    return home


def metres_outside(shapes: Shapes, areas: Shapes) -> NDArray[np.float64]:
    """Distance of each place to the nearest district; 0 within one, NaN without a place or without any district."""
    away_m = np.full(len(shapes), np.nan)
    points = _points(shapes)
    if not (shapely.get_dimensions(areas) >= 0).any():
        return away_m
    placed = ~shapely.is_missing(points) & ~shapely.is_empty(points)
    tree = shapely.STRtree(areas)
    away_m[placed] = 0.0
    inside = np.zeros(len(shapes), dtype=bool)
    inside[tree.query(points, predicate="intersects")[0]] = True
    out = np.flatnonzero(placed & ~inside)  # asking only these for the nearest is ten times as fast
    if len(out):
        pairs, distance_m = tree.query_nearest(points[out], return_distance=True, all_matches=False)
        away_m[out[pairs[0]]] = distance_m
    return away_m


def _points(shapes: Shapes) -> Shapes:
    """A point within each area; points stay as they are."""
    flat = shapely.get_dimensions(shapes) > 0
    points = shapes.copy()
    points[flat] = shapely.point_on_surface(shapes[flat])
    return points
