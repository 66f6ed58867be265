"""Which of the plans that are compared come to the same: they build the same schools and close the same ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geoplan.plan import Plan, StageProposal


def same_plan(plan: Plan, number: int) -> int | None:
    """The first plan before `number` that comes to the same in every stage; None without one.

    Args:
        number: 0 for the main plan, then the scenarios in their order.
    """
    mine = [_outcome(each) for each in _proposals(plan, number)]
    return next((at for at in range(number) if [_outcome(each) for each in _proposals(plan, at)] == mine), None)


def same_stage(plan: Plan, number: int, row: int) -> int | None:
    """As `same_plan`, for one stage by its position among the plan's stages."""
    mine = _outcome(_proposals(plan, number)[row])
    return next((at for at in range(number) if _outcome(_proposals(plan, at)[row]) == mine), None)


def _proposals(plan: Plan, number: int) -> tuple[StageProposal, ...]:
    return plan.scenarios[number - 1].proposals if number else tuple(stage.proposal for stage in plan.stages)


def _outcome(proposal: StageProposal) -> tuple[object, ...]:
    """What is built where and how large, and what closes: all else follows from it."""
    built = sorted((site.id, site.xy, str(site.seats), str(site.cost)) for site in proposal.sites)
    return built, sorted(map(str, proposal.solution.closed))
