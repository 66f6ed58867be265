"""Who touches whom: units as a graph by id, from a table of pairs; other modules derive it from polygons or points."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geoplan.errors import ProblemError, near_match
from geoplan.locate.costs import some
from geoplan.types import natural_sorted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from geoplan.types import Finding


@dataclass(frozen=True, eq=False)
class Adjacency:
    """Which units touch.

    Attributes:
        ids: of the units, unique, in natural order.
        ptr, near: CSR over units: the units that touch each; symmetric, ascending, without itself.
        xy: a point of each unit in metres, by which islands are linked to the nearest; shape (units, 2), or None.
        bridges: pairs of ids that do not touch and count as touching; they are among `near`, too.
        source: how it was made, a few words.
        findings: what was noticed or decided.
    """

    ids: tuple[str, ...]
    ptr: NDArray[np.int64] = field(repr=False)
    near: NDArray[np.int64] = field(repr=False)
    xy: NDArray[np.float64] | None = field(default=None, repr=False)
    bridges: tuple[tuple[str, str], ...] = ()
    source: str = "pairs"
    findings: tuple[Finding, ...] = field(default=(), repr=False)

    @cached_property
    def row(self) -> dict[str, int]:
        """The position of each unit by its id."""
        return {each: number for number, each in enumerate(self.ids)}

    @cached_property
    def edges(self) -> NDArray[np.int64]:
        """Positions of the pairs that touch, each once with the lower one first, in order. Shape (pairs, 2)."""
        first = np.repeat(np.arange(len(self.ids)), np.diff(self.ptr))
        once = first < self.near
        return np.column_stack([first[once], self.near[once]])

    def of(self, unit: str) -> tuple[str, ...]:
        """Ids of the units that touch one.

        Raises:
            ProblemError: an unknown id.
        """
        if unit not in self.row:
            raise ProblemError(f"Unknown unit {unit!r}.{near_match(unit, self.row)}")
        number = self.row[unit]
        return tuple(self.ids[other] for other in self.near[self.ptr[number] : self.ptr[number + 1]].tolist())

    def components(self) -> NDArray[np.int64]:
        """The connected component of each unit, numbered by their first units. Shape (units,)."""
        return components(len(self.ids), self.edges)

    def with_bridges(self, pairs: NDArray[np.int64], findings: Iterable[Finding] = ()) -> Adjacency:
        """The same with pairs (positions, shape (n, 2)) that count as touching."""
        ptr, near = neighbours(len(self.ids), np.concatenate([self.edges, pairs.reshape(-1, 2)]))
        bridges = tuple((self.ids[one], self.ids[other]) for one, other in pairs.tolist())
        return replace(
            self, ptr=ptr, near=near, bridges=(*self.bridges, *bridges), findings=(*self.findings, *findings)
        )

    def __repr__(self) -> str:
        bridges = f", {len(self.bridges)} bridges" if self.bridges else ""
        return f"Adjacency({len(self.ids):,} units, {len(self.edges):,} pairs from {self.source}{bridges})"


def adjacency_from_pairs(
    pairs: ArrayLike | Iterable[tuple[str, str]],
    *,
    unit_ids: Sequence[str],
    xy: ArrayLike | None = None,
    source: str = "a table of pairs",
    findings: Iterable[Finding] = (),
) -> Adjacency:
    """Adjacency from pairs of ids that touch: a file's, or what somebody has drawn.

    Args:
        pairs: pairs of unit ids, in any order, once or twice; an array of shape (pairs, 2), a list, or the values
            of two columns.
        unit_ids: all units; one without a pair is an island.
        xy: a point of each unit, in the order of `unit_ids`, in metres; only islands need it.

    Raises:
        ProblemError: unknown or duplicate ids, a unit that touches itself, points that do not fit.
    """
    given = [str(each) for each in unit_ids]
    ids = tuple(natural_sorted(given))
    if len(set(ids)) < len(ids):
        twice = [one for one, other in pairwise(ids) if one == other]
        raise ProblemError(f"adjacency: unit ids occur twice: {some(twice)}.")
    row = {each: number for number, each in enumerate(ids)}
    listed = _listed(pairs)
    if unknown := natural_sorted({each for pair in listed for each in pair} - row.keys()):
        raise ProblemError(f"adjacency: pairs of unknown units {some(unknown)}.{near_match(unknown[0], ids)}")
    if selves := [one for one, other in listed if one == other]:
        raise ProblemError(f"adjacency: units that touch themselves: {some(selves)}.")
    edges = np.array([(row[one], row[other]) for one, other in listed], dtype=np.int64).reshape(-1, 2)
    ptr, near = neighbours(len(ids), edges)
    return Adjacency(ids, ptr, near, _points_by(ids, given, xy), source=source, findings=tuple(findings))


def _points_by(ids: tuple[str, ...], given: list[str], xy: ArrayLike | None) -> NDArray[np.float64] | None:
    """Points in the order of ids that were given in another one."""
    if xy is None:
        return None
    at = {each: number for number, each in enumerate(given)}
    return points_of(xy, len(given))[[at[each] for each in ids]]


def _listed(pairs: ArrayLike | Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    rows: list[Any] = pairs.tolist() if isinstance(pairs, np.ndarray) else list(pairs)  # type: ignore[arg-type]
    try:
        return [(str(one), str(other)) for one, other in rows]
    except (TypeError, ValueError):
        raise ProblemError("adjacency: expected pairs of two unit ids each.") from None


def points_of(xy: ArrayLike, count: int) -> NDArray[np.float64]:
    """Points as an array of shape (count, 2).

    Raises:
        ProblemError: another shape, or coordinates that are not numbers.
    """
    points = np.asarray(xy, dtype=float)
    if points.shape != (count, 2) or not np.isfinite(points).all():
        raise ProblemError(f"xy: expected numbers of shape ({count}, 2), found {points.shape}.")
    return points


def neighbours(units: int, edges: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """CSR arrays of a graph from its edges (positions, shape (n, 2), in any order, once or more often)."""
    both = np.unique(np.concatenate([edges, edges[:, ::-1]]), axis=0).reshape(-1, 2)
    ptr = np.zeros(units + 1, dtype=np.int64)
    np.cumsum(np.bincount(both[:, 0], minlength=units), out=ptr[1:])
    return ptr, both[:, 1].astype(np.int64)


def components(units: int, edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """The connected component of each node, numbered by their first nodes."""
    ones = np.ones(len(edges), dtype=np.int8)
    graph = coo_array((ones, (edges[:, 0], edges[:, 1])), shape=(units, units))
    label = connected_components(graph, directed=False)[1].astype(np.int64)
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse].astype(np.int64)
