"""The way to school in minutes: on foot, or by a bus that runs today; and what helps where it takes too long."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.travel.straight import TOUCH_M
from geoplan.units import WALK_M_PER_MINUTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geoplan.coverage.supply import Supply
    from geoplan.travel import TravelEngine
    from geoplan.types import Layer

LIMIT_MINUTES = 30.0
"""Longest ordinary journey of grades 1-3: 国办发〔2018〕27号, seen quoted on a public page (evidence = secondary)."""

LIMIT_SOURCE = "国办发〔2018〕27号（转引）"

BUS_M_PER_MINUTE = 20_000 / 60
"""A rural bus with its stops, 20 km/h: the figure geoplan is checked with; no plan gives one."""

STOP_WALK_M = 500.0
"""A bus serves a home, and a school, that are at most this far from a stop; the walk is added to the journey."""

LONGEST_RIDE_MINUTES = 60.0
"""No bus is looked for that would take longer."""

_SAME_MINUTES = TOUCH_M / WALK_M_PER_MINUTE


class Vehicle(StrEnum):
    """How somebody gets to school."""

    WALK = "walk"
    BUS = "bus"
    SCHOOL_BUS = "school_bus"

    @property
    def zh(self) -> str:
        """The Chinese label."""
        return {"walk": "步行", "bus": "公交", "school_bus": "校车"}[self.value]


@dataclass(frozen=True, eq=False)
class Route:
    """Stops that a bus joins.

    Attributes:
        vehicle: bus or school bus.
        shapes: its stops, or the line along which it can be boarded.
    """

    vehicle: Vehicle
    shapes: NDArray[np.object_]

    def walk_m(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Straight walk of each point, shape (n, 2), to the nearest stop; inf beyond `STOP_WALK_M`."""
        walk = np.full(len(xy), np.inf)
        points = np.asarray(shapely.points(xy), dtype=object)
        tree = shapely.STRtree(self.shapes)
        found, distance = tree.query_nearest(
            points, max_distance=STOP_WALK_M + TOUCH_M, return_distance=True, all_matches=False
        )
        walk[found[0]] = distance
        return walk


@dataclass(frozen=True, eq=False)
class Journeys:
    """The quickest way to a school of one stage from each point, shape (m,).

    Attributes:
        school: index into `supply`, -1 where none can be reached.
        distance_m: the way to that school, inf where none can be reached.
        minutes: of the quickest way; walks to and from the stop are in it, waiting is not.
        vehicle: what it goes by, a `Vehicle` each.
        nearest: the school nearest on foot, index into `supply`, -1 for none.
        nearest_m, walk_minutes: the way to that one, and the time on foot.
    """

    supply: Supply
    limit_minutes: float
    school: NDArray[np.int64]
    distance_m: NDArray[np.float64]
    minutes: NDArray[np.float64]
    vehicle: NDArray[np.object_]
    nearest: NDArray[np.int64]
    nearest_m: NDArray[np.float64]
    walk_minutes: NDArray[np.float64]

    @property
    def within(self) -> NDArray[np.bool_]:
        """Points whose journey is within the limit; being at exactly the limit counts."""
        return self.minutes <= self.limit_minutes + _SAME_MINUTES

    @property
    def within_on_foot(self) -> NDArray[np.bool_]:
        """Points that keep the limit without any bus."""
        return self.walk_minutes <= self.limit_minutes + _SAME_MINUTES

    def __len__(self) -> int:
        return len(self.minutes)

    def __repr__(self) -> str:
        return (
            f"Journeys({self.supply.stage}: {self.within.sum():,} of {len(self):,} within {self.limit_minutes:g} min)"
        )


def routes_of(stops: Layer | None) -> tuple[Route, ...]:
    """The bus service of a stops layer: all point stops of a kind are joined, and each line is a route of its own.

    Simplification: between any two point stops of one kind a bus is taken to run; draw lines where it does not.
    """
    if stops is None:
        return ()
    shapes = np.asarray(stops.frame.geometry.array, dtype=object)
    kinds = stops.frame["kind"].to_numpy(dtype=object) if "kind" in stops.frame else np.full(len(shapes), "")
    there = ~shapely.is_missing(shapes)
    is_line = shapely.get_dimensions(shapes) == 1
    routes = []
    for vehicle in (Vehicle.BUS, Vehicle.SCHOOL_BUS):
        # a stop of no stated kind is one of public transport
        mine = there & ((kinds == Vehicle.SCHOOL_BUS.value) == (vehicle is Vehicle.SCHOOL_BUS))
        if (mine & ~is_line).any():
            routes.append(Route(vehicle, shapes[mine & ~is_line]))
        routes += [Route(vehicle, shapes[[row]]) for row in np.flatnonzero(mine & is_line)]
    return tuple(routes)


def journeys(
    engine: TravelEngine,
    xy: NDArray[np.float64],
    supply: Supply,
    *,
    routes: Sequence[Route] = (),
    limit_minutes: float = LIMIT_MINUTES,
) -> Journeys:
    """The quickest way of each point to a school: on foot, else by bus for those whom the walk takes too long.

    Args:
        engine: measures the way; a bus takes the same way at 20 km/h.
        xy: homes, metres in the project CRS, shape (m, 2).
        supply: schools of the stage.
        routes: bus service of today, from `routes_of`.
        limit_minutes: longest journey that is not too long.
    """
    nearest = engine.nearest(xy, supply.xy)
    on_foot = nearest.distance_m / WALK_M_PER_MINUTE
    found = Journeys(
        supply=supply,
        limit_minutes=limit_minutes,
        school=nearest.target.copy(),
        distance_m=nearest.distance_m.copy(),
        minutes=on_foot.copy(),
        vehicle=np.full(len(xy), Vehicle.WALK, dtype=object),
        nearest=nearest.target,
        nearest_m=nearest.distance_m,
        walk_minutes=on_foot,
    )
    late = np.flatnonzero(~found.within_on_foot)
    for route in routes:
        _ride(engine, xy, late, route, found)
    return found


def _ride(
    engine: TravelEngine, xy: NDArray[np.float64], late: NDArray[np.int64], route: Route, found: Journeys
) -> None:
    """Take the route where it is quicker than what was found so far (in place, before anybody sees it)."""
    to_stop, from_stop = route.walk_m(xy[late]), route.walk_m(found.supply.xy)
    home, school = late[np.isfinite(to_stop)], np.flatnonzero(np.isfinite(from_stop))
    if not len(home) or not len(school):
        return
    at_most = np.minimum(found.minutes[home], LONGEST_RIDE_MINUTES)
    pairs = engine.within(xy[home], found.supply.xy[school], at_most * BUS_M_PER_MINUTE)
    origin, target = pairs.origin(), school[pairs.target]
    legs_m = to_stop[np.isfinite(to_stop)][origin] + from_stop[target]
    minutes = pairs.distance_m / BUS_M_PER_MINUTE + legs_m / WALK_M_PER_MINUTE
    order = np.lexsort((target, minutes, origin))
    first = order[np.unique(origin[order], return_index=True)[1]]
    first = first[minutes[first] < found.minutes[home[origin[first]]] - _SAME_MINUTES]
    rows = home[origin[first]]
    found.minutes[rows], found.school[rows] = minutes[first], target[first]
    found.distance_m[rows], found.vehicle[rows] = pairs.distance_m[first], route.vehicle


def bus_minutes(distance_m: float) -> float:
    """Minutes by bus at 20 km/h, without the walk to the stop."""
    return distance_m / BUS_M_PER_MINUTE
