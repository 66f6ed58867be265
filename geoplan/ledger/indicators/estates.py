"""Indicators of residential estates: the school of each one, its year, who runs it, and estates that are pooled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.ledger.indicators.estate_rows import Estate, estates_of
from geoplan.ledger.indicators.ground import Roll
from geoplan.ledger.indicators.new_kindergartens import NEW_KINDERGARTENS
from geoplan.ledger.indicators.pooled import POOLED_ESTATES
from geoplan.ledger.reading import WHOLE, Indicator, Need, Reading
from geoplan.ledger.words import ROWS, names_en, names_zh, share
from geoplan.ledger.world import NoDataError
from geoplan.rules import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from geoplan.ledger.world import World
    from geoplan.rules import Clause


def _same_phase(world: World, clause: Clause) -> Iterator[Reading]:
    level = clause.level.zh
    mine = [each for each in estates_of(world, clause, "school", "delivery") if each.schools]
    if not mine:
        zh, en = f"没有写明配套{level}的小区", "no estate names a school of this level"
        yield Reading(WHOLE, None, zh, en, state=State.NOT_APPLICABLE)
        return
    tested = [each for each in mine if not np.isnan(each.homes) and not np.isnan(each.school)]
    if not tested:
        raise NoDataError("estates", "school_delivery")
    late = [each for each in tested if each.late]
    zh = f"配套{level}与住宅同步交付 {share(len(tested) - len(late), len(tested))}"
    en = f"schools handed over no later than the homes {share(len(tested) - len(late), len(tested))}"
    if late:
        zh += f"；晚于住宅：{names_zh(f'{each.name}（{each.school - each.homes:.0f}年）' for each in late)}"
        en += f"; late: {names_en(f'{each.name} ({each.school - each.homes:.0f} years)' for each in late)}"
    if len(mine) > len(tested):
        zh, en = f"{zh}；{len(mine) - len(tested)}个缺年份", f"{en}; {len(mine) - len(tested)} without a year"
    yield _failing(100 * (len(tested) - len(late)) / len(tested), zh, en, late)


def _failing(value: float, zh: str, en: str, failing: Iterable[Estate]) -> Reading:
    rows = tuple(each.id for each in failing)
    state = State.NOT_MET if rows else State.MET
    return Reading(WHOLE, value, zh, en, rows=rows[:ROWS], count=len(rows), state=state)


def _runs(roll: Roll, school: str) -> str:
    """`public`, `inclusive` (private and inclusive), `private`, or '' where the layer does not tell."""
    ownership = str(roll.value(school, "ownership") or "")
    if ownership == "private" and roll.value(school, "inclusive") is True:
        return "inclusive"
    return ownership


def _ownership(world: World, clause: Clause) -> Iterator[Reading]:
    prefer = tuple(clause.options.get("prefer", ()))
    allow = prefer or tuple(clause.options.get("allow", ("public",)))
    schools = list(dict.fromkeys(each for row in estates_of(world, clause, "school") for each in row.schools))
    if not schools:
        zh, en = f"没有写明配套{clause.level.zh}的小区", "no estate names a school of this level"
        yield Reading(WHOLE, None, zh, en, state=State.NOT_APPLICABLE)
        return
    world.table("schools", "ownership")
    roll = Roll(world)
    runs = {each: _runs(roll, each) for each in schools}
    known = [each for each in schools if runs[each]]
    if not known:
        raise NoDataError("schools", "ownership")
    good = [each for each in known if runs[each] in allow]
    bad = [each for each in known if runs[each] not in allow]
    words = "、".join(
        {"public": "公办", "inclusive": "普惠性民办", "private": "民办"}.get(word, word) for word in allow
    )
    zh = f"小区配套{clause.level.zh}{words} {share(len(good), len(known))}"
    en = f"estate schools that are {' or '.join(allow)} {share(len(good), len(known))}"
    if bad:
        names = [str(roll.value(each, "name") or each) for each in bad]
        zh, en = f"{zh}；其他：{names_zh(names)}", f"{en}; others: {names_en(names)}"
    if len(known) < len(schools):
        zh, en = f"{zh}；{len(schools) - len(known)}所未注明办别", f"{en}; {len(schools) - len(known)} unknown"
    # "public first" is a wish and sets no share to meet
    state = State.SHOWN if prefer else State.NOT_MET if bad else State.MET
    yield Reading(WHOLE, 100 * len(good) / len(known), zh, en, rows=tuple(bad[:ROWS]), count=len(bad), state=state)


def _compliance(world: World, clause: Clause) -> Iterator[Reading]:
    """回头看: each estate's kindergarten stands, is public or inclusive, and came with the homes."""
    roll = Roll(world)
    every = estates_of(world, clause, "school")
    faults: dict[str, list[Estate]] = {
        "无配套园": [each for each in every if not each.schools],
        "营利或未普惠": [each for each in every if any(_runs(roll, school) == "private" for school in each.schools)],
        "晚于住宅交付": [each for each in every if each.schools and each.late],
    }
    words = {"无配套园": "without", "营利或未普惠": "neither public nor inclusive", "晚于住宅交付": "later than homes"}
    failing = list({each.id: each for group in faults.values() for each in group}.values())
    zh, en = f"小区{len(every)}个，配套园有问题{len(failing)}个", f"{len(failing)} of {len(every)} estates have faults"
    for fault, group in faults.items():
        if group:
            zh += f"；{fault}{len(group)}个：{names_zh(each.name for each in group)}"
            en += f"; {words[fault]}: {names_en(each.name for each in group)}"
    yield _failing(float(len(failing)), zh, en, failing)


def _reaches(clause: Clause, people: float, households: float) -> bool:
    """True where an estate has to carry its own school; every one has to where the clause gives no threshold."""
    limits = ((people, clause.options.get("people_from")), (households, clause.options.get("households_from")))
    known = [value >= float(limit) for value, limit in limits if limit is not None and not np.isnan(value)]
    return any(known) if known else True


def _matching(world: World, clause: Clause) -> Iterator[Reading]:
    every = estates_of(world, clause, "name")
    asked = [each for each in every if _reaches(clause, each.people, each.households)]
    if not asked:
        yield Reading(WHOLE, None, "没有达到配建标准的小区", "no estate reaches the size", state=State.NOT_APPLICABLE)
        return
    lacking = [each for each in asked if not each.schools]
    zh = f"小区写明已有配套{clause.level.zh} {share(len(asked) - len(lacking), len(asked))}"
    en = f"estates that name a standing school of this level {share(len(asked) - len(lacking), len(asked))}"
    if lacking:
        zh, en = f"{zh}；没有：{names_zh(e.name for e in lacking)}", f"{en}; none: {names_en(e.name for e in lacking)}"
    unknown = sum(each.names_any for each in lacking)
    if unknown:
        zh, en = f"{zh}（其中{unknown}个所写学校不在学校图层中或学段不同）", f"{en} ({unknown} name another school)"
    if len(every) > len(asked):
        zh += f"；{len(every) - len(asked)}个未达配建标准，由区县统筹"
        en += f"; {len(every) - len(asked)} below the size are pooled"
    yield _failing(100 * (len(asked) - len(lacking)) / len(asked), zh, en, lacking)


_ESTATES = Need("estates", ("name", "school"))
_YEARS = Need("estates", ("school", "delivery", "school_delivery"))

INDICATORS: tuple[Indicator, ...] = (
    Indicator(
        "estate_same_phase", "与住宅同步交付的配套学校", "schools handed over with the homes", "%", (_YEARS,),
        _same_phase,
    ),
    Indicator(
        "estate_ownership", "配套学校办别", "who runs estate schools", "%",
        (_ESTATES, Need("schools", ("ownership", "inclusive"))), _ownership, ("allow", "prefer"),
    ),
    Indicator(
        "estate_compliance", "配套园有问题的小区", "estates whose kindergarten has faults", "个",
        (_ESTATES, Need("schools", ("ownership", "inclusive"))), _compliance,
    ),
    Indicator(
        "estate_matching", "有配套学校的小区", "estates with their school", "%", (_ESTATES,), _matching,
        ("people_from", "households_from"),
    ),
    POOLED_ESTATES,
    NEW_KINDERGARTENS,
)  # fmt: skip
