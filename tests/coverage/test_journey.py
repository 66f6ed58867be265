import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.config import LayerConfig
from geoplan.coverage import (
    Remedy,
    Route,
    Vehicle,
    existing_supply,
    far_settlements,
    journeys,
    new_supply,
    routes_of,
)
from geoplan.demand import build_demand, build_units
from geoplan.travel import Straight, Walk, build_network
from geoplan.types import Stage

PLAIN = LayerConfig("population", "population.gpkg")
CLAUSE = "004_37f57ac8b3229a3d.txt:196"
COORDINATE = st.integers(-9000, 9000).map(float)
PLACES = st.lists(st.tuples(COORDINATE, COORDINATE), min_size=1, max_size=8)


@pytest.fixture(scope="session")
def country(in_memory):
    """country(homes, schools, stops, …) -> (demand, supply, routes, layers); homes (x, y, people), schools (x, y)."""

    def build(homes, schools, stops=(), *, stage=Stage.PRIMARY, columns=None, kinds=None, **more):
        people = {
            "people": [float(home[2]) for home in homes],
            "area": "rural",
            "name": [f"村{i}" for i in range(len(homes))],
        }
        offer = {"stages": [(stage,)] * len(schools), "name": [f"校{i}" for i in range(len(schools))]}
        roles = {"population": (people, [shapely.Point(home[:2]) for home in homes])}
        if schools:
            roles["schools"] = (offer | (columns or {}), [shapely.Point(school) for school in schools])
        if stops:
            shapes = [
                shapely.Point(each) if isinstance(each[0], int | float) else shapely.LineString(each) for each in stops
            ]
            roles["stops"] = ({"kind": kinds or ["bus"] * len(stops)}, shapes)
        layers = in_memory(**roles, **more)
        units = build_units(layers, PLAIN)
        return (
            build_demand(units, stage, 2000.0),
            existing_supply(layers, units, stage),
            routes_of(layers.stops),
            layers,
        )

    return build


def go(case, engine=None, **options):
    demand, supply, routes, _ = case
    return journeys(engine or Straight(), demand.xy, supply, routes=routes, **options)


def far(case, engine=None):
    demand = case[0]
    return far_settlements(go(case, engine), demand, np.ones(len(demand), dtype=bool), citation=CLAUSE)


def test_two_kilometres_are_thirty_minutes_on_foot_and_that_is_within_the_limit(country):
    found = go(country([(2000, 0, 5), (2001, 0, 5), (3000, 0, 5)], [(0, 0)]))
    assert found.minutes == pytest.approx([30.0, 30.015, 45.0])
    assert found.within.tolist() == [True, False, False]
    assert set(found.vehicle) == {Vehicle.WALK}


def test_a_bus_at_both_ends_takes_three_kilometres_in_nine_minutes(country):
    found = go(country([(3000, 0, 5)], [(0, 0)], [(3000, 0), (0, 0)]))
    assert found.minutes == pytest.approx([9.0])
    assert found.vehicle.tolist() == [Vehicle.BUS]
    assert (found.walk_minutes.tolist(), found.distance_m.tolist()) == ([45.0], [3000.0])


def test_the_walk_to_the_stop_is_part_of_the_journey(country):
    # 200 m and 100 m on foot are 4.5 minutes
    found = go(country([(3000, 0, 5)], [(0, 0)], [(3000, 200), (0, 100)]))
    assert found.minutes == pytest.approx([9.0 + 4.5])


@pytest.mark.parametrize(("stops", "minutes"), [([(3000, 500), (0, 0)], 16.5), ([(3000, 501), (0, 0)], 45.0),
                                                ([(3000, 0)], 45.0), ([(3000, 0), (0, 501)], 45.0)])  # fmt: skip
def test_a_stop_serves_what_is_within_500_m_of_it_and_both_ends_need_one(country, stops, minutes):
    assert go(country([(3000, 0, 5)], [(0, 0)], stops)).minutes == pytest.approx([minutes])


def test_the_bus_goes_to_the_school_that_is_reached_first_and_not_to_the_nearest_one(country):
    found = go(country([(0, 0, 5)], [(3000, 0), (-4000, 0)], [(0, 0), (-4000, 0)]))
    assert (found.school.tolist(), found.nearest.tolist()) == ([1], [0])
    assert found.minutes == pytest.approx([12.0])


def test_two_lines_that_do_not_meet_take_nobody_to_school(country):
    apart = country([(6000, 0, 5)], [(0, 0)], [[(6000, 0), (6000, 900)], [(0, 0), (0, 900)]])
    assert go(apart).minutes == pytest.approx([90.0])
    joined = country([(6000, 0, 5)], [(0, 0)], [[(6000, 0), (0, 0)]])
    assert go(joined).minutes == pytest.approx([18.0])


def test_a_school_bus_is_told_from_public_transport(country):
    found = go(country([(3000, 0, 5)], [(0, 0)], [(3000, 0), (0, 0)], kinds=["school_bus"] * 2))
    assert found.vehicle.tolist() == [Vehicle.SCHOOL_BUS]
    mixed = go(country([(3000, 0, 5)], [(0, 0)], [(3000, 0), (0, 0)], kinds=["school_bus", "bus"]))
    assert mixed.vehicle.tolist() == [Vehicle.WALK]


def test_nobody_looks_for_a_bus_within_the_limit_on_foot(country):
    found = go(country([(1500, 0, 5)], [(0, 0)], [(1500, 0), (0, 0)]))
    assert found.vehicle.tolist() == [Vehicle.WALK]
    assert found.minutes == pytest.approx([22.5])


def test_without_any_school_the_journey_has_no_end(country):
    found = go(country([(0, 0, 5)], [], [(0, 0)]))
    assert (found.school.tolist(), found.minutes.tolist(), found.within.tolist()) == ([-1], [np.inf], [False])


def test_the_way_is_the_engines_own_also_for_the_bus(country):
    roads = ({}, [shapely.LineString([(1000, 0), (1000, 1500), (0, 1500), (0, 0)])])
    case = country([(1000, 0, 5)], [(0, 0)], [(1000, 0), (0, 0)], roads=roads)
    found = go(case, Walk(build_network(case[3].roads, None)))
    assert found.walk_minutes == pytest.approx([60.0])
    assert found.minutes == pytest.approx([12.0])


def test_a_settlement_with_a_bus_is_said_to_have_its_remedy_with_the_clause(country):
    (village,) = far(country([(3000, 0, 320)], [(0, 0)], [(3000, 0), (0, 0)]))
    assert (village.in_place, village.works) == (Remedy.BUS, ())
    assert village.zh == f"村0：320人，距校0 3.0公里，步行45分钟，超过30分钟；乘公交9分钟，以公交/校车解决（{CLAUSE}）"
    assert village.en == f"村0: 320 people, 3.0 km to 校0, 45 min on foot, above 30; 9 min by bus ({CLAUSE})"


def test_minutes_above_the_limit_never_read_as_the_limit(country):
    (village,) = far(country([(2001, 0, 320)], [(0, 0)]))
    assert "步行30.1分钟，超过30分钟" in village.zh


def test_a_settlement_without_a_bus_is_told_what_would_work(country):
    near, distant = far(country([(3000, 0, 320), (0, 11_000, 7)], [(0, 0)]))
    assert near.works == (Remedy.BUS, Remedy.SCHOOL_BUS, Remedy.NEW_SCHOOL)
    assert "可采取：公交、校车、新建学校" in near.zh
    # 11 km are 33 minutes by bus
    assert distant.works == (Remedy.NEW_SCHOOL,)
    assert distant.as_dict()["people"] == "7"


def test_boarding_helps_from_junior_school_on_and_not_before(country):
    beds = {"boarding_beds": [600.0], "enrolment": [900.0]}
    (junior,) = far(country([(6000, 0, 9)], [(0, 0)], stage=Stage.JUNIOR, columns=beds))
    assert junior.in_place is Remedy.BOARDING
    assert "该校为寄宿制" in junior.zh
    (primary,) = far(country([(6000, 0, 9)], [(0, 0)], columns=beds))
    assert primary.in_place is None
    assert Remedy.BOARDING not in primary.works


def test_boarding_is_offered_where_another_school_boards(country):
    beds = {"boarding_beds": [0.0, 600.0], "enrolment": [900.0, 900.0]}
    (village,) = far(country([(12_000, 0, 9)], [(0, 0), (-9000, 0)], stage=Stage.JUNIOR, columns=beds))
    assert village.works == (Remedy.BOARDING, Remedy.NEW_SCHOOL)


def test_a_place_from_which_no_school_is_reached_says_so(country):
    (village,) = far(country([(0, 0, 9)], []))
    assert "没有可到达的学校" in village.zh
    assert village.as_dict()["distance_m"] is None


@settings(max_examples=60, deadline=None)
@given(homes=PLACES, schools=PLACES, stops=PLACES, more=st.tuples(COORDINATE, COORDINATE))
def test_one_more_stop_never_makes_a_journey_longer(homes, schools, stops, more):
    before, after = (both_ends(homes, schools, each) for each in (stops, [*stops, more]))
    assert (after.minutes <= before.minutes + 1e-9).all()
    assert (before.minutes <= before.walk_minutes + 1e-9).all()


def both_ends(homes, schools, stops):
    supply = Schools(schools)
    routes = (Route(Vehicle.BUS, np.array([shapely.Point(each) for each in stops], dtype=object)),)
    return journeys(Straight(), np.array(homes), supply, routes=routes)


class Schools:
    """Only what a journey asks of a supply."""

    def __init__(self, places):
        self.xy = np.array(places)
        self.stage = Stage.PRIMARY


@settings(max_examples=60, deadline=None)
@given(homes=PLACES, schools=PLACES, stops=PLACES)
def test_the_quickest_journey_is_that_of_trying_every_pair_of_home_and_school(homes, schools, stops):
    found = both_ends(homes, schools, stops)
    for row, home in enumerate(homes):
        on_foot = min(np.hypot(home[0] - x, home[1] - y) for x, y in schools) / (4000 / 60)
        rides = [on_foot] + ([] if on_foot <= 30 else [ride(home, school, stops) for school in schools])
        # beyond an hour on the bus nobody looks
        best = min(rides)
        assert found.minutes[row] == pytest.approx(best) or (best > 60 and found.minutes[row] >= best)


def ride(home, school, stops):
    legs = [min(np.hypot(each[0] - x, each[1] - y) for x, y in stops) for each in (home, school)]
    way = np.hypot(home[0] - school[0], home[1] - school[1])
    return np.inf if max(legs) > 500 else way / (20_000 / 60) + sum(legs) / (4000 / 60)


def test_proposed_schools_count_like_others(country):
    demand, supply, _, _ = country([(3000, 0, 5)], [(0, 0)])
    new = new_supply(
        demand.units, Stage.PRIMARY, ids=np.array(["n"], dtype=object), names=np.array([""], dtype=object),
        xy=np.array([[3100.0, 0.0]]), seats=np.array([np.nan]),
    )  # fmt: skip
    assert journeys(Straight(), demand.xy, supply.joined(new)).minutes == pytest.approx([1.5])
