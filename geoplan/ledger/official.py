"""Official figures: the statistics table, for indicators that no layer can compute."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.ledger.judge import is_baseline
from geoplan.ledger.reading import WHOLE, Need, Reading
from geoplan.ledger.words import figure
from geoplan.ledger.world import NoDataError
from geoplan.rules import Level, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd

    from geoplan.ledger.world import World
    from geoplan.rules import Clause

RETURNING = 100.0
"""Per cent; above it pupils have moved in, and the figure is right all the same."""

OVER = ("retention_rate", "gross_enrolment_rate", "stage_retention_rate")
"""Rates that may pass 100 %: more children come than were there."""

BY_LEVEL = (
    "gross_enrolment_rate", "enrolment", "school_count", "public_enrolment_share", "inclusive_enrolment_share",
    "private_enrolment_share", "oversized_class_share", "boarding_share", "stage_retention_rate",
)  # fmt: skip
"""Figures of which every level has its own."""


@dataclass(frozen=True)
class Official:
    """One figure of the statistics table."""

    value: float
    year: int
    source: str


def need(name: str) -> Need:
    """What the statistics table must hold for an indicator."""
    return Need("statistics", (f"indicator={name}", "year", "value"))


def official(world: World, name: str, level: Level, place: str, year: int | None) -> Official | None:
    """The figure of an indicator, level and place: of `year` where one is asked for, else the last up to the ledger's.

    None where the table has none.
    """
    if not world.has("statistics", "indicator", "value", "year"):
        return None
    rows = _rows(world, name, level, place)
    rows = rows.loc[rows["year"] == year] if year is not None else rows.loc[rows["year"] <= world.as_of]
    if rows.empty:
        return None
    # of several rows of one year the last of the file counts: a correction stands below what it corrects
    row = rows.sort_values("year", kind="stable").iloc[-1]
    return Official(float(row["value"]), int(row["year"]), str(row.get("source", "") or ""))


def _rows(world: World, name: str, level: Level, place: str) -> pd.DataFrame:
    counties = world.county_of("statistics")
    table = world.table("statistics")
    table = table.loc[table["indicator"] == name]
    blank = np.full(len(table), "", dtype=object)
    written = table["district"].to_numpy(dtype=object) if "district" in table else blank
    county = counties.loc[table.index].to_numpy(dtype=object)
    # 全市 and a blank both stand for the whole project
    unnamed = np.array([not _names_a_place(each) for each in written], dtype=bool)
    here = (county == place) if place else (county == "") & unnamed
    words = table["level"].to_numpy(dtype=object) if "level" in table else blank
    stages = table["stages"].to_numpy(dtype=object) if "stages" in table else [()] * len(table)
    fits = [_fits(name, str(word).strip(), tuple(each or ()), level) for word, each in zip(words, stages, strict=True)]
    mine = here & np.array(fits, dtype=bool)
    rows: pd.DataFrame = table.loc[mine & table["value"].notna().to_numpy() & table["year"].notna().to_numpy()]
    return rows


def _names_a_place(text: object) -> bool:
    return str(text).strip() not in {"", "全市", "市", "合计", "全域", "total"}


def _fits(name: str, word: str, stages: tuple[object, ...], level: Level) -> bool:
    """Whether a row's level is the clause's. A blank level stands for all of them where the figure differs by level."""
    if word in {level.value, level.zh} or (stages and level.stages and set(stages) == set(level.stages)):
        return True
    if name in BY_LEVEL:
        return not word and not stages and level is Level.ALL
    return level is Level.SPECIAL or not (word or stages)


def official_readings(world: World, clause: Clause, name: str) -> list[Reading]:
    """The readings of an official figure: of the whole, and of each county that has one.

    Of a level of several stages whose figures are told apart, each stage gives readings of its own.

    A baseline asks for its own year. A clause whose deadline has passed asks for the year of the deadline or a later
    one; an earlier figure is shown and proves nothing. Before the deadline the last figure counts.

    Raises:
        NoDataError: the table has no such figure of the whole project.
    """
    readings = _of_clause(world, clause, name)
    if not readings and len(clause.level.stages) > 1:
        for stage in clause.level.stages:
            found = _of_clause(world, replace(clause, level=Level(stage.value)), name)
            readings += [replace(each, variant_zh=stage.zh, variant_en=stage.value) for each in found]
    if not readings:
        raise NoDataError("statistics", *need(name).columns)
    return readings


def _of_clause(world: World, clause: Clause, name: str) -> list[Reading]:
    found = (_reading(world, clause, name, place) for place in (WHOLE, *world.counties))
    return [reading for reading in found if reading is not None]


def _reading(world: World, clause: Clause, name: str, place: str) -> Reading | None:
    asked = clause.year if is_baseline(clause) else None
    found = official(world, name, clause.level, place, asked)
    if found is None:
        return None
    late = False
    if not is_baseline(clause) and clause.year is not None and clause.year < world.as_of:
        # the year of the deadline decides, where it is known
        found = official(world, name, clause.level, place, clause.year) or found
        late = found.year < clause.year
    source = f"，{found.source}" if found.source else ""
    zh = f"统计数 {found.year} 年 {figure(found.value)}{source}"
    en = f"official figure of {found.year}: {figure(found.value)}" + (f", {found.source}" if found.source else "")
    if name in OVER and found.value > RETURNING:
        zh, en = f"{zh}（超过 100 %，有外来学生流入）", f"{en} (above 100 %: pupils have moved in)"
    if late:
        zh = f"{zh}；缺 {clause.year} 年及以后的数据，不能判定"
        en = f"{en}; no figure of {clause.year} or later, so no verdict"
        return _told(place, found, zh, en, name, State.NO_DATA)
    return _told(place, found, zh, en, name, None)


def _told(place: str, found: Official, zh: str, en: str, name: str, state: State | None) -> Reading:
    children = (found.value,) if name == "enrolment" else ()
    return Reading(place, found.value, zh, en, state=state, year=found.year, quoted=True, children=children)


def beside(told: list[Reading], layer: Callable[[], Iterable[Reading]]) -> list[Reading]:
    """Official readings with what the layers say of the same place behind them, where they tell."""
    try:
        own = {(each.place, each.variant_zh): each for each in layer()}
    except NoDataError:
        return told
    return [
        each
        if (mine := own.get((each.place, each.variant_zh))) is None
        else replace(
            each, zh=f"{each.zh}；{mine.zh}", en=f"{each.en}; {mine.en}", children=each.children + mine.children
        )
        for each in told
    ]
