"""The published page of attendance zones: one HTML file, no network, assembled where every page is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoplan.errors import PublishError
from geoplan.publish.page import assemble
from geoplan.publish.zones_payload import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

SHARED_FILES = (
    "text", "language", "state", "symbols", "sheet", "lettering", "map", "gestures", "controls", "cells", "tables",
    "search", "masthead", "print", "card",
)  # fmt: skip
ZONE_FILES = ("data", "features", "scene", "marks", "summary", "legend", "details", "columns", "main")
_REQUIRED = ("title", "crs", "bounds", "stage", "zones", "units", "schools", "changes", "solver")


def render_zones_page(payload: Mapping[str, Any]) -> str:
    """The page as one string of HTML; the same payload always gives the same string.

    Raises:
        PublishError: the payload is not one that this version understands, or see `assemble`.
    """
    faults = [f"'{key}' is missing" for key in _REQUIRED if key not in payload]
    if payload.get("version") != VERSION:
        faults.append(f"version is {payload.get('version')!r}, expected {VERSION}")
    if faults:
        raise PublishError(f"The page's data cannot be shown: {'; '.join(faults)}. Run geoplan zones again.")
    scripts = [f"app/{name}.js" for name in SHARED_FILES] + [f"zones/{name}.js" for name in ZONE_FILES]
    features = len(payload["units"]["id"]) + len(payload["schools"]["id"])
    return assemble(payload, "zones.html", scripts, features=features)
