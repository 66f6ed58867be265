import numpy as np
import pytest

from geoplan.travel import Straight

SCHOOLS = np.array([[0.0, 0.0], [1000.0, 0.0], [0.0, 0.0]])


def test_a_school_at_exactly_the_radius_is_within_it():
    matrix = Straight().within(np.array([[300.0, 400.0]]), SCHOOLS, 500.0)
    assert matrix.target.tolist() == [0, 2]
    assert matrix.distance_m == pytest.approx([500, 500])


def test_of_equally_near_schools_the_first_is_taken():
    nearest = Straight().nearest(np.array([[500.0, 0.0], [900.0, 0.0], [0.0, 0.0]]), SCHOOLS)
    assert nearest.target.tolist() == [0, 1, 0]
    assert nearest.distance_m == pytest.approx([500, 100, 0])


def test_without_schools_nobody_reaches_one():
    nearest = Straight().nearest(np.zeros((2, 2)), np.zeros((0, 2)))
    assert nearest.target.tolist() == [-1, -1]
    assert np.isinf(nearest.distance_m).all()


def test_the_cutoff_may_differ_for_each_origin():
    homes = np.array([[0.0, 300.0], [0.0, 300.0]])
    matrix = Straight().within(homes, SCHOOLS[:1], np.array([299.0, 300.0]))
    assert matrix.origin().tolist() == [1]


def test_circles_that_overlap_are_one_area():
    area = Straight().service_area(np.array([[0.0, 0.0], [1000.0, 0.0]]), 1500)
    assert area.area == pytest.approx(10.012e6, rel=2e-3)
