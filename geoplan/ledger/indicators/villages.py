"""大村独办、小村联办: a kindergarten for each large village, one between small neighbours (XT:118, AY:266)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.coverage import existing_supply
from geoplan.ledger.indicators.ground import units_of
from geoplan.ledger.reading import WHOLE, Indicator, Need, Reading
from geoplan.ledger.words import ROWS, names_en, names_zh
from geoplan.ledger.world import PLACE, NoDataError
from geoplan.rules import State
from geoplan.travel.straight import TOUCH_M
from geoplan.types import Area, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geoplan.ledger.world import World
    from geoplan.rules import Clause

PEOPLE_FROM = 3_000.0
"""A village of so many people is large: the lower bound of 0.3-0.5 万人 (XT-R-02); the text gives no threshold."""

OWN_M = 500.0
"""A kindergarten inside a village or so near to it is its own; a convention of geoplan."""

JOINT_M = 1_500.0
"""Small villages share a kindergarten within the rural service radius (XT-R-01)."""


def joint_groups(
    xy: NDArray[np.float64], people: NDArray[np.float64], *, people_from: float = PEOPLE_FROM, within_m: float = JOINT_M
) -> list[list[int]]:
    """Small villages put together, neighbours first, until a group has enough people for one kindergarten.

    Greedy and the same on every run: the largest village that is left (the earlier one of a tie) takes its nearest
    neighbours within `within_m` until `people_from` is reached, or there is none left.

    Args:
        xy: villages, shape (n, 2), metres.
        people: shape (n,).

    Returns:
        Groups of positions; each village is in exactly one.
    """
    free = np.ones(len(xy), dtype=bool)
    tree = shapely.STRtree(np.asarray(shapely.points(xy), dtype=object))
    groups = []
    for seed in np.argsort(-people, kind="stable"):
        if not free[seed]:
            continue
        free[seed] = False
        group, total = [int(seed)], float(people[seed])
        near = np.sort(tree.query(shapely.Point(xy[seed]), predicate="dwithin", distance=within_m + TOUCH_M))
        near = near[free[near]]
        away = np.hypot(*(xy[near] - xy[seed]).T)
        for other in near[np.argsort(away, kind="stable")]:
            if total >= people_from:
                break
            free[other] = False
            group.append(int(other))
            total += float(people[other])
        groups.append(group)
    return groups


def _village_kindergartens(world: World, clause: Clause) -> Iterator[Reading]:
    units = units_of(world)
    world.table("schools", "stages", PLACE)
    if not (units.area == Area.RURAL.value).any():
        raise NoDataError("population", "area")
    least = float(clause.options.get("people_from", PEOPLE_FROM))
    rows = np.flatnonzero((units.area == Area.RURAL.value) & (units.people > 0))
    supply = existing_supply(world.layers, units, Stage.KINDERGARTEN, year=world.as_of)
    schools = shapely.STRtree(np.asarray(shapely.points(supply.xy), dtype=object))
    shapes, people = units.geometry[rows], units.people[rows]
    own, joint = (_near(schools, shapes, metres) for metres in (OWN_M, JOINT_M))
    large = people >= least
    lone = np.flatnonzero(large & ~own)
    small = np.flatnonzero(~large & ~joint)
    middles = shapely.get_coordinates(shapely.point_on_surface(shapes[small]))
    groups = joint_groups(middles, people[small], people_from=least)
    enough = [group for group in groups if people[small][group].sum() >= least]
    rest = len(small) - sum(len(group) for group in enough)
    without = np.sort(np.concatenate([lone, small]))
    yield Reading(
        WHOLE,
        float(len(without)),
        *_sentences([units.place_name(int(rows[at])) for at in without], large, lone, enough, rest, least),
        rows=tuple(str(units.ids[rows[at]]) for at in without[:ROWS]),
        count=len(without),
        state=State.NOT_MET if len(without) else State.MET,
        short=float(len(lone) + len(enough)) if len(without) else None,
        short_unit="所",
    )


def _near(schools: shapely.STRtree, shapes: NDArray[np.object_], metres: float) -> NDArray[np.bool_]:
    found = np.zeros(len(shapes), dtype=bool)
    found[schools.query(shapes, predicate="dwithin", distance=metres + TOUCH_M)[0]] = True
    return found


def _sentences(
    names: list[str],
    large: NDArray[np.bool_],
    lone: NDArray[np.int64],
    enough: list[list[int]],
    rest: int,
    least: float,
) -> tuple[str, str]:
    zh = f"农村居民点{len(large)}个，其中{least:,.0f}人以上{int(large.sum())}个（原文未给标准，按XT-R-02下限）"
    en = f"{len(large)} villages, {int(large.sum())} of {least:,.0f} people or more (no figure in the text: XT-R-02)"
    if not names:
        return f"{zh}；均有独办或联办园", f"{en}; all have a kindergarten, own or joint"
    zh += f"；无园{len(names)}个：{names_zh(names)}；宜独办{len(lone)}所、联办{len(enough)}所"
    en += f"; {len(names)} without: {names_en(names)}; {len(lone)} own and {len(enough)} joint ones called for"
    if rest:
        zh += f"；{rest}个小村相邻1.5公里内联合仍不足{least:,.0f}人"
        en += f"; {rest} small ones stay below {least:,.0f} people with all neighbours within 1.5 km"
    return zh, en


VILLAGE_KINDERGARTENS = Indicator(
    "village_kindergartens", "无园村数", "villages without a kindergarten", "个",
    (Need("population", ("people", "area", PLACE)), Need("schools", ("stages", PLACE))),
    _village_kindergartens, ("people_from",),
)  # fmt: skip
