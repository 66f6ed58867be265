"""The GeoPackage of the tiny town (tiny.py), opened with GDAL and with plain SQLite."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pyogrio
import pytest

from geoplan.publish.geopackage import write_geopackage
from geoplan.publish.qgis import Category, LayerStyle, Mark, qml, sld

LAYERS = ["districts", "service_areas", "gaps", "places", "schools", "proposed_sites"]
SLD = "{http://www.opengis.net/sld}"


def written(tiny, folder, **options):
    path = folder / "plan.gpkg"
    write_geopackage(tiny.plan(folder / "project", **options), path)
    return path


@pytest.fixture(scope="module")
def path(tiny, tmp_path_factory):
    return written(tiny, tmp_path_factory.mktemp("gpkg"), roads=True)


def layer(path, name):
    return gpd.read_file(path, layer=name)


def parsed(text):
    return ET.fromstring(text)  # noqa: S314  our own document


def styles(path):
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        return {row["f_table_name"]: dict(row) for row in database.execute("SELECT * FROM layer_styles")}


def test_every_layer_is_there_in_the_crs_of_the_project(path):
    names = [str(name) for name, _ in pyogrio.list_layers(path)]
    assert names == [*LAYERS, "layer_styles"]
    for name in LAYERS:
        assert layer(path, name).crs.to_epsg() == 4547


def test_counts_of_rows_are_those_of_the_plan(path):
    counts = {name: len(layer(path, name)) for name in LAYERS}
    # gaps: 20 + 22 of kindergartens (straight, walk), 13 + 13 of primary schools; 2 stages x 2 modes x 2 states
    assert counts == {
        "districts": 2,
        "service_areas": 8,
        "gaps": 68,
        "places": 30,
        "schools": 6,
        "proposed_sites": 1,
    }


def test_a_place_has_its_share_before_and_after_and_no_pupils(path):
    places = layer(path, "places").set_index("id")
    # P21 at i=2, j=3: where S1 will stand; P01 at K1
    assert tuple(places.loc["P21", ["kindergarten_straight_before", "kindergarten_straight_after"]]) == (0, 1)
    assert places.loc["P01", "kindergarten_straight_before"] == 1
    assert places["kindergarten_straight_before"].sum() == 10
    assert places["kindergarten_walk_before"].sum() == 8
    assert np.isnan(places.loc["P30", "primary_straight_before"])  # no radius applies in the country
    assert not [column for name in LAYERS for column in layer(path, name).columns if "pupil" in column]


def test_districts_carry_people_and_shares(path):
    districts = layer(path, "districts").set_index("id")
    assert districts.loc["D1", "people"] == 1500
    assert districts.loc["D1", "kindergarten_straight_before"] == pytest.approx(0.4)
    assert districts.loc["D1", "kindergarten_straight_after"] == pytest.approx(12 / 15)
    assert np.isnan(districts.loc["D2", "primary_straight_before"])


def test_a_school_of_two_stages_is_one_row(path):
    schools = layer(path, "schools").set_index("id")
    assert schools.loc["N9", "stages"] == "primary;junior"
    assert schools.loc["K2", "name"] == "<b>\"&'</b>"
    assert (schools.loc["K3", "ownership"], schools.loc["K3", "seats"]) == ("private", 90)


def test_a_proposed_site_says_why(path):
    (site,) = layer(path, "proposed_sites").to_dict("records")
    assert (site["id"], site["stage"], site["people_newly_covered"]) == ("S1", "kindergarten", 900)
    assert "900 people come within the radius" in site["why_en"]
    assert "新增覆盖居民 900 人" in site["why_zh"]
    assert (site["next_best"], site["solver_status"]) == ("S3", "optimal")


def test_gaps_and_service_areas_say_stage_travel_and_state(path):
    gaps, areas = layer(path, "gaps"), layer(path, "service_areas")
    assert gaps[gaps["view"] == "kindergarten straight"]["people"].sum() == 2000
    assert set(areas["state"]) == {"before", "after"}
    area = areas.set_index("view").geometry.area
    # drawn within 2 m of the true circles: nine tenths of the circle around S1 were not served before
    assert area["kindergarten straight after"] > area["kindergarten straight before"]
    assert areas.iloc[0]["radii"] == "urban 1500 m, rural 1500 m"


def test_local_metres_are_written_without_a_crs(tiny, tmp_path):
    path = written(tiny, tmp_path, is_local=True)
    schools = layer(path, "schools").set_index("id")
    assert schools.crs is None or not schools.crs.is_geographic
    assert (schools.geometry["K2"].x, schools.geometry["K2"].y) == (5500, 4500)


def test_places_of_two_families_stand_in_two_layers(tiny, tmp_path):
    path = written(tiny, tmp_path, polygon_rows=(1, 2))
    assert (len(layer(path, "places")), len(layer(path, "place_areas"))) == (28, 2)
    assert set(layer(path, "place_areas").geom_type) == {"MultiPolygon"}
    assert "place_areas" in styles(path)


def test_polygons_alone_are_the_places(tiny, tmp_path):
    path = written(tiny, tmp_path, polygon_rows=tuple(range(1, 31)))
    assert set(layer(path, "places").geom_type) == {"MultiPolygon"}
    assert "place_areas" not in styles(path)


def test_without_proposals_the_layer_is_empty_and_still_there(tiny, tmp_path):
    path = written(tiny, tmp_path, new=0)
    assert len(layer(path, "proposed_sites")) == 0
    assert "proposed_sites" in styles(path)


def test_a_few_pupils_are_null_where_the_layer_counts_pupils(tiny, tmp_path):
    path = written(tiny, tmp_path, counts="pupils", each=4)
    assert layer(path, "places")["people"].isna().all()
    assert layer(path, "gaps")["people"].isna().all()
    assert set(layer(path, "districts")["people"]) == {60}


def test_every_layer_has_a_default_style_that_parses(path):
    found = styles(path)
    assert sorted(found) == sorted(LAYERS)
    for name, row in found.items():
        assert (row["useAsDefault"], row["f_geometry_column"]) == (1, "geom")
        assert (row["f_table_catalog"], row["f_table_schema"]) == ("", "")
        renderer = parsed(row["styleQML"]).find("renderer-v2")
        symbols = {symbol.get("name") for symbol in renderer.iter("symbol")}
        used = {category.get("symbol") for category in renderer.iter("category")} or {"0"}
        assert used == symbols
        if (field := renderer.get("attr")) is not None:
            values = {category.get("value") for category in renderer.iter("category")}
            assert set(layer(path, name)[field]) <= values, name
        assert parsed(row["styleSLD"]).find(f"{SLD}NamedLayer/{SLD}Name").text == name


def test_colours_and_shapes_come_from_the_layer_files(path):
    renderer = parsed(styles(path)["schools"]["styleQML"]).find("renderer-v2")
    symbols = {symbol.get("name"): symbol for symbol in renderer.iter("symbol")}
    marks = {
        category.get("value"): [
            (mark.find("Option/Option[@name='name']").get("value"), mark.find("prop[@k='color']").get("v"))
            for mark in symbols[category.get("symbol")].findall("layer")
        ]
        for category in renderer.iter("category")
    }
    assert marks["kindergarten"] == [("circle", "230,159,0,255")]
    assert marks["primary;junior"] == [("square", "0,114,178,255"), ("triangle", "0,158,115,255")]


def test_a_projects_own_layer_file_changes_the_style(tiny, tmp_path):
    from geoplan.files import bundled

    own = tmp_path / "project" / "layers" / "districts.toml"
    own.parent.mkdir(parents=True)
    text = (bundled("layers") / "districts.toml").read_text(encoding="utf-8")
    own.write_text(text.replace("#555555", "#123456").replace("片区界线", "<界>&"), encoding="utf-8")
    style = styles(written(tiny, tmp_path))["districts"]["styleQML"]
    assert "18,52,86,255" in style
    assert parsed(style).tag == "qgis"


def test_at_first_only_the_view_that_sites_were_chosen_by_is_drawn(path):
    categories = parsed(styles(path)["service_areas"]["styleQML"]).iter("category")
    shown = [category.get("value") for category in categories if category.get("render") == "true"]
    assert shown == ["kindergarten straight before", "primary straight before"]


def test_hostile_texts_stay_texts_in_a_style():
    hostile = "</Title><script>\"&'"
    category = Category(hostile, hostile, (Mark("red; x", "diamond"), Mark("#00FF00", "cross")))
    style = LayerStyle(hostile, hostile, "point", "stage", (category,))
    assert parsed(qml(style)).find(".//category").get("value") == hostile
    root = parsed(sld(style))
    assert root.find(f".//{SLD}Title").text == hostile
    assert [each.text for each in root.iter(f"{SLD}CssParameter")][::2] == ["#555555", "#00FF00"]


def test_the_file_is_a_geopackage_with_every_table_registered(path):
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA application_id").fetchone()[0] == int.from_bytes(b"GPKG")
        assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        contents = dict(database.execute("SELECT table_name, data_type FROM gpkg_contents"))
    assert contents == {**dict.fromkeys(LAYERS, "features"), "layer_styles": "attributes"}


def test_the_same_plan_gives_the_same_bytes_and_asks_no_clock(tiny, tmp_path):
    plan = tiny.plan(tmp_path / "project")
    first, second = tmp_path / "a.gpkg", tmp_path / "b.gpkg"
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    write_geopackage(plan, first)
    second.write_text("an older file, which is replaced", encoding="utf-8")
    write_geopackage(plan, second)
    assert first.read_bytes() == second.read_bytes()
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") == before
    with closing(sqlite3.connect(first)) as database:
        assert {row[0][:4] for row in database.execute("SELECT last_change FROM gpkg_contents")} == {"1980"}
