"""表8 方案比较表: the plans of `[[scenarios]]` beside the main one; only where a project has any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.publish.figures.cells import SCENARIO_COLUMNS
from geoplan.publish.figures.scenarios import MAIN, scenario_figures
from geoplan.publish.sheets import Column, Sheet
from geoplan.publish.statutory.printed import PrintedTable

if TYPE_CHECKING:
    from geoplan.plan import Plan

_HEADS = {
    "sites": ("sites", "count", 10.0),
    "after.covered": ("covered after", "count", 13.0),
    "after.uncovered": ("not covered after", "count", 13.0),
    "after.share": ("share after", "share", 11.0),
    "people_newly": ("newly covered", "count", 12.0),
    "people_lost": ("no longer covered", "count", 12.0),
    "mean_m": ("mean way, m", "count", 12.0),
    "cost": ("cost, unit of the sites layer", "count", 14.0),
    "nearer": ("nearer than in the main plan", "count", 12.0),
    "farther": ("farther than in the main plan", "count", 12.0),
    "status": ("solver status", "text", 12.0),
    "gap": ("gap", "gap", 9.0),
}
"""Last part of a figure's id → English header, kind and width of its column."""
_COLUMNS = (
    Column("序号", "plan no.", "plain", 6),
    Column("方案", "plan", "lines", 20),
    Column("学段", "stage", "text", 10),
    *(Column(SCENARIO_COLUMNS[key], *head) for key, head in _HEADS.items()),
)
_NOTES = (
    (
        "第0号为主方案；各方案按同一标准、同一现状计算。比主方案近、远：两方案建成后到最近学校的路程相差超过1米的人口。",
        "No. 0 is the main plan; the standards and the day are the same. Nearer, farther: by more than a metre.",
    ),
)


def comparison_tables(plan: Plan) -> tuple[PrintedTable, ...]:
    """The table, or none: a plan without scenarios has nothing to compare."""
    values = {figure.id: figure.value for figure in scenario_figures(plan)}
    if not values:
        return ()
    names = [MAIN[0], *(scenario.name for scenario in plan.scenarios)]
    rows = tuple(
        (number, name, stage.stage.zh, *(values.get(f"scenario.{number}.{stage.stage.value}.{key}") for key in _HEADS))
        for number, name in enumerate(names)
        for stage in plan.stages
    )
    unit = ("学生", "pupils") if plan.units.counts == "pupils" else ("人", "people")
    return (
        PrintedTable(8, ("方案比较表", "Comparison of plans"), Sheet("方案比较表", _COLUMNS, rows, 3), unit, _NOTES),
    )
