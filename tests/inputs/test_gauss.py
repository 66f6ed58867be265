"""Zones of China's plane coordinates: numbered or not, of 3° and 6°, the northing first."""

from __future__ import annotations

import geopandas as gpd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer
from shapely.geometry import LineString, Point

from geoplan.inputs.gauss import BEIJING_54, CGCS2000, FAMILIES, XIAN_80, is_turned, meridian_of, zone_number, zone_of

PLACES = [(114.50, 37.05), (114.52, 37.06)]
COLUMNS = {"id": ["s1", "s2"], "stage": ["小学", "初中"]}


def in_crs(code, *, turned=False, add=0.0):
    """Both schools in a CRS as a surveyor would hand them over."""
    transform = Transformer.from_crs(4326, code, always_xy=True)
    pairs = [(x + add, y) for x, y in (transform.transform(*place) for place in PLACES)]
    return [Point(pair[::-1]) if turned else Point(pair) for pair in pairs]


@pytest.fixture
def gaps_m(town):
    """How far the schools of a file or table land from where they are."""

    def measure(shapes, crs, config=""):
        town.save("schools.gpkg", COLUMNS, shapes, crs=crs)
        town.layer("schools", f'path = "schools.gpkg"\n{config}')
        schools, people = town.frame("schools").geometry, town.frame("population").geometry
        return max(one.distance(other) for one, other in zip(schools, people, strict=True))

    return measure


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
@pytest.mark.parametrize("zone", [13, 19, 20, 23, 25, 38, 45])
@pytest.mark.parametrize("numbered", [True, False])
def test_every_code_of_the_table_is_the_zone_that_epsg_says(family, zone, numbered):
    crs = CRS.from_epsg(family.code(zone, numbered=numbered))
    name = {"CGCS2000": "CGCS2000", "Xi'an 80": "Xian 1980", "Beijing 54": "Beijing 1954"}[family.name]
    assert crs.name.startswith(name)
    assert ("3-degree" in crs.name) == (zone >= 25)
    assert zone_of(crs).meridian == meridian_of(zone)
    assert zone_of(crs).number == (zone if numbered else 0)


@pytest.mark.parametrize("code", [4490, 32650, 3857, 4326, 27700])
def test_other_crs_have_no_zone(code):
    assert zone_of(CRS.from_epsg(code)) is None


@pytest.mark.parametrize(
    ("easting", "number"),
    [
        (float("nan"), 0),
        (float("inf"), 0),
        (38_547_000, 38),
        (20_547_000, 20),
        (547_000, 0),
        (24_547_000, 0),
        (46_500_000, 0),
        (38_000_000, 0),
        (12_700_000, 0),
    ],
)
def test_a_zone_number_is_known_by_its_range_and_its_easting(easting, number):
    assert zone_number(easting) == number


@pytest.mark.parametrize("code", [4490, 4526, 4547, 4498, 4509, 2362, 2383, 2414])
def test_cgcs2000_of_every_kind_lands_in_the_same_place(gaps_m, code):
    old = CRS.from_epsg(code).geodetic_crs.to_epsg() != 4490
    assert gaps_m(in_crs(code), code) < (1e-3 if not old else 0.05)


def test_a_shapefile_with_zone_numbers_under_a_crs_without_them_is_put_right_and_told(gaps_m, town):
    assert gaps_m(in_crs(4526), 4547) < 1e-3
    finding = town.finding("zone-prefix", "note")
    assert "zone number 38 is taken off" in finding.what
    assert finding.rows == ("s1", "s2")


def test_a_shapefile_without_zone_numbers_under_a_crs_that_has_them_is_put_right_and_told(gaps_m, town):
    assert gaps_m(in_crs(4547), 4526) < 1e-3
    assert "zone number 38 is put before" in town.finding("zone-prefix", "note").what


def test_six_degree_zone_numbers_are_taken_off_too(gaps_m, town):
    assert gaps_m(in_crs(4498), 4509) < 1e-3
    assert "zone number 20" in town.finding("zone-prefix", "note").what


def test_a_six_degree_number_under_the_three_degree_crs_of_the_same_meridian_is_understood(gaps_m):
    assert gaps_m(in_crs(4498), 4548) < 1e-3  # zone 20 of 6° and zone 39 of 3° share 117° E


def test_some_rows_with_a_zone_number_and_some_without_are_put_right_by_row(gaps_m, town):
    assert gaps_m([in_crs(4526)[0], in_crs(4547)[1]], 4547) < 1e-3
    assert town.finding("zone-prefix", "note").rows == ("s1",)


@pytest.mark.parametrize("crs", [4548, 4527])
def test_a_zone_number_of_another_zone_is_an_error_with_the_right_code(gaps_m, town, crs):
    town.save("schools.gpkg", COLUMNS, in_crs(4526), crs=crs)
    town.layer("schools", 'path = "schools.gpkg"')
    finding = town.finding("zone-mismatch", "error")
    assert "zone number 38 (114° E)" in finding.what
    assert 'crs = "EPSG:4526"' in finding.fix


def test_a_table_whose_zone_number_contradicts_its_crs_is_an_error_too(town):
    town.write("schools.csv", "id,stage,x,y\ns1,小学,4101000.5,38544500.5\n")
    town.layer("schools", 'path = "schools.csv"\ncrs = "EPSG:4548"')
    assert town.codes() == ["zone-mismatch"]


@pytest.mark.parametrize("code", [4547, 4526])
def test_a_file_with_the_northing_first_is_turned_and_told(gaps_m, town, code):
    assert gaps_m(in_crs(code, turned=True), code) < 1e-3
    assert "northing" in town.finding("northing-easting", "note").what


def test_one_row_with_its_axes_the_other_way_round_is_an_error_with_its_id(town):
    shapes = [in_crs(4547)[0], in_crs(4547, turned=True)[1]]
    town.save("schools.gpkg", COLUMNS, shapes, crs=4547)
    town.layer("schools", 'path = "schools.gpkg"')
    assert town.finding("mixed-axes", "error").rows == ("s2",)


def test_lines_are_put_right_at_every_vertex(town):
    here = gpd.GeoSeries([LineString(PLACES)], crs=4326).to_crs(4526)
    town.save("roads.gpkg", {"id": ["r1"]}, list(here), crs=4547)
    town.layer("roads", 'path = "roads.gpkg"')
    road, people = town.frame("roads").geometry.iloc[0], town.frame("population").geometry
    assert max(road.distance(place) for place in people) < 1e-3


@settings(deadline=None, max_examples=40)
@given(
    lon=st.floats(74.0, 135.0), lat=st.floats(18.0, 53.0), numbered=st.booleans(), turned=st.booleans(),
    wide=st.booleans(),
)  # fmt: skip
def test_the_zone_and_the_order_are_read_back_from_any_place_in_china(lon, lat, numbered, turned, wide):
    zone = int((lon + 6) // 6) if wide else round(lon / 3)
    zone = min(max(zone, 13), 23) if wide else min(max(zone, 25), 45)
    code = CGCS2000.code(zone, numbered=numbered)
    east, north = Transformer.from_crs(4490, code, always_xy=True).transform(lon, lat)
    assert zone_number(east) == (zone if numbered else 0)
    assert is_turned(north, east)
    assert not is_turned(east, north)
    first, second = (north, east) if turned else (east, north)
    assert is_turned(first, second) is turned


@settings(max_examples=25, deadline=None)
@given(
    lon=st.floats(114.0, 115.4), lat=st.floats(36.0, 38.0), declared=st.sampled_from(["4526", "4547"]),
    numbered=st.booleans(), turned=st.booleans(),
)  # fmt: skip
def test_a_table_lands_where_it_should(tmp_path_factory, make_town, lon, lat, declared, numbered, turned):
    town = make_town(tmp_path_factory.mktemp("town"))
    east, north = Transformer.from_crs(4490, 4526 if numbered else 4547, always_xy=True).transform(lon, lat)
    first, second = (north, east) if turned else (east, north)
    town.write("schools.csv", f"id,stage,x,y\ns1,小学,{first:.4f},{second:.4f}\n")
    town.layer("schools", f'path = "schools.csv"\ncrs = "EPSG:{declared}"')
    town.write("population.csv", f"id,people,lon,lat\np1,1,{lon:.9f},{lat:.9f}\n")
    assert town.frame("schools").geometry.iloc[0].distance(town.frame("population").geometry.iloc[0]) < 0.01


def test_the_other_families_lie_behind_their_own_geodetic_codes():
    assert [family.degrees for family in (CGCS2000, XIAN_80, BEIJING_54)] == [4490, 4610, 4214]
    for family in FAMILIES:
        assert CRS.from_epsg(family.code(38, numbered=True)).geodetic_crs.to_epsg() == family.degrees
