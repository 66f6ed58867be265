"""The sheets of pupils: 学龄人口预测表, 可及性, 方法比较, 回测, 分年龄儿童."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.demand import compare
from geoplan.demand.forecasting.forecast import peak_at
from geoplan.publish.privacy import hidden_places, open_count, suppressed
from geoplan.publish.report import ReportTable
from geoplan.publish.sheets import Column, Sheet

if TYPE_CHECKING:
    from geoplan.demand import Forecast
    from geoplan.plan import PupilPlan
    from geoplan.publish.sheets import Value

WHOLE_ZH = "全域"
PLACE = (Column("区划", "district", width=18), Column("编号", "id", width=12))


def forecast_table(plan: PupilPlan) -> ReportTable:
    """学龄人口预测表: pupils of every stage and district by year, in every scenario; the whole area first."""
    years = plan.middle.years
    columns = (
        *PLACE, Column("学段", "stage", "words", 18), Column("方案", "scenario", "words", 16),
        *(Column(str(year), "pupils", "count", 10) for year in years), Column("高峰年", "peak", "year", 9),
    )  # fmt: skip
    rows = tuple(row for forecast in plan.forecasts for row in _forecast_rows(forecast))
    held = plan.middle.assumptions[-1] if not plan.middle.is_forecast else ("", "")
    note = (
        (
            f"{plan.middle.method.zh}；学年以秋季年份表示，{years[0]}即{years[0]}/{(int(years[0]) + 1) % 100:02d}学年。"
            f"{held[0]}"
        ),
        f"Method: {plan.middle.method.value}; a school year is named by its autumn. {held[1]}".rstrip(),
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
            is_told = forecast.is_forecast and np.isfinite(line).all() and not hides.any()
            peak = int(forecast.years[peak_at(forecast.years, line, forecast.since)]) if is_told else None
            cells = [open_count(value, hidden=bool(hide)) for value, hide in zip(line, hides, strict=True)]
            rows.append((name, place, f"{stage.zh} / {stage.value}", scenario, *cells, peak))
    return rows


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
