"""What need not be decided: rows and sites that others speak for, sites that must open (Beasley 1987).

A row is spoken for by a row that must be covered and whose sites are all among its own. A site is spoken for by one
that covers all its rows at no higher cost: another plan without it is then as good. That holds only where fewer open
sites are never forbidden, and for sites that stand in no other rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import kernel, making_kernel
from geoplan.locate.cover.merge import merge_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.cover.model import Cover

ROUNDS = 8
WORK_AT_ONCE = 20_000_000


def reduced(
    cover: Cover, multiplier: NDArray[np.float64] | None = None, *, clock: Clock
) -> tuple[Cover, NDArray[np.float64]]:
    """A smaller cover with the same optimum, and multipliers for its rows (merged rows add theirs up)."""
    multiplier = np.zeros(cover.rows) if multiplier is None else multiplier
    for _ in range(ROUNDS):
        size = (cover.rows, cover.sites)
        cover, multiplier = _merged(cover, multiplier)
        if clock.over or cover.hopeless:
            break
        dropped = spoken_for_rows(cover, clock)
        opened = _essential(cover)
        closed = np.zeros(cover.sites, dtype=bool)
        if cover.low <= 0:
            closed = spoken_for_sites(cover, dropped, clock) & ~opened
        if dropped.any() or opened.any() or closed.any():
            cover, kept = cover.with_settled(opened=opened, closed=closed, dropped=dropped)
            multiplier = multiplier[kept]
        if size == (cover.rows, cover.sites):
            break
    return cover, multiplier


def _merged(cover: Cover, multiplier: NDArray[np.float64]) -> tuple[Cover, NDArray[np.float64]]:
    kept, group = merge_rows(cover.indptr, cover.site, None, cover.price)
    if len(kept) == cover.rows:
        return cover, multiplier
    # rows that must be covered have infinite prices, and inf + inf = inf
    price = np.bincount(group, np.where(cover.must, 0.0, cover.price), minlength=len(kept)).astype(np.float64)
    price[cover.must[kept]] = np.inf
    return cover.with_rows(kept, price), np.bincount(group, multiplier, minlength=len(kept)).astype(np.float64)


def _essential(cover: Cover) -> NDArray[np.bool_]:
    """The only site of a row that must be covered, and where nothing ties sites together those that cost nothing."""
    opened = np.zeros(cover.sites, dtype=bool)
    only = cover.must & (np.diff(cover.indptr) == 1)
    opened[cover.site[cover.indptr[:-1][only]]] = True
    if cover.unlinked:
        opened |= cover.site_cost <= 0
    return opened


def spoken_for_rows(cover: Cover, clock: Clock) -> NDArray[np.bool_]:
    """Rows covered whenever some row that must be covered is."""
    dropped = np.zeros(cover.rows, dtype=bool)
    must = cover.must
    if not must.any():
        return dropped
    order = np.flatnonzero(must)
    order = order[np.argsort(np.diff(cover.indptr)[order], kind="stable")]
    sign = _signatures(cover.indptr, cover.site)
    at = 0
    while at < len(order) and not clock.over:
        at = _drop_rows(cover.indptr, cover.site, cover.column_ptr, cover.row, sign, order, at, dropped, WORK_AT_ONCE)
    return dropped


def spoken_for_sites(cover: Cover, dropped: NDArray[np.bool_], clock: Clock) -> NDArray[np.bool_]:
    """Sites that another one replaces at no higher cost."""
    closed = np.zeros(cover.sites, dtype=bool)
    free = cover.site_cost >= 0
    for rule in cover.rules:
        free[rule.sites] = False
    covers = np.bincount(cover.site, np.repeat(~dropped, np.diff(cover.indptr)), minlength=cover.sites)
    closed |= free & (covers == 0)
    # a site closed for another must not speak for that one: the better site, and of equals the lower index, stays
    order = np.lexsort((-np.arange(cover.sites), -cover.site_cost, covers))
    order = order[free[order] & ~closed[order]]
    at = 0
    while at < len(order) and not clock.over:
        at = _close_sites(
            cover.indptr, cover.site, cover.column_ptr, cover.row, cover.site_cost, dropped, free, order, at, closed,
            WORK_AT_ONCE,
        )  # fmt: skip
    return closed


@making_kernel
def _signatures(indptr: NDArray[np.int64], index: NDArray[np.int32]) -> NDArray[np.uint64]:
    """64 bits of each line: a subset has no bit that its superset lacks."""
    sign = np.zeros(len(indptr) - 1, dtype=np.uint64)
    for line in range(len(sign)):
        bits = np.uint64(0)
        for at in range(indptr[line], indptr[line + 1]):
            bits |= np.uint64(1) << (np.uint64(index[at]) * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(58))
        sign[line] = bits
    return sign


@kernel
def _drop_rows(  # noqa: C901
    indptr: NDArray[np.int64],
    site: NDArray[np.int32],
    column_ptr: NDArray[np.int64],
    row: NDArray[np.int32],
    sign: NDArray[np.uint64],
    order: NDArray[np.int64],
    begin: int,
    dropped: NDArray[np.bool_],
    work: int,
) -> int:
    for at in range(begin, len(order)):
        if work < 0:
            return at
        small = order[at]
        size = indptr[small + 1] - indptr[small]
        if dropped[small] or size == 0:
            continue
        pivot, fewest = -1, np.int64(1 << 60)
        for place in range(indptr[small], indptr[small + 1]):
            covers = column_ptr[site[place] + 1] - column_ptr[site[place]]
            if covers < fewest:
                pivot, fewest = site[place], covers
        work -= size + fewest
        for place in range(column_ptr[pivot], column_ptr[pivot + 1]):
            big = row[place]
            if big == small or dropped[big] or (sign[small] & ~sign[big]) != 0:
                continue
            if indptr[big + 1] - indptr[big] < size:
                continue
            walk, found = indptr[big], 0
            for one in range(indptr[small], indptr[small + 1]):
                while walk < indptr[big + 1] and site[walk] < site[one]:
                    walk += 1
                if walk == indptr[big + 1] or site[walk] != site[one]:
                    break
                found += 1
            work -= size
            if found == size:
                dropped[big] = True
    return len(order)


@kernel
def _close_sites(  # noqa: C901
    indptr: NDArray[np.int64],
    site: NDArray[np.int32],
    column_ptr: NDArray[np.int64],
    row: NDArray[np.int32],
    cost: NDArray[np.float64],
    dropped: NDArray[np.bool_],
    free: NDArray[np.bool_],
    order: NDArray[np.int64],
    begin: int,
    closed: NDArray[np.bool_],
    work: int,
) -> int:
    for at in range(begin, len(order)):
        if work < 0:
            return at
        small = order[at]
        pivot, fewest = -1, np.int64(1 << 60)
        for place in range(column_ptr[small], column_ptr[small + 1]):
            if not dropped[row[place]]:
                size = indptr[row[place] + 1] - indptr[row[place]]
                if size < fewest:
                    pivot, fewest = row[place], size
        work -= column_ptr[small + 1] - column_ptr[small] + fewest
        for place in range(indptr[pivot], indptr[pivot + 1]):
            big = site[place]
            if big == small or closed[big] or not free[big] or cost[big] > cost[small]:
                continue
            walk, inside = column_ptr[big], True
            for one in range(column_ptr[small], column_ptr[small + 1]):
                if dropped[row[one]]:
                    continue
                while walk < column_ptr[big + 1] and row[walk] < row[one]:
                    walk += 1
                work -= 1
                if walk == column_ptr[big + 1] or row[walk] != row[one]:
                    inside = False
                    break
            if inside:
                closed[small] = True
                break
    return len(order)
