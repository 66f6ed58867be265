"""A4 of the acceptance page: a river, one bridge, and an arterial road."""

from itertools import pairwise

import pytest

HOME = {"id": "h", "people": 30, "x": 0, "y": 0}


def lines(role, *rows):
    texts = [", ".join(f"{x} {y}" for x, y in row[0]) for row in rows]
    return [
        {"id": f"{role}{i}", "wkt": f"LINESTRING({text})"} | row[1]
        for i, (text, row) in enumerate(zip(texts, rows, strict=True))
    ]


def over_the_bridge(bridge_x, north, **marks):
    """The way from home to school over the one bridge, as one polyline and as several lines."""
    corners = [(0, 0), (bridge_x, 0), (bridge_x, north), (0, north)]
    return {
        "one polyline": lines("r", (corners, {})),
        "three lines": lines("r", *[(pair, {}) for pair in pairwise(corners)]),
        "a marked bridge and banks": lines(
            "r",
            ([(-300, 0), (bridge_x, 0)], {"crossing": "no"}),
            ([(bridge_x, 0), (bridge_x, north)], {"crossing": "yes"}),
            ([(bridge_x, north), (-300, north)], {"crossing": "no"}),
        ),
    }


def barrier(kind, north, half=3000):
    return lines("b", ([(-half, north / 2), (half, north / 2)], {"kind": kind}))


FORMS = list(over_the_bridge(500, 400))


@pytest.fixture
def town(open_project):
    def build(north, roads=None, barriers=None):
        layers = {"population": [HOME], "schools": [{"id": "s", "stage": "primary", "x": 0, "y": north}]}
        if roads is not None:
            layers["roads"] = roads
        if barriers is not None:
            layers["barriers"] = barriers
        return open_project(**layers)

    return build


@pytest.mark.parametrize("river", [True, False], ids=["with the river", "without a barrier layer"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("bridge_x", "north"), [(500, 400), (300, 450), (750, 250)])
def test_a_school_across_the_river_is_near_in_a_straight_line_and_far_on_foot(town, form, river, bridge_x, north):
    way = 2 * bridge_x + north
    project = town(north, over_the_bridge(bridge_x, north)[form], barrier("river", north) if river else None)
    straight = project.coverage("primary", travel="straight", radius_m=500)
    assert straight.distance_m == pytest.approx([north])
    assert straight.total.covered == 30
    on_foot = project.coverage("primary", travel="walk", radius_m=500)
    assert on_foot.distance_m == pytest.approx([way])
    assert on_foot.total.covered == 0
    assert (project.coverage("primary", travel="walk", radius_m=1500).total.covered == 30) == (way <= 1500)
    assert project.coverage("primary", travel="walk", radius_m=way).total.covered == 30
    assert project.coverage("primary", travel="walk", radius_m=way - 0.01).total.covered == 0


def test_a_straight_line_over_the_river_is_flagged(town):
    coverage = town(400, barriers=barrier("river", 400)).coverage("primary", radius_m=500)
    assert any("跨越河流" in finding.what for finding in coverage.findings)


@pytest.mark.parametrize(("north", "radius_m"), [(400, 500), (900, 1000), (60, 300)])
def test_an_arterial_without_a_crossing_is_flagged_and_never_walked_across(town, north, radius_m):
    street = lines("r", ([(0, -100), (0, north + 100)], {}))
    project = town(north, street, barrier("arterial", north))
    straight = project.coverage("primary", travel="straight", radius_m=radius_m)
    assert straight.total.covered == 30
    (finding,) = [finding for finding in straight.findings if finding.code == "crosses-arterial"]
    assert "跨越城市干道" in finding.what
    assert "30 people" in finding.what
    on_foot = project.coverage("primary", travel="walk", radius_m=10_000)
    assert on_foot.total.covered == 0
    assert on_foot.school.tolist() == [-1]


def test_an_arterial_is_flagged_where_there_are_no_roads_at_all(town):
    coverage = town(400, barriers=barrier("arterial", 400)).coverage("primary", radius_m=500)
    assert any("跨越城市干道" in finding.what for finding in coverage.findings)


def test_an_arterial_with_a_crossing_point_is_walked_across_there(town):
    crossing = [{"id": "x", "wkt": "POINT(0 200)", "kind": "crossing"}]
    project = town(400, lines("r", ([(0, -100), (0, 500)], {})), barrier("arterial", 400) + crossing)
    assert project.coverage("primary", travel="walk", radius_m=500).distance_m == pytest.approx([400])


def test_an_arterial_that_nobody_crosses_is_not_flagged(town):
    coverage = town(400, barriers=lines("b", ([(-900, 600), (900, 600)], {"kind": "arterial"}))).coverage(
        "primary", radius_m=500
    )
    assert not any("跨越" in finding.what for finding in coverage.findings)


def test_the_json_says_which_travel_mode_was_used(town):
    project = town(400, over_the_bridge(500, 400)["one polyline"], barrier("river", 400))
    shown = {mode: project.coverage("primary", travel=mode, radius_m=500).as_dict() for mode in ("straight", "walk")}
    assert {mode: each["travel"] for mode, each in shown.items()} == {"straight": "straight", "walk": "walk"}
    assert (shown["straight"]["people_covered"], shown["walk"]["people_covered"]) == (30, 0)
    assert [travel.value for travel in project.travels] == ["straight", "walk"]
