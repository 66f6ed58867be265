"""The datum of real layers beside the checkout: found where it is wrong, not suspected where it is right."""

from __future__ import annotations

import re

import pytest

from geoplan.inputs import check_layers

pytestmark = pytest.mark.shared


@pytest.fixture
def townships(town, shared):
    """The GCJ-02 township and village points of four cities as schools, against one of the two boundaries."""
    folder = shared / "henan-hebei-admin"

    def make(boundaries, config=""):
        path = folder / f"counties_4cities_{boundaries}_wgs84.geojson"
        town.layer("districts", f'path = "{path}"\ncolumns = {{ id = "district_adcode", name = "district_name" }}')
        columns = 'id = "code", stage = "=primary", district = "county", lon = "lon_gcj02", lat = "lat_gcj02"'
        where = 'level = ["town", "village"], lon_gcj02 = ["*"]'
        path = folder / "divisions2016_4cities_gcj02.csv.gz"
        town.layer("schools", f'path = "{path}"\ncolumns = {{ {columns} }}\nwhere = {{ {where} }}\n{config}')
        _, findings = check_layers(town.config(), roles={"districts", "schools"})
        return [finding for finding in findings if finding.code == "datum-suspected"]

    return make


@pytest.mark.parametrize(("boundaries", "now", "then"), [("amap", 38, 10), ("tianditu", 33, 14)])
def test_township_points_of_four_cities_are_found_to_be_gcj02(townships, boundaries, now, then):
    (finding,) = townships(boundaries)
    assert (finding.severity, finding.layer) == ("error", "schools")
    assert "Taken as GCJ-02 the layer moves by 555 m" in finding.what
    assert f"{now} of 923 schools lie outside the district they name now, {then} then" in finding.what


@pytest.mark.parametrize("boundaries", ["amap", "tianditu"])
def test_declared_as_what_they_are_they_fit(townships, boundaries):
    assert townships(boundaries, 'datum = "gcj02"') == []


@pytest.mark.parametrize("boundaries", ["amap", "tianditu"])
@pytest.mark.parametrize("datum", ["bd09", "wgs84"])
def test_declared_as_something_else_they_are_accepted_with_a_note_that_knows_better(townships, boundaries, datum):
    (finding,) = townships(boundaries, f'datum = "{datum}"')
    assert finding.severity == "note"
    assert "Taken as GCJ-02" in finding.what


@pytest.fixture
def shanghai(town, shared):
    folder = shared / "shanghai"

    def make(schools="", districts=""):
        path = folder / "shanghai_districts_tianditu_wgs84.geojson"
        town.layer("districts", f'path = "{path}"\n{districts}')
        town.layer("schools", f'path = "{folder / "shanghai_schools_poi.csv"}"\n{schools}')
        town.layer("roads", f'path = "{folder / "shanghai_center_roads.osm.pbf"}"')
        _, findings = check_layers(town.config(), roles={"districts", "schools", "roads"})
        return [finding for finding in findings if finding.code == "datum-suspected"]

    return make


def test_schools_of_shanghai_in_wgs84_are_not_suspected_beside_districts_and_roads(shanghai):
    assert shanghai() == []


def test_districts_of_shanghai_and_schools_that_differ_by_a_datum_are_told_in_either_direction(shanghai):
    (finding,) = shanghai(districts='datum = "gcj02"')
    assert finding.layer == "schools"
    assert re.search(r"167 of 4,198 schools .* now, 4\d then", finding.what)
    (finding,) = shanghai(schools='datum = "gcj02"')
    assert finding.layer == "districts"
    assert "195 of 4,198 schools lie outside the district they name now, 46 then" in finding.what
    assert 'check datum = "gcj02" in [layers.schools]' in finding.fix


def test_no_layer_outside_china_is_asked(town, shared):
    path = shared / "liechtenstein" / "liechtenstein.osm.pbf"
    town.layer("districts", f'path = "{path}"\nwhere = {{ admin_level = ["8"] }}')
    town.layer("schools", f'path = "{path}"\nwhere = {{ amenity = ["school"] }}\ncolumns = {{ stage = "=primary" }}')
    _, findings = check_layers(town.config(), roles={"districts", "schools"})
    assert not {"datum-suspected", "constant-shift"} & {finding.code for finding in findings}
