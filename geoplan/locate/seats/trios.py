"""Trios of rows: of any three rows at most one site of a plan serves two or more.

Shares of groups may break that, and a price on it closes much of what prices on rows leave open: the subset-row cuts of
Jepsen, Petersen, Spoorendonk & Pisinger 2008, "Subset-row inequalities applied to the vehicle-routing problem with time
windows", Operations Research 56, with three rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import making_kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.seats.groups import Groups

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

LEAST_BROKEN = 0.02
"""By how much a trio must be broken."""
LEAST_SHARE = 1e-4
"""Smaller shares of a group are not looked at."""
MOST_TRIOS, TRIOS_OF_A_ROW = 80, 5
"""Trios that are priced anew at once, and how many of them may have a row in common."""


@dataclass(frozen=True, eq=False)
class Trios:
    """Trios that are priced.

    Attributes:
        rows: ascending within each. Shape (trios, 3).
        first, trio: the trios of each row as CSR arrays; shapes (rows + 1,) and (3 × trios,).
    """

    rows: Ints
    first: Ints
    trio: Ints

    def __len__(self) -> int:
        """How many trios."""
        return len(self.rows)


def trios_of(rows: Ints, count: int) -> Trios:
    """Trios of a core with `count` rows."""
    flat = rows.ravel()
    order = np.argsort(flat, kind="stable")
    return Trios(rows, np.searchsorted(flat[order], np.arange(count + 1)), order // 3)


def no_trios(count: int) -> Trios:
    """None, for a core with `count` rows."""
    return trios_of(np.zeros((0, 3), dtype=np.int64), count)


def crowding(groups: Groups, which: Ints, trios: Trios) -> tuple[Ints, Ints]:
    """Which of some groups serve two or more rows of which trios: place in `which`, and trio, of each."""
    found: tuple[Ints, Ints] = _crowding(groups.start, groups.row, which, trios.first, trios.trio, len(trios))
    return found


@making_kernel
def _crowding(
    start: Ints, row: NDArray[np.int32], which: Ints, first: Ints, trio: Ints, trios: int
) -> tuple[Ints, Ints]:  # fmt: skip
    seen = np.zeros(trios, dtype=np.int8)
    most = 0
    for g in which:
        for k in range(start[g], start[g + 1]):
            most += first[row[k] + 1] - first[row[k]]
    # a trio counts once two of its rows are there, so that at most half of all are written
    place_of, held = np.empty(most // 2, dtype=np.int64), np.empty(most // 2, dtype=np.int64)
    count = 0
    for place in range(len(which)):
        g = which[place]
        for k in range(start[g], start[g + 1]):
            for q in range(first[row[k]], first[row[k] + 1]):
                seen[trio[q]] += 1
                if seen[trio[q]] == 2:
                    place_of[count], held[count] = place, trio[q]
                    count += 1
        for k in range(start[g], start[g + 1]):
            for q in range(first[row[k]], first[row[k] + 1]):
                seen[trio[q]] = 0
    return place_of[:count], held[:count]


def worst_trios(groups: Groups, which: Ints, share: Floats, known: Ints, rows: int) -> Ints:
    """The trios that shares of groups break most, each row in few of them. Shape (found, 3).

    Args:
        which, share: the groups that are used, and how much of each.
        known: trios that are not wanted again. Shape (n, 3).
        rows: of the core.
    """
    part = (share > LEAST_SHARE) & (share < 1.0 - LEAST_SHARE)
    which, share = which[part], share[part]
    used = np.unique(np.concatenate([np.zeros(0, dtype=np.int32), *_members(groups, which)]))
    holds = np.zeros((len(which), len(used)))
    for place, members in enumerate(_members(groups, which)):
        holds[place, np.searchsorted(used, members)] = 1.0
    together = (holds * share[:, None]).T @ holds
    np.fill_diagonal(together, 0.0)
    broken: list[tuple[float, int, int, int]] = []
    for one in range(len(used)):
        # a trio of which two rows are never together is not broken
        beside = one + 1 + np.flatnonzero(together[one, one + 1 :])
        has = holds[:, one] > 0
        near = holds[has][:, beside]
        over = together[one][beside][:, None] + together[one][beside] + together[np.ix_(beside, beside)] - 1.0
        over -= 2.0 * ((near * share[has][:, None]).T @ near)
        other, third = np.nonzero(np.triu(over, 1) > LEAST_BROKEN)
        trio = used[np.column_stack([np.full(len(other), one), beside[other], beside[third]])]
        broken += [(by, *rows) for by, rows in zip(over[other, third].tolist(), trio.tolist(), strict=True)]
    return chosen_trios(broken, known, rows)


def _members(groups: Groups, which: Ints) -> list[NDArray[np.int32]]:
    return [groups.row[groups.start[g] : groups.start[g + 1]] for g in which.tolist()]


def chosen_trios(broken: list[tuple[float, int, int, int]], known: Ints, rows: int) -> Ints:
    """The trios that are broken most, without the known ones, each row in few of them. Shape (found, 3).

    Args:
        broken: by how much, and the three rows, ascending.
        known: shape (n, 3).
        rows: of the core.
    """
    found: list[tuple[int, ...]] = []
    times, old = np.zeros(rows, dtype=np.int64), {tuple(each) for each in known.tolist()}
    for _, *trio in sorted(broken, key=lambda each: (-each[0], each[1:])):
        if len(found) == MOST_TRIOS:
            break
        if tuple(trio) not in old and times[trio].max() < TRIOS_OF_A_ROW:
            times[trio] += 1
            found.append(tuple(trio))
    return np.array(found, dtype=np.int64).reshape(-1, 3)
