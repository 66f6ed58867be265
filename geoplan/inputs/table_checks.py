"""What tables say together with the layers: names that do not meet, classes that cannot be, sums that differ.

Each check is one function that returns its findings; none changes a row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoplan.inputs.findings import note, warning

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoplan.inputs.draft import Draft
    from geoplan.types import Finding

LARGEST_CLASS = 120
"""Pupils a class; more are taken as a slip of the pen, not as an oversized class."""
_TOLERANCE = 0.01
_OF_DISTRICTS = (
    "schools", "population", "estates", "parcels", "premises", "enrolment", "births", "ages", "statistics", "projects",
)  # fmt: skip


def check_together(drafts: Mapping[str, Draft]) -> list[Finding]:
    """All checks of this module over the layers and tables at hand, by role."""
    findings: list[Finding] = []
    schools, enrolment = drafts.get("schools"), drafts.get("enrolment")
    if "districts" in drafts:
        for role in _OF_DISTRICTS:
            if role in drafts and not drafts[role].has_geometry:
                findings.extend(unknown_districts(drafts[role], drafts["districts"]))
        if "ages" in drafts:
            findings.extend(without_district(drafts["ages"]))
    for roster in (schools, enrolment):
        if roster is not None:
            findings.extend(impossible_classes(roster))
    if enrolment is not None:
        findings.extend(repeated_rows(enrolment))
        if schools is not None:
            findings.extend(unknown_schools(enrolment, schools))
            findings.extend(other_sums(enrolment, schools))
    if "statistics" in drafts:
        findings.extend(over_hundred(drafts["statistics"]))
        findings.extend(fractions(drafts["statistics"]))
    return findings


def unknown_districts(layer: Draft, districts: Draft) -> list[Finding]:
    """Rows that name a district by a name or id that no district has."""
    known = {*map(str, districts.frame.index), *(name.strip() for name in districts.frame["name"])}
    return _unknown(layer, "district", known, districts, says="that no district has", why="They count for no district.")


def without_district(ages: Draft) -> list[Finding]:
    """Several rows of one year that name no district: most likely their column was not taken for it."""
    nameless = ages.frame[ages.frame["district"] == ""]
    again = nameless.duplicated([each for each in ("year", "age", "area") if each in nameless], keep=False).to_numpy()
    if not again.any():
        return []
    what = f"{int(again.sum()):,} rows of one year name no district; they are added up for the whole project."
    return [
        warning(
            ages.source,
            "rows-without-district",
            what,
            rows=nameless.index[again],
            why="Forecast and balance then know no districts, and shortages of one are hidden by surpluses of another.",
            fix='If a column tells the district, name it: columns = { district = "…" }.',
        )
    ]


def unknown_schools(enrolment: Draft, schools: Draft) -> list[Finding]:
    """Rows of the enrolment table whose school the schools layer does not have."""
    says, why = (
        "that the schools layer does not have",
        "Their pupils count in no school; schools that were left out (settled as 无, or by where) are none.",
    )
    return _unknown(enrolment, "school", set(_by_name(schools)), schools, says=says, why=why)


def _unknown(layer: Draft, column: str, known: set[str], other: Draft, *, says: str, why: str) -> list[Finding]:
    """The warning on rows whose cell in `column` is neither blank nor one of the names known to the other layer."""
    names = layer.frame[column].str.strip()
    lost = ~names.isin({"", *known}).to_numpy(dtype=bool)
    if not lost.any():
        return []
    shown = ", ".join(repr(name) for name in dict.fromkeys(names[lost]))
    what = f"{int(lost.sum()):,} rows name {column}s {says}: {shown[:200]}."
    fix = f"Write the id or the name as in {other.source.path}."
    return [warning(layer.source, f"unknown-{column}", what, rows=layer.frame.index[lost], why=why, fix=fix)]


def _by_name(schools: Draft) -> dict[str, str]:
    """Id of each school by its id and, where only one school bears it, by its name."""
    names = schools.frame["name"].str.strip()
    single = names[(names != "") & ~names.duplicated(keep=False)]
    return {**{name: str(key) for key, name in single.items()}, **{str(key): str(key) for key in schools.frame.index}}


def impossible_classes(layer: Draft) -> list[Finding]:
    """Rows with fewer than one pupil or more than 120 for each class."""
    frame = layer.frame
    pupils = frame["enrolment" if layer.source.role == "schools" else "pupils"].to_numpy(dtype=np.float64)
    classes = frame["classes"].to_numpy(dtype=np.float64)
    asked = (classes > 0) & (pupils > 0)
    size = np.divide(pupils, classes, out=np.ones(len(frame)), where=asked)
    wrong = (size < 1) | (size > LARGEST_CLASS)
    if not wrong.any():
        return []
    what = f"{int(wrong.sum()):,} rows have classes of {size[wrong].min():,.1f} to {size[wrong].max():,.1f} pupils."
    return [
        warning(
            layer.source,
            "impossible-class-size",
            what,
            rows=frame.index[wrong],
            why=f"No class has less than 1 pupil or more than {LARGEST_CLASS}; a figure stands in the wrong column.",
            fix="Correct pupils or classes in the file.",
        )
    ]


def repeated_rows(enrolment: Draft) -> list[Finding]:
    """Rows that say the same school or district, year, stage and grade once more."""
    again = enrolment.frame.duplicated(["school", "district", "year", "stages", "grade"], keep=False).to_numpy()
    if not again.any():
        return []
    what = f"{int(again.sum()):,} rows repeat a school, year and grade; all of them count."
    fix = "Keep one row for each, or add up the classes of a grade."
    if not (enrolment.frame["grade"] != "").any():
        fix = 'No column was taken for the grade. If one tells it (一年级1班), name it: columns = { grade = "班级" }.'
    return [warning(enrolment.source, "repeated-enrolment", what, rows=enrolment.frame.index[again], fix=fix)]


def other_sums(enrolment: Draft, schools: Draft) -> list[Finding]:
    """Schools whose own enrolment differs by more than 1 % from the table's sum of their latest year."""
    ids = enrolment.frame["school"].str.strip().map(_by_name(schools))
    frame = enrolment.frame.assign(school=ids).dropna(subset=["school", "year", "pupils"])
    sums = frame.groupby(["school", "year"])["pupils"].sum().groupby("school").last()
    own = pd.Series(schools.frame["enrolment"].to_numpy(dtype=np.float64), index=schools.frame.index.astype(str))
    both = own[~own.index.duplicated()].reindex(sums.index)
    apart = both.notna() & ((both - sums).abs() > _TOLERANCE * np.maximum(both, sums))
    if not apart.any():
        return []
    worst = str((both - sums).abs()[apart].idxmax())
    what = (
        f"{int(apart.sum()):,} schools have another enrolment than the table's sum of their latest year, "
        f"such as {both[worst]:,.0f} against {sums[worst]:,.0f} ({worst})."
    )
    return [note(schools.source, "enrolment-differs", what, rows=sums.index[apart])]


def _in_percent(statistics: Draft) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Rows that are a rate or share, by indicator or unit."""
    named = statistics.frame["indicator"].str.endswith(("_rate", "_share"))
    return (named | statistics.frame["unit"].str.contains("[%％]|percent|百分", regex=True)).to_numpy(dtype=bool)


def over_hundred(statistics: Draft) -> list[Finding]:
    """Percentages above 100: possible, and worth a look."""
    values = statistics.frame["value"].to_numpy(dtype=np.float64)
    over = _in_percent(statistics) & (values > 100)
    if not over.any():
        return []
    what = f"{int(over.sum()):,} percentages are above 100, the highest {values[over].max():g}."
    why = "In-migration can carry a retention rate above 100 %; they are kept as they are."
    return [note(statistics.source, "over-100-percent", what, rows=statistics.frame.index[over], why=why)]


def fractions(statistics: Draft) -> list[Finding]:
    """Enrolment and retention rates of at most 1 %, as Excel hands over cells that it shows in percent."""
    values = statistics.frame["value"].to_numpy(dtype=np.float64)
    named = statistics.frame["indicator"].str.endswith("_rate").to_numpy(dtype=bool)
    tiny = named & (values > 0) & (values <= 1)
    if not tiny.any():
        return []
    what = f"{int(tiny.sum()):,} rates are 1 % or less, such as {values[tiny][0]:g}."
    why = "Excel keeps 96.3 % as 0.963; geoplan takes the figure as it stands, in percent."
    fix = "Write 96.3 in a column that is not formatted as percent."
    return [
        warning(statistics.source, "fraction-for-percent", what, rows=statistics.frame.index[tiny], why=why, fix=fix)
    ]
