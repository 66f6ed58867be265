"""Sizes of whole schools: tracks of senior schools, and pupils of new ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.ledger.enrolment import school_ids
from geoplan.ledger.indicators.counting import ids_of
from geoplan.ledger.judge import first_year
from geoplan.ledger.reading import WHOLE, Indicator, Need, Reading
from geoplan.ledger.schools import figures, offering, places_of
from geoplan.ledger.words import ROWS, figure, names_en, names_zh
from geoplan.ledger.world import NoDataError
from geoplan.rules import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.ledger.world import World
    from geoplan.rules import Clause

GRADES_OF_SENIOR = 3


def _tracks(world: World, clause: Clause) -> Sequence[Reading]:
    """Classes over the three grades of a senior school; the value counts the schools outside the bounds."""
    frame = offering(world, clause.level)
    classes = figures(world, frame, clause.level, "classes")
    tracks = classes.series / GRADES_OF_SENIOR
    low, high = clause.low or 0.0, clause.high if clause.high is not None else np.inf
    outside = (tracks < low - 1e-9) | (tracks > high + 1e-9)
    found = []
    for place, rows in places_of(frame):
        known = rows.index[tracks.loc[rows.index].notna()]
        wrong = rows.loc[outside.loc[rows.index]]
        sizes = [
            f"{name}（{figure(float(size), 1)}）"
            for name, size in zip(wrong["name"], tracks.loc[wrong.index], strict=True)
        ]
        zh = f"{len(known)} 所普通高中，{len(known) - len(wrong)} 所在 {clause.target}（{classes.zh}）"
        en = f"{len(known)} senior schools, {len(known) - len(wrong)} of {figure(low)} to {figure(high)} tracks"
        if sizes:
            zh, en = f"{zh}；不在其内：{names_zh(sizes)}", f"{en}; outside: {names_en(sizes)}"
        state = State.NO_DATA if not len(known) else State.NOT_MET if len(wrong) else State.MET
        found.append(
            Reading(place, float(len(wrong)), zh, en, rows=ids_of(wrong), count=len(wrong), state=state,
                    short=float(len(wrong)) or None, short_unit="所")
        )  # fmt: skip
    return found


def _new_school_size(world: World, clause: Clause) -> Sequence[Reading]:
    """Pupils of new schools: projects as planned, schools opened since 2021 as they are; the value is the largest."""
    opened = _opened(world, clause)
    # a project that names a school which stands already is that school
    sizes = {key: each for key, each in _planned(world, clause).items() if key not in opened} | opened
    if not sizes:
        raise NoDataError("projects", "action=new", "enrolment", also=_NEW[1:])
    most, largest = clause.high if clause.high is not None else np.inf, max(size for _, size in sizes.values())
    large = {key: each for key, each in sizes.items() if each[1] > most + 1e-9}
    zh = f"新建学校 {len(sizes)} 所，最大 {figure(largest)} 人"
    en = f"{len(sizes)} new schools, the largest of {figure(largest)} pupils"
    if large:
        names = [f"{name}（{figure(size)}）" for name, size in large.values()]
        zh, en = f"{zh}；超过 {figure(most)} 人：{names_zh(names)}", f"{en}; over {figure(most)}: {names_en(names)}"
    children = (largest, *(size for _, size in large.values()))
    return [Reading(WHOLE, largest, zh, en, rows=tuple(large)[:ROWS], count=len(large), children=children)]


def _planned(world: World, clause: Clause) -> dict[str, tuple[str, float]]:
    """Name and pupils when full of each new school among the projects, by the school it names, else by its own id."""
    if not world.has("projects", "action", "stages"):
        return {}
    table = world.table("projects")
    table = table.loc[(table["action"] == "new") & (table["status"] != "cancelled")]
    size = table["enrolment"].astype(float).fillna(table["seats"].astype(float))
    rows = zip(table.index, table["school"], table["name"], table["stages"], table["finish"], size, strict=True)
    known = school_ids(world.table("schools")) if world.has("schools") else {}
    return {
        known.get(str(school).strip(), str(key)): (str(name), float(pupils))
        for key, school, name, stages, finish, pupils in rows
        if set(stages) & set(clause.level.stages) and not np.isnan(pupils) and not finish < first_year(clause)
    }


def _opened(world: World, clause: Clause) -> dict[str, tuple[str, float]]:
    """Name and pupils of each school that opened since the option `since`, by id."""
    if not world.has("schools", "year_open"):
        return {}
    frame = offering(world, clause.level)
    frame = frame.loc[frame["year_open"] >= first_year(clause)]
    if frame.empty:
        return {}
    try:
        pupils = figures(world, frame, clause.level).series
    except NoDataError:
        return {}
    rows = zip(frame.index, frame["name"], pupils, strict=True)
    return {str(key): (str(name), float(size)) for key, name, size in rows if not np.isnan(size)}


_NEW = (Need("projects", ("action=new", "stages", "enrolment")), Need("schools", ("year_open", "enrolment")))

INDICATORS = (
    Indicator("tracks", "轨数不符的高中数", "senior schools outside the bounds of tracks", "所",
              (Need("schools", ("classes",)), Need("schools", ("senior_classes",))), _tracks),
    Indicator("new_school_size", "新建学校规模", "pupils of new schools", "人", _NEW, _new_school_size, ("since",)),
)  # fmt: skip
