"""Styles for QGIS (QML) and other readers (SLD 1.0), made from the style blocks of layers/<role>.toml.

Documents are built with ElementTree, so that no name or legend text can become markup.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from xml.etree import ElementTree as ET

Properties = dict[str, str]

_QML_SHAPE = {"dot": "circle", "circle": "circle", "square": "square", "triangle": "triangle", "diamond": "diamond",
              "star": "star", "cross": "cross"}  # fmt: skip
_SLD_SHAPE = {**_QML_SHAPE, "diamond": "square"}
"""SLD knows no diamond; it is a square that stands on its corner."""

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_MM_TO_PIXELS = 72 / 25.4
_SLD = {
    "xmlns": "http://www.opengis.net/sld",
    "xmlns:ogc": "http://www.opengis.net/ogc",
    "version": "1.0.0",
}


@dataclass(frozen=True)
class Mark:
    """One layer of a symbol.

    Attributes:
        colour: `#RRGGBB`.
        shape: as in a style block; for polygons `fill` or `outline`.
        size_mm: of a point's mark.
        opacity: of a polygon's filling, 0 to 1.
        dashed: of a polygon's edge.
    """

    colour: str
    shape: str
    size_mm: float = 2.4
    opacity: float = 1.0
    dashed: bool = False


@dataclass(frozen=True)
class Category:
    """A value of the style's field with its symbol (marks from the bottom up) and legend text."""

    value: str
    label: str
    marks: tuple[Mark, ...]
    is_visible: bool = True


@dataclass(frozen=True)
class LayerStyle:
    """How a layer of the GeoPackage is drawn.

    Attributes:
        family: point or polygon.
        field: the field that chooses the category; '' for one symbol (then there is one category).
    """

    layer: str
    title: str
    family: str
    field: str
    categories: tuple[Category, ...]


def qml(style: LayerStyle) -> str:
    """The style as QGIS keeps it (QGIS 3: properties in both of its notations)."""
    root = ET.Element("qgis", {"version": "3.28.0", "styleCategories": "Symbology"})
    root.append(renderer(style))
    ET.SubElement(root, "layerGeometryType").text = {"point": "0", "polygon": "2"}[style.family]
    return document(root, "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>")


def renderer(style: LayerStyle) -> ET.Element:
    """The part of a style that draws, as it stands in QML and in a project file."""
    found = ET.Element("renderer-v2", {"forceraster": "0", "symbollevels": "0", "enableorderby": "0"})
    found.set("type", "categorizedSymbol" if style.field else "singleSymbol")
    if style.field:
        found.set("attr", style.field)
        categories = ET.SubElement(found, "categories")
        for index, category in enumerate(style.categories):
            ET.SubElement(
                categories,
                "category",
                {
                    "type": "string",
                    "value": category.value,
                    "label": category.label,
                    "symbol": str(index),
                    "render": "true" if category.is_visible else "false",
                },
            )
    symbols = ET.SubElement(found, "symbols")
    for index, category in enumerate(style.categories):
        _qml_symbol(symbols, str(index), style.family, category.marks)
    return found


def _qml_symbol(symbols: ET.Element, name: str, family: str, marks: tuple[Mark, ...]) -> None:
    kind, layer_class = {"point": ("marker", "SimpleMarker"), "polygon": ("fill", "SimpleFill")}[family]
    symbol = ET.SubElement(
        symbols, "symbol", {"type": kind, "name": name, "alpha": "1", "clip_to_extent": "1", "force_rhr": "0"}
    )
    for mark in marks:
        layer = ET.SubElement(symbol, "layer", {"class": layer_class, "enabled": "1", "locked": "0", "pass": "0"})
        properties = _marker_properties(mark) if family == "point" else _fill_properties(mark)
        options = ET.SubElement(layer, "Option", {"type": "Map"})
        for key, value in sorted(properties.items()):
            ET.SubElement(options, "Option", {"type": "QString", "name": key, "value": value})
        for key, value in sorted(properties.items()):  # what QGIS before 3.22 reads
            ET.SubElement(layer, "prop", {"k": key, "v": value})


def _marker_properties(mark: Mark) -> Properties:
    return {
        "name": _QML_SHAPE.get(mark.shape, "circle"),
        "color": _rgba(mark.colour, mark.opacity),
        # a cross is nothing but its lines
        "outline_color": _rgba(mark.colour if mark.shape == "cross" else "#ffffff", 1.0),
        "outline_style": "no" if mark.shape == "dot" else "solid",
        "outline_width": "0.2",
        "outline_width_unit": "MM",
        "size": f"{mark.size_mm:g}",
        "size_unit": "MM",
        "scale_method": "diameter",
        "angle": "0",
    }


def _fill_properties(mark: Mark) -> Properties:
    return {
        "color": _rgba(mark.colour, mark.opacity),
        "style": "no" if mark.shape == "outline" else "solid",
        "outline_color": _rgba(mark.colour, 1.0),
        "outline_style": "dash" if mark.dashed else "solid",
        "outline_width": "0.3",
        "outline_width_unit": "MM",
        "joinstyle": "bevel",
    }


def sld(style: LayerStyle) -> str:
    """The style as SLD 1.0; categories that are not visible are left out."""
    root = ET.Element("StyledLayerDescriptor", _SLD)
    layer = ET.SubElement(root, "NamedLayer")
    ET.SubElement(layer, "Name").text = style.layer
    user = ET.SubElement(layer, "UserStyle")
    ET.SubElement(user, "Title").text = style.title
    rules = ET.SubElement(user, "FeatureTypeStyle")
    for category in style.categories:
        if not category.is_visible:
            continue
        rule = ET.SubElement(rules, "Rule")
        ET.SubElement(rule, "Title").text = category.label
        if style.field:
            equal = ET.SubElement(ET.SubElement(rule, "ogc:Filter"), "ogc:PropertyIsEqualTo")
            ET.SubElement(equal, "ogc:PropertyName").text = style.field
            ET.SubElement(equal, "ogc:Literal").text = category.value
        for mark in category.marks:
            if style.family == "point":
                _sld_point(rule, mark)
            else:
                _sld_polygon(rule, mark)
    return document(root, "")


def _sld_point(rule: ET.Element, mark: Mark) -> None:
    graphic = ET.SubElement(ET.SubElement(rule, "PointSymbolizer"), "Graphic")
    well_known = ET.SubElement(graphic, "Mark")
    ET.SubElement(well_known, "WellKnownName").text = _SLD_SHAPE.get(mark.shape, "circle")
    _sld_fill(well_known, mark)
    is_diamond = mark.shape == "diamond"
    side_mm = mark.size_mm / math.sqrt(2) if is_diamond else mark.size_mm
    ET.SubElement(graphic, "Size").text = f"{side_mm * _MM_TO_PIXELS:.1f}"
    if is_diamond:
        ET.SubElement(graphic, "Rotation").text = "45"


def _sld_polygon(rule: ET.Element, mark: Mark) -> None:
    polygon = ET.SubElement(rule, "PolygonSymbolizer")
    if mark.shape != "outline":
        _sld_fill(polygon, mark)
    stroke = ET.SubElement(polygon, "Stroke")
    _parameter(stroke, "stroke", _hex(mark.colour))
    _parameter(stroke, "stroke-width", "1")
    if mark.dashed:
        _parameter(stroke, "stroke-dasharray", "4 2")


def _sld_fill(parent: ET.Element, mark: Mark) -> None:
    fill = ET.SubElement(parent, "Fill")
    _parameter(fill, "fill", _hex(mark.colour))
    _parameter(fill, "fill-opacity", f"{mark.opacity:g}")


def _parameter(parent: ET.Element, name: str, value: str) -> None:
    ET.SubElement(parent, "CssParameter", {"name": name}).text = value


def _hex(colour: str) -> str:
    """The colour, or grey for a text that is no `#RRGGBB`."""
    return colour if _COLOUR.fullmatch(colour) else "#555555"


def _rgba(colour: str, opacity: float) -> str:
    """`#0072B2` and 0.5 → `0,114,178,128`."""
    red, green, blue = bytes.fromhex(_hex(colour)[1:])
    return f"{red},{green},{blue},{round(opacity * 255)}"


def document(root: ET.Element, doctype: str) -> str:
    """An indented document with its doctype, if any."""
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f"{doctype}\n{text}\n" if doctype else f"{text}\n"
