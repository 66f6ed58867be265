"""The uncapacitated siting engine: p-median and facility location, with proof."""

from geoplan.locate.median.engine import solve_median

__all__ = ["solve_median"]
