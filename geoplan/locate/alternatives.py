"""Plans nearly as good as the best one that really differ from it, each with what it does better and worse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.errors import ProblemError
from geoplan.locate.core import SiteRule
from geoplan.locate.measures import assigned_by, measured
from geoplan.locate.models import solve
from geoplan.locate.problem import Model
from geoplan.locate.solution import Status

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.measures import Measures
    from geoplan.locate.problem import Problem
    from geoplan.locate.solution import Solution


@dataclass(frozen=True)
class Difference:
    """One measure of two plans.

    Attributes:
        measure: its name: objective, served, mean_cost, longest_cost or largest_load.
    """

    measure: str
    best: float
    here: float


@dataclass(frozen=True)
class Alternative:
    """Another plan, beside the best one.

    Attributes:
        opened, dropped: sites that it opens beyond the best plan, and those that it does without.
        better, worse: the measures in which it beats the best plan and in which it falls behind.
    """

    solution: Solution
    opened: tuple[str, ...]
    dropped: tuple[str, ...]
    better: tuple[Difference, ...]
    worse: tuple[Difference, ...]


@dataclass(frozen=True)
class Alternatives:
    """The alternatives, best first.

    Attributes:
        complete: it is proved that no further plan is as near to the best and differs as much from all of these.
        differ: in how many decided sites each plan differs from the best one and from all the others, at least.
    """

    plans: tuple[Alternative, ...]
    complete: bool
    differ: int

    def explain(self) -> str:
        """Each plan on a line: what it opens and drops, what it does better and worse."""
        lines = []
        for number, plan in enumerate(self.plans, start=1):
            swapped = (
                f"opens {', '.join(plan.opened) or 'nothing else'}, does without {', '.join(plan.dropped) or 'none'}"
            )
            lines.append(f"Alternative {number} ({plan.solution.status.value}): {swapped}.")
            for word, differences in (("better", plan.better), ("worse", plan.worse)):
                lines += [
                    f"  {word}: {each.measure} {each.here:,.10g} in place of {each.best:,.10g}" for each in differences
                ]
        if self.complete:
            lines.append(f"No further plan is as good and differs in at least {self.differ} sites (proved).")
        elif not self.plans:
            lines.append("No alternative was found within the time; there may be one.")
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "complete": self.complete,
            "differ": self.differ,
            "plans": [
                {
                    **plan.solution.as_dict(),
                    "opened": list(plan.opened),
                    "dropped": list(plan.dropped),
                    "better": {each.measure: [each.best, each.here] for each in plan.better},
                    "worse": {each.measure: [each.best, each.here] for each in plan.worse},
                }
                for plan in self.plans
            ],
        }


def alternatives(
    solution: Solution,
    k: int,
    *,
    within: float = 0.01,
    differ: int | None = None,
    time_limit_s: float = 60.0,
    seed: int = 0,
) -> Alternatives:
    """Up to `k` other plans whose objective is at most `within` (relative) worse than the best one's.

    Each is the best of all plans that differ enough from those before it; its `status` says whether that is proved.

    Args:
        differ: how many of the decided sites of each earlier plan it must do without; by default a fifth of them, at
            least one.
        time_limit_s: for each plan.

    Raises:
        ProblemError: there is no plan to differ from, or nothing was asked for.
    """
    problem = solution.problem
    if problem is None or solution.objective is None:
        raise ProblemError("There is no plan, and so there are no alternatives to it.")
    if k < 1 or within < 0:
        raise ProblemError(f"Expected k of at least 1 and within of at least 0, found {k} and {within}.")
    decided = int(_decided(problem, solution).sum())
    differ = max(1, ceil(decided / 5)) if differ is None else differ
    if not differ >= 1:
        raise ProblemError(f"differ: expected at least 1, found {differ}.")
    sign = -1.0 if problem.model is Model.MAX_COVER else 1.0
    worst = sign * solution.objective + within * abs(solution.objective)
    slack = 1e-9 * max(1.0, abs(worst))
    found: list[Solution] = []
    complete = differ > decided
    while len(found) < k and not complete:
        rules = tuple(_differs(problem, plan, differ, number) for number, plan in enumerate([solution, *found]))
        other = solve(replace(problem, rules=(*problem.rules, *rules)), time_limit_s=time_limit_s, seed=seed)
        if other.objective is None or sign * other.objective > worst + slack:
            bound = (
                np.inf if other.status is Status.INFEASIBLE else -np.inf if other.bound is None else sign * other.bound
            )
            complete = bound > worst + slack
            break
        found.append(replace(other, problem=problem))
    return Alternatives(tuple(_compared(problem, solution, plan) for plan in found), complete, differ)


def _decided(problem: Problem, plan: Solution) -> NDArray[np.bool_]:
    """The open sites of a plan that were there to decide on."""
    return problem.mask(plan.sites) & problem.usable


def _differs(problem: Problem, plan: Solution, differ: int, number: int) -> SiteRule:
    sites = np.flatnonzero(_decided(problem, plan))
    return SiteRule(f"differs from plan {number}", sites, np.ones(len(sites)), -np.inf, float(len(sites) - differ))


def _compared(problem: Problem, best: Solution, other: Solution) -> Alternative:
    before, after = (measured(problem, assigned_by(problem, plan)) for plan in (best, other))
    better: list[Difference] = []
    worse: list[Difference] = []
    for name, sign in _signs(problem.model).items():
        was, here = _value(before, name), _value(after, name)
        gain = sign * (here - was)
        if abs(gain) > 1e-9 * max(1.0, abs(here)):
            (better if gain > 0 else worse).append(Difference(name, was, here))
    return Alternative(
        other,
        tuple(each for each in other.sites if each not in best.sites),
        tuple(each for each in best.sites if each not in other.sites),
        tuple(better),
        tuple(worse),
    )


def _signs(model: Model) -> dict[str, float]:
    """Whether more (1) or less (-1) of a measure is better."""
    signs = {"objective": 1.0 if model is Model.MAX_COVER else -1.0, "served": 1.0, "largest_load": -1.0}
    # a cover asks only whether somebody is in reach, not at what cost
    return signs if model in {Model.MAX_COVER, Model.SET_COVER} else {**signs, "mean_cost": -1.0, "longest_cost": -1.0}


def _value(found: Measures, name: str) -> float:
    if name == "largest_load":
        return max(found.loads.values(), default=0.0)
    return float(getattr(found, name) or 0.0)
