from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, box

from geoplan.crs import gcj02_from_wgs84
from geoplan.errors import CrsError
from geoplan.inputs import load_layers
from geoplan.inputs.georeference import looks_like_degrees

SCHOOLS = {"id": ["s1", "s2"], "stage": ["小学", "初中"]}


@pytest.fixture
def schools(town, points):
    """schools.gpkg in some CRS (None for none), from degrees."""

    def make(crs, shapes=points, config=""):
        placed = gpd.GeoSeries(shapes, crs=4326)
        town.save("schools.gpkg", SCHOOLS, list(placed if crs is None else placed.to_crs(crs)), crs=crs)
        town.layer("schools", f'path = "schools.gpkg"\n{config}')
        return town

    return make


def test_the_project_crs_is_the_zone_of_its_centre_and_told(town):
    layers, _ = town.check()
    assert layers.crs.to_epsg() == 4547
    assert "EPSG:4547" in town.finding("crs-chosen", "note").what


@pytest.mark.parametrize("crs", [4326, 4490, 4547, 3857, 32650])
def test_layers_of_any_crs_come_to_the_same_place(schools, crs):
    town = schools(crs)
    gaps_m = town.frame("schools").geometry.reset_index().distance(town.frame("population").geometry.reset_index())
    assert gaps_m.max() < 0.01


def test_a_declared_project_crs_is_used(town):
    town.project = 'crs = "EPSG:32650"'
    assert town.frame("schools").crs.to_epsg() == 32650


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:4326", "EPSG:99999"])
def test_a_project_crs_that_does_not_measure_is_an_error(town, crs):
    town.project = f'crs = "{crs}"'
    assert town.codes() == ["not-metric"]


def test_a_crs_in_project_toml_wins_over_the_file_and_is_told(schools):
    town = schools(4490, config='crs = "EPSG:4326"')
    assert town.finding("crs-overridden", "note").layer == "schools"


def test_an_unknown_crs_of_a_layer_is_an_error_and_the_only_one(schools):
    assert schools(None, config='crs = "EPSG:99999"').codes() == ["unknown-crs"]


def test_a_layer_without_crs_is_an_error_that_says_when_it_looks_like_degrees(schools):
    town = schools(None)
    finding = town.finding("no-crs", "error")
    assert "look like degrees" in finding.what
    assert 'crs = "EPSG:4326"' in finding.fix
    with pytest.raises(CrsError, match="no CRS") as caught:
        load_layers(town.config())
    assert [finding.code for finding in caught.value.findings if finding.severity == "error"] == ["no-crs"]


def local(town, offset=0.0):
    town.write("schools.csv", f"id,stage,x,y\ns1,小学,{1000 + offset},2000\ns2,初中,{2000 + offset},2500\n")
    town.write("population.csv", "id,people,x,y\np1,10,1000,2000\np2,20,2000,2500\n")


def test_a_project_without_any_crs_works_in_local_metres_and_says_so(town):
    local(town)
    layers, _ = town.check()
    assert layers.is_local
    assert layers.schools.frame.geometry.iloc[0] == Point(1000, 2000)
    assert town.finding("local-metres", "note").fix.startswith("Say so")


def test_a_declared_local_project_needs_no_note(town):
    local(town)
    town.project = 'crs = "local"'
    assert town.check()[0].is_local
    assert "local-metres" not in town.codes("note")


def test_a_project_of_degrees_without_crs_is_not_taken_for_local(town):
    town.write("schools.csv", "id,stage,x,y\ns1,小学,114.5,37.05\n")
    town.write("population.csv", "id,people,x,y\np1,10,114.5,37.05\n")
    assert town.codes() == ["no-crs", "no-crs"]


def test_a_layer_in_degrees_in_a_local_project_is_an_error_that_names_both(town, points):
    local(town)
    town.project = 'crs = "local"'
    town.save("schools.gpkg", SCHOOLS, points)
    town.layer("schools", 'path = "schools.gpkg"')
    finding = town.finding("crs-in-local-project", "error")
    assert finding.file == "schools.gpkg"
    assert "population (population.csv)" in finding.what


def test_two_different_projections_in_a_local_project_are_an_error(town, points):
    town.project = 'crs = "local"'
    for role, crs, columns in (("schools", 4547, SCHOOLS), ("population", 4548, {"id": ["a", "b"], "people": [1, 2]})):
        town.save(f"{role}.gpkg", columns, list(gpd.GeoSeries(points, crs=4326).to_crs(crs)), crs=crs)
        town.layer(role, f'path = "{role}.gpkg"')
    assert town.codes() == ["crs-in-local-project"]


def test_web_mercator_in_a_local_project_is_an_error(schools):
    town = schools(3857)
    town.project = 'crs = "local"'
    town.write("population.csv", "id,people,x,y\np1,10,1000,2000\n")
    assert town.codes() == ["not-metric"]


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_a_declared_datum_is_undone_and_its_shift_told(schools, points, datum):
    from geoplan.crs import bd09_from_gcj02

    shifted = gcj02_from_wgs84(shapely.get_coordinates(points))
    shifted = bd09_from_gcj02(shifted) if datum == "bd09" else shifted
    town = schools(4326, shapes=list(shapely.points(shifted)), config=f'datum = "{datum}"')
    gaps_m = town.frame("schools").geometry.reset_index().distance(town.frame("population").geometry.reset_index())
    assert gaps_m.max() < 0.01
    told = town.finding("datum-shift", "note").what
    metres = float(told.split("moved by ")[1].split(" m")[0].replace(",", ""))
    assert metres == pytest.approx(529, abs=60) if datum == "gcj02" else metres > 500


def test_cgcs2000_as_datum_moves_nothing(schools):
    town = schools(4326, config='datum = "cgcs2000"')
    assert "datum-shift" not in town.codes("note")


def test_swapped_degrees_in_china_are_an_error_with_the_way_out(town):
    town.write("schools.csv", "id,stage,lon,lat\ns1,小学,37.05,114.50\n")
    finding = town.finding("lat-lon-swapped", "error")
    assert finding.rows == ("s1",)
    assert "Swap them" in finding.fix


def test_swapped_degrees_below_ninety_are_known_by_china(town):
    town.write("schools.csv", "id,stage,lon,lat\ns1,小学,43.8,87.6\n")  # 乌鲁木齐
    assert "lat-lon-swapped" in town.codes()


def test_one_swapped_row_among_many_is_named(town):
    town.write("schools.csv", "id,stage,lon,lat\ns1,小学,114.5,37.05\ns2,小学,37.05,114.50\n")
    assert town.finding("lat-lon-swapped", "error").rows == ("s2",)


def test_swapped_degrees_outside_china_are_known_by_the_other_layers(town):
    town.write("population.csv", "id,people,lon,lat\np1,10,24.9,60.1\np2,10,25.0,60.2\n")
    town.write("schools.csv", "id,stage,lon,lat\ns1,小学,60.15,24.95\n")
    assert town.codes() == ["lat-lon-swapped"]


def test_metres_under_a_crs_in_degrees_are_an_error(town):
    town.save("schools.gpkg", SCHOOLS, [Point(544500, 4101000), Point(544600, 4101000)], crs=4326)
    town.layer("schools", 'path = "schools.gpkg"')
    assert "If they are metres" in town.finding("bad-coordinates", "error").fix


def test_degrees_under_a_crs_in_metres_are_an_error(town, points):
    town.save("schools.gpkg", SCHOOLS, points, crs=4547)
    town.layer("schools", 'path = "schools.gpkg"')
    assert "look like degrees" in town.finding("bad-coordinates", "error").what


def test_a_layer_far_from_the_population_is_an_error(town):
    town.write("schools.csv", "id,stage,lon,lat\ns1,小学,116.4,39.9\n")
    finding = town.finding("far-away", "error")
    assert finding.layer == "schools"
    assert "population (population.csv)" in finding.what


def test_districts_are_home_where_there_are_any(town):
    town.save("districts.gpkg", {"id": ["d"]}, [box(116, 39, 117, 40)])
    town.layer("districts", 'path = "districts.gpkg"')
    assert town.codes() == ["far-away", "far-away"]


@given(st.lists(st.tuples(st.integers(-100, 100), st.integers(-100, 100)), min_size=1, max_size=9))
def test_whole_numbers_are_never_taken_for_degrees(pairs):
    assert not looks_like_degrees(np.array(pairs, dtype=float))
