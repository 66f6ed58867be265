"""Groups: a site, its option, and the rows that it would serve. All groups that a cheap plan could be made of, listed.

At the prices of a bound each open site costs at least what its knapsack costs. A plan that costs less than a limit is
made of groups that cost little more than that, and where sites serve few rows these are so few that all can be listed:
a search in depth that never enters a branch without a group, for a recursion over loads (Bellman 1957) tells before
what the rows that are left can earn. Baldacci, Hadjiconstantinou, Maniezzo & Mingozzi 2002, "A new method for solving
capacitated location problems based on a set partitioning approach", Computers & Operations Research 29.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geoplan.kernels import making_kernel
from geoplan.locate.seats.fixing import bounds_by_site
from geoplan.locate.seats.knapsack import listed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.seats.lagrange import Ground, Relaxed

    Ints = NDArray[np.int64]
    Int32s = NDArray[np.int32]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

HALVINGS = 12
"""Steps towards the highest limit below which there are few enough groups."""
MOST_STATES = 20_000_000, 400_000_000
"""Rows × loads of one site's recursion, and of all; where there are more no groups are listed."""
HAIR = 1e-9
"""Relative to the limit: groups that are dearer by rounding only are listed, too."""


@dataclass(frozen=True, eq=False)
class Groups:
    """CSR arrays over groups.

    Attributes:
        start, row: rows of each group; shapes (groups + 1,) and (entries,).
        option, site: of the core.
        cost: of the option, the rows and the seats added.
        priced: the same at the prices of the core's other rules and of money.
        spend: money that option and added seats take of the budget.
    """

    start: Ints
    row: Int32s
    option: Int32s
    site: Int32s
    cost: Floats
    priced: Floats
    spend: Floats

    def __len__(self) -> int:
        """How many groups."""
        return len(self.option)

    def of(self, keep: Flags) -> Groups:
        """Some of the groups, in the same order."""
        start, row = _some(self.start, self.row, keep)
        return Groups(
            start, row, self.option[keep], self.site[keep], self.cost[keep], self.priced[keep], self.spend[keep]
        )


def widest(
    ground: Ground, relaxed: Relaxed, cutoff: float, most: int, *, clock: Clock, at_least: float = -np.inf
) -> tuple[float, Groups | None]:
    """All groups of plans that cost less than a limit, the highest one up to `cutoff` that needs at most `most` groups.

    Args:
        ground: loads in whole units.
        relaxed: the relaxation at the prices that are used.
        at_least: a lower limit is not wanted.

    Returns:
        The limit and the groups; None where even the lowest limit tried needs more, or the clock ran out.
    """
    listing = _Listing(ground, relaxed)
    low, high, limit = relaxed.bound, cutoff, cutoff
    if at_least > low and (clock.over or not 0 <= listing.count(at_least, most) <= most):
        return low, None
    for _ in range(HALVINGS):
        count = -1 if clock.over else listing.count(limit, most)
        if count < 0:
            return low, None
        if count <= most:
            low = limit
            if limit == cutoff:
                break
        else:
            high = limit
        limit = 0.5 * (low + high)
    return (low, listing.groups(low)) if low > relaxed.bound else (low, None)


class _Listing:
    """Pairs by site at some prices."""

    def __init__(self, ground: Ground, relaxed: Relaxed) -> None:
        self.ground, self.relaxed = ground, relaxed
        self.opened = bounds_by_site(ground, relaxed)[0]
        core, prices = ground.core, relaxed.prices
        amount = np.zeros(core.sites)
        for price, rule in zip(prices.rule, ground.other, strict=True):
            amount[rule.sites] -= price * rule.values
        self.option_price = core.option_cost + prices.money * core.option_spend + amount[core.option_site]
        self.seat_price = (core.extra_cost + prices.money * core.extra_spend) * ground.unit

    def count(self, limit: float, most: int) -> int:
        """How many groups there are, counted up to `most + 1`; -1 where a recursion would be too large."""
        return self._walked(limit, most, _room(0, 0))[0]

    def groups(self, limit: float) -> Groups:
        """The groups of plans that cost less than a limit."""
        ground, core = self.ground, self.ground.core
        most = np.iinfo(np.int64).max
        written = _room(*self._walked(limit, most, _room(0, 0)))
        self._walked(limit, most, written)
        site = core.option_site[written.option]
        added = np.maximum(written.load - ground.band_units[written.option, 1], 0)
        seats = added * ground.unit
        return Groups(
            written.start, written.row, written.option.astype(np.int32), site.astype(np.int32),
            core.option_cost[written.option] + written.ways + core.extra_cost[site] * seats,
            self.option_price[written.option] + written.ways + self.seat_price[site] * added,
            core.option_spend[written.option] + core.extra_spend[site] * seats,
        )  # fmt: skip

    def _walked(self, limit: float, most: int, written: _Written) -> tuple[int, int]:
        ground, core, relaxed = self.ground, self.ground.core, self.relaxed
        slack = np.where(np.isfinite(relaxed.value), limit - self.opened, -1.0)
        widest = max(float(slack.max(initial=0.0)), 0.0)
        ahead = np.inf if ground.has_floors else 0.0
        prices = relaxed.prices.row + widest
        first, pair, row, profit = listed(core.indptr, core.site, core.cost, core.weight, prices, ahead, core.sites)
        count, entries = _walk(
            first, row, profit - widest, core.cost[pair], ground.units, core.option_site, ground.band_units,
            ground.widening_units, self.option_price, self.seat_price, relaxed.value,
            slack + HAIR * abs(limit), slack < 0.0, most, *written,
        )  # fmt: skip
        return int(count), int(entries)


class _Written(NamedTuple):
    """Where groups are written to: first entry, option, load in units and ways of each, row of each entry."""

    start: Ints
    option: Ints
    load: Ints
    ways: Floats
    row: Int32s


def _room(count: int, entries: int) -> _Written:
    """Room for so many groups; none: they are counted only."""
    option, load = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    start = np.zeros(count + 1 if count else 0, dtype=np.int64)
    return _Written(start, option, load, np.zeros(count), np.zeros(entries, dtype=np.int32))


@making_kernel
def _some(start: Ints, row: Int32s, keep: Flags) -> tuple[Ints, Int32s]:
    groups, entries = 0, 0
    for g in range(len(keep)):
        if keep[g]:
            groups += 1
            entries += start[g + 1] - start[g]
    new_start, new_row = np.zeros(groups + 1, dtype=np.int64), np.empty(entries, dtype=np.int32)
    group, entry = 0, 0
    for g in range(len(keep)):
        if keep[g]:
            for k in range(start[g], start[g + 1]):
                new_row[entry] = row[k]
                entry += 1
            group += 1
            new_start[group] = entry
    return new_start, new_row


@making_kernel
def _walk(  # noqa: C901, PLR0912, PLR0915 - one kernel of plain loops
    first: Ints,
    row: Ints,
    profit: Floats,
    cost: Floats,
    units: Ints,
    option_site: Ints,
    band: Ints,
    widening: Ints,
    option_price: Floats,
    seat_price: Floats,
    value: Floats,
    slack: Floats,
    shut: Flags,
    most: int,
    start: Ints,
    option: Ints,
    load: Ints,
    ways: Floats,
    entry_row: Int32s,
) -> tuple[int, int]:
    """Count the groups of every option, up to `most + 1`, and their rows; -1 where a recursion would be too large.

    The last five as in `_Written`.
    """
    fill = len(option) > 0
    count, entries, states = 0, 0, 0.0
    for o in range(len(option_site)):
        j = option_site[o]
        if shut[j]:
            continue
        item = np.empty(first[j + 1] - first[j], dtype=np.int64)
        size = np.empty(len(item))
        items, total = 0, 0
        top = band[o, 1] + widening[j]
        for k in range(first[j], first[j + 1]):
            # a row that costs more than the slack is in no group that is listed, whatever the others earn
            if units[row[k]] <= top and (profit[k] >= -slack[j] or band[o, 0] > 0):
                item[items] = k
                size[items] = -abs(profit[k])
                items += 1
                total += units[row[k]]
        item = item[:items][np.argsort(size[:items], kind="mergesort")]
        top = min(top, total)
        states += (items + 1.0) * (top + 1.0)
        if (items + 1.0) * (top + 1.0) > MOST_STATES[0] or states > MOST_STATES[1]:
            return -1, 0
        # ahead[i, held]: the most that rows from i on earn when `held` units are there already
        ahead = np.empty((items + 1, top + 1))
        for held in range(top + 1):
            added = max(held - band[o, 1], 0)
            ahead[items, held] = -seat_price[j] * added if held >= band[o, 0] else -np.inf
        for i in range(items - 1, -1, -1):
            weight, gain = units[row[item[i]]], profit[item[i]]
            for held in range(top + 1):
                best = ahead[i + 1, held]
                if held + weight <= top:
                    best = max(best, ahead[i + 1, held + weight] + gain)
                ahead[i, held] = best
        need = option_price[o] - value[j] - slack[j]
        if not ahead[0, 0] >= need:
            continue
        taken = np.zeros(items + 1, dtype=np.bool_)
        stage = np.zeros(items + 1, dtype=np.int8)
        at, held, inside, earned = 0, 0, 0, 0.0
        while at >= 0:
            if at == items:
                if fill:
                    option[count], load[count] = o, held
                    place = entries
                    for i in range(items):
                        if taken[i]:
                            entry_row[place] = row[item[i]]
                            ways[count] += cost[item[i]]
                            place += 1
                    start[count + 1] = place
                count += 1
                entries += inside
                if count > most:
                    return count, entries
                at -= 1
                continue
            weight, gain = units[row[item[at]]], profit[item[at]]
            if stage[at] == 0:
                stage[at] = 1
                if held + weight <= top and earned + gain + ahead[at + 1, held + weight] >= need:
                    taken[at] = True
                    held += weight
                    earned += gain
                    inside += 1
                    at += 1
                    stage[at] = 0
                    continue
            if stage[at] == 1:
                stage[at] = 2
                if taken[at]:
                    taken[at] = False
                    held -= weight
                    earned -= gain
                    inside -= 1
                if earned + ahead[at + 1, held] >= need:
                    at += 1
                    stage[at] = 0
                    continue
            at -= 1
    return count, entries
