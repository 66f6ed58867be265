"""Better plans by solving a few neighbouring zones anew, exactly, with the pairs that prices leave.

What lies outside stays as it is. Neighbourhoods of this kind: Kong 2021.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geoplan.kernels import AT_ONCE
from geoplan.zones.at_once import at_once
from geoplan.zones.bounding.remaining import Remaining
from geoplan.zones.bounding.states import BARRED, FREE, TAKEN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.zones.bounding.layout import Layout
    from geoplan.zones.core import ZonesCore


class Scale(NamedTuple):
    """About how many undecided places a neighbourhood has, and how many seconds it may take at most."""

    places: int
    most_s: float


LOOKED_AT = 6
"""Zones that wait, looked at for one that is far enough from the first."""
SMALL, LARGE = Scale(180, 2.0), Scale(320, 5.0)
"""HiGHS is done with most neighbourhoods so large within a tenth of a second, and within a second."""
SHRINK, GROW, FEWEST = 0.7, 1.03, 40
"""Where it is not, because zones hold few units, the next ones are by so much smaller, down to so many places; and grow
again slowly."""
MERGED_PLACES = 400
"""Places beyond one for each unit, up to which plans are merged."""


def improve(
    core: ZonesCore,
    layout: Layout,
    plan: NDArray[np.int64],
    known: NDArray[np.int8],
    scales: tuple[Scale, ...],
    *,
    clock: Clock,
    seed: int,
    take: Callable[[NDArray[np.int64]], None],
    shares: dict[Scale, float] | None = None,
    meanwhile: Callable[[], None] = lambda: None,
) -> NDArray[np.int64]:
    """A plan at least as good: neighbourhood after neighbourhood.

    Args:
        core: every school decided: `must_open` are those of the plan.
        known: pairs worth a try (`BARRED`: not); the plan's own are tried in any case.
        scales: each until it no longer helps.
        take: told of every better plan.
        shares: of its places that each scale has, for it was not done in time with more; changed, for the next plan.
        meanwhile: called now and then.
    """
    rng, shares = np.random.default_rng(seed), {} if shares is None else shares
    for scale in scales:
        shares.setdefault(scale, min(shares.values(), default=1.0))
        waiting = rng.permutation(np.flatnonzero(core.must_open)).tolist()
        while waiting and not clock.over:
            within = clock.within(scale.most_s)
            places = _disjoint(core, layout, plan, known, waiting, round(shares[scale] * scale.places))
            best = partial(_best_around, core, layout, plan, clock=within)
            # what is open to change in one stays as it is in the other
            better = at_once(best, [each.state for each in places], clock, meanwhile)
            for place, other in zip(places, better, strict=True):
                if other is None:
                    continue
                both = np.where(np.isin(plan, place.zones), other, plan)
                if core.faults(both):
                    # two that may not both move as many pupils
                    waiting.append(place.zones[0])
                    continue
                plan = both
                take(plan)
                # what changed may help those around it, too
                waiting += [each for each in place.zones if each not in waiting]
            if not clock.over:
                share = shares[scale] * (SHRINK if within.over else GROW)
                shares[scale] = min(max(share, FEWEST / scale.places), 1.0)
            if len(places[0].zones) == int(core.must_open.sum()):
                # the whole plan was open to change
                break
    return plan


def merged(
    core: ZonesCore,
    layout: Layout,
    plans: Sequence[NDArray[np.int64]],
    *,
    clock: Clock,
    meanwhile: Callable[[], None] = lambda: None,
) -> NDArray[np.int64] | None:
    """The best plan that sends each unit where one of some plans does; None: none better than the first was found.

    Good plans differ in few places, and what is best at each is a small program (Rothberg 2007, on solution merging).
    Where they differ in so many that seconds would not do, the last ones are left out.

    Args:
        core: every school decided.
        plans: legal ones, the best first.
        meanwhile: called now and then.
    """
    for many in range(len(plans), 1, -1):
        used = np.logical_or.reduce([plan[layout.unit] == layout.zone for plan in plans[:many]])
        if int(used.sum()) - core.units <= MERGED_PLACES:
            break
    else:
        return None
    agreed = (np.bincount(layout.unit[used], minlength=core.units) == 1)[layout.unit]
    state = np.where(used, np.where(agreed, TAKEN, FREE), BARRED).astype(np.int8)
    return at_once(partial(_best_around, core, layout, plans[0], clock=clock), [state], clock, meanwhile)[0]


class _Place(NamedTuple):
    """What is known where only some zones are open to change; these zones, the one it began with first."""

    state: NDArray[np.int8]
    zones: list[int]


def _disjoint(
    core: ZonesCore, layout: Layout, plan: NDArray[np.int64], known: NDArray[np.int8], waiting: list[int], many: int
) -> list[_Place]:
    """Places around zones that wait and wait no longer; no zone is open in two of them."""
    near = _zones_nearby(core, plan)
    found: list[_Place] = []
    for first in waiting[:LOOKED_AT]:
        place = _around(layout, plan, known, near, first, many)
        if not any(set(place.zones) & set(other.zones) for other in found):
            found.append(place)
            waiting.remove(first)
        if len(found) == AT_ONCE:
            break
    return found


def _best_around(
    core: ZonesCore, layout: Layout, plan: NDArray[np.int64], state: NDArray[np.int8], *, clock: Clock
) -> NDArray[np.int64] | None:
    """The best legal plan of a neighbourhood that is better than the one there is; None: none was found."""
    found: list[tuple[float, NDArray[np.int64]]] = [(core.value(plan) * (1 - 1e-9), plan)]

    def seen(other: NDArray[np.int64]) -> None:
        if not core.faults(other) and core.value(other) < found[0][0]:
            found[0] = (core.value(other), other)

    Remaining(core, layout, state).solve(clock=clock, below=lambda: found[0][0], seen=seen)
    return None if found[0][1] is plan else found[0][1]


def _zones_nearby(core: ZonesCore, plan: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many units of one zone touch units of another. Shape (zones, zones)."""
    unit = np.repeat(np.arange(core.units), np.diff(core.near_ptr))
    touching = np.zeros((core.zones, core.zones), dtype=np.int64)
    np.add.at(touching, (plan[unit], plan[core.near]), 1)
    np.fill_diagonal(touching, 0)
    return touching


def _around(
    layout: Layout, plan: NDArray[np.int64], known: NDArray[np.int8], near: NDArray[np.int64], first: int, places: int
) -> _Place:
    """Some zones around the first are open to change."""
    mine = plan[layout.unit] == layout.zone
    maybe = mine | (known != BARRED)
    chosen = [first]
    while True:
        inside = np.isin(plan[layout.unit], chosen) & np.isin(layout.zone, chosen)
        reach = near[chosen].sum(axis=0)
        reach[chosen] = 0
        if int((inside & maybe).sum()) >= places or not reach.any():
            break
        chosen.append(int(np.argmax(reach)))
    state = np.where(mine, TAKEN, BARRED).astype(np.int8)
    state[inside & maybe] = FREE
    return _Place(state, chosen)
