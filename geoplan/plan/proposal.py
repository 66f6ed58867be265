"""A proposal for one stage: where new schools should stand, why there, and how good the answer is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.coverage import find_gaps, measure, new_supply, tidy
from geoplan.errors import ProblemError
from geoplan.locate import (
    Model,
    NextBest,
    Solution,
    Status,
    as_costs,
    capacitated,
    make_problem,
    next_best,
    set_cover,
    solve,
    worth,
)
from geoplan.plan.candidates import KIND_ZH
from geoplan.rules import State, Verdict, band_verdict
from geoplan.rules.profile import EVIDENCE
from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geoplan.coverage import Coverage, Gap
    from geoplan.locate import Costs, Problem
    from geoplan.plan.candidates import Candidates
    from geoplan.rules import RuleBook
    from geoplan.travel import TravelEngine
    from geoplan.types import Travel


@dataclass(frozen=True, eq=False)
class ProposedSite:
    """One new school and the reasons for it.

    Attributes:
        seats, cost: nan where unknown; the cost is in the unit of the sites layer.
        people_newly: people who were outside the radius and are now within it, nearest to this site.
        people_assigned: people within the radius for whom it is the nearest school.
        gaps: ids of the gaps that it reaches into.
        verdict: its people against the rule's band, or None where no band applies.
        next_best: the best replacement, all other new sites kept.
        why: reasons, each in Chinese and English.
    """

    id: str
    name: str
    xy: tuple[float, float]
    kind: str
    district: int
    seats: float
    cost: float
    people_newly: float
    people_assigned: float
    pupils_newly: float | None
    gaps: tuple[str, ...]
    verdict: Verdict | None
    next_best: NextBest | None
    why: tuple[tuple[str, str], ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        other = self.next_best
        return {
            "id": self.id,
            "name": self.name,
            "kind": self.kind,
            "seats": None if np.isnan(self.seats) else tidy(self.seats),
            "cost": None if np.isnan(self.cost) else tidy(self.cost),
            "people_newly_covered": tidy(self.people_newly),
            "people_assigned": tidy(self.people_assigned),
            "pupils_newly_covered": None if self.pupils_newly is None else tidy(self.pupils_newly),
            "gaps": list(self.gaps),
            "verdict": None if self.verdict is None else self.verdict.as_dict(),
            "next_best": None
            if other is None
            else {"id": other.other, "loss": None if other.loss is None else tidy(other.loss)},
            "why": [{"zh": zh, "en": en} for zh, en in self.why],
        }


@dataclass(frozen=True, eq=False)
class StageProposal:
    """What is proposed for a stage.

    Attributes:
        travel: the mode that sites were chosen by.
        before, after: coverage without and with the new sites, by that mode.
        gaps: the gaps of today.
        unit: of the objective, Chinese and English.
    """

    travel: Travel
    solution: Solution
    before: Coverage
    after: Coverage
    gaps: tuple[Gap, ...]
    sites: tuple[ProposedSite, ...]
    candidates: Candidates
    unit: tuple[str, str]
    findings: tuple[Finding, ...]

    @property
    def people_newly_covered(self) -> float:
        """People within the radius after and not before."""
        return self.after.total.covered - self.before.total.covered

    def as_dict(self) -> dict[str, Any]:
        """The object that `geoplan propose --json` prints."""
        return {
            "stage": self.before.stage.value,
            "travel": self.travel.value,
            "radii": [radius.as_dict() for radius in self.before.radii],
            "counts": self.before.demand.units.counts,
            **self.solution.as_dict(),
            "unit": self.unit[1],
            "seconds": round(self.solution.seconds, 3),
            "candidates": len(self.candidates),
            "people_newly_covered": tidy(self.people_newly_covered),
            "before": self.before.total.as_dict(),
            "after": self.after.total.as_dict(),
            "proposed": [site.as_dict() for site in self.sites],
            "rejected": [{"id": each, "reason": reason} for each, reason in self.candidates.rejected],
            "findings": [finding.as_dict() for finding in self.findings],
        }

    def __repr__(self) -> str:
        sites = ", ".join(site.id for site in self.sites) or "none"
        return f"StageProposal({self.before.stage}: sites {sites}; {self.solution.explain()})"


@dataclass(frozen=True)
class Wish:
    """What is asked for.

    Attributes:
        new: how many sites, or None for as many as it takes to cover everyone who can be covered.
        seats: keep seats, too: pupils (people where pupils are not known) against capacity.
    """

    model: Model = Model.MAX_COVER
    new: int | None = None
    seats: bool = False
    time_limit_s: float = 60.0
    seed: int = 0


def propose(
    engine: TravelEngine, before: Coverage, candidates: Candidates, book: RuleBook, wish: Wish
) -> StageProposal:
    """Choose sites among `candidates`; existing schools stay.

    Raises:
        ProblemError: more sites are asked for than there are candidates; seats are asked for and not known.
    """
    if wish.new is not None and wish.new > len(candidates):
        raise ProblemError(
            f"{wish.new} new {before.stage.value} sites asked for, and there are {len(candidates)} candidates. "
            "Ask for fewer, or add sites."
        )
    problem, solution = _solved(engine, before, candidates, wish)
    index = {str(each): row for row, each in enumerate(candidates.ids)}
    rows = np.array([index[each] for each in solution.new_sites], dtype=np.int64)
    added = new_supply(
        before.demand.units,
        before.stage,
        ids=candidates.ids[rows],
        names=candidates.names[rows],
        xy=candidates.xy[rows],
        seats=candidates.seats[rows],
    )
    after = measure(engine, before.demand, before.supply.joined(added), before.radii)
    gaps = find_gaps(before)
    others = {best.site: best for best in next_best(problem, solution)} if problem and len(rows) else {}
    sites = tuple(
        _site(position, row, before, after, gaps, candidates, book, solution, others.get(str(candidates.ids[row])))
        for position, row in enumerate(rows)
    )
    return StageProposal(
        travel=engine.travel,
        solution=solution,
        before=before,
        after=after,
        gaps=gaps,
        sites=sites,
        candidates=candidates,
        unit=_unit(solution.model, before.demand.units.counts),
        findings=(*candidates.findings, *_count_findings(wish, solution)),
    )


def _count_findings(wish: Wish, solution: Solution) -> tuple[Finding, ...]:
    """Where the number of sites is not the one that was asked for."""
    opened = len(solution.new_sites)
    if wish.new is None or solution.objective is None or opened == wish.new:
        return ()
    if wish.model is Model.SET_COVER:
        what = f"set_cover opens as many sites as it takes, here {opened}; {wish.new} were asked for."
        return (Finding(Severity.WARNING, "count-decided-by-model", what, fix="Use max_cover for a given number."),)
    what = f"{opened} of {wish.new} sites are proposed: more would bring nobody within the radius."
    return (Finding(Severity.NOTE, "fewer-sites-needed", what, layer="sites"),)


def _solved(
    engine: TravelEngine, before: Coverage, candidates: Candidates, wish: Wish
) -> tuple[Problem | None, Solution]:
    """The problem (None where seats are kept) and its solution."""
    if wish.seats:
        return None, _with_seats(engine, before, candidates, wish)
    cover = _cover_costs(engine, before, candidates)
    covered = _ids(np.flatnonzero(before.covered | ~before.assessed | (before.demand.people <= 0)))
    served = dict.fromkeys(covered, 0.0)
    new, model = wish.new, wish.model
    if new is None or model is Model.SET_COVER:
        fewest = set_cover(
            cover, served_at=served, skip_unreachable=True, time_limit_s=wish.time_limit_s, seed=wish.seed
        )
        if model is not Model.P_MEDIAN:
            problem = make_problem(Model.SET_COVER, cover, served_at=served, unserved_cost=0.0)
            return problem, fewest
        new = len(fewest.new_sites)
    if model is Model.P_MEDIAN:
        problem = _median_problem(engine, before, candidates, new)
    else:
        weights = dict(zip(_ids(np.arange(len(before.demand))), _weights(before), strict=True))
        problem = make_problem(model, cover, weights=weights, new=new, served_at=served)
    solution = solve(problem, time_limit_s=wish.time_limit_s, seed=wish.seed)
    return (problem, solution) if model is Model.P_MEDIAN else _without_idle_sites(problem, solution)


def _ids(points: NDArray[np.int64]) -> list[str]:
    """Demand ids of points; the points are in natural order already."""
    return [str(point) for point in points]


def _weights(coverage: Coverage) -> NDArray[np.float64]:
    return np.where(coverage.assessed, coverage.demand.people, 0.0)


def _cover_costs(engine: TravelEngine, before: Coverage, candidates: Candidates) -> Costs:
    """Pairs within the radius that applies at the home; homes without a radius reach nothing."""
    reach = np.nan_to_num(before.reach_m(), nan=-1.0)
    undecided = before.assessed & ~before.covered & (before.demand.people > 0)
    matrix = engine.within(before.demand.xy, candidates.xy, np.where(undecided, reach, -1.0))
    return as_costs(matrix, site_ids=[str(each) for each in candidates.ids], preference=candidates.preference)


def _median_problem(engine: TravelEngine, before: Coverage, candidates: Candidates, new: int) -> Problem:
    """Every row of the population layer at the middle of its people; sites count where they are nearer than today.

    Who can walk to no school at all costs twice the longest way of the others (in a straight line there is always
    a way, unless there is no school).
    """
    demand = before.demand
    size = len(demand.units)
    weight = np.bincount(demand.unit, demand.people, minlength=size)
    xy = _middles(before)
    now = engine.nearest(xy, before.supply.xy).distance_m
    everything = np.concatenate([xy, candidates.xy])
    longest = 2.0 * float(np.hypot(*np.ptp(everything, axis=0))) + 1.0
    matrix = engine.within(xy, candidates.xy, np.where(np.isfinite(now), now, longest))
    price = 2.0 * max(float(now[np.isfinite(now)].max(initial=0.0)), float(matrix.distance_m.max(initial=0.0)), 1.0)
    ids = [str(each) for each in demand.units.ids]
    costs = as_costs(
        matrix, demand_ids=ids, site_ids=[str(each) for each in candidates.ids], preference=candidates.preference
    )
    return make_problem(
        Model.P_MEDIAN,
        costs,
        weights=dict(zip(ids, weight.tolist(), strict=True)),
        new=new,
        served_at=dict(zip(ids, now.tolist(), strict=True)),
        unserved_cost=price,
    )


def _middles(coverage: Coverage) -> NDArray[np.float64]:
    """The middle of the people of each population row, shape (rows, 2)."""
    demand = coverage.demand
    share = np.where(demand.people > 0, demand.people, 1e-12)
    total = np.bincount(demand.unit, share, minlength=len(demand.units))
    axes = [np.bincount(demand.unit, share * axis, minlength=len(demand.units)) / total for axis in demand.xy.T]
    return np.column_stack(axes)


def _with_seats(engine: TravelEngine, before: Coverage, candidates: Candidates, wish: Wish) -> Solution:
    """Existing schools and candidates with their seats; whole rows of the population layer, not split."""
    demand, supply = before.demand, before.supply
    if np.isnan(supply.seats).any() or np.isnan(candidates.seats).any():
        raise ProblemError("Seats are to be kept, but some schools or sites have no capacity. Fill the column.")
    if wish.new is None:
        raise ProblemError("Seats are to be kept: say how many new sites (--new).")
    pupils = demand.people if demand.pupils is None else demand.pupils
    size = len(demand.units)
    weight = np.bincount(demand.unit, pupils, minlength=size)
    xy = _middles(before)
    everything = np.concatenate([supply.xy, candidates.xy])
    span = 2.0 * float(np.hypot(*np.ptp(np.concatenate([xy, everything]), axis=0))) + 1.0
    free = [str(each) for each in candidates.ids]
    # a school and a site may bear the same id; inside the problem they must not
    fixed = [f"school {each}" if each in free else str(each) for each in supply.ids]
    ids = [str(each) for each in demand.units.ids]
    costs = as_costs(
        engine.within(xy, everything, span),
        demand_ids=ids,
        site_ids=fixed + free,
        preference=[0] * len(fixed) + candidates.preference,
    )
    return capacitated(
        costs,
        weights=dict(zip(ids, weight.tolist(), strict=True)),
        capacities=dict(zip(fixed + free, np.concatenate([supply.seats, candidates.seats]).tolist(), strict=True)),
        new=wish.new,
        fixed=fixed,
        time_limit_s=wish.time_limit_s,
        seed=wish.seed,
    )


def _without_idle_sites(problem: Problem, solution: Solution) -> tuple[Problem, Solution]:
    """Leave out sites that nobody needs: the least preferred first, as long as the objective stays.

    The problem that is returned asks for as many sites as are left, so that `verify` still holds.
    """
    ids = problem.costs.site_ids
    left = list(solution.new_sites)
    for each in reversed(solution.new_sites):
        fewer = [site for site in left if site != each]
        is_open = np.array([site in fewer or fixed for site, fixed in zip(ids, problem.fixed, strict=True)], dtype=bool)
        if worth(problem, is_open).objective >= (solution.objective or 0.0) - 1e-9:
            left = fewer
    if len(left) == len(solution.new_sites):
        return problem, solution
    problem = replace(problem, new=len(left))
    kept = {*left, *(each for each, fixed in zip(ids, problem.fixed, strict=True) if fixed)}
    is_open = np.array([site in kept for site in ids], dtype=bool)
    found = worth(problem, is_open)
    assignment = {problem.costs.demand_ids[row]: ids[site] for row, site in enumerate(found.site) if site >= 0}
    return problem, replace(
        solution,
        sites=tuple(site for site in ids if site in kept),
        new_sites=tuple(left),
        assignment=assignment,
        loads={site: float(problem.weights[found.site == row].sum()) for row, site in enumerate(ids) if site in kept},
        ties=f"{solution.ties}; {len(solution.new_sites) - len(left)} sites that serve nobody left out",
    )


def _site(
    position: int,
    row: int,
    before: Coverage,
    after: Coverage,
    gaps: Sequence[Gap],
    candidates: Candidates,
    book: RuleBook,
    solution: Solution,
    other: NextBest | None,
) -> ProposedSite:
    demand = before.demand
    mine = after.school == len(before.supply) + position
    newly = mine & after.covered & ~before.covered
    assigned = mine & (after.covered | ~after.assessed)
    people_newly = float(demand.people[newly].sum())
    pupils = None if demand.pupils is None else float(demand.pupils[newly].sum())
    reached = tuple(gap.id for gap in gaps if newly[gap.points].any())
    site_area = after.supply.area[len(before.supply) + position]
    bands = [rule for rule in book.bands(before.stage) if rule.area.value in {"all", site_area}]
    counted = float(demand.people[assigned].sum())
    verdict = None
    if bands and demand.units.counts == "people":
        verdict = band_verdict(bands[0], str(candidates.ids[row]), people=counted, schools=1)
    x, y = candidates.xy[row]
    site = ProposedSite(
        id=str(candidates.ids[row]),
        name=str(candidates.names[row]),
        xy=(float(x), float(y)),
        kind=str(candidates.kind[row]),
        district=int(after.supply.district[len(before.supply) + position]),
        seats=float(candidates.seats[row]),
        cost=float(candidates.cost[row]),
        people_newly=people_newly,
        people_assigned=counted,
        pupils_newly=pupils,
        gaps=reached,
        verdict=verdict,
        next_best=other,
        why=(),
    )
    costs = dict(zip(candidates.ids, candidates.cost, strict=True))
    other_cost = float(costs.get(other.other, np.nan)) if other is not None else np.nan
    return replace(site, why=_why(site, before, solution, other_cost))


def _why(site: ProposedSite, before: Coverage, solution: Solution, other_cost: float) -> tuple[tuple[str, str], ...]:
    """The reasons in plain words; every figure stands in the site's own fields."""
    noun, noun_en = ("学生", "pupils") if before.demand.units.counts == "pupils" else ("居民", "people")
    lines = [
        (f"新增覆盖{noun} {site.people_newly:,.0f} 人", f"{site.people_newly:,.0f} {noun_en} come within the radius"),
    ]
    if site.gaps:
        some = "、".join(site.gaps[:6]) + ("等" if len(site.gaps) > 6 else "")
        lines.append((f"缩小缺口 {some}", f"reaches into gaps {', '.join(site.gaps[:6])}"))
    rules = {radius.rule for radius in before.radii if radius.rule is not None}
    lines += [
        (
            f"依据：{rule.clause}（{rule.citation}，{EVIDENCE[rule.evidence][0]}）",
            f"by {rule.id}: {rule.citation}, {EVIDENCE[rule.evidence][1]}",
        )
        for rule in sorted(rules, key=lambda rule: rule.id)
    ]
    if site.kind in KIND_ZH:
        lines.append((f"用地：{KIND_ZH[site.kind][0]}", f"land: {KIND_ZH[site.kind][1]}"))
    if not np.isnan(site.cost):
        beside = "" if np.isnan(other_cost) else f"，次优地块 {other_cost:,.0f}"
        beside_en = "" if np.isnan(other_cost) else f", of the next best {other_cost:,.0f}"
        lines.append(
            (
                f"造价 {site.cost:,.0f}{beside}（备选图层所用单位）",
                f"cost {site.cost:,.0f}{beside_en} (unit of the sites layer)",
            )
        )
    if site.verdict is not None and site.verdict.state is not State.MET:
        lines.append((f"规模提示：{site.verdict.zh}", f"size: {site.verdict.en}"))
    lines.append(_next_best_line(site, solution, noun, noun_en))
    return tuple(lines)


def _next_best_line(site: ProposedSite, solution: Solution, noun: str, noun_en: str) -> tuple[str, str]:
    best = site.next_best
    if best is None or best.other is None or best.loss is None:
        return "没有可替代的备选地块", "no other candidate can take its place"
    if best.loss < 0.5 and solution.model is not Model.SET_COVER:
        return f"可由 {best.other} 替代，效果相同", f"{best.other} can take its place just as well"
    if solution.model is Model.P_MEDIAN:
        return (
            f"次优地块 {best.other}：总路程增加 {best.loss / 1000:,.1f} 人·公里",
            f"next best {best.other}: {best.loss / 1000:,.1f} more person-km",
        )
    if solution.model is Model.SET_COVER:
        return f"可由 {best.other} 替代，校数不变", f"{best.other} can take its place with as many sites"
    return (
        f"次优地块 {best.other}：少覆盖{noun} {best.loss:,.0f} 人",
        f"next best {best.other}: {best.loss:,.0f} {noun_en} fewer",
    )


def _unit(model: Model, counts: str) -> tuple[str, str]:
    noun = ("学生", "pupils") if counts == "pupils" else ("人", "people")
    return {
        Model.MAX_COVER: (f"半径内{noun[0]}数" if counts == "pupils" else "半径内人数", f"{noun[1]} within the radius"),
        Model.SET_COVER: ("新建学校数", "new schools"),
    }.get(model, (f"{noun[0]}·米", f"{noun[1]} × metres"))


def is_failure(solution: Solution) -> bool:
    """True where no plan could be given."""
    return solution.status in {Status.INFEASIBLE, Status.TIME_LIMIT}
