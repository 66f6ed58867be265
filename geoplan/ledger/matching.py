"""Which rows of the projects table a clause speaks of, and the numbers that its text promises."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.ledger.judge import first_year
from geoplan.ledger.reading import Need
from geoplan.ledger.words import figure
from geoplan.rules import Level
from geoplan.units import PEOPLE_PER_WAN

if TYPE_CHECKING:
    import pandas as pd

    from geoplan.ledger.world import World
    from geoplan.rules import Clause

BUILDS = ("new", "expand", "relocate", "rebuild")
"""新建、改扩建: what a clause that counts schools counts, unless its option `actions` says otherwise."""

COUNTED = ("project_count", "seats_added")
"""Quantities that every building project of the level counts towards."""

PROGRAMMES = ("programme_count", "weak_link_project_schools")
"""Schools of a programme (新优质初中, 薄弱环节改善): only the clause's id tells which they are."""

SHORTEST_NAME = 4

_NEEDS = (Need("projects", ("name", "status")), Need("projects", ("clause", "status")))

_SPLIT = re.compile(r"[、,，;；\s]+")
_IDLE = re.compile(r"[\W_]|项目|工程")
_SCHOOLS = re.compile(r"(\d+)\s*所")
_CLASSES = re.compile(r"(\d+)\s*[个各]教学班")
_SEATS = re.compile(r"(\d+(?:\.\d+)?)\s*(万)?\s*个?学位|学位\s*(\d+(?:\.\d+)?)\s*(万)?\s*个")


def promises_number(clause: Clause) -> bool:
    """True for a clause on a number of projects or seats, and not on one project by name."""
    return clause.quantity in {*COUNTED, *PROGRAMMES}


def needs_of(clause: Clause) -> tuple[Need, ...]:
    """What tells of a promise: projects with a name, or with the clause's id; of a programme only the latter."""
    return _NEEDS[1:] if clause.quantity in PROGRAMMES else _NEEDS


@dataclass(frozen=True)
class Planned:
    """Schools, classes and seats together, for their averages; None for what is not said."""

    schools: float | None
    classes: float | None
    seats: float | None

    def words(self) -> tuple[str, str]:
        """`校均 42.25 班、校均学位 2,125 个、班均学位 50.3 个`; '' where fewer than two of the three are known."""
        zh, en = [], []
        if self.schools and self.classes:
            zh.append(f"校均 {figure(self.classes / self.schools)} 班")
            en.append(f"{figure(self.classes / self.schools)} classes a school")
        if self.schools and self.seats:
            zh.append(f"校均学位 {figure(self.seats / self.schools)} 个")
            en.append(f"{figure(self.seats / self.schools)} seats a school")
        if self.classes and self.seats:
            zh.append(f"班均学位 {figure(self.seats / self.classes, 1)} 个")
            en.append(f"{figure(self.seats / self.classes, 1)} seats a class")
        return "、".join(zh), ", ".join(en)


def planned_figures(clause: Clause) -> Planned:
    """The schools, classes and seats that a clause's own text names: `16所…676个教学班…3.4万个学位`."""
    text = unicodedata.normalize("NFKC", clause.text)
    seats = _SEATS.search(text)
    return Planned(
        _first(_SCHOOLS, text),
        _first(_CLASSES, text),
        float(seats[1] or seats[3]) * (PEOPLE_PER_WAN if seats[2] or seats[4] else 1) if seats else None,
    )


def _first(pattern: re.Pattern[str], text: str) -> float | None:
    found = pattern.search(text)
    return float(found[1]) if found else None


def name_key(name: str) -> str:
    """A project's name without width, brackets, punctuation, and the words 项目 and 工程."""
    return _IDLE.sub("", unicodedata.normalize("NFKC", name).casefold())


class Matcher:
    """The projects table of a world, with its keys made ready."""

    def __init__(self, world: World) -> None:
        self.frame = world.table("projects")
        self.names = [name_key(str(name)) for name in self._column("name")]
        self.clauses = [set(_SPLIT.split(str(ids).strip())) - {""} for ids in self._column("clause")]
        ids = world.county_of("projects")
        written = self._column("district")
        self.status, self.action, self.stages = (self._column(name) for name in ("status", "action", "stages"))
        self.levels = [str(word).strip() for word in self._column("level")]
        finish = self.frame["finish"].astype(float) if "finish" in self.frame else np.full(len(self.frame), np.nan)
        self.finish = [float(year) for year in finish]
        self.counties = [
            {str(name).strip(), world.counties.get(str(key), "")} - {""} for name, key in zip(written, ids, strict=True)
        ]

    def _column(self, name: str) -> list[Any]:
        return list(self.frame[name]) if name in self.frame else [""] * len(self.frame)

    def named(self, clause: Clause) -> pd.DataFrame:
        """Rows that give the clause's id; else those of its name in its county, else those whose name it contains."""
        if any(own := [clause.id in ids for ids in self.clauses]):
            return self.frame.loc[own]
        key = name_key(clause.text)
        free = [
            not ids and self._in(clause.county_zh, counties)
            for ids, counties in zip(self.clauses, self.counties, strict=True)
        ]
        same = [ok and bool(name) and name == key for ok, name in zip(free, self.names, strict=True)]
        if any(same):
            return self.frame.loc[same]
        within = [ok and len(name) >= SHORTEST_NAME and name in key for ok, name in zip(free, self.names, strict=True)]
        return self.frame.loc[within if sum(within) == 1 and clause.action else [False] * len(within)]

    @staticmethod
    def _in(county: str, counties: set[str]) -> bool:
        return not county or not counties or county in counties

    def counted(self, clause: Clause, *, since: int | None = None) -> pd.DataFrame:
        """Rows that a clause which promises a number counts: its own by id, else all of its level that build.

        Of a programme only its own. What was finished before `since`, the first year of the plan unless told, is none
        of its projects.
        """
        own = [clause.id in ids for ids in self.clauses]
        if not any(own) and clause.quantity not in PROGRAMMES:
            actions = tuple(clause.options.get("actions", BUILDS))
            own = [
                state != "cancelled" and (not what or what in actions) and self._of_level(clause.level, row)
                for row, (state, what) in enumerate(zip(self.status, self.action, strict=True))
            ]
        first = first_year(clause) if since is None else since
        return self.frame.loc[[mine and not year < first for mine, year in zip(own, self.finish, strict=True)]]

    def _of_level(self, level: Level, row: int) -> bool:
        if level is Level.ALL:
            return True
        word = self.levels[row]
        if word:
            return word in {level.value, level.zh} or any(
                word in {other.value, other.zh} and set(other.stages) <= set(level.stages)
                for other in Level
                if other.stages and other is not Level.ALL
            )
        stages = set(self.stages[row] or ())
        return bool(stages) and bool(level.stages) and stages <= set(level.stages)
