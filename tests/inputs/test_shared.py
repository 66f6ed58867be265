"""Real layers beside the checkout: what they load as."""

from __future__ import annotations

import pytest
import shapely

from geoplan.inputs import load_layers

pytestmark = pytest.mark.shared


def test_zhengzhou_units_in_local_metres(town, shared):
    path = shared / "zhengzhou-zy-kong" / "zy_units_local.gpkg"
    town.project = 'crs = "local"'
    town.layer("population", f'path = "{path}"\ncounts = "pupils"')
    town.layer(
        "schools",
        f'path = "{path}"\ncolumns = {{ stage = "=primary", capacity = "fcapacity" }}\n'
        'where = { fcapacity = [">0"] }',
    )
    layers = load_layers(town.config())
    assert layers.is_local
    assert (len(layers.population), layers.population.frame["people"].sum()) == (324, 3873)
    assert len(layers.schools) == 36
    assert set(layers.schools.frame.geom_type) == {"Point"}


def test_shanghai_streets_schools_and_districts(town, shared):
    folder = shared / "shanghai"
    roads = folder / "shanghai_center_roads.osm.pbf"
    town.layer("districts", f'path = "{folder / "shanghai_districts_tianditu_wgs84.geojson"}"')
    town.layer("schools", f'path = "{folder / "shanghai_schools_poi.csv"}"')
    town.layer("roads", f'path = "{roads}"')
    where = 'where = { highway = ["residential", "living_street"] }'
    town.layer("population", f'path = "{roads}"\nlayer = "highways"\n{where}\nspread = {{ by = "length" }}')
    layers = load_layers(town.config())
    assert layers.crs.to_epsg() == 4549
    assert [len(layer) for layer in layers.present()] == [16, 4198, 4434, 4551, 3146]
    assert layers.districts.frame.loc["310101", "name"] == "黄浦区"
    stages = layers.schools.frame["stages"].value_counts()
    assert stages[("kindergarten",)] == 2284
    assert stages[("primary",)] == 931
    assert stages[("junior", "senior")] == 983
    assert layers.population.frame["weight"].min() > 0
    codes = {finding.code for finding in layers.findings}
    assert {"ambiguous-stage", "generated-ids", "roads-not-walked", "school-outside-area"} <= codes
    assert "datum-suspected" not in codes


def test_liechtenstein_from_one_extract(town, shared):
    path = shared / "liechtenstein" / "liechtenstein.osm.pbf"
    town.layer("districts", f'path = "{path}"\nwhere = {{ admin_level = ["8"] }}')
    town.layer("schools", f'path = "{path}"\nwhere = {{ amenity = ["school"] }}\ncolumns = {{ stage = "=primary" }}')
    town.layer("population", f'path = "{path}"\nlayer = "buildings"\nspread = {{ by = "area" }}')
    town.layer("roads", f'path = "{path}"')
    layers = load_layers(town.config())
    assert layers.crs.to_epsg() == 32632
    assert sorted(layers.districts.frame["name"])[:3] == ["Balzers", "Eschen", "Gamprin"]
    assert len(layers.districts) == 11
    assert len(layers.schools) == 19
    assert len(layers.population) == 8993
    assert len(layers.roads) == 4638  # one of them the outline of a square
    assert "overlapping-districts" not in {finding.code for finding in layers.findings}


def test_helsinki_grid_of_people(town, shared):
    folder = shared / "helsinki-centre"
    town.layer("population", f'path = "{folder / "helsinki_population_grid_2020.gpkg"}"')
    town.layer("schools", f'path = "{folder / "Helsinki.osm.pbf"}"\ncolumns = {{ stage = "=primary" }}')
    layers = load_layers(town.config())
    assert len(layers.population) == 92
    areas_m2 = layers.population.frame.area
    assert areas_m2.median() == pytest.approx(62_500, rel=0.01)


def test_futian_graphml_has_each_street_once_and_joined(town, shared):
    town.layer("roads", f'path = "{shared / "shenzhen-futian" / "futian_drive.graphml"}"')
    layers = load_layers(town.config(), roles={"roads"})
    frame = layers.roads.frame
    assert layers.crs.to_epsg() == 4547
    assert len(frame) == 2459  # without 39 trunk roads that have no pavement
    assert frame.length.sum() / 1000 == pytest.approx(207.9, abs=0.1)
    ends = shapely.get_coordinates([shapely.get_point(line, place) for line in frame.geometry for place in (0, -1)])
    assert len({tuple(end) for end in ends}) < 1751


def test_porto_alegre_raster_as_cells_keeps_its_sum(town, shared):
    rasterio = pytest.importorskip("rasterio", reason="needs the extra raster")
    path = shared / "porto-alegre" / "poa_elevation.tif"
    with rasterio.open(path) as file:
        total = float(file.read(1).astype("float64").sum())
    town.layer("schools", None)
    town.layer("population", f'path = "{path}"')
    layers = load_layers(town.config(), roles={"population"})
    assert layers.population.frame["people"].sum() == pytest.approx(total, rel=1e-9)
    town.layer("population", f'path = "{path}"\ncell_m = 500')
    layers = load_layers(town.config(), roles={"population"})
    assert layers.population.frame["people"].sum() == pytest.approx(total, rel=1e-9)
    told = {finding.code: finding.what for finding in layers.findings}
    assert f"cells of 523 m hold {total:,.1f} people" in told["raster-cells"]
    assert told["raster-not-people"].startswith(
        "The raster does not look like people by cell: its name or description says 'elevation'; it would be "
    )
    assert "more than in any city" in told["raster-not-people"]


def test_porto_alegre_hexagons_and_streets(town, shared):
    folder = shared / "porto-alegre"
    town.layer("roads", f'path = "{folder / "poa_osm.pbf"}"')
    layers = load_layers(town.config(), roles={"roads"})
    assert layers.crs.to_epsg() == 32722
    assert len(layers.roads) > 1000


@pytest.mark.parametrize(
    ("file", "count"),
    [("counties_4cities_tianditu_wgs84.geojson", 49), ("counties_4cities_amap_wgs84.geojson", 49)],
)
def test_both_boundary_sources_of_henan_and_hebei(town, shared, file, count):
    town.layer("districts", f'path = "{shared / "henan-hebei-admin" / file}"')
    layers = load_layers(town.config(), roles={"districts"})
    assert len(layers.districts) == count


def test_townships_of_four_cities_are_points_in_gcj02(town, shared):
    path = shared / "henan-hebei-admin" / "divisions2016_4cities_gcj02.csv.gz"
    columns = 'columns = { stage = "=primary", lon = "lon_gcj02", lat = "lat_gcj02" }'
    where = 'where = { lon_gcj02 = ["*"], rank = ["4"] }'
    town.layer("sites", f'path = "{path}"\ndatum = "gcj02"\n{columns}\n{where}')
    layers = load_layers(town.config(), roles={"sites"})
    assert len(layers.sites) == 479
    shift = next(finding for finding in layers.findings if finding.code == "datum-shift")
    assert "GCJ-02 → WGS 84" in shift.what


@pytest.mark.parametrize(
    ("file", "toml", "people"),
    [
        ("henan-hebei-admin/worldpop_10km_2020_bbox.csv.gz", 'columns = { people = "pop2020" }', 150_820_434.988),
        ("porto-alegre/poa_hexgrid.csv", "", 812_935),
    ],
)
def test_grids_of_people_as_tables(town, shared, file, toml, people):
    town.layer("population", f'path = "{shared / file}"\n{toml}')
    layers = load_layers(town.config(), roles={"population"})
    assert layers.population.frame["people"].sum() == pytest.approx(people, abs=0.5)
