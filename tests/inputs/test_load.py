from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.errors import InputError, MissingColumnError, MissingFileError
from geoplan.inputs import check_layers, load_layers
from geoplan.types import Severity


def test_a_plain_project_loads_with_unique_text_ids_in_one_metric_crs(town):
    layers = load_layers(town.config())
    assert [layer.role for layer in layers.present()] == ["schools", "population"]
    for layer in layers.present():
        assert layer.frame.crs == layers.crs
        assert layer.frame.index.name == "id"
        assert layer.frame.index.is_unique
    assert layers.files == (str(town.folder / "schools.csv"), str(town.folder / "population.csv"))


def test_rows_stand_in_natural_order_of_their_ids(town):
    town.write("schools.csv", "id,stage,lon,lat\n10,小学,114.5,37.05\n2,小学,114.51,37.05\nA,小学,114.52,37.05\n")
    assert list(town.frame("schools").index) == ["2", "10", "A"]


def test_all_errors_of_all_layers_are_told_at_once(town):
    town.write("schools.csv", "id,办学类形,lon,lat\ns1,小学,114.5,37.05\ns1,小学,114.5,37.05\n")
    town.write("population.csv", "id,people,lon,lat\np1,-5,114.5,37.05\np2,abc,114.5,37.05\n")
    town.layer("roads", 'path = "road.gpkg"')
    with pytest.raises(InputError) as caught:
        load_layers(town.config())
    codes = {finding.code for finding in caught.value.findings if finding.severity is Severity.ERROR}
    assert codes == {"missing-column", "duplicate-id", "negative-people", "not-a-number", "missing-file"}
    message = str(caught.value)
    assert message.startswith("5 errors in the input:")
    assert all(name in message for name in ("schools.csv", "population.csv", "road.gpkg", "p1", "→"))


def test_check_layers_returns_the_same_findings_and_does_not_raise(town):
    town.write("population.csv", "id,people,lon,lat\np1,-5,114.5,37.05\n")
    layers, findings = check_layers(town.config())
    assert layers is None
    assert [finding.code for finding in findings if finding.severity is Severity.ERROR] == ["negative-people"]
    assert findings[0].severity is Severity.ERROR


def test_one_kind_of_cause_is_raised_as_its_own_class(town):
    town.layer("roads", 'path = "roads.gpgk"')
    town.write("roads.gpkg", "")
    with pytest.raises(MissingFileError, match=r"Did you mean 'roads\.gpkg'\?"):
        load_layers(town.config())
    town.layer("roads", None)
    town.write("schools.csv", "id,lon,lat\ns1,114.5,37.05\n")
    with pytest.raises(MissingColumnError, match="stage"):
        load_layers(town.config())


@pytest.mark.parametrize("role", ["schools", "population"])
def test_a_project_needs_schools_and_population(town, role):
    town.layer(role, None)
    finding = town.finding("missing-layer", "error")
    assert (finding.layer, finding.file) == (role, "project.toml")


def test_only_the_roles_asked_for_are_read_and_required(town):
    town.layer("population", 'path = "nothing.csv"')
    layers = load_layers(town.config(), roles={"schools"})
    assert [layer.role for layer in layers.present()] == ["schools"]


def test_findings_that_stop_nothing_travel_with_the_layers(town):
    town.write("schools.csv", "stage,lon,lat\n中学,114.5,37.05\n")
    codes = {finding.code for finding in load_layers(town.config()).findings}
    assert {"generated-ids", "ambiguous-stage", "crs-chosen", "capacity-missing"} <= codes


def test_rows_left_out_by_where_are_noted_and_an_empty_rest_is_an_error(town):
    town.layer("schools", 'path = "schools.csv"\nwhere = { stage = ["小学"] }')
    assert list(town.frame("schools").index) == ["s1"]
    assert town.finding("rows-dropped", "note").count == 1
    town.layer("schools", 'path = "schools.csv"\nwhere = { stage = ["大学"] }')
    assert town.codes() == ["empty-layer"]


def test_a_named_weight_column_is_carried_over(town):
    town.write("population.csv", "id,套数,lon,lat\np1,120,114.5,37.05\np2,1.2万,114.52,37.05\n")
    town.layer("population", 'path = "population.csv"\nspread = { by = "套数" }')
    frame = town.frame("population")
    assert list(frame["weight"]) == [120.0, 12000.0]
    assert "people" not in frame.columns


def test_a_named_weight_column_that_is_not_there_is_an_error(town):
    town.write("population.csv", "id,套数,lon,lat\np1,120,114.5,37.05\n")
    town.layer("population", 'path = "population.csv"\nspread = { by = "户数" }')
    assert "spread.by" in town.finding("missing-column", "error").what


def test_a_project_own_layer_file_adds_words(town):
    town.write("schools.csv", "id,stage,lon,lat\ns1,小学校,114.5,37.05\n")
    own = town.folder / "layers"
    own.mkdir()
    bundled = (Path(__file__).parents[2] / "layers" / "schools.toml").read_text(encoding="utf-8")
    text = bundled.replace("[columns.stage.values]", '[columns.stage.values]\n"小学校" = ["primary"]')
    (own / "schools.toml").write_text(text, encoding="utf-8")
    assert list(town.frame("schools")["stages"]) == [("primary",)]


def test_wrong_geometry_does_not_hide_what_else_is_wrong(town):
    from shapely.geometry import LineString

    lines = [LineString([(114.5, 37.05), (114.51, 37.05)])] * 2
    town.save("schools.gpkg", {"id": ["a", "a"], "stage": ["小学", "x"]}, lines)
    town.layer("schools", 'path = "schools.gpkg"')
    assert set(town.codes()) == {"wrong-geometry-type", "duplicate-id", "school-without-stage"}


def test_polygons_are_not_roads(town):
    from shapely.geometry import box

    town.save("roads.gpkg", {"id": ["a"]}, [box(114.5, 37.0, 114.51, 37.1)])
    town.layer("roads", 'path = "roads.gpkg"')
    assert town.codes() == ["wrong-geometry-type"]


ROWS = [f"{n},校{n},小学,{n * 10},{114.5 + n / 1000},{37.05 + n / 2000}" for n in range(1, 13)]


@settings(max_examples=12, deadline=None)
@given(st.permutations(ROWS))
def test_the_order_of_the_file_does_not_change_the_frame(make_town, rows):
    with tempfile.TemporaryDirectory() as folder:
        town = make_town(Path(folder))
        town.write("schools.csv", "\n".join(["id,name,stage,capacity,lon,lat", *rows]))
        shuffled = town.frame("schools")
        town.write("schools.csv", "\n".join(["id,name,stage,capacity,lon,lat", *ROWS]))
        assert_geodataframe_equal(shuffled, town.frame("schools"))


HOSTILE = st.one_of(
    st.binary(max_size=80),
    st.text(alphabet='id,stage经度纬度lonlat\n"0123456789.-万小学;é', max_size=120).map(str.encode),
    st.text(alphabet="小学初中,\n1234.", max_size=60).map(lambda text: ("id,stage,lon,lat\n" + text).encode("gbk")),
)


@settings(max_examples=60, deadline=None)
@given(HOSTILE)
def test_no_content_of_a_table_ever_raises_from_a_check(make_town, content):
    with tempfile.TemporaryDirectory() as folder:
        town = make_town(Path(folder))
        (town.folder / "schools.csv").write_bytes(content)
        layers, findings = town.check()
        assert (layers is None) == any(finding.severity is Severity.ERROR for finding in findings)
