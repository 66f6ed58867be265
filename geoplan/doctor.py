"""Is an installation whole? Each check tries the real thing."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from geoplan.files import FOLDERS, bundled
from geoplan.locate import Status, max_cover
from geoplan.plan.provenance import LIBRARIES
from geoplan.travel.dijkstra import nearest_source

OLDEST_PYTHON = (3, 11)
_EXTRAS = {
    "parquet": ("pyarrow",),
    "raster": ("rasterio",),
    "postgis": ("sqlalchemy", "psycopg"),
    "duckdb": ("duckdb",),
}
"""Optional libraries by extra; none of them is a fault where it is missing."""


def examine() -> list[tuple[str, bool, str]]:
    """`(what, good, detail)` for every check."""
    return [
        ("python", sys.version_info >= OLDEST_PYTHON, platform.python_version()),
        *(_library(name) for name in LIBRARIES),
        *(_folder(name) for name in FOLDERS),
        _solver(),
        _kernels(),
        _osm(),
        *(_extra(extra, libraries) for extra, libraries in _EXTRAS.items()),
    ]


def _library(name: str) -> tuple[str, bool, str]:
    try:
        return name, True, version(name)
    except PackageNotFoundError:
        return name, False, f"not installed; run: pip install {name}"


def _extra(extra: str, libraries: tuple[str, ...]) -> tuple[str, bool, str]:
    try:
        return f"optional: {extra}", True, ", ".join(f"{name} {version(name)}" for name in libraries)
    except PackageNotFoundError:
        return f"optional: {extra}", True, f"not installed; to read this format: pip install 'geoplan[{extra}]'"


def _folder(name: str) -> tuple[str, bool, str]:
    found = bundled(name)
    return f"{name}/", any(found.rglob("*.toml")), str(found)


def _solver() -> tuple[str, bool, str]:
    solution = max_cover(np.array([[1.0, np.inf], [np.inf, 1.0]]), new=1)
    return "HiGHS solves", solution.status is Status.OPTIMAL and solution.objective == 1, solution.explain()


def _kernels() -> tuple[str, bool, str]:
    graph = np.array([0, 1, 2]), np.array([1, 0]), np.array([5.0, 5.0])
    distance, _ = nearest_source(*graph, np.array([0]), np.array([0.0]), np.array([0]))
    return "travel kernels run", bool(distance[1] == 5), "numba"


def _osm() -> tuple[str, bool, str]:
    import pyogrio  # noqa: PLC0415  only this check asks GDAL

    drivers = pyogrio.list_drivers()
    missing = [name for name in ("OSM", "GPKG", "GeoJSON", "ESRI Shapefile") if name not in drivers]
    return (
        "file formats",
        not missing,
        f"GDAL {pyogrio.__gdal_version_string__}" + (f", missing {missing}" if missing else ""),
    )
