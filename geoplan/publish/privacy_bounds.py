"""What a reader can work out from counts that are not told: `<10` is one to nine, and `≥10` at least ten.

Where 11 are one handful and one count of at least ten, the handful is one. So it is looked for how far each handful can
be moved (linear programming); where that is less than one either way, one more count is not told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.coverage.counts import FEWEST_SHOWN, is_handful
from geoplan.publish.privacy_audit import classes_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.publish.privacy_audit import Classes, Counts

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]

_STEP = 1 - 1e-6
"""A handful that can be another whole number is open."""
_LOOKS = 6
"""Ways that all handfuls are moved at once, before they are looked at one by one."""
_NOTHING = 1e-7
_FAR = 1_000.0
"""Atoms are moved no farther than this."""


def loosened(counts: Counts, told: Bools) -> Bools:
    """What of the told counts may be told to readers who know the bounds of the others, too; shape (counts,)."""
    told = told.copy()
    classes = classes_of(counts, counts.order)
    values = counts.values
    guards = np.flatnonzero(is_handful(values) & classes.whole)
    bounds = _Bounds(counts, classes, values, told)
    chance = np.random.default_rng(1)
    for _ in range(_LOOKS):
        if not len(guards):
            return told
        ways = classes.sums[guards].T @ chance.choice((-1.0, 1.0), len(guards))
        moved = bounds.moved(classes.sums[guards], ways)
        guards = guards[np.abs(moved) < _STEP]
    for guard in guards:
        while (blamed := bounds.blamed(int(guard))) >= 0:
            told[blamed] = False
            bounds = _Bounds(counts, classes, values, told)
    return told


class _Bounds:
    """What a reader knows, as a linear program: how far the atoms that are not told one by one may be moved."""

    def __init__(self, counts: Counts, classes: Classes, values: Floats, told: Bools) -> None:
        self.sums = classes.sums
        self.order = counts.order[told[counts.order]]
        self.is_one = np.diff(self.sums.indptr) == 1
        alone = self.order[self.is_one[self.order]]
        self.free = np.ones(len(classes.people), dtype=bool)
        self.free[self.sums.indices[self.sums.indptr[alone]]] = False
        first, _ = _alike(self.sums[self.order][:, self.free])
        self.rows = self.order[first]
        hidden = counts.order[~told[counts.order]]
        least = np.where(values < FEWEST_SHOWN, np.minimum(values, 1.0), FEWEST_SHOWN) - values
        most = np.where(values < FEWEST_SHOWN, np.maximum(values, FEWEST_SHOWN - 1.0), np.inf) - values
        first, group = _alike(self.sums[hidden][:, self.free])
        self.least, self.most = np.full(len(first), -np.inf), np.full(len(first), np.inf)
        known = group >= 0
        np.maximum.at(self.least, group[known], least[hidden[known]])
        np.minimum.at(self.most, group[known], most[hidden[known]])
        self.hidden_rows = self.sums[hidden[first]]
        self.beside = self.hidden_rows[:, self.free]
        self.bounds = np.column_stack(
            [np.maximum(-classes.people[self.free], -_FAR), np.full(int(self.free.sum()), _FAR)]
        )

    def _solve(self, ways: Floats) -> Any:  # noqa: ANN401  scipy's answer, or None
        """The move of the free atoms that goes farthest along `ways`."""
        from scipy.optimize import linprog  # noqa: PLC0415  heavy
        from scipy.sparse import vstack  # noqa: PLC0415  heavy

        if not self.free.any():
            return None
        is_held = np.isfinite(self.most)
        solve: Any = linprog  # its types know no sparse matrices
        found = solve(
            -ways[self.free],
            A_eq=self.sums[self.rows][:, self.free],
            b_eq=np.zeros(len(self.rows)),
            A_ub=vstack([self.beside[is_held], -self.beside]),
            b_ub=np.concatenate([self.most[is_held], -self.least]),
            bounds=self.bounds,
            method="highs",
        )
        return found if found.status == 0 else None

    def moved(self, guards: Any, ways: Floats) -> Floats:  # noqa: ANN401  scipy's sparse rows
        """How far each guarded count goes with the move that goes farthest along `ways`."""
        found = self._solve(ways)
        return np.zeros(guards.shape[0]) if found is None else np.asarray(guards[:, self.free] @ found.x)

    def blamed(self, guard: int) -> int:
        """A told count that keeps a handful from being moved, the least wanted one; -1: it can be, or none would do."""
        ways = self.sums[[guard]].toarray().ravel()
        blamed = -1
        for sign in (1.0, -1.0):
            found = self._solve(sign * ways)
            if found is None:
                continue
            if -found.fun >= _STEP:
                return -1
            blamed = max(blamed, self._priced(found))
        return int(self.order[blamed]) if blamed >= 0 else -1

    def _priced(self, found: Any) -> int:  # noqa: ANN401  scipy's answer
        """The last of the told counts, in their order, that would let a move go farther; -1 without one."""
        is_held = np.isfinite(self.most)
        split = found.ineqlin.marginals
        of_hidden = -split[is_held.sum() :]
        of_hidden[is_held] += split[: is_held.sum()]
        by_atom = self.sums[self.rows].T @ found.eqlin.marginals
        price = np.zeros(self.sums.shape[0])
        price[self.rows] = found.eqlin.marginals
        alone = self.order[self.is_one[self.order]]
        by_atom += self.hidden_rows.T @ of_hidden
        price[alone] = by_atom[self.sums.indices[self.sums.indptr[alone]]]
        pays = np.flatnonzero(np.abs(price[self.order]) > _NOTHING)
        return int(pays[-1]) if len(pays) else -1


def _alike(rows: Any) -> tuple[Ints, Ints]:  # noqa: ANN401  scipy's sparse rows
    """Of rows with the same atoms the first, and for each row the place of its like among these; -1 without atoms."""
    marks = np.round(rows @ np.random.default_rng(2).random((rows.shape[1], 2)), 9)
    _, first, group = np.unique(marks, axis=0, return_index=True, return_inverse=True)
    some = np.abs(marks[first]).max(axis=1) > _NOTHING
    place = np.where(some, np.cumsum(some) - 1, -1)
    return first[some].astype(np.int64), place[group.ravel()]
