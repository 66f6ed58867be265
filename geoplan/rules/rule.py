"""Rules: the few clauses that steer coverage and siting, a radius or a band of people for each school."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from geoplan.types import Area, Stage

SERVICE_RADIUS = "service_radius"
POPULATION_PER_SCHOOL = "population_per_school"
POPULATION_PER_PUBLIC_SCHOOL = "population_per_public_school"
QUANTITIES = (SERVICE_RADIUS, POPULATION_PER_SCHOOL, POPULATION_PER_PUBLIC_SCHOOL)
OPERATORS = ("<=", ">=", "<", ">", "=", "between")
EVIDENCE = {
    "plan": ("规划原文", "the plan's own text"),
    "standard": ("标准原文", "the standard's own text"),
    "secondary": ("二手引用", "quoted on a public page"),
    "unverified": ("未核对原文", "not yet checked against the text"),
    "user": ("用户指定", "given by the user"),
}


@dataclass(frozen=True)
class Rule:
    """One checkable clause. Bounds are in base units (`m`, `people`), whatever unit the clause is written in.

    Attributes:
        supply: which schools count towards it: `all` or `public` (公办).
        merges: ids of the plan's clauses that a combined rule joins.
        profile: id of the profile it stands in.
        source_title: what the source is called, for people: the plan's or standard's name.
    """

    id: str
    stage: Stage
    area: Area
    quantity: str
    operator: str
    low: float | None
    high: float | None
    unit: str
    clause: str
    source: str
    line: int | None
    evidence: str
    profile: str
    source_title: str = ""
    supply: str = "all"
    merges: tuple[str, ...] = ()
    notice_zh: str = ""
    notice_en: str = ""

    def applies_to(self, area: Area) -> bool:
        """True where the rule speaks of that area, or of all."""
        return self.area in {Area.ALL, area} or area is Area.ALL

    @property
    def citation(self) -> str:
        """`002_fe10ad1b5c3f9bc5.txt:118`, or the standard's number."""
        return f"{self.source}:{self.line}" if self.line else self.source

    def as_dict(self) -> dict[str, Any]:
        """Plain values for `--json`."""
        return {
            "id": self.id,
            "stage": self.stage.value,
            "area": self.area.value,
            "quantity": self.quantity,
            "operator": self.operator,
            "low": _plain(self.low),
            "high": _plain(self.high),
            "unit": self.unit,
            "clause": self.clause,
            "source": self.source,
            "source_title": self.source_title,
            "line": self.line,
            "evidence": self.evidence,
            "profile": self.profile,
            "supply": self.supply,
            "merges": list(self.merges),
            "notice": {"zh": self.notice_zh, "en": self.notice_en} if self.notice_zh else None,
        }


def user_radius(stage: Stage, radius_m: float) -> Rule:
    """A radius given on the command line, as a rule for all areas, so that it is cited like any other."""
    return Rule(
        id="USER-RADIUS",
        stage=stage,
        area=Area.ALL,
        quantity=SERVICE_RADIUS,
        operator="<=",
        low=None,
        high=radius_m,
        unit="m",
        clause=f"用户指定服务半径{radius_m:g}米",
        source="--radius-m",
        line=None,
        evidence="user",
        profile="user",
    )


def _plain(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value
