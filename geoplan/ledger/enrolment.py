"""Pupils of the enrolment table, each of them counted once, whatever totals stand beside their parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geoplan.demand import age_of_grade, grade_label, read_history, stage_of_age
from geoplan.demand.children.grades import is_one_class
from geoplan.demand.seats.register import ids_by_name

if TYPE_CHECKING:
    from geoplan.demand import History
    from geoplan.ledger.world import World
    from geoplan.rules import Level
    from geoplan.types import Stage


def school_ids(frame: pd.DataFrame) -> dict[str, str]:
    """Id of each school by its id and by its name; a name that several schools share is nobody's."""
    names = [str(name).strip() for name in frame["name"]] if "name" in frame else [""] * len(frame)
    return ids_by_name(dict(zip(frame.index.astype(str), names, strict=True)))


def history_of(world: World) -> History:
    """Pupils by place, grade and year, as a forecast reads them.

    Raises:
        NoDataError: the project has no enrolment table with years, grades and pupils.
    """
    table = world.table("enrolment", "grade", "pupils", "year")
    return read_history(table, world.counties or None, school_district=_homes(world))


def pupils_of(world: World, level: Level, year: int) -> float | None:
    """Pupils of a level in a year; None where no row tells.

    Rows of schools count before the total of their district, totals of districts before one of the whole project, and
    a row without a grade before the grades of the same school or district.

    Raises:
        NoDataError: the project has no enrolment table with years and pupils.
    """
    table = world.table("enrolment", "pupils", "year")
    rows = _keyed(world, table.loc[(table["year"] == year) & table["pupils"].notna()])
    rows = rows.loc[[bool(each) and set(each) <= set(level.stages) for each in rows["stages"]]]
    if (rows["place"] != "").any() or (rows["school"] != "").any():
        rows = rows.loc[(rows["place"] != "") | (rows["school"] != "")]
    rows = rows.loc[~_beside_own_total(rows)]
    rows = rows.loc[~_beside_schools(rows)]
    return float(rows["pupils"].sum()) if len(rows) else None


def beside_own_total(world: World, rows: pd.DataFrame) -> pd.Series[bool]:
    """Rows of the enrolment table whose pupils stand in another row of the same school, or district, too.

    Grades beside a row of all grades, and classes beside a row of their grade.
    """
    blank = rows["grade"] == "" if "grade" in rows else pd.Series(data=True, index=rows.index)
    if blank.all():
        return pd.Series(data=False, index=rows.index)
    return _beside_own_total(_keyed(world, rows))


def _keyed(world: World, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with what tells totals from parts: school, place, stages (by the grade where blank) and grade."""
    found = pd.DataFrame({"pupils": rows["pupils"].astype(float)}, index=rows.index)
    homes, blank = _homes(world), [""] * len(rows)
    found["school"] = [str(each).strip() for each in rows["school"]] if "school" in rows else blank
    written = [str(each or "").strip() for each in rows["district"]] if "district" in rows else blank
    county = world.county_of("enrolment").reindex(rows.index)
    found["place"] = [
        str(own) or text or homes.get(school, "")
        for own, text, school in zip(county, written, found["school"], strict=True)
    ]
    found["grade"] = [str(each).strip() for each in rows["grade"]] if "grade" in rows else blank
    stages = list(rows["stages"]) if "stages" in rows else [()] * len(rows)
    years = rows["year"].astype(float) if "year" in rows else pd.Series(np.nan, index=rows.index)
    read = [_grade(grade, own, year) for grade, own, year in zip(found["grade"], stages, years, strict=True)]
    found["stages"] = [each.stages for each in read]
    found["grade"] = [each.name for each in read]
    found["one_class"] = [each.one_class for each in read]
    return found


def _beside_own_total(rows: pd.DataFrame) -> pd.Series[bool]:
    """Grades beside a row of all grades, and classes beside a row of their grade."""
    keys = list(zip(rows["place"], rows["school"], rows["stages"], strict=True))
    grades, parts = list(rows["grade"]), list(rows["one_class"])
    whole = {key for key, grade in zip(keys, grades, strict=True) if not grade}
    of_grade = {(key, grade) for key, grade, part in zip(keys, grades, parts, strict=True) if not part}
    beside = [
        bool(grade) and (key in whole or (part and (key, grade) in of_grade))
        for key, grade, part in zip(keys, grades, parts, strict=True)
    ]
    return pd.Series(beside, index=rows.index, dtype=bool)


def _beside_schools(rows: pd.DataFrame) -> pd.Series[bool]:
    """Totals of a district whose schools have rows of their own for the same stages and grade."""
    keys = list(zip(rows["place"], rows["stages"], strict=True))
    told: dict[tuple[object, object], set[str]] = {}
    for key, school, grade in zip(keys, rows["school"], rows["grade"], strict=True):
        if school:
            told.setdefault(key, set()).add(grade)
    beside = [
        not school and bool(told.get(key)) and (not grade or bool({grade, ""} & told[key]))
        for key, school, grade in zip(keys, rows["school"], rows["grade"], strict=True)
    ]
    return pd.Series(beside, index=rows.index, dtype=bool)


class _Grade(NamedTuple):
    """A grade as rows are told apart by it: its one name however it is written, the stages, and whether one class."""

    name: str
    stages: tuple[str, ...]
    one_class: bool


def _grade(text: str, own: tuple[Stage, ...], year: float) -> _Grade:
    stage = own[0] if len(own) == 1 else None
    age = age_of_grade(text, stage, year=None if np.isnan(year) else int(year))
    if age is None:
        return _Grade(text, tuple(own), one_class=False)
    of_age = stage_of_age(age)
    return _Grade(grade_label(age), tuple(own) or ((of_age,) if of_age else ()), is_one_class(text, stage))


def _homes(world: World) -> dict[str, str]:
    """District id of each school by id and by name."""
    if not world.has("schools"):
        return {}
    county = world.county_of("schools")
    return {name: str(county[key]) for name, key in school_ids(world.table("schools")).items() if county[key]}
