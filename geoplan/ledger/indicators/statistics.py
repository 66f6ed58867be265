"""Indicators that the education bureau reports and no map can show: rates of enrolment and retention, counties."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.demand import AGES, read_cohorts
from geoplan.ledger.enrolment import history_of, pupils_of
from geoplan.ledger.judge import is_baseline
from geoplan.ledger.official import need, official_readings
from geoplan.ledger.reading import WHOLE, Indicator, Need, Reading
from geoplan.ledger.schools import latest
from geoplan.ledger.words import figure, names_en, names_zh, share
from geoplan.ledger.world import NoDataError
from geoplan.rules import Level
from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.ledger.world import World
    from geoplan.rules import Clause

RATED = {*(Level(stage.value) for stage in Stage), Level.COMPULSORY}
"""Levels whose pupils are of certain ages."""

AGE_1, AGE_9 = AGES[Stage.PRIMARY][0], AGES[Stage.JUNIOR][-1]
YEARS_APART = AGE_9 - AGE_1
"""From grade 1 to grade 9 of the same children."""


def _statistic(world: World, clause: Clause) -> Sequence[Reading]:
    return official_readings(world, clause, str(clause.options["name"]))


def _gross_enrolment_rate(world: World, clause: Clause) -> Sequence[Reading]:
    """The official rate; without one, pupils of any age in the stage over children of its ages."""
    try:
        return official_readings(world, clause, "gross_enrolment_rate")
    except NoDataError as error:
        if clause.level not in RATED or not world.has("enrolment", "pupils", "year"):
            raise NoDataError("statistics", *error.columns, also=_GROSS[1:]) from error
        if not world.has("ages", "year"):
            raise NoDataError("ages", "year", "age_3", also=(need("gross_enrolment_rate"),)) from error
    year = latest(world, "enrolment", clause.year if is_baseline(clause) else None)
    pupils, children = pupils_of(world, clause.level, year), _children_of(world, clause.level, year)
    if pupils is None:
        raise NoDataError("enrolment", "stages", "pupils", f"year={year}")
    zh = f"{year} 年在校 {figure(pupils)} / 适龄 {figure(children)} = {figure(100 * pupils / children)} %"
    en = f"{year}: {share(pupils, children)} of the children of the ages"
    return [Reading(WHOLE, 100 * pupils / children, zh, en, year=year, children=(pupils, children))]


def _children_of(world: World, level: Level, year: int) -> float:
    """Children of the level's ages; bands are split into years, and parts of a place are not added to its whole."""
    cohorts = read_cohorts(world.table("ages", "year"), world.counties or None, year=year)
    ages = [age for stage in level.stages for age in AGES[stage]]
    children = float(cohorts.children[:, ages].sum())
    if not children > 0:
        columns = [f"age_{age}" for age in ages]
        raise NoDataError("ages", f"year={year}", *columns, also=(need("gross_enrolment_rate"),))
    return children


def _retention_rate(world: World, clause: Clause) -> Sequence[Reading]:
    """The official rate; without one, grade 9 of a year over grade 1 eight years before."""
    try:
        return official_readings(world, clause, "retention_rate")
    except NoDataError as error:
        if not world.has("enrolment", "grade", "pupils", "year"):
            raise NoDataError("statistics", *error.columns, also=_RETENTION[1:]) from error
    year = latest(world, "enrolment", clause.year)
    last, first, left_out = _both_grades(world, year)
    if not last or not first:
        raise NoDataError("enrolment", "grade", "year", "pupils", also=(need("retention_rate"),))
    rate = 100 * last / first
    zh = f"{year} 年九年级 {figure(last)} / {year - YEARS_APART} 年一年级 {figure(first)} = {figure(rate)} %"
    en = f"grade 9 of {year} / grade 1 of {year - YEARS_APART}: {share(last, first)}"
    if rate > 100:
        zh, en = f"{zh}（超过 100 %，有外来学生流入）", f"{en} (above 100 %: pupils have moved in)"
    if left_out:
        zh, en = f"{zh}；{left_out} 县缺其中一年，未计入", f"{en}; {left_out} counties lack one of the years"
    return [Reading(WHOLE, rate, zh, en, year=year, children=(last, first))]


def _both_grades(world: World, year: int) -> tuple[float, float, int]:
    """Pupils of grade 9 and of grade 1 eight years before, in the places that tell both; and how many tell one only."""
    history = history_of(world)
    years = [int(each) for each in history.years]
    wanted = ((AGE_9, year), (AGE_1, year - YEARS_APART))
    if not all(age in history.ages and each in years for age, each in wanted):
        return 0.0, 0.0, 0
    last, first = (history.pupils[:, history.ages.index(age), years.index(each)] for age, each in wanted)
    both = ~np.isnan(last) & ~np.isnan(first)
    either = ~np.isnan(last) | ~np.isnan(first)
    return float(last[both].sum()), float(first[both].sum()), int((either & ~both).sum())


def _county_share(world: World, clause: Clause) -> Sequence[Reading]:
    """Counties that hold a title (普及普惠, 基本均衡, 优质均衡) over all counties; 1 or more in `value` is yes."""
    name = str(clause.options["name"])
    counties, year = _titled(world, clause, name)
    if counties is None:
        return official_readings(world, clause, f"{name}_share")
    total = len(world.counties)
    names = [world.counties[key] for key in counties]
    zh = f"至 {year} 年 {share(len(names), total)}：{names_zh(names) or '无'}"
    en = f"by {year}: {share(len(names), total)}: {names_en(names) or 'none'}"
    value = 100 * len(names) / total
    return [Reading(WHOLE, value, zh, en, rows=tuple(counties), count=len(names), year=year)]


def _county_count(world: World, clause: Clause) -> Sequence[Reading]:
    """Counties that hold a title, or the official count."""
    name = str(clause.options["name"])
    counties, year = _titled(world, clause, name)
    if counties is None:
        return official_readings(world, clause, name)
    names = [world.counties[key] for key in counties]
    zh, en = f"至 {year} 年 {len(names)} 个", f"by {year}: {len(names)}"
    zh, en = f"{zh}：{names_zh(names) or '无'}", f"{en}: {names_en(names) or 'none'}"
    return [Reading(WHOLE, float(len(names)), zh, en, rows=tuple(counties), count=len(names), year=year)]


def _titled(world: World, clause: Clause, name: str) -> tuple[list[str] | None, int]:
    """Ids of the counties that hold a title by the year that the clause asks for, with that year.

    None where the table tells of no county.
    """
    year = min(clause.year or world.as_of, world.as_of)
    if not world.counties or not world.has("statistics", "indicator", "value", "year", "district"):
        return None, year
    table = world.table("statistics")
    county = world.county_of("statistics")
    mine = table.loc[(table["indicator"] == name) & (county != "") & (table["year"] <= year)]
    if mine.empty:
        return None, year
    # a title once won is kept until a later row says otherwise
    last = mine.assign(county=county).sort_values("year", kind="stable").groupby("county")["value"].last()
    return [key for key in world.counties if last.get(key, 0.0) >= 1], year


_GROSS = (
    need("gross_enrolment_rate"),
    Need("enrolment", ("pupils", "stages", "year")),
    Need("ages", ("year", "age_3")),
)
_RETENTION = (need("retention_rate"), Need("enrolment", ("grade", "pupils", "year")))
_COUNTY = (Need("statistics", ("indicator", "district", "year", "value")), Need("districts", ("name",)))
_ANY = (Need("statistics", ("indicator", "year", "value")),)

INDICATORS = (
    Indicator("statistic", "官方统计指标", "an official figure", "%", _ANY, _statistic, ("name",)),
    Indicator("gross_enrolment_rate", "毛入学（园）率", "gross enrolment rate", "%", _GROSS, _gross_enrolment_rate),
    Indicator("retention_rate", "巩固率", "retention rate", "%", _RETENTION, _retention_rate),
    Indicator("county_share", "达标县比例", "share of counties with a title", "%", _COUNTY, _county_share, ("name",)),
    Indicator("county_count", "达标县数", "counties with a title", "个", _COUNTY, _county_count, ("name",)),
)
