"""Coverage: who is served by which school, the gaps, and the verdicts."""

from geoplan.coverage.access import AccessReport, access_report
from geoplan.coverage.areas import service_area
from geoplan.coverage.boarding import BOARDING_SHARE, boarding_share
from geoplan.coverage.checks import barrier_crossings, coarse_cells, edge_effect
from geoplan.coverage.closure import close_school, missed_schools, schools_to_keep, simulate_closure
from geoplan.coverage.dossier import Closure, ClosureVerdict, Receiver
from geoplan.coverage.equity import (
    Lorenz,
    difference_coefficient,
    gini,
    lorenz,
    weighted_mean,
    weighted_percentiles,
    worst_part,
)
from geoplan.coverage.gaps import Gap, find_closing_gaps, find_gaps
from geoplan.coverage.journey import LIMIT_MINUTES, Journeys, Route, Vehicle, journeys, routes_of
from geoplan.coverage.procedure import PROCEDURE, Step
from geoplan.coverage.reach import PERCENTS, Reach, SeatShare, Worst
from geoplan.coverage.remedies import Remedy, Settlement, far_settlements
from geoplan.coverage.served import Coverage, Radius, Tally, measure, radii_in_force, reach_m, tidy
from geoplan.coverage.standing import closing_schools, enrolled, stage_closings
from geoplan.coverage.supply import Supply, existing_supply, new_supply, planned_supply
from geoplan.coverage.two_step import Decay, Gaussian, SeatAccess, Zones, thirds, two_step
from geoplan.coverage.verdicts import verdicts

__all__ = [
    "BOARDING_SHARE",
    "LIMIT_MINUTES",
    "PERCENTS",
    "PROCEDURE",
    "AccessReport",
    "Closure",
    "ClosureVerdict",
    "Coverage",
    "Decay",
    "Gap",
    "Gaussian",
    "Journeys",
    "Lorenz",
    "Radius",
    "Reach",
    "Receiver",
    "Remedy",
    "Route",
    "SeatAccess",
    "SeatShare",
    "Settlement",
    "Step",
    "Supply",
    "Tally",
    "Vehicle",
    "Worst",
    "Zones",
    "access_report",
    "barrier_crossings",
    "boarding_share",
    "close_school",
    "closing_schools",
    "coarse_cells",
    "difference_coefficient",
    "edge_effect",
    "enrolled",
    "existing_supply",
    "far_settlements",
    "find_closing_gaps",
    "find_gaps",
    "gini",
    "journeys",
    "lorenz",
    "measure",
    "missed_schools",
    "new_supply",
    "planned_supply",
    "radii_in_force",
    "reach_m",
    "routes_of",
    "schools_to_keep",
    "service_area",
    "simulate_closure",
    "stage_closings",
    "thirds",
    "tidy",
    "two_step",
    "verdicts",
    "weighted_mean",
    "weighted_percentiles",
    "worst_part",
]
