"""Counts of schools, in each county or township and in the whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from geoplan.ledger.enrolment import school_ids
from geoplan.ledger.indicators.counting import counted, ids_of
from geoplan.ledger.judge import first_year, is_baseline
from geoplan.ledger.official import beside, need, official_readings
from geoplan.ledger.people import per_thousand
from geoplan.ledger.reading import WHOLE, Indicator, Need, Reading
from geoplan.ledger.schools import figures, offering, places_of
from geoplan.ledger.words import ROWS, figure, share
from geoplan.ledger.world import NoDataError
from geoplan.rules import Level, State
from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.ledger.world import World
    from geoplan.rules import Clause

TIERS = {
    "city": ("city", "市", "市级", "市直", "省级", "省、市"),
    "county": ("county", "县", "县级", "区", "区级", "县（市、区）", "县区", "区县", "县直"),
    "township": ("township", "乡", "乡镇", "乡（镇）", "镇", "乡级", "镇级", "乡镇级", "街道"),
    "village": ("village", "村", "村级"),
}
"""The words for the four tiers of the network of kindergartens."""


def _public_per_seat(world: World, clause: Clause) -> Sequence[Reading]:
    world.table("schools", "ownership")
    frame = offering(world, clause.level, scope=clause.scope)
    return counted(world, clause, frame.loc[frame["ownership"] == "public"], "城区公办园", "urban public kindergartens")


def _network_levels(world: World, clause: Clause) -> Sequence[Reading]:
    world.table("schools", "level")
    frame = offering(world, clause.level)
    words = {word: tier for tier, every in TIERS.items() for word in every}
    tiers = frame["level"].astype(str).str.strip().map(lambda word: words.get(word, ""))
    counts = {tier: int((tiers == tier).sum()) for tier in TIERS}
    labels = dict(zip(TIERS, ("市", "县", "乡（镇）", "村"), strict=True))
    zh = "、".join(f"{labels[tier]} {count} 所" for tier, count in counts.items())
    en = ", ".join(f"{tier} {count}" for tier, count in counts.items())
    return [Reading(WHOLE, float(sum(count > 0 for count in counts.values())), zh, en)]


def _school_groups(world: World, clause: Clause) -> Sequence[Reading]:
    world.table("schools", "group")
    frame = offering(world, clause.level)
    found = []
    for place, rows in places_of(frame):
        inside = rows.loc[rows["group"] != ""]
        groups = inside["group"].nunique()
        zh = f"教育集团 {groups} 个，参加 {share(len(inside), len(rows))} 所学校"
        en = f"{groups} groups; {share(len(inside), len(rows))} of schools belong to one"
        if more := len(inside) - groups:
            # no layer tells which school leads its group: one of each is taken to
            zh = f"{zh}；按每集团一所牵头学校计，带动 {more} 所"
            en = f"{en}; with one leading school each they take along {more}"
        found.append(Reading(place, float(groups), zh, en))
    return found


def _linked(world: World, clause: Clause) -> Sequence[Reading]:
    """Teaching points that name their central school; the value counts those that do not."""
    frame = offering(world, Level.TEACHING_POINT)
    world.table("schools", "parent")
    del clause
    found = []
    for place, rows in places_of(frame):
        loose = rows.loc[rows["parent"] == ""]
        zh = f"教学点 {len(rows)} 个，已明确所属中心校 {len(rows) - len(loose)} 个"
        en = f"{len(rows)} teaching points, {len(rows) - len(loose)} with a central school"
        state = State.NOT_MET if len(loose) else State.MET
        found.append(
            Reading(place, float(len(loose)), zh, en, rows=ids_of(loose), count=len(loose), state=state,
                    short=float(len(loose)) or None, short_unit="个")
        )  # fmt: skip
    return found


def _nine_year(world: World, clause: Clause) -> Sequence[Reading]:
    del clause
    frame = offering(world, Level.COMPULSORY)
    both = [{Stage.PRIMARY, Stage.JUNIOR} <= set(stages) for stages in frame["stages"]]
    rows = frame.loc[both]
    zh = f"九年一贯制学校 {len(rows)} 所（义务教育学校 {len(frame)} 所）"
    en = f"{len(rows)} nine-year schools of {len(frame)} compulsory schools"
    return [Reading(WHOLE, float(len(rows)), zh, en, rows=ids_of(rows), count=len(rows), state=State.SHOWN)]


def _new_private(world: World, clause: Clause) -> Sequence[Reading]:
    """Private compulsory schools that opened after the base year, or stand in the projects table as new."""
    since = first_year(clause)
    # a project that names a school which stands already is that school
    rows: dict[str, None] = {}
    told = world.has("schools", "ownership", "year_open")
    if told:
        frame = offering(world, clause.level)
        opened = frame.loc[(frame["ownership"] == "private") & (frame["year_open"] >= since)]
        rows |= dict.fromkeys(map(str, opened.index))
    if world.has("projects", "ownership", "action"):
        table = world.table("projects")
        stages = table["stages"] if "stages" in table else [()] * len(table)
        mine = [bool(set(each) & set(clause.level.stages)) for each in stages]
        private = (table["ownership"] == "private") & (table["action"] == "new")
        new = table.loc[private & pd.Series(mine, index=table.index, dtype=bool)]
        alive = new.loc[(new["status"] != "cancelled") & ~(new["finish"] < since)]
        known = school_ids(world.table("schools")) if world.has("schools") else {}
        rows |= {known.get(str(school).strip(), str(key)): None for key, school in alive["school"].items()}
    elif not told:
        raise NoDataError("projects", "ownership", "action", also=(Need("schools", ("ownership", "year_open")),))
    zh, en = f"{since} 年以来新设民办义务教育学校 {len(rows)} 所", f"{len(rows)} new private schools since {since}"
    return [Reading(WHOLE, float(len(rows)), zh, en, rows=tuple(rows)[:ROWS], count=len(rows))]


def _school_count(world: World, clause: Clause) -> Sequence[Reading]:
    if is_baseline(clause):
        try:
            told = official_readings(world, clause, "school_count")
            return beside(told, lambda: _in_layer(world, clause))
        except NoDataError:
            if not world.has("schools"):
                raise NoDataError("schools", "stages", also=(need("school_count"),)) from None
    return _in_layer(world, clause)


def _in_layer(world: World, clause: Clause) -> list[Reading]:
    frame = offering(world, clause.level)
    en = f"schools in the layer ({world.as_of})"
    return [Reading(place, float(len(rows)), f"学校图层 {world.as_of} 年 {figure(len(rows))} 所", f"{len(rows)} {en}")
            for place, rows in places_of(frame)]  # fmt: skip


def _enrolment_total(world: World, clause: Clause) -> Sequence[Reading]:
    """Pupils of a level: the official figure, else the sum over the schools that tell; and of each 1,000 people."""
    try:
        found = official_readings(world, clause, "enrolment")
        if is_baseline(clause):
            found = beside(found, lambda: _pupils_in_layer(world, clause))
    except NoDataError:
        if not world.has("schools"):
            raise NoDataError("schools", "enrolment", also=(need("enrolment"),)) from None
        found = _pupils_in_layer(world, clause)
    return [_with_ratio(world, each) for each in found]


def _with_ratio(world: World, reading: Reading) -> Reading:
    """The same with pupils for each 1,000 people behind it, where the people of its place are known."""
    if reading.value is None:
        return reading
    zh, en = per_thousand(world, reading.value, reading.place, reading.year)
    return replace(reading, zh=reading.zh + zh, en=reading.en + en)


def _pupils_in_layer(world: World, clause: Clause) -> list[Reading]:
    frame = offering(world, clause.level)
    pupils = figures(world, frame, clause.level, year=clause.year if is_baseline(clause) else None)
    left_out = len(pupils.unknown)
    note, note_en = (f"；{left_out} 所未注明", f"; {left_out} schools do not tell") if left_out else ("", "")
    found = []
    for place, rows in places_of(frame):
        total = float(pupils.series.loc[rows.index].sum())
        zh, en = f"在校 {figure(total)} 人（{pupils.zh}{note}）", f"{figure(total)} pupils ({pupils.en}{note_en})"
        found.append(Reading(place, total, zh, en, year=pupils.year, children=(total,)))
    return found


def _licensed(world: World, clause: Clause) -> Sequence[Reading]:
    """Kindergartens without a licence; blanks are not counted as such."""
    world.table("schools", "licensed")
    frame = offering(world, clause.level, unlicensed=True)
    found = []
    for place, rows in places_of(frame):
        without = rows.loc[rows["licensed"] == False]  # noqa: E712  None is no answer
        zh = f"无证 {len(without)} 所，有证 {int((rows['licensed'] == True).sum())} 所"  # noqa: E712
        en = f"{len(without)} unlicensed, {int((rows['licensed'] == True).sum())} licensed"  # noqa: E712
        found.append(Reading(place, float(len(without)), zh, en, rows=ids_of(without), count=len(without)))
    return found


INDICATORS = (
    Indicator("public_kindergartens_per_seat", "城区公办园数", "public kindergartens in each county town", "所",
              (Need("schools", ("ownership", "area")), Need("districts", ("name",))), _public_per_seat),
    Indicator("network_levels", "学前网络层级数", "tiers of the network of kindergartens", "级",
              (Need("schools", ("level",)),), _network_levels),
    Indicator("school_groups", "教育集团数", "school groups", "个", (Need("schools", ("group",)),), _school_groups),
    Indicator("linked_teaching_points", "未明确中心校的教学点数", "teaching points without a central school", "个",
              (Need("schools", ("kind", "parent")),), _linked),
    Indicator("nine_year_schools", "九年一贯制学校数", "nine-year schools", "所", (Need("schools", ("stages",)),),
              _nine_year),
    Indicator("new_private_schools", "新设民办学校数", "new private schools", "所",
              (Need("projects", ("ownership", "action")), Need("schools", ("ownership", "year_open"))),
              _new_private, ("since",)),
    Indicator("school_count", "学校数", "schools", "所", (Need("schools", ("stages",)), need("school_count")),
              _school_count),
    Indicator("enrolment_total", "在校生数", "pupils", "人",
              (Need("schools", ("enrolment",)), Need("enrolment", ("school", "year", "pupils")), need("enrolment")),
              _enrolment_total),
    Indicator("licensed_kindergartens", "无证幼儿园数", "kindergartens without a licence", "所",
              (Need("schools", ("licensed",)),), _licensed),
)  # fmt: skip
