"""表8 方案比较表: the plans of `[[scenarios]]` beside the main one; only where a project has any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.publish.figures.cells import SCENARIO_COLUMNS
from geoplan.publish.figures.scenarios import MAIN, scenario_figures
from geoplan.publish.same_plans import same_plan, same_stage
from geoplan.publish.sheets import Column, Sheet, noun
from geoplan.publish.statutory.printed import PrintedTable
from geoplan.publish.wording import WAY_NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.plan import Plan

_HEADS = {
    "sites": ("sites", "count", 10.0),
    "after.covered": ("covered after", "count", 13.0),
    "after.uncovered": ("not covered after", "count", 13.0),
    "after.share": ("share after", "share", 11.0),
    "people_newly": ("newly covered", "count", 12.0),
    "people_lost": ("no longer covered", "count", 12.0),
    "mean_m": ("mean way to the nearest school, m", "count", 14.0),
    "cost": ("cost, unit of the sites layer", "count", 14.0),
    "nearer": ("nearer than in the main plan", "count", 12.0),
    "farther": ("farther than in the main plan", "count", 12.0),
    "status": ("solver status", "text", 12.0),
    "gap": ("gap", "gap", 9.0),
}
"""Last part of a figure's id → English header, kind and width of its column."""
_SAME = Column("与其他方案", "beside the others", "lines", 18)
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
    way = WAY_NAMES[noun(plan)[1]][0]
    columns = (
        Column("序号", "plan no.", "plain", 6),
        Column("方案", "plan", "lines", 20),
        Column("学段", "stage", "text", 10),
        *(Column(SCENARIO_COLUMNS[key].format(way), *head) for key, head in _HEADS.items()),
        _SAME,
    )
    rows = tuple(
        (
            number, name, stage.stage.zh,
            *(values.get(f"scenario.{number}.{stage.stage.value}.{key}") for key in _HEADS),
            "" if (same := same_stage(plan, number, row)) is None else f"选址与“{names[same]}”相同",
        )
        for number, name in enumerate(names)
        for row, stage in enumerate(plan.stages)
    )  # fmt: skip
    unit = ("学生", "pupils") if plan.units.counts == "pupils" else ("人", "people")
    sheet, notes = Sheet("方案比较表", columns, rows, 3), (*_NOTES, *_same_notes(plan, names))
    return (PrintedTable(8, ("方案比较表", "Comparison of plans"), sheet, unit, notes),)


def _same_notes(plan: Plan, names: Sequence[str]) -> list[tuple[str, str]]:
    """Which plans are the same in every stage: what they ask for differs, what they come to does not."""
    same = [(name, names[at]) for number, name in enumerate(names) if (at := same_plan(plan, number)) is not None]
    return [
        (f"“{name}”与“{other}”各学段的选址和撤并完全相同。", f"{name} comes to the same as {other} in every stage.")
        for name, other in same
    ]
