from __future__ import annotations

import numpy as np
import pytest
import shapely

from geoplan.travel import Walk, build_network
from geoplan.travel.islands import component_of, island_people, pieces


def walk_m(network, home, school):
    return Walk(network).nearest(np.array([home], float), np.array([school], float)).distance_m[0]


def test_an_end_is_joined_to_the_line_it_ends_on_whatever_other_ends_are_joined_already(streets):
    # the two ends at (0, 0) are no loose ends: the third line must be bent at its own end
    roads = streets([(0, 0), (1000, 0)], [(0, 0), (0, 500)], [(600, 0.3), (600, 300)])
    assert walk_m(build_network(roads), (0, 500), (600, 300)) == pytest.approx(1400, abs=0.5)


@pytest.mark.parametrize("noded", [None, True])
def test_lines_of_one_level_that_cross_are_joined_only_where_nothing_says_they_are_noded(streets, noded):
    roads = streets(
        [(-100, 0), (100, 0)], [(0, -100), (0, 100)], [(50, -100), (50, 100)],
        crossing=[None] * 3, noded=[noded] * 3, level=[0.0, 0.0, 1.0],
    )  # fmt: skip
    network = build_network(roads)
    assert walk_m(network, (-100, 0), (0, 100)) == (pytest.approx(200) if noded is None else np.inf)
    assert np.isinf(walk_m(network, (-100, 0), (50, 100)))


def test_islands_are_joined_by_the_shortest_connections_within_the_tolerance(streets):
    roads = streets([(0, 0), (1000, 0)], [(100, 4), (100, 90)], [(500, 30), (500, 90)])
    network = build_network(roads, join_m=5)
    assert walk_m(network, (0, 0), (100, 90)) == pytest.approx(190)
    assert np.isinf(walk_m(network, (0, 0), (500, 90)))
    (told,) = [finding for finding in network.findings if finding.code == "roads-joined"]
    assert told.count == 1
    assert "the longest is 4.0 m" in told.what


def test_islands_are_never_joined_through_a_barrier_nor_where_one_road_passes_over_another(layer, streets):
    roads = streets([(0, 0), (1000, 0)], [(100, 4), (100, 90)], [(500, -50), (500, 50)])
    river = layer("barriers", [shapely.LineString([(-50, 2), (1050, 2)])], kind=["river"])
    network = build_network(roads, river, join_m=5)
    assert np.isinf(walk_m(network, (0, 0), (100, 90)))
    assert np.isinf(walk_m(build_network(roads, join_m=5), (0, 0), (500, 50)))


def test_pieces_say_who_stands_on_them(streets):
    walk = Walk(build_network(streets([(0, 0), (1000, 0)], [(0, 300), (100, 300)])))
    homes, people = np.array([[10.0, 5.0], [10.0, 310.0], [9e6, 0.0]]), np.array([5.0, 7.0, 11.0])
    main, island = pieces(walk, homes, people, np.array([[50.0, 300.0]]))
    assert (main.length_m, main.people, main.schools, main.edges) == (1000, 5, 0, 1)
    assert (island.length_m, island.people, island.schools) == (100, 7, 1)
    assert component_of(walk, homes).tolist() == [0, 1, -1]
    told = {each.code: each.what for each in island_people(walk, homes, people, file="roads.gpkg")}
    assert told["people-on-islands"].startswith("7 people")
    assert told["people-without-road"].startswith("11 people")
