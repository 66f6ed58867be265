from __future__ import annotations

import pytest
from shapely import LineString

from geoplan.inputs.walking import NEVER, reason_not_walked


@pytest.mark.parametrize(
    ("kind", "foot", "access", "sidewalk", "walked"),
    [
        ("residential", "", "", "", True),
        ("service", "", "", "", True),
        ("service", "", "private", "", False),
        ("service", "", "permissive", "", True),
        ("service", "", "customers", "", True),
        ("service", "yes", "private", "", True),
        ("footway", "no", "", "", False),
        ("footway", "private", "", "", False),
        ("path", "designated", "no", "", True),
        ("steps", "", "", "", True),
        ("track", "", "agricultural", "", True),
        ("motorway", "", "", "", False),
        ("motorway", "yes", "", "", True),
        ("trunk", "", "", "", False),
        ("trunk", "", "", "both", True),
        ("trunk", "", "", "no", False),
        ("trunk_link", "", "", "right", True),
        ("trunk", "no", "", "both", False),
        ("primary", "motorroad", "", "", False),
        ("primary", "use_sidepath", "", "", True),
        ("construction", "yes", "", "", False),
        ("primary", "否", "", "", False),
        ("trunk", "是", "", "", True),
        ("trunk", "", "", "有", True),
        ("", "", "", "", True),
    ],
)
def test_the_table_of_what_is_walked(kind, foot, access, sidewalk, walked):
    assert (reason_not_walked(kind, foot, access, sidewalk) == "") == walked


@pytest.mark.parametrize("kind", sorted(NEVER))
def test_what_is_no_road_is_never_walked(kind):
    assert reason_not_walked(kind, "yes", "yes", "both") == kind


def lines(count):
    return [LineString([(114.5, 37.05 + 0.001 * n), (114.51, 37.05 + 0.001 * n)]) for n in range(count)]


def test_plain_layers_are_read_by_chinese_classes_and_columns(town):
    words = ["高速公路", "快速路", "快速路", "主干路", "支路", "在建", "人行天桥", "斑马线", "巷道", "没听过"]
    foot = [None, None, "是", None, "否", None, None, None, None, None]
    town.save("roads.gpkg", {"道路等级": words, "步行": foot}, lines(10))
    town.layer("roads", 'path = "roads.gpkg"')
    frame = town.frame("roads")
    assert list(frame["class"]) == ["trunk", "primary", "footbridge", "crosswalk", "living_street", "没听过"]
    assert list(frame["crossing"]) == [None, None, True, True, None, None]
    told = town.finding("roads-not-walked", "note")
    assert told.what.startswith("4 of 10 roads (3.6 km) are left out as not walkable: ")
    for part in (
        "motorway 0.9 km (1)",
        "trunk 0.9 km (1)",
        "construction 0.9 km (1)",
        "foot = no or private 0.9 km (1)",
    ):
        assert part in told.what
    assert "primary 0.9 km (1)" in town.finding("roads-walked", "note").what
    assert "'没听过'" in town.finding("unknown-value", "note").what


def test_a_shapefile_of_a_map_service_is_read_by_its_fclass_and_marks(town):
    columns = {"fclass": ["trunk", "residential", "footway"], "bridge": ["F", "T", "F"], "tunnel": ["F", "F", "F"]}
    town.save("roads.shp", columns, lines(3))
    town.layer("roads", 'path = "roads.shp"')
    frame = town.frame("roads")
    assert list(frame["class"]) == ["residential", "footway"]
    assert list(frame["crossing"]) == [True, False]


def test_plain_roads_that_say_nothing_are_all_walked_without_a_word(town):
    town.save("roads.gpkg", {"name": ["甲路", "乙路"]}, lines(2))
    town.layer("roads", 'path = "roads.gpkg"')
    assert len(town.frame("roads")) == 2
    assert not {"roads-walked", "roads-not-walked"} & set(town.codes())
