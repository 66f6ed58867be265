"""What lies under every map: districts, water, railways, roads; and the names of districts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.publish.atlas.sheet import SOFT, LegendItem, Sign
from geoplan.publish.payload import MAJOR_ROADS, MOST_MINOR_ROADS

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geoplan.inputs import Style
    from geoplan.publish.atlas.canvas import Canvas
    from geoplan.publish.atlas.maptext import MapText
    from geoplan.publish.atlas.sheet import Folio

# the page's own colours of town and country
_GROUND = {"urban": ("#f6f3ec", "城镇片区", "Urban district"), "rural": ("#eef2e6", "农村片区", "Rural district")}
_ROADS_WIDTH = {"trunk": 0.7, "primary": 0.6, "secondary": 0.45, "tertiary": 0.35}


def draw_ground(canvas: Canvas, folio: Folio, *, legend: bool = True) -> None:
    """Districts, roads and barriers as the map's file says; the names of districts come last, when marks stand."""
    shapes = drawn_districts(folio, canvas.window.detail_m)
    if folio.map_file.boundaries:
        areas = np.array(folio.plan.units.district_areas, dtype=object)
        for area, (colour, zh, en) in _GROUND.items():
            sign = Sign("fill", colour, edge="#c3beb0")
            count = f"{((areas == area) & ~shapely.is_missing(shapes)).sum()} 个"
            item = LegendItem(sign, zh, en, count) if legend else None
            canvas.fill(shapes[areas == area], sign, item, key=f"districts {area}")
        canvas.fill(shapes[~np.isin(areas, list(_GROUND))], Sign("fill", "#f5f4f0"), key="districts of no area")
    draw_roads(canvas, folio, legend=legend)
    draw_barriers(canvas, folio, legend=legend)
    if folio.map_file.boundaries:
        draw_outlines(canvas, folio, shapes, legend=legend)


def drawn_districts(folio: Folio, detail_m: float) -> NDArray[np.object_]:
    """Districts as fine as the paper, their shared edges kept shared; None where there is no polygon."""
    return folio.kept(("districts", detail_m), lambda: _thinned(folio, detail_m))


def _thinned(folio: Folio, detail_m: float) -> NDArray[np.object_]:
    shapes = folio.plan.units.district_shapes.copy()
    given = np.flatnonzero(~shapely.is_missing(shapes))
    if len(given):
        shapes[given] = shapely.coverage_simplify(shapes[given], detail_m)
    return shapes


def draw_outlines(canvas: Canvas, folio: Folio, shapes: NDArray[np.object_], *, legend: bool = True) -> None:
    """Boundaries: a soft band, and the line in it."""
    style = folio.schemas["districts"].style
    canvas.line(shapes, Sign("line", "#8b8577", size=3.0, opacity=0.18), key="outlines")
    sign = Sign("line", style.colour, size=0.7)
    item = LegendItem(sign, style.legend_zh, style.legend_en) if legend else None
    canvas.line(shapes, sign, item, key="outlines")


def draw_roads(canvas: Canvas, folio: Folio, *, legend: bool = True) -> None:
    """Roads; where there are many in sight, only the major ones."""
    roads = folio.plan.layers.roads
    if roads is None or "roads" not in folio.map_file.base:
        return
    frame = folio.kept(("roads", canvas.window), lambda: _in_sight(roads.frame, canvas))
    has_class = "class" in frame
    if len(frame) > MOST_MINOR_ROADS and has_class:
        frame = frame[frame["class"].isin(MAJOR_ROADS[:3])]
    style = folio.schemas["roads"].style
    sign = Sign("line", style.colour, size=0.5)
    item = LegendItem(sign, style.legend_zh, style.legend_en) if legend else None
    kinds = frame["class"].to_numpy() if has_class else np.full(len(frame), "", dtype=object)
    shapes = np.asarray(frame.geometry.array, dtype=object)
    for kind in (*sorted(set(kinds) - set(_ROADS_WIDTH)), *reversed(_ROADS_WIDTH)):
        size = _ROADS_WIDTH.get(kind, 0.25)
        road = Sign("line", style.colour, size=size, opacity=0.8)
        if canvas.line(shapes[kinds == kind], road, item, key=f"roads {kind}"):
            item = None


def draw_barriers(canvas: Canvas, folio: Folio, *, legend: bool = True) -> None:
    """Water, railways and arterial roads, by their kinds."""
    barriers = folio.plan.layers.barriers
    if barriers is None or "barriers" not in folio.map_file.base:
        return
    shapes = np.asarray(barriers.frame.geometry.array, dtype=object)
    kinds = barriers.frame["kind"].to_numpy()
    for kind in sorted(set(kinds) - {"crossing", "gate"}):
        style = folio.schemas["barriers"].style.of(kind)
        sign = Sign("line", style.colour, style.shape, size=0.9, opacity=0.75)
        canvas.line(shapes[kinds == kind], sign, _item(sign, style) if legend else None, key=f"barriers {kind}")


def name_districts(text: MapText, folio: Folio, *, points: float = 9.0) -> None:
    """Names of districts inside their polygons, the largest first."""
    units = folio.plan.units
    sizes = np.nan_to_num(shapely.area(units.district_shapes))
    for row in np.argsort(-sizes, kind="stable"):
        if (middle := folio.district_middles[row]) is not None:
            x, y = middle
            text.name(x, y, units.district_names[row], points, colour=SOFT, bold=True)


def name_neighbours(text: MapText, folio: Folio, row: int) -> None:
    """Names of the districts around one, where the window shows them."""
    units = folio.plan.units
    west, south, east, north = text.window.box
    for other, shape in enumerate(units.district_shapes):
        if shape is None or other == row:
            continue
        seen = shapely.clip_by_rect(shapely.simplify(shape, text.window.detail_m * 5), west, south, east, north)
        if shapely.area(seen) > 0.01 * (east - west) * (north - south):
            middle = shapely.point_on_surface(seen)
            text.name(middle.x, middle.y, units.district_names[other], 8, colour="#9a958a", bold=True)


def _in_sight(frame: gpd.GeoDataFrame, canvas: Canvas) -> gpd.GeoDataFrame:
    west, south, east, north = canvas.window.box
    bounds = shapely.bounds(np.asarray(frame.geometry.array, dtype=object))
    seen = (bounds[:, 0] <= east) & (bounds[:, 2] >= west) & (bounds[:, 1] <= north) & (bounds[:, 3] >= south)
    return frame[seen]


def _item(sign: Sign, style: Style) -> LegendItem:
    return LegendItem(sign, style.legend_zh, style.legend_en)
