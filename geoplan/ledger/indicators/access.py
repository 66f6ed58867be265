"""Indicators of nearness: radii and people a school as on the map, coverage, the way to school, seats by county."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.coverage import measure, radii_in_force, verdicts, weighted_mean, weighted_percentiles
from geoplan.ledger.indicators.ground import coverage_of, heads, in_place, in_scope, places, units_of
from geoplan.ledger.indicators.villages import VILLAGE_KINDERGARTENS
from geoplan.ledger.reading import WHOLE, Indicator, Need, Reading
from geoplan.ledger.schools import offering, seats_of
from geoplan.ledger.words import figure, names_en, names_zh
from geoplan.ledger.world import PLACE, NoDataError
from geoplan.rules import State
from geoplan.types import Area
from geoplan.units import percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geoplan.coverage import Coverage
    from geoplan.ledger.world import World
    from geoplan.rules import Clause, Verdict
    from geoplan.types import Stage

NEW_AREAS = ("新区", "开发区", "高新区", "集聚区", "示范区", "示范带", "新城")
"""Words in a district's name by which it is taken for a new urban area, unless a clause names districts itself."""


def _from_verdicts(world: World, clause: Clause, scale: float) -> Iterator[Reading]:
    """The map's own verdicts of the rule with the clause's id."""
    for stage in clause.level.stages:
        found = coverage_of(world, stage)
        mine = [each for each in verdicts(found, world.book) if each.rule.id == clause.id]
        if not mine and in_scope(found.demand.area, clause).any():
            # the coverage was measured by another profile's radii: a ledger is judged by its own
            found = measure(
                world.engine, found.demand, found.supply, radii_in_force(world.book, stage, found.demand.area)
            )
            mine = [each for each in verdicts(found, world.book) if each.rule.id == clause.id]
        if not mine:
            zh, en = "没有该条适用的人口", "nobody lives where the clause holds"
            yield Reading(WHOLE, None, zh, en, state=State.NOT_APPLICABLE)
        said = {each.place for each in mine}
        silent = [key for key in world.counties if key not in said]
        yield from (_reading(world, found, each, scale) for each in mine)
        for key in silent:
            yield Reading(key, None, "无人口", "no people", state=State.NOT_APPLICABLE)


def _reading(world: World, found: Coverage, verdict: Verdict, scale: float) -> Reading:
    value = None if verdict.value is None else verdict.value * scale
    unit = "人" if verdict.unit == "share" else "所"
    row = list(world.counties).index(verdict.place) if verdict.place in world.counties else None
    tally = found.tally(in_place(found.demand.district, row))
    children = heads(world, tally.people, tally.assessed, tally.covered, tally.people - tally.covered, verdict.short)
    return Reading(
        verdict.place, value, verdict.zh, verdict.en, state=verdict.state, short=verdict.short, short_unit=unit,
        children=children,
    )  # fmt: skip


def _service_radius(world: World, clause: Clause) -> Iterator[Reading]:
    return _from_verdicts(world, clause, 100.0)


def _population_per_school(world: World, clause: Clause) -> Iterator[Reading]:
    return _from_verdicts(world, clause, 1.0)


def _coverage_share(world: World, clause: Clause) -> Iterator[Reading]:
    for stage in clause.level.stages:
        found = coverage_of(world, stage)
        scope = in_scope(found.demand.area, clause)
        for place, row in places(world, clause):
            tally = found.tally(scope & in_place(found.demand.district, row))
            if tally.people <= 0:
                yield Reading(place, None, "没有该条适用的人口", "nobody it applies to", state=State.NOT_APPLICABLE)
                continue
            if tally.share_covered is None:
                zh, en = "没有适用的服务半径，不能判定", "no service radius applies, so nothing can be judged"
                yield Reading(place, None, f"{stage.zh}：{zh}", f"{stage.value}: {en}", state=State.NO_DATA)
                continue
            left_out = tally.people - tally.assessed
            zh = f"{stage.zh}覆盖 {figure(tally.covered, 0)} / {figure(tally.assessed, 0)}人"
            en = f"{stage.value}: {figure(tally.covered, 0)} of {figure(tally.assessed, 0)} people covered"
            if left_out > 0.5:
                zh += f"；另有{figure(left_out, 0)}人没有适用半径，未计"
                en += f"; {figure(left_out, 0)} more have no radius and are left out"
            rows = _places_outside(found, scope & in_place(found.demand.district, row))
            parts = tally.covered, tally.assessed, tally.assessed - tally.covered, left_out
            yield Reading(place, 100 * tally.share_covered, zh, en, rows=rows[:20], count=len(rows),
                          children=heads(world, *parts))  # fmt: skip


def _places_outside(found: Coverage, where: NDArray[np.bool_]) -> tuple[str, ...]:
    outside = where & found.assessed & ~found.covered & (found.demand.people > 0)
    return tuple(str(found.demand.units.ids[row]) for row in np.unique(found.demand.unit[outside]))


def _nearest_access(world: World, clause: Clause) -> Iterator[Reading]:
    for stage in clause.level.stages:
        found = coverage_of(world, stage)
        scope = in_scope(found.demand.area, clause)
        for place, row in places(world, clause):
            where = scope & in_place(found.demand.district, row) & (found.demand.people > 0)
            yield replace(_ways(found, stage, place, where), children=heads(world, *_parts(found, where)))


def _parts(found: Coverage, where: NDArray[np.bool_]) -> tuple[float, ...]:
    """Who reaches no school and who does, who lives within the radius and who beyond it."""
    lost = float(found.demand.people[where & ~np.isfinite(found.distance_m)].sum())
    tally = found.tally(where)
    return lost, float(found.demand.people[where].sum()) - lost, tally.covered, tally.assessed - tally.covered


def _ways(found: Coverage, stage: Stage, place: str, where: NDArray[np.bool_]) -> Reading:
    reached = where & np.isfinite(found.distance_m)
    people, weight = float(found.demand.people[where].sum()), found.demand.people[reached]
    variant = (stage.zh, stage.value)
    if people <= 0:
        return Reading(place, None, "没有该条适用的人口", "nobody it applies to", *variant, state=State.NOT_APPLICABLE)
    lost = people - float(weight.sum())
    far_zh = f"；{figure(lost, 0)}人无学校可达" if lost > 0.5 else ""
    far_en = f"; {figure(lost, 0)} people reach no school" if lost > 0.5 else ""
    if not reached.any():
        return Reading(place, None, far_zh[1:], far_en[2:], *variant, state=State.SHOWN)
    mean_m = weighted_mean(found.distance_m[reached], weight)
    p95_m = float(weighted_percentiles(found.distance_m[reached], weight, (95.0,))[0])
    tally = found.tally(where)
    counts, travel = found.demand.units.counts, found.travel
    by = "学生" if counts == "pupils" else "人口"
    zh = f"到最近{stage.zh}平均{mean_m:,.0f}米，95%的人不超过{p95_m:,.0f}米（{travel.zh}，按{by}加权）"
    en = f"mean to the nearest {stage.value} {mean_m:,.0f} m, 95% within {p95_m:,.0f} m ({travel.value}, by {counts})"
    if tally.share_covered is not None:
        zh += f"；服务半径内{percent(tally.covered, tally.assessed)}"
        en += f"; {percent(tally.covered, tally.assessed)} within the radius in force"
    return Reading(place, mean_m, zh + far_zh, en + far_en, *variant, state=State.SHOWN)


def _layout_by_population(world: World, clause: Clause) -> Iterator[Reading]:
    world.table("districts", "name", PLACE)
    for stage in clause.level.stages:
        found = coverage_of(world, stage)
        size = len(world.counties)
        lives, stands = found.demand.district >= 0, found.supply.district >= 0
        people = np.bincount(found.demand.district[lives], found.demand.people[lives], minlength=size)
        by_seats = bool(stands.any()) and not np.isnan(found.supply.seats[stands]).any()
        weight = found.supply.seats[stands] if by_seats else np.ones(int(stands.sum()))
        offered = np.bincount(found.supply.district[stands], weight, minlength=size)
        if people.sum() <= 0 or offered.sum() <= 0:
            raise NoDataError("schools", "district", PLACE)
        apart = 100 * (offered / offered.sum() - people / people.sum())
        word, word_en = ("学位", "seats") if by_seats else ("学校数", "schools")
        order = np.argsort(apart, kind="stable")
        keys, names = list(world.counties), list(world.counties.values())
        short = [f"{names[row]}{apart[row]:+.1f}" for row in order if apart[row] < -0.05]
        zh = f"各县（市、区）{stage.zh}{word}占比与人口占比相差合计 {figure(np.abs(apart).sum() / 2, 1)} 个百分点"
        en = f"{figure(np.abs(apart).sum() / 2, 1)} % of {stage.value} {word_en} would stand elsewhere by population"
        if short:
            zh, en = f"{zh}；偏少：{names_zh(short)}", f"{en}; short: {names_en(short)}"
        rows = tuple(keys[row] for row in order if apart[row] < -0.05)
        yield Reading(WHOLE, float(np.abs(apart).sum() / 2), zh, en, rows=rows, count=len(rows), state=State.SHOWN)
        for row, key in enumerate(keys):
            parts = 100 * offered[row] / offered.sum(), 100 * people[row] / people.sum()
            zh = f"{word}占比{figure(parts[0], 1)}%，人口占比{figure(parts[1], 1)}%"
            en = f"{figure(parts[0], 1)} % of {word_en}, {figure(parts[1], 1)} % of people"
            yield Reading(key, float(apart[row]), zh, en, state=State.SHOWN)


def _rural_priority(world: World, clause: Clause) -> Iterator[Reading]:
    units = units_of(world)
    if not (units.area == Area.RURAL.value).any():
        raise NoDataError("population", "area")
    for stage in clause.level.stages:
        found = coverage_of(world, stage)
        known = bool(len(found.supply)) and not np.isnan(found.supply.seats).any()
        word, word_en = ("学位", "seats") if known else ("所", "schools")
        rate: dict[Area, float] = {}
        for area in (Area.RURAL, Area.URBAN):
            people = float(found.demand.people[found.demand.area == area.value].sum())
            mine = found.supply.area == area.value
            offered = float(found.supply.seats[mine].sum()) if known else float(mine.sum())
            rate[area] = 1000 * offered / people if people > 0 else float("nan")
        rural, urban = figure(rate[Area.RURAL]), figure(rate[Area.URBAN])
        zh = f"每千人{stage.zh}{word}：农村 {rural}，城镇 {urban}"
        en = f"{stage.value} {word_en} for 1,000 people: rural {rural}, urban {urban}"
        yield Reading(WHOLE, None if np.isnan(rate[Area.RURAL]) else rate[Area.RURAL], zh, en, state=State.SHOWN)


def _allocation_priority(world: World, clause: Clause) -> Iterator[Reading]:
    units = units_of(world)
    words = tuple(clause.options.get("districts", NEW_AREAS))
    new = [key for key, name in world.counties.items() if any(word in name or word == key for word in words)]
    if not new:
        raise NoDataError("districts", "name")
    schools = offering(world, clause.level)
    offered = seats_of(world, schools, clause.level).to_numpy(dtype=float)
    here = schools["county"].isin(new).to_numpy(dtype=bool)
    known = ~np.isnan(offered) & (schools["county"] != "").to_numpy(dtype=bool)
    keys = list(world.counties)
    lives = np.isin(units.district, [keys.index(key) for key in new])
    inside = units.district >= 0
    rates = []
    for stands, people in ((here, lives), (~here, inside & ~lives)):
        total = float(units.people[people].sum())
        rates.append(1000 * float(offered[stands & known].sum()) / total if total > 0 else float("nan"))
    names = [world.counties[key] for key in new]
    zh = f"每千人学位：新的城镇化地区（{names_zh(names)}）{figure(rates[0], 1)}，其他地区 {figure(rates[1], 1)}"
    en = f"seats for 1,000 people: new areas ({names_en(names)}) {figure(rates[0], 1)}, others {figure(rates[1], 1)}"
    value = None if np.isnan(rates[0]) else rates[0]
    yield Reading(WHOLE, value, zh, en, rows=tuple(new), count=len(new), state=State.SHOWN)


_PEOPLE = Need("population", ("people", "area", PLACE))
_SCHOOLS = Need("schools", ("stages", PLACE))

INDICATORS: tuple[Indicator, ...] = (
    Indicator(
        "service_radius", "服务半径内人口占比", "share of people within the service radius", "%",
        (_PEOPLE, _SCHOOLS), _service_radius,
    ),
    Indicator(
        "population_per_school", "每校服务人口", "people for each school", "人/所",
        (_PEOPLE, _SCHOOLS, Need("schools", ("ownership",))), _population_per_school,
    ),
    Indicator(
        "coverage_share", "覆盖率", "share of people covered", "%", (_PEOPLE, _SCHOOLS), _coverage_share,
    ),
    Indicator(
        "nearest_access", "人口平均到校距离", "people's mean way to the nearest school", "m", (_PEOPLE, _SCHOOLS),
        _nearest_access,
    ),
    Indicator(
        "layout_by_population", "学位与人口分布之差", "seats against people by county", "百分点",
        (Need("districts", ("name", PLACE)), _PEOPLE, _SCHOOLS), _layout_by_population,
    ),
    Indicator(
        "rural_priority", "农村每千人学位", "rural seats for 1,000 people", "每千人",
        (_PEOPLE, _SCHOOLS), _rural_priority,
    ),
    Indicator(
        "allocation_priority", "新的城镇化地区每千人学位", "seats for 1,000 people of new urban areas", "每千人",
        (Need("districts", ("name",)), Need("schools", ("capacity",)), _PEOPLE), _allocation_priority, ("districts",),
    ),
    VILLAGE_KINDERGARTENS,
)  # fmt: skip
