"""A4 with other numbers, from one OpenStreetMap file: its roads bring its rivers, railways and arterials."""

from __future__ import annotations

import numpy as np
import pytest

from geoplan.project import Project

LON, LAT = 114.5, 37.05
M_PER_LAT = 110_977.0  # at 37.05° N on WGS 84
M_PER_LON = 88_975.0


class Town:
    """Ways and nodes in metres east and north of one point, written as an .osm file."""

    def __init__(self, folder):
        self.folder, self.nodes, self.tags, self.ways = folder, {}, {}, []

    def node(self, xy, **tags):
        number = self.nodes.setdefault(xy, len(self.nodes) + 1)
        self.tags.setdefault(xy, {}).update(tags)
        return number

    def way(self, *points, **tags):
        self.ways.append(([self.node(xy) for xy in points], tags))
        return self

    def project(self, home, school, roads=""):
        def tags(of):
            return "".join(f'<tag k="{key}" v="{value}"/>' for key, value in of.items())

        def at(xy):
            return LON + xy[0] / M_PER_LON, LAT + xy[1] / M_PER_LAT

        lines = [
            f'<node id="{number}" lon="{at(xy)[0]:.9f}" lat="{at(xy)[1]:.9f}" version="1">{tags(self.tags[xy])}</node>'
            for xy, number in self.nodes.items()
        ]
        for number, (refs, of) in enumerate(self.ways):
            members = "".join(f'<nd ref="{ref}"/>' for ref in refs)
            lines.append(f'<way id="{100 + number}" version="1">{members}{tags(of)}</way>')
        xml = f'<?xml version="1.0"?><osm version="0.6">{"".join(lines)}</osm>'
        (self.folder / "town.osm").write_text(xml, encoding="utf-8")
        (self.folder / "homes.csv").write_text("id,people,lon,lat\nh,30,{:.9f},{:.9f}\n".format(*at(home)))
        (self.folder / "schools.csv").write_text("id,stage,lon,lat\ns,primary,{:.9f},{:.9f}\n".format(*at(school)))
        (self.folder / "project.toml").write_text(
            '[project]\nname = "town"\ncrs = "EPSG:4547"\n[layers.population]\npath = "homes.csv"\n'
            f'[layers.schools]\npath = "schools.csv"\n[layers.roads]\npath = "town.osm"\n{roads}\n'
        )
        return Project.open(self.folder)


@pytest.fixture
def town(tmp_path):
    return Town(tmp_path)


def walk_m(project):
    return float(project.coverage("primary", travel="walk", radius_m=500).distance_m[0])


STREET = {"highway": "residential"}


@pytest.mark.parametrize(("bridge_x", "north"), [(430, 360), (700, 250)])
@pytest.mark.parametrize("barrier", [{"waterway": "river"}, {"railway": "rail"}])
@pytest.mark.parametrize("passes", [{"bridge": "yes", "layer": "1"}, {"tunnel": "yes", "layer": "-1"}])
def test_the_way_goes_over_the_one_bridge_or_through_the_one_tunnel(town, barrier, passes, bridge_x, north):
    town.way((-900, north / 2), (2000, north / 2), **barrier)
    town.way((0, 0), (0, north), **STREET)  # ends on both banks in truth: it is cut at the barrier
    town.way((0, 0), (bridge_x, 0), **STREET).way((bridge_x, north), (0, north), **STREET)
    town.way((bridge_x, 0), (bridge_x, north), **STREET, **passes)
    project = town.project((0, 0), (0, north))
    straight = project.coverage("primary", travel="straight", radius_m=500)
    assert straight.distance_m[0] == pytest.approx(north, rel=1e-3)
    assert any(finding.code in {"crosses-river", "crosses-railway"} for finding in straight.findings)
    assert walk_m(project) == pytest.approx(2 * bridge_x + north, rel=1e-3)
    assert "barriers-from-roads" in {finding.code for finding in project.layers.findings}


def test_without_own_barriers_the_street_goes_through(town):
    town.way((-900, 180), (2000, 180), waterway="river").way((0, 0), (0, 360), **STREET)
    town.way((0, 0), (300, 0), **STREET, bridge="yes")
    assert walk_m(town.project((0, 0), (0, 360), roads='barriers = "none"')) == pytest.approx(360, rel=1e-3)


def test_a_level_crossing_opens_the_railway(town):
    town.way((-900, 180), (0, 180), (2000, 180), railway="rail")
    town.way((0, 0), (0, 180), (0, 360), **STREET).way((0, 0), (90, 0), **STREET, bridge="yes")
    assert np.isinf(walk_m(town.project((0, 0), (0, 360))))
    town.node((0, 180), railway="level_crossing")
    assert walk_m(town.project((0, 0), (0, 360))) == pytest.approx(360, rel=1e-3)


def arterial_town(town, **crossing):
    """A street across an arterial at x = 0, the only crossing at x = 240."""
    town.ways.clear()
    town.way((-500, 150), (0, 150), (240, 150), (600, 150), highway="primary")
    town.way((0, 0), (0, 150), (0, 300), **STREET).way((500, 0), (560, 0), **STREET, bridge="yes")
    if crossing:
        town.node((240, 150), **crossing)
    return town.project((0, 0), (0, 300))


def test_an_arterial_is_walked_along_and_crossed_only_at_its_crossing(town):
    assert np.isinf(walk_m(arterial_town(town)))
    project = arterial_town(town, highway="crossing")
    assert walk_m(project) == pytest.approx(300 + 2 * 240, rel=1e-3)
    straight = project.coverage("primary", travel="straight", radius_m=500)
    assert any("跨越城市干道" in finding.what for finding in straight.findings)


def test_traffic_signals_are_a_crossing_and_crossing_no_is_none(town):
    assert np.isinf(walk_m(arterial_town(town, highway="crossing", crossing="no")))
    town.node((240, 150)), town.tags[(240, 150)].clear()
    assert walk_m(arterial_town(town, highway="traffic_signals")) == pytest.approx(780, rel=1e-3)


def test_home_and_school_on_two_sides_of_one_arterial_are_apart(town):
    town.way((-300, 0), (0, 0), (300, 0), highway="trunk", sidewalk="both")
    assert walk_m(town.project((0, 40), (120, 60))) == pytest.approx(40 + 120 + 60, rel=1e-3)
    assert np.isinf(walk_m(town.project((0, 40), (120, -60))))
    # where it turns into a street of another kind its sides meet
    town.way((300, 0), (400, 0), **STREET)
    assert walk_m(town.project((0, 40), (120, -60))) == pytest.approx(40 + 300 + 180 + 60, rel=1e-3)


def test_a_street_below_an_elevated_arterial_is_open(town):
    town.way((-500, 150), (600, 150), highway="primary", bridge="viaduct", layer="1")
    town.way((0, 0), (0, 300), **STREET)
    assert walk_m(town.project((0, 0), (0, 300))) == pytest.approx(300, rel=1e-3)


def test_ways_that_cross_without_a_common_node_are_not_joined(town):
    town.way((0, 0), (0, 300), **STREET).way((-200, 150), (200, 150), **STREET)
    assert np.isinf(walk_m(town.project((0, 0), (-200, 150))))


@pytest.mark.parametrize(
    ("gate", "open_to_walkers"),
    [
        ({"barrier": "gate"}, True),
        ({"barrier": "gate", "access": "private"}, False),
        ({"barrier": "gate", "access": "private", "foot": "yes"}, True),
        ({"barrier": "gate", "locked": "yes"}, False),
        ({"barrier": "lift_gate", "access": "private"}, True),
        ({"barrier": "lift_gate", "foot": "no"}, False),
        ({"barrier": "bollard"}, True),
        ({"barrier": "wall"}, False),
        ({"barrier": "fence", "foot": "permissive"}, True),
    ],
)
def test_a_barrier_node_on_a_street_stops_walkers_or_lets_them_through(town, gate, open_to_walkers):
    town.way((0, 0), (0, 150), (0, 300), **STREET)
    town.node((0, 150), **gate)
    project = town.project((0, 0), (0, 300))
    assert np.isfinite(walk_m(project)) == open_to_walkers
    codes = {finding.code for finding in project.layers.findings}
    assert ("roads-closed-at-gates" in codes) != open_to_walkers


def test_a_square_is_walked_along_its_outline(town):
    town.way((0, 0), (100, 0), (100, 100), (0, 100), (0, 0), highway="pedestrian", area="yes")
    town.way((100, 100), (300, 100), **STREET)
    assert walk_m(town.project((0, 0), (300, 100))) == pytest.approx(400, rel=1e-3)


def test_two_runs_give_the_same_network(town):
    arterial_town(town, highway="crossing")
    first, second = (Project.open(town.folder).engine("walk").network for _ in range(2))
    assert np.array_equal(first.edge_node, second.edge_node)
    assert np.array_equal(first.arc_m, second.arc_m)
    assert [str(each) for each in first.findings] == [str(each) for each in second.findings]


def test_check_lists_the_pieces_and_who_stands_on_islands(town):
    town.way((0, 0), (1000, 0), **STREET).way((0, 300), (100, 300), **STREET)
    findings = {each.code: each for each in town.project((0, 310), (0, 0)).check()}
    assert "0: 1.0 km, 0 people, 1 schools" in findings["road-pieces"].what
    assert "1: 0.1 km, 30 people, 0 schools" in findings["road-pieces"].what
    assert "30 people and 0 schools stand on 1 pieces" in findings["people-on-islands"].what


def test_join_m_joins_a_small_gap_and_only_on_request(town):
    town.way((0, 0), (100, 0), **STREET).way((104, 0), (300, 0), **STREET)
    assert np.isinf(walk_m(town.project((0, 0), (300, 0))))
    assert np.isinf(walk_m(town.project((0, 0), (300, 0), roads="join_m = 3")))
    project = town.project((0, 0), (300, 0), roads="join_m = 5")
    assert walk_m(project) == pytest.approx(300, rel=1e-3)
    assert "1 connections of at most 5 m" in " ".join(each.what for each in project.check())


def test_a_network_that_would_not_fit_is_refused_with_what_to_do(town):
    town.way((0, 0), (100, 0), **STREET)
    (finding,) = [
        each
        for each in town.project((0, 0), (100, 0), roads="memory_mb = 0.0001").check()
        if each.severity.value == "error"
    ]
    assert "would not fit" in finding.what
    assert "memory_mb of [layers.roads] allows" in finding.what
