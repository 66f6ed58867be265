"""Attendance zones (学区): every unit to a school, contiguous, within the seats, with the fewest surprises."""

from geoplan.zones.adjacency import Adjacency, adjacency_from_pairs
from geoplan.zones.balance import Balance, balance
from geoplan.zones.changes import Change, Reason
from geoplan.zones.feeder import feeder_problem
from geoplan.zones.measures import Breach, Measures
from geoplan.zones.models import draw, draw_zones
from geoplan.zones.plan import Zone, ZonePlan
from geoplan.zones.problem import ZoneProblem, make_zone_problem
from geoplan.zones.repair import Repair, repair
from geoplan.zones.scattered import adjacency_from_points, adjacency_from_travel
from geoplan.zones.shapes import zone_shapes
from geoplan.zones.standing import school_units
from geoplan.zones.touching import adjacency_from_polygons
from geoplan.zones.verify import verify

__all__ = [
    "Adjacency",
    "Balance",
    "Breach",
    "Change",
    "Measures",
    "Reason",
    "Repair",
    "Zone",
    "ZonePlan",
    "ZoneProblem",
    "adjacency_from_pairs",
    "adjacency_from_points",
    "adjacency_from_polygons",
    "adjacency_from_travel",
    "balance",
    "draw",
    "draw_zones",
    "feeder_problem",
    "make_zone_problem",
    "repair",
    "school_units",
    "verify",
    "zone_shapes",
]
