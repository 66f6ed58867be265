"""What the stages' proposals are made from by the words of project.toml, and other plans to hold against them.

A scenario asks for another number of schools, another model or other sites. It is computed by the travel mode that
sites are chosen by, under the same standards and from the same coverage of today, so that only the choice differs.
It has no years and no phases: it is there to be compared, not to be published as the plan.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.locate import Model
from geoplan.plan.candidates import candidates_for
from geoplan.plan.plots import allot_plots
from geoplan.plan.proposal import propose
from geoplan.plan.siting import Wish
from geoplan.types import Finding, Severity, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from geoplan.config_propose import ProposeConfig, ScenarioConfig
    from geoplan.coverage import Coverage
    from geoplan.plan.plan import StagePlan
    from geoplan.plan.proposal import StageProposal
    from geoplan.rules import RuleBook
    from geoplan.travel import TravelEngine
    from geoplan.types import Layers, Stage

SAME_WAY_M = 1.0
"""Ways that differ by no more than this are the same: routes that tie must not make winners and losers."""


@dataclass(frozen=True, eq=False)
class Scenario:
    """Another plan.

    Attributes:
        proposals: by stage, in the order of the plan's stages.
    """

    name: str
    name_en: str
    proposals: tuple[StageProposal, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "name": self.name,
            "name_en": self.name_en,
            "stages": [
                {
                    "stage": proposal.before.stage.value,
                    **proposal.solution.as_dict(),
                    "unit": proposal.unit[1],
                    "after": proposal.after.total.as_dict(),
                    "proposed": [site.id for site in proposal.sites],
                }
                for proposal in self.proposals
            ],
        }


@dataclass(frozen=True, eq=False)
class Shift:
    """Whose way to the nearest school is another one than in the main plan; point by point of the demand.

    Attributes:
        nearer, farther: shape (points,); true where the way is shorter or longer than in the main plan.
    """

    nearer: NDArray[np.bool_]
    farther: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Chooser:
    """Chooses sites for the stages together, as `[propose]` or a scenario words it; what it has chosen it remembers.

    Attributes:
        engine: of the travel mode that sites are chosen by.
        coverages: by stage, in order: coverage of today, and `base` as in `StageProposal`.
        progress: told before each stage is chosen for the first time.
    """

    engine: TravelEngine
    layers: Layers
    book: RuleBook
    coverages: Mapping[Stage, tuple[Coverage, Coverage]]
    progress: Callable[[str], None] = silent
    _chosen: dict[tuple[object, ...], StageProposal] = field(default_factory=dict)

    def choose(self, wanted: ProposeConfig, name: str = "") -> dict[Stage, StageProposal]:
        """A proposal for each stage, in order; a plot bears one school unless `share_plots` says otherwise.

        Args:
            name: of the scenario, for the progress.

        Raises:
            ProblemError: an excluded site does not exist.
            KeyboardInterrupt: the solver was stopped; whoever stops a whole run wants none of its outputs.
        """

        def one(stage: Stage, elsewhere: frozenset[str]) -> StageProposal:
            return self._one(wanted, stage, elsewhere, name)

        if wanted.share_plots or self.layers.sites is None:
            # generated candidates are each stage's own points: none of them is a plot
            return {stage: one(stage, frozenset()) for stage in self.coverages}
        return allot_plots(tuple(self.coverages), one)

    def _one(self, wanted: ProposeConfig, stage: Stage, elsewhere: frozenset[str], name: str) -> StageProposal:
        """A stage's proposal without the plots that bear another stage's school.

        Fewer sites than asked for where there are not enough candidates.
        """
        key = (wanted.model, wanted.asked(stage), wanted.exclude, stage, elsewhere)
        if key in self._chosen:
            return self._chosen[key]
        if not elsewhere:
            self.progress(f"{name}{stage.zh}：选址 / {stage.value}: choosing sites")
        before, base = self.coverages[stage]
        asked = wanted.asked(stage)
        candidates = candidates_for(
            self.layers, base, exclude=wanted.exclude, elsewhere=elsewhere, spacing_m=wanted.candidate_spacing_m
        )
        wish = Wish(
            model=Model(wanted.model),
            new=None if asked is None else min(asked, len(candidates)),
            time_limit_s=wanted.time_limit_s,
        )
        proposal = propose(self.engine, before, candidates, self.book, wish, base=base)
        if proposal.solution.interrupted:
            raise KeyboardInterrupt
        if asked is not None and asked > len(candidates):
            finding = _too_few_sites(stage, asked, len(candidates))
            proposal = replace(proposal, findings=(*proposal.findings, finding))
        self._chosen[key] = proposal
        return proposal


def scenarios_of(
    chooser: Chooser, stages: Sequence[StagePlan], wanted: Sequence[ScenarioConfig]
) -> tuple[Scenario, ...]:
    """The other plans of `[[scenarios]]`; a stage that a scenario does not change keeps the main plan's proposal.

    Args:
        chooser: that has chosen the stages' own proposals.

    Raises:
        ProblemError: an excluded site does not exist.
    """
    found = []
    for scenario in wanted:
        chosen = chooser.choose(scenario.propose, f"方案比较（{scenario.name}），")
        proposals = (
            # the same choice: with the findings that the plan's own proposal has gathered since
            stage.proposal if chosen[stage.stage].solution is stage.proposal.solution else chosen[stage.stage]
            for stage in stages
        )
        found.append(Scenario(scenario.name, scenario.name_en, tuple(proposals)))
    return tuple(found)


def shift_between(main: Coverage, other: Coverage) -> Shift:
    """Whose way is shorter or longer under `other` than under `main`; a school that can be reached at all is nearer."""
    with np.errstate(invalid="ignore"):
        gain = np.where(np.isinf(main.distance_m) & np.isinf(other.distance_m), 0.0, main.distance_m - other.distance_m)
    return Shift(nearer=gain > SAME_WAY_M, farther=gain < -SAME_WAY_M)


def mean_distance_m(coverage: Coverage) -> float:
    """Mean way to the nearest school, in metres, of the people who can reach one; nan where nobody can."""
    people = np.where(np.isfinite(coverage.distance_m), coverage.demand.people, 0.0)
    if not people.sum() > 0:
        return float("nan")
    return float((people * np.where(people > 0, coverage.distance_m, 0.0)).sum() / people.sum())


def total_cost(proposal: StageProposal) -> float:
    """What the new sites cost together, in the unit of the sites layer; nan where one of them has no cost."""
    return float(sum(site.cost for site in proposal.sites))


def _too_few_sites(stage: Stage, asked: int, found: int) -> Finding:
    return Finding(
        Severity.WARNING,
        "too-few-sites",
        f"{asked} new {stage.value} sites were asked for; there are {found} candidates.",
        fix="Add candidate sites, or ask for fewer in [propose].",
        layer="sites",
        count=found,
    )
