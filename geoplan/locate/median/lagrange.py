"""Lower bounds by Lagrangian relaxation of the assignment, and the reduced costs that fix sites.

With a multiplier λ ≤ base for each row, no plan costs less than
L(λ) = Σ λ + min over site sets allowed by the count of Σ (site_cost - Σ max(0, λ - cost))
(Cornuéjols, Fisher, Nemhauser 1977). Other rules enter with a price on what they measure. The multipliers climb along
a deflected subgradient from the best point known (Crowder 1976; Barahona and Anbil 2000), only ever reading those
pairs of a row that cost less than its multiplier.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from geoplan.locate.median.shrink import pair_costs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.core import SitingCore
    from geoplan.locate.median.ruletable import RuleTable

    Ints = NDArray[np.int64]
    Sites = NDArray[np.int32]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Pace:
    """How a climb takes its steps.

    Attributes:
        step: length of the first one, as a part of Polyak's.
        newest: weight of the newest subgradient in the direction; a small one is slow and comes further.
        patience: steps without progress after which the step is cut to `SHRINK` of its length.
    """

    step: float
    newest: float
    patience: int


QUICK = Pace(1.0, 0.25, 20)
"""For a first bound, and at the nodes of a tree."""

THOROUGH = Pace(0.1, 0.05, 40)
"""To come close to the linear program's bound."""

SHRINK = 0.66

PAIRS_A_CALL = 20_000_000
"""Pairs read in one call of the kernel, so that it returns within about 0.2 s."""

LEAST_STEP = 1e-3
"""Step length (of Polyak's) at which a climb has come to its end."""


@dataclass(frozen=True, eq=False)
class Ascent:
    """Where a climb has come.

    Attributes:
        bound: no plan that keeps the count (and the rules) costs less; valid in floating point.
        multiplier: λ of each row, at the bound.
        price: of each other rule, at the bound.
        share: how much each site was open lately, in [0, 1]: an estimate of the linear program's solution.
    """

    bound: float
    multiplier: Floats
    price: Floats
    share: Floats


def first_multipliers(core: SitingCore) -> Floats:
    """Multipliers to begin with: each row's cost at the rank that an evenly spread plan would have."""
    low, high = core.count
    open_sites = max(1, low, min(high, core.sites // 10 if low == 0 else low))
    rank = max(1, core.sites // open_sites)
    degree = np.diff(core.indptr)
    last = core.indptr[:-1] + np.minimum(rank, np.maximum(degree - 1, 0))
    cost = pair_costs(core)
    value = np.where(degree > 0, cost[np.minimum(last, len(cost) - 1)] if len(cost) else 0.0, 0.0)
    return np.where(degree > rank, value, np.where(np.isfinite(core.base), np.minimum(core.base, 2 * value), value))


def climb(
    core: SitingCore,
    table: RuleTable,
    *,
    upper: float,
    clock: Clock,
    most_steps: int,
    enough: float = np.inf,
    start: Floats | None = None,
    price: Floats | None = None,
    pace: Pace = QUICK,
) -> Ascent:
    """Climb from a start until `enough` is reached, the steps are used up or too short, or time is over.

    Args:
        upper: value of a plan (or an estimate of the optimum), which the step length aims at.
        enough: bound at which to stop.
        start, price: from an earlier climb.
    """
    multiplier = first_multipliers(core) if start is None else start.copy()
    np.minimum(multiplier, core.base, out=multiplier)
    best = multiplier.copy()
    prices = np.zeros(table.rules) if price is None else price.copy()
    best_price = prices.copy()
    shares = np.zeros(core.sites)
    direction, price_direction = np.zeros(core.rows), np.zeros(table.rules)
    state = np.array([-np.inf, pace.step, 0.0, 0.0])
    low, high = core.count
    cost = pair_costs(core)
    lever = np.sqrt(core.rows / max(1, high)) / table.unit
    done, chunk = 0, 1
    while done < most_steps and not (done and clock.over):
        taken = _climb(
            core.indptr, core.site, cost, core.base, core.site_cost, low, high,
            table.indptr, table.rule, table.value, table.low, table.high, lever,
            multiplier, best, direction, prices, best_price, price_direction, shares,
            state, upper, enough, pace.newest, pace.patience, min(chunk, most_steps - done),
        )  # fmt: skip
        done += taken
        if state[0] >= enough or state[1] < LEAST_STEP or taken == 0:
            break
        chunk = max(1, min(most_steps, int(PAIRS_A_CALL / (state[3] + core.rows + 10 * core.sites))))
    return Ascent(float(state[0]), best, best_price, shares)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _reduce(
    indptr: Ints,
    site: Sites,
    cost: Floats,
    site_cost: Floats,
    rule_indptr: Ints,
    rule: Ints,
    rule_value: Floats,
    multiplier: Floats,
    price: Floats,
    reduced: Floats,
    stop: Ints,
) -> int:
    """Reduced cost of each site, and where each row's pairs stop to matter; returns the pairs read."""
    for j in range(len(site_cost)):
        reduced[j] = site_cost[j]
        for entry in range(rule_indptr[j], rule_indptr[j + 1]):
            reduced[j] += price[rule[entry]] * rule_value[entry]
    read = 0
    for i in range(len(multiplier)):
        worth = multiplier[i]
        k = indptr[i]
        end = indptr[i + 1]
        while k < end and cost[k] < worth:
            reduced[site[k]] -= worth - cost[k]
            k += 1
        stop[i] = k
        read += k - indptr[i]
    return read


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _smallest(values: Floats, rank: int) -> float:
    """The value at a rank of the ascending order (Hoare's selection; reorders the values)."""
    low = 0
    high = len(values) - 1
    while low < high:
        pivot = values[(low + high) // 2]
        i = low
        j = high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                swapped = values[i]
                values[i] = values[j]
                values[j] = swapped
                i += 1
                j -= 1
        if rank <= j:
            high = j
        elif rank >= i:
            low = i
        else:
            break
    return float(values[rank])


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def choose(reduced: Floats, low: int, high: int, chosen: Flags) -> int:
    """The cheapest set of sites that keeps the count, ties to the lower index; returns how many."""
    sites = len(reduced)
    count = 0
    for j in range(sites):
        chosen[j] = reduced[j] < 0.0
        if chosen[j]:
            count += 1
    if low <= count <= high:
        return count
    count = high if count > high else low
    if count == 0 or count > sites:
        chosen[:] = False
        return 0
    last = _smallest(reduced.copy(), count - 1)
    missing = count
    for j in range(sites):
        chosen[j] = reduced[j] < last
        if chosen[j]:
            missing -= 1
    for j in range(sites):
        if missing == 0:
            break
        if reduced[j] == last:
            chosen[j] = True
            missing -= 1
    return count


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _bound(
    multiplier: Floats,
    reduced: Floats,
    site_cost: Floats,
    chosen: Flags,
    high: int,
    price: Floats,
    rule_low: Floats,
    rule_high: Floats,
) -> float:
    """L(λ), less what rounding may have added to it."""
    total = 0.0
    size = 0.0
    for worth in multiplier:
        total += worth
        size += abs(worth)
    largest = 0.0
    for j in range(len(reduced)):
        largest = max(largest, abs(reduced[j]) + 2.0 * abs(site_cost[j]))
        if chosen[j]:
            total += reduced[j]
    for r in range(len(price)):
        if price[r] > 0.0:
            term = price[r] * rule_high[r]
        elif price[r] < 0.0:
            term = price[r] * rule_low[r]
        else:
            term = 0.0
        total -= term
        size += abs(term)
        largest += abs(term)
    terms = len(multiplier) + len(reduced) + len(price) + 8
    return total - 4.5e-16 * terms * (size + high * largest)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _copy(source: Floats, target: Floats) -> None:
    """Copy in a loop: numba takes seconds to compile the assignment of a slice."""
    for i in range(len(source)):
        target[i] = source[i]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _turn(
    indptr: Ints,
    site: Sites,
    stop: Ints,
    chosen: Flags,
    amount: Floats,
    rule_low: Floats,
    rule_high: Floats,
    lever: Floats,
    price: Floats,
    newest: float,
    direction: Floats,
    price_direction: Floats,
) -> float:
    """Turn the direction towards the subgradient of the sites chosen; returns the square of its length."""
    norm = 0.0
    for i in range(len(direction)):
        unserved = 1
        for k in range(indptr[i], stop[i]):
            if chosen[site[k]]:
                unserved -= 1
        direction[i] += newest * (unserved - direction[i])
        norm += direction[i] * direction[i]
    for r in range(len(price)):
        excess = 0.0
        if price[r] > 0.0 or (price[r] == 0.0 and amount[r] > rule_high[r]):
            excess = amount[r] - rule_high[r]
        elif price[r] < 0.0 or amount[r] < rule_low[r]:
            excess = amount[r] - rule_low[r]
        price_direction[r] += newest * (lever[r] * excess - price_direction[r])
        norm += price_direction[r] * price_direction[r]
    return norm


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _advance(
    indptr: Ints,
    cost: Floats,
    base: Floats,
    rule_low: Floats,
    rule_high: Floats,
    lever: Floats,
    direction: Floats,
    price_direction: Floats,
    length: float,
    multiplier: Floats,
    price: Floats,
) -> None:
    """Move multipliers and prices along the direction, as far as they are valid."""
    for i in range(len(base)):
        worth = multiplier[i] + length * direction[i]
        # below the row's cheapest pair nothing is gained, above its base nothing is valid
        if indptr[i] < indptr[i + 1]:
            worth = max(worth, cost[indptr[i]])
            multiplier[i] = min(worth, base[i])
        else:
            multiplier[i] = base[i]
    for r in range(len(price)):
        new = price[r] + length * lever[r] * price_direction[r]
        # a price passes through zero, where both sides of the rule are free
        if new * price[r] < 0.0 or (new > 0.0 and rule_high[r] == np.inf) or (new < 0.0 and rule_low[r] == -np.inf):
            new = 0.0
        price[r] = new


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _climb(  # noqa: C901, PLR0912 - a kernel: numba wants plain loops
    indptr: Ints,
    site: Sites,
    cost: Floats,
    base: Floats,
    site_cost: Floats,
    low: int,
    high: int,
    rule_indptr: Ints,
    rule: Ints,
    rule_value: Floats,
    rule_low: Floats,
    rule_high: Floats,
    lever: Floats,
    multiplier: Floats,
    best: Floats,
    direction: Floats,
    price: Floats,
    best_price: Floats,
    price_direction: Floats,
    share: Floats,
    state: Floats,
    upper: float,
    enough: float,
    newest: float,
    patience: int,
    steps: int,
) -> int:
    """Some steps of the climb; `state` is the best bound, the step length, steps without progress, pairs read."""
    rows = len(base)
    reduced = np.empty(len(site_cost))
    chosen = np.zeros(len(site_cost), dtype=np.bool_)
    stop = np.empty(rows, dtype=np.int64)
    amount = np.empty(len(price))
    for done in range(steps):
        state[3] = _reduce(
            indptr, site, cost, site_cost, rule_indptr, rule, rule_value, multiplier, price, reduced, stop
        )
        choose(reduced, low, high, chosen)
        bound = _bound(multiplier, reduced, site_cost, chosen, high, price, rule_low, rule_high)
        if bound > state[0]:
            if bound - state[0] > 1e-5 * (upper - state[0]):
                state[2] = 0.0
            else:
                state[2] += 1.0
            state[0] = bound
            _copy(multiplier, best)
            _copy(price, best_price)
        else:
            state[2] += 1.0
        if state[0] >= enough:
            return done + 1
        if state[2] >= patience:
            state[1] *= SHRINK
            state[2] = 0.0
            _copy(best, multiplier)
            _copy(best_price, price)
        if state[1] < LEAST_STEP:
            return done + 1
        amount[:] = 0.0
        for j in range(len(site_cost)):
            share[j] -= 0.4 * newest * share[j]
            if chosen[j]:
                share[j] += 0.4 * newest
                for entry in range(rule_indptr[j], rule_indptr[j + 1]):
                    amount[rule[entry]] += rule_value[entry]
        norm = _turn(
            indptr, site, stop, chosen, amount, rule_low, rule_high, lever, price, newest, direction, price_direction
        )
        if norm < 1e-12:
            return done + 1
        ahead = upper - bound
        if ahead <= 0.0:
            ahead = 0.05 * abs(bound) + 1e-6
        length = state[1] * ahead / norm
        _advance(indptr, cost, base, rule_low, rule_high, lever, direction, price_direction, length, multiplier, price)
    return steps


def reduced_costs(core: SitingCore, table: RuleTable, multiplier: Floats, price: Floats) -> Floats:
    """Reduced cost of each site at some multipliers."""
    reduced, stop = np.empty(core.sites), np.empty(core.rows, dtype=np.int64)
    _reduce(
        core.indptr, core.site, pair_costs(core), core.site_cost, table.indptr, table.rule, table.value,
        multiplier, price, reduced, stop,
    )  # fmt: skip
    return reduced


def penalties(reduced: Floats, low: int, high: int) -> tuple[Floats, Floats]:
    """What the bound rises by at least if each site must be open, and if each must be closed.

    Sites of the inner minimiser have no penalty for opening and the others none for closing.
    """
    chosen = np.zeros(len(reduced), dtype=np.bool_)
    count = choose(reduced, low, high, chosen)
    worst = float(reduced[chosen].max()) if count else 0.0
    rest = float(reduced[~chosen].min()) if count < len(reduced) else np.inf
    only_swapped = worst if high else -np.inf
    leaves = only_swapped if count == high else max(0.0, worst)
    comes = rest if count == low else min(0.0, rest)
    opening = np.where(chosen, 0.0, np.maximum(reduced - leaves, 0.0))
    closing = np.where(chosen, np.maximum(comes - reduced, 0.0), 0.0)
    return opening, closing
