"""Rows of demand that are alike become one.

Before any engine is asked: demand with the same sites in reach (at the same costs) is one demand with the summed
weight. 100,000 clients and 100 sites fold to a few thousand rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROWS_AT_ONCE = 200_000


def merge_rows(
    indptr: NDArray[np.int64],
    site: NDArray[np.int32],
    cost: NDArray[np.float64] | None,
    base: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Classes of rows with the same sites, the same costs (where given), and both or neither to be served in any case.

    Rows are compared as they are stored: each must hold its pairs in the same order (by cost, then by site). Where
    costs are given they are those of one unit of weight.

    Args:
        indptr, site, cost: CSR over rows; `cost` None where every pair costs the same.
        base: only whether it is finite counts. Shape (rows,).

    Returns:
        `kept`, the first row of every class, ascending; and `group`, the class of each row as a position in `kept`
        (so that `np.bincount(group, weight)` sums weights by class).
    """
    rows = len(base)
    indptr = np.ascontiguousarray(indptr, dtype=np.int64)
    site = np.ascontiguousarray(site, dtype=np.int32)
    priced = cost is not None
    # adding 0.0 makes one of -0.0 and 0.0, which are equal but differ in their bits
    cost = np.empty(0) if cost is None else np.ascontiguousarray(cost, dtype=np.float64) + 0.0
    finite = np.isfinite(base)
    table = np.full(1 << max(int(2 * rows).bit_length(), 4), -1, dtype=np.int64)
    first, digest, group = np.empty(rows, dtype=np.int64), np.empty(rows, dtype=np.uint64), np.empty(rows, np.int64)
    classes = 0
    for begin in range(0, rows, ROWS_AT_ONCE):
        end = min(begin + ROWS_AT_ONCE, rows)
        classes = _sort_in(
            indptr, site, cost.view(np.uint64), priced, finite, begin, end, table, first, digest, group, classes
        )
    return first[:classes].copy(), group


@kernel
def _sort_in(
    indptr: NDArray[np.int64],
    site: NDArray[np.int32],
    cost: NDArray[np.uint64],
    priced: bool,  # noqa: FBT001 - numba takes no keyword-only arguments
    finite: NDArray[np.bool_],
    begin: int,
    end: int,
    table: NDArray[np.int64],
    first: NDArray[np.int64],
    digest: NDArray[np.uint64],
    group: NDArray[np.int64],
    classes: int,
) -> int:
    """Put rows begin … end into the open-addressing table of classes; returns how many classes there are."""
    mask = np.uint64(len(table) - 1)
    prime = np.uint64(0x9E3779B97F4A7C15)
    shift = np.uint64(29)
    for row in range(begin, end):
        low, high = indptr[row], indptr[row + 1]
        key = np.uint64(high - low) * prime + np.uint64(finite[row])
        for at in range(low, high):
            key = (key ^ np.uint64(site[at])) * prime
            key ^= key >> shift
            if priced:
                key = (key ^ cost[at]) * prime
                key ^= key >> shift
        slot = key & mask
        while True:
            known = table[slot]
            if known < 0:
                table[slot] = classes
                first[classes] = row
                digest[classes] = key
                group[row] = classes
                classes += 1
                break
            if digest[known] == key and _same(indptr, site, cost, priced, finite, first[known], row):
                group[row] = known
                break
            slot = (slot + np.uint64(1)) & mask
    return classes


@kernel
def _same(
    indptr: NDArray[np.int64],
    site: NDArray[np.int32],
    cost: NDArray[np.uint64],
    priced: bool,  # noqa: FBT001
    finite: NDArray[np.bool_],
    one: int,
    other: int,
) -> bool:
    count = indptr[one + 1] - indptr[one]
    if finite[one] != finite[other] or indptr[other + 1] - indptr[other] != count:
        return False
    for step in range(count):
        a, b = indptr[one] + step, indptr[other] + step
        if site[a] != site[b] or (priced and cost[a] != cost[b]):
            return False
    return True
