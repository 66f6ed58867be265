"""Why there is no plan: sums, units that no school can reach, enrolments that cannot be met; and what comes nearest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.locate.costs import some
from geoplan.locate.solution import Status
from geoplan.zones.adjacency import components
from geoplan.zones.answer import placed_of
from geoplan.zones.limits import with_limits
from geoplan.zones.measures import breaches, measured
from geoplan.zones.plan import ZonePlan
from geoplan.zones.reduce import reduce_zones
from geoplan.zones.schools import NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from geoplan.zones.problem import ZoneProblem
    from geoplan.zones.reduce import ReducedZones

SURELY = 1e-9
"""Sums must differ relatively by more than rounding."""
FEW = 5
"""Of many reasons of one kind so many are told, those first that lack most."""
PRICE_OVER = 10.0
"""Price of a pupil beyond the seats in the least bad plan, in longest ways."""


@dataclass(frozen=True)
class Against:
    """What shows without a search that a problem has no plan: reasons (none: nothing does) and units out of reach."""

    reasons: tuple[str, ...]
    unreachable: tuple[str, ...]


def against(problem: ZoneProblem, reduced: ReducedZones) -> Against:
    """Sums, units that no school can reach, zones that cannot be filled or are too full, units that are too large."""
    reach = reachable(reduced)
    lost = np.unique(reduced.member[~np.asarray(reach.any(axis=1))[reduced.of_unit]])
    ids = tuple(problem.unit_ids[row] for row in lost)
    reasons = list(_of_sums(problem))
    if ids:
        reasons.append(
            f"{len(ids)} units cannot be reached by any school over contiguous ground within its limits: {some(ids)}."
        )
    if lone := [problem.unit_ids[row] for row in np.flatnonzero(~np.isfinite(problem.cost).any(axis=1))]:
        reasons.append(f"In the costs no school at all is in reach of {some(lone)}.")
    reasons += _of_zones(problem, reduced, reach)
    reasons += _of_units(problem, reduced, reach)
    unavoidable = float(problem.pupils[(problem.moves | ~problem.allowed).all(axis=1) & (problem.current != -1)].sum())
    if unavoidable > problem.most_moved * (1 + SURELY) + SURELY:
        reasons.append(f"{unavoidable:,g} pupils have to move, and only {problem.most_moved:,g} may (most_moved).")
    return Against(tuple(reasons), ids)


def explained(problem: ZoneProblem, known: Against, solve: Callable[[ZoneProblem], ZonePlan] | None) -> ZonePlan:
    """The answer to a problem that is known to have no plan.

    Args:
        solve: to look for what comes nearest; None: it is not looked for.
    """
    nearest, broken = (None, "") if solve is None else _least_bad(problem, solve)
    reasons = known.reasons or ("No plan keeps all rules together.",)
    return ZonePlan(
        Status.INFEASIBLE, (), (), None, None, None,
        reason=" ".join([*reasons, *([broken] if broken else [])]), unreachable=known.unreachable, least_bad=nearest,
        findings=problem.findings, problem=problem,
    )  # fmt: skip


def _of_sums(problem: ZoneProblem) -> Iterator[str]:
    """Seats, and least enrolments."""
    pupils = float(problem.pupils.sum())
    may = np.sort(problem.seats[problem.candidate])[::-1][: problem.new_most]
    seats = float(problem.seats[~problem.candidate].sum() + may.sum())
    if np.isinf(problem.over_price) and seats < pupils * (1 - SURELY):
        short = pupils - seats
        yield (
            f"{pupils:,g} pupils and {seats:,g} seats in the schools that may be open: {short:,g} seats are missing. "
            "Add seats or schools, or let zones exceed them at a price (over_price)."
        )
    must = np.sort(problem.least[problem.candidate])[: problem.new_least]
    needed = float(problem.least[~problem.candidate].sum() + must.sum())
    if needed > pupils * (1 + SURELY):
        yield (
            f"The schools that must be open need {needed:,g} pupils at least, and there are {pupils:,g}. Lower "
            "min_enrolment, or open fewer schools."
        )


def reachable(reduced: ReducedZones) -> NDArray[np.bool_]:
    """Core units that each zone could hold if it had nothing else to care for. Shape (core units, zones)."""
    core = reduced.core
    allowed = np.zeros((core.units, core.zones), dtype=bool)
    allowed[core.unit, core.zone] = True
    first = np.repeat(np.arange(core.units), np.diff(core.near_ptr))
    for zone in np.flatnonzero(core.root >= 0):
        inside = allowed[:, zone]
        if not inside[core.root[zone]]:
            allowed[:, zone] = False
            continue
        edges = np.column_stack([first, core.near])[inside[first] & inside[core.near]]
        label = components(core.units, edges)
        allowed[:, zone] = inside & (label == label[core.root[zone]])
    return allowed


def _of_zones(problem: ZoneProblem, reduced: ReducedZones, reach: NDArray[np.bool_]) -> Iterator[str]:
    """Zones that cannot be filled, or are full before they begin."""
    core, full = reduced.core, []
    only = reach & (reach.sum(axis=1) == 1)[:, None]
    for zone in np.flatnonzero(core.must_open).tolist():
        name, most = problem.zone_ids[zone], float(core.pupils[reach[:, zone]].sum())
        seats = float(core.seats[zone]) if np.isinf(core.over_price) else np.inf
        if most < core.least[zone] * (1 - SURELY):
            yield f"{name} needs {core.least[zone]:,g} pupils at least, and {most:,g} live within its reach."
        if core.least[zone] > seats * (1 + SURELY):
            yield f"{name} needs {core.least[zone]:,g} pupils at least, and has {seats:,g} seats."
        must = float(core.pupils[only[:, zone]].sum())
        if must > seats * (1 + SURELY):
            own = float(core.pupils[core.root[zone]]) if core.root[zone] >= 0 else 0.0
            why = f" The {own:,g} of the unit that it stands in belong to it." if own > seats else ""
            full.append((must - seats, f"{must:,g} pupils can only go to {name}, which has {seats:,g} seats.{why}"))
    full.sort(key=lambda each: -each[0])
    yield from (words for _, words in full[:FEW])
    if len(full) > FEW:
        lack = sum(each for each, _ in full[FEW:])
        yield f"So it is with {len(full) - FEW} more schools, which lack {lack:,g} seats together."


def _of_units(problem: ZoneProblem, reduced: ReducedZones, reach: NDArray[np.bool_]) -> Iterator[str]:
    """Units (or groups that stay whole) that are larger than every school in reach."""
    core = reduced.core
    if np.isfinite(core.over_price):
        return
    room = np.where(reach, core.seats[None], -np.inf).max(axis=1, initial=-np.inf)
    large = np.flatnonzero(np.isfinite(room) & (core.pupils > room * (1 + SURELY) + SURELY))
    for unit in large[:FEW].tolist():
        row = reduced.member[reduced.of_unit == unit][0]
        name = problem.unit_ids[row] if problem.whole[row] < 0 else problem.whole_names[problem.whole[row]]
        yield f"{name} has {core.pupils[unit]:,g} pupils, and the largest school in its reach {room[unit]:,g} seats."


def _least_bad(problem: ZoneProblem, solve: Callable[[ZoneProblem], ZonePlan]) -> tuple[ZonePlan | None, str]:
    """The plan of the first problem that has one, as limits are given up one after the other."""
    for words, easier in _eased(problem):
        plan = solve(easier)
        if plan.status is Status.TIME_LIMIT:
            break
        if plan.objective is None:
            continue
        placed = placed_of(problem, plan)
        broken = breaches(problem, placed, measured(problem, placed))
        listed = "; ".join(each.what for each in broken[:FEW]) + ("; …" if len(broken) > FEW else "")
        return plan, f"The least bad plan ({words}): {listed or 'it holds with that'}."
    return None, ""


def _eased(problem: ZoneProblem) -> Iterator[tuple[str, ZoneProblem]]:
    """The problem with one limit after the other given up, those that planners bend most easily first."""
    ways = problem.cost[problem.allowed]
    price = PRICE_OVER * max(float(ways.max(initial=0.0)), 1.0) + problem.move_price
    free = np.full(len(problem.pupils), NONE, dtype=np.int64)
    may = int(problem.candidate.sum())
    steps: list[tuple[bool, str, dict[str, Any]]] = [
        (bool(np.isinf(problem.over_price)), f"{price:,g} for each pupil beyond the seats", {"over_price": price}),
        (bool(problem.least.any()), "no least enrolment", {"least": np.zeros(len(problem.least))}),
        (bool(np.isfinite(problem.most_moved)), "any number of pupils moved", {"most_moved": np.inf}),
        (problem.max_cost is not None, "no longest way", {"max_cost": None}),
        (may > 0, "any number of candidates", {"new_least": 0, "new_most": may}),
        (bool((problem.whole >= 0).any()), "groups parted", {"whole": free, "whole_names": ()}),
        (bool((problem.forced >= 0).any()), "nothing forced", {"forced": free}),
    ]  # fmt: skip
    easier, given_up = problem, []
    for applies, words, changes in steps:
        if applies:
            easier = with_limits(replace(easier, **changes))
            given_up.append(words)
            yield ", ".join(given_up), easier
    if (bridged := _bridged(easier, reachable(reduce_zones(easier)))) is not None:
        given_up.append("units out of contiguous reach linked to the nearest school")
        yield ", ".join(given_up), bridged


def _bridged(problem: ZoneProblem, reach: NDArray[np.bool_]) -> ZoneProblem | None:
    """Units that no school reaches count as touching the cheapest school's unit; None where some are out of reach."""
    reduced = reduce_zones(problem)
    lost = np.unique(reduced.member[~np.asarray(reach.any(axis=1))[reduced.of_unit]])
    rooted = np.flatnonzero(problem.root >= 0)
    if not len(lost) or not len(rooted):
        return None
    ways = np.where(problem.allowed, problem.cost, np.inf)[np.ix_(lost, rooted)]
    if np.isinf(ways.min(axis=1)).any():
        return None
    roots = problem.root[rooted[np.argmin(ways, axis=1)]]
    pairs = np.column_stack([lost, roots])
    return replace(problem, adjacency=problem.adjacency.with_bridges(pairs[lost != roots]))
