"""One GeoPackage with the plan's layers, and with the styles that QGIS applies when it opens them.

Written in the project's metric CRS; in local metres without one. The same plan gives the same bytes.
"""

from __future__ import annotations

import sqlite3
import warnings
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from geoplan.inputs.schema import layer_schemas
from geoplan.publish import features, styles
from geoplan.publish.qgis import qml, sld

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import geopandas as gpd

    from geoplan.plan import Plan
    from geoplan.publish.qgis import LayerStyle

FIXED_TIME = "1980-01-01T00:00:00.000Z"
"""GDAL and QGIS stamp every table; the clock would make two runs differ."""

GPKG_VERSION = "1.2"
"""What the GDAL of long-lived systems reads without a warning for every layer."""

GEOMETRY_TYPE = {"point": "Point", "polygon": "MultiPolygon"}
"""OGR's name for what a family of layers holds."""

# the table as QGIS itself creates it, except that its clock is not asked
_STYLES_TABLE = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
  styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30),
  ui TEXT(30), update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now'))
)
"""
_STYLE_ROW = """
INSERT INTO layer_styles (
  f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, styleSLD, useAsDefault,
  description, owner, ui, update_time
) VALUES ('', '', ?, 'geom', ?, ?, ?, 1, ?, '', '', ?)
"""
_CONTENTS_ROW = """
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id)
VALUES ('layer_styles', 'attributes', 'layer_styles', 'QGIS layer styles', ?, 0)
"""


def write_geopackage(plan: Plan, path: Path) -> None:
    """Write districts, service_areas, gaps, places, schools and proposed_sites with their styles.

    Args:
        plan: from `Project.plan()`.
        path: the .gpkg file; one that exists is replaced.

    Raises:
        pyogrio.errors.DataSourceError: it cannot be written.
    """
    write_layers(plan_layers(plan), path)


def write_layers(layers: Sequence[tuple[LayerStyle, gpd.GeoDataFrame]], path: Path) -> None:
    """Write layers with their styles; the same layers give the same bytes.

    Raises:
        pyogrio.errors.DataSourceError: it cannot be written.
    """
    path.unlink(missing_ok=True)
    with fixed_clock():
        for style, frame in layers:
            _write_layer(frame, style, path)
    _write_styles([style for style, _ in layers], path)


def plan_layers(plan: Plan) -> list[tuple[LayerStyle, gpd.GeoDataFrame]]:
    """Every layer with its style, areas first, so that a reader that stacks them in order hides nothing."""
    schemas = layer_schemas(plan.config.folder)
    schools = features.schools(plan)
    return [
        (styles.districts_style(schemas), features.districts(plan)),
        (styles.areas_style(schemas, plan), features.service_areas(plan)),
        (styles.gaps_style(schemas, plan), features.gaps(plan)),
        *((styles.places_style(schemas, layer, family), frame) for layer, family, frame in features.places(plan)),
        (styles.schools_style(schemas, schools["stages"]), schools),
        (styles.sites_style(schemas, plan), features.proposed_sites(plan)),
    ]


def _write_layer(frame: gpd.GeoDataFrame, style: LayerStyle, path: Path) -> None:
    import pyogrio  # noqa: PLC0415  GDAL is needed only here

    with warnings.catch_warnings():
        # local metres have no CRS, and that is meant
        warnings.filterwarnings("ignore", message="'crs' was not provided", category=UserWarning)
        pyogrio.write_dataframe(
            frame,
            path,
            layer=style.layer,
            driver="GPKG",
            geometry_type=GEOMETRY_TYPE[style.family],
            promote_to_multi=style.family == "polygon",
            layer_options={"GEOMETRY_NAME": "geom", "FID": "fid", "DESCRIPTION": style.title},
            dataset_options={"VERSION": GPKG_VERSION},
        )


def _write_styles(found: Sequence[LayerStyle], path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(_STYLES_TABLE)
        database.execute(_CONTENTS_ROW, (FIXED_TIME,))
        for style in found:
            row = (style.layer, style.layer, qml(style), sld(style), style.title, FIXED_TIME)
            database.execute(_STYLE_ROW, row)


@contextmanager
def fixed_clock() -> Iterator[None]:
    """GDAL's clock stands still for the length of the block."""
    import pyogrio  # noqa: PLC0415

    option = "OGR_CURRENT_DATE"
    before = pyogrio.get_gdal_config_option(option)
    pyogrio.set_gdal_config_options({option: FIXED_TIME})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({option: before})
