from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.errors import TravelError
from geoplan.travel import Straight, Walk, build_network
from geoplan.types import Layer


def roads(*lines, crossing=None):
    frame = gpd.GeoDataFrame(
        {"crossing": list(crossing) if crossing else [None] * len(lines)},
        geometry=[shapely.LineString(line) for line in lines],
        index=[str(i) for i in range(len(lines))],
    )
    return Layer("roads", frame, "roads.gpkg")


def barriers(*pairs):
    frame = gpd.GeoDataFrame(
        {"kind": [kind for kind, _ in pairs]},
        geometry=[shape for _, shape in pairs],
        index=[str(i) for i in range(len(pairs))],
    )
    return Layer("barriers", frame, "barriers.gpkg")


HOME, SCHOOL = np.array([[0.0, 0.0]]), np.array([[0.0, 400.0]])
RIVER = ("river", shapely.LineString([(-1000, 200), (2000, 200)]))
OVER_THE_BRIDGE = [(0, 0), (500, 0)], [(500, 0), (500, 400)], [(500, 400), (0, 400)]


def walk_m(network, home=HOME, school=SCHOOL):
    return Walk(network).nearest(home, school).distance_m[0]


def test_a_river_with_one_bridge_makes_400_m_straight_into_1400_m_on_foot():
    network = build_network(roads(*OVER_THE_BRIDGE), barriers(RIVER))
    assert Straight().nearest(HOME, SCHOOL).distance_m[0] == pytest.approx(400)
    assert walk_m(network) == pytest.approx(1400)


def test_a_road_across_a_river_is_cut_where_the_layer_marks_its_bridges():
    lines = (*OVER_THE_BRIDGE, [(0, 0), (0, 400)])
    marked = build_network(roads(*lines, crossing=[False, True, False, False]), barriers(RIVER))
    unmarked = build_network(roads(*lines), barriers(RIVER))
    assert walk_m(marked) == pytest.approx(1400)
    assert walk_m(unmarked) == pytest.approx(400)
    assert "bridges-assumed" in {finding.code for finding in unmarked.findings}


def test_an_arterial_is_never_crossed_without_a_crossing():
    arterial = ("arterial", shapely.LineString([(-1000, 200), (2000, 200)]))
    assert walk_m(build_network(roads([(0, 0), (0, 400)]), barriers(arterial))) == np.inf
    gate = ("crossing", shapely.Point(0, 200))
    assert walk_m(build_network(roads([(0, 0), (0, 400)]), barriers(arterial, gate))) == pytest.approx(400)


def test_nobody_reaches_a_road_through_a_barrier():
    network = build_network(
        roads([(-100, 300), (100, 300)], [(-100, 0), (100, 0)], crossing=[False, False]),
        barriers(RIVER),
    )
    home = np.array([[0.0, 190.0]])
    standing = Walk(network).stand(home)
    assert standing.access_m[0] == pytest.approx(190)


def test_points_on_one_edge_walk_along_it():
    network = build_network(roads([(0, 0), (1000, 0)]))
    assert walk_m(network, np.array([[100.0, 30.0]]), np.array([[400.0, 0.0]])) == pytest.approx(330)


def test_a_line_that_ends_on_another_is_joined_to_it():
    network = build_network(roads([(0, 0), (1000, 0)], [(500, 0.3), (500, 300)], crossing=[False, False]))
    assert walk_m(network, np.array([[0.0, 0.0]]), np.array([[500.0, 300.0]])) == pytest.approx(800, abs=0.5)


def test_lines_that_cross_without_a_vertex_join_only_where_no_bridge_is_known():
    lines = [(0, 0), (1000, 0)], [(500, -300), (500, 300)]
    home, school = np.array([[0.0, 0.0]]), np.array([[500.0, 300.0]])
    assert walk_m(build_network(roads(*lines)), home, school) == pytest.approx(800)
    assert walk_m(build_network(roads(*lines, crossing=[False, False])), home, school) == np.inf


def test_roads_in_pieces_are_reported():
    network = build_network(roads([(0, 0), (100, 0)], [(0, 500), (50, 500)]))
    assert "roads-not-connected" in {finding.code for finding in network.findings}


def test_a_network_cut_to_nothing_is_an_error():
    water = ("river", shapely.box(-10, -10, 200, 10))
    with pytest.raises(TravelError, match="no road is left"):
        build_network(roads([(0, 0), (100, 0)], crossing=[False]), barriers(water))


def test_the_service_area_follows_the_streets():
    network = build_network(roads([(0, 0), (1000, 0)], [(0, 0), (0, 1000)], crossing=[False, False]))
    area = Walk(network).service_area(np.array([[0.0, 0.0]]), 300)
    assert area.contains(shapely.Point(290, 0))
    assert not area.contains(shapely.Point(290, 290))
    assert not area.contains(shapely.Point(500, 0))


def _random_case(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 12))
    xy = rng.integers(0, 30, (n, 2)).astype(float) * 50
    xy = np.unique(xy, axis=0)
    pairs = [(i, j) for i in range(len(xy)) for j in range(i) if rng.random() < 0.5] or [(1, 0)]
    homes, schools = rng.uniform(0, 1500, (6, 2)), rng.uniform(0, 1500, (4, 2))
    return xy, pairs, homes, schools


def _by_networkx(network, walk, homes, schools):
    """The same answers from a graph in which every point is a node of its own."""
    graph = nx.Graph()
    everyone = np.concatenate([homes, schools])
    standing = walk.stand(everyone)
    for edge, (u, v) in enumerate(network.edge_node):
        stops = sorted((standing.along_m[p], ("p", p)) for p in np.flatnonzero(standing.edge == edge))
        stops = [(0.0, int(u)), *stops, (network.edge_m[edge], int(v))]
        for (a, x), (b, y) in pairwise(stops):
            if not graph.has_edge(x, y) or graph[x][y]["weight"] > b - a:
                graph.add_edge(x, y, weight=b - a)
    answer = np.full((len(homes), len(schools)), np.inf)
    for h in range(len(homes)):
        reach = nx.single_source_dijkstra_path_length(graph, ("p", h)) if ("p", h) in graph else {}
        for s in range(len(schools)):
            if (key := ("p", len(homes) + s)) in reach:
                answer[h, s] = reach[key] + standing.access_m[h] + standing.access_m[len(homes) + s]
    return answer


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_every_distance_equals_the_reference_on_random_networks(seed):
    xy, pairs, homes, schools = _random_case(seed)
    network = build_network(roads(*[[xy[i], xy[j]] for i, j in pairs], crossing=[False] * len(pairs)))
    walk = Walk(network)
    expected = _by_networkx(network, walk, homes, schools)
    nearest = walk.nearest(homes, schools)
    assert nearest.distance_m == pytest.approx(expected.min(axis=1))
    matrix = walk.within(homes, schools, 900.0)
    dense = np.full(matrix.shape, np.inf)
    dense[matrix.origin(), matrix.target] = matrix.distance_m
    assert dense == pytest.approx(np.where(expected <= 900, expected, np.inf))
