"""Children by single year of age, place and urban or rural part, from the table of ages."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.demand.children.cohort_findings import (
    ages_gap,
    both_counts,
    half_areas,
    missing_places,
    no_ages,
    over_bands,
    unread_ages,
    whole_rows,
    year_missing,
)
from geoplan.demand.children.split import LAST_AGE, Split, split_bands
from geoplan.demand.children.stages import OLDEST
from geoplan.demand.places import UNKNOWN, WHOLE, match_places, places_of
from geoplan.types import Area

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from geoplan.types import Finding


@dataclass(frozen=True, eq=False)
class Cohorts:
    """Children counted in one year. A unit is a place, or the urban or the rural part of one.

    Attributes:
        places, names: ids and names of the places that have a count, in natural order; '' for the whole project.
        year: of the count; its autumn is the one that ages speak of (see `stages`).
        place: index into `places` of each unit, shape (units,).
        area: urban, rural, or all where the rows do not tell, shape (units,).
        children: shape (units, ages 0 to 17); NaN where no column holds the age.
        people: people of all ages, shape (units,); NaN where blank.
        how: how bands became single years.
        findings: what is missing, doubtful or contradictory.
    """

    places: tuple[str, ...]
    names: tuple[str, ...]
    year: int
    place: NDArray[np.int64]
    area: tuple[Area, ...]
    children: NDArray[np.float64]
    people: NDArray[np.float64]
    how: Split
    findings: tuple[Finding, ...] = ()

    @property
    def has_areas(self) -> bool:
        """True where every unit is known to be urban or rural."""
        return bool(self.area) and Area.ALL not in self.area

    def by_place(self) -> NDArray[np.float64]:
        """Children of each place, shape (places, ages)."""
        return add_up(self.children, self.place, len(self.places))

    def people_by_place(self) -> NDArray[np.float64]:
        """People of each place, shape (places,)."""
        return add_up(self.people, self.place, len(self.places))

    def __repr__(self) -> str:
        known = np.nansum(self.children)
        return f"Cohorts({self.year}; {len(self.places)} places, {known:,.0f} children aged 0-{OLDEST})"


def add_up(values: NDArray[np.float64], place: NDArray[np.int64], places: int) -> NDArray[np.float64]:
    """Sums of the rows of each place, shape (places, …); NaN where one of its rows is NaN."""
    found = np.zeros((places, *values.shape[1:]))
    np.add.at(found, place, values)
    return found


def read_cohorts(
    ages: pd.DataFrame,
    places: Mapping[str, str] | None = None,
    *,
    year: int | None = None,
    how: Split = Split.EVEN,
    file: str = "",
) -> Cohorts:
    """The children of one year from the table `ages`, wide (age_0, age_1_4 …) or long (`age` and `count`).

    Rows of urban and rural parts are kept apart where a place has both. Rows without a district count only where no
    district has rows of its own.

    Args:
        ages: columns `year`, and `district`, `area`, `people`, `age_*` or `age` and `count`.
        places: name of each place by its id, in natural order; None to take those that the table names.
        year: of the count; None for the year that most places have, the latest of a tie.
        how: how bands become single years.
        file: for the findings.

    Returns:
        Cohorts, without places where the table has no row that can be used (a finding says so).
    """
    known = places_of(ages) if places is None else dict(places) or {"": ""}
    at, findings = match_places(ages, known, layer="ages", file=file)
    notes = list(findings)
    bands, unread = age_bands(ages)
    notes += unread_ages(unread, file)
    has_age = np.any([~np.isnan(counts) for counts in bands.values()], axis=0) if bands else np.zeros(len(ages), bool)
    years = ages["year"].to_numpy(dtype=float)
    rows = np.flatnonzero(has_age & (at != UNKNOWN) & ~np.isnan(years))
    if (at[rows] != WHOLE).any():
        notes += whole_rows(int((at[rows] == WHOLE).sum()), file)
        rows = rows[at[rows] != WHOLE]
    else:
        known, at = ({"": ""}, np.where(at == WHOLE, 0, at)) if len(rows) else (known, at)
    if not len(rows):
        return Cohorts((), (), year or 0, *_nobody(), how, (*notes, no_ages(file)))
    base = _base_year(years[rows].astype(int), at[rows]) if year is None else year
    notes += year_missing(base, years[rows], at[rows], known, file)
    rows = rows[years[rows] == base]
    if not len(rows):
        return Cohorts((), (), base, *_nobody(), how, (*notes, no_ages(file)))
    return _gather(ages, rows, at, bands, known, base=base, how=how, notes=notes, file=file)


def _gather(
    ages: pd.DataFrame,
    rows: NDArray[np.int64],
    at: NDArray[np.int64],
    bands: Mapping[tuple[int, int], NDArray[np.float64]],
    known: Mapping[str, str],
    *,
    base: int,
    how: Split,
    notes: list[Finding],
    file: str,
) -> Cohorts:
    """Rows of one year added up to units: a long table has a row for each age."""
    area = _areas(ages)
    keys, unit = np.unique(np.array([(at[row], area[row]) for row in rows], dtype=object).astype(str), axis=0,
                           return_inverse=True)  # fmt: skip
    unit = unit.reshape(-1)
    place, which = keys[:, 0].astype(np.int64), keys[:, 1]
    order = np.lexsort((which, place))
    place, which, unit = place[order], which[order], np.argsort(order)[unit]
    held = {band: _sum(counts[rows], unit, len(order)) for band, counts in bands.items()}
    people = _sum(ages["people"].to_numpy(float)[rows], unit, len(order), once="count" in ages) \
        if "people" in ages else np.full(len(order), np.nan)  # fmt: skip
    single = split_bands(held, how)
    keep, notes_of_areas = _parts(place, which, known, file)
    findings = [*notes, *notes_of_areas, *over_bands(single.over, place, known, file)]
    findings += missing_places(sorted(set(range(len(known))) - set(place.tolist())), known, file)
    place, which, people = place[keep], which[keep], people[keep]
    children = single.children[keep, : OLDEST + 1]
    findings += ages_gap(children, place, known, file)
    ids, names = list(known), list(known.values())
    present = np.unique(place)
    return Cohorts(
        places=tuple(ids[row] for row in present),
        names=tuple(names[row] for row in present),
        year=base,
        place=np.searchsorted(present, place),
        area=tuple(Area(each or Area.ALL) for each in which),
        children=children,
        people=people,
        how=how,
        findings=tuple(findings),
    )


_AGE_COLUMN = re.compile(r"^age_(\d+)(?:_(\d+))?$")
_AGE_TEXT = re.compile(r"^(\d+)(?:\s*[-—–~～至到]\s*(\d+))?\s*(?:周?岁)?$")


def age_bands(ages: pd.DataFrame) -> tuple[dict[tuple[int, int], NDArray[np.float64]], tuple[str, ...]]:
    """Counts of each band of ages by row, from wide columns and from `age` with `count`; and texts not understood."""
    bands: dict[tuple[int, int], NDArray[np.float64]] = {}
    for column in ages.columns:
        match = _AGE_COLUMN.match(str(column))
        if match:
            band = int(match[1]), int(match[2] or match[1])
            if band[1] <= LAST_AGE and ages[column].notna().any():
                bands[band] = ages[column].to_numpy(dtype=float)
    unread: list[str] = []
    if "age" in ages and "count" in ages:
        counts = ages["count"].to_numpy(dtype=float)
        for text in dict.fromkeys(str(each) for each in ages["age"] if each):
            match = _AGE_TEXT.match(unicodedata.normalize("NFKC", text).strip())
            if not match:
                unread.append(text)
                continue
            band = int(match[1]), int(match[2] or match[1])
            if band[1] <= LAST_AGE:
                mine = np.where((ages["age"] == text).to_numpy(), counts, np.nan)
                bands[band] = np.where(np.isnan(mine), bands.get(band, np.nan), mine)
    return bands, tuple(unread)


def _areas(ages: pd.DataFrame) -> list[str]:
    words = ages["area"] if "area" in ages else [""] * len(ages)
    return [str(word) if word in {"urban", "rural"} else "" for word in words]


def _base_year(years: NDArray[np.int64], at: NDArray[np.int64]) -> int:
    """The year that most places have; the latest of a tie."""
    return max((int(year) for year in np.unique(years)), key=lambda year: (len(np.unique(at[years == year])), year))


def _sum(
    values: NDArray[np.float64], unit: NDArray[np.int64], units: int, *, once: bool = False
) -> NDArray[np.float64]:
    """Sum of each unit's rows; NaN where all are blank. `once`: the rows repeat one figure, so the largest is it."""
    given = ~np.isnan(values)
    total = np.zeros(units)
    (np.maximum if once else np.add).at(total, unit[given], values[given])
    return np.where(np.bincount(unit[given], minlength=units) > 0, total, np.nan)


def _parts(
    place: NDArray[np.int64], which: NDArray[np.str_], known: Mapping[str, str], file: str
) -> tuple[NDArray[np.int64], list[Finding]]:
    """The units to keep: both parts of a place in place of its whole; the whole where one part is missing."""
    keep: list[int] = []
    doubled, halves = [], []
    for each in np.unique(place):
        mine = {str(which[row]): int(row) for row in np.flatnonzero(place == each)}
        if "urban" in mine and "rural" in mine:
            keep += [mine["urban"], mine["rural"]]
            doubled += [int(each)] if "" in mine else []
        elif "" in mine:
            keep.append(mine[""])
        else:
            keep += list(mine.values())
            halves.append(int(each))
    return np.array(keep, dtype=np.int64), [*both_counts(doubled, known, file), *half_areas(halves, known, file)]


def _nobody() -> tuple[NDArray[np.int64], tuple[Area, ...], NDArray[np.float64], NDArray[np.float64]]:
    return np.zeros(0, np.int64), (), np.zeros((0, OLDEST + 1)), np.zeros(0)
