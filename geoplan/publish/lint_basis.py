"""On whose clauses a publication rests: merged ones, borrowed ones, and standards that nobody has checked.

Warnings only: such a plan may be published, but its readers must not take another city's clause for a law of theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.publish.lint_cells import word_paragraphs
from geoplan.rules.place import OWN_PROFILE, WHY_NOT_BOUND, place_findings
from geoplan.rules.profile import SERVICE_RADIUS, STANDARD
from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from geoplan.plan import Plan
    from geoplan.rules import Profile, Rule

_BINDS_ALL = (STANDARD, "user")
"""Profiles that are nobody's plan: the national standards, and a radius given by hand."""


def lint_basis(plan: Plan, files: Sequence[Path]) -> Iterator[Finding]:
    """Warnings on the rules that the plan rests on.

    Args:
        files: what was written; a page or Word text that does not name a merged or borrowed profile is told.
    """
    rules = plan.rules_in_force()
    texts = {path.name: _text(path) for path in files if path.suffix in {".html", ".docx"}}
    profiles = {profile.id: profile for profile in (plan.book.profile, *plan.book.lenders)}
    merged = [rule for rule in rules if rule.merges and rule.profile in profiles]
    for name in dict.fromkeys(rule.profile for rule in merged):
        yield _merged(profiles[name], [rule for rule in merged if rule.profile == name], texts)
    known = (*_BINDS_ALL, plan.book.profile.id)
    lent = [rule for rule in rules if rule.profile not in known and not rule.merges]
    for name in dict.fromkeys(rule.profile for rule in lent):
        yield _lent(profiles[name], [rule for rule in lent if rule.profile == name], texts)
    yield from place_findings(plan.config, plan.book.profile, rules)
    unchecked = [rule for rule in rules if rule.evidence == "unverified"]
    if unchecked:
        yield _unverified(unchecked)


def _text(path: Path) -> str:
    if path.suffix == ".docx":
        return "\n".join(word_paragraphs(path))
    return path.read_text(encoding="utf-8", errors="replace")


def _merged(profile: Profile, rules: Sequence[Rule], texts: dict[str, str]) -> Finding:
    sources = "、".join(dict.fromkeys(rule.source_title or rule.source for rule in rules))
    return _warning(
        "profile-composed",
        f"规则库“{profile.title_zh}”（{profile.id}）的 {_ids(rules)} 由《{sources}》的几条条文合并而成，"
        f"不是任何规划的原文 / rules of {profile.id} merge clauses; they are the wording of no plan"
        f"{_unsaid(profile, rules, texts)}.",
        why=WHY_NOT_BOUND,
        fix=f"{OWN_PROFILE}; or keep it, and say under [[notices]] of the map that these are not the clauses of this "
        "place.",
        rules=rules,
    )


def _lent(profile: Profile, rules: Sequence[Rule], texts: dict[str, str]) -> Finding:
    return _warning(
        "profile-borrowed",
        f"{_ids(rules)} 取自“{profile.title_zh}”（{profile.id}），不在本项目的规则库中 / taken from the profile "
        f"{profile.id}, not from the project's own{_unsaid(profile, rules, texts)}.",
        why=f"{WHY_NOT_BOUND} Right where that profile is of the province or state that this place belongs to.",
        fix=f"{OWN_PROFILE}; or leave {profile.id} out of radius_profiles where it does not hold here.",
        rules=rules,
    )


def _unverified(rules: Sequence[Rule]) -> Finding:
    shown = "、".join(f"{rule.id}（{rule.area.zh}{rule.stage.zh}{_radius(rule)}，{rule.citation}）" for rule in rules)
    return _warning(
        "rule-unverified",
        f"标准未与原文核对：{shown} / standards that nobody has checked against their text.",
        why="The text words them as 拟采用，待核实, and verdicts and gaps rest on them.",
        fix="Look the clause up, and copy the rule into a profile of your own with its wording and evidence "
        '"standard" or "plan"; or name a profile whose radius is checked first in radius_profiles.',
        rules=rules,
    )


def _radius(rule: Rule) -> str:
    return f" {rule.high:,.0f} 米" if rule.quantity == SERVICE_RADIUS and rule.high is not None else ""


def _ids(rules: Sequence[Rule]) -> str:
    return "、".join(rule.id for rule in rules)


def _unsaid(profile: Profile, rules: Sequence[Rule], texts: dict[str, str]) -> str:
    """Names of the written texts that name neither the profile nor what its rules are taken from."""
    titles = {profile.title_zh, *(rule.source_title for rule in rules if rule.source_title)}
    silent = sorted(name for name, text in texts.items() if not any(title in text for title in titles))
    return f"；{'、'.join(silent)} 没有写明 / not said in {', '.join(silent)}" if silent else ""


def _warning(code: str, what: str, *, why: str, fix: str, rules: Sequence[Rule]) -> Finding:
    return Finding(
        Severity.WARNING, code, what, why=why, fix=fix, file="project.toml", rows=tuple(rule.id for rule in rules),
        count=len(rules),
    )  # fmt: skip
