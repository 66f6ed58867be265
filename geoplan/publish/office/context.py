"""What a template may name beside figures: stages, sites, districts, rules, layers, findings, as plain words.

No number of the plan stands here; templates take numbers from `f[…]` by the keys that stand here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoplan.coverage.procedure import PROCEDURE
from geoplan.inputs import layer_schemas
from geoplan.publish.clean import clean_text
from geoplan.publish.figures import part
from geoplan.publish.figures.collect import hash_of
from geoplan.publish.finding_words import grouped
from geoplan.publish.office.parts import built_in, clauses_in, pupils_in, scenarios_in, seats_in, zones_in
from geoplan.publish.office.stages import is_file, rule_words, stage_words
from geoplan.publish.privacy import words
from geoplan.publish.sheets import noun
from geoplan.publish.sheets_proposal import SEVERITY_ZH
from geoplan.publish.standing import standing
from geoplan.publish.statutory.closing import verdict_zh
from geoplan.publish.statutory.planned import planned_schools
from geoplan.publish.statutory.states import ENDING
from geoplan.publish.version import plan_version
from geoplan.publish.wording import WAY_NAMES, has_han, map_notices, notices, own_notices

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geoplan.plan import Plan
    from geoplan.publish.edition import Edition
    from geoplan.publish.statutory.states import PlannedSchool

MOST_FINDINGS = 40
MOST_OF_A_KIND = 3
"""So many findings of one code about one layer are printed in the program's own words."""


def context_of(edition: Edition) -> dict[str, Any]:
    """The names of a template, documented in docs/trace.md and docs/statutory.md."""
    plan = edition.plan
    districts = [
        {"id": each, "name": plan.units.district_names[row] or each, "key": part(each)}
        for row, each in enumerate(plan.units.district_ids)
    ]
    schools = planned_schools(edition)
    context = {
        "doc": _document(edition),
        "stages": [stage_words(plan, each, edition.pupils, edition.closures) for each in plan.stages],
        "districts": districts,
        "rules": [rule_words(plan, rule) for rule in plan.rules_in_force()],
        "sources": _sources(plan),
        "layers": _layers(plan),
        "steps": _steps(plan),
        "closed": _closed(edition, schools),
        "built": built_in(plan, schools),
        "procedure": [{"zh": step.zh, "source": step.source} for step in PROCEDURE],
        "pupils": pupils_in(edition.pupils),
        "seats": seats_in(edition.pupils, districts),
        "ledger": clauses_in(edition.ledger),
        "findings": _findings(edition),
        "problems": _problems(edition),
        "scenarios": scenarios_in(plan),
        "zones": [zones_in(book) for book in edition.zones],
    }
    clean: dict[str, Any] = _clean(context)
    return clean


def _document(edition: Edition) -> dict[str, Any]:
    plan, config = edition.plan, edition.plan.config
    crs = plan.layers.crs
    profiles = (plan.book.profile, *plan.book.lenders)
    return {
        "title": edition.map_file.title or config.name,
        "name": config.name,
        "author": config.author or "（由编制机关填写）",
        "data_date": config.data_date or "（未注明）",
        "version": plan_version(plan),
        "approval_number": edition.map_file.approval_number,
        "profile_zh": "、".join(f"《{profile.title_zh}》（{profile.id}）" for profile in profiles),
        "crs": "局部米制坐标" if crs is None else crs.name,
        "noun": noun(plan)[0],
        "mean_way": WAY_NAMES[noun(plan)[1]][0],
        "cover": _chinese((*own_notices(config.notices), *map_notices(edition.map_file))),
        "notices": _chinese(notices(plan, edition.map_file)),
        "programme": [str(year) for year in _programme_years(plan)],
    }


def _chinese(told: Iterable[dict[str, str]]) -> list[str]:
    return [each["zh"] for each in told if has_han(each["zh"])]


def _programme_years(plan: Plan) -> list[int]:
    return sorted({year for stage_plan in plan.stages for year in stage_plan.programme.years})


def _steps(plan: Plan) -> list[dict[str, Any]]:
    """What opens in each year of the programme."""
    found = []
    for year in _programme_years(plan):
        entries = []
        for stage_plan in plan.stages:
            names = [site.name or site.id for site in stage_plan.proposal.sites
                     if stage_plan.programme.year_of(site.id) == year]  # fmt: skip
            if names:
                entries.append({"zh": stage_plan.stage.zh, "names": names})
        found.append({"year": str(year), "stages": entries})
    return found


def _sources(plan: Plan) -> list[dict[str, str]]:
    """Each document that a rule in force comes from, with the rules, apart by how far they are standards here."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for rule in plan.rules_in_force():
        found.setdefault((rule.source_title, rule.source, standing(plan, rule)), []).append(rule.id)
    return [
        {
            "title": f"《{title}》" if title else "",
            "file": "" if title and is_file(source) else source,
            "rules": "、".join(rules),
            "standing": kind,
        }
        for (title, source, kind), rules in found.items()
    ]


def _closed(edition: Edition, schools: Sequence[PlannedSchool]) -> list[str]:
    """Schools that close or merge, by name and id: those of the table of closings, and those that the solver closes."""
    solved = {school for each in edition.plan.stages for school in each.proposal.solution.closed}
    rows = [each for each in schools if each.action in ENDING or each.id in solved]
    told = ((each, verdict_zh(edition.plan, each.id, edition.closures.get(each.id, ()))) for each in rows)
    return [f"{each.name or each.label}（{each.label}）{f'，{verdict}' if verdict else ''}" for each, verdict in told]


def _layers(plan: Plan) -> list[dict[str, str]]:
    schemas = layer_schemas(plan.config.folder)
    return [
        {
            "role": layer.role,
            "title_zh": schemas[layer.role].title_zh,
            "file": layer.file,
            "sha256": hash_of(layer.file, plan.provenance.inputs)[:12],
        }
        for layer in plan.layers.present()
    ]


def _findings(edition: Edition) -> list[dict[str, str]]:
    plan = edition.plan
    told = [finding for finding in edition.findings or plan.findings if finding.severity.value != "note"]
    return [
        {
            "severity_zh": SEVERITY_ZH[finding.severity.value],
            "text": words(plan, str(finding).removeprefix(f"{finding.severity.value}: ")),
        }
        for finding in told[:MOST_FINDINGS]
    ]


def _problems(edition: Edition) -> list[dict[str, Any]]:
    """Findings under a Chinese title each, with the layer and how many they are; the program's own words beneath."""
    plan = edition.plan
    schemas = layer_schemas(plan.config.folder)
    return [
        {
            "severity_zh": SEVERITY_ZH[group.severity.value],
            "title_zh": group.title_zh,
            "layer_zh": schemas[group.layer].title_zh if group.layer in schemas else group.layer,
            "code": group.code,
            "count": str(len(group.findings)),
            "rows": f"{group.rows:,}" if group.rows else "",
            "texts": [
                words(plan, str(finding).removeprefix(f"{finding.severity.value}: "))
                for finding in group.findings[:MOST_OF_A_KIND]
            ],
            "more": str(max(len(group.findings) - MOST_OF_A_KIND, 0) or ""),
        }
        for group in grouped(edition.findings or plan.findings)
    ]


def _clean(value: Any) -> Any:  # noqa: ANN401  any plain value
    """Texts as XML can hold them, all the way down."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {key: _clean(each) for key, each in value.items()}
    return [_clean(each) for each in value] if isinstance(value, list) else value
