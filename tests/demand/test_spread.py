import tracemalloc

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.demand.people.spread import cut_into_cells, largest_remainder

WEIGHTS = st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=1, max_size=40).filter(lambda w: sum(w) > 1e-3)


def test_seven_people_over_equal_thirds_are_three_two_and_two():
    assert largest_remainder(7, np.ones(3)).tolist() == [3, 2, 2]


def test_the_largest_remainders_get_the_people_that_are_left():
    # 10 × (0.16, 0.57, 0.27) = 1.6, 5.7, 2.7: whole parts 1, 5, 2, remainders 0.6, 0.7, 0.7
    assert largest_remainder(10, np.array([16.0, 57.0, 27.0])).tolist() == [1, 6, 3]


def test_no_weight_gets_nobody():
    assert largest_remainder(5, np.array([0.0, 1.0, 0.0])).tolist() == [0, 5, 0]


def test_nothing_to_spread_needs_no_weight():
    assert largest_remainder(0, np.zeros(3)).tolist() == [0, 0, 0]


def test_people_without_any_weight_to_go_to_are_an_error_and_not_lost():
    with pytest.raises(ValueError, match="every weight is 0"):
        largest_remainder(5, np.zeros(3))


@pytest.mark.parametrize(("total", "weights"), [(-1, [1.0]), (1, [1.0, -1.0])])
def test_negative_totals_and_weights_are_refused(total, weights):
    with pytest.raises(ValueError, match="at least 0"):
        largest_remainder(total, np.array(weights))


@given(st.integers(0, 10_000_000), WEIGHTS)
def test_spreading_conserves_every_person_and_stays_within_one_of_the_exact_share(total, weights):
    weights = np.array(weights)
    found = largest_remainder(total, weights)
    assert found.sum() == total
    assert (found >= 0).all()
    assert (np.abs(found - weights / weights.sum() * total) <= 1 + 1e-6).all()


@given(st.integers(0, 10_000), WEIGHTS)
def test_more_weight_never_gets_fewer_people(total, weights):
    weights = np.sort(np.array(weights))
    assert (np.diff(largest_remainder(total, weights)) >= -1).all()


def test_a_square_of_four_by_four_cells_is_cut_into_sixteen_equal_ones():
    owner, xy, share = cut_into_cells(np.array([shapely.box(0, 0, 400, 400)], dtype=object), 100)
    assert owner.tolist() == [0] * 16
    assert share == pytest.approx(1 / 16)
    assert sorted(map(tuple, xy.tolist())) == [(x, y) for x in (50, 150, 250, 350) for y in (50, 150, 250, 350)]


def test_a_polygon_smaller_than_a_cell_stays_whole_with_its_point_inside():
    horseshoe = shapely.Polygon([(0, 0), (150, 0), (150, 150), (100, 150), (100, 20), (50, 20), (50, 150), (0, 150)])
    owner, xy, share = cut_into_cells(np.array([horseshoe], dtype=object), 150)
    assert (owner.tolist(), share.tolist()) == ([0], [1.0])
    assert shapely.contains_xy(horseshoe, *xy[0])


def test_a_hole_in_a_polygon_has_nobody():
    ring = shapely.difference(shapely.box(0, 0, 1000, 1000), shapely.box(300, 300, 700, 700))
    _, xy, share = cut_into_cells(np.array([ring], dtype=object), 100)
    inside = (np.abs(xy - 500) < 199).all(axis=1)
    assert share[inside].sum() == 0
    assert share.sum() == pytest.approx(1)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.floats(-2e3, 2e3), st.floats(-2e3, 2e3), st.floats(1, 900)), min_size=1, max_size=6))
def test_cutting_conserves_every_polygon_and_the_centre_of_those_that_are_cut(discs):
    polygons = np.array([shapely.Point(x, y).buffer(r, quad_segs=6) for x, y, r in discs], dtype=object)
    owner, xy, share = cut_into_cells(polygons, 60.0)
    assert np.bincount(owner, share, minlength=len(polygons)) == pytest.approx(np.ones(len(polygons)))
    assert (np.bincount(owner, minlength=len(polygons)) >= 1).all()
    for row, polygon in enumerate(polygons):
        if (owner == row).sum() == 1:
            continue
        centre = shapely.get_coordinates(shapely.centroid(polygon))[0]
        assert np.average(xy[owner == row], axis=0, weights=share[owner == row]) == pytest.approx(centre, abs=1e-3)


def test_a_place_in_two_parts_far_apart_costs_cells_for_its_area_and_not_for_the_land_between(monkeypatch):
    made = []
    box = shapely.box
    monkeypatch.setattr(shapely, "box", lambda *sides: made.append(np.size(sides[0])) or box(*sides))
    parts = shapely.union(box(0, 0, 500, 500), box(11_500, 11_500, 12_000, 12_000))
    owner, _, share = cut_into_cells(np.array([parts], dtype=object), 20.0)
    assert share.sum() == pytest.approx(1)
    assert len(owner) == 2 * 25 * 25
    assert sum(made) <= 100 * len(owner)


def test_a_long_slanting_ribbon_costs_cells_for_its_land_only():
    ribbon = shapely.LineString([(0, 0), (20_000, 20_000)]).buffer(20)
    tracemalloc.start()
    _, _, share = cut_into_cells(np.array([ribbon], dtype=object), 10)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert share.sum() == pytest.approx(1)
    assert len(share) < 40_000
    assert peak < 50_000_000
