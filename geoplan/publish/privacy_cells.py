"""Cells of tables that belong together: which ones must be hidden so that no hidden handful can be worked out.

Secondary suppression: a published sum less its other published parts is a hidden part. So long as the sums leave a
hidden handful to be worked out exactly, another cell of one of its sums is hidden, too; the smallest that will do.
(Cox, L. H. (1980): Suppression methodology and statistical disclosure control. JASA 75, 377-385.)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.publish.privacy import FEWEST_PUPILS, is_small

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from numpy.typing import NDArray

_SURE = 1e-7
_MOST_IN_BOUNDS = 4
"""In sums of more hidden cells their bounds pin none of them down."""
_WIDE = 2 * FEWEST_PUPILS - 1
"""A handful and its company add up to at least so much: then the handful may be anything from one to nine."""
_MOST_OPENED, _FEW_OPENED = 400, 10
"""Each costs an audit of all sums: where more than `_MOST_TRIED` cells are hidden, only a few are tried."""
_MOST_TRIED = 220
_MOST_EXACT = 1_000
"""Among more hidden cells only chains of subtractions are looked for, sum by sum."""
_FAR = 6
"""Steps from sum to sum that company is looked for."""


@dataclass
class Cells:
    """Counts under their names, and the sums that a reader knows of them.

    Attributes:
        last: cells that are hidden only where nothing else will do, such as totals.
    """

    names: dict[Hashable, int] = field(default_factory=dict)
    values: list[float] = field(default_factory=list)
    sums: list[tuple[NDArray[np.int64], NDArray[np.float64]]] = field(default_factory=list)
    last: set[int] = field(default_factory=set)
    _index: list[list[int]] = field(default_factory=list)
    _indexed: int = 0
    _made: Any = None

    def put(self, name: Hashable, value: float, *, is_last: bool = False) -> int:
        """Add a count, or find it again; returns its number."""
        if name not in self.names:
            self.names[name] = len(self.values)
            self.values.append(float(round(value)))
            if is_last:
                self.last.add(self.names[name])
        return self.names[name]

    def add(self, whole: int, parts: Sequence[int], shares: Sequence[float] | None = None) -> None:
        """The whole is the sum of its parts, or of shares of them."""
        weights = np.ones(len(parts)) if shares is None else np.asarray(shares, dtype=float)
        cells = np.array([whole, *parts], dtype=np.int64)
        self.sums.append((cells, np.concatenate([[-1.0], weights])))

    def hidden(self) -> NDArray[np.bool_]:
        """Which cells must not be told."""
        small = np.array([is_small(each) for each in self.values], dtype=bool)
        hidden = small.copy()
        helpless: set[int] = set()
        while known := set(self.worked_out(hidden)):
            weak = [each for each in sorted(known) if small[each] and each not in helpless]
            if not weak:
                break
            done: set[int] = set()
            for cell in weak:
                if cell in done:
                    continue
                company = self._company(cell, hidden, known)
                if company is None:
                    helpless.add(cell)
                    continue
                hidden[company] = True
                done |= self._near({company})
        return self._opened(hidden, small, helpless)

    def _opened(self, hidden: NDArray[np.bool_], small: NDArray[np.bool_], helpless: set[int]) -> NDArray[np.bool_]:
        """Tell again what was hidden on the way and need not be, totals first."""
        company = np.flatnonzero(hidden & ~small).tolist()
        company.sort(key=lambda each: (each not in self.last, -self.values[each], each))
        for cell in company[: _MOST_OPENED if hidden.sum() <= _MOST_TRIED else _FEW_OPENED]:
            hidden[cell] = False
            if any(small[each] and each not in helpless for each in self.worked_out(hidden)):
                hidden[cell] = True
        return hidden

    def worked_out(self, hidden: NDArray[np.bool_]) -> list[int]:
        """Hidden cells that the told ones determine: by the sums alone, or with what `<10` and `≥10` say."""
        at = np.flatnonzero(hidden)
        sums = self._sparse()[:, at]
        sums = sums[np.diff(sums.indptr) > 0]
        if not sums.nnz:
            return []
        found = set(at[_exactly(sums.toarray()) if len(at) <= _MOST_EXACT else _one_by_one(sums)].tolist())
        for row in np.flatnonzero(np.diff(sums.indptr) <= _MOST_IN_BOUNDS):
            held = slice(sums.indptr[row], sums.indptr[row + 1])
            found.update(self._pinned(at[sums.indices[held]], sums.data[held]))
        return sorted(int(each) for each in found)

    def _sparse(self) -> Any:  # noqa: ANN401  scipy's sparse rows
        """Sums by cells; made once they are all known."""
        shape = (len(self.sums), len(self.values))
        if self._made is None or self._made.shape != shape:
            from scipy.sparse import csr_array  # noqa: PLC0415  heavy

            rows = np.repeat(np.arange(len(self.sums)), [len(cells) for cells, _ in self.sums])
            cells = np.concatenate([each for each, _ in self.sums] or [np.zeros(0, dtype=np.int64)])
            weights = np.concatenate([each for _, each in self.sums] or [np.zeros(0)])
            self._made = csr_array((weights, (rows, cells)), shape=shape)
        return self._made

    def _pinned(self, cells: NDArray[np.int64], weights: NDArray[np.float64]) -> Iterator[int]:
        """Cells of one sum that their bounds leave no choice: 11 less a handful is at least ten only for a one."""
        if not np.all(np.abs(weights) == 1):
            return
        values = [self.values[each] for each in cells]
        bounds = [_bounds(value) for value in values]
        # the least and the most that each term can add
        terms = [
            (low, high) if weight > 0 else (-high, -low) for (low, high), weight in zip(bounds, weights, strict=True)
        ]
        total = sum(weight * value for weight, value in zip(weights, values, strict=True))
        for number, cell in enumerate(cells):
            others = [term for at, term in enumerate(terms) if at != number]
            reach = sorted(weights[number] * (total - sum(side)) for side in zip(*others, strict=True)) or [total] * 2
            if min(reach[1], bounds[number][1]) - max(reach[0], bounds[number][0]) < 1:
                yield int(cell)

    def _company(self, cell: int, hidden: NDArray[np.bool_], known: set[int]) -> int | None:
        """The cell to be hidden with another: parts before totals, near before far, the smallest that leaves it open.

        A hidden neighbour that can be worked out is no company: what it stands in may be hidden, too.
        """
        rank: dict[int, int] = {}
        reached = frontier = {cell}
        for steps in range(_FAR):
            near = self._near(frontier)
            for each in near - reached:
                if not hidden[each] and self.values[each]:
                    rank.setdefault(each, steps)
            frontier = {each for each in near - reached if hidden[each] and each in known}
            reached = reached | frontier
            if not frontier or any(each not in self.last for each in rank):
                break

        def cost(each: int) -> tuple[bool, int, bool, float, int]:
            narrow = self.values[each] + self.values[cell] < _WIDE
            return each in self.last, rank[each], narrow, self.values[each], each

        return min(rank, key=cost, default=None)

    def _near(self, cells: set[int]) -> set[int]:
        """Every cell that stands in a sum with one of these."""
        return {each for cell in cells for number in self._sums_of(cell) for each in self.sums[number][0].tolist()}

    def _sums_of(self, cell: int) -> list[int]:
        if len(self._index) != len(self.values) or self._indexed != len(self.sums):
            self._index = [[] for _ in self.values]
            for number, (cells, _) in enumerate(self.sums):
                for each in cells.tolist():
                    self._index[each].append(number)
            self._indexed = len(self.sums)
        return self._index[cell]


def _bounds(value: float) -> tuple[float, float]:
    """What a reader knows of a hidden count: `<10` is one to nine, else it is at least ten."""
    return (min(value, 1.0), FEWEST_PUPILS - 1.0) if value < FEWEST_PUPILS else (float(FEWEST_PUPILS), np.inf)


def _exactly(matrix: NDArray[np.float64]) -> NDArray[np.int64]:
    """Columns that the rows determine, whatever steps it takes."""
    matrix = np.unique(matrix, axis=0)
    # cells that stand in the same sums hide one another, and count as one
    columns, group, many = np.unique(matrix, axis=1, return_inverse=True, return_counts=True)
    _, sizes, base = np.linalg.svd(columns, full_matrices=False)
    base = base[sizes > _SURE * max(float(sizes[0]), 1.0)]
    # a cell is determined where its own axis lies within the span of the sums
    alone = ((base**2).sum(axis=0) > 1 - _SURE) & (many == 1)
    return np.flatnonzero(alone[group.ravel()])


def _one_by_one(sums: Any) -> NDArray[np.int64]:  # noqa: ANN401  scipy's sparse rows
    """Columns that follow from a sum with one unknown, then from those with one unknown that is left."""
    unknown = np.ones(sums.shape[1], dtype=bool)
    stands = abs(sums) > 0
    while True:
        lone = np.flatnonzero(stands @ unknown.astype(np.int64) == 1)
        cells = np.unique(stands[lone].indices)
        cells = cells[unknown[cells]]
        if not len(cells):
            return np.flatnonzero(~unknown)
        unknown[cells] = False
