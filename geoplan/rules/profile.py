"""Rule profiles: a city's clauses as data, each with its file, line and evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoplan.config import read_toml
from geoplan.errors import ConfigError, RuleError, near_match
from geoplan.files import bundled, own_or_bundled
from geoplan.types import Area, Stage
from geoplan.units import UNITS, to_base

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

SERVICE_RADIUS = "service_radius"
POPULATION_PER_SCHOOL = "population_per_school"
POPULATION_PER_PUBLIC_SCHOOL = "population_per_public_school"
QUANTITIES = (SERVICE_RADIUS, POPULATION_PER_SCHOOL, POPULATION_PER_PUBLIC_SCHOOL)
OPERATORS = ("<=", ">=", "<", ">", "=", "between")
EVIDENCE = {
    "plan": ("规划原文", "the plan's own text"),
    "standard": ("标准原文", "the standard's own text"),
    "secondary": ("二手引用", "quoted on a public page"),
    "unverified": ("未核对原文", "not yet checked against the text"),
    "user": ("用户指定", "given by the user"),
}


@dataclass(frozen=True)
class Rule:
    """One checkable clause. Bounds are in base units (`m`, `people`), whatever unit the clause is written in.

    Attributes:
        supply: which schools count towards it: `all` or `public` (公办).
        merges: ids of the plan's clauses that a combined rule joins.
        profile: id of the profile it stands in.
        source_title: what the source is called, for people: the plan's or standard's name.
    """

    id: str
    stage: Stage
    area: Area
    quantity: str
    operator: str
    low: float | None
    high: float | None
    unit: str
    clause: str
    source: str
    line: int | None
    evidence: str
    profile: str
    source_title: str = ""
    supply: str = "all"
    merges: tuple[str, ...] = ()
    notice_zh: str = ""
    notice_en: str = ""

    def applies_to(self, area: Area) -> bool:
        """True where the rule speaks of that area, or of all."""
        return self.area in {Area.ALL, area} or area is Area.ALL

    @property
    def citation(self) -> str:
        """`002_fe10ad1b5c3f9bc5.txt:118`, or the standard's number."""
        return f"{self.source}:{self.line}" if self.line else self.source

    def as_dict(self) -> dict[str, Any]:
        """Plain values for `--json`."""
        return {
            "id": self.id,
            "stage": self.stage.value,
            "area": self.area.value,
            "quantity": self.quantity,
            "operator": self.operator,
            "low": _plain(self.low),
            "high": _plain(self.high),
            "unit": self.unit,
            "clause": self.clause,
            "source": self.source,
            "source_title": self.source_title,
            "line": self.line,
            "evidence": self.evidence,
            "profile": self.profile,
            "supply": self.supply,
            "merges": list(self.merges),
            "notice": {"zh": self.notice_zh, "en": self.notice_en} if self.notice_zh else None,
        }


@dataclass(frozen=True)
class Profile:
    """A set of rules under one name.

    Attributes:
        radius_profiles: profiles that lend a radius where this one has none, in order of preference.
    """

    id: str
    title_zh: str
    title_en: str
    radius_profiles: tuple[str, ...]
    rules: tuple[Rule, ...]
    notice_zh: str = ""
    notice_en: str = ""

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
    """A profile together with the profiles that lend it a radius; what every later step asks."""

    profile: Profile
    lenders: tuple[Profile, ...]

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


def open_rule_book(name: str, *, radius_profiles: Sequence[str] = (), project_dir: Path | None = None) -> RuleBook:
    """A profile by name, with its lenders: `radius_profiles`, or else the ones that the profile itself names.

    Raises:
        RuleError: no such profile (the message lists the known ones).
        ConfigError: a profile file is not as it should be.
    """
    profile = load_profile(name, project_dir=project_dir)
    lenders = radius_profiles or profile.radius_profiles
    return RuleBook(profile, tuple(load_profile(lender, project_dir=project_dir) for lender in lenders))


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
        ConfigError: every fault of the file, each with the rule and key that it stands in.
    """
    faults = [f"{key}: unknown table; known: profile, rules." for key in raw if key not in {"profile", "rules"}]
    head = raw.get("profile", {})
    faults += [f"profile.{key}: unknown key.{near_match(key, _HEAD)}" for key in head if key not in _HEAD]
    name = str(head.get("id", path.stem))
    titles = head.get("sources", {})
    rules: list[Rule] = []
    tables = raw.get("rules", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        faults.append("rules: expected a list of tables, each headed [[rules]].")
        tables = []
    for position, table in enumerate(tables, start=1):
        rule, wrong = _parse_rule(table, name, titles)
        where = f"rules[{position}] {table.get('id', '(no id)')}"
        faults += [f"{where}: {fault}" for fault in wrong]
        if rule is not None:
            rules.append(rule)
    if name != path.stem:
        faults.append(f"profile.id is {name!r}; expected the file's own name {path.stem!r}.")
    faults += [f"two rules have the id {twice!r}." for twice in _twice(rule.id for rule in rules)]
    if faults:
        raise ConfigError(f"{path}:\n" + "\n".join(f"  {fault}" for fault in faults))
    return Profile(
        id=name,
        title_zh=str(head.get("title_zh", name)),
        title_en=str(head.get("title_en", name)),
        radius_profiles=tuple(str(lender) for lender in head.get("radius_profiles", [])),
        rules=tuple(rules),
        notice_zh=str(head.get("notice_zh", "")),
        notice_en=str(head.get("notice_en", "")),
    )


_HEAD = ("id", "title_zh", "title_en", "radius_profiles", "notice_zh", "notice_en", "sources")
_REQUIRED = ("id", "stage", "area", "quantity", "operator", "unit", "clause", "source", "evidence")
_OPTIONAL = ("low", "high", "line", "supply", "merges", "notice_zh", "notice_en")
_CHOICES = {
    "stage": tuple(Stage),
    "area": tuple(Area),
    "quantity": QUANTITIES,
    "operator": OPERATORS,
    "evidence": tuple(EVIDENCE),
    "supply": ("all", "public"),
}


def _parse_rule(table: Mapping[str, Any], profile: str, titles: Mapping[str, str]) -> tuple[Rule | None, list[str]]:
    known = (*_REQUIRED, *_OPTIONAL)
    faults = [f"{key}: unknown key.{near_match(key, known)}" for key in table if key not in known]
    faults += [f"{key}: missing." for key in _REQUIRED if key not in table]
    faults += [
        f"{key}: expected one of {', '.join(allowed)}, found {table[key]!r}."
        for key, allowed in _CHOICES.items()
        if key in table and table[key] not in allowed
    ]
    faults += _bound_faults(table)
    if table.get("evidence") == "plan" and "line" not in table:
        faults.append("line: missing; a clause of a plan is cited by file and line.")
    if faults:
        return None, faults
    unit = str(table["unit"])
    low, high = (to_base(float(table[key]), unit)[0] if key in table else None for key in ("low", "high"))
    return Rule(
        id=str(table["id"]),
        stage=Stage(table["stage"]),
        area=Area(table["area"]),
        quantity=str(table["quantity"]),
        operator=str(table["operator"]),
        low=low,
        high=high,
        unit=to_base(0.0, unit)[1],
        clause=str(table["clause"]),
        source=str(table["source"]),
        line=table.get("line"),
        evidence=str(table["evidence"]),
        profile=profile,
        source_title=str(titles.get(table["source"], "")),
        supply="public" if table["quantity"] == POPULATION_PER_PUBLIC_SCHOOL else str(table.get("supply", "all")),
        merges=tuple(table.get("merges", ())),
        notice_zh=str(table.get("notice_zh", "")),
        notice_en=str(table.get("notice_en", "")),
    ), []


def _bound_faults(table: Mapping[str, Any]) -> list[str]:
    """What is wrong with the unit, operator and bounds of a rule, given its quantity."""
    quantity = table.get("quantity")
    faults = [
        f"{key}: expected a number above 0, found {table[key]!r}."
        for key in ("low", "high")
        if key in table and (isinstance(table[key], bool) or not isinstance(table[key], int | float) or table[key] <= 0)
    ]
    if quantity in UNITS and table.get("unit") not in (None, *UNITS[quantity]):
        faults.append(f"unit: expected one of {', '.join(UNITS[quantity])} for {quantity}, found {table['unit']!r}.")
    if quantity == SERVICE_RADIUS and ("high" not in table or table.get("operator") != "<="):
        faults.append('service_radius: needs operator "<=" and high.')
    is_band = quantity in {POPULATION_PER_SCHOOL, POPULATION_PER_PUBLIC_SCHOOL}
    if is_band and not (table.get("operator") == "between" and "low" in table and "high" in table):
        faults.append(f'{quantity}: needs operator "between", low and high.')
    if not faults and "low" in table and "high" in table and table["low"] > table["high"]:
        faults.append(f"low {table['low']} is above high {table['high']}.")
    return faults


def user_radius(stage: Stage, radius_m: float) -> Rule:
    """A radius given on the command line, as a rule for all areas, so that it is cited like any other."""
    return Rule(
        id="USER-RADIUS",
        stage=stage,
        area=Area.ALL,
        quantity=SERVICE_RADIUS,
        operator="<=",
        low=None,
        high=radius_m,
        unit="m",
        clause=f"用户指定服务半径{radius_m:g}米",
        source="--radius-m",
        line=None,
        evidence="user",
        profile="user",
    )


def _twice(ids: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    return [each for each in ids if each in seen or seen.add(each)]  # type: ignore[func-returns-value]


def _plain(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value
