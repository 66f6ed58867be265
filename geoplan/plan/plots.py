"""One plot, one school: which stage gets a plot that several of them want.

Every stage is first sited for itself. Where two of them choose the same plot, the stages together are searched by
branch and bound: a branch keeps the plot from all but one of those that want it and sites these again. The sum of what
the stages reach alone bounds what they can reach together, so the first division without a contested plot is the best
one, provided that every single answer is proved. After `MOST_TRIALS` divisions the most promising one is followed to
its end; the finding then says that it is not proved.

Stages are added up as they are: a person served by a primary school counts as much as one served by a kindergarten;
of a set cover the people left out count first, and then the sites.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING

from geoplan.locate import Model, Status
from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from geoplan.plan.proposal import StageProposal
    from geoplan.types import Stage

    Choose = Callable[[Stage, frozenset[str]], StageProposal]
    Kept = Mapping[Stage, frozenset[str]]

_ADDED_UP = {
    Model.MAX_COVER: "a person of any stage counts the same",
    Model.SET_COVER: "a person of any stage counts the same, and then every site",
    Model.P_CENTER: "the longest ways of the stages are added up",
}
MOST_TRIALS = 24
"""Divisions looked at before the search contents itself with the best way on; each costs up to one solve a stage."""


@dataclass(frozen=True, eq=False)
class _Division:
    """Plots kept from stages, and what each stage chooses from the rest."""

    kept: Kept
    proposals: Mapping[Stage, StageProposal]

    @property
    def cost(self) -> tuple[float, float]:
        """Less is better; inf where a stage has no plan."""
        costs = [_cost(proposal) for proposal in self.proposals.values()]
        return sum(first for first, _ in costs), sum(second for _, second in costs)

    def contested(self) -> tuple[str, tuple[Stage, ...]] | None:
        """The first plot, in the order of the stages' choices, that more than one of them wants."""
        wanted: dict[str, list[Stage]] = {}
        for stage, proposal in self.proposals.items():
            for site in proposal.sites:
                wanted.setdefault(site.id, []).append(stage)
        return next(((plot, tuple(stages)) for plot, stages in wanted.items() if len(stages) > 1), None)


def allot_plots(stages: Sequence[Stage], choose: Choose) -> dict[Stage, StageProposal]:
    """A proposal for every stage, no plot in two of them.

    Args:
        choose: the best proposal of a stage that leaves out the plots with these ids; asked again and again, so it had
            better remember its answers.

    Returns:
        By stage, in their order. Stages that had to give way carry the finding `plot-allotted`.
    """
    alone = {stage: choose(stage, frozenset()) for stage in stages}
    waiting: list[tuple[tuple[float, float], int, _Division]] = []
    order = count()
    division = _Division(dict.fromkeys(stages, frozenset()), alone)
    for trial in count():
        contested = division.contested()
        if contested is None:
            return _told(_settled(division, choose), alone, proved=trial <= MOST_TRIALS)
        branches = [_given(division, *contested, stage, choose) for stage in contested[1]]
        if trial >= MOST_TRIALS:
            division = min(branches, key=lambda each: each.cost)
            continue
        for branch in branches:
            heappush(waiting, (branch.cost, next(order), branch))
        _, _, division = heappop(waiting)
    raise AssertionError


def _given(division: _Division, plot: str, wanting: tuple[Stage, ...], owner: Stage, choose: Choose) -> _Division:
    """The division in which of those that want a plot only `owner` may have it."""
    kept, proposals = dict(division.kept), dict(division.proposals)
    for stage in wanting:
        if stage is not owner:
            kept[stage] |= {plot}
            proposals[stage] = choose(stage, kept[stage])
    return _Division(kept, proposals)


def _settled(division: _Division, choose: Choose) -> _Division:
    """The same choices, each among the plots that no other stage uses: a next best site must be a free one."""
    used = {stage: {site.id for site in proposal.sites} for stage, proposal in division.proposals.items()}
    proposals = {}
    for stage, proposal in division.proposals.items():
        elsewhere = frozenset(plot for other in used if other is not stage for plot in used[other])
        again = choose(stage, division.kept[stage] | elsewhere)
        same = {site.id for site in again.sites} == used[stage]
        proposals[stage] = again if same else proposal
    return _Division(division.kept, proposals)


def _cost(proposal: StageProposal) -> tuple[float, float]:
    """What counts first and what counts second; to have fewer plots to choose from never makes it less.

    A set cover with fewer plots may need fewer sites, because it reaches fewer people: these count first.
    """
    solution = proposal.solution
    if solution.objective is None:
        return float("inf"), float("inf")
    if solution.model is Model.SET_COVER:
        return proposal.after.total.uncovered, solution.objective
    return (-solution.objective if solution.model is Model.MAX_COVER else solution.objective), 0.0


def _told(division: _Division, alone: Mapping[Stage, StageProposal], *, proved: bool) -> dict[Stage, StageProposal]:
    """The proposals, each with what it cost the stage to give way."""
    proved = proved and all(each.solution.status is Status.OPTIMAL for each in division.proposals.values())
    owners = {site.id: stage for stage, proposal in division.proposals.items() for site in proposal.sites}
    found = dict(division.proposals)
    for stage, proposal in division.proposals.items():
        lost = [site.id for site in alone[stage].sites if site.id in division.kept[stage]]
        if lost:
            findings = (*proposal.findings, _gave_way(proposal, alone[stage], lost, owners, proved=proved))
            found[stage] = replace(proposal, findings=findings)
    return found


def _gave_way(
    proposal: StageProposal, alone: StageProposal, lost: Sequence[str], owners: Mapping[str, Stage], *, proved: bool
) -> Finding:
    stage, model = proposal.before.stage, proposal.solution.model
    plots = ", ".join(f"{plot} to {owners[plot].value}" if plot in owners else plot for plot in lost)
    best = "the best division of the plots over all stages together" if proved else "a good division, not proved best"
    return Finding(
        Severity.NOTE,
        "plot-allotted",
        f"A plot bears one school. {stage.value} wanted plots that go elsewhere: {plots}. {_loss(proposal, alone)}",
        why=f"This is {best}; {_ADDED_UP.get(model, 'the ways of all stages are added up')}.",
        fix="Add plots, give sites a stage, or set share_plots = true in [propose] where a plot may bear several.",
        layer="sites",
        count=len(lost),
    )


def _loss(proposal: StageProposal, alone: StageProposal) -> str:
    """What the stage would have with its pick of all plots; counts of children are not told here."""
    if proposal.solution.objective is None:
        return "No plan is left for it."
    if proposal.before.demand.units.counts != "people":
        return "Its plan is no better than with its pick of all plots."
    (first, second), (best, fewest) = _cost(proposal), _cost(alone)
    less = first - best
    if proposal.solution.model in {Model.MAX_COVER, Model.SET_COVER}:
        more = f", with {second - fewest:,.0f} sites more" if second > fewest else ""
        return f"Within the radius are {less:,.0f} people fewer than with its pick of all plots{more}."
    return f"Its plan is {less:,.0f} ({proposal.unit[1]}) worse than with its pick of all plots."
