"""Zones as layers of a GeoPackage with their QGIS styles: before, after, units and schools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoplan.publish.clean import clean_text
from geoplan.publish.qgis import Category, LayerStyle, Mark
from geoplan.publish.zones_shapes import PALETTE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geoplan.inputs import LayerSchema
    from geoplan.publish.privacy import Count
    from geoplan.publish.zones_public import PublicZone, ZoneBook

ZONE_OPACITY = 0.55
SAME, CHANGED, UNKNOWN = "same", "changed", "today_unknown"
Fields = dict[str, "pd.Series[Any]"]
Styled = tuple[LayerStyle, gpd.GeoDataFrame]


def zone_layers(
    book: ZoneBook,
    schemas: Mapping[str, LayerSchema],
    before: Mapping[str, shapely.Geometry],
    after: Mapping[str, shapely.Geometry],
    colours: Mapping[str, int],
) -> list[Styled]:
    """Every layer with its style, areas first."""
    return [
        _zones(book, "zones_before", "现状学区 / Zones today", before, colours, is_after=False),
        _zones(book, "zones_after", "建议学区 / Proposed zones", after, colours, is_after=True),
        _units(book),
        _schools(book, schemas),
    ]


def _texts(values: Iterable[object]) -> pd.Series[Any]:
    return pd.Series([clean_text(str(value)) for value in values], dtype=object)


def _numbers(values: Iterable[Count]) -> pd.Series[Any]:
    """Figures; null where unknown or not published."""
    plain = [np.nan if value is None or isinstance(value, str) else round(float(value), 4) for value in values]
    return pd.Series(plain, dtype=float)


def _frame(book: ZoneBook, fields: Fields, shapes: Iterable[shapely.Geometry]) -> gpd.GeoDataFrame:
    crs = book.layers.crs
    return gpd.GeoDataFrame(fields, geometry=gpd.GeoSeries(list(shapes), crs=crs), crs=crs)


def _zones(
    book: ZoneBook,
    layer: str,
    title: str,
    shapes: Mapping[str, shapely.Geometry],
    colours: Mapping[str, int],
    *,
    is_after: bool,
) -> Styled:
    mine = [zone for zone in book.zones if zone.id in shapes]
    state = "after" if is_after else "before"

    def of(name: str) -> list[Any]:
        return [getattr(zone, f"{name}_{state}") for zone in mine]

    fields = {
        "zone": _texts(zone.id for zone in mine),
        "name": _texts(zone.name for zone in mine),
        "schools": _texts(", ".join(zone.schools) for zone in mine),
        "seats": _numbers(zone.seats for zone in mine),
        "units": _numbers(of("units")),
        "pupils": _numbers(getattr(zone, state) for zone in mine),
        "load": _numbers(of("load")),
        "mean_m": _numbers(of("mean")),
        "longest_m": _numbers(of("longest")),
        **({"moved_in": _numbers(zone.moved_in for zone in mine)} if is_after else {}),
        **({} if is_after else {"moved_out": _numbers(zone.moved_out for zone in mine)}),
    }
    categories = tuple(_category(zone, colours) for zone in mine)
    return LayerStyle(layer, title, "polygon", "zone", categories), _frame(
        book, fields, (shapes[zone.id] for zone in mine)
    )


def _category(zone: PublicZone, colours: Mapping[str, int]) -> Category:
    colour = PALETTE[colours[zone.id]]
    return Category(
        clean_text(zone.id),
        clean_text(zone.name or zone.id),
        (Mark(colour, "fill", opacity=ZONE_OPACITY), Mark("#444444", "outline")),
    )


def _units(book: ZoneBook) -> Styled:
    found = book.found
    ids, ground = found.ground.ids, found.ground
    was, becomes = found.before, found.after
    moved = {change.unit for change in book.changes}
    fields = {
        "id": _texts(ids),
        "name": _texts(ground.names),
        "pupils": _numbers(book.hidden.unit(each) for each in ids),
        "zone_before": _texts(was.get(each, "") for each in ids),
        "zone_after": _texts(becomes.get(each, "") for each in ids),
        "school_before": _texts(found.zone_name(was[each]) if each in was else "" for each in ids),
        "school_after": _texts(found.zone_name(becomes[each]) if each in becomes else "" for each in ids),
        "way_m_before": _numbers(found.way(each, was[each]) if each in was else None for each in ids),
        "way_m_after": _numbers(found.way(each, becomes[each]) if each in becomes else None for each in ids),
        "state": _texts(CHANGED if each in moved else SAME if each in was else UNKNOWN for each in ids),
    }
    family = "point" if ground.is_sketch else "polygon"
    shapes = np.asarray(shapely.points(ground.xy), dtype=object) if ground.is_sketch else ground.shapes
    marks = {
        SAME: (Mark("#888888", "dot" if ground.is_sketch else "outline", size_mm=1.4),),
        CHANGED: (Mark("#B04A16", "circle" if ground.is_sketch else "fill", size_mm=2.4, opacity=0.5),),
    }
    marks[UNKNOWN] = marks[SAME]
    labels = {
        SAME: "学校不变 / same school",
        CHANGED: "学校调整 / school changes",
        UNKNOWN: "现状没有资料 / today's school not known",
    }
    categories = tuple(Category(each, labels[each], marks[each]) for each in (SAME, CHANGED, UNKNOWN))
    return LayerStyle("units", "居住单元 / Units", family, "state", categories), _frame(book, fields, shapes)


def _schools(book: ZoneBook, schemas: Mapping[str, LayerSchema]) -> Styled:
    found = book.found
    schools, style = found.schools, schemas["schools"].style.of(found.stage.value)
    opened = set() if found.shown is None else set(found.shown.new_schools)
    keep = [row for row, each in enumerate(schools.ids) if not schools.is_candidate[row] or each in opened]
    fields = {
        "id": _texts(schools.ids[row] for row in keep),
        "name": _texts(schools.names[row] for row in keep),
        "seats": _numbers(float(schools.seats[row]) for row in keep),
        "unit": _texts(found.ground.ids[schools.unit[row]] for row in keep),
        "state": _texts("new" if schools.is_candidate[row] else "existing" for row in keep),
    }
    site = schemas["sites"].style
    categories = (
        Category("existing", style.legend_zh, (Mark(style.colour, style.shape, size_mm=3.2),)),
        Category("new", "新开办 / newly opened", (Mark(site.colour, site.shape, size_mm=5.0),)),
    )
    title = clean_text(f"{style.legend_zh} / {style.legend_en}")
    return LayerStyle("schools", title, "point", "state", categories), _frame(
        book, fields, np.asarray(shapely.points(schools.xy[keep]), dtype=object)
    )
