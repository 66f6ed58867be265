"""表4 规划学校一览表 and 表5 近期建设项目表: the schools of the planned layout, and what is to be built when."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from geoplan.ledger.projects import STATUS
from geoplan.publish.sheets import Column, Sheet, Value, district_label, position_columns, positions, stage_words
from geoplan.publish.sheets_today import OWNERSHIP_ZH
from geoplan.publish.stage_seats import seats_today
from geoplan.publish.statutory.printed import PrintedTable
from geoplan.publish.statutory.register import PUBLIC_SEATS
from geoplan.publish.statutory.states import Action, built_schools

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.plan import Plan
    from geoplan.publish.statutory.states import PlannedSchool
    from geoplan.types import Stage

_SEATS_NOTE = (
    "现状学位按学段计，与表1、表3同一口径（班数×班额上限，缺班数时用登记学位）；改扩建为现状加项目新增；新建班数按班额上限折算。",
    (
        "Seats of today are those of table 1 and of the balance, by stage: classes times the cap, else as listed; an "
        "expansion adds its project's; classes of new schools are their seats over the cap."
    ),
)


def layout_table(plan: Plan, schools: Sequence[PlannedSchool]) -> PrintedTable:
    """规划学校一览表: every school of the planned layout with what is done, when and where."""
    seats = seats_today(plan)
    stages = seats.stages
    columns = (
        Column("序号", "No.", "count", 6),
        Column("编号", "id", width=12),
        Column("学校名称", "school", width=30),
        Column("学段", "stages", "words", 18),
        Column("规划措施", "action", "words", 14),
        Column("片区", "district", "lines", 14),
        Column("办学性质", "ownership", "words", 14),
        Column("规划班数", "classes", "count", 9),
        Column("现状学位", "seats today", "count", 10),
        *(Column(f"现状{stage.zh}学位", f"{stage.value} seats today", "count", 9) for stage in stages),
        Column("规划学位", "seats as planned", "count", 10),
        Column("用地（㎡）", "land, m²", "count", 11),
        *position_columns(plan),
        Column("地块编号", "plot", "lines", 14),
        Column("年份", "year", "year", 8),
        Column("依据", "basis", "lines", 26),
    )
    rows = [_layout_row(plan, number, school, stages) for number, school in enumerate(schools, start=1)]
    totals = _layout_totals(plan, schools, stages) if rows else []
    counts = Counter(school.action for school in schools)
    counted = "，".join(f"{action.zh}{counts[action]}所（处）" for action in Action if counts[action])
    counted_en = ", ".join(f"{action.value} {counts[action]}" for action in Action if counts[action])
    notes = (
        (f"规划措施合计：{counted}。", f"Together: {counted_en}."),
        _SEATS_NOTE,
        (
            "建设项目表中的项目没有坐标，位置留空；年份：新建、改扩建为建成年，撤并为停办年。",
            "Projects of the table have no coordinates; the year is that of completion, or of closing.",
        ),
    )
    return PrintedTable(
        4,
        ("规划学校一览表", "Schools as planned"),
        Sheet("规划学校一览表", columns, (*totals, *rows), frozen=3),
        ("所、班、个、平方米", "schools, classes, seats, m²"),
        notes if rows else (),
        totals=len(totals),
    )


def _layout_row(plan: Plan, number: int, school: PlannedSchool, stages: Sequence[Stage]) -> tuple[Value, ...]:
    return (
        number, school.label, school.name, stage_words(school.stages), school.action.words,
        district_label(plan, school.district), OWNERSHIP_ZH.get(school.ownership, ""), _whole(school.classes),
        _whole(school.seats_now), *(_whole(school.seats_by_stage.get(stage)) for stage in stages),
        _whole(school.seats), _whole(school.land_m2), *_place(plan, school), school.plot_label, school.year,
        school.basis[0],
    )  # fmt: skip


def _layout_totals(plan: Plan, schools: Sequence[PlannedSchool], stages: Sequence[Stage]) -> list[tuple[Value, ...]]:
    """All schools; and of them the public seats of today, which stand in the balance."""
    found = [seats_today(plan).total(stage) for stage in stages]
    planned = [school.seats for school in schools if school.seats is not None]
    rows: tuple[tuple[str, list[int], int | None], ...] = (
        (f"合计 {len(schools):,} 所（处）", [round(each.seats) for each in found],
         round(sum(planned)) if planned else None),
        (PUBLIC_SEATS, [round(each.public) for each in found], None),
    )  # fmt: skip
    return [
        (None, "", name, *("",) * 4, None, sum(seats) if seats else None, *seats, last, *(None,) * 3, "", None, "")
        for name, seats, last in rows
    ]


def _place(plan: Plan, school: PlannedSchool) -> tuple[Value, Value]:
    if school.xy is None:
        return None, None
    return positions(plan, np.array([school.xy], dtype=float))[0]


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def building_table(plan: Plan, schools: Sequence[PlannedSchool]) -> PrintedTable:
    """近期建设项目表: what is to be built, by year; projects of the table and proposed sites alike."""
    columns = (
        Column("序号", "No.", "count", 6),
        Column("编号", "id", width=12),
        Column("项目（学校）", "project or school", width=32),
        Column("学段", "stages", "words", 18),
        Column("建设方式", "action", "words", 14),
        Column("片区", "district", "lines", 14),
        Column("建成年份", "year", "year", 9),
        Column("进度", "state", "words", 14),
        Column("规划班数", "classes", "count", 9),
        Column("规划学位", "seats as planned", "count", 10),
        Column("较现状增加", "more than today", "count", 10),
        Column("投资（图层单位）", "cost, unit of the layer", "count", 11),
        Column("办学性质", "ownership", "words", 14),
        Column("地块编号", "plot", "lines", 14),
        Column("依据", "basis", "lines", 26),
    )
    built = built_schools(schools)
    rows = [_building_row(plan, number, school) for number, school in enumerate(built, start=1)]
    if rows:
        rows.insert(0, _building_total(built))
    notes = (
        (
            "建成年份空白的为选址建议，尚未列入年度计划；办学性质空白的尚未确定。投资用项目表、备选用地图层自己的单位。",
            (
                "Without a year: proposed, in no yearly programme; without ownership: not decided. The cost is in the "
                "unit of the projects table and of the sites layer."
            ),
        ),
        (
            "每个地块的学位和投资只计一次；几个学段合用的，各列本学段份额，合计等于该地块。",
            "Seats and cost of a plot count once; stages that share one each have their part of it.",
        ),
    )
    return PrintedTable(
        5,
        ("近期建设项目表", "Schools to be built in the near term"),
        Sheet("近期建设项目表", columns, tuple(rows), frozen=3),
        ("项、班、个", "projects, classes, seats"),
        notes if rows else (),
        totals=1 if rows else 0,
    )


def _building_row(plan: Plan, number: int, school: PlannedSchool) -> tuple[Value, ...]:
    status = STATUS.get(school.status, "")
    return (
        number, school.project_label, school.name, stage_words(school.stages), school.action.words,
        district_label(plan, school.district), school.year, f"{status} / {school.status}" if status else "",
        _whole(school.classes), _whole(school.seats), school.seats_more, _whole(school.cost),
        OWNERSHIP_ZH.get(school.ownership, ""), school.plot_label, school.basis[0],
    )  # fmt: skip


def _building_total(built: Sequence[PlannedSchool]) -> tuple[Value, ...]:
    seats, cost = ([value for value in values if value is not None] for values in (
        [school.seats_more for school in built], [school.cost for school in built],
    ))  # fmt: skip
    blank = ("",) * 3
    return (
        None, "", f"合计 {len(built)} 项", *blank, None, "", None, None, sum(seats) if seats else None,
        round(sum(cost)) if cost else None, *blank,
    )  # fmt: skip
