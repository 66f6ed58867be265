"""One layer's own place: its CRS settled, a declared datum undone, swapped axes refused; then projected."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Geod, Transformer
from pyproj.exceptions import ProjError

from geoplan.crs import CHINA_BOUNDS, WGS84, parse_crs, wgs84_from_datum
from geoplan.errors import CrsError
from geoplan.inputs import gauss, old_datums, registration
from geoplan.inputs.findings import error, errors_in, note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pyproj import CRS

    from geoplan.config import LayerConfig
    from geoplan.inputs.draft import Draft
    from geoplan.types import Finding

    Shapes = NDArray[np.object_]

_SHIFTED = {"gcj02": "GCJ-02", "bd09": "BD-09"}


def place_layer(draft: Draft) -> tuple[Draft, list[Finding]]:
    """One layer with its own CRS settled: config over file, datum undone, degrees within their range.

    The findings may hold errors: unknown-crs, lat-lon-swapped, bad-coordinates, zone-mismatch, mixed-axes, and those
    of a registration.
    """
    source = draft.source
    draft, findings = _axes_as_declared(draft)
    if source.place.registration is not None:
        draft, told = registration.registered(replace(draft, crs=None))
        findings.extend(told)
    else:
        draft = _settle_crs(draft, findings)
    findings.extend(_elsewhere(draft))
    if errors_in(findings):
        return draft, findings
    draft, told = gauss.settled(draft)
    findings.extend(told)
    findings.extend(_range_faults(draft))
    if errors_in(findings):
        return draft, findings
    if source.datum in _SHIFTED and source.place.registration is None:
        draft, moved = _without_shift(draft)
        return draft, [*findings, moved]
    draft, told = old_datums.settled(draft)
    return draft, [*findings, *told]


def _elsewhere(draft: Draft) -> list[Finding]:
    """A CRS from which no way leads to WGS 84: of another planet, or of figures that a damaged .prj made up."""
    if draft.crs is None:
        return []
    try:
        Transformer.from_crs(draft.crs, WGS84, always_xy=True)
    except ProjError:
        what = f"The CRS {draft.crs.name!r} cannot be turned into degrees of WGS 84; it is none of this Earth."
        fix = f'Set crs = "EPSG:…" in [layers.{draft.source.role}]; the .prj or header of the file is damaged.'
        return [error(draft.source, "unknown-crs", what, fix=fix)]
    return []


def _axes_as_declared(draft: Draft) -> tuple[Draft, list[Finding]]:
    """Latitude before longitude turned round where project.toml says that the file has them so."""
    if draft.source.place.coordinates != "lat-lon":
        return draft, []
    turned = np.asarray(shapely.transform(draft.geometry, lambda xy: xy[:, ::-1]), dtype=object)
    what = "The file's two coordinates are exchanged, as project.toml says (lat-lon)."
    return replace(draft, geometry=turned), [note(draft.source, "axes-exchanged", what)]


def _settle_crs(draft: Draft, findings: list[Finding]) -> Draft:
    """The layer under the CRS of project.toml, else of its file; what was decided goes into `findings`."""
    source, crs = draft.source, draft.crs
    if source.crs is not None and source.crs != "local":
        try:
            crs = parse_crs(source.crs)
        except CrsError as fault:
            findings.append(error(source, "unknown-crs", str(fault), fix=f"Correct crs in [layers.{source.role}]."))
            return draft
        if draft.crs is not None and not crs.equals(draft.crs, ignore_axis_order=True):
            what = f"Read as {crs.name}, as project.toml says; the file itself says {draft.crs.name}."
            findings.append(note(source, "crs-overridden", what))
    elif source.crs == "local":
        crs = None
    if source.datum in _SHIFTED and crs is None:
        crs = WGS84
    return replace(draft, crs=crs)


def _without_shift(draft: Draft) -> tuple[Draft, Finding]:
    """GCJ-02 and BD-09 degrees to WGS 84 at every vertex, and the mean shift in metres."""
    datum = str(draft.source.datum)
    geometry = draft.geometry
    if draft.crs is not None and not draft.crs.is_geographic:
        geometry = _reprojected(geometry, draft.crs, WGS84)
    moved = shapely.transform(geometry, lambda lonlat: wgs84_from_datum(lonlat, datum))
    before, after = shapely.get_coordinates(geometry), shapely.get_coordinates(moved)
    _, _, metres = Geod(ellps="WGS84").inv(before[:, 0], before[:, 1], after[:, 0], after[:, 1])
    shift_m = float(np.mean(metres)) if len(metres) else 0.0
    what = f"{_SHIFTED[datum]} → WGS 84: moved by {shift_m:,.0f} m in the mean."
    return replace(draft, geometry=moved, crs=WGS84), note(draft.source, "datum-shift", what)


def _range_faults(draft: Draft) -> list[Finding]:
    xy, owner = shapely.get_coordinates(draft.geometry, return_index=True)
    if not len(xy) or draft.crs is None:
        return []
    if draft.crs.is_geographic:
        return _degree_faults(draft, xy, owner)
    if not looks_like_degrees(xy) or not (in_china(xy) or in_china(xy[:, ::-1])):
        return []
    what = f"The CRS is {draft.crs.name}, in metres, but the values look like degrees ({sample(xy)})."
    fix = f'Set crs = "EPSG:4326" in [layers.{draft.source.role}].'
    return [error(draft.source, "bad-coordinates", what, fix=fix)]


def _degree_faults(draft: Draft, xy: NDArray[np.float64], owner: NDArray[np.int64]) -> list[Finding]:
    """Degrees that are none, or stand the wrong way round."""
    source = draft.source
    inside = (np.abs(xy[:, 0]) <= 180) & (np.abs(xy[:, 1]) <= 90)
    if inside.all():
        turned = not in_china(xy) and in_china(xy[:, ::-1])
        return [swapped(source, xy, [])] if turned else []
    rows = list(dict.fromkeys(draft.frame.index[owner[~inside]]))
    outside = xy[~inside]
    if ((np.abs(outside[:, 1]) <= 180) & (np.abs(outside[:, 0]) <= 90)).all():
        return [swapped(source, outside, rows)]
    what = f"{len(rows):,} rows lie outside the degrees of the globe ({sample(outside)})."
    fix = f'If they are metres, set crs to their zone, such as crs = "EPSG:4547", in [layers.{source.role}].'
    return [error(source, "bad-coordinates", what, rows=rows, fix=fix)]


def swapped(source: LayerConfig, xy: NDArray[np.float64], rows: Sequence[object]) -> Finding:
    """The error for longitude and latitude that stand the wrong way round."""
    columns = ', or swap columns = { lon = "…", lat = "…" }' if _is_table(source) else ""
    return error(
        source,
        "lat-lon-swapped",
        f"Longitude and latitude stand the wrong way round: ({sample(xy)}) as (longitude, latitude).",
        rows=rows,
        fix=f'Set coordinates = "lat-lon" in [layers.{source.role}]{columns}. Swap them in the file if it is yours.',
    )


def _is_table(source: LayerConfig) -> bool:
    return source.path.casefold().endswith((".csv", ".txt", ".tsv", ".csv.gz", ".xlsx"))


def sample(xy: NDArray[np.float64]) -> str:
    """The first pair, for a message."""
    return f"{xy[0, 0]:.6g}, {xy[0, 1]:.6g}"


def in_china(xy: NDArray[np.float64]) -> bool:
    """The middle of the points lies within the bounds of China, in degrees."""
    west, south, east, north = CHINA_BOUNDS
    middle = np.median(xy, axis=0)
    return bool(west <= middle[0] <= east and south <= middle[1] <= north)


def looks_like_degrees(xy: NDArray[np.float64]) -> bool:
    """All within ±180 and not all whole numbers, as degrees are and metres of a city are not."""
    return bool(len(xy) and (np.abs(xy) <= 180).all() and (xy % 1 != 0).any())


def _reprojected(geometry: Shapes, crs: CRS, target: CRS) -> Shapes:
    return np.asarray(gpd.GeoSeries(geometry, crs=crs).to_crs(target), dtype=object)


def project(draft: Draft, target: CRS | None) -> tuple[Draft, list[Finding]]:
    """A layer in the project's CRS; in a local project its metres stay as they are.

    The findings hold bad-coordinates for rows that the projection cannot reach.
    """
    if target is None or draft.crs is None:
        return replace(draft, crs=target), []
    geometry = draft.geometry
    if not draft.crs.equals(target, ignore_axis_order=True):
        geometry = _reprojected(geometry, draft.crs, target)
    xy, owner = shapely.get_coordinates(geometry, return_index=True)
    lost = ~np.isfinite(xy).all(axis=1)
    if not lost.any():
        return replace(draft, geometry=geometry, crs=target), []
    rows = list(dict.fromkeys(draft.frame.index[owner[lost]]))
    what = f"{len(rows):,} rows have coordinates that {target.name} cannot reach."
    return draft, [error(draft.source, "bad-coordinates", what, rows=rows, fix="Check crs and the coordinates.")]
