"""Layers on a web map's datum: found by evidence, stopped, accepted only when declared."""

from __future__ import annotations

import re
import time

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, box

from geoplan.crs import bd09_from_gcj02, datum_from_wgs84, gcj02_from_wgs84, wgs84_from_datum
from geoplan.errors import CrsError
from geoplan.inputs import load_layers
from geoplan.inputs.datum_evidence import chance

XINGTAI = np.array([114.5, 37.07])


def metres(text):
    """The shift that a finding tells."""
    return float(re.search(r"moves by ([\d,]+) m", text)[1].replace(",", ""))


@pytest.fixture
def edge(districts):
    """200 schools that name their district, close to the common boundary, written in a datum; the boundaries too."""

    def make(datum="wgs84", boundaries="wgs84", *, named=True, config="", count=200):
        rng = np.random.default_rng(1)
        half = count // 2
        lon = 114.51 + np.concatenate([rng.uniform(-0.008, -0.0001, half), rng.uniform(0.0001, 0.008, half)])
        lonlat = np.column_stack([lon, rng.uniform(37.02, 37.08, count)])
        columns = {"id": range(count), "stage": ["小学"] * count}
        if named:
            columns["区县"] = ["甲区"] * half + ["乙区"] * half
        districts.save("schools.gpkg", columns, list(shapely.points(datum_from_wgs84(lonlat, datum))))
        districts.layer("schools", f'path = "schools.gpkg"\n{config}')
        shapes = [box(114.48, 37.0, 114.51, 37.1), box(114.51, 37.0, 114.54, 37.1)]
        moved = [shapely.transform(shape, lambda xy: datum_from_wgs84(xy, boundaries)) for shape in shapes]
        districts.save("districts.gpkg", {"id": ["d1", "d2"], "name": ["甲区", "乙区"]}, moved)
        return districts

    return make


@pytest.mark.parametrize(("datum", "shift_m"), [("gcj02", 529), ("bd09", 1_300)])
def test_undeclared_web_map_points_stop_the_run_with_their_datum_and_shift(edge, datum, shift_m):
    town = edge(datum)
    finding = town.finding("datum-suspected", "error")
    assert finding.layer == "schools"
    assert f'datum = "{datum}" in [layers.schools]' in finding.fix
    assert metres(finding.what) == pytest.approx(shift_m, rel=0.1)
    assert "lie outside the district they name now, 0 then" in finding.what
    with pytest.raises(CrsError, match="fits better"):
        load_layers(town.config())


@pytest.mark.parametrize("datum", ["wgs84", "cgcs2000"])
def test_a_declared_datum_accepts_the_layer_with_a_note(edge, datum):
    town = edge("gcj02", config=f'datum = "{datum}"')
    assert town.codes() == []
    finding = town.finding("datum-suspected", "note")
    assert metres(finding.what) == pytest.approx(529, abs=60)
    assert f'declares datum = "{datum}"' in finding.fix


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_the_true_datum_once_declared_leaves_nothing_to_say(edge, datum):
    _, findings = edge(datum, config=f'datum = "{datum}"').check()
    assert "datum-suspected" not in {finding.code for finding in findings}


def test_points_declared_as_the_wrong_web_map_are_told(edge):
    town = edge("gcj02", config='datum = "bd09"')
    town.layer("districts", 'path = "districts.gpkg"\ndatum = "cgcs2000"')
    assert "Taken as GCJ-02" in town.finding("datum-suspected", "note").what


def test_boundaries_from_a_web_map_under_true_points_are_blamed_themselves(edge):
    town = edge("wgs84", boundaries="gcj02")
    finding = town.finding("datum-suspected", "error")
    assert finding.layer == "districts"
    assert "schools were moved once too often" in finding.fix
    town.layer("districts", 'path = "districts.gpkg"\ndatum = "gcj02"')
    assert town.codes() == []


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_layers_that_are_all_on_one_datum_are_not_suspected(edge, datum):
    assert edge(datum, boundaries=datum).codes() == []


def test_without_named_districts_the_outer_boundary_tells(edge):
    """Points spread over both districts up to their edges, GCJ-02: those along one side leave the area."""
    town = edge(named=False)
    rng = np.random.default_rng(2)
    lonlat = np.column_stack([rng.uniform(114.481, 114.539, 900), rng.uniform(37.001, 37.099, 900)])
    columns = {"id": range(900), "stage": ["小学"] * 900}
    town.save("schools.gpkg", columns, list(shapely.points(gcj02_from_wgs84(lonlat))))
    assert "every district now" in town.finding("datum-suspected", "error").what
    town.save("schools.gpkg", columns, list(shapely.points(lonlat)))
    assert town.codes() == []


def test_schools_beyond_the_boundary_are_no_evidence(edge):
    town = edge(named=False)
    rng = np.random.default_rng(3)
    lonlat = np.column_stack([rng.uniform(114.44, 114.58, 900), rng.uniform(36.96, 37.14, 900)])
    columns = {"id": range(900), "stage": ["小学"] * 900}
    town.save("schools.gpkg", columns, list(shapely.points(lonlat)))
    assert "datum-suspected" not in town.codes() + town.codes("warning")


@pytest.fixture
def named(town):
    """Twelve schools of Xingtai, and the same names in a table of known points."""

    def make(datum="wgs84", *, shift=(0.0, 0.0), config='reference = "known.csv"', count=12):
        rng = np.random.default_rng(4)
        lonlat = XINGTAI + rng.uniform(-0.02, 0.02, (count, 2))
        given = datum_from_wgs84(lonlat + shift, datum)
        rows = "".join(f"s{n},第{n}小学,小学,{lon:.7f},{lat:.7f}\n" for n, (lon, lat) in enumerate(given))
        town.write("schools.csv", f"id,name,stage,lon,lat\n{rows}")
        known = lonlat + rng.normal(0, 5e-5, (count, 2))  # another hand's points, some 5 m apart
        rows = "".join(f"第 {n} 小学,{lon:.7f},{lat:.7f}\n" for n, (lon, lat) in enumerate(known))
        town.write("known.csv", f"名称,经度,纬度\n{rows}")
        town.layer("schools", f'path = "schools.csv"\n{config}')
        return town

    return make


def test_reference_points_show_the_shift_of_529_m_at_xingtai(named):
    finding = named("gcj02").finding("datum-suspected", "error")
    assert metres(finding.what) == pytest.approx(529, abs=30)
    assert "12 schools of the same name in known.csv" in finding.what
    assert 'datum = "gcj02"' in finding.fix


def test_a_layer_declared_wgs84_that_is_truly_gcj02_is_flagged_with_its_shift(named):
    finding = named("gcj02", config='reference = "known.csv"\ndatum = "wgs84"').finding("datum-suspected", "note")
    assert metres(finding.what) == pytest.approx(529, abs=30)


def test_true_points_beside_their_reference_are_not_suspected(named):
    town = named()
    assert town.codes() == []
    assert not {"datum-suspected", "constant-shift"} & {*town.codes("warning"), *town.codes("note")}


def test_a_shift_that_no_datum_explains_is_told_as_it_is(named):
    finding = named(shift=(0.0012, 0.0)).finding("constant-shift", "warning")
    assert "12 points lie 107 m from their reference" in finding.what
    assert "Xi'an 80" in finding.why


def test_three_pairs_are_a_warning_and_two_are_told_to_be_too_few(named):
    assert named("gcj02", count=3).finding("datum-suspected", "warning")
    assert "Only 2 names" in named("gcj02", count=2).finding("reference-unmatched", "warning").what


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("名称,经度\n一小,114.5\n", "missing-column"),
        ("名称,经度,纬度\n一小,x,37\n", "not-a-number"),
        ("", "unreadable-file"),
    ],
)
def test_a_reference_that_cannot_be_used_is_an_error(named, town, text, code):
    named()
    town.write("known.csv", text)
    assert town.codes() == [code]


def test_another_layer_with_the_same_names_is_a_reference_too(named):
    town = named("gcj02", config="")
    rows = town.folder.joinpath("known.csv").read_text(encoding="utf-8").splitlines()[1:]
    text = "".join(f"x{n},{row}\n" for n, row in enumerate(rows))
    town.table("sites", f"id,name,lon,lat\n{text}")
    finding = town.finding("datum-suspected", "error")
    assert finding.layer == "schools"
    assert "in sites (sites.csv)" in finding.what


def test_points_at_the_kerb_show_their_datum_by_the_roads(town):
    rng = np.random.default_rng(5)
    lines = [LineString([(114.48 + 0.005 * n, 37.0), (114.48 + 0.005 * n, 37.1)]) for n in range(13)]
    lines += [LineString([(114.48, 37.0 + 0.005 * n), (114.54, 37.0 + 0.005 * n)]) for n in range(21)]
    town.save("roads.gpkg", {"id": range(len(lines))}, lines)
    town.layer("roads", 'path = "roads.gpkg"')
    east = 114.48 + 0.005 * rng.integers(1, 12, 120) + rng.normal(0, 5e-5, 120)
    stops = np.column_stack([east, rng.uniform(37.01, 37.09, 120)])
    for datum, codes in (("wgs84", []), ("gcj02", ["datum-suspected"])):
        town.save("stops.gpkg", {"id": range(120)}, list(shapely.points(datum_from_wgs84(stops, datum))))
        town.layer("stops", 'path = "stops.gpkg"')
        assert town.codes() == codes
    assert "the nearest road" in town.finding("datum-suspected").what


def test_a_fair_coin_is_no_evidence_and_many_heads_are():
    assert chance(0, 0) == 1.0
    assert chance(5, 5) > 0.5
    assert chance(6, 0) == pytest.approx(1 / 64)
    assert chance(600, 600) == pytest.approx(0.5, abs=0.02)
    assert chance(900, 300) < 1e-50


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(73.5, 135.5), st.floats(3.5, 53.5)), min_size=1, max_size=30),
    st.sampled_from(["gcj02", "bd09"]),
)
def test_every_datum_round_trips_below_a_millionth_of_a_degree(places, datum):
    lonlat = np.array(places)
    there = datum_from_wgs84(lonlat, datum)
    inside = ((there > [73.0, 3.0]) & (there < [136.0, 54.0])).all(axis=1)
    assert np.abs(wgs84_from_datum(there, datum) - lonlat)[inside].max(initial=0.0) < 1e-6


@pytest.mark.parametrize("datum", ["wgs84", "cgcs2000", None])
def test_wgs84_and_cgcs2000_move_nothing_either_way(datum):
    here = np.array([[114.5, 37.0]])
    assert (datum_from_wgs84(here, datum) == here).all()
    assert (wgs84_from_datum(here, datum) == here).all()


def test_a_million_points_take_less_than_a_second_of_work():
    rng = np.random.default_rng(6)
    lonlat = np.column_stack([rng.uniform(74, 135, 1_000_000), rng.uniform(4, 53, 1_000_000)])
    spent = []
    for _ in range(3):  # the processor's own time, the best of three: other work on the machine is not measured
        start = time.process_time()
        wgs84_from_datum(lonlat, "gcj02")
        spent.append(time.process_time() - start)
    assert min(spent) < 1.0


def test_points_in_chunks_are_the_same_as_one_by_one():
    rng = np.random.default_rng(7)
    lonlat = np.column_stack([rng.uniform(60, 140, 40_000), rng.uniform(0, 60, 40_000)])
    some = lonlat[::397]
    for convert in (gcj02_from_wgs84, bd09_from_gcj02, lambda xy: wgs84_from_datum(xy, "bd09")):
        singly = np.vstack([convert(place[None, :]) for place in some])
        assert np.abs(convert(lonlat)[::397] - singly).max() < 1e-12
