"""The project's one metric CRS, and the layers that do not fit it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Transformer

from geoplan.config import LayerConfig
from geoplan.crs import WGS84, metric_crs, zone_for
from geoplan.errors import CrsError
from geoplan.inputs.candidates import candidates, told
from geoplan.inputs.findings import error, note, warning
from geoplan.inputs.georeference import looks_like_degrees, sample
from geoplan.inputs.old_datums import old_datum

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyproj import CRS

    from geoplan.inputs.draft import Draft
    from geoplan.types import Finding

    Bounds = tuple[float, float, float, float]

_CENTRE_FROM = (
    "districts", "population", "schools", "sites", "roads", "barriers", "zones", "estates", "parcels", "premises",
    "stops",
)  # fmt: skip


def choose_crs(drafts: Sequence[Draft], wanted: str) -> tuple[CRS | None, list[Finding]]:
    """The project's metric CRS, None for local metres, with errors for the layers that do not fit it.

    Args:
        drafts: all layers, each in its own CRS.
        wanted: `auto`, `local` or a CRS, as project.toml says.
    """
    placed = [draft for draft in drafts if draft.has_geometry]
    if wanted == "local":
        return None, _unfit_for_local(placed)
    if wanted != "auto":
        try:
            target = metric_crs(wanted)
        except CrsError as fault:
            return None, [_project_error("not-metric", str(fault))]
        return target, [*_without_crs(placed), *_old_project(target)]
    known = [draft for draft in placed if draft.crs is not None]
    if not known:
        return None, _all_local(placed)
    faults = _without_crs(placed)
    centre = next(draft for role in _CENTRE_FROM for draft in known if draft.source.role == role)
    west, south, east, north = lonlat_bounds(centre)
    if not np.isfinite([west, south, east, north]).all():
        return None, [*faults, _project_error("bad-coordinates", f"{centre.source.role} have no usable bounds.")]
    target = zone_for((west + east) / 2, (south + north) / 2)
    epsg = target.to_epsg()
    what = f"The project's CRS is {target.name} (EPSG:{epsg}), the zone of the middle of the {centre.source.role}."
    in_cgcs = "CGCS2000" in target.name
    why = "CGCS2000 and WGS 84 are taken as equal; they differ by less than a metre." if in_cgcs else ""
    return target, [*faults, note(centre.source, "crs-chosen", what, why=why)]


def _old_project(target: CRS) -> list[Finding]:
    old = old_datum(target)
    if old is None:
        return []
    what = f"The project's CRS {target.name} stands on {old.name}; layers in CGCS2000 or WGS 84 are moved there."
    why = f"China's parameters are not public: layers truly in it stay up to {old.most_m:,.0f} m apart from them."
    source = LayerConfig("", "project.toml")
    return [warning(source, "old-datum", what, why=why, fix='Set [project] crs = "auto".')]


def _project_error(code: str, what: str) -> Finding:
    return error(LayerConfig("", "project.toml"), code, what, fix="Correct [project] crs.")


def _without_crs(drafts: Sequence[Draft]) -> list[Finding]:
    return [_no_crs(draft, drafts) for draft in drafts if draft.crs is None]


def _no_crs(draft: Draft, drafts: Sequence[Draft]) -> Finding:
    """The error for a layer without CRS, with those that its figures allow and where it would land under them."""
    xy = shapely.get_coordinates(draft.geometry)
    degrees = looks_like_degrees(xy)
    seen = f" Its values look like degrees ({sample(xy)})." if degrees else ""
    home = _home(drafts)
    found = candidates(xy, None if home is None else _wider(lonlat_bounds(home)))
    offered = told(found, "" if home is None else f"{home.source.role} ({home.source.path})")
    example = "EPSG:4326" if degrees else "EPSG:4547"
    if found and home is not None:
        example = f"EPSG:{found[0].epsg}"
    fix = (
        f'Set crs = "{example}" in [layers.{draft.source.role}], or, when all layers share the same local metres, '
        '[project] crs = "local"; local metres are tied to the earth by control points: registration = "points.csv".'
    )
    why = "Without one nobody knows where on earth its metres lie."
    return error(draft.source, "no-crs", f"The file has no CRS.{seen}{offered}", why=why, fix=fix)


def _home(drafts: Sequence[Draft]) -> Draft | None:
    """The layer that says where the project is: districts, else population, else schools, with a CRS."""
    known = {draft.source.role: draft for draft in drafts if draft.crs is not None}
    return next((known[role] for role in _CENTRE_FROM[:3] if role in known), None)


def _wider(bounds: Bounds) -> Bounds:
    """Bounds with a tenth of their size around them: a layer may reach a little beyond its districts."""
    west, south, east, north = bounds
    wide, high = max(0.1 * (east - west), 0.01), max(0.1 * (north - south), 0.01)
    return (west - wide, south - high, east + wide, north + high)


def _unfit_for_local(drafts: Sequence[Draft]) -> list[Finding]:
    """Layers in degrees cannot join local metres; projected metres can, when they are all the same ones."""
    faults = []
    metres = [draft for draft in drafts if draft.crs is None]
    beside = f"{metres[0].source.role} ({metres[0].source.path})" if metres else "the project"
    first: tuple[Draft, CRS] | None = None
    for draft in drafts:
        crs = draft.crs
        if crs is None:
            continue
        if crs.is_geographic:
            what = f"The layer is in degrees ({crs.name}), while {beside} is in local metres."
            fix = 'Set [project] crs = "auto" and give every layer its crs, or bring the layer into the local metres.'
            faults.append(error(draft.source, "crs-in-local-project", what, fix=fix))
        elif _is_stretched(crs):
            what = f"The layer is in {crs.name}, whose metres are stretched; {beside} is in local metres."
            faults.append(error(draft.source, "not-metric", what, fix='Set [project] crs = "auto".'))
        elif first is None:
            first = draft, crs
        elif not crs.equals(first[1], ignore_axis_order=True):
            one = first[0].source
            what = f"The layer is in {crs.name}, while {one.role} ({one.path}) is in {first[1].name}."
            fix = 'In a project with crs = "local" all metres must be the same; set [project] crs = "auto".'
            faults.append(error(draft.source, "crs-in-local-project", what, fix=fix))
    return faults


def _is_stretched(crs: CRS) -> bool:
    """Web Mercator, or a projection in other units than metres."""
    epsg = crs.to_epsg()
    if epsg is None:
        return any(axis.unit_name not in {"metre", "meter"} for axis in crs.axis_info[:2])
    try:
        metric_crs(str(epsg))
    except CrsError:
        return True
    return False


def _all_local(drafts: Sequence[Draft]) -> list[Finding]:
    degrees = [draft for draft in drafts if looks_like_degrees(shapely.get_coordinates(draft.geometry))]
    if degrees:
        return _without_crs(drafts)
    if not drafts:
        return []
    xy = shapely.get_coordinates(drafts[0].geometry)
    what = "No layer has a CRS; their metres are taken as they are, local to this project."
    offered = told(candidates(xy, None), "")
    fix = f'Say so with [project] crs = "local", or give each layer its crs.{offered}'
    return [note(drafts[0].source, "local-metres", what, fix=fix)]


def lonlat_bounds(draft: Draft) -> Bounds:
    """West, south, east, north of a layer in degrees."""
    bounds = shapely.total_bounds(draft.geometry)
    transformer = Transformer.from_crs(draft.crs, WGS84, always_xy=True)
    return transformer.transform_bounds(*bounds)
