"""Who touches whom: tables, polygons with barriers, points, roads."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString, MultiPolygon, Point, Polygon, box

from geoplan.errors import ProblemError
from geoplan.travel import Straight
from geoplan.zones import (
    adjacency_from_pairs,
    adjacency_from_points,
    adjacency_from_polygons,
    adjacency_from_travel,
)


def named(adjacency):
    return [(adjacency.ids[one], adjacency.ids[other]) for one, other in adjacency.edges.tolist()]


FOUR = {"a": box(0, 0, 100, 100), "b": box(100, 0, 200, 100), "c": box(0, 100, 100, 200), "d": box(100, 100, 200, 200)}
SIDES = [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")]


def test_pairs_may_come_in_any_order_once_or_twice():
    touching = adjacency_from_pairs([("u10", "u2"), ("u2", "u10"), ("u2", "u1")], unit_ids=["u10", "u1", "u2", "u3"])
    assert touching.ids == ("u1", "u2", "u3", "u10")
    assert named(touching) == [("u1", "u2"), ("u2", "u10")]
    assert touching.of("u2") == ("u1", "u10")
    assert touching.components().tolist() == [0, 0, 1, 0]
    assert named(adjacency_from_pairs(np.array([["u1", "u2"]]), unit_ids=["u1", "u2"])) == [("u1", "u2")]


@pytest.mark.parametrize(
    ("pairs", "ids", "message"),
    [
        ([("a", "x")], "a b", "pairs of unknown units 'x'"),
        ([("a", "a")], "a b", "touch themselves: 'a'"),
        ([], "a a", "occur twice: 'a'"),
        ([("a",)], "a b", "expected pairs of two unit ids"),
    ],
)
def test_bad_pairs_are_refused(pairs, ids, message):
    with pytest.raises(ProblemError, match=message):
        adjacency_from_pairs(pairs, unit_ids=ids.split())


def test_to_meet_in_a_corner_is_not_to_touch():
    assert named(adjacency_from_polygons(FOUR)) == SIDES


def test_a_frame_and_a_list_give_the_same():
    frame = gpd.GeoDataFrame(geometry=list(FOUR.values()), index=list(FOUR), crs=4547)
    assert named(adjacency_from_polygons(frame)) == SIDES
    assert named(adjacency_from_polygons(list(FOUR.values()), unit_ids=list(FOUR))) == SIDES


def test_gaps_and_overlaps_of_drawing_are_bridged_within_the_tolerance():
    shapes = {**FOUR, "b": box(100.8, 0, 200, 100), "c": box(0, 99.5, 100, 200)}
    assert named(adjacency_from_polygons(shapes, tolerance_m=1.0)) == SIDES
    assert ("a", "b") not in named(adjacency_from_polygons(shapes, tolerance_m=0.5))


def test_blocks_with_streets_between_touch_where_the_tolerance_is_wider_than_the_street():
    shapes = {each: shape.buffer(-10, join_style="mitre") for each, shape in FOUR.items()}
    assert named(adjacency_from_polygons(shapes)) == []
    assert named(adjacency_from_polygons(shapes, tolerance_m=22.0)) == SIDES


def test_a_ring_that_crosses_itself_is_repaired_and_reported():
    bow = Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    touching = adjacency_from_polygons({"bow": bow, "next": box(100, 0, 200, 100)})
    assert named(touching) == [("bow", "next")]
    assert [each.code for each in touching.findings] == ["polygon-repaired"]


def test_a_barrier_along_the_shared_edge_cuts_it_except_at_a_crossing():
    river = LineString([(103, -50), (98, 250)])
    cut = adjacency_from_polygons(FOUR, barriers=[river])
    assert named(cut) == [("a", "c"), ("b", "d")]
    assert (cut.findings[0].code, cut.findings[0].count) == ("barrier-cuts", 2)
    bridged = adjacency_from_polygons(FOUR, barriers=[river], crossings=[Point(101, 40)], crossing_m=30)
    assert named(bridged) == [("a", "b"), ("a", "c"), ("b", "d")]


def test_a_barrier_beside_the_edge_cuts_where_it_parts_the_units_points():
    railway = LineString([(70, -50), (70, 250)])
    assert named(adjacency_from_polygons(FOUR, barriers=[railway])) == [("a", "c"), ("b", "d")]
    under = adjacency_from_polygons(FOUR, barriers=[railway], crossings=[Point(70, 50)])
    assert ("a", "b") in named(under)


def test_a_barrier_that_ends_before_the_edge_cuts_nothing():
    road = LineString([(250, 0), (250, 200)])
    assert named(adjacency_from_polygons(FOUR, barriers=[road])) == SIDES
    half = LineString([(100, 0), (100, 40)])
    assert named(adjacency_from_polygons(FOUR, barriers=[half])) == SIDES


def test_an_enclave_touches_what_surrounds_it():
    ring = box(0, 0, 300, 300).difference(box(100, 100, 200, 200))
    assert named(adjacency_from_polygons({"in": box(100, 100, 200, 200), "out": ring})) == [("in", "out")]


@pytest.mark.parametrize("wrong", [None, Polygon(), Point(0, 0), MultiPolygon()])
def test_what_is_no_area_is_refused(wrong):
    with pytest.raises(ProblemError, match="expected areas; not so for 'x'"):
        adjacency_from_polygons({"x": wrong, **FOUR})
    with pytest.raises(ProblemError, match="tolerance_m"):
        adjacency_from_polygons(FOUR, tolerance_m=-1)


def test_points_touch_where_no_third_lies_between():
    xy = [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1.2)]
    touching = adjacency_from_points(np.array(xy) * 1000.0, unit_ids=list("abcde"))
    assert ("a", "c") not in named(touching)
    assert {("a", "b"), ("b", "c"), ("a", "d"), ("d", "e"), ("b", "e")} <= set(named(touching))
    assert [each.code for each in touching.findings] == ["adjacency-simplified"]
    wide = adjacency_from_points(np.array(xy) * 1000.0, unit_ids=list("abcde"), graph="delaunay")
    assert set(named(touching)) <= set(named(wide))


def test_points_on_a_line_touch_the_next_one():
    touching = adjacency_from_points([(0, 0), (300, 300), (100, 100)], unit_ids=list("abc"))
    assert named(touching) == [("a", "c"), ("b", "c")]
    assert named(adjacency_from_points([(0, 0), (300, 300), (100, 100)], unit_ids=list("abc"), max_m=150)) == [
        ("a", "c")
    ]


def test_a_barrier_between_points_parts_them_except_at_a_crossing():
    xy, river = [(0, 0), (100, 0)], LineString([(50, -10), (50, 10)])
    assert named(adjacency_from_points(xy, barriers=[river])) == []
    assert named(adjacency_from_points(xy, barriers=[river], crossings=[Point(50, 20)])) == [("0", "1")]


def test_points_in_one_place_or_without_numbers_are_refused():
    with pytest.raises(ProblemError, match="'0' and '1' are in one place"):
        adjacency_from_points([(0, 0), (0, 0)])
    with pytest.raises(ProblemError, match="expected numbers of shape"):
        adjacency_from_points([(0, np.nan), (0, 0)])


def test_the_nearest_on_the_way_touch():
    touching = adjacency_from_travel(Straight(), [(0, 0), (100, 0), (300, 0), (9000, 0)], nearest=1)
    assert named(touching) == [("0", "1"), ("1", "2")]
    assert touching.source == "nearest by road"
