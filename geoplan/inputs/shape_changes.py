"""Geometries before and after a step, row by row: what each was and what it became, for the list of changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoplan.inputs.changes import Why

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.inputs.changes import ChangeLog
    from geoplan.inputs.draft import Draft

    Shapes = NDArray[np.object_]


def note_shapes(log: ChangeLog | None, before: Draft, after: Draft, *, in_metres: bool) -> None:
    """Add every geometry that a step changed, every row that it split, and every row that it left out.

    Args:
        log: None where nobody asks for the changes.
        before, after: the layer around the step, in one CRS.
        in_metres: lengths and areas mean something.
    """
    if log is None or before.geometry is after.geometry:
        return
    ids = [str(key) for key in before.frame.index]
    place = {str(key): position for position, key in enumerate(after.frame.index)}
    split = {key for key in ids if key not in place and f"{key}-1" in place}
    log.left_out(ids, [*place, *split], before.source)
    rows = log.rows_of(before.source.role, before.source.path)
    kept = [position for position, key in enumerate(ids) if key in place]
    one = before.geometry[kept]
    other = after.geometry[[place[ids[position]] for position in kept]]
    for at in np.flatnonzero(~_same(one, other)):
        key = ids[kept[at]]
        found, became = _told(one[at], in_metres=in_metres, why=True), _told(other[at], in_metres=in_metres)
        if found == became:  # only vertices were added, moved or left out
            counts = shapely.get_num_coordinates([one[at], other[at]])
            found, became = (f"{found}, {count:,} vertices" for count in counts)
        log.add(before.source, rows.get(key, key), "", found, became, Why.GEOMETRY)
    for position, key in enumerate(ids):
        if key in split:
            parts = _parts(key, place)
            found = _told(before.geometry[position], in_metres=in_metres)
            log.add(before.source, rows.get(key, key), "", found, f"{parts:,} rows", Why.GEOMETRY)


def _same(one: Shapes, other: Shapes) -> NDArray[np.bool_]:
    """Identical to the last vertex; a LineString and the MultiLineString of it alone are the same thing."""
    same = shapely.equals_identical(one, other) | (shapely.is_missing(one) & shapely.is_missing(other))
    alone = ~same & (shapely.get_num_geometries(one) == 1) & (shapely.get_type_id(one) > 3)
    single = shapely.get_geometry(one[alone], 0)
    same[alone] = shapely.equals_identical(single, other[alone])
    return np.asarray(same, dtype=bool)


def _parts(key: str, place: dict[str, int]) -> int:
    count = 1
    while f"{key}-{count + 1}" in place:
        count += 1
    return count


def _told(shape: Any, *, in_metres: bool, why: bool = False) -> str:  # noqa: ANN401  a geometry or None
    """`Polygon, 151,239 m² (Ring Self-intersection)`; without the measure where it has no unit."""
    if shape is None or shape.is_empty:
        return ""
    height = " Z" if shape.has_z else ""
    measure = ""
    if in_metres and shape.area > 0:
        measure = f", {shape.area:,.1f} m²"
    elif in_metres and shape.length > 0:
        measure = f", {shape.length:,.1f} m"
    reason = "" if not why or shapely.is_valid(shape) else shapely.is_valid_reason(shape).partition("[")[0].strip()
    return f"{shape.geom_type}{height}{measure}" + (f" ({reason})" if reason else "")
