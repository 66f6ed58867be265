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
    if layers.schools is None:
        return set()
    schools = layers.schools.frame
    gone = {str(key) for key in schools.index[_column(schools, "year_close", np.nan).notna()]}
    if layers.projects is not None:
        named = ids_by_name({str(key): str(name or "").strip() for key, name in schools["name"].items()})
        columns = (_column(layers.projects.frame, name, "") for name in ("action", "status", "school"))
        for action, status, school in zip(*columns, strict=True):
            if action in ENDING and status != "cancelled":
                gone.add(named.get(str(school).strip(), ""))
    return gone - {""}


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
