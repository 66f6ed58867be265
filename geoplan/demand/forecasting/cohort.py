"""Cohort component forecast (队列要素法): children grow a year older every year, are born, die and move.

E(f) = E + B - D + net migration, by county (planning.md 3.2 [S37]). Sexes are not told apart: boys and girls go to the
same schools, and births are given and not computed from mothers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.demand.children.births import project_births, read_births
from geoplan.demand.children.cohorts import add_up
from geoplan.demand.children.stages import AGES, OLDEST
from geoplan.demand.forecasting.assumed import assumed
from geoplan.demand.forecasting.forecast import Forecast, Method, Scenario
from geoplan.errors import InputError
from geoplan.types import Area, Finding, Severity, Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geoplan.demand.children.births import Births
    from geoplan.demand.children.cohorts import Cohorts
    from geoplan.demand.forecasting.assumptions import Assumptions, Sentence

FRAGILE_AFTER = 6
"""Years after which a forecast is fragile (planning.md 3.2, [S37])."""


def age_children(
    children: NDArray[np.float64],
    births: NDArray[np.float64],
    survival: NDArray[np.float64],
    growth: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Children of each unit, year and age, shape (units, years, ages).

    Args:
        children: in the first year, shape (units, ages); NaN for unknown ages, which stay unknown as they grow up.
        births: of each year, the first unused, shape (units, years).
        survival: share that reaches an age from the one before, the first from birth, shape (ages,).
        growth: what a year of migration multiplies with, by age before it, shape (units, ages).
    """
    units, ages = children.shape
    found = np.empty((units, births.shape[1], ages))
    found[:, 0] = children
    for year in range(1, births.shape[1]):
        found[:, year, 0] = births[:, year] * survival[0]
        found[:, year, 1:] = found[:, year - 1, :-1] * survival[1:] * growth[:, :-1]
    return found


def forecast_cohort(
    cohorts: Cohorts,
    assumptions: Assumptions,
    *,
    until: int,
    births: Births | None = None,
    scenario: Scenario = Scenario.MIDDLE,
    stages: Sequence[Stage] = tuple(Stage),
) -> Forecast:
    """Pupils by place, stage and year from the year of the cohorts to `until`, both included.

    Args:
        cohorts: children by age in the first year.
        assumptions: births to come, migration, survival, enrolment.
        until: the last autumn.
        births: recorded ones, from `read_births`; None for none.
        scenario: which course assumed births and migration take.
        stages: of the result.

    Returns:
        The forecast; a stage is NaN in years in which one of its ages is unknown, and a finding says so.

    Raises:
        InputError: no place has a count of children, or `until` lies before the base year.
    """
    if not cohorts.places:
        raise InputError("There are no children to forecast from: the table of ages gives none.", cohorts.findings)
    if until < cohorts.year:
        raise InputError(f"A forecast until {until} cannot begin in {cohorts.year}.")
    recorded = births or read_births(None, cohorts)
    years = np.arange(cohorts.year, until + 1)
    born = project_births(recorded, cohorts, years, assumptions, scenario)
    late = assumptions.late_share
    if late:
        born = born.copy()
        born[:, 1:] = (1 - late) * born[:, 1:] + late * born[:, :-1]
    place_ids = tuple(cohorts.places[at] for at in cohorts.place)
    growth = assumptions.growth(place_ids, scenario)
    units = age_children(cohorts.children, born, assumptions.survival_by_age(), growth)
    by_age = add_up(units, cohorts.place, len(cohorts.places))
    return Forecast(
        method=Method.COHORT,
        scenario=scenario,
        places=cohorts.places,
        names=cohorts.names,
        years=years,
        pupils=pupils_of(by_age, years, assumptions, stages),
        by_age=by_age,
        assumptions=(_base(cohorts), cohorts.how.sentences, *recorded.assumptions, *assumed(assumptions, scenario)),
        findings=(*cohorts.findings, *recorded.findings, *_blank(by_age, years, stages), *_fragile(years)),
        by_area=_by_area(cohorts, units, years, assumptions, stages),
    )


def pupils_of(
    by_age: NDArray[np.float64], years: NDArray[np.int64], assumptions: Assumptions, stages: Sequence[Stage]
) -> dict[Stage, NDArray[np.float64]]:
    """Pupils of each stage, shape (places, years): the children of its ages times its enrolment rate."""
    return {stage: by_age[:, :, list(AGES[stage])].sum(axis=2) * assumptions.rates(stage, years) for stage in stages}


def _by_area(
    cohorts: Cohorts,
    units: NDArray[np.float64],
    years: NDArray[np.int64],
    assumptions: Assumptions,
    stages: Sequence[Stage],
) -> dict[Area, dict[Stage, NDArray[np.float64]]]:
    if not cohorts.has_areas:
        return {}
    found = {}
    for area in (Area.URBAN, Area.RURAL):
        mine = np.array([each is area for each in cohorts.area])
        part = add_up(units[mine], cohorts.place[mine], len(cohorts.places))
        found[area] = pupils_of(part, years, assumptions, stages)
    return found


def _base(cohorts: Cohorts) -> Sentence:
    known = np.nansum(cohorts.children)
    return (
        f"基年 {cohorts.year} 年：{len(cohorts.places)} 个统计单元，0—{OLDEST} 岁儿童 {known:,.0f} 人",
        f"Base year {cohorts.year}: {len(cohorts.places)} places, {known:,.0f} children aged 0-{OLDEST} counted",
    )


def _blank(by_age: NDArray[np.float64], years: NDArray[np.int64], stages: Sequence[Stage]) -> list[Finding]:
    found = []
    for stage in stages:
        blank = np.isnan(by_age[:, :, list(AGES[stage])]).any(axis=(0, 2))
        if blank.any():
            found.append(
                Finding(
                    Severity.WARNING,
                    "forecast-years-blank",
                    f"{stage.zh} ({stage.value}): no figure in {', '.join(str(year) for year in years[blank])}.",
                    why="Children of these ages were not counted in the base year; nothing was put in their place.",
                    fix="Give their ages in the table of ages.",
                    layer="ages",
                )
            )
    return found


def _fragile(years: NDArray[np.int64]) -> list[Finding]:
    if years[-1] - years[0] <= FRAGILE_AFTER:
        return []
    return [
        Finding(
            Severity.NOTE,
            "forecast-fragile",
            f"Figures after {years[0] + FRAGILE_AFTER} lie more than {FRAGILE_AFTER} years ahead.",
            why="Forecasts beyond 5-6 years are fragile [S37]: read the three scenarios together.",
            layer="ages",
        )
    ]
