"""Spreading whole people over weights, and square cells over polygons, without losing anyone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray


MOST_PEOPLE = 10**10
"""More than there are; up to here floating error stays below one person over millions of rows."""


@dataclass(frozen=True, eq=False)
class Spread:
    """Whole people that were spread from groups to rows.

    Attributes:
        people: shape (rows,), whole numbers of at least 0.
        left_over: shape (groups,): people of groups that have no row with a weight. What was spread and what is left
            over add up to every group's total.
    """

    people: NDArray[np.int64]
    left_over: NDArray[np.int64]

    def finding(self, names: Sequence[str], *, layer: str = "districts", file: str = "") -> tuple[Finding, ...]:
        """What was left over, as one warning; nothing where everybody has a place."""
        groups = np.flatnonzero(self.left_over)
        if not len(groups):
            return ()
        return (
            Finding(
                Severity.WARNING,
                "people-unplaced",
                f"{self.left_over.sum():,} people of {len(groups)} places have no row to live in, or rows of weight 0.",
                why="They are kept as a figure of their own, and stand in no row.",
                fix="Give the place rows with a weight, or join it to the place around it (often a 开发区).",
                layer=layer,
                file=file,
                rows=tuple(names[group] for group in groups[:5]),
                count=len(groups),
            ),
        )


def spread_groups(totals: ArrayLike, group: ArrayLike, weights: ArrayLike) -> Spread:
    """Whole people from the total of each group to its rows, in proportion to their weights, all groups at once.

    Hamilton's method (largest remainder) inside each group; equal remainders go to the earlier row. Every group's
    total is kept to the person: floating error could only move a person between rows whose remainders are equal to
    1e-8 of a person at 10 million people, and never lose one.

    Args:
        totals: whole people, shape (groups,).
        group: index into `totals` of each row, shape (rows,); -1 for a row of no group, which gets nobody.
        weights: at least 0, shape (rows,), in any unit.

    Raises:
        ValueError: totals that are negative, not whole or beyond `MOST_PEOPLE`, weights that are negative or not
            finite, an index beyond the groups.
    """
    whole = _whole(np.asarray(totals))
    at = np.asarray(group, dtype=np.int64)
    weight = np.asarray(weights, dtype=np.float64)
    if at.shape != weight.shape:
        raise ValueError(f"Expected one weight for each row, found {at.shape} groups and {weight.shape} weights.")
    if len(at) and (at.min() < -1 or at.max() >= len(whole)):
        raise ValueError(f"Expected groups from 0 to {len(whole) - 1}, or -1; found {at.min()} to {at.max()}.")
    if not np.isfinite(weight).all() or (weight < 0).any():
        raise ValueError("Expected weights of at least 0; found negative, blank or endless ones.")
    rows = np.flatnonzero((at >= 0) & (weight > 0))
    people = np.zeros(len(at), dtype=np.int64)
    people[rows] = _hamilton(whole, at[rows], weight[rows])
    held = np.zeros(len(whole), dtype=bool)
    held[at[rows]] = True
    return Spread(people, np.where(held, 0, whole))


def _whole(totals: NDArray[np.generic]) -> NDArray[np.int64]:
    values = np.asarray(totals, dtype=np.float64)
    if not ((values >= 0) & (values <= MOST_PEOPLE) & (values == np.floor(values))).all():
        raise ValueError(f"Expected totals that are whole people from 0 to {MOST_PEOPLE:,}.")
    return np.asarray(totals).astype(np.int64)


def _hamilton(totals: NDArray[np.int64], at: NDArray[np.int64], weight: NDArray[np.float64]) -> NDArray[np.int64]:
    """Largest remainder in every group; all weights are positive."""
    count = len(totals)
    # against the heaviest row of the group, so that no sum of weights runs over
    heaviest = np.zeros(count)
    np.maximum.at(heaviest, at, weight)
    part = weight / heaviest[at]
    exact = part * (totals / np.maximum(np.bincount(at, part, count), 1.0))[at]
    floor = np.floor(exact)
    people = floor.astype(np.int64)
    sizes = np.bincount(at, minlength=count)
    missing = np.where(sizes > 0, totals - np.bincount(at, floor, count).astype(np.int64), 0)
    # by falling remainder, then by group; both sorts keep the order of equal ones, and small whole keys sort fastest
    order = np.argsort(floor - exact, kind="stable")
    key = at.astype(np.uint16) if count <= np.iinfo(np.uint16).max else at
    order = order[np.argsort(key[order], kind="stable")]
    first = np.cumsum(sizes) - sizes
    # the first `missing` rows of each group, as a run of positions for every group
    lucky = np.repeat(first - (np.cumsum(missing) - missing), missing) + np.arange(missing.sum())
    people[order[lucky]] += 1
    return people


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
