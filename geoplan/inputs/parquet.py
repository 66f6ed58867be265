"""GeoParquet, and plain Parquet as a table, through pyarrow (extra `parquet`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoplan.errors import MissingExtraError
from geoplan.inputs.extras import wanted_extra
from geoplan.inputs.findings import RefusedError
from geoplan.inputs.raw import Raw, Request, row_labels
from geoplan.inputs.vector import check_count, crs_of, too_large, unreadable

if TYPE_CHECKING:
    from pathlib import Path

_MAX_UNPACKED_BYTES = 4_000_000_000


def read_parquet(request: Request) -> Raw:
    """A .parquet; with GeoParquet's metadata its geometries and CRS, else a table.

    Raises:
        RefusedError: cut, too large once unpacked, or pyarrow is not installed.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415  optional
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError as fault:
        raise RefusedError(wanted_extra(request, MissingExtraError("pyarrow", "parquet"))) from fault
    try:
        with parquet.ParquetFile(request.path) as file:
            about = file.metadata
            groups = [about.row_group(group).total_byte_size for group in range(about.num_row_groups)]
            has_geometry = b"geo" in (about.metadata or {})
        check_count(request, about.num_rows)
        if sum(groups) > _MAX_UNPACKED_BYTES:
            raise RefusedError(too_large(request, f"Unpacked it has {sum(groups) / 1e6:,.0f} MB"))
        frame: Any = gpd.read_parquet(request.path) if has_geometry else _table(request.path)
        geometry, crs = None, None
        if has_geometry:
            geometry = np.asarray(frame.geometry, dtype=object)
            crs = crs_of(frame)
            frame = pd.DataFrame(frame.drop(columns=frame.geometry.name))
        frame = frame.astype(object)  # Arrow looks only now whether its texts are UTF-8
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, shapely.GEOSException) as fault:
        raise RefusedError(unreadable(request, fault)) from fault
    frame.index = pd.Index(row_labels(range(1, len(frame) + 1)), dtype=object)
    return Raw(frame, geometry, crs, (request.path,))


def _table(path: Path) -> pd.DataFrame:
    return pd.read_parquet(path, engine="pyarrow")
