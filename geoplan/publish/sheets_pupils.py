"""The sheets of pupils and seats: 学龄人口预测表, 学位供需平衡表, 可及性, 方法比较, 回测, 分年龄儿童."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.demand import compare
from geoplan.publish.balance_public import public_balance
from geoplan.publish.privacy import hidden_places, open_count, suppressed
from geoplan.publish.report import ReportTable
from geoplan.publish.sheets import Column, Sheet

if TYPE_CHECKING:
    from geoplan.demand import Forecast
    from geoplan.plan import PupilPlan
    from geoplan.publish.balance_public import PublicBalance
    from geoplan.publish.sheets import Value

WHOLE_ZH = "全域"
_PLACE = (Column("区划", "district", width=18), Column("编号", "id", width=12))


def forecast_table(plan: PupilPlan) -> ReportTable:
    """学龄人口预测表: pupils of every stage and district by year, in every scenario; the whole area first."""
    years = plan.middle.years
    columns = (
        *_PLACE, Column("学段", "stage", "words", 18), Column("方案", "scenario", "words", 16),
        *(Column(str(year), "pupils", "count", 10) for year in years), Column("高峰年", "peak", "year", 9),
    )  # fmt: skip
    rows = tuple(row for forecast in plan.forecasts for row in _forecast_rows(forecast))
    note = (
        f"{plan.middle.method.zh}；学年以秋季年份表示，{years[0]}即{years[0]}/{(int(years[0]) + 1) % 100:02d}学年。",
        f"Method: {plan.middle.method.value}; a school year is named by its autumn.",
    )
    return ReportTable(
        Sheet("学龄人口预测表", columns, rows, frozen=4), ("学龄人口预测表", "Pupils by year"), note, filters=(0, 2, 3)
    )


def _forecast_rows(forecast: Forecast) -> list[tuple[Value, ...]]:
    scenario = f"{forecast.scenario.zh} / {forecast.scenario.value}"
    rows: list[tuple[Value, ...]] = []
    for stage, table in forecast.pupils.items():
        hidden = np.column_stack([hidden_places(table[:, column]) for column in range(table.shape[1])])
        lines = [(WHOLE_ZH, "", table.sum(axis=0), np.zeros(table.shape[1], dtype=bool))]
        if len(forecast.places) > 1:
            lines += list(zip(forecast.names, forecast.places, table, hidden, strict=True))
        for name, place, line, hides in lines:
            is_open = np.isfinite(line).all() and not hides.any()
            peak = int(forecast.years[int(np.argmax(np.round(line, 6)))]) if is_open else None
            cells = [open_count(value, hidden=bool(hide)) for value, hide in zip(line, hides, strict=True)]
            rows.append((name, place, f"{stage.zh} / {stage.value}", scenario, *cells, peak))
    return rows


_BALANCE = (
    Column("学生", "pupils", "count", 11),
    Column("学校数", "public schools", "count", 9),
    Column("现有学位（含超额）", "seats as listed", "count", 12),
    Column("大班额占用", "lost at the class cap", "count", 11),
    Column("公办学位", "public seats", "count", 11),
    Column("其中寄宿", "of these boarding", "count", 10),
    Column("其中规划新增", "of these planned", "count", 11),
    Column("民办学位（不计入）", "private, not counted", "count", 12),
    Column("缺口", "short", "count", 10),
    Column("空余", "empty", "count", 10),
    Column("可由邻近调剂", "at reachable neighbours", "count", 12),
    Column("缺口消失年", "gap closes in", "year", 10),
    Column("建议", "advice", "lines", 46),
    Column("英文建议", "in English", "lines", 42),
)


def balance_table(plan: PupilPlan) -> list[ReportTable]:
    """分区学位供需平衡表, of the years that are shown."""
    if plan.balance is None:
        return []
    columns = (*_PLACE, Column("学段", "stage", "words", 18), Column("学年", "year", "year", 8), *_BALANCE)
    rows = tuple(
        _balance_cells(each)
        for stage in plan.balance.stages
        for year in plan.years
        for each in public_balance(plan.balance, stage, year)
    )
    caps = "、".join(f"{stage.zh}{cap}人" for stage, cap in plan.balance.caps.items())
    caps_en = ", ".join(f"{stage.value} {cap}" for stage, cap in plan.balance.caps.items())
    note = (f"班额上限：{caps}。缺口与空余不作相互抵扣。", f"Pupils of a class at most: {caps_en}. Nothing is netted.")
    return [
        ReportTable(
            Sheet("学位供需平衡表", columns, rows, frozen=4), ("分区学位供需平衡表", "Balance of seats"), note,
            filters=(0, 2, 3),
        )
    ]  # fmt: skip


def _balance_cells(public: PublicBalance) -> tuple[Value, ...]:
    row = public.row
    seats = (
        row.schools, row.seats_listed, row.seats_lost, row.seats, row.seats_boarding, row.seats_planned,
        row.seats_private,
    )  # fmt: skip
    return (
        row.name or row.place or WHOLE_ZH, row.place, f"{row.stage.zh} / {row.stage.value}", row.year, public.pupils,
        *(round(each) for each in seats), public.gap, public.surplus, public.borrowed, public.closes, *public.advice,
    )  # fmt: skip


def estate_table(plan: PupilPlan) -> list[ReportTable]:
    """小区配建: estates that carry a school of their own, and the pools of the others."""
    if plan.estates is None:
        return []
    columns = (
        Column("学段", "stage", "words", 18), Column("单元", "unit", width=14), Column("配建方式", "how", "words", 18),
        Column("小区", "estates", "lines", 40), Column("人口", "people", "count", 11),
        Column("户数", "households", "count", 11), Column("学生", "pupils", "count", 11),
        Column("应设班数", "classes", "count", 10), Column("达到配建标准", "reaches the threshold", "words", 16),
        Column("首批交付", "first delivery", "year", 10),
    )  # fmt: skip
    needs = (*((need, "独立配建 / of its own") for need in plan.estates.own),
             *((need, "统筹 / pooled") for need in plan.estates.pools))  # fmt: skip
    rows = tuple(
        (
            f"{need.stage.zh} / {need.stage.value}", need.unit, how, "、".join(need.estates), round(need.people),
            round(need.households), suppressed(need.pupils), need.classes, _YES[need.reaches], need.delivery,
        )
        for need, how in needs
    )  # fmt: skip
    note = (
        "未达到配建标准的小区按单元统筹；标准由项目给出，各市规划未载。",
        "Estates below the threshold are pooled by unit; the thresholds are the project's own.",
    )
    return [ReportTable(Sheet("小区配建", columns, rows, frozen=2), ("小区配建", "Estates"), note, filters=(0, 2))]


_YES = {True: "是 / yes", False: "否 / no", None: "不详 / unknown"}


def methods_table(plan: PupilPlan) -> list[ReportTable]:
    """方法比较: the whole area by every method, side by side."""
    if not plan.others:
        return []
    compared = (plan.middle, *plan.others)
    columns = (
        Column("学段", "stage", "words", 18), Column("学年", "year", "year", 8),
        *(Column(each.method.zh, each.method.value, "count", 16) for each in compared),
        Column("最低", "lowest", "count", 12), Column("最高", "highest", "count", 12),
    )  # fmt: skip
    rows = tuple(
        (
            f"{row.stage.zh} / {row.stage.value}", row.year,
            *(_shown(row.pupils.get((each.method, each.scenario))) for each in compared),
            _shown(row.lowest), _shown(row.highest),
        )
        for row in compare(compared)
    )  # fmt: skip
    note = (
        "各方法的全域学生数；新建住房法只含新小区。",
        "Pupils of the whole area by each method; housing counts new estates only.",
    )
    return [
        ReportTable(Sheet("方法比较", columns, rows, frozen=2), ("方法比较", "Methods compared"), note, filters=(0,))
    ]


def _shown(pupils: float | None) -> int | str | None:
    return suppressed(pupils)


def backtest_table(plan: PupilPlan) -> list[ReportTable]:
    """回测: grade progression against the last years of its own history."""
    if plan.backtest is None or not plan.backtest.rows:
        return []
    columns = (
        Column("学段", "stage", "words", 18), Column("学年", "year", "year", 8),
        Column("提前年数", "years ahead", "count", 10), Column("实际", "actual", "count", 12),
        Column("预测", "forecast", "count", 12), Column("平均绝对误差（%）", "MAPE, %", "decimal", 14),
        Column("偏差（%）", "bias, %", "decimal", 12), Column("区划数", "districts", "count", 10),
    )  # fmt: skip
    rows = tuple(
        (
            f"{row.stage.zh} / {row.stage.value}", row.year, row.horizon, suppressed(row.actual),
            suppressed(row.forecast), row.as_dict()["mape_pct"], row.as_dict()["bias_pct"], row.places,
        )
        for row in plan.backtest.rows
    )  # fmt: skip
    note = (
        "只用截止年以前的数据，用年级升级法预测随后各年，与实际比较。",
        "Grade progression from what was known before, against what came.",
    )
    return [ReportTable(Sheet("回测", columns, rows, frozen=2), ("回测误差", "Back-test"), note)]


def age_table(plan: PupilPlan) -> list[ReportTable]:
    """分年龄儿童: resident children of the whole area by year of age, which the stages are cut from."""
    forecast = plan.middle
    if forecast.by_age is None:
        return []
    columns = (
        Column("年龄", "age", "year", 8),
        *(Column(str(year), "children", "count", 10) for year in forecast.years),
    )
    whole = forecast.by_age.sum(axis=0)
    rows = tuple(
        (age, *(suppressed(float(value)) if np.isfinite(value) else None for value in whole[:, age]))
        for age in range(whole.shape[1])
    )
    note = ("全域常住儿童，中方案。", "Resident children of the whole area, middle scenario.")
    return [ReportTable(Sheet("分年龄儿童", columns, rows), ("分年龄儿童", "Children by age"), note)]
