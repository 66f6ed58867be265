from __future__ import annotations

import pytest
from shapely.geometry import Point


@pytest.mark.parametrize(("lon", "lat"), [("经度", "纬度"), ("lng", "lat"), ("Longitude", "Latitude")])
def test_longitude_and_latitude_are_found_and_taken_as_wgs84(town, lon, lat):
    town.write("schools.csv", f"id,stage,{lon},{lat}\ns1,小学,114.50,37.05\n")
    town.layer("population", 'path = "population.csv"\nwhere = { id = ["p1"] }')
    schools, population = town.frame("schools"), town.frame("population")
    assert schools.crs.to_epsg() == 4547
    assert schools.geometry.iloc[0].distance(population.geometry.iloc[0]) < 1e-6


def test_both_coordinates_in_one_cell_are_split(town):
    town.write("schools.csv", 'id,stage,经纬度\ns1,小学,"114.50,37.05"\n')
    town.layer("population", 'path = "population.csv"\nwhere = { id = ["p1"] }')
    assert town.frame("schools").geometry.iloc[0].distance(town.frame("population").geometry.iloc[0]) < 1e-6


def test_wkt_is_read(town):
    town.write("schools.csv", "id,stage,wkt\ns1,小学,POINT (114.50 37.05)\n")
    assert len(town.frame("schools")) == 1


def test_broken_wkt_is_an_error_with_its_row(town):
    town.write("schools.csv", "id,stage,wkt\ns1,小学,POINT (114.50 37.05)\ns2,小学,POINT 1\n")
    assert town.finding("unreadable-geometry", "error").rows == ("row 3",)


def test_metres_need_a_crs(town):
    town.write("schools.csv", "id,stage,x,y\ns1,小学,544500.5,4101000.5\n")
    finding = town.finding("no-crs", "error")
    assert finding.file == "schools.csv"
    assert 'crs = "EPSG:4547"' in finding.fix
    assert '[project] crs = "local"' in finding.fix
    town.layer("schools", 'path = "schools.csv"\ncrs = "EPSG:4547"')
    assert town.frame("schools").geometry.iloc[0] == Point(544500.5, 4101000.5)


def test_a_northing_headed_x_is_known_by_its_size_and_told(town):
    town.write("schools.csv", "id,stage,x,y\ns1,小学,4101000.5,544500.5\n")
    town.layer("schools", 'path = "schools.csv"\ncrs = "EPSG:4547"')
    assert town.frame("schools").geometry.iloc[0] == Point(544500.5, 4101000.5)
    assert "northing" in town.finding("northing-easting", "note").what


def test_the_zone_number_is_taken_off_the_eastings_and_told(town):
    town.write("schools.csv", "id,stage,x,y\ns1,小学,4101000.5,38544500.5\n")
    town.layer("schools", 'path = "schools.csv"\ncrs = "EPSG:4547"')
    assert town.frame("schools").geometry.iloc[0] == Point(544500.5, 4101000.5)
    assert "zone number 38" in town.finding("zone-prefix", "note").what


def test_the_zone_number_stays_where_the_crs_has_it(town):
    town.write("schools.csv", "id,stage,x,y\ns1,小学,38544500.5,4101000.5\n")
    town.layer("schools", 'path = "schools.csv"\ncrs = "EPSG:4526"')
    point = town.frame("schools").geometry.iloc[0]
    assert point.distance(Point(544500.5, 4101000.5)) < 1e-3


def test_a_table_that_says_nowhere_where_its_rows_stand_is_an_error(town):
    town.write("schools.csv", "id,stage\ns1,小学\n")
    assert "经度" in town.finding("missing-column", "error").why


def test_a_row_without_coordinates_is_an_error_with_its_id(town):
    town.write("schools.csv", "id,stage,lon,lat\ns1,小学,114.5,37.05\ns2,小学,,\n")
    assert town.finding("missing-geometry", "error").rows == ("s2",)


def test_a_text_among_coordinates_is_an_error_with_its_row(town):
    town.write("schools.csv", "id,stage,lon,lat\ns1,小学,东边,37.05\n")
    assert town.finding("not-a-number", "error").rows == ("row 2",)


def test_coordinate_columns_can_be_named_by_the_project(town):
    town.write("schools.csv", "id,stage,a,b\ns1,小学,114.5,37.05\n")
    town.layer("schools", 'path = "schools.csv"\ncolumns = { lon = "a", lat = "b" }')
    assert len(town.frame("schools")) == 1


def test_a_coordinate_column_that_is_not_there_is_an_error_with_a_hint(town):
    town.write("schools.csv", "id,stage,wgs_lon,wgs_lat\ns1,小学,114.5,37.05\n")
    town.layer("schools", 'path = "schools.csv"\ncolumns = { lon = "wgs_lng", lat = "wgs_lat" }')
    assert "Did you mean 'wgs_lon'?" in town.finding("missing-column", "error").what


def test_districts_of_a_table_are_kept_without_polygon(town):
    town.write("districts.csv", "区划代码,区县,常住人口（万人）\n130502,襄都区,42.6\n")
    town.layer("districts", 'path = "districts.csv"')
    frame = town.frame("districts")
    assert frame.loc["130502", "people"] == 426_000
    assert frame.geometry.iloc[0] is None
    assert "426,000 people" in town.finding("district-without-polygon", "warning").what
