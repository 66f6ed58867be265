"""Files that are cut, locked, disguised or far too large: a clear error, bounded memory, and nothing executed."""

from __future__ import annotations

import gzip
import json
import os

import numpy as np
import pytest
from shapely.geometry import Point

from geoplan.config import read_project
from geoplan.errors import ConfigError

SCHOOLS_CSV = "id,name,stage,capacity,lon,lat\ns1,一小,小学,1200,114.50,37.05\ns2,二中,初中,900,114.52,37.06\n"


def test_a_csv_of_too_many_rows_is_refused_before_it_is_parsed(town, monkeypatch):
    monkeypatch.setattr("geoplan.inputs.limits.MAX_TABLE_ROWS", 50)
    town.write("schools.csv", SCHOOLS_CSV + "x\n" * 60)
    assert "more than 50 rows" in town.finding("too-large", "error").what


def test_a_cut_gzip_is_an_error(town):
    whole = gzip.compress(SCHOOLS_CSV.encode() * 50)
    (town.folder / "schools.csv.gz").write_bytes(whole[: len(whole) // 2])
    town.layer("schools", 'path = "schools.csv.gz"')
    assert town.codes() == ["unreadable-file"]


NAMES = [
    "a.gpkg", "a.geojson", "a.json", "a.shp", "a.zip", "a.gdb.zip", "a.kml", "a.kmz", "a.dxf", "a.parquet", "a.csv",
    "a.csv.gz", "a.xlsx", "a.osm", "a.osm.pbf", "a.graphml", "a.tif", "a.duckdb", "a.fgb", "a.sqlite", "a", "a.vrt",
    "a.gml",
]  # fmt: skip
VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="population"><SrcDataSource>population.csv</SrcDataSource>'
    "</OGRVRTLayer></OGRVRTDataSource>"
)


@pytest.mark.parametrize("content", [b"", b"\n", b"hello", VRT.encode(), b"\x00" * 4096, b"PK\x03\x04", b"\xff\xfe"])
@pytest.mark.parametrize("name", NAMES)
def test_no_file_that_is_not_what_its_name_says_is_opened(town, name, content):
    (town.folder / name).write_bytes(content)
    town.layer("population", f'path = "{name}"')
    layers, findings = town.check(roles={"population"})
    assert layers is None
    errors = [finding for finding in findings if finding.severity == "error"]
    assert errors
    assert {finding.file for finding in errors} == {name}
    assert str(town.folder) not in str(errors)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.geojson", VRT),
        ("a.gml", VRT),
        ("a.json", '{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read population.csv"}'),
        ("a.geojson", '{"stac_version": "1.0.0", "links": [{"href": "http://127.0.0.1:1/"}]}'),
        ("a.gml", "<OGRWFSDataSource><URL>http://127.0.0.1:1/</URL></OGRWFSDataSource>"),
        ("a.sql", "PRAGMA x;"),
        ("a.gpx", "$GPGSA,A,3,04,05,,09,12,,,24,,,,,2.5,1.3,2.1*39"),
    ],
)
def test_a_file_that_leads_elsewhere_is_not_followed(town, name, text):
    town.write(name, text)
    town.layer("schools", f'path = "{name}"')
    assert set(town.codes()) <= {"unsafe-file", "unreadable-file"}
    assert town.codes()


def test_an_external_entity_is_not_read(town):
    text = (
        f'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY x SYSTEM "file://{town.folder}/population.csv">]><kml>&x;</kml>'
    )
    town.write("a.kml", text)
    town.layer("schools", 'path = "a.kml"')
    assert "declares the entity 'x'" in town.finding("unsafe-file", "error").what


@pytest.fixture
def neighbour(town, tmp_path_factory):
    """A file beside the project's folder, which belongs to somebody else."""
    path = tmp_path_factory.mktemp("other") / "schools.csv"
    path.write_text(SCHOOLS_CSV, encoding="utf-8")
    return path


def test_a_path_that_leaves_the_project_is_an_error_that_says_how_to_allow_it(town, neighbour):
    town.layer("schools", f'path = "{os.path.relpath(neighbour, town.folder)}"')
    finding = town.finding("outside-project", "error")
    assert "[project] outside_files = true" in finding.fix
    town.project = "outside_files = true"
    assert len(town.frame("schools")) == 2


@pytest.mark.parametrize("side", [".csv", ".dbf", ".gdb"])
def test_a_link_that_leaves_the_project_is_an_error(town, neighbour, points, side):
    name = f"schools{side}"
    if side == ".dbf":
        name = "schools.shp"
        town.save(name, {"id": ["a", "b"], "stage": ["小学", "初中"]}, points)
        (town.folder / "schools.dbf").rename(neighbour.with_suffix(".dbf"))
        (town.folder / "schools.dbf").symlink_to(neighbour.with_suffix(".dbf"))
    elif side == ".gdb":
        (town.folder / name).mkdir()
        (town.folder / name / "a1.gdbtable").symlink_to(neighbour)
    else:
        (town.folder / name).unlink()
        (town.folder / name).symlink_to(neighbour)
    town.layer("schools", f'path = "{name}"')
    assert town.codes() == ["outside-project"]


def test_a_link_to_itself_is_a_missing_file(town):
    (town.folder / "loop.csv").symlink_to(town.folder / "loop.csv")
    town.layer("schools", 'path = "loop.csv"')
    assert town.codes() == ["missing-file"]


def test_an_absolute_path_is_taken_and_noted_unless_the_project_forbids_it(town, neighbour):
    town.layer("schools", f'path = "{neighbour}"')
    assert len(town.frame("schools")) == 2
    assert town.finding("file-outside-project", "note").layer == "schools"
    town.project = "outside_files = false"
    assert town.codes() == ["outside-project"]


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "/proc/self/mem", "/etc"])
def test_devices_and_folders_are_no_files(town, path):
    town.layer("schools", f'path = "{path}"')
    assert set(town.codes()) <= {"not-a-file", "unreadable-file"}
    assert town.codes()


def test_a_folder_is_no_file_and_its_files_are_named(town):
    town.layer("schools", 'path = "."')
    finding = town.finding("not-a-file", "error")
    assert "population.csv, project.toml, schools.csv" in finding.what


def test_a_pipe_is_not_waited_for(town):
    os.mkfifo(town.folder / "pipe.csv")
    town.layer("schools", 'path = "pipe.csv"')
    assert "is a pipe" in town.finding("not-a-file", "error").what


def test_a_name_that_is_too_long_is_a_missing_file(town):
    town.layer("schools", f'path = "{"x" * 5000}.csv"')
    assert town.codes() == ["missing-file"]


def test_a_name_with_control_characters_is_refused(town):
    town.layer("schools", 'path = "a\\u0000.csv"')
    with pytest.raises(ConfigError, match="control characters"):
        town.config()


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://li:geheim@host/db",
        "postgres://li:geheim@host/db",
        "postgresql+psycopg://li:geheim@host/db",
        "postgresql://host/db?user=li&password=geheim",
        "POSTGRESQL://li:geheim@[host/db",
        "postgresql://host/db?sslpassword=geheim",
    ],
)
def test_a_password_in_project_toml_is_refused_and_never_repeated(town, address):
    town.layer("schools", f'path = "{address}"\nlayer = "a"')
    town.write("project.toml", f'[project]\n[layers.schools]\npath = "{address}"\nlayer = "a"\n')
    with pytest.raises(ConfigError, match="PGPASSWORD") as caught:
        read_project(town.folder)
    assert "geheim" not in str(caught.value)


def test_sql_is_for_databases_only(town):
    town.layer("schools", 'path = "schools.csv"\nsql = "SELECT 1"')
    with pytest.raises(ConfigError, match="only postgresql"):
        town.config()


def test_a_layer_of_too_many_rows_is_refused(town, monkeypatch):
    monkeypatch.setattr("geoplan.inputs.vector.MAX_ROWS", 100)
    many = [Point(114.5 + i / 1e5, 37.05) for i in range(101)]
    town.save("schools.gpkg", {"id": np.arange(101), "stage": ["小学"] * 101}, many)
    town.layer("schools", 'path = "schools.gpkg"')
    assert "more than 100 rows" in town.finding("too-large", "error").what


def test_a_geojson_nested_a_million_deep_is_an_error(town):
    town.write("a.geojson", '{"type": ' * 200_000 + "1" + "}" * 200_000)
    town.layer("schools", 'path = "a.geojson"')
    assert town.codes() == ["unreadable-file"]


def test_a_geojson_with_a_foreign_crs_link_is_read_without_following_it(town):
    feature = {"type": "Feature", "properties": {"id": "a", "stage": "小学"},
               "geometry": {"type": "Point", "coordinates": [114.5, 37.05]}}  # fmt: skip
    crs = {"type": "link", "properties": {"href": "http://127.0.0.1:1/crs", "type": "proj4"}}
    town.write("a.geojson", json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]}))
    town.layer("schools", 'path = "a.geojson"')
    town.check()
