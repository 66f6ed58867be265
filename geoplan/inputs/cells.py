"""Arithmetic of grid cells that keeps sums: adding up to larger cells, and splitting at boundaries."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]


@dataclass(frozen=True)
class Cells:
    """A north-up grid, and the part of it at hand.

    Attributes:
        x, y: west and north edge of the whole grid, in its CRS.
        width, height: of a cell, both positive.
        row, column: of the first cell at hand, counted from the north-western corner of the whole grid.
    """

    x: float
    y: float
    width: float
    height: float
    row: int = 0
    column: int = 0

    def boxes(self, row: NDArray[np.int64], column: NDArray[np.int64]) -> Shapes:
        """Boxes of the cells at hand, shape (n,)."""
        west = self.x + (column + self.column) * self.width
        north = self.y - (row + self.row) * self.height
        return np.asarray(shapely.box(west, north - self.height, west + self.width, north), dtype=object)


def added_up(values: Floats, cells: Cells, factor: int) -> tuple[Floats, Cells]:
    """Blocks of `factor` × `factor` cells as one, counted from the grid's own corner; the sum is kept.

    Args:
        values: people by cell, no NaN, shape (rows, columns).
        cells: where they lie.
        factor: 1 leaves everything as it is.
    """
    if factor == 1:
        return values, cells
    ahead = cells.row % factor, cells.column % factor
    shape = [-(-(size + before) // factor) for size, before in zip(values.shape, ahead, strict=True)]
    padded = np.zeros((shape[0] * factor, shape[1] * factor))
    padded[ahead[0] : ahead[0] + values.shape[0], ahead[1] : ahead[1] + values.shape[1]] = values
    summed = padded.reshape(shape[0], factor, shape[1], factor).sum(axis=(1, 3))
    coarse = replace(
        cells,
        width=cells.width * factor,
        height=cells.height * factor,
        row=cells.row // factor,
        column=cells.column // factor,
    )
    return summed, coarse


def clipped(boxes: Shapes, people: Floats, areas: Shapes) -> tuple[Shapes, Floats, NDArray[np.int64], float]:
    """Cells within some areas, those on a boundary in parts, by area; where areas overlap nobody counts twice.

    Args:
        boxes: of the cells, shape (n,).
        people: in them, shape (n,).
        areas: valid polygons or None, in the same CRS.

    Returns:
        Parts, the people in each, the position of the cell that each was cut from (ascending), and the people
        outside every area. Parts and outside add up to the sum of `people`.
    """
    tree = shapely.STRtree(areas)
    whole, _ = tree.query(boxes, predicate="covered_by")
    inside = np.unique(whole)
    is_inside = np.zeros(len(boxes), dtype=bool)
    is_inside[inside] = True
    cell, area = tree.query(boxes, predicate="intersects")
    cut = ~is_inside[cell]
    cell, area = cell[cut], area[cut]
    parts = shapely.intersection(boxes[cell], areas[area])
    size = shapely.area(parts)
    real = size > 0
    cell, parts, size = cell[real], parts[real], size[real]
    summed = np.bincount(cell, weights=size, minlength=len(boxes)).astype(np.float64)
    covered = np.minimum(summed, _together(cell, parts, summed))
    of_box = shapely.area(boxes)
    # overlapping areas share what they cover together
    shares = size / of_box[cell] * (covered[cell] / summed[cell])
    kept = np.concatenate([inside, cell]).astype(np.int64)
    order = np.argsort(kept, kind="stable")
    every = np.concatenate([boxes[inside], parts])[order]
    counts = np.concatenate([people[inside], people[cell] * shares])[order]
    outside = float(np.sum((people * (1.0 - covered / of_box))[~is_inside]))
    return every, counts, kept[order], outside


def _together(cell: NDArray[np.int64], parts: Shapes, summed: Floats) -> Floats:
    """The area that the parts of each cell cover together, shape as `summed`."""
    together = summed.copy()
    order = np.argsort(cell, kind="stable")
    owners, starts, numbers = np.unique(cell[order], return_index=True, return_counts=True)
    for owner, start, number in zip(owners, starts, numbers, strict=True):
        if number > 1:
            together[owner] = shapely.area(shapely.union_all(parts[order[start : start + number]]))
    return together
