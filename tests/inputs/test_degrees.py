"""Degrees, minutes and seconds in tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoplan.inputs.degrees import angle


@pytest.mark.parametrize(
    "text",
    [
        "114°30′12″", "114°30'12\"", "114º30′12″", "114-30-12", "114 30 12", "114:30:12", "114：30：12",
        "１１４°３０′１２″",
        "东经114°30′12″", "东经：114°30′12″", "E114°30′12″", "114°30′12″E", "e 114°30'12''", "114度30分12秒",
        "114°30’12”",
        "114° 30′ 12.0″", "114°30.2′",
    ],
)  # fmt: skip
def test_every_way_of_writing_is_the_same_angle(text):
    assert angle(text).degrees == pytest.approx(114 + 30 / 60 + 12 / 3600, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "axis"), [("N37.05", "lat"), ("北纬37°03′", "lat"), ("西经70°30′", "lon"), ("37°", "")]
)
def test_the_cell_itself_may_say_which_axis_it_is(text, axis):
    assert angle(text).axis == axis


@pytest.mark.parametrize("text", ["W70°30′00″", "-70-30-00", "西经70.5", "70°30′W"])
def test_west_and_minus_are_negative(text):
    assert angle(text).degrees == -70.5


@pytest.mark.parametrize(
    "text", ["114.5", "东边", "114°60′00″", "114°30′60″", "", "114-30", "1140°30′00″", "114°30′12″ 37°"]
)
def test_what_is_no_such_angle_is_none(text):
    assert angle(text) is None


@pytest.mark.parametrize(
    ("text", "degrees"),
    [("114.3012", 114.503333333), ("114.301256", 114.503488889), ("114.3", 114.5), ("114", 114.0), ("-70.3", -70.5)],
)
def test_packed_angles_are_read_digit_by_digit(text, degrees):
    assert angle(text, packed=True).degrees == pytest.approx(degrees, abs=1e-9)


def test_packed_minutes_stay_below_sixty():
    assert angle("114.6012", packed=True) is None


@given(st.integers(0, 179), st.integers(0, 59), st.integers(0, 5999))
def test_writing_and_reading_an_angle_returns_it(degrees, minutes, hundredths):
    true = degrees + minutes / 60 + hundredths / 360_000
    assert angle(f"{degrees}°{minutes}′{hundredths / 100:.2f}″").degrees == pytest.approx(true, abs=1e-9)
    assert angle(f"{degrees}-{minutes:02}-{hundredths / 100:05.2f}").degrees == pytest.approx(true, abs=1e-9)
    packed = f"{degrees}.{minutes:02}{hundredths:04}"
    assert angle(packed, packed=True).degrees == pytest.approx(true, abs=1e-9)


@given(st.text(max_size=12) | st.text("0123456789.°′″-: ENSW度分秒", max_size=16), st.booleans())
def test_no_text_breaks_the_reader_and_no_angle_leaves_the_circle_by_minutes(text, packed):
    found = angle(text, packed=packed)
    assert found is None or abs(found.degrees) < 1000


def test_a_table_in_degrees_minutes_and_seconds_is_read_and_told(town):
    town.write("schools.csv", "id,stage,经度,纬度\ns1,小学,114°30′00″,37°03′00″\ns2,初中,114.52,37.06\n")
    gaps_m = town.frame("schools").geometry.reset_index().distance(town.frame("population").geometry.reset_index())
    assert gaps_m.max() < 0.01
    _, findings = town.check()
    told = [finding for finding in findings if finding.code == "degrees-minutes-seconds"]
    assert [finding.rows for finding in told] == [("row 2",), ("row 2",)]
    assert "114°30′00″ → 114.500000" in told[0].what


@pytest.mark.parametrize(
    "pair", ["114°30′00″,37°03′00″", "114°30′00″ 37°03′00″", "（114-30-00，37-03-00）", "114 30 00, 37 03 00"]
)
def test_a_pair_in_one_cell_may_be_written_so_too(town, pair):
    town.write("schools.csv", f'id,stage,经纬度\ns1,小学,"{pair}"\n')
    town.layer("population", 'path = "population.csv"\nwhere = { id = ["p1"] }')
    assert town.frame("schools").geometry.iloc[0].distance(town.frame("population").geometry.iloc[0]) < 0.01


def test_packed_degrees_are_read_only_where_declared(town):
    town.write("schools.csv", "id,stage,lon,lat\ns1,小学,114.3000,37.0300\n")
    town.layer("population", 'path = "population.csv"\nwhere = { id = ["p1"] }')
    assert town.codes() == ["far-away"]
    town.layer("schools", 'path = "schools.csv"\ncoordinates = "d.mmss"')
    assert town.frame("schools").geometry.iloc[0].distance(town.frame("population").geometry.iloc[0]) < 0.01


def test_a_cell_that_is_no_packed_degree_is_an_error_with_its_row(town):
    town.write("schools.csv", "id,stage,lon,lat\ns1,小学,114.3000,37.0300\ns2,小学,114.7500,37.0300\n")
    town.layer("schools", 'path = "schools.csv"\ncoordinates = "d.mmss"')
    assert town.finding("unreadable-geometry", "error").rows == ("row 3",)


def test_a_latitude_among_the_longitudes_is_an_error_with_its_row(town):
    town.write("schools.csv", "id,stage,lon,lat\ns1,小学,N37°03′00″,E114°30′00″\n")
    finding = town.finding("lat-lon-swapped", "error")
    assert finding.rows == ("row 2",)
    assert "marked as latitudes" in finding.what
