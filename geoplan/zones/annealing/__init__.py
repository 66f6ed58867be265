"""Search for good zones: grown from the roots, annealed, every move keeping them connected."""

from geoplan.zones.annealing.pool import ZonePool
from geoplan.zones.annealing.search import search_zones

__all__ = ["ZonePool", "search_zones"]
