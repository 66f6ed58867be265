"""Every format that docs/formats.md names is read, and says the same as a GeoPackage would."""

from __future__ import annotations

import warnings
import zipfile

import geopandas as gpd
import pytest
from shapely.geometry import box

SCHOOLS = {"id": ["s1", "s2"], "学校名称": ["邢台市第一幼儿园", "二中"], "学段": ["幼儿园", "初中"]}
NAMES = ["邢台市第一幼儿园", "二中"]
STAGES = [("kindergarten",), ("junior",)]
PLOT = box(114.50, 37.05, 114.501, 37.051)


def _zip(path, *files, arcname=None, names=None):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            inside = (names or {}).get(file.name, arcname(file) if arcname else file.name)
            archive.write(file, inside)


@pytest.fixture
def read(town):
    """read(name, toml) -> the schools as loaded from that file."""

    def schools(name, toml=""):
        town.layer("schools", f'path = "{name}"\n{toml}')
        frame = town.frame("schools")
        assert list(frame["name"]) == NAMES
        assert list(frame["stages"]) == STAGES
        return frame

    return schools


@pytest.mark.parametrize("name", ["schools.gpkg", "schools.geojson", "schools.fgb", "schools.sqlite"])
def test_plain_vector_files_are_read(town, points, read, name):
    town.save(name, SCHOOLS, points, **({"driver": "SQLite"} if name.endswith(".sqlite") else {}))
    frame = read(name)
    assert list(frame.index) == ["s1", "s2"]
    lonlat = frame.to_crs(4326).geometry
    assert (lonlat.x.tolist(), lonlat.y.tolist()) == (pytest.approx([114.50, 114.52]), pytest.approx([37.05, 37.06]))


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
@pytest.mark.parametrize("cpg", [True, False])
def test_a_zipped_shapefile_is_decoded_by_evidence_as_a_plain_one(town, points, read, encoding, cpg):
    town.save("学校.shp", SCHOOLS, points, encoding=encoding)
    parts = [path for path in sorted(town.folder.glob("学校.*")) if cpg or path.suffix != ".cpg"]
    _zip(town.folder / "schools.zip", *parts, arcname=lambda path: f"上报材料/{path.name}")
    read("schools.zip")
    layers, findings = town.check()
    assert [path.rsplit("/", 1)[-1] for path in layers.files] == ["schools.zip", "population.csv"]
    assert any(finding.code == "encoding" and finding.file == "schools.zip" for finding in findings)


def test_names_in_a_zip_of_chinese_windows_are_gbk(town, points, read):
    town.save("学校.shp", SCHOOLS, points, encoding="GBK")
    town.save("其他.shp", SCHOOLS, points, encoding="GBK")
    parts = sorted([*town.folder.glob("学校.*"), *town.folder.glob("其他.*")])
    path = town.folder / "all.zip"
    _write_gbk_zip(path, parts)
    town.layer("schools", 'path = "all.zip"')
    finding = town.finding("missing-layer-in-file", "error")
    assert "其他.shp, 学校.shp" in finding.what or "学校.shp, 其他.shp" in finding.what
    read("all.zip", 'layer = "学校"')


def _write_gbk_zip(path, files):
    class Gbk(zipfile.ZipInfo):
        def _encodeFilenameFlags(self):  # noqa: N802  zipfile's own name
            return self.filename.encode("gbk"), self.flag_bits & ~0x800

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.writestr(Gbk(file.name), file.read_bytes())


def test_a_file_geodatabase_is_read_as_a_folder_and_zipped(town, points, read):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        town.save("school.gdb", SCHOOLS, points, driver="OpenFileGDB", layer="学校")
    read("school.gdb")
    parts = sorted((town.folder / "school.gdb").iterdir())
    _zip(town.folder / "school.gdb.zip", *parts, arcname=lambda path: f"school.gdb/{path.name}")
    read("school.gdb.zip")


def test_a_geodatabase_that_was_not_copied_whole_is_an_error(town):
    (town.folder / "school.gdb").mkdir()
    (town.folder / "school.gdb" / "gdb").write_bytes(b"\x05")
    town.layer("schools", 'path = "school.gdb"')
    assert "not copied whole" in town.finding("unreadable-file", "error").what


KML = """<?xml version="1.0" encoding="{encoding}"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Folder><name>幼儿园</name><Placemark><name>邢台市第一幼儿园</name>
<ExtendedData><Data name="id"><value>s1</value></Data></ExtendedData>
<Point><coordinates>114.50,37.05,0</coordinates></Point></Placemark></Folder>
<Folder><name>初中</name><Placemark><name>二中</name>
<ExtendedData><Data name="id"><value>s2</value></Data></ExtendedData>
<Point><coordinates>114.52,37.06,0</coordinates></Point></Placemark></Folder>
</Document></kml>"""
KML_COLUMNS = 'columns = { name = "Name", stage = "folder" }'


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
def test_all_folders_of_a_kml_are_read_with_their_names(town, read, encoding):
    town.write("schools.kml", KML.format(encoding=encoding), encoding)
    frame = read("schools.kml", KML_COLUMNS)
    assert list(frame.index) == ["s1", "s2"]
    assert "幼儿园, 初中" in town.finding("layer-chosen", "note").what


def test_one_folder_of_a_kml_may_be_named(town):
    town.write("schools.kml", KML.format(encoding="UTF-8"))
    town.layer("schools", f'path = "schools.kml"\nlayer = "初中"\n{KML_COLUMNS}')
    assert list(town.frame("schools").index) == ["s2"]


def test_a_kmz_is_unpacked(town, read):
    path = town.write("doc.kml", KML.format(encoding="UTF-8"))
    _zip(town.folder / "schools.kmz", path)
    read("schools.kmz", KML_COLUMNS)


def _dxf(entities):
    lines = ["0", "SECTION", "2", "ENTITIES"]
    for kind, layer, points, more in entities:
        lines += ["0", kind, "8", layer, *more]
        if kind == "LWPOLYLINE":
            for x, y in points:
                lines += ["10", str(x), "20", str(y)]
        elif kind == "LINE":
            (x, y), (u, v) = points
            lines += ["10", str(x), "20", str(y), "11", str(u), "21", str(v)]
        else:
            lines += ["10", str(points[0][0]), "20", str(points[0][1]), "40", "2.5"]
    return "\n".join([*lines, "0", "ENDSEC", "0", "EOF", ""])


@pytest.fixture
def drawing(town, request):
    encoding = getattr(request, "param", "utf-8")
    x, y = 544_400.0, 4_102_000.0  # in EPSG:4547, near 114.5° E, 37.05° N

    def at(*pairs):
        return [(x + across, y + up) for across, up in pairs]

    square = at((0, 0), (100, 0), (100, 100), (0, 100))
    other = at((200, 0), (300, 0), (300, 50), (200, 50))
    sides = zip(other, [*other[1:], other[0]], strict=True)
    entities = [
        ("LWPOLYLINE", "教育用地", square, ["70", "1", "90", "4"]),
        *(("LINE", "教育用地", list(side), []) for side in sides),
        ("LINE", "教育用地", at((500, 0), (600, 0)), []),
        ("TEXT", "标注", at((50, 50)), ["1", "一小"]),
        ("TEXT", "标注", at((900, 50)), ["1", "图例"]),
    ]
    town.write("plots.dxf", _dxf(entities), encoding)
    town.layer("parcels", 'path = "plots.dxf"\ncrs = "EPSG:4547"\ncolumns = { name = "Text", use = "Layer" }')
    return town


@pytest.mark.parametrize("drawing", ["utf-8", "gbk"], indirect=True)
def test_plots_of_a_drawing_are_closed_into_polygons_with_their_layer_and_words(drawing):
    frame = drawing.frame("parcels")
    assert sorted(frame.area.round(3)) == [5_000, 10_000]
    assert list(frame["use"]) == ["education", "education"]
    assert list(frame.sort_values("area_m2", ascending=False)["name"]) == ["一小", ""]
    assert "1 closed outlines became polygons, and 5 open lines were joined into 1 more." in (
        drawing.finding("lines-closed", "note").what
    )


def test_lines_of_a_drawing_that_enclose_nothing_are_told_with_their_rows(drawing):
    finding = drawing.finding("lines-not-closed", "warning")
    assert finding.rows == ("row 6",)
    assert "1 of 5 open lines" in finding.what


def test_a_layer_of_the_drawing_may_be_named(drawing):
    drawing.layer("parcels", 'path = "plots.dxf"\ncrs = "EPSG:4547"\nlayer = "教肓用地"')
    assert "教育用地" in drawing.finding("missing-layer-in-file", "error").what


def test_geoparquet_is_read_with_its_crs(town, points, read):
    pytest.importorskip("pyarrow", reason="needs the extra parquet")
    gpd.GeoDataFrame(SCHOOLS, geometry=points, crs=4326).to_crs(4547).to_parquet(town.folder / "schools.parquet")
    read("schools.parquet")


def test_a_plain_parquet_is_a_table(town, read):
    pytest.importorskip("pyarrow", reason="needs the extra parquet")
    table = gpd.pd.DataFrame({**SCHOOLS, "经度": [114.50, 114.52], "纬度": [37.05, 37.06]})
    table.to_parquet(town.folder / "schools.parquet")
    read("schools.parquet")


def test_a_cut_parquet_is_an_error(town, points):
    pytest.importorskip("pyarrow", reason="needs the extra parquet")
    path = town.folder / "schools.parquet"
    gpd.GeoDataFrame(SCHOOLS, geometry=points, crs=4326).to_parquet(path)
    path.write_bytes(path.read_bytes()[:-40])
    town.layer("schools", 'path = "schools.parquet"')
    assert town.codes() == ["unreadable-file"]


@pytest.mark.parametrize(
    ("module", "name", "extra"),
    [("pyarrow", "a.parquet", "parquet"), ("rasterio", "a.tif", "raster"), ("duckdb", "a.duckdb", "duckdb")],
)
def test_a_missing_extra_answers_with_the_command_that_installs_it(town, monkeypatch, module, name, extra):
    monkeypatch.setitem(__import__("sys").modules, module, None)
    head = {"parquet": b"PAR1", "raster": b"II*\x00", "duckdb": b"\0" * 8 + b"DUCK"}[extra]
    (town.folder / name).write_bytes(head + b"\0" * 60)
    town.layer("population", f'path = "{name}"')
    assert town.finding("missing-extra", "error").fix == f"Run: pip install 'geoplan[{extra}]'"
