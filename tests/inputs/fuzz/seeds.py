"""Valid files to be damaged: one small layer in every format, made here, and cuts of the real layers in ../shared."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tempfile
import warnings
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from shapely.geometry import LineString, Point, box

if TYPE_CHECKING:
    from collections.abc import Callable

SHARED = Path(__file__).parents[4] / "shared" / "data"
"""The real layers beside the checkout; not everybody has them."""
HEADERS = ["学校标识码", "学校名称", "学段", "学位数", "在校生数", "建成年份", "经度", "纬度"]
ROWS = [
    ["2113000001", "邢台市第一幼儿园", "幼儿园", "360", "352", "2011", "114.50", "37.05"],
    ["2113000002", "信都区第二中学", "初中", "900", "1,012", "1986", "114.52", "37.06"],
    ["2113000003", "襄都区育才小学（东校区）", "小学", "1200", "", "2003", "114.515", "37.055"],
    ["2113000004", "泉北九年一贯制学校", "九年一贯制学校", "1.2万", "１２００", "2019年9月", "114.49", "37.045"],
]
SQUARES = [box(114.48, 37.0, 114.51, 37.1), box(114.51, 37.0, 114.54, 37.1)]
STREETS = [LineString([(114.48 + i / 100, 37.0), (114.48 + i / 100, 37.1)]) for i in range(6)]


@dataclass(frozen=True)
class Seed:
    """One layer as files: the first is the one that is named, the others stand beside it."""

    files: dict[str, bytes]
    role: str

    @property
    def name(self) -> str:
        """The file that is given to geoplan."""
        return next(iter(self.files))


def table_csv(rows: list[list[str]], *, delimiter: str = ",") -> bytes:
    """Rows as the CSV of a spreadsheet."""
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return stream.getvalue().encode("utf-8", "surrogatepass")


def storable(cell: object) -> object:
    """The cell as a workbook can hold it: no control characters, lines ended by one sign, at most 32,767 signs."""
    return (
        ILLEGAL_CHARACTERS_RE.sub("", cell).replace("\ufffe", "").replace("\r\n", "\n")[:32_767]
        if isinstance(cell, str)
        else cell
    )


def table_xlsx(rows: list[list[object]]) -> bytes:
    """Rows as a workbook."""
    book = openpyxl.Workbook()
    for row, cells in enumerate(rows, start=1):
        for column, cell in enumerate(cells, start=1):
            book.active.cell(row, column, storable(cell))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def table_geojson(headers: list[str], rows: list[list[object]]) -> bytes:
    """Rows as points, whose last two cells are their coordinates."""
    features = [
        {
            "type": "Feature",
            "properties": dict(zip(headers[:-2], row[:-2], strict=False)),
            "geometry": {"type": "Point", "coordinates": [114.5 + number / 1000, 37.05]},
        }
        for number, row in enumerate(rows)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )


def zipped(files: dict[str, bytes]) -> bytes:
    """An archive with fixed dates."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


def _saved(name: str, shapes: list, columns: dict, **options: object) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL on headers that a DBF cannot hold
        path = Path(scratch) / name
        frame = gpd.GeoDataFrame(columns, geometry=shapes, crs=4326)
        if name.endswith(".parquet"):
            frame.to_parquet(path)
        else:
            frame.to_file(path, **options)
        parts = sorted(Path(scratch).iterdir(), key=lambda part: (part != path, part.name))
        return {part.name: part.read_bytes() for part in parts}


def _schools(name: str, **options: object) -> dict[str, bytes]:
    columns = {header: [row[at] for row in ROWS] for at, header in enumerate(HEADERS[:6])}
    short = {"学校标识码": "id"} if name.endswith(".shp") else {}
    points = [Point(float(row[6]), float(row[7])) for row in ROWS]
    return _saved(name, points, {short.get(key, key): cells for key, cells in columns.items()}, **options)


_KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>小学</name>{}</Folder></Document></kml>"""
_PLACE = (
    '<Placemark><name>{1}</name><ExtendedData><Data name="id"><value>{0}</value></Data>'
    '<Data name="学段"><value>{2}</value></Data></ExtendedData><Point><coordinates>{6},{7},0</coordinates></Point>'
    "</Placemark>"
)
_GRAPHML = """<?xml version="1.0" encoding="utf-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><key id="x" for="node" attr.name="x" attr.type="string"/>
<key id="y" for="node" attr.name="y" attr.type="string"/><key id="h" for="edge" attr.name="highway" attr.type="string"/>
<key id="c" for="graph" attr.name="crs" attr.type="string"/><graph edgedefault="directed"><data key="c">epsg:4326</data>
<node id="1"><data key="x">114.5</data><data key="y">37.05</data></node>
<node id="2"><data key="x">114.51</data><data key="y">37.05</data></node>
<edge source="1" target="2" id="0"><data key="h">residential</data></edge></graph></graphml>"""


def _osm_xml() -> bytes:
    nodes = "".join(
        f'<node id="{i + 1}" version="1" lat="{37.0 + i // 4 / 100}" lon="{114.48 + i % 4 / 100}"/>' for i in range(16)
    )
    ways = "".join(
        f'<way id="{100 + row}" version="1">'
        + "".join(f'<nd ref="{row * 4 + i + 1}"/>' for i in range(4))
        + f'<tag k="highway" v="residential"/><tag k="name" v="中兴大街{row}"/></way>'
        for row in range(4)
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">{nodes}{ways}</osm>'.encode()


def _dxf() -> bytes:
    lines = ["0", "SECTION", "2", "ENTITIES"]
    for number in range(3):
        x, y = 544_400.0 + 200 * number, 4_102_000.0
        corners = [(x, y), (x + 100, y), (x + 100, y + 100), (x, y + 100)]
        lines += ["0", "LWPOLYLINE", "8", "教育用地", "70", "1", "90", "4"]
        for east, north in corners:
            lines += ["10", str(east), "20", str(north)]
    return "\n".join([*lines, "0", "ENDSEC", "0", "EOF", ""]).encode()


def _tif() -> bytes:
    import rasterio
    from rasterio.transform import from_origin

    people = np.arange(100, dtype="float32").reshape(10, 10)
    people[0, 0] = -9999
    with rasterio.MemoryFile() as memory:
        with memory.open(
            driver="GTiff", width=10, height=10, count=1, dtype="float32", crs="EPSG:4547", nodata=-9999,
            transform=from_origin(543_000, 4_103_000, 100, 100),
        ) as file:  # fmt: skip
            file.write(people, 1)
        return memory.read()


def _duck() -> bytes:
    import duckdb

    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "a.duckdb"
        with duckdb.connect(str(path)) as connection:
            connection.execute("CREATE TABLE schools (id TEXT, name TEXT, stage TEXT, lon DOUBLE, lat DOUBLE)")
            connection.execute("INSERT INTO schools VALUES ('s1', '一小', '小学', 114.5, 37.05)")
        return path.read_bytes()


_PROJECT = """[project]
name = "邢台"
profile = "combined"
stages = ["kindergarten", "primary"]
crs = "EPSG:4547"
data_date = "2025-09-01"
notices = ["示例"]
[layers.schools]
path = "schools.csv"
datum = "wgs84"
columns = { stage = "学段" }
where = { "学段" = ["*"] }
[layers.population]
path = "population.csv"
counts = "people"
[propose]
model = "max_cover"
time_limit_s = 5.0
[propose.new]
primary = 1
[forecast]
[balance]
[totals]
source = "统计公报"
schools = 4
"""


_WHOLE = [HEADERS, *ROWS]
_BESIDE = {
    "schools.csv": table_csv(_WHOLE),
    "population.csv": table_csv([["id", "people", "lon", "lat"], ["p1", "5000", "114.5", "37.05"]]),
}
_MAKERS: dict[str, tuple[str, Callable[[], dict[str, bytes] | bytes]]] = {
    "csv": ("schools 学校.csv", lambda: table_csv(_WHOLE)),
    "csv.gz": ("schools 学校.csv.gz", lambda: gzip.compress(table_csv(_WHOLE), mtime=0)),
    "xlsx": ("schools 学校.xlsx", lambda: table_xlsx([["2025年学校名册"], [], *_WHOLE, ["合计", "", "", 2460]])),
    "geojson": ("schools 学校.geojson", lambda: table_geojson(HEADERS, ROWS)),
    "shp": ("schools 学校.shp", lambda: _schools("学校.shp", encoding="GBK")),
    "zip": ("schools 学校.zip", lambda: zipped(_schools("学校.shp", encoding="UTF-8"))),
    "kml": ("schools 学校.kml", lambda: _KML.format("".join(_PLACE.format(*row) for row in ROWS)).encode()),
    "kmz": ("schools 学校.kmz", lambda: zipped({"doc.kml": next(iter(made("kml").files.values()))})),
    "gpkg": ("schools 学校.gpkg", lambda: _schools("学校.gpkg")),
    "fgb": ("schools 学校.fgb", lambda: _schools("学校.fgb")),
    "parquet": ("schools 学校.parquet", lambda: _schools("学校.parquet")),
    "duckdb": ("schools 学校.duckdb", _duck),
    "districts": (
        "districts 区划.gpkg",
        lambda: _saved("区划.gpkg", SQUARES, {"id": ["d1", "d2"], "name": ["甲区", "乙区"]}),
    ),
    "toml": (" project.toml", lambda: {"project.toml": _PROJECT.encode(), **_BESIDE}),
    "osm": ("roads 道路.osm", _osm_xml),
    "graphml": ("roads 道路.graphml", _GRAPHML.encode),
    "dxf": ("parcels 地块.dxf", _dxf),
    "tif": ("population 人口.tif", _tif),
}


@cache
def made(kind: str) -> Seed:
    """A valid file of a kind, as `KINDS` names it."""
    named, make = _MAKERS[kind]
    role, name = named.split(" ")
    content = make()
    return Seed(content if isinstance(content, dict) else {name: content}, role)


KINDS = (
    "csv", "xlsx", "geojson", "gpkg", "shp", "csv", "zip", "kml", "csv.gz", "dxf", "xlsx", "geojson", "osm", "tif",
    "toml", "parquet", "shp", "graphml", "districts", "kmz", "fgb", "real", "duckdb", "real",
)  # fmt: skip
"""Case n is of the kind n modulo their number; kinds whose reader has the most of our own code stand twice."""
NEEDS = {"tif": "rasterio", "parquet": "pyarrow", "duckdb": "duckdb"}
