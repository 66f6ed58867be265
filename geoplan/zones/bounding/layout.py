"""Each zone's own small map, as the pricing kernel walks it: its units, their pupils in steps, who touches whom."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import making_kernel
from geoplan.zones.bounding.ground import Grounds
from geoplan.zones.bounding.states import BARRED, TAKEN
from geoplan.zones.core import NOWHERE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.zones.bounding.states import Ints
    from geoplan.zones.core import ZonesCore

FINEST = 4_000
"""Steps in which a zone's seats are counted at most; a program over more steps would cost more than it tells."""


@dataclass(frozen=True, eq=False)
class Layout:
    """The zones of a core, one after the other.

    Attributes:
        units: how many, with and without a place.
        unit, pair: of each place.
        zone: of each place, ascending.
        grounds: for the kernel. `start`: first place of each zone, and the end of the last; `steps`: pupils of each
            place in the zone's steps, rounded down, so that no legal zone is lost; `near_ptr`, `near`: CSR over
            places, counted from the zone's first; `root`: counted so, too, -1 where the zone need not be connected;
            `room`: seats in steps (where they may be exceeded, all pupils); `free`: steps that cost nothing beyond
            their pairs, a float, for a step may be part of a pupil; `step_price`: of each step beyond.
    """

    units: int
    unit: NDArray[np.int64]
    pair: NDArray[np.int64]
    zone: NDArray[np.int64]
    grounds: Grounds

    @cached_property
    def place(self) -> NDArray[np.int64]:
        """The place of each unit in each zone, -1 where it has none. Shape (zones, units)."""
        place = np.full((self.zones, self.units), -1, dtype=np.int64)
        place[self.zone, self.unit] = np.arange(len(self.unit))
        return place

    @property
    def zones(self) -> int:
        """How many zones."""
        return len(self.grounds.root)

    def plan(self, known: NDArray[np.int8]) -> NDArray[np.int64]:
        """The zone of each unit that is taken, `NOWHERE` of the others. Shape (units,)."""
        plan = np.full(self.units, NOWHERE, dtype=np.int64)
        taken = known == TAKEN
        plan[self.unit[taken]] = self.zone[taken]
        return plan

    def loses_a_unit(self, known: NDArray[np.int8]) -> bool:
        """Some unit is barred from every zone."""
        return bool((np.bincount(self.unit[known != BARRED], minlength=self.units) == 0).any())

    def members(self, zone: int) -> slice:
        """The places of a zone."""
        return slice(int(self.grounds.start[zone]), int(self.grounds.start[zone + 1]))


def lay_out(core: ZonesCore) -> Layout:
    """The layout of a core."""
    order = np.lexsort((core.unit, core.zone))
    zone, unit = core.zone[order].astype(np.int64), core.unit[order]
    start = np.searchsorted(zone, np.arange(core.zones + 1)).astype(np.int64)
    place = np.arange(len(zone)) - start[zone]
    near_ptr = np.zeros(len(unit) + 1, dtype=np.int64)
    near = np.empty(int(np.diff(core.near_ptr)[unit].sum()), dtype=np.int64)
    _near(start, unit, core.near_ptr, core.near, near_ptr, near)
    root = np.full(core.zones, -1, dtype=np.int64)
    at_root = np.flatnonzero(core.root[zone] == unit)
    root[zone[at_root]] = place[at_root]
    total = np.bincount(zone, weights=core.pupils[unit], minlength=core.zones)
    soft = bool(np.isfinite(core.over_price))
    most = total if soft else np.minimum(core.seats, total)
    whole = bool((core.pupils == np.floor(core.pupils)).all())
    scale = np.where(most > FINEST, FINEST / np.maximum(most, 1e-12), 1.0)
    if not whole:
        scale = np.where(most > 0, FINEST / np.maximum(most, 1e-12), 1.0)
    # 1e-9: what is a whole step but for rounding is one
    steps = np.floor(core.pupils[unit] * scale[zone] + 1e-9).astype(np.int64)
    grounds = Grounds(
        start=start, near_ptr=near_ptr, near=near[: near_ptr[-1]].copy(), root=root, steps=steps,
        room=np.floor(most * scale + 1e-6).astype(np.int64), free=core.seats * scale,
        step_price=np.full(core.zones, core.over_price if soft else 0.0) / scale,
    )  # fmt: skip
    return Layout(units=core.units, unit=unit, pair=order.astype(np.int64), zone=zone, grounds=grounds)


@making_kernel
def _near(start: Ints, unit: Ints, near_ptr: Ints, near: Ints, ptr: Ints, found: Ints) -> None:
    """Touching places within each zone, by the units that touch: where each place's begin, and they themselves."""
    place, many = np.full(len(near_ptr) - 1, -1), 0
    for zone in range(len(start) - 1):
        for at in range(start[zone], start[zone + 1]):
            place[unit[at]] = at - start[zone]
        for at in range(start[zone], start[zone + 1]):
            for other in near[near_ptr[unit[at]] : near_ptr[unit[at] + 1]]:
                if place[other] >= 0:
                    found[many] = place[other]
                    many += 1
            ptr[at + 1] = many
        for at in range(start[zone], start[zone + 1]):
            place[unit[at]] = -1
