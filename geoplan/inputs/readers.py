"""Which reader opens which file: one table by the end of the name. A new format is one module and one row here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geoplan.inputs.archive import read_archive
from geoplan.inputs.drawing import read_dxf
from geoplan.inputs.duck import read_duckdb
from geoplan.inputs.kml import read_kml
from geoplan.inputs.limits import admit, admit_side_tables
from geoplan.inputs.osm import read_graphml, read_osm
from geoplan.inputs.parquet import read_parquet
from geoplan.inputs.postgis import read_postgis
from geoplan.inputs.raster import read_raster
from geoplan.inputs.shapefile import read_shapefile
from geoplan.inputs.tables import read_csv, read_xlsx
from geoplan.inputs.vector import read_vector

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoplan.inputs.raw import Raw, Request


def _archive(request: Request) -> Raw:
    return read_archive(request, _read)


READERS: dict[str, Callable[[Request], Raw]] = {
    ".osm.pbf": read_osm,
    ".pbf": read_osm,
    ".osm": read_osm,
    ".graphml": read_graphml,
    ".shp": read_shapefile,
    ".kml": read_kml,
    ".dxf": read_dxf,
    ".zip": _archive,
    ".kmz": _archive,
    ".parquet": read_parquet,
    ".geoparquet": read_parquet,
    ".tif": read_raster,
    ".tiff": read_raster,
    ".duckdb": read_duckdb,
    ".ddb": read_duckdb,
    ".csv.gz": read_csv,
    ".csv": read_csv,
    ".tsv": read_csv,
    ".txt": read_csv,
    ".xlsx": read_xlsx,
    ".xlsm": read_xlsx,
    ".xls": read_xlsx,
}
"""By the end of the file's name; every other file (GeoPackage, GeoJSON, FileGDB …) is given to GDAL."""


def read_raw(request: Request) -> Raw:
    """A file, or the answer of a database, as its reader gives it, before anything is understood.

    Raises:
        RefusedError: it is not there, must not be opened (see `geoplan.inputs.limits`), or cannot be read.
    """
    admitted = admit_side_tables(request)
    if request.source.is_database:
        raw = read_postgis(request)
    else:
        admitted += admit(request)
        raw = _read(request)
    return replace(raw, findings=(*admitted, *raw.findings))


def _read(request: Request) -> Raw:
    name = request.path.name.casefold()
    reader = next((reader for suffix, reader in READERS.items() if name.endswith(suffix)), read_vector)
    return reader(request)
