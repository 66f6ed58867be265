"""Beijing 54 and Xi'an 80: named, told, never moved in silence."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pyproj import CRS, Transformer
from shapely.geometry import Point

from geoplan.inputs.old_datums import BEIJING_54, XIAN_80, old_datum

COLUMNS = {"id": ["s1", "s2"], "stage": ["小学", "初中"]}
PLACES = [(114.50, 37.05), (114.52, 37.06)]
_ESRI = (
    'GEOGCS["GCS_Beijing_1954",DATUM["D_Beijing_1954",SPHEROID["Krasovsky_1940",6378245.0,298.3]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)


@pytest.fixture
def layer(town):
    def write(code, places=PLACES):
        transform = Transformer.from_crs(CRS.from_epsg(code).geodetic_crs, code, always_xy=True)
        town.save("schools.gpkg", COLUMNS, [Point(transform.transform(*place)) for place in places], crs=code)
        town.layer("schools", 'path = "schools.gpkg"')
        return town

    return write


@pytest.mark.parametrize("code", [4214, 2414, 2435, 21420, 21460])
def test_beijing_54_is_known_in_degrees_and_in_every_zone(code):
    assert old_datum(CRS.from_epsg(code)) == BEIJING_54


@pytest.mark.parametrize("code", [4610, 2362, 2383, 2334, 2345])
def test_xian_80_is_known_in_degrees_and_in_every_zone(code):
    assert old_datum(CRS.from_epsg(code)) == XIAN_80


def test_the_name_that_esri_gives_it_is_known():
    assert old_datum(CRS.from_wkt(_ESRI)) == BEIJING_54


@pytest.mark.parametrize("code", [4490, 4326, 4547, 32650, 3857, 4555])
def test_other_datums_are_not_taken_for_them(code):
    assert old_datum(CRS.from_epsg(code)) not in {BEIJING_54, XIAN_80}


@pytest.mark.parametrize(
    ("code", "name", "most"), [(2414, "北京54", "104 m"), (2362, "西安80", "127 m"), (4610, "西安80", "127 m")]
)
def test_where_proj_knows_nothing_the_layer_stays_and_the_doubt_is_told(layer, code, name, most):
    town = layer(code)
    finding = town.finding("old-datum", "warning")
    assert name in finding.what
    assert "no parameters for this place" in finding.what
    assert most in finding.why
    assert "registration" in finding.fix
    gaps_m = town.frame("schools").geometry.reset_index().distance(town.frame("population").geometry.reset_index())
    assert gaps_m.max() < 0.05


def test_where_proj_knows_parameters_they_are_named_with_their_accuracy(layer):
    town = layer(2412, [(108.50, 37.05), (108.52, 37.06)])
    town.write("population.csv", "id,people,lon,lat\np1,1,108.5,37.05\np2,1,108.52,37.06\n")
    finding = town.finding("old-datum", "warning")
    assert "Beijing 1954 to WGS 84" in finding.what
    assert "accuracy of 1 m" in finding.why
    gaps_m = town.frame("schools").geometry.reset_index().distance(town.frame("population").geometry.reset_index())
    assert 20 < gaps_m.min() < 105


def test_a_layer_that_leaves_the_area_of_the_parameters_is_not_torn(layer):
    """PROJ itself would move the western point by 48 m and leave the eastern one."""
    town = layer(2412, [(109.99, 37.05), (110.03, 37.05)])
    town.write("population.csv", "id,people,lon,lat\np1,1,109.99,37.05\np2,1,110.03,37.05\n")
    assert "no parameters" in town.finding("old-datum", "warning").what
    schools, people = town.frame("schools").geometry, town.frame("population").geometry
    lengths_m = [shapely.get_coordinates([pair.iloc[0], pair.iloc[1]]) for pair in (schools, people)]
    one, other = (float(np.hypot(*(ends[1] - ends[0]))) for ends in lengths_m)
    assert one == pytest.approx(other, abs=0.2)


def test_a_project_in_an_old_crs_is_told(town):
    town.project = 'crs = "EPSG:2414"'
    assert "北京54" in town.finding("old-datum", "warning").what
