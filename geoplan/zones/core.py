"""What the zoning engines see: arrays of units, zones, allowed pairs and who touches whom, without ids."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64] | NDArray[np.int32]
    Floats = NDArray[np.float64]

NOWHERE = -1
"""In place of a zone: the unit belongs to none. In place of a unit: the zone needs no root."""


@dataclass(frozen=True, eq=False)
class ZonesCore:
    """Minimise Σ cost of the pairs taken + Σ opening cost + over_price × pupils beyond the seats.

    Every unit belongs to exactly one open zone; a zone with a root holds it and is connected; loads lie between
    `least` and `seats` (beyond them at a price, where that is finite); pupils moved stay within `moved_most`.

    Attributes:
        indptr, zone, cost: CSR over units: the zones that each unit may belong to, in ascending order of cost, then
            of zone. The cost is that of the whole unit (pupils, and what moving them costs, included); at least 0.
        pupils: of each unit, at least 0. Shape (units,).
        seats, least: most and fewest pupils of each open zone. Shape (zones,).
        over_price: cost of each pupil beyond the seats; inf: never.
        root: the unit that holds the zone's school, or `NOWHERE` where the zone need not be connected (boarding).
            Two zones with the same root cannot be open together. Shape (zones,).
        near_ptr, near: CSR over units: the units that touch it; symmetric, ascending, without itself.
        opening: cost of each open zone; `must_open`: zones that are open in any case.
        open_least, open_most: how many zones are open.
        moved: pupils that taking the pair moves away from their present zone. Shape (pairs,).
        moved_most: most pupils that may be moved in all; inf: any number.
    """

    indptr: NDArray[np.int64]
    zone: NDArray[np.int32]
    cost: NDArray[np.float64]
    pupils: NDArray[np.float64]
    seats: NDArray[np.float64]
    least: NDArray[np.float64]
    over_price: float
    root: NDArray[np.int64]
    near_ptr: NDArray[np.int64]
    near: NDArray[np.int64]
    opening: NDArray[np.float64]
    must_open: NDArray[np.bool_]
    open_least: int
    open_most: int
    moved: NDArray[np.float64]
    moved_most: float

    @property
    def units(self) -> int:
        """How many units."""
        return len(self.pupils)

    @property
    def zones(self) -> int:
        """How many zones, open or not."""
        return len(self.seats)

    @cached_property
    def unit(self) -> NDArray[np.int64]:
        """Unit of each pair."""
        return np.repeat(np.arange(self.units), np.diff(self.indptr))

    def pair_of(self, zone_of_unit: NDArray[np.int64]) -> NDArray[np.int64]:
        """The pair that each unit takes, -1 where its zone is not allowed for it. Shape (units,)."""
        pair = np.full(self.units, -1, dtype=np.int64)
        taken = np.flatnonzero(self.zone == zone_of_unit[self.unit])
        pair[self.unit[taken]] = taken
        return pair

    def load(self, zone_of_unit: NDArray[np.int64]) -> NDArray[np.float64]:
        """Pupils in each zone."""
        inside = zone_of_unit >= 0
        load = np.bincount(zone_of_unit[inside], weights=self.pupils[inside], minlength=self.zones)
        return load.astype(np.float64)

    def is_open(self, zone_of_unit: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Zones that are open in a plan: those that must be and those that hold a unit."""
        opened = self.must_open.copy()
        opened[zone_of_unit[zone_of_unit >= 0]] = True
        return opened

    def with_open(self, is_open: NDArray[np.bool_]) -> ZonesCore:
        """The core in which exactly these zones are open."""
        many = int(is_open.sum())
        return replace(self, must_open=is_open, open_least=many, open_most=many)

    def without(self, closed: NDArray[np.bool_]) -> ZonesCore:
        """The core in which these zones hold no unit."""
        keep = ~closed[self.zone]
        indptr = np.zeros(self.units + 1, dtype=np.int64)
        np.cumsum(np.bincount(self.unit[keep], minlength=self.units), out=indptr[1:])
        return replace(
            self, indptr=indptr, zone=self.zone[keep], cost=self.cost[keep], moved=self.moved[keep],
            must_open=self.must_open & ~closed,
        )  # fmt: skip

    def value(self, zone_of_unit: NDArray[np.int64]) -> float:
        """The objective of a plan, whether or not it keeps the limits; inf where a unit is where it may not be."""
        pair = self.pair_of(zone_of_unit)
        if (pair < 0).any():
            return float("inf")
        over = np.maximum(self.load(zone_of_unit) - self.seats, 0.0)
        priced = float(over.sum()) * self.over_price if np.isfinite(self.over_price) else 0.0
        return float(self.cost[pair].sum() + self.opening[self.is_open(zone_of_unit)].sum()) + priced

    def judged(self, zone: Ints, load: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        """What loads of zones pay for pupils beyond the seats, and whether seats and least loads allow them."""
        slack = 1e-9 * np.maximum(load, 1.0)
        over = np.maximum(load - self.seats[zone], 0.0)
        fits, is_priced = over <= slack, bool(np.isfinite(self.over_price))
        price = np.where(fits, 0.0, over) * (self.over_price if is_priced else 0.0)
        return price, (fits | is_priced) & (load >= self.least[zone] - slack)

    def faults(self, zone_of_unit: NDArray[np.int64]) -> list[str]:
        """Every limit that a plan breaks, a short word for each; empty when it holds."""
        pair = self.pair_of(zone_of_unit)
        if (pair < 0).any():
            return ["pair"]
        load, opened = self.load(zone_of_unit), self.is_open(zone_of_unit)
        slack = 1e-9 * np.maximum(1.0, load)
        rooted = np.flatnonzero(opened & (self.root >= 0))
        checks = {
            "seats": np.isinf(self.over_price) and bool((load > self.seats + slack).any()),
            "least": bool((opened & (load < self.least - slack)).any()),
            "root": bool((zone_of_unit[self.root[rooted]] != rooted).any()),
            "count": not self.open_least <= int(opened.sum()) <= self.open_most,
            "moved": float(self.moved[pair].sum()) > self.moved_most * (1 + 1e-9) + 1e-9,
            "contiguity": bool(self.cut_off(zone_of_unit).any()),
        }
        return [name for name, broken in checks.items() if broken]

    def cut_off(self, zone_of_unit: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Units that cannot be reached from the root of their zone without leaving it."""
        reached = (zone_of_unit < 0) | (self.root[zone_of_unit] < 0)
        queue = [int(each) for each in self.root[self.root >= 0] if zone_of_unit[each] >= 0]
        queue = [each for each in queue if self.root[zone_of_unit[each]] == each]
        reached[queue] = True
        while queue:
            unit = queue.pop()
            for other in self.near[self.near_ptr[unit] : self.near_ptr[unit + 1]].tolist():
                if not reached[other] and zone_of_unit[other] == zone_of_unit[unit]:
                    reached[other] = True
                    queue.append(other)
        return ~reached


@dataclass(frozen=True, eq=False)
class Drawn:
    """What an engine found for a `ZonesCore`.

    Attributes:
        zone_of_unit: the best plan, or None where none was found. Shape (units,).
        bound: no plan costs less; valid in floating point. -inf where nothing is known, inf where there is no plan.
        proved: the plan is optimal up to rounding, or (with `zone_of_unit` None) there is none.
    """

    zone_of_unit: NDArray[np.int64] | None
    bound: float
    proved: bool
