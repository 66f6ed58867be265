"""The groups of all plans below a limit: priced by looking at each, fewer as the bound rises.

Prices on rows and on trios of rows give a bound for every plan made of these groups, as in `lagrange`, with the least
of a site's groups in place of its knapsack. A list takes prices on trios as they are, which a knapsack does not
(Contardo & Martinelli 2014, "A new exact algorithm for the multi-depot vehicle routing problem under capacity and route
length constraints", Discrete Optimization 12).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import making_kernel
from geoplan.locate.seats.choose import cheapest_sites
from geoplan.locate.seats.fixing import bounds_by_site
from geoplan.locate.seats.trios import no_trios, trios_of, worst_trios

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.seats.groups import Groups
    from geoplan.locate.seats.lagrange import Ground, Relaxed
    from geoplan.locate.seats.trios import Trios

    Ints = NDArray[np.int64]
    Int32s = NDArray[np.int32]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Charges:
    """Prices: `row` of serving each row, `trio` (at least 0) of serving two or more rows of each trio."""

    row: Floats
    trio: Floats


@dataclass(frozen=True, eq=False)
class Asked:
    """What the groups answer to some charges.

    Attributes:
        bound: no plan of these groups costs less.
        net: what each group costs, its rows' prices taken off. Shape (groups,).
        value: the least of each site's; inf where it has no group.
        is_open: the sites that are cheapest then.
    """

    charges: Charges
    bound: float
    net: Floats
    value: Floats
    is_open: Flags


@dataclass(frozen=True, eq=False)
class Pool:
    """Groups, the trios that are priced, and what is added to every plan's price.

    Attributes:
        at: the relaxation at whose prices of rules and money the groups were listed.
        constant: of those prices.
    """

    ground: Ground
    groups: Groups
    trios: Trios
    at: Relaxed
    constant: float

    def ask(self, charges: Charges) -> Asked:
        """The bound at some charges."""
        core, groups, trios = self.ground.core, self.groups, self.trios
        net = _net(groups.start, groups.row, groups.priced, charges.row, trios.first, trios.trio, charges.trio)
        value = _least(net, groups.site, core.sites)
        is_open = cheapest_sites(value, core.must_open, core.count, self.ground.room, self.ground.need)
        opened = value[is_open]
        if not np.isfinite(opened).all() or is_open.sum() < core.count[0]:
            return Asked(charges, np.inf, net, value, is_open)
        paid = np.minimum(charges.row, core.base)
        size = float(np.abs(paid).sum() + np.abs(charges.trio).sum() + np.abs(opened).sum() + abs(self.constant))
        # a group's sum runs over what it costs and its rows' prices, one after the other
        size += 2.0 * float(np.abs(paid).sum() + np.abs(charges.trio).sum())
        bound = float(paid.sum()) - float(charges.trio.sum()) + float(opened.sum()) + self.constant
        return Asked(
            charges, bound - size * np.finfo(np.float64).eps * (64.0 + core.rows**0.5), net, value, is_open
        )  # fmt: skip

    def above(self, asked: Asked) -> Floats:
        """How much dearer each group is than its site must be to be chosen: what comes first into a program."""
        dearest = float(asked.value[asked.is_open].max(initial=-np.inf))
        above: Floats = asked.net - np.minimum(asked.value, dearest)[self.groups.site]
        return above

    def thinned(self, asked: Asked, limit: float) -> Pool:
        """Without the groups that no plan below a limit uses."""
        relaxed = replace(self.at, bound=asked.bound, value=asked.value, is_open=asked.is_open)
        opened = bounds_by_site(self.ground, relaxed)[0]
        site = self.groups.site
        keep = opened[site] + (asked.net - asked.value[site]) < limit + 1e-9 * abs(limit)
        return self if keep.all() else replace(self, groups=self.groups.of(keep))

    def with_trios(self, charges: Charges, which: Ints, share: Floats) -> tuple[Pool, Charges, int]:
        """With the trios that shares of groups break most, without those that have no price; how many are new."""
        priced = charges.trio > 0.0
        rows = self.ground.core.rows
        fresh = worst_trios(self.groups, which, share, self.trios.rows[priced], rows)
        trios = trios_of(np.concatenate([self.trios.rows[priced], fresh]), rows)
        more = Charges(charges.row, np.append(charges.trio[priced], np.zeros(len(fresh))))
        return replace(self, trios=trios), more, len(fresh)


def pool_of(ground: Ground, groups: Groups, relaxed: Relaxed) -> Pool:
    """Groups listed at the prices of a relaxation, without any trios."""
    prices = relaxed.prices
    constant = -prices.money * ground.core.budget if prices.money > 0.0 else 0.0
    for price, rule in zip(prices.rule, ground.other, strict=True):
        if price != 0.0:
            constant += price * (rule.low if price > 0 else rule.high)
    return Pool(ground, groups, no_trios(ground.core.rows), relaxed, constant)


@making_kernel
def _net(start: Ints, row: Int32s, priced: Floats, price: Floats, first: Ints, trio: Ints, charge: Floats) -> Floats:
    seen = np.zeros(len(charge), dtype=np.int8)
    net = np.empty(len(priced))
    for g in range(len(priced)):
        total = priced[g]
        for k in range(start[g], start[g + 1]):
            total -= price[row[k]]
            for q in range(first[row[k]], first[row[k] + 1]):
                seen[trio[q]] += 1
                if seen[trio[q]] == 2:
                    total += charge[trio[q]]
        for k in range(start[g], start[g + 1]):
            for q in range(first[row[k]], first[row[k] + 1]):
                seen[trio[q]] = 0
        net[g] = total
    return net


@making_kernel
def _least(net: Floats, site: Int32s, sites: int) -> Floats:
    least = np.full(sites, np.inf)
    for g in range(len(net)):
        least[site[g]] = min(least[site[g]], net[g])
    return least
