"""Stages, their sites and gaps, and rules, as words for the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.plan import KIND_ZH, span_zh, vacant_years
from geoplan.publish.figures import part
from geoplan.publish.proposal_words import proposal_sentences
from geoplan.publish.reached import closing_in
from geoplan.publish.sheets import district_label, id_words
from geoplan.publish.standing import standing_words
from geoplan.publish.statutory.closing import verdict_zh
from geoplan.publish.wording import SEATS_EACH, WAY_NAMES, has_han, rule_card
from geoplan.rules.profile import SERVICE_RADIUS
from geoplan.units import percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geoplan.coverage import Closure, Gap
    from geoplan.plan import Plan, ProposedSite, PupilPlan, StagePlan, StageProposal, View
    from geoplan.rules import Rule

MOST_GAPS = 10
"""The largest gaps that a text names; the tables hold all of them."""

MOST_REJECTED = 12


def stage_words(
    plan: Plan, stage_plan: StagePlan, pupils: PupilPlan | None, closures: Mapping[str, Sequence[Closure]]
) -> dict[str, Any]:
    """A stage, with the keys of its figures."""
    stage, proposal = stage_plan.stage, stage_plan.proposal
    basis = stage_plan.basis
    counts = next((each.counts for each in (pupils.access if pupils else ()) if each.coverage.stage is stage), "")
    return {
        "id": stage.value,
        "zh": stage.zh,
        "key": f"{stage.value}.{basis.travel.value}",
        "travel_zh": basis.travel.zh,
        "travels": [{"zh": view.travel.zh, "key": f"{stage.value}.{view.travel.value}"} for view in stage_plan.views],
        "model_zh": proposal.solution.model.zh,
        "unit_zh": proposal.unit[0],
        "sites": [_site(plan, stage_plan, site) for site in proposal.sites],
        "gaps": [_gap(plan, stage_plan, gap) for gap in basis.gaps[:MOST_GAPS]],
        "closing_gaps": [_gap(plan, stage_plan, gap) for gap in basis.closing_gaps[:MOST_GAPS]],
        "has_more_closing_gaps": len(basis.closing_gaps) > MOST_GAPS,
        "rejected": [
            f"{id_words(each, 'sites')}：{_chinese(why)}" for each, why in proposal.candidates.rejected[:MOST_REJECTED]
        ],
        "mean_way_zh": WAY_NAMES[counts or "people"][0],
        "seats_each_zh": SEATS_EACH[counts or "people"][0],
        "counts_zh": "学生" if counts == "pupils" else "人口",
        "access": f"access.{stage.value}.whole" if counts else "",
        "trend_zh": _trend(basis),
        "sentences": [zh for zh, _ in proposal_sentences(plan, stage_plan, losses=False)],
        "closing": [_tried(plan, stage_plan, each, closures.get(each, ())) for each in closing_in(proposal)],
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
    label = id_words(school, "schools")
    return f"{names.get(school) or label}（{label}）"


def _tried(plan: Plan, stage_plan: StagePlan, school: str, closures: Sequence[Closure]) -> str:
    """A school that closes, and what trying that out says of this stage."""
    verdict = verdict_zh(plan, school, [each for each in closures if each.stage is stage_plan.stage])
    return f"{_named(stage_plan.proposal, school)}{f'，{verdict}' if verdict else ''}"


def _site(plan: Plan, stage_plan: StagePlan, site: ProposedSite) -> dict[str, Any]:
    return {
        "id": id_words(site.id, "sites"),
        "name": site.name or id_words(site.id, "sites"),
        "key": f"{stage_plan.stage.value}.site.{part(site.id)}",
        "district": district_label(plan, site.district),
        "kind_zh": KIND_ZH.get(site.kind, (site.kind, ""))[0],
        "gaps": list(site.gaps),
        "is_kept": stage_plan.proposal.base is not stage_plan.proposal.before,
        "replaced": site.next_best is not None and site.next_best.other is not None,
    }


def _gap(plan: Plan, stage_plan: StagePlan, gap: Gap) -> dict[str, str]:
    demand = stage_plan.basis.before.demand
    heaviest = demand.unit[gap.points[np.argmax(demand.people[gap.points])]]
    return {
        "id": gap.id,
        "key": part(gap.id),
        "place": f"{demand.units.place_name(heaviest)}一带",
        "district": district_label(plan, gap.district),
        "closings": "、".join(_named(stage_plan.proposal, each) for each in gap.closings),
        "since": "" if gap.since is None else str(gap.since),
        "vacant": _vacant(stage_plan, gap),
    }


def _vacant(stage_plan: StagePlan, gap: Gap) -> str:
    """Years without a school, and which site ends them; '' where a site stands before the school closes."""
    if (vacant := vacant_years(stage_plan.basis, gap)) is None:
        return ""
    since, until, sites = vacant
    names = "、".join(id_words(each, "sites") for each in sites)
    return f"{span_zh(since, until)}为空白，{until} 年由{names}接续"


def rule_words(plan: Plan, rule: Rule) -> dict[str, Any]:
    """A rule in force, in words; its bounds are figures under `key`."""
    card = rule_card(rule)
    citation = f"《{rule.source_title}》{rule.citation}" if rule.source_title else rule.citation
    return {
        "id": rule.id,
        "key": f"rule.{part(rule.id)}",
        "stage_zh": rule.stage.zh,
        "area_zh": rule.area.zh,
        "quantity_zh": card["quantity"]["zh"],
        "unit_zh": "米" if rule.quantity == SERVICE_RADIUS else "人",
        "has_low": rule.low is not None,
        "clause": rule.clause,
        "citation": citation,
        "source_zh": f"《{rule.source_title}》" if rule.source_title and is_file(rule.source) else citation,
        "evidence_zh": card["evidence"]["zh"],
        "standing_zh": standing_words(plan, rule)[0],
    }


def is_file(source: str) -> bool:
    """Whether a source is the name of a file that was read, and not the number of a standard."""
    return source.endswith((".txt", ".pdf", ".html", ".md"))
