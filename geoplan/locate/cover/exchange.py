"""Plans by greedy choice and by exchange of sites under any rules (Church & ReVelle 1974; tabu list of Glover 1989).

Rows that must be covered carry a weight above all prices, which grows while they stay uncovered; so one search does
for maximal cover, for covers with counts and for mixtures of both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geoplan.kernels import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.cover.model import Cover

WORK_AT_ONCE = 20_000_000


class Matrix(NamedTuple):
    """What does not change during a walk, but for the weights. See `Cover`."""

    indptr: NDArray[np.int64]
    site: NDArray[np.int32]
    column_ptr: NDArray[np.int64]
    row: NDArray[np.int32]
    must: NDArray[np.bool_]
    weight: NDArray[np.float64]
    cost: NDArray[np.float64]


class RuleTable(NamedTuple):
    """Rules by site: CSR of the rules each site stands in, its value there; limits widened by rounding."""

    indptr: NDArray[np.int64]
    rule: NDArray[np.int32]
    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


class Walk(NamedTuple):
    """Where a walk stands.

    Attributes:
        covers: open sites of each row.
        score: what an open site alone covers, what a closed one would add.
        until: step until which a site may not move.
        amount: of each rule.
        value: of the plan, and of the best one.
        state: steps taken, rows missing that must be covered, state of the random numbers.
    """

    is_open: NDArray[np.bool_]
    best: NDArray[np.bool_]
    covers: NDArray[np.int32]
    score: NDArray[np.float64]
    until: NDArray[np.int64]
    amount: NDArray[np.float64]
    value: NDArray[np.float64]
    state: NDArray[np.int64]


def exchanged(
    cover: Cover,
    is_open: NDArray[np.bool_],
    *,
    steps: int,
    clock: Clock,
    lead: NDArray[np.float64] | None = None,
    work: int = 1 << 60,
    seed: int = 0,
) -> NDArray[np.bool_] | None:
    """The best plan that keeps all rules and covers what it must, on a walk from `is_open` (which need not).

    The walk opens what pays, closes what does not, and exchanges where neither helps.

    Args:
        steps: openings, closings and exchanges.
        lead: costs (Lagrangian ones) in whose order sites with negative ones are opened before the walk begins.
        work: stop after touching about so many pairs.

    Returns:
        None where no step of the walk kept all rules and covered what it must.
    """
    matrix, table, walk = walk_from(cover, is_open, seed)
    heavy = _heavy(cover)
    if lead is not None:
        _open_first(matrix, table, walk, lead, np.argsort(lead, kind="stable"))
    while steps > 0 and work > 0:
        before = int(walk.state[0])
        work -= _wander(matrix, table, walk, heavy, steps, min(WORK_AT_ONCE, work))
        steps -= int(walk.state[0]) - before
        if clock.over:
            break
    return walk.best if np.isfinite(walk.value[1]) else None


def _rule_table(cover: Cover) -> RuleTable:
    rules = cover.all_rules()
    site = np.concatenate([rule.sites for rule in rules])
    order = np.argsort(site, kind="stable")
    number = np.repeat(np.arange(len(rules), dtype=np.int32), [len(rule.sites) for rule in rules])
    slack = np.array([1e-9 * max(1.0, float(np.abs(rule.values).sum())) for rule in rules])
    return RuleTable(
        np.concatenate([[0], np.cumsum(np.bincount(site, minlength=cover.sites))]).astype(np.int64),
        number[order],
        np.concatenate([rule.values for rule in rules])[order],
        np.array([rule.low for rule in rules]) - slack,
        np.array([rule.high for rule in rules]) + slack,
    )


def _heavy(cover: Cover) -> float:
    """Weight of a row that must be covered: above what any plan can save."""
    return 1.0 + float(np.abs(cover.site_cost).sum() + cover.price[~cover.must].sum())


def walk_from(cover: Cover, is_open: NDArray[np.bool_], seed: int) -> tuple[Matrix, RuleTable, Walk]:
    """A walk that stands at a plan, with what it needs."""
    weight = np.where(cover.must, _heavy(cover), cover.price)
    matrix = Matrix(cover.indptr, cover.site, cover.column_ptr, cover.row, cover.must, weight, cover.site_cost)
    table = _rule_table(cover)
    row = np.repeat(np.arange(cover.rows), np.diff(cover.indptr))
    covers = np.bincount(row[is_open[cover.site]], minlength=cover.rows).astype(np.int32)
    column = np.repeat(np.arange(cover.sites), np.diff(cover.column_ptr))
    counted = covers[cover.row] == is_open[column]
    values = np.repeat(is_open, np.diff(table.indptr)) * table.value
    bare = covers == 0
    value = float(cover.site_cost[is_open].sum() + cover.price[bare & ~cover.must].sum())
    walk = Walk(
        is_open.copy(),
        is_open.copy(),
        covers,
        np.bincount(column, np.where(counted, weight[cover.row], 0.0), minlength=cover.sites).astype(np.float64),
        np.zeros(cover.sites, dtype=np.int64),
        np.bincount(table.rule, values, minlength=len(table.low)).astype(np.float64),
        np.array([value, np.inf]),
        np.array([0, int((bare & cover.must).sum()), seed & 0x7FFFFFFF]),
    )
    return matrix, table, walk


@kernel
def _flip(matrix: Matrix, table: RuleTable, walk: Walk, j: int) -> int:
    """Open a closed site or close an open one; returns the pairs touched."""
    opening = not walk.is_open[j]
    step = 1 if opening else -1
    walk.is_open[j] = False
    work: int = matrix.column_ptr[j + 1] - matrix.column_ptr[j]
    for at in range(matrix.column_ptr[j], matrix.column_ptr[j + 1]):
        i = matrix.row[at]
        others = walk.covers[i] if opening else walk.covers[i] - 1
        walk.covers[i] += step
        if others > 1:
            continue
        change = -step * matrix.weight[i]
        work += matrix.indptr[i + 1] - matrix.indptr[i]
        for other in range(matrix.indptr[i], matrix.indptr[i + 1]):
            k = matrix.site[other]
            if k != j and (others == 0 or walk.is_open[k]):
                walk.score[k] += change
        if others == 0:
            if matrix.must[i]:
                walk.state[1] -= step
            else:
                walk.value[0] += change
    for at in range(table.indptr[j], table.indptr[j + 1]):
        walk.amount[table.rule[at]] += step * table.value[at]
    walk.value[0] += step * matrix.cost[j]
    walk.is_open[j] = opening
    return work


@kernel
def mends(table: RuleTable, walk: Walk, j: int) -> int:
    """How many rules fall short no more when `j` opens (or none, when it closes); -1 where a rule breaks."""
    mended = 0
    for at in range(table.indptr[j], table.indptr[j + 1]):
        k, value = table.rule[at], table.value[at]
        amount = walk.amount[k]
        if walk.is_open[j]:
            if table.low[k] <= amount and amount - value < table.low[k]:
                return -1
        elif value > 0 and amount + value > table.high[k]:
            return -1
        elif amount < table.low[k] <= amount + value:
            mended += 1
    return mended


@kernel
def _wanted(table: RuleTable, walk: Walk, j: int) -> bool:
    """A rule falls short that `j` would help."""
    for at in range(table.indptr[j], table.indptr[j + 1]):
        k = table.rule[at]
        if table.value[at] > 0 and walk.amount[k] < table.low[k]:
            return True
    return False


@kernel
def _to_open(matrix: Matrix, table: RuleTable, walk: Walk, least_mended: int, wanted: bool) -> tuple[int, float]:  # noqa: FBT001
    """The closed site that gains most, of equals the lowest, and its gain; -1 where none may open."""
    most, found = -np.inf, -1
    for j in range(len(matrix.cost)):
        if walk.is_open[j] or walk.until[j] > walk.state[0]:
            continue
        gain = walk.score[j] - matrix.cost[j]
        if gain > most and (not wanted or _wanted(table, walk, j)) and mends(table, walk, j) >= least_mended:
            most, found = gain, j
    return found, most


@kernel
def _to_close(matrix: Matrix, table: RuleTable, walk: Walk, free: bool) -> tuple[int, float]:  # noqa: FBT001
    """The open site whose closing gains most, of equals the lowest; `free`: even where a rule then falls short."""
    most, found = -np.inf, -1
    for j in range(len(matrix.cost)):
        if not walk.is_open[j] or walk.until[j] > walk.state[0]:
            continue
        gain = matrix.cost[j] - walk.score[j]
        if gain > most and (free or mends(table, walk, j) >= 0):
            most, found = gain, j
    return found, most


@kernel
def shortfalls(table: RuleTable, walk: Walk) -> int:
    """How many rules fall short."""
    count: int = 0
    for k in range(len(table.low)):
        count += walk.amount[k] < table.low[k]
    return count


@kernel
def _open_first(
    matrix: Matrix, table: RuleTable, walk: Walk, lead: NDArray[np.float64], order: NDArray[np.int64]
) -> None:
    for j in order:
        if lead[j] >= 0:
            break
        if not walk.is_open[j] and walk.score[j] > matrix.cost[j] and mends(table, walk, j) >= 0:
            _flip(matrix, table, walk, j)


@kernel
def _remember(table: RuleTable, walk: Walk, tiny: float) -> int:
    """Keep the plan where it is the best so far; returns how many rules fall short."""
    short: int = shortfalls(table, walk)
    if short == 0 and walk.state[1] == 0 and walk.value[0] < walk.value[1] - tiny:
        walk.value[1] = walk.value[0]
        for j in range(len(walk.best)):
            walk.best[j] = walk.is_open[j]
    return short


@kernel
def _press(matrix: Matrix, walk: Walk, heavy: float) -> None:
    """Rows that must be covered and are not weigh more."""
    for i in range(len(matrix.weight)):
        if matrix.must[i] and walk.covers[i] == 0:
            matrix.weight[i] += heavy
            for at in range(matrix.indptr[i], matrix.indptr[i + 1]):
                walk.score[matrix.site[at]] += heavy


@kernel
def _wander(matrix: Matrix, table: RuleTable, walk: Walk, heavy: float, steps: int, work: int) -> int:
    spent: int = 0
    last_step, tiny = walk.state[0] + steps, 1e-12 * heavy
    while walk.state[0] < last_step and spent < work:
        walk.state[0] += 1
        walk.state[2] = (walk.state[2] * 1103515245 + 12345) & 0x7FFFFFFF
        now, tenure = walk.state[0], 2 + (walk.state[2] >> 8) % 8
        spent += 3 * len(matrix.cost)
        short = _remember(table, walk, tiny)
        j, gain = _to_open(matrix, table, walk, 0, False)  # noqa: FBT003
        if gain <= tiny and short > 0:
            j, gain = _to_open(matrix, table, walk, 0, True)  # noqa: FBT003
            gain = np.inf if j >= 0 else gain
        if gain <= tiny:
            j, gain = _to_close(matrix, table, walk, False)  # noqa: FBT003
        if j >= 0 and gain > tiny:
            spent += _flip(matrix, table, walk, j)
            walk.until[j] = now + tenure
            continue
        if walk.state[1] > 0:
            _press(matrix, walk, heavy)
            spent += len(matrix.weight)
        out, _ = _to_close(matrix, table, walk, True)  # noqa: FBT003
        if out < 0:
            continue
        spent += _flip(matrix, table, walk, out)
        walk.until[out] = now + 1 + tenure
        fallen = max(shortfalls(table, walk) - short, 0)
        j, gain = _to_open(matrix, table, walk, fallen, False)  # noqa: FBT003
        if j >= 0:
            spent += _flip(matrix, table, walk, j)
            walk.until[j] = now + tenure
        elif fallen > 0:
            # nobody can take its place: it comes back
            spent += _flip(matrix, table, walk, out)
    _remember(table, walk, tiny)
    return spent
