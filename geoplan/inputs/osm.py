"""OpenStreetMap extracts (.osm, .osm.pbf) through GDAL, and road graphs saved by osmnx (.graphml).

Ways that meet share a vertex with identical coordinates, so that a network can be built from the geometry alone.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geoplan.crs import WGS84
from geoplan.errors import near_match
from geoplan.inputs.findings import RefusedError, error, note
from geoplan.inputs.osm_barriers import BARRIER_TAGS, barriers_from_tags
from geoplan.inputs.osm_roads import GATES, ROAD_TAGS, cut_at_closed_nodes, roads_from_tags, squares
from geoplan.inputs.raw import Raw, Request
from geoplan.inputs.tags import with_tags
from geoplan.inputs.vector import read_frame, unreadable

if TYPE_CHECKING:
    from geoplan.types import Finding


@dataclass(frozen=True)
class _Extract:
    table: str
    where: str


_SCHOOL = "('school', 'kindergarten')"
_SCHOOL_TAGS = """other_tags LIKE '%"amenity"=>"school"%' OR other_tags LIKE '%"amenity"=>"kindergarten"%'"""
_LEVEL_CROSSINGS = """other_tags LIKE '%"railway"=>"level_crossing"%' OR other_tags LIKE '%"railway"=>"crossing"%'"""
_ARTERIALS = "highway IN ('motorway', 'motorway_link', 'trunk', 'trunk_link', 'primary')"
_WATER_AREAS = """natural = 'water' OR other_tags LIKE '%"waterway"=>"riverbank"%'"""

EXTRACTS: dict[str, tuple[_Extract, ...]] = {
    "highways": (_Extract("lines", "highway IS NOT NULL"),),
    "buildings": (_Extract("multipolygons", "building IS NOT NULL AND building <> 'no'"),),
    "schools": (_Extract("points", _SCHOOL_TAGS), _Extract("multipolygons", f"amenity IN {_SCHOOL}")),
    "boundaries": (_Extract("multipolygons", "boundary = 'administrative'"),),
    "places": (_Extract("points", "place IS NOT NULL"),),
    "waterways": (
        _Extract("lines", "waterway IN ('river', 'canal')"),
        _Extract("multipolygons", _WATER_AREAS),
    ),
    "railways": (
        _Extract("lines", "railway IN ('rail', 'light_rail', 'narrow_gauge')"),
        _Extract("points", _LEVEL_CROSSINGS),
    ),
    "arterials": (
        _Extract("lines", _ARTERIALS),
        _Extract("lines", """other_tags LIKE '%"footway"=>"crossing"%'"""),
        _Extract("points", "highway LIKE '%crossing%' OR highway LIKE '%traffic_signals%'"),
    ),
    "gates": (_Extract("points", f"barrier IN {GATES}"),),
    "walls": (_Extract("lines", "barrier IN ('wall', 'fence', 'city_wall', 'retaining_wall')"),),
}
"""What `layer` may name for an OpenStreetMap file."""

_DEFAULTS = {
    "districts": ("boundaries",),
    "schools": ("schools",),
    "population": ("places",),
    "roads": ("highways",),
    "barriers": ("waterways", "railways", "arterials", "gates"),
}
_STAGE_OF_ISCED = {"0": "kindergarten", "1": "primary", "2": "junior", "3": "senior"}


def read_osm(request: Request) -> Raw:
    """One kind of feature of an extract, in WGS 84; ids `node/…`, `way/…`, `relation/…`; tags as columns.

    Raises:
        RefusedError: no such kind of feature, or GDAL cannot read the file.
    """
    parts = [_read(request, extract) for name in _chosen(request) for extract in EXTRACTS[name]]
    findings: list[Finding] = []
    if request.source.role == "roads":
        areas, outlines, findings = squares(request)
        parts.append((areas, outlines))
    attributes = pd.concat([part for part, _ in parts])
    geometry = np.concatenate([shapes for _, shapes in parts])
    attributes = with_tags(
        attributes,
        [*request.known_headers, *ROAD_TAGS, *BARRIER_TAGS, "isced:level", "amenity"],
    ).dropna(axis="columns", how="all")
    attributes = attributes.drop(columns="type", errors="ignore")  # of a relation: always multipolygon
    keep = np.ones(len(attributes), dtype=bool)
    if request.source.role == "roads":
        roads_from_tags(attributes)
        geometry, told = cut_at_closed_nodes(request, geometry)
        findings += told
    if request.source.role == "barriers":
        keep, findings = barriers_from_tags(request, attributes)
    if request.source.role == "schools":
        _stage_from_tags(attributes)
    return Raw(attributes[keep], geometry[keep], WGS84, (request.path,), has_ids=True, findings=tuple(findings))


def read_graphml(request: Request) -> Raw:
    """The edges of a graph saved by `osmnx.save_graphml`, each street once; straight where they have no geometry.

    Raises:
        RefusedError: not such a graph.
    """
    import osmnx  # noqa: PLC0415  seconds to import, and needed for this one format

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            graph = osmnx.convert.to_undirected(osmnx.load_graphml(request.path))
            edges = osmnx.graph_to_gdfs(graph, nodes=False, fill_edge_geometry=True)
        except Exception as fault:
            # osmnx, networkx and the XML parser each have their own errors for a file that is no such graph
            raise RefusedError(unreadable(request, fault)) from fault
    told = [note(request.source, "reader-says", str(each.message)) for each in said]
    ids = ["-".join(str(part) for part in edge) for edge in edges.index]
    columns = [column for column in edges.columns if column != "geometry"]
    attributes = pd.DataFrame(
        {column: [_flat(cell) for cell in edges[column]] for column in columns}, index=pd.Index(ids), dtype=object
    )
    roads_from_tags(attributes)
    return Raw(
        attributes,
        np.asarray(edges.geometry, dtype=object),
        edges.crs,
        (request.path,),
        has_ids=True,
        findings=tuple(told),
    )


def _flat(cell: Any) -> Any:  # noqa: ANN401  whatever stood in the XML
    """Merged edges carry lists; the first value stands for all."""
    return cell[0] if isinstance(cell, list) and cell else cell


def _chosen(request: Request) -> tuple[str, ...]:
    source = request.source
    if source.layer in EXTRACTS:
        return (str(source.layer),)
    known = ", ".join(EXTRACTS)
    if source.layer is not None:
        raise RefusedError(
            error(
                source,
                "missing-layer-in-file",
                f"An OpenStreetMap file has no layer {source.layer!r}; known: {known}."
                f"{near_match(source.layer, EXTRACTS)}",
                fix=f"Set layer to one of them in [layers.{source.role}].",
            )
        )
    if source.role == "population" and source.spread is not None:
        return {"area": ("buildings",), "length": ("highways",)}.get(source.spread.by, ("places",))
    if source.role not in _DEFAULTS:
        raise RefusedError(
            error(
                source,
                "missing-layer-in-file",
                f"For {source.role} say what to take from the OpenStreetMap file; known: {known}.",
                fix=f'layer = "buildings" in [layers.{source.role}].',
            )
        )
    return _DEFAULTS[source.role]


def _read(request: Request, extract: _Extract) -> tuple[pd.DataFrame, Any]:
    frame, _ = read_frame(request, request.path, layer=extract.table, where=extract.where)
    attributes = pd.DataFrame(frame.drop(columns="geometry")).astype(object)
    if extract.table == "multipolygons":
        ids = [
            f"relation/{relation}" if isinstance(relation, str) else f"way/{way}"
            for relation, way in zip(attributes["osm_id"], attributes["osm_way_id"], strict=True)
        ]
    else:
        kind = "node" if extract.table == "points" else "way"
        ids = [f"{kind}/{number}" for number in attributes["osm_id"]]
    attributes.index = pd.Index(ids, dtype=object)
    return attributes.drop(columns=["osm_id", "osm_way_id"], errors="ignore"), np.asarray(frame.geometry, dtype=object)


def _column(attributes: pd.DataFrame, name: str) -> pd.Series[Any]:
    if name in attributes.columns:
        return attributes[name]
    return pd.Series(None, index=attributes.index, dtype=object)


def _stage_from_tags(attributes: pd.DataFrame) -> None:
    """`stage` from amenity = kindergarten and from isced:level; schools without level keep the word `school`."""
    if "stage" in attributes.columns or not len(attributes):
        return
    levels = _column(attributes, "isced:level")
    stages = []
    for amenity, level in zip(_column(attributes, "amenity"), levels, strict=True):
        digits = [digit for digit in str(level or "") if digit in _STAGE_OF_ISCED]
        known = ";".join(_STAGE_OF_ISCED[digit] for digit in digits)
        stages.append("kindergarten" if amenity == "kindergarten" else known or amenity)
    attributes["stage"] = stages
