"""Attendance zones in one call: drawn, proved or with the gap that is left, and checked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

from geoplan.errors import GeoplanError
from geoplan.locate.clock import start_clock, stopped_by_ctrl_c
from geoplan.locate.models import Limits, refuse_limits, split_limits
from geoplan.zones.answer import no_plan, today, zone_plan
from geoplan.zones.engine import compile_kernels, solve_zones
from geoplan.zones.keywords import ZoneKeywords
from geoplan.zones.problem import make_zone_problem
from geoplan.zones.reduce import reduce_zones
from geoplan.zones.trouble import against, explained
from geoplan.zones.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoplan.locate.clock import Clock, Progress
    from geoplan.locate.costs import AnyCosts
    from geoplan.zones.measures import Placed
    from geoplan.zones.plan import ZonePlan
    from geoplan.zones.problem import ZoneProblem


class DrawKeywords(ZoneKeywords, Limits, total=False):
    """All that `draw_zones` takes by keyword: see `make_zone_problem` for the problem, `draw` for the limits."""


def draw_zones(costs: AnyCosts, **keywords: Unpack[DrawKeywords]) -> ZonePlan:
    """Assign every unit to a school so that zones are contiguous, seats suffice and the ways are shortest.

    Args:
        costs: see `geoplan.locate.as_costs`; units × schools, of a pupil.
        **keywords: see `make_zone_problem` (pupils, seats, adjacency, school_unit, current, …) and `draw`
            (time_limit_s, gap, seed, progress).

    Raises:
        ProblemError: see `make_zone_problem`.
    """
    rest, limits = split_limits(keywords)
    return draw(make_zone_problem(costs, **rest), **limits)


def draw(
    problem: ZoneProblem,
    *,
    time_limit_s: float = 60.0,
    gap: float = 0.0,
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
    start: Placed | None = None,
) -> ZonePlan:
    """Draw the zones of a problem; the answer has passed `verify`.

    Args:
        time_limit_s: then, or at Ctrl-C, the best plan so far is returned with its bound.
        gap: relative gap at which a plan is good enough; 0: prove it optimal.
        seed: for whatever is drawn; the answer does not depend on the order of rows.
        progress: told now and then how far it has come.
        start: a plan to begin with, legal or not; default today's zones, where all units have one.

    Raises:
        ProblemError: limits that make no sense.
        GeoplanError: `verify` rejects the answer: a fault of geoplan's own, never of the input.
    """
    refuse_limits(time_limit_s=time_limit_s, gap=gap)
    compile_kernels()
    clock = start_clock(time_limit_s, progress)
    with stopped_by_ctrl_c(clock):
        plan = draw_within(problem, clock, gap=gap, seed=seed, start=start)
    return checked(problem, replace(plan, seconds=clock.seconds, interrupted=clock.stopped))


def draw_within(
    problem: ZoneProblem, clock: Clock, *, gap: float, seed: int, start: Placed | None = None, explain: bool = True
) -> ZonePlan:
    """The same under a clock that runs already; `explain`: say why there is no plan, and offer the least bad one."""
    reduced = reduce_zones(problem)
    start = today(problem) if start is None else start
    first = None if start is None else reduced.taken(start)
    known, found = against(problem, reduced), None
    if not known.reasons:
        found = solve_zones(reduced.core, clock=clock, gap=gap, seed=seed, start=first)
        if found.zone_of_unit is not None:
            placed = reduced.placed(found.zone_of_unit, len(problem.zones))
            plan = zone_plan(problem, placed, bound=found.bound, proved=found.proved and gap == 0)
            return replace(plan, seconds=clock.seconds, seed=seed)
    if found is not None and not found.proved:
        return replace(no_plan(problem, clock), seed=seed)
    relaxed = (lambda other: draw_within(other, clock, gap=gap, seed=seed, explain=False)) if explain else None
    return replace(explained(problem, known, relaxed), seed=seed)


def checked(problem: ZoneProblem, plan: ZonePlan) -> ZonePlan:
    """The plan, if it holds.

    Raises:
        GeoplanError: it does not.
    """
    faults = verify(problem, plan)
    if plan.least_bad is not None and plan.least_bad.problem is not None:
        faults += [f"least bad: {each}" for each in verify(plan.least_bad.problem, plan.least_bad)]
    if faults:
        raise GeoplanError(f"geoplan rejected its own answer ({'; '.join(faults)}). Please report this problem.")
    return plan
