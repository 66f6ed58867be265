"""Schools as zones: which share one, where each has to hold its ground, and what a zone costs its units."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.errors import ProblemError, near_match
from geoplan.locate.costs import some
from geoplan.types import Finding, Severity, natural_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from geoplan.locate.costs import Costs

NONE = -1


@dataclass(frozen=True, eq=False)
class Shared:
    """Which schools share a zone.

    Attributes:
        zones: the schools of each zone, as positions.
        of_school: the zone of each school.
        findings: schools that share a zone without anybody having asked for it.
    """

    zones: tuple[tuple[int, ...], ...]
    of_school: NDArray[np.int64]
    findings: tuple[Finding, ...]


def shared_zones(
    costs: Costs,
    at: NDArray[np.int64],
    ground: NDArray[np.int64],
    *,
    boarding: NDArray[np.bool_],
    candidate: NDArray[np.bool_],
    together: Iterable[Collection[str]],
) -> Shared:
    """Schools that share a zone: as asked, and those whose ground cannot be parted.

    Args:
        at: the unit of each school, `NONE` where it is not given.
        ground: what is never parted: the unit itself, or the community that it belongs to. Shape (units,).

    Raises:
        ProblemError: a group of fewer than two, with unknown ids, a boarding school or a candidate.
    """
    count = len(costs.site_ids)
    leader = list(range(count))

    def top(school: int) -> int:
        while leader[school] != school:
            school = leader[school]
        return school

    for group in together:
        rows = _group(costs, group)
        if wrong := [costs.site_ids[row] for row in rows if boarding[row] or candidate[row]]:
            raise ProblemError(f"together: boarding schools and candidates have zones of their own: {some(wrong)}.")
        for row in rows[1:]:
            one, other = sorted((top(rows[0]), top(row)))
            leader[other] = one
    findings = []
    first_on: dict[int, int] = {}
    for row in np.flatnonzero(~boarding & ~candidate).tolist():
        one, other = sorted((top(first_on.setdefault(int(ground[at[row]]), row)), top(row)))
        if one != other:
            leader[other] = one
            findings.append(_same_ground(costs, costs.site_ids[one], costs.site_ids[row], at[row]))
    tops = np.array([top(row) for row in range(count)], dtype=np.int64)
    zones = tuple(tuple(np.flatnonzero(tops == each).tolist()) for each in np.unique(tops))
    return Shared(zones, np.unique(tops, return_inverse=True)[1].astype(np.int64), tuple(findings))


def _group(costs: Costs, group: Collection[str]) -> list[int]:
    if isinstance(group, str) or not isinstance(group, Collection) or len({str(each) for each in group}) < 2:
        raise ProblemError(f"together: expected groups of two or more school ids, found {group!r}.")
    return [position_of("together", str(each), costs.row_of_site) for each in group]


def _same_ground(costs: Costs, one: str, other: str, unit: int) -> Finding:
    return Finding(
        Severity.NOTE, "schools-share-ground",
        f"Schools {one!r} and {other!r} stand on ground that is not parted (unit {costs.demand_ids[unit]!r}): they "
        "share one zone.",
        why="A unit belongs to one zone only.", fix="Split the unit into two with a school each, if they shall not.",
        rows=(one, other), count=2,
    )  # fmt: skip


def position_of(name: str, each: str, known: Mapping[str, int]) -> int:
    """The position of an id.

    Raises:
        ProblemError: there is none, in the words of the option `name`.
    """
    if each not in known:
        raise ProblemError(f"{name}: unknown id {each!r}.{near_match(each, known)}")
    return known[each]


def ids_by_id(
    name: str, given: Mapping[str, object] | None, known: Mapping[str, int], *, every: Sequence[str] = ()
) -> dict[int, str]:
    """Ids (or names) by position, from a mapping or Series by id; None and NaN are nothing.

    Args:
        known: positions of the ids that may be keys; `every`: keys that must be there.

    Raises:
        ProblemError: not a mapping, unknown keys, missing ones.
    """
    if given is not None and not hasattr(given, "items"):
        raise ProblemError(f"{name}: expected a mapping or a Series by id, found {given!r}.")
    if given is not None and bool(getattr(getattr(given, "index", None), "has_duplicates", False)):
        raise ProblemError(f"{name}: ids occur twice.")
    items = {} if given is None else {str(key): value for key, value in given.items()}
    if unknown := sorted(items.keys() - known.keys(), key=natural_key):
        raise ProblemError(f"{name}: unknown ids {some(unknown)}.{near_match(unknown[0], known)}")
    held = {known[key]: str(value) for key, value in items.items() if value is not None and value == value}  # noqa: PLR0124
    if missing := [each for each in every if known[each] not in held]:
        raise ProblemError(f"{name}: nothing given for {some(missing)}.")
    return held


def zone_costs(
    costs: Costs, zones: tuple[tuple[int, ...], ...], seats: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cost per pupil of each unit in each zone, and the way to the zone's farthest school; inf out of reach.

    Of a zone with several schools the cost is their mean, weighted by seats, as places are drawn by lot among them
    (alike where seats are unlimited or none); it is in reach where all its schools are. Shapes (units, zones).
    """
    table = np.full((len(costs.demand_ids), len(costs.site_ids)), np.inf)
    table[costs.demand, costs.site] = costs.cost
    if all(len(schools) == 1 for schools in zones):
        order = [schools[0] for schools in zones]
        return table[:, order], table[:, order]
    mean, longest = np.empty((2, len(table), len(zones)))
    for zone, schools in enumerate(zones):
        weight = seats[list(schools)]
        if len(schools) == 1 or not np.isfinite(weight).all() or not weight.sum() > 0:
            weight = np.ones(len(schools))
        ways = table[:, list(schools)]
        longest[:, zone] = ways.max(axis=1)
        mean[:, zone] = (ways * np.maximum(weight, 1e-300) / weight.sum()).sum(axis=1)
    return np.where(np.isfinite(longest), mean, np.inf), longest
