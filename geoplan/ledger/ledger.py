"""The ledger (逐条合规台账): every clause of a profile, in the whole project and in each county."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geoplan.ledger.clauses import entries_of, entry_of_line
from geoplan.ledger.projects import ProjectList, project_list
from geoplan.rules import Kind, State
from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from geoplan.ledger.entry import Entry
    from geoplan.ledger.world import World
    from geoplan.rules import Profile


@dataclass(frozen=True, eq=False)
class Ledger:
    """All entries of a profile.

    Attributes:
        entries: in the order of the profile's clauses; of a clause the whole project first, then its counties.
        profile: whose clauses they are.
        as_of: the year in which deadlines were judged.
        projects: the promises of the plan, with what became of them.
        findings: what a reader must know of the ledger itself.
        places: name of each county by its id.
    """

    entries: tuple[Entry, ...]
    profile: Profile
    as_of: int
    projects: ProjectList
    findings: tuple[Finding, ...] = ()
    places: dict[str, str] = field(default_factory=dict)

    @property
    def counts(self) -> dict[State, int]:
        """How many entries have each state; every state is there."""
        found = Counter(entry.state for entry in self.entries)
        return {state: found[state] for state in State}

    @property
    def by_place(self) -> dict[str, tuple[Entry, ...]]:
        """The entries of each place, the whole project ('') first."""
        places: dict[str, list[Entry]] = {"": []}
        for entry in self.entries:
            places.setdefault(entry.place, []).append(entry)
        return {place: tuple(entries) for place, entries in places.items()}

    def of(self, clause: str) -> tuple[Entry, ...]:
        """The entries of one clause, by its id; none for a clause that the profile does not hold."""
        return tuple(entry for entry in self.entries if entry.clause.id == clause)

    @property
    def whole_verdicts(self) -> tuple[Entry, ...]:
        """One entry for each clause that can be checked, of the whole project: of several readings the first."""
        found: dict[str, Entry] = {}
        for entry in self.entries:
            if entry.clause.kind is Kind.RULE and not entry.place:
                found.setdefault(entry.clause.id, entry)
        return tuple(found.values())

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        profile = self.profile
        return {
            "profile": {"id": profile.id, "zh": profile.title_zh, "en": profile.title_en},
            "as_of": self.as_of,
            "counts": {state.value: count for state, count in self.counts.items()},
            "entries": [entry.as_dict() for entry in self.entries],
            "projects": self.projects.as_dict(),
            "findings": [finding.as_dict() for finding in self.findings],
        }

    def __repr__(self) -> str:
        counts = ", ".join(f"{count} {state.value}" for state, count in self.counts.items() if count)
        return f"Ledger({self.profile.id}, {self.as_of}: {len(self.entries)} entries; {counts})"


def build_ledger(world: World) -> Ledger:
    """Every clause of the world's profile, judged.

    Missing layers give `no data` entries that name them; nothing is left out.
    """
    projects = project_list(world)
    lines = {line.clause.id: line for line in projects.lines}
    entries: list[Entry] = []
    for clause in world.profile.clauses:
        if clause.kind is Kind.TRACK:
            entries.append(entry_of_line(lines[clause.id]))
        else:
            entries += entries_of(world, clause)
    return Ledger(tuple(entries), world.profile, world.as_of, projects, _findings(world, projects), world.counties)


def _findings(world: World, projects: ProjectList) -> tuple[Finding, ...]:
    found = []
    if projects.others and projects.lines:
        found.append(
            Finding(
                Severity.NOTE,
                "project-not-in-plan",
                f"{len(projects.others)} rows of the projects table belong to no clause of {world.profile.id}.",
                why="They are counted for seats and not for any promise of the plan.",
                fix="Give each the clause's id in the column `clause`.",
                layer="projects",
                rows=projects.others[:10],
                count=len(projects.others),
            )
        )
    if not world.profile.clauses:
        found.append(
            Finding(
                Severity.WARNING,
                "no-clauses",
                f"Profile {world.profile.id} holds no clauses.",
                fix="Choose a city's profile: xingtai, anyang, zhengzhou, jiaozuo.",
            )
        )
    return tuple(found)
