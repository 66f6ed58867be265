"""Figures of the proposals: of each stage, of each site, and of the solver."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.coverage import tidy
from geoplan.publish.figures import methods
from geoplan.publish.figures.coverage import TRAVEL_EN, stage_layers
from geoplan.publish.figures.figure import Figure, cited, part, printed
from geoplan.publish.privacy_sites import public_site, solver_value
from geoplan.publish.proposal_words import asked_for, public_beyond_plots
from geoplan.publish.reached import public_reached
from geoplan.publish.sheets import id_words, known, noun

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoplan.plan import Plan, ProposedSite, StagePlan
    from geoplan.publish.figures.figure import Method
    from geoplan.publish.privacy import Count

    Line = tuple[str, str, str, Count, str, Method]


_MEASURED = {
    methods.NEWLY, methods.ASSIGNED, methods.NEXT_BEST, methods.SOLVER, methods.LOST_REACH, methods.KEPT, methods.NET,
    methods.BEYOND_PLOTS,
}  # fmt: skip
"""What counts people by the radius, and so cites its clause."""


def proposal_figures(plan: Plan) -> Iterator[Figure]:
    """Every figure of every stage's proposal."""
    for stage_plan in plan.stages:
        stage = _Stage(plan, stage_plan)
        yield from stage.whole()
        for site in stage_plan.proposal.sites:
            yield from stage.site(site)


class _Stage:
    """The figures of one stage's proposal."""

    def __init__(self, plan: Plan, stage_plan: StagePlan) -> None:
        self.plan, self.proposal = plan, stage_plan.proposal
        self.stage_plan = stage_plan
        self.key, stage = stage_plan.stage.value, stage_plan.stage
        self.zh = f"{stage.zh}，规划（{self.proposal.travel.zh}）"
        self.en = f"{stage.value}, proposed ({TRAVEL_EN[self.proposal.travel]})"
        self.rule, self.citation = cited(*(radius.rule for radius in self.proposal.before.radii))
        self.layers = stage_layers(plan, stage_plan, self.proposal.travel)

    def whole(self) -> Iterator[Figure]:
        proposal, solution = self.proposal, self.proposal.solution
        zh, en = noun(self.plan)
        moved = public_reached(self.plan, proposal.before, proposal.after)
        lines: tuple[Line, ...] = (
            ("sites", "规划选址数", "proposed sites", len(proposal.sites), "sites", methods.SITES),
            ("asked", "要求的新建数", "new schools asked for", asked_for(self.plan, self.stage_plan), "sites",
             methods.ASKED),
            ("candidates", "备选地块数", "candidate sites", len(proposal.candidates), "sites", methods.SITES),
            ("rejected", "不可用的备选地块数", "candidates that cannot be used", len(proposal.candidates.rejected),
             "sites", methods.SITES),
            ("people_newly", f"新增覆盖{zh}", f"{en} newly within the radius", moved.gained, en, methods.NEWLY),
            ("people_lost", f"不再覆盖的{zh}", f"{en} no longer within the radius", moved.lost, en,
             methods.LOST_REACH),
            ("people_net", f"净增覆盖{zh}", f"net change of {en} within the radius", moved.net, en, methods.NET),
            ("people_beyond_plots", f"没有可用地块能服务到的{zh}", f"{en} whom no usable plot reaches",
             public_beyond_plots(self.plan, proposal), en, methods.BEYOND_PLOTS),
            ("objective", f"目标值（{proposal.unit[0]}）", f"objective ({proposal.unit[1]})",
             self._of_model(solution.objective), "objective", methods.SOLVER),
            ("bound", f"界（{proposal.unit[0]}）", f"bound ({proposal.unit[1]})",
             self._of_model(solution.bound), "objective", methods.SOLVER),
            ("gap", "与界的相对差距", "relative gap to the bound", finite(solution.gap), "share", methods.SOLVER),
            ("status", "求解状态", "solver status", solution.status.zh, "", methods.SOLVER),
        )  # fmt: skip
        for line in lines:
            yield self._figure(self.key, (self.zh, self.en), line)
        for step in self.stage_plan.programme.steps:
            words = (f"至{step.year}年一期建成的选址数", f"sites that open in the step to {step.year}")
            opening: Line = ("sites", *words, len(step.sites), "sites", methods.YEAR)
            yield self._figure(f"{self.key}.step.{step.year}", (self.zh, self.en), opening)

    def site(self, site: ProposedSite) -> Iterator[Figure]:
        zh, en = noun(self.plan)
        year = self.stage_plan.programme.year_of(site.id)
        best, told = site.next_best, public_site(self.plan, self.stage_plan, site)
        loss = None if best is None else best.loss
        lines: tuple[Line, ...] = (
            ("people_newly", f"新增覆盖{zh}", f"{en} newly within the radius", told.people_newly, en, methods.NEWLY),
            ("people_assigned", f"半径内就近{zh}", f"{en} within the radius for whom it is the nearest",
             told.people_assigned, en, methods.ASSIGNED),
            ("pupils_newly", "新增覆盖学生", "pupils newly within the radius", told.pupils_newly, "pupils",
             methods.NEWLY),
            ("seats", "学位", "seats", known(site.seats), "seats", methods.SITE_GIVEN),
            ("cost", "费用（备选用地图层的单位）", "cost, in the unit of the sites layer", known(site.cost), "cost",
             methods.SITE_GIVEN),
            ("year", "建成年份", "year of opening", year, "year", methods.YEAR),
            ("next_best", "次优地块", "next best site",
             id_words(best.other, "sites") if best and best.other else None, "", methods.NEXT_BEST),
            ("loss", f"改用次优地块的损失（{self.proposal.unit[0]}）", f"loss with it ({self.proposal.unit[1]})",
             self._of_model(loss), "objective", methods.NEXT_BEST),
        )  # fmt: skip
        where = (f"{self.zh}，{site.name}（{site.id}）", f"{self.en}, {site.name} ({site.id})")
        for line in (*lines, *self._kept(site)):
            yield self._figure(f"{self.key}.site.{part(site.id)}", where, line, rows=(f"sites:{site.id}",))

    def _kept(self, site: ProposedSite) -> tuple[Line, ...]:
        """Whom the site keeps within the radius, where schools close or open beside the new sites."""
        if self.proposal.base is self.proposal.before:
            return ()
        zh, en = noun(self.plan)
        words = (f"原校撤并后由此处接续服务的{zh}", f"{en} whose school closes and who come within its radius")
        kept = public_site(self.plan, self.stage_plan, site).people_kept
        return (("people_kept", *words, kept, en, methods.KEPT),)

    def _of_model(self, value: float | None) -> Count:
        """A value of the objective; None where it rests on children of whom some are hidden."""
        told = solver_value(self.plan, self.proposal, value)
        return None if told is None else tidy(told)

    def _figure(self, key: str, where: tuple[str, str], line: Line, *, rows: tuple[str, ...] = ()) -> Figure:
        name, zh, en, value, unit, method = line
        is_measured = method in _MEASURED
        return Figure(
            id=f"{key}.{name}",
            zh=f"{where[0]}：{zh}",
            en=f"{where[1]}: {en}",
            value=value,
            unit=unit,
            text=printed(value, unit),
            rule=self.rule if is_measured else "",
            citation=self.citation if is_measured else "",
            # what was asked for stands in project.toml
            layers={} if method is methods.ASKED else self.layers,
            method=method,
            rows=rows,
        )


def finite(value: float | None) -> float | None:
    """None where no bound is known."""
    return None if value is None or not np.isfinite(value) else value
