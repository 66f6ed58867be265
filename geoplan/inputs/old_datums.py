"""Beijing 54 and Xi'an 80: named, moved only by parameters that PROJ holds for the place, their accuracy told.

China's own parameters between them and CGCS2000 are not public. EPSG has regional ones for Beijing 54 (the basins
of Tarim, Ordos, Bohai, Pearl River and Beibu Gulf) and none for Xi'an 80. PROJ would pick one of them for each
point by itself and tear a layer at the edge of such an area; here one operation serves the whole layer, or none.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Geod, Transformer
from pyproj.transformer import AreaOfInterest, TransformerGroup

from geoplan.crs import WGS84
from geoplan.inputs.findings import warning

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

    from geoplan.inputs.draft import Draft
    from geoplan.types import Finding


@dataclass(frozen=True)
class OldDatum:
    """A datum before CGCS2000, and by how much its plane coordinates differ from it over China, in metres.

    The ranges are typical figures, not measured here: they circulate in textbooks and on web pages about the change to
    CGCS2000, for Gauss-Krüger coordinates of the same zone; their first source was not seen. They serve to say "tens of
    metres", never to move anything. Whoever needs more asks the surveying office for the parameters of the place.
    """

    name: str
    north_m: tuple[int, int]
    east_m: tuple[int, int]

    @property
    def most_m(self) -> float:
        """The longest shift that the typical ranges allow."""
        return float(np.hypot(max(map(abs, self.north_m)), max(map(abs, self.east_m))))


BEIJING_54 = OldDatum("Beijing 54 (北京54)", (-62, -29), (-56, 84))
XIAN_80 = OldDatum("Xi'an 80 (西安80)", (-9, 43), (76, 119))
_NAMES = (
    (re.compile(r"new[ _]?beijing", re.IGNORECASE), OldDatum("New Beijing 54 (新北京54)", (-62, 43), (-56, 119))),
    (re.compile(r"beijing[ _]?(?:19)?54|krassov?[sw]?ky", re.IGNORECASE), BEIJING_54),
    (re.compile(r"xi'?an[ _]?(?:19)?80|iag[ _]?1?9?75", re.IGNORECASE), XIAN_80),
)


def old_datum(crs: CRS | None) -> OldDatum | None:
    """The datum before CGCS2000 that a CRS stands on; None for every other CRS."""
    geodetic = crs.geodetic_crs if crs is not None else None
    if geodetic is None:
        return None
    datum = geodetic.datum.name if geodetic.datum is not None else ""
    named = f"{geodetic.name} {datum}"
    return next((old for pattern, old in _NAMES if pattern.search(named)), None)


def settled(draft: Draft) -> tuple[Draft, list[Finding]]:
    """A layer on an old datum brought to WGS 84 (= CGCS2000) with what PROJ knows for its place, and the warning.

    Where PROJ knows nothing the degrees stay as they are, tens of metres off.
    """
    old = old_datum(draft.crs)
    if old is None or draft.crs is None or not draft.has_geometry:
        return draft, []
    degrees = draft.crs.geodetic_crs
    plain = _through(draft.geometry, Transformer.from_crs(draft.crs, degrees, always_xy=True))
    operation = _operation(degrees, shapely.total_bounds(plain))
    moved = plain if operation is None else _through(plain, operation)
    return replace(draft, geometry=moved, crs=WGS84), [_told(draft, old, operation, _shift_m(plain, moved))]


def _through(geometry: NDArray[np.object_], transformer: Transformer) -> NDArray[np.object_]:
    turn = lambda xy: np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))  # noqa: E731  one use, one line
    return np.asarray(shapely.transform(geometry, turn), dtype=object)


def _operation(degrees: CRS | None, bounds: NDArray[np.float64]) -> Transformer | None:
    """The best operation whose area holds the whole layer; None where only PROJ's ballpark is left."""
    west, south, east, north = (float(side) for side in bounds)
    if degrees is None or not np.isfinite(bounds).all():
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # about grid files that are not installed; there are none here
        area = AreaOfInterest(west, south, east, north)
        group = TransformerGroup(degrees, WGS84, always_xy=True, area_of_interest=area)
    for operation in group.transformers:
        use = operation.area_of_use
        holds = use is not None and use.west <= west and use.south <= south and use.east >= east and use.north >= north
        if operation.accuracy is not None and operation.accuracy > 0 and holds:
            return operation
    return None


def _shift_m(before: NDArray[np.object_], after: NDArray[np.object_]) -> float:
    one, other = shapely.get_coordinates(before), shapely.get_coordinates(after)
    _, _, metres = Geod(ellps="WGS84").inv(one[:, 0], one[:, 1], other[:, 0], other[:, 1])
    return float(np.mean(metres)) if len(one) else 0.0


def _told(draft: Draft, old: OldDatum, operation: Transformer | None, shift_m: float) -> Finding:
    crs = draft.crs.name if draft.crs is not None else ""
    if operation is not None:
        name = next((part for part in operation.description.split(" + ") if " to " in part), operation.description)
        what = f"The layer is on {old.name} ({crs}): moved by {shift_m:,.0f} m with {name!r}."
        why = f"PROJ gives that operation an accuracy of {operation.accuracy:g} m here."
    else:
        north, east = old.north_m, old.east_m
        what = (
            f"The layer is on {old.name} ({crs}), and PROJ has no parameters for this place: its coordinates are "
            "taken as if they were CGCS2000."
        )
        why = (
            f"Over China the two differ typically by {north[0]} … {north[1]} m northwards and {east[0]} … {east[1]} m "
            f"eastwards: places are tens of metres off, perhaps {old.most_m:,.0f} m. Typical figures, not measured."
        )
    fix = (
        "Ask the surveying office for its parameters or the layer in CGCS2000, or tie it down with control points: "
        f'registration = "points.csv" in [layers.{draft.source.role}].'
    )
    return warning(draft.source, "old-datum", what, why=why, fix=fix)
