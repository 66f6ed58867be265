"""The clean GeoPackage of an intake: one layer or attribute table a role, under geoplan's own column names.

Each row says which file and row it came from, so that every figure can be traced back. Places are CGCS2000 longitude
and latitude (EPSG:4490), or local metres as they were found. The same files give the same bytes.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoplan.publish.geopackage import fixed_clock

if TYPE_CHECKING:
    from pathlib import Path

    from geoplan.inputs.intake import Taken, TakenLayer

CGCS2000 = 4490
_DECIMALS = 8
"""About a millimetre: what a projection and its inverse leave behind is not written."""


def write_clean(taken: Taken, path: Path) -> None:
    """Write every layer and table that came through the door.

    Raises:
        pyogrio.errors.DataSourceError: it cannot be written.
    """
    path.unlink(missing_ok=True)
    with fixed_clock():
        for each in taken.layers:
            rows = taken.log.rows_of(each.layer.role, each.layer.file)
            _write(clean_frame(each, rows), each.name, path)


def clean_frame(taken: TakenLayer, rows: dict[str, str]) -> pd.DataFrame | gpd.GeoDataFrame:
    """One layer as it is written: id, the columns that hold anything, `source_file` and `source_row`.

    Args:
        rows: id → `row 7` of the file.
    """
    frame = taken.layer.frame
    plain = pd.DataFrame({"id": [str(key) for key in frame.index]})
    for name in frame.columns:
        if name == "geometry":
            continue
        cells = _plain(frame[name])
        if cells.notna().any():
            plain["stage" if name == "stages" else str(name)] = cells
    plain["source_file"] = taken.layer.file
    plain["source_row"] = [rows.get(str(key), str(key)).removeprefix("row ") for key in frame.index]
    shapes = frame["geometry"] if "geometry" in frame.columns else None
    if shapes is None or shapes.isna().all():
        return plain
    geometry = gpd.GeoSeries(np.asarray(shapes, dtype=object), crs=taken.crs)
    if taken.crs is not None:
        geometry = gpd.GeoSeries(_rounded(geometry.to_crs(CGCS2000)), crs=CGCS2000)
    return gpd.GeoDataFrame(plain, geometry=geometry)


def _rounded(shapes: gpd.GeoSeries) -> Any:  # noqa: ANN401  an object array
    values = np.array(shapes, dtype=object)
    is_point = shapely.get_type_id(values) == shapely.GeometryType.POINT
    values[is_point] = shapely.transform(values[is_point], lambda xy: np.round(xy, _DECIMALS))
    return values


def _plain(cells: pd.Series[Any]) -> pd.Series[Any]:
    """A column as any program reads it: whole numbers, `primary;junior`, yes and no; null for nothing."""
    if cells.dtype == np.float64:
        whole = bool((cells.dropna() % 1 == 0).all()) and bool((cells.dropna().abs() < 1e15).all())
        return pd.Series(cells.to_numpy(), dtype="Int64" if whole else "float64")
    return pd.Series([_text(cell) for cell in cells], dtype=object)


def _text(cell: object) -> str | None:
    if isinstance(cell, bool | np.bool_):
        return "yes" if cell else "no"
    if isinstance(cell, tuple):
        return ";".join(str(part) for part in cell) or None
    return None if cell is None or cell != cell or cell == "" else str(cell)  # noqa: PLR0124  nan


def _write(frame: pd.DataFrame, layer: str, path: Path) -> None:
    import pyogrio  # noqa: PLC0415  GDAL is needed only here

    options = {"FID": "fid", "DESCRIPTION": "geoplan intake"}
    with warnings.catch_warnings():
        # local metres have no CRS, and that is meant
        warnings.filterwarnings("ignore", message="'crs' was not provided", category=UserWarning)
        if isinstance(frame, gpd.GeoDataFrame):
            pyogrio.write_dataframe(
                frame, path, layer=layer, driver="GPKG", layer_options=options | {"GEOMETRY_NAME": "geom"}
            )
        else:
            pyogrio.write_dataframe(frame, path, layer=layer, driver="GPKG", layer_options=options)
