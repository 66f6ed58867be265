"""Populated places as the page shows them: the rows of the population layer, put together where there are too many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.coverage import Coverage
    from geoplan.demand import Units

MOST_PLACES = 5_000
MOST_OUTLINES = 2_000


@dataclass(frozen=True, eq=False)
class Places:
    """Groups of population rows; a group of one is the row itself.

    Attributes:
        group: group of each row, shape (units,).
        heaviest: the row with most people in each group; it lends the group its name and place.
        size: rows in each group.
        people: people of each group.
    """

    units: Units
    group: NDArray[np.int64]
    heaviest: NDArray[np.int64]
    size: NDArray[np.int64]
    people: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.heaviest)

    @property
    def xy(self) -> NDArray[np.float64]:
        """Where each group is shown, shape (groups, 2)."""
        return shapely.get_coordinates(shapely.point_on_surface(self.units.geometry[self.heaviest]))

    @property
    def names(self) -> list[str]:
        """Name of each group: its heaviest row's, with the number of rows where there are several."""
        names = [str(name) for name in self.units.names[self.heaviest]]
        return [f"{name} 等{size}处" if size > 1 else name for name, size in zip(names, self.size, strict=True)]

    @property
    def outlines(self) -> NDArray[np.object_] | None:
        """Polygons to draw, or None where rows are points, grouped or too many."""
        geometry = self.units.geometry
        plain = len(self) == len(self.units) <= MOST_OUTLINES and bool((shapely.get_dimensions(geometry) == 2).all())
        return geometry if plain else None

    def share(self, coverage: Coverage) -> list[int]:
        """Whole percent of each group's people that are covered; -1 where nobody is assessed.

        Only everyone is 100, and only no one is 0.
        """
        weight = np.where(self.units.people > 0, self.units.people, 1e-9)
        unit_share = coverage.unit_share()
        assessed = ~np.isnan(unit_share)
        total = np.bincount(self.group, weight * assessed, minlength=len(self))
        covered = np.bincount(self.group, weight * np.nan_to_num(unit_share), minlength=len(self))
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.round(100 * covered / total, 6)
        percent = np.where(share >= 100, 100, np.clip(np.floor(share), np.where(share > 0, 1, 0), 99))
        return [int(each) for each in np.where(total > 0, percent, -1)]

    def nearest(self, coverage: Coverage) -> tuple[list[int], list[int]]:
        """School (index into the supply, -1 for none) and distance in metres (-1) from each group's place."""
        point = _middle_point(coverage)[self.heaviest]
        distance = coverage.distance_m[point]
        metres = np.where(np.isfinite(distance), np.round(np.where(np.isfinite(distance), distance, 0.0)), -1)
        return [int(each) for each in coverage.school[point]], [int(each) for each in metres]


def group_places(units: Units) -> Places:
    """One place for each row; beyond 5,000 rows, rows on the same square of a lattice are one place."""
    group = np.arange(len(units))
    if len(units) > MOST_PLACES:
        xy = shapely.get_coordinates(shapely.point_on_surface(units.geometry))
        span = np.ptp(xy, axis=0)
        side = float(np.sqrt(max(span.prod(), 1.0) / (MOST_PLACES * 2)))
        group = _squares(xy, side)
        while group.max() + 1 > MOST_PLACES:
            side *= 1.2
            group = _squares(xy, side)
    order = np.lexsort((np.arange(len(units)), -units.people, group))
    first = np.ones(len(order), dtype=bool)
    first[1:] = group[order][1:] != group[order][:-1]
    people = np.asarray(np.bincount(group, units.people), dtype=float)
    return Places(units, group, order[first], np.bincount(group).astype(np.int64), people)


def _squares(xy: NDArray[np.float64], side: float) -> NDArray[np.int64]:
    lattice: NDArray[np.float64] = np.floor(xy / side)
    return np.unique(lattice, axis=0, return_inverse=True)[1].ravel().astype(np.int64)


def _middle_point(coverage: Coverage) -> NDArray[np.int64]:
    """For each population row, its demand point nearest to the middle of its points."""
    demand = coverage.demand
    size = len(demand.units)
    count = np.bincount(demand.unit, minlength=size)
    middle = np.column_stack([np.bincount(demand.unit, axis, minlength=size) / count for axis in demand.xy.T])
    off = np.hypot(*(demand.xy - middle[demand.unit]).T)
    order = np.lexsort((off, demand.unit))
    return order[np.searchsorted(demand.unit[order], np.arange(size))]
