"""What may be wrong with a table of ages, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


def _finding(code: str, what: str, why: str, fix: str, file: str, rows: Sequence[str] = ()) -> Finding:
    return Finding(
        Severity.WARNING, code, what, why=why, fix=fix, layer="ages", file=file, rows=tuple(rows[:5]), count=len(rows)
    )


def _named(positions: Sequence[int], known: Mapping[str, str]) -> list[str]:
    pairs = list(known.items())
    return [f"{pairs[at][0]} {pairs[at][1]}".strip() if pairs[at][0] != pairs[at][1] else pairs[at][0]
            for at in positions]  # fmt: skip


def no_ages(file: str) -> Finding:
    """Not one row can be used."""
    return _finding(
        "ages-none",
        "The table of ages has no row with a year and a count for the places and year asked for.",
        "Pupils cannot be forecast from it.",
        "Give age_0 … age_17 or bands (age_1_4, age_5_9 …) for each district and a year.",
        file,
    )


def unread_ages(texts: Sequence[str], file: str) -> list[Finding]:
    """Texts in `age` that are no age and no band."""
    if not texts:
        return []
    return [
        _finding(
            "ages-unread",
            f"{len(texts)} texts in the column age are neither an age nor a band.",
            "Their children are left out.",
            "Write 3, 3岁, 5-9 or 5-9岁.",
            file,
            texts,
        )
    ]


def missing_places(positions: Sequence[int], known: Mapping[str, str], file: str) -> list[Finding]:
    """Places without any row."""
    if not positions or list(known) == [""]:
        return []
    return [
        _finding(
            "ages-county-missing",
            f"{len(positions)} of {len(known)} districts have no count of children in that year.",
            "They are not in the forecast, and its totals are without them.",
            "Add their rows to the table of ages.",
            file,
            _named(positions, known),
        )
    ]


def year_missing(
    base: int, years: NDArray[np.float64], at: NDArray[np.int64], known: Mapping[str, str], file: str
) -> list[Finding]:
    """Places that have a count of another year only."""
    others = sorted(set(at[years != base].tolist()) - set(at[years == base].tolist()))
    if not others:
        return []
    given = ", ".join(str(int(year)) for year in np.unique(years[np.isin(at, others)]))
    return [
        _finding(
            "ages-year-missing",
            f"{len(others)} districts have children counted in {given} and not in {base}.",
            "A forecast begins from one year for all.",
            f"Give their count of {base}, or ask for another base year.",
            file,
            _named(others, known),
        )
    ]


def over_bands(
    units: NDArray[np.int64], place: NDArray[np.int64], known: Mapping[str, str], file: str
) -> list[Finding]:
    """Single years that contradict their band."""
    if not len(units):
        return []
    return [
        _finding(
            "ages-contradict",
            f"In {len(units)} rows the single years of age do not add up to the band that holds them.",
            "The narrower figure was kept.",
            "Correct the band or the single years.",
            file,
            _named(sorted(set(place[units].tolist())), known),
        )
    ]


def whole_rows(count: int, file: str) -> list[Finding]:
    """Rows that name no district beside rows that do."""
    if not count:
        return []
    return [
        Finding(
            Severity.NOTE,
            "ages-whole-left-out",
            f"{count} rows of ages name no district while others do; they are taken for totals and left out.",
            why="Children would count twice.",
            fix="Name the district where they belong to one.",
            layer="ages",
            file=file,
            count=count,
        )
    ]


def both_counts(positions: Sequence[int], known: Mapping[str, str], file: str) -> list[Finding]:
    """Places with urban, rural and whole rows."""
    if not positions:
        return []
    return [
        Finding(
            Severity.NOTE,
            "ages-area-total",
            f"{len(positions)} districts have rows for urban, for rural and for both together.",
            why="The two parts are used, and the row for both is not added to them.",
            layer="ages",
            file=file,
            rows=tuple(_named(positions, known)[:5]),
            count=len(positions),
        )
    ]


def half_areas(positions: Sequence[int], known: Mapping[str, str], file: str) -> list[Finding]:
    """Places with one part only."""
    if not positions:
        return []
    return [
        _finding(
            "ages-area-missing",
            f"{len(positions)} districts have only an urban or only a rural row.",
            "The other part is taken to have no children.",
            "Add the row of the other part, or leave `area` blank for the whole.",
            file,
            _named(positions, known),
        )
    ]


def ages_gap(
    children: NDArray[np.float64], place: NDArray[np.int64], known: Mapping[str, str], file: str
) -> list[Finding]:
    """Ages that no column holds."""
    blank = np.isnan(children)
    if not blank.any():
        return []
    ages = np.flatnonzero(blank.any(axis=0))
    runs = np.split(ages, np.flatnonzero(np.diff(ages) > 1) + 1)
    words = ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
    places = sorted(set(place[blank.any(axis=1)].tolist()))
    return [
        _finding(
            "ages-gap",
            f"{len(places)} districts have no count of children aged {words}.",
            "A stage is blank in the years in which these children are in it.",
            "Add the ages, or the band that holds them (age_15_19).",
            file,
            _named(places, known),
        )
    ]
