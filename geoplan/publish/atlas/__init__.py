"""图集: the plan as sheets of A3, one PDF and one PNG for each, drawn with the styles of the page."""

from geoplan.publish.atlas.printed import PrintedSheet, places_of
from geoplan.publish.atlas.write import sheets_of, write_atlas

__all__ = ["PrintedSheet", "places_of", "sheets_of", "write_atlas"]
