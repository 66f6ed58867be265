"""The entries of one clause: what its indicator reads, judged, in the whole project and in each county."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geoplan.ledger.entry import Deadline, Entry
from geoplan.ledger.indicators import INDICATORS
from geoplan.ledger.judge import BASELINE, baseline_words, deadline, is_baseline, judge, shortfall
from geoplan.ledger.matching import needs_of, planned_figures
from geoplan.ledger.needs import needs_words
from geoplan.ledger.reading import WHOLE, Need, Reading
from geoplan.ledger.schools import offering
from geoplan.ledger.words import ROWS, names_en, names_zh, unit_words
from geoplan.ledger.world import NoDataError
from geoplan.rules import Kind, State
from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoplan.ledger.projects import ProjectLine
    from geoplan.ledger.reading import Indicator
    from geoplan.ledger.world import World
    from geoplan.rules import Clause

COUNTY = "county"
"""The scope of clauses that every county has to meet by itself; the whole project meets them when all do."""

MISSING_TABLE = "indicator_table"
"""The quantity of a clause that points to a table which the text at hand does not hold."""


def entries_of(world: World, clause: Clause) -> list[Entry]:
    """The entries of a rule, baseline or text clause: at least one, also where nothing can be computed."""
    if clause.kind is Kind.TEXT or (clause.kind is Kind.BASELINE and not clause.indicator):
        return [_text_entry(clause)]
    indicator = INDICATORS[clause.indicator]
    try:
        readings = list(indicator.read(world, clause))
    except NoDataError as error:
        # an error that names no column knows less than the indicator does
        named = all(need.columns for need in error.needs)
        return [_no_data(world, clause, indicator, error.needs if named else ())]
    if not readings:
        return [_no_data(world, clause, indicator, ())]
    if not any(reading.quoted for reading in readings) and (lacking := _not_planned(world, clause, indicator)):
        return [_no_data(world, clause, indicator, lacking)]
    readings = _summed_up(world, clause, readings)
    if clause.by_place:
        readings += _silent(world, clause, readings, indicator)
    else:
        readings = [reading for reading in readings if reading.place == WHOLE]
    return [_entry(world, clause, indicator, reading) for reading in readings]


def _not_planned(world: World, clause: Clause, indicator: Indicator) -> tuple[Need, ...]:
    """The schools that an indicator lacks: the project plans no stage of the clause, and its roster has no such school.

    People without any of them would be judged unserved, and nobody said that there are none.
    """
    stages, schools = clause.level.stages, world.layers.schools
    if not stages or schools is None or set(stages) & set(world.stages) or not world.has("schools", "stages"):
        return ()
    if not any(need.role == "schools" for need in indicator.needs) or indicator.needs[0].role in _OF_THEIR_OWN:
        return ()
    has_one = any(set(stages) & {Stage(each) for each in given} for given in schools.frame["stages"])
    return () if has_one else (Need("schools", (f"stages={stages[0].value}",)),)


_OF_THEIR_OWN = ("projects", "estates", "parcels", "zones")
"""Roles that tell by themselves of a stage whose schools are not in the roster."""


def _text_entry(clause: Clause) -> Entry:
    missing = clause.quantity == MISSING_TABLE
    if clause.kind is Kind.BASELINE and clause.low is not None:
        zh, en = _published(clause)
    elif missing:
        zh, en = f"原文缺失。{clause.notice_zh}", f"missing in source. {clause.notice_en}".strip()
    else:
        zh, en = clause.notice_zh or "文字表述，不作计算", clause.notice_en or "a sentence; nothing is computed"
    state = State.NO_DATA if missing else State.SHOWN
    return Entry(clause, WHOLE, "", None, unit_words(clause.unit), state, Deadline.NONE, zh, en)


def _published(clause: Clause) -> tuple[str, str]:
    """The published figure of a baseline, with the averages that its own text gives."""
    zh, en = baseline_words(clause, None)
    means, means_en = planned_figures(clause).words()
    return "；".join(filter(None, (zh, means))), "; ".join(filter(None, (en, means_en)))


def _no_data(world: World, clause: Clause, indicator: Indicator, missing: tuple[Need, ...]) -> Entry:
    needs = missing or indicator.needs
    zh, en = needs_words(needs, either=bool(missing))
    state = State.NO_DATA
    if is_baseline(clause):
        published, published_en = _published(clause)
        zh, en = f"{published}；{zh}", f"{published_en}; {en}"
        state = State.SHOWN if clause.kind is Kind.BASELINE else State.NO_DATA
    due = deadline(clause, world.as_of)
    return Entry(clause, WHOLE, "", None, indicator.unit, state, due, zh, en, needs=needs)


def _summed_up(world: World, clause: Clause, readings: list[Reading]) -> list[Reading]:
    """Where a clause binds every county, the whole project's verdict is theirs together, of each variant apart."""
    found: list[Reading] = []
    for variant in dict.fromkeys(reading.variant_zh for reading in readings):
        own = [reading for reading in readings if reading.variant_zh == variant]
        whole = [reading for reading in own if reading.place == WHOLE]
        parts = [reading for reading in own if reading.place != WHOLE]
        if not whole:
            whole = [_together(world, clause, parts, None)]
        elif parts and clause.scope == COUNTY and whole[0].state is None and clause.operator not in {"", BASELINE}:
            whole = [_together(world, clause, parts, whole[0])]
        found += [*whole, *parts]
    return found


def _together(world: World, clause: Clause, parts: list[Reading], whole: Reading | None) -> Reading:
    states = {reading.place: judge(clause, reading) for reading in parts}
    worst = next((state for state in _WORST if state in states.values()), State.SHOWN)
    tested = [place for place, state in states.items() if state is not State.NOT_APPLICABLE]
    failing = tuple(place for place, state in states.items() if state is State.NOT_MET)
    met = sum(state is State.MET for state in states.values())
    names = [world.counties.get(place, place) for place in failing]
    zh = f"{len(tested)} 个县（市、区）中 {met} 个符合" if tested else "没有条文所述的县（市、区）"
    en = f"{met} of {len(tested)} counties meet it" if tested else "no county that the clause speaks of"
    if failing:
        zh, en = f"{zh}；不符合：{names_zh(names)}", f"{en}; not met: {names_en(names)}"
    if whole is not None:
        return replace(
            whole, zh=f"{whole.zh}；{zh}", en=f"{whole.en}; {en}", rows=failing[:ROWS], count=len(failing), state=worst
        )
    shorts = [reading.short for reading in parts if reading.short is not None]
    # no value: the number of counties that meet it is not what the indicator measures
    return Reading(
        WHOLE, None, zh, en, parts[0].variant_zh, parts[0].variant_en, failing[:ROWS], len(failing), worst,
        sum(shorts) if shorts else None, next((reading.short_unit for reading in parts if reading.short_unit), ""),
        children=(sum(shorts),) if any(reading.children for reading in parts) else (),
    )  # fmt: skip


_WORST = (
    State.NOT_MET, State.NO_DATA, State.AMBIGUOUS, State.POOL, State.MET, State.SHOWN, State.NOT_APPLICABLE,
)  # fmt: skip
"""The whole project's state is the first of these that any county has."""


def _silent(world: World, clause: Clause, readings: Iterable[Reading], indicator: Indicator) -> list[Reading]:
    """A reading of each county that the indicator says nothing of: no such school there, or no data."""
    spoken = {reading.place for reading in readings}
    zh, en = needs_words(indicator.needs, either=False)
    state = State.SHOWN if clause.kind is Kind.BASELINE else State.NO_DATA
    lacking = Reading(WHOLE, None, zh, en, state=state)
    zh, en = f"没有条文所述的学校（{clause.level.zh}）", f"no school of its level ({clause.level})"
    nobody = Reading(WHOLE, None, zh, en, state=State.NOT_APPLICABLE)
    of_schools = indicator.needs[0].role == "schools" and not any(reading.quoted for reading in readings)
    having = _with_schools(world, clause) if of_schools else set(world.counties)
    return [
        replace(lacking if place in having else nobody, place=place) for place in world.counties if place not in spoken
    ]


def _with_schools(world: World, clause: Clause) -> set[str]:
    try:
        return set(offering(world, clause.level, scope=clause.scope)["county"])
    except NoDataError:
        return set(world.counties)


def _entry(world: World, clause: Clause, indicator: Indicator, reading: Reading) -> Entry:
    state = judge(clause, reading)
    zh, en = reading.zh, reading.en
    if is_baseline(clause) and reading.place == WHOLE and reading.state is None:
        year = reading.year if reading.year is not None else world.as_of
        published, published_en = baseline_words(clause, reading.value, year, quoted=reading.quoted)
        zh, en = f"{published}；{zh}", f"{published_en}; {en}"
    short, short_unit = reading.short, reading.short_unit or indicator.unit
    if short is None and reading.value is not None:
        # the difference of two values is in the unit of the value, whatever the indicator counts by itself
        short, short_unit = shortfall(clause, reading.value, state), indicator.unit
    return Entry(
        clause=clause,
        place=reading.place,
        place_name=world.counties.get(reading.place, ""),
        value=None if reading.value is None else float(reading.value),
        unit=indicator.unit,
        state=state,
        deadline=deadline(clause, world.as_of),
        zh=zh,
        en=en,
        variant_zh=reading.variant_zh,
        variant_en=reading.variant_en,
        rows=tuple(reading.rows),
        count=reading.count or len(reading.rows),
        needs=indicator.needs if state is State.NO_DATA else (),
        short=None if short is None or state is not State.NOT_MET else float(short),
        short_unit=short_unit if short and state is State.NOT_MET else "",
        children=reading.children,
    )


def entry_of_line(line: ProjectLine) -> Entry:
    """A promise of the plan as an entry: its status against its deadline."""
    return Entry(
        line.clause, WHOLE, "", line.value, line.unit, line.state, line.deadline, line.zh, line.en,
        rows=line.rows[:ROWS], count=len(line.rows),
        needs=needs_of(line.clause) if line.state is State.NO_DATA else (),
    )  # fmt: skip
