"""What projects add to the seats, and what they end, from their `finish` year on.

Counted are planned, started and finished projects; cancelled ones never. `new`, `expand`, `building` and `branch` add
seats; `relocate` and `rebuild` add theirs and end those of the school they name; `close` and `merge` end the named
school's (of the project's stages, where it has some); other actions change no seats. Seats are classes × cap, or the
`seats` promised where these are fewer or no classes are known; several stages share them by years in the stage.

Not counted, each with a finding: no finish year (unless finished), neither seats nor classes, no stage, a school to be
replaced or closed that the layer does not hold, and a new school that is already in the layer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.demand.seats.offer_findings import noticed
from geoplan.demand.seats.offers import Offer
from geoplan.demand.seats.register import ids_by_name
from geoplan.demand.seats.stage_split import caps_of, share_out, years_of
from geoplan.rules import Level
from geoplan.types import Severity, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from geoplan.types import Finding

ADDING = ("new", "expand", "building", "branch")
REPLACING = ("relocate", "rebuild")
ENDING = ("close", "merge")
OTHER_LEVELS = ("special", "special_purpose", "vocational", "higher")
"""Projects whose seats are not seats for the pupils of the stages."""

_LEVELS = (Level.COMPULSORY, Level.NINE_YEAR)

Closings = dict[tuple[str, Stage], float]


@dataclass(frozen=True)
class _Project:
    id: str
    name: str
    place: str
    stages: tuple[Stage, ...]
    action: str
    classes: float
    seats: float
    starts: float
    ownership: str
    school: str


def project_offers(
    projects: pd.DataFrame,
    schools: Sequence[Offer],
    caps: Mapping[Stage, int],
    *,
    place: Sequence[str],
    names: Mapping[str, str],
    data_year: int | None = None,
) -> tuple[list[Offer], Closings, list[Finding]]:
    """The offers of projects, the year in which each (school, stage) closes because of one, and the findings.

    Args:
        schools: the offers of the schools layer.
        place: id of the unit of each project, in the order of the table; '' takes the place of its school.
        names: name of each school by id; a project may name its school either way.
        data_year: projects finished by then are taken as part of the schools layer; None takes none so.

    Raises:
        ValueError: a stage has no cap.
    """
    ids = ids_by_name(names)
    by_school: dict[str, list[Offer]] = {}
    for offer in schools:
        by_school.setdefault(offer.id, []).append(offer)
    found: list[Offer] = []
    closes: Closings = {}
    apart: dict[str, list[str]] = {}
    for project, fault in _read(projects, place, ids, data_year):
        old = by_school.get(project.school, [])
        reason = fault or _fault(project, old, is_known=project.school in names)
        if reason:
            apart.setdefault(reason, []).append(project.id)
            continue
        if data_year is not None and project.starts < data_year:
            apart.setdefault("overdue", []).append(project.id)
        if project.action in REPLACING + ENDING:
            ended = [(each.id, each.stage) for each in old if each.stage in project.stages or not project.stages]
            closes |= {each: min(closes.get(each, np.inf), project.starts) for each in ended}
        if project.action in ADDING + REPLACING:
            found.extend(_offers(project, old, caps))
    return found, closes, [_finding(reason, apart[reason]) for reason in _REASONS if reason in apart]


def _read(
    projects: pd.DataFrame, place: Sequence[str], ids: Mapping[str, str], data_year: int | None
) -> list[tuple[_Project, str]]:
    """The projects of the stages that are not cancelled, each with the reason why it cannot be counted, or ''."""
    found = []
    for at, (key, row) in enumerate(zip(projects.index, projects.to_dict("records"), strict=True)):
        status, finish = row.get("status") or "", _figure(row.get("finish"))
        if status == "cancelled" or row.get("level") in OTHER_LEVELS:
            continue
        is_finished = status == "finished"
        named = str(row.get("school") or "").strip()
        project = _Project(
            id=str(key),
            name=str(row.get("name") or ""),
            place=place[at],
            stages=project_stages(row.get("stages"), str(row.get("level") or "")),
            action=str(row.get("action") or ""),
            classes=_figure(row.get("classes")) or np.nan,
            seats=_figure(row.get("seats")),
            starts=-np.inf if is_finished and np.isnan(finish) else finish,
            ownership=str(row.get("ownership") or ""),
            school=ids.get(named, named),
        )
        if data_year is not None and is_finished and project.starts <= data_year:
            fault = "in-layer"
        else:
            fault = "no-year" if np.isnan(project.starts) else ""
        found.append((project, fault))
    return found


def _figure(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else np.nan


def project_stages(given: object, level: str) -> tuple[Stage, ...]:
    """The stages of a project: its own, else those of its level; () where neither tells."""
    if isinstance(given, tuple) and given:
        return tuple(Stage(stage) for stage in given)
    return Level(level).stages if level in _LEVELS else ()


def _fault(project: _Project, old: Sequence[Offer], *, is_known: bool) -> str:
    has_seats = not (np.isnan(project.seats) and np.isnan(project.classes))
    if project.action in ENDING:
        return "" if old else "no-school"
    if project.action in REPLACING:
        # without figures of its own it moves what is there, and no seat changes
        return ("" if old else "no-school") if has_seats and project.stages else "no-change"
    if project.action not in ADDING:
        return "no-change"
    if not project.stages:
        return "no-stage"
    if project.action in {"new", "branch"} and is_known:
        return "in-layer"
    return "" if has_seats else "no-seats"


def _offers(project: _Project, old: Sequence[Offer], caps: Mapping[Stage, int]) -> list[Offer]:
    years, cap = years_of(project.stages), caps_of(project.stages, caps)
    blank = np.full(len(years), np.nan)
    classes = blank if np.isnan(project.classes) else share_out(project.classes, years)
    weights = years if np.isnan(project.classes) else classes * cap
    promised = blank if np.isnan(project.seats) else share_out(project.seats, weights)
    seats = np.floor(np.fmin(classes * cap, promised) + 0.5)
    is_private = project.ownership == "private" or (not project.ownership and any(not each.is_public for each in old))
    return [
        Offer(
            id=project.id,
            name=project.name,
            place=project.place or (old[0].place if old else ""),
            stage=stage,
            is_public=not is_private,
            classes=float(classes[at]),
            pupils=np.nan,
            listed=float(seats[at]),
            seats=float(seats[at]),
            opens=project.starts,
            planned=True,
            is_school=project.action not in {"expand", "building"},
        )
        for at, stage in enumerate(project.stages)
    ]


_REASONS: dict[str, tuple[str, str, str, Severity]] = {
    "no-year": (
        "have no year of completion; their seats are not counted.",
        "A gap that they would close stays open.",
        "Fill `finish`.",
        Severity.WARNING,
    ),
    "no-stage": (
        "name no stage; their seats are not counted.",
        "Nobody can tell whose seats they are.",
        "Fill `stages`.",
        Severity.WARNING,
    ),
    "no-seats": (
        "give neither classes nor seats; nothing is counted for them.",
        "A gap that they would close stays open.",
        "Fill `classes` or `seats`.",
        Severity.WARNING,
    ),
    "no-school": (
        "replace, close or merge a school that the layer does not hold; nothing is counted for them.",
        "Their seats would stand beside those that they replace.",
        "Fill `school` with the id of the school.",
        Severity.WARNING,
    ),
    "in-layer": (
        "are taken as part of the schools layer already, and not counted twice.",
        "A finished school stands in both files.",
        "Nothing; or take the school out of the layer.",
        Severity.NOTE,
    ),
    "overdue": (
        "should be finished by the year of the schools layer and are not marked so; they count from their year.",
        "If they are late, the balance shows seats that nobody sits on.",
        "Correct `finish`, or set `status` to finished or cancelled.",
        Severity.WARNING,
    ),
    "no-change": (
        "change no seats: improvements, beds, and moves that give no size of their own.",
        "They stand in the list of projects and not in the balance.",
        "Where they do add seats, use the action `expand`, `relocate` or `rebuild` with `classes`.",
        Severity.NOTE,
    ),
}


def _finding(reason: str, ids: Sequence[str]) -> Finding:
    what, why, fix, severity = _REASONS[reason]
    return noticed(
        f"projects-{reason}", f"{len(ids):,} projects {what}", why=why, fix=fix, rows=ids, layer="projects",
        severity=severity,
    )  # fmt: skip
