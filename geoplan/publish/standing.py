"""How far a plan may call a rule its standard: in force, a guide from elsewhere, or still to be checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.rules.place import is_elsewhere

if TYPE_CHECKING:
    from geoplan.plan import Plan
    from geoplan.rules import Rule

STANDINGS = {
    "binding": ("执行", "in force"),
    "guide": ("参照", "by analogy"),
    "pending": ("拟采用，待核实", "proposed, to be checked"),
    "own": ("拟采用，本规划自定", "proposed, set by this plan"),
}
"""How far a plan may call a rule its standard; see `standing`."""


def standing(plan: Plan, rule: Rule) -> str:
    """A key of `STANDINGS`: whether a rule is in force here, a guide from elsewhere, or still to be checked.

    What was not checked against its text is no standard yet. What a profile joined from several clauses, or the plan
    of another city says, lent or named as the project's own profile, is a guide: nobody enacted it for this place.
    """
    if rule.evidence == "user":
        return "own"
    if rule.evidence in {"unverified", "secondary"}:
        return "pending"
    profile = plan.book.profile
    is_foreign = rule.evidence == "plan" and (rule.profile != profile.id or is_elsewhere(plan.config, profile))
    return "guide" if rule.merges or is_foreign else "binding"


def standing_words(plan: Plan, rule: Rule) -> tuple[str, str]:
    """The standing in words, with whose text it is where it is a guide."""
    zh, en = STANDINGS[(key := standing(plan, rule))]
    if key != "guide":
        return zh, en
    merged = ("（条文经合并）", ", clauses joined") if rule.merges else ("", "")
    title = rule.source_title or rule.source
    return f"{zh}《{title}》{merged[0]}", f"{en}: {title}{merged[1]}"
