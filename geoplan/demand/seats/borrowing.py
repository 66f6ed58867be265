"""Borrowing: which pupils without a seat can use which neighbour's empty seat, no seat lent twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

UnitReach = Mapping[str, Iterable[str]] | NDArray[np.bool_]
"""For each unit those in reach of its pupils: by id, or [i, j] True where pupils of i reach seats of j."""

Reach = UnitReach | Mapping[Stage, UnitReach]
"""One reach for all stages, or one for each."""

# a tenth of a seat: whole seats and forecasts with a fraction both keep their sense, and a city fits 32 bits
_PARTS = 10


def reach_matrix(reach: Reach | None, stage: Stage, places: Sequence[str]) -> NDArray[np.bool_]:
    """[i, j] is True where pupils of unit i reach seats of unit j; never True on the diagonal.

    A stage that has no reach of its own reaches nothing, as does everything where `reach` is None.

    Raises:
        ValueError: a matrix of another shape than (places, places), or an unknown unit.
    """
    allowed = np.zeros((len(places), len(places)), dtype=bool)
    units = _for_stage(reach, stage)
    if units is None:
        return allowed
    if isinstance(units, Mapping):
        position = {place: at for at, place in enumerate(places)}
        for unit, other in ((unit, other) for unit, others in units.items() for other in others):
            if unit not in position or other not in position:
                raise ValueError(f"Reach from {unit!r} to {other!r}: expected two of the {len(places)} places.")
            allowed[position[unit], position[other]] = True
    elif np.shape(units) != allowed.shape:
        raise ValueError(f"Expected reach of shape {allowed.shape}, found {np.shape(units)}.")
    else:
        allowed |= np.asarray(units, dtype=bool)
    np.fill_diagonal(allowed, val=False)
    return allowed


def _for_stage(reach: Reach | None, stage: Stage) -> UnitReach | None:
    if isinstance(reach, Mapping) and reach and all(isinstance(key, Stage) for key in reach):
        return cast("Mapping[Stage, UnitReach]", reach).get(stage)
    return cast("UnitReach | None", reach)


def lend(
    gap: NDArray[np.float64], surplus: NDArray[np.float64], allowed: NDArray[np.bool_]
) -> list[tuple[int, int, float]]:
    """The most pupils that empty seats in reach can take: a maximum flow from gaps to surpluses.

    No unit gets more than its gap or lends more than its surplus. Amounts are in tenths of a seat, rounded down.
    Where several flows are largest, the same one is found on every run.

    Args:
        gap, surplus: shape (units,), at least 0.
        allowed: [i, j] True where pupils of i reach seats of j.

    Returns:
        (borrower, lender, seats) by position, ascending.

    References:
        Dinic, E. A. (1970): Algorithm for solution of a problem of maximum flow in a network with power estimation.
    """
    need, free = (np.floor(values * _PARTS).astype(np.int32) for values in (gap, surplus))
    borrowers, lenders = np.nonzero(allowed & (need > 0)[:, None] & (free > 0)[None, :])
    if not len(borrowers):
        return []
    units = len(gap)
    source, sink = 2 * units, 2 * units + 1
    every = np.arange(units)
    tails = np.concatenate([np.full(units, source), borrowers, every + units])
    heads = np.concatenate([every, lenders + units, np.full(units, sink)])
    capacity = np.concatenate([need, np.minimum(need[borrowers], free[lenders]), free]).astype(np.int32)
    shape = (2 * units + 2, 2 * units + 2)
    flow = maximum_flow(csr_array((capacity, (tails, heads)), shape=shape), source, sink, method="dinic").flow
    amounts = np.asarray(flow.todense())[borrowers, lenders + units] / _PARTS
    return [
        (int(i), int(j), float(seats)) for i, j, seats in zip(borrowers, lenders, amounts, strict=True) if seats > 0
    ]
