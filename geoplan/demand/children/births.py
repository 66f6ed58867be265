"""Births by unit and year: recorded ones from the table, later ones assumed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.demand.places import UNKNOWN, WHOLE, match_places
from geoplan.types import Area, Finding, Severity

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from geoplan.demand.children.cohorts import Cohorts
    from geoplan.demand.forecasting.assumptions import Assumptions, Sentence
    from geoplan.demand.forecasting.forecast import Scenario


@dataclass(frozen=True, eq=False)
class Births:
    """Recorded births of the units of some cohorts.

    Attributes:
        years: calendar years, ascending and without gaps.
        counts: shape (units, years); NaN where nothing is recorded.
        assumptions: how totals of a place or of the project were divided.
        findings: years and places without a figure.
    """

    years: NDArray[np.int64]
    counts: NDArray[np.float64]
    assumptions: tuple[Sentence, ...] = ()
    findings: tuple[Finding, ...] = ()


def read_births(births: pd.DataFrame | None, cohorts: Cohorts, *, file: str = "") -> Births:
    """The table `births` matched to the units of the cohorts, from the cohorts' year on or before.

    A figure of a whole place is divided between its urban and rural part, and one of the whole project between all
    units without a figure, in proportion to their children aged 0; every figure is kept.

    Args:
        births: columns year, births, district, area; None for none.
        cohorts: whose places and parts.
        file: for the findings.
    """
    units = len(cohorts.place)
    if births is None or not len(births):
        return Births(np.array([cohorts.year]), np.full((units, 1), np.nan), (), (_none(cohorts, file),))
    known = dict(zip(cohorts.places, cohorts.names, strict=True))
    at, notes = match_places(births, known, layer="births", file=file)
    year, count = births["year"].to_numpy(float), births["births"].to_numpy(float)
    good = (at != UNKNOWN) & ~np.isnan(year) & ~np.isnan(count)
    if not good.any():
        return Births(np.array([cohorts.year]), np.full((units, 1), np.nan), (), (*notes, _none(cohorts, file)))
    years = np.arange(int(year[good].min()), int(year[good].max()) + 1)
    area = births["area"].to_numpy(object) if "area" in births else np.full(len(births), "", dtype=object)
    counts, divided = np.full((units, len(years)), np.nan), False
    is_part = np.isin(area.astype(str), ["urban", "rural"])
    wholes: dict[int, set[int]] = {}
    unused: list[str] = []
    rows = np.flatnonzero(good).tolist()
    for row in sorted(rows, key=lambda row: _rank(cohorts, int(at[row]), is_part=bool(is_part[row]))):
        column, mine = int(year[row]) - years[0], _mine(cohorts, at[row], area[row])
        if len(mine) == 1 and _taken(
            counts[:, column], mine[0], wholes.setdefault(column, set()), is_part=is_part[row]
        ):
            unused.append(str(births.index[int(row)]))
            continue
        divided |= _enter(counts[:, column], count[row], mine, cohorts, is_part=is_part[row])
    shared = (
        ("县区或城乡无出生数的，按 0 岁儿童数分摊上一级出生数（假定）",
         "Births known for a larger area only are divided by children aged 0 (assumed)"),
    )  # fmt: skip
    return Births(
        years,
        counts,
        shared if divided else (),
        (*notes, *_overlap(unused, file), *_gaps(years, counts, cohorts, file)),
    )


def _mine(cohorts: Cohorts, place: int, area: str) -> NDArray[np.int64]:
    """The units that a row speaks of: a row of one part speaks of a whole where parts are unknown."""
    mine = (cohorts.place == place) | (place == WHOLE)
    if area in {"urban", "rural"}:
        mine &= np.array([each in {Area(area), Area.ALL} for each in cohorts.area], dtype=bool)
    return np.flatnonzero(mine)


def _rank(cohorts: Cohorts, place: int, *, is_part: bool) -> tuple[bool, bool]:
    """Rows of places are read before those of the whole project.

    Of a place whose cohorts are not divided its own total goes first, of a divided one its parts.
    """
    undivided = (cohorts.place == place).sum() == 1
    return place == WHOLE, is_part if undivided else not is_part


def _taken(column: NDArray[np.float64], unit: int, wholes: set[int], *, is_part: bool) -> bool:
    """True where a fuller figure stands already: a total beside its parts would count every child twice."""
    if is_part:
        return unit in wholes
    if not np.isnan(column[unit]):
        return True
    wholes.add(unit)
    return False


def _enter(
    column: NDArray[np.float64], count: float, mine: NDArray[np.int64], cohorts: Cohorts, *, is_part: bool
) -> bool:
    """Write one figure; True where it had to be divided. Two parts of an undivided unit add up."""
    if len(mine) == 1:
        unit = mine[0]
        adds = is_part and cohorts.area[unit] is Area.ALL
        column[unit] = count + (np.nan_to_num(column[unit]) if adds else 0.0)
        return False
    free = mine[np.isnan(column[mine])]
    if not len(free):
        return False
    rest = max(count - float(np.nansum(column[mine])), 0.0)
    weight = np.nan_to_num(cohorts.children[free, 0])
    weight = weight if weight.sum() > 0 else np.ones(len(free))
    column[free] = rest * weight / weight.sum()
    return True


def project_births(
    births: Births, cohorts: Cohorts, years: NDArray[np.int64], assumptions: Assumptions, scenario: Scenario
) -> NDArray[np.float64]:
    """Births of each unit in each of `years`, shape (units, years).

    Recorded years as they are; gaps between them on the straight line; later ones from the last recorded year (or
    from the children aged 0 of the cohorts), changed by `births_change` a year, times the scenario's factor.

    Args:
        years: ascending without gaps, from the cohorts' year on.
    """
    first = int(years[0])
    known = np.full((len(cohorts.place), len(years)), np.nan)
    held = np.isin(births.years, years)
    known[:, births.years[held] - first] = births.counts[:, held]
    known[:, 0] = np.where(np.isnan(known[:, 0]), np.nan_to_num(cohorts.children[:, 0]), known[:, 0])
    return np.array([_course(row, years, assumptions, scenario) for row in known]).reshape(known.shape)


def _course(
    known: NDArray[np.float64], years: NDArray[np.int64], assumptions: Assumptions, scenario: Scenario
) -> NDArray[np.float64]:
    given = np.flatnonzero(~np.isnan(known))
    line = np.interp(np.arange(len(known)), given, known[given])
    last = given[-1]
    after = years[last + 1 :] - years[last]
    if assumptions.births_level_from is not None:
        after = np.clip(after, 0, max(assumptions.births_level_from - years[last], 0))
    change = (1 + assumptions.births_change.value) ** after
    line[last + 1 :] = line[last] * change * assumptions.birth_factor[scenario]
    return line


def _overlap(unused: list[str], file: str) -> list[Finding]:
    if not unused:
        return []
    return [
        Finding(
            Severity.NOTE,
            "births-overlap",
            f"{len(unused)} rows speak of births that another row holds already (a total beside its parts); not added.",
            why="Every child would count twice.",
            layer="births",
            file=file,
            rows=tuple(unused[:5]),
            count=len(unused),
        )
    ]


def _none(cohorts: Cohorts, file: str) -> Finding:
    return Finding(
        Severity.WARNING,
        "births-none",
        f"No births are given; those after {cohorts.year} are assumed from the children aged 0.",
        why=f"Kindergarten pupils from {cohorts.year + 4} on rest on this alone.",
        fix="Give a table of births by year (卫健 or 公安), by district where it is known.",
        layer="births",
        file=file,
    )


def _gaps(years: NDArray[np.int64], counts: NDArray[np.float64], cohorts: Cohorts, file: str) -> list[Finding]:
    """Years between recorded ones, and places, without a figure."""
    later = years > cohorts.year
    blank = np.isnan(counts) & later
    inner = blank & (np.cumsum(~np.isnan(counts[:, ::-1]), axis=1)[:, ::-1] > 0)
    found: list[Finding] = []
    for code, mask, what, how in (
        ("births-years-missing", inner, "lack births of", "They are taken from the straight line between."),
        ("births-county-missing", blank.all(axis=1, keepdims=True) & later, "have no births of any of",
         "They are assumed from the children aged 0."),
    ):  # fmt: skip
        if not mask.any():
            continue
        missing = ", ".join(str(each) for each in years[mask.any(axis=0)])
        names = [cohorts.places[row] for row in np.unique(cohorts.place[mask.any(axis=1)])]
        found.append(
            Finding(Severity.WARNING, code, f"{len(names)} districts {what} {missing}.", why=how,
                    fix="Add the rows to the table of births.", layer="births", file=file, rows=tuple(names[:5]),
                    count=len(names))
        )  # fmt: skip
    return found
