"""A stage's attendance zones: from the layers of a project to a zoning problem, and from its answer to a proposal."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoplan.coverage import existing_supply
from geoplan.errors import ProblemError
from geoplan.plan.zone_ground import touching, zone_ground
from geoplan.plan.zone_proposal import ZoneProposal, ZoneTask
from geoplan.plan.zone_schools import by_id, zone_schools
from geoplan.plan.zone_today import todays_zones
from geoplan.plan.zone_wish import WHOLE_BY
from geoplan.types import Finding, Severity, Travel
from geoplan.zones import balance, draw, make_zone_problem
from geoplan.zones.answer import placed_of, zone_plan

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.demand import StageSeats, Units
    from geoplan.plan.zone_ground import ZoneGround
    from geoplan.plan.zone_schools import ZoneSchools
    from geoplan.plan.zone_today import Today
    from geoplan.plan.zone_wish import ZoneWish
    from geoplan.travel import TravelEngine
    from geoplan.types import Layers, Stage
    from geoplan.zones import Adjacency, Balance, ZonePlan, ZoneProblem

DETOUR = 6.0
"""Ways on foot are looked for up to so many times the width of the area."""


def zone_task(
    layers: Layers, units: Units, engine: TravelEngine, stage: Stage, wish: ZoneWish, *, seats: StageSeats
) -> ZoneTask:
    """The zoning problem of a stage.

    Args:
        seats: of every school of the layer, by stage.

    Raises:
        ProblemError: something that zoning needs is not there; the message says what.
    """
    ground = zone_ground(units, stage, district=wish.district, tolerance_m=wish.tolerance_m)
    supply = existing_supply(layers, units, stage, seats=seats)
    wish = by_id(layers, units, supply, stage, wish)
    schools = zone_schools(layers, units, ground, supply, stage, wish)
    everyone = schools
    if wish.exclude:
        # today's nearest school may be one that closes
        everyone = zone_schools(layers, units, ground, supply, stage, replace(wish, exclude=()), needs_seats=False)
    all_ways, notes = _ways(engine, ground, everyone)
    row = {each: number for number, each in enumerate(everyone.ids)}
    ways = all_ways[:, [row[each] for each in schools.ids]]
    existing = np.flatnonzero(~everyone.is_candidate)
    today = todays_zones(
        layers, ground, stage, _nearest(all_ways[:, existing]), tuple(everyone.ids[each] for each in existing)
    )
    ground, graph = touching(ground, layers, engine, given=wish.tolerance_m is not None)
    problem = _problem(layers, units, ground, schools, today, ways, graph, wish)
    findings = (*ground.findings, *schools.findings, *today.findings, *notes, *problem.findings)
    return ZoneTask(stage, engine.travel, wish, ground, schools, today, ways, problem, tuple(dict.fromkeys(findings)))


def _nearest(ways: NDArray[np.float64]) -> NDArray[np.int64]:
    if not ways.shape[1]:
        return np.full(len(ways), -1, dtype=np.int64)
    nearest: NDArray[np.int64] = np.where(np.isfinite(ways).any(axis=1), np.argmin(ways, axis=1), -1)
    return nearest


def _ways(engine: TravelEngine, ground: ZoneGround, schools: ZoneSchools) -> tuple[NDArray[np.float64], list[Finding]]:
    """Metres of every pair; in a straight line for units that no road leads from, and to the school on the unit."""
    everything = np.concatenate([ground.xy, schools.xy])
    span = 2.0 * float(np.hypot(*np.ptp(everything, axis=0))) + 1.0
    matrix = engine.within(ground.xy, schools.xy, span * (DETOUR if engine.travel is Travel.WALK else 1.0))
    ways = np.full(matrix.shape, np.inf)
    ways[matrix.origin(), matrix.target] = matrix.distance_m
    apart = ground.xy[:, None] - schools.xy[None]
    straight = np.hypot(apart[..., 0], apart[..., 1])
    lost = np.flatnonzero(np.isinf(ways).all(axis=1))
    ways[lost] = straight[lost]
    own = schools.unit, np.arange(len(schools))
    ways[own] = np.where(np.isinf(ways[own]), straight[own], ways[own])
    if not len(lost):
        return ways, []
    what = f"{len(lost)} units reach no school on foot; for them the straight line counts."
    return ways, [
        Finding(
            Severity.WARNING, "no-way-on-foot", what, fix="Check the roads and barriers around them.", layer="roads",
            rows=tuple(ground.ids[row] for row in lost[:5]), count=len(lost),
        )
    ]  # fmt: skip


def _problem(
    layers: Layers,
    units: Units,
    ground: ZoneGround,
    schools: ZoneSchools,
    today: Today,
    ways: NDArray[np.float64],
    graph: Adjacency,
    wish: ZoneWish,
) -> ZoneProblem:
    ids = list(schools.ids)
    is_new = schools.is_candidate
    boarding = [each for each in wish.boarding if each in ids]
    shared = [
        group for each in (*wish.together, *today.shared) if len(group := [one for one in each if one in ids]) > 1
    ]
    candidates = [each for each, new in zip(ids, is_new, strict=True) if new]
    closed = tuple(schools.closed), tuple(schools.closed.values())
    return make_zone_problem(
        pd.DataFrame(ways, index=list(ground.ids), columns=ids),
        pupils=dict(zip(ground.ids, ground.pupils.tolist(), strict=True)),
        seats=dict(zip(ids, schools.seats.tolist(), strict=True)),
        adjacency=graph,
        school_unit={each: ground.ids[unit] for each, unit in zip(ids, schools.unit, strict=True)},
        min_enrolment=wish.min_enrolment,
        over_price=wish.over_price,
        max_cost=wish.longest_m,
        whole_by=_groups(layers, units, ground, wish),
        current=today.school,
        move_price=wish.move_price,
        most_moved=wish.most_moved,
        boarding=boarding,
        together=shared,
        candidates=candidates,
        new=wish.new if candidates else None,
        cost_unit="m",
        unit_names=_labels(ground.ids, ground.names),
        school_names=_labels(schools.ids, schools.names) | _labels(*closed),
    )


def _labels(ids: tuple[str, ...], names: tuple[str, ...]) -> dict[str, str]:
    """What sentences call units or schools, by id: the name, with the id where several share it."""
    times = Counter(names)
    return {
        each: name if times[name] == 1 else f"{name}（{each}）" for each, name in zip(ids, names, strict=True) if name
    }


def _groups(layers: Layers, units: Units, ground: ZoneGround, wish: ZoneWish) -> dict[str, str] | None:
    """What stays whole: the community, township or district of each unit."""
    if wish.whole_by is None:
        return None
    if wish.whole_by == "district":
        names = [units.district_ids[row] if row >= 0 else "" for row in units.district[ground.rows]]
    elif layers.population is not None and wish.whole_by in layers.population.frame:
        names = [str(each).strip() for each in layers.population.frame[wish.whole_by].iloc[ground.rows]]
    else:
        names = []
    held = {each: name for each, name in zip(ground.ids, names, strict=False) if name}
    if not held:
        zh, en = WHOLE_BY[wish.whole_by]
        raise ProblemError(
            f"--whole-by {wish.whole_by}: the population layer does not say the {en} ({zh}) of any row. "
            f'Add the column, or map it: columns = {{ {wish.whole_by} = "…" }} in [layers.population].'
        )
    return held


def solve_zones(task: ZoneTask) -> tuple[ZonePlan, Balance | None]:
    """The zones; with `balance`, the most even ones, and what each step towards them costs."""
    wish = task.wish
    if wish.balance is None:
        return draw(
            task.problem, time_limit_s=wish.time_limit_s, gap=wish.gap, seed=wish.seed, progress=wish.progress
        ), None
    found = balance(
        task.problem, of=wish.balance, time_limit_s=wish.time_limit_s, gap=wish.gap, seed=wish.seed,
        progress=wish.progress,
    )  # fmt: skip
    best = found.best
    if best.objective is None:
        return best, found
    # the step was drawn with fewer seats or shorter ways; its figures are those of the schools as they are
    plan = zone_plan(task.problem, placed_of(task.problem, best), bound=best.bound or 0.0, proved=False)
    return replace(
        plan, status=best.status, bound=best.bound, gap=best.gap, seconds=best.seconds, seed=best.seed,
        interrupted=best.interrupted,
    ), found  # fmt: skip


def propose_zones(task: ZoneTask) -> ZoneProposal:
    """Draw the zones of a task."""
    plan, steps = solve_zones(task)
    found = ZoneProposal(**vars(task), plan=plan, balance=steps)
    return replace(found, findings=(*task.findings, *_across_districts(found)))


def _across_districts(found: ZoneProposal) -> list[Finding]:
    """Units whose school stands in another district, where every district ought to draw its own zones."""
    of_unit = dict(zip(found.ground.ids, found.ground.districts, strict=True))
    of_school = {
        each: found.ground.districts[unit] for each, unit in zip(found.schools.ids, found.schools.unit, strict=True)
    }
    away = [
        unit
        for zone in found.zones
        for unit in zone.units
        if not zone.boarding and of_unit[unit] not in {"", *(of_school[each] for each in zone.schools)}
    ]
    if not away:
        return []
    zones = len({found.after[each] for each in away})
    what = f"{zones} zones cross district lines: {len(away)} units belong to a school of another district."
    fix = "Where every district draws its own zones, draw them one by one with --district."
    return [
        Finding(
            Severity.WARNING, "zones-cross-districts", what, fix=fix, layer="districts", rows=tuple(away[:5]),
            count=len(away),
        )
    ]  # fmt: skip
