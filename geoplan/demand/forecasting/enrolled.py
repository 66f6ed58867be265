"""Pupils of past years by grade and place, from the table of enrolment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.demand.children.grades import age_of_grade, is_one_class
from geoplan.demand.children.stages import AGES
from geoplan.demand.forecasting.enrolled_findings import (
    classes_left_out,
    counties_missing,
    holes,
    nothing_usable,
    totals_left_out,
    unread_grades,
    without_district,
)
from geoplan.demand.places import UNKNOWN, WHOLE, match_places, places_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from geoplan.types import Finding, Stage


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
    age, one_class, unread = _ages(frame)
    year, pupils = frame["year"].to_numpy(float), frame["pupils"].to_numpy(float)
    good = (age >= 0) & (at != UNKNOWN) & ~np.isnan(year) & ~np.isnan(pupils)
    notes = [*unknown, *unread_grades(unread, file)]
    if (at[good] != WHOLE).any():
        notes += without_district(int((good & (at == WHOLE)).sum()), file)
        good &= at != WHOLE
    else:
        known, at = {"": ""}, np.zeros(len(frame), dtype=np.int64)
    beside = _classes_beside_grade(frame, at, age, year, good, one_class)
    doubled = _totals_beside_schools(frame, at, age, year, good & ~beside)
    notes += [*classes_left_out(frame, beside, file), *totals_left_out(frame, doubled, file)]
    good &= ~(beside | doubled)
    rows = np.flatnonzero(good)
    if not len(rows):
        return History((), (), (), np.zeros(0, np.int64), np.zeros((0, 0, 0)), (*notes, nothing_usable(file)))
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
        findings=(*notes, *holes(table, ages, years, [ids[row] for row in present], file),
                  *counties_missing([ids[row] for row in range(len(ids)) if row not in present], len(ids), file)),
    )  # fmt: skip


def _totals_beside_schools(
    frame: pd.DataFrame,
    at: NDArray[np.int64],
    age: NDArray[np.int64],
    year: NDArray[np.float64],
    good: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Rows of a whole district whose schools have rows of their own for the same grade and year, shape (rows,)."""
    is_total = np.array([not school for school in _schools(frame)], dtype=bool)
    keys = list(zip(at.tolist(), age.tolist(), year.tolist(), strict=True))
    with_schools = {key for key, total, kept in zip(keys, is_total, good, strict=True) if kept and not total}
    return np.array([total and key in with_schools for key, total in zip(keys, is_total, strict=True)]) & good


def _classes_beside_grade(
    frame: pd.DataFrame,
    at: NDArray[np.int64],
    age: NDArray[np.int64],
    year: NDArray[np.float64],
    good: NDArray[np.bool_],
    one_class: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Rows of one class whose grade has a row of its own, of the same school, place and year, shape (rows,)."""
    keys = list(zip(_schools(frame), at.tolist(), age.tolist(), year.tolist(), strict=True))
    whole = {key for key, part, kept in zip(keys, one_class, good, strict=True) if kept and not part}
    return np.array([key in whole for key in keys], dtype=bool) & one_class & good


def _schools(frame: pd.DataFrame) -> list[str]:
    """The school that each row names; '' for none."""
    if "school" not in frame:
        return [""] * len(frame)
    return [school.strip() if isinstance(school, str) else "" for school in frame["school"]]


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


def _ages(frame: pd.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.bool_], list[str]]:
    """Age of each row's grade, -1 where it is not understood; which rows are one class of it; and what was not read."""
    stages = frame["stages"] if "stages" in frame else [()] * len(frame)
    ages, one_class, unread = [], [], []
    for grade, given, year in zip(frame["grade"], stages, frame["year"].to_numpy(float), strict=True):
        stage = given[0] if isinstance(given, tuple) and len(given) == 1 else None
        text = grade if isinstance(grade, str) else ""
        age = age_of_grade(text, stage, year=None if np.isnan(year) else int(year)) if text.strip() else None
        ages.append(-1 if age is None else age)
        one_class.append(is_one_class(text, stage))
        if age is None:
            unread.append(text)
    return np.array(ages, dtype=np.int64), np.array(one_class, dtype=bool), unread
