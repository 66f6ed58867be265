"""Independent checking: whether a zone plan keeps every rule and its own claims, from its ids alone."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.verify import claim_faults, pair_costs

if TYPE_CHECKING:
    from geoplan.zones.plan import ZonePlan
    from geoplan.zones.problem import ZoneProblem

    Parts = dict[str, dict[str, float]]

ROUNDING = 1e-7


def verify(problem: ZoneProblem, plan: ZonePlan) -> list[str]:
    """Every way in which `plan` breaks `problem` or its own claims; empty when it holds.

    Contiguity is checked by a breadth-first search over the original units, in the problem's adjacency.
    """
    if plan.objective is None:
        return [] if plan.reason else [f"{plan.status} without a reason"]
    if faults := _part_faults(problem, plan):
        return faults
    parts = plan.parts
    load = dict.fromkeys(problem.zone_ids, 0.0)
    inside: dict[str, set[str]] = {each: set() for each in problem.zone_ids}
    for unit, by_zone in parts.items():
        for zone, share in by_zone.items():
            load[zone] += float(problem.pupils[problem.row_of_unit[unit]]) * share
            inside[zone].add(unit)
    opened = {each for row, each in enumerate(problem.zone_ids) if inside[each] or not problem.candidate[row]}
    faults = _ground_faults(problem, inside, opened)
    faults += _unit_faults(problem, parts)
    faults += _load_faults(problem, load, opened)
    moved = _moved(problem, parts)
    if moved > problem.most_moved * (1 + ROUNDING) + ROUNDING:
        faults.append(f"{moved:g} pupils move, more than {problem.most_moved:g}")
    new = [row for row, each in enumerate(problem.zone_ids) if each in opened and problem.candidate[row]]
    if not problem.new_least <= len(new) <= problem.new_most:
        faults.append(f"{len(new)} candidates are opened instead of {problem.new_least} to {problem.new_most}")
    ways, cost_faults = _distance(problem, parts)
    over = sum(max(load[each] - float(problem.seats[row]), 0.0) for row, each in enumerate(problem.zone_ids))
    priced = over * problem.over_price if np.isfinite(problem.over_price) else 0.0
    opening = sum(float(problem.opening[row]) for row in new)
    objective = ways + priced + opening + problem.move_price * moved
    faults += cost_faults + _list_faults(problem, plan, load, inside, opened)
    if abs(plan.moved_pupils - moved) > ROUNDING * max(1.0, moved):
        faults.append(f"{moved:g} pupils move, not {plan.moved_pupils:g}")
    return faults + claim_faults(plan.status, plan.objective, plan.bound, plan.gap, true=objective)


def _part_faults(problem: ZoneProblem, plan: ZonePlan) -> list[str]:
    """Every unit once, in zones that there are, in parts that there may be."""
    if set(plan.assignment) != set(problem.unit_ids):
        return [f"units without a zone, or unknown: {sorted(set(plan.assignment) ^ set(problem.unit_ids))[:5]}"]
    known = set(problem.zone_ids)
    faults = []
    for unit, by_zone in plan.parts.items():
        parts = int(problem.parts[problem.row_of_unit[unit]])
        pieces = [share * parts for share in by_zone.values()]
        if not by_zone.keys() <= known or plan.assignment[unit] not in by_zone:
            faults.append(f"unit {unit} is in an unknown zone")
        if abs(sum(by_zone.values()) - 1.0) > ROUNDING or min(by_zone.values()) <= 0:
            faults.append(f"the shares of unit {unit} are not those of a whole")
        if any(abs(piece - round(piece)) > ROUNDING * parts for piece in pieces):
            faults.append(f"unit {unit} is split otherwise than into {parts} parts")
    if lone := plan.shares.keys() - plan.assignment.keys():
        faults.append(f"shares of units that are not there: {sorted(lone)[:5]}")
    return faults


def _ground_faults(problem: ZoneProblem, inside: dict[str, set[str]], opened: set[str]) -> list[str]:
    """Schools inside their zones, and zones connected with them."""
    faults = []
    for row, zone in enumerate(problem.zone_ids):
        if zone not in opened or problem.root[row] < 0:
            continue
        grounds = [problem.unit_ids[problem.school_at[school]] for school in problem.zones[row]]
        if away := [each for each in grounds if each not in inside[zone]]:
            faults.append(f"{zone} does not hold its school's unit {away}")
            continue
        reached, queue = {grounds[0]}, deque([grounds[0]])
        while queue:
            for other in problem.adjacency.of(queue.popleft()):
                if other in inside[zone] and other not in reached:
                    reached.add(other)
                    queue.append(other)
        if cut := inside[zone] - reached:
            faults.append(f"{zone} is not contiguous: {sorted(cut)[:5]}")
    return faults


def _unit_faults(problem: ZoneProblem, parts: Parts) -> list[str]:
    """What is forced, and groups that stay whole."""
    faults: list[str] = []
    group_zone: dict[int, set[str]] = {}
    for unit, by_zone in parts.items():
        row = problem.row_of_unit[unit]
        if problem.forced[row] >= 0 and set(by_zone) != {problem.zone_ids[problem.forced[row]]}:
            faults.append(f"unit {unit} is not where it is forced to")
        group = int(problem.whole[row])
        if group >= 0 and group_zone.setdefault(group, set(by_zone)) != set(by_zone):
            faults.append(f"{problem.whole_names[group]} is not whole")
    return faults


def _load_faults(problem: ZoneProblem, load: dict[str, float], opened: set[str]) -> list[str]:
    faults = []
    for row, zone in enumerate(problem.zone_ids):
        seats, least = float(problem.seats[row]), float(problem.least[row])
        slack = ROUNDING * max(1.0, load[zone])
        if np.isinf(problem.over_price) and load[zone] > seats + slack:
            faults.append(f"{zone} has {load[zone]:g} pupils and {seats:g} seats")
        if zone in opened and load[zone] < least - slack:
            faults.append(f"{zone} has {load[zone]:g} pupils, fewer than {least:g}")
    return faults


def _moved(problem: ZoneProblem, parts: Parts) -> float:
    total = 0.0
    for unit, by_zone in parts.items():
        row = problem.row_of_unit[unit]
        now = problem.current_name[row]
        if not now:
            continue
        stays = sum(share for zone, share in by_zone.items() if problem.zone_named.get(now) == problem.zone_named[zone])
        total += float(problem.pupils[row]) * (1.0 - stays)
    return total


def _distance(problem: ZoneProblem, parts: Parts) -> tuple[float, list[str]]:
    """Σ pupils × cost from the costs as given, and pairs that are out of reach or too far."""
    rows = [
        (problem.row_of_unit[unit], school, share, zone)
        for unit, by_zone in parts.items()
        for zone, share in ((problem.zone_named[each], share) for each, share in by_zone.items())
        for school in problem.zones[zone]
    ]
    unit = np.array([each[0] for each in rows], dtype=np.int64)
    school = np.array([each[1] for each in rows], dtype=np.int64)
    share = np.array([each[2] for each in rows])
    zone = np.array([each[3] for each in rows], dtype=np.int64)
    cost = pair_costs(problem.costs, unit, school)
    if not np.isfinite(cost).all():
        return float("inf"), [f"out of reach: {[problem.unit_ids[row] for row in unit[~np.isfinite(cost)][:5]]}"]
    faults = []
    if problem.max_cost is not None:
        far = (cost > problem.max_cost) & (problem.root[zone] >= 0) & (problem.pupils[unit] > 0)
        if far.any():
            faults.append(f"beyond the longest way: {[problem.unit_ids[row] for row in unit[far][:5]]}")
    weight = np.array([_weight(problem, int(one), int(other)) for one, other in zip(zone, school, strict=True)])
    return float((problem.pupils[unit] * share * weight * cost).sum()), faults


def _weight(problem: ZoneProblem, zone: int, school: int) -> float:
    """How much of a zone's cost is the way to one of its schools."""
    seats = problem.school_seats[list(problem.zones[zone])]
    if not np.isfinite(seats).all() or not seats.sum() > 0:
        return 1.0 / len(seats)
    return float(problem.school_seats[school] / seats.sum())


def _list_faults(
    problem: ZoneProblem, plan: ZonePlan, load: dict[str, float], inside: dict[str, set[str]], opened: set[str]
) -> list[str]:
    """What the plan lists of its zones, against who belongs to them."""
    faults = []
    if {each.id for each in plan.zones} != opened or len(plan.zones) != len(opened):
        return ["the list of zones is not that of the plan"]
    wrong = [
        zone.id
        for zone in plan.zones
        if not abs(zone.load - load[zone.id]) <= 1e-6 * max(1.0, zone.load) or set(zone.units) != inside[zone.id]
    ]
    if wrong:
        faults.append(f"load or units of {wrong} are not those of the plan")
    new = {problem.zone_ids[row] for row in np.flatnonzero(problem.candidate)} & opened
    if set(plan.new_schools) != new:
        faults.append("the list of new schools is not that of the plan")
    return faults
