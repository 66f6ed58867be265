"""What a reader must know of a table of enrolment: rows left out, grades not read, years and counties missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.demand.children.grades import is_cohort
from geoplan.demand.children.stages import grade_label
from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray


def totals_left_out(frame: pd.DataFrame, doubled: NDArray[np.bool_], file: str) -> list[Finding]:
    """Totals of districts that were not added to their schools."""
    if not doubled.any():
        return []
    rows = [str(key) for key in frame.index[doubled]]
    return [
        _finding(
            "enrolment-total-beside-schools",
            f"{len(rows)} rows are totals of districts whose schools have rows for the same grade and year; not added.",
            "Every pupil would count twice.",
            "Nothing to do, unless the schools are not complete: then leave their rows out.",
            file,
            rows,
        )
    ]


def classes_left_out(frame: pd.DataFrame, doubled: NDArray[np.bool_], file: str) -> list[Finding]:
    """Classes that were not added to their grade."""
    if not doubled.any():
        return []
    rows = [str(key) for key in frame.index[doubled]]
    return [
        _finding(
            "enrolment-class-beside-grade",
            f"{len(rows)} rows are of one class (一年级1班) whose whole grade has a row of its own; not added.",
            "Every pupil would count twice.",
            "Nothing to do, unless the row of the grade is wrong: then leave it out.",
            file,
            rows,
        )
    ]


def _finding(
    code: str, what: str, why: str, fix: str, file: str, rows: Sequence[str] = (), *, count: int | None = None
) -> Finding:
    return Finding(Severity.WARNING, code, what, why=why, fix=fix, layer="enrolment", file=file, rows=tuple(rows[:5]),
                   count=len(rows) if count is None else count)  # fmt: skip


def nothing_usable(file: str) -> Finding:
    """No row that can be used."""
    return _finding(
        "enrolment-none",
        "The table of enrolment has no row with a year, a grade and pupils for the places asked for.",
        "Grade progression needs pupils by grade and year.",
        "Give a row for each district or school, year and grade (小班, 一年级, 七年级 …).",
        file,
    )


def unread_grades(unread: Sequence[str], file: str) -> list[Finding]:
    """Grades that say nothing, and cohorts that lack what tells their grade."""
    cohorts = [grade for grade in unread if is_cohort(grade)]
    found = []
    if others := [grade for grade in unread if not is_cohort(grade)]:
        found.append(
            _finding(
                "enrolment-grade-unread",
                f"{len(others)} rows of enrolment have no grade, or one that is not understood.",
                "They are left out of the progression.",
                "Write 小班, 一年级, 一年级1班, 七年级, 高一, G1 or K1; 托班 and 学前班 are no grades.",
                file,
                sorted(set(others) - {""}) or ["(blank)"],
                count=len(others),
            )
        )
    if cohorts:
        found.append(
            _finding(
                "enrolment-cohort-unread",
                f"{len(cohorts)} rows of enrolment tell when their pupils entered or leave (2024级, 2027届), and no "
                "single stage, no year, or a year in which that cohort is not in the stage.",
                "They are left out: in autumn 2026 the 2024级 is grade 3 of primary school, of junior or of senior.",
                "Fill the columns stage and year of these rows, or write the grade.",
                file,
                sorted(set(cohorts)),
                count=len(cohorts),
            )
        )
    return found


def without_district(rows: int, file: str) -> list[Finding]:
    """Rows without a district among rows with one."""
    if not rows:
        return []
    return [
        _finding(
            "enrolment-district-missing",
            f"{rows} rows of enrolment name no district while others do.",
            "Their pupils are left out.",
            "Fill the column district, or name a school that lies in one.",
            file,
        )
    ]


def counties_missing(missing: Sequence[str], count: int, file: str) -> list[Finding]:
    """Districts without a row."""
    if not missing or list(missing) == [""]:
        return []
    return [
        _finding(
            "enrolment-county-missing",
            f"{len(missing)} of {count} districts have no enrolment by grade.",
            "They are not in the forecast, and its totals are without them.",
            "Add their rows to the table of enrolment.",
            file,
            missing,
        )
    ]


def holes(
    table: NDArray[np.float64], ages: NDArray[np.int64], years: NDArray[np.int64], places: Sequence[str], file: str
) -> list[Finding]:
    """Grades and years without a figure."""
    blank = np.isnan(table)
    if not blank.any():
        return []
    grades = "、".join(grade_label(int(age)) for age in ages[blank.any(axis=(0, 2))])
    when = ", ".join(str(year) for year in years[blank.any(axis=(0, 1))])
    return [
        _finding(
            "enrolment-gap",
            f"{int(blank.sum())} figures are missing: grades {grades}; years {when}.",
            "Ratios across a gap are not used; where the last year is missing the grade stays blank.",
            "Add the rows.",
            file,
            [places[int(row)] for row in np.flatnonzero(blank.any(axis=(1, 2)))],
        )
    ]
