"""Per-thousand ratio (千人指标法): pupils per 1,000 people, computed from a birth rate and its year.

Ratio = birth rate × years in the stage × enrolment rate (planning.md 2.4 [S17]): 14 per mille gives 42, 84, 42 pupils
of kindergarten, primary and junior school per 1,000 people, 7 per mille gives 21, 42, 21. No rate is shipped: one
without year and source is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.demand.children.stages import AGES
from geoplan.demand.forecasting.assumed import assumed_enrolment
from geoplan.demand.forecasting.assumptions import Assumptions, Figure
from geoplan.demand.forecasting.forecast import Forecast, Method, Scenario
from geoplan.errors import InputError
from geoplan.types import Finding, Severity, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


def pupils_per_thousand(birth_rate: Figure, stage: Stage, *, enrolment: float = 1.0) -> float:
    """Pupils of a stage per 1,000 people.

    Args:
        birth_rate: births a year per 1,000 people, with year and source.
        stage: its years count.
        enrolment: share of the children of the ages that is at school.

    Raises:
        InputError: the rate has no year or no source, or is below 0.
    """
    rate = birth_rate.sourced("A birth rate")
    if rate.value < 0:
        raise InputError(f"Expected a birth rate of at least 0, found {rate.value:g}.")
    return rate.value * len(AGES[stage]) * enrolment


def forecast_ratio(
    people: NDArray[np.float64],
    years: Sequence[int],
    birth_rate: Figure,
    *,
    places: Mapping[str, str],
    assumptions: Assumptions | None = None,
    scenario: Scenario = Scenario.MIDDLE,
    stages: Sequence[Stage] = tuple(Stage),
) -> Forecast:
    """Pupils from people, for new areas and far years for which no children are counted.

    Args:
        people: planned or resident, shape (places,) or (places, years).
        years: autumns, ascending.
        birth_rate: births a year per 1,000 people, with year and source.
        places: name by id, in the order of `people`.
        assumptions: enrolment rates, and the scenario's factor of births.
        scenario: multiplies the birth rate.
        stages: of the result.

    Raises:
        InputError: a birth rate without year or source; people that do not fit places and years.
    """
    given = assumptions or Assumptions()
    span = np.asarray(years, dtype=np.int64)
    table = np.asarray(people, dtype=np.float64)
    table = np.repeat(table[:, None], len(span), axis=1) if table.ndim == 1 else table
    if table.shape != (len(places), len(span)):
        raise InputError(f"Expected people of {len(places)} places and {len(span)} years, found shape {table.shape}.")
    factor = given.birth_factor[scenario]
    pupils = {
        stage: table / 1000 * pupils_per_thousand(birth_rate, stage) * factor * given.rates(stage, span)
        for stage in stages
    }
    zh, en = birth_rate.origin
    steady = "rate × years of the stage × enrolment, the same every year (assumed)"
    lines = [
        (
            f"出生率 {birth_rate.value:g}‰{zh}，学制年数×出生率×入学率，出生率各年不变（假定）",
            f"Birth rate {birth_rate.value:g} per 1,000{en}; {steady}",
        ),
        (
            f"{scenario.zh}：出生率乘以 {factor:g}（假定）",
            f"{scenario.value}: birth rate times {factor:g} (assumed)",
        ),
    ]
    return Forecast(
        method=Method.RATIO,
        scenario=scenario,
        places=tuple(places),
        names=tuple(places.values()),
        years=span,
        pupils=pupils,
        by_age=None,
        assumptions=(*lines, *assumed_enrolment(given)),
        findings=_blank(table, tuple(places)),
    )


def _blank(people: NDArray[np.float64], places: tuple[str, ...]) -> tuple[Finding, ...]:
    rows = np.flatnonzero(np.isnan(people).any(axis=1))
    if not len(rows):
        return ()
    return (
        Finding(
            Severity.WARNING,
            "people-blank",
            f"{len(rows)} places have no figure of people; their pupils are blank.",
            why="The ratio multiplies people.",
            fix="Give the people of the district.",
            layer="districts",
            rows=tuple(places[row] for row in rows[:5]),
            count=len(rows),
        ),
    )
