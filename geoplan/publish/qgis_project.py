"""A QGIS project that opens with every layer of the set's GeoPackage, styled and grouped by stage.

Plain XML (`.qgs`) with the GeoPackage by relative path, so that the folder can be moved; the same layers give the same
bytes. Layers that hold several stages stand in the group of each stage with a filter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np

from geoplan.publish.clean import clean_text
from geoplan.publish.qgis import document, renderer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd
    from pyproj import CRS

    from geoplan.publish.qgis import LayerStyle
    from geoplan.types import Stage

    Styled = tuple[LayerStyle, gpd.GeoDataFrame]

VERSION = "3.22.0-Białowieża"
"""The format that is written; QGIS from 3.22 on reads it without asking."""

_FAMILY = {"point": "Point", "polygon": "Polygon"}
_BASE = ("底图", "Base")
_EMPTY_BOX = (0.0, 0.0, 1000.0, 1000.0)
_HIDDEN_AT_FIRST = (
    "service_areas", "gaps", "balance_", "zones_", "units_", "place", "schools",
    "proposed_sites",
)  # fmt: skip
"""What would cover the rest: the project opens with districts and the planned schools of the first stage in sight."""


@dataclass(frozen=True)
class _Entry:
    """A layer of the project: a table of the GeoPackage, perhaps only the rows of a stage."""

    id: str
    style: LayerStyle
    subset: str
    crowd: tuple[str, str]
    is_checked: bool


def write_project(
    layers: Sequence[Styled], path: Path, *, geopackage: str, title: str, crs: CRS | None, stages: Sequence[Stage]
) -> None:
    """Write the project file.

    Args:
        layers: as they were written to the GeoPackage, areas first.
        path: the .qgs file; one that exists is replaced.
        geopackage: file name of the GeoPackage beside it.
        crs: of the layers; None for local metres.
        stages: whose groups there are, the first on top.
    """
    entries = [entry for style, _ in layers for entry in _entries(style, stages)]
    root = ET.Element("qgis", {"projectname": clean_text(title), "version": VERSION})
    ET.SubElement(root, "title").text = clean_text(title)
    _crs(ET.SubElement(root, "projectCrs"), crs)
    _tree(root, entries, geopackage, stages)
    _canvas(root, _box(layers), crs)
    projectlayers = ET.SubElement(root, "projectlayers")
    for entry in entries:
        _layer(projectlayers, entry, geopackage, crs)
    order = ET.SubElement(root, "layerorder")
    for entry in reversed(entries):
        ET.SubElement(order, "layer", {"id": entry.id})
    _properties(root)
    doctype = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
    path.write_text(document(root, doctype), encoding="utf-8", newline="\n")


def _entries(style: LayerStyle, stages: Sequence[Stage]) -> list[_Entry]:
    checked = not style.layer.startswith(_HIDDEN_AT_FIRST)
    own = next((stage for stage in stages if style.layer.endswith(f"_{stage.value}")), None)
    if own is not None:
        return [_Entry(_id(style.layer), style, "", (own.zh, own.value), is_checked=checked)]
    if style.layer not in {"service_areas", "gaps", "schools", "planned_schools", "proposed_sites"}:
        return [_Entry(_id(style.layer), style, "", _BASE, is_checked=checked)]
    return [_of_stage(style, stage, is_checked=checked) for stage in stages]


def _id(name: str) -> str:
    """Id of a layer in the project; QGIS replaces one of ten letters or fewer by a random one."""
    return f"geoplan_{name}"


def _of_stage(style: LayerStyle, stage: Stage, *, is_checked: bool) -> _Entry:
    """The rows of one stage, with the categories that they can have."""
    several = style.layer in {"schools", "planned_schools"}
    # stage values are plain words of geoplan's own: nothing of the data goes into the filter
    subset = f"\"stages\" LIKE '%{stage.value}%'" if several else f"\"stage\" = '{stage.value}'"
    of_stage = style.categories
    if style.layer != "planned_schools":
        of_stage = tuple(each for each in of_stage if stage.value in each.value.replace(";", " ").split())
    title = f"{stage.zh}：{style.title}"
    mine = replace(style, categories=of_stage or style.categories, title=clean_text(title))
    return _Entry(_id(f"{style.layer}_{stage.value}"), mine, subset, (stage.zh, stage.value), is_checked=is_checked)


def _source(entry: _Entry, geopackage: str) -> str:
    source = f"./{geopackage}|layername={entry.style.layer}"
    return f"{source}|subset={entry.subset}" if entry.subset else source


def _tree(root: ET.Element, entries: Sequence[_Entry], geopackage: str, stages: Sequence[Stage]) -> None:
    top = ET.SubElement(root, "layer-tree-group")
    first = [(stage.zh, stage.value) for stage in stages[:1]]
    for crowd in (*((stage.zh, stage.value) for stage in stages), _BASE):
        mine = [entry for entry in entries if entry.crowd == crowd]
        if not mine:
            continue
        checked = "Qt::Checked" if crowd in {_BASE, *first} else "Qt::Unchecked"
        look = {"name": " / ".join(crowd), "expanded": "1", "checked": checked, "groupLayer": ""}
        group = ET.SubElement(top, "layer-tree-group", look)
        for entry in reversed(mine):  # what is drawn last stands on top
            checked = "Qt::Checked" if entry.is_checked else "Qt::Unchecked"
            ET.SubElement(
                group,
                "layer-tree-layer",
                {
                    "id": entry.id, "name": entry.style.title, "source": _source(entry, geopackage),
                    "providerKey": "ogr", "checked": checked, "expanded": "0", "legend_exp": "", "patch_size": "-1,-1",
                },
            )  # fmt: skip


def _layer(parent: ET.Element, entry: _Entry, geopackage: str, crs: CRS | None) -> None:
    style = entry.style
    layer = ET.SubElement(
        parent,
        "maplayer",
        {
            "type": "vector", "geometry": _FAMILY[style.family], "hasScaleBasedVisibilityFlag": "0", "readOnly": "0",
            "autoRefreshEnabled": "0", "styleCategories": "AllStyleCategories",
        },
    )  # fmt: skip
    ET.SubElement(layer, "id").text = entry.id
    ET.SubElement(layer, "datasource").text = _source(entry, geopackage)
    ET.SubElement(layer, "layername").text = style.title
    _crs(ET.SubElement(layer, "srs"), crs)
    ET.SubElement(layer, "provider", {"encoding": "UTF-8"}).text = "ogr"
    layer.append(renderer(style))
    ET.SubElement(layer, "blendMode").text = "0"
    ET.SubElement(layer, "layerOpacity").text = "1"


def _crs(parent: ET.Element, crs: CRS | None) -> None:
    system = ET.SubElement(parent, "spatialrefsys", {"nativeFormat": "Wkt"})
    if crs is None:
        return
    authority = crs.to_authority()
    ET.SubElement(system, "wkt").text = crs.to_wkt()
    if authority is not None:
        ET.SubElement(system, "srid").text = authority[1]
        ET.SubElement(system, "authid").text = ":".join(authority)
    ET.SubElement(system, "description").text = crs.name
    ET.SubElement(system, "geographicflag").text = "false"


def _canvas(root: ET.Element, box: tuple[float, float, float, float], crs: CRS | None) -> None:
    canvas = ET.SubElement(root, "mapcanvas", {"name": "theMapCanvas", "annotationsVisible": "1"})
    ET.SubElement(canvas, "units").text = "meters"
    extent = ET.SubElement(canvas, "extent")
    for name, value in zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True):
        ET.SubElement(extent, name).text = f"{value:.3f}"
    ET.SubElement(canvas, "rotation").text = "0"
    _crs(ET.SubElement(canvas, "destinationsrs"), crs)
    view = ET.SubElement(ET.SubElement(root, "ProjectViewSettings", {"UseProjectScales": "0"}), "DefaultViewExtent")
    for name, value in zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True):
        view.set(name, f"{value:.3f}")
    _crs(view, crs)


def _box(layers: Sequence[Styled]) -> tuple[float, float, float, float]:
    """Around everything, with a margin."""
    bounds = [frame.total_bounds for _, frame in layers if len(frame)]
    known = np.array([each for each in bounds if np.isfinite(each).all()], dtype=float).reshape(-1, 4)
    if not len(known):
        return _EMPTY_BOX
    west, south = known[:, :2].min(axis=0)
    east, north = known[:, 2:].max(axis=0)
    margin = max(0.03 * math.hypot(east - west, north - south), 100.0)
    return float(west - margin), float(south - margin), float(east + margin), float(north + margin)


def _properties(root: ET.Element) -> None:
    """The project's CRS in force, metres, and relative paths, without which the folder could not be moved."""
    properties = ET.SubElement(root, "properties")
    system = ET.SubElement(properties, "SpatialRefSys")
    ET.SubElement(system, "ProjectionsEnabled", {"type": "int"}).text = "1"
    paths = ET.SubElement(properties, "Paths")
    ET.SubElement(paths, "Absolute", {"type": "bool"}).text = "false"
    measurement = ET.SubElement(properties, "Measurement")
    ET.SubElement(measurement, "DistanceUnits", {"type": "QString"}).text = "meters"
    ET.SubElement(measurement, "AreaUnits", {"type": "QString"}).text = "m2"
