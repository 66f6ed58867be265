"""What is given of sites and demand by id: checked, and put in canonical order as arrays."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from itertools import combinations
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from geoplan.errors import ProblemError, near_match
from geoplan.locate.costs import some
from geoplan.locate.heavy import loaded
from geoplan.types import natural_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

ById: TypeAlias = "Mapping[str, float] | pd.Series[float] | NDArray[np.float64] | float"
"""A number for each id, the same number for all, or an array in the order of ids "0", "1", …."""


@dataclass(frozen=True)
class Group:
    """At least and at most so many new sites among some: the sites of a county, say.

    Attributes:
        name: for messages.
        sites: site ids; groups may overlap.
        most: None: no limit.
    """

    name: str
    sites: Collection[str]
    most: int | None = None
    least: int = 0


@dataclass(frozen=True)
class Size:
    """A size that a school may be built in: 24 classes, say.

    Attributes:
        capacity: most people or pupils.
        cost: of building it, beside the cost of its site.
        least: fewest people or pupils that it may have.
    """

    name: str
    capacity: float
    cost: float = 0.0
    least: float = 0.0


@dataclass(frozen=True)
class Expansion:
    """Seats that may be added to a school beyond its capacity; as many are added as are needed, at most `most`."""

    most: float
    cost_per_seat: float


@dataclass(frozen=True, eq=False)
class Options:
    """Sizes of all sites as arrays; a site without sizes has one nameless option. Arrays are ordered by site."""

    site: NDArray[np.int64]
    name: tuple[str, ...]
    capacity: NDArray[np.float64]
    least: NDArray[np.float64]
    cost: NDArray[np.float64]


def roles(
    sites: tuple[str, ...], fixed: Collection[str], closable: Collection[str], forbidden: Collection[str]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Masks of fixed, closable and forbidden sites; no site may be two of them."""
    masks = {
        name: mask_of(name, given, sites)
        for name, given in (("fixed", fixed), ("closable", closable), ("forbidden", forbidden))
    }
    for one, other in combinations(masks, 2):
        if (both := masks[one] & masks[other]).any():
            raise ProblemError(f"{one.capitalize()} and {other} at once: {_where(both, sites)}.")
    return masks["fixed"], masks["closable"], masks["forbidden"]


def groups_of(groups: Sequence[Group]) -> tuple[Group, ...]:
    """The groups, if they are some, with names that occur once and limits that can be kept."""
    expected = "groups: expected a list of Group(name, sites, most=…, least=…)"
    if isinstance(groups, str | Mapping | Group) or not isinstance(groups, Iterable):
        raise ProblemError(f"{expected}, found {groups!r}.")
    groups = tuple(groups)
    if wrong := [each for each in groups if not isinstance(each, Group)]:
        raise ProblemError(f"{expected}, found {wrong[0]!r} in it.")
    names = [group.name for group in groups]
    if len(set(names)) < len(names):
        raise ProblemError(f"groups: expected names that occur once, found {some(names)}.")
    for group in groups:
        limits = (group.least, group.least if group.most is None else group.most)
        if not all(isinstance(each, int | float | np.number) for each in limits) or not 0 <= limits[0] <= limits[1]:
            raise ProblemError(f"group {group.name}: expected 0 ≤ least ≤ most, found {group.least} and {group.most}.")
    return groups


def options_of(
    sites: tuple[str, ...],
    capacities: ById | None,
    min_loads: ById | None,
    sizes: Mapping[str, Sequence[Size]] | None,
) -> Options:
    """The sizes of all sites; a site without sizes has its capacity and least load."""
    capacity = values_of("capacities", capacities, sites, default=np.inf)
    least = values_of("min_loads", min_loads, sites, default=0.0)
    given = _sizes_by_id(sizes, sites)
    one_size = {each: (Size("", capacity[row], 0.0, least[row]),) for row, each in enumerate(sites)}
    chosen = [(row, size) for row, each in enumerate(sites) for size in given.get(each, one_size[each])]
    wrong = [sites[row] for row, size in chosen if not 0 <= size.least <= size.capacity or not size.cost >= 0]
    if wrong:
        raise ProblemError(f"Expected 0 ≤ least load ≤ capacity, and costs of at least 0; not so for {some(wrong)}.")
    return Options(
        site=np.array([row for row, _ in chosen], dtype=np.int64),
        name=tuple(size.name for _, size in chosen),
        capacity=np.array([size.capacity for _, size in chosen], dtype=float),
        least=np.array([size.least for _, size in chosen], dtype=float),
        cost=np.array([size.cost for _, size in chosen], dtype=float),
    )


def _sizes_by_id(sizes: Mapping[str, Sequence[Size]] | None, sites: tuple[str, ...]) -> dict[str, tuple[Size, ...]]:
    expected = "sizes: expected, by site id, a list of Size(name, capacity, cost=…, least=…)"
    given = _by_id(expected, sizes)
    _refuse_unknown("sizes", given, sites)
    wrong = [
        each
        for each, choices in given.items()
        if not isinstance(choices, list | tuple) or not all(_is_made_of_numbers(size, Size) for size in choices)
    ]
    if wrong:
        raise ProblemError(f"{expected}; not so for {some(wrong)}.")
    if empty := [
        each for each, choices in given.items() if len({size.name for size in choices}) != max(len(choices), 1)
    ]:
        raise ProblemError(f"sizes: expected one or more sizes with different names; not so for {some(empty)}.")
    return {each: tuple(choices) for each, choices in given.items()}


def expansions_of(
    sites: tuple[str, ...], expansions: Mapping[str, Expansion] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The most seats that may be added to each site, and the cost of each seat."""
    expected = "expansions: expected, by site id, Expansion(most, cost_per_seat)"
    given = _by_id(expected, expansions)
    if wrong := [each for each, value in given.items() if not _is_made_of_numbers(value, Expansion)]:
        raise ProblemError(f"{expected}; not so for {some(wrong)}.")
    most, cost = (
        values_of("expansions", {each: getattr(value, name) for each, value in given.items()}, sites, default=0.0,
                  finite=True)
        for name in ("most", "cost_per_seat")
    )  # fmt: skip
    return most, cost


def mask_of(name: str, given: Collection[str], sites: tuple[str, ...]) -> NDArray[np.bool_]:
    """Which of the sites are among some ids."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise ProblemError(f"{name}: expected ids in a list, found {given!r}.")
    wanted = {str(each) for each in given}
    _refuse_unknown(name, wanted, sites)
    return np.array([each in wanted for each in sites], dtype=bool)


def limit_of(name: str, given: float | None) -> float:
    """A number of at least 0; inf where none is given."""
    if given is None:
        return np.inf
    if not isinstance(given, int | float | np.number) or not given >= 0:
        raise ProblemError(f"{name}: expected a number of at least 0, found {given!r}.")
    return float(given)


def values_of(
    name: str, given: ById | None, ids: tuple[str, ...], *, default: float, finite: bool = False
) -> NDArray[np.float64]:
    """A number for each id, in canonical order."""
    if given is None:
        return np.full(len(ids), default)
    if isinstance(given, loaded("pandas", "Series")) and given.index.has_duplicates:
        twice = [str(each) for each in given.index[given.index.duplicated()]]
        raise ProblemError(f"{name}: ids occur twice: {some(twice)}.")
    expected = f"{name}: expected a number for each id (a mapping or a Series by id)"
    try:
        if named := isinstance(given, (loaded("pandas", "Series"), Mapping)):
            by_id = {str(each): float(value) for each, value in given.items()}
        else:
            values = np.array(given, dtype=float)
    except (TypeError, ValueError):
        raise ProblemError(f"{expected}, found something else.") from None
    if named:
        _refuse_unknown(name, by_id, ids)
        values = np.fromiter((by_id.get(each, default) for each in ids), dtype=float, count=len(ids))
    elif values.ndim == 0:
        values = np.full(len(ids), float(values))
    elif values.shape != (len(ids),) or ids[:1] + ids[-1:] != ("0", str(len(ids) - 1)):
        raise ProblemError(f"{expected}, found {values.shape}.")
    wrong = np.isnan(values) | (values < 0) | (np.isinf(values) & finite)
    if wrong.any():
        kind = "finite numbers" if finite else "numbers"
        raise ProblemError(f"{name}: expected {kind} of at least 0; not so for {_where(wrong, ids)}.")
    return values


def _by_id(expected: str, given: Mapping[str, Any] | None) -> dict[str, Any]:
    if given is not None and not isinstance(given, Mapping):
        raise ProblemError(f"{expected}, found {given!r}.")
    return {str(each): value for each, value in (given or {}).items()}


def _is_made_of_numbers(given: object, kind: type[Size | Expansion]) -> bool:
    """Whether it is of the kind, with numbers in all fields but its name."""
    return isinstance(given, kind) and all(
        isinstance(getattr(given, each.name), int | float | np.number) for each in fields(kind) if each.name != "name"
    )


def _refuse_unknown(name: str, given: Collection[str], known: tuple[str, ...]) -> None:
    if unknown := sorted(set(given) - set(known), key=natural_key):
        hint = near_match(unknown[0], known) if len(known) <= 10_000 else ""
        raise ProblemError(f"{name}: unknown ids {some(unknown)}.{hint}")


def _where(wrong: NDArray[np.bool_], ids: tuple[str, ...]) -> str:
    return some([ids[row] for row in np.flatnonzero(wrong)])
