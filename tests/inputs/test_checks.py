from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely.geometry import Point, box

from geoplan.crs import gcj02_from_wgs84


def test_two_districts_side_by_side_do_not_overlap(districts):
    assert "overlapping-districts" not in districts.codes("warning")


def test_districts_that_overlap_are_named_in_pairs(districts):
    shapes = [box(114.48, 37.0, 114.512, 37.1), box(114.51, 37.0, 114.54, 37.1)]
    districts.save("districts.gpkg", {"id": ["d1", "d2"]}, shapes)
    finding = districts.finding("overlapping-districts", "warning")
    assert finding.rows == ("d1 and d2",)
    assert "1.97 km²" in finding.what


def test_a_sliver_of_overlap_is_no_warning(districts):
    shapes = [box(114.48, 37.0, 114.51001, 37.1), box(114.51, 37.0, 114.54, 37.1)]
    districts.save("districts.gpkg", {"id": ["d1", "d2"]}, shapes)
    assert "overlapping-districts" not in districts.codes("warning")


def test_a_school_outside_every_district_is_kept_and_named(districts):
    districts.write("schools.csv", "id,stage,lon,lat\ns1,小学,114.5,37.05\ns2,小学,114.56,37.05\n")
    assert len(districts.frame("schools")) == 2
    assert districts.finding("school-outside-area", "warning").rows == ("s2",)


def test_a_site_outside_every_district_is_named(districts):
    districts.write("sites.csv", "id,lon,lat\nx1,114.5,37.05\nx2,114.56,37.05\n")
    districts.layer("sites", 'path = "sites.csv"')
    assert districts.finding("site-outside-area", "warning").rows == ("x2",)


def test_a_school_on_the_boundary_is_inside(districts):
    districts.write("schools.csv", "id,stage,lon,lat\ns1,小学,114.51,37.05\n")
    assert "school-outside-area" not in districts.codes("warning")


def test_people_outside_every_district_are_counted(districts):
    districts.write("population.csv", "id,people,lon,lat\np1,5000,114.5,37.05\np2,250,114.56,37.05\n")
    finding = districts.finding("population-outside-districts", "warning")
    assert finding.what == "1 of 2 places with 250 of 5,250 people lie outside every district."
    assert finding.rows == ("p2",)


def test_without_districts_nothing_is_outside(town):
    assert town.codes("warning") == []


def test_districts_without_any_polygon_leave_nothing_outside(town):
    town.write("districts.csv", "id,name\nd1,甲区\n")
    town.layer("districts", 'path = "districts.csv"')
    assert town.codes("warning") == ["district-without-polygon"]


def test_schools_without_capacity_are_noted(town):
    town.write("schools.csv", "id,stage,capacity,lon,lat\ns1,小学,100,114.5,37.05\ns2,小学,,114.5,37.06\n")
    assert town.finding("capacity-missing", "note").rows == ("s2",)


@pytest.fixture
def many(districts):
    """200 schools that name their district, in GCJ-02 degrees or not, close to the common boundary."""

    def make(*, gcj02):
        rng = np.random.default_rng(1)
        lon = 114.51 + np.concatenate([rng.uniform(-0.008, -0.0001, 100), rng.uniform(0.0001, 0.008, 100)])
        lonlat = np.column_stack([lon, rng.uniform(37.02, 37.08, 200)])
        placed = gcj02_from_wgs84(lonlat) if gcj02 else lonlat
        columns = {"id": range(200), "stage": ["小学"] * 200, "区县": ["甲区"] * 100 + ["乙区"] * 100}
        districts.save("schools.gpkg", columns, list(shapely.points(placed)))
        districts.layer("schools", 'path = "schools.gpkg"')
        return districts

    return make


def test_points_from_amap_that_nobody_declared_are_suspected_with_their_shift(many):
    finding = many(gcj02=True).finding("datum-suspected", "error")
    metres = float(finding.what.split("moves by ")[1].split(" m")[0])
    assert metres == pytest.approx(529, abs=60)
    assert 'datum = "gcj02"' in finding.fix


def test_true_wgs84_points_are_not_suspected(many):
    assert "datum-suspected" not in many(gcj02=False).codes("warning")


def test_declared_gcj02_points_are_not_suspected(many):
    town = many(gcj02=True)
    town.layer("schools", 'path = "schools.gpkg"\ndatum = "gcj02"')
    assert "datum-suspected" not in town.codes("warning")


def test_population_areas_are_judged_by_a_point_within_them(districts):
    shapes = [box(114.50, 37.05, 114.52, 37.06), Point(114.5, 37.05).buffer(0.001)]
    districts.save("population.gpkg", {"id": ["p1", "p2"], "people": [1, 2]}, shapes)
    districts.layer("population", 'path = "population.gpkg"')
    assert districts.codes("warning") == []
    assert list(districts.frame("population").geom_type) == ["Polygon", "Polygon"]
