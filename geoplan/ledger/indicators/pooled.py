"""Estates without a school of their own, pooled by planning unit (ZZ:167: 由区县（市）政府统筹)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.demand.seats.estates import read_estates
from geoplan.ledger.indicators.estate_rows import estates_of
from geoplan.ledger.reading import WHOLE, Indicator, Need, Reading
from geoplan.ledger.words import ROWS, figure
from geoplan.ledger.world import NoDataError
from geoplan.rules import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geoplan.ledger.world import World
    from geoplan.rules import Clause


def _pooled(world: World, clause: Clause) -> Iterator[Reading]:
    frame = world.table("estates", "name")
    if not world.has("estates", "people") and not world.has("estates", "households"):
        raise NoDataError("estates", "people", "households")
    matched = {each.id for each in estates_of(world, clause) if each.schools}
    read = read_estates(frame, None)
    with_school = {int(at) for at, key in zip(read.phases[0], frame.index, strict=True) if str(key) in matched}
    pool = [row for row in range(len(read)) if row not in with_school]
    by_unit: dict[str, list[int]] = {}
    for row in pool:
        by_unit.setdefault(read.units[row] or "—", []).append(row)
    parts_zh, parts_en, children = [], [], []
    for unit, rows in by_unit.items():
        zh, en = _sums(read.people[rows], read.households[rows])
        for stage in clause.level.stages:
            pupils = float(np.nansum(read.pupils[stage][rows]))
            if pupils:
                children.append(pupils)
                zh, en = f"{zh}、{stage.zh}生{figure(pupils, 0)}人", f"{en}, {figure(pupils, 0)} {stage.value} pupils"
        parts_zh.append(f"{unit}：{len(rows)}个小区{zh}")
        parts_en.append(f"{unit}: {len(rows)} estates, {en}")
    total = float(np.nansum(read.people[pool]))
    zh = f"未配建{clause.level.zh}的小区{len(pool)}个，按编制单元统筹"
    en = f"{len(pool)} estates without their own school, pooled by planning unit"
    rows_ids = tuple(read.ids[row] for row in pool)
    yield Reading(
        WHOLE, total, "；".join([zh, *parts_zh]), "; ".join([en, *parts_en]), rows=rows_ids[:ROWS],
        count=len(rows_ids), state=State.SHOWN, children=tuple(children),
    )  # fmt: skip


def _sums(people: NDArray[np.float64], households: NDArray[np.float64]) -> tuple[str, str]:
    zh, en = [], []
    for values, word, word_en in ((people, "人", "people"), (households, "户", "households")):
        if not np.isnan(values).all():
            zh.append(f"{figure(float(np.nansum(values)), 0)}{word}")
            en.append(f"{figure(float(np.nansum(values)), 0)} {word_en}")
    return "、".join(zh), ", ".join(en)


POOLED_ESTATES = Indicator(
    "pooled_estates", "统筹小区人口", "people of pooled estates", "人",
    (Need("estates", ("name", "people", "households", "unit")),), _pooled,
)  # fmt: skip
