"""What a stage's proposal is made from by the words of project.toml, and other plans to hold against it.

A scenario asks for another number of schools, another model or other sites. It is computed by the travel mode that
sites are chosen by, under the same standards and from the same coverage of today, so that only the choice differs.
It has no years and no phases: it is there to be compared, not to be published as the plan.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.locate import Model
from geoplan.plan.candidates import candidates_for
from geoplan.plan.proposal import propose
from geoplan.plan.siting import Wish
from geoplan.types import Finding, Severity, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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


def propose_as_wanted(
    engine: TravelEngine, layers: Layers, before: Coverage, book: RuleBook, wanted: ProposeConfig
) -> StageProposal:
    """A stage's proposal as `[propose]` or a scenario words it; fewer sites where there are not enough candidates.

    Raises:
        ProblemError: an excluded site does not exist.
        KeyboardInterrupt: the solver was stopped; whoever stops a whole run wants none of its outputs.
    """
    asked = wanted.new.get(before.stage, 3)
    candidates = candidates_for(layers, before, exclude=wanted.exclude, spacing_m=wanted.candidate_spacing_m)
    wish = Wish(
        model=Model(wanted.model),
        new=None if asked is None else min(asked, len(candidates)),
        time_limit_s=wanted.time_limit_s,
    )
    proposal = propose(engine, before, candidates, book, wish)
    if proposal.solution.interrupted:
        raise KeyboardInterrupt
    if asked is not None and asked > len(candidates):
        finding = _too_few_sites(before.stage, asked, len(candidates))
        proposal = replace(proposal, findings=(*proposal.findings, finding))
    return proposal


def scenarios_of(
    engine: TravelEngine,
    layers: Layers,
    stages: Sequence[StagePlan],
    book: RuleBook,
    *,
    main: ProposeConfig,
    wanted: Sequence[ScenarioConfig],
    progress: Callable[[str], None] = silent,
) -> tuple[Scenario, ...]:
    """The other plans of `[[scenarios]]`; a stage that a scenario does not change keeps the main plan's proposal.

    Args:
        engine: of the travel mode that sites are chosen by.
        main: what the stages' own proposals were made from.

    Raises:
        ProblemError: an excluded site does not exist.
    """
    found = []
    for scenario in wanted:
        proposals = []
        for stage in stages:
            proposal = stage.proposal
            if _asks(scenario.propose, stage.stage) != _asks(main, stage.stage):
                label = f"{scenario.name}，{stage.stage.zh} / scenario {scenario.name_en or scenario.name}"
                progress(f"方案比较：{label}: {stage.stage.value}")
                proposal = propose_as_wanted(engine, layers, stage.proposal.before, book, scenario.propose)
            proposals.append(proposal)
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


def _asks(wanted: ProposeConfig, stage: Stage) -> tuple[object, ...]:
    return (wanted.model, wanted.new.get(stage, 3), wanted.exclude)


def _too_few_sites(stage: Stage, asked: int, found: int) -> Finding:
    return Finding(
        Severity.WARNING,
        "too-few-sites",
        f"{asked} new {stage.value} sites were asked for; there are {found} candidates.",
        fix="Add candidate sites, or ask for fewer in [propose].",
        layer="sites",
        count=found,
    )
