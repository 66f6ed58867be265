"""Stages, their sites and gaps, and rules, as words for the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.plan import KIND_ZH
from geoplan.publish.figures import part
from geoplan.publish.proposal_words import proposal_sentences
from geoplan.publish.reached import closing_in
from geoplan.publish.sheets import district_label
from geoplan.publish.standing import standing_words
from geoplan.publish.wording import has_han, rule_card
from geoplan.rules.profile import SERVICE_RADIUS
from geoplan.units import percent

if TYPE_CHECKING:
    from geoplan.coverage import Gap
    from geoplan.plan import Plan, ProposedSite, PupilPlan, StagePlan, StageProposal, View
    from geoplan.rules import Rule

MOST_GAPS = 10
"""The largest gaps that a text names; the tables hold all of them."""

MOST_REJECTED = 12


def stage_words(plan: Plan, stage_plan: StagePlan, pupils: PupilPlan | None) -> dict[str, Any]:
    """A stage, with the keys of its figures."""
    stage, proposal = stage_plan.stage, stage_plan.proposal
    basis = stage_plan.basis
    has_access = pupils is not None and any(report.coverage.stage is stage for report in pupils.access)
    return {
        "id": stage.value,
        "zh": stage.zh,
        "key": f"{stage.value}.{basis.travel.value}",
        "travel_zh": basis.travel.zh,
        "travels": [{"zh": view.travel.zh, "key": f"{stage.value}.{view.travel.value}"} for view in stage_plan.views],
        "model_zh": proposal.solution.model.zh,
        "unit_zh": proposal.unit[0],
        "sites": [_site(plan, stage_plan, site) for site in proposal.sites],
        "gaps": [_gap(plan, gap) for gap in basis.gaps[:MOST_GAPS]],
        "rejected": [f"{each}：{_chinese(why)}" for each, why in proposal.candidates.rejected[:MOST_REJECTED]],
        "access": f"access.{stage.value}.whole" if has_access else "",
        "trend_zh": _trend(basis),
        "sentences": [zh for zh, _ in proposal_sentences(plan, stage_plan, losses=False)],
        "closing": [_named(proposal, each) for each in closing_in(proposal)],
    }


def _chinese(words: str) -> str:
    """The Chinese half of `中文 / English`; any other text as it is."""
    zh, _, en = words.partition(" / ")
    return zh if has_han(zh) and en and not has_han(en) else words


def _trend(view: View) -> str:
    """Whether the share rises or falls, as the printed figures show it; '' where it stays."""
    before, after = view.before.total, view.after.total
    if percent(before.covered, before.assessed) == percent(after.covered, after.assessed):
        return ""
    return "提高到" if after.covered > before.covered else "下降到"


def _named(proposal: StageProposal, school: str) -> str:
    supply = proposal.before.supply
    names = dict(zip((str(each) for each in supply.ids), supply.names, strict=True))
    return f"{names.get(school) or school}（{school}）"


def _site(plan: Plan, stage_plan: StagePlan, site: ProposedSite) -> dict[str, Any]:
    return {
        "id": site.id,
        "name": site.name or site.id,
        "key": f"{stage_plan.stage.value}.site.{part(site.id)}",
        "district": district_label(plan, site.district),
        "kind_zh": KIND_ZH.get(site.kind, (site.kind, ""))[0],
        "gaps": list(site.gaps),
        "replaced": site.next_best is not None and site.next_best.other is not None,
    }


def _gap(plan: Plan, gap: Gap) -> dict[str, str]:
    demand = next(view.before.demand for stage in plan.stages for view in stage.views
                  if stage.stage is gap.stage and view.travel is gap.travel)  # fmt: skip
    heaviest = demand.unit[gap.points[np.argmax(demand.people[gap.points])]]
    return {
        "id": gap.id,
        "key": part(gap.id),
        "place": f"{demand.units.place_name(heaviest)}一带",
        "district": district_label(plan, gap.district),
    }


def rule_words(plan: Plan, rule: Rule) -> dict[str, Any]:
    """A rule in force, in words; its bounds are figures under `key`."""
    card = rule_card(rule)
    return {
        "id": rule.id,
        "key": f"rule.{part(rule.id)}",
        "stage_zh": rule.stage.zh,
        "area_zh": rule.area.zh,
        "quantity_zh": card["quantity"]["zh"],
        "unit_zh": "米" if rule.quantity == SERVICE_RADIUS else "人",
        "has_low": rule.low is not None,
        "clause": rule.clause,
        "citation": f"《{rule.source_title}》{rule.citation}" if rule.source_title else rule.citation,
        "evidence_zh": card["evidence"]["zh"],
        "standing_zh": standing_words(plan, rule)[0],
    }
