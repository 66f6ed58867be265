"""Figures of pupils and seats: forecasts, the balance of seats, access and equity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.publish.balance_public import public_balance
from geoplan.publish.figures import methods
from geoplan.publish.figures.figure import Figure, cited, part, printed
from geoplan.publish.privacy import hidden_places, open_count, suppressed
from geoplan.publish.privacy_access import public_reaches
from geoplan.publish.wording import SEATS_EACH, WAY_NAMES
from geoplan.types import Travel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from geoplan.coverage import AccessReport
    from geoplan.coverage.reach import Reach
    from geoplan.demand import Balance, Forecast
    from geoplan.plan import PupilPlan
    from geoplan.publish.balance_public import PublicBalance
    from geoplan.publish.figures.figure import Method
    from geoplan.publish.privacy import Count
    from geoplan.rules.clause import ClassCap
    from geoplan.types import Layers, Stage

WHOLE = ("全域", "whole area")
_FORECAST_ROLES = ("ages", "births", "enrolment", "statistics", "estates", "districts")
_BALANCE_ROLES = ("schools", "projects", *_FORECAST_ROLES)
_SEAT_ROLES = ("schools", "projects", "districts")
_SEATS_ONLY = (methods.SEATS, methods.LOST)
_ACCESS_ROLES = ("population", "schools", "districts")
_WALKING_ROLES = ("roads", "barriers")


def pupil_figures(pupils: PupilPlan, layers: Layers, caps: Mapping[Stage, ClassCap] | None = None) -> Iterator[Figure]:
    """Forecasts of every scenario, the balance in the years shown, and access.

    Args:
        caps: sources of the class caps; a cap that the project set itself cites none.
    """
    for forecast in pupils.forecasts:
        yield from _forecast(forecast, pupils, _rows_of(layers, _FORECAST_ROLES))
    if pupils.balance is not None:
        yield from _caps(pupils.balance, caps or {})
        yield from _balance(pupils.balance, pupils.years, _rows_of(layers, _BALANCE_ROLES))
    for report in pupils.access:
        on_foot = report.coverage.travel is Travel.WALK
        rows = _rows_of(layers, _ACCESS_ROLES + (_WALKING_ROLES if on_foot else ()))
        yield from _access(report, rows | {"schools": len(report.coverage.supply)})


def _rows_of(layers: Layers, roles: tuple[str, ...]) -> dict[str, int]:
    found = {role: layers.of(role) for role in roles}
    return {role: len(layer) for role, layer in found.items() if layer is not None}


def _forecast(forecast: Forecast, pupils: PupilPlan, layers: Mapping[str, int]) -> Iterator[Figure]:
    scenario = forecast.scenario
    for stage, table in forecast.pupils.items():
        key, zh, en = f"pupils.{stage.value}", f"{stage.zh}，{scenario.zh}", f"{stage.value}, {scenario.value} scenario"
        whole = forecast.total(stage)
        for year, value in zip(forecast.years.tolist(), whole, strict=True):
            count = open_count(float(value), hidden=False)
            yield _figure(
                f"{key}.{year}.{scenario.value}", f"{zh}，{year}年，{WHOLE[0]}：学龄人口",
                f"{en}, {year}, {WHOLE[1]}: pupils", count, "pupils", methods.FORECAST, layers,
            )  # fmt: skip
        if forecast.is_forecast and np.isfinite(whole).any():
            year, most = forecast.peak(stage)
            yield _figure(
                f"{key}.peak_year.{scenario.value}", f"{zh}：高峰年", f"{en}: peak year", year, "year", methods.PEAK,
                layers,
            )  # fmt: skip
            yield _figure(
                f"{key}.peak.{scenario.value}", f"{zh}：高峰年学龄人口", f"{en}: pupils in the peak year",
                suppressed(most), "pupils", methods.PEAK, layers,
            )  # fmt: skip
        if len(forecast.places) > 1:
            yield from _forecast_places(forecast, stage, table, pupils, layers)


def _forecast_places(
    forecast: Forecast, stage: Stage, table: np.ndarray, pupils: PupilPlan, layers: Mapping[str, int]
) -> Iterator[Figure]:
    scenario = forecast.scenario
    for column, year in enumerate(forecast.years.tolist()):
        if year not in pupils.years:
            continue
        hidden = hidden_places(table[:, column])
        for row, (place, name) in enumerate(zip(forecast.places, forecast.names, strict=True)):
            yield _figure(
                f"pupils.{stage.value}.{year}.{scenario.value}.{part(place)}",
                f"{stage.zh}，{scenario.zh}，{year}年，{name}：学龄人口",
                f"{stage.value}, {scenario.value} scenario, {year}, {name}: pupils",
                open_count(float(table[row, column]), hidden=bool(hidden[row])),
                "pupils",
                methods.FORECAST,
                layers,
                (f"districts:{place}",),
            )


def _caps(balance: Balance, caps: Mapping[Stage, ClassCap]) -> Iterator[Figure]:
    for stage in balance.stages:
        source = caps.get(stage)
        is_cited = source is not None and source.pupils == balance.caps[stage]
        yield _figure(
            f"seats.{stage.value}.cap", f"{stage.zh}：班额上限", f"{stage.value}: most pupils of a class",
            balance.caps[stage], "pupils", methods.SEATS, {},
            rule=(cap_id(stage), source.citation) if is_cited and source is not None else ("", ""),
        )  # fmt: skip


def cap_id(stage: Stage) -> str:
    """Under which figures.json holds the clause of a class cap."""
    return f"cap.{stage.value}"


def _balance(balance: Balance, years: tuple[int, ...], layers: Mapping[str, int]) -> Iterator[Figure]:
    for stage in balance.stages:
        for year in years:
            for public in public_balance(balance, stage, year):
                yield from _balance_row(public, layers)


def _balance_row(public: PublicBalance, layers: Mapping[str, int]) -> Iterator[Figure]:
    row = public.row
    key = f"seats.{row.stage.value}.{row.year}" + (f".{part(row.place)}" if row.place else "")
    zh = f"{row.stage.zh}，{row.year}年，{row.name or row.place or WHOLE[0]}"
    en = f"{row.stage.value}, {row.year}, {row.name or row.place or WHOLE[1]}"
    lines: tuple[tuple[str, str, str, Count, str, Method], ...] = (
        ("pupils", "学生", "pupils", public.pupils, "pupils", methods.BALANCE_PUPILS),
        ("schools", "公办学校数", "public schools", row.schools, "schools", methods.SEATS),
        ("seats", "公办学位", "public seats", round(row.seats), "seats", methods.SEATS),
        ("planned", "其中项目学位", "of these by projects", round(row.seats_planned), "seats", methods.SEATS),
        ("private", "民办学位（不计入）", "private seats, not counted", round(row.seats_private), "seats",
         methods.SEATS),
        ("lost", "大班额占用学位", "seats lost at the class cap", round(row.seats_lost), "seats", methods.LOST),
        ("short", "学位缺口", "seats short", public.gap, "seats", methods.SHORT),
        ("surplus", "空余学位", "empty seats", public.surplus, "seats", methods.SURPLUS),
        ("borrowed", "可由邻近调剂的学位", "seats that neighbours can lend", public.borrowed, "seats",
         methods.BORROWED),
        ("closes", "缺口消失年", "the year in which the gap closes", public.closes, "year", methods.CLOSES),
    )  # fmt: skip
    rows = (f"districts:{row.place}",) if row.place else ()
    for name, zh_, en_, value, unit, method in lines:
        # seats are those of schools and projects; only what is held against pupils rests on the forecast
        basis = {role: layers[role] for role in _SEAT_ROLES if role in layers} if method in _SEATS_ONLY else layers
        yield _figure(f"{key}.{name}", f"{zh}：{zh_}", f"{en}: {en_}", value, unit, method, basis, rows)


def _access(report: AccessReport, layers: Mapping[str, int]) -> Iterator[Figure]:
    names = ["whole", *(reach.place for reach in report.areas)]
    names += [f"district.{part(each.place)}" for each in report.districts]
    for where, (reach, _, is_told) in zip(names, public_reaches(report), strict=True):
        yield from _reach(report, where, reach, layers, is_told=is_told)


def _reach(
    report: AccessReport, where: str, reach: Reach, layers: Mapping[str, int], *, is_told: bool
) -> Iterator[Figure]:
    stage = report.coverage.stage
    key, name = f"access.{stage.value}.{where}", reach.name or WHOLE[0]
    zh, en = f"{stage.zh}，{name}", f"{stage.value}, {reach.name or WHOLE[1]}"
    percentiles = reach.percentiles_m or (None,) * 4
    seats = reach.seats
    per_head, below_one, gini = (None, None, None) if seats is None else (seats.mean, seats.share_below_one, seats.gini)
    lines: tuple[tuple[str, str, str, Count, str, Method], ...] = (
        ("share", "半径内占比", "share within the limit", reach.share_within, "share", methods.ACCESS),
        ("mean_m", *WAY_NAMES[report.counts], reach.mean_m, "m", methods.ACCESS),
        ("median_m", "到最近学校距离中位数", "median way", percentiles[0], "m", methods.ACCESS),
        ("p95_m", "到最近学校距离95%分位", "95th percentile of the way", percentiles[-1], "m", methods.ACCESS),
        ("unreachable", "无校可达", "who reach no school", suppressed(reach.unreachable), report.counts,
         methods.ACCESS),
        ("seats_per_head", *SEATS_EACH[report.counts], _rounded(per_head), "ratio", methods.TWO_STEP),
        ("share_below_one", f"{SEATS_EACH[report.counts][0]}不足一个的占比", "share with less than one seat each",
         below_one, "share", methods.TWO_STEP),
        ("gini", "可及学位的基尼系数", "Gini coefficient of seats in reach", _rounded(gini), "ratio",
         methods.TWO_STEP),
    )  # fmt: skip
    rows = (f"districts:{reach.place}",) if where.startswith("district.") else ()
    for name_, zh_, en_, value, unit, method in lines:
        told = _finite(value, unit) if is_told else None
        by = cited(*(radius.rule for radius in report.coverage.radii)) if name_ == "share" else ("", "")
        yield _figure(f"{key}.{name_}", f"{zh}：{zh_}", f"{en}: {en_}", told, unit, method, layers, rows, rule=by)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _finite(value: Count, unit: str) -> Count:
    if not isinstance(value, int | float):
        return value
    if not np.isfinite(value):
        return None
    return round(value) if unit == "m" else round(value, 6)


def _figure(
    key: str, zh: str, en: str, value: Count, unit: str, method: Method, layers: Mapping[str, int],
    rows: tuple[str, ...] = (), *, rule: tuple[str, str] = ("", ""),
) -> Figure:  # fmt: skip
    return Figure(key, zh, en, value, unit, printed(value, unit), *rule, layers, method, rows)
