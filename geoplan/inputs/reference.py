"""Points of known place beside a layer: names with longitude and latitude, against which its datum is tested."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.config import LayerConfig
from geoplan.crs import from_lonlat
from geoplan.inputs.columns import Match
from geoplan.inputs.degrees import as_degrees
from geoplan.inputs.findings import RefusedError, error
from geoplan.inputs.side_table import read_side_table, side_header, side_schema
from geoplan.inputs.values import fold, number

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

    from geoplan.types import Finding

_HEADERS = {
    "name": ("name", "名称", "学校名称", "校名", "地名", "点名"),
    "lon": ("lon", "lng", "longitude", "经度"),
    "lat": ("lat", "latitude", "纬度"),
}
_SCHEMA = side_schema("reference", "参考点", "Reference points", _HEADERS)


def read_reference(source: LayerConfig, crs: CRS) -> tuple[list[str], NDArray[np.float64], list[Finding]]:
    """Folded names and places in metres of `crs`, shape (n, 2), of the table in `source.place.reference`.

    Raises:
        RefusedError: no reference, no such file, a column missing, or a cell that is no number.
    """
    path = source.place.reference
    if path is None:
        raise RefusedError(error(source, "missing-file", "The layer names no reference.", fix="Set reference."))
    table = LayerConfig(source.role, path.name)
    raw = read_side_table(path, table, _SCHEMA)
    found = {name: side_header(raw.attributes, _SCHEMA, name) for name in _HEADERS}
    absent = [name for name, header in found.items() if header is None]
    if absent:
        has = ", ".join(str(header) for header in raw.attributes.columns[:12])
        what = f"The reference has no column {', '.join(absent)}; it has {has}."
        raise RefusedError(error(table, "missing-column", what, fix="Head its columns name, lon and lat (WGS 84)."))
    ids = [str(label) for label in raw.attributes.index]
    findings = list(raw.findings)
    figures = []
    for axis in ("lon", "lat"):
        match, told = as_degrees(Match(str(found[axis]), list(raw.attributes[found[axis]])), axis, ids, table)
        findings.extend(told)
        numbers = [number(cell) for cell in match.cells]
        wrong = [key for key, figure in zip(ids, numbers, strict=True) if figure is None]
        if wrong:
            what = f"{len(wrong):,} cells of {match.header!r} are no numbers."
            raise RefusedError(error(table, "not-a-number", what, rows=wrong, fix="Correct them."))
        figures.append(np.array(numbers, dtype=np.float64))
    lon, lat = figures
    known = np.isfinite(lon) & np.isfinite(lat)
    names = [fold(str(name)) for name, is_known in zip(raw.attributes[found["name"]], known, strict=True) if is_known]
    return names, from_lonlat(crs, np.column_stack([lon[known], lat[known]])), findings
