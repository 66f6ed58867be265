"""A layer without CRS: which ones its figures allow, and where on earth it would land. Offered, never chosen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from pyproj import CRS, Transformer

from geoplan.crs import CHINA_BOUNDS, WGS84
from geoplan.inputs.gauss import (
    BEIJING_54,
    CGCS2000,
    EASTING_M,
    NORTHING_M,
    THREE_DEGREES,
    XIAN_80,
    is_turned,
    meridian_of,
    zone_number,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bounds = tuple[float, float, float, float]

_MERCATOR_M = (7_800_000.0, 15_300_000.0)
_UTM = range(43, 54)
_UTM_50 = 32650
_ZONE_38 = 4547
_SAMPLE = 5_000
_SHOWN = 4
_LEAST_SHARE = 0.2


@dataclass(frozen=True)
class Candidate:
    """One CRS that the figures allow.

    Attributes:
        bounds: where the layer would land: west, south, east, north in degrees.
        share: of its points within the home's bounds; NaN where there is no home.
    """

    epsg: int
    name: str
    bounds: Bounds
    share: float

    def __str__(self) -> str:
        west, south, east, north = self.bounds
        inside = "" if np.isnan(self.share) else f", {self.share:.0%} of it inside"
        return f"EPSG:{self.epsg} ({self.name}): {west:.3f}-{east:.3f}° E, {south:.3f}-{north:.3f}° N{inside}"


def candidates(xy: NDArray[np.float64], home: Bounds | None) -> list[Candidate]:
    """CRSs under which points of unknown CRS land in China, or meet the home's bounds where one is given.

    Xi'an 80 and Beijing 54 are left out: under the zone of the same number they land within some 100 m.

    Args:
        xy: coordinates as the file has them, shape (n, 2); northing before easting is turned.
        home: bounds of the districts (else the population) in degrees, or None.

    Returns:
        The best first: by the share of points inside the home, CGCS2000 before the others at the same share.
    """
    xy = xy[np.isfinite(xy).all(axis=1)][:: max(1, len(xy) // _SAMPLE)]
    if not len(xy):
        return []
    middle = np.median(xy, axis=0)
    if is_turned(middle[0], middle[1]):
        xy, middle = xy[:, ::-1], middle[::-1]
    found = [candidate for code in _codes(middle[0], middle[1]) if (candidate := _landed(xy, code, home)) is not None]
    return sorted(found, key=lambda each: -1.0 if np.isnan(each.share) else -round(each.share, 2))


def _codes(x: float, y: float) -> list[int]:
    """EPSG codes whose figures look like that; CGCS2000 before UTM and Web Mercator."""
    if abs(x) <= 180 and abs(y) <= 90:
        return [4326, 4490]
    if number := zone_number(x):
        return [CGCS2000.code(number, numbered=True)]
    codes = []
    if EASTING_M[0] <= x <= EASTING_M[1] and NORTHING_M[0] <= y <= NORTHING_M[1]:
        codes = [CGCS2000.code(number, numbered=False) for number in range(THREE_DEGREES[0], THREE_DEGREES[1] + 1)]
        codes += [32600 + number for number in _UTM]
    if _MERCATOR_M[0] <= x <= _MERCATOR_M[1] and NORTHING_M[0] <= y <= 7_200_000:
        codes.append(3857)
    return codes


def _landed(xy: NDArray[np.float64], code: int, home: Bounds | None) -> Candidate | None:
    lon, lat = _lonlat(xy, code)
    if not np.isfinite(lon + lat).all():
        return None
    share = _share(lon, lat, home or CHINA_BOUNDS)
    if share < _LEAST_SHARE:
        return None
    bounds = (float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))
    return Candidate(code, CRS.from_epsg(code).name, bounds, share if home is not None else float("nan"))


def _lonlat(xy: NDArray[np.float64], code: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Degrees under a code. The zones of one family differ only by their meridian: one transformer serves them all."""
    base, east = code, 0.0
    if CGCS2000.three_plain <= code <= CGCS2000.three_plain + 20:
        base = _ZONE_38
        east = 3.0 * (code - base)
    elif 32600 < code <= 32660:
        base = _UTM_50
        east = 6.0 * (code - base)
    lon, lat = _to_wgs84(base).transform(xy[:, 0], xy[:, 1])
    return np.asarray(lon) + east, np.asarray(lat)


@lru_cache(maxsize=8)
def _to_wgs84(code: int) -> Transformer:
    return Transformer.from_crs(code, WGS84, always_xy=True)


def _share(lon: NDArray[np.float64], lat: NDArray[np.float64], bounds: Bounds) -> float:
    west, south, east, north = bounds
    return float(((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)).mean())


def told(found: list[Candidate], home: str) -> str:
    """The candidates as a sentence: those that fit, what cannot be told apart, what they were held against.

    Args:
        home: `districts (districts.gpkg)`, or '' where no layer has a place.
    """
    if not found:
        return ""
    against = f"Against {home}" if home else "Within China"
    if not home and len(found) > _SHOWN:
        first, last = found[0], found[-1]
        return (
            f" {against} every zone fits, from {first} to {last}: without a second layer that has a CRS only the "
            "people who made the file know which."
        )
    text = f" {against} these fit: {'; '.join(str(each) for each in found[:_SHOWN])}."
    return text + _twins(found[0].epsg)


def _twins(epsg: int) -> str:
    """What bounds cannot tell from the best candidate."""
    if epsg in {4490, 4326}:
        return ' If the points come from AMap or Baidu, set datum = "gcj02" or "bd09" as well.'
    for number in (*range(13, 24), *range(THREE_DEGREES[0], THREE_DEGREES[1] + 1)):
        for numbered in (True, False):
            if CGCS2000.code(number, numbered=numbered) == epsg:
                codes = [family.code(number, numbered=numbered) for family in (XIAN_80, BEIJING_54)]
                return (
                    f" The same zone ({meridian_of(number):g}° E) of {XIAN_80.name} (EPSG:{codes[0]}) or "
                    f"{BEIJING_54.name} (EPSG:{codes[1]}) would land within some 100 m."
                )
    return ""
