"""Layers that look shifted by a web map's datum: every kind of evidence asked, one finding a layer.

A layer whose datum project.toml does not name stops the run; a declared datum, `wgs84` too, accepts it with a note.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.crs import CHINA_BOUNDS, to_lonlat
from geoplan.inputs import datum_evidence as evidence
from geoplan.inputs.findings import RefusedError, error, note, warning
from geoplan.inputs.reference import read_reference
from geoplan.inputs.values import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray
    from pyproj import CRS

    from geoplan.config import LayerConfig
    from geoplan.inputs.datum_evidence import Support
    from geoplan.inputs.draft import Draft
    from geoplan.types import Finding

ASKED = ("schools", "population", "stops", "sites", "estates", "premises", "parcels")
_NAMED = ("schools", "sites", "premises", "estates", "parcels")
_MOST = 20_000
_MOST_ROADS = 2_000


def suspected(drafts: Mapping[str, Draft]) -> list[Finding]:
    """Findings about every layer whose points fit the others only under another datum.

    Args:
        drafts: all layers by role, in the project's metric CRS; nothing is asked of local metres or outside China.
    """
    decisive: dict[tuple[str, str], list[Support]] = defaultdict(list)
    findings: list[Finding] = []
    for role in ASKED:
        layer = drafts.get(role)
        if layer is None or layer.crs is None or not layer.has_geometry or not _in_china(layer):
            continue
        supports = list(_supports(layer, layer.crs, drafts, findings))
        best = max(supports, key=_rank, default=None)
        if best is not None and best.strength:
            reading = best.reading
            agreeing = [each for each in supports if each.reading == reading]
            decisive[reading.blamed.source.role, reading.datum].extend(
                sorted(agreeing, key=lambda each: -each.strength)
            )
    return [*findings, *_findings(decisive)]


def _rank(support: Support) -> tuple[int, int]:
    return support.strength, support.better - support.worse


def _in_china(layer: Draft) -> bool:
    bounds = shapely.total_bounds(layer.geometry)
    centre = np.array([[(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2]])
    lon, lat = to_lonlat(layer.crs, centre)[0] if layer.crs is not None else (0.0, 0.0)
    west, south, east, north = CHINA_BOUNDS
    return bool(west <= lon <= east and south <= lat <= north)


def _supports(layer: Draft, crs: CRS, drafts: Mapping[str, Draft], findings: list[Finding]) -> Iterator[Support]:
    """Every kind of evidence about one layer."""
    rows = _placed(layer)
    rows = rows[:: max(1, len(rows) // _MOST)]
    xy = shapely.get_coordinates(shapely.point_on_surface(layer.geometry[rows]))
    districts = drafts.get("districts")
    if districts is not None and districts.has_geometry:
        yield from _by_district(layer, rows, xy, crs, districts)
    for role in _NAMED:
        other = drafts.get(role)
        if layer.source.role in _NAMED and other is not None and other is not layer and other.has_geometry:
            yield from _by_other_layer(layer, rows, xy, crs, other)
    if layer.source.place.reference is not None:
        yield from _by_reference(layer, rows, xy, crs, findings)
    roads = drafts.get("roads")
    if roads is not None and roads.has_geometry and set(shapely.get_type_id(layer.geometry[rows])) == {0}:
        lines = roads.geometry[~shapely.is_missing(roads.geometry)]
        some = xy[:: max(1, len(xy) // _MOST_ROADS)]
        yield from evidence.by_roads(some, shapely.STRtree(lines), crs, evidence.readings(layer, roads))


def _placed(layer: Draft) -> NDArray[np.int64]:
    """Rows that stand somewhere: neither without a geometry nor with an empty one."""
    return np.flatnonzero(~(shapely.is_missing(layer.geometry) | shapely.is_empty(layer.geometry)))


def _by_district(
    layer: Draft, rows: NDArray[np.int64], xy: NDArray[np.float64], crs: CRS, districts: Draft
) -> list[Support]:
    tried = evidence.readings(layer, districts)
    own = own_district(layer, districts)[rows]
    named = own >= 0
    if named.sum() >= evidence.LEAST_DISTRICT:
        shapely.prepare(districts.geometry)
        homes = districts.geometry[own[named]]
        return evidence.by_area(xy[named], homes, crs, tried, own=True)
    whole = shapely.union_all(districts.geometry[~shapely.is_missing(districts.geometry)])
    shapely.prepare(whole)
    return evidence.by_area(xy, np.full(len(xy), whole, dtype=object), crs, tried, own=False)


def own_district(layer: Draft, districts: Draft) -> NDArray[np.int64]:
    """Position of the district that each row names by name or id, -1 where it names none with a polygon."""
    known: dict[str, int] = {}
    for place, (key, name) in enumerate(zip(districts.frame.index, districts.frame["name"], strict=True)):
        if districts.geometry[place] is not None:
            known.setdefault(fold(str(key)), place)
            known.setdefault(fold(str(name)), place)
    known.pop("", None)
    if "district" not in layer.frame.columns:
        return np.full(len(layer.frame), -1, dtype=np.int64)
    return np.array([known.get(fold(str(name)), -1) for name in layer.frame["district"]], dtype=np.int64)


def _by_other_layer(
    layer: Draft, rows: NDArray[np.int64], xy: NDArray[np.float64], crs: CRS, other: Draft
) -> list[Support]:
    there = _placed(other)
    places = shapely.get_coordinates(shapely.point_on_surface(other.geometry[there]))
    pairs = _pairs(_names(layer, rows), _names(other, there))
    if not len(pairs):
        return []
    tried = evidence.readings(layer, other)
    whose = f"{other.source.role} ({other.source.path})"
    return evidence.by_names(xy[pairs[:, 0]], places[pairs[:, 1]], crs, tried, whose)


def _by_reference(
    layer: Draft, rows: NDArray[np.int64], xy: NDArray[np.float64], crs: CRS, findings: list[Finding]
) -> list[Support]:
    """Against the points of known place that project.toml names; a shared gap that is no datum is told as well."""
    source = layer.source
    try:
        names, places, told = read_reference(source, crs)
    except RefusedError as refused:
        findings.extend(refused.findings)
        return []
    findings.extend(told)
    pairs = _pairs(_names(layer, rows), names)
    shown = source.place.reference.name if source.place.reference else ""
    if len(pairs) < evidence.LEAST_NAMED:
        what = f"Only {len(pairs):,} names stand both in the layer and in its reference {shown}; expected 3 at least."
        findings.append(warning(source, "reference-unmatched", what, fix="Write the names alike."))
        return []
    here, known = xy[pairs[:, 0]], places[pairs[:, 1]]
    found = evidence.by_names(here, known, crs, evidence.readings(layer, None), shown)
    gap = evidence.constant_gap(here, known)
    if gap is not None and not any(each.strength for each in found):
        what = f"{len(pairs):,} points lie {gap[0]:,.0f} m from their reference {shown}, all alike ({gap[1]})."
        why = "No web map's datum explains it; an old datum (Xi'an 80, Beijing 54) or local metres would."
        fix = "Find out which CRS the file has, or tie it down with registration = …"
        findings.append(warning(source, "constant-shift", what, why=why, fix=fix))
    return found


def _names(layer: Draft, rows: NDArray[np.int64]) -> list[str]:
    if "name" not in layer.frame.columns:
        return [""] * len(rows)
    return [fold(str(name)) for name in layer.frame["name"].iloc[rows]]


def _pairs(here: list[str], there: list[str]) -> NDArray[np.int64]:
    """Positions of the names that stand once on either side, shape (n, 2)."""
    first, second = _unique(here), _unique(there)
    return np.array([(first[name], second[name]) for name in first if name in second], dtype=np.int64).reshape(-1, 2)


def _unique(names: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    seen: set[str] = set()
    for place, name in enumerate(names):
        if name in seen:
            found.pop(name, None)
        elif name:
            found[name] = place
        seen.add(name)
    return found


def _findings(decisive: Mapping[tuple[str, str], list[Support]]) -> Iterator[Finding]:
    for supports in decisive.values():
        yield _told(supports)


def _datum_key(source: LayerConfig) -> str:
    return f'datum = "{source.datum}" in [layers.{source.role}]' if source.datum else source.path


def _told(supports: list[Support]) -> Finding:
    reading = supports[0].reading
    source = reading.blamed.source
    sure = any(support.strength == 2 for support in supports)
    east_m, north_m = supports[0].shift_m
    if reading.is_reference:
        east_m, north_m = -east_m, -north_m
    way = evidence.direction(np.array([east_m, north_m]))
    texts = "; ".join(dict.fromkeys(support.text for support in supports))
    what = (
        f"Taken as {evidence.SHIFTED[reading.datum]} the layer moves by {np.hypot(east_m, north_m):,.0f} m ({way}) "
        f"and fits better: {texts}."
    )
    why = "Points and boundaries from AMap, Tencent or Baidu are shifted by hundreds of metres."
    if reading.declared:
        fix = f'Accepted, because project.toml declares datum = "{source.datum}"; make sure that it is so.'
        return note(source, "datum-suspected", what, why=why, fix=fix)
    asked = reading.asked.source
    other = (
        f" Or the {asked.role} were moved once too often: check {_datum_key(asked)}." if reading.is_reference else ""
    )
    fix = (
        f'Set datum = "{reading.datum}" in [layers.{source.role}] if it comes from there; '
        f'datum = "wgs84" accepts the layer as it is.{other}'
    )
    return (error if sure else warning)(source, "datum-suspected", what, why=why, fix=fix)
