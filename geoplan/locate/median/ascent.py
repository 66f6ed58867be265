"""What every climb of the Lagrangian bound is made of: the answer to multipliers, and a step along a direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import kernel, making_kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Sites = NDArray[np.int32]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

PAIRS_A_CALL = 20_000_000
"""Pairs read in one call of the kernel, so that it returns within about 0.2 s."""


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


@kernel
def reduce(
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


@kernel
def smallest(values: Floats, rank: int) -> float:
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


@making_kernel
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
    last = smallest(reduced.copy(), count - 1)
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


@kernel
def bound(
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


@kernel
def copy(source: Floats, target: Floats) -> None:
    """Copy in a loop: numba takes seconds to compile the assignment of a slice."""
    for i in range(len(source)):
        target[i] = source[i]


@kernel
def turn(
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


@kernel
def advance(
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


@kernel
def ask(
    indptr: Ints,
    site: Sites,
    cost: Floats,
    site_cost: Floats,
    low: int,
    high: int,
    rule_indptr: Ints,
    rule: Ints,
    rule_value: Floats,
    rule_low: Floats,
    rule_high: Floats,
    multiplier: Floats,
    price: Floats,
    reduced: Floats,
    chosen: Flags,
    stop: Ints,
) -> tuple[float, int]:
    """The bound at some multipliers and prices, and the pairs read; fills what the sites and rows answer to them."""
    read = reduce(indptr, site, cost, site_cost, rule_indptr, rule, rule_value, multiplier, price, reduced, stop)
    choose(reduced, low, high, chosen)
    return bound(multiplier, reduced, site_cost, chosen, high, price, rule_low, rule_high), read


@kernel
def tally(
    chosen: Flags, newest: float, rule_indptr: Ints, rule: Ints, rule_value: Floats, share: Floats, amount: Floats
) -> None:
    """How much each site was open lately, and what the rules measure on the sites chosen."""
    amount[:] = 0.0
    for j in range(len(chosen)):
        share[j] -= 0.4 * newest * share[j]
        if chosen[j]:
            share[j] += 0.4 * newest
            for entry in range(rule_indptr[j], rule_indptr[j + 1]):
                amount[rule[entry]] += rule_value[entry]
