"""Which part of a plan to decide anew: a site, its nearest open ones, their rows, the most promising closed ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import making_kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.core import SeatsCore
    from geoplan.locate.seats.moves import Flags, Floats, Ints, Terms


def pick_open(near: NDArray[np.int32], rows: Ints, centre: int, count: int) -> Ints:
    """The centre and the open sites that come first for its rows, `count` in all; ascending.

    Args:
        near: open sites of each row in order of cost, -1 where there are fewer.
        rows: of the centre.
        centre: an open site.
        count: how many.
    """
    nearby = near[rows]
    rank = np.broadcast_to(1.0 / np.arange(1, near.shape[1] + 1), nearby.shape)
    site, at = np.unique(nearby[nearby >= 0], return_inverse=True)
    score = np.bincount(at, weights=rank[nearby >= 0], minlength=len(site))
    score, site = score[site != centre], site[site != centre]
    first = np.lexsort((site, -score))[: count - 1]
    return np.sort(np.append(site[first].astype(np.int64), centre))


def pick_closed(
    core: SeatsCore, t: Terms, is_open: Flags, rows: Ints, row_cost: Floats, count: int, reach: int
) -> Ints:
    """The closed sites that would save these rows most, less the cost of the cheapest option; ascending."""
    gain = _gain(t.indptr, t.site, t.cost, is_open, rows, row_cost, reach)
    candidates = np.flatnonzero(gain > 0)
    cheapest = np.full(core.sites, np.inf)
    np.minimum.at(cheapest, core.option_site, core.option_cost)
    score = gain[candidates] - cheapest[candidates]
    return np.sort(candidates[np.lexsort((candidates, -score))[:count]])


@making_kernel
def _gain(
    indptr: Ints, site: NDArray[np.int32], cost: Floats, is_open: Flags, rows: Ints, row_cost: Floats, reach: int
) -> Floats:
    gain = np.zeros(len(is_open))
    for row in rows:
        for k in range(indptr[row], min(indptr[row] + reach, indptr[row + 1])):
            if cost[k] >= row_cost[row]:
                break
            if not is_open[site[k]]:
                gain[site[k]] += row_cost[row] - cost[k]
    return gain
