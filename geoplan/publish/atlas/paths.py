"""Geometry as one path for each layer: cut to the window, as fine as the paper shows.

One path of many rings is drawn in one stroke, which keeps the PDF small and a sheet quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.path import Path
    from numpy.typing import NDArray

    from geoplan.publish.atlas.window import Window

_BLEED = 0.02
"""Shapes are cut so much of the window beyond its edge, so that no cut is seen as an outline."""


def _cut(shapes: NDArray[np.object_], window: Window) -> NDArray[np.object_]:
    west, south, east, north = window.box
    bleed = _BLEED * (east - west)
    box = (west - bleed, south - bleed, east + bleed, north + bleed)
    seen = shapes[~shapely.is_missing(shapes)]
    bounds = shapely.bounds(seen)
    apart = (bounds[:, 0] > box[2]) | (bounds[:, 2] < box[0]) | (bounds[:, 1] > box[3]) | (bounds[:, 3] < box[1])
    seen = seen[~apart & ~np.isnan(bounds[:, 0])]
    return np.asarray(shapely.clip_by_rect(seen, *box), dtype=object)


def _array(shapes: Iterable[shapely.Geometry | None]) -> NDArray[np.object_]:
    return np.array([*shapes, None], dtype=object)[:-1]


def filled(shapes: Iterable[shapely.Geometry | None], window: Window) -> Path | None:
    """The polygons as one path, holes open; None where the window shows none of them."""
    parts = np.asarray(shapely.get_parts(_cut(_array(shapes), window)), dtype=object)
    # what is finer than the paper may cross itself on it: looking for that takes most of the time, and nobody sees it
    parts = shapely.simplify(parts[shapely.get_dimensions(parts) == 2], window.detail_m, preserve_topology=False)
    parts = np.asarray(shapely.get_parts(parts), dtype=object)
    seen = shapely.normalize(parts[shapely.area(parts) > window.detail_m**2])
    return _path(np.asarray(shapely.get_rings(seen), dtype=object), is_closed=True)


def stroked(shapes: Iterable[shapely.Geometry | None], window: Window) -> Path | None:
    """Lines, and outlines of polygons, as one path; None where the window shows none."""
    given = _array(shapes)
    is_area = shapely.get_dimensions(given) == 2
    parts = np.asarray(shapely.get_parts(_cut(np.where(is_area, shapely.boundary(given), given), window)), dtype=object)
    lines = parts[shapely.get_dimensions(parts) == 1]
    if not len(lines):
        return None
    merged = np.asarray(shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines))), dtype=object)
    thinned = shapely.simplify(merged, window.detail_m, preserve_topology=False)
    return _path(np.asarray(thinned, dtype=object), is_closed=False)


def _path(rings: NDArray[np.object_], *, is_closed: bool) -> Path | None:
    from matplotlib.path import Path  # noqa: PLC0415  heavy; only an atlas needs it

    xy, ring = shapely.get_coordinates(rings, return_index=True)
    if not len(xy):
        return None
    codes = np.full(len(xy), Path.LINETO, dtype=Path.code_type)
    first = np.diff(ring, prepend=-1) > 0
    codes[first] = Path.MOVETO
    if is_closed:
        codes[np.roll(first, -1)] = Path.CLOSEPOLY
    return Path(xy, codes)
