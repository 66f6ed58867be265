"""The schools that a clause speaks of, with their pupils and classes of its level, and where the figures come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoplan.demand import stage_seats
from geoplan.demand.seats.register import is_licensed, is_open, is_ordinary
from geoplan.ledger.enrolment import beside_own_total, school_ids
from geoplan.ledger.reading import WHOLE, Need
from geoplan.ledger.world import NoDataError
from geoplan.rules import Level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoplan.ledger.world import World
    from geoplan.types import Stage

BRANCHES = {Level.SPECIAL: ("special", "特殊", "特教"), Level.VOCATIONAL: ("vocational", "中职", "职业")}
"""Levels that are no stage: the word of the column `branch`, and the words of the column `kind`."""

TEACHING_POINT = "教学点"


def offering(world: World, level: Level, *, scope: str = "all", unlicensed: bool = False) -> pd.DataFrame:
    """The schools of a level that have a licence and stand open in the year of the world, with the column `county`.

    The same register as that of seats and of the map, but for the branches: a clause may speak of special schools.

    Args:
        world: the world.
        level: whom the clause speaks of.
        scope: `urban` and `rural` keep the schools of that class, `township` those outside town; others keep all.
        unlicensed: those that are said to lack a licence, too; a blank is no refusal.

    Raises:
        NoDataError: no schools, none of the level, or no column that tells town from country.
    """
    frame = world.table("schools").assign(county=world.county_of("schools"))
    frame = frame.loc[is_open(frame, world.as_of)]
    if not unlicensed:
        frame = frame.loc[is_licensed(frame)]
    frame = frame.loc[_of_level(world, frame, level)]
    if frame.empty and level not in BRANCHES:
        # a layer that tells stages and has none of this level lacks these schools, and not the column
        told = bool(level.stages) and world.has("schools", "stages")
        raise NoDataError("schools", f"stages={level.stages[0].value}" if told else "stages")
    wanted = {"urban": "urban", "main_urban": "urban", "rural": "rural", "township": "rural"}.get(scope)
    if wanted is None or frame.empty:
        return frame
    area = school_areas(world).reindex(frame.index)
    if scope == "township" and "township" in frame and (frame["township"] != "").any():
        return frame.loc[(frame["township"] != "") & (area != "urban")]
    if not (area != "").any():
        raise NoDataError("schools", "area", also=(Need("districts", ("area",)),))
    return frame.loc[area == wanted]


def school_areas(world: World) -> pd.Series[str]:
    """`urban` or `rural` of each school: its own column, else its district's class; '' where neither tells."""
    frame = world.table("schools")
    blank = pd.Series("", index=frame.index, dtype=object)
    own = frame["area"].astype(object) if "area" in frame else blank
    districts = world.layers.districts
    if districts is None or "area" not in districts.frame:
        return own
    classes = dict(zip(map(str, districts.frame.index), districts.frame["area"], strict=True))
    theirs = world.county_of("schools").map(lambda key: classes.get(key, ""))
    return own.where(own != "", theirs)


def places_of(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """The whole first, then each county that has a row; `frame` has the column `county`."""
    yield WHOLE, frame
    for county, rows in frame.groupby("county", sort=False):
        if county:
            yield str(county), rows


@dataclass(frozen=True, eq=False)
class Figures:
    """One figure for each school, NaN where unknown, and what it was taken from.

    Attributes:
        year: of the table that it comes from; None for the layer as it stands.
    """

    series: pd.Series[float]
    zh: str
    en: str
    year: int | None = None

    @property
    def unknown(self) -> tuple[str, ...]:
        """Ids of the schools without the figure."""
        return tuple(str(key) for key in self.series.index[self.series.isna()])


def figures(
    world: World, frame: pd.DataFrame, level: Level, column: str = "pupils", *, year: int | None = None
) -> Figures:
    """Pupils, classes, or another column of the enrolment table, of a level in each school.

    The enrolment table of one year answers for the schools that it names, the schools layer for the others: by the
    columns of the stages, else by the school's total where all its stages belong to the level. A school of several
    stages whose total is not split is unknown, not guessed.

    Args:
        world: the world.
        frame: rows of the schools layer.
        level: which stages count.
        column: `pupils`, `classes`, `oversized_classes`, `largest_class` or `migrant_pupils`.
        year: the year that is asked for; the table's latest where it has no such year, or None is asked.

    Raises:
        NoDataError: not one school has the figure.
    """
    own = _from_layer(frame, level, column)
    found = Figures(own, "按学校图层", "from the schools layer")
    if (table := _from_table(world, frame, level, column, year)) is not None:
        added = int((table.series.isna() & own.notna()).sum())
        zh, en = (f"，{added} 所按学校图层", f", {added} schools from the layer") if added else ("", "")
        found = Figures(table.series.fillna(own), table.zh + zh, table.en + en, table.year)
    if found.series.isna().all() and len(frame):
        layer = "enrolment" if column == "pupils" else column
        raise NoDataError("schools", layer, also=(Need("enrolment", ("school", "year", column)),))
    return found


def seats_of(world: World, frame: pd.DataFrame, level: Level) -> pd.Series[float]:
    """Seats of the level's stages in each school, as the balance counts them; NaN where unknown.

    Raises:
        NoDataError: not one school tells.
    """
    found = seats_at_hand(world, frame, level)
    if found.isna().all():
        raise NoDataError("schools", "capacity", also=(Need("schools", ("classes",)),))
    return found


def seats_at_hand(world: World, frame: pd.DataFrame, level: Level) -> pd.Series[float]:
    """As `seats_of`, also where no school tells."""
    seats = stage_seats(frame, world.caps)
    return pd.Series([_together(seats.school(str(key)), level) for key in frame.index], index=frame.index, dtype=float)


def _together(seats: dict[Stage, float], level: Level) -> float:
    known = [each for stage, each in seats.items() if stage in level.stages and np.isfinite(each)]
    return sum(known) if known else np.nan


def latest(world: World, role: str, year: int | None) -> int:
    """The year of a table that answers: the one asked for where it is there, else the last up to the ledger's."""
    years = world.table(role, "year")["year"].dropna().astype(int)
    if year is not None and (years == year).any():
        return year
    past = years[years <= world.as_of]
    return int(past.max() if len(past) else years.max())


def _of_level(world: World, frame: pd.DataFrame, level: Level) -> pd.Series[bool]:
    if level is Level.ALL:
        return pd.Series(data=True, index=frame.index)
    branch = frame["branch"] if "branch" in frame else pd.Series("", index=frame.index, dtype=object)
    kind = frame["kind"].astype(str) if "kind" in frame else pd.Series("", index=frame.index, dtype=object)
    if level in BRANCHES:
        word, *words = BRANCHES[level]
        mine: pd.Series[bool] = (branch == word) | ((branch == "") & kind.str.contains("|".join(words)))
        # a county may well have no special school; a city without a vocational one has not entered them
        if not mine.any() and (level is Level.VOCATIONAL or not world.has("schools", "branch")):
            raise NoDataError("schools", f"branch={word}")
        return mine
    ordinary = pd.Series(is_ordinary(frame), index=frame.index)
    if level is Level.TEACHING_POINT:
        return ordinary & kind.str.contains(TEACHING_POINT)
    wanted = set(level.stages)
    stages = frame["stages"]
    every = level is Level.NINE_YEAR
    offers = [wanted <= set(each) if every else bool(wanted & set(each)) for each in stages]
    return ordinary & pd.Series(offers, index=frame.index, dtype=bool)


def _from_table(world: World, frame: pd.DataFrame, level: Level, column: str, year: int | None) -> Figures | None:
    if not world.has("enrolment", "school", "year", column):
        return None
    chosen = latest(world, "enrolment", year)
    table = world.table("enrolment")
    table = table.loc[table["year"] == chosen]
    # of all schools: a name that another school of the layer shares is nobody's here, too
    known = school_ids(world.table("schools"))
    school = table["school"].astype(str).str.strip().map(known)
    mine = school.isin(frame.index) & ~beside_own_total(world, table)
    if level.stages and level is not Level.ALL:
        mine &= _rows_of(table, school, frame, level)
    if not mine.any():
        return None
    rows = table.loc[mine, column].groupby(school[mine])
    values = (rows.max() if column == "largest_class" else rows.sum(min_count=1)).reindex(frame.index)
    return Figures(values.astype(float), f"按在校生表 {chosen} 年", f"from the enrolment table, {chosen}", chosen)


def _rows_of(table: pd.DataFrame, school: pd.Series[str], frame: pd.DataFrame, level: Level) -> pd.Series[bool]:
    """Rows of the table that belong to the level: by their own stages, else by those of their school."""
    wanted = set(level.stages)
    stages = table["stages"] if "stages" in table else pd.Series([()] * len(table), index=table.index)
    of_school = frame["stages"].to_dict()
    named = [set(own) or set(of_school.get(key, ())) for own, key in zip(stages, school, strict=True)]
    belongs = [bool(own) and own <= wanted for own in named]
    return pd.Series(belongs, index=table.index, dtype=bool)


def _from_layer(frame: pd.DataFrame, level: Level, column: str) -> pd.Series[float]:
    total = "enrolment" if column == "pupils" else column
    blank = pd.Series(np.nan, index=frame.index)
    whole = frame[total].astype(float) if total in frame else blank
    if not level.stages or level is Level.ALL:
        return whole
    inside = pd.Series([set(each) <= set(level.stages) for each in frame["stages"]], index=frame.index, dtype=bool)
    if total not in {"enrolment", "classes"}:
        return whole.where(inside)
    return _split(frame, level.stages, total).fillna(whole.where(inside))


def _split(frame: pd.DataFrame, stages: tuple[Stage, ...], total: str) -> pd.Series[float]:
    """The sum of a school's own columns of the stages, NaN where one that it offers is blank."""
    summed = pd.Series(0.0, index=frame.index)
    for stage in stages:
        offers = pd.Series([stage in each for each in frame["stages"]], index=frame.index, dtype=bool)
        name = f"{stage}_{total}"
        own = frame[name].astype(float) if name in frame else pd.Series(np.nan, index=frame.index)
        summed += own.where(offers, 0.0)
    return summed
