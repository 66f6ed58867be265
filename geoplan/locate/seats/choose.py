"""Which sites to open when each has a price: the cheapest within the count that have room enough together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import making_kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

COARSE = 4_000
"""Units into which the room needed is cut where counting it whole would take longer."""
DEEPEST = 6_000_000
"""Most steps of one choice by recursion; beyond them only the count is kept, which is a bound as well."""


def cheapest_sites(
    value: Floats, must: NDArray[np.bool_], count: tuple[int, int], room: Floats, need: float
) -> NDArray[np.bool_]:
    """The sites to open at least cost.

    Args:
        value: cost of opening each site, inf where it cannot be.
        must: sites that are open in any case.
        count: least and most open sites.
        room: what each site holds at most.
        need: what they must hold together; 0 where nothing must be held.
    """
    low, high = count
    is_open = must.copy()
    may = np.flatnonzero(~must & np.isfinite(value))
    order = may[np.argsort(value[may], kind="stable")]
    already = int(must.sum())
    low, high = max(low - already, 0), high - already
    pays = int((value[may] < 0).sum())
    is_open[order[: max(low, min(high, pays), 0)]] = True
    missing = need - float(room[must].sum())
    if need - float(room[is_open].sum()) <= 1e-9 * need:
        return is_open
    unit = max(missing / COARSE, 1.0 if (room == np.rint(room)).all() else 0.0)
    # a missing unit is rounded down, room is rounded up: no plan is cut off
    units = np.ceil(room[order] / unit - 1e-9).astype(np.int64)
    wanted = int(np.floor(missing / unit * (1 - 1e-9) + 1e-6))
    counted = not (low == 0 and high >= len(order))
    layers = min(max(high, 0), len(order)) if counted else 0
    if len(order) * (wanted + 1) * (layers + 1) > DEEPEST:
        return is_open
    chosen = _covering(value[order], units, wanted, low, layers, counted)
    if len(chosen) == 0:
        return is_open
    is_open = must.copy()
    is_open[order[chosen]] = True
    return is_open


@making_kernel
def _covering(
    value: Floats,
    units: Ints,
    wanted: int,
    low: int,
    layers: int,
    counted: bool,  # noqa: FBT001
) -> Ints:
    """Items of least value that hold `wanted` units, `low` to `layers` of them if they are counted; empty if none."""
    items = len(value)
    # best[layer, held]: least value of items that hold at least so much
    best = np.full((layers + 1, wanted + 1), np.inf)
    best[0, 0] = 0.0
    took = np.zeros((items, layers + 1, wanted + 1), dtype=np.bool_)
    back = 1 if counted else 0
    for k in range(items):
        for layer in range(layers, back - 1, -1):
            for held in range(wanted, -1, -1):
                new = best[layer - back, max(held - units[k], 0)] + value[k]
                if new < best[layer, held]:
                    best[layer, held] = new
                    took[k, layer, held] = True
    layer = 0
    for other in range(layers + 1):
        if other >= low and (best[layer, wanted] > best[other, wanted] or layer < low):
            layer = other
    chosen = np.empty(items, dtype=np.int64)
    if not np.isfinite(best[layer, wanted]):
        return chosen[:0]
    taken = 0
    held = wanted
    for k in range(items - 1, -1, -1):
        if took[k, layer, held]:
            chosen[taken] = k
            taken += 1
            held = max(held - units[k], 0)
            layer -= back
    return chosen[:taken]
