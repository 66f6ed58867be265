"""Whether the profile that a project names was enacted for the place where the project lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.config import ProjectConfig
    from geoplan.rules.profile import Profile, Rule

WHY_NOT_BOUND = (
    "Page and text cite these clauses as the basis of the plan; a clause of another place binds nobody here."
)
OWN_PROFILE = (
    'Write a profile of your own plan (docs/rules.md, "Add a profile") and name it: profile = "…" in project.toml'
)


def is_elsewhere(config: ProjectConfig, profile: Profile) -> bool:
    """True where a project's profile is the plan of a city, and the project does not say that it lies there."""
    # a project that names its place has said it; one that does not is known by its title and author
    said = (config.place,) if config.place else (config.name, config.author)
    return not profile.holds_in(*said)


def place_findings(config: ProjectConfig, profile: Profile, rules: Sequence[Rule]) -> tuple[Finding, ...]:
    """A warning, profile-of-elsewhere, where the project's own profile is the plan of another city.

    Args:
        rules: those that the project rests on, or may rest on; nothing need be computed for them.
    """
    own = [rule for rule in rules if rule.profile == profile.id and rule.evidence == "plan" and not rule.merges]
    if not own or not is_elsewhere(config, profile):
        return ()
    city, names = profile.places[0], "、".join(rule.id for rule in own)
    found = Finding(
        Severity.WARNING,
        "profile-of-elsewhere",
        f"规则库“{profile.title_zh}”（{profile.id}）是{city}的规划，本项目没有写明属于{city}：{names} "
        f"在文本中为“参照”，不是“执行” / {profile.id} is the plan of another city: its rules are a guide here.",
        why=WHY_NOT_BOUND,
        fix=f'Where this place is subject to that plan, say so under [project]: place = "{city}市…". '
        f"Else: {OWN_PROFILE}.",
        file="project.toml",
        rows=tuple(rule.id for rule in own),
        count=len(own),
    )
    return (found,)
