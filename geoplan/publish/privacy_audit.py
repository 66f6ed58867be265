"""Counts over the same children: which may be told so that no handful can be worked out from those that are.

Every count is a sum over atoms, such as the places of a town (of a polygon that is cut, a share of it). A reader who
knows some counts can work out whatever lies in their span. So counts are told one by one, the most wanted first, and
one that would put a handful into the span is not: what is told is safe, and as much as the order allows.
(Cox, L. H. (1980): Suppression methodology and statistical disclosure control. JASA 75, 377-385.)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.coverage.counts import FEWEST_SHOWN, is_handful

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]

_SURE = 1e-6
"""Squared length of what is left of a count of length one: it then follows from the told ones."""
_FOLLOWS = 1e-8
"""Length of what is left of a told count that says nothing new."""
_BLOCK = 64
_ROUNDS = 60
"""Times that sets of atoms are found to be guarded, too, and all is told anew."""
_MOST_WIDE, _MOST_CELLS = 2_500, 50_000_000
"""Independent counts, and these by atoms: where there may be more, only the most wanted counts are told, or none."""


@dataclass(frozen=True)
class Counts:
    """Counts over the same atoms.

    Attributes:
        sums: the share of each atom in each count, sparse rows (csr), shape (counts, atoms).
        people: of each atom, shape (atoms,).
        order: counts that are to be told where they may, the most wanted first; the others are only guarded.
        wanted: how many of the first of `order` are looked at where all of them are too many, and where those are, too.
    """

    sums: Any
    people: Floats
    order: Ints
    wanted: tuple[int, ...]

    @property
    def values(self) -> Floats:
        """Of each count."""
        return np.asarray(self.sums @ self.people, dtype=float)


@dataclass(frozen=True)
class Classes:
    """Atoms that stand in the same told counts: they hide one another, and count as one.

    Attributes:
        sums: as in `Counts`, by class; of a count that cuts a class the mean.
        people: of each class, shape (classes,).
        whole: counts that cut no class, shape (counts,): no other one can ever be worked out.
    """

    sums: Any
    people: Floats
    whole: Bools


def classes_of(counts: Counts, rows: Ints) -> Classes:
    """The classes of the atoms with people, as the counts `rows` tell them apart."""
    from scipy.sparse import csr_array  # noqa: PLC0415  heavy

    kept = np.flatnonzero(counts.people > 0)
    sums: Any = counts.sums[:, kept]
    marks = np.random.default_rng(1).random((len(rows), 2))
    _, group, size = np.unique(np.round(sums[rows].T @ marks, 9), axis=0, return_inverse=True, return_counts=True)
    group = group.ravel()
    member: Any = csr_array((np.ones(len(kept)), (np.arange(len(kept)), group)), shape=(len(kept), len(size)))
    # by people: then a count of a class is its share of the class
    people: Any = member.T @ counts.people[kept]
    weighted: Any = csr_array(sums.multiply(counts.people[kept])) @ member
    found = csr_array(weighted.multiply(1 / people)).tocsr()
    back = found @ member.T
    whole = abs(back - sums).max(axis=1).toarray().ravel() < 1e-9 if len(kept) else np.ones(sums.shape[0], dtype=bool)
    return Classes(found, people, whole)


def told(counts: Counts) -> Bools:
    """Which counts may be told, shape (counts,): never a handful, nor what gives one or a handful of some atoms away.

    A count of nobody is always told.
    """
    values = counts.values
    found = np.asarray(np.round(values) == 0)
    handfuls = is_handful(values)
    if not handfuls.any() and not ((counts.people > 0) & (counts.people < FEWEST_SHOWN)).any():
        # sets of atoms of ten and more are no handfuls, whatever is told of them
        return np.ones(len(values), dtype=bool)
    for most in (len(counts.order), *counts.wanted):
        order = counts.order[:most]
        order = order[~found[order] & ~handfuls[order]]
        classes = classes_of(counts, order)
        rank = min(len(classes.people), len(order))
        if rank > _MOST_WIDE or rank * len(classes.people) > _MOST_CELLS:
            continue
        guards = classes.sums[np.flatnonzero(handfuls & classes.whole)]
        for _ in range(_ROUNDS):
            taken, span = _grow(classes, order, guards)
            sets = _solved_sets(span, classes.people)
            if not len(sets):
                found[taken] = True
                return found
            guards = _below(guards, sets)
    return found


def _below(rows: Any, more: Floats) -> Any:  # noqa: ANN401  scipy's sparse rows
    from scipy.sparse import csr_array, vstack  # noqa: PLC0415  heavy

    return csr_array(vstack([rows, csr_array(more)]))


def _grow(classes: Classes, order: Ints, guards: Any) -> tuple[Ints, _Span]:  # noqa: ANN401  scipy's sparse rows
    """The counts of `order` that put none of the guarded ones into the span of those told before; and that span."""
    span = _Span(guards, min(len(classes.people), len(order)))
    found = []
    for start in range(0, len(order), _BLOCK):
        block = order[start : start + _BLOCK]
        rays = span.beyond(classes.sums[block].toarray())
        found += [cell for cell, ray in zip(block, rays, strict=True) if span.take(ray)]
    return np.array(found, dtype=np.int64), span


def _solved_sets(span: _Span, people: Floats) -> Floats:
    """Atoms with one to nine together whose sum follows from what is told: rows of ones, shape (sets, atoms)."""
    # an atom of a set of at most nine has at least a ninth of its square in the span
    follows = (span.base[: span.size] ** 2).sum(axis=0)
    small = np.flatnonzero(is_handful(people) & (follows > 1 / FEWEST_SHOWN))
    alone = np.zeros((len(small), len(people)))
    alone[np.arange(len(small)), small] = 1.0
    beyond = span.beyond(alone)
    # what of each atom does not follow: of a solved set these add up to nothing
    search = _Search(beyond @ beyond.T, np.round(people[small]))
    for first in range(len(small)):
        search.extend([first])
    found = np.zeros((len(search.found), len(people)))
    for row, some in enumerate(sorted(search.found)):
        found[row, small[list(some)]] = 1.0
    return found


@dataclass
class _Search:
    """Sets of vectors that add up to nothing, by their products: no set within another one that is found."""

    products: Floats
    people: Floats
    found: set[tuple[int, ...]] = field(default_factory=set)

    def extend(self, some: list[int]) -> None:
        """All sets that begin so.

        The others have a product of minus `left` with these; so one of at most `more` of them has its part of it.
        """
        sums = self.products[some].sum(axis=0)
        left = float(sums[some].sum())
        if left < _SURE:
            self.found.add(tuple(sorted(some)))
            return
        room = FEWEST_SHOWN - 1 - self.people[some].sum()
        more = int(room // self.people.min())
        if more < 1:
            return
        fits = (sums <= -left / more + _SURE) & (self.people <= room)
        fits[some] = False
        for each in np.flatnonzero(fits):
            self.extend([*some, int(each)])


class _Span:
    """What the told counts determine: an orthonormal basis that grows, and what is left of the guarded counts."""

    def __init__(self, guards: Any, rank: int) -> None:  # noqa: ANN401  scipy's sparse rows
        length = np.sqrt(np.asarray((guards**2).sum(axis=1)).ravel())
        self.guards = guards.multiply(1 / np.maximum(length, 1e-12)[:, None]).tocsr()
        self.left = np.ones(len(length))
        self.base = np.zeros((rank, guards.shape[1]))
        self.size = self.fixed = 0

    def beyond(self, rows: Floats) -> Floats:
        """Counts of length one without what follows from those told so far."""
        rows = rows / np.maximum(np.sqrt((rows**2).sum(axis=1)), 1e-12)[:, None]
        self.fixed = self.size
        base = self.base[: self.fixed]
        for _ in range(2):  # once more for the rounding of the first time
            rows = rows - (rows @ base.T) @ base
        return rows

    def take(self, ray: Floats) -> bool:
        """Tell a count of the last `beyond`; False where it must not be told, for it would give a guarded one away."""
        base = self.base[self.fixed : self.size]
        for _ in range(2):
            ray = ray - (base @ ray) @ base
        length = float(np.sqrt(ray @ ray))
        if length < _FOLLOWS:
            return True
        ray = ray / length
        left = self.left - (self.guards @ ray) ** 2
        if (left < _SURE).any():
            return False
        self.left = left
        self.base[self.size] = ray
        self.size += 1
        return True
