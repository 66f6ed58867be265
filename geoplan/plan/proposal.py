"""A proposal for one stage: where new schools should stand, why there, and how good the answer is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.coverage import find_gaps, measure, new_supply, tidy
from geoplan.errors import ProblemError
from geoplan.locate import Alternatives, Model, NextBest, Solution, Status, alternatives, next_best, worth
from geoplan.plan.candidates import KIND_ZH
from geoplan.plan.siting import site as choose_sites
from geoplan.rules import State, Verdict, band_verdict
from geoplan.rules.profile import EVIDENCE
from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.coverage import Coverage, Gap
    from geoplan.plan.candidates import Candidates
    from geoplan.plan.siting import Wish
    from geoplan.rules import RuleBook
    from geoplan.travel import TravelEngine
    from geoplan.types import Travel


@dataclass(frozen=True, eq=False)
class ProposedSite:
    """One new school and the reasons for it.

    Attributes:
        seats, cost: nan where unknown; the cost is in the unit of the sites layer.
        people_newly: people who were outside the radius and are now within it, nearest to this site.
        people_kept: people who are within it today by a school that closes, and now by this site.
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
    people_kept: float
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
            **({"people_kept": tidy(self.people_kept)} if self.people_kept else {}),
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
        before: coverage of today, by that mode.
        base: coverage by the schools that stand when the plan is done, the new sites aside: without those that close,
            with those that the layer says will open; `before` itself where none does.
        after: `base` and the new sites. It may cover fewer people than `before`.
        gaps: the gaps of today.
        unit: of the objective, Chinese and English.
        alternatives: other plans nearly as good, where they were asked for.
    """

    travel: Travel
    solution: Solution
    before: Coverage
    base: Coverage
    after: Coverage
    gaps: tuple[Gap, ...]
    sites: tuple[ProposedSite, ...]
    candidates: Candidates
    unit: tuple[str, str]
    findings: tuple[Finding, ...]
    alternatives: Alternatives | None = None

    @property
    def people_newly_covered(self) -> float:
        """People within the radius after less those before; below 0 where closings lose more than new sites gain."""
        return self.after.total.covered - self.before.total.covered

    @property
    def people_losing(self) -> float:
        """People who are within the radius today and not after, because a school closes."""
        lost = self.before.covered & ~self.after.covered
        return float(self.before.demand.people[lost].sum())

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
            **({} if self.alternatives is None else {"alternatives": self.alternatives.as_dict()}),
            "rejected": [{"id": each, "reason": reason} for each, reason in self.candidates.rejected],
            "findings": [finding.as_dict() for finding in self.findings],
        }

    def __repr__(self) -> str:
        sites = ", ".join(site.id for site in self.sites) or "none"
        return f"StageProposal({self.before.stage}: sites {sites}; {self.solution.explain()})"


def propose(
    engine: TravelEngine,
    before: Coverage,
    candidates: Candidates,
    book: RuleBook,
    wish: Wish,
    *,
    base: Coverage | None = None,
) -> StageProposal:
    """Choose sites among `candidates`; the schools of `base` stay.

    Args:
        base: as in `StageProposal`; by default all of today's schools stay.

    Raises:
        ProblemError: more sites are asked for than there are candidates; seats are asked for and not known.
    """
    if wish.new is not None and wish.new > len(candidates):
        raise ProblemError(
            f"{wish.new} new {before.stage.value} sites asked for, and there are {len(candidates)} candidates. "
            "Ask for fewer, or add sites."
        )
    base = before if base is None else base
    solution = choose_sites(engine, base, candidates, wish)
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
    after = measure(engine, before.demand, base.supply.joined(added), before.radii)
    gaps = find_gaps(before)
    others: dict[str, NextBest] = {}
    if solution.problem is not None and solution.model is not Model.CAPACITATED and len(rows):
        others = {best.site: _unless_in_vain(solution, best) for best in next_best(solution.problem, solution)}
    sites = tuple(
        _site(
            position, row, (before, base, after), gaps, candidates, book, solution, others.get(str(candidates.ids[row]))
        )
        for position, row in enumerate(rows, start=len(base.supply))
    )
    others_nearly_as_good = None
    if wish.alternatives and solution.objective is not None:
        others_nearly_as_good = alternatives(
            solution, wish.alternatives, time_limit_s=wish.time_limit_s, seed=wish.seed
        )
    return StageProposal(
        travel=engine.travel,
        solution=solution,
        before=before,
        base=base,
        after=after,
        gaps=gaps,
        sites=sites,
        candidates=candidates,
        unit=_unit(solution.model, before.demand.units.counts),
        findings=(*candidates.findings, *_count_findings(wish, solution)),
        alternatives=others_nearly_as_good,
    )


def _unless_in_vain(solution: Solution, best: NextBest) -> NextBest:
    """The replacement, or none with the same loss where it brings no more than leaving the place empty would."""
    problem = solution.problem
    if problem is None or best.other is None or best.loss is None or solution.model is Model.SET_COVER:
        return best
    kept = worth(problem, problem.mask(solution.sites)).objective
    empty = worth(problem, problem.mask(each for each in solution.sites if each != best.site)).objective
    brings = abs(kept - empty)
    in_vain = brings > 0 and best.loss >= brings - 1e-9 * max(1.0, brings)
    return replace(best, other=None) if in_vain else best


def _count_findings(wish: Wish, solution: Solution) -> tuple[Finding, ...]:
    """Where the number of sites is not the one that was asked for."""
    opened = len(solution.new_sites)
    if wish.new is None or solution.objective is None or opened == wish.new:
        return ()
    if wish.model is Model.SET_COVER:
        what = f"set_cover opens as many sites as it takes, here {opened}; {wish.new} were asked for."
        return (Finding(Severity.WARNING, "count-decided-by-model", what, fix="Use max_cover for a given number."),)
    what = f"{opened} of {wish.new} sites are proposed: more would not make the plan better."
    return (Finding(Severity.NOTE, "fewer-sites-needed", what, layer="sites"),)


def _site(
    position: int,
    row: int,
    coverages: tuple[Coverage, Coverage, Coverage],
    gaps: Sequence[Gap],
    candidates: Candidates,
    book: RuleBook,
    solution: Solution,
    other: NextBest | None,
) -> ProposedSite:
    """The site in `row` of the candidates, at `position` of the supply after; coverages before, of base, after."""
    before, base, after = coverages
    demand = before.demand
    mine = after.school == position
    newly = mine & after.covered & ~before.covered
    assigned = mine & (after.covered | ~after.assessed)
    people_newly = float(demand.people[newly].sum())
    pupils = None if demand.pupils is None else float(demand.pupils[newly].sum())
    reached = tuple(gap.id for gap in gaps if newly[gap.points].any())
    site_area = after.supply.area[position]
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
        district=int(after.supply.district[position]),
        seats=float(candidates.seats[row]),
        cost=float(candidates.cost[row]),
        people_newly=people_newly,
        people_assigned=counted,
        pupils_newly=pupils,
        people_kept=float(demand.people[mine & after.covered & before.covered & ~base.covered].sum()),
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
    if site.people_kept:
        zh = f"接续撤并学校，使原在半径内的{noun} {site.people_kept:,.0f} 人仍在半径内"
        lines.append((zh, f"keeps {site.people_kept:,.0f} {noun_en} within the radius whose school closes"))
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
    if solution.model is not Model.CAPACITATED:
        # with seats the next best site is not looked for
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
    if solution.model is Model.P_CENTER:
        return (
            f"次优地块 {best.other}：最远路程增加 {best.loss:,.0f} 米",
            f"next best {best.other}: the longest way is {best.loss:,.0f} m longer",
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
        Model.P_CENTER: ("米（最远路程）", "metres, the longest way"),
    }.get(model, (f"{noun[0]}·米", f"{noun[1]} × metres"))


def is_failure(solution: Solution) -> bool:
    """True where no plan could be given."""
    return solution.status in {Status.INFEASIBLE, Status.TIME_LIMIT}
