"""Why there is no plan: sums, units that no school can reach, enrolments that cannot be met; and what comes nearest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.locate.solution import Status
from geoplan.zones.adjacency import components
from geoplan.zones.answer import placed_of
from geoplan.zones.limits import with_limits
from geoplan.zones.measures import breaches, listing, measured
from geoplan.zones.plan import ZonePlan
from geoplan.zones.reduce import reduce_zones
from geoplan.zones.schools import NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from geoplan.types import Words
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

    reasons: tuple[Words, ...]
    unreachable: tuple[str, ...]


def against(problem: ZoneProblem, reduced: ReducedZones) -> Against:
    """Sums, units that no school can reach, zones that cannot be filled or are too full, units that are too large."""
    reach = reachable(reduced)
    lost = np.unique(reduced.member[~np.asarray(reach.any(axis=1))[reduced.of_unit]])
    ids = tuple(problem.unit_ids[row] for row in lost)
    reasons = list(_of_sums(problem))
    if ids:
        zh, en = listing([problem.unit_name(row) for row in lost])
        reasons.append(
            (
                f"{len(ids)}个单元在各校限制内没有连片的通路可到任何学校：{zh}。",
                f"{len(ids)} units cannot be reached by any school over contiguous ground within its limits: {en}.",
            )
        )
    if lone := [problem.unit_name(row) for row in np.flatnonzero(~np.isfinite(problem.cost).any(axis=1)).tolist()]:
        zh, en = listing(lone)
        reasons.append((f"按距离表，{zh}到不了任何学校。", f"In the costs no school at all is in reach of {en}."))
    reasons += _of_zones(problem, reduced, reach)
    reasons += _of_units(problem, reduced, reach)
    unavoidable = float(problem.pupils[(problem.moves | ~problem.allowed).all(axis=1) & (problem.current != -1)].sum())
    if unavoidable > problem.most_moved * (1 + SURELY) + SURELY:
        reasons.append(
            (
                f"必须调整的学生有{unavoidable:,g}人，上限为{problem.most_moved:,g}人（most_moved）。",
                f"{unavoidable:,g} pupils have to move, and only {problem.most_moved:,g} may (most_moved).",
            )
        )
    return Against(tuple(reasons), ids)


def explained(problem: ZoneProblem, known: Against, solve: Callable[[ZoneProblem], ZonePlan] | None) -> ZonePlan:
    """The answer to a problem that is known to have no plan.

    Args:
        solve: to look for what comes nearest; None: it is not looked for.
    """
    nearest, broken = (None, ()) if solve is None else _least_bad(problem, solve)
    reasons = known.reasons or (("没有方案能同时满足全部要求。", "No plan keeps all rules together."),)
    return ZonePlan(
        Status.INFEASIBLE, (), (), None, None, None, reasons=(*reasons, *broken), unreachable=known.unreachable,
        least_bad=nearest, findings=problem.findings, problem=problem,
    )  # fmt: skip


def _of_sums(problem: ZoneProblem) -> Iterator[Words]:
    """Seats, and least enrolments."""
    pupils = float(problem.pupils.sum())
    may = np.sort(problem.seats[problem.candidate])[::-1][: problem.new_most]
    seats = float(problem.seats[~problem.candidate].sum() + may.sum())
    if np.isinf(problem.over_price) and seats < pupils * (1 - SURELY):
        short = pupils - seats
        zh = f"学生{pupils:,g}人，可开办学校的学位{seats:,g}个，缺{short:,g}个学位。"
        en = f"{pupils:,g} pupils and {seats:,g} seats in the schools that may be open: {short:,g} seats are missing."
        yield (
            f"{zh}请增加学位或学校，或允许加价超额（over_price）。",
            f"{en} Add seats or schools, or let zones exceed them at a price (over_price).",
        )
    must = np.sort(problem.least[problem.candidate])[: problem.new_least]
    needed = float(problem.least[~problem.candidate].sum() + must.sum())
    if needed > pupils * (1 + SURELY):
        zh = f"必须开办的学校至少共需学生{needed:,g}人，而学生只有{pupils:,g}人。"
        en = f"The schools that must be open need {needed:,g} pupils at least, and there are {pupils:,g}."
        yield (
            f"{zh}请降低最小规模（min_enrolment）或少开办学校。",
            f"{en} Lower min_enrolment, or open fewer schools.",
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


def _of_zones(problem: ZoneProblem, reduced: ReducedZones, reach: NDArray[np.bool_]) -> Iterator[Words]:
    """Zones that cannot be filled, or are full before they begin."""
    core = reduced.core
    full: list[tuple[float, Words]] = []
    only = reach & (reach.sum(axis=1) == 1)[:, None]
    for zone in np.flatnonzero(core.must_open).tolist():
        name, most = problem.zone_name(zone), float(core.pupils[reach[:, zone]].sum())
        seats = float(core.seats[zone]) if np.isinf(core.over_price) else np.inf
        if most < core.least[zone] * (1 - SURELY):
            yield (
                f"{name}至少需学生{core.least[zone]:,g}人，其可达范围内只有{most:,g}人。",
                f"{name} needs {core.least[zone]:,g} pupils at least, and {most:,g} live within its reach.",
            )
        if core.least[zone] > seats * (1 + SURELY):
            yield (
                f"{name}至少需学生{core.least[zone]:,g}人，学位只有{seats:,g}个。",
                f"{name} needs {core.least[zone]:,g} pupils at least, and has {seats:,g} seats.",
            )
        must = float(core.pupils[only[:, zone]].sum())
        if must > seats * (1 + SURELY):
            own = float(core.pupils[core.root[zone]]) if core.root[zone] >= 0 else 0.0
            zh, en = f"{must:,g}人只能到{name}", f"{must:,g} pupils can only go to {name}, which has {seats:,g} seats."
            if own > seats:
                zh += f"（其所在单元即有{own:,g}人）"
                en += f" The {own:,g} of the unit that it stands in belong to it."
            full.append((must - seats, (f"{zh}，学位只有{seats:,g}个。", en)))
    full.sort(key=lambda each: -each[0])
    yield from (words for _, words in full[:FEW])
    if len(full) > FEW:
        lack = sum(each for each, _ in full[FEW:])
        yield (
            f"另有{len(full) - FEW}所学校也是如此，共缺{lack:,g}个学位。",
            f"So it is with {len(full) - FEW} more schools, which lack {lack:,g} seats together.",
        )


def _of_units(problem: ZoneProblem, reduced: ReducedZones, reach: NDArray[np.bool_]) -> Iterator[Words]:
    """Units (or groups that stay whole) that are larger than every school in reach."""
    core = reduced.core
    if np.isfinite(core.over_price):
        return
    room = np.where(reach, core.seats[None], -np.inf).max(axis=1, initial=-np.inf)
    large = np.flatnonzero(np.isfinite(room) & (core.pupils > room * (1 + SURELY) + SURELY))
    for unit in large[:FEW].tolist():
        row = reduced.member[reduced.of_unit == unit][0]
        name = problem.unit_name(row) if problem.whole[row] < 0 else problem.whole_names[problem.whole[row]]
        yield (
            f"{name}有学生{core.pupils[unit]:,g}人，可达的最大学校只有{room[unit]:,g}个学位。",
            f"{name} has {core.pupils[unit]:,g} pupils, and the largest school in its reach {room[unit]:,g} seats.",
        )


def _least_bad(
    problem: ZoneProblem, solve: Callable[[ZoneProblem], ZonePlan]
) -> tuple[ZonePlan | None, tuple[Words, ...]]:
    """The plan of the first problem that has one, as limits are given up one after the other."""
    for words, easier in _eased(problem):
        plan = solve(easier)
        if plan.status is Status.TIME_LIMIT:
            break
        if plan.objective is None:
            continue
        placed = placed_of(problem, plan)
        broken = breaches(problem, placed, measured(problem, placed))
        more = len(broken) > FEW
        zh = "；".join(each.zh for each in broken[:FEW]) + ("……" if more else "")
        en = "; ".join(each.what for each in broken[:FEW]) + ("; …" if more else "")
        told = (
            f"最接近要求的方案（{words[0]}）：{zh or '如此即可成立'}。",
            f"The least bad plan ({words[1]}): {en or 'it holds with that'}.",
        )
        return plan, (told,)
    return None, ()


def _eased(problem: ZoneProblem) -> Iterator[tuple[Words, ZoneProblem]]:
    """The problem with one limit after the other given up, those that planners bend most easily first."""
    ways = problem.cost[problem.allowed]
    price = PRICE_OVER * max(float(ways.max(initial=0.0)), 1.0) + problem.move_price
    free = np.full(len(problem.pupils), NONE, dtype=np.int64)
    may = int(problem.candidate.sum())
    steps: list[tuple[bool, str, str, dict[str, Any]]] = [
        (bool(np.isinf(problem.over_price)), f"超出学位每人加价{price:,g}",
         f"{price:,g} for each pupil beyond the seats", {"over_price": price}),
        (bool(problem.least.any()), "不要求最小规模", "no least enrolment", {"least": np.zeros(len(problem.least))}),
        (bool(np.isfinite(problem.most_moved)), "不限调整人数", "any number of pupils moved", {"most_moved": np.inf}),
        (problem.max_cost is not None, "不限最远距离", "no longest way", {"max_cost": None}),
        (may > 0, "不限新开办学校数", "any number of candidates", {"new_least": 0, "new_most": may}),
        (bool((problem.whole >= 0).any()), "社区（乡镇）可拆分", "groups parted", {"whole": free, "whole_names": ()}),
        (bool((problem.forced >= 0).any()), "不按指定划入", "nothing forced", {"forced": free}),
    ]  # fmt: skip
    easier, zh, en = problem, list[str](), list[str]()
    for applies, given_up_zh, given_up, changes in steps:
        if applies:
            easier = with_limits(replace(easier, **changes))
            zh.append(given_up_zh)
            en.append(given_up)
            yield ("，".join(zh), ", ".join(en)), easier
    if (bridged := _bridged(easier, reachable(reduce_zones(easier)))) is not None:
        zh.append("不连片的单元接到最近的学校")
        en.append("units out of contiguous reach linked to the nearest school")
        yield ("，".join(zh), ", ".join(en)), bridged


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
