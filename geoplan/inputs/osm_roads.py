"""Roads of OpenStreetMap beyond their own tags: closed gates on them, squares, and what becomes of each tag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geoplan.inputs.findings import note
from geoplan.inputs.tags import parse_tags
from geoplan.inputs.vector import read_frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.inputs.raw import Request
    from geoplan.types import Finding

    Shapes = NDArray[np.object_]

ROAD_TAGS = (
    "foot", "access", "sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right", "tunnel", "bridge", "layer",
    "footway", "path", "cycleway", "motorroad",
)  # fmt: skip
SQUARES = """other_tags LIKE '%"highway"=>"pedestrian"%' OR other_tags LIKE '%"highway"=>"footway"%' OR
other_tags LIKE '%"highway"=>"living_street"%' OR other_tags LIKE '%"highway"=>"service"%' """
SOLID = ("wall", "fence", "city_wall", "retaining_wall", "hedge", "ditch", "guard_rail")
"""A node of these on a road closes it unless foot says otherwise."""
GATES = (
    "gate", "entrance", "lift_gate", "swing_gate", "sliding_gate", "kissing_gate", "turnstile", "full-height_turnstile",
    "wicket_gate", "hampshire_gate", "stile",
)  # fmt: skip
_FOR_VEHICLES = {
    "lift_gate", "swing_gate", "bollard", "block", "chain", "cycle_barrier", "bump_gate", "toll_booth",
    "height_restrictor", "cattle_grid", "jersey_barrier", "kerb", "border_control",
}  # fmt: skip
_NO = {"no", "private"}
GAP_M = 1.0
"""Cut out on either side of a closed node: more than what joins the ends of roads."""
_M_PER_DEGREE = 111_320.0


def is_closed(barrier: str, tags: dict[str, str]) -> bool:
    """Whether a barrier node stops people on foot.

    Walls and fences do unless foot = yes; gates do with foot = no or private, when locked, and with access = no or
    private; what stops only vehicles (bollards, lift gates) does with foot = no or private alone.
    """
    foot, access = tags.get("foot", ""), tags.get("access", "")
    if foot:
        return foot in _NO
    if barrier in SOLID:
        return True
    return barrier not in _FOR_VEHICLES and (access in _NO or tags.get("locked") == "yes")


def barrier_nodes(request: Request) -> tuple[pd.DataFrame, Shapes]:
    """Barrier nodes of an extract: their kind, whether they are closed to walkers; and the points."""
    frame, _ = read_frame(request, request.path, layer="points", where="barrier IS NOT NULL")
    closed = [
        is_closed(str(barrier), parse_tags(tags)) for barrier, tags in zip(frame["barrier"], _tags(frame), strict=True)
    ]
    table = pd.DataFrame({"barrier": frame["barrier"].to_numpy(dtype=object), "closed": closed})
    table.index = pd.Index([f"node/{number}" for number in frame["osm_id"]], dtype=object)
    return table, np.asarray(frame.geometry, dtype=object)


def _tags(frame: pd.DataFrame) -> list[object]:
    return list(frame["other_tags"]) if "other_tags" in frame else [None] * len(frame)


def cut_at_closed_nodes(request: Request, geometry: Shapes) -> tuple[Shapes, list[Finding]]:
    """Roads in two pieces where a closed gate, wall or fence stands on them; a gap of 2 m is left.

    Args:
        request: the extract.
        geometry: the roads, in degrees.
    """
    table, points = barrier_nodes(request)
    shut = table["closed"].to_numpy(dtype=bool)
    if not shut.any() or not len(geometry):
        return geometry, []
    at = _keys(shapely.get_coordinates(points[shut]))
    xy, of = shapely.get_coordinates(geometry, return_index=True)
    vertex = _keys(xy)
    hit = np.isin(vertex, at)
    if not hit.any():
        return geometry, []
    cut = geometry.copy()
    for row in np.unique(of[hit]):
        cut[row] = _in_pieces(xy[of == row], hit[of == row])
    rows = table.index[shut][np.isin(at, vertex[hit])]
    kinds = table.loc[rows, "barrier"].value_counts()
    told = ", ".join(f"{kind} {count:,}" for kind, count in kinds.items())
    what = f"{len(np.unique(of[hit])):,} roads end at a barrier that is closed to walkers: {told}."
    fix = "foot = yes at the gate opens it; without it, access = private and locked = yes close a gate."
    return cut, [note(request.source, "roads-closed-at-gates", what, rows=rows, fix=fix)]


def _keys(xy: NDArray[np.float64]) -> NDArray[np.int64]:
    """One number for each place, to 1e-7 degrees: OpenStreetMap's own precision, to which GDAL rounds lines."""
    place: NDArray[np.int64] = np.round(xy * 1e7).astype(np.int64)
    return np.asarray(place[:, 0] * 2_000_000_001 + place[:, 1], dtype=np.int64)


def _in_pieces(xy: NDArray[np.float64], closed: NDArray[np.bool_]) -> shapely.Geometry:
    """One line without 1 m before and after each closed vertex, in degrees."""
    scale = np.array([np.cos(np.radians(xy[:, 1].mean())), 1.0]) * _M_PER_DEGREE
    line = shapely.linestrings(xy * scale)
    gaps = shapely.buffer(shapely.multipoints(xy[closed] * scale), GAP_M)
    left = shapely.get_parts(shapely.difference(line, gaps))
    return shapely.MultiLineString([shapely.get_coordinates(part) / scale for part in left])


def squares(request: Request) -> tuple[pd.DataFrame, Shapes, list[Finding]]:
    """Pedestrian areas as their outlines: attributes, lines in degrees, and a note on those that cannot be drawn."""
    frame, findings = read_frame(request, request.path, layer="multipolygons", where=SQUARES, on_invalid="ignore")
    shapes = np.asarray(shapely.boundary(np.asarray(frame.geometry, dtype=object)), dtype=object)
    drawn = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    ids = [
        f"relation/{relation}" if isinstance(relation, str) else f"way/{way}"
        for relation, way in zip(frame["osm_id"], frame["osm_way_id"], strict=True)
    ]
    attributes = pd.DataFrame(frame.drop(columns=["geometry", "osm_id", "osm_way_id"])).astype(object)
    attributes.index = pd.Index(ids, dtype=object)
    if not drawn.all():
        what = f"{int((~drawn).sum()):,} pedestrian areas have no outline that can be drawn; they are left out."
        findings = [*findings, note(request.source, "square-without-outline", what, rows=attributes.index[~drawn])]
    return attributes[drawn], shapes[drawn], findings


def roads_from_tags(attributes: pd.DataFrame) -> None:
    """Columns of layers/roads.toml from tags, in place: crossing, sidewalk, level, noded, and foot on a motorroad."""
    for name in ("footway", "path", "cycleway"):
        if name in attributes.columns:
            marks = [("yes" if value == "crossing" else None) for value in attributes[name]]
            before = attributes["crossing"] if name != "footway" and "crossing" in attributes.columns else marks
            attributes["crossing"] = [old or new for old, new in zip(before, marks, strict=True)]
    pavements = [name for name in attributes.columns if str(name).startswith("sidewalk")]
    if pavements:
        attributes["sidewalk"] = [_pavement(row) for row in attributes[pavements].itertuples(index=False, name=None)]
    if "motorroad" in attributes.columns:
        foot = attributes["foot"] if "foot" in attributes.columns else [None] * len(attributes)
        attributes["foot"] = [
            "motorroad" if motor == "yes" and not isinstance(own, str) else own
            for own, motor in zip(foot, attributes["motorroad"], strict=True)
        ]
    if "layer" in attributes.columns:
        attributes["level"] = [_level(value) for value in attributes["layer"]]
    attributes["noded"] = "yes"


def _pavement(words: tuple[Any, ...]) -> str | None:
    """Of sidewalk and sidewalk:left, … the first that is no no."""
    said = [word for word in words if isinstance(word, str)]
    return next((word for word in said if word not in {"no", "none"}), said[0] if said else None)


def _level(value: object) -> str | None:
    """OpenStreetMap's layer as a whole number; blank where it is none."""
    text = str(value)
    return text if text.removeprefix("-").removeprefix("+").isdecimal() else None
