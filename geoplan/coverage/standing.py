"""Which schools go on standing, and how many pupils each has, as the layers tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geoplan.demand.seats.register import ids_by_name
from geoplan.errors import ProblemError, near_match

if TYPE_CHECKING:
    from geoplan.types import Layers, Stage

ENDING = ("close", "merge")
"""Actions of projects that end a school."""


def enrolled(schools: pd.DataFrame, stage: Stage) -> dict[str, float]:
    """Pupils of a stage by school id: the stage's own column, else the enrolment of schools of that stage alone."""
    own, whole = (_column(schools, name, np.nan).astype(float) for name in (f"{stage.value}_enrolment", "enrolment"))
    alone = np.array([tuple(stages) == (stage,) for stages in schools["stages"]], dtype=bool)
    return {str(key): float(pupils) for key, pupils in own.fillna(whole.where(alone)).dropna().items()}


def closing_schools(layers: Layers) -> set[str]:
    """Ids of the schools that have closed or are to close: by their own year, or by a project that is not cancelled.

    A project names its school by id or by name; a name that several schools share closes none of them.
    """
    return set(closing_years(layers))


def closing_years(layers: Layers) -> dict[str, float]:
    """Id of each of the `closing_schools` → the year from which it is closed, nan where no year is told.

    Of several years the earliest counts.
    """
    if layers.schools is None:
        return {}
    schools = layers.schools.frame
    own = _column(schools, "year_close", np.nan).astype(float).dropna()
    years = {str(key): [float(year)] for key, year in own.items()}
    if layers.projects is not None:
        named = ids_by_name({str(key): str(name or "").strip() for key, name in schools["name"].items()})
        frame = layers.projects.frame
        columns = [_column(frame, name, "") for name in ("action", "status", "school")]
        for action, status, school, year in zip(*columns, _column(frame, "finish", np.nan), strict=True):
            key = named.get(str(school).strip(), "")
            if key and action in ENDING and status != "cancelled":
                years.setdefault(key, []).append(float(year))
    return {key: float(np.fmin.reduce(found)) for key, found in years.items()}


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
