"""What is left of a core once sites are known to be open or closed and pairs are known not to matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import kernel
from geoplan.locate.core import COUNT, SiteRule, SitingCore

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Sites = NDArray[np.int32]
    Floats = NDArray[np.float64]
    States = NDArray[np.int8]

FREE, OPEN, CLOSED = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Rest:
    """A smaller core, and how its plans are plans of the whole.

    Attributes:
        core: over the free sites; open ones have become part of the rows' base.
        site: of the whole, for each site of the core.
        opened: sites of the whole that are open in any case.
        constant: to add to the core's values.
        possible: False where a row that must be served cannot be, or a rule cannot be kept.
    """

    core: SitingCore
    site: Ints
    opened: Ints
    constant: float
    possible: bool

    def whole(self, is_open: NDArray[np.bool_], sites: int) -> NDArray[np.bool_]:
        """A plan of the whole from one of the rest."""
        plan = np.zeros(sites, dtype=np.bool_)
        plan[self.opened] = True
        plan[self.site[is_open]] = True
        return plan


def pair_costs(core: SitingCore) -> Floats:
    """The cost of every pair, zeros where the core keeps none."""
    return np.zeros(len(core.site)) if core.cost is None else core.cost


def shrink(core: SitingCore, state: States, limit: Floats | None = None) -> Rest:
    """Fix sites, and drop every pair that costs more than its row's limit.

    Args:
        state: FREE, OPEN or CLOSED for each site.
        limit: no plan of interest serves a row at a higher cost; a higher base becomes inf. Shape (rows,).
    """
    free = np.flatnonzero(state == FREE)
    opened = np.flatnonzero(state == OPEN)
    number = np.full(core.sites, -1, dtype=np.int32)
    number[free] = np.arange(len(free), dtype=np.int32)
    number[opened] = -2
    cost = pair_costs(core)
    limits = np.full(core.rows, np.inf) if limit is None else limit
    indptr, base = np.empty(core.rows + 1, dtype=np.int64), np.empty(core.rows)
    pairs = _size(core.indptr, core.site, cost, core.base, number, limits, indptr, base)
    new_site, new_cost = np.empty(pairs, dtype=np.int32), np.empty(pairs)
    _fill(core.indptr, core.site, cost, number, indptr, new_site, new_cost)
    rules, possible = _rules(core, free, state)
    possible = possible and not bool((np.isinf(base) & (np.diff(indptr) == 0)).any())
    rest = SitingCore(indptr, new_site, new_cost, base, core.site_cost[free], rules)
    return Rest(rest, free, opened, float(core.site_cost[opened].sum()), possible)


def _rules(core: SitingCore, free: Ints, state: States) -> tuple[tuple[SiteRule, ...], bool]:
    number = np.full(core.sites, -1, dtype=np.int64)
    number[free] = np.arange(len(free))
    rules, possible = [], True
    for rule in core.rules:
        kept = state[rule.sites] == FREE
        fixed = float(rule.values[state[rule.sites] == OPEN].sum())
        left = SiteRule(rule.name, number[rule.sites[kept]], rule.values[kept], rule.low - fixed, rule.high - fixed)
        most = float(left.values.sum())
        slack = 1e-9 * max(1.0, float(np.abs(rule.values).sum()))
        possible = possible and left.high >= -slack and left.low <= most + slack
        # a rule that nothing can break any more is dropped; the count stays, as it is looked up by name
        if rule.name == COUNT or left.low > 0 or left.high < most:
            rules.append(left)
    return tuple(rules), possible


@kernel
def _size(
    indptr: Ints,
    site: Sites,
    cost: Floats,
    base: Floats,
    number: Sites,
    limit: Floats,
    new_indptr: Ints,
    new_base: Floats,
) -> int:
    pairs = 0
    new_indptr[0] = 0
    for i in range(len(base)):
        kept = 0
        least = base[i]
        for k in range(indptr[i], indptr[i + 1]):
            if cost[k] > limit[i]:
                break
            if number[site[k]] == -2:
                least = cost[k]
                break
            if number[site[k]] >= 0:
                kept += 1
        new_base[i] = np.inf if least > limit[i] else least
        if least < base[i]:
            # pairs as dear as the open site are of no use beside it
            kept = 0
            for k in range(indptr[i], indptr[i + 1]):
                if cost[k] >= least:
                    break
                if number[site[k]] >= 0:
                    kept += 1
        pairs += kept
        new_indptr[i + 1] = pairs
    return pairs


@kernel
def _fill(
    indptr: Ints,
    site: Sites,
    cost: Floats,
    number: Sites,
    new_indptr: Ints,
    new_site: Sites,
    new_cost: Floats,
) -> None:
    for i in range(len(new_indptr) - 1):
        out = new_indptr[i]
        k = indptr[i]
        while out < new_indptr[i + 1]:
            if number[site[k]] >= 0:
                new_site[out] = number[site[k]]
                new_cost[out] = cost[k]
                out += 1
            k += 1
