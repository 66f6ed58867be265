"""A bound for demand that may be shared: Lagrangian relaxation of "every row is served", continuous knapsacks by site.

With multipliers λ the problem falls apart by site: the value of an open site is the least of its options' cost plus
the cheapest load within the option's band at prices `cost - λ`, a continuous knapsack. Sites are then chosen under
the count alone. Any λ gives a valid bound (Geoffrion 1974; Cornuéjols, Sridharan, Thizy 1991).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geoplan.kernels import making_kernel
from geoplan.locate.seats.evaluate import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.core import SeatsCore

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

SITES_AT_ONCE = 200
"""Sites of one call of the kernel."""
PATIENCE = 15
"""Steps without a better bound after which they get shorter."""
AIM = 0.1
"""How far above the bound the steps aim while no plan is known."""
ALLOWANCE = 4.0 * float(np.finfo(np.float64).eps)
"""Rounding of one sum, for each of its terms."""


class BySite(NamedTuple):
    """Pairs by site as CSR arrays, and the options by site."""

    indptr: Ints
    row: Ints
    cost: Floats
    weight: Floats
    option_ptr: Ints
    capacity: Floats
    least: Floats
    option_cost: Floats
    extra_most: Floats
    extra_cost: Floats


def by_site(core: SeatsCore) -> BySite:
    """The core as the kernel wants it."""
    order = np.argsort(core.site, kind="stable")
    indptr = np.zeros(core.sites + 1, dtype=np.int64)
    np.cumsum(np.bincount(core.site, minlength=core.sites), out=indptr[1:])
    pointer = np.searchsorted(core.option_site, np.arange(core.sites + 1)).astype(np.int64)
    return BySite(
        indptr, core.row()[order], core.cost[order], plain(core.weight), pointer, plain(core.option_capacity),
        plain(core.option_least), plain(core.option_cost), plain(core.extra_most), plain(core.extra_cost),
    )  # fmt: skip


@making_kernel
def site_values(  # noqa: C901, PLR0912, PLR0915 - one kernel of plain loops
    b: BySite, multiplier: Floats, closed: Flags, begin: int, end: int, value: Floats, share: Floats
) -> float:
    """Value of each site from `begin` to `end` when open, and the share of each pair in it; inf where it cannot be.

    Returns:
        Sum of the sizes of all terms, for an allowance for rounding.
    """
    size = 0.0
    for j in range(begin, end):
        if closed[j]:
            value[j] = np.inf
            continue
        first, last = b.indptr[j], b.indptr[j + 1]
        share[first:last] = 0.0
        need = 0.0
        for o in range(b.option_ptr[j], b.option_ptr[j + 1]):
            need = max(need, b.least[o])
        free = 0.0
        picked = np.empty(last - first, dtype=np.int64)
        key = np.empty(last - first)
        many = 0
        for k in range(first, last):
            price = b.cost[k] - multiplier[b.row[k]]
            weight = b.weight[b.row[k]]
            if weight <= 0.0:
                if price < 0.0:
                    free += price
                    share[k] = 1.0
            elif price < 0.0 or need > 0.0:
                picked[many] = k
                key[many] = price / weight
                many += 1
        order = np.argsort(key[:many], kind="mergesort")
        best, best_load = np.inf, 0.0
        for o in range(b.option_ptr[j], b.option_ptr[j + 1]):
            total, load = b.option_cost[o] + free, 0.0
            room = b.capacity[o] + b.extra_most[j]
            for i in range(many):
                each = key[order[i]]
                weight = b.weight[b.row[picked[order[i]]]]
                # What fits below the least load is taken at any price; below the capacity where it pays; beyond it
                # where it pays for the seats added.
                for stage in range(3):
                    limit = b.least[o] if stage == 0 else (b.capacity[o] if stage == 1 else room)
                    limit = min(limit, room)
                    toll = b.extra_cost[j] if load >= b.capacity[o] else 0.0
                    if weight <= 0.0 or load >= limit or (stage > 0 and each + toll >= 0.0):
                        continue
                    if load < b.capacity[o]:
                        limit = min(limit, b.capacity[o])
                    put = min(weight, limit - load)
                    total += put * (each + toll)
                    size += abs(put * each)
                    weight -= put
                    load += put
            if load < b.least[o] * (1.0 - 1e-12) - 1e-12:
                continue
            if total < best:
                best, best_load = total, load
        value[j] = best
        left = best_load
        for i in range(many):
            if left <= 0.0:
                break
            k = picked[order[i]]
            put = min(b.weight[b.row[k]], left)
            share[k] = put / b.weight[b.row[k]]
            left -= put
    return size


@dataclass(frozen=True, eq=False)
class Node:
    """Sites that are decided: a part of the search."""

    opened: Flags
    closed: Flags


@dataclass(frozen=True, eq=False)
class Bound:
    """What multipliers prove for a node.

    Attributes:
        value: no plan costs less; inf where there is none.
        multiplier: by row.
        site_value: of each site when open.
        chosen: sites of the relaxed plan.
        often: how often each was chosen of late, in [0, 1].
    """

    value: float
    multiplier: Floats
    site_value: Floats
    chosen: Flags
    often: Floats


def count_of(core: SeatsCore, node: Node) -> tuple[int, int]:
    """Least and most open sites: by the rule, and at least as many as hold the demand that must be served."""
    low, high = core.count
    room = np.full(core.sites, -np.inf)
    np.maximum.at(room, core.option_site, core.option_capacity)
    room = np.where(node.closed, 0.0, np.maximum(room + core.extra_most, 0.0))
    demand = float(core.weight[~np.isfinite(core.base)].sum()) * (1.0 - 1e-9)
    held = float(room[node.opened].sum())
    rest = np.cumsum(-np.sort(-room[~node.opened]))
    needed = int(node.opened.sum())
    if held < demand:
        needed += int(np.searchsorted(rest, demand - held)) + 1
    return max(low, needed), high


def choose(value: Floats, opened: Flags, count: tuple[int, int]) -> Flags | None:
    """The sites of least value under the count, the opened ones among them; None where there are too few."""
    low, high = count
    already = int(opened.sum())
    chosen = opened.copy()
    rest = np.argsort(np.where(chosen, np.inf, value), kind="stable")
    rest = rest[np.isfinite(value[rest]) & ~chosen[rest]]
    wanted = min(max(low - already, int((value[rest] < 0).sum())), high - already)
    if wanted < max(0, low - already) or wanted > len(rest):
        return None
    chosen[rest[:wanted]] = True
    return chosen if np.isfinite(value[chosen]).all() else None


def narrowed(node: Node, bound: Bound, count: tuple[int, int], upper: float) -> Node | None:
    """The node with every site decided that cannot be otherwise in a plan below `upper`; None where none is left."""
    low, high = count
    chosen = int(bound.chosen.sum())
    loose = bound.chosen & ~node.opened
    others = ~bound.chosen & ~node.closed
    dearest = float(bound.site_value[loose].max(initial=-np.inf))
    cheapest = float(bound.site_value[others].min(initial=np.inf))
    # One more site may push out the dearest chosen one; one less may let in the cheapest other.
    out = dearest if chosen >= high else max(0.0, dearest)
    into = cheapest if chosen <= low else min(0.0, cheapest)
    if bound.value > upper:
        return None
    slack = 1e-9 * abs(upper)
    with np.errstate(invalid="ignore"):
        closed = others & (bound.value + bound.site_value - out > upper + slack)
        opened = loose & (bound.value - bound.site_value + into > upper + slack)
    if (opened & node.closed).any():
        return None
    return Node(node.opened | opened, node.closed | closed)


def ascend(
    core: SeatsCore, b: BySite, node: Node, *, clock: Clock, upper: float, rounds: int, start: Bound | None = None
) -> Bound | None:
    """Multipliers for a node by Polyak's steps along deflected directions.

    Args:
        core: the problem.
        b: its pairs by site.
        node: sites decided.
        clock: when to stop.
        upper: cost of the best plan known, inf if there is none: the steps aim there, and stop once it is reached.
        rounds: most steps.
        start: where to begin.

    Returns:
        The best bound; None where the node has no plan by its count.
    """
    site = np.repeat(np.arange(core.sites), np.diff(b.indptr))
    multiplier = _second_cost(core) if start is None else start.multiplier
    often = np.zeros(core.sites) if start is None else start.often
    value, share = np.full(core.sites, np.inf), np.zeros(len(b.row))
    count = count_of(core, node)
    direction: Floats = np.zeros(0)
    best: Bound | None = None
    pace, idle = (1.5 if start is None else 0.5), 0
    for _ in range(rounds):
        if clock.over and best is not None:
            break
        size = float(np.abs(multiplier).sum() + np.abs(core.option_cost).sum())
        for begin in range(0, core.sites, SITES_AT_ONCE):
            end = min(begin + SITES_AT_ONCE, core.sites)
            size += site_values(b, multiplier, node.closed, begin, end, value, share)
        chosen = choose(value, node.opened, count)
        if chosen is None:
            return None
        allowance = ALLOWANCE * (core.rows + len(b.row) + core.sites) * size
        bound = float(multiplier.sum() + value[chosen].sum()) - allowance
        often = 0.95 * often + 0.05 * chosen
        idle = 0 if best is None or bound > best.value + 1e-6 * abs(best.value) else idle + 1
        if best is None or bound > best.value:
            best = Bound(bound, multiplier, value.copy(), chosen, often)
        served = np.bincount(b.row, weights=share * chosen[site], minlength=core.rows)
        missing: Floats = np.ones(core.rows) - served
        direction = 0.7 * direction + 0.3 * missing if len(direction) else missing
        if idle >= PATIENCE:
            pace, idle = pace * 0.6, 0
            multiplier = best.multiplier
        length = float(direction @ direction)
        if pace < 5e-3 or length < 1e-12 or bound >= upper:
            break
        aim = upper if upper < np.inf else best.value + AIM * abs(best.value) + 1e-9
        target = max(aim, bound + 1e-4 * abs(bound))
        multiplier = np.minimum(multiplier + pace * (target - bound) / length * direction, core.base)
    return None if best is None else replace(best, often=often)


def _second_cost(core: SeatsCore) -> Floats:
    """Each row's second-cheapest cost (its cheapest where it has one only): what serving it is worth, at first."""
    last = core.indptr[1:] - 1
    second = np.minimum(core.indptr[:-1] + 1, last)
    reached = core.indptr[1:] > core.indptr[:-1]
    first = np.where(reached, core.cost[np.where(reached, second, 0)], 0.0) if len(core.cost) else np.zeros(core.rows)
    return np.minimum(first, core.base)
