"""`summary.json`: the plan's own summary with everything hidden that the tables hide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoplan.publish.privacy import suppressed, suppressed_part, words
from geoplan.publish.privacy_tallies import public_tallies, public_tally
from geoplan.publish.proposal_words import asked_for, proposal_sentences

if TYPE_CHECKING:
    from geoplan.plan import Plan
    from geoplan.publish.privacy import Count
    from geoplan.publish.privacy_tallies import PublicTally


def public_summary(plan: Plan) -> dict[str, Any]:
    """`plan.summary()` with small counts suppressed, for a file that leaves the office."""
    prefixes = ("pupils", "people", "value", "unserved", "loss") if plan.units.counts == "pupils" else ("pupils",)

    def public(value: Any, key: str) -> Any:  # noqa: ANN401  any JSON value
        if isinstance(value, dict):
            return {name: public(each, name) for name, each in _parts_hidden(plan, value).items()}
        if isinstance(value, list):
            return [public(each, key) for each in value]
        if isinstance(value, str):
            return value if value.startswith((">", "<")) else words(plan, value)
        is_count = key.startswith(prefixes) and isinstance(value, int | float) and not isinstance(value, bool)
        return suppressed(value) if is_count and value >= 1 else value

    summary: dict[str, Any] = public(plan.summary(), "")
    for stage_plan, told in zip(plan.stages, summary["stages"], strict=True):
        told["proposal"]["asked"] = asked_for(plan, stage_plan)
        told["proposal"]["sentences"] = [{"zh": zh, "en": en} for zh, en in proposal_sentences(plan, stage_plan)]
        for view, record in zip(stage_plan.views, told["coverage"], strict=True):
            shown = public_tallies(plan, [tally for _, _, tally in view.before.by_district()])
            for state, coverage in (("before", view.before), ("after", view.after)):
                record[state] |= _named(public_tally(plan, coverage.total))
            record["districts"] = [
                district | _named(tally) for district, tally in zip(record["districts"], shown, strict=True)
            ]
    return summary


def _parts_hidden(plan: Plan, record: dict[str, Any]) -> dict[str, Any]:
    """A tally with its parts and shares hidden where they would give a small rest away."""
    pairs = [("pupils_covered", "pupils")]
    if plan.units.counts == "pupils":
        pairs += [("people_assessed", "people"), ("people_covered", "people_assessed")]
    hidden = {
        part: suppressed_part(record[part], record[whole])
        for part, whole in pairs
        if isinstance(record.get(part), int | float) and isinstance(record.get(whole), int | float)
    }
    if isinstance(hidden.get("people_covered"), str):
        hidden["share_covered"] = None
    return record | hidden


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
