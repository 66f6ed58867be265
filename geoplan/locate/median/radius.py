"""Where a large core is best divided: the row of which the relaxation knows least how far it will have to go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import kernel
from geoplan.locate.median.shrink import pair_costs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.core import SitingCore

    Ints = NDArray[np.int64]
    Sites = NDArray[np.int32]
    Floats = NDArray[np.float64]

LEAST_DOUBT = 0.05
"""A row is undecided about a cost where the share of sites within it lies this far from 0 and from 1."""


def undecided(core: SitingCore, multiplier: Floats, share: Floats) -> tuple[int, float]:
    """A row, and a cost within which it is half served in the relaxation; (-1, 0) where every row is decided.

    Such rows are many. The one is taken that has most at stake: what its multiplier exceeds the cost, as being
    served near or far then differs most, and with it what its neighbours pay.

    Args:
        share: how much each site is open in the relaxation.
    """
    row, cost = _undecided(core.indptr, core.site, pair_costs(core), core.base, multiplier, share)
    return int(row), float(cost)


@kernel
def _undecided(
    indptr: Ints, site: Sites, cost: Floats, base: Floats, multiplier: Floats, share: Floats
) -> tuple[int, float]:
    best = 0.0
    chosen = -1
    level = 0.0
    for i in range(len(base)):
        k = indptr[i]
        end = indptr[i + 1]
        within = 0.0
        while k < end and cost[k] < multiplier[i]:
            here = cost[k]
            while k < end and cost[k] == here:
                within += share[site[k]]
                k += 1
            doubt = min(within, 1.0 - within)
            # where the row has nothing beyond this cost, both parts would be the whole and nothing
            beyond = k < end or (base[i] > here and base[i] < np.inf)
            if beyond and doubt > LEAST_DOUBT and doubt * doubt * (multiplier[i] - here) > best:
                best = doubt * doubt * (multiplier[i] - here)
                chosen = i
                level = here
            if within >= 1.0 - LEAST_DOUBT:
                break
    return chosen, level
