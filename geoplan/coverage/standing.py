"""Which schools go on standing, and how many pupils each has, as the layers tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geoplan.demand.seats.project_offers import ENDING, OTHER_LEVELS, project_stages
from geoplan.demand.seats.register import ids_by_name
from geoplan.errors import ProblemError, near_match
from geoplan.types import Stage

if TYPE_CHECKING:
    from geoplan.types import Layers


def enrolled(schools: pd.DataFrame, stage: Stage) -> dict[str, float]:
    """Pupils of a stage by school id: the stage's own column, else the enrolment of schools of that stage alone."""
    own, whole = (_column(schools, name, np.nan).astype(float) for name in (f"{stage.value}_enrolment", "enrolment"))
    alone = np.array([tuple(stages) == (stage,) for stages in schools["stages"]], dtype=bool)
    return {str(key): float(pupils) for key, pupils in own.fillna(whole.where(alone)).dropna().items()}


def closing_schools(layers: Layers) -> set[str]:
    """Ids of the schools that have closed or are to close altogether: see `stage_closings`."""
    if layers.schools is None:
        return set()
    frame = layers.schools.frame
    ended = stage_closings(layers)
    closed = set(frame.index[_column(frame, "year_close", np.nan).notna()].astype(str))
    for key, stages in zip(frame.index.astype(str), frame["stages"], strict=True):
        if stages and all((key, Stage(stage)) in ended for stage in stages):
            closed.add(key)
    return closed | {key for key, stage in ended if stage is None}


def stage_closings(layers: Layers) -> dict[tuple[str, Stage | None], float]:
    """(school id, stage) → the year from which the school offers that stage no more, nan where no year is told.

    By its own year, or by a project that is not cancelled; a project of some stages ends these alone, one of a level
    that geoplan does not plan ends none of them. A project names its school by id or by name; a name that several
    schools share closes none of them. Of several years the earliest counts. A school without stages has the key None.
    """
    if layers.schools is None:
        return {}
    frame = layers.schools.frame
    offered = {str(key): tuple(map(Stage, stages)) for key, stages in frame["stages"].items()}
    years: dict[tuple[str, Stage | None], list[float]] = {}
    own = _column(frame, "year_close", np.nan).astype(float).dropna()
    for key, year in own.items():
        for stage in offered[str(key)] or (None,):
            years.setdefault((str(key), stage), []).append(float(year))
    if layers.projects is not None:
        named = ids_by_name({str(key): str(name or "").strip() for key, name in frame["name"].items()})
        for row in layers.projects.frame.to_dict("records"):
            key = named.get(str(row.get("school") or "").strip(), "")
            if key and row.get("action") in ENDING and row.get("status") != "cancelled":
                for stage in _ended(offered[key], row):
                    years.setdefault((key, stage), []).append(float(row.get("finish") or np.nan))
    return {key: float(np.fmin.reduce(found)) for key, found in years.items()}


def _ended(offered: tuple[Stage, ...], project: dict[Any, Any]) -> tuple[Stage | None, ...]:
    """The stages of a school that a project ends."""
    if not offered:
        return (None,)
    level = str(project.get("level") or "")
    if level in OTHER_LEVELS:
        return ()
    stages = project_stages(project.get("stages"), level)
    return tuple(stage for stage in offered if stage in stages or not stages)


def schools_offering(layers: Layers, school: str, stage: Stage) -> pd.DataFrame:
    """The schools layer, in which `school` is an id that offers `stage`.

    Raises:
        ProblemError: it is not; the message says what may have been meant.
    """
    if layers.schools is None:
        raise ProblemError("The project has no layer of schools.")
    frame: pd.DataFrame = layers.schools.frame
    offered = dict(zip(frame.index.astype(str), frame["stages"], strict=True))
    if stage in offered.get(school, ()):
        return frame
    if school in offered:
        stages = ", ".join(offered[school]) or "no stage"
        raise ProblemError(f"School {school} offers {stages}, not {stage}. Name one of its stages with --stage.")
    ids = {name: key for key, name in zip(offered, frame["name"], strict=True) if name}
    if school in ids:
        raise ProblemError(f"No school {school!r}: that is a name. The id is {ids[school]!r}.")
    near = near_match(school, [key for key, stages in offered.items() if stage in stages])
    raise ProblemError(f"No school {school!r} in {layers.schools.file}.{near or ' Expected an id of that layer.'}")


def _column(frame: pd.DataFrame, name: str, blank: float | str) -> pd.Series[Any]:
    return frame[name] if name in frame else pd.Series(blank, index=frame.index, dtype=object)
