"""Pupils of past years by grade and place, from the table of enrolment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.demand.children.stages import AGES, age_of_grade, grade_label
from geoplan.demand.places import UNKNOWN, WHOLE, match_places, places_of
from geoplan.types import Finding, Severity, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class History:
    """Pupils by grade over past years.

    Attributes:
        places, names: ids and names, in natural order; '' for the whole project.
        ages: age at 31 August of each grade, ascending.
        years: autumns, ascending and without gaps.
        pupils: shape (places, grades, years); NaN where the table has no figure.
        findings: rows left out, grades and years missing.
    """

    places: tuple[str, ...]
    names: tuple[str, ...]
    ages: tuple[int, ...]
    years: NDArray[np.int64]
    pupils: NDArray[np.float64]
    findings: tuple[Finding, ...] = ()

    def by_stage(self) -> dict[Stage, NDArray[np.float64]]:
        """Pupils of each stage that has a grade here, shape (places, years)."""
        found = {}
        for stage, ages in AGES.items():
            mine = [row for row, age in enumerate(self.ages) if age in ages]
            if mine:
                found[stage] = self.pupils[:, mine].sum(axis=1)
        return found

    def until(self, year: int) -> History:
        """The same up to a year, for a back-test."""
        held = self.years <= year
        return History(self.places, self.names, self.ages, self.years[held], self.pupils[:, :, held], self.findings)

    def __repr__(self) -> str:
        span = f"{self.years[0]}-{self.years[-1]}" if len(self.years) else "no years"
        return f"History({span}; {len(self.places)} places, grades of ages {', '.join(map(str, self.ages))})"


def read_history(
    enrolment: pd.DataFrame,
    places: Mapping[str, str] | None = None,
    *,
    school_district: Mapping[str, str] | None = None,
    file: str = "",
) -> History:
    """The history of a table with a row for each school or district, year and grade.

    Args:
        enrolment: columns year, grade, pupils; district or school; stages (tuples of stages) where grades are 1, 2, 3.
        places: name of each place by its id, in natural order; None to take those that the table names.
        school_district: district id by school id or name, for rows that name only a school.
        file: for the findings.
    """
    frame = _with_districts(enrolment, school_district or {})
    known = places_of(frame) if places is None else dict(places) or {"": ""}
    at, unknown = match_places(frame, known, layer="enrolment", file=file)
    age, unread = _ages(frame)
    year, pupils = frame["year"].to_numpy(float), frame["pupils"].to_numpy(float)
    good = (age >= 0) & (at != UNKNOWN) & ~np.isnan(year) & ~np.isnan(pupils)
    notes = [*unknown, *_unread(unread, file)]
    if (at[good] != WHOLE).any():
        notes += _without_district(int((good & (at == WHOLE)).sum()), file)
        good &= at != WHOLE
    else:
        known, at = {"": ""}, np.zeros(len(frame), dtype=np.int64)
    doubled = _totals_beside_schools(frame, at, age, year, good)
    notes += _left_out_totals(frame, doubled, file)
    good &= ~doubled
    rows = np.flatnonzero(good)
    if not len(rows):
        return History((), (), (), np.zeros(0, np.int64), np.zeros((0, 0, 0)), (*notes, _nothing(file)))
    ages = np.unique(age[rows])
    years = np.arange(int(year[rows].min()), int(year[rows].max()) + 1)
    present = np.unique(at[rows])
    table = np.full((len(present), len(ages), len(years)), np.nan)
    cell = (
        np.searchsorted(present, at[rows]),
        np.searchsorted(ages, age[rows]),
        year[rows].astype(np.int64) - years[0],
    )
    table[cell] = 0.0
    np.add.at(table, cell, pupils[rows])
    ids, names = list(known), list(known.values())
    return History(
        places=tuple(ids[row] for row in present),
        names=tuple(names[row] for row in present),
        ages=tuple(int(each) for each in ages),
        years=years,
        pupils=table,
        findings=(*notes, *_holes(table, ages, years, [ids[row] for row in present], file),
                  *_counties([ids[row] for row in range(len(ids)) if row not in present], len(ids), file)),
    )  # fmt: skip


def _totals_beside_schools(
    frame: pd.DataFrame,
    at: NDArray[np.int64],
    age: NDArray[np.int64],
    year: NDArray[np.float64],
    good: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Rows of a whole district whose schools have rows of their own for the same grade and year, shape (rows,)."""
    if "school" not in frame:
        return np.zeros(len(frame), dtype=bool)
    is_total = np.array([not str(school or "").strip() or school != school for school in frame["school"]])  # noqa: PLR0124
    keys = list(zip(at.tolist(), age.tolist(), year.tolist(), strict=True))
    with_schools = {key for key, total, kept in zip(keys, is_total, good, strict=True) if kept and not total}
    return np.array([total and key in with_schools for key, total in zip(keys, is_total, strict=True)]) & good


def _left_out_totals(frame: pd.DataFrame, doubled: NDArray[np.bool_], file: str) -> list[Finding]:
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


def _with_districts(frame: pd.DataFrame, school_district: Mapping[str, str]) -> pd.DataFrame:
    if not school_district or "school" not in frame:
        return frame
    own = frame["district"] if "district" in frame else [""] * len(frame)
    filled = [
        str(district)
        if isinstance(district, str) and district.strip()
        else school_district.get(str(school).strip(), "")
        for district, school in zip(own, frame["school"], strict=True)
    ]
    return frame.assign(district=filled)


def _ages(frame: pd.DataFrame) -> tuple[NDArray[np.int64], list[str]]:
    """Age of each row's grade, -1 where it is not understood."""
    stages = frame["stages"] if "stages" in frame else [()] * len(frame)
    found, unread = [], []
    for grade, given in zip(frame["grade"], stages, strict=True):
        stage = given[0] if isinstance(given, tuple) and len(given) == 1 else None
        age = age_of_grade(str(grade), stage) if isinstance(grade, str) and grade.strip() else None
        found.append(-1 if age is None else age)
        if age is None:
            unread.append(str(grade) if isinstance(grade, str) else "")
    return np.array(found, dtype=np.int64), unread


def _finding(code: str, what: str, why: str, fix: str, file: str, rows: Sequence[str] = ()) -> Finding:
    return Finding(Severity.WARNING, code, what, why=why, fix=fix, layer="enrolment", file=file, rows=tuple(rows[:5]),
                   count=len(rows))  # fmt: skip


def _nothing(file: str) -> Finding:
    return _finding(
        "enrolment-none",
        "The table of enrolment has no row with a year, a grade and pupils for the places asked for.",
        "Grade progression needs pupils by grade and year.",
        "Give a row for each district or school, year and grade (小班, 一年级, 七年级 …).",
        file,
    )


def _unread(grades: Sequence[str], file: str) -> list[Finding]:
    if not grades:
        return []
    words = sorted(set(grades) - {""})
    return [
        _finding(
            "enrolment-grade-unread",
            f"{len(grades)} rows of enrolment have no grade, or one that is not understood.",
            "They are left out of the progression.",
            "Write 小班, 一年级, 七年级, 高一, G1 or K1; 托班 and 学前班 are no grades.",
            file,
            words or ["(blank)"],
        )
    ]


def _without_district(rows: int, file: str) -> list[Finding]:
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


def _counties(missing: Sequence[str], count: int, file: str) -> list[Finding]:
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


def _holes(
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
