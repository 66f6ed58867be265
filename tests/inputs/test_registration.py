"""Local metres tied to the earth by control points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from geoplan.config import read_project
from geoplan.errors import ConfigError
from geoplan.inputs.plane_fit import affine, helmert, thinness

ZONE = Transformer.from_crs(4326, 4547, always_xy=True)
CORNERS = [(0.0, 0.0), (4000.0, 0.0), (4000.0, 3000.0), (0.0, 3000.0), (1500.0, 1200.0)]

DUSHANZI = np.array(
    [
        [53824.764, 103719.686, 4913929.082, 569174.918],
        [53891.991, 101939.995, 4913497.19, 567447.17],
        [53891.996, 102614.976, 4913685.477, 568095.373],
        [53891.998, 103029.992, 4913801.251, 568493.859],
        [53064.993, 101940.0, 4912703.058, 567677.866],
        [52109.976, 101175.029, 4911572.616, 567209.686],
        [51884.967, 101175.032, 4911356.536, 567272.422],
    ]
)
"""Real points of 独山子: local north, east; Beijing 54 north, east. Published with the parameters of 2008."""


def turned(local, degrees=12.0, scale=1.0002, east=520_000.0, north=4_101_000.0):
    """Where a local system that is turned and shifted really lies, in EPSG:4547."""
    angle = np.radians(degrees)
    matrix = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.asarray(local) @ matrix.T + [east, north]


@pytest.fixture
def local(town):
    """Both schools in local metres, registered as the test says; the population in EPSG:4547 beneath them."""
    schools = np.array([[1000.0, 1000.0], [2000.0, 2500.0]])

    def write(registration):
        rows = "".join(f"s{n},小学,{x},{y}\n" for n, (x, y) in enumerate(schools, 1))
        town.write("schools.csv", f"id,stage,x,y\n{rows}")
        town.layer("schools", f'path = "schools.csv"\nregistration = {registration}')
        people = "".join(f"p{n},10,{x},{y}\n" for n, (x, y) in enumerate(turned(schools), 1))
        town.write("population.csv", f"id,people,x,y\n{people}")
        town.layer("population", 'path = "population.csv"\ncrs = "EPSG:4547"')
        return town

    return write


def gaps_m(town):
    schools, people = town.frame("schools").geometry, town.frame("population").geometry
    return max(one.distance(other) for one, other in zip(schools, people, strict=True))


def lonlat_rows(points):
    transform = Transformer.from_crs(4547, 4326, always_xy=True)
    return [[*local, *transform.transform(*place)] for local, place in zip(points, turned(points), strict=True)]


def metre_rows(points):
    return [[*local, *(float(figure) for figure in place)] for local, place in zip(points, turned(points), strict=True)]


@pytest.mark.parametrize("method", ["helmert", "affine"])
def test_pairs_of_local_metres_and_degrees_bring_a_layer_to_its_place(local, method):
    town = local(f'{{ points = {lonlat_rows(CORNERS)}, method = "{method}" }}')
    assert gaps_m(town) < 0.01
    told = town.finding("registered", "note").what
    assert "5 control points" in told
    assert "residuals 1 0.00 m, 2 0.00 m" in told
    assert "turned by 12.0" in told


def test_the_target_may_be_metres_of_a_named_crs(local):
    assert gaps_m(local(f'{{ points = {metre_rows(CORNERS)}, crs = "EPSG:4547" }}')) < 0.01


def test_points_may_stand_in_a_table_with_names_and_degrees_and_minutes(local, town):
    rows = ["点号,x,y,经度,纬度"]
    for place, (x, y, lon, lat) in enumerate(lonlat_rows(CORNERS), 1):
        seconds = (lon % 1 * 60 % 1) * 60
        rows.append(f"K{place},{x},{y},{int(lon)}°{int(lon % 1 * 60)}′{seconds:.5f}″,{lat:.9f}")
    town.write("points.csv", "\n".join(rows), "gbk")
    town = local('"points.csv"')
    assert gaps_m(town) < 0.05
    assert "K1 0.0" in town.finding("registered", "note").what
    layers, _ = town.check()
    assert any(path.endswith("points.csv") for path in layers.files)


def test_survey_axes_with_x_to_the_north_are_found_by_the_fit(local):
    rows = [[y, x, *place] for x, y, *place in lonlat_rows(CORNERS)]
    town = local(f"{rows}")
    town.write("schools.csv", "id,stage,x,y\ns1,小学,1000,1000\ns2,小学,2500,2000\n")
    assert gaps_m(town) < 0.01
    assert "local x taken as north" in town.finding("registered", "note").what


def test_old_plane_coordinates_with_the_northing_first_are_tied_down_by_points_written_the_same_way(town):
    """Beijing 54 tables, 60 m off CGCS2000, whose parameters nobody publishes: three points are enough."""
    true = turned(CORNERS, 0.0, 1.0)
    old = true + np.array([60.0, -45.0])
    rows = [[*map(float, one[::-1]), *map(float, other)] for one, other in zip(old, true, strict=True)]
    table = "".join(f"s{n},小学,{north},{east}\n" for n, (east, north) in enumerate(old))
    town.table("schools", f"id,stage,x,y\n{table}", toml=f'registration = {{ points = {rows}, crs = "EPSG:4547" }}')
    people = "".join(f"p{n},1,{east},{north}\n" for n, (east, north) in enumerate(true))
    town.table("population", f"id,people,x,y\n{people}", toml='crs = "EPSG:4547"')
    assert gaps_m(town) < 1e-3


def test_a_wrong_point_refuses_the_registration_and_is_named(local):
    rows = metre_rows(CORNERS)
    rows[2][2] += 300.0
    finding = local(f'{{ points = {rows}, crs = "EPSG:4547" }}').finding("registration-refused", "error")
    assert "Without point 3 the others agree within 0.00 m" in finding.fix
    assert "expected 5 m at most" in finding.what
    assert finding.what.count(" m, ") == 4


def test_a_higher_limit_accepts_what_a_paper_map_gives(local):
    rows = metre_rows(CORNERS)
    rows[2][2] += 20.0
    town = local(f'{{ points = {rows}, crs = "EPSG:4547", max_residual_m = 20 }}')
    assert 1 < gaps_m(town) < 15


@pytest.mark.parametrize("method", ["helmert", "affine"])
def test_points_on_one_line_are_refused(local, method):
    line = [(0.0, 0.0), (1000.0, 500.0), (2000.0, 1000.0), (4000.0, 2001.0)]
    town = local(f'{{ points = {lonlat_rows(line)}, method = "{method}" }}')
    assert "one line" in town.finding("collinear-control-points", "error").what


@pytest.mark.parametrize(("count", "method"), [(2, "helmert"), (3, "affine")])
def test_too_few_points_to_show_a_wrong_one_are_refused(local, count, method):
    town = local(f'{{ points = {lonlat_rows(CORNERS[:count])}, method = "{method}" }}')
    assert f"at least {count + 1}" in town.finding("too-few-control-points", "error").what


def test_a_layer_far_beyond_its_control_points_is_told(local):
    small = [(0.0, 0.0), (300.0, 0.0), (300.0, 200.0), (0.0, 200.0)]
    assert local(f"{lonlat_rows(small)}").finding("beyond-control-points", "warning").rows == ("s1", "s2")


def test_control_points_from_amap_are_undone_like_the_layer_itself(local):
    from geoplan.crs import gcj02_from_wgs84

    rows = [[x, y, *gcj02_from_wgs84(np.array([place]))[0].tolist()] for x, y, *place in lonlat_rows(CORNERS)]
    town = local(f'{rows}\ndatum = "gcj02"')
    assert gaps_m(town) < 0.01


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        ("x,y\n1,2\n", "unreadable-registration", "lon and lat"),
        ("x,y,lon,lat\n1,2,a,37\n", "unreadable-registration", "no numbers"),
        ("x,y,lon,lat\n0,0,520000,4101000\n9,0,520000,4101000\n9,9,1,1\n", "unreadable-registration", "no degrees"),
        ("", "unreadable-file", "empty"),
    ],
)
def test_a_table_of_points_that_cannot_be_used_is_an_error(local, town, text, code, word):
    town.write("points.csv", text)
    assert word in local('"points.csv"').finding(code, "error").what


def test_a_table_of_points_that_is_not_there_is_an_error(local):
    assert "nowhere.csv" in local('"nowhere.csv"').finding("missing-file", "error").what


def test_an_unknown_crs_of_the_points_is_an_error(local):
    town = local(f'{{ points = {metre_rows(CORNERS)}, crs = "EPSG:999999" }}')
    assert "EPSG:999999" in town.finding("unknown-crs", "error").what


@pytest.mark.parametrize(
    "value", ["3", "[[1, 2, 3]]", "[]", "{ points = 'p.csv', methd = 'affine' }", "[['a', 1, 2, 3]]"]
)
def test_a_registration_that_cannot_be_meant_is_a_config_error(town, value):
    town.write("project.toml", f'[project]\n[layers.schools]\npath = "schools.csv"\nregistration = {value}\n')
    with pytest.raises(ConfigError, match=r"layers\.schools\.registration"):
        read_project(town.folder)


def test_the_real_points_of_dushanzi_give_its_published_parameters():
    """K = 1.00003191, φ = 16°11′54.39″, published for 北京1954 → 独山子, north before east in both."""
    fit = helmert(DUSHANZI[:, [1, 0]], DUSHANZI[:, [3, 2]])
    assert fit.residuals_m.max() < 0.2
    assert 1 / fit.scale == pytest.approx(1.00003191, abs=4e-5)
    assert abs(fit.turn_degrees) == pytest.approx(16 + 11 / 60 + 54.39 / 3600, abs=0.003)


@settings(deadline=None)
@given(
    degrees=st.floats(-180, 180), scale=st.floats(0.5, 2), east=st.floats(-1e6, 1e6), north=st.floats(-1e6, 1e6),
    exchanged=st.booleans(),
)  # fmt: skip
def test_any_similarity_is_found_exactly(degrees, scale, east, north, exchanged):
    local = np.array(CORNERS)
    target = turned(local, degrees, scale, east, north)
    fit = helmert(local[:, ::-1] if exchanged else local, target)
    assert fit.residuals_m.max() < 1e-5
    assert fit.scale == pytest.approx(scale)


@settings(deadline=None)
@given(st.lists(st.floats(-3, 3), min_size=6, max_size=6))
def test_any_affine_transformation_is_found_exactly(figures):
    matrix, shift = np.array(figures[:4]).reshape(2, 2), np.array(figures[4:])
    local = np.array(CORNERS)
    target = local @ matrix.T + shift
    fit = affine(local, target)
    assert fit.residuals_m.max() < 1e-6
    assert np.abs(fit.apply(local) - target).max() < 1e-6


@settings(deadline=None)
@given(st.floats(0, 360), st.floats(1, 1e5))
def test_points_on_any_line_are_thin_and_a_square_is_not(degrees, length):
    along = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    assert thinness(np.outer([0.0, 0.3, 0.5, 1.0], along) * length) < 1e-6
    assert thinness(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]) * length) == pytest.approx(1.0)
