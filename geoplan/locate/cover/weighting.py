"""Local search for the set cover: rows that stay uncovered gain weight until the search covers them.

C. Gao, X. Yao, T. Weise, J. Li 2015: An efficient local search heuristic with row weighting for the unicost set
covering problem, European Journal of Operational Research 246 (here with costs: gains are per cost).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import kernel, making_kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.cover.model import Cover

WORK_AT_ONCE = 20_000_000


def weighted_search(
    cover: Cover,
    is_open: NDArray[np.bool_],
    *,
    work: int,
    clock: Clock,
    seed: int = 0,
    enough: float = -np.inf,
) -> NDArray[np.bool_]:
    """A cheaper plan than `is_open` that covers all rows, if one is found.

    Args:
        cover: every row must be covered, every cost is above 0, and no rule but a greatest count stands.
        is_open: covers all rows.
        work: stop after touching about so many pairs.
        enough: stop at a plan that costs (without the constant) no more.
    """
    if cover.rows == 0 or cover.sites == 0:
        return np.zeros(cover.sites, dtype=bool)
    best = is_open.copy()
    state = _State(cover, is_open, seed)
    while work > 0:
        work -= _walk(
            cover.indptr, cover.site, cover.column_ptr, cover.row, cover.site_cost, state.is_open, state.covers,
            state.score, state.weight, state.moved, state.may_add, state.missing, state.place, best, state.floats,
            state.whole, min(WORK_AT_ONCE, work), enough,
        )  # fmt: skip
        if clock.over or state.floats[1] <= enough:
            break
    return best


class _State:
    """Where the walk stands: floats are the cost of the plan and of the best one; whole: missing rows, steps, seed."""

    def __init__(self, cover: Cover, is_open: NDArray[np.bool_], seed: int) -> None:
        self.is_open = is_open.copy()
        self.covers = np.bincount(
            np.repeat(np.arange(cover.rows), np.diff(cover.indptr))[is_open[cover.site]], minlength=cover.rows
        ).astype(np.int32)
        self.weight = np.ones(cover.rows)
        alone = (self.covers == 1)[cover.row]
        column = np.repeat(np.arange(cover.sites), np.diff(cover.column_ptr))
        self.score = np.bincount(column, alone & is_open[column], minlength=cover.sites).astype(float)
        self.moved = np.zeros(cover.sites, dtype=np.int64)
        self.may_add = np.ones(cover.sites, dtype=bool)
        self.missing = np.empty(cover.rows, dtype=np.int32)
        self.place = np.full(cover.rows, -1, dtype=np.int32)
        cost = float(cover.site_cost[is_open].sum())
        self.floats = np.array([cost, cost])
        self.whole = np.array([0, 0, seed & 0x7FFFFFFF])


@kernel
def _close(
    j: int,
    indptr: NDArray[np.int64],
    site: NDArray[np.int32],
    column_ptr: NDArray[np.int64],
    row: NDArray[np.int32],
    is_open: NDArray[np.bool_],
    covers: NDArray[np.int32],
    score: NDArray[np.float64],
    weight: NDArray[np.float64],
    may_add: NDArray[np.bool_],
    missing: NDArray[np.int32],
    place: NDArray[np.int32],
    whole: NDArray[np.int64],
) -> int:
    is_open[j] = False
    may_add[j] = False
    work: int = column_ptr[j + 1] - column_ptr[j]
    for at in range(column_ptr[j], column_ptr[j + 1]):
        i = row[at]
        covers[i] -= 1
        if covers[i] == 0:
            place[i] = whole[0]
            missing[whole[0]] = i
            whole[0] += 1
            for other in range(indptr[i], indptr[i + 1]):
                k = site[other]
                if k != j:
                    score[k] += weight[i]
                    may_add[k] = True
            work += indptr[i + 1] - indptr[i]
        elif covers[i] == 1:
            for other in range(indptr[i], indptr[i + 1]):
                k = site[other]
                if is_open[k]:
                    score[k] += weight[i]
                    break
            work += indptr[i + 1] - indptr[i]
    return work


@kernel
def _open(
    j: int,
    indptr: NDArray[np.int64],
    site: NDArray[np.int32],
    column_ptr: NDArray[np.int64],
    row: NDArray[np.int32],
    is_open: NDArray[np.bool_],
    covers: NDArray[np.int32],
    score: NDArray[np.float64],
    weight: NDArray[np.float64],
    may_add: NDArray[np.bool_],
    missing: NDArray[np.int32],
    place: NDArray[np.int32],
    whole: NDArray[np.int64],
) -> int:
    work: int = column_ptr[j + 1] - column_ptr[j]
    for at in range(column_ptr[j], column_ptr[j + 1]):
        i = row[at]
        covers[i] += 1
        if covers[i] == 1:
            whole[0] -= 1
            last = missing[whole[0]]
            missing[place[i]] = last
            place[last] = place[i]
            place[i] = -1
            for other in range(indptr[i], indptr[i + 1]):
                k = site[other]
                if k != j:
                    score[k] -= weight[i]
                    may_add[k] = True
            work += indptr[i + 1] - indptr[i]
        elif covers[i] == 2:
            for other in range(indptr[i], indptr[i + 1]):
                k = site[other]
                if is_open[k]:
                    score[k] -= weight[i]
                    break
            work += indptr[i + 1] - indptr[i]
    is_open[j] = True
    return work


@making_kernel
def _least(
    cost: NDArray[np.float64],
    is_open: NDArray[np.bool_],
    score: NDArray[np.float64],
    moved: NDArray[np.int64],
    banned: int,
) -> int:
    """The open site that is missed least per cost; of equals the one that has rested longest."""
    least, found = np.inf, -1
    for j in range(len(cost)):
        if is_open[j] and j != banned:
            loss = score[j] / cost[j]
            if loss < least or (loss == least and moved[j] < moved[found]):
                least, found = loss, j
    return found


@making_kernel
def _walk(  # noqa: C901, PLR0912
    indptr: NDArray[np.int64],
    site: NDArray[np.int32],
    column_ptr: NDArray[np.int64],
    row: NDArray[np.int32],
    cost: NDArray[np.float64],
    is_open: NDArray[np.bool_],
    covers: NDArray[np.int32],
    score: NDArray[np.float64],
    weight: NDArray[np.float64],
    moved: NDArray[np.int64],
    may_add: NDArray[np.bool_],
    missing: NDArray[np.int32],
    place: NDArray[np.int32],
    best: NDArray[np.bool_],
    floats: NDArray[np.float64],
    whole: NDArray[np.int64],
    work: int,
    enough: float,
) -> int:
    spent = 0
    last = -1
    while spent < work:
        whole[1] += 1
        while whole[0] == 0:
            # it counts as better only when it is more than rounding
            if floats[0] < floats[1] - 1e-9 * abs(floats[1]):
                floats[1] = floats[0]
                for at in range(len(best)):
                    best[at] = is_open[at]
                if floats[1] <= enough:
                    return spent
            j = _least(cost, is_open, score, moved, -1)
            if j < 0:
                return spent + work
            moved[j] = whole[1]
            spent += len(cost) + _close(
                j, indptr, site, column_ptr, row, is_open, covers, score, weight, may_add, missing, place, whole
            )
            floats[0] -= cost[j]
        j = _least(cost, is_open, score, moved, last)
        if j >= 0:
            moved[j] = whole[1]
            spent += len(cost) + _close(
                j, indptr, site, column_ptr, row, is_open, covers, score, weight, may_add, missing, place, whole
            )
            floats[0] -= cost[j]
        while whole[0] > 0:
            whole[2] = (whole[2] * 1103515245 + 12345) & 0x7FFFFFFF
            i = missing[(whole[2] >> 8) % whole[0]]
            most, found = -np.inf, -1
            for at in range(indptr[i], indptr[i + 1]):
                k = site[at]
                if may_add[k]:
                    gain = score[k] / cost[k]
                    if gain > most or (gain == most and moved[k] < moved[found]):
                        most, found = gain, k
            if found < 0 or floats[0] + cost[found] >= floats[1] - 1e-9 * abs(floats[1]):
                break
            moved[found] = whole[1]
            last = found
            spent += _open(
                found, indptr, site, column_ptr, row, is_open, covers, score, weight, may_add, missing, place, whole
            )
            floats[0] += cost[found]
        for at in range(whole[0]):
            i = missing[at]
            weight[i] += 1.0
            for other in range(indptr[i], indptr[i + 1]):
                score[site[other]] += 1.0
            spent += indptr[i + 1] - indptr[i]
    return spent
