"""图集: the plan as sheets of A3, one PDF and one PNG for each, drawn with the styles of the page."""

from geoplan.publish.atlas.write import write_atlas

__all__ = ["write_atlas"]
