"""Indicators that the education bureau reports and no map can show: rates of enrolment and retention, counties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.ledger.judge import is_baseline
from geoplan.ledger.official import need, official_readings
from geoplan.ledger.reading import WHOLE, Indicator, Need, Reading
from geoplan.ledger.schools import latest
from geoplan.ledger.words import figure, names_en, names_zh, share
from geoplan.ledger.world import NoDataError
from geoplan.rules import Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from geoplan.ledger.world import World
    from geoplan.rules import Clause

AGES = {
    Level.KINDERGARTEN: range(3, 6), Level.PRIMARY: range(6, 12), Level.JUNIOR: range(12, 15),
    Level.SENIOR: range(15, 18), Level.COMPULSORY: range(6, 15),
}  # fmt: skip
"""The ages that a gross rate divides by."""

GRADE_1 = ("一年级", "小学一年级", "G1", "1", "g1", "1年级")
GRADE_9 = ("九年级", "初中三年级", "初三", "G9", "9", "g9", "9年级")
YEARS_APART = 8
"""From grade 1 to grade 9 of the same children."""


def _statistic(world: World, clause: Clause) -> Sequence[Reading]:
    return official_readings(world, clause, str(clause.options["name"]))


def _gross_enrolment_rate(world: World, clause: Clause) -> Sequence[Reading]:
    """The official rate; without one, pupils of any age in the stage over children of its ages."""
    try:
        return official_readings(world, clause, "gross_enrolment_rate")
    except NoDataError as error:
        if clause.level not in AGES or not world.has("enrolment", "pupils", "year"):
            raise NoDataError("statistics", *error.columns, also=_GROSS[1:]) from error
        if not world.has("ages", "year"):
            raise NoDataError("ages", "year", "age_3", also=(need("gross_enrolment_rate"),)) from error
    year = latest(world, "enrolment", clause.year if is_baseline(clause) else None)
    pupils = _pupils_of(world, clause.level, year)
    children = _children_of(world, clause.level, year)
    zh = f"{year} 年在校 {figure(pupils)} / 适龄 {figure(children)} = {figure(100 * pupils / children)} %"
    en = f"{year}: {share(pupils, children)} of the children of the ages"
    return [Reading(WHOLE, 100 * pupils / children, zh, en, year=year)]


def _pupils_of(world: World, level: Level, year: int) -> float:
    table = world.table("enrolment")
    rows = table.loc[table["year"] == year]
    if "stages" in rows:
        rows = rows.loc[[bool(each) and set(each) <= set(level.stages) for each in rows["stages"]]]
    if rows.empty:
        raise NoDataError("enrolment", "stages", "pupils", "year")
    return float(rows["pupils"].sum())


def _children_of(world: World, level: Level, year: int) -> float:
    ages = AGES[level]
    table = world.table("ages")
    rows = table.loc[table["year"] == year]
    columns = [f"age_{age}" for age in ages]
    if rows.empty or not all(column in rows and rows[column].notna().all() for column in columns):
        raise NoDataError("ages", "year", *columns, also=(need("gross_enrolment_rate"),))
    rows = _whole_or_parts(world, "ages", rows)
    children = float(rows[columns].to_numpy(dtype=float).sum())
    if children <= 0:
        raise NoDataError("ages", "year", *columns)
    return children


def _whole_or_parts(world: World, role: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of the whole project where there are any, else all counties: never both, which would count twice."""
    county = world.county_of(role).reindex(rows.index)
    written = rows.get("district", county)
    whole = (county == "") & (written == "")
    return rows.loc[whole] if whole.any() else rows


def _retention_rate(world: World, clause: Clause) -> Sequence[Reading]:
    """The official rate; without one, grade 9 of a year over grade 1 eight years before."""
    try:
        return official_readings(world, clause, "retention_rate")
    except NoDataError as error:
        if not world.has("enrolment", "grade", "pupils", "year"):
            raise NoDataError("statistics", *error.columns, also=_RETENTION[1:]) from error
    year = latest(world, "enrolment", clause.year)
    last, first = _grade(world, GRADE_9, year), _grade(world, GRADE_1, year - YEARS_APART)
    if not last or not first:
        raise NoDataError("enrolment", "grade", "year", "pupils", also=(need("retention_rate"),))
    rate = 100 * last / first
    zh = f"{year} 年九年级 {figure(last)} / {year - YEARS_APART} 年一年级 {figure(first)} = {figure(rate)} %"
    en = f"grade 9 of {year} / grade 1 of {year - YEARS_APART}: {share(last, first)}"
    if rate > 100:
        zh, en = f"{zh}（超过 100 %，有外来学生流入）", f"{en} (above 100 %: pupils have moved in)"
    return [Reading(WHOLE, rate, zh, en, year=year)]


def _grade(world: World, words: Sequence[str], year: int) -> float:
    table = world.table("enrolment")
    grades = table["grade"].astype(str).str.strip()
    return float(table.loc[(table["year"] == year) & grades.isin(words), "pupils"].sum())


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
