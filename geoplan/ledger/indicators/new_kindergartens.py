"""新增幼儿园办园条件 (AY:266): class size and floor area of kindergartens that opened in the plan's years."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.ledger.indicators.ground import numbers
from geoplan.ledger.reading import WHOLE, Indicator, Need, Reading
from geoplan.ledger.words import ROWS, figure, names_en, names_zh
from geoplan.ledger.world import NoDataError
from geoplan.rules import State
from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoplan.ledger.world import World
    from geoplan.rules import Clause

SINCE = 2021
"""First year of the 14th five-year plans: what opened then or later is new."""

FLOOR_M2_PER_CHILD = 10.44
"""Floor area a child: the indicator of 县域学前教育普及普惠, quoted on a public page (evidence = secondary)."""


def _new_kindergarten_conditions(world: World, clause: Clause) -> Iterator[Reading]:
    """Each new kindergarten against the floor area and the class size, where the layer tells of either."""
    frame = world.table("schools", "stages", "year_open", "enrolment")
    if not world.has("schools", "floor_area_m2") and not world.has("schools", "classes"):
        raise NoDataError("schools", "floor_area_m2", "classes")
    since = int(clause.options.get("since", SINCE))
    least = float(clause.options.get("floor_m2_per_child", FLOOR_M2_PER_CHILD))
    cap = world.caps[Stage.KINDERGARTEN]
    opened = numbers(frame, "year_open")
    alone = np.array([tuple(stages) == (Stage.KINDERGARTEN,) for stages in frame["stages"]], dtype=bool)
    new = alone & (opened >= since) & (opened <= world.as_of)
    pupils = numbers(frame, "enrolment")
    with np.errstate(divide="ignore", invalid="ignore"):
        floor = np.where(pupils > 0, numbers(frame, "floor_area_m2") / pupils, np.nan)
        size = pupils / np.where(numbers(frame, "classes") > 0, numbers(frame, "classes"), np.nan)
    tested = new & ~(np.isnan(floor) & np.isnan(size))
    if not tested.any():
        zh, en = f"没有{since}年以来新增且有数据的幼儿园", f"no kindergarten of {since} or later with figures"
        yield Reading(WHOLE, None, zh, en, state=State.NO_DATA if new.any() else State.NOT_APPLICABLE)
        return
    bad = np.flatnonzero(tested & ((floor < least) | (size > cap)))
    ids = [str(key) for key in frame.index[bad]]
    names = [str(frame["name"][key]) or key for key in ids]
    zh = f"{since}年以来新增幼儿园{int(new.sum())}所，可核{int(tested.sum())}所，不达标{len(ids)}所"
    zh += f"（生均建筑面积≥{figure(least)}m²，转引；班额≤{cap}人）"
    en = (
        f"{int(new.sum())} kindergartens since {since}, {int(tested.sum())} with figures, {len(ids)} below the standard"
    )
    en += f" (floor ≥ {figure(least)} m² a child, quoted at second hand; classes ≤ {cap})"
    if ids:
        zh, en = f"{zh}：{names_zh(names)}", f"{en}: {names_en(names)}"
    state = State.NOT_MET if ids else State.MET
    yield Reading(WHOLE, float(len(ids)), zh, en, rows=tuple(ids[:ROWS]), count=len(ids), state=state)


NEW_KINDERGARTENS = Indicator(
    "new_kindergarten_conditions", "不达标的新增幼儿园", "new kindergartens below the standard", "所",
    (Need("schools", ("stages", "year_open", "enrolment", "floor_area_m2", "classes")),),
    _new_kindergarten_conditions, ("since", "floor_m2_per_child"),
)  # fmt: skip
