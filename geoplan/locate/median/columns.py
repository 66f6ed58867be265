"""The pairs of a core by site, which a search needs to see what opening a site would do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import kernel, making_kernel
from geoplan.locate.median.shrink import pair_costs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.core import SitingCore

    Ints = NDArray[np.int64]
    Sites = NDArray[np.int32]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Columns:
    """The pairs of a core by site, rows ascending.

    Attributes:
        indptr, row, cost: CSC over sites.
        base: of each row, with a large finite cost in place of inf.
    """

    indptr: Ints
    row: Sites
    cost: Floats
    base: Floats


def columns_of(core: SitingCore, limit: Floats | None = None) -> Columns:
    """Turn a core's pairs by site.

    Args:
        limit: leave out dearer pairs of each row. A search then misses some moves, but no plan is misjudged low.
    """
    cost = pair_costs(core)
    limits = np.full(core.rows, np.inf) if limit is None else limit
    indptr = np.zeros(core.sites + 1, dtype=np.int64)
    _count(core.indptr, core.site, cost, limits, indptr)
    row, by_site = np.empty(indptr[-1], dtype=np.int32), np.empty(indptr[-1])
    _turn(core.indptr, core.site, cost, limits, indptr, row, by_site)
    return Columns(indptr, row, by_site, finite_base(core))


def finite_base(core: SitingCore) -> Floats:
    """The base of each row, inf replaced by more than what any plan could save by leaving a row unserved."""
    cost = pair_costs(core)
    served = np.diff(core.indptr) > 0
    dearest = np.where(served, cost[np.maximum(core.indptr[1:] - 1, 0)], 0.0) if len(cost) else np.zeros(core.rows)
    large = 1.0 + 2.0 * float(np.abs(dearest).sum()) + float(np.abs(core.site_cost).sum())
    return np.where(np.isfinite(core.base), core.base, large)


@kernel
def _count(indptr: Ints, site: Sites, cost: Floats, limit: Floats, out: Ints) -> None:
    for i in range(len(limit)):
        for k in range(indptr[i], indptr[i + 1]):
            if cost[k] > limit[i]:
                break
            out[site[k] + 1] += 1
    for j in range(1, len(out)):
        out[j] += out[j - 1]


@making_kernel
def _turn(
    indptr: Ints, site: Sites, cost: Floats, limit: Floats, out_indptr: Ints, out_row: Sites, out_cost: Floats
) -> None:
    place = out_indptr[:-1].copy()
    for i in range(len(limit)):
        for k in range(indptr[i], indptr[i + 1]):
            if cost[k] > limit[i]:
                break
            j = site[k]
            out_row[place[j]] = i
            out_cost[place[j]] = cost[k]
            place[j] += 1
