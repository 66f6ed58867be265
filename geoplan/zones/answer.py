"""From who belongs where to the plan by id."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.answer import claims, not_found
from geoplan.locate.solution import Status
from geoplan.zones.measures import Placed, measured, utilisation
from geoplan.zones.plan import Zone, ZonePlan

if TYPE_CHECKING:
    from geoplan.locate.clock import Clock
    from geoplan.zones.measures import Measures
    from geoplan.zones.problem import ZoneProblem


def zone_plan(problem: ZoneProblem, placed: Placed, *, bound: float, proved: bool) -> ZonePlan:
    """The plan of who belongs where, with its claims."""
    found = measured(problem, placed)
    objective, bound, gap = claims(found.objective, bound, proved=proved)
    names, units = problem.zone_ids, problem.unit_ids
    largest = np.lexsort((placed.zone, -placed.share, placed.unit))
    first = largest[np.concatenate([[True], np.diff(placed.unit[largest]) > 0])]
    shares: dict[str, dict[str, float]] = {}
    for part in np.flatnonzero(placed.share < 1):
        shares.setdefault(units[placed.unit[part]], {})[names[placed.zone[part]]] = float(placed.share[part])
    opened = np.flatnonzero(found.is_open & problem.candidate)
    return ZonePlan(
        status=Status.OPTIMAL if gap == 0 else Status.FEASIBLE,
        zones=zones_of(problem, placed, found),
        new_schools=tuple(problem.school_ids[problem.zones[zone][0]] for zone in opened),
        objective=objective,
        bound=bound,
        gap=gap,
        assignment={units[placed.unit[part]]: names[placed.zone[part]] for part in first.tolist()},
        shares=shares,
        distance=found.distance,
        moved_pupils=found.moved_pupils,
        over_pupils=found.over_pupils,
        opening_cost=found.opening_cost,
        findings=problem.findings,
        problem=problem,
    )


def zones_of(problem: ZoneProblem, placed: Placed, found: Measures) -> tuple[Zone, ...]:
    """The open zones of a plan."""
    count = len(problem.zones)
    heads = problem.pupils[placed.unit] * placed.share
    way = np.where(heads > 0, problem.cost[placed.unit, placed.zone], 0.0)
    far = np.where(heads > 0, problem.longest[placed.unit, placed.zone], 0.0)
    walked = np.bincount(placed.zone, weights=heads * way, minlength=count)
    longest = np.zeros(count)
    np.maximum.at(longest, placed.zone, far)
    moves = heads * problem.moves[placed.unit, placed.zone]
    came = np.bincount(placed.zone, weights=moves, minlength=count)
    was = problem.current[placed.unit]
    left = np.bincount(np.maximum(was, 0), weights=np.where(was >= 0, moves, 0.0), minlength=count)
    full = utilisation(found.load, problem.seats)
    members: list[list[str]] = [[] for _ in range(count)]
    for unit, zone in zip(placed.unit.tolist(), placed.zone.tolist(), strict=True):
        members[zone].append(problem.unit_ids[unit])
    return tuple(
        Zone(
            id=problem.zone_ids[zone],
            schools=tuple(problem.school_ids[school] for school in problem.zones[zone]),
            units=tuple(members[zone]),
            load=float(found.load[zone]),
            seats=float(problem.seats[zone]),
            least=float(problem.least[zone]),
            utilisation=float(full[zone]),
            mean_cost=float(walked[zone] / found.load[zone]) if found.load[zone] > 0 else 0.0,
            longest_cost=float(longest[zone]),
            moved_in=float(came[zone]),
            moved_out=float(left[zone]),
            is_new=bool(problem.candidate[zone]),
            boarding=bool(problem.root[zone] < 0),
        )
        for zone in np.flatnonzero(found.is_open).tolist()
    )


def placed_of(problem: ZoneProblem, plan: ZonePlan) -> Placed:
    """Who belongs where in a plan, as arrays."""
    parts = sorted(
        (problem.row_of_unit[unit], problem.zone_named[zone], share)
        for unit, by_zone in plan.parts.items()
        for zone, share in by_zone.items()
    )
    unit, zone, share = zip(*parts, strict=True)
    return Placed(np.array(unit, dtype=np.int64), np.array(zone, dtype=np.int64), np.array(share, dtype=np.float64))


def today(problem: ZoneProblem) -> Placed | None:
    """Today's zones as a plan; None where some units have none, or one that is closed."""
    if (problem.current < 0).any():
        return None
    return Placed(np.arange(len(problem.pupils)), problem.current, np.ones(len(problem.pupils)))


def no_plan(problem: ZoneProblem, clock: Clock) -> ZonePlan:
    """An answer without a plan: none was found within the time, or until Ctrl-C."""
    return ZonePlan(
        Status.TIME_LIMIT, (), (), None, None, None, reasons=(not_found(clock),), findings=problem.findings,
        problem=problem,
    )  # fmt: skip
