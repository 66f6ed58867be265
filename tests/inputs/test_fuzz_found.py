"""Faults that the fuzz suite found, each as the smallest file that shows it."""

from __future__ import annotations

import io
import json
import warnings
import zipfile

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
from shapely.geometry import Point

from geoplan.inputs.encoding import known_encoding

SCHOOLS = {"id": ["s1", "s2"], "name": ["一小", "二中"], "stage": ["小学", "初中"]}


def dxf(*corners):
    lines = ["0", "SECTION", "2", "ENTITIES", "0", "LWPOLYLINE", "8", "教育用地", "70", "1", "90", str(len(corners))]
    for x, y in corners:
        lines += ["10", x, "20", y]
    return "\n".join([*lines, "0", "ENDSEC", "0", "EOF", ""])


@pytest.mark.parametrize("name", ["utf\x008", "UTF--1", ""])
def test_an_encoding_of_no_name_is_none(name):
    assert known_encoding(name) is None


@pytest.mark.parametrize("name", ["a.kml", "a.graphml"])
def test_xml_that_declares_an_encoding_of_no_name_is_unreadable(town, name):
    root = name.split(".")[1]
    town.write(name, f'<?xml version="1.0" encoding="UTF--1"?><{root}></{root}>')
    town.layer("roads" if root == "graphml" else "schools", f'path = "{name}"')
    assert "unreadable-file" in town.codes()


@pytest.mark.parametrize("fault", [IndexError("index 0 is out of bounds"), UnboundLocalError("local variable 'wkt'")])
def test_what_pyogrio_stumbles_over_in_a_damaged_file_is_unreadable(town, points, monkeypatch, fault):
    def fails(*_, **__):
        raise fault

    town.save("schools.fgb", SCHOOLS, points)
    monkeypatch.setattr("pyogrio.read_dataframe", fails)
    town.layer("schools", 'path = "schools.fgb"')
    assert town.codes() == ["unreadable-file"]


@pytest.mark.parametrize("far", ["nan", "1e308", "4e9"])
def test_a_drawing_beyond_any_place_on_earth_is_an_error_with_its_row(town, far):
    town.write("plots.dxf", dxf(("544400", "4102000"), (far, "4102000"), ("544500", "4102100"), ("544400", "4102000")))
    town.layer("parcels", 'path = "plots.dxf"\ncrs = "EPSG:4547"')
    assert set(town.codes()) & {"bad-coordinates", "unreadable-file"}


def test_a_drawing_without_entities_is_an_error(town):
    town.write("plots.dxf", "0\nSECTION\n2\nENTITIES\n0\nENDSEC\n0\nEOF\n")
    town.layer("parcels", 'path = "plots.dxf"\ncrs = "EPSG:4547"')
    assert town.codes()


def test_metres_beyond_the_earth_are_an_error_and_no_overflow(town):
    shape = Point(114.5, 37.05).buffer(1)
    huge = gpd.GeoSeries([shape, shape]).scale(1e300, 1e300)
    town.save("districts.gpkg", {"id": ["a", "b"]}, list(huge), crs=4547)
    town.layer("districts", 'path = "districts.gpkg"')
    assert "bad-coordinates" in town.codes()


@pytest.mark.parametrize("where", ["directory", "member"])
def test_a_name_in_a_zip_that_is_not_the_utf8_it_says_is_unreadable(town, where):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("学校.csv", "id,stage,lon,lat\na,小学,114.5,37\n")
    content = bytearray(stream.getvalue())
    name = "学校.csv".encode()
    place = content.find(name) if where == "member" else content.rfind(name)
    content[place] = 0x98
    (town.folder / "a.zip").write_bytes(bytes(content))
    town.layer("schools", 'path = "a.zip"')
    assert town.codes() == ["unreadable-file"]


def test_a_geojson_whose_text_would_be_cut_at_a_zero_is_refused(town):
    feature = {"type": "Feature", "properties": {"id": "a", "name": "一\x00小", "stage": "小学"},
               "geometry": {"type": "Point", "coordinates": [114.5, 37.05]}}  # fmt: skip
    town.write("a.geojson", json.dumps({"type": "FeatureCollection", "features": [feature]}))
    town.layer("schools", 'path = "a.geojson"')
    assert "\\u0000" in town.finding("unreadable-file", "error").what


def test_a_shapefile_with_two_columns_of_one_name_is_refused(town, points):
    town.save("schools.shp", {**SCHOOLS, "nama": ["x", "y"]}, points, encoding="UTF-8")
    table = town.folder / "schools.dbf"
    table.write_bytes(table.read_bytes().replace(b"nama", b"name", 1))
    town.layer("schools", 'path = "schools.shp"')
    assert "several columns of its .dbf bear the name name" in town.finding("unreadable-file", "error").what


def test_a_raster_that_does_not_say_where_it_lies_is_refused_without_a_warning(town):
    rasterio = pytest.importorskip("rasterio", reason="needs the extra raster")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rasterio, of the file that is being written
        with rasterio.open(
            town.folder / "a.tif", "w", driver="GTiff", width=2, height=2, count=1, dtype="float32", crs="EPSG:4547"
        ) as file:
            file.write(np.ones((1, 2, 2), dtype="float32"))
    town.layer("population", 'path = "a.tif"')
    assert "no geotransform" in town.finding("unreadable-file", "error").what


def test_a_parquet_whose_text_is_not_utf8_is_unreadable(town):
    pytest.importorskip("pyarrow", reason="needs the extra parquet")
    frame = gpd.pd.DataFrame({**SCHOOLS, "lon": [114.5, 114.52], "lat": [37.05, 37.06]})
    path = town.folder / "schools.parquet"
    frame.to_parquet(path, compression=None)
    content = path.read_bytes()
    path.write_bytes(content.replace("一小".encode(), b"\xff\xfe\xff\xfe\xff\xfe"))
    town.layer("schools", 'path = "schools.parquet"')
    assert town.codes() == ["unreadable-file"]


KML = """<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Placemark><name>一小</name><ExtendedData><Data name="id"><value>s1</value></Data>
<Data name="学段"><value>小学</value></Data><Data name="学位数"><value>300</value></Data>
<Data name="在校生"><value>280</value></Data></ExtendedData>
<Point><coordinates>114.5,37.05</coordinates></Point></Placemark></Document></kml>"""


def test_chinese_field_names_of_a_kml_are_kept(town):
    town.write("schools.kml", KML)
    town.layer("schools", 'path = "schools.kml"\ncolumns = { name = "Name", enrolment = "在校生" }')
    frame = town.frame("schools")
    assert frame.loc["s1", ["name", "stages", "capacity", "enrolment"]].tolist() == ["一小", ("primary",), 300, 280]


def test_a_prj_of_another_planet_is_an_error_that_names_the_crs(town, points):
    town.save("schools.shp", SCHOOLS, points, encoding="UTF-8")
    mars = (
        'GEOGCS["Mars 2000",DATUM["D_Mars_2000",SPHEROID["Mars_2000_IAU_IAG",3396190.0,169.89444722361179]],'
        'PRIMEM["Reference_Meridian",0.0],UNIT["Degree",0.0174532925199433]]'
    )
    town.write("schools.prj", mars)
    town.layer("schools", 'path = "schools.shp"')
    assert "Mars" in town.finding("unknown-crs", "error").what


@pytest.mark.parametrize("parser", ["xml.etree.ElementTree", "lxml.etree"])
def test_a_workbook_with_broken_xml_is_unreadable_with_either_parser(town, monkeypatch, parser):
    etree = pytest.importorskip(parser, reason="lxml comes with python-docx only")

    def broken(*_, **__):
        etree.fromstring(b"<a></a><b/>")

    monkeypatch.setattr("openpyxl.load_workbook", broken)
    workbook = openpyxl.Workbook()
    workbook.active.append(["id", "stage"])
    workbook.save(town.folder / "schools.xlsx")
    town.layer("schools", 'path = "schools.xlsx"')
    assert town.codes() == ["unreadable-file"]
