"""Indicators of attendance zones (划片): everyone lives in one, and every public compulsory school has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.ledger.indicators.ground import Roll, cells, demand_of, heads, in_place, in_scope, places, units_of
from geoplan.ledger.reading import WHOLE, Indicator, Need, Reading
from geoplan.ledger.words import ROWS, figure, names_en, names_zh, share
from geoplan.ledger.world import PLACE
from geoplan.rules import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geoplan.ledger.world import World
    from geoplan.rules import Clause
    from geoplan.types import Stage


def _zones_of(world: World, stage: Stage) -> tuple[NDArray[np.object_], set[str]]:
    """Polygons of a stage's zones, those of private schools left out, and the ids of the schools that have one.

    A zone that names no stage is one of each stage that its school has, or of every stage where the schools layer
    does not know the school.
    """
    zones = world.table("zones", "school", PLACE)
    roll = Roll(world)
    kept, schools = [], set()
    offered = zones["stages"] if "stages" in zones else [()] * len(zones)
    for text, stages, shape in zip(zones["school"], offered, zones.geometry, strict=True):
        named = roll.ids(text)
        here = [each for each in named if stage in roll.stages(each)]
        if stages and stage not in stages:
            continue
        public = [each for each in here if roll.value(each, "ownership") != "private"]
        if named and not public:
            continue
        kept.append(shape)
        schools.update(public)
    return np.array(kept, dtype=object), schools


def _catchment_coverage(world: World, clause: Clause) -> Iterator[Reading]:
    units_of(world)
    world.table("zones", "school", PLACE)
    for stage in clause.level.stages:
        shapes, _ = _zones_of(world, stage)
        demand = demand_of(world, stage)
        inside = np.zeros(len(demand), dtype=bool)
        inside[shapely.STRtree(shapes).query(shapely.points(demand.xy), predicate="intersects")[0]] = True
        scope = in_scope(demand.area, clause)
        for place, row in places(world, clause):
            where = scope & in_place(demand.district, row)
            people, within = float(demand.people[where].sum()), float(demand.people[where & inside].sum())
            if people <= 0:
                yield Reading(place, None, "无适用人口", "nobody it applies to", state=State.NOT_APPLICABLE)
                continue
            outside = np.unique(demand.unit[where & ~inside & (demand.people > 0)])
            zh = f"{stage.zh}学区内人口 {share(round(within, 6), round(people, 6))}"
            en = f"people within a {stage.value} zone {share(round(within, 6), round(people, 6))}"
            if len(outside):
                names = [demand.units.place_name(int(row)) for row in outside]
                zh += f"；{figure(people - within, 0)}人不在任何学区：{names_zh(names)}"
                en += f"; {figure(people - within, 0)} people in none: {names_en(names)}"
            yield Reading(
                place, 100.0 if not len(outside) else 100 * within / people, zh, en, stage.zh, stage.value,
                tuple(str(demand.units.ids[row]) for row in outside[:ROWS]), len(outside),
                children=heads(world, people, within, people - within),
            )  # fmt: skip


def _catchment_exists(world: World, clause: Clause) -> Iterator[Reading]:
    schools = world.table("schools", "stages", "ownership")
    world.table("zones", "school", PLACE)
    public = np.array([word != "private" for word in cells(schools, "ownership")], dtype=bool)
    unknown = sum(not word for word in cells(schools, "ownership"))
    for stage in clause.level.stages:
        offers = np.array([stage in stages for stages in schools["stages"]], dtype=bool)
        asked = [str(key) for key in schools.index[offers & public]]
        _, zoned = _zones_of(world, stage)
        lacking = [each for each in asked if each not in zoned]
        names = [str(schools["name"][each]) or each for each in lacking]
        zh = f"公办{stage.zh} {len(asked)} 所，有学区 {len(asked) - len(lacking)} 所"
        en = f"{len(asked)} public {stage.value} schools, {len(asked) - len(lacking)} with a zone"
        if lacking:
            zh, en = f"{zh}；无学区：{names_zh(names)}", f"{en}; without: {names_en(names)}"
        if unknown:
            zh, en = f"{zh}（未注明办别的按公办计）", f"{en} (unknown ownership counted as public)"
        state = State.NOT_APPLICABLE if not asked else State.NOT_MET if lacking else State.MET
        yield Reading(
            WHOLE, float(len(lacking)), zh, en, stage.zh, stage.value, tuple(lacking[:ROWS]), len(lacking), state
        )


_ZONES = Need("zones", ("school", PLACE))

INDICATORS: tuple[Indicator, ...] = (
    Indicator(
        "catchment_coverage", "学区覆盖人口占比", "share of people within a zone", "%",
        (_ZONES, Need("population", ("people", PLACE))), _catchment_coverage,
    ),
    Indicator(
        "catchment_exists", "未划学区的公办学校", "public schools without a zone", "所",
        (_ZONES, Need("schools", ("stages", "ownership"))), _catchment_exists,
    ),
)  # fmt: skip
