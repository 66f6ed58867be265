from __future__ import annotations

import numpy as np
import pytest
import shapely

from geoplan.travel import Walk, build_network
from geoplan.travel.compounds import compounds_of

ESTATE = shapely.box(0, 0, 200, 200)
ROADS = [(-300, -20), (500, -20)], [(-300, -20), (-300, 220)], [(-300, 220), (500, 220)]


def walking(layer, streets, gates, *more, estates=(ESTATE,)):
    barriers = layer("barriers", [shapely.Point(each) for each in gates], kind=["gate"] * len(gates))
    network = build_network(streets(*ROADS, *more))
    return Walk(network, compounds_of(layer("estates", estates), barriers))


def test_who_lives_in_an_estate_leaves_through_its_gate(layer, streets):
    walk = walking(layer, streets, [(100, 200)])
    standing = walk.stand(np.array([[100.0, 10.0], [300.0, 0.0]]))
    assert standing.access_m == pytest.approx([190 + 20, 20])  # the southern road is 30 m off, behind the wall
    assert "1 of 1 compounds have a known gate (1 gates)" in walk.findings[-1].what


def test_of_several_gates_the_shortest_way_out_counts(layer, streets):
    walk = walking(layer, streets, [(100, 200), (200, 0)])
    assert walk.stand(np.array([[190.0, 10.0]])).access_m == pytest.approx([np.hypot(10, 10) + 20])


def test_a_road_inside_the_estate_is_reached_straight(layer, streets):
    inside = [(100, -20), (100, 150)]
    walk = walking(layer, streets, [(0, 200)], inside)
    assert walk.stand(np.array([[60.0, 100.0]])).access_m == pytest.approx([40])


def test_an_estate_without_known_gates_has_no_wall(layer, streets):
    walk = walking(layer, streets, [(900, 900)])
    assert walk.stand(np.array([[100.0, 10.0]])).access_m == pytest.approx([30])
    assert compounds_of(None, None) is None


def test_a_gate_opens_walls_and_no_arterial(layer, streets):
    lines = [(0, -100), (0, 100)], [(300, 0), (400, 0)]
    wall, gate = shapely.LineString([(-50, 0), (50, 0)]), shapely.Point(0, 0)
    for kind, is_open in (("other", True), ("arterial", False)):
        network = build_network(streets(*lines), layer("barriers", [wall, gate], kind=[kind, "gate"]))
        way = Walk(network).nearest(np.array([[0.0, -100.0]]), np.array([[0.0, 100.0]])).distance_m[0]
        assert np.isfinite(way) == is_open
