"""Balance as a second aim: the largest load or the longest way made smaller step by step, and what each step costs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoplan.errors import ProblemError
from geoplan.locate.clock import start_clock, stopped_by_ctrl_c
from geoplan.locate.solution import Status
from geoplan.zones.answer import placed_of
from geoplan.zones.limits import in_reach, with_limits
from geoplan.zones.measures import measured
from geoplan.zones.models import checked, draw_within
from geoplan.zones.plan import ZonePlan

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoplan.locate.clock import Clock, Progress
    from geoplan.zones.problem import ZoneProblem

HALVINGS = 3
"""Once a step has no plan, so often the distance to the last one that has is halved."""


class Aim(StrEnum):
    """What is balanced between schools."""

    LOAD = "load"
    DISTANCE = "distance"


@dataclass(frozen=True)
class Step:
    """A limit, and the best plan within it.

    Attributes:
        limit: largest utilisation, or longest way, that was allowed.
        plan: best within it; without an objective where there is none, or none was found in time.
        largest_utilisation, longest_cost: of the plan; None without one.
        price: objective beyond that of the plan without the limit; None without a plan.
    """

    limit: float
    plan: ZonePlan = field(repr=False)
    largest_utilisation: float | None
    longest_cost: float | None
    price: float | None


@dataclass(frozen=True)
class Balance:
    """What balance costs.

    Attributes:
        base: the best plan without a limit; `steps`: from the widest limit to the narrowest.
    """

    aim: Aim
    base: Step
    steps: tuple[Step, ...]

    @property
    def best(self) -> ZonePlan:
        """The most balanced plan that was found."""
        return ([self.base, *(each for each in self.steps if each.price is not None)])[-1].plan

    def table(self) -> pd.DataFrame:
        """A row for each limit: what it gives, its price in the objective, in percent, the gap and the status."""
        rows = [self.base, *self.steps]
        base = self.base.plan.objective or 0.0
        return pd.DataFrame(
            {
                "limit": [each.limit for each in rows],
                "largest_utilisation": [each.largest_utilisation for each in rows],
                "longest_cost": [each.longest_cost for each in rows],
                "objective": [each.plan.objective for each in rows],
                "bound": [each.plan.bound for each in rows],
                "price": [each.price for each in rows],
                "price_percent": [None if each.price is None or not base else 100 * each.price / base for each in rows],
                "status": [each.plan.status.value for each in rows],
            }
        )


def balance(
    problem: ZoneProblem,
    *,
    of: Aim | str = Aim.LOAD,
    steps: int = 5,
    time_limit_s: float = 60.0,
    gap: float = 0.0,
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
) -> Balance:
    """Make the largest utilisation ("load") or the longest way ("distance") smaller, step by step.

    Limits go down evenly from what the best plan has to what no plan can go below; where a step has no plan, the last
    limit that has one and the first that has none are drawn together by halving.

    Args:
        steps: how many even steps, at least 1.
        time_limit_s: for all plans together; each takes an equal part of it at most.
        gap, seed, progress: of each plan, see `draw`.

    Raises:
        ProblemError: balance of load where seats may be exceeded at a price; limits that make no sense.
    """
    aim = Aim(of)
    if steps < 1 or not time_limit_s > 0 or not gap >= 0:
        raise ProblemError(f"Expected steps ≥ 1, time_limit_s > 0 and gap ≥ 0, found {steps}, {time_limit_s}, {gap}.")
    if aim is Aim.LOAD and np.isfinite(problem.over_price):
        raise ProblemError("Balance of load takes seats as a limit: leave over_price out.")
    clock = start_clock(time_limit_s, progress)
    share_s = time_limit_s / (steps + HALVINGS + 1)
    with stopped_by_ctrl_c(clock):
        plan = _drawn(problem, problem, clock.within(2 * share_s), gap, seed)
        base = _step(problem, _value(problem, plan, aim), plan, None)
        if plan.objective is None:
            return Balance(aim, base, ())
        found = _tightened(problem, aim, base, steps, lambda limit, start: _step(
            problem, limit, _limited(problem, aim, limit, clock.within(share_s), gap, seed, start), base,
        ), clock)  # fmt: skip
    return Balance(aim, base, tuple(sorted(found, key=lambda each: -each.limit)))


def _tightened(
    problem: ZoneProblem,
    aim: Aim,
    base: Step,
    steps: int,
    ask: Callable[[float, ZonePlan], Step],
    clock: Clock,
) -> list[Step]:
    floor = _floor(problem, aim)
    found: list[Step] = []
    good, bad = base, floor
    for limit in np.linspace(base.limit, floor, steps + 1)[1:].tolist():
        if clock.over or not limit < base.limit:
            return found
        found.append(ask(limit, good.plan))
        if found[-1].price is None:
            bad = limit
            break
        good = found[-1]
    else:
        return found
    for _ in range(HALVINGS):
        if clock.left_s <= 0:
            break
        found.append(ask((_value(problem, good.plan, aim) + bad) / 2, good.plan))
        good, bad = (good, found[-1].limit) if found[-1].price is None else (found[-1], bad)
    return found


def _floor(problem: ZoneProblem, aim: Aim) -> float:
    """What no plan can go below."""
    if aim is Aim.LOAD:
        seats = float(problem.seats.sum())
        return float(problem.pupils.sum()) / seats if 0 < seats < np.inf else 0.0
    ways = np.where(in_reach(problem) & problem.allowed, problem.longest, np.inf)
    ways = np.where(problem.root[None] >= 0, ways, np.where(np.isfinite(ways), 0.0, np.inf))
    least = ways.min(axis=1)[problem.pupils > 0]
    return float(least[np.isfinite(least)].max(initial=0.0))


def _value(problem: ZoneProblem, plan: ZonePlan, aim: Aim) -> float:
    if plan.objective is None:
        return float("inf")
    found = measured(problem, placed_of(problem, plan))
    return found.largest_utilisation if aim is Aim.LOAD else found.longest_cost


def _limited(
    problem: ZoneProblem, aim: Aim, limit: float, clock: Clock, gap: float, seed: int, start: ZonePlan
) -> ZonePlan:
    # a limit that is one of the plan's own figures must not fail by rounding
    limit *= 1 + 1e-9
    if aim is Aim.LOAD:
        narrow = replace(problem, seats=np.minimum(problem.seats, problem.seats * limit))
        return _drawn(problem, narrow, clock, gap, seed, start)
    try:
        narrow = with_limits(replace(problem, max_cost=min(limit, problem.max_cost or np.inf)))
    except ProblemError as error:
        reasons = (("有的单元在此距离内没有学校。", str(error)),)
        return ZonePlan(Status.INFEASIBLE, (), (), None, None, None, reasons=reasons, problem=problem)
    return _drawn(problem, narrow, clock, gap, seed, start)


def _drawn(
    problem: ZoneProblem, narrow: ZoneProblem, clock: Clock, gap: float, seed: int, start: ZonePlan | None = None
) -> ZonePlan:
    first = None if start is None else placed_of(problem, start)
    return checked(narrow, draw_within(narrow, clock, gap=gap, seed=seed, start=first, explain=False))


def _step(problem: ZoneProblem, limit: float, plan: ZonePlan, base: Step | None) -> Step:
    if plan.objective is None:
        return Step(limit, plan, None, None, None)
    found = measured(problem, placed_of(problem, plan))
    was = plan.objective if base is None or base.plan.objective is None else base.plan.objective
    return Step(limit, plan, found.largest_utilisation, found.longest_cost, plan.objective - was)
