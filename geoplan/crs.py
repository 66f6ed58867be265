"""Coordinate systems: the metric CRS of a project, and the datums that have no EPSG code.

CGCS2000 and WGS 84 differ by less than a metre; PROJ converts between them by doing nothing, and geoplan does
the same. GCJ-02 ("Mars coordinates", AMap) and BD-09 (Baidu) are shifted by hundreds of metres and must be
declared for each source.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError as ProjError

from geoplan.errors import CrsError

if TYPE_CHECKING:
    from numpy.typing import NDArray

WGS84 = CRS.from_epsg(4326)
CHINA_BOUNDS = (73.0, 3.0, 136.0, 54.0)
"""West, south, east, north in degrees: outside it AMap and Baidu do not shift, and CGCS2000 zones do not apply."""

_GK3_CENTRAL_MERIDIAN_75 = 4534
_WEB_MERCATOR = {3857, 900913, 3785, 102100, 102113}


def parse_crs(text: str) -> CRS:
    """A CRS from `EPSG:4547`, `4547` or any text that PROJ understands.

    Raises:
        CrsError: PROJ does not know it.
    """
    try:
        return CRS.from_user_input(int(text) if text.isdigit() else text)
    except ProjError as error:
        raise CrsError(f"Unknown CRS {text!r}. Expected an EPSG code such as EPSG:4547.") from error


def metric_crs(text: str) -> CRS:
    """A CRS to measure in.

    Raises:
        CrsError: it is in degrees, or Web Mercator, whose metres are stretched (13.5 % at 28° N).
    """
    crs = parse_crs(text)
    if crs.to_epsg() in _WEB_MERCATOR:
        raise CrsError(
            f"{text} is Web Mercator: its metres are not metres (at 37° N an area comes out at 157 %). "
            'Use crs = "auto" or a CGCS2000 zone such as EPSG:4547.'
        )
    is_plane = crs.is_projected or crs.is_engineering
    if not is_plane or any(axis.unit_name not in {"metre", "meter"} for axis in crs.axis_info[:2]):
        raise CrsError(f'{text} does not measure in metres. Use crs = "auto" or a zone such as EPSG:4547.')
    return crs


def zone_for(lon: float, lat: float) -> CRS:
    """The metric CRS for an area around (lon, lat) in degrees.

    Inside China the CGCS2000 3° Gauss-Krüger zone without zone prefix (EPSG:4534 for 75° E … EPSG:4554 for
    135° E); elsewhere the UTM zone on WGS 84.
    """
    west, south, east, north = CHINA_BOUNDS
    if west <= lon <= east and south <= lat <= north:
        zone = min(max(round(lon / 3), 25), 45)
        return CRS.from_epsg(_GK3_CENTRAL_MERIDIAN_75 + zone - 25)
    utm = min(int((lon + 180) // 6) + 1, 60)
    return CRS.from_epsg((32600 if lat >= 0 else 32700) + utm)


def to_lonlat(crs: CRS, xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Project coordinates, shape (n, 2), to WGS 84 longitude and latitude in degrees."""
    lon, lat = _to_wgs84(crs).transform(xy[:, 0], xy[:, 1])
    return np.column_stack([lon, lat])


@lru_cache(maxsize=8)
def _to_wgs84(crs: CRS) -> Transformer:
    """Making a transformer takes a tenth of a second; a page asks for thousands of rings."""
    return Transformer.from_crs(crs, WGS84, always_xy=True)


_A = 6378245.0
_EE = 0.00669342162296594323
_BD = np.pi * 3000.0 / 180.0


def _gcj_offset(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    wave = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    d_lat += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    d_lat += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    d_lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    d_lon += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    d_lon += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    phi = np.radians(lat)
    magic = 1.0 - _EE * np.sin(phi) ** 2
    d_lat *= 180.0 / ((_A * (1.0 - _EE)) / (magic * np.sqrt(magic)) * np.pi)
    d_lon *= 180.0 / (_A / np.sqrt(magic) * np.cos(phi) * np.pi)
    return np.column_stack([d_lon, d_lat])


def gcj02_from_wgs84(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """WGS 84 to GCJ-02, degrees, shape (n, 2). Points outside China do not move."""
    return np.where(_in_china(lonlat)[:, None], lonlat + _gcj_offset(lonlat[:, 0], lonlat[:, 1]), lonlat)


def wgs84_from_gcj02(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """GCJ-02 to WGS 84, degrees, shape (n, 2), by fixed-point iteration.

    Four steps leave an error well below a millimetre; the usual one-step inverse errs by up to 4.3 m.
    """
    guess = lonlat.copy()
    for _ in range(4):
        guess = lonlat - _gcj_offset(guess[:, 0], guess[:, 1])
    return np.where(_in_china(lonlat)[:, None], guess, lonlat)


def bd09_from_gcj02(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """GCJ-02 to BD-09, degrees, shape (n, 2)."""
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD)
    return np.column_stack([radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006])


def gcj02_from_bd09(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """BD-09 to GCJ-02, degrees, shape (n, 2), by fixed-point iteration."""
    guess = lonlat.copy()
    for _ in range(6):
        guess = guess + lonlat - bd09_from_gcj02(guess)
    return guess


def wgs84_from_datum(lonlat: NDArray[np.float64], datum: str) -> NDArray[np.float64]:
    """Degrees of a declared datum (`wgs84`, `cgcs2000`, `gcj02`, `bd09`) to WGS 84, shape (n, 2)."""
    if datum == "bd09":
        return wgs84_from_gcj02(gcj02_from_bd09(lonlat))
    return wgs84_from_gcj02(lonlat) if datum == "gcj02" else lonlat


def _in_china(lonlat: NDArray[np.float64]) -> NDArray[np.bool_]:
    west, south, east, north = CHINA_BOUNDS
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
