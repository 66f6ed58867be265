"""Clauses: every sentence of a plan that says something of schools, as data with its place in the text.

A profile's `Rule`s are the few clauses that steer coverage and siting (radii and people for each school); its
`Clause`s are all of them, and each one that can be checked names the indicator that reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping


SCOPES = ("all", "urban", "rural", "county", "township", "main_urban", "unknown")
"""Where a clause holds; `unknown` only of named projects whose place the plan does not tell."""

BOUNDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "": ((),),
    "<=": (("high",),),
    "<": (("high",),),
    ">=": (("low",),),
    ">": (("low",),),
    "=": (("low", "high"),),
    "~=": (("low", "high"),),
    "between": (("low", "high"),),
    "baseline": (("low", "high"), ()),
}
"""The operators of clauses and the bounds that each may have. `""` sets no figure; a baseline may stand in the plan
as a dash."""

ACTIONS = {
    "new": "新建",
    "expand": "改扩建",
    "relocate": "迁建",
    "rebuild": "重建",
    "building": "单体建设",
    "upgrade": "校园提升",
    "boarding": "宿舍建设",
    "branch": "分校（园）",
    "close": "撤销",
    "merge": "合并",
}
"""What is done in a named project, with its Chinese label."""


class Kind(StrEnum):
    """What is to be done with a clause.

    `RULE` is computed from layers and tables, `TRACK` is a project or a milestone to follow, `BASELINE` a figure to
    show and compare with, `TEXT` only a sentence.
    """

    RULE = "rule"
    TRACK = "track"
    BASELINE = "baseline"
    TEXT = "text"

    @property
    def zh(self) -> str:
        """The Chinese label."""
        return {"rule": "可核查", "track": "跟踪事项", "baseline": "基期数据", "text": "文字表述"}[self.value]


class Level(StrEnum):
    """Whom a clause speaks of; wider and narrower than a `Stage`."""

    KINDERGARTEN = "kindergarten"
    PRIMARY = "primary"
    JUNIOR = "junior"
    SENIOR = "senior"
    COMPULSORY = "compulsory"
    NINE_YEAR = "nine_year"
    NINE_YEAR_UNKNOWN = "nine_year_unknown"
    SECONDARY_UNKNOWN = "secondary_unknown"
    TEACHING_POINT = "teaching_point"
    SPECIAL = "special"
    SPECIAL_PURPOSE = "special_purpose"
    VOCATIONAL = "vocational"
    HIGHER = "higher"
    ALL = "all"

    @property
    def zh(self) -> str:
        """The Chinese label."""
        return _LEVELS[self][0]

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages that it covers; none for special, vocational and higher education."""
        return _LEVELS[self][1]


_LEVELS: dict[Level, tuple[str, tuple[Stage, ...]]] = {
    Level.KINDERGARTEN: ("幼儿园", (Stage.KINDERGARTEN,)),
    Level.PRIMARY: ("小学", (Stage.PRIMARY,)),
    Level.JUNIOR: ("初中", (Stage.JUNIOR,)),
    Level.SENIOR: ("高中", (Stage.SENIOR,)),
    Level.COMPULSORY: ("义务教育", (Stage.PRIMARY, Stage.JUNIOR)),
    Level.NINE_YEAR: ("九年一贯制", (Stage.PRIMARY, Stage.JUNIOR)),
    Level.NINE_YEAR_UNKNOWN: ("学校（学段未注明）", ()),
    Level.SECONDARY_UNKNOWN: ("中学（学段未注明）", ()),
    Level.TEACHING_POINT: ("教学点", (Stage.PRIMARY,)),
    Level.SPECIAL: ("特殊教育", ()),
    Level.SPECIAL_PURPOSE: ("专门教育", ()),
    Level.VOCATIONAL: ("中等职业", ()),
    Level.HIGHER: ("高等教育", ()),
    Level.ALL: ("各学段", tuple(Stage)),
}


@dataclass(frozen=True)
class Clause:
    """One clause of a plan, or one cell of its tables.

    Attributes:
        id: as in the plan's register, for example `XT-R-09`.
        kind: what is to be done with it.
        level: whom it speaks of.
        scope: where it holds, one of `SCOPES`; a named county stands in `county_zh`.
        quantity: what it speaks of, in the register's own words.
        operator: `<=`, `>=`, `<`, `>`, `=`, `~=`, `between`, `baseline` (a figure of the base year), or `""` where
            the clause sets no figure.
        low, high: its bounds in `unit`, as written; None where it has none.
        year: the deadline, or of a baseline the year of the figure; None where the text gives none.
        period: the years as written, where they are not one year.
        text: verbatim; `…` joins fragments.
        source, line: the plan's file, and its line or lines (`41-42`).
        indicator: name of the indicator that computes it; '' for clauses that are not computed.
        options: what the indicator needs to know beside the clause.
        by_place: a verdict for each county, and not only for the whole city.
        county_zh, action: of a named project, where it stands and what is done, one of `ACTIONS`.
        notice_zh, notice_en: what a reader must know about it: two readings, a trap, a missing table.
    """

    id: str
    kind: Kind
    level: Level
    scope: str
    quantity: str
    operator: str
    low: float | None
    high: float | None
    unit: str
    year: int | None
    text: str
    source: str
    line: str
    evidence: str
    profile: str
    source_title: str = ""
    period: str = ""
    indicator: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    by_place: bool = False
    county_zh: str = ""
    action: str = ""
    notice_zh: str = ""
    notice_en: str = ""

    @property
    def citation(self) -> str:
        """`002_fe10ad1b5c3f9bc5.txt:118`."""
        return f"{self.source}:{self.line}" if self.line else self.source

    @property
    def target(self) -> str:
        """Its figure as a reader writes it: `≥ 58 %`, `8 – 20 轨`; '' without one."""
        bounds = [f"{bound:,.10g}" for bound in (self.low, self.high) if bound is not None]
        if not bounds or not self.operator:
            return ""
        unit = f" {self.unit}" if self.unit else ""
        if self.operator == "between":
            return f"{' – '.join(bounds)}{unit}"
        sign = {"<=": "≤", ">=": "≥", "~=": "≈", "baseline": "基期"}.get(self.operator, self.operator)
        return f"{sign} {bounds[-1] if self.operator in {'<=', '<'} else bounds[0]}{unit}"


@dataclass(frozen=True)
class ClassCap:
    """Most pupils of one class, for a stage; seats are classes × this."""

    stage: Stage
    pupils: int
    clause: str
    source: str
    evidence: str
    line: str = ""

    @property
    def citation(self) -> str:
        """The document, with its line where it has one."""
        return f"{self.source}:{self.line}" if self.line else self.source
