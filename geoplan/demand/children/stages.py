"""Ages, grades and stages of school years.

A school year is named by its autumn: 2026 is 2026/27. The pupils of autumn Y are taken to be the children aged 3-5
(kindergarten), 6-11 (primary), 12-14 (junior) and 15-17 (senior) at 31 August Y.

Simplification, printed with every forecast: counts and births of a calendar year stand for the school's cohort of
that autumn. Children aged 0 at the census of 1 November 2020 (born 2 November 2019 to 1 November 2020) are "aged 0 in
autumn 2020" and in grade 1 in 2026/27. Those born in September and October 2020 in truth begin in 2027: two months of
twelve. Births of a calendar year mix two school years, two thirds to one; `Assumptions.late_share` splits them.
"""

from __future__ import annotations

from geoplan.types import Stage

AGES: dict[Stage, range] = {
    Stage.KINDERGARTEN: range(3, 6),
    Stage.PRIMARY: range(6, 12),
    Stage.JUNIOR: range(12, 15),
    Stage.SENIOR: range(15, 18),
}
"""Ages at 31 August of the pupils of each stage."""

OLDEST = 17
"""Oldest age that goes to school; ages run from 0 to it."""

LATE_BIRTHS = 4 / 12
"""Share of a calendar year's births after 31 August, were births even over the year: a value for `late_share`."""


def stage_of_age(age: int) -> Stage | None:
    """The stage of children of an age; None below 3 and above 17."""
    return next((stage for stage, ages in AGES.items() if age in ages), None)


def age_in(age: int, counted: int, autumn: int) -> int:
    """Age in the autumn of a year of children who were `age` in the autumn of another: `age_in(0, 2020, 2026)` is 6."""
    return age + autumn - counted


def autumn_of_first_grade(age: int, counted: int) -> int:
    """The autumn in which children who were `age` in autumn `counted` enter grade 1 of primary school."""
    return counted + AGES[Stage.PRIMARY].start - age


def grade_age(stage: Stage, grade: int) -> int:
    """Age at 31 August of a grade of a stage, counted from 1.

    Raises:
        ValueError: the stage has no such grade.
    """
    if not 1 <= grade <= len(AGES[stage]):
        raise ValueError(f"{stage.zh} has grades 1 to {len(AGES[stage])}, not {grade}.")
    return AGES[stage][grade - 1]


def grade_label(age: int) -> str:
    """Chinese name of the grade of an age; '' where no grade has it."""
    stage = stage_of_age(age)
    if stage is None:
        return ""
    grade = age - AGES[stage].start
    if stage is Stage.KINDERGARTEN:
        return ("小班", "中班", "大班")[grade]
    prefix = {Stage.PRIMARY: "小学", Stage.JUNIOR: "初中", Stage.SENIOR: "高中"}[stage]
    return f"{prefix}{'一二三四五六'[grade]}年级"
