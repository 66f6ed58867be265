"""Public data for those with internet: fetched cell by cell, stored at once, joined into one file with its credit.

Every other command works from files; this room is the only one that opens a connection, and only when asked.
"""

from geoplan.fetch.area import Area, area_of, area_of_districts
from geoplan.fetch.order import Fetched, Order
from geoplan.fetch.osm import estimated, fetch_osm
from geoplan.fetch.patience import Patience
from geoplan.fetch.query import Kind
from geoplan.fetch.transport import DEFAULT_LIMITS, Limits

__all__ = [
    "DEFAULT_LIMITS", "Area", "Fetched", "Kind", "Limits", "Order", "Patience", "area_of", "area_of_districts",
    "estimated", "fetch_osm",
]  # fmt: skip
