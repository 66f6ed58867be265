"""A core with less left to decide: sites closed or opened for good, pairs that no better plan uses taken away."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.core import SeatsCore

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Plan = tuple[Ints, Ints]


@dataclass(frozen=True, eq=False)
class Narrowed:
    """A core with the same rows and sites, fewer pairs and options.

    Attributes:
        option: the original of each option that is left.
    """

    core: SeatsCore
    option: Ints

    def widened(self, plan: Plan) -> Plan:
        """A plan of this core as one of the original."""
        option, site_of_row = plan
        return np.where(option >= 0, self.option[np.maximum(option, 0)], -1), site_of_row


def narrowed(core: SeatsCore, keep: Flags | None, closed: Flags, must_open: Flags) -> Narrowed:
    """A core of the pairs kept (None: all) at sites that are not closed."""
    kept = ~closed[core.site] if keep is None else keep & ~closed[core.site]
    indptr = np.concatenate([[0], np.cumsum(kept)])[core.indptr]
    option = np.flatnonzero(~closed[core.option_site])
    smaller = replace(
        core,
        indptr=indptr,
        site=core.site[kept],
        cost=core.cost[kept],
        option_site=core.option_site[option],
        option_capacity=core.option_capacity[option],
        option_least=core.option_least[option],
        option_cost=core.option_cost[option],
        option_spend=core.option_spend[option],
        must_open=must_open,
    )
    return Narrowed(smaller, option)


def surely_infeasible(core: SeatsCore) -> bool:
    """Whether a row that must be served has no site, a site that must open no option, or all have too little room."""
    has_option = np.zeros(core.sites, dtype=np.bool_)
    has_option[core.option_site] = True
    must = ~np.isfinite(core.base)
    if (must & (np.diff(core.indptr) == 0)).any() or (core.must_open & ~has_option).any():
        return True
    room = np.zeros(core.sites)
    np.maximum.at(room, core.option_site, core.option_capacity)
    room += np.where(has_option, core.extra_most, 0.0)
    most = int(core.must_open.sum()), core.count[1]
    if most[0] > most[1]:
        return True
    free = np.sort(room[~core.must_open])[::-1][: most[1] - most[0]]
    need = float(core.weight[must].sum())
    return float(room[core.must_open].sum() + free.sum()) < need * (1 - 1e-9)
