"""Odd sets of rows: what half the sum of their rows says once it is rounded up.

Fractions cover three rows with one and a half sites, each of which covers two of them; whole sites must be two. For
any odd set S of rows every plan has

    Σ ⌈n_j / 2⌉ y_j + Σ u_i (i in S)  ≥  (|S| + 1) / 2

with n_j the rows of S that site j covers and u_i whether row i stays uncovered (Chvátal 1973, {0, ½}-cuts of Caprara
and Fischetti 1996; for set covers Balas and Ng 1989). Where circles overlap in the plane this closes about half of
what the linear program is off by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geoplan.kernels import kernel, making_kernel
from geoplan.locate.cover.merge import merge_rows
from geoplan.locate.cover.model import transposed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.cover.model import Cover

HARDLY_OPEN = 1e-9
"""A site opened by less does not count as opened in part."""
LOOSE = 1.35
"""Rows that are covered more often than that in fractions are in hardly any set that is broken."""
BROKEN_BY = 0.02
"""Sets that are broken by less are left out."""
NEARLY = -0.3
"""Threes that are so near to being broken are tried with two rows more."""
LEAST_SHARED, MOST_SHARED = 0.25, 0.9
"""What the first two rows of a three have in common, a rule of thumb: with less, three are hardly ever broken; with
more, a third row adds little."""
PARTNERS, THREES_OF_ROW, GROWN = 60, 3, 6_000
"""Second rows of each row that are looked at (up to twice as many), its threes that are kept, and the threes that are
grown to fives."""
SETS_OF_ROW = 8
"""So many new sets at once that share a row."""
WORK = 800_000_000
"""Pairs touched at most in one search for sets."""


class OddSets(NamedTuple):
    """Sets of rows: `row[start[k]:start[k + 1]]`, ascending, are the rows of set k."""

    start: NDArray[np.int64]
    row: NDArray[np.int64]

    @classmethod
    def none(cls) -> OddSets:
        """No sets."""
        return cls(np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int64))

    @property
    def number(self) -> int:
        """How many there are."""
        return len(self.start) - 1


class _Support(NamedTuple):
    """Rows and the sites that are opened in part: each kind of row once, the one that is uncovered least.

    Attributes:
        origin: of each row, its number in the cover.
        amount, uncovered: how often it is covered, and by how much it stays uncovered.
        opened: of each site.
    """

    indptr: NDArray[np.int64]
    site: NDArray[np.int32]
    column_ptr: NDArray[np.int64]
    row: NDArray[np.int32]
    origin: NDArray[np.int64]
    amount: NDArray[np.float64]
    uncovered: NDArray[np.float64]
    opened: NDArray[np.float64]


def joined(one: OddSets, other: OddSets) -> OddSets:
    """The sets of both."""
    return OddSets(np.concatenate([one.start, one.start[-1] + other.start[1:]]), np.concatenate([one.row, other.row]))


def as_rows(
    cover: Cover, sets: OddSets
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """What sets say of the sites: CSR over sets, site and coefficient; and the right-hand sides."""
    indptr, site, value = _coefficients(cover.indptr, cover.site, cover.sites, sets)
    return indptr, site, value, (np.diff(sets.start) + 1) // 2 * 1.0


def broken_sets(
    cover: Cover, opened: NDArray[np.float64], uncovered: NDArray[np.float64], *, most: int, known: set[bytes]
) -> OddSets:
    """Sets of three and of five rows that fractions break, worst first; those found are added to `known`.

    Args:
        opened, uncovered: how far each site is open, and how far each row is uncovered.
        most: so many of them.
    """
    support = _support(cover, opened, uncovered)
    threes, short = _threes(support, NEARLY)
    order = np.argsort(-short, kind="stable")
    fives, short_of_five = _grown(support, threes[order[:GROWN]])
    found = [*zip(short.tolist(), threes, strict=True), *zip(short_of_five.tolist(), fives, strict=True)]
    found = sorted((each for each in found if each[0] > BROKEN_BY), key=lambda each: -each[0])
    used = np.zeros(len(support.origin), dtype=np.int64)
    kept: list[NDArray[np.int64]] = []
    for _, rows in found:
        if len(kept) == most:
            break
        each = np.sort(support.origin[rows])
        if (used[rows] < SETS_OF_ROW).all() and (key := each.tobytes()) not in known:
            known.add(key)
            used[rows] += 1
            kept.append(each)
    if not kept:
        return OddSets.none()
    return OddSets(np.cumsum([0, *map(len, kept)]), np.concatenate(kept))


def _support(cover: Cover, opened: NDArray[np.float64], uncovered: NDArray[np.float64]) -> _Support:
    row = np.repeat(np.arange(cover.rows), np.diff(cover.indptr))
    amount = np.bincount(row, opened[cover.site], minlength=cover.rows).astype(np.float64)
    tight = (amount + 2.0 * uncovered < LOOSE) & (amount > 0)
    used = tight[row] & (opened[cover.site] > HARDLY_OPEN)
    # of rows of one kind the first is kept: the least uncovered one goes first
    by_need = np.flatnonzero(tight)[np.argsort(uncovered[tight], kind="stable")]
    place = np.full(cover.rows, cover.rows)
    place[by_need] = np.arange(len(by_need))
    order = np.argsort(place[row[used]], kind="stable")
    site = cover.site[used][order]
    indptr = np.concatenate([[0], np.cumsum(np.bincount(place[row[used]], minlength=len(by_need)))])
    kept, _ = merge_rows(indptr, site, None, np.ones(len(by_need)))
    taken = np.zeros(len(by_need), dtype=bool)
    taken[kept] = True
    site = site[np.repeat(taken, np.diff(indptr))]
    indptr = np.concatenate([[0], np.cumsum(np.diff(indptr)[kept])])
    origin = by_need[kept]
    column_ptr, rows = transposed(indptr, site, cover.sites)
    return _Support(indptr, site, column_ptr, rows, origin, amount[origin], uncovered[origin], opened)


@making_kernel
def _coefficients(
    indptr: NDArray[np.int64], site: NDArray[np.int32], sites: int, sets: OddSets
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Each site that covers rows of a set, and half of how many, rounded up; CSR over sets."""
    start, row = sets
    size = 0
    for at in range(len(row)):
        size += indptr[row[at] + 1] - indptr[row[at]]
    column, value = np.empty(size, dtype=np.int64), np.empty(size)
    ends = np.zeros(len(start), dtype=np.int64)
    covers, place = np.zeros(sites, dtype=np.int64), np.empty(sites, dtype=np.int64)
    filled = 0
    for each in range(len(start) - 1):
        first = filled
        for at in range(start[each], start[each + 1]):
            for pair in range(indptr[row[at]], indptr[row[at] + 1]):
                j = site[pair]
                if covers[j] == 0:
                    place[j] = filled
                    column[filled] = j
                    filled += 1
                covers[j] += 1
                value[place[j]] = (covers[j] + 1) // 2
        for at in range(first, filled):
            covers[column[at]] = 0
        ends[each + 1] = filled
    return ends, column[:filled], value[:filled]


@making_kernel
def _threes(support: _Support, least: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:  # noqa: C901, PLR0912
    """Threes of rows that share sites, and by how much each is broken, if by more than `least`.

    A site counts once for one or two of the rows, and twice for all three: Σ amounts, less what the first row has in
    common with each of the others, less what these have in common outside it, and with it once more than that.
    """
    rows = len(support.origin)
    found, short = np.empty((THREES_OF_ROW * rows, 3), dtype=np.int64), np.empty(THREES_OF_ROW * rows)
    on = np.zeros(len(support.opened), dtype=np.bool_)
    shared, beside = np.zeros(rows), np.zeros(rows)
    seen, partner = np.empty(rows, dtype=np.int64), np.empty(rows, dtype=np.int64)
    count, work = 0, 0
    for one in range(rows):
        if work > WORK:
            break
        many = 0
        for at in range(support.indptr[one], support.indptr[one + 1]):
            j = support.site[at]
            on[j] = True
            work += support.column_ptr[j + 1] - support.column_ptr[j]
            for pair in range(support.column_ptr[j], support.column_ptr[j + 1]):
                other = support.row[pair]
                if other > one:
                    if shared[other] == 0.0:
                        seen[many] = other
                        many += 1
                    shared[other] += support.opened[j]
        partners = 0
        for at in range(many):
            if LEAST_SHARED <= shared[seen[at]] <= MOST_SHARED:
                partner[partners] = seen[at]
                partners += 1
        first, stride = count, max(partners // PARTNERS, 1)
        for which in range(0, partners, stride):
            two = partner[which]
            for at in range(support.indptr[two], support.indptr[two + 1]):
                j = support.site[at]
                work += 2 * (support.column_ptr[j + 1] - support.column_ptr[j])
                part = -support.opened[j] if on[j] else support.opened[j]
                for pair in range(support.column_ptr[j], support.column_ptr[j + 1]):
                    beside[support.row[pair]] += part
            for at in range(support.indptr[two], support.indptr[two + 1]):
                j = support.site[at]
                for pair in range(support.column_ptr[j], support.column_ptr[j + 1]):
                    three = support.row[pair]
                    if three > two and beside[three] != 0.0:
                        total = support.amount[one] + support.amount[two] + support.amount[three]
                        together = shared[two] + shared[three] + beside[three]
                        bare = support.uncovered[one] + support.uncovered[two] + support.uncovered[three]
                        broken = 2.0 - (total - together + bare)
                        if broken > least:
                            at_worst = count
                            if count - first == THREES_OF_ROW:
                                at_worst = first
                                for k in range(first + 1, count):
                                    if short[k] < short[at_worst]:
                                        at_worst = k
                            if at_worst == count or broken > short[at_worst]:
                                found[at_worst, 0], found[at_worst, 1], found[at_worst, 2] = one, two, three
                                short[at_worst] = broken
                                count = max(count, at_worst + 1)
                    beside[three] = 0.0
        for at in range(many):
            shared[seen[at]] = 0.0
        for at in range(support.indptr[one], support.indptr[one + 1]):
            on[support.site[at]] = False
    return found[:count].copy(), short[:count].copy()


@making_kernel
def _grown(  # noqa: C901, PLR0912
    support: _Support, threes: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Fives from threes, two rows added one by one, and by how much each is broken, if it is."""
    rows = len(support.origin)
    found, short = np.empty((len(threes), 5), dtype=np.int64), np.empty(len(threes))
    covers = np.zeros(len(support.opened), dtype=np.int64)
    mark = np.full(rows, -1)
    five = np.empty(5, dtype=np.int64)
    count, stamp, work = 0, 0, 0
    for each in range(len(threes)):
        if work > WORK:
            break
        for k in range(3):
            five[k] = threes[each, k]
            _count(support, covers, five[k], 1)
        size = 3
        while size < 5:
            best, least = -1, np.inf
            stamp += 1
            for k in range(size):
                mark[five[k]] = stamp
            for k in range(size):
                for at in range(support.indptr[five[k]], support.indptr[five[k] + 1]):
                    j = support.site[at]
                    for pair in range(support.column_ptr[j], support.column_ptr[j + 1]):
                        row = support.row[pair]
                        if mark[row] != stamp:
                            mark[row] = stamp
                            work += support.indptr[row + 1] - support.indptr[row]
                            more = _twice_added(support, covers, row)
                            if more < least:
                                best, least = row, more
            if best < 0:
                break
            five[size] = best
            _count(support, covers, best, 1)
            size += 1
        total = 0.0
        for k in range(size):
            total += support.uncovered[five[k]]
            for at in range(support.indptr[five[k]], support.indptr[five[k] + 1]):
                j = support.site[at]
                total += support.opened[j] * ((covers[j] + 1) // 2) / covers[j]
        if size == 5 and total < 3.0:
            found[count] = five
            short[count] = 3.0 - total
            count += 1
        for k in range(size):
            _count(support, covers, five[k], 0)
    return found[:count].copy(), short[:count].copy()


@kernel
def _count(support: _Support, covers: NDArray[np.int64], row: int, more: int) -> None:
    """Count a row of the set at its sites; with `more` 0 forget them all."""
    for at in range(support.indptr[row], support.indptr[row + 1]):
        covers[support.site[at]] = covers[support.site[at]] + 1 if more else 0


@kernel
def _twice_added(support: _Support, covers: NDArray[np.int64], row: int) -> float:
    """Twice what one row more would add to what is compared with the set's right-hand side."""
    more: float = 2.0 * support.uncovered[row] + support.amount[row]
    for at in range(support.indptr[row], support.indptr[row + 1]):
        j = support.site[at]
        more += support.opened[j] if covers[j] % 2 == 0 else -support.opened[j]
    return more
