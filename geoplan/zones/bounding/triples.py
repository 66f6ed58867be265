"""Triples of units: of any three units at most one zone of a plan holds two or more.

A sum over zones in fractions may break that, and a price on it closes much of what prices on units leave open: the
subset-row cuts of Jepsen, Petersen, Spoorendonk & Pisinger 2008 (Operations Research 56), with three units.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geoplan.kernels import kernel
from geoplan.zones.bounding.states import BARRED, FREE, TAKEN

if TYPE_CHECKING:
    from geoplan.zones.bounding.states import Flags, Floats, Ints, States


class Triples(NamedTuple):
    """What zones pay for two or more of three units, CSR over zones.

    Attributes:
        start: first row of each zone, and the end of the last. Shape (zones + 1,).
        place: of the three units, counted from the zone's first; -1 where it has none. Shape (rows, 3).
        price: at least 0. Shape (rows,).
    """

    start: Ints
    place: Ints
    price: Floats


def no_triples(zones: int) -> Triples:
    """No zone pays for any."""
    return Triples(np.zeros(zones + 1, dtype=np.int64), np.zeros((0, 3), dtype=np.int64), np.zeros(0))


@kernel
def charge(  # noqa: C901, PLR0912 - a kernel in one pass
    place: Ints, price: Floats, state: States, take: Flags, part: Floats
) -> None:
    """What each place of a triple is charged, at most what the triple costs in any zone that agrees with `state`.

    Exact for the zone `take` where that agrees with `state`. `part`: of the three places, and what every zone gets
    back whatever it takes. Shape (rows, 4).
    """
    part[:] = 0.0
    for row in range(len(price)):
        cost, taken, free, wanted = price[row], 0, 0, 0
        for each in place[row]:
            if each < 0 or state[each] == BARRED:
                continue
            if state[each] == TAKEN:
                taken += 1
            else:
                free += 1
                wanted += take[each]
        if taken >= 2:
            part[row, 3] = -cost
        elif taken == 1:
            # one more is enough: of two, the one that is wanted pays all, both or none of them half each
            for at in range(3):
                each = place[row, at]
                if each >= 0 and state[each] == FREE:
                    if free == 1 or (wanted == 1 and take[each]):
                        part[row, at] = cost
                    elif wanted != 1:
                        part[row, at] = cost / 2
        elif wanted >= 2:
            part[row, 3] = cost if wanted == 2 else cost / 2
            for at in range(3):
                each = place[row, at]
                if each >= 0 and state[each] == FREE and take[each]:
                    part[row, at] = part[row, 3]


@kernel
def worst_charged(place: Ints, price: Floats, part: Floats, state: States, take: Flags) -> tuple[float, int]:
    """By how much a zone was charged too little, and a free unit of the triple of which that is most (-1: none)."""
    off, found, top = 0.0, -1, 0.0
    for row in range(len(price)):
        charged, count, head = -part[row, 3], 0, -1
        for at in range(3):
            each = place[row, at]
            if each < 0:
                continue
            if take[each]:
                charged += part[row, at]
                count += 1
            if state[each] == FREE and (head < 0 or (take[each] and not take[head])):
                head = each
        missing = (price[row] if count >= 2 else 0.0) - charged
        off += missing
        if missing > top and head >= 0:
            found, top = head, missing
    return off, found


@kernel
def crowding(place: Ints, price: Floats, inside: Flags) -> float:
    """What a zone pays."""
    total = 0.0
    for row in range(len(price)):
        count = 0
        for each in place[row]:
            count += each >= 0 and inside[each]
        if count >= 2:
            total += price[row]
    return total


def broken_triples(holds: Flags, share: Floats, least: float) -> list[tuple[float, int, int, int]]:
    """Triples of which zones in fractions hold two or more by more than `1 + least`, each with by how much.

    Args:
        holds: the units of each zone. Shape (zones, units).
        share: of each zone; no unit is taken more than once in all. Shape (zones,).
    """
    whole = holds.astype(np.float64)
    together = (whole * share[:, None]).T @ whole
    found: list[tuple[float, int, int, int]] = []
    for one, other in np.argwhere(np.triu(together, 1) > least).tolist():
        all_three = (share * whole[:, one] * whole[:, other]) @ whole
        over = together[one, other] + together[one] + together[other] - 2.0 * all_three - 1.0
        over[: other + 1] = 0.0
        found += [(float(over[third]), one, other, third) for third in np.flatnonzero(over > least).tolist()]
    return found
