import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.config import LayerConfig
from geoplan.coverage import (
    PROCEDURE,
    ClosureVerdict,
    existing_supply,
    journeys,
    missed_schools,
    routes_of,
    schools_to_keep,
    simulate_closure,
)
from geoplan.coverage.counts import shown, shown_part
from geoplan.demand import build_demand, build_units
from geoplan.errors import ProblemError
from geoplan.travel import Straight
from geoplan.types import Stage

PLAIN = LayerConfig("population", "population.gpkg")
SPOT = st.integers(0, 60).map(lambda hundred: 100.0 * hundred)
HOMES = st.lists(st.tuples(SPOT, st.integers(0, 90)), min_size=1, max_size=10)
SPOTS = st.lists(SPOT, min_size=1, max_size=6, unique=True)


@pytest.fixture(scope="session")
def valley(in_memory):
    """valley(homes, schools, …) -> (demand, supply, layers); homes are (x, people, pupils or None), schools x."""

    def build(homes, schools, *, capacity=np.nan, stops=()):
        people = {"people": [float(home[1]) for home in homes], "area": "rural"}
        if homes and len(homes[0]) > 2:
            people["pupils_primary"] = [float(home[2]) for home in homes]
        offer = {
            "id": [f"s{x:g}" for x in schools],
            "name": [f"{x:g}米小学" for x in schools],
            "stages": [(Stage.PRIMARY,)] * len(schools),
            "capacity": capacity,
        }
        roles = {
            "population": (people, [shapely.Point(home[0], 0) for home in homes]),
            "schools": (offer, [shapely.Point(x, 0) for x in schools]),
        }
        if stops:
            roles["stops"] = ({"kind": "bus"}, [shapely.Point(x, 0) for x in stops])
        layers = in_memory(**roles)
        units = build_units(layers, PLAIN)
        return build_demand(units, Stage.PRIMARY, 2000.0), existing_supply(layers, units, Stage.PRIMARY), layers

    return build


def close(case, school="s0", **options):
    return simulate_closure(Straight(), *case[:2], school, **options)


def test_a_teaching_point_with_twelve_pupils_three_kilometres_from_the_next_school_is_kept(valley):
    closure = close(valley([(0, 300, 12), (3000, 4000, 200)], [0, 3000]))
    assert closure.verdict is ClosureVerdict.KEEP
    assert closure.verdict.zh == "保留"
    assert (closure.pupils, closure.beyond, closure.shown_pupils, closure.shown_beyond) == (12, 12, "12", "12")
    (receiver,) = closure.receivers
    assert (receiver.id, receiver.distance_m, receiver.minutes, receiver.pupils) == ("s3000", 3000, 45, 12)
    assert closure.zh == (
        "0米小学若撤并，12名学生需改去他校，人数最多的去3000米小学（最远3.0公里，步行45分钟）；"
        "其中12名超过30分钟（国办发〔2018〕27号（转引））：保留"
    )


def test_a_school_with_another_within_two_kilometres_may_close_after_the_procedure(valley):
    closure = close(valley([(0, 300, 12)], [0, 2000]))
    assert (closure.verdict.zh, closure.beyond) == ("可撤并", 0)
    assert "可撤并，须先履行程序" in closure.zh
    assert "may close" in closure.en


def test_the_checklist_names_hearing_publication_argument_and_approval_with_their_sources(valley):
    steps = {step.id: step for step in close(valley([(0, 300, 12)], [0, 3000])).checklist}
    assert tuple(steps.values()) == PROCEDURE
    assert list(steps) == ["plan", "argument", "hearing", "parents", "publication", "seats", "approval"]
    assert "一个月" in steps["publication"].zh
    assert "国办发〔2012〕48号" in steps["approval"].source
    assert {step.evidence for step in steps.values()} == {"secondary"}


def test_the_schools_own_enrolment_tells_how_many_and_the_homes_tell_where(valley):
    # a quarter of its people live where the next school is near
    case = valley([(0, 300), (1500, 100), (4000, 9)], [0, 3500])
    closure = close(case, enrolled={"s0": 16.0})
    assert (closure.counts, closure.pupils, closure.beyond) == ("pupils", 16, 12)
    assert closure.verdict is ClosureVerdict.KEEP


def test_without_any_count_of_pupils_people_are_counted(valley):
    closure = close(valley([(0, 300)], [0, 3000]))
    assert (closure.counts, closure.pupils, closure.shown_pupils) == ("people", 300, "300")
    assert "300名居民" in closure.zh


def test_a_school_that_is_nobodys_nearest_is_judged_from_where_it_stands(valley):
    case = valley([(9000, 300, 40)], [0, 3000, 9000])
    assert close(case, enrolled={"s0": 12.0}).verdict is ClosureVerdict.KEEP
    assert close(case).verdict is ClosureVerdict.MAY_CLOSE
    assert close(case, enrolled={"s0": 0.0}).zh.startswith("0米小学若撤并，0名学生需改去他校；均不超过")


def test_a_bus_that_runs_today_brings_pupils_within_the_limit(valley):
    case = valley([(0, 300, 12)], [0, 3000], stops=(0, 3000))
    closure = close(case, routes=routes_of(case[2].stops))
    assert closure.verdict is ClosureVerdict.MAY_CLOSE
    assert "公交9分钟" in closure.zh


def test_the_last_school_is_kept(valley):
    closure = close(valley([(0, 300, 12)], [0]))
    assert closure.verdict is ClosureVerdict.KEEP
    assert closure.receivers[0].id == ""
    assert closure.as_dict()["receivers"][0]["distance_m"] is None


def test_seats_of_the_receiving_school_are_counted_where_both_figures_are_known(valley):
    case = valley([(0, 300, 30), (1000, 100, 90)], [0, 1000], capacity=[50.0, 100.0])
    assert close(case).seats_short is None
    closure = close(case, enrolled={"s0": 30.0, "s1000": 90.0})
    assert closure.receivers[0].free_seats == 10
    assert closure.seats_short == 20


def test_a_school_of_another_stage_cannot_be_closed(valley):
    with pytest.raises(ProblemError, match="No primary school 'x'"):
        close(valley([(0, 300, 30)], [0]), "x")


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0"), (0.3, "<10"), (1, "<10"), (9, "<10"), (10, "10"), (1200, "1,200")]
)
def test_one_to_nine_children_are_never_told_apart(count, text):
    assert shown(count) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"), [(12, 12, "12"), (11, 12, "≥10"), (3, 12, "<10"), (0, 12, "0"), (20, 40, "20")]
)
def test_a_part_does_not_tell_a_small_rest(part, whole, text):
    assert shown_part(part, whole) == text


def test_nothing_published_holds_a_small_count(valley):
    case = valley([(0, 300, 7), (3000, 100, 90)], [0, 3000])
    public = close(case).as_dict()
    assert (public["pupils"], public["beyond"], public["receivers"][0]["pupils"]) == ("<10", "<10", "<10")
    assert "<10名学生" in public["zh"]
    # 12 pupils go two ways, 10 and 2: no part is told
    two = close(valley([(4000, 9, 10), (5100, 9, 2)], [4500, 0, 9000]), "s4500").as_dict()
    assert two["pupils"] == "12"
    assert [each["pupils"] for each in two["receivers"]] == ["—", "—"]


def test_whole_pupils_go_to_whole_schools(valley):
    case = valley([(4000, 1), (5000, 1), (5200, 1)], [4500, 0, 9000])
    closure = close(case, "s4500", enrolled={"s4500": 10.0})
    assert [(each.id, each.pupils) for each in closure.receivers] == [("s9000", 7), ("s0", 3)]


@settings(max_examples=80, deadline=None)
@given(homes=HOMES, schools=SPOTS, far=st.sampled_from([10.0, 30.0, 45.0]))
def test_the_schools_to_keep_are_those_whose_simulation_says_keep(valley, homes, schools, far):
    demand, supply, _ = valley([(x, n, n) for x, n in homes], sorted(schools))
    enrolled = {str(supply.ids[0]): 5.0}
    one_by_one = [
        simulate_closure(Straight(), demand, supply, str(each), enrolled=enrolled, limit_minutes=far).verdict
        is ClosureVerdict.KEEP
        for each in supply.ids
    ]
    assert schools_to_keep(Straight(), demand, supply, enrolled=enrolled, limit_minutes=far).tolist() == one_by_one


@settings(max_examples=80, deadline=None)
@given(homes=HOMES, schools=SPOTS)
def test_closing_a_school_never_shortens_a_journey_and_loses_no_pupil(valley, homes, schools):
    demand, supply, _ = valley([(x, n, n) for x, n in homes], sorted(schools))
    before = journeys(Straight(), demand.xy, supply).minutes
    for row, each in enumerate(supply.ids):
        rest = supply.only(np.arange(len(supply)) != row)
        assert (journeys(Straight(), demand.xy, rest).minutes >= before - 1e-9).all()
        closure = simulate_closure(Straight(), demand, supply, str(each))
        assert sum(receiver.pupils for receiver in closure.receivers) == pytest.approx(closure.pupils)
        assert closure.beyond <= closure.pupils
    everyone = sum(simulate_closure(Straight(), demand, supply, str(each)).pupils for each in supply.ids)
    assert everyone == pytest.approx(sum(n for _, n in homes))


@settings(max_examples=80, deadline=None)
@given(homes=HOMES, schools=SPOTS, shut=st.lists(SPOT, min_size=1, max_size=4, unique=True))
def test_the_closed_schools_that_are_missed_are_those_whose_simulation_says_keep(valley, homes, schools, shut):
    # homes stand 37 m off the schools' lattice, so that no two schools are equally near
    places = sorted({*schools, *(x + 0.5 for x in shut)})
    demand, supply, _ = valley([(x + 37, n, n) for x, n in homes], places)
    is_shut = supply.xy[:, 0] % 1 > 0
    standing, closed = supply.only(~is_shut), supply.only(is_shut)
    enrolled = {str(supply.ids[0]): 5.0}
    expected = []
    for row in np.flatnonzero(is_shut):
        alone = supply.only(~is_shut | (np.arange(len(supply)) == row))
        closure = simulate_closure(Straight(), demand, alone, str(supply.ids[row]), enrolled=enrolled)
        expected.append(closure.verdict is ClosureVerdict.KEEP)
    assert missed_schools(Straight(), demand, standing, closed, enrolled=enrolled).tolist() == expected


def test_pupils_of_a_public_school_are_owed_a_public_one_and_a_nearer_private_school_is_named_with_its_seats(valley):
    case = valley([(0, 300, 12)], [0, 1000, 2000], capacity=270.0)
    owner = {"s0": "public", "s1000": "private", "s2000": "public"}
    closure = close(case, ownership=owner, public_only=True)
    assert [(each.id, each.ownership) for each in closure.receivers] == [("s2000", "public")]
    assert closure.passed_over == (("1000米小学", 270.0),)
    assert "；较近的民办学校不作接收学校：1000米小学（学位270个）" in closure.zh
    assert closure.as_dict()["passed_over"] == [{"name": "1000米小学", "seats": 270}]


def test_a_private_school_that_takes_pupils_in_is_marked(valley):
    closure = close(valley([(0, 300, 12)], [0, 1000]), ownership={"s1000": "private"})
    assert "人数最多的去1000米小学（民办）" in closure.zh
    assert (closure.passed_over, closure.receivers[0].label) == ((), "1000米小学（民办）")
