"""Publishing: the offline page, tables, data and their manifest, all or nothing."""

from geoplan.publish.publish import publish

__all__ = ["publish"]
