"""Bounds from Lagrangian multipliers on the rows, and the sites that they settle.

The rows are dualised, the count stays (Beasley 1987; Caprara, Fischetti, Toth 1999); a row that may stay uncovered
at a price has a multiplier of at most that price, so that maximal cover is the same problem. Other rules are left
out of the bound, which stays valid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geoplan.kernels import kernel, making_kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.cover.model import Cover

WORK_AT_ONCE = 30_000_000
SMALLEST_STEP = 2e-5
SMALLEST_SHARE = 1e-3
PATIENCE = 20


class Rows(NamedTuple):
    """A cover as the kernels take it."""

    indptr: NDArray[np.int64]
    site: NDArray[np.int32]
    column_ptr: NDArray[np.int64]
    row: NDArray[np.int32]
    price: NDArray[np.float64]
    cost: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Dual:
    """What multipliers say.

    Attributes:
        multiplier: of each row.
        reduced: cost of each site less the multipliers of its rows.
        bound: no plan costs less; valid in floating point.
        if_open, if_closed: the same for each site, if it is open, and if it is closed.
    """

    multiplier: NDArray[np.float64]
    reduced: NDArray[np.float64]
    bound: float
    if_open: NDArray[np.float64]
    if_closed: NDArray[np.float64]


def first_multipliers(cover: Cover) -> NDArray[np.float64]:
    """Each row asks of its sites no more than the cheapest costs per row covered."""
    covers = np.maximum(np.diff(cover.column_ptr), 1)
    share = np.maximum(cover.site_cost, 0.0) / covers
    asked = np.full(cover.rows, np.inf)
    filled = np.flatnonzero(np.diff(cover.indptr) > 0)
    if len(filled):
        asked[filled] = np.minimum.reduceat(share[cover.site], cover.indptr[:-1][filled])
    multiplier = np.where(cover.must, asked, cover.price / np.maximum(np.diff(cover.indptr), 1.0) ** 0.5)
    multiplier[~np.isfinite(multiplier)] = 0.0
    return multiplier


def evaluated(cover: Cover, multiplier: NDArray[np.float64]) -> Dual:
    """The bound of given multipliers, whatever their origin."""
    multiplier = np.minimum(np.maximum(multiplier, 0.0), cover.price)
    reduced = np.empty(cover.sites)
    _reduce(cover.indptr, cover.site, cover.site_cost, multiplier, reduced)
    # every sum below adds at most `terms` numbers whose sizes add up to `size`
    longest = int(np.diff(cover.column_ptr).max(initial=0))
    terms = cover.rows + cover.sites + longest + 8
    counts = 2 + np.diff(cover.indptr)
    size = abs(cover.constant) + float(np.abs(cover.site_cost).sum() + (multiplier * counts).sum())
    allowance = terms * np.finfo(float).eps * size
    if cover.low > min(cover.high, cover.sites):
        none = np.full(cover.sites, np.inf)
        return Dual(multiplier, reduced, np.inf, none, none)
    order = np.argsort(reduced, kind="stable")
    ranked = reduced[order]
    most = min(cover.high, cover.sites)
    negative = int((ranked < 0).sum())
    taken = int(np.clip(negative, max(cover.low, 0), most))
    bound = cover.constant + float(multiplier.sum() + ranked[:taken].sum()) - allowance
    if_open, if_closed = np.full(cover.sites, bound), np.full(cover.sites, bound)
    inside, outside = order[:taken], order[taken:]
    # where the count is tight, a site that comes in drives another one out, and one that leaves is replaced
    tight = negative >= most or negative < cover.low
    driven_out = (ranked[taken - 1] if taken else -np.inf) if tight else 0.0
    if_open[outside] += reduced[outside] - driven_out
    left = negative - (reduced[inside] < 0)
    replaced = (left >= most) | (left < cover.low)
    first_out = ranked[taken] if taken < cover.sites else np.inf
    if_closed[inside] += np.where(replaced, first_out, 0.0) - reduced[inside]
    return Dual(multiplier, reduced, bound, if_open - allowance, if_closed - allowance)


class Ascent:
    """An ascent by the volume algorithm that can be continued (Barahona & Anbil 2000).

    Attributes:
        multiplier: the best so far.
    """

    def __init__(self, multiplier: NDArray[np.float64], *, step: float = 0.1) -> None:
        self.multiplier = multiplier.copy()
        self._missing = np.zeros(len(multiplier))
        # bound, step, most share of a new direction, steps without gain, steps taken, bound a while ago
        self._state = np.array([-np.inf, step, 0.1, 0.0, 0.0, -np.inf])

    def climb(self, cover: Cover, *, upper: float, steps: int, clock: Clock) -> None:
        """Take some steps towards a bound of `upper`, until they are too small to matter.

        Args:
            upper: value of the best plan known; inf where there is none.
        """
        chunk = max(1, WORK_AT_ONCE // max(len(cover.site) * 2 + 4 * cover.rows + 20 * cover.sites, 1))
        if not np.isfinite(upper):
            upper = cover.constant + float(np.maximum(cover.site_cost, 0).sum() + cover.price[~cover.must].sum())
        matrix = Rows(cover.indptr, cover.site, cover.column_ptr, cover.row, cover.price, cover.site_cost)
        low, high = max(cover.low, 0), min(cover.high, cover.sites)
        while steps > 0 and self._state[1] > SMALLEST_STEP and not clock.over:
            target = max(upper - cover.constant, self._state[0])
            _climb(matrix, low, high, target, self.multiplier, self._missing, self._state, min(chunk, steps))
            steps -= chunk


@kernel
def _reduce(
    indptr: NDArray[np.int64],
    site: NDArray[np.int32],
    cost: NDArray[np.float64],
    multiplier: NDArray[np.float64],
    reduced: NDArray[np.float64],
) -> None:
    for j in range(len(cost)):
        reduced[j] = cost[j]
    for row in range(len(multiplier)):
        asked = multiplier[row]
        if asked > 0:
            for at in range(indptr[row], indptr[row + 1]):
                reduced[site[at]] -= asked


@making_kernel
def _ranked(values: NDArray[np.float64], rank: int) -> float:
    """The value of a rank (0 is the least), by quickselect (Hoare 1961); written out, as it compiles in no time."""
    work = np.empty(len(values))
    for j in range(len(values)):
        work[j] = values[j]
    low, high = 0, len(values) - 1
    while low < high:
        pivot = work[(low + high) >> 1]
        left, right = low, high
        while left <= right:
            while work[left] < pivot:
                left += 1
            while work[right] > pivot:
                right -= 1
            if left <= right:
                work[left], work[right] = work[right], work[left]
                left += 1
                right -= 1
        if rank <= right:
            high = right
        elif rank >= left:
            low = left
        else:
            break
    return float(work[rank])


@kernel
def _asked(
    rows: Rows,
    low: int,
    high: int,
    multiplier: NDArray[np.float64],
    reduced: NDArray[np.float64],
    missing: NDArray[np.int32],
) -> float:
    """The bound of multipliers (up to rounding), and by how many sites each row misses being covered once."""
    _reduce(rows.indptr, rows.site, rows.cost, multiplier, reduced)
    sites = len(reduced)
    threshold, at_threshold, negative = 0.0, 0, 0
    for j in range(sites):
        negative += reduced[j] < 0
    taken = min(max(negative, low), high)
    if taken == 0:
        threshold = -np.inf
    elif taken != negative:
        threshold = _ranked(reduced, taken - 1)
        at_threshold = taken
        for j in range(sites):
            at_threshold -= reduced[j] < threshold
    value: float = 0.0
    for i in range(len(multiplier)):
        value += multiplier[i]
        missing[i] = 1
    for j in range(sites):
        if reduced[j] > threshold or (reduced[j] == threshold and at_threshold <= 0):
            continue
        at_threshold -= reduced[j] == threshold
        value += reduced[j]
        for at in range(rows.column_ptr[j], rows.column_ptr[j + 1]):
            missing[rows.row[at]] -= 1
    return value


@making_kernel
def _climb(  # noqa: C901, PLR0912
    rows: Rows,
    low: int,
    high: int,
    target: float,
    best: NDArray[np.float64],
    direction: NDArray[np.float64],
    state: NDArray[np.float64],
    steps: int,
) -> None:
    reduced, missing = np.empty(len(rows.cost)), np.empty(len(best), dtype=np.int32)
    multiplier = np.empty(len(best))
    if state[4] == 0:
        state[0] = _asked(rows, low, high, best, reduced, missing)
        for i in range(len(best)):
            direction[i] = missing[i]
    for _ in range(steps):
        norm = 0.0
        for i in range(len(best)):
            if (direction[i] > 0 or best[i] > 0) and (direction[i] < 0 or best[i] < rows.price[i]):
                norm += direction[i] * direction[i]
        if norm < 1e-12 or state[1] < SMALLEST_STEP:
            state[1] = 0.0
            return
        size = state[1] * (target - state[0]) / norm
        for i in range(len(best)):
            multiplier[i] = min(max(best[i] + size * direction[i], 0.0), rows.price[i])
        bound = _asked(rows, low, high, multiplier, reduced, missing)
        along, turn, turned = 0.0, 0.0, 0.0
        for i in range(len(best)):
            if (direction[i] > 0 or best[i] > 0) and (direction[i] < 0 or best[i] < rows.price[i]):
                along += direction[i] * missing[i]
            apart = missing[i] - direction[i]
            turn += direction[i] * apart
            turned += apart * apart
        # the shortest of all mixtures of the old direction and the new one, within limits
        share = state[2] if turned == 0 else min(max(-turn / turned, 0.1 * state[2]), state[2])
        for i in range(len(best)):
            direction[i] += share * (missing[i] - direction[i])
        state[3] += 1
        if bound > state[0]:
            state[0] = bound
            state[3] = 0
            for i in range(len(best)):
                best[i] = multiplier[i]
            if along > 0:
                state[1] = min(1.1 * state[1], 2.0)
        elif state[3] >= PATIENCE:
            state[1] *= 0.66
            state[3] = 0
        state[4] += 1
        if state[4] % 100 == 0:
            if state[0] - state[5] < 0.01 * abs(state[5]):
                state[2] = max(0.5 * state[2], SMALLEST_SHARE)
            state[5] = state[0]
