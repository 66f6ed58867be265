"""Plane transformations by least squares: Helmert (similarity) and affine.

A Helmert transformation turns, shifts and scales by one factor: four unknowns, the right model for a local or CAD
coordinate system. An affine one has six and also takes shear and two scales, as paper maps need.
Reference: Wolf & Ghilani, Adjustment Computations, chapter 18.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Fit:
    """A registration.

    Attributes:
        matrix: shape (2, 2), target metres a local unit.
        shift: shape (2,), target metres.
        residuals_m: shape (n,), how far each control point lands from where it should.
        turned: local x and y were exchanged, as survey axes (x north) need.
    """

    matrix: NDArray[np.float64]
    shift: NDArray[np.float64]
    residuals_m: NDArray[np.float64]
    turned: bool

    def apply(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Local coordinates, shape (n, 2), in target metres."""
        return np.asarray((xy[:, ::-1] if self.turned else xy) @ self.matrix.T + self.shift)

    @property
    def scale(self) -> float:
        """Target metres a local unit, the geometric mean of both directions."""
        return float(np.sqrt(abs(np.linalg.det(self.matrix))))

    @property
    def turn_degrees(self) -> float:
        """How far local east is turned against target east, anticlockwise."""
        return float(np.degrees(np.arctan2(self.matrix[1, 0], self.matrix[0, 0])))


def helmert(local: NDArray[np.float64], target: NDArray[np.float64]) -> Fit:
    """The similarity of least squares, with local axes as given or exchanged, whichever fits better.

    Args:
        local: shape (n, 2), any unit.
        target: shape (n, 2), metres.
    """
    as_given, exchanged = (_similarity(local, target, turned=turned) for turned in (False, True))
    return min(as_given, exchanged, key=lambda fit: float(np.square(fit.residuals_m).sum()))


def _similarity(local: NDArray[np.float64], target: NDArray[np.float64], *, turned: bool) -> Fit:
    """With a + ib = Σ w·conj(z) / Σ|z|² over centred complex coordinates, the closed form of the normal equations."""
    points = local[:, ::-1] if turned else local
    middle, aim = points.mean(axis=0), target.mean(axis=0)
    z = (points - middle) @ np.array([1.0, 1.0j])
    w = (target - aim) @ np.array([1.0, 1.0j])
    factor = (w * z.conj()).sum() / (np.abs(z) ** 2).sum()
    matrix = np.array([[factor.real, -factor.imag], [factor.imag, factor.real]])
    return _fit(points, target, matrix, aim - matrix @ middle, turned=turned)


def affine(local: NDArray[np.float64], target: NDArray[np.float64]) -> Fit:
    """The affine transformation of least squares; same arguments as `helmert`."""
    middle, aim = local.mean(axis=0), target.mean(axis=0)
    solution, *_ = np.linalg.lstsq(local - middle, target - aim, rcond=None)
    matrix = solution.T
    return _fit(local, target, matrix, aim - matrix @ middle, turned=False)


def _fit(
    points: NDArray[np.float64],
    target: NDArray[np.float64],
    matrix: NDArray[np.float64],
    shift: NDArray[np.float64],
    *,
    turned: bool,
) -> Fit:
    off = points @ matrix.T + shift - target
    return Fit(matrix, shift, np.hypot(off[:, 0], off[:, 1]), turned)


def thinness(xy: NDArray[np.float64]) -> float:
    """Shortest by longest axis of a cloud of points: 0 on one line, 1 for a circle or a square."""
    spread = np.linalg.svd(xy - xy.mean(axis=0), compute_uv=False)
    return float(spread[1] / spread[0]) if len(spread) > 1 and spread[0] > 0 else 0.0
