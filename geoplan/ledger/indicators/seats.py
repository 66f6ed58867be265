"""Seats against pupils, and whether anybody has looked ahead: read from the forecast and the balance."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from geoplan.demand.forecasting.assumed import enrolment_of
from geoplan.ledger.reading import WHOLE, Indicator, Need, Reading
from geoplan.ledger.words import figure, names_en, names_zh
from geoplan.ledger.world import NoDataError
from geoplan.rules import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.demand.seats.balance import Balance, BalanceRow
    from geoplan.ledger.world import World
    from geoplan.rules import Clause
    from geoplan.types import Stage


SHORT = 0.5
"""Less than half a seat is not short: pupils of a forecast are no whole numbers."""


SCOPES = {"urban": ("城镇", "town"), "main_urban": ("主城区", "the main town"), "rural": ("农村", "the country")}


def is_short(row: BalanceRow) -> bool:
    """Whether a seat is missing, as the balance rounds."""
    return row.gap >= SHORT


def year_of(balance: Balance, clause: Clause, as_of: int) -> int:
    """The clause's year, or where it has passed or has none the ledger's; the nearest that the balance has."""
    wanted = max(clause.year or as_of, as_of)
    return min(balance.years, key=lambda year: (abs(year - wanted), year))


def _stages(world: World, clause: Clause) -> tuple[Stage, ...]:
    known = world.balance().stages
    return tuple(stage for stage in clause.level.stages if stage in known)


def _seat_balance(world: World, clause: Clause) -> Sequence[Reading]:
    """Public seats less pupils. A stage's surplus does not fill another's gap, nor one county's another's.

    The value is minus the seats that are short where any stage is short, else the seats that are free.
    """
    balance, stages = world.balance(), _stages(world, clause)
    if not stages or not balance.years:
        raise NoDataError("schools", "capacity", also=_BALANCE[1:])
    year = year_of(balance, clause, world.as_of)
    places: dict[str, list[BalanceRow]] = {}
    for stage in stages:
        for row in balance.of(stage, year):
            places.setdefault(row.place, []).append(row)
    readings = [_balance_reading(place, rows, year, balance) for place, rows in places.items()]
    zh, en = _enrolled(world, stages)
    return [_of_scope(clause, replace(reading, zh=f"{reading.zh}{zh}", en=f"{reading.en}{en}")) for reading in readings]


def _enrolled(world: World, stages: Sequence[Stage]) -> tuple[str, str]:
    """What the pupils rest on where not all children are taken to be enrolled: other outputs may rest on another."""
    try:
        assumed = world.forecast().assumptions
    except NoDataError:  # the balance was handed in without the forecast that it rests on
        assumed = ()
    told = [(zh, en) for zh, en in assumed if any(zh.startswith(enrolment_of(stage)) for stage in stages)]
    return "".join(f"；{zh}" for zh, _ in told), "".join(f"; {en}" for _, en in told)


def _whole(seats: float) -> int:
    """Half a seat counts as one, as it does for `is_short`."""
    return math.floor(seats + 0.5)


def _balance_reading(place: str, rows: list[BalanceRow], year: int, balance: Balance) -> Reading:
    # whole seats, as the sentence tells them stage by stage: the value is their sum
    gap, free = sum(_whole(row.gap) for row in rows if is_short(row)), sum(_whole(row.surplus) for row in rows)
    zh = f"{year} 年：" + "；".join(
        f"{row.stage.zh}学生 {figure(row.pupils, 0)}、公办学位 {figure(row.seats, 0)}，"
        + (f"缺 {figure(_whole(row.gap))} 个" if is_short(row) else f"余 {figure(_whole(row.surplus))} 个")
        + (f"，{row.closes} 年自行补平" if is_short(row) and row.closes else "")
        for row in rows
    )
    en = f"{year}: " + "; ".join(
        f"{row.stage}: {figure(row.pupils, 0)} pupils, {figure(row.seats, 0)} public seats, "
        + (f"{figure(_whole(row.gap))} short" if is_short(row) else f"{figure(_whole(row.surplus))} free")
        + (f", closes by itself in {row.closes}" if is_short(row) and row.closes else "")
        for row in rows
    )
    lacking: list[str] = []
    if place == WHOLE:
        parts = [row for stage in dict.fromkeys(row.stage for row in rows) for row in balance.of(stage, year)]
        counties = {row.place: row.name or row.place for row in parts if row.place and is_short(row)}
        lacking = list(counties)
        if counties:
            names = list(counties.values())
            zh, en = f"{zh}；其中缺学位的县：{names_zh(names)}", f"{en}; counties short: {names_en(names)}"
    children = [each for row in rows for each in (row.pupils, row.gap)]
    return Reading(place, -gap if gap > 0 else free, zh, en, rows=tuple(lacking), count=len(lacking),
                   short=gap or None, short_unit="个", state=State.NOT_MET if gap > 0 else State.MET,
                   children=tuple(children))  # fmt: skip


def _of_scope(clause: Clause, reading: Reading) -> Reading:
    """A clause on town or country alone cannot be judged by seats and pupils of both: its figures are shown."""
    if clause.scope not in SCOPES:
        return reading
    zh, en = SCOPES[clause.scope]
    return replace(
        reading,
        zh=f"{reading.zh}；学位与学生未分城乡，条文只及{zh}，不作判定",
        en=f"{reading.en}; town and country together, and the clause speaks of {en} only: no verdict",
        state=State.SHOWN,
        short=None,
    )


def _within_county(world: World, clause: Clause) -> Sequence[Reading]:
    """Every county seats its own; the whole is left to the counties together."""
    readings = _seat_balance(world, clause)
    counties = [reading for reading in readings if reading.place != WHOLE]
    return counties or readings


def _layout_optimisation(world: World, clause: Clause) -> Sequence[Reading]:
    """A policy without a figure: seats, pupils and schools of each county, to see where seats are short or idle."""
    return [replace(each, short=None, state=State.SHOWN) for each in _seat_balance(world, clause)]


def _school_age_forecast(world: World, clause: Clause) -> Sequence[Reading]:
    """Met where a forecast was made; with its method, years and peaks."""
    forecast = world.forecast()
    stages = [stage for stage in clause.level.stages if stage in forecast.pupils]
    if not stages:
        raise NoDataError("ages", "year", "age_6", also=_FORECAST[1:])
    first, last = int(forecast.years[0]), int(forecast.years[-1])
    peaks = {stage: forecast.peak(stage) for stage in stages}
    zh = f"已作 {first}-{last} 年预测（{forecast.method.zh}，{forecast.scenario.zh}）；" + "，".join(
        f"{stage.zh}峰值 {year} 年 {figure(pupils, 0)} 人" for stage, (year, pupils) in peaks.items()
    )
    en = f"forecast of {first}-{last} ({forecast.method}, {forecast.scenario}); " + ", ".join(
        f"{stage} peak in {year}: {figure(pupils, 0)}" for stage, (year, pupils) in peaks.items()
    )
    pupils = tuple(float(most) for _, most in peaks.values())
    return [Reading(WHOLE, float(last - first + 1), zh, en, state=State.MET, children=pupils)]


def _early_warning(world: World, clause: Clause) -> Sequence[Reading]:
    """Every stage and year in which seats will be short; the value counts them."""
    balance = world.balance()
    found = [
        row for stage in _stages(world, clause) for year in balance.years for row in balance.of(stage, year)
        if row.place == WHOLE and is_short(row) and year >= world.as_of
    ]  # fmt: skip
    zh = "；".join(f"{row.year} 年{row.stage.zh}缺 {figure(row.gap, 0)} 个" for row in found) or "预测期内不缺学位"
    en = "; ".join(f"{row.year} {row.stage}: {figure(row.gap, 0)} short" for row in found) or "no gap ahead"
    return [Reading(WHOLE, float(len(found)), zh, en, state=State.SHOWN, children=tuple(row.gap for row in found))]


def _demand_base(world: World, clause: Clause) -> Sequence[Reading]:
    """Demand is counted from people who live here; a layer of pupils cannot show whether migrants are among them."""
    del clause
    if world.units is None:
        raise NoDataError("population", "people")
    if world.units.counts != "people":
        raise NoDataError("population", "people")
    people = float(world.units.people.sum()) + sum(world.units.unplaced.values())
    zh = f"以人口图层 {figure(people, 0)} 人为需求口径，按常住人口（含随迁子女）使用；若图层为户籍人口须更换"
    en = f"demand is counted from {figure(people, 0)} people, taken as residents; a register of 户籍 has to be replaced"
    # no layer says of itself whether it counts residents or the register: shown with the warning
    return [Reading(WHOLE, people, zh, en, state=State.SHOWN)]


_BALANCE = (
    Need("schools", ("capacity",)), Need("schools", ("classes",)),
    Need("population", ("people",)), Need("ages", ("year", "age_0")),
)  # fmt: skip
_FORECAST = (
    Need("ages", ("year", "age_0")), Need("births", ("year", "births")), Need("enrolment", ("year", "grade", "pupils")),
)  # fmt: skip

INDICATORS = (
    Indicator("seat_balance", "学位供需差", "seats less pupils", "个", _BALANCE, _seat_balance),
    Indicator("seats_within_county", "县域内学位供需差", "seats less pupils in each county", "个", _BALANCE,
              _within_county),
    Indicator("layout_optimisation", "县域高中布局", "seats and pupils of each county", "个", _BALANCE,
              _layout_optimisation),
    Indicator("school_age_forecast", "学龄人口预测", "forecast of school ages", "年", _FORECAST, _school_age_forecast),
    Indicator("early_warning", "学位预警", "warnings of seats short ahead", "条", _BALANCE, _early_warning),
    Indicator("demand_base", "需求口径", "whom demand is counted from", "人", (Need("population", ("people",)),),
              _demand_base),
)  # fmt: skip
