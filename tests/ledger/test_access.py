from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.coverage import Radius, measure, verdicts
from geoplan.ledger import NoDataError
from geoplan.ledger.indicators.access import INDICATORS
from geoplan.ledger.indicators.villages import joint_groups
from geoplan.rules import RuleBook, State, load_profile, user_radius
from geoplan.types import Area, Stage

READ = {each.name: each.read for each in INDICATORS}
BOX = shapely.box


def counties(*widths):
    """Districts side by side along x, from 0."""
    edges = np.cumsum([0, *widths])
    return [
        {"id": f"d{row}", "name": f"{'甲乙丙丁'[row]}县", "geometry": BOX(edges[row], -5000, edges[row + 1], 5000)}
        for row in range(len(widths))
    ]


def kindergartens(*places, **columns):
    return [{"id": f"k{row}", "stages": "k", "x": x} | columns for row, x in enumerate(places)]


def people(*homes, area="rural"):
    """Homes (x, people) as villages."""
    return [
        {"id": f"v{row}", "name": f"村{row}", "x": x, "people": n, "area": area} for row, (x, n) in enumerate(homes)
    ]


def one(readings):
    (reading,) = readings
    return reading


@pytest.fixture(scope="session")
def xingtai(world):
    """A world under the profile xingtai."""

    def build(**roles):
        return world(book="xingtai", **roles)

    return build


def test_the_radius_of_a_clause_is_read_as_on_the_map(xingtai, clause):
    w = xingtai(population=people((1500, 300), (1501, 100)), schools=kindergartens(0))
    found = one(READ["service_radius"](w, clause("service_radius", id="XT-R-01", scope="rural")))
    assert (found.value, found.state) == (75.0, State.NOT_MET)
    (drawn,) = [v for v in verdicts(w.coverage(Stage.KINDERGARTEN), w.book) if v.rule.id == "XT-R-01"]
    assert (found.zh, found.en, found.state, found.value) == (drawn.zh, drawn.en, drawn.state, 100 * drawn.value)


def test_each_county_has_its_own_radius_verdict_and_an_empty_one_is_not_asked(xingtai, clause):
    w = xingtai(
        population=people((1000, 300), (12_000, 100)), schools=kindergartens(0), districts=counties(10_000, 10_000, 10)
    )
    found = {each.place: each for each in READ["service_radius"](w, clause("service_radius", id="XT-R-01"))}
    assert {place: each.state.value for place, each in found.items()} == {
        "": "not_met", "d0": "met", "d1": "not_met", "d2": "not_applicable",
    }  # fmt: skip


def test_a_radius_for_the_country_says_nothing_where_only_townspeople_live(xingtai, clause):
    w = xingtai(population=people((100, 300), area="urban"), schools=kindergartens(0))
    assert one(READ["service_radius"](w, clause("service_radius", id="XT-R-01"))).state is State.NOT_APPLICABLE


def test_a_ledger_of_another_profile_than_the_maps_is_judged_by_its_own_radius(xingtai, clause):
    w = xingtai(population=people((1000, 300), (1400, 100)), schools=kindergartens(0))
    drawn = w.coverage(Stage.KINDERGARTEN)
    narrow = (Radius(Area.ALL, user_radius(Stage.KINDERGARTEN, 1200.0)),)
    other = replace(w, coverage=lambda _stage: measure(w.engine, drawn.demand, drawn.supply, narrow))
    found = one(READ["service_radius"](other, clause("service_radius", id="XT-R-01", scope="rural")))
    assert (found.value, found.state) == (100.0, State.MET)


@pytest.mark.parametrize(
    ("total", "schools", "state"),
    [(12_000, 3, "met"), (12_000, 2, "not_met"), (2_000, 1, "pool"), (15_000, 6, "not_met")],
)
def test_people_for_each_kindergarten_are_judged_by_the_count_interval(xingtai, clause, total, schools, state):
    w = xingtai(population=people((0, total)), schools=kindergartens(*range(schools)))
    found = one(READ["population_per_school"](w, clause("population_per_school", id="XT-R-02")))
    assert found.state.value == state
    assert found.value == pytest.approx(total / schools)


def test_the_covered_share_counts_people_of_the_clauses_area_and_names_who_is_outside(xingtai, clause):
    homes = [*people((1000, 300), (1600, 100)), {"id": "u", "x": 0, "people": 999, "area": "urban"}]
    w = xingtai(population=homes, schools=kindergartens(0))
    found = one(READ["coverage_share"](w, clause("coverage_share", scope="rural", operator="=", low=100, high=100)))
    assert (found.value, found.rows, found.state) == (75.0, ("v1",), None)
    assert found.zh == "幼儿园覆盖 300 / 400人"


def test_a_share_of_all_is_a_hundred_only_when_everyone_is_covered(xingtai, clause):
    homes = people(*((x, 0.1) for x in range(0, 1500, 7)))
    w = xingtai(population=homes, schools=kindergartens(0))
    assert one(READ["coverage_share"](w, clause("coverage_share"))).value == 100.0


def test_people_without_any_radius_are_left_out_and_said_so(world, clause):
    homes = [*people((100, 300)), {"id": "u", "x": 0, "people": 50, "area": "urban"}]
    alone = RuleBook(load_profile("xingtai"), ())
    found = one(READ["coverage_share"](world(book=alone, population=homes, schools=kindergartens(0)), clause("x")))
    assert (found.value, found.zh) == (100.0, "幼儿园覆盖 300 / 300人；另有50人没有适用半径，未计")


def test_without_a_radius_the_share_is_no_data_and_the_way_is_still_shown(world, clause):
    w = world(population=people((300, 30), (900, 10)), schools=kindergartens(0))
    assert one(READ["coverage_share"](w, clause("coverage_share"))).state is State.NO_DATA
    way = one(READ["nearest_access"](w, clause("nearest_access")))
    assert (way.value, way.state) == (pytest.approx(450.0), State.SHOWN)


def test_the_way_is_weighted_by_people_and_the_95th_percentile_is_said(xingtai, clause):
    w = xingtai(population=people((100, 95), (2100, 5)), schools=kindergartens(0))
    found = one(READ["nearest_access"](w, clause("nearest_access", scope="rural")))
    assert found.value == pytest.approx(200.0)
    assert found.zh.startswith("到最近幼儿园平均200米，95%的人不超过")
    assert "服务半径内95.0%" in found.zh
    assert found.variant_zh == "幼儿园"


@pytest.mark.parametrize("name", ["service_radius", "coverage_share", "nearest_access", "village_kindergartens"])
def test_people_and_schools_are_asked_for_by_name(world, clause, name):
    with pytest.raises(NoDataError) as nobody:
        list(READ[name](world(schools=kindergartens(0)), clause(name)))
    assert nobody.value.role == "population"
    with pytest.raises(NoDataError) as no_school:
        list(READ[name](world(population=people((0, 5000))), clause(name)))
    assert no_school.value.role == "schools"


def villages(world, clause, homes, schools, **options):
    w = world(population=homes, schools=kindergartens(*schools))
    return one(READ["village_kindergartens"](w, clause("village_kindergartens", scope="rural", options=options)))


@pytest.mark.parametrize(
    ("homes", "schools", "without"),
    [
        ([(0, 3000)], [500], ()),  # a large village has its own within 500 m
        ([(0, 3000)], [501], ("v0",)),
        ([(0, 2999)], [1500], ()),  # a small one shares one within 1.5 km
        ([(0, 2999)], [1501], ("v0",)),
        ([(0, 3000), (900, 800)], [0], ()),
        ([(0, 3000), (1600, 800)], [0], ("v1",)),
    ],
)
def test_large_villages_need_their_own_kindergarten_and_small_ones_share(world, clause, homes, schools, without):
    found = villages(world, clause, people(*homes), schools)
    assert found.rows == without
    assert found.state is (State.NOT_MET if without else State.MET)


def test_small_neighbours_are_put_together_until_three_thousand(world, clause):
    homes = people((10_000, 1500), (11_000, 1000), (9_000, 900), (20_000, 700), (30_000, 4000))
    found = villages(world, clause, homes, [0])
    assert (found.value, found.short, found.short_unit) == (5, 2, "所")
    assert "宜独办1所、联办1所" in found.zh
    assert "1个小村相邻1.5公里内联合仍不足3,000人" in found.zh
    assert "原文未给标准" in found.zh


def test_the_size_of_a_large_village_may_be_given(world, clause):
    assert villages(world, clause, people((0, 2000)), [900], people_from=2000).rows == ("v0",)
    assert villages(world, clause, people((0, 2000)), [900]).rows == ()


def test_without_rural_rows_the_column_is_asked_for(world, clause):
    with pytest.raises(NoDataError) as missing:
        villages(world, clause, people((0, 2000), area="urban"), [0])
    assert (missing.value.role, missing.value.columns) == ("population", ("area",))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 9000), st.integers(1, 2999)), min_size=1, max_size=25))
def test_every_village_is_in_one_group_and_no_group_takes_more_than_it_needs(found):
    xy, heads = np.array([each[:2] for each in found], dtype=float), np.array([each[2] for each in found], dtype=float)
    groups = joint_groups(xy, heads)
    assert sorted(row for group in groups for row in group) == list(range(len(found)))
    assert groups == joint_groups(xy, heads)
    for group in groups:
        assert np.hypot(*(xy[group] - xy[group[0]]).T).max() <= 1500 + 1e-3
        assert heads[group[:-1]].sum() < 3000


def test_seats_and_people_of_each_county_are_compared_by_share(world, clause):
    w = world(
        districts=counties(1000, 1000),
        population=people((500, 600), (1500, 400)),
        schools=kindergartens(400, 1600, capacity=50.0),
    )
    readings = {each.place: each for each in READ["layout_by_population"](w, clause("layout_by_population"))}
    assert {place: each.value for place, each in readings.items()} == pytest.approx({"": 10, "d0": -10, "d1": 10})
    assert readings[""].rows == ("d0",)
    assert readings[""].state is State.SHOWN
    assert readings["d0"].zh == "学位占比50%，人口占比60%"


def test_schools_are_counted_where_one_of_them_has_no_seats(world, clause):
    schools = [*kindergartens(400, 1600), {"id": "x", "stages": "k", "x": 500, "capacity": 90.0}]
    w = world(districts=counties(1000, 1000), population=people((500, 1)), schools=schools)
    assert "学校数" in next(iter(READ["layout_by_population"](w, clause("layout_by_population")))).zh


def test_rural_and_urban_seats_for_a_thousand_people_stand_side_by_side(world, clause):
    homes = [*people((0, 2000)), {"id": "u", "x": 9000, "people": 1000, "area": "urban"}]
    w = world(population=homes, schools=kindergartens(0, 9000, capacity=60.0))
    found = one(READ["rural_priority"](w, clause("rural_priority", scope="rural")))
    assert (found.value, found.zh, found.state) == (30.0, "每千人幼儿园学位：农村 30，城镇 60", State.SHOWN)


def test_new_urban_areas_are_known_by_their_name_or_by_the_clause(world, clause):
    districts = counties(1000, 1000)
    districts[1]["name"] = "东部新区"
    w = world(
        districts=districts,
        population=people((500, 1000), (1500, 500)),
        schools=kindergartens(400, 1600, capacity=50.0),
    )
    found = one(READ["allocation_priority"](w, clause("allocation_priority", level="all")))
    assert found.zh == "每千人学位：新的城镇化地区（东部新区）100，其他地区 50"
    named = clause("allocation_priority", level="all", options={"districts": ["d0"]})
    assert one(READ["allocation_priority"](w, named)).value == 50
    with pytest.raises(NoDataError):
        list(READ["allocation_priority"](w, clause("x", options={"districts": ["没有"]})))
