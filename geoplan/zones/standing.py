"""Which unit each school stands in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoplan.errors import ProblemError
from geoplan.locate.costs import some
from geoplan.types import Finding, Severity
from geoplan.zones.touching import polygons_by_id

if TYPE_CHECKING:
    from collections.abc import Sequence


def school_units(
    polygons: Any,  # noqa: ANN401 - GeoDataFrame, GeoSeries, mapping or sequence of geometries
    schools: Any,  # noqa: ANN401 - GeoDataFrame, GeoSeries or mapping of points
    *,
    unit_ids: Sequence[str] | None = None,
    max_m: float = 200.0,
) -> tuple[dict[str, str], tuple[Finding, ...]]:
    """The unit that each school stands in, for `make_zone_problem`, and what was decided.

    A school outside all units (on a street, say) belongs to the nearest one; of several it is the first.

    Args:
        polygons: of the units, in metres, see `adjacency_from_polygons`.
        schools: points by id, of the same CRS.
        max_m: a school farther than that from every unit is refused.

    Raises:
        ProblemError: schools too far from every unit, naming them; no points.
    """
    ids, shapes, _ = polygons_by_id(polygons, unit_ids)
    series = getattr(schools, "geometry", schools)
    items = list(series.items()) if isinstance(series, Mapping) or hasattr(series, "items") else list(enumerate(series))
    points = np.array([point for _, point in items], dtype=object)
    names = [str(each) for each, _ in items]
    if (wrong := shapely.is_missing(points) | shapely.is_empty(points)).any():
        raise ProblemError(f"schools: expected points; not so for {some([names[k] for k in np.flatnonzero(wrong)])}.")
    school, unit = shapely.STRtree(shapes).query_nearest(points, all_matches=True)
    order = np.lexsort((unit, school))
    nearest = unit[order][np.unique(school[order], return_index=True)[1]]
    apart = shapely.distance(points, shapes[nearest])
    if far := [name for name, way in zip(names, apart, strict=True) if way > max_m]:
        raise ProblemError(f"schools: farther than {max_m:g} m from every unit: {some(far)}.")
    outside = [name for name, way in zip(names, apart, strict=True) if way > 0]
    findings: tuple[Finding, ...] = ()
    if outside:
        note = Finding(
            Severity.NOTE, "school-outside-units",
            f"{len(outside)} schools stand outside all units and belong to the nearest one.",
            why="A zone holds the unit that its school stands in.", rows=tuple(outside[:5]), count=len(outside),
        )  # fmt: skip
        findings = (note,)
    return dict(zip(names, (ids[row] for row in nearest), strict=True)), findings
