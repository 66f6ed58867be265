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
    from collections.abc import Callable

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


def from_lonlat(crs: CRS, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """WGS 84 longitude and latitude in degrees, shape (n, 2), to project coordinates; inf far outside the zone."""
    x, y = _to_wgs84(crs).transform(lonlat[:, 0], lonlat[:, 1], direction="INVERSE")
    return np.column_stack([x, y])


@lru_cache(maxsize=8)
def _to_wgs84(crs: CRS) -> Transformer:
    """Making a transformer takes a tenth of a second; a page asks for thousands of rings."""
    return Transformer.from_crs(crs, WGS84, always_xy=True)


_A = 6378245.0
_EE = 0.00669342162296594323
_BD = np.pi * 3000.0 / 180.0
_BD_OFFSET = np.array([0.0065, 0.006])


_CHUNK = 16_384
"""Points at a time: the two dozen arrays of the formula then stay in the processor's cache."""


def _gcj_offset(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    x30, x12, x3, x1 = _waves(x)
    y30, y12, y3, y1 = _waves(y)
    x_twice = 2.0 * x1.imag * x1.real
    wave = 20.0 * x_twice * (4.0 - 4.0 * x_twice * x_twice)  # 20 sin 6πx + 20 sin 2πx
    d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    d_lat += (wave + 20.0 * y1.imag + 40.0 * y3.imag + 160.0 * y12.imag + 320.0 * y30.imag) * 2.0 / 3.0
    d_lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    d_lon += (wave + 20.0 * x1.imag + 40.0 * x3.imag + 150.0 * x12.imag + 300.0 * x30.imag) * 2.0 / 3.0
    sine = np.sin(np.radians(lat))
    magic = 1.0 - _EE * sine * sine
    root_magic = np.sqrt(magic)
    d_lat *= 180.0 / ((_A * (1.0 - _EE)) / (magic * root_magic) * np.pi)
    d_lon *= 180.0 / (_A / root_magic * np.sqrt(1.0 - sine * sine) * np.pi)
    return np.column_stack([d_lon, d_lat])


def _waves(angle: NDArray[np.float64]) -> tuple[NDArray[np.complex128], ...]:
    """The roots cos + i sin of πa/30, πa/12, πa/3 and πa: powers of one root, for a sine costs twenty products."""
    sixtieth = angle * (np.pi / 60.0)
    root = np.empty(len(angle), dtype=np.complex128)
    root.real, root.imag = np.cos(sixtieth), np.sin(sixtieth)
    square = root * root
    fifth = square * square * root
    tenth = fifth * fifth
    twentieth = tenth * tenth
    return square, fifth, twentieth, twentieth * twentieth * twentieth


def _by_chunks(
    convert: Callable[[NDArray[np.float64]], NDArray[np.float64]], lonlat: NDArray[np.float64]
) -> NDArray[np.float64]:
    """`convert` over points, shape (n, 2), a cacheful at a time; points outside China do not move."""
    moved = np.array(lonlat, dtype=np.float64)
    inside = np.flatnonzero(_in_china(moved))
    for start in range(0, len(inside), _CHUNK):
        rows = inside[start : start + _CHUNK]
        moved[rows] = convert(moved[rows])
    return moved


def gcj02_from_wgs84(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """WGS 84 to GCJ-02, degrees, shape (n, 2). Points outside China do not move."""
    return _by_chunks(lambda here: here + _gcj_offset(here[:, 0], here[:, 1]), lonlat)


def wgs84_from_gcj02(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """GCJ-02 to WGS 84, degrees, shape (n, 2), by fixed-point iteration.

    Four steps leave an error well below a millimetre; the usual one-step inverse errs by up to 4.3 m.
    """
    return _by_chunks(_undo_gcj, lonlat)


def _undo_gcj(shifted: NDArray[np.float64]) -> NDArray[np.float64]:
    guess: NDArray[np.float64] = shifted
    for _ in range(4):
        guess = shifted - _gcj_offset(guess[:, 0], guess[:, 1])
    return guess


def bd09_from_gcj02(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """GCJ-02 to BD-09, degrees, shape (n, 2). Points outside China do not move."""
    return _by_chunks(_to_bd, lonlat)


def _to_bd(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """The published formula turns each point by up to 3e-6 radians about (0°, 0°).

    Written as a turn it needs no arc tangent; the terms left out are below 1e-15 degrees.
    """
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    turn = 0.000003 * np.cos(lon * _BD)
    stretch = 1.0 + 0.00002 * np.sin(lat * _BD) / np.sqrt(lon * lon + lat * lat)
    keep = 1.0 - turn * turn / 2.0
    turned = np.column_stack([(lon * keep - lat * turn) * stretch, (lat * keep + lon * turn) * stretch])
    return np.asarray(turned + _BD_OFFSET)


def gcj02_from_bd09(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """BD-09 to GCJ-02, degrees, shape (n, 2), by fixed-point iteration: each step is some fifty times nearer."""
    return _by_chunks(_undo_bd, lonlat)


def _undo_bd(shifted: NDArray[np.float64]) -> NDArray[np.float64]:
    guess: NDArray[np.float64] = shifted - _BD_OFFSET
    for _ in range(4):
        guess = np.asarray(guess + shifted - _to_bd(guess))
    return guess


def wgs84_from_datum(lonlat: NDArray[np.float64], datum: str | None) -> NDArray[np.float64]:
    """Degrees of a declared datum to WGS 84, shape (n, 2).

    Args:
        datum: `gcj02` or `bd09`; `wgs84`, `cgcs2000` and None move nothing.
    """
    if datum == "bd09":
        return wgs84_from_gcj02(gcj02_from_bd09(lonlat))
    return wgs84_from_gcj02(lonlat) if datum == "gcj02" else lonlat


def datum_from_wgs84(lonlat: NDArray[np.float64], datum: str | None) -> NDArray[np.float64]:
    """WGS 84 to the degrees of a datum, shape (n, 2): the inverse of `wgs84_from_datum`."""
    if datum == "bd09":
        return bd09_from_gcj02(gcj02_from_wgs84(lonlat))
    return gcj02_from_wgs84(lonlat) if datum == "gcj02" else lonlat


def _in_china(lonlat: NDArray[np.float64]) -> NDArray[np.bool_]:
    west, south, east, north = CHINA_BOUNDS
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
