"""Overlaps, gaps and enclaves of areas whose figures are worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box

from geoplan.inputs import topology


def array(*shapes):
    made = np.full(len(shapes), None, dtype=object)
    made[:] = shapes
    return made


def test_two_squares_that_share_a_strip_overlap_by_its_area_and_share():
    found = topology.overlaps(array(box(0, 0, 10, 10), box(9, 0, 29, 10)))
    assert (list(found.first), list(found.second)) == ([0], [1])
    assert list(found.shared_m2) == [10.0]
    assert list(found.share) == [0.1]  # of the smaller one, 100 m²


def test_positions_are_those_of_the_array_even_where_some_have_no_polygon():
    found = topology.overlaps(array(None, box(0, 0, 10, 10), Polygon(), box(9, 0, 20, 10)))
    assert (list(found.first), list(found.second)) == ([1], [3])


@pytest.mark.parametrize("inner", [box(2, 2, 4, 4), box(0, 0, 2, 2), box(0, 4, 2, 6)])
def test_an_area_inside_another_is_a_whole_overlap(inner):
    found = topology.overlaps(array(box(0, 0, 10, 10), inner))
    assert (list(found.shared_m2), list(found.share)) == ([4.0], [1.0])


def test_the_same_area_twice_overlaps_wholly():
    assert list(topology.overlaps(array(box(0, 0, 10, 10), box(0, 0, 10, 10))).share) == [1.0]


def test_neighbours_with_the_same_edge_do_not_overlap():
    assert len(topology.overlaps(array(box(0, 0, 10, 10), box(10, 0, 20, 10)))) == 0


def test_a_hole_between_four_areas_is_a_gap_with_area_width_and_neighbours():
    around = [box(0, 0, 4, 10), box(6, 0, 10, 10), box(4, 0, 6, 3), box(4, 4, 6, 10)]
    found = topology.gaps(array(*around))
    assert list(found.area_m2) == [2.0]  # 2 m × 1 m
    assert found.width_m == pytest.approx([1.0], rel=1e-3)
    assert found.beside == ((0, 1, 2, 3),)


def test_a_hole_that_another_district_fills_is_no_gap():
    ring = box(0, 0, 10, 10).difference(box(4, 4, 6, 6))
    assert len(topology.gaps(array(ring))) == 1
    assert len(topology.gaps(array(ring, box(4, 4, 6, 6)))) == 0


def test_the_ground_outside_all_areas_is_no_gap():
    assert len(topology.gaps(array(box(0, 0, 10, 10), box(50, 0, 60, 10)))) == 0


def test_a_district_in_the_hole_of_another_is_its_enclave():
    ring = box(0, 0, 10, 10).difference(box(4, 4, 6, 6))
    (found,) = topology.enclaves(array(ring, box(4, 4, 6, 6)))
    assert found == topology.Enclave(area=1, area_m2=4.0, whole=True, inside=0, beside=(0,))


def test_a_part_in_the_hole_of_another_is_an_exclave_of_its_district():
    ring = box(0, 0, 10, 10).difference(box(4, 4, 6, 6))
    parted = MultiPolygon([box(10, 0, 20, 10), box(4, 4, 6, 6)])
    (found,) = topology.enclaves(array(ring, parted))
    assert found == topology.Enclave(area=1, area_m2=4.0, whole=False, inside=0, beside=(0,))


def test_a_part_between_two_others_is_inside_neither():
    parted = MultiPolygon([box(0, 0, 10, 10), box(20, 0, 25, 10)])
    (found,) = topology.enclaves(array(parted, box(10, 0, 20, 10), box(25, 0, 40, 10)))
    assert (found.area, found.area_m2, found.inside, found.beside) == (0, 50.0, None, (1, 2))


def test_an_island_that_touches_nobody_is_not_meant():
    parted = MultiPolygon([box(0, 0, 10, 10), box(100, 0, 105, 10)])
    assert topology.enclaves(array(parted, box(10, 0, 20, 10))) == ()


def test_in_rings_within_rings_the_nearest_ring_encloses():
    outer = box(0, 0, 30, 30).difference(box(5, 5, 25, 25))
    middle = box(5, 5, 25, 25).difference(box(10, 10, 20, 20))
    found = topology.enclaves(array(outer, middle, box(10, 10, 20, 20)))
    assert {each.area: each.inside for each in found} == {1: 0, 2: 1}


@pytest.mark.parametrize("ask", [topology.overlaps, topology.gaps, topology.enclaves])
@pytest.mark.parametrize("areas", [array(), array(None), array(Polygon(), None)])
def test_without_polygons_nothing_is_found(ask, areas):
    assert len(ask(areas)) == 0


coordinate = st.integers(min_value=0, max_value=12)
rectangles = st.lists(
    st.tuples(coordinate, coordinate, st.integers(1, 6), st.integers(1, 6)).map(
        lambda each: box(each[0], each[1], each[0] + each[2], each[1] + each[3])
    ),
    min_size=1,
    max_size=9,
)


@settings(max_examples=150, deadline=None)
@given(rectangles)
def test_the_quick_way_finds_every_overlap_that_intersecting_all_pairs_finds(shapes):
    areas = array(*shapes)
    found = topology.overlaps(areas)
    expected = {
        (one, other): areas[one].intersection(areas[other]).area
        for one in range(len(areas))
        for other in range(one + 1, len(areas))
        if areas[one].intersection(areas[other]).area > 0
    }
    pairs = zip(found.first.tolist(), found.second.tolist(), found.shared_m2.tolist(), strict=True)
    assert {(one, other): shared for one, other, shared in pairs} == pytest.approx(expected)


@settings(max_examples=150, deadline=None)
@given(rectangles)
def test_union_and_gaps_fill_the_outline_exactly(shapes):
    areas = array(*shapes)
    whole = topology.union(areas)
    assert shapely.equals(whole, shapely.union_all(areas))
    outline = shapely.area([Polygon(part.exterior) for part in shapely.get_parts(whole)]).sum()
    nested = shapely.union_all([Polygon(part.exterior) for part in shapely.get_parts(whole)]).area
    if nested == pytest.approx(outline):  # no part stands in the hole of another one
        assert shapely.area(whole) + topology.gaps(areas).area_m2.sum() == pytest.approx(outline)
