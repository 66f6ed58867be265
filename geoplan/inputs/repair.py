"""Geometries put right: heights dropped, collections reduced, polygons that cross themselves repaired.

Nothing is lost in silence: each function returns what it did as findings, with rows and square metres.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np
import shapely

from geoplan.inputs.findings import error, note, warning
from geoplan.inputs.geometry import families

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from geoplan.config import LayerConfig
    from geoplan.inputs.draft import Draft
    from geoplan.types import Finding

    Shapes = NDArray[np.object_]
    Flags = NDArray[np.bool_]

MAX_REPAIR = 0.01
"""Share of its area by which a repair may change a polygon; above it a person has to look."""
MOST_M = 1e9
"""Zone prefixes reach 6e7, the way round the Earth is 4e7 m; areas of larger figures overflow."""
_SHOWN = 5
_POLYGON = 3
_COLLECTION = 7
_FAMILY_OF_DIMENSION = ("point", "line", "polygon")


@dataclass(frozen=True)
class Repaired:
    """One polygon before and after its repair, in square metres."""

    row: str
    before_m2: float
    after_m2: float
    why: str

    @property
    def change(self) -> float:
        """Change of area as a share of the larger of both; 0 to 1."""
        larger_m2 = max(self.before_m2, self.after_m2, 1e-9)
        return abs(self.after_m2 - self.before_m2) / larger_m2

    def __str__(self) -> str:
        return f"{self.row}: {self.before_m2:,.0f} → {self.after_m2:,.0f} m² ({self.why})"


def plain(draft: Draft) -> tuple[Draft, list[Finding]]:
    """Finite coordinates in two dimensions, and no collections that hold one kind of thing the role takes.

    The findings hold bad-coordinates, an error, for rows with coordinates that are no numbers.
    """
    lost = not_finite(draft.geometry)
    if lost.any():
        what = (
            f"{int(lost.sum()):,} rows have coordinates that are no numbers (NaN or infinite), or beyond any place on "
            f"Earth ({MOST_M:,.0f})."
        )
        fix = "Draw them again, or leave them out with where."
        return draft, [error(draft.source, "bad-coordinates", what, rows=draft.frame.index[lost], fix=fix)]
    shapes, findings = _without_heights(draft.frame, draft.geometry, draft.source)
    shapes, told = _without_collections(draft.frame, shapes, draft.source, draft.schema.geometry)
    return replace(draft, geometry=shapes), [*findings, *told]


def not_finite(geometry: Shapes) -> Flags:
    """Rows with a coordinate that is no number, or farther from zero than any CRS of this planet goes."""
    xy, owner = shapely.get_coordinates(geometry, return_index=True)
    lost = np.zeros(len(geometry), dtype=bool)
    lost[owner[~(np.abs(xy) <= MOST_M).all(axis=1)]] = True
    return lost


def _without_heights(frame: pd.DataFrame, geometry: Shapes, source: LayerConfig) -> tuple[Shapes, list[Finding]]:
    high = shapely.has_z(geometry) | shapely.has_m(geometry)
    if not high.any():
        return geometry, []
    heights = shapely.get_coordinates(geometry[high], include_z=True)[:, 2]
    heights = heights[np.isfinite(heights)]
    between = f" ({heights.min():g} to {heights.max():g})" if len(heights) else ""
    what = f"{int(high.sum()):,} rows have heights or measures{between}; they are dropped, geoplan works on the plane."
    return shapely.force_2d(geometry), [note(source, "heights-dropped", what, rows=frame.index[high])]


def _without_collections(
    frame: pd.DataFrame, geometry: Shapes, source: LayerConfig, allowed: tuple[str, ...]
) -> tuple[Shapes, list[Finding]]:
    """Collections as the parts of the highest dimension, where the role takes it; QGIS leaves such after a repair."""
    mixed = (shapely.get_type_id(geometry) == _COLLECTION) & ~shapely.is_empty(geometry)
    family = np.array(_FAMILY_OF_DIMENSION)[np.maximum(shapely.get_dimensions(geometry), 0)]
    mixed &= np.isin(family, allowed)
    if not mixed.any():
        return geometry, []
    kept, left_out = geometry.copy(), 0
    for row in np.flatnonzero(mixed):
        parts = _flattened(geometry[row])
        highest = shapely.get_dimensions(parts) == shapely.get_dimensions(geometry[row])
        left_out += int((~highest).sum())
        kept[row] = shapely.union_all(parts[highest])
    what = (
        f"{int(mixed.sum()):,} rows are collections of mixed types; their {'s, '.join(sorted(set(family[mixed])))}s "
        f"are kept, {left_out:,} smaller parts (lines, points) left out."
    )
    return kept, [warning(source, "mixed-geometry", what, rows=frame.index[mixed])]


def _flattened(shape: shapely.Geometry) -> Shapes:
    """The single parts of a collection, of collections in it too."""
    parts = np.asarray(shapely.get_parts(shape), dtype=object)
    while (shapely.get_type_id(parts) > _POLYGON).any():
        parts = np.asarray(shapely.get_parts(parts), dtype=object)
    return parts


def repair(frame: pd.DataFrame, geometry: Shapes, source: LayerConfig) -> tuple[Shapes, list[Finding]]:
    """Invalid polygons made valid, in metres; the change of each is reported, and above 1 % it is an error."""
    mended, done = mend(frame, geometry)
    small = [each for each in done if each.change <= MAX_REPAIR]
    heavy = [each for each in done if each.change > MAX_REPAIR]
    findings = []
    if small:
        what = (
            f"{len(small):,} polygons cross themselves and were repaired; their area changed by at most "
            f"{max(each.change for each in small):.2%}. {_worst(small)}."
        )
        findings.append(warning(source, "invalid-polygon", what, rows=[each.row for each in small]))
    if heavy:
        what = (
            f"{len(heavy):,} polygons cross themselves so that a repair changes their area by up to "
            f"{max(each.change for each in heavy):.0%}. {_worst(heavy)}."
        )
        fix = "Draw them again, or repair them in QGIS (Fix geometries) and look at the result."
        findings.append(error(source, "invalid-polygon", what, rows=[each.row for each in heavy], fix=fix))
    return mended, findings


def mend(frame: pd.DataFrame, geometry: Shapes) -> tuple[Shapes, list[Repaired]]:
    """All polygons valid, with each one that was not; `make_valid` keeps both halves of a bow-tie.

    Args:
        frame: its index are the ids.
        geometry: in metres, shape (n,).
    """
    broken = (families(geometry) == "polygon") & ~shapely.is_valid(geometry)
    if not broken.any():
        return geometry, []
    before = geometry[broken]
    after = np.array([_polygons(shapely.make_valid(shape)) for shape in before], dtype=object)
    mended = geometry.copy()
    mended[broken] = after
    reasons = [str(reason).partition("[")[0].strip() for reason in shapely.is_valid_reason(before)]
    figures = zip(frame.index[broken], shapely.area(before), shapely.area(after), reasons, strict=True)
    return mended, [Repaired(str(row), float(one), float(other), why) for row, one, other, why in figures]


def _worst(done: list[Repaired]) -> str:
    """The rows that changed most, with their areas."""
    ranked = sorted(done, key=lambda each: -each.change)
    return "; ".join(str(each) for each in ranked[:_SHOWN]) + ("; …" if len(ranked) > _SHOWN else "")


def _polygons(shape: shapely.Geometry) -> shapely.Geometry:
    """Only the areas of a repaired polygon; make_valid leaves its spikes as lines."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    areas = parts[shapely.get_type_id(parts) == _POLYGON]
    return shapely.MultiPolygon(list(areas)) if len(areas) != 1 else cast("shapely.Geometry", areas[0])
