"""Grade progression in words: how ratios are averaged, what was assumed, what is missing."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from geoplan.demand.children.stages import AGES, grade_label
from geoplan.demand.forecasting.cohort import FRAGILE_AFTER
from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.demand.forecasting.assumptions import Assumptions, Sentence
    from geoplan.demand.forecasting.enrolled import History
    from geoplan.demand.forecasting.forecast import Scenario


class Ratio(StrEnum):
    """How the yearly ratios of the past become one."""

    MEAN = "mean"
    WEIGHTED = "weighted"
    RECENT = "recent"
    LAST = "last"

    @property
    def sentences(self) -> Sentence:
        """In Chinese and English."""
        return {
            "mean": ("各年升级率的算术平均", "mean of the yearly ratios"),
            "weighted": ("按学生数加权的升级率", "ratios weighted by pupils"),
            "recent": ("近年权重较大的升级率（1，2，…，n）", "ratios weighted 1, 2, … n towards the last year"),
            "last": ("最近一年的升级率", "ratio of the last year"),
        }[self.value]


def ratios_missing(rows: NDArray[np.int64], places: tuple[str, ...]) -> tuple[Finding, ...]:
    """Places that have no ratio of their own."""
    if not len(rows):
        return ()
    return (
        Finding(
            Severity.WARNING,
            "progression-ratio-missing",
            f"{len(rows)} places have grades without two years to take a ratio from.",
            why="The ratio of all places together is used, and none where they have none either.",
            fix="Give enrolment by grade of at least two years that follow each other.",
            layer="enrolment",
            rows=tuple(places[row] for row in rows[:5]),
            count=len(rows),
        ),
    )


def sentences(
    history: History, ratios: NDArray[np.float64], level: list[int], given: Assumptions, scenario: Scenario, how: Ratio
) -> tuple[Sentence, ...]:
    """Ratios used and what was assumed, in Chinese and English."""
    zh, en = how.sentences
    span = f"{history.years[0]}—{history.years[-1]}"
    mean = [float(np.nanmean(column)) if np.isfinite(column).any() else np.nan for column in ratios.T]
    steps = "；".join(
        f"{grade_label(low)}→{grade_label(high)} {ratio:.4f}"
        for low, high, ratio in zip(history.ages[:-1], history.ages[1:], mean, strict=True)
        if np.isfinite(ratio)
    )
    lines = [(f"{span} 年{zh}（各地平均：{steps}）", f"{span.replace('—', '-')}: {en} (mean of places: {steps})")]
    factor = given.migration_factor[scenario]
    if factor != 1:
        chinese = f"{scenario.zh}：学段内升级率与 1 之差的系数 {factor:g}（假定）"
        english = f"{scenario.value}: factor {factor:g} on how far ratios inside a stage lie from 1 (assumed)"
        lines.append((chinese, english))
    factor, last = given.birth_factor[scenario], history.years[-1]
    for age in level:
        chinese = f"{grade_label(age)}入学人数保持 {last} 年水平，乘以 {factor:g}（假定）"
        lines.append((chinese, f"Entries at age {age} stay at those of {last}, times {factor:g} (assumed)"))
    return tuple(lines)


def entries_level(ages: list[int]) -> list[Finding]:
    """Entries that nobody gave."""
    if not ages:
        return []
    return [
        Finding(
            Severity.WARNING,
            "progression-entries-assumed",
            f"Entries of {'、'.join(grade_label(age) for age in ages)} are not given and stay level.",
            why="Births are falling; level entries are likely too many.",
            fix="Give births by year, or ages of a census, or the entries expected.",
            layer="enrolment",
        )
    ]


def grades_missing(history: History) -> list[Finding]:
    """Stages of which the history holds some grades only."""
    short = [
        stage
        for stage, ages in AGES.items()
        if 0 < sum(age in ages for age in history.ages) < len(ages)
    ]  # fmt: skip
    if not short:
        return []
    return [
        Finding(
            Severity.WARNING,
            "progression-grades-missing",
            f"The history lacks grades of {'、'.join(stage.zh for stage in short)}.",
            why="The figures of these stages count only the grades that are there.",
            fix="Give all grades of the stage.",
            layer="enrolment",
        )
    ]


def far_ahead(years: NDArray[np.int64]) -> list[Finding]:
    """Years further ahead than the method is meant for."""
    if len(years) - 1 <= FRAGILE_AFTER:
        return []
    return [
        Finding(
            Severity.NOTE,
            "forecast-fragile",
            f"Grade progression is meant for 3-6 years; the forecast goes on after {years[0] + FRAGILE_AFTER}.",
            why="Forecasts beyond 5-6 years are fragile [S37].",
            layer="enrolment",
        )
    ]
