"""Assumptions in words, Chinese and English, each with year and source or marked as assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.demand.forecasting.assumptions import Figure
from geoplan.types import Stage

if TYPE_CHECKING:
    from geoplan.demand.forecasting.assumptions import Assumptions, Sentence
    from geoplan.demand.forecasting.forecast import Scenario


def assumed_births(given: Assumptions, scenario: Scenario) -> tuple[Sentence, ...]:
    """Births to come and what counts as a school's cohort."""
    zh, en = given.births_change.origin
    level, percent = given.births_level_from, 100 * given.births_change.value
    since = (f"，{level} 年起持平", f", level from {level}") if level else ("", "")
    factor = given.birth_factor[scenario]
    return (
        (
            f"末个实测年之后出生人数每年变化 {percent:+.1f}%{since[0]}{zh}",
            f"After the last recorded year births change by {percent:+.1f} % a year{since[1]}{en}",
        ),
        (
            f"{scenario.zh}：预测出生人数乘以 {factor:g}（假定）",
            f"{scenario.value}: assumed births times {factor:g} (assumed)",
        ),
        _cut_off(given.late_share),
    )


def _cut_off(late_share: float) -> Sentence:
    if late_share:
        share = f"{100 * late_share:.1f}"
        return (
            f"每年 {share}% 的出生人口（9—12月）推迟一年入学（假定各月均匀）",
            f"{share} % of a year's births (September to December) begin school a year later (even months assumed)",
        )
    return (
        "按自然年（或普查时点）的年龄代替8月31日的年龄：两至四个月的出生者入学年差一年（假定）",
        "Ages of the calendar year or census day stand for those of 31 August: two to four months are off (assumed)",
    )


def assumed_movement(given: Assumptions, scenario: Scenario) -> tuple[Sentence, ...]:
    """Migration and survival."""
    lines: list[Sentence] = []
    for line in given.migration:
        zh, en = line.per_thousand.origin
        first, last = line.ages
        where = "、".join(line.places)
        places = (f"（{where}）", f" in {where}") if where else ("", "")
        rate = f"{line.per_thousand.value:+g}"
        chinese = f"{first}—{last} 岁净迁移 {rate}‰/年{places[0]}{zh}"
        lines.append((chinese, f"Net migration at ages {first}-{last}: {rate} per 1,000 a year{places[1]}{en}"))
    factor = given.migration_factor[scenario]
    lean = (f"{scenario.zh}：净迁移系数 {factor:g}（假定）", f"{scenario.value}: migration factor {factor:g} (assumed)")
    lines.append(lean if given.migration else ("不计迁移（假定）", "No migration (assumed)"))
    if given.survival is None:
        return (*lines, ("不计死亡（假定）", "Nobody dies (assumed)"))
    origins = dict.fromkeys(each.origin for each in given.survival)
    for zh, en in origins:
        values = ", ".join(
            f"{age}: {each.value:.5g}" for age, each in enumerate(given.survival) if each.origin == (zh, en)
        )
        lines.append((f"各岁存活率 {values}{zh}", f"Survival by age {values}{en}"))
    return tuple(lines)


def enrolment_of(stage: Stage) -> str:
    """How the sentence on the enrolment of a stage begins."""
    return f"{stage.zh}入学率"


def assumed_enrolment(given: Assumptions) -> tuple[Sentence, ...]:
    """Enrolment rates."""
    lines: list[Sentence] = []
    zh, en = Figure(1.0, None, given.enrolment_source).origin
    for stage, rates in given.enrolment.items():
        course = "、".join(f"{year} 年 {100 * rate:g}%" for year, rate in sorted(rates.items()))
        path = ", ".join(f"{100 * rate:g} % in {year}" for year, rate in sorted(rates.items()))
        chinese = f"{enrolment_of(stage)}：{course}，其间按直线内插{zh}"
        lines.append((chinese, f"Enrolment of {stage.value}: {path}, on the straight line between{en}"))
    others = [stage for stage in Stage if stage not in given.enrolment]
    if others:
        names = "、".join(stage.zh for stage in others), ", ".join(stage.value for stage in others)
        all_zh = f"{names[0]}：适龄儿童全部入学（假定）"
        lines.append((all_zh, f"{names[1]}: all children of the ages are enrolled (assumed)"))
    return tuple(lines)


def assumed(given: Assumptions, scenario: Scenario) -> tuple[Sentence, ...]:
    """All of it, for a forecast that uses all of it."""
    return (*assumed_births(given, scenario), *assumed_movement(given, scenario), *assumed_enrolment(given))
