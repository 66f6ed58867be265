from __future__ import annotations

import pytest
import shapely

from geoplan.inputs.tags import parse_tags

NODES = {1: (114.500, 37.050), 2: (114.505, 37.050), 3: (114.505, 37.055), 4: (114.510, 37.055), 5: (114.500, 37.055)}


def osm(ways, nodes=(), relations=""):
    """An .osm file of NODES, ways as (id, node ids, tags), and nodes with tags as (id, tags)."""
    tagged = dict(nodes)

    def tags(of):
        return "".join(f'<tag k="{key}" v="{value}"/>' for key, value in of.items())

    lines = [
        f'<node id="{key}" lon="{lon}" lat="{lat}" version="1">{tags(tagged.get(key, {}))}</node>'
        for key, (lon, lat) in NODES.items()
    ]
    for key, refs, of in ways:
        members = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        lines.append(f'<way id="{key}" version="1">{members}{tags(of)}</way>')
    return f'<?xml version="1.0"?><osm version="0.6">{"".join(lines)}{relations}</osm>'


@pytest.fixture
def roads(town):
    def make(*ways):
        town.write("town.osm", osm([(10 + n, refs, tags) for n, (refs, tags) in enumerate(ways)]))
        town.layer("roads", 'path = "town.osm"')
        return town

    return make


def test_other_tags_are_parsed_with_their_escapes():
    text = r'"bridge"=>"yes","name:zh"=>"\"大\"桥","note"=>"a\\b"'
    assert parse_tags(text) == {"bridge": "yes", "name:zh": '"大"桥', "note": "a\\b"}
    assert parse_tags(None) == {}


def test_roads_are_read_and_those_that_nobody_walks_are_told(roads):
    town = roads(
        ([1, 2], {"highway": "residential"}),
        ([2, 3], {"highway": "motorway"}),
        ([3, 4], {"highway": "motorway_link", "foot": "yes"}),
        ([1, 5], {"highway": "service", "access": "private"}),
        ([3, 5], {"highway": "service", "access": "private", "foot": "designated"}),
        ([2, 5], {"highway": "path", "foot": "no"}),
        ([1, 3], {"highway": "trunk", "sidewalk": "both"}),
        ([1, 4], {"highway": "construction"}),
    )
    assert list(town.frame("roads").index) == ["way/10", "way/12", "way/14", "way/16"]
    finding = town.finding("roads-not-walked", "note")
    assert finding.count == 4
    assert finding.what == (
        "4 of 8 roads (2.9 km) are left out as not walkable: construction 1.0 km (1), foot = no or private 0.7 km (1), "
        "motorway 0.6 km (1), access = no or private 0.6 km (1)."
    )
    assert "4 roads (" in town.finding("roads-walked", "note").what


def test_ways_that_meet_share_a_vertex_with_identical_coordinates(roads):
    frame = roads(([1, 2], {"highway": "residential"}), ([2, 3], {"highway": "residential"})).frame("roads")
    first, second = frame.geometry
    assert first.coords[-1] == second.coords[0]
    assert set(shapely.get_type_id(frame.geometry)) == {1}


def test_bridges_tunnels_and_crossings_are_marked_and_others_are_not(roads):
    frame = roads(
        ([1, 2], {"highway": "residential", "bridge": "yes"}),
        ([2, 3], {"highway": "residential", "tunnel": "building_passage"}),
        ([3, 4], {"highway": "footway", "footway": "crossing"}),
        ([4, 5], {"highway": "residential", "bridge": "no"}),
        ([1, 5], {"highway": "residential"}),
    ).frame("roads")
    assert list(frame["crossing"]) == [True, True, True, False, False]


def test_roads_of_a_file_without_such_tags_say_nothing_about_crossings(roads):
    frame = roads(([1, 2], {"highway": "residential"}), ([2, 3], {"highway": "path"})).frame("roads")
    assert list(frame["crossing"]) == [None, None]
    assert list(frame["class"]) == ["residential", "path"]


def test_schools_come_from_nodes_and_areas_with_the_stage_of_their_tags(town):
    ways = [(20, [2, 3, 4, 2], {"amenity": "school", "isced:level": "1;2", "name": "九年学校"})]
    town.write("town.osm", osm(ways, nodes=[(1, {"amenity": "kindergarten", "name": "一幼"})]))
    town.layer("schools", 'path = "town.osm"')
    frame = town.frame("schools")
    assert dict(frame["stages"]) == {"node/1": ("kindergarten",), "way/20": ("primary", "junior")}
    assert list(frame["name"]) == ["一幼", "九年学校"]


def test_a_school_without_stage_tag_is_an_error_that_where_or_a_constant_mends(town):
    town.write("town.osm", osm([], nodes=[(1, {"amenity": "school"}), (2, {"amenity": "kindergarten"})]))
    town.layer("schools", 'path = "town.osm"')
    assert town.finding("school-without-stage", "error").rows == ("node/1",)
    town.layer("schools", 'path = "town.osm"\nwhere = { amenity = ["school"] }\ncolumns = { stage = "=primary" }')
    assert dict(town.frame("schools")["stages"]) == {"node/1": ("primary",)}


def test_tags_that_gdal_has_no_column_for_can_be_asked_for(town):
    town.write("town.osm", osm([], nodes=[(1, {"place": "village", "population": "800", "pop:2020": "900"})]))
    town.layer("population", 'path = "town.osm"\ncolumns = { people = "pop:2020" }')
    assert dict(town.frame("population")["people"]) == {"node/1": 900.0}


def test_barriers_are_water_and_railways_on_the_surface(town):
    ways = [
        (30, [1, 2], {"waterway": "river", "name": "七里河"}),
        (31, [2, 3], {"waterway": "river", "tunnel": "culvert"}),
        (32, [3, 4], {"railway": "rail"}),
        (33, [1, 2, 3, 1], {"natural": "water"}),
        (34, [4, 5], {"waterway": "ditch"}),
    ]
    town.write("town.osm", osm(ways))
    town.layer("barriers", 'path = "town.osm"')
    frame = town.frame("barriers")
    assert dict(frame["kind"]) == {"way/30": "river", "way/32": "railway", "way/33": "river"}
    assert town.finding("barriers-below-ground", "note").rows == ("way/31",)


def test_an_unknown_kind_of_feature_is_an_error_with_a_hint(town):
    town.write("town.osm", osm([]))
    town.layer("roads", 'path = "town.osm"\nlayer = "highway"')
    assert "Did you mean 'highways'?" in town.finding("missing-layer-in-file", "error").what


def test_sites_from_openstreetmap_must_be_told_what_to_take(town):
    town.write("town.osm", osm([]))
    town.layer("sites", 'path = "town.osm"')
    assert "buildings" in town.finding("missing-layer-in-file", "error").what


@pytest.mark.shared
def test_a_cut_extract_is_an_error(town, shared):
    content = (shared / "liechtenstein" / "liechtenstein.osm.pbf").read_bytes()
    (town.folder / "cut.osm.pbf").write_bytes(content[: len(content) // 2])
    town.layer("roads", 'path = "cut.osm.pbf"')
    assert town.codes() == ["unreadable-file"]
