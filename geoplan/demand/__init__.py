"""Demand: people and pupils by place."""

from geoplan.demand.points import Demand, Units, build_demand, build_units, lies_in
from geoplan.demand.spread import largest_remainder

__all__ = ["Demand", "Units", "build_demand", "build_units", "largest_remainder", "lies_in"]
