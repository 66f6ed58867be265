"""Coverage: who is served by which school, the gaps, and the verdicts."""

from geoplan.coverage.areas import service_area
from geoplan.coverage.checks import barrier_crossings, coarse_cells, edge_effect
from geoplan.coverage.gaps import Gap, find_gaps
from geoplan.coverage.served import Coverage, Radius, Tally, measure, radii_in_force, reach_m, tidy
from geoplan.coverage.supply import Supply, existing_supply, new_supply
from geoplan.coverage.verdicts import verdicts

__all__ = [
    "Coverage",
    "Gap",
    "Radius",
    "Supply",
    "Tally",
    "barrier_crossings",
    "coarse_cells",
    "edge_effect",
    "existing_supply",
    "find_gaps",
    "measure",
    "new_supply",
    "radii_in_force",
    "reach_m",
    "service_area",
    "tidy",
    "verdicts",
]
