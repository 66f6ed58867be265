"""Rule profiles: a city's rules, clauses and class caps as data, each with its file, line and evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoplan.errors import ConfigError, RuleError, near_match
from geoplan.files import bundled, own_or_bundled
from geoplan.rules.clause_file import read_caps, read_clauses
from geoplan.rules.notice import read_notice_periods
from geoplan.rules.rule import (
    EVIDENCE,
    OPERATORS,
    POPULATION_PER_PUBLIC_SCHOOL,
    POPULATION_PER_SCHOOL,
    QUANTITIES,
    SERVICE_RADIUS,
    Rule,
    user_radius,
)
from geoplan.rules.rule_file import read_rules
from geoplan.tomlfile import read_toml
from geoplan.types import Area, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from geoplan.rules.clause import ClassCap, Clause
    from geoplan.rules.notice import NoticePeriod

__all__ = [
    "EVIDENCE",
    "OPERATORS",
    "POPULATION_PER_PUBLIC_SCHOOL",
    "POPULATION_PER_SCHOOL",
    "QUANTITIES",
    "SERVICE_RADIUS",
    "Profile",
    "Rule",
    "RuleBook",
    "load_profile",
    "open_rule_book",
    "parse_profile",
    "profile_names",
    "user_radius",
]

STANDARD = "national"
"""The profile whose class caps hold where neither a plan nor its lenders state one."""

_TABLES = ("profile", "rules", "clauses", "caps", "notice_periods")
_HEAD = (
    "id", "title_zh", "title_en", "radius_profiles", "notice_zh", "notice_en", "notice_stages", "sources", "places",
)  # fmt: skip


@dataclass(frozen=True)
class Profile:
    """A set of rules under one name.

    Attributes:
        radius_profiles: profiles that lend a radius, and a class cap, where this one has none, in order of preference.
        rules: the clauses that steer coverage and siting.
        clauses: all clauses, in the order of the file; empty for profiles that are no plan.
        caps: most pupils of a class, at most one for a stage.
        notice_periods: shortest public notices, at most one for a matter.
        notice_stages: the stages that the notice speaks of; empty where it concerns every plan.
        places: for whom it was enacted, in the words that a project calls its place by; empty for whoever names it.
    """

    id: str
    title_zh: str
    title_en: str
    radius_profiles: tuple[str, ...]
    rules: tuple[Rule, ...]
    notice_zh: str = ""
    notice_en: str = ""
    clauses: tuple[Clause, ...] = ()
    caps: tuple[ClassCap, ...] = ()
    notice_periods: tuple[NoticePeriod, ...] = ()
    places: tuple[str, ...] = ()
    notice_stages: tuple[str, ...] = ()

    def notices_for(self, stages: Iterable[str]) -> tuple[str, ...]:
        """The notice, Chinese and English, where a plan of these stages needs it; else nothing."""
        if not self.notice_zh or (self.notice_stages and not {*self.notice_stages} & {*stages}):
            return ()
        return self.notice_zh, self.notice_en

    def holds_in(self, *said: str) -> bool:
        """Whether a project that says these texts of its place is one that the profile was enacted for."""
        texts = [text.casefold() for text in said]
        return not self.places or any(place.casefold() in text for place in self.places for text in texts)

    def select(self, *, stage: Stage | None = None, area: Area | None = None) -> tuple[Rule, ...]:
        """The rules for a stage and area; None means any."""
        return tuple(
            rule
            for rule in self.rules
            if (stage is None or rule.stage is stage) and (area is None or rule.applies_to(area))
        )

    def radius(self, stage: Stage, area: Area) -> Rule | None:
        """The service-radius rule for a stage and area, or None where this profile has none."""
        found = [rule for rule in self.select(stage=stage, area=area) if rule.quantity == SERVICE_RADIUS]
        return found[0] if found else None


@dataclass(frozen=True)
class RuleBook:
    """A profile together with the profiles that lend it a radius; what every later step asks.

    Attributes:
        lenders: asked for a radius, and for a class cap, in order.
        standards: asked after them, for class caps only.
    """

    profile: Profile
    lenders: tuple[Profile, ...]
    standards: tuple[Profile, ...] = ()

    def radius(self, stage: Stage, area: Area) -> Rule | None:
        """The radius rule in force: the profile's own, else the first lender's, else None (no radius test)."""
        for profile in (self.profile, *self.lenders):
            if (rule := profile.radius(stage, area)) is not None:
                return rule
        return None

    def offered(self, *, stage: Stage | None = None, area: Area | None = None) -> tuple[Rule, ...]:
        """Radius rules that the lenders offer because the profile itself has none for that stage and area."""
        areas = (Area.URBAN, Area.RURAL) if area in {None, Area.ALL} else (area,)
        stages = tuple(Stage) if stage is None else (stage,)
        lent = (self.radius(each, where) for each in stages for where in areas if where is not None)
        return tuple(dict.fromkeys(rule for rule in lent if rule is not None and rule.profile != self.profile.id))

    def bands(self, stage: Stage) -> tuple[Rule, ...]:
        """The rules on people for each school."""
        return tuple(rule for rule in self.profile.select(stage=stage) if rule.quantity != SERVICE_RADIUS)

    def class_caps(self) -> dict[Stage, ClassCap]:
        """The cap in force for each stage, with its source: the profile's own, else the first lender's, else national.

        A stage for which nobody states one is absent.
        """
        asked = (self.profile, *self.lenders, *self.standards)
        found = {cap.stage: cap for profile in reversed(asked) for cap in profile.caps}
        return {stage: found[stage] for stage in Stage if stage in found}

    def caps(self) -> dict[Stage, int]:
        """Most pupils of one class, by stage; see `class_caps`."""
        return {stage: cap.pupils for stage, cap in self.class_caps().items()}

    def notice_period(self, matter: str) -> NoticePeriod | None:
        """The shortest notice of a matter: the profile's own, else the first lender's, else national, else None."""
        asked = (self.profile, *self.lenders, *self.standards)
        found = (period for profile in asked for period in profile.notice_periods if period.matter == matter)
        return next(found, None)


def open_rule_book(name: str, *, radius_profiles: Sequence[str] = (), project_dir: Path | None = None) -> RuleBook:
    """A profile by name, with its lenders: `radius_profiles`, or else the ones that the profile itself names.

    Raises:
        RuleError: no such profile (the message lists the known ones).
        ConfigError: a profile file is not as it should be.
    """
    profile = load_profile(name, project_dir=project_dir)
    lenders = radius_profiles or profile.radius_profiles
    # a project's own `national` may hold radii only; the bundled one then still has the caps
    standards = (load_profile(STANDARD, project_dir=project_dir), load_profile(STANDARD))
    return RuleBook(profile, tuple(load_profile(lender, project_dir=project_dir) for lender in lenders), standards)


def profile_names(project_dir: Path | None = None) -> list[str]:
    """The ids of all profiles at hand: the project's own in data/rules/ and the bundled ones."""
    folders = [bundled("data") / "rules"] + ([project_dir / "data" / "rules"] if project_dir is not None else [])
    return sorted({path.stem for folder in folders for path in folder.glob("*.toml")})


def load_profile(name: str, *, project_dir: Path | None = None) -> Profile:
    """Read data/rules/<name>.toml, the project's own first."""
    path = own_or_bundled(project_dir, f"data/rules/{name}.toml")
    if name not in (known := profile_names(project_dir)) or not path.is_file():
        raise RuleError(f"No rule profile {name!r}. Known: {', '.join(known)}.{near_match(name, known)}")
    return parse_profile(read_toml(path), path)


def parse_profile(raw: Mapping[str, Any], path: Path) -> Profile:
    """A profile from the values of its TOML file; `path` is for messages.

    Raises:
        ConfigError: every fault of the file, each with the entry and key that it stands in.
    """
    head, faults = _head(raw, path)
    name = str(head.get("id", path.stem))
    titles = head.get("sources", {})
    rules, rule_faults = read_rules(raw, profile=name, titles=titles)
    clauses, clause_faults = read_clauses(raw, profile=name, titles=titles, rules=rules)
    caps, cap_faults = read_caps(raw)
    periods, period_faults = read_notice_periods(raw, profile=name, titles=titles)
    faults += [*rule_faults, *clause_faults, *cap_faults, *period_faults]
    if faults:
        raise ConfigError(f"{path}:\n" + "\n".join(f"  {fault}" for fault in faults))
    return Profile(
        id=name,
        title_zh=str(head.get("title_zh", name)),
        title_en=str(head.get("title_en", name)),
        radius_profiles=tuple(str(lender) for lender in head.get("radius_profiles", [])),
        rules=rules,
        notice_zh=str(head.get("notice_zh", "")),
        notice_en=str(head.get("notice_en", "")),
        clauses=clauses,
        caps=caps,
        notice_periods=periods,
        places=tuple(str(place) for place in head.get("places", [])),
        notice_stages=tuple(str(stage) for stage in head.get("notice_stages", [])),
    )


def _head(raw: Mapping[str, Any], path: Path) -> tuple[Mapping[str, Any], list[str]]:
    """The table [profile] with only what it should hold, and what is wrong with it and with the file's tables."""
    faults = [
        f"{key}: unknown table; known: {', '.join(_TABLES)}.{near_match(key, _TABLES)}"
        for key in raw
        if key not in _TABLES
    ]
    head = raw.get("profile", {})
    if not isinstance(head, dict):
        return {}, [*faults, f"profile: expected a table headed [profile], found {head!r}."]
    faults += [f"profile.{key}: unknown key.{near_match(key, _HEAD)}" for key in head if key not in _HEAD]
    for key, kind, wanted in (
        ("radius_profiles", list, '["national"]'),
        ("places", list, '["邢台", "Xingtai"]'),
        ("sources", dict, "a table [profile.sources]"),
    ):
        if not isinstance(head.get(key, kind()), kind):
            faults.append(f"profile.{key}: expected {wanted}, found {head[key]!r}.")
    if str(head.get("id", path.stem)) != path.stem:
        faults.append(f"profile.id is {head['id']!r}; expected the file's own name {path.stem!r}.")
    sources = head.get("sources")
    return {**head, "sources": sources if isinstance(sources, dict) else {}}, faults
