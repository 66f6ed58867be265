"""Local metres tied to the earth by control points: residuals told per point, a poor registration refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Transformer

from geoplan.crs import WGS84, parse_crs, to_lonlat, wgs84_from_datum, zone_for
from geoplan.errors import CrsError
from geoplan.inputs.control_points import ControlPoints, read_control_points
from geoplan.inputs.findings import RefusedError, error, note, warning
from geoplan.inputs.gauss import is_turned
from geoplan.inputs.plane_fit import Fit, affine, helmert, thinness

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

    from geoplan.inputs.draft import Draft
    from geoplan.types import Finding

LEAST_POINTS = {"helmert": 3, "affine": 4}
"""One more than the unknowns ask for: without a surplus every residual is 0 and says nothing."""
_THIN = 0.05
"""Control points whose cloud is flatter than this (shortest axis by longest) hold no turn about the long axis."""
_BEYOND = 1.0
_SHOWN = 12


def registered(draft: Draft) -> tuple[Draft, list[Finding]]:
    """A layer in local metres brought to the CRS of its control points, with every residual told.

    The findings may hold errors: unreadable-registration, too-few-control-points, collinear-control-points,
    registration-refused, unknown-crs.
    """
    wanted = draft.source.place.registration
    if wanted is None:
        return draft, []
    draft = replace(draft, geometry=_east_first(draft.geometry))
    try:
        points = read_control_points(wanted, draft.source)
        points = replace(points, local=_east_first_pairs(points.local))
        target, crs = _target(points, draft)
    except RefusedError as refused:
        return draft, list(refused.findings)
    findings = list(points.findings)
    least = LEAST_POINTS[wanted.method]
    if len(points.local) < least:
        return draft, [*findings, _too_few(points, draft, least)]
    thin = min(thinness(points.local), thinness(target))
    if thin < _THIN:
        return draft, [*findings, _collinear(points, draft, thin)]
    solve = helmert if wanted.method == "helmert" else affine
    fit = solve(points.local, target)
    if fit.residuals_m.max() > wanted.max_residual_m:
        return draft, [*findings, _refused(fit, points, target, draft)]
    findings.append(_told(fit, points, crs, draft))
    findings.extend(_beyond(points, draft))
    geometry = np.asarray(shapely.transform(draft.geometry, fit.apply), dtype=object)
    files = (*draft.files, *([wanted.path.resolve()] if wanted.path else []))
    return replace(draft, geometry=geometry, crs=crs, files=files), findings


def _east_first(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """Survey coordinates of millions of metres with the easting first, like the control points; others as they are."""
    xy = shapely.get_coordinates(geometry)
    if not len(xy) or not is_turned(*np.median(xy, axis=0)):
        return geometry
    return np.asarray(shapely.transform(geometry, lambda pairs: pairs[:, ::-1]), dtype=object)


def _east_first_pairs(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    return xy[:, ::-1] if len(xy) and is_turned(*np.median(xy, axis=0)) else xy


def _target(points: ControlPoints, draft: Draft) -> tuple[NDArray[np.float64], CRS]:
    """The control points' places in metres, and the CRS of those metres: their own, or the zone of their middle."""
    try:
        crs = WGS84 if points.crs is None else parse_crs(points.crs)
    except CrsError as fault:
        raise RefusedError(error(draft.source, "unknown-crs", str(fault), fix="Correct registration.crs.")) from fault
    datum = draft.source.datum
    if crs.is_projected and datum not in {"gcj02", "bd09"}:
        return points.target, crs
    if crs.is_projected:
        return _in_zone(wgs84_from_datum(to_lonlat(crs, points.target), datum))
    lon, lat = points.target[:, 0], points.target[:, 1]
    if not ((np.abs(lon) <= 180) & (np.abs(lat) <= 90)).all():
        what = f"The control points' places are no degrees (such as {lon[0]:g}, {lat[0]:g})."
        fix = 'Name their CRS: registration = { points = …, crs = "EPSG:4547" }.'
        raise RefusedError(error(draft.source, "unreadable-registration", what, fix=fix))
    return _in_zone(wgs84_from_datum(points.target, datum), crs)


def _in_zone(lonlat: NDArray[np.float64], crs: CRS = WGS84) -> tuple[NDArray[np.float64], CRS]:
    """Degrees in metres of their zone. A web map's shift was undone before: it is no similarity, and would not fit."""
    zone = zone_for(float(lonlat[:, 0].mean()), float(lonlat[:, 1].mean()))
    there = Transformer.from_crs(crs, zone, always_xy=True).transform(lonlat[:, 0], lonlat[:, 1])
    return np.column_stack(there), zone


def _residuals(fit: Fit, points: ControlPoints) -> str:
    shown = [f"{name} {off:.2f} m" for name, off in zip(points.names, fit.residuals_m, strict=True)]
    return ", ".join(shown[:_SHOWN]) + (", …" if len(shown) > _SHOWN else "")


def _told(fit: Fit, points: ControlPoints, crs: CRS, draft: Draft) -> Finding:
    method = draft.source.place.registration.method if draft.source.place.registration else ""
    rms_m = float(np.sqrt(np.square(fit.residuals_m).mean()))
    axes = ", local x taken as north" if fit.turned else ""
    what = (
        f"Registered to {crs.name} by {len(points.names):,} control points ({method}{axes}): "
        f"scale {fit.scale:.6f}, turned by {fit.turn_degrees:.4f}°; "
        f"residuals {_residuals(fit, points)}; rms {rms_m:.2f} m."
    )
    why = "A residual is how far a control point lands from where it should; places between them are as good."
    return note(draft.source, "registered", what, why=why)


def _beyond(points: ControlPoints, draft: Draft) -> list[Finding]:
    """A warning where the layer reaches beyond its control points by more than their own extent."""
    low, high = points.local.min(axis=0), points.local.max(axis=0)
    xy, owner = shapely.get_coordinates(draft.geometry, return_index=True)
    reach = np.maximum(low - xy, xy - high).max(axis=1)
    size = float(np.hypot(*(high - low)))
    out = reach > _BEYOND * size
    if not out.any():
        return []
    rows = list(dict.fromkeys(draft.frame.index[owner[out]]))
    what = f"{len(rows):,} rows lie farther from the control points than these span ({reach.max():,.0f} local units)."
    why = "An error of the turn grows with the distance."
    return [
        warning(draft.source, "beyond-control-points", what, rows=rows, why=why, fix="Add points around the layer.")
    ]


def _too_few(points: ControlPoints, draft: Draft, least: int) -> Finding:
    what = f"The registration has {len(points.names):,} control points; expected at least {least}."
    why = "With fewer nothing is left over that could show a wrong one."
    return error(draft.source, "too-few-control-points", what, why=why, fix="Add points, best around the layer.")


def _collinear(points: ControlPoints, draft: Draft, thin: float) -> Finding:
    what = f"The {len(points.names):,} control points stand on one line (their cloud is {thin:.1%} as wide as long)."
    why = "What lies beside that line would be held by nothing."
    return error(draft.source, "collinear-control-points", what, why=why, fix="Add a point well off the line.")


def _refused(fit: Fit, points: ControlPoints, target: NDArray[np.float64], draft: Draft) -> Finding:
    """Residuals above the limit, and the point without which the others agree, if there is one."""
    wanted = draft.source.place.registration
    limit_m = wanted.max_residual_m if wanted else 0.0
    what = (
        f"The control points do not fit each other: residuals {_residuals(fit, points)}; "
        f"expected {limit_m:g} m at most (scale {fit.scale:.6f})."
    )
    culprit = _culprit(points, target, draft)
    worst = points.names[int(fit.residuals_m.argmax())]
    fix = culprit or f"Check point {worst} first: its figures, and the order of x and y."
    return error(draft.source, "registration-refused", what, fix=f"{fix} Or raise registration.max_residual_m.")


def _culprit(points: ControlPoints, target: NDArray[np.float64], draft: Draft) -> str:
    """The one point without which the rest fits, where enough points are left to say so."""
    wanted = draft.source.place.registration
    count = len(points.names)
    if wanted is None or count <= LEAST_POINTS[wanted.method]:
        return ""
    solve = helmert if wanted.method == "helmert" else affine
    without = []
    for left in range(count):
        keep = np.arange(count) != left
        fits = thinness(points.local[keep]) >= _THIN
        without.append(solve(points.local[keep], target[keep]).residuals_m.max() if fits else np.inf)
    best = int(np.argmin(without))
    if without[best] > wanted.max_residual_m:
        return ""
    return f"Without point {points.names[best]} the others agree within {without[best]:.2f} m: check that one."
