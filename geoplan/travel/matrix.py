"""What every travel engine answers with, and the seam that engines share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    import shapely
    from numpy.typing import NDArray

    from geoplan.types import Finding, Travel


@dataclass(frozen=True, eq=False)
class Nearest:
    """The nearest target of each origin, without a cut-off.

    Attributes:
        target: index into the targets, shape (n,), -1 where none can be reached; ties go to the lower index.
        distance_m: shape (n,), inf where none can be reached.
    """

    target: NDArray[np.int64]
    distance_m: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TravelMatrix:
    """Distances from origins (rows) to targets (columns) within a cut-off; every pair not stored is farther.

    Attributes:
        indptr, target, distance_m: CSR arrays over origins; targets of a row in ascending order. A distance of
            zero is stored like any other.
        shape: origins × targets.
        cutoff_m: no stored distance exceeds it.
    """

    indptr: NDArray[np.int64]
    target: NDArray[np.int64]
    distance_m: NDArray[np.float64]
    shape: tuple[int, int]
    cutoff_m: float

    @property
    def pairs(self) -> int:
        """How many pairs are in reach."""
        return len(self.target)

    def origin(self) -> NDArray[np.int64]:
        """Origin of each stored pair, shape (pairs,)."""
        return np.repeat(np.arange(self.shape[0]), np.diff(self.indptr))

    def __repr__(self) -> str:
        return f"TravelMatrix({self.shape[0]:,} × {self.shape[1]:,}, {self.pairs:,} pairs within {self.cutoff_m:,g} m)"


class TravelEngine(Protocol):
    """One way of getting to school. Coordinates are metres in the project CRS, shape (n, 2)."""

    @property
    def travel(self) -> Travel:
        """Which mode it is."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was assumed or noticed."""

    def nearest(self, origins: NDArray[np.float64], targets: NDArray[np.float64]) -> Nearest:
        """The nearest target of each origin."""

    def within(
        self, origins: NDArray[np.float64], targets: NDArray[np.float64], cutoff_m: NDArray[np.float64] | float
    ) -> TravelMatrix:
        """All pairs within the cut-off, which may differ for each origin."""

    def service_area(self, targets: NDArray[np.float64], radius_m: float) -> shapely.Geometry:
        """The places within `radius_m` of any target, as one polygon without overlaps."""


def from_pairs(
    origin: NDArray[np.int64],
    target: NDArray[np.int64],
    distance_m: NDArray[np.float64],
    *,
    shape: tuple[int, int],
    cutoff_m: float,
) -> TravelMatrix:
    """A matrix from unordered pairs, each of which occurs once."""
    order = np.lexsort((target, origin))
    indptr = np.zeros(shape[0] + 1, dtype=np.int64)
    np.cumsum(np.bincount(origin, minlength=shape[0]), out=indptr[1:])
    return TravelMatrix(indptr, target[order].astype(np.int64), distance_m[order].astype(float), shape, cutoff_m)
