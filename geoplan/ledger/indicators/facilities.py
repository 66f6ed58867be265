"""Room and beds: sites and floors for each pupil, boarding places, small schools, and seats that come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geoplan.demand.seats.project_offers import ADDING, ENDING, REPLACING
from geoplan.ledger.enrolment import school_ids
from geoplan.ledger.indicators.counting import ids_of
from geoplan.ledger.judge import first_year
from geoplan.ledger.reading import WHOLE, Indicator, Need, Reading
from geoplan.ledger.schools import figures, offering, places_of, seats_at_hand
from geoplan.ledger.words import ROWS, figure, names_en, names_zh
from geoplan.ledger.world import NoDataError
from geoplan.rules import Level, State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geoplan.ledger.world import World
    from geoplan.rules import Clause

SMALL = 100
"""Pupils; below it a rural school is a 小规模学校 (中央一号文件 2026, quoted)."""

AREAS = {
    "site_area_m2": ("site_m2", "占地", "site"),
    "floor_area_m2": ("floor_m2", "校舍", "floor"),
    "sports_area_m2": ("sports_m2", "运动场地", "sports ground"),
}
"""Column → option that holds the standard in m² for each pupil, and its names."""


def _site_and_floor(world: World, clause: Clause) -> Sequence[Reading]:
    """Square metres for each pupil. The plans say `standard` and give none: judged only where an option does.

    `site_m2`, `floor_m2`, `sports_m2` hold m² for each pupil, or a table of them by stage. A school whose site area is
    blank is measured by its campus polygon.
    """
    frame = offering(world, clause.level, scope=clause.scope)
    pupils = figures(world, frame, clause.level).series
    areas = {column: _area(frame, column) for column in AREAS}
    told = {column: values / pupils.where(pupils > 0) for column, values in areas.items() if values.notna().any()}
    if not told:
        raise NoDataError("schools", "site_area_m2", "floor_area_m2", also=(Need("schools", ("place",)),))
    below = pd.Series(data=False, index=frame.index)
    standards = {column: clause.options[AREAS[column][0]] for column in told if AREAS[column][0] in clause.options}
    for column, standard in standards.items():
        least = pd.Series([_standard(standard, stages) for stages in frame["stages"]], index=frame.index)
        below |= told[column] < least - 1e-9
    found = []
    for place, rows in places_of(frame):
        means = {
            column: float(areas[column].loc[rows.index].where(told[column].notna()).sum())
            / max(float(pupils.loc[rows.index].where(told[column].loc[rows.index].notna()).sum()), 1.0)
            for column in told
        }
        zh = "，".join(f"生均{AREAS[column][1]} {figure(mean, 1)} m²" for column, mean in means.items())
        en = ", ".join(f"{figure(mean, 1)} m² of {AREAS[column][2]} a pupil" for column, mean in means.items())
        wrong = rows.loc[below.loc[rows.index]]
        if standards:
            zh, en = f"{zh}；低于标准 {len(wrong)} 所", f"{en}; {len(wrong)} schools below the standard"
        else:
            zh, en = f"{zh}；原文未给标准数值，不作判定", f"{en}; the plan gives no figure, so no verdict"
        state = State.SHOWN if not standards else State.NOT_MET if len(wrong) else State.MET
        found.append(
            Reading(place, next(iter(means.values())), zh, en, rows=ids_of(wrong), count=len(wrong), state=state,
                    short=float(len(wrong)) or None, short_unit="所")
        )  # fmt: skip
    return found


def _area(frame: pd.DataFrame, column: str) -> pd.Series[float]:
    own = frame[column].astype(float) if column in frame else pd.Series(np.nan, index=frame.index)
    if column != "site_area_m2" or "geometry" not in frame:
        return own
    campus = pd.Series(shapely.area(np.asarray(frame["geometry"], dtype=object)), index=frame.index)
    return own.fillna(campus.where(campus > 0))


def _standard(standard: float | Mapping[str, Any], stages: Sequence[str]) -> float:
    """The standard of a school: one for all, or the largest of its stages'."""
    if isinstance(standard, int | float):
        return float(standard)
    return max((float(standard[stage]) for stage in stages if stage in standard), default=0.0)


def _boarding_facility(world: World, clause: Clause) -> Sequence[Reading]:
    """A bed for every boarder; the value counts the beds that are missing."""
    world.table("schools", "boarding_beds", "boarders")
    return _beds(offering(world, clause.level, scope=clause.scope), "boarders", ("寄宿生", "boarders"))


def _beds_for_left_behind(world: World, clause: Clause) -> Sequence[Reading]:
    """Beds against left-behind children of the same schools; the value counts the beds that are missing."""
    world.table("schools", "boarding_beds", "left_behind_pupils")
    frame = offering(world, clause.level, scope=clause.scope)
    return _beds(frame, "left_behind_pupils", ("留守儿童", "left-behind children"))


def _beds(frame: pd.DataFrame, column: str, words: tuple[str, str]) -> list[Reading]:
    wanted = frame[column].fillna(0.0)
    missing = (wanted - frame["boarding_beds"].fillna(0.0)).clip(lower=0.0)
    found = []
    for place, rows in places_of(frame):
        beds, heads = float(rows["boarding_beds"].sum()), float(wanted.loc[rows.index].sum())
        lack = rows.loc[missing.loc[rows.index] > 0]
        short = float(missing.loc[rows.index].sum())
        zh = f"床位 {figure(beds)} 张，{words[0]} {figure(heads)} 人"
        en = f"{figure(beds)} beds, {figure(heads)} {words[1]}"
        if short:
            names = list(map(str, lack["name"]))
            zh = f"{zh}；{len(lack)} 所共缺 {figure(short)} 张：{names_zh(names)}"
            en = f"{en}; {figure(short)} beds short at {len(lack)} schools: {names_en(names)}"
        state = State.NOT_APPLICABLE if heads <= 0 else State.NOT_MET if short else State.MET
        found.append(
            Reading(place, short, zh, en, rows=ids_of(lack), count=len(lack), state=state, short=short or None,
                    short_unit="床", children=(heads, short))
        )  # fmt: skip
    return found


def _small_and_boarding(world: World, clause: Clause) -> Sequence[Reading]:
    """Small schools (under 100 pupils) and boarding schools, with their pupils and beds; nothing to meet."""
    frame = offering(world, clause.level, scope=clause.scope)
    pupils = figures(world, frame, clause.level).series
    zero = pd.Series(0.0, index=frame.index)
    beds = frame["boarding_beds"].fillna(0.0) if "boarding_beds" in frame else zero
    boards = (beds > 0) | ((frame["boarders"].fillna(0.0) if "boarders" in frame else zero) > 0)
    found = []
    for place, rows in places_of(frame):
        small = rows.loc[pupils.loc[rows.index] < SMALL]
        boarding = rows.loc[boards.loc[rows.index]]
        few = float(pupils.loc[small.index].sum())
        heads, places = figure(few), figure(float(beds.loc[boarding.index].sum()))
        zh = f"不足 {SMALL} 人的小规模学校 {len(small)} 所、{heads} 人；寄宿制学校 {len(boarding)} 所、床位 {places} 张"
        en = f"{len(small)} schools under {SMALL} pupils with {heads}; {len(boarding)} boarding schools, {places} beds"
        found.append(
            Reading(place, float(len(small)), zh, en, rows=ids_of(small), count=len(small), state=State.SHOWN,
                    children=(few,))
        )  # fmt: skip
    return found


def _seats_change(world: World, clause: Clause) -> Sequence[Reading]:
    """Seats that finished projects and new schools add, less those that end, in the years of the plan.

    A project counts for the school that it names: the school is not counted once more by its own years.
    """
    since = first_year(clause)
    years = ("year_open", "year_close")
    if not world.has("projects", "seats", "status") and not any(
        world.has("schools", seats, year) for seats in ("capacity", "classes") for year in years
    ):
        raise NoDataError("projects", "seats", "status", also=(Need("schools", ("capacity", "year_open")),))
    changes, named = _by_projects(world, clause.level, since)
    if world.layers.schools is not None:
        for sign, rows in zip((1, -1), _opened_closed(world, clause.level, since), strict=True):
            seats = seats_at_hand(world, rows, clause.level).dropna()
            changes |= {str(key): sign * each for key, each in seats.items() if str(key) not in named}
    added = float(sum(changes.values()))
    zh = f"{since} 年以来新增学位 {figure(added)} 个（{len(changes)} 项）"
    en = f"{figure(added)} seats added since {since}"
    state = State.MET if added > 0 else State.NOT_MET
    return [Reading(WHOLE, added, zh, en, rows=tuple(changes)[:ROWS], count=len(changes), state=state)]


def _by_projects(world: World, level: Level, since: int) -> tuple[dict[str, float], set[str]]:
    """Seats that each finished project adds or ends, by its id, and the schools that they name.

    A move or a rebuilding adds what it has more than the old school, and nothing is known of it without that one.
    """
    if not world.has("projects", "seats", "status"):
        return {}, set()
    table, schools = world.table("projects"), world.layers.schools
    frame = pd.DataFrame() if schools is None else schools.frame
    known = school_ids(frame)
    seats_now = seats_at_hand(world, frame, level) if len(frame) else pd.Series(dtype=float)
    year, done = table["finish"].astype(float), table["status"] == "finished"
    mine = table.loc[_of_stages(table, level) & done & ~(year < since) & ~(year > world.as_of)]
    changes, named = {}, set()
    for key, action, school, seats in zip(mine.index, mine["action"], mine["school"], mine["seats"], strict=True):
        at = known.get(str(school).strip(), "")
        old = float(seats_now[at]) if at else np.nan
        ends = action in ENDING
        change = -(old if np.isnan(seats) else seats) if ends else seats - old if action in REPLACING else seats
        if (not action or ends or action in (*ADDING, *REPLACING)) and not np.isnan(change):
            changes[str(key)] = float(change)
            named.add(at)
    return changes, named


def _of_stages(table: pd.DataFrame, level: Level) -> pd.Series[bool]:
    stages = table["stages"] if "stages" in table else [()] * len(table)
    return pd.Series([bool(set(each) & set(level.stages)) for each in stages], index=table.index, dtype=bool)


def _opened_closed(world: World, level: Level, since: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    frame = world.table("schools")
    frame = frame.loc[_of_stages(frame, level)]
    blank = pd.Series(np.nan, index=frame.index)
    opened, closed = frame.get("year_open", blank), frame.get("year_close", blank)
    now = world.as_of
    return frame.loc[(opened >= since) & (opened <= now)], frame.loc[(closed >= since) & (closed <= now)]


def _public_change(world: World, clause: Clause) -> Sequence[Reading]:
    """Public kindergartens opened less closed since the base year."""
    since = first_year(clause)
    world.table("schools", "ownership", "year_open")
    opened, closed = (rows.loc[rows["ownership"] == "public"] for rows in _opened_closed(world, clause.level, since))
    change = len(opened) - len(closed)
    zh = f"{since} 年以来公办园新增 {len(opened)} 所、撤并 {len(closed)} 所"
    en = f"since {since} {len(opened)} public kindergartens opened, {len(closed)} closed"
    state = State.MET if change > 0 else State.NOT_MET
    return [Reading(WHOLE, float(change), zh, en, rows=ids_of(opened), count=len(opened), state=state)]


INDICATORS = (
    Indicator("site_and_floor_area", "生均用地与校舍", "site and floor area a pupil", "m²/生",
              (Need("schools", ("site_area_m2", "floor_area_m2", "enrolment")),), _site_and_floor,
              ("site_m2", "floor_m2", "sports_m2")),
    Indicator("boarding_facility", "缺寄宿床位数", "beds missing for boarders", "床",
              (Need("schools", ("boarding_beds", "boarders", "area")),), _boarding_facility),
    Indicator("boarding_beds_for_left_behind", "留守儿童缺床位数", "beds missing for left-behind children", "床",
              (Need("schools", ("boarding_beds", "left_behind_pupils", "area")),), _beds_for_left_behind),
    Indicator("small_and_boarding", "小规模与寄宿制学校", "small schools and boarding schools", "所",
              (Need("schools", ("enrolment", "area")),), _small_and_boarding),
    Indicator("seats_change", "新增学位", "seats added", "个",
              (Need("projects", ("seats", "status")), Need("schools", ("capacity", "year_open"))), _seats_change,
              ("since",)),
    Indicator("public_kindergartens_change", "公办园增减", "public kindergartens opened less closed", "所",
              (Need("schools", ("ownership", "year_open")),), _public_change, ("since",)),
)  # fmt: skip
