"""A proposal for one stage: where new schools should stand, why there, and how good the answer is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.coverage import find_gaps, measure, new_supply, tidy
from geoplan.errors import ProblemError
from geoplan.locate import Alternatives, Model, NextBest, Solution, Status, alternatives, next_best
from geoplan.plan import reasons
from geoplan.plan.proposed import ProposedSite
from geoplan.plan.siting import site as choose_sites
from geoplan.rules import band_verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geoplan.coverage import Coverage, Gap
    from geoplan.plan.candidates import Candidates
    from geoplan.plan.siting import Wish
    from geoplan.rules import RuleBook
    from geoplan.travel import TravelEngine
    from geoplan.types import Finding, Travel


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
        others = {best.site: reasons.unless_in_vain(solution, best) for best in next_best(solution.problem, solution)}
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
        unit=reasons.objective_unit(solution.model, before.demand.units.counts),
        findings=(*candidates.findings, *reasons.count_findings(wish, solution)),
        alternatives=others_nearly_as_good,
    )


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
    return replace(site, why=reasons.why(site, before, solution, other_cost))


def is_failure(solution: Solution) -> bool:
    """True where no plan could be given."""
    return solution.status in {Status.INFEASIBLE, Status.TIME_LIMIT}


def with_closing_gaps(proposal: StageProposal, gaps: Sequence[Gap]) -> tuple[ProposedSite, ...]:
    """The sites of a proposal, each with those of the `gaps` by closings whose people it serves."""
    after, existing = proposal.after, len(proposal.base.supply)
    return tuple(
        replace(site, gaps=(*site.gaps, *(gap.id for gap in gaps if _served(after, gap.points, position))))
        for position, site in enumerate(proposal.sites, start=existing)
    )


def _served(coverage: Coverage, points: NDArray[np.int64], school: int) -> bool:
    """Whether some of the points are within the radius of a school and nearest to it."""
    return bool((coverage.covered[points] & (coverage.school[points] == school)).any())
