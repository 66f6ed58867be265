"""From a project to its attendance zones: six blocks of 1 km in a row, so that every figure can be had by hand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoplan.errors import ProblemError
from geoplan.plan import ZoneWish
from geoplan.plan.zone_words import headline, private_words
from geoplan.project import Project

BLOCKS = [shapely.box(1000 * x - 500, -500, 1000 * x + 500, 500) for x in range(6)]


def zones(folder, **wish):
    return Project.open(folder).zones("primary", ZoneWish(**wish))


def codes(found):
    return {finding.code for finding in found.findings}


def drawn(*rows):
    """A layer of today's zones: (school, first block, last block, …)."""
    shapes = [shapely.union_all(BLOCKS[first : last + 1]) for _, first, last in rows]
    return gpd.GeoDataFrame({"学校": [school for school, _, _ in rows]}, geometry=shapes)


def test_seats_and_the_shortest_ways_decide_and_the_nearest_school_stands_for_today(zone_town):
    found = zones(zone_town())
    assert found.plan.status == "optimal"
    assert found.after == {"e0": "A", "e1": "A", "e2": "B", "e3": "B", "e4": "B", "e5": "B"}
    assert found.plan.objective == pytest.approx(700_000)
    assert found.today.source == "nearest"
    assert "no-zones-today" in codes(found)
    (change,) = found.changes
    assert (change.unit, change.was, change.becomes, change.pupils) == ("e2", "A", "B", 100)
    before, after = found.totals(found.before), found.totals(found.after)
    assert (before["over_seats"], after["over_seats"], before["mean_m"]) == (100, 0, pytest.approx(1000))
    assert found.states_after["B"].longest_m == pytest.approx(3000)


def test_todays_zones_come_from_their_layer_by_id_or_name(zone_town):
    found = zones(zone_town(zones=drawn(("一小", 0, 0), ("B", 1, 5))))
    assert found.today.source == "layer"
    assert found.today.school == {"e0": "A"} | {f"e{x}": "B" for x in range(1, 6)}
    (change,) = found.changes
    assert (change.unit, change.becomes) == ("e1", "A")
    assert set(found.today.shapes) == {"A", "B"}


def test_todays_zones_come_from_a_column_of_the_population_layer(zone_town):
    found = zones(zone_town(columns={"现学区": ["A", "A", "", "B", "二小", "B"]}))
    assert found.today.source == "column"
    assert "e2" not in found.today.school
    assert found.changes == ()
    assert "unit-without-zone" in codes(found)


def test_a_zone_of_a_school_that_is_not_there_counts_as_closed(zone_town):
    found = zones(zone_town(zones=drawn(("A", 0, 1), ("老三小", 2, 2), ("B", 3, 5))))
    assert "zone-of-unknown-school" in codes(found)
    (change,) = found.changes
    assert (change.unit, change.was, change.reasons[0].code) == ("e2", "老三小", "closed")
    assert found.zone_name("老三小") == "老三小"
    assert np.isnan(found.states_before["老三小"].seats)


def test_zones_of_other_stages_are_left_out_and_a_name_that_two_schools_bear_is_refused(zone_town):
    schools = [
        {"id": str(x), "name": "实验学校", "stage": "primary", "capacity": 300, "x": 5000 * x, "y": 0} for x in (0, 1)
    ]
    with pytest.raises(ProblemError, match="may be any of 0, 1"):
        zones(zone_town(schools=schools, zones=drawn(("实验学校", 0, 5))))


def test_schools_that_share_a_zone_today_go_on_sharing_it(zone_town):
    found = zones(zone_town(zones=drawn(("A、B", 0, 5))))
    assert [zone.id for zone in found.zones] == ["A+B"]
    assert found.zone_name("A+B") == "一小、二小"
    assert found.changes == ()


def test_an_excluded_school_closes_and_its_pupils_move(zone_town):
    schools = [
        {"id": each, "name": each, "stage": "primary", "capacity": 700, "x": x, "y": 0}
        for each, x in (("A", 0), ("B", 5000))
    ]
    found = zones(zone_town(schools=schools), exclude=("A",))
    assert set(found.after.values()) == {"B"}
    assert {change.unit for change in found.changes} == {"e0", "e1", "e2"}
    assert all(change.reasons[0].code == "closed" for change in found.changes)
    assert found.zone_ids == ("B", "A")


def test_new_schools_are_chosen_among_the_sites(zone_town):
    sites = [
        {"id": "N1", "name": "预留一", "capacity": 200, "x": 2000, "y": 0},
        {"id": "N2", "name": "预留二", "capacity": 200, "x": 4000, "y": 0},
        {"id": "N3", "name": "没有学位", "capacity": "", "x": 3000, "y": 0},
    ]
    found = zones(zone_town(sites=sites), new=1)
    assert found.plan.new_schools == ("N1",)
    assert found.plan.objective == pytest.approx(100 * (0 + 1000 + 0 + 1000 + 1000 + 0))
    with pytest.raises(ProblemError, match="there are 2 candidates"):
        zones(zone_town(sites=sites), new=3)


def test_communities_are_kept_whole_and_a_missing_column_is_told(zone_town):
    columns = {"居委会": ["东", "东", "东", "西", "西", "西"]}
    schools = [
        {"id": each, "name": each, "stage": "primary", "capacity": seats, "x": x, "y": 0}
        for each, seats, x in (("A", 300, 0), ("B", 300, 5000))
    ]
    found = zones(zone_town(columns=columns, schools=schools), whole_by="community")
    assert [found.after[f"e{x}"] for x in range(6)] == list("AAABBB")
    with pytest.raises(ProblemError, match="does not say the township"):
        zones(zone_town(columns=columns), whole_by="township")


def test_a_barrier_parts_neighbours_and_a_bridge_joins_them_again(zone_town):
    wall = {"kind": ["river"], "geometry": [shapely.LineString([(2500, -900), (2500, 900)])]}
    schools = [
        {"id": each, "name": each, "stage": "primary", "capacity": seats, "x": x, "y": 0}
        for each, seats, x in (("A", 500, 0), ("B", 200, 5000))
    ]
    found = zones(zone_town(schools=schools, barriers=gpd.GeoDataFrame(wall)))
    assert not found.has_plan
    bridge = {"kind": ["river", "桥"], "geometry": [*wall["geometry"], shapely.Point(2500, 0)]}
    assert zones(zone_town(schools=schools, barriers=gpd.GeoDataFrame(bridge))).has_plan


def test_seats_that_do_not_suffice_say_how_many_and_offer_the_least_bad_plan(zone_town):
    schools = [
        {"id": each, "name": each, "stage": "primary", "capacity": 250, "x": x, "y": 0}
        for each, x in (("A", 0), ("B", 5000))
    ]
    found = zones(zone_town(schools=schools))
    assert found.plan.status == "infeasible"
    assert "100 seats are missing" in found.plan.reason
    assert found.plan.reasons[0][0].startswith("学生600人，可开办学校的学位500个，缺100个学位。")
    assert found.shown is found.plan.least_bad
    assert found.totals(found.after)["over_seats"] == 100
    assert zones(zone_town(schools=schools), over_price=1000).has_plan


def test_schools_are_asked_for_by_id_or_name(zone_town):
    schools = [
        {"id": each, "name": name, "stage": "primary", "capacity": 600, "x": x, "y": 0}
        for each, name, x in (("A", "一小", 0), ("B", "二小", 3000), ("C", "同名小学", 4000), ("D", "同名小学", 5000))
    ]
    found = zones(zone_town(schools=schools), exclude=("一小", "D"))
    assert found.wish.exclude == ("A", "D")
    assert set(found.after.values()) == {"B", "C"}
    assert zones(zone_town(schools=schools), together=(("一小", "B"),)).after["e0"] == "A+B"
    with pytest.raises(ProblemError, match="2 schools are called '同名小学'; give the id: C, D"):
        zones(zone_town(schools=schools), boarding=("同名小学",))
    with pytest.raises(ProblemError, match="excluded, and asked for at once"):
        zones(zone_town(schools=schools), exclude=("A",), boarding=("一小",))
    with pytest.raises(ProblemError, match=r"by id or name\. Did you mean '二小'"):
        zones(zone_town(schools=schools), exclude=("二小学",))


def test_zones_across_district_lines_are_told_and_a_district_alone_has_none(zone_town):
    halves = gpd.GeoDataFrame(
        {"id": ["W", "E"], "name": ["西区", "东区"]},
        geometry=[shapely.box(-900, -900, 1500, 900), shapely.box(1500, -900, 5900, 900)],
    )
    schools = [
        {"id": each, "name": each, "stage": "primary", "capacity": seats, "x": x, "y": 0}
        for each, seats, x in (("A", 400, 0), ("B", 400, 5000))
    ]
    found = zones(zone_town(schools=schools, districts=halves))
    told = next(each for each in found.findings if each.code == "zones-cross-districts")
    assert found.after["e2"] == "A"
    assert (told.rows, told.count) == (("e2",), 1)
    assert told.what == "1 zones cross district lines: 1 units belong to a school of another district."
    assert "zones-cross-districts" not in codes(zones(zone_town(schools=schools, districts=halves), district="东区"))


def test_a_change_is_told_by_name(zone_town):
    schools = [
        {"id": each, "name": name, "stage": "primary", "capacity": seats, "x": x, "y": 0}
        for each, name, seats, x in (("A", "一小", 200, 0), ("B", "二小", 500, 5000))
    ]
    change = zones(zone_town(schools=schools)).changes[0]
    assert (change.unit, change.was, change.becomes) == ("e2", "A", "B")
    assert change.why_zh == "一小现学区300人，学位200个，超出100人；腾出学位：若不调整，一小将超出学位100个"


def test_balance_of_load_shows_its_price_with_the_seats_as_they_are(zone_town):
    schools = [
        {"id": each, "name": each, "stage": "primary", "capacity": seats, "x": x, "y": 0}
        for each, seats, x in (("A", 600, 0), ("B", 300, 5000))
    ]
    found = zones(zone_town(schools=schools), balance="load", time_limit_s=20)
    assert found.balance.base.plan.assignment["e2"] == "A"
    assert [found.after[f"e{x}"] for x in range(6)] == list("AAAABB")
    assert {zone.id: zone.seats for zone in found.zones} == {"A": 600, "B": 300}
    assert found.as_dict()["balance"][0]["largest_load"] == 1
    assert max(zone.utilisation for zone in found.zones) == pytest.approx(2 / 3)


def test_places_without_outlines_are_neighbours_and_get_ground_of_their_own(zone_town):
    homes = [{"id": f"e{x}", "name": "", "people": 100, "x": 1000 * x, "y": 0} for x in range(6)]
    found = zones(zone_town(population=homes))
    assert found.ground.is_sketch
    assert "adjacency-simplified" in codes(found)
    assert found.plan.objective == pytest.approx(700_000)
    assert (shapely.get_dimensions(found.ground.shapes) == 2).all()
    shared = shapely.intersection(found.ground.shapes[:-1], found.ground.shapes[1:])
    assert shapely.area(shared).max() < 1e-6
    assert (shapely.length(shared) > 100).all()


def test_streets_between_blocks_are_bridged_by_the_smallest_tolerance_that_does(zone_town):
    apart = gpd.GeoDataFrame(
        {"id": [f"e{x}" for x in range(6)], "people": 100},
        geometry=[shapely.box(1000 * x - 494, -500, 1000 * x + 494, 500) for x in range(6)],
    )
    found = zones(zone_town(population=apart))
    assert found.ground.tolerance_m == 15
    assert "streets-between-blocks" in codes(found)
    assert zones(zone_town(population=apart), tolerance_m=12).ground.tolerance_m == 12


def test_a_school_outside_every_unit_is_held_by_the_nearest_one(zone_town):
    schools = [
        {"id": each, "name": each, "stage": "primary", "capacity": 400, "x": x, "y": 800}
        for each, x in (("A", 0), ("B", 5000))
    ]
    found = zones(zone_town(schools=schools))
    assert found.schools.unit.tolist() == [0, 5]
    assert "school-outside-units" in codes(found)


def test_people_stand_for_pupils_only_with_a_warning(zone_town):
    found = zones(zone_town(options={"population": 'counts = "people"'}))
    assert "people-for-pupils" in codes(found)
    known = zones(zone_town(columns={"pupils_primary": 50}, options={"population": 'counts = "people"'}))
    assert known.ground.pupils.sum() == 300
    assert "people-for-pupils" not in codes(known)


def test_schools_without_seats_are_named(zone_town):
    schools = [{"id": "A", "name": "一小", "stage": "primary", "capacity": "", "x": 0, "y": 0}]
    with pytest.raises(ProblemError, match=r"1 of 1 primary schools have none \(A\).*学位数"):
        zones(zone_town(schools=schools))


def test_a_school_without_seats_may_be_left_out(zone_town):
    schools = [
        {"id": each, "name": each, "stage": "primary", "capacity": seats, "x": x, "y": 0}
        for each, seats, x in (("A", "", 0), ("B", 700, 5000))
    ]
    found = zones(zone_town(schools=schools), exclude=("A",))
    assert set(found.after.values()) == {"B"}
    assert {change.was for change in found.changes} == {"A"}


def test_only_a_district_takes_part_where_it_is_named(zone_town):
    halves = gpd.GeoDataFrame(
        {"id": ["w", "e"], "name": ["西区", "东区"]},
        geometry=[shapely.box(-500, -500, 2500, 500), shapely.box(2500, -500, 5500, 500)],
    )
    folder = zone_town(districts=halves)
    found = zones(folder, district="东区")
    assert set(found.after) == {"e3", "e4", "e5"}
    assert found.schools.ids == ("B",)
    with pytest.raises(ProblemError, match="Did you mean '东区'"):
        zones(folder, district="东 区")


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"over_price": -1}, "over-price: expected a number of at least 0"),
        ({"longest_m": 0}, "longest-m: expected a number above 0"),
        ({"move_price": float("nan")}, "move-price"),
        ({"whole_by": "comunity"}, "Did you mean 'community'"),
        ({"balance": "loads"}, "expected load, distance"),
        ({"balance": "load", "over_price": 5}, "leave --over-price out"),
        ({"most_moved": 0, "new": 2}, "--most-moved 0"),
        ({"together": (("A",),)}, "two or more schools"),
        ({"together": (("A", "B"),), "boarding": ("A",)}, "do not go together"),
        ({"exclude": ("A",), "boarding": ("A",)}, "excluded, and asked for"),
    ],
)
def test_wishes_that_contradict_each_other_are_refused_before_anything_is_read(wish, message):
    with pytest.raises(ProblemError, match=message):
        ZoneWish(**wish)


def test_unknown_schools_are_refused_with_a_hint(zone_town):
    folder = zone_town()
    for option in ("exclude", "boarding"):
        with pytest.raises(ProblemError, match=f"--{option}: no school 'C'"):
            zones(folder, **{option: ("C",)})


def test_the_figures_are_plain_values_and_the_same_twice(zone_town):
    folder = zone_town()
    one, other = zones(folder).as_dict(), zones(folder).as_dict()
    assert one == other
    assert one["zones"][1]["after"] == {"units": 4, "pupils": 400, "load": 1, "mean_m": 1500, "longest_m": 3000}
    assert one["changes"][0]["way_m_after"] == 3000


PRIVATE = [
    {"id": each, "name": name, "stage": "primary", "capacity": 700, "ownership": owner, "x": x, "y": 0}
    for each, name, owner, x in (("A", "一小", "公办", 0), ("B", "育才", "民办", 5000))
]


def test_a_private_school_takes_no_zone_in_a_compulsory_stage_and_its_seats_are_said(zone_town):
    found = zones(zone_town(schools=PRIVATE))
    assert set(found.after.values()) == {"A"}
    assert found.schools.private == (("育才", 700.0),)
    assert "private-without-zone" in codes(found)
    ((zh, _),) = private_words(found)
    assert "民办学校1所（育才）、小学学位700个不划学区、不计入" in zh
    assert (zh, private_words(found)[0][1]) in headline(found)


def test_private_schools_take_part_where_they_are_asked_in_or_the_layer_gives_them_a_zone(zone_town):
    asked = zones(zone_town(schools=PRIVATE), public_only=False)
    zoned = zones(zone_town(schools=PRIVATE, zones=drawn(("A", 0, 2), ("B", 3, 5))))
    for found in (asked, zoned):
        assert set(found.after.values()) == {"A", "B"}
        assert found.schools.private == ()
        assert "private-schools" in codes(found)
    neither = zones(zone_town(schools=PRIVATE, zones=drawn(("A", 0, 2), ("B", 3, 5))), public_only=True)
    assert set(neither.after.values()) == {"A"}
