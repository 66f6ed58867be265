"""One figure against one clause. No layer is read here, and no sentence but that of a baseline is written."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from geoplan.ledger.entry import Deadline
from geoplan.ledger.words import figure as written
from geoplan.ledger.words import unit_words
from geoplan.rules import Kind, State
from geoplan.units import METRES_PER_KM, PEOPLE_PER_WAN

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoplan.ledger.reading import Reading
    from geoplan.rules import Clause

ABOUT = 0.10
"""`~=` is met within a tenth of the target: 左右, 大体相当."""

BASELINE = "baseline"


def bounds(clause: Clause) -> tuple[float | None, float | None]:
    """Low and high in base units: 6.5 万人 is 65,000 people, 1.5 km is 1,500 m."""
    factor = unit_factor(clause.unit)
    low, high = (None if bound is None else round(bound * factor, 6) for bound in (clause.low, clause.high))
    return low, high


def unit_factor(unit: str) -> float:
    """What one of a clause's units is in base units."""
    if unit.startswith("万"):
        return float(PEOPLE_PER_WAN)
    return float(METRES_PER_KM) if unit == "km" else 1.0


PLAN_FROM = 2021
"""First year of the 14th five-year plans: what was finished or opened before is none of theirs."""


def first_year(clause: Clause) -> int:
    """The first year that a clause speaks of: its option `since`, else the first of its period, else of the plan."""
    start = clause.period[:4]
    return int(clause.options.get("since", start if start.isdigit() else PLAN_FROM))


def is_baseline(clause: Clause) -> bool:
    """True where the clause's figure is one to compare with and not one to meet."""
    return clause.kind is Kind.BASELINE or clause.operator == BASELINE


def judge(clause: Clause, reading: Reading) -> State:
    """The state of a reading: the indicator's own where it decides, else its value against the clause's bounds.

    `>` and `<` are strict, `>=` and `<=` are met at the bound; figures that differ only by the noise of floating
    point are the same. A clause without a figure to meet, and a baseline, are shown.
    """
    if is_baseline(clause) and reading.state not in {State.NO_DATA, State.NOT_APPLICABLE}:
        return State.SHOWN
    if reading.state is not None:
        return reading.state
    if reading.value is None:
        return State.SHOWN
    held = holds(clause.operator, reading.value, *bounds(clause))
    if held is None:
        return State.SHOWN
    return State.MET if held else State.NOT_MET


def holds(operator: str, value: float, low: float | None, high: float | None) -> bool | None:
    """Whether a value keeps to an operator and its bounds; None where these set no figure."""
    least, most = (low if low is not None else high), (high if high is not None else low)
    if least is None or most is None:
        return None
    tests: dict[str, Callable[[], bool]] = {
        "between": lambda: _at_least(value, least) and _at_least(most, value),
        ">=": lambda: _at_least(value, least),
        ">": lambda: not _at_least(least, value),
        "<=": lambda: _at_least(most, value),
        "<": lambda: not _at_least(value, most),
        "=": lambda: _same(value, least),
        "~=": lambda: _at_least(ABOUT * abs(least), abs(value - least)),
    }
    return tests[operator]() if operator in tests else None


def shortfall(clause: Clause, value: float | None, state: State) -> float | None:
    """How far a value is from meeting its clause, in base units; None where it meets it or nothing is compared."""
    low, high = bounds(clause)
    if state is not State.NOT_MET or value is None or (low is None and high is None):
        return None
    under = (low - value) if low is not None and clause.operator not in {"<=", "<"} else 0.0
    over = (value - high) if high is not None and clause.operator not in {">=", ">"} else 0.0
    if high is None and clause.operator in {"<=", "<"} and low is not None:
        over = value - low
    return max(under, over, 0.0)


def deadline(clause: Clause, as_of: int) -> Deadline:
    """Where the clause's year stands in the year of the ledger; the year itself is still open to its end."""
    if clause.year is None or is_baseline(clause):
        return Deadline.NONE
    return Deadline.PASSED if as_of > clause.year else Deadline.OPEN


def decimals(published: float) -> int:
    """How many decimals a figure was published with: 85.9 → 1, 2347 → 0."""
    exponent = Decimal(repr(float(published))).normalize().as_tuple().exponent
    return max(0, -int(exponent))


def agrees(published: float, computed: float) -> bool:
    """Whether a computed figure rounds to the published one at the published number of decimals."""
    half = 0.5 * 10.0 ** -decimals(published)
    return abs(computed - published) <= half * (1 + 1e-9)


def baseline_words(
    clause: Clause, value: float | None, year: int | None = None, *, quoted: bool = False
) -> tuple[str, str]:
    """The published figure beside the computed one, and whether they agree at the published precision.

    A figure of another year that differs is said to be of that year, and not to be wrong; one that was `quoted` from a
    table of statistics is not said to be computed.
    """
    published = clause.low if clause.low is not None else clause.high
    if published is None:
        return "原文未给数值", "the text gives no figure"
    when = str(clause.year or "") or clause.period
    at, at_en = (f"{when}年" if clause.year else when, when) if when else ("未注年份", "no year given")
    unit = f" {unit_words(clause.unit)}" if clause.unit else ""
    places = decimals(published)
    zh, en = (
        f"公布（{at}）{written(published, places)}{unit}",
        f"published ({at_en}) {written(published, places)}{unit}",
    )
    if value is None:
        return zh, en
    computed = value / unit_factor(clause.unit)
    if agrees(published, computed):
        outcome, outcome_en = "一致", "they agree"
    elif year is not None and clause.year is not None and year != clause.year:
        outcome, outcome_en = f"为 {year} 年数据，不作比较", f"of {year}, not to be compared"
    else:
        outcome, outcome_en = "不一致", "they differ"
    figure = f"{written(computed, max(places, 2))}{unit}"
    how, how_en = ("统计表所载", "the statistics table has") if quoted else ("算得", "computed")
    return f"{zh}，{how} {figure}，{outcome}", f"{en}, {how_en} {figure}: {outcome_en}"


def _same(value: float, other: float) -> bool:
    return math.isclose(value, other, rel_tol=1e-9, abs_tol=1e-9)


def _at_least(value: float, bound: float) -> bool:
    return value >= bound or _same(value, bound)
