"""A2, intake: what a Chinese file says is what the outputs say, and nothing is guessed in silence."""

from __future__ import annotations

import warnings

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
from shapely.geometry import Point

from geoplan.crs import bd09_from_gcj02, gcj02_from_wgs84, wgs84_from_gcj02
from geoplan.project import Project

NAMES = ["邢台市第一幼儿园", "邢台市第二幼儿园（莲池校区）"]
XINGTAI = (114.50, 37.07)


def town(tmp_path, *, schools, toml="", at=XINGTAI):
    """A project of a few people and the schools given, whose file is `schools`."""
    lon, lat = at
    (tmp_path / "people.csv").write_text(
        f"id,people,lon,lat\np1,1.2万,{lon},{lat}\np2,１２０００,{lon + 0.01},{lat + 0.01}\n", "utf-8"
    )
    (tmp_path / "project.toml").write_text(
        f"""[project]
name = "入库"
profile = "national"
stages = ["kindergarten"]
data_date = "2024-09-01"
[layers.population]
path = "people.csv"
[layers.schools]
path = "{schools}"
{toml}
[propose]
new = 0
""",
        "utf-8",
    )
    return Project.open(tmp_path)


def shapefile(folder, encoding):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL on headers that a DBF cannot hold
        frame = gpd.GeoDataFrame(
            {"学校名称": NAMES, "学段": ["幼儿园", "幼儿园"]},
            geometry=[Point(XINGTAI), Point(114.52, 37.06)], crs=4326,
        )  # fmt: skip
        frame.to_file(folder / "schools.shp", encoding=encoding)
    (folder / "schools.cpg").unlink()


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_a_name_in_a_shapefile_without_cpg_is_the_same_in_geopackage_and_page(tmp_path, encoding):
    shapefile(tmp_path, encoding)
    page = town(tmp_path, schools="schools.shp").publish(out=tmp_path / "out")
    written = pyogrio.read_dataframe(tmp_path / "out" / "geoplan.gpkg", layer="schools", read_geometry=False)
    assert sorted(written["name"]) == NAMES
    html = page.read_text(encoding="utf-8")
    assert all(name in html for name in NAMES)


def test_forcing_the_wrong_encoding_names_file_field_and_row(tmp_path):
    shapefile(tmp_path, "GBK")
    findings = town(tmp_path, schools="schools.shp", toml='encoding = "UTF-8"').check()
    (error,) = [each for each in findings if each.code == "unreadable-file"]
    assert "schools.shp" in str(error)
    assert "is not UTF-8" in error.what
    # the first text that is not UTF-8 is a column's own name
    assert "学校名称" in error.what
    assert error.rows


@pytest.mark.parametrize(
    ("function", "at", "expected", "within"),
    [
        (gcj02_from_wgs84, (120, 40), (120.00567568355486, 40.0013047896019), 1e-9),
        (wgs84_from_gcj02, (120.00567568355486, 40.0013047896019), (120, 40), 1e-6),
        (wgs84_from_gcj02, (123, 45), (122.99395597, 44.99804071), 1e-6),
        (lambda lonlat: bd09_from_gcj02(gcj02_from_wgs84(lonlat)), (116.403988, 39.914266),
         (116.41661560, 39.92196580), 1e-6),
    ],
)  # fmt: skip
def test_the_published_conversions_are_met(function, at, expected, within):
    assert np.abs(function(np.array([at], dtype=float))[0] - expected).max() < within


@pytest.mark.parametrize(("centre", "shift_m"), [(XINGTAI, 529), ((113.65, 34.76), 568)])
def test_points_from_amap_that_are_not_declared_stop_the_run_with_the_shift(tmp_path, centre, shift_m):
    random = np.random.default_rng(1)
    true = np.array(centre) + random.uniform(-0.05, 0.05, (60, 2))
    shifted = gcj02_from_wgs84(true)
    for name, xy in (("reference.csv", true), ("schools.csv", shifted)):
        rows = "".join(f"s{row},第{row}幼儿园,幼儿园,{lon:.8f},{lat:.8f}\n" for row, (lon, lat) in enumerate(xy))
        (tmp_path / name).write_text("id,name,stage,lon,lat\n" + rows, "utf-8")
    findings = town(tmp_path, schools="schools.csv", toml='reference = "reference.csv"', at=centre).check()
    (found,) = [each for each in findings if each.code == "datum-suspected"]
    assert found.severity == "error"
    said = int(found.what.split("the layer moves by ")[1].split(" m")[0])
    assert abs(said - shift_m) <= 30


def test_numbers_as_offices_write_them(tmp_path):
    (tmp_path / "schools.csv").write_text(
        'id,name,stage,在校生数,lon,lat\ns1,甲园,幼儿园,"12,000人",114.5,37.07\ns2,乙园,幼儿园,1.2万,114.51,37.07\n',
        "utf-8",
    )
    project = town(tmp_path, schools="schools.csv")
    assert project.layers.population.frame["people"].tolist() == [12000, 12000]
    assert project.layers.schools.frame["enrolment"].tolist() == [12000, 12000]
