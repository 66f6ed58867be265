"""How evenly something is shared among people: Lorenz curve, Gini, percentiles, the worst-off, 差异系数.

Values belong to places and weights are the people there. Every measure stays the same when a place is divided in two
with the same value, and places with nobody in them do not count. Sources: Lorenz 1905, Publications of the American
Statistical Association 9, 209-219; Gini 1912; Palma 2011, Development and Change 42, 87-153.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.errors import ProblemError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

WORST_SHARE = 0.05

_ROUNDING = 1e-12
"""Sums of weights that differ by less than this part of the whole are equal: halves must add up to their whole."""


@dataclass(frozen=True, eq=False)
class Lorenz:
    """What share of the whole the worse-off share of the people has.

    Attributes:
        people: cumulative share of the people, the worst-off first, from 0 to 1, shape (k + 1,).
        value: their cumulative share of the whole, from 0 to 1, shape (k + 1,); the diagonal is equality.
    """

    people: NDArray[np.float64]
    value: NDArray[np.float64]

    @property
    def gini(self) -> float:
        """Twice the area between the diagonal and the curve: 0 all equal, towards 1 one has everything."""
        trapezes = np.diff(self.people) * (self.value[1:] + self.value[:-1])
        return max(0.0, 1.0 - float(trapezes.sum()))

    def share_of_poorest(self, people: float) -> float:
        """Share of the whole that the worst-off `people` (a share from 0 to 1) have."""
        return float(np.interp(people, self.people, self.value))

    @property
    def palma(self) -> float:
        """What the best-off tenth has over what the worst-off 40 % have; inf where these have nothing."""
        low = self.share_of_poorest(0.4)
        return (1.0 - self.share_of_poorest(0.9)) / low if low > 0 else float("inf")

    def __repr__(self) -> str:
        return f"Lorenz({len(self.people) - 1:,} steps, Gini {self.gini:.3f})"


def lorenz(values: NDArray[np.float64], weights: NDArray[np.float64]) -> Lorenz:
    """The Lorenz curve of `values` among the people `weights`, both of shape (n,).

    One step for each different value. Where nobody lives, or nobody has anything, it is the diagonal: all are equal.

    Raises:
        ProblemError: unequal lengths, negative weights, or values that are negative, infinite or blank where people
            live.
    """
    values, weights = _inhabited(values, weights)
    if (values < 0).any() or not np.isfinite(values).all():
        raise ProblemError("A Lorenz curve needs values of 0 or more: found negative, infinite or blank ones.")
    level, of_point = np.unique(values, return_inverse=True)
    people = np.asarray(np.bincount(of_point, weights, minlength=len(level)), dtype=float)
    held = people * level
    if not held.sum() > 0:
        return Lorenz(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    return Lorenz(_from_0_to_1(people), _from_0_to_1(held))


def gini(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Gini coefficient of `values` among the people `weights`; 0 where nobody lives. Errors: see `lorenz`."""
    return lorenz(values, weights).gini


def weighted_mean(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Mean over people; nan where nobody lives.

    Raises:
        ProblemError: unequal lengths or negative weights.
    """
    values, weights = _inhabited(values, weights)
    return float(np.average(values, weights=weights)) if len(values) else float("nan")


def weighted_percentiles(
    values: NDArray[np.float64], weights: NDArray[np.float64], percents: Sequence[float]
) -> NDArray[np.float64]:
    """The smallest value that at least so many per cent of the people do not exceed, for each of `percents`.

    It is always a value that occurs, never one between two places. nan where nobody lives.

    Raises:
        ProblemError: unequal lengths, negative weights, or a per cent outside 0 to 100.
    """
    asked = np.asarray(percents, dtype=float)
    if ((asked < 0) | (asked > 100)).any():
        raise ProblemError(f"Percentiles lie between 0 and 100: found {', '.join(f'{each:g}' for each in asked)}.")
    values, weights = _inhabited(values, weights)
    if not len(values):
        return np.full(len(asked), np.nan)
    order = np.argsort(values, kind="stable")
    share = _from_0_to_1(weights[order])[1:]
    return values[order][np.searchsorted(share, asked / 100 - _ROUNDING)]


def worst_part(
    values: NDArray[np.float64], weights: NDArray[np.float64], share: float = WORST_SHARE
) -> NDArray[np.float64]:
    """How many of the people at each place belong to the share with the highest values, shape (n,).

    Exactly `share` of all people: where many places are equally bad and not all are needed, each gives the same part
    of its people, so that the answer does not depend on the order of the rows.

    Raises:
        ProblemError: unequal lengths, negative weights, blank values where people live, or a share outside 0 to 1.
    """
    if not 0 <= share <= 1:
        raise ProblemError(f"A share of the people lies between 0 and 1: found {share:g}.")
    lived_in = weights > 0
    found = np.zeros(len(weights))
    values, people = _inhabited(values, weights)
    if np.isnan(values).any():
        raise ProblemError("The worst-off cannot be told where values are blank.")
    if len(values):
        level, of_point = np.unique(-values, return_inverse=True)
        at_level = np.bincount(of_point, people, minlength=len(level))
        before = np.cumsum(at_level) - at_level
        taken = np.clip((share * people.sum() - before) / at_level, 0.0, 1.0)
        found[lived_in] = people * taken[of_point]
    return found


def difference_coefficient(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """差异系数: standard deviation over mean, both weighted; nan where nobody is or the mean is 0.

    For 县域义务教育优质均衡 `values` is an indicator of each school per pupil (生均) and `weights` its pupils; the
    evaluation asks for at most 0.50 in primary and 0.45 in junior schools (secondary evidence: a published answer,
    not the text of the measure). The deviation is the population's, √(Σ P(i) / P · (X(i) − X̄)²).

    Raises:
        ProblemError: unequal lengths or negative weights.
    """
    mean = weighted_mean(values, weights)
    if not len(values) or np.isnan(mean) or mean == 0:
        return float("nan")
    values, weights = _inhabited(values, weights)
    return float(np.sqrt(np.average(np.square(values - mean), weights=weights)) / abs(mean))


def _from_0_to_1(parts: NDArray[np.float64]) -> NDArray[np.float64]:
    running = np.concatenate([[0.0], np.cumsum(parts)])
    return np.asarray(running / running[-1])


def _inhabited(
    values: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Values and weights of the places where somebody lives."""
    if len(values) != len(weights):
        raise ProblemError(f"{len(values):,} values and {len(weights):,} weights: give one weight for each value.")
    if not (np.isfinite(weights).all() and (weights >= 0).all()):
        raise ProblemError("Weights are numbers of people, 0 or more: found blank or negative ones.")
    lived_in = weights > 0
    return np.asarray(values, dtype=float)[lived_in], np.asarray(weights, dtype=float)[lived_in]
