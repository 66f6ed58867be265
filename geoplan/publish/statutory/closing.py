"""表6 撤并一览表: schools that are to close or merge, what that would do, and the procedure to be ticked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.coverage import ClosureVerdict
from geoplan.coverage.procedure import PROCEDURE
from geoplan.publish.privacy import is_small
from geoplan.publish.privacy_plan import tells_all
from geoplan.publish.sheets import Column, Sheet, Value, district_label, id_words, stage_words
from geoplan.publish.statutory.printed import PrintedTable
from geoplan.publish.statutory.register import hidden_schools
from geoplan.publish.statutory.states import ENDING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from geoplan.coverage import Closure
    from geoplan.plan import Plan
    from geoplan.publish.statutory.states import PlannedSchool

_STEPS = {
    "plan": "列入规划", "argument": "论证", "hearing": "听证", "parents": "家长意见", "publication": "公示",
    "seats": "先建后撤", "approval": "报批",
}  # fmt: skip
_SIMULATED = (
    (
        "撤并模拟：原有学生改去最近的其他学校，半小时以内为限；义务教育公办学校的学生只计去公办学校，较近的民办学校列出学位而不计入；"
        "班车只计已有班次。只给出人数，不涉及个人。"
    ),
    (
        "Simulated: its pupils go to the nearest other school, half an hour at most; those of a public school in the "
        "compulsory stages to public ones, while private ones that are nearer are named and take nobody in."
    ),
)
_OWNERSHIP = {"public": "公办", "private": "民办"}
OPEN_BOX = "□"
"""To be ticked by hand: no layer says whether a hearing was held."""


def closing_table(
    plan: Plan, schools: Sequence[PlannedSchool], closures: Mapping[str, Sequence[Closure]]
) -> PrintedTable:
    """撤并一览表.

    Args:
        closures: by school id, each closing tried out, one for each stage; a school without is listed all the same.
    """
    columns = (
        Column("序号", "No.", "count", 6),
        Column("编号", "id", width=12),
        Column("学校名称", "school", width=26),
        Column("学段", "stages", "words", 16),
        Column("措施", "action", "words", 12),
        Column("片区", "district", "lines", 12),
        Column("年份", "year", "year", 8),
        Column("依据", "basis", "lines", 22),
        Column("接收学校及性质", "receiving schools, public or private", "lines", 24),
        Column("撤并模拟", "what closing would do", "lines", 46),
        Column("模拟判定", "verdict", "lines", 14),
        Column("接收学校学位缺", "seats short there", "count", 11),
        *(Column(_STEPS.get(step.id, step.zh), step.id, "lines", 9) for step in PROCEDURE),
    )
    hidden = hidden_schools(plan)
    rows = [
        _row(plan, number, school, closures.get(school.id, ()), is_hidden=school.id in hidden or not tells_all(plan))
        for number, school in enumerate((each for each in schools if each.action in ENDING), start=1)
    ]
    notes = (
        (
            f"“{OPEN_BOX}”处由编制单位据实填写；未逐项履行的，不得撤并。",
            f"{OPEN_BOX} is filled in by the office; nothing is closed before every step is taken.",
        ),
        *((f"{step.zh}：{step.source}。", f"{step.en}: {step.source}.") for step in PROCEDURE),
        _SIMULATED,
    )
    return PrintedTable(
        6,
        ("撤并一览表", "Schools to be closed or merged"),
        Sheet("撤并一览表", columns, tuple(rows), frozen=3),
        ("所、人、个", "schools, pupils, seats"),
        notes,
    )


def verdict_zh(plan: Plan, school: str, closures: Sequence[Closure]) -> str:
    """What trying the closing out says of the school, without figures; '' where it was not tried out."""
    if not closures:
        return ""
    told = "、".join(f"{each.stage.zh}{each.verdict.zh}" for each in closures)
    short = [each.seats_short for each in closures if each.seats_short is not None]
    is_short = bool(short) and school not in hidden_schools(plan) and bool(_seats(closures, sum(short)))
    seats = "，接收学校学位不足" if is_short else ""
    if any(each.verdict is ClosureVerdict.KEEP for each in closures):
        advice = f"应当保留，或者先行{'补足学位、' if is_short else ''}解决上学路途后再议"
    else:
        advice = "应当先行补足学位" if is_short else "须先履行程序"
    return f"撤并测算：{told}{seats}，{advice}"


def _row(
    plan: Plan, number: int, school: PlannedSchool, closures: Sequence[Closure], *, is_hidden: bool
) -> tuple[Value, ...]:
    short = [each.seats_short for each in closures if each.seats_short is not None and not is_hidden]
    return (
        number, school.label, school.name, stage_words(school.stages), school.action.words,
        district_label(plan, school.district), school.year, school.basis[0],
        "\n".join((*_receivers(closures), *_sites_nearer(plan, school.id))),
        "\n".join(_words(each, is_hidden=is_hidden) for each in closures),
        "\n".join(f"{each.stage.zh}{each.verdict.zh} / {each.verdict.value.replace('_', ' ')}" for each in closures),
        _seats(closures, sum(short)) if short else None, *(OPEN_BOX for _ in PROCEDURE),
    )  # fmt: skip


def _words(closure: Closure, *, is_hidden: bool) -> str:
    """What closing would do; only where its pupils would go, where the register does not tell how many they are."""
    if not is_hidden:
        return f"{closure.zh} / {closure.en}"
    zh, en = closure.passed_over_words
    return f"学生数不公布，接收学校见前栏{zh} / pupils not published; receiving schools as listed{en}"


def _receivers(closures: Sequence[Closure]) -> list[str]:
    """Every school that would take pupils in, once, with who runs it."""
    found = {
        f"{each.name}（{_OWNERSHIP.get(each.ownership, '性质不详')}）" if each.name else "无校可达 none": None
        for closure in closures
        for each in closure.receivers
    }
    return list(found)


def _sites_nearer(plan: Plan, school: str) -> Iterator[str]:
    """The proposed sites that those who now go to a school are nearest to when the plan is done."""
    for stage_plan in plan.stages:
        before, after = stage_plan.proposal.before, stage_plan.proposal.after
        mine = np.flatnonzero((before.demand.people > 0) & (before.school >= 0) & (after.school >= 0))
        mine = mine[before.supply.ids[before.school[mine]].astype(str) == school]
        to = np.unique(after.school[mine])
        for row in to[after.supply.proposed[to]]:
            site = str(after.supply.ids[row])
            year = stage_plan.programme.year_of(site)
            built = f"{year} 年建成" if year else "建成"
            yield f"选址 {id_words(site, 'sites')} {after.supply.names[row] or ''}（{built}后较近，模拟未计入）"


def _seats(closures: Sequence[Closure], short: float) -> int | None:
    """Seats that are short at the receiving schools; not told where it would tell a handful of pupils."""
    told = all(each.shown_pupils.replace(",", "").isdigit() for each in closures)
    return round(short) if told and not is_small(short) else None
