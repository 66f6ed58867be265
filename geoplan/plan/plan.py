"""The whole plan: every stage by every travel mode, before and after, with its verdicts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geoplan.coverage import tidy
from geoplan.plan.programme import Programme
from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    import shapely

    from geoplan.config import ProjectConfig
    from geoplan.coverage import Coverage, Gap
    from geoplan.demand import Units
    from geoplan.plan.proposal import StageProposal
    from geoplan.plan.provenance import Provenance
    from geoplan.plan.scenarios import Scenario
    from geoplan.plan.vacancy import Vacancy
    from geoplan.rules import Rule, RuleBook, Verdict
    from geoplan.types import Layers, Stage, Travel


@dataclass(frozen=True, eq=False)
class View:
    """A stage by one travel mode, today and with the proposed sites.

    Attributes:
        gaps: those of today.
        steps: coverage at the end of each year of the programme, the last one being `after`; () without years.
        areas_added: what the sites of each step add to the service area, as it would be without overlaps.
        areas_standing: the whole service area of each phase after today; () where no school of today closes and none
            opens by itself, so that `area_before` and `areas_added` tell all.
        closing_gaps: those that come up because schools close, as they would be without the proposed sites.
        vacancies: of these, who waits some years for the site that takes over.
    """

    travel: Travel
    before: Coverage
    after: Coverage
    gaps: tuple[Gap, ...]
    area_before: shapely.Geometry
    area_after: shapely.Geometry
    verdicts: tuple[Verdict, ...]
    steps: tuple[Coverage, ...] = ()
    areas_added: tuple[shapely.Geometry, ...] = ()
    areas_standing: tuple[shapely.Geometry, ...] = ()
    closing_gaps: tuple[Gap, ...] = ()
    vacancies: tuple[Vacancy, ...] = ()

    @property
    def all_gaps(self) -> tuple[Gap, ...]:
        """Every gap: whoever is beyond the radius in some year is in one of them."""
        return *self.gaps, *self.closing_gaps


@dataclass(frozen=True, eq=False)
class StagePlan:
    """A stage: its views, straight line first, and what is proposed."""

    stage: Stage
    views: tuple[View, ...]
    proposal: StageProposal
    programme: Programme = field(default_factory=Programme)

    @property
    def basis(self) -> View:
        """The view by the travel mode that sites were chosen by."""
        return next(view for view in self.views if view.travel is self.proposal.travel)


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything that is published.

    Attributes:
        scenarios: other plans, to be compared with this one.
    """

    config: ProjectConfig
    layers: Layers
    units: Units
    book: RuleBook
    stages: tuple[StagePlan, ...]
    findings: tuple[Finding, ...]
    provenance: Provenance
    scenarios: tuple[Scenario, ...] = ()

    def rules_in_force(self) -> tuple[Rule, ...]:
        """Every rule that a figure of this plan rests on, in the order of stages."""
        found: dict[str, Rule] = {}
        for stage_plan in self.stages:
            for view in stage_plan.views:
                for verdict in view.verdicts:
                    found.setdefault(verdict.rule.id, verdict.rule)
        return tuple(found.values())

    def summary(self) -> dict[str, Any]:
        """The figures of the plan as plain values: what summary.json holds."""
        return {
            "project": self.config.name,
            "profile": self.book.profile.id,
            "radius_profiles": [profile.id for profile in self.book.lenders],
            "data_date": self.config.data_date,
            "notices": list(self.config.notices),
            "crs": "local" if self.layers.crs is None else self.layers.crs.to_string(),
            "counts": self.units.counts,
            "people": tidy(float(self.units.people.sum())),
            "people_unplaced": tidy(sum(self.units.unplaced.values())),
            "stages": [_stage_summary(stage_plan) for stage_plan in self.stages],
            **({"scenarios": [scenario.as_dict() for scenario in self.scenarios]} if self.scenarios else {}),
            "findings": [finding.as_dict() for finding in self.findings],
        }


def plots_proposed_twice(stages: Sequence[StagePlan]) -> tuple[Finding, ...]:
    """Plots that more than one stage wants, which `share_plots` allows; nothing else would say it."""
    wanted: dict[str, list[Stage]] = {}
    for stage_plan in stages:
        for site in stage_plan.proposal.sites:
            wanted.setdefault(site.id, []).append(stage_plan.stage)
    twice = {site: found for site, found in wanted.items() if len(found) > 1}
    if not twice:
        return ()
    named = "; ".join(f"{site}: {'、'.join(stage.zh for stage in found)}" for site, found in sorted(twice.items()))
    what = f"{len(twice)} plots are proposed for more than one stage ({named})."
    return (
        Finding(
            Severity.WARNING,
            "plot-proposed-twice",
            what,
            why="Tables count its seats and its cost once for each stage; the plot may hold one school only.",
            fix="See that the plot is large enough, or leave out share_plots in [propose].",
            layer="sites",
            count=len(twice),
        ),
    )


def _stage_summary(plan: StagePlan) -> dict[str, Any]:
    proposal = plan.proposal
    return {
        "stage": plan.stage.value,
        "schools": len(proposal.before.supply),
        "coverage": [
            {
                "travel": view.travel.value,
                "radii": [radius.as_dict() for radius in view.before.radii],
                "before": view.before.total.as_dict(),
                "after": view.after.total.as_dict(),
                **({"steps": _steps(plan, view)} if plan.programme else {}),
                "gaps": len(view.gaps),
                "people_in_gaps": tidy(sum(gap.people for gap in view.gaps)),
                "closing_gaps": [
                    {"id": gap.id, "since": gap.since, "closings": list(gap.closings)} for gap in view.closing_gaps
                ],
                "districts": [
                    {"id": each, "name": name, **tally.as_dict()} for each, name, tally in view.before.by_district()
                ],
                "verdicts": [verdict.as_dict() for verdict in view.verdicts],
            }
            for view in plan.views
        ],
        "proposal": {
            **proposal.solution.as_dict(),
            "unit": proposal.unit[1],
            "travel": proposal.travel.value,
            "people_newly_covered": tidy(proposal.people_newly_covered),
            "proposed": [site.as_dict() for site in proposal.sites],
            **({"programme": plan.programme.as_list()} if plan.programme else {}),
        },
    }


def _steps(plan: StagePlan, view: View) -> list[dict[str, Any]]:
    """Coverage by year."""
    return [
        {"year": year, **coverage.total.as_dict()}
        for year, coverage in zip(plan.programme.years, view.steps, strict=True)
    ]
