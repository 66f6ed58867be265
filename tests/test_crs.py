import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoplan.crs import (
    bd09_from_gcj02,
    gcj02_from_bd09,
    gcj02_from_wgs84,
    metric_crs,
    parse_crs,
    to_lonlat,
    wgs84_from_datum,
    wgs84_from_gcj02,
    zone_for,
)
from geoplan.errors import CrsError, InputError

CHINA = st.tuples(st.floats(73.5, 135.5), st.floats(3.5, 53.5))


def at(lon, lat):
    return np.array([[lon, lat]])


@pytest.mark.parametrize(
    ("lon", "lat", "epsg"),
    [
        (114.5, 37.07, 4547),
        (115.6, 37.0, 4548),
        (112.4, 37.0, 4546),
        (121.6, 31.2, 4550),
        (116.4, 39.9, 4548),
        (75.0, 38.0, 4534),
        (73.6, 39.0, 4534),
        (135.0, 48.0, 4554),
    ],
)
def test_inside_china_the_zone_is_the_cgcs2000_one_of_three_degrees(lon, lat, epsg):
    assert zone_for(lon, lat).to_epsg() == epsg


@pytest.mark.parametrize(
    ("lon", "lat", "epsg"),
    [(9.5, 47.15, 32632), (151.2, -33.9, 32756), (-0.1, 51.5, 32630), (180.0, 10.0, 32660), (-180.0, 10.0, 32601)],
)
def test_elsewhere_the_zone_is_utm(lon, lat, epsg):
    assert zone_for(lon, lat).to_epsg() == epsg


@given(CHINA)
def test_the_central_meridian_of_a_zone_is_never_farther_than_a_degree_and_a_half(place):
    crs = zone_for(*place)
    meridian = next(each.value for each in crs.coordinate_operation.params if "ongitude of" in each.name)
    assert abs(meridian - place[0]) <= 1.5
    metric_crs(f"EPSG:{crs.to_epsg()}")


@pytest.mark.parametrize("text", ["EPSG:3857", "3857", "EPSG:900913", "ESRI:102100", "EPSG:3785"])
def test_web_mercator_is_refused_by_its_name_and_never_measured_in(text):
    with pytest.raises(CrsError, match=r"Web Mercator|Unknown CRS"):
        metric_crs(text)


@pytest.mark.parametrize("text", ["EPSG:4326", "EPSG:4490", "4490"])
def test_degrees_are_refused_with_a_remedy(text):
    with pytest.raises(CrsError, match='crs = "auto"'):
        metric_crs(text)


@pytest.mark.parametrize("text", ["EPSG:2263", "EPSG:4978", "EPSG:5703"])
def test_feet_geocentric_axes_and_heights_are_refused(text):
    with pytest.raises(CrsError):
        metric_crs(text)


@pytest.mark.parametrize("text", ["EPSG:4547", "4547", "EPSG:32650", "EPSG:2385"])
def test_plane_metres_are_accepted(text):
    assert metric_crs(text).axis_info[0].unit_name == "metre"


def test_an_unknown_code_is_an_input_error_that_names_it():
    with pytest.raises(CrsError, match="'EPSG:999999'") as caught:
        parse_crs("EPSG:999999")
    assert isinstance(caught.value, InputError | ValueError)


@pytest.mark.parametrize("text", ["", "nonsense", "99999999999"])
def test_nonsense_is_no_crs(text):
    with pytest.raises(CrsError):
        parse_crs(text)


def test_gcj02_of_120_40_is_the_published_value():
    assert gcj02_from_wgs84(at(120, 40)) == pytest.approx(at(120.00567568355486, 40.0013047896019), abs=1e-9)


def test_the_inverse_of_gcj02_returns_within_a_millionth_of_a_degree():
    assert wgs84_from_gcj02(gcj02_from_wgs84(at(120, 40))) == pytest.approx(at(120, 40), abs=1e-6)
    assert wgs84_from_gcj02(at(123, 45)) == pytest.approx(at(122.99395597, 44.99804071), abs=1e-6)


def test_bd09_of_tiananmen_is_the_published_value():
    wgs84 = at(116.403988, 39.914266)
    bd09 = bd09_from_gcj02(gcj02_from_wgs84(wgs84))
    assert bd09 == pytest.approx(at(116.41661560, 39.92196580), abs=1e-6)
    assert wgs84_from_datum(bd09, "bd09") == pytest.approx(wgs84, abs=1e-6)


def test_the_shift_at_xingtai_is_529_m():
    shift = to_metres(gcj02_from_wgs84(at(114.5, 37.07)), 114.5, 37.07)
    assert shift == pytest.approx(529, abs=30)


def to_metres(lonlat, lon, lat):
    east = (lonlat[0, 0] - lon) * 111_320 * np.cos(np.radians(lat))
    return float(np.hypot(east, (lonlat[0, 1] - lat) * 111_000))


@given(CHINA)
def test_gcj02_and_bd09_round_trip_to_a_tenth_of_a_millimetre(place):
    here = at(*place)
    assert np.abs(wgs84_from_gcj02(gcj02_from_wgs84(here)) - here).max() < 1e-9
    assert np.abs(gcj02_from_bd09(bd09_from_gcj02(here)) - here).max() < 1e-9


@pytest.mark.parametrize("place", [(9.5, 47.1), (-70.0, -33.0), (151.0, -33.0)])
def test_points_outside_china_do_not_move(place):
    assert (gcj02_from_wgs84(at(*place)) == at(*place)).all()
    assert (wgs84_from_gcj02(at(*place)) == at(*place)).all()


def test_wgs84_and_cgcs2000_are_taken_as_equal():
    assert (wgs84_from_datum(at(114.5, 37.0), "wgs84") == at(114.5, 37.0)).all()
    assert (wgs84_from_datum(at(114.5, 37.0), "cgcs2000") == at(114.5, 37.0)).all()


def test_a_projected_point_comes_back_to_its_degrees():
    crs = zone_for(114.0, 37.0)
    assert to_lonlat(crs, np.array([[500_000.0, 4_096_000.0]]))[0, 0] == pytest.approx(114.0, abs=1e-9)
