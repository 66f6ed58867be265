"""Indicators of land: plots reserved for schools, education land lost, and premises that can become schools."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.ledger.indicators.ground import cells, numbers, places
from geoplan.ledger.indicators.seats import is_short, year_of
from geoplan.ledger.reading import WHOLE, Indicator, Need, Reading
from geoplan.ledger.words import ROWS, figure, names_en, names_zh, share
from geoplan.ledger.world import PLACE, NoDataError
from geoplan.rules import State
from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from geoplan.ledger.world import World
    from geoplan.rules import Clause

SMALLEST_M2 = 1.0
"""Slivers between two drawings of one plot are smaller than this."""

SENIOR = ("高中", "中专", "中职", "职高", "职业", "技工", "技校")
COLLEGE = ("大专", "高专", "高职", "学院", "大学", "院校", "中专")


def area_m2(frame: pd.DataFrame) -> NDArray[np.float64]:
    """The area that a row states, else that of its polygon, shape (n,)."""
    shapes = np.asarray(frame.geometry.array, dtype=object)
    drawn = np.where(shapely.is_missing(shapes), np.nan, shapely.area(shapes))
    stated = numbers(frame, "area_m2")
    return np.where(np.isnan(stated), np.where(drawn > 0, drawn, np.nan), stated)


def _reserved_land(world: World, clause: Clause) -> Iterator[Reading]:
    frame = world.table("parcels", "status")
    stages = set(clause.level.stages)
    mine = np.array(
        [
            status == "reserved" and use != "other" and (not offered or bool(stages & set(offered)))
            for status, use, offered in zip(
                cells(frame, "status"), cells(frame, "use"),
                frame["stages"] if "stages" in frame else [()] * len(frame), strict=True,
            )
        ],
        dtype=bool,
    )  # fmt: skip
    mine &= _latest(frame)
    area, county = area_m2(frame), world.county_of("parcels")
    short, year = _seats_short(world, clause)
    for place, row in places(world, clause):
        here = mine if row is None else mine & (county == place).to_numpy(dtype=bool)
        seats = None if short is None else short.get(place, 0.0)
        yield _land_reading(clause, place, area[here], seats, year)


def _latest(frame: pd.DataFrame) -> NDArray[np.bool_]:
    """The rows of the last survey; all of them where none says its year."""
    year = numbers(frame, "year")
    return np.isnan(year) | (year == np.nanmax(year)) if (~np.isnan(year)).any() else np.ones(len(frame), dtype=bool)


def _land_reading(
    clause: Clause, place: str, plots_m2: NDArray[np.float64], seats: float | None, year: int | None
) -> Reading:
    total, per_seat = float(np.nansum(plots_m2)), clause.options.get("m2_per_seat")
    zh, en = f"预留教育用地{len(plots_m2)}块 {figure(total, 0)} m²", f"{len(plots_m2)} plots, {figure(total, 0)} m²"
    if seats is not None:
        zh, en = f"{zh}；{year} 年缺学位 {figure(seats, 0)} 个", f"{en}; {figure(seats, 0)} seats short in {year}"
    children = () if seats is None else (seats,)
    if per_seat is None or seats is None:
        missing = "生均用地标准" if per_seat is None else "学位供需数据"
        missing_en = "land for each seat" if per_seat is None else "seats against pupils"
        zh, en = f"{zh}（未给定{missing}，仅列示）", f"{en} (no {missing_en} is given; shown only)"
        return Reading(place, total, zh, en, state=State.SHOWN, children=children)
    needed = seats * float(per_seat)
    source = str(clause.options.get("source", "")) or "条款选项"
    zh += f"，按{figure(float(per_seat))} m²/学位（{source}）需 {figure(needed, 0)} m²"
    en += f", {figure(needed, 0)} m² needed at {figure(float(per_seat))} m² a seat ({source})"
    if total >= needed - SMALLEST_M2:
        return Reading(place, total, zh, en, state=State.MET, children=children)
    return Reading(place, total, zh, en, state=State.NOT_MET, short=needed - total, short_unit="m²", children=children)


def _seats_short(world: World, clause: Clause) -> tuple[dict[str, float] | None, int | None]:
    """Seats short by place, and the year: the one in which `seat_balance` judges; None without a balance."""
    try:
        balance = world.balance()
    except NoDataError:
        return None, None
    if not balance.years:
        return None, None
    year = year_of(balance, clause, world.as_of)
    found: dict[str, float] = {}
    for stage in clause.level.stages:
        for row in balance.of(stage, year):
            found[row.place] = found.get(row.place, 0.0) + (row.gap if is_short(row) else 0.0)
    return found, year


def _education_land_conversion(world: World, _clause: Clause) -> Iterator[Reading]:
    frame = world.table("parcels", PLACE)
    status, use, year = cells(frame, "status"), cells(frame, "use"), numbers(frame, "year")
    converted = np.array([word == "converted" for word in status], dtype=bool)
    years = np.unique(year[~np.isnan(year)])
    if not any(status) and len(years) < 2:
        raise NoDataError("parcels", "status", "year")
    shapes = np.asarray(frame.geometry.array, dtype=object)
    lost, names = [shapes[converted]], [frame.index[converted]]
    schooling = np.array([word != "other" for word in use], dtype=bool) & ~converted
    if len(years) >= 2:
        # land of any earlier survey that the last one does not have
        before, after = schooling & (year < years[-1]), schooling & (year == years[-1])
        lost.append(np.asarray(shapely.difference(shapes[before], shapely.union_all(shapes[after])), dtype=object))
        names.append(frame.index[before])
    total, rows = _apart(np.concatenate(lost), [str(key) for each in names for key in each])
    dates = f"{years[0]:.0f}年与{years[-1]:.0f}年对比" if len(years) >= 2 else "按用地状态"
    dates_en = f"{years[0]:.0f} against {years[-1]:.0f}" if len(years) >= 2 else "by the status of plots"
    zh = f"教育用地改作他用 {figure(total, 0)} m²，{len(rows)}块（{dates}）"
    en = f"{figure(total, 0)} m² of education land converted, {len(rows)} plots ({dates_en})"
    yield Reading(WHOLE, total, zh, en, rows=tuple(rows[:ROWS]), count=len(rows))


def _apart(shapes: NDArray[np.object_], names: list[str]) -> tuple[float, list[str]]:
    """Area of all shapes together, m², and the names of those that add to it: one plot may be drawn several times."""
    union, found = shapely.Polygon(), []
    real = [(shape, name) for shape, name in zip(shapes, names, strict=True) if shapely.area(shape) >= SMALLEST_M2]
    for shape, name in real:
        grown = shapely.union(union, shape)
        if grown.area - union.area >= SMALLEST_M2:
            union = grown
            found.append(name)
    return float(union.area), found


def _idle_premises(world: World, clause: Clause) -> Iterator[Reading]:
    frame = world.table("premises", "status")
    stages, area = set(clause.level.stages), area_m2(frame)
    idle = [word != "reused" for word in cells(frame, "status")]
    planned = [bool(site) or _becomes(frame, row, stages) for row, site in enumerate(cells(frame, "site"))]
    used = sum(_becomes(frame, row, stages) for row in range(len(frame)) if not idle[row])
    waiting = [row for row in range(len(frame)) if idle[row] and not planned[row]]
    names = [cells(frame, "name")[row] or str(frame.index[row]) for row in waiting]
    zh = f"腾退、闲置资源{len(frame)}处 {figure(float(np.nansum(area)), 0)} m²：已办{clause.level.zh}{used}处"
    en = f"{len(frame)} vacated premises, {figure(float(np.nansum(area)), 0)} m²: {used} turned into schools"
    zh += f"，已列入计划{sum(a and b for a, b in zip(idle, planned, strict=True))}处，未安排{len(waiting)}处"
    en += f", {sum(a and b for a, b in zip(idle, planned, strict=True))} planned, {len(waiting)} without a plan"
    if waiting:
        zh, en = f"{zh}：{names_zh(names)}", f"{en}: {names_en(names)}"
    if other := len(idle) - sum(idle) - used:
        zh, en = f"{zh}；已作其他用途{other}处", f"{en}; {other} in other use"
    rows = tuple(str(frame.index[row]) for row in waiting)
    yield Reading(WHOLE, float(len(waiting)), zh, en, rows=rows[:ROWS], count=len(rows), state=State.SHOWN)


def _becomes(frame: pd.DataFrame, row: int, stages: set[Stage]) -> bool:
    return "becomes" in frame and bool(stages & set(frame["becomes"].iloc[row] or ()))


def campuses(world: World, clause: Clause) -> pd.DataFrame:
    """Premises of moved-out schools and colleges that a clause speaks of, by the words of `was`.

    The words are the clause's option `words`, else follow its text: 高中阶段 speaks of senior and vocational schools,
    大中专院校 of colleges; any other of both.

    Raises:
        NoDataError: no premises, or none says what it was.
    """
    frame = world.table("premises", "was")
    words = tuple(clause.options.get("words", ()))
    if not words:
        senior, college = "高中" in clause.text, re.search("大中专|院校|高校", clause.text) is not None
        words = SENIOR if senior and not college else COLLEGE if college and not senior else (*SENIOR, *COLLEGE)
    return frame[[any(word in was for word in words) for was in cells(frame, "was")]]


def _campus_reuse(world: World, clause: Clause) -> Iterator[Reading]:
    mine = campuses(world, clause)
    if not len(mine):
        zh, en = "没有该条所指的外迁校区", "no campus of this kind"
        yield Reading(WHOLE, None, zh, en, state=State.NOT_APPLICABLE)
        return
    stages, sites = set(clause.level.stages), cells(mine, "site")
    kept = [bool(sites[row]) or _becomes(mine, row, stages) for row in range(len(mine))]
    yield _reused(mine, kept, "已纳入中小学布局", "taken into the layout of schools", decided=True)


def _campus_reuse_share(world: World, clause: Clause) -> Iterator[Reading]:
    mine = campuses(world, clause)
    if not len(mine):
        zh, en = "没有该条所指的外迁校区", "no campus of this kind"
        yield Reading(WHOLE, None, zh, en, state=State.NOT_APPLICABLE)
        return
    world.table("premises", "becomes")
    stages = {Stage.PRIMARY, Stage.JUNIOR}
    kept = [_becomes(mine, row, stages) for row in range(len(mine))]
    yield _reused(mine, kept, "改办义务教育学校", "become compulsory schools", decided=False)


def _reused(frame: pd.DataFrame, kept: list[bool], words: str, words_en: str, *, decided: bool) -> Reading:
    lost = [str(key) for key, good in zip(frame.index, kept, strict=True) if not good]
    names = [name or str(key) for key, name in zip(frame.index, cells(frame, "name"), strict=True) if str(key) in lost]
    zh = f"外迁校区{words} {share(sum(kept), len(kept))}"
    en = f"moved-out campuses that {words_en} {share(sum(kept), len(kept))}"
    if lost:
        zh, en = f"{zh}；其余：{names_zh(names)}", f"{en}; the others: {names_en(names)}"
    state = None if not decided else State.NOT_MET if lost else State.MET
    value = 100 * sum(kept) / len(kept)
    return Reading(WHOLE, value, zh, en, rows=tuple(lost[:ROWS]), count=len(lost), state=state)


_CAMPUS = Need("premises", ("was", "becomes", "site"))

INDICATORS: tuple[Indicator, ...] = (
    Indicator(
        "reserved_land", "预留教育用地", "land reserved for schools", "m²",
        (Need("parcels", ("status", "area_m2")), Need("schools", ("capacity",))), _reserved_land,
        ("m2_per_seat", "source"),
    ),
    Indicator(
        "education_land_conversion", "教育用地改作他用", "education land converted", "m²",
        (Need("parcels", ("status", "year", PLACE)),), _education_land_conversion,
    ),
    Indicator(
        "idle_premises", "未安排的腾退、闲置资源", "vacated premises without a plan", "处",
        (Need("premises", ("status", "becomes", "site")),), _idle_premises,
    ),
    Indicator(
        "campus_reuse", "纳入布局的外迁校区", "moved-out campuses in the layout", "%", (_CAMPUS,), _campus_reuse,
        ("words",),
    ),
    Indicator(
        "campus_reuse_share", "改办义务教育学校的外迁校区", "moved-out campuses that become compulsory schools", "%",
        (_CAMPUS,), _campus_reuse_share, ("words",),
    ),
)  # fmt: skip
