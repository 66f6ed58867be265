"""Indicators of rural schools: teaching points that are needed, and what helps who is too far from school."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.coverage import (
    LIMIT_MINUTES,
    closing_schools,
    enrolled,
    existing_supply,
    far_settlements,
    journeys,
    missed_schools,
    routes_of,
    schools_to_keep,
)
from geoplan.ledger.indicators.ground import cells, demand_of, units_of
from geoplan.ledger.reading import WHOLE, Indicator, Need, Reading
from geoplan.ledger.words import ROWS, names_en, names_zh
from geoplan.ledger.world import PLACE, NoDataError
from geoplan.rules import State
from geoplan.types import Area, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoplan.coverage import Settlement
    from geoplan.ledger.world import World
    from geoplan.rules import Clause

TEACHING_POINT = ("教学点", "teaching point")
REMEDY = "access_remedy"


def remedy_citation(world: World) -> str:
    """File and line of the profile's clause on remedies (ZZ:196), '' where it has none."""
    return next((each.citation for each in world.profile.clauses if each.indicator == REMEDY), "")


def _teaching_points_kept(world: World, clause: Clause) -> Iterator[Reading]:
    units_of(world)
    schools = world.table("schools", "kind", PLACE)
    kinds = [kind.casefold() for kind in cells(schools, "kind")]
    is_point = np.array([any(word in kind for word in TEACHING_POINT) for kind in kinds], dtype=bool)
    if not is_point.any():
        zh, en = "学校图层中没有教学点", "the schools layer holds no teaching point"
        yield Reading(WHOLE, None, zh, en, state=State.NOT_APPLICABLE)
        return
    points = {str(key) for key in schools.index[is_point]}
    gone = closing_schools(world.layers)
    demand, pupils = demand_of(world, Stage.PRIMARY), enrolled(schools, Stage.PRIMARY)
    # those that have closed, too: they are what is asked about
    supply = existing_supply(world.layers, demand.units, Stage.PRIMARY)
    ids = supply.ids.astype(str)
    standing, closed = (supply.only(rows) for rows in (~np.isin(ids, list(gone)), np.isin(ids, list(points & gone))))
    keep = schools_to_keep(world.engine, demand, standing, enrolled=pupils)
    needed = set(standing.ids[keep].astype(str)) & points
    missed = missed_schools(world.engine, demand, standing, closed, enrolled=pupils)
    lost = [str(each) for each in closed.ids[missed]]
    named = [str(schools["name"][each]) or each for each in lost]
    zh = f"教学点{len(points)}个，保留{len(points - gone)}个"
    zh += f"，其中{len(needed)}个撤并后有学生超过{LIMIT_MINUTES:g}分钟、应予保留"
    en = f"{len(points)} teaching points, {len(points - gone)} kept, {len(needed)} of them needed for the 30 minutes"
    zh += f"；已撤或拟撤{len(points & gone)}个" + (f"，其中不应撤：{names_zh(named)}" if lost else "")
    en += f"; {len(points & gone)} closed or to be closed" + (f", needed: {names_en(named)}" if lost else "")
    state = State.NOT_MET if lost else State.MET
    if not clause.options.get("judged", True):
        zh, en = f"{zh}；条文所述服务没有数据，仅列示", f"{en}; the services of the text are in no layer: shown only"
        state = State.SHOWN
    yield Reading(WHOLE, float(len(lost)), zh, en, rows=tuple(lost[:ROWS]), count=len(lost), state=state)


def _access_remedy(world: World, clause: Clause) -> Iterator[Reading]:
    units_of(world)
    schools = world.table("schools", "stages", PLACE)
    standing = {str(key) for key in schools.index} - closing_schools(world.layers)
    routes = routes_of(world.layers.stops)
    for stage in clause.level.stages:
        demand = demand_of(world, stage)
        rural = demand.area == Area.RURAL.value
        if not rural.any():
            raise NoDataError("population", "area")
        supply = existing_supply(world.layers, demand.units, stage, year=world.as_of)
        supply = supply.only(np.array([key in standing for key in supply.ids.astype(str)], dtype=bool))
        found = journeys(world.engine, demand.xy, supply, routes=routes)
        settlements = far_settlements(found, demand, rural, citation=clause.citation)
        yield _remedies(stage, settlements, knows_stops=bool(routes))


def _remedies(stage: Stage, settlements: tuple[Settlement, ...], *, knows_stops: bool) -> Reading:
    stuck = [each for each in settlements if each.in_place is None]
    zh = f"{stage.zh}：{len(settlements)}个农村居民点步行超过{LIMIT_MINUTES:g}分钟"
    en = f"{stage.value}: {len(settlements)} rural settlements beyond {LIMIT_MINUTES:g} minutes on foot"
    if settlements:
        zh += f"，{len(settlements) - len(stuck)}个已有寄宿、公交或校车"
        en += f", {len(settlements) - len(stuck)} of them have boarding, a bus or a school bus"
    # those without help first: they are what a reader looks for
    named = [*stuck, *(each for each in settlements if each.in_place is not None)][:3]
    state = State.NOT_MET if stuck else State.MET
    if stuck and not knows_stops:
        zh, en = f"{zh}；没有公交站点图层，不能判定", f"{en}; without a layer of stops nothing can be said"
        state = State.NO_DATA
    return Reading(
        WHOLE,
        float(len(stuck)),
        "；".join([zh, *(each.zh for each in named)]),
        "; ".join([en, *(each.en for each in named)]),
        variant_zh=stage.zh,
        variant_en=stage.value,
        rows=tuple(each.id for each in stuck[:ROWS]),
        count=len(stuck),
        state=state,
    )


INDICATORS: tuple[Indicator, ...] = (
    Indicator(
        "teaching_points_kept", "不应撤而撤的教学点", "needed teaching points closed", "个",
        (Need("schools", ("kind", "year_close", PLACE)), Need("population", ("people", PLACE))), _teaching_points_kept,
        ("judged",),
    ),
    Indicator(
        REMEDY, "上学不便而未解决的农村居民点", "rural settlements too far from school without a remedy", "个",
        (Need("population", ("people", "area", PLACE)), Need("schools", ("stages", "boarding_beds", PLACE)),
         Need("stops", ("kind", PLACE))), _access_remedy,
    ),
)  # fmt: skip
