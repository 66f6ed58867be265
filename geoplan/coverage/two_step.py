"""Seats within reach against the pupils who compete for them: floating catchment areas over a sparse matrix.

Step one asks of each school how many pupils live in its catchment, step two adds up, for each place, the seats per
pupil of the schools it reaches. Seats are neither made nor lost: Σ access × pupils = Σ seats of the schools that
anybody reaches. Sources: Luo & Wang 2003, Environment and Planning B 30, 865-884 (two steps); Luo & Qi 2009, Health &
Place 15, 1100-1107 (nearer schools count more, E2SFCA); Wan, Zou & Sternberg 2012, International Journal of
Geographical Information Science 26, 1073-1089 (pupils divide themselves among the schools they reach, 3SFCA).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from geoplan.errors import ProblemError
from geoplan.travel.straight import TOUCH_M

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from geoplan.travel import TravelMatrix

LUO_QI_WEIGHTS = (1.0, 0.68, 0.22)
"""Weights of the near, middle and far zone in Luo & Qi 2009 (a Gaussian, slow decay)."""


class Decay(Protocol):
    """How much a school counts that is so far away."""

    def __call__(self, distance_m: NDArray[np.float64], /) -> NDArray[np.float64]:
        """Weights from 0 to 1, one for each distance in metres."""


@dataclass(frozen=True)
class Zones:
    """Steps: a school counts with the weight of the zone it lies in, and not at all beyond the last.

    Attributes:
        limits_m: outer limits in ascending order; a school at exactly the limit lies within it.
        weights: one for each zone, from 0 to 1.
    """

    limits_m: tuple[float, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        ascending = all(near < far for near, far in zip(self.limits_m, self.limits_m[1:], strict=False))
        if not self.limits_m or len(self.limits_m) != len(self.weights) or not ascending:
            raise ProblemError(
                f"Zones need ascending limits and one weight for each: found {self.limits_m} m and {self.weights}."
            )
        if not all(0 <= weight <= 1 for weight in self.weights):
            raise ProblemError(f"Weights of zones lie between 0 and 1: found {self.weights}.")

    def __call__(self, distance_m: NDArray[np.float64], /) -> NDArray[np.float64]:
        """Weights from 0 to 1, one for each distance in metres."""
        zone = np.searchsorted(np.asarray(self.limits_m) + TOUCH_M, distance_m)
        return np.array([*self.weights, 0.0])[zone]


def thirds(limit_m: float) -> Zones:
    """Three zones of equal width up to `limit_m`, with the weights of Luo & Qi 2009."""
    return Zones((limit_m / 3, limit_m * 2 / 3, limit_m), LUO_QI_WEIGHTS)


@dataclass(frozen=True)
class Gaussian:
    """A smooth fall, exp(-d² / 2σ²): 1 next door, 0.61 at σ, 0.14 at 2σ."""

    sigma_m: float

    def __post_init__(self) -> None:
        if not self.sigma_m > 0:
            raise ProblemError(f"The width of a Gaussian is a length above 0 m: found {self.sigma_m}.")

    def __call__(self, distance_m: NDArray[np.float64], /) -> NDArray[np.float64]:
        """Weights from 0 to 1, one for each distance in metres."""
        return np.asarray(np.exp(-0.5 * np.square(distance_m / self.sigma_m)))


@dataclass(frozen=True, eq=False)
class SeatAccess:
    """Seats per pupil as places and as schools see them, by index of the matrix that was asked.

    Attributes:
        access: seats per pupil at each demand point, shape (m,); 0 where no school is in reach, nan where all schools
            in reach are left out, because then nobody knows.
        ratio: seats per (weighted) pupil in the catchment of each school, shape (n,); nan where the school is left
            out or nobody lives in its catchment.
        reached: schools with known seats and somebody in their catchment, shape (n,).
        left_out: schools whose seats are unknown, shape (n,).
        near_left_out: demand points with a school in reach that was left out, shape (m,): their figure is too low.
    """

    access: NDArray[np.float64]
    ratio: NDArray[np.float64]
    reached: NDArray[np.bool_]
    left_out: NDArray[np.bool_]
    near_left_out: NDArray[np.bool_]

    def __repr__(self) -> str:
        left = f", {self.left_out.sum():,} left out" if self.left_out.any() else ""
        return f"SeatAccess({len(self.access):,} points, {self.reached.sum():,} of {len(self.ratio):,} schools{left})"


def two_step(
    matrix: TravelMatrix,
    *,
    seats: NDArray[np.float64],
    demand: NDArray[np.float64],
    decay: Decay | None = None,
    choice: bool = False,
) -> SeatAccess:
    """Seats per pupil within reach of each demand point.

    With w the decay (1 without one) and g the choice (1 without it, else w(i,j) / Σ_k w(i,k)):
    ratio(j) = seats(j) / Σ_i demand(i) w(i,j) g(i,j), and access(i) = Σ_j ratio(j) w(i,j) g(i,j).

    Args:
        matrix: from demand points (rows) to schools (columns); what it stores is the catchment.
        seats: of each school, shape (n,); nan where unknown: such a school is left out.
        demand: pupils or people at each point, shape (m,).
        decay: how much a school counts by its distance: `Zones`, `thirds`, `Gaussian`, or any function (E2SFCA).
        choice: True where pupils divide themselves among the schools they reach by the decay (3SFCA); otherwise each
            pupil asks for a seat at every school in reach.

    Raises:
        ProblemError: lengths that do not fit the matrix, or negative or unknown demand, or negative seats.
    """
    _check(matrix, seats, demand)
    left_out = np.isnan(seats)
    weight = np.ones(matrix.pairs) if decay is None else decay(matrix.distance_m)
    pairs = _sparse(matrix, weight)
    if choice:
        whole = pairs @ np.ones(len(seats))
        # a place whose weights are all zero chooses nothing
        per_weight = np.divide(1.0, whole, out=np.zeros_like(whole), where=whole > 0)
        pairs.data = weight * weight * np.repeat(per_weight, np.diff(matrix.indptr))
    asking = pairs.T @ demand
    reached = ~left_out & (asking > 0)
    ratio = np.divide(seats, asking, out=np.full(len(seats), np.nan), where=reached)
    access = pairs @ np.where(reached, ratio, 0.0)
    near_left_out = np.zeros(len(demand), dtype=bool)
    if left_out.any():
        near_left_out = pairs @ left_out.astype(float) > 0
        access[near_left_out & ~(pairs @ (~left_out).astype(float) > 0)] = np.nan
    return SeatAccess(access, ratio, reached, left_out, near_left_out)


def _sparse(matrix: TravelMatrix, weight: NDArray[np.float64]) -> csr_array:
    from scipy.sparse import csr_array  # noqa: PLC0415  needed here alone

    return csr_array((weight, matrix.target, matrix.indptr), shape=matrix.shape)


def _check(matrix: TravelMatrix, seats: NDArray[np.float64], demand: NDArray[np.float64]) -> None:
    if (len(demand), len(seats)) != matrix.shape:
        raise ProblemError(
            f"The matrix is {matrix.shape[0]:,} × {matrix.shape[1]:,}, but there are {len(demand):,} demand points "
            f"and {len(seats):,} schools. Ask the engine for the matrix between these points and these schools."
        )
    if not (np.isfinite(demand).all() and (demand >= 0).all()):
        raise ProblemError("Demand is a number of pupils or people, 0 or more: found blank or negative ones.")
    if (seats < 0).any() or np.isinf(seats).any():
        raise ProblemError("Seats are 0 or more, nan where unknown: found negative or infinite ones.")
