"""Outlines on the page: as fine as they are simplified, and no longer."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pyproj import CRS

from geoplan.publish.shapes import Pen

ZONE = CRS.from_epsg(4547)
CORNER = (400_000.0, 4_000_000.0)


def extent(side_m):
    x, y = CORNER
    return x, y, x + side_m, y + side_m


def drawn(pen, ring):
    """The vertices that the page makes of a ring, in degrees or metres."""
    return np.cumsum(np.array(ring).reshape(-1, 2), axis=0) / pen.scale


def test_a_town_keeps_a_metre_and_a_prefecture_ten():
    assert Pen(ZONE, extent(20_000)).scale == 10**5
    assert Pen(ZONE, extent(150_000)).scale == 10**4
    assert Pen(None, extent(400)).scale == 10


@pytest.mark.parametrize("side_m", [5_000, 20_000, 150_000, 1_000_000])
def test_no_vertex_moves_by_more_than_outlines_are_simplified(side_m):
    pen = Pen(ZONE, extent(side_m))
    middle = np.array(CORNER) + side_m / 2
    square = shapely.box(*(middle - side_m / 7.3), *(middle + side_m / 7.3))
    ((ring,),) = pen.shape(square)
    true = pen.points(shapely.get_coordinates(square))
    moved = np.abs(drawn(pen, ring) - true).max() * 111_320
    assert moved <= pen.tolerance_m / 3


def test_places_keep_a_metre_whatever_the_extent():
    pen = Pen(ZONE, extent(150_000))
    assert np.abs(np.diff(pen.points(np.array([CORNER, (CORNER[0] + 3, CORNER[1])]))[:, 1])).max() > 1e-5


def test_vertices_that_fall_together_are_written_once():
    pen = Pen(ZONE, extent(150_000))
    x, y = CORNER
    ((ring,),) = pen.shape(shapely.Polygon([(x, y), (x + 9_000, y), (x + 9_000, y + 9_000), (x, y + 9_000)]))
    steps = np.array(ring).reshape(-1, 2)[1:]
    assert (steps != 0).any(axis=1).all()
    np.testing.assert_array_equal(drawn(pen, ring)[0], drawn(pen, ring)[-1])
