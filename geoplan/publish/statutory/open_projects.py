"""The projects of the table that the schools layer does not show yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.demand.seats.project_offers import project_stages
from geoplan.demand.seats.register import ids_by_name
from geoplan.plan.forecasting import data_year
from geoplan.publish.statutory.states import Action, number

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from geoplan.publish.edition import Edition
    from geoplan.types import Stage

_OF_PROJECTS = {
    "new": Action.NEW, "branch": Action.NEW, "expand": Action.EXPAND, "building": Action.EXPAND,
    "rebuild": Action.EXPAND, "upgrade": Action.EXPAND, "boarding": Action.EXPAND, "relocate": Action.MOVE,
    "merge": Action.MERGE, "close": Action.CLOSE,
}  # fmt: skip


@dataclass(frozen=True)
class OpenProject:
    """A project at its school, if any.

    Attributes:
        row: of the projects table.
        seats: as the balance counts them, else as listed.
        stages: its own, else those of its level; () where nothing tells.
        year: of completion.
    """

    id: str
    row: Mapping[Hashable, Any]
    stages: tuple[Stage, ...]
    action: Action
    seats: float | None
    classes: float | None
    year: int | None


def open_projects(edition: Edition) -> tuple[dict[str, list[OpenProject]], list[OpenProject]]:
    """The projects that are still to show in the layer: those of known schools by school id, and the others."""
    plan = edition.plan
    table, schools = plan.layers.projects, plan.layers.schools
    if table is None:
        return {}, []
    names = {} if schools is None else {str(key): str(name) for key, name in schools.frame["name"].items()}
    ids = ids_by_name(names)
    known = _seats_of_projects(edition)
    data = data_year(plan.config)
    mine: dict[str, list[OpenProject]] = {}
    others = []
    for key, row in zip(table.frame.index, table.frame.to_dict("records"), strict=True):
        action, finish = _OF_PROJECTS.get(str(row.get("action") or "")), number(row.get("finish"))
        done = row.get("status") == "finished" and data is not None and (finish is None or finish <= data)
        if action is None or row.get("status") == "cancelled" or done:
            continue
        seats = known.get(str(key), number(row.get("seats")))
        found = OpenProject(
            str(key), row, project_stages(row.get("stages"), str(row.get("level") or "")), action, seats,
            number(row.get("classes")), None if finish is None else int(finish),
        )  # fmt: skip
        school = ids.get(str(row.get("school") or "").strip(), "")
        if school:
            mine.setdefault(school, []).append(found)
        else:
            others.append(found)
    return mine, others


def _seats_of_projects(edition: Edition) -> dict[str, float]:
    """Seats of projects as the balance counts them, by project id."""
    pupils = edition.pupils
    found: dict[str, float] = {}
    for offer in pupils.offers.rows if pupils is not None and pupils.offers is not None else ():
        if offer.planned and np.isfinite(offer.seats):
            found[offer.id] = found.get(offer.id, 0.0) + offer.seats
    return found
