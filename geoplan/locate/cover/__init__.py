"""Covers: maximal cover, set cover and mixtures of both."""

from geoplan.locate.cover.engine import solve_cover
from geoplan.locate.cover.merge import merge_rows

__all__ = ["merge_rows", "solve_cover"]
