"""A3 of the acceptance page: circles in squares, from files in several coordinate systems."""

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Transformer

from geoplan.coverage import find_gaps

CENTRE = Transformer.from_crs(4490, 4547, always_xy=True).transform(114.5, 37.07)
LOCAL = "EPSG:4547"
ALL_CRS = ["EPSG:4326", "EPSG:4490", "EPSG:4547"]


def one_circle(radius, side):
    return math.pi * radius**2 / side**2


def two_circles(radius, apart, side):
    lens = 2 * radius**2 * math.acos(apart / 2 / radius) - apart / 2 * math.sqrt(4 * radius**2 - apart**2)
    return (2 * math.pi * radius**2 - lens) / side**2


def corner_circle(radius, side):
    return math.pi * radius**2 / 4 / side**2


def as_polygon(side, people):
    x, y = CENTRE
    shape = shapely.box(x - side / 2, y - side / 2, x + side / 2, y + side / 2)
    return gpd.GeoDataFrame({"id": ["all"], "people": [people]}, geometry=[shape], crs=LOCAL)


def as_grid(side, people, cell=100):
    ticks = np.arange(0, side, cell)
    west, south = (axis.ravel() for axis in np.meshgrid(CENTRE[0] - side / 2 + ticks, CENTRE[1] - side / 2 + ticks))
    shapes = shapely.box(west, south, west + cell, south + cell)
    columns = {"id": [f"g{i}" for i in range(len(shapes))], "people": people / len(shapes)}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=LOCAL)


def as_points(side, people, cell=50):
    grid = as_grid(side, people, cell)
    return grid.set_geometry(shapely.centroid(grid.geometry.array), crs=LOCAL)


def as_quarters(side, people):
    return as_grid(side, people, side / 2)


FORMS = {"one polygon": as_polygon, "100 m cells": as_grid, "points": as_points, "four quarters": as_quarters}


@pytest.fixture
def share(open_project):
    """share(form, side, offsets, radius_m, crs) -> the share of people within the radius of the kindergartens."""

    def compute(form, side, offsets, radius_m=None, *, crs="EPSG:4326", school_crs=None, people=16_000.0):
        places = [shapely.Point(CENTRE[0] + x, CENTRE[1] + y) for x, y in offsets]
        schools = gpd.GeoDataFrame(
            {"id": [f"k{i}" for i in range(len(places))], "stage": "kindergarten"}, geometry=places, crs=LOCAL
        )
        project = open_project(
            head={"crs": '"auto"'},
            population=form(side, people).to_crs(crs),
            schools=schools.to_crs(school_crs or crs),
        )
        coverage = project.coverage("kindergarten", radius_m=radius_m)
        assert coverage.total.people == pytest.approx(people)
        assert sum(gap.people for gap in find_gaps(coverage)) == pytest.approx(coverage.total.uncovered)
        return coverage.total.share_covered

    return compute


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("crs", ALL_CRS)
def test_one_kindergarten_in_a_square_of_4_km_covers_44_18_percent(share, form, crs):
    assert one_circle(1500, 4000) == pytest.approx(0.4418, abs=5e-5)
    assert share(form, 4000, [(0, 0)], crs=crs) == pytest.approx(0.4418, abs=0.003)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_two_kindergartens_1_km_apart_in_a_square_of_6_km_cover_27_81_percent_and_nobody_twice(share, form):
    assert two_circles(1500, 1000, 6000) == pytest.approx(0.2781, abs=5e-5)
    assert share(form, 6000, [(-500, 0), (500, 0)]) == pytest.approx(0.2781, abs=0.003)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_layers_in_degrees_and_in_metres_agree_within_a_tenth_of_a_point(share, form):
    found = [share(form, 4000, [(0, 0)], crs=crs) for crs in ALL_CRS]
    found.append(share(form, 4000, [(0, 0)], crs="EPSG:4547", school_crs="EPSG:4326"))
    found.append(share(form, 4000, [(0, 0)], crs="EPSG:3857", school_crs="EPSG:4490"))
    assert max(found) - min(found) <= 0.001


@pytest.mark.parametrize(
    ("side", "offsets", "radius_m", "expected"),
    [
        (2000, [(0, 0)], 500, one_circle(500, 2000)),
        (2000, [(0, 0)], 300, one_circle(300, 2000)),
        (3000, [(0, 0)], 1000, one_circle(1000, 3000)),
        (2000, [(-1000, -1000)], 500, corner_circle(500, 2000)),
        (2000, [(-1000, -1000), (1000, 1000)], 800, 2 * corner_circle(800, 2000)),
        (3000, [(-200, 0), (200, 0)], 500, two_circles(500, 400, 3000)),
        (3000, [(0, 0), (0, 0)], 500, one_circle(500, 3000)),
        (2000, [(9000, 0)], 500, 0.0),
        (1000, [(0, 0)], 800, 1.0),
    ],
)
@pytest.mark.parametrize("form", [as_polygon, as_quarters], ids=["one polygon", "four quarters"])
def test_other_squares_and_radii_give_the_share_that_geometry_gives(share, form, side, offsets, radius_m, expected):
    assert share(form, side, offsets, radius_m) == pytest.approx(expected, abs=0.002)


def test_a_district_that_cuts_the_circle_in_halves_gets_half_of_the_covered_people(open_project):
    x, y = CENTRE
    halves = [shapely.box(x - 2000, y - 2000, x, y + 2000), shapely.box(x, y - 2000, x + 2000, y + 2000)]
    districts = gpd.GeoDataFrame({"id": ["w", "e"], "name": ["西", "东"]}, geometry=halves, crs=LOCAL)
    schools = gpd.GeoDataFrame({"id": ["k"], "stage": "kindergarten"}, geometry=[shapely.Point(CENTRE)], crs=LOCAL)
    project = open_project(
        head={"crs": '"auto"'},
        population=as_polygon(4000, 16_000.0).to_crs(4326),
        districts=districts.to_crs(4326),
        schools=schools.to_crs(4326),
    )
    for _, _, tally in project.coverage("kindergarten").by_district():
        assert tally.people == pytest.approx(8000, abs=80)
        assert tally.share_covered == pytest.approx(0.4418, abs=0.005)
