"""Rows that stand where they cannot or should not: outside the country, far from everything, outside their district."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.crs import CHINA_BOUNDS
from geoplan.inputs.findings import error, note, warning
from geoplan.inputs.geometry import families
from geoplan.inputs.homes import home_district, metres_outside, named_district
from geoplan.inputs.topology_checks import labels
from geoplan.units import METRES_PER_KM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geoplan.inputs.draft import Draft
    from geoplan.types import Finding

    Figures = NDArray[np.float64]

FAR_M = 10_000.0
"""Outside every district by more than this, a place is in another city, abroad or at sea."""
BOUNDARY_M = 500.0
"""As far as generalised boundaries of counties miss the true line; a school beyond it is not a matter of drawing."""
_NEAR_ZERO = 0.01
_MANY = 0.1
_OF_PEOPLE = ("schools", "sites", "population", "estates", "parcels", "premises", "stops")
_NAMING = ("schools", "population", "estates", "parcels", "premises")
_SHOWN = 3
_NAMES_SHOWN = 5


def outside_country(draft: Draft) -> list[Finding]:
    """Rows at 0° 0°, or outside the bounds of China in a layer that lies in China; asked while it is in degrees.

    An error: a map projection has no answer for them that means anything, and one such row stretches every map.
    """
    if draft.crs is None or not draft.crs.is_geographic:
        return []
    placed = np.flatnonzero(families(draft.geometry) != "")
    boxes = shapely.bounds(draft.geometry[placed])
    if not len(boxes):
        return []
    west, south, east, north = CHINA_BOUNDS
    inside = (boxes[:, 0] >= west) & (boxes[:, 2] <= east) & (boxes[:, 1] >= south) & (boxes[:, 3] <= north)
    zero = (np.abs(boxes) < _NEAR_ZERO).all(axis=1)
    abroad = zero | ~inside if inside.mean() > 0.5 else zero & (not zero.all())
    if not abroad.any():
        return []
    rows = draft.frame.index[placed[abroad]]
    first = boxes[abroad][0]
    what = f"{len(rows):,} of {len(placed):,} rows lie outside the country, such as ({first[0]:.6g}, {first[1]:.6g})."
    if zero.any():
        what += f" {int(zero.sum()):,} of them stand at 0° 0°, where blank coordinates end up."
    fix = "Correct their coordinates, or leave them out with where."
    return [error(draft.source, "outside-country", what, rows=rows, fix=fix)]


def check_strays(drafts: Mapping[str, Draft]) -> list[Finding]:
    """Far places and rows outside the district that they name; everything is in metres."""
    districts = drafts.get("districts")
    if districts is None or not districts.has_geometry:
        return _far_from_people(drafts)
    findings: list[Finding] = []
    for role in _OF_PEOPLE:
        if role in drafts:
            findings.extend(far_outside(drafts[role], districts))
    for role in _NAMING:
        if role in drafts:
            findings.extend(outside_own(drafts[role], districts))
            findings.extend(naming_no_district(drafts[role], districts))
    return findings


def naming_no_district(layer: Draft, districts: Draft) -> list[Finding]:
    """A note on rows with a place whose district is not among the districts, such as a county of before a reform."""
    if "district" not in layer.frame:
        return []
    own = named_district(layer.frame["district"], districts.frame.index, districts.frame["name"])
    names = [str(name).strip() for name in layer.frame["district"]]
    placed = families(layer.geometry) != ""
    named = np.array([bool(name) for name in names], dtype=bool)
    lost = np.flatnonzero((own < 0) & placed & named)
    if not len(lost):
        return []
    counts = Counter(names[at] for at in lost)
    shown = ", ".join(f"{name!r} ({count:,})" for name, count in counts.most_common(_NAMES_SHOWN))
    more = ", …" if len(counts) > _NAMES_SHOWN else ""
    what = (
        f"{len(lost):,} of {len(names):,} {layer.source.role} name districts that no district has, "
        f"or that several have: {shown}{more}."
    )
    why = "They count in the district in which they stand on the map."
    fix = f"Write the id or the name as in {districts.source.path}, if another one is meant."
    return [note(layer.source, "unknown-district", what, rows=layer.frame.index[lost], why=why, fix=fix)]


def far_outside(layer: Draft, districts: Draft) -> list[Finding]:
    """Rows more than 10 km outside every district."""
    away_m = metres_outside(layer.geometry, districts.geometry)
    return _far(layer, away_m, "every district")


def _far_from_people(drafts: Mapping[str, Draft]) -> list[Finding]:
    """Without districts: schools and sites far from all people, by more than 10 km and more than their extent."""
    people = drafts.get("population")
    if people is None or not people.has_geometry:
        return []
    west, south, east, north = shapely.total_bounds(people.geometry)
    extent_m = float(np.hypot(east - west, north - south))
    findings: list[Finding] = []
    for role in ("schools", "sites"):
        if role in drafts:
            away_m = metres_outside(drafts[role].geometry, people.geometry)
            away_m[away_m <= extent_m] = 0.0
            findings.extend(_far(drafts[role], away_m, "everybody in the population layer"))
    return findings


def _far(layer: Draft, away_m: Figures, whom: str) -> list[Finding]:
    far = away_m > FAR_M
    if not far.any():
        return []
    what = (
        f"{int(far.sum()):,} of {len(far):,} rows stand more than {FAR_M / METRES_PER_KM:g} km from {whom}, "
        f"the farthest {np.nanmax(away_m) / METRES_PER_KM:,.0f} km."
    )
    why = "They are in another city, abroad or at sea: a digit is wrong, or the row belongs to another project."
    fix = "Correct their coordinates, or leave them out with where."
    if far.sum() > _MANY * len(far):
        why, fix = "The file covers more than the project.", "Leave the other places out with where, or cut the file."
    order = np.argsort(-np.nan_to_num(away_m), kind="stable")
    rows = layer.frame.index[order[far[order]]]
    return [warning(layer.source, "far-outside", what, rows=rows, why=why, fix=fix)]


def outside_own(layer: Draft, districts: Draft) -> list[Finding]:
    """Rows that name a district and stand outside it, with their distance from it.

    A warning where one stands farther out than boundaries are inexact, else a note.
    """
    if "district" not in layer.frame:
        return []
    own = named_district(layer.frame["district"], districts.frame.index, districts.frame["name"])
    asked = np.flatnonzero((own >= 0) & (families(layer.geometry) != ""))
    asked = asked[~shapely.is_missing(districts.geometry[own[asked]])]
    points = shapely.point_on_surface(layer.geometry[asked])
    home = home_district(points, districts.geometry)
    away_m = np.zeros(len(asked))
    other = home != own[asked]
    away_m[other] = shapely.distance(points[other], districts.geometry[own[asked[other]]])
    out = np.flatnonzero(away_m > 0)
    if not len(out):
        return []
    out = out[np.argsort(-away_m[out], kind="stable")]
    far = int((away_m[out] > BOUNDARY_M).sum())
    names, ids = labels(districts), layer.frame.index
    told = "; ".join(
        f"{ids[asked[each]]} stands {_metres(away_m[each])} outside {names[own[asked[each]]]}"
        f"{', in ' + names[there] if there >= 0 else ''}"
        for each, there in list(zip(out, home[out], strict=True))[:_SHOWN]
    )
    what = (
        f"{len(out):,} of {len(asked):,} {layer.source.role} that name their district stand outside it, "
        f"{far:,} of them by more than {BOUNDARY_M:g} m: {told}."
    )
    why = "By the district column they count there; on the map they stand elsewhere."
    fix = "Correct the place or the district; up to some hundred metres the boundary itself may be inexact."
    tell = warning if far else note
    return [tell(layer.source, "outside-own-district", what, rows=ids[asked[out]], why=why, fix=fix)]


def _metres(away_m: float) -> str:
    return f"{away_m / METRES_PER_KM:,.1f} km" if away_m >= METRES_PER_KM else f"{away_m:,.0f} m"
