"""The whole plan of a project: every stage by every travel mode, before and after, and the scenarios beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geoplan.coverage import (
    find_closing_gaps,
    find_gaps,
    measure,
    planned_supply,
    service_area,
    stage_closings,
)
from geoplan.errors import RuleError
from geoplan.plan import (
    Chooser,
    Plan,
    StagePlan,
    View,
    coverage_by_step,
    coverage_on,
    data_year,
    opened_in,
    plots_proposed_twice,
    programme_of,
    provenance_of,
    scenarios_of,
    vacancies_of,
    vacancy_findings,
    with_closing_gaps,
)
from geoplan.types import Finding, Severity, Travel, natural_sorted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geoplan.coverage import Coverage, Gap, Supply
    from geoplan.plan import Programme, StageProposal
    from geoplan.project.reach import Reach
    from geoplan.types import Layers, Stage


def plan_of(project: Reach, *, progress: Callable[[str], None]) -> Plan:
    """The whole plan of a project; sites are chosen for all stages first, since a plot bears one school.

    Raises:
        RuleError: none of the stages has a radius.
        ProblemError: an excluded site does not exist.
    """
    progress("读取图层 / reading layers")
    planned, missing = _stages_with_radius(project)
    if project.layers.roads is not None:
        project.engine(Travel.WALK, progress=progress)
    by = project.proposal_travel
    today = {stage: project.coverage(stage, travel=by) for stage in planned}
    coverages = {stage: (before, base_of(project, before, by)) for stage, before in today.items()}
    chooser = Chooser(project.engine(by), project.layers, project.rule_book, coverages, progress)
    proposals = chooser.choose(project.config.propose).values()
    stages = tuple(_StageMaker(project, proposal, progress).stage_plan() for proposal in proposals)
    return Plan(
        config=project.config,
        layers=project.layers,
        units=project.units,
        book=project.rule_book,
        stages=stages,
        findings=_findings(project, stages, missing),
        provenance=provenance_of(project.config, project.layers, project.rule_book),
        scenarios=scenarios_of(chooser, stages, project.config.scenarios),
    )


def base_of(project: Reach, before: Coverage, travel: Travel) -> Coverage:
    """Coverage by the schools that stand when the plan is done, proposed ones aside; `before` where none changes."""
    supply = _standing(project, before.stage, _last_year(project))
    if np.array_equal(supply.ids, before.supply.ids):
        return before
    return measure(project.engine(travel), before.demand, supply, before.radii)


def _last_year(project: Reach) -> int | None:
    years = project.config.programme.years
    return years[-1] if years else None


def _standing(project: Reach, stage: Stage, year: int | None) -> Supply:
    """The schools of the layer that stand at the end of a year, or of the plan."""
    return planned_supply(
        project.layers,
        project.units,
        stage,
        today=data_year(project.config),
        year=year,
        last=_last_year(project),
        seats=project.stage_seats,
    )


@dataclass(frozen=True)
class _StageMaker:
    """A stage's proposal, worked out: its years, and the views by each travel mode."""

    project: Reach
    proposal: StageProposal
    progress: Callable[[str], None]

    def stage_plan(self) -> StagePlan:
        project, stage = self.project, self.proposal.before.stage
        engine = project.engine(self.proposal.travel)
        programme = programme_of(engine, self.proposal, project.config.programme)
        views = []
        for travel in project.travels:
            self.progress(f"{stage.zh}：{travel.zh}覆盖 / {stage.value}: coverage, {travel.value}")
            views.append(self._view(travel, programme))
        basis = next(view for view in views if view.travel is self.proposal.travel)
        proposal = replace(
            self.proposal,
            sites=with_closing_gaps(self.proposal, basis.closing_gaps),
            findings=(*self.proposal.findings, *programme.findings),
        )
        return StagePlan(stage, tuple(views), proposal, programme)

    def _view(self, travel: Travel, programme: Programme) -> View:
        engine, proposal = self.project.engine(travel), self.proposal
        if travel is proposal.travel:
            before, after, gaps = proposal.before, proposal.after, proposal.gaps
        else:
            before = self.project.coverage(proposal.before.stage, travel=travel)
            after = measure(engine, before.demand, proposal.after.supply, before.radii)
            gaps = find_gaps(before)
        steps = coverage_by_step(engine, before, after, programme, self._standing_in)
        closing = () if proposal.base is proposal.before else self._closing_gaps(before, len(gaps))
        on = partial(coverage_on, engine, after, programme, self._standing_in)
        standing: list[Coverage] = [] if proposal.base is proposal.before else list(steps or (after,))
        return View(
            travel=travel,
            before=before,
            after=after,
            gaps=gaps,
            area_before=service_area(engine, before.supply, before.radii),
            area_after=service_area(engine, after.supply, after.radii),
            verdicts=self.project.verdicts(before),
            steps=steps,
            areas_added=tuple(service_area(engine, opened_in(after, step), after.radii) for step in programme.steps),
            areas_standing=tuple(service_area(engine, each.supply, each.radii) for each in standing),
            closing_gaps=closing,
            vacancies=vacancies_of(closing, steps, programme, on),
        )

    def _closing_gaps(self, before: Coverage, gaps: int) -> tuple[Gap, ...]:
        """The gaps that closings make, which are numbered after the `gaps` of today."""
        project, stage, last = self.project, before.stage, _last_year(self.project)
        closes = {key: year for (key, its), year in stage_closings(project.layers).items() if its is stage}
        first = data_year(project.config) or 0
        years = sorted({int(year) for year in closes.values() if last is not None and first < year < last})
        engine = project.engine(before.travel)
        supplies = (_standing(project, stage, year) for year in (*years, last))
        standing = [measure(engine, before.demand, supply, before.radii) for supply in supplies]
        return find_closing_gaps(before, standing, closes, first=gaps + 1)

    def _standing_in(self, year: int) -> Supply:
        last = _last_year(self.project)
        # land that is to be had later gives a step beyond the plan's last year, and nothing else changes in it
        return _standing(self.project, self.proposal.before.stage, year if last is None else min(year, last))


def _stages_with_radius(project: Reach) -> tuple[list[Stage], list[Finding]]:
    """The stages that some profile gives a radius for where people live, and a finding for each other one.

    Raises:
        RuleError: none of the stages has a radius.
    """
    planned: list[Stage] = []
    missing: list[Finding] = []
    error: RuleError | None = None
    for stage in project.config.stages:
        try:
            project.radii(stage)
        except RuleError as refused:
            error = refused
            fix = "Name a profile that has one: radius_profiles in project.toml."
            what = f"{stage.zh} {stage.value} is left out: no profile gives a service radius where people live."
            missing.append(Finding(Severity.WARNING, "no-radius", what, fix=fix))
        else:
            planned.append(stage)
    if error is not None and not planned:
        raise error
    return planned, missing


def _findings(project: Reach, stages: Sequence[StagePlan], missing: Sequence[Finding]) -> tuple[Finding, ...]:
    found = [finding for stage in stages for view in stage.views for finding in view.before.findings]
    found += [finding for stage in stages for finding in stage.proposal.findings] + [*plots_proposed_twice(stages)]
    found += [*_closing(stages, project), *vacancy_findings(stages), *_new_without_place(project.layers)]
    everything = (*project.layers.findings, *project.units.findings, *missing, *dict.fromkeys(found))
    # what is published names files, never the folders of a machine
    return tuple(replace(finding, file=Path(finding.file).name) for finding in everything)


def _closing(stages: Sequence[StagePlan], project: Reach) -> tuple[Finding, ...]:
    """The schools that stand today and not, or not in all their stages, when the plan is done."""
    gone = {key for key, _ in stage_closings(project.layers)}
    standing = {str(key) for stage in stages for key in stage.proposal.before.supply.ids}
    if not (closed := natural_sorted(gone & standing)):
        return ()
    # how many children lose a school is told where small counts are hidden, and not here
    told = stages if project.units.counts == "people" else ()
    lost = "; ".join(
        f"{stage.stage.value} {stage.proposal.people_losing:,.0f}" for stage in told if stage.proposal.people_losing
    )
    return (
        Finding(
            Severity.NOTE,
            "schools-closing",
            f"{len(closed)} schools close, or end a stage: {', '.join(closed[:8])}{' …' if len(closed) > 8 else ''}.",
            why="The coverage after does without them."
            + (f" People within the radius today and not after: {lost}." if lost else ""),
            layer="schools",
            count=len(closed),
        ),
    )


def _new_without_place(layers: Layers) -> tuple[Finding, ...]:
    """New schools that the projects name: their table has no places, so no coverage counts them."""
    if layers.projects is None:
        return ()
    frame = layers.projects.frame
    action = frame["action"] if "action" in frame else np.full(len(frame), "")
    status = frame["status"] if "status" in frame else np.full(len(frame), "")
    mine = np.isin(np.asarray(action, dtype=str), ["new", "branch", "relocate"])
    mine &= ~np.isin(np.asarray(status, dtype=str), ["cancelled", "finished"])
    if not mine.any():
        return ()
    return (
        Finding(
            Severity.NOTE,
            "projects-without-place",
            f"{int(mine.sum())} projects build schools at new places, which a table of projects does not give.",
            why="Their seats count in the balance; coverage knows none of them: who moves stands at the old place.",
            fix="Add those schools to the schools layer with year_open, or their plots to the sites layer.",
            layer="projects",
            count=int(mine.sum()),
        ),
    )
