"""Rows outside the country, far from everything, or outside the district they name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point, box

from geoplan.crs import WGS84
from geoplan.inputs.draft import Draft
from geoplan.inputs.homes import home_district, metres_outside, named_district
from geoplan.inputs.schema import layer_schemas
from geoplan.inputs.strays import check_strays, far_outside, outside_country, outside_own

SCHEMAS = layer_schemas(None)


def array(*shapes):
    made = np.full(len(shapes), None, dtype=object)
    made[:] = shapes
    return made


@pytest.fixture
def draft(source):
    def make(role, *shapes, crs=None, **columns):
        index = pd.Index([f"{role[0]}{nth}" for nth in range(1, len(shapes) + 1)], name="id")
        return Draft(source(role), SCHEMAS[role], pd.DataFrame(columns, index=index), array(*shapes), crs, ())

    return make


@pytest.fixture
def counties(draft):
    """甲 and 乙, 10 km by 10 km each, side by side."""
    return draft("districts", box(0, 0, 1e4, 1e4), box(1e4, 0, 2e4, 1e4), name=["甲县", "乙县"])


def test_a_district_is_named_by_name_or_id_and_not_by_a_name_that_two_bear():
    ids, names = ["1", "2", "3"], ["甲县", "郊区", "郊区"]
    assert list(named_district(["甲县", " 甲 县", "2", "郊区", "", "丁"], ids, names)) == [0, 0, 1, -1, -1, -1]


def test_on_a_common_boundary_the_first_district_is_home():
    areas = array(box(0, 0, 1, 1), box(1, 0, 2, 1), None)
    assert list(home_district(array(Point(1, 0.5), Point(1.5, 0.5), None, Point(9, 9)), areas)) == [0, 1, -1, -1]
    assert list(home_district(array(Point(1, 1)), array(None))) == [-1]


def test_metres_outside_are_zero_within_and_nan_without_a_place():
    found = metres_outside(array(Point(5, 5), Point(13, 14), None), array(box(0, 0, 10, 10), None))
    assert found == pytest.approx([0, 5, np.nan], nan_ok=True)
    assert np.isnan(metres_outside(array(Point(0, 0)), array(None))).all()


def test_a_school_outside_the_district_it_names_is_told_with_distance_and_where_it_stands(draft, counties):
    shapes = (Point(1.24e4, 5e3), Point(5e3, 5e3), Point(1.01e4, 5e3))
    (finding,) = outside_own(draft("schools", *shapes, district=["甲县", "甲县", "甲县"]), counties)
    assert (finding.code, finding.severity, finding.rows) == ("outside-own-district", "warning", ("s1", "s3"))
    assert finding.what == (
        "2 of 3 schools that name their district stand outside it, 1 of them by more than 500 m: "
        "s1 stands 2.4 km outside 甲县 (d1), in 乙县 (d2); s3 stands 100 m outside 甲县 (d1), in 乙县 (d2)."
    )


def test_within_the_inexactness_of_boundaries_it_is_a_note(draft, counties):
    (finding,) = outside_own(draft("schools", Point(1.01e4, 5e3), district=["甲县"]), counties)
    assert finding.severity == "note"


def test_rows_on_the_boundary_or_of_an_unknown_district_are_not_told(draft, counties):
    layer = draft("schools", Point(1e4, 5e3), Point(1e4, 5e3), Point(5, 5), district=["甲县", "乙县", "丙县"])
    assert outside_own(layer, counties) == []


def test_a_point_at_sea_is_told_with_the_farthest_first(draft, counties):
    (finding,) = far_outside(draft("sites", Point(5, 5), Point(3.1e4, 5e3), Point(9e4, 5e3), Point(2.5e4, 0)), counties)
    assert (finding.code, finding.severity, finding.rows) == ("far-outside", "warning", ("s3", "s2"))
    assert "2 of 4 rows stand more than 10 km from every district, the farthest 70 km." in finding.what


def test_without_districts_a_school_far_from_all_people_is_told(draft):
    people = draft("population", Point(0, 0), Point(3e3, 4e3))
    schools = draft("schools", Point(0, 9e3), Point(0, 4e4))
    (finding,) = check_strays({"population": people, "schools": schools})
    assert (finding.code, finding.rows) == ("far-outside", ("s2",))
    assert check_strays({"schools": schools}) == []


def test_blank_coordinates_written_as_zero_are_an_error(draft):
    (finding,) = outside_country(draft("schools", Point(114.5, 37), Point(0, 0), Point(114.6, 37), crs=WGS84))
    assert (finding.code, finding.severity, finding.rows) == ("outside-country", "error", ("s2",))
    assert "1 of them stand at 0° 0°" in finding.what


def test_a_lost_digit_puts_a_school_abroad(draft):
    schools = draft("schools", Point(114.5, 37), Point(14.6, 37), Point(114.7, 37), None, crs=WGS84)
    (finding,) = outside_country(schools)
    assert finding.rows == ("s2",)
    assert "1 of 3 rows lie outside the country, such as (14.6, 37)." in finding.what


def test_layers_abroad_are_only_asked_for_zeros(draft):
    vaduz = [Point(9.52, 47.14), Point(9.53, 47.15)]
    assert outside_country(draft("schools", *vaduz, crs=WGS84)) == []
    assert outside_country(draft("schools", *vaduz, Point(0, 0), crs=WGS84))[0].rows == ("s3",)


def test_local_metres_are_not_asked(draft):
    assert outside_country(draft("schools", Point(0, 0), Point(1, 1))) == []


def test_a_school_at_zero_stops_the_run_with_its_row(districts):
    districts.write("schools.csv", "id,stage,lon,lat\ns1,小学,114.5,37.05\ns2,小学,0,0\ns3,小学,114.5,37.06\n")
    assert districts.finding("outside-country", "error").rows == ("s2",)
