"""Simulated annealing of a plan (Kirkpatrick, Gelatt, Vecchi 1983): random exchanges, any rules.

It leaves plans that the exchange of the best sites does not; it needs only how many open sites each row has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import kernel
from geoplan.locate.cover.exchange import Matrix, RuleTable, Walk, mends, shortfalls, walk_from

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.cover.model import Cover

MOVES_AT_ONCE = 20_000_000
COOLED = 0.1
"""The last temperature as a share of the first."""
ELSEWHERE = 0.1
"""Share of the exchanges with any open site; the others are with one that shares a row."""
WARMTH = 0.1
"""The first temperature as a share of what an open site alone covers."""


def annealed(cover: Cover, is_open: NDArray[np.bool_], *, work: int, clock: Clock, seed: int = 0) -> NDArray[np.bool_]:
    """The best plan on a cooling walk from a plan that keeps all rules and covers what it must.

    Args:
        work: touch about so many pairs.
    """
    matrix, table, walk = walk_from(cover, is_open, seed)
    order = np.concatenate([np.flatnonzero(is_open), np.flatnonzero(~is_open)])
    place = np.empty(cover.sites, dtype=np.int64)
    place[order] = np.arange(cover.sites)
    count = np.array([int(is_open.sum())])
    alone = np.where(cover.must[cover.row] | (walk.covers[cover.row] != 1), 0.0, matrix.weight[cover.row])
    column = np.repeat(is_open, np.diff(cover.column_ptr))
    warm = WARMTH * float((alone * column).sum() + np.abs(cover.site_cost[is_open]).sum()) / max(int(count[0]), 1)
    each = 4.0 * len(cover.site) / max(cover.sites, 1) + 50.0
    moves = max(int(work / each), 1)
    at_once = max(int(MOVES_AT_ONCE / each), 1)
    walk.value[1] = walk.value[0]
    for done in range(0, moves, at_once):
        if clock.over or warm <= 0:
            break
        _cool(matrix, table, walk, order, place, count, warm, done, min(done + at_once, moves), moves)
    return walk.best


@kernel
def _turn(matrix: Matrix, table: RuleTable, walk: Walk, j: int) -> float:
    """Open a closed site or close an open one; returns by how much the plan grows dearer."""
    step = -1 if walk.is_open[j] else 1
    bare = 0 if step == 1 else 1
    change: float = step * matrix.cost[j]
    for at in range(matrix.column_ptr[j], matrix.column_ptr[j + 1]):
        i = matrix.row[at]
        if walk.covers[i] == bare:
            change -= step * matrix.weight[i]
        walk.covers[i] += step
    for at in range(table.indptr[j], table.indptr[j + 1]):
        walk.amount[table.rule[at]] += step * table.value[at]
    walk.is_open[j] = step == 1
    return change


@kernel
def _random(walk: Walk) -> float:
    walk.state[2] = (walk.state[2] * 1103515245 + 12345) & 0x7FFFFFFF
    high = walk.state[2] >> 8
    walk.state[2] = (walk.state[2] * 1103515245 + 12345) & 0x7FFFFFFF
    return float((high << 22) | (walk.state[2] >> 9)) / float(1 << 45)


@kernel
def _swap_place(order: NDArray[np.int64], place: NDArray[np.int64], j: int, at: int) -> None:
    """Put site `j` at a place of the order, and the site that was there at its old one."""
    other = order[at]
    order[place[j]] = other
    place[other] = place[j]
    order[at] = j
    place[j] = at


@kernel
def _neighbour(matrix: Matrix, walk: Walk, j: int) -> int:
    """An open site that shares a row with `j`; -1 where the row that is looked at has none."""
    rows = matrix.column_ptr[j + 1] - matrix.column_ptr[j]
    if rows == 0:
        return -1
    i = matrix.row[matrix.column_ptr[j] + int(_random(walk) * rows)]
    if walk.covers[i] == 0:
        return -1
    left = int(_random(walk) * walk.covers[i])
    for at in range(matrix.indptr[i], matrix.indptr[i + 1]):
        if walk.is_open[matrix.site[at]]:
            if left == 0:
                return int(matrix.site[at])
            left -= 1
    return -1


@kernel
def _cool(  # noqa: C901, PLR0912
    matrix: Matrix,
    table: RuleTable,
    walk: Walk,
    order: NDArray[np.int64],
    place: NDArray[np.int64],
    count: NDArray[np.int64],
    warm: float,
    first: int,
    last: int,
    moves: int,
) -> None:
    sites = len(order)
    for move in range(first, last):
        heat = warm * COOLED ** (move / moves)
        j = int(_random(walk) * sites)
        out = -1
        if mends(table, walk, j) < 0:
            # a site that cannot close; or one that cannot open unless another one closes
            if walk.is_open[j] or count[0] == 0:
                continue
            if _random(walk) >= ELSEWHERE:
                out = _neighbour(matrix, walk, j)
            if out < 0:
                out = order[int(_random(walk) * count[0])]
        short = shortfalls(table, walk)
        change = 0.0
        if out >= 0:
            change = _turn(matrix, table, walk, out)
            if mends(table, walk, j) < shortfalls(table, walk) - short:
                _turn(matrix, table, walk, out)
                continue
        change += _turn(matrix, table, walk, j)
        if change > 0 and _random(walk) >= np.exp(-change / heat):
            _turn(matrix, table, walk, j)
            if out >= 0:
                _turn(matrix, table, walk, out)
            continue
        if out >= 0:
            count[0] -= 1
            _swap_place(order, place, out, count[0])
        if walk.is_open[j]:
            _swap_place(order, place, j, count[0])
            count[0] += 1
        else:
            count[0] -= 1
            _swap_place(order, place, j, count[0])
        walk.value[0] += change
        if walk.value[0] < walk.value[1]:
            walk.value[1] = walk.value[0]
            for at in range(sites):
                walk.best[at] = walk.is_open[at]
