"""Where the rows of a table stand: 经度/纬度, a pair in one cell, x/y in metres, or WKT."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoplan.crs import CHINA_BOUNDS, WGS84
from geoplan.inputs.columns import Match, find_header, headers_of, missing_column
from geoplan.inputs.degrees import as_degrees
from geoplan.inputs.figures import numbers
from geoplan.inputs.findings import RefusedError, error, note, warning
from geoplan.inputs.gauss import is_turned
from geoplan.inputs.values import cell_text, number

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray
    from pyproj import CRS

    from geoplan.config import LayerConfig
    from geoplan.inputs.raw import Raw
    from geoplan.inputs.schema import LayerSchema
    from geoplan.types import Finding

_PAIR = re.compile(r"([^,，;；]+)[,，;；]([^,，;；]+)|(\S+)\s+(\S+)")
UNPLACED = ("schools", "population", "estates", "parcels", "premises")
"""Roles whose rows say something without a place: rosters and lists."""


@dataclass(frozen=True, eq=False)
class _Placed:
    geometry: NDArray[np.object_]
    crs: CRS | None
    findings: list[Finding]


def with_geometry(
    raw: Raw, source: LayerConfig, coordinates: LayerSchema, *, placed: bool = True
) -> tuple[Raw, list[Finding]]:
    """A table with the geometry that its columns describe; other files come back as they are.

    lon/lat are WGS 84 unless project.toml says otherwise; x/y and WKT have no CRS of their own. Blank
    coordinates give no geometry. Districts may do without any, and with `placed` False so may `UNPLACED` roles.

    Raises:
        RefusedError: no coordinate columns, or figures that are none.
    """
    if raw.geometry is not None:
        return raw, []
    columns = _columns(raw.attributes, source, coordinates)
    ids = [str(label) for label in raw.attributes.index]
    if "wkt" in columns:
        found = _from_wkt(columns["wkt"], ids, source)
    elif {"lon", "lat"} <= columns.keys():
        found = _from_pairs(columns["lon"], columns["lat"], ids, source, coordinates, degrees=True)
    elif "lonlat" in columns:
        lon, lat = _split(columns["lonlat"], ids, source)
        found = _from_pairs(lon, lat, ids, source, coordinates, degrees=True)
    elif {"x", "y"} <= columns.keys():
        found = _from_pairs(columns["x"], columns["y"], ids, source, coordinates, degrees=False)
    elif source.role == "districts":
        found = _Placed(np.full(len(ids), None, dtype=object), None, [])
    elif source.role in UNPLACED and not placed:
        what = f"The table says nowhere where its {len(ids):,} rows stand; they count, and have no place on the map."
        why = "Whatever needs a distance or a boundary cannot be computed from them."
        unplaced = warning(source, "layer-without-places", what, why=why, fix="Add 经度 and 纬度.")
        found = _Placed(np.full(len(ids), None, dtype=object), None, [unplaced])
    else:
        raise RefusedError(_no_coordinates(raw.attributes, source))
    return replace(raw, geometry=found.geometry, crs=found.crs), found.findings


def _columns(attributes: pd.DataFrame, source: LayerConfig, coordinates: LayerSchema) -> dict[str, Match]:
    found: dict[str, Match] = {}
    for column in coordinates.columns.values():
        if (named := source.columns.get(column.name)) is not None:
            header = find_header(attributes, named)
            if header is None:
                raise RefusedError(missing_column(attributes, source, named, f"columns.{column.name}"))
            found[column.name] = Match(header, list(attributes[header]))
        elif headers := headers_of(attributes, column, source):
            found[column.name] = Match(headers[0], list(attributes[headers[0]]))
    explicit = {name: match for name, match in found.items() if name in source.columns}
    return explicit if {"x", "y"} <= explicit.keys() or {"lon", "lat"} <= explicit.keys() else found


def _from_pairs(
    first: Match, second: Match, ids: list[str], source: LayerConfig, coordinates: LayerSchema, *, degrees: bool
) -> _Placed:
    names = ("lon", "lat") if degrees else ("x", "y")
    told: list[Finding] = []
    if degrees:
        first, told_first = as_degrees(first, "lon", ids, source)
        second, told_second = as_degrees(second, "lat", ids, source)
        told = [*told_first, *told_second]
    x, faults_x = numbers(first, ids, source, coordinates.columns[names[0]])
    y, faults_y = numbers(second, ids, source, coordinates.columns[names[1]])
    if faults_x or faults_y:
        raise RefusedError(*faults_x, *faults_y)
    xy = np.column_stack([np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)])
    findings: list[Finding] = []
    if not degrees:
        xy, findings = _east_north(xy, first, second, source)
    known = np.isfinite(xy).all(axis=1)
    geometry = np.full(len(xy), None, dtype=object)
    geometry[known] = shapely.points(xy[known])
    return _Placed(geometry, WGS84 if degrees else None, [*told, *findings])


def _east_north(
    xy: NDArray[np.float64], first: Match, second: Match, source: LayerConfig
) -> tuple[NDArray[np.float64], list[Finding]]:
    """Chinese survey tables head the northing X; by magnitude. Zone numbers are settled with the CRS, in gauss."""
    known = xy[np.isfinite(xy).all(axis=1)]
    if not len(known):
        return xy, []
    findings = []
    x, y = np.median(known, axis=0)
    if is_turned(x, y):
        xy = xy[:, ::-1].copy()
        what = (
            f"{first.header!r} (about {x:,.0f}) is taken as northing and {second.header!r} (about {y:,.0f}) as easting."
        )
        findings.append(note(source, "northing-easting", what, why="Chinese survey tables head the northing X."))
    return xy, findings


def _from_wkt(match: Match, ids: list[str], source: LayerConfig) -> _Placed:
    texts = [cell_text(cell) or None for cell in match.cells]
    geometry = np.asarray(shapely.from_wkt(np.array(texts, dtype=object), on_invalid="ignore"), dtype=object)
    wrong = [key for key, text, shape in zip(ids, texts, geometry, strict=True) if text and shape is None]
    if wrong:
        what = f"{len(wrong):,} cells of {match.header!r} are no WKT."
        raise RefusedError(error(source, "unreadable-geometry", what, rows=wrong, fix="Write POINT (114.5 37.1)."))
    return _Placed(geometry, WGS84 if _degrees_in_china(geometry) else None, [])


def _degrees_in_china(geometry: Any) -> bool:  # noqa: ANN401  an object array
    """WKT says no CRS; it is taken as longitude and latitude only where nothing else can be meant."""
    west, south, east, north = CHINA_BOUNDS
    bounds = shapely.total_bounds(geometry)
    inside = bounds[0] >= west and bounds[1] >= south and bounds[2] <= east and bounds[3] <= north
    return bool(inside) and bool((shapely.get_coordinates(geometry) % 1 != 0).any())


def _split(match: Match, ids: list[str], source: LayerConfig) -> tuple[Match, Match]:
    lon: list[object] = []
    lat: list[object] = []
    wrong = []
    for key, cell in zip(ids, match.cells, strict=True):
        pair = _PAIR.fullmatch(cell_text(cell).strip("()[]（） "))
        if pair is None and cell_text(cell):
            wrong.append(key)
        lon.append((pair[1] or pair[3]).strip() if pair else None)
        lat.append((pair[2] or pair[4]).strip() if pair else None)
    if wrong:
        what = f"{len(wrong):,} cells of {match.header!r} are no pair of longitude and latitude."
        raise RefusedError(error(source, "unreadable-geometry", what, rows=wrong, fix="Write 114.5,37.1."))
    return Match(match.header, lon), Match(match.header, lat)


def _no_coordinates(attributes: pd.DataFrame, source: LayerConfig) -> Finding:
    headers = ", ".join(str(header) for header in attributes.columns[:20])
    nearly = [header for header in attributes.columns if number(header) is None and "坐标" in str(header)]
    hint = f" {nearly[0]!r} may be one of them." if nearly else ""
    return error(
        source,
        "missing-column",
        f"The table says nowhere where its rows stand; it has {headers}.{hint}",
        why="Expected 经度 and 纬度 (lon, lat), x and y with a crs, or wkt.",
        fix=f'Name them: columns = {{ lon = "…", lat = "…" }} in [layers.{source.role}].',
    )
