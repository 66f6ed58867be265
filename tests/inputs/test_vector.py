from __future__ import annotations

import json
import signal
from contextlib import suppress

import geopandas as gpd
import pyogrio
import pytest
from shapely.geometry import Point

SCHOOLS = {"id": ["s1", "s2"], "stage": ["小学", "初中"]}


def test_a_geopackage_is_read(town, points):
    town.save("schools.gpkg", SCHOOLS, points)
    town.layer("schools", 'path = "schools.gpkg"')
    assert list(town.frame("schools").index) == ["s1", "s2"]


def test_a_geojson_in_gbk_is_read_and_told(town, points):
    text = gpd.GeoDataFrame(SCHOOLS, geometry=points, crs=4326).to_json(ensure_ascii=False)
    town.write("schools.geojson", text, "gbk")
    town.layer("schools", 'path = "schools.geojson"')
    assert list(town.frame("schools")["stages"]) == [("primary",), ("junior",)]
    assert "GB18030" in town.finding("encoding", "note").what


def test_a_third_dimension_is_dropped(town):
    town.save("schools.gpkg", SCHOOLS, [Point(114.5, 37.05, 80), Point(114.52, 37.06, 81)])
    town.layer("schools", 'path = "schools.gpkg"')
    assert not town.frame("schools").has_z.any()


def test_a_file_of_several_layers_must_be_told_which(town, points):
    town.save("all.gpkg", SCHOOLS, points, layer="xuexiao")
    town.save("all.gpkg", SCHOOLS, points, layer="other", mode="a")
    town.layer("schools", 'path = "all.gpkg"')
    finding = town.finding("missing-layer-in-file", "error")
    assert finding.what == "The file has several layers: xuexiao, other."
    town.layer("schools", 'path = "all.gpkg"\nlayer = "xuexiao"')
    assert len(town.frame("schools")) == 2


def test_a_layer_named_like_the_role_is_taken_and_told(town, points):
    town.save("all.gpkg", SCHOOLS, points, layer="schools")
    town.save("all.gpkg", SCHOOLS, points, layer="other", mode="a")
    town.layer("schools", 'path = "all.gpkg"')
    assert len(town.frame("schools")) == 2
    assert town.finding("layer-chosen", "note").layer == "schools"


def test_a_layer_that_is_not_there_is_an_error_with_a_hint(town, points):
    town.save("all.gpkg", SCHOOLS, points, layer="xuexiao")
    town.layer("schools", 'path = "all.gpkg"\nlayer = "xuexaio"')
    assert "Did you mean 'xuexiao'?" in town.finding("missing-layer-in-file", "error").what


@pytest.mark.parametrize(
    "name", ["schools.gpkg", "schools.geojson", "schools.osm.pbf", "schools.graphml", "schools.kml"]
)
@pytest.mark.parametrize("content", ["", "hello " * 50])
def test_a_file_that_is_no_geodata_is_an_error_and_no_traceback(town, name, content):
    town.write(name, content)
    town.layer("schools", f'path = "{name}"')
    finding = town.finding("unreadable-file", "error")
    assert finding.file == name
    assert str(town.folder) not in finding.what


@pytest.mark.parametrize("name", ["schools.gpkg", "schools.geojson"])
def test_a_cut_file_is_an_error_and_not_half_a_layer(town, name):
    many = [Point(114.5 + i / 1e5, 37.05) for i in range(2000)]
    path = town.save(name, {"id": range(2000), "stage": ["小学"] * 2000}, many)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    town.layer("schools", f'path = "{name}"')
    assert town.codes() == ["unreadable-file"]


def test_a_layer_without_rows_is_an_error(town):
    town.save("schools.gpkg", {"id": [], "stage": []}, [])
    town.layer("schools", 'path = "schools.gpkg"')
    assert town.codes() == ["empty-layer"]


def test_a_geojson_of_features_without_geometry_names_the_rows(town):
    feature = {"type": "Feature", "properties": {"id": "s1", "stage": "小学"}, "geometry": None}
    placed = {**feature, "properties": {"id": "s2", "stage": "小学"}}
    placed["geometry"] = {"type": "Point", "coordinates": [114.5, 37.05]}
    town.write("schools.geojson", json.dumps({"type": "FeatureCollection", "features": [feature, placed]}))
    town.layer("schools", 'path = "schools.geojson"')
    assert town.finding("missing-geometry", "error").rows == ("s1",)


def test_ctrl_c_during_a_read_is_not_lost_where_the_reader_drops_it(town, points, monkeypatch):
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    read = pyogrio.read_dataframe

    def read_and_drop(*arguments, **options):
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        return read(*arguments, **options)

    monkeypatch.setattr(pyogrio, "read_dataframe", read_and_drop)
    town.save("schools.gpkg", SCHOOLS, points)
    town.layer("schools", 'path = "schools.gpkg"')
    try:
        with pytest.raises(KeyboardInterrupt):
            town.frame("schools")
    finally:
        signal.signal(signal.SIGINT, before)
