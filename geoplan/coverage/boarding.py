"""Boarding schools: whose pupils live there in the week, so that no service radius can say who is served.

AY:292 (安阳): 农村乡镇初中以寄宿制学校为主. A circle around such a school finds gaps where there are none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.types import Area, Finding, Severity, Stage

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from geoplan.coverage.supply import Supply
    from geoplan.demand import Demand
    from geoplan.travel import Nearest, TravelEngine

BOARDING_SHARE = 0.5
"""A school boards when it has beds for more than this share of its pupils: 为主, the greater part (AY:292)."""


def boarding_share(frame: pd.DataFrame) -> NDArray[np.float64]:
    """Beds for each pupil of the schools in `frame`, shape (n,), nan where beds or pupils are unknown.

    Beds are the column `boarding_beds`, where that is blank the boarders themselves; pupils are `enrolment`, where
    that is blank the sum of the stages' own enrolments.
    """
    beds, boarders = _numbers(frame, "boarding_beds"), _numbers(frame, "boarders")
    of_stages = np.column_stack([_numbers(frame, f"{stage}_enrolment") for stage in Stage])
    known = ~np.isnan(of_stages).all(axis=1)
    summed = np.where(known, np.nansum(of_stages, axis=1), np.nan)
    pupils = _numbers(frame, "enrolment")
    pupils = np.where(np.isnan(pupils), summed, pupils)
    beds = np.where(np.isnan(beds), boarders, beds)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(pupils > 0, beds / pupils, np.nan)


def without_radius(engine: TravelEngine, demand: Demand, supply: Supply, nearest: Nearest) -> NDArray[np.bool_]:
    """People to whom no radius applies: rural, and the nearest existing junior school boards; shape (m,).

    The school's own urban or rural class is not asked: the seat of a township is often classed as town. Schools that
    are only proposed change nothing of it, so that a new school never brings people under a test that they fail.

    Args:
        nearest: of all of `supply`, as `engine.nearest` gives it.
    """
    exempt = np.zeros(len(demand), dtype=bool)
    if supply.stage is not Stage.JUNIOR or not supply.boards.any():
        return exempt
    rural = np.flatnonzero(demand.area == Area.RURAL.value)
    today = np.flatnonzero(~supply.proposed)
    target = nearest.target[rural]
    if len(today) < len(supply):
        found = engine.nearest(demand.xy[rural], supply.xy[today]).target
        target = np.where(found >= 0, today[found], -1)
    exempt[rural] = (target >= 0) & supply.boards[target]
    return exempt


def boarding_findings(demand: Demand, supply: Supply, exempt: NDArray[np.bool_]) -> tuple[Finding, ...]:
    """A note on how many people are left out of the radius test, and why; nothing where nobody is."""
    people = float(demand.people[exempt].sum())
    if people <= 0:
        return ()
    rows = tuple(str(each) for each in supply.ids[supply.boards])
    return (
        Finding(
            Severity.NOTE,
            "boarding-no-radius",
            f"{people:,.0f} rural people have a boarding junior school as their nearest one; no radius is applied to "
            f"them (农村寄宿制初中不作服务半径考核 / {supply.stage.value}).",
            why="Pupils who board do not go home every day: beds for more than half of the pupils (AY:292).",
            fix="Check the columns boarding_beds and enrolment of these schools.",
            layer="schools",
            rows=rows[:5],
            count=len(rows),
        ),
    )


def _numbers(frame: pd.DataFrame, column: str) -> NDArray[np.float64]:
    return frame[column].to_numpy(dtype=float) if column in frame else np.full(len(frame), np.nan)
