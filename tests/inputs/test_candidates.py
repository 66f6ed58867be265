"""A missing .prj: what the figures allow is offered, and nothing is chosen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer
from shapely.geometry import Point, box

from geoplan.inputs.candidates import candidates, told

XINGTAI = (114.0, 36.8, 115.8, 37.8)
COLUMNS = {"id": ["s1", "s2"], "stage": ["小学", "初中"]}
PLACES = [(114.50, 37.05), (114.52, 37.06)]


def figures(code, places=PLACES):
    return np.column_stack(Transformer.from_crs(4326, code, always_xy=True).transform(*np.array(places).T))


@pytest.mark.parametrize("code", [4547, 4526, 3857, 4326, 32650, 4548])
def test_the_true_crs_is_among_the_candidates_and_lands_inside(code):
    found = {candidate.epsg: candidate for candidate in candidates(figures(code), XINGTAI)}
    assert found[code].share == 1.0
    west, south, _, _ = found[code].bounds
    assert (west, south) == pytest.approx((114.5, 37.05), abs=1e-6)


@pytest.mark.parametrize("code", [4547, 4526, 4498])
def test_the_best_candidate_is_the_cgcs2000_zone(code):
    assert candidates(figures(code), XINGTAI)[0].epsg == code


def test_a_northing_that_stands_first_is_turned_before_it_is_tried():
    assert candidates(figures(4547)[:, ::-1], XINGTAI)[0].epsg == 4547


def test_utm_and_gauss_krueger_both_fit_a_large_area_and_both_are_offered():
    places = [(117.1, 37.2), (117.3, 37.4)]
    found = [candidate.epsg for candidate in candidates(figures(4548, places), (116.0, 36.0, 118.0, 38.0))]
    assert found == [4548, 32650]


def test_without_a_home_every_zone_fits_plain_eastings_and_none_is_named_the_one():
    found = candidates(figures(4547), None)
    assert len(found) >= 21
    assert "every zone fits" in told(found, "")


def test_without_a_home_a_zone_number_says_its_zone():
    found = candidates(figures(4526), None)
    assert [candidate.epsg for candidate in found] == [4526]
    text = told(found, "")
    assert "EPSG:2362" in text
    assert "EPSG:2414" in text


@pytest.mark.parametrize("xy", [[[1000.0, 2000.0]], [[np.nan, np.nan]], [[5e7, 5e7]], [[-3.0, 1e9]]])
def test_local_metres_and_nonsense_have_no_candidate(xy):
    assert candidates(np.array(xy), XINGTAI) == []


@pytest.mark.parametrize("code", [4547, 4526])
def test_a_shapefile_without_prj_is_an_error_with_its_candidates(town, code):
    town.save("districts.gpkg", {"id": ["d"]}, [box(*XINGTAI)])
    town.layer("districts", 'path = "districts.gpkg"')
    town.save("schools.shp", COLUMNS, [Point(pair) for pair in figures(code)], crs=None)
    town.layer("schools", 'path = "schools.shp"')
    finding = town.finding("no-crs", "error")
    assert "Against districts (districts.gpkg) these fit" in finding.what
    assert f"EPSG:{code} (CGCS2000" in finding.what
    assert "114.500-114.520° E, 37.050-37.060° N, 100% of it inside" in finding.what
    assert f'crs = "EPSG:{code}"' in finding.fix
    assert "registration" in finding.fix
    town.layer("schools", f'path = "schools.shp"\ncrs = "EPSG:{code}"')
    assert town.codes() == []


def test_degrees_without_crs_remind_of_the_datum(town):
    town.save("schools.shp", COLUMNS, [Point(place) for place in PLACES], crs=None)
    town.layer("schools", 'path = "schools.shp"')
    what = town.finding("no-crs", "error").what
    assert "EPSG:4490" in what
    assert 'datum = "gcj02"' in what


def test_a_local_project_whose_metres_look_like_a_zone_is_told_so(town):
    for role, head in (("schools", "id,stage,x,y"), ("population", "id,people,x,y")):
        word = "小学" if role == "schools" else "10"
        rows = "".join(f"{n},{word},{x},{y}\n" for n, (x, y) in enumerate(figures(4547)))
        town.write(f"{role}.csv", f"{head}\n{rows}")
    assert "every zone fits" in town.finding("local-metres", "note").fix


@settings(deadline=None, max_examples=30)
@given(st.floats(76, 134), st.floats(20, 50))
def test_a_place_anywhere_in_china_finds_its_own_zone_first(lon, lat):
    code = 4534 + min(max(round(lon / 3), 25), 45) - 25
    home = (lon - 0.05, lat - 0.005, lon + 0.05, lat + 0.005)
    assert candidates(figures(code, [(lon, lat)]), home)[0].epsg == code
