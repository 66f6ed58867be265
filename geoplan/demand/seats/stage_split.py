"""The figures of one school split over its stages: nine-year schools, complete secondary schools, attached classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.demand.children.stages import AGES
from geoplan.demand.people.spread import largest_remainder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geoplan.types import Stage


@dataclass(frozen=True, eq=False)
class StageFigures:
    """One school's figures by stage, each of shape (stages,), NaN where unknown.

    Attributes:
        by_years: True where classes or capacity had to be split by the years of the stages.
    """

    classes: NDArray[np.float64]
    capacity: NDArray[np.float64]
    enrolment: NDArray[np.float64]
    by_years: bool


def split_stages(
    stages: Sequence[Stage],
    caps: Mapping[Stage, int],
    *,
    classes: float,
    capacity: float,
    enrolment: float,
    stage_classes: NDArray[np.float64],
    stage_enrolment: NDArray[np.float64],
) -> StageFigures:
    """Split a school's totals over its stages; they add up to the total unless the stages' own figures exceed it.

    A stage's own figure is taken as given. What is left of the total goes to the other stages: classes in proportion
    to the stages' pupils ÷ cap where those are given, else to the years in the stage; pupils in proportion to classes;
    capacity in proportion to classes × cap. Whole totals are split into whole numbers by largest remainder.

    Args:
        stages: what the school offers, at least one.
        caps: most pupils of a class, by stage.
        classes, capacity, enrolment: the school's totals; NaN where unknown.
        stage_classes, stage_enrolment: the stages' own figures, shape (stages,); NaN where unknown.

    Raises:
        ValueError: a stage has no cap.
    """
    cap, years = caps_of(stages, caps), years_of(stages)
    own_classes, classes_by_years = _fill(stage_classes, classes, (stage_enrolment / cap, years))
    own_enrolment, _ = _fill(stage_enrolment, enrolment, (own_classes, years))
    # a stage whose classes are known takes its seats out of the capacity first; the others share what is left
    taken = own_classes * cap if np.isnan(own_classes).any() else np.full(len(stages), np.nan)
    own_capacity, capacity_by_years = _fill(taken, capacity, (own_classes * cap, stage_enrolment, years))
    if np.isnan(capacity):
        own_capacity = np.full(len(stages), np.nan)
    return StageFigures(own_classes, own_capacity, own_enrolment, classes_by_years or capacity_by_years)


def years_of(stages: Sequence[Stage]) -> NDArray[np.float64]:
    """Years that a child spends in each stage, shape (stages,): 6 : 3 for a nine-year school, 6 : 3 : 3 for twelve."""
    return np.array([len(AGES[stage]) for stage in stages], dtype=float)


def caps_of(stages: Sequence[Stage], caps: Mapping[Stage, int]) -> NDArray[np.float64]:
    """Most pupils of a class in each stage, shape (stages,).

    Raises:
        ValueError: a stage has no cap.
    """
    if missing := [stage for stage in stages if stage not in caps]:
        raise ValueError(f"Expected a class cap for each stage; there is none for {', '.join(missing)}.")
    return np.array([caps[stage] for stage in stages], dtype=float)


def share_out(total: float, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """`total` in proportion to `weights`, adding up to it; in whole numbers where it is whole."""
    if float(total).is_integer():
        return largest_remainder(int(total), weights).astype(float)
    return np.asarray(total * weights / weights.sum(), dtype=float)


def _fill(
    own: NDArray[np.float64], total: float, ways: Sequence[NDArray[np.float64]]
) -> tuple[NDArray[np.float64], bool]:
    """The blanks of `own` filled with what is left of `total`, by the first way that knows them all.

    The second value tells whether it had to be the last way.
    """
    blank = np.isnan(own)
    if not blank.any() or np.isnan(total):
        return own, False
    left = max(0.0, total - float(own[~blank].sum()))
    filled = own.copy()
    if blank.sum() == 1:
        filled[blank] = left
        return filled, False
    at = next(at for at, way in enumerate(ways) if np.isfinite(way[blank]).all() and way[blank].sum() > 0)
    filled[blank] = share_out(left, ways[at][blank])
    return filled, at == len(ways) - 1
