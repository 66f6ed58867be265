"""Service areas to look at. Counts of people never come from these drawings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.types import Area

if TYPE_CHECKING:
    from geoplan.coverage.served import Radius
    from geoplan.coverage.supply import Supply
    from geoplan.travel import TravelEngine


def service_area(engine: TravelEngine, supply: Supply, radii: tuple[Radius, ...]) -> shapely.Geometry:
    """All that lies within reach of some school, as one polygon without overlaps (empty without schools).

    Simplification: where urban and rural radii differ, a school is drawn with the radius of the place that it
    stands in, while people are counted with the radius of the place that they live in.
    """
    parts = []
    for radius in radii:
        if radius.radius_m is None:
            continue
        mine = np.ones(len(supply), dtype=bool) if _one_radius(radii) else supply.area == radius.area.value
        if mine.any():
            parts.append(engine.service_area(supply.xy[mine], radius.radius_m))
        if _one_radius(radii):
            break
    return shapely.union_all(parts) if parts else shapely.Polygon()


def _one_radius(radii: tuple[Radius, ...]) -> bool:
    return len({radius.radius_m for radius in radii}) == 1 or radii[0].area is Area.ALL
