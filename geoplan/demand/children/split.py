"""Counts of age bands split into single years of age, each band kept exactly and nobody negative.

Two ways. `EVEN` gives every age of a band the same: it can be checked by hand, and is the arithmetic that census
tables are usually read with (age 3-5 = 2/4 of 1-4 + 1/5 of 5-9). `SMOOTH` is Tobler's pycnophylactic interpolation
(1979): of all courses that keep every band, the one with the smallest sum of squared steps; where it falls below 0
the row is split evenly. Sprague's and Karup-King's multipliers need five-year bands throughout and are not used: a
census gives 0, 1-4, 5-9.

Compared on the census of 2020: 3-5-year-olds of Xingtai 335,073 (even) and 355,081 (smooth); 304,600 in kindergarten
at a gross rate of 90.07 % (XT:6, 41) are 338,181 children, which speaks for even. On a course that rises or falls
steadily smooth is nearer (tests/demand/test_cohorts_split.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

LAST_AGE = 19
"""Bands may reach beyond the last school age: 15-19 is split and 18 and 19 are dropped later."""


class Split(StrEnum):
    """How a band becomes single years."""

    EVEN = "even"
    SMOOTH = "smooth"

    @property
    def sentences(self) -> tuple[str, str]:
        """What was done, in Chinese and English."""
        return {
            "even": ("年龄段按各岁均分为单岁人数（假定）", "Age bands are split evenly into single years (assumed)"),
            "smooth": (
                "年龄段按平滑插值分为单岁人数，各段合计不变（假定）",
                "Age bands are split smoothly into single years, each band kept (assumed)",
            ),
        }[self.value]


@dataclass(frozen=True, eq=False)
class SingleYears:
    """Children by single year of age.

    Attributes:
        children: shape (rows, ages from 0 to `LAST_AGE`); NaN where no band holds the age.
        over: rows in which the single years of a band add up to more than the band; the single years were kept.
    """

    children: NDArray[np.float64]
    over: NDArray[np.int64]


def split_bands(bands: Mapping[tuple[int, int], NDArray[np.float64]], how: Split = Split.EVEN) -> SingleYears:
    """Single years of age from bands, narrow bands first.

    A band gives its ages what is left of it after the narrower bands inside: 0-4 beside age 0 leaves 1-4.

    Args:
        bands: counts, shape (rows,), by first and last age of the band, both included; NaN where a row is blank.
        how: even or smooth.

    Raises:
        ValueError: a band that is upside down, beyond `LAST_AGE`, or partly overlaps another in the same row.
    """
    _check(bands)
    rows = len(next(iter(bands.values()))) if bands else 0
    # what is still to be split: a label of each row's age and the count of each label
    label = np.full((rows, LAST_AGE + 1), -1, dtype=np.int64)
    amount = np.zeros((rows, len(bands)))
    over: list[NDArray[np.int64]] = []
    for number, (first, last) in enumerate(sorted(bands, key=lambda band: (band[1] - band[0], band))):
        counts = np.asarray(bands[first, last], dtype=np.float64)
        free = label[:, first : last + 1] == -1
        inside = _counted(label[:, first : last + 1], amount)
        rest = counts - inside
        over.append(np.flatnonzero((rest < -0.5) | ((rest > 0.5) & ~free.any(axis=1))))
        take = free & ~np.isnan(counts)[:, None]
        label[:, first : last + 1][take] = number
        amount[:, number] = np.where(take.any(axis=1), np.maximum(np.nan_to_num(rest), 0.0), 0.0)
    children = _even(label, amount)
    if how is Split.SMOOTH:
        children = _smooth(label, amount, children)
    return SingleYears(children, np.unique(np.concatenate(over)) if over else np.zeros(0, dtype=np.int64))


def _check(bands: Mapping[tuple[int, int], NDArray[np.float64]]) -> None:
    for first, last in bands:
        if not 0 <= first <= last <= LAST_AGE:
            raise ValueError(f"Expected an age band between 0 and {LAST_AGE}, found {first}-{last}.")
        for begin, end in bands:
            both = ~np.isnan(bands[first, last]) & ~np.isnan(bands[begin, end])
            if first < begin <= last < end and both.any():
                raise ValueError(f"The age bands {first}-{last} and {begin}-{end} overlap in part.")


def _counted(label: NDArray[np.int64], amount: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the narrower bands inside have taken already, by row."""
    found = np.zeros(len(label))
    for number in range(amount.shape[1]):
        found += np.where((label == number).any(axis=1), amount[:, number], 0.0)
    return found


def _even(label: NDArray[np.int64], amount: NDArray[np.float64]) -> NDArray[np.float64]:
    children = np.full(label.shape, np.nan)
    for number in range(amount.shape[1]):
        mine = label == number
        share = amount[:, number] / np.maximum(mine.sum(axis=1), 1)
        children = np.where(mine, share[:, None], children)
    return children


def _smooth(label: NDArray[np.int64], amount: NDArray[np.float64], even: NDArray[np.float64]) -> NDArray[np.float64]:
    """Tobler's course for each pattern of bands; rows that it leads below 0 stay even."""
    children = even.copy()
    patterns, of_row = np.unique(label, axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        rows = np.flatnonzero(of_row.reshape(-1) == number)
        ages = np.flatnonzero(pattern >= 0)
        used = np.unique(pattern[ages])
        if len(used) < 2:
            continue
        weights = _tobler(pattern[ages], ages, used)
        smooth = amount[np.ix_(rows, used)] @ weights.T
        good = (smooth >= 0).all(axis=1)
        children[np.ix_(rows[good], ages)] = smooth[good]
    return children


def _tobler(pattern: NDArray[np.int64], ages: NDArray[np.int64], used: NDArray[np.int64]) -> NDArray[np.float64]:
    """Matrix from the amounts of the bands to single ages, shape (ages, bands)."""
    sums = (pattern[None, :] == used[:, None]).astype(float)
    # steps between neighbouring ages only: a gap in the ages is no step
    step = np.diff(np.eye(len(ages)), axis=0)[np.diff(ages) == 1]
    count, bands = len(ages), len(used)
    system = np.block([[step.T @ step, sums.T], [sums, np.zeros((bands, bands))]])
    right = np.vstack([np.zeros((count, bands)), np.eye(bands)])
    return np.asarray(np.linalg.lstsq(system, right, rcond=None)[0][:count])
