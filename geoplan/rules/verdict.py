"""Count intervals and verdicts: what a rule says of a number, with its clause."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from geoplan.types import Area
from geoplan.units import percent

if TYPE_CHECKING:
    from geoplan.rules.profile import Rule


class State(StrEnum):
    """The outcome of a rule or clause in one place.

    `AMBIGUOUS`: the clause can be read in two ways, and they disagree. `SHOWN`: a figure without a target to meet.
    """

    MET = "met"
    NOT_MET = "not_met"
    POOL = "pool"
    NO_DATA = "no_data"
    NOT_APPLICABLE = "not_applicable"
    AMBIGUOUS = "ambiguous"
    SHOWN = "shown"

    @property
    def zh(self) -> str:
        """The Chinese label."""
        return {
            "met": "符合",
            "not_met": "不符合",
            "pool": "与邻近单元统筹",
            "no_data": "缺数据",
            "not_applicable": "不适用",
            "ambiguous": "条文有歧义",
            "shown": "仅列示",
        }[self.value]


@dataclass(frozen=True)
class CountInterval:
    """How many schools a population needs at least and carries at most; `pool` where no whole number fits."""

    least: int
    most: int

    @property
    def pool(self) -> bool:
        """True where the unit is too small to stand alone: pool with neighbours."""
        return self.least > self.most

    def __contains__(self, count: int) -> bool:
        return self.least <= count <= self.most


@dataclass(frozen=True)
class Verdict:
    """One rule in one place.

    Attributes:
        place: district id, or '' for the whole project.
        area: whose people were tested; a rule for all areas may be tested in town and country apart.
        value: the figure that was tested, in `unit` (share for a radius, people a school for a band), or None.
        short: schools to build, or people outside the radius, before the rule is met; 0 where nothing is missing.
    """

    rule: Rule
    place: str
    state: State
    value: float | None
    unit: str
    zh: str
    en: str
    area: Area = Area.ALL
    short: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "rule": self.rule.id,
            "stage": self.rule.stage.value,
            "place": self.place,
            "area": self.area.value,
            "state": self.state.value,
            "value": None if self.value is None else round(self.value, 4),
            "unit": self.unit,
            "zh": self.zh,
            "en": self.en,
            "clause": self.rule.clause,
            "source": self.rule.citation,
            "evidence": self.rule.evidence,
        }


def count_interval(people: float, low: float, high: float) -> CountInterval:
    """`ceil(people / high) … floor(people / low)` schools.

    Args:
        people: people in the unit, at least 0.
        low: fewest people for one school, above 0.
        high: most people for one school, at least `low`.

    Raises:
        ValueError: an impossible band or a negative population.
    """
    if people < 0 or not 0 < low <= high:
        raise ValueError(f"Expected people >= 0 and 0 < low <= high, found people={people}, low={low}, high={high}.")
    # people summed from the cells of a polygon carry rounding noise; a band must not turn on it
    whole = round(people, 6)
    return CountInterval(math.ceil(whole / high), math.floor(whole / low))


def band_verdict(rule: Rule, place: str, *, people: float, schools: int) -> Verdict:
    """People for each school against the rule's band.

    A place without people is not applicable; one too small for any whole number of schools is pooled.
    """
    if rule.low is None or rule.high is None:
        raise ValueError(f"Rule {rule.id} has no band.")
    if people <= 0:
        return Verdict(rule, place, State.NOT_APPLICABLE, None, "people", "无适用人口", "no people it applies to")
    interval = count_interval(people, rule.low, rule.high)
    per_school = people / schools if schools else None
    counted = "所公办" if rule.supply == "public" else "所"
    have = f"{people:,.0f}人、{schools}{counted}"
    have_en = f"{people:,.0f} people, {schools} {'public ' if rule.supply == 'public' else ''}schools"
    if interval.pool:
        zh = f"{have}；不足以单独设校，应与邻近单元统筹"
        return Verdict(
            rule, place, State.POOL, per_school, "people", zh, f"{have_en}; too small alone, pool with neighbours"
        )
    span = f"{interval.least}-{interval.most}" if interval.least < interval.most else f"{interval.least}"
    if schools in interval:
        return Verdict(
            rule, place, State.MET, per_school, "people", f"{have}；应设{span}所", f"{have_en}; {span} called for"
        )
    short, over = interval.least - schools, schools - interval.most
    zh = f"{have}；应设{span}所，" + (f"尚缺{short}所" if short > 0 else f"超出{over}所（每校服务人口偏少）")
    en = f"{have_en}; {span} called for, " + (f"{short} short" if short > 0 else f"{over} over (few people a school)")
    return Verdict(rule, place, State.NOT_MET, per_school, "people", zh, en, short=float(max(short, 0)))


def radius_verdict(rule: Rule, place: str, *, people: float, covered: float) -> Verdict:
    """The share of people within the service radius; met when everyone is (to one person)."""
    if people <= 0:
        return Verdict(rule, place, State.NOT_APPLICABLE, None, "share", "无适用人口", "no people it applies to")
    share = covered / people
    outside = people - covered
    if round(outside) <= 0:
        return Verdict(rule, place, State.MET, 1.0, "share", "全部在服务半径内", "everyone within the radius")
    zh = f"覆盖{percent(covered, people)}，{outside:,.0f}人在服务半径外"
    en = f"{percent(covered, people)} covered, {outside:,.0f} people outside the radius"
    return Verdict(rule, place, State.NOT_MET, share, "share", zh, en, short=outside)
