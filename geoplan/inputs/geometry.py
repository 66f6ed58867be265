"""Geometries made what the role promises: the right type, reduced to a point where asked, single lines for roads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geoplan.inputs.findings import error, note, warning

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.config import LayerConfig
    from geoplan.inputs.schema import LayerSchema
    from geoplan.types import Finding

    Shapes = NDArray[np.object_]

_FAMILY = {0: "point", 4: "point", 1: "line", 2: "line", 5: "line", 3: "polygon", 6: "polygon"}
_MULTIPOINT = 4
PIECE_M = 100.0
"""Longest piece of a street that stands for its people as one point."""
_POINT_ROLES = {"schools", "sites"}
_WITHOUT_GEOMETRY = {"districts"}
_SKIPPED_WITHOUT = {"roads", "barriers"}
_MEASURED = {"parcels", "premises"}


def families(geometry: Shapes) -> NDArray[np.str_]:
    """`point`, `line`, `polygon`, `other` (collections) or '' (none, empty) of each geometry."""
    kinds = np.array([_FAMILY.get(int(kind), "other") for kind in shapely.get_type_id(geometry)], dtype="<U8")
    kinds[shapely.is_missing(geometry) | shapely.is_empty(geometry)] = ""
    return kinds


def check_types(
    frame: pd.DataFrame, geometry: Shapes, source: LayerConfig, schema: LayerSchema, *, unplaced: bool = False
) -> list[Finding]:
    """Rows of a geometry type that the role does not take, and rows without any unless all may be `unplaced`."""
    kinds = families(geometry)
    allowed = _allowed(source, schema)
    findings = []
    wrong = (kinds != "") & ~np.isin(kinds, sorted(allowed))
    if wrong.any():
        found = ", ".join(sorted({shape.geom_type for shape in geometry[wrong]}))
        what = f"{int(wrong.sum()):,} rows are {found}; {_subject(source)} are {' or '.join(sorted(allowed))}."
        findings.append(
            error(source, "wrong-geometry-type", what, rows=frame.index[wrong], fix="Choose another layer or file.")
        )
    blank = kinds == ""
    if blank.any() and (source.role in _WITHOUT_GEOMETRY or not (unplaced and blank.all())):
        findings.extend(_missing(frame, blank, source))
    return findings


def fitting(geometry: Shapes, source: LayerConfig, schema: LayerSchema) -> Shapes:
    """The geometries with None for each of a wrong type, so that the other checks can go on."""
    kept = geometry.copy()
    kept[~np.isin(families(geometry), sorted(_allowed(source, schema)))] = None
    return kept


def _allowed(source: LayerConfig, schema: LayerSchema) -> set[str]:
    if source.role == "population" and source.spread is not None:
        return {"length": {"line"}, "area": {"polygon"}}.get(source.spread.by, {"point", "line", "polygon"})
    return set(schema.geometry)


def _subject(source: LayerConfig) -> str:
    if source.spread is not None:
        return f"{source.role} spread by {source.spread.by}"
    return source.role


def _missing(frame: pd.DataFrame, blank: NDArray[np.bool_], source: LayerConfig) -> list[Finding]:
    rows = frame.index[blank]
    if source.role in _WITHOUT_GEOMETRY:
        people = frame["people"].to_numpy(dtype=np.float64)[blank]
        counted = f" with {np.nansum(people):,.0f} people" if np.isfinite(people).any() else ""
        return [
            warning(
                source,
                "district-without-polygon",
                f"{len(rows):,} districts{counted} have no polygon; they are kept, without a place.",
                rows=rows,
                why="Their people cannot be put on the map, and nobody there counts as served or unserved.",
                fix="Add the polygon, or join them to the district they lie in.",
            )
        ]
    if source.role in _SKIPPED_WITHOUT:
        what = f"{len(rows):,} rows have no geometry and are left out."
        return [warning(source, "missing-geometry", what, rows=rows)]
    what = f"{len(rows):,} rows have no place (no geometry or no coordinates)."
    fix = "Add their coordinates, or leave them out with where."
    return [error(source, "missing-geometry", what, rows=rows, fix=fix)]


def reduce(frame: pd.DataFrame, geometry: Shapes, source: LayerConfig) -> tuple[pd.DataFrame, Shapes, list[Finding]]:
    """Schools and sites as points, roads as single lines, spread population with its `weight`; all in metres.

    Parcels and premises that do not say their `area_m2` get that of their polygon.
    """
    findings: list[Finding] = []
    if source.role in _POINT_ROLES:
        geometry, findings = _as_points(frame, geometry, source)
        return frame, geometry, findings
    if source.role in _SKIPPED_WITHOUT:
        kept = families(geometry) != ""
        frame, geometry = frame[kept], geometry[kept]
    if source.role in _MEASURED:
        polygons = families(geometry) == "polygon"
        frame = frame.assign(
            area_m2=frame["area_m2"].where(frame["area_m2"].notna() | ~polygons, shapely.area(geometry))
        )
    if source.role == "roads":
        frame, geometry = _single_lines(frame, geometry)
    if source.role == "population":
        frame = _weighted(frame, geometry, source)
        frame, geometry = _in_pieces(frame, geometry)
        geometry, findings = _single_points(frame, geometry, source)
    return frame, geometry, findings


def _as_points(frame: pd.DataFrame, geometry: Shapes, source: LayerConfig) -> tuple[Shapes, list[Finding]]:
    kinds = shapely.get_type_id(geometry)
    several = (kinds > 0) & ~shapely.is_empty(geometry)
    if not several.any():
        return geometry, []
    points, findings = _single_points(frame, geometry, source)
    areas = several & (families(geometry) == "polygon")
    if areas.any():
        points[areas] = shapely.point_on_surface(geometry[areas])
        what = f"{int(areas.sum()):,} polygons are taken as a point within them."
        findings.append(note(source, "polygon-to-point", what, rows=frame.index[areas]))
    return points, findings


def _single_lines(frame: pd.DataFrame, geometry: Shapes) -> tuple[pd.DataFrame, Shapes]:
    parts, origin = shapely.get_parts(geometry, return_index=True)
    counts = np.bincount(origin, minlength=len(frame))
    nth = np.arange(len(origin)) - np.concatenate([[0], np.cumsum(counts)[:-1]])[origin] if len(origin) else origin
    several = counts[origin] > 1
    ids = [
        f"{frame.index[row]}-{place + 1}" if many else frame.index[row]
        for row, place, many in zip(origin, nth, several, strict=True)
    ]
    single = frame.iloc[origin].copy()
    single.index = pd.Index(ids, name="id", dtype=object)
    return single, np.array([shapely.LineString(part) for part in parts], dtype=object)


def _weighted(frame: pd.DataFrame, geometry: Shapes, source: LayerConfig) -> pd.DataFrame:
    if source.spread is None or "weight" in frame.columns:
        return frame
    measure = {"length": shapely.length, "area": shapely.area}.get(source.spread.by)
    weight = np.ones(len(frame)) if measure is None else np.asarray(measure(geometry), dtype=np.float64)
    return frame.assign(weight=weight)


def _in_pieces(frame: pd.DataFrame, geometry: Shapes) -> tuple[pd.DataFrame, Shapes]:
    """A line as points along it, at most 100 m apart, that share its weight.

    One point for a long street would put thousands of people on one spot.
    """
    is_line = families(geometry) == "line"
    if not is_line.any():
        return frame, geometry
    line = geometry.copy()
    merged = shapely.line_merge(line[is_line])
    line[is_line] = [max(shapely.get_parts(each), key=lambda part: part.length) for each in merged]
    count = np.ones(len(frame), dtype=np.int64)
    count[is_line] = np.maximum(np.ceil(shapely.length(line[is_line]) / PIECE_M), 1).astype(np.int64)
    row = np.repeat(np.arange(len(frame)), count)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    points = line[row]
    along = is_line[row]
    points[along] = shapely.line_interpolate_point(line[row[along]], ((nth + 0.5) / count[row])[along], normalized=True)
    pieces = frame.iloc[row].copy()
    if "weight" in pieces:
        pieces["weight"] = pieces["weight"].to_numpy(dtype=np.float64) / count[row]
    names = frame.index.to_numpy(dtype=object)
    ids = [f"{names[r]}-{n + 1}" if count[r] > 1 else names[r] for r, n in zip(row, nth, strict=True)]
    pieces.index = pd.Index(ids, name=frame.index.name, dtype=object)
    return pieces, points


def _single_points(frame: pd.DataFrame, geometry: Shapes, source: LayerConfig) -> tuple[Shapes, list[Finding]]:
    """Several points of one row as one of them, the one nearest to their middle."""
    multi = shapely.get_type_id(geometry) == _MULTIPOINT
    points = geometry.copy()
    points[multi] = shapely.point_on_surface(points[multi])
    several = multi & (shapely.get_num_geometries(geometry) > 1)
    if not several.any():
        return points, []
    boxes = shapely.bounds(geometry[several])
    apart_m = float(np.hypot(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]).max())
    what = (
        f"{int(several.sum()):,} rows are several points, up to {apart_m:,.0f} m apart; one of them stands for the row."
    )
    fix = "Give each point a row of its own where they are several places."
    return points, [warning(source, "several-points", what, rows=frame.index[several], fix=fix)]
