"""Two versions side by side: schools, sites, seats, coverage, who moves, clauses, inputs. Plain rows by id."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.coverage.counts import FEWEST_SHOWN
from geoplan.publish.diff_scenarios import ScenarioChange, scenario_changes
from geoplan.publish.privacy import HIDDEN
from geoplan.types import natural_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geoplan.publish.diff_snapshot import Snapshot
    from geoplan.publish.privacy import Count

MOVED_M = 5.0
"""A school or site that is so near to its old place has not moved: coordinates are rounded on the way."""
NEARER_M = 1.0
ADDED, REMOVED, CHANGED = "added", "removed", "changed"
_SCHOOL_FIELDS = ("name", "stages", "seats", "ownership")
_SITE_FIELDS = ("name", "year", "seats", "kind")


@dataclass(frozen=True)
class Change:
    """A row that one version has and the other has not, or has otherwise.

    Attributes:
        was, becomes: the row in A and in B, None where it is absent.
        what: names of the fields that differ; `position` where it moved.
    """

    key: str
    was: Mapping[str, Any] | None
    becomes: Mapping[str, Any] | None
    what: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """added, removed or changed."""
        return ADDED if self.was is None else REMOVED if self.becomes is None else CHANGED

    @property
    def row(self) -> Mapping[str, Any]:
        """The row as it is last known."""
        return self.becomes or self.was or {}


@dataclass(frozen=True)
class Move:
    """A place whose nearest school, or the way to it, differs.

    Attributes:
        state: before (today) or after (with the proposed sites).
        people, pupils: of the place in B; None where they are hidden or not known.
        was_m, becomes_m: distance in metres, None where no school can be reached.
    """

    stage: str
    state: str
    place: str
    name: str
    district: str
    people: float | None
    pupils: float | None
    was: str
    becomes: str
    was_m: float | None
    becomes_m: float | None

    @property
    def is_moved(self) -> bool:
        """Another school is the nearest."""
        return self.was != self.becomes

    @property
    def change_m(self) -> float:
        """Metres more; infinite where a school is no longer, or only now, within reach."""
        was, becomes = (np.inf if each is None else each for each in (self.was_m, self.becomes_m))
        return 0.0 if was == becomes else becomes - was


@dataclass(frozen=True, eq=False)
class Comparison:
    """All differences of B against A.

    Attributes:
        inputs: whose content differs, or is not known to be equal; `resaved`: only their bytes do.
    """

    a: Snapshot
    b: Snapshot
    schools: tuple[Change, ...]
    sites: tuple[Change, ...]
    places: tuple[Change, ...]
    moves: tuple[Move, ...]
    seats: tuple[tuple[str, str, Count, Count], ...]
    verdicts: tuple[tuple[tuple[str, ...], str, str], ...]
    clauses: tuple[tuple[str, str, str], ...]
    inputs: tuple[tuple[str, str, str], ...]
    resaved: tuple[tuple[str, str, str], ...]
    scenarios: tuple[ScenarioChange, ...]

    @property
    def is_empty(self) -> bool:
        """Nothing that was published differs."""
        plans = (self.schools, self.sites, self.places, self.moves, self.seats, self.scenarios)
        found = (*plans, self.verdicts, self.clauses)
        one, other = self.a.coverage, self.b.coverage
        return not any(found) and all(one[key] == other[key] for key in one.keys() & other.keys())


def compare_versions(a: Snapshot, b: Snapshot) -> Comparison:
    """Every difference of B against A, in natural order of ids."""
    inputs = (*_texts(a.inputs, b.inputs), *_texts(_named(a), _named(b)))
    resaved = tuple(row for row in inputs if row[0] in a.contents and a.contents[row[0]] == b.contents.get(row[0]))
    return Comparison(
        a=a,
        b=b,
        schools=_changes(a.schools, b.schools, _SCHOOL_FIELDS),
        sites=_changes(a.sites, b.sites, _SITE_FIELDS),
        places=_changes(a.places, b.places, ()),
        moves=tuple(_moves(a, b)),
        seats=tuple(_seats(a, b)),
        verdicts=tuple(_verdicts(a, b) if a.verdicts and b.verdicts else ()),
        clauses=tuple(_texts(a.clauses, b.clauses) if a.clauses and b.clauses else ()),
        inputs=tuple(row for row in inputs if row not in resaved),
        resaved=resaved,
        scenarios=scenario_changes(a.scenarios, b.scenarios),
    )


def _verdicts(a: Snapshot, b: Snapshot) -> Iterable[tuple[tuple[str, ...], str, str]]:
    """`(key, state in A, state in B)` of what differs; `—` where a version does not judge it."""
    for key in _either(a.verdicts, b.verdicts):
        was, becomes = (version.verdicts.get(key, ("—", ""))[0] for version in (a, b))
        if was != becomes:
            yield key, was, becomes


def _named(version: Snapshot) -> dict[str, str]:
    found = {f"data/rules/{name}.toml": digest for name, digest in version.rules.items()}
    return found | {"geoplan": version.software}


def _either(a: Mapping[Any, Any], b: Mapping[Any, Any]) -> list[Any]:
    return sorted({*a, *b})


def _texts(a: Mapping[str, str], b: Mapping[str, str]) -> Iterable[tuple[str, str, str]]:
    """`(key, in A, in B)` of what differs; '' where it is absent."""
    return ((key, a.get(key, ""), b.get(key, "")) for key in _either(a, b) if a.get(key, "") != b.get(key, ""))


def _changes(
    a: Mapping[str, Mapping[str, Any]], b: Mapping[str, Mapping[str, Any]], fields: tuple[str, ...]
) -> tuple[Change, ...]:
    found = []
    for key in sorted({*a, *b}, key=natural_key):
        was, becomes = a.get(key), b.get(key)
        if was is None or becomes is None:
            found.append(Change(key, was, becomes))
            continue
        # a version of an older geoplan may not tell a field at all
        what = [name for name in fields if name in was and name in becomes and was[name] != becomes[name]]
        if fields and _distance_m(was["xy"], becomes["xy"]) > MOVED_M:
            what.append("position")
        if what:
            found.append(Change(key, was, becomes, tuple(what)))
    return tuple(found)


def _distance_m(one: tuple[float, float] | None, other: tuple[float, float] | None) -> float:
    if one is None or other is None:
        return 0.0 if one == other else np.inf
    return float(np.hypot(one[0] - other[0], one[1] - other[1]))


def _moves(a: Snapshot, b: Snapshot) -> Iterable[Move]:
    stages = [stage for stage in b.stages if stage in a.stages]
    for stage in stages:
        for state in ("before", "after"):
            school, metres = f"{stage}_{state}_school", f"{stage}_{state}_m"
            for key in sorted(a.places.keys() & b.places.keys(), key=natural_key):
                was, becomes = a.places[key], b.places[key]
                if school not in was or school not in becomes:
                    break  # published by an older geoplan, which did not tell
                move = Move(
                    stage, state, key, str(becomes["name"]), str(becomes["district"]), becomes["people"],
                    becomes.get(f"{stage}_pupils"), str(was[school]), str(becomes[school]), was[metres],
                    becomes[metres],
                )  # fmt: skip
                if move.is_moved or abs(move.change_m) > NEARER_M:
                    yield move


def knows_nearest(version: Snapshot) -> bool:
    """False for a version that was published before its places told their nearest school."""
    return (
        any(f"{version.stages[0]}_after_school" in row for row in version.places.values()) if version.stages else False
    )


def _seats(a: Snapshot, b: Snapshot) -> Iterable[tuple[str, str, Count, Count]]:
    """`(stages, district, seats in A, seats in B)` of schools and proposed sites, where they differ."""
    one, other = _seats_of(a), _seats_of(b)
    for key in sorted({*one, *other}):
        if one.get(key, 0.0) != other.get(key, 0.0):
            yield (*key, one.get(key, 0.0), other.get(key, 0.0))


def _seats_of(version: Snapshot) -> dict[tuple[str, str], float]:
    """Seats by what a school offers (`primary`, `primary;junior`) and district; schools without a figure count 0."""
    found: dict[tuple[str, str], float] = defaultdict(float)
    for row in version.schools.values():
        found[str(row["stages"]), str(row["place"])] += row["seats"] or 0.0
    for row in version.sites.values():
        found[str(row["stage"]), str(row["district"])] += row["seats"] or 0.0
    return dict(found)


def shown_change(was: Count, becomes: Count, *, counts: str) -> Count:
    """The difference of two published counts; None where one is hidden, `<10` for a handful of children."""
    if not isinstance(was, int | float) or not isinstance(becomes, int | float):
        return None
    change = round(becomes - was, 6)
    if counts == "pupils" and 0 < abs(change) < FEWEST_SHOWN:
        return HIDDEN
    return round(change) if float(change).is_integer() else change
