"""Gauss-Krüger coordinates as China writes them: 3° and 6° zones, the zone number in the easting or not.

Sources: GB/T 13989; EPSG 4513 … 4554 (3°) and 4491 … 4512 (6°) of CGCS2000 with their counterparts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.inputs.findings import error, note

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

    from geoplan.inputs.draft import Draft
    from geoplan.types import Finding

ZONE_M = 1_000_000.0
"""One zone number in an easting: 38,547,000 is 547,000 in zone 38."""
NORTHING_M = (300_000.0, 6_000_000.0)
EASTING_M = (100_000.0, 900_000.0)
FALSE_EASTING_M = 500_000.0
SIX_DEGREES = (13, 23)
THREE_DEGREES = (25, 45)
"""China's zone numbers; the two ranges do not meet, so that a number says its width."""


@dataclass(frozen=True)
class Family:
    """One datum's EPSG codes: the first code of each row of zones.

    Attributes:
        three: 3° zones 25 … 45 with the number in the easting; `three_plain` without it; `six…` zones 13 … 23.
    """

    name: str
    degrees: int
    three: int
    three_plain: int
    six: int
    six_plain: int

    def code(self, zone: int, *, numbered: bool) -> int:
        """The EPSG code of a zone, with its number in the easting or without."""
        if zone >= THREE_DEGREES[0]:
            return (self.three if numbered else self.three_plain) + zone - THREE_DEGREES[0]
        return (self.six if numbered else self.six_plain) + zone - SIX_DEGREES[0]


CGCS2000 = Family("CGCS2000", 4490, 4513, 4534, 4491, 4502)
XIAN_80 = Family("Xi'an 80", 4610, 2349, 2370, 2327, 2338)
BEIJING_54 = Family("Beijing 54", 4214, 2401, 2422, 21413, 21453)
FAMILIES = (CGCS2000, XIAN_80, BEIJING_54)


@dataclass(frozen=True)
class Zone:
    """What a Gauss-Krüger CRS expects: its central meridian in degrees, and its number in eastings (0 for none)."""

    meridian: float
    number: int


def zone_number(easting_m: float) -> int:
    """The zone number in an easting such as 38,547,000; 0 where there is none."""
    if not np.isfinite(easting_m):
        return 0
    number = int(easting_m // ZONE_M)
    known = _between(number, SIX_DEGREES) or _between(number, THREE_DEGREES)
    return number if known and _between(easting_m % ZONE_M, EASTING_M) else 0


def meridian_of(number: int) -> float:
    """The central meridian of a numbered zone, in degrees."""
    return 3.0 * number if number >= THREE_DEGREES[0] else 6.0 * number - 3.0


def zone_of(crs: CRS | None) -> Zone | None:
    """The zone of a Gauss-Krüger CRS (scale 1, false easting 500 km behind an optional number); else None."""
    if crs is None or not crs.is_projected or crs.coordinate_operation is None:
        return None
    operation = crs.coordinate_operation
    if "Transverse Mercator" not in operation.method_name and "Gauss" not in operation.method_name:
        return None
    values = {parameter.name: float(parameter.value) for parameter in operation.params}
    easting = values.get("False easting", 0.0)
    number, rest = divmod(easting, ZONE_M)
    scale = values.get("Scale factor at natural origin", 1.0)
    if rest != FALSE_EASTING_M or scale != 1.0 or values.get("False northing", 0.0) != 0.0:
        return None
    return Zone(values.get("Longitude of natural origin", 0.0), int(number))


def is_turned(first: float, second: float) -> bool:
    """(first, second) are (northing, easting), as survey tables head them X and Y; by their size."""
    likely = _between(second, EASTING_M) or zone_number(second) > 0
    return _between(first, NORTHING_M) and first > EASTING_M[1] and likely


def _between(value: float, bounds: tuple[float, float]) -> bool:
    return bool(bounds[0] <= value <= bounds[1])


def settled(draft: Draft) -> tuple[Draft, list[Finding]]:
    """A layer in a Gauss-Krüger CRS with easting before northing and the zone number that its CRS wants.

    The findings may hold errors: zone-mismatch, mixed-axes.
    """
    zone = zone_of(draft.crs)
    xy, owner = shapely.get_coordinates(draft.geometry, return_index=True)
    if zone is None or not len(xy) or not np.isfinite(xy).all():
        return draft, []
    findings: list[Finding] = []
    middle = np.median(xy, axis=0)
    if is_turned(middle[0], middle[1]):
        xy = xy[:, ::-1].copy()
        what = f"The first coordinate (about {middle[0]:,.0f}) is taken as northing, the second as easting."
        findings.append(note(draft.source, "northing-easting", what, why="Chinese survey data put the northing first."))
    strange = (xy[:, 0] > EASTING_M[1]) & (xy[:, 0] <= NORTHING_M[1]) & _plain(xy[:, 1] % ZONE_M)
    if strange.any():
        return draft, [_mixed_axes(draft, owner[strange])]
    xy, told = _numbered(xy, owner, zone, draft)
    findings.extend(told)
    if not findings or any(each.code == "zone-mismatch" for each in findings):
        return draft, findings
    return replace(draft, geometry=shapely.set_coordinates(draft.geometry.copy(), xy)), findings


def _numbered(
    xy: NDArray[np.float64], owner: NDArray[np.int64], zone: Zone, draft: Draft
) -> tuple[NDArray[np.float64], list[Finding]]:
    """Zone numbers put into the eastings, or taken off, as the CRS wants them."""
    numbers = np.floor(xy[:, 0] / ZONE_M).astype(np.int64)
    known = np.array([number for number in np.unique(numbers) if zone_number(number * ZONE_M + FALSE_EASTING_M)])
    numbers = np.where(np.isin(numbers, known), numbers, 0)
    wrong = (numbers > 0) & (numbers != zone.number if zone.number else _meridians(numbers) != zone.meridian)
    if wrong.any():
        return xy, [_mismatch(draft, zone, int(numbers[wrong][0]), owner[wrong])]
    off = numbers != zone.number
    off &= _plain(xy[:, 0] - numbers * ZONE_M)
    if not off.any():
        return xy, []
    moved = xy.copy()
    moved[off, 0] += (zone.number - numbers[off]) * ZONE_M
    rows = list(dict.fromkeys(draft.frame.index[owner[off]]))
    shown = f"({xy[off][0, 0]:,.0f} → {moved[off][0, 0]:,.0f})"
    number = zone.number or int(numbers[off][0])
    done = (
        f"put before the eastings of {len(rows):,} rows" if zone.number else f"taken off {len(rows):,} rows' eastings"
    )
    what = f"The zone number {number} is {done} {shown}."
    why = f"{draft.crs.name if draft.crs else ''} writes eastings {'with' if zone.number else 'without'} it."
    return moved, [note(draft.source, "zone-prefix", what, rows=rows, why=why)]


def _meridians(numbers: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.where(numbers >= THREE_DEGREES[0], 3.0 * numbers, 6.0 * numbers - 3.0)


def _plain(easting_m: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray((easting_m >= EASTING_M[0]) & (easting_m <= EASTING_M[1]))


def _mismatch(draft: Draft, zone: Zone, number: int, owner: NDArray[np.int64]) -> Finding:
    rows = list(dict.fromkeys(draft.frame.index[owner]))
    name = draft.crs.name if draft.crs is not None else ""
    code = CGCS2000.code(number, numbered=True)
    what = (
        f"The eastings of {len(rows):,} rows begin with zone number {number} ({meridian_of(number):g}° E), "
        f"while the CRS is {name} ({zone.meridian:g}° E)."
    )
    fix = (
        f'Where all rows are in zone {number}, set crs = "EPSG:{code}" in [layers.{draft.source.role}]; '
        "where the file spans two zones, split it."
    )
    return error(draft.source, "zone-mismatch", what, rows=rows, why="They would land in another zone.", fix=fix)


def _mixed_axes(draft: Draft, owner: NDArray[np.int64]) -> Finding:
    rows = list(dict.fromkeys(draft.frame.index[owner]))
    what = f"In {len(rows):,} rows northing and easting stand the other way round than in the rest."
    return error(draft.source, "mixed-axes", what, rows=rows, fix="Swap the two cells of these rows in the file.")
