"""Every school of the planned layout, once: tables, GeoPackage and QGIS project are made from these rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.publish.sheets import id_words
from geoplan.publish.sheets_today import located_schools
from geoplan.publish.stage_seats import seats_today
from geoplan.publish.statutory.open_projects import open_projects
from geoplan.publish.statutory.proposed import proposed_schools
from geoplan.publish.statutory.register import figures, school_order
from geoplan.publish.statutory.states import ENDING, Action, PlannedSchool, number
from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geoplan.publish.edition import Edition
    from geoplan.publish.statutory.open_projects import OpenProject

_STRONGEST = (Action.CLOSE, Action.MERGE, Action.MOVE, Action.EXPAND, Action.NEW, Action.KEEP)
"""Of several projects at one school the first of these names what becomes of it."""


def planned_schools(edition: Edition) -> tuple[PlannedSchool, ...]:
    """The planned layout: existing schools first, by district, stage and id, then new ones of projects and proposals.

    Projects that are cancelled, or finished by the year of the data, change nothing: the layer holds their outcome.
    """
    mine, others = open_projects(edition)
    rows = [*_existing(edition, mine), *_of_projects(edition, others), *proposed_schools(edition)]
    last = len(edition.plan.units.district_ids)
    return tuple(sorted(rows, key=lambda row: row.district if row.district >= 0 else last))


def _existing(edition: Edition, projects: Mapping[str, list[OpenProject]]) -> list[PlannedSchool]:
    plan = edition.plan
    layer = plan.layers.schools
    if layer is None:
        return []
    frame, (district, _) = layer.frame, located_schools(plan)
    seats = seats_today(plan)
    xy = shapely.get_coordinates(np.asarray(frame.geometry.array, dtype=object))
    columns = {name: figures(frame, name) for name in ("classes", "site_area_m2", "year_close")}
    found = []
    for row in school_order(plan):
        each = str(frame.index[row])
        at_school = projects.get(each, [])
        mine = {stage: value for stage, value in seats.school(each).items() if np.isfinite(value)}
        closes = number(columns["year_close"][row])
        action = Action.CLOSE if closes is not None else _strongest(at_school)
        found.append(
            PlannedSchool(
                id=each,
                name=str(frame["name"].iloc[row]),
                stages=tuple(Stage(stage) for stage in frame["stages"].iloc[row]),
                action=action,
                district=int(district[row]),
                ownership=str(frame["ownership"].iloc[row] or "") if "ownership" in frame else "",
                xy=(float(xy[row, 0]), float(xy[row, 1])),
                classes=_classes(action, number(columns["classes"][row]), at_school, set(mine)),
                seats_now=number(seats.whole(each)),
                seats=_after(mine, at_school, ends=closes is not None),
                land_m2=number(columns["site_area_m2"][row]),
                plot="",
                year=int(closes) if closes is not None else _first(each.year for each in at_school),
                basis=_basis(at_school),
                cost=_sum(number(each.row.get("cost")) for each in at_school),
                status=str(at_school[0].row.get("status") or "") if at_school else "",
                projects=tuple(each.id for each in at_school),
                seats_by_stage=mine,
            )
        )
    return found


def _strongest(projects: list[OpenProject]) -> Action:
    return next((action for action in _STRONGEST if any(each.action is action for each in projects)), Action.KEEP)


def _after(now: Mapping[Stage, float], projects: Sequence[OpenProject], *, ends: bool) -> float | None:
    """Seats as planned: those of the stages that no project ends, and those that projects add; None where unknown.

    Args:
        now: seats of today by stage.
        ends: the school closes with all its stages.
    """
    if ends:
        return 0.0
    ended = {stage for project in projects if _ends(project) for stage in _of(project, now)}
    added = [each.seats for each in projects if each.seats is not None and each.action not in ENDING]
    kept = [seats for stage, seats in now.items() if stage not in ended]
    if ended or kept or added:
        return sum(kept) + sum(added)
    return 0.0 if any(each.action in ENDING for each in projects) else None


def _ends(project: OpenProject) -> bool:
    """Whether it ends seats of its school; a move that tells no size moves what is there."""
    return project.action in ENDING or (project.action is Action.MOVE and project.seats is not None)


def _of(project: OpenProject, stages: Iterable[Stage]) -> set[Stage]:
    """The stages of a school that a project speaks of: its own, or all."""
    return set(project.stages) & set(stages) if project.stages else set(stages)


def _classes(action: Action, now: float | None, projects: Sequence[OpenProject], stages: set[Stage]) -> float | None:
    """Classes as planned; None where a project ends one stage of several, because the layer need not split classes."""
    if action in ENDING and not projects:
        return 0.0
    ended = {stage for project in projects if _ends(project) for stage in _of(project, stages)}
    if ended and ended < stages:
        return None
    if action in ENDING:
        return 0.0
    known = [each.classes for each in projects if each.classes is not None]
    if action is Action.MOVE:
        return sum(known) if known else now
    return now if not known else (now or 0.0) + sum(known)


def _basis(projects: list[OpenProject]) -> tuple[str, str]:
    if not projects:
        return "", ""
    clauses = [f"（{clause}）" if (clause := str(each.row.get("clause") or "")) else "" for each in projects]
    named, named_zh = (
        "、".join(f"{each}{clause}" for each, clause in zip(ids, clauses, strict=True))
        for ids in ([each.id for each in projects], [id_words(each.id, "projects") for each in projects])
    )
    return named_zh if named_zh.startswith("建设项目表") else f"项目 {named_zh}", f"project {named}"


def _of_projects(edition: Edition, projects: list[OpenProject]) -> list[PlannedSchool]:
    """Projects at no school of the layer: what they build is new, wherever it will stand."""
    units = edition.plan.units
    rows = {name: row for row, name in enumerate(units.district_names)}
    rows |= {each: row for row, each in enumerate(units.district_ids)}
    return [
        PlannedSchool(
            id=each.id,
            name=str(each.row.get("name") or id_words(each.id, "projects")),
            stages=each.stages,
            action=each.action,
            district=rows.get(str(each.row.get("district") or ""), -1),
            ownership=str(each.row.get("ownership") or ""),
            xy=None,
            classes=each.classes,
            seats_now=None,
            seats=each.seats,
            land_m2=None,
            plot="",
            year=each.year,
            basis=_basis([each]),
            cost=number(each.row.get("cost")),
            status=str(each.row.get("status") or ""),
            projects=(each.id,),
            role="projects",
        )
        for each in projects
    ]


def _first(years: Iterable[int | None]) -> int | None:
    return min((year for year in years if year is not None), default=None)


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
