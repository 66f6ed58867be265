"""Why there is no plan: who is out of reach, which rules cannot hold together, and the least that would help.

A smallest set of requirements that cannot hold together is found by leaving requirements out one after the other
(deletion filter, Chinneck & Dravnieks 1991) and then trying all smaller sets, as far as they are few.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.core import COUNT
from geoplan.locate.costs import all_pairs, some, within
from geoplan.locate.elastic import BUDGET, CAPACITY, FIXED, FORBIDDEN, LEAST, SERVED, elastic
from geoplan.locate.problem import Model
from geoplan.locate.solution import NO_HELP, Conflict

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.elastic import Elastic
    from geoplan.locate.highs import Answer
    from geoplan.locate.problem import Problem

REACH = "max_cost"
EXPLAIN_S, AT_ONCE_S = 30.0, 5.0
"""How long an explanation takes at most; and how long where the time is over, or where sums say it all."""
MOST_SETS = 60
MOST_PAIRS, PAIRS_A_SECOND = 2_000_000, 100_000
"""With more pairs, in all or for each second that is left, only sums are looked at."""
SURELY = 1e-9
"""Sums must differ relatively by more than rounding."""


@dataclass(frozen=True)
class Explanation:
    """Why a problem has no plan; see `Solution`."""

    reason: str
    conflict: Conflict | None
    unserved: tuple[str, ...]
    unserved_weight: float


def explain(problem: Problem, clock: Clock) -> Explanation:
    """Explain a problem that is known to have no plan.

    Args:
        clock: what is left of it is used, up to 30 s; where nothing is left, or where sums say it all, 5 s.
    """
    if stuck := _out_of_reach(problem):
        return stuck
    sums = sums_against(problem)
    clock = clock.lasting(AT_ONCE_S).within(AT_ONCE_S if sums else EXPLAIN_S)
    pairs = _pairs(problem)
    if pairs > min(MOST_PAIRS, PAIRS_A_SECOND * clock.left_s):
        no_time = f"No plan keeps all rules; with {pairs:,} pairs the smallest conflict is not looked for."
        return Explanation(sums or no_time, None, (), 0.0)
    found = _conflict(problem, clock)
    if clock.over and sums:
        return replace(found, reason=sums, conflict=None)
    if clock.over:
        return replace(found, reason=f"{found.reason} (The explanation was cut short; fewer rules may conflict, too.)")
    return found


def _pairs(problem: Problem) -> int:
    """How many pairs an explanation would have to look at."""
    costs = problem.all_costs
    return len(costs.site) if costs.points is None else len(costs.demand_ids) * len(costs.site_ids)


def sums_against(problem: Problem) -> str:
    """Why a capacitated problem has no plan, where sums of capacities and least loads say so; else empty."""
    if problem.model is not Model.CAPACITATED:
        return ""
    options, sites = problem.options, len(problem.fixed)
    most, least = np.zeros(sites), np.full(sites, np.inf)
    np.maximum.at(most, options.site, options.capacity)
    np.minimum.at(least, options.site, options.least)
    most += problem.extra_most
    must, there = float(problem.weights[problem.must_serve].sum()), float(problem.weights.sum())
    fewest, at_most = problem.to_open
    holds = float(most[problem.fixed].sum() + np.sort(most[problem.usable])[::-1][:at_most].sum())
    needed = float(least[problem.fixed].sum() + np.sort(least[problem.usable])[:fewest].sum())
    opened = int(problem.fixed.sum())
    if holds < must * (1 - SURELY):
        return (
            f"{must:,g} must be served, and the {opened + at_most} largest sites that may be open hold {holds:,g}. "
            "Open more sites or larger ones, or let somebody stay unserved (unserved_cost)."
        )
    if needed > there * (1 + SURELY):
        return (
            f"The {opened + fewest} smallest sites that must be open need {needed:,g} at least, and there are only "
            f"{there:,g}. Open fewer sites, close some, or lower min_loads."
        )
    return ""


def _out_of_reach(problem: Problem) -> Explanation | None:
    costs = problem.costs
    if costs.points is not None:
        return None
    can = np.isfinite(problem.served_at)
    can[costs.demand[~problem.forbidden[costs.site]]] = True
    stuck = np.flatnonzero(~can & problem.must_serve)
    if not len(stuck):
        return None
    ids = tuple(costs.demand_ids[row] for row in stuck)
    reason = (
        f"{len(ids)} demands are out of reach of every site: {some(ids)}. Add sites near them, let them stay unserved "
        "(skip_unreachable, unserved_cost), or let them have a longer way."
    )
    conflict = None
    if problem.max_cost is not None:
        everything = problem.all_costs
        nearest = problem.all_served_at.copy()
        allowed = ~problem.forbidden[everything.site]
        np.minimum.at(nearest, everything.demand[allowed], everything.cost[allowed])
        need = float(nearest[stuck].max())
        line = f"max_cost {need:g} would bring each of them within reach of a site."
        if not np.isfinite(need):
            line = "No max_cost would help: some of them have no site in reach at all."
        leave = f"Leaving {problem.weights[stuck].sum():,g} unserved would do as far as reach is concerned."
        conflict = Conflict((_label(problem, SERVED), _label(problem, REACH)), (leave, line))
    return Explanation(reason, conflict, ids, float(problem.weights[stuck].sum()))


def _conflict(problem: Problem, clock: Clock) -> Explanation:
    near = elastic(problem, all_pairs(problem.costs), problem.served_at)
    far = near
    if problem.max_cost is not None:
        far = elastic(problem, all_pairs(problem.all_costs), problem.all_served_at)
    names = [*near.slack, *([REACH] if problem.max_cost is not None else [])]

    def clash(hard: Collection[str]) -> bool:
        relaxed = set(names) - set(hard)
        answer = (far if REACH in relaxed else near).ask(relaxed, clock=clock)
        return answer.x is None and answer.proved

    rules = _smallest(names, clash)
    share = np.zeros(0)
    missed = np.zeros(0, dtype=np.int64)
    if len(near.needed):
        left = near.ask({SERVED}, least=SERVED, clock=clock)
        if left.x is not None:
            share = left.x[near.slack[SERVED]]
            missed = near.needed[share > 1e-6]
    lines = tuple(_relaxation(problem, near, name, clock) for name in rules)
    reason = f"{' and '.join(_label(problem, name) for name in rules)} cannot hold together."
    weight = 0.0
    if len(missed):
        weight = float((problem.weights[near.needed] * share).sum())
        how = _surely(near, left)
        total = float(problem.weights[near.needed].sum())
        reason = f"Of {total:,g} to be served, {how}{weight:,g} stay unserved. {reason}"
    return Explanation(
        reason,
        Conflict(tuple(_label(problem, name) for name in rules), lines),
        tuple(problem.costs.demand_ids[row] for row in missed),
        weight,
    )


def _smallest(names: Sequence[str], clash: Callable[[Collection[str]], bool]) -> tuple[str, ...]:
    """A smallest set of requirements that clash; a minimal one where there would be too many sets to try."""
    left = list(names)
    for name in names:
        fewer = [each for each in left if each != name]
        if clash(fewer):
            left = fewer
    tried = 0
    for size in range(1, len(left)):
        for chosen in combinations(names, size):
            tried += 1
            if tried > MOST_SETS:
                return tuple(left)
            if clash(chosen):
                return chosen
    return tuple(left)


def _relaxation(problem: Problem, near: Elastic, name: str, clock: Clock) -> str:
    """The least change of one requirement alone that would let all hold, in words."""
    if name == REACH:
        return _reach_line(problem, clock)
    answer = near.ask({name}, least=name, clock=clock)
    label = _label(problem, name)
    if answer.x is None or not (answer.proved or near.exact):
        surely_not = answer.x is None and answer.proved
        return f"Relaxing '{label}' {NO_HELP if surely_not else 'may help; that took too long to find out.'}"
    amount = answer.x[near.slack[name]] * near.amount[name]
    how = _surely(near, answer)
    need = f"{how}{amount.sum():,g}"
    sites = problem.costs.site_ids
    changed = np.flatnonzero(amount > 1e-6)
    where = ", ".join(f"{sites[row]}: {amount[row]:,g}" for row in changed[:5]) if name in {CAPACITY, LEAST} else ""
    marked = np.flatnonzero({FIXED: problem.fixed, FORBIDDEN: problem.forbidden}.get(name, np.zeros(0, dtype=bool)))
    which = some([sites[row] for row in marked[changed]]) if len(marked) else ""
    phrases = {
        SERVED: f"Leaving {need} unserved would do.",
        CAPACITY: f"More seats would do: {need} (for example {where}).",
        LEAST: f"Lower least loads would do: by {need} in all (for example {where}).",
        FIXED: f"Closing {which} would do.",
        FORBIDDEN: f"Allowing {which} would do.",
        BUDGET: f"A budget of {how}{problem.budget + _changed(amount):,g} would do.",
    }
    return phrases.get(name) or _rule_line(problem, name, _changed(amount), label)


def _surely(near: Elastic, answer: Answer) -> str:
    """What a figure of an answer is: the least, or one that bounds it."""
    if answer.proved:
        return "" if near.exact else "at least "
    return "at most "


def _changed(amount: NDArray[np.float64]) -> float:
    """How much more (below 0: fewer) a rule would have to allow; its amounts are how much fewer and how much more."""
    return float(amount[-1] - amount[:-1].sum())


def _rule_line(problem: Problem, name: str, change: float, label: str) -> str:
    rule = next(rule for rule in problem.rules if rule.name == name)
    limit, there = (rule.high if change > 0 else rule.low) + change, len(rule.sites)
    if name == COUNT:
        limit = float((problem.new if problem.p is None else problem.p) or 0) + change
        there = int((~problem.forbidden & (problem.is_new if problem.p is None else True)).sum())
    limit = min(max(limit, 0.0), float(there))
    return f"{limit:g} in place of {label.rsplit(maxsplit=1)[-1]} would do ({label})."


def _reach_line(problem: Problem, clock: Clock) -> str:
    """The smallest max_cost under which there is a plan, by bisection over the costs that occur."""
    everything = all_pairs(problem.all_costs)
    outside = problem.all_served_at
    values = np.unique(np.concatenate([everything.cost, outside[np.isfinite(outside)]]))
    assert problem.max_cost is not None  # noqa: S101 - there is a limit to relax
    values = values[values > problem.max_cost]
    low, high = 0, len(values)
    while low < high and not clock.over:
        middle = (low + high) // 2
        reach = float(values[middle])
        program = elastic(problem, within(everything, reach), np.where(outside <= reach, outside, np.inf))
        answer = program.ask((), clock=clock)
        low, high = (low, middle) if answer.x is not None else (middle + 1, high)
    if clock.over:
        return "A larger max_cost alone may help; that took too long to find out."
    return f"max_cost {values[low]:g} would do." if low < len(values) else f"A larger max_cost {NO_HELP}"


def _label(problem: Problem, name: str) -> str:
    """A requirement in words, with its figure."""
    fixed = {
        SERVED: "everyone is served",
        CAPACITY: "capacities",
        LEAST: "least loads",
        FIXED: "fixed sites stay open",
        FORBIDDEN: "forbidden sites stay closed",
        REACH: "" if problem.max_cost is None else f"max_cost {problem.max_cost:g}",
        BUDGET: f"budget {problem.budget:g}",
        "new": f"new = {problem.new}",
        COUNT: f"p = {problem.p}" if problem.p is not None else f"new = {problem.new}",
    }
    if name in fixed:
        return fixed[name]
    rule = next(rule for rule in problem.rules if rule.name == name)
    limits = [f"at least {rule.low:g}"] * (rule.low > 0) + [f"at most {rule.high:g}"] * (rule.high < len(rule.sites))
    return f"{name}: {' and '.join(limits)}"
