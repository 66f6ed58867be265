"""What a zone plan comes to, legal or not: loads, ways, pupils moved, the objective, and what it breaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.zones.adjacency import components

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geoplan.zones.problem import ZoneProblem

SLACK = 1e-9
"""Loads and shares that differ relatively by less are the same."""
MOST_LISTED = 5
"""Of many units so many are named."""


@dataclass(frozen=True, eq=False)
class Placed:
    """Who belongs where: parts of units, in ascending order of unit, then of zone.

    Attributes:
        unit, zone, share: of each part; the shares of a unit sum to 1. Shape (parts,).
    """

    unit: NDArray[np.int64]
    zone: NDArray[np.int64]
    share: NDArray[np.float64]

    def moved(self, units: NDArray[np.int64], zone: int) -> Placed:
        """The same with some units (positions) wholly in a zone."""
        keep = ~np.isin(self.unit, units)
        rows = np.unique(units)
        unit = np.concatenate([self.unit[keep], rows])
        order = np.argsort(unit, kind="stable")
        return Placed(
            unit[order],
            np.concatenate([self.zone[keep], np.full(len(rows), zone)])[order],
            np.concatenate([self.share[keep], np.ones(len(rows))])[order],
        )


@dataclass(frozen=True, eq=False)
class Measures:
    """What a plan comes to.

    Attributes:
        objective: what the problem minimises; the parts that follow, opening costs and prices together.
        distance: Σ pupils × cost.
        mean_cost, longest_cost: of a pupil; the longest to every school of a zone, boarding schools left out.
        moved_pupils: pupils whose zone changes.
        over_pupils: pupils beyond the seats, in all zones.
        largest_utilisation: the largest load over seats; inf where there are pupils and no seats.
        opening_cost: of the candidates that are opened.
        load: pupils of each zone. Shape (zones,).
        is_open: zones that stay or hold a unit. Shape (zones,).
    """

    objective: float
    distance: float
    mean_cost: float
    longest_cost: float
    moved_pupils: float
    over_pupils: float
    largest_utilisation: float
    opening_cost: float
    load: NDArray[np.float64]
    is_open: NDArray[np.bool_]


def measured(problem: ZoneProblem, placed: Placed) -> Measures:
    """The measures of a plan, whether or not it keeps the limits; inf where a unit is out of reach."""
    heads = problem.pupils[placed.unit] * placed.share
    some = heads > 0
    way = problem.cost[placed.unit, placed.zone]
    longest = np.where(problem.root[placed.zone] >= 0, problem.longest[placed.unit, placed.zone], 0.0)
    load = np.bincount(placed.zone, weights=heads, minlength=len(problem.zones)).astype(np.float64)
    is_open = ~problem.candidate
    is_open[placed.zone] = True
    distance = float((heads[some] * way[some]).sum()) if np.isfinite(way).all() else float("inf")
    moved = float((heads * problem.moves[placed.unit, placed.zone]).sum())
    over = np.maximum(load - problem.seats, 0.0)
    over_pupils = float(np.where(over > SLACK * np.maximum(1.0, load), over, 0.0).sum())
    priced = over_pupils * problem.over_price if np.isfinite(problem.over_price) else 0.0
    opening = float(problem.opening[is_open].sum())
    total = float(heads.sum())
    return Measures(
        objective=distance + opening + problem.move_price * moved + priced,
        distance=distance,
        mean_cost=distance / total if total > 0 else 0.0,
        longest_cost=float(longest[some].max(initial=0.0)),
        moved_pupils=moved,
        over_pupils=over_pupils,
        largest_utilisation=float(utilisation(load, problem.seats).max(initial=0.0)),
        opening_cost=opening,
        load=load,
        is_open=is_open,
    )


def utilisation(load: NDArray[np.float64], seats: NDArray[np.float64]) -> NDArray[np.float64]:
    """Load over seats; inf where there are pupils and no seats, 0 where there are neither."""
    ratio = np.divide(load, seats, out=np.zeros(len(load)), where=(seats > 0) & np.isfinite(seats))
    return np.where((seats <= 0) & (load > 0), np.inf, ratio)


def cut_off(problem: ZoneProblem, placed: Placed) -> NDArray[np.bool_]:
    """Parts that are not connected with their zone's school inside the zone. Shape (parts,).

    Parts of a unit touch each other and what the unit touches, so a zone's units are connected or not as wholes. In a
    zone whose school's unit lies in another zone, everything is cut off.
    """
    zones = len(problem.zones)
    key = placed.unit * zones + placed.zone
    degree = np.diff(problem.adjacency.ptr)[placed.unit]
    part = np.repeat(np.arange(len(key)), degree)
    first = np.repeat(np.cumsum(degree) - degree, degree)
    at = np.repeat(problem.adjacency.ptr[placed.unit], degree) + np.arange(len(part)) - first
    wanted = problem.adjacency.near[at] * zones + placed.zone[part]
    found = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
    touch = key[found] == wanted
    label = components(len(key), np.column_stack([part[touch], found[touch]]))
    root = problem.root[placed.zone]
    home = root * zones + placed.zone
    held = np.minimum(np.searchsorted(key, home), len(key) - 1)
    with_root: NDArray[np.bool_] = (key[held] == home) & (label[held] == label)
    return ~with_root & (root >= 0)


@dataclass(frozen=True)
class Breach:
    """A limit that a plan does not keep.

    Attributes:
        code: seats, least, contiguity, school, reach, whole, moved, count.
        where: the zone, unit or group concerned; '' for the plan as a whole.
        amount: how much, in pupils, units or the costs' unit.
        what, zh: in words.
    """

    code: str
    where: str
    amount: float
    what: str
    zh: str

    def __str__(self) -> str:
        return self.what


def breaches(problem: ZoneProblem, placed: Placed, found: Measures) -> tuple[Breach, ...]:
    """Every limit that a plan breaks, with figures; empty when it is legal."""
    return (*_of_loads(problem, found), *_of_ground(problem, placed, found), *_of_sums(problem, found))


def listing(names: Sequence[str]) -> tuple[str, str]:
    """The first five names and how many there are, in Chinese and English."""
    if len(names) <= MOST_LISTED:
        return "、".join(names), ", ".join(names)
    first = names[:MOST_LISTED]
    return f"{'、'.join(first)}等{len(names)}处", f"{', '.join(first)} and {len(names) - MOST_LISTED} more"


def _of_loads(problem: ZoneProblem, found: Measures) -> list[Breach]:
    broken = []
    load, slack = found.load, SLACK * np.maximum(1.0, found.load)
    for zone in np.flatnonzero((load > problem.seats + slack) & np.isinf(problem.over_price)).tolist():
        name, more = problem.zone_name(zone), float(load[zone] - problem.seats[zone])
        words = f"{name} has {load[zone]:,g} pupils for {problem.seats[zone]:,g} seats: {more:,g} too many"
        broken.append(Breach("seats", problem.zone_ids[zone], more, words, f"{name}超出学位{more:,g}个"))
    for zone in np.flatnonzero(found.is_open & (load < problem.least - slack)).tolist():
        name, fewer = problem.zone_name(zone), float(problem.least[zone] - load[zone])
        words = f"{name} has {load[zone]:,g} pupils, {fewer:,g} fewer than its least enrolment"
        broken.append(Breach("least", problem.zone_ids[zone], fewer, words, f"{name}低于最小规模{fewer:,g}人"))
    return broken


def _of_ground(problem: ZoneProblem, placed: Placed, found: Measures) -> list[Breach]:
    broken, zones = [], problem.zone_ids
    for zone, schools in enumerate(problem.zones):
        inside = set(placed.unit[placed.zone == zone].tolist()) if found.is_open[zone] else set()
        if problem.root[zone] < 0 or not found.is_open[zone]:
            continue
        for school in schools:
            if problem.school_at[school] not in inside:
                unit = problem.unit_name(problem.school_at[school])
                name = problem.school_name(problem.school_ids[school])
                words = f"unit {unit}, where {name} stands, is not in its zone"
                broken.append(Breach("school", zones[zone], 1.0, words, f"{name}所在的{unit}不在其学区内"))
    lost = np.flatnonzero(cut_off(problem, placed))
    for zone in np.unique(placed.zone[lost]):
        rows, name = placed.unit[lost[placed.zone[lost] == zone]], problem.zone_name(zone)
        listed_zh, listed = listing([problem.unit_name(row) for row in rows])
        words, zh = f"{name} is not contiguous: {listed} cut off", f"{name}学区不连片：{listed_zh}与之隔开"
        broken.append(Breach("contiguity", zones[zone], float(len(rows)), words, zh))
    for part in np.flatnonzero(~problem.allowed[placed.unit, placed.zone]):
        row, zone = int(placed.unit[part]), int(placed.zone[part])
        unit, name = problem.unit_name(row), problem.zone_name(zone)
        words = f"unit {unit} may not belong to {name} (out of reach, beyond the longest way or forced)"
        zh = f"{unit}不得划入{name}（不可达、超距或另有指定）"
        broken.append(Breach("reach", problem.unit_ids[row], float(problem.longest[row, zone]), words, zh))
    return broken + _of_groups(problem, placed)


def _of_groups(problem: ZoneProblem, placed: Placed) -> list[Breach]:
    group = problem.whole[placed.unit]
    inside = group >= 0
    pairs = np.unique(np.column_stack([group[inside], placed.zone[inside]]), axis=0)
    number, count = np.unique(pairs[:, 0], return_counts=True)
    return [
        Breach("whole", name, float(times), f"{name} is parted among {times} zones", f"{name}被拆入{times}个学区")
        for name, times in ((problem.whole_names[row], times) for row, times in zip(number, count, strict=True))
        if times > 1
    ]


def _of_sums(problem: ZoneProblem, found: Measures) -> list[Breach]:
    broken = []
    more = found.moved_pupils - problem.most_moved
    if more > SLACK * max(1.0, found.moved_pupils):
        words = f"{found.moved_pupils:,g} pupils move, {more:,g} more than may"
        broken.append(Breach("moved", "", more, words, f"调整学生{found.moved_pupils:,g}人，超出上限{more:,g}人"))
    opened = int((found.is_open & problem.candidate).sum())
    if not problem.new_least <= opened <= problem.new_most:
        words = f"{opened} candidates are opened instead of {problem.new_least} to {problem.new_most}"
        zh = f"新设学校{opened}所，应为{problem.new_least}至{problem.new_most}所"
        broken.append(Breach("count", "", float(opened), words, zh))
    return broken
