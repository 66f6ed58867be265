"""What the layers hold of a thing that official figures count: schools, pupils, seats, people; by row and district.

Schools are counted as the yearly statistics (教育事业统计) count them: each once, at its highest stage, so that a
nine-year school (九年一贯制) is a junior and a complete one (完全中学) a senior school; teaching points (教学点) are
no primary schools; special and vocational schools stand for themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoplan.config_checks import COUNTS, ENROLMENTS, PEOPLE, SEATS
from geoplan.inputs.homes import home_district, named_district
from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from geoplan.config import ProjectConfig
    from geoplan.types import Layers

    Figures = NDArray[np.float64]
    Positions = NDArray[np.int64]

STAGE_OF = {
    "kindergartens": Stage.KINDERGARTEN,
    "public_kindergartens": Stage.KINDERGARTEN,
    "inclusive_kindergartens": Stage.KINDERGARTEN,
    "primary_schools": Stage.PRIMARY,
    "junior_schools": Stage.JUNIOR,
    "senior_schools": Stage.SENIOR,
    **{what: Stage(what.partition("_")[0]) for what in (*ENROLMENTS[1:], *SEATS)},
}
_BRANCHES = {"special_schools": "special", "vocational_schools": "vocational"}
_TEACHING_POINT = "教学点"


@dataclass(frozen=True, eq=False)
class Held:
    """One thing as a layer holds it.

    Attributes:
        role, file: of the layer.
        values: of each row, NaN where unknown; rows that do not count are left out, shape (n,).
        home: position of each row's district, -1 for none, shape (n,).
        serving: for schools of a stage: how many serve it, whatever their highest stage; None else.
    """

    role: str
    file: str
    values: Figures
    home: Positions
    serving: int | None = None

    @property
    def total(self) -> float:
        """Sum of what is known."""
        return float(np.nansum(self.values))

    @property
    def unknown(self) -> int:
        """Rows that count and do not say their figure."""
        return int(np.isnan(self.values).sum())

    def of(self, district: int) -> float:
        """Sum over the rows of one district, by position; -1 for those of none."""
        return float(np.nansum(self.values[self.home == district]))


def held(config: ProjectConfig, layers: Layers, what: str, *, year: int | None = None) -> Held | None:
    """What the layers hold; None where no layer has it, or no row says it.

    Args:
        config: the project, for what its population counts.
        layers: the layers.
        what: one of `TOTALS`.
        year: of the official figure: schools not yet open then, or closed by then, are left out.
    """
    if what in PEOPLE:
        found = _people(config, layers, what)
    elif what in COUNTS:
        found = _schools(layers, what, year)
    elif what in SEATS:
        found = _seats(layers, what, year)
    else:
        found = _enrolled(layers, what, year) or _enrolment(layers, what, year)
    return None if found is None or (len(found.values) and np.isnan(found.values).all()) else found


def _people(config: ProjectConfig, layers: Layers, what: str) -> Held | None:
    """From the population; where that does not say it (it is spread), from the districts themselves."""
    population = layers.population
    counts = config.layers["population"].counts if "population" in config.layers else "people"
    if what == "people" and counts == "pupils":
        return None
    if population is not None:
        values = _figures(population.frame, what)
        if np.isfinite(values).any():
            return Held("population", population.file, values, homes(layers, "population"))
    if layers.districts is None:
        return None
    values = _figures(layers.districts.frame, what)
    return Held("districts", layers.districts.file, values, np.arange(len(values)))


def _schools(layers: Layers, what: str, year: int | None) -> Held | None:
    if layers.schools is None:
        return None
    frame = layers.schools.frame
    open_then = _open(frame, year)
    branch, stage = words(frame, "branch"), STAGE_OF.get(what)
    if what in _BRANCHES:
        counted, serving = open_then & (branch == _BRANCHES[what]), None
    elif stage is None:
        counted, serving = open_then, None
    else:
        ordinary = open_then & ~np.isin(branch, list(_BRANCHES.values()))
        counted = ordinary & _highest(frame["stages"], stage)
        if stage is Stage.PRIMARY:
            counted &= np.array([_TEACHING_POINT not in kind for kind in words(frame, "kind")], dtype=bool)
        serving = int((ordinary & np.array([stage in each for each in frame["stages"]], dtype=bool)).sum())
    values = _told(frame, what)[counted]
    return Held("schools", layers.schools.file, values, homes(layers, "schools")[counted], serving)


def _told(frame: pd.DataFrame, what: str) -> Figures:
    """1 for each row, or 1, 0, NaN where a column has to say whether the row is public or inclusive."""
    if what == "public_kindergartens":
        told = words(frame, "ownership")
        return np.where(told == "", np.nan, (told == "public").astype(float))
    if what == "inclusive_kindergartens":
        flags = list(frame["inclusive"]) if "inclusive" in frame else [None] * len(frame)
        return np.array([np.nan if pd.isna(each) else float(bool(each)) for each in flags])
    return np.ones(len(frame))


def _highest(stages: Iterable[tuple[Stage, ...]], stage: Stage) -> NDArray[np.bool_]:
    order = list(Stage)
    return np.array([bool(each) and max(each, key=order.index) is stage for each in stages], dtype=bool)


def _seats(layers: Layers, what: str, year: int | None) -> Held | None:
    """Capacities of the schools that serve the stage; of several stages they are not split, and so unknown."""
    if layers.schools is None:
        return None
    frame, stage = layers.schools.frame, STAGE_OF[what]
    counted = _open(frame, year) & np.array([stage in each for each in frame["stages"]], dtype=bool)
    alone = np.array([each == (stage,) for each in frame["stages"]], dtype=bool)
    values = np.where(alone, _figures(frame, "capacity"), np.nan)[counted]
    return Held("schools", layers.schools.file, values, homes(layers, "schools")[counted])


def _enrolment(layers: Layers, what: str, year: int | None) -> Held | None:
    """By the columns of the stages, else by the school's total where the stage is its only one."""
    if layers.schools is None:
        return None
    frame, stage = layers.schools.frame, STAGE_OF.get(what)
    total = _figures(frame, "enrolment")
    counted = _open(frame, year)
    if stage is None:
        parts = np.array([_figures(frame, f"{each}_enrolment") for each in Stage])
        split = np.where(np.isfinite(parts).any(axis=0), np.nansum(parts, axis=0), np.nan)
        values = np.where(np.isnan(total), split, total)
    else:
        alone = np.array([each == (stage,) for each in frame["stages"]], dtype=bool)
        own = _figures(frame, f"{stage}_enrolment")
        values = np.where(np.isnan(own) & alone, total, own)
        counted &= np.array([stage in each for each in frame["stages"]], dtype=bool)
    return Held("schools", layers.schools.file, values[counted], homes(layers, "schools")[counted])


def _enrolled(layers: Layers, what: str, year: int | None) -> Held | None:
    """From the enrolment table, of the official figure's year or else its latest; None where it has no such rows."""
    if layers.enrolment is None:
        return None
    frame, stage = layers.enrolment.frame, STAGE_OF.get(what)
    years = _figures(frame, "year")
    chosen = year if year is not None and (years == year).any() else np.nanmax(years, initial=-np.inf)
    rows = years == chosen
    if stage is not None:
        if "stages" not in frame:
            return None
        rows &= np.array([each == (stage,) for each in frame["stages"]], dtype=bool)
    if not rows.any():
        return None
    values = _figures(frame, "pupils")[rows]
    return Held("enrolment", layers.enrolment.file, values, _homes_of_rows(layers, frame[rows]))


def _homes_of_rows(layers: Layers, frame: pd.DataFrame) -> Positions:
    """By the district that a row names, else by its school's."""
    home = np.full(len(frame), -1, dtype=np.int64)
    districts, schools = layers.districts, layers.schools
    if districts is None:
        return home
    home = named_district(words(frame, "district"), districts.frame.index, words(districts.frame, "name"))
    if schools is not None:
        school = named_district(words(frame, "school"), schools.frame.index, words(schools.frame, "name"))
        asked = (home < 0) & (school >= 0)
        home[asked] = homes(layers, "schools")[school[asked]]
    return home


def homes(layers: Layers, role: str) -> Positions:
    """Position of the district of each row of a layer: the one it names, else the one it stands in; -1 for none."""
    layer, districts = layers.of(role), layers.districts
    if layer is None or districts is None:
        return np.full(0 if layer is None else len(layer), -1, dtype=np.int64)
    named = named_district(words(layer.frame, "district"), districts.frame.index, words(districts.frame, "name"))
    shapes, areas = (np.asarray(each.frame["geometry"], dtype=object) for each in (layer, districts))
    return np.where(named >= 0, named, home_district(shapes, areas))


def _open(frame: pd.DataFrame, year: int | None) -> NDArray[np.bool_]:
    if year is None:
        return np.ones(len(frame), dtype=bool)
    return ~(_figures(frame, "year_open") > year) & ~(_figures(frame, "year_close") <= year)


def _figures(frame: pd.DataFrame, column: str) -> Figures:
    """A column of figures; NaN where the file has none of it."""
    return frame[column].to_numpy(dtype=np.float64) if column in frame else np.full(len(frame), np.nan)


def words(frame: pd.DataFrame, column: str) -> NDArray[np.str_]:
    """A column of words; '' where the file has none of it."""
    return frame[column].fillna("").to_numpy(dtype=str) if column in frame else np.full(len(frame), "", dtype=str)
