from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.travel import Walk, build_network


def walk_m(network, home, school):
    return Walk(network).nearest(np.array([home], float), np.array([school], float)).distance_m[0]


EAST_WEST = [(-500, 0), (0, 0), (300, 0), (500, 0)]


def arterial(layer, *crossings, line=EAST_WEST, **columns):
    shapes = [shapely.LineString(line), *(shapely.Point(each) for each in crossings)]
    return layer("barriers", shapes, kind=["arterial"] + ["crossing"] * len(crossings), **columns)


def test_a_street_straight_across_an_arterial_is_two_streets(layer, streets):
    roads = streets(EAST_WEST, [(0, -200), (0, 0), (0, 200)])
    assert walk_m(build_network(roads), (0, -200), (0, 200)) == pytest.approx(400)
    assert np.isinf(walk_m(build_network(roads, arterial(layer)), (0, -200), (0, 200)))
    network = build_network(roads, arterial(layer, (300, 0)))
    assert walk_m(network, (0, -200), (0, 200)) == pytest.approx(200 + 2 * 300 + 200)
    assert walk_m(network, (0, -200), (-400, 30)) == np.inf or walk_m(network, (0, -200), (-400, 30)) > 900


def test_streets_of_one_side_meet_on_their_pavement(layer, streets):
    roads = streets(EAST_WEST, [(0, 0), (0, 200)], [(300, 0), (300, 150)], [(300, 0), (300, -150)])
    network = build_network(roads, arterial(layer))
    assert walk_m(network, (0, 200), (300, 150)) == pytest.approx(200 + 300 + 150)
    assert np.isinf(walk_m(network, (0, 200), (300, -150)))


def test_a_zebra_on_the_side_street_is_no_way_across_the_arterial(layer, streets):
    roads = streets(EAST_WEST, [(0, -200), (0, -8), (0, 0), (0, 200)])
    assert np.isinf(walk_m(build_network(roads, arterial(layer, (0, -8))), (0, -200), (0, 200)))
    assert walk_m(build_network(roads, arterial(layer, (8, 9))), (0, -200), (0, 200)) == pytest.approx(416)


def test_four_corners_of_two_arterials_are_apart_until_there_is_a_crossing(layer, streets):
    lines = [(-500, 0), (0, 0), (500, 0)], [(0, -500), (0, 0), (0, 500)]
    walls = [shapely.LineString(line) for line in lines]
    closed = build_network(streets(*lines), layer("barriers", walls, kind=["arterial"] * 2))
    assert np.isinf(walk_m(closed, (100, 20), (-100, 20)))
    assert walk_m(closed, (100, 20), (20, 100)) == pytest.approx(240)
    crossed = layer("barriers", [*walls, shapely.Point(0, 0)], kind=["arterial"] * 2 + ["crossing"])
    assert walk_m(build_network(streets(*lines), crossed), (100, 20), (-100, 20)) == pytest.approx(240)


def test_lengths_count_an_arterial_once(layer, streets):
    network = build_network(streets(EAST_WEST, [(0, 0), (0, 200)]), arterial(layer))
    assert network.length_m == pytest.approx(1200)
    assert network.edge_m.sum() == pytest.approx(2200)


def test_an_elevated_arterial_is_passed_below_and_has_two_sides(layer, streets):
    roads = streets(EAST_WEST, [(-100, -200), (-100, 200)])
    network = build_network(roads, arterial(layer, raised=[True]))
    assert walk_m(network, (-100, -200), (-100, 200)) == pytest.approx(400)
    assert np.isinf(walk_m(network, (200, 5), (200, -5)))


def _town(seed):
    """A grid with a random arterial row, jittered; the schools and homes beside its streets."""
    rng = np.random.default_rng(seed)
    side = 5
    at = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1) * 100.0 + rng.uniform(
        -25, 25, (side, side, 2)
    )
    rows = [at[row] for row in range(side)]
    columns = [at[:, column] for column in range(side)]
    return rows, columns, int(rng.integers(1, side - 1)), rng.uniform(0, 400, (8, 2)), rng.uniform(0, 400, (5, 2))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_an_arterial_never_shortens_a_way_and_with_crossings_everywhere_changes_none(layer, streets, seed):
    rows, columns, which, homes, schools = _town(seed)
    roads = streets(*rows, *columns)
    plain = Walk(build_network(roads)).within(homes, schools, 1e6)
    wall = shapely.LineString(rows[which])
    closed = Walk(build_network(roads, layer("barriers", [wall], kind=["arterial"])))
    found = closed.within(homes, schools, 1e6)
    shortest = {(o, t): d for o, t, d in zip(plain.origin(), plain.target, plain.distance_m, strict=True)}
    for origin, target, distance in zip(found.origin(), found.target, found.distance_m, strict=True):
        assert distance >= shortest[origin, target] - 1e-6
    everywhere = [wall, *(shapely.Point(xy) for xy in rows[which])]
    kinds = ["arterial"] + ["crossing"] * len(rows[which])
    crossed = build_network(roads, layer("barriers", everywhere, kind=kinds))
    again = Walk(crossed).within(homes, schools, 1e6)
    on_wall = Walk(crossed).stand(homes).edge, Walk(crossed).stand(schools).edge
    for origin, target, distance in zip(again.origin(), again.target, again.distance_m, strict=True):
        if crossed.twin[on_wall[0][origin]] < 0 and crossed.twin[on_wall[1][target]] < 0:
            assert distance == pytest.approx(shortest[origin, target], abs=1e-6)
