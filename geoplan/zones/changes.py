"""The list of changes: each unit whose zone is not today's, and why, from facts and by putting it back.

The reasons are what can be checked: today's zone is over its seats; with the unit put back the plan would break a
limit; the new school is nearer; the old one is closed. Several may hold at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from geoplan.zones.answer import placed_of
from geoplan.zones.given import CLOSED
from geoplan.zones.measures import breaches, measured

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.zones.measures import Breach, Measures, Placed
    from geoplan.zones.plan import ZonePlan
    from geoplan.zones.problem import ZoneProblem

WHOLE = 1000.0
"""Sums from here on are told without decimals."""
MOST_COUNTERFACTUALS = 500
"""Of the largest so many changes it is tried what happens if they are not made."""


@dataclass(frozen=True)
class Reason:
    """Why a unit changes zones.

    Attributes:
        code: closed, forced, whole, limit, over, seats, contiguity, school, least, moved, count, nearer, total, none.
        amount: how much, in pupils or the costs' unit.
        en, zh: in words.
    """

    code: str
    amount: float
    en: str
    zh: str


@dataclass(frozen=True)
class Change:
    """A unit, or a part of one, whose zone is not today's.

    Attributes:
        unit: its id.
        was: the school of today, as it was given; `becomes`: the new zone.
        pupils: who move.
        way_was, way_becomes: cost to the old zone (inf where it is not known) and to the new one.
        reasons: the most telling one first.
    """

    unit: str
    was: str
    becomes: str
    pupils: float
    way_was: float
    way_becomes: float
    reasons: tuple[Reason, ...] = field(repr=False)

    @property
    def why(self) -> str:
        """The reasons in English."""
        return "; ".join(each.en for each in self.reasons)

    @property
    def why_zh(self) -> str:
        """The reasons in Chinese."""
        return "；".join(each.zh for each in self.reasons)


def changes_of(plan: ZonePlan) -> tuple[Change, ...]:
    """Every unit whose zone is not today's, largest first; empty where there is no plan or no present zones."""
    problem = plan.problem
    if problem is None or plan.objective is None:
        return ()
    placed = placed_of(problem, plan)
    found = measured(problem, placed)
    broken = {(each.code, each.where): each.amount for each in breaches(problem, placed, found)}
    moves = np.flatnonzero(problem.moves[placed.unit, placed.zone])
    heads = problem.pupils[placed.unit] * placed.share
    now = np.bincount(
        np.maximum(problem.current, 0), weights=np.where(problem.current >= 0, problem.pupils, 0.0),
        minlength=len(problem.zones),
    ).astype(np.float64)  # fmt: skip
    order = moves[np.lexsort((placed.unit[moves], -heads[moves]))].tolist()
    return tuple(
        _change(problem, placed, found, part, now=now, broken=broken if number < MOST_COUNTERFACTUALS else None)
        for number, part in enumerate(order)
    )


def _change(
    problem: ZoneProblem,
    placed: Placed,
    found: Measures,
    part: int,
    *,
    now: NDArray[np.float64],
    broken: dict[tuple[str, str], float] | None,
) -> Change:
    row, zone, old = int(placed.unit[part]), int(placed.zone[part]), int(problem.current[placed.unit[part]])
    pupils = float(problem.pupils[row] * placed.share[part])
    way_was = float(problem.cost[row, old]) if old >= 0 else float("inf")
    way = float(problem.cost[row, zone])
    reasons = _facts(problem, row, zone, old, found=found, now=now)
    if broken is not None and old >= 0:
        settled = {each.code for each in reasons}
        reasons += [each for each in _put_back(problem, placed, found, row, old, broken) if each.code not in settled]
    nearer = way_was - way
    if np.isfinite(nearer) and nearer > 1e-9 * max(1.0, way):
        length = f"{nearer:,.4g} {problem.cost_unit}"
        reasons.append(Reason("nearer", nearer, f"the new school is nearer by {length}", f"新校近{length}"))
    if not reasons:
        reasons.append(Reason("none", 0.0, "no single limit asks for it", "无单一限制要求此项调整"))
    name = problem.unit_ids[row]
    return Change(name, problem.current_name[row], problem.zone_ids[zone], pupils, way_was, way, tuple(reasons))


def _facts(
    problem: ZoneProblem, row: int, zone: int, old: int, *, found: Measures, now: NDArray[np.float64]
) -> list[Reason]:
    """What today's zones and the rules say of themselves."""
    if old == CLOSED or not found.is_open[old]:
        name = problem.school_name(problem.current_name[row])
        return [Reason("closed", 0.0, f"school {name} is closed or not open", f"学校{name}已撤并或不开办")]
    name, reasons = problem.zone_name(old), []
    if problem.forced[row] == zone:
        reasons.append(Reason("forced", 0.0, "assigned there by instruction", "按指定划入"))
    if problem.max_cost is not None and problem.longest[row, old] > problem.max_cost and problem.root[old] >= 0:
        more = float(problem.longest[row, old] - problem.max_cost)
        length = f"{more:,.4g} {problem.cost_unit}"
        words = f"the way to {name} is {length} beyond the longest way allowed"
        reasons.append(Reason("limit", more, words, f"到{name}超出最远距离{length}"))
    over = float(now[old] - problem.seats[old])
    if over > 1e-9 * max(1.0, now[old]):
        words = f"today's zone of {name} has {now[old]:,g} pupils for {problem.seats[old]:,g} seats: {over:,g} too many"
        zh = f"{name}现学区{now[old]:,g}人，学位{problem.seats[old]:,g}个，超出{over:,g}人"
        reasons.append(Reason("over", over, words, zh))
    new = problem.zone_name(zone)
    if problem.candidate[zone]:
        reasons.append(Reason("opened", 0.0, f"{new} is newly opened", f"新开办{new}"))
    lack = float(problem.least[zone] - now[zone])
    if lack > 0 and not problem.candidate[zone]:
        words = f"today's zone of {new} is {lack:,g} pupils short of its least enrolment"
        reasons.append(Reason("filled", lack, words, f"{new}现学区低于最小规模{lack:,g}人"))
    return reasons


def _put_back(
    problem: ZoneProblem, placed: Placed, found: Measures, row: int, old: int, was: dict[tuple[str, str], float]
) -> list[Reason]:
    """What breaks if the unit (with its group, where that stays whole) goes on belonging to today's zone."""
    units = np.array([row])
    group = int(problem.whole[row])
    if group >= 0:
        units = np.flatnonzero(problem.whole == group)
    back = placed.moved(units, old)
    after = measured(problem, back)
    broken = breaches(problem, back, after)
    worse = [each for each in broken if each.amount > was.get((each.code, each.where), 0.0) + 1e-9]
    reasons = [_without(problem, each) for each in worse if each.code != "reach"]
    if group >= 0 and (problem.current[units] != old).any():
        name = problem.whole_names[group]
        reasons.append(Reason("whole", float(len(units)), f"{name} is kept whole", f"{name}保持完整"))
    dearer = after.objective - found.objective
    if not worse and np.isfinite(dearer) and dearer > 1e-9 * max(1.0, found.objective):
        more = f"{dearer:,.0f}" if dearer >= WHOLE else f"{dearer:,.4g}"
        words = f"without the change all ways, prices counted as ways, would be {more} pupil-{problem.cost_unit} longer"
        zh = f"不调整则全体学生路程与各项加价（折成路程）之和增加{more}人·{problem.cost_unit}"
        reasons.append(Reason("total", dearer, words, zh))
    return reasons


def _without(problem: ZoneProblem, broken: Breach) -> Reason:
    """What would break, as a reason."""
    if broken.code == "seats":
        name = problem.zone_name(problem.zone_named[broken.where])
        words = f"it makes room: without the change {name} would be {broken.amount:,g} pupils over its seats"
        return Reason("seats", broken.amount, words, f"腾出学位：若不调整，{name}将超出学位{broken.amount:,g}个")
    if broken.code in {"contiguity", "school"}:
        words = f"needed for contiguity: without the change {broken.what}"
        return Reason("contiguity", broken.amount, words, f"保持学区连片：若不调整，{broken.zh}")
    return Reason(broken.code, broken.amount, f"without the change {broken.what}", f"若不调整，{broken.zh}")
