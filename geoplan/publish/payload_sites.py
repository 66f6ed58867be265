"""What is proposed for a stage, on the page: the solver's outcome, and each site with all that answers "why here?"."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.locate import Model
from geoplan.plan import KIND_ZH
from geoplan.publish.finding_words import detail_zh, school_names, title_zh
from geoplan.publish.payload_views import whole
from geoplan.publish.phases import phase_of_site
from geoplan.publish.privacy import words
from geoplan.publish.privacy_sites import public_site, solver_value
from geoplan.publish.proposal_words import proposal_sentences

if TYPE_CHECKING:
    from geoplan.plan import Plan, ProposedSite, StagePlan, StageProposal
    from geoplan.publish.phases import Phase
    from geoplan.publish.shapes import Pen

_SAID = {"too-few-sites", "fewer-sites-needed", "count-decided-by-model"}
"""Findings that the sentences on the number of sites say better."""

_SCALE = {Model.P_MEDIAN: 1000.0}
"""A p-median counts person-metres; people read person-kilometres."""


def proposal_row(plan: Plan, stage: StagePlan, pen: Pen, phases: tuple[Phase, ...]) -> dict[str, Any]:
    """The proposal of a stage as plain values."""
    proposal = stage.proposal
    solution = proposal.solution
    zh, en = proposal.unit
    notes = [{"zh": zh_, "en": en_} for zh_, en_ in proposal_sentences(plan, stage)]
    notes += finding_notes(plan, proposal)
    return {
        "model": {"zh": solution.model.zh, "en": solution.model.value},
        "aim": solution.model.value,
        "travel": proposal.travel.value,
        "candidates": len(proposal.candidates),
        "status": solution.status.value,
        "objective": solver_value(plan, proposal, solution.objective),
        "bound": solver_value(plan, proposal, solution.bound),
        "gap": finite(solution.gap),
        "seed": solution.seed,
        "unit": {"zh": zh, "en": en},
        "sites": [_site(plan, stage, site, pen, phases) for site in proposal.sites],
        "notes": notes + ([{"zh": "", "en": solution.reason}] if solution.reason else []),
    }


def finding_notes(plan: Plan, proposal: StageProposal) -> list[dict[str, str]]:
    """Findings of a proposal: in Chinese as far as it can be said, and their own English words."""
    told = [finding for finding in proposal.findings if finding.code not in _SAID]
    names = school_names(plan.layers)

    def say(text: str) -> str:
        return words(plan, text)

    return [{"zh": detail_zh(each, names, say) or f"{title_zh(each.code)}。", "en": say(each.what)} for each in told]


def _site(plan: Plan, stage: StagePlan, site: ProposedSite, pen: Pen, phases: tuple[Phase, ...]) -> dict[str, Any]:
    at = pen.points(np.array([site.xy]))[0]
    kind_zh, kind_en = KIND_ZH.get(site.kind, (site.kind, site.kind))
    return {
        "id": site.id,
        "name": site.name,
        "lat": float(at[0]),
        "lon": float(at[1]),
        "kind": {"zh": kind_zh, "en": kind_en},
        "land": site.kind,
        "district": site.district,
        "phase": phase_of_site(stage, site.id, phases),
        "available": dict(stage.programme.available).get(site.id),
        "seats": number(site.seats),
        "cost": number(site.cost),
        **{name: whole(count) for name, count in asdict(public_site(plan, stage, site)).items()},
        "gaps": list(site.gaps),
        "verdict": _site_verdict(site),
        "next_best": _next_best(plan, site, stage.proposal),
    }


def _site_verdict(site: ProposedSite) -> dict[str, str]:
    if site.verdict is None:
        return {"state": "not_applicable", "zh": "没有适用的服务人口标准", "en": "no band of people applies"}
    return {"state": site.verdict.state.value, "zh": site.verdict.zh, "en": site.verdict.en}


def _next_best(plan: Plan, site: ProposedSite, proposal: StageProposal) -> dict[str, Any] | None:
    """The best other plot for this place: what it loses, in the model's unit, and what it costs; None without one."""
    best = site.next_best
    if best is None or best.other is None:
        return None
    candidates, model = proposal.candidates, proposal.solution.model
    row = [str(each) for each in candidates.ids].index(best.other)
    zh, en = (words(plan, text) for text in site.why[-1])
    told = solver_value(plan, proposal, best.loss)
    loss = None if told is None else told / _SCALE.get(model, 1.0)
    return {
        "id": best.other,
        "name": str(candidates.names[row]),
        "loss": whole(loss) if model is Model.MAX_COVER else loss,
        "cost": number(candidates.cost[row]),
        "zh": zh,
        "en": en,
    }


def finite(value: float | None) -> float | None:
    """None where no bound is known."""
    return value if value is not None and np.isfinite(value) else None


def number(value: float) -> int | float | None:
    """A figure of a layer: whole where it is whole, None where it is not known."""
    if np.isnan(value):
        return None
    return int(value) if value == int(value) else float(value)
