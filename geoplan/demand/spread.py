"""Spreading whole people over weights, and square cells over polygons, without losing anyone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray


def largest_remainder(total: int, weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """Whole numbers in proportion to `weights`, shape (n,), that add up to `total` exactly.

    Hamilton's method; equal remainders go to the earlier row.

    Raises:
        ValueError: a negative weight or total, or weights that are all zero while there is something to spread.
    """
    if total < 0 or (weights < 0).any():
        raise ValueError("Expected a total and weights of at least 0.")
    if total == 0:
        return np.zeros(len(weights), dtype=np.int64)
    if weights.sum() <= 0:
        raise ValueError(f"Nothing to spread {total:,} over: every weight is 0.")
    exact = weights / weights.sum() * total
    whole: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole


def cut_into_cells(
    polygons: NDArray[np.object_], cell_m: float
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Cut polygons into square cells of a common lattice.

    A polygon smaller than a cell stays whole: its point lies inside it.

    Args:
        polygons: shape (n,), valid, in metres.
        cell_m: side of a cell.

    Returns:
        For each piece: index of its polygon, its centre point (m, 2), its share of the polygon's area; the shares
        of a polygon add up to 1.
    """
    owner: list[NDArray[np.int64]] = []
    xy: list[NDArray[np.float64]] = []
    share: list[NDArray[np.float64]] = []
    for position, polygon in enumerate(polygons):
        area = shapely.area(polygon)
        if area < cell_m * cell_m:
            point = shapely.get_coordinates(shapely.point_on_surface(polygon))
            owner.append(np.array([position]))
            xy.append(point)
            share.append(np.ones(1))
            continue
        # part by part, so that islands far apart cost cells for their land and not for the sea between
        pieces = np.concatenate([_pieces(part, cell_m) for part in shapely.get_parts(polygon)])
        areas = shapely.area(pieces)
        owner.append(np.full(len(pieces), position))
        xy.append(shapely.get_coordinates(shapely.centroid(pieces)))
        share.append(areas / areas.sum())
    return np.concatenate(owner), np.concatenate(xy), np.concatenate(share)


_MOST_BOXES = 4_096


def _pieces(polygon: shapely.Geometry, cell_m: float) -> NDArray[np.object_]:
    west, south, east, north = shapely.bounds(polygon)
    across, up = np.ceil((east - west) / cell_m), np.ceil((north - south) / cell_m)
    if across * up > _MOST_BOXES and shapely.area(polygon) < across * up * cell_m * cell_m / 4:
        # a long slanting polygon fills little of its box: halve the box along a lattice line
        if across >= up:
            middle = np.round((west + east) / 2 / cell_m) * cell_m
            halves = shapely.box([west, middle], south, [middle, east], north)
        else:
            middle = np.round((south + north) / 2 / cell_m) * cell_m
            halves = shapely.box(west, [south, middle], east, [middle, north])
        parts = shapely.get_parts(shapely.get_parts(shapely.intersection(polygon, halves)))
        return np.concatenate([_pieces(part, cell_m) for part in parts[shapely.area(parts) > 0]])
    columns = np.arange(np.floor(west / cell_m), np.ceil(east / cell_m)) * cell_m
    rows = np.arange(np.floor(south / cell_m), np.ceil(north / cell_m)) * cell_m
    x, y = (axis.ravel() for axis in np.meshgrid(columns, rows))
    boxes = shapely.box(x, y, x + cell_m, y + cell_m)
    shapely.prepare(polygon)
    whole = shapely.contains_properly(polygon, boxes)
    edge = shapely.intersects(polygon, boxes) & ~whole
    cut = shapely.intersection(polygon, boxes[edge])
    pieces = np.concatenate([boxes[whole], cut[shapely.area(cut) > 0]])
    return np.asarray(pieces, dtype=object)
