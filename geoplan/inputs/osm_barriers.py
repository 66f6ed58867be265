"""Rivers, railways, arterials and gates of OpenStreetMap as barriers, and where they can be crossed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.config import LayerConfig
from geoplan.inputs.findings import note
from geoplan.inputs.osm_roads import GATES, is_closed

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from geoplan.config import ProjectConfig
    from geoplan.inputs.raw import Request
    from geoplan.types import Finding

BARRIER_TAGS = ("bridge", "tunnel", "footway", "crossing", "foot", "access", "locked", "railway", "waterway")
OSM_SUFFIXES = (".osm.pbf", ".pbf", ".osm")
_CROSSED_AT = {"crossing", "traffic_signals"}
_LINES = ("waterway", "railway", "highway", "barrier")


def with_own_barriers(config: ProjectConfig) -> tuple[ProjectConfig, bool]:
    """The project with barriers from the roads' own OpenStreetMap file where it names none; and whether that is so."""
    roads = config.layers.get("roads")
    if (
        roads is None
        or "barriers" in config.layers
        or not roads.roads.own_barriers
        or not roads.path.casefold().endswith(OSM_SUFFIXES)
    ):
        return config, False
    own = LayerConfig("barriers", roads.path, crs=roads.crs, datum=roads.datum)
    return replace(config, layers={**config.layers, "barriers": own}), True


def as_unasked(findings: list[Finding], source: LayerConfig, count: int) -> list[Finding]:
    """The findings on barriers that nobody asked for: that there are none is no fault; where they come from is told.

    Args:
        findings: of reading them.
        source: the layer.
        count: how many there are.
    """
    what = (
        f"The project names no barriers: {count:,} rivers, railways, arterials, gates and crossings are taken from the "
        "roads' own file."
        if count
        else "The project names no barriers, and the roads' own file holds none."
    )
    fix = 'barriers = "none" in [layers.roads] goes without; [layers.barriers] names others.'
    told = note(source, "barriers-from-roads", what, fix=fix)
    return [*(each for each in findings if each.code != "empty-layer"), told]


def barriers_from_tags(request: Request, attributes: pd.DataFrame) -> tuple[NDArray[np.bool_], list[Finding]]:
    """`kind` and `raised` from tags, in place; and which rows stand in somebody's way or lead through.

    Water and railways in a tunnel, railways and canals on a bridge stop nobody and are left out; an arterial there
    stays, as its own two sides are apart, and is `raised`. Crossings that are marked as none, and gates that are
    closed to walkers, are left out.
    """
    tags = {name: _words(attributes, name) for name in (*_LINES, *BARRIER_TAGS)}
    count = len(attributes)
    kinds, keep, raised = [""] * count, np.ones(count, dtype=bool), [""] * count
    below = np.zeros(count, dtype=bool)
    for row in range(count):
        each = {name: words[row] for name, words in tags.items()}
        kinds[row], keep[row] = _kind(each)
        apart = any(each[name] not in {"", "no"} for name in ("bridge", "tunnel"))
        if apart and kinds[row] != "crossing":
            raised[row] = "yes" if each["highway"] else ""
            below[row] = not each["highway"]
    attributes["kind"], attributes["raised"] = kinds, raised
    if not below.any():
        return keep, []
    what = f"{int(below.sum()):,} of {count:,} barriers are left out: they lie in a tunnel or on a bridge."
    return keep & ~below, [note(request.source, "barriers-below-ground", what, rows=attributes.index[below])]


def _kind(tags: dict[str, str]) -> tuple[str, bool]:
    """The word for `kind`, and whether the row is of use."""
    highway = set(tags["highway"].split(";"))
    if tags["footway"] == "crossing" or highway & _CROSSED_AT:
        return "crossing", tags["crossing"] != "no" and tags["foot"] not in {"no", "private"}
    if tags["barrier"] in GATES:
        return "gate", not is_closed(tags["barrier"], {key: value for key, value in tags.items() if value})
    return next((tags[name] for name in _LINES if tags[name]), "water"), True


def _words(attributes: pd.DataFrame, name: str) -> list[str]:
    if name not in attributes.columns:
        return [""] * len(attributes)
    cells: list[Any] = list(attributes[name])
    return [cell if isinstance(cell, str) else "" for cell in cells]
