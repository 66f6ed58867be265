"""`summary.json`: the plan's own summary with everything hidden that the tables hide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoplan.publish.privacy import suppressed, words
from geoplan.publish.privacy_plan import tells_all
from geoplan.publish.privacy_sites import public_site, public_verdict, solver_value, told_count
from geoplan.publish.privacy_stage import PUPILS
from geoplan.publish.privacy_tallies import public_tallies, public_tally
from geoplan.publish.proposal_words import asked_for, proposal_sentences
from geoplan.publish.reached import public_reached

if TYPE_CHECKING:
    from geoplan.plan import Plan, ProposedSite, StagePlan, StageProposal, View
    from geoplan.publish.privacy import Count
    from geoplan.publish.privacy_tallies import PublicTally


def public_summary(plan: Plan) -> dict[str, Any]:
    """`plan.summary()` as it may leave the office: counts of children as page and tables tell them."""
    summary: dict[str, Any] = plan.summary()
    if plan.units.counts == PUPILS:
        summary |= {name: suppressed(summary[name]) for name in ("people", "people_unplaced")}
        summary["findings"] = [_worded(plan, each) for each in summary["findings"]]
    for stage_plan, told in zip(plan.stages, summary["stages"], strict=True):
        told["proposal"] |= _proposal(plan, stage_plan, told["proposal"])
        for view, record in zip(stage_plan.views, told["coverage"], strict=True):
            record.update(_view(plan, stage_plan, view, record))
    for scenario, told in zip(plan.scenarios, summary.get("scenarios", ()), strict=True):
        for proposal, record in zip(scenario.proposals, told["stages"], strict=True):
            after = record["after"] | _named(public_tally(plan, proposal.after.total))
            record.update({"after": after, **solver_report(plan, proposal)})
    return summary


def solver_report(plan: Plan, proposal: StageProposal) -> dict[str, Any]:
    """`Solution.as_dict` as it may be published: without figures that rest on hidden children."""
    report, solution = proposal.solution.as_dict(), proposal.solution
    for name, value in (("objective", solution.objective), ("bound", solution.bound)):
        if solver_value(plan, proposal, value) is None:
            report[name] = None
    if plan.units.counts == PUPILS:
        report["unserved"] = suppressed(report["unserved"]) if tells_all(plan) else None
    return report


def _worded(plan: Plan, value: Any) -> Any:  # noqa: ANN401  any JSON value
    """Its texts without hidden counts."""
    if isinstance(value, dict):
        return {name: _worded(plan, each) for name, each in value.items()}
    if isinstance(value, list):
        return [_worded(plan, each) for each in value]
    return words(plan, value) if isinstance(value, str) else value


def _view(plan: Plan, stage: StagePlan, view: View, record: dict[str, Any]) -> dict[str, Any]:
    """What stands otherwise in the record of a view."""
    tallies = public_tallies(plan, [tally for _, _, tally in view.before.by_district()])
    told: dict[str, Any] = {
        state: record[state] | _named(public_tally(plan, coverage.total))
        for state, coverage in (("before", view.before), ("after", view.after))
    }
    if "steps" in record:
        told["steps"] = [
            row | _named(public_tally(plan, coverage.total))
            for row, coverage in zip(record["steps"], view.steps, strict=True)
        ]
    in_gaps = ("gap", stage.stage.value, view.travel.value, "before")
    return told | {
        "people_in_gaps": told_count(plan, sum(gap.people for gap in view.gaps), *in_gaps),
        "districts": [each | _named(tally) for each, tally in zip(record["districts"], tallies, strict=True)],
        "verdicts": [public_verdict(plan, view, each).as_dict() for each in view.verdicts],
    }


def _proposal(plan: Plan, stage: StagePlan, record: dict[str, Any]) -> dict[str, Any]:
    """What stands otherwise in the record of a proposal, and what is said of it."""
    proposal = stage.proposal
    return {
        **solver_report(plan, proposal),
        "people_newly_covered": public_reached(plan, proposal.before, proposal.after).net,
        "proposed": [
            _site(plan, stage, site, row) for site, row in zip(proposal.sites, record["proposed"], strict=True)
        ],
        "asked": asked_for(plan, stage),
        "sentences": [{"zh": zh, "en": en} for zh, en in proposal_sentences(plan, stage)],
    }


def _site(plan: Plan, stage: StagePlan, site: ProposedSite, row: dict[str, Any]) -> dict[str, Any]:
    told, best = public_site(plan, stage, site), row["next_best"]
    loss = None if best is None or solver_value(plan, stage.proposal, best["loss"]) is None else best["loss"]
    return row | {
        "people_newly_covered": told.people_newly,
        "people_assigned": told.people_assigned,
        "pupils_newly_covered": told.pupils_newly,
        **({"people_kept": told.people_kept} if "people_kept" in row else {}),
        "next_best": None if best is None else best | {"loss": loss},
        "why": _worded(plan, row["why"]),
    }


def _named(tally: PublicTally) -> dict[str, Count]:
    """A tally under the names of `Tally.as_dict`."""
    return {
        "people": tally.people,
        "people_assessed": tally.assessed,
        "people_covered": tally.covered,
        "share_covered": None if tally.share is None else round(tally.share, 6),
        "pupils": tally.pupils,
        "pupils_covered": tally.pupils_covered,
    }
