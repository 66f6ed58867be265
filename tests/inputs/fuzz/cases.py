"""Case n, always the same: a valid layer, and what was done to it."""

from __future__ import annotations

import copy
import sqlite3
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec

import damage
import numpy as np
from seeds import HEADERS, KINDS, NEEDS, ROWS, SHARED, Seed, made, storable, table_csv, table_geojson, table_xlsx

BINARY = {"gpkg", "districts", "shp", "fgb", "parquet", "tif", "duckdb", "pbf"}
REAL: dict[str, tuple[str, ...]] = {
    "shanghai/shanghai_schools_poi.csv": ("schools",),
    "henan-hebei-admin/census2020_county_4cities.csv": (
        "statistics",
        "year==2020",
        "value=人口数_合计",
        "indicator==人口",
    ),
    "henan-hebei-admin/divisions2016_4cities_gcj02.csv.gz": (
        "schools",
        "lon=lon_gcj02",
        "lat=lat_gcj02",
        "stage==primary",
    ),
    "henan-hebei-admin/worldpop_10km_2020_bbox.csv.gz": ("population", "people=pop2020"),
    "henan-hebei-admin/counties_4cities_tianditu_wgs84.geojson": ("districts",),
    "henan-hebei-admin/counties_4cities_amap_wgs84.geojson": ("districts",),
    "shanghai/shanghai_districts_tianditu_wgs84.geojson": ("districts",),
    "porto-alegre/poa_hexgrid.csv": ("population",),
    "helsinki-centre/helsinki_population_grid_2020.gpkg": ("population",),
    "zhengzhou-zy-kong/zy_units_local.gpkg": ("population", "people=demand"),
    "porto-alegre/poa_elevation.tif": ("population",),
    "shanghai/shanghai_center_roads.osm.pbf": ("roads",),
    "liechtenstein/liechtenstein.osm.pbf": ("roads",),
    "helsinki-centre/Helsinki.osm.pbf": ("roads",),
    "porto-alegre/poa_osm.pbf": ("roads",),
    "shenzhen-futian/futian_drive.graphml": ("roads",),
}
"""Real layers by their path in ../shared/data: the role, and what has to be said about their columns."""
_SLOW = tuple(name for name in REAL if name.endswith((".pbf", ".graphml", ".tif")))
_KEPT_LINES = 300


@dataclass(frozen=True)
class Case:
    """One input.

    Attributes:
        number: its name; the same number is always the same input.
        done: what was done to the valid file.
        cells: rows that were written, header first, where they are known to be what the file holds.
    """

    number: int
    kind: str
    seed: Seed
    done: str
    options: tuple[str, ...] = ()
    cells: tuple[tuple[object, ...], ...] | None = None


def case(number: int) -> Case | None:
    """The input of that number; None where a library or the real layers that it needs are not at hand."""
    kind = KINDS[number % len(KINDS)]
    rng = np.random.default_rng([number, 20251122])
    if kind == "real":
        return _real(number, rng)
    if kind in NEEDS and find_spec(NEEDS[kind]) is None:
        return None
    if kind in {"csv", "xlsx", "geojson"} and rng.random() < 0.5:
        return _with_cells(number, kind, rng)
    seed = copy.deepcopy(made(kind))
    at = int(rng.integers(len(seed.files))) if kind == "shp" else 0
    name = list(seed.files)[at]
    content, done = _damaged(kind, seed.files[name], rng)
    files = {**seed.files, name: content}
    if kind == "shp" and rng.random() < 0.15 and at:
        files.pop(name)
        done = f"{name} lost"
    return Case(number, kind, replace(seed, files=files), f"{done} in {name}", _options(kind, rng))


def _damaged(kind: str, content: bytes, rng: np.random.Generator) -> tuple[bytes, str]:
    if kind in {"xlsx", "zip", "kmz"} and rng.random() < 0.8:
        return damage.archive(content, rng), "archive"
    if kind in {"gpkg", "districts"} and rng.random() < 0.7:
        try:
            return damage.database(content, rng), "database"
        except sqlite3.Error:
            return damage.flip(content, rng), "flip"
    if kind == "csv.gz" and rng.random() < 0.7:
        return damage.packed(content, rng), "packed"
    ways = damage.ANY if kind in BINARY | {"xlsx", "zip", "kmz", "csv.gz"} else damage.TEXT
    done = []
    for _ in range(1 + int(rng.random() < 0.3)):
        way = ways[int(rng.integers(len(ways)))]
        content = way(content or b"\n", rng)
        done.append(way.__name__)
    return content, " + ".join(done)


def _with_cells(number: int, kind: str, rng: np.random.Generator) -> Case:
    """A whole file with hostile cells, headers or shape: nothing of it may change in silence."""
    rows: list[list[object]] = [list(HEADERS), *(list(row) for row in ROWS)]
    rows += [list(rows[1 + int(rng.integers(4))]) for _ in range(int(rng.integers(6)))]
    for position, row in enumerate(rows[5:], start=5):
        row[0] = str(2113000000 + position)
    done = []
    for _ in range(int(rng.integers(1, 5))):
        row, column = int(rng.integers(len(rows))), int(rng.integers(len(HEADERS)))
        if row == 0 and rng.random() < 0.7:
            continue
        ways = damage.WAYS_TO_WRITE.get(HEADERS[column], [])
        meant = row > 0 and ways and rng.random() < 0.7
        rows[row][column] = ways[int(rng.integers(len(ways)))] if meant else damage.hostile(rng)
        done.append(f"{row},{column}={str(rows[row][column])[:12]!r}")
    if rng.random() < 0.1:
        rows[0].append(rows[0][int(rng.integers(len(HEADERS)))])
        done.append("doubled header")
    write = {"csv": lambda: table_csv(rows), "xlsx": lambda: table_xlsx(rows)}
    content = write.get(kind, lambda: table_geojson(rows[0], rows[1:]))()
    known = tuple(tuple(storable(cell) if kind == "xlsx" else cell for cell in row) for row in rows)
    return Case(number, kind, Seed({f"学校.{kind}": content}, "schools"), "cells " + " ".join(done), cells=known)


def _options(kind: str, rng: np.random.Generator) -> tuple[str, ...]:
    """Now and then somebody says something about the file, true or not."""
    if kind == "toml" or rng.random() < 0.8:
        return ()
    every = [("--encoding", "GBK"), ("--encoding", "UTF-8"), ("--encoding", "x"), ("--crs", "EPSG:4547"),
             ("--crs", "EPSG:3857"), ("--datum", "gcj02"), ("--sheet", "x"), ("--dry-run",), ("--json",),
             ("--column", "stage==primary")]  # fmt: skip
    return every[int(rng.integers(len(every)))]


def _real(number: int, rng: np.random.Generator) -> Case | None:
    names = list(_SLOW) if rng.random() < 0.05 else [name for name in REAL if name not in _SLOW]
    name = names[int(rng.integers(len(names)))]
    content = _content(name)
    if content is None or (name.endswith(".tif") and find_spec("rasterio") is None):
        return None
    kind = "csv.gz" if name.endswith("csv.gz") else name.rsplit(".", 1)[-1]
    content, done = _damaged(kind, content, rng)
    role, *columns = REAL[name]
    options = tuple(part for column in columns for part in ("--column", column))
    return Case(number, "real", Seed({name.rsplit("/", 1)[-1]: content}, role), f"{done} in {name}", options)


@cache
def _content(name: str) -> bytes | None:
    path = SHARED / name
    if not path.is_file():
        return None
    content = path.read_bytes()
    if name.endswith(".csv"):
        content = b"\n".join(content.split(b"\n")[:_KEPT_LINES]) + b"\n"
    return content
