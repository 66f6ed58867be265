"""Pupils and seats as they are published: the wave of pupils, seats against them, access, and the tables behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.publish.chart_kinds import cohort_wave, lorenz, pupils_and_seats
from geoplan.publish.privacy_access import tells_reach
from geoplan.publish.report import Card, Report
from geoplan.publish.sheets_access import access_table
from geoplan.publish.sheets_balance import balance_table
from geoplan.publish.sheets_pupils import (
    age_table,
    backtest_table,
    estate_table,
    forecast_table,
    methods_table,
)
from geoplan.publish.wording import own_notices

if TYPE_CHECKING:
    from geoplan.config import ProjectConfig
    from geoplan.demand import BalanceRow
    from geoplan.plan import Provenance, PupilPlan
    from geoplan.publish.charts import Chart
    from geoplan.types import Finding, Stage, Words


def pupils_report(
    plan: PupilPlan, config: ProjectConfig, *, findings: tuple[Finding, ...], provenance: Provenance
) -> Report:
    """The page, workbook and JSON of pupils and seats.

    Args:
        findings: of the layers and tables; those of the plan itself are added.
    """
    tables = [
        forecast_table(plan), *balance_table(plan), *access_table(plan), *estate_table(plan),
        *methods_table(plan), *backtest_table(plan),
        *age_table(plan),
    ]  # fmt: skip
    return Report(
        stem="balance",
        title=("学龄人口预测与学位供需平衡", "Pupils and seats"),
        project=config.name,
        author=config.author,
        data_date=config.data_date,
        headline=tuple(headline(plan)),
        cards=_cards(plan),
        charts=tuple(_charts(plan)),
        tables=tuple(tables),
        notices=tuple((each["zh"], each["en"]) for each in own_notices(config.notices)),
        findings=tuple(dict.fromkeys((*findings, *plan.findings))),
        footer=(*plan.middle.assumptions, _CAPS_SAY, _SMALL_SAY),
        facts={"years": list(plan.years), "method": plan.middle.method.value},
        provenance=provenance.as_dict(),
    )


_CAPS_SAY = (
    "学位＝班数×班额上限；大班额降到上限后减少的学位单列。民办学位只列示，不计入公办保障。全域缺口为各区县缺口之和，不作相互抵扣。",
    (
        "Seats are classes times the cap; what large classes lose at the cap is a line of its own. Private seats are "
        "shown and not counted for the public duty. The gap of the whole area adds up those of its counties, unnetted."
    ),
)
_SMALL_SAY = ("少于10名学生的计数不公布。", "Counts below ten pupils are hidden.")


def headline(plan: PupilPlan) -> list[Words]:
    """What a deputy mayor reads: when each stage peaks, where seats are short, and whether the gap closes by itself."""
    forecast = plan.middle
    lines: list[Words] = []
    if forecast.is_forecast:
        zh = "，".join(f"{stage.zh}{forecast.peak(stage)[0]}年" for stage in _known(plan))
        en = ", ".join(f"{stage.value} in {forecast.peak(stage)[0]}" for stage in _known(plan))
        span = f"{forecast.years[0]}—{forecast.years[-1]}"
        lines.append(
            (
                f"{span}年在校生高峰（{forecast.method.zh}，{forecast.scenario.zh}）：{zh}。",
                f"Pupils peak, {span}, {forecast.method.value} method, {forecast.scenario.value} scenario: {en}.",
            )
        )
    lines += [_balance_line(row) for row in _whole_rows(plan, at=-1)] if plan.balance is not None else []
    lines += [(report.zh, report.en) for report in plan.access if tells_reach(report, report.whole)]
    return lines


def _known(plan: PupilPlan) -> list[Stage]:
    """The stages whose pupils are known in every year."""
    return [stage for stage, table in plan.middle.pupils.items() if table.size and np.isfinite(table).all()]


def _whole_rows(plan: PupilPlan, *, at: int) -> list[BalanceRow]:
    """The rows of the whole project, one for each stage, in one of the years shown."""
    balance = plan.balance
    if balance is None or not plan.years:
        return []
    return [balance.of(stage, plan.years[at])[0] for stage in balance.stages]


def _balance_line(row: BalanceRow) -> Words:
    zh = f"{row.year}年{row.stage.zh}：学生{row.pupils:,.0f}人，公办学位{row.seats:,.0f}个，"
    en = f"{row.stage.value.capitalize()} {row.year}: {row.pupils:,.0f} pupils, {row.seats:,.0f} public seats, "
    if row.gap >= 0.5:
        closes_zh = f"，预计{row.closes}年起自行消失" if row.closes is not None else ""
        closes_en = f", closing by itself in {row.closes}" if row.closes is not None else ""
        borrowed = (f"，其中{row.borrowed:,.0f}个可由邻近单元调剂", f", {row.borrowed:,.0f} of them at neighbours")
        lent_zh, lent_en = borrowed if row.borrowed >= 0.5 else ("", "")
        spare = (
            (f"，另有空余{row.surplus:,.0f}个", f", {row.surplus:,.0f} empty elsewhere")
            if row.surplus >= 0.5
            else ("", "")
        )
        return (
            f"{zh}缺口{row.gap:,.0f}个{lent_zh}{closes_zh}{spare[0]}。",
            f"{en}{row.gap:,.0f} short{lent_en}{closes_en}{spare[1]}.",
        )
    return f"{zh}无缺口，空余{row.surplus:,.0f}个。", f"{en}none short, {row.surplus:,.0f} empty."


def _cards(plan: PupilPlan) -> tuple[Card, ...]:
    """For each stage the first and the last year shown: seats short, and empty ones elsewhere."""
    first, last = _whole_rows(plan, at=0), _whole_rows(plan, at=-1)
    pairs = zip(first, last, strict=True)
    return tuple(_card(row) for now, later in pairs for row in dict.fromkeys((now, later)))


def _card(row: BalanceRow) -> Card:
    stage, year = row.stage, row.year
    if row.gap < 0.5:
        return Card(f"{stage.zh}{year}年空余", f"{stage.value} {year}: empty", f"{row.surplus:,.0f}", "个", "good")
    spare = (f"（另空余{row.surplus:,.0f}）", f" ({row.surplus:,.0f} empty)") if row.surplus >= 0.5 else ("", "")
    return Card(
        f"{stage.zh}{year}年缺口{spare[0]}", f"{stage.value} {year}: short{spare[1]}", f"{row.gap:,.0f}", "个", "bad"
    )


def _charts(plan: PupilPlan) -> list[Chart]:
    forecast = plan.middle
    found: list[Chart] = []
    if forecast.is_forecast and len(forecast.years) > 1:
        waves = {stage: forecast.total(stage) for stage in _known(plan)}
        found.append(cohort_wave(forecast.years, waves, since=forecast.since))
        for stage in _known(plan):
            lines = {each.scenario.value: each.total(stage) for each in plan.forecasts}
            found.append(
                pupils_and_seats(
                    stage,
                    forecast.years,
                    lines,
                    _public_seats(plan, stage),
                    middle=forecast.scenario.value,
                    since=forecast.since,
                )
            )
    curves = {
        (report.coverage.stage.zh, report.coverage.stage.value): (curve.people, curve.value, curve.gini)
        for report in plan.access
        if (curve := report.lorenz) is not None
    }
    return [*found, lorenz(curves)] if curves else found


def _public_seats(plan: PupilPlan, stage: Stage) -> dict[int, float]:
    rows = plan.balance.rows if plan.balance is not None else ()
    return {row.year: row.seats for row in rows if row.stage is stage and row.place == ""}
