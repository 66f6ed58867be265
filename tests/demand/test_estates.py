import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoplan.demand import HUNAN_2019, Figure, Housing, SchoolThreshold, pool_estates, read_estates
from geoplan.types import Stage

CAPS = {Stage.KINDERGARTEN: 30, Stage.PRIMARY: 45, Stage.JUNIOR: 50, Stage.SENIOR: 50}
P = Stage.PRIMARY
YIELDS = Housing({P: Figure(0.25, 2025, "本区已入住小区调查")})
TEN_THOUSAND = (SchoolThreshold(P, "某市条例第9条", "plan", people=10_000),)


def frame(*rows):
    return pd.DataFrame(
        [{"name": f"小区{at}", "unit": "u1"} | row for at, row in enumerate(rows)],
        index=[f"e{at}" for at in range(len(rows))],
    )


def read(*rows, **options):
    return read_estates(frame(*rows), options.pop("housing", YIELDS), **options)


def codes(found):
    return {finding.code: finding.rows for finding in found.findings}


def test_pupils_are_households_times_the_yield():
    found = read({"households": 1200.0, "delivery": 2027.0})
    assert found.pupils[P].tolist() == [300]
    assert found.housing.pupils_per_home[P].source == "本区已入住小区调查"
    assert found.findings == ()


def test_pupils_that_are_given_win_over_the_yield():
    assert read({"households": 1200.0, "pupils_primary": 280.0, "delivery": 2027.0}).pupils[P].tolist() == [280]


def test_pupils_come_with_the_year_of_delivery_and_stay():
    found = read({"households": 400.0, "delivery": 2027.0}, {"households": 800.0, "delivery": 2029.0})
    assert found.by_year(P, range(2026, 2030)).tolist() == [[0, 100, 100, 100], [0, 0, 0, 200]]


def test_homes_fill_as_slowly_as_housing_says():
    housing = Housing(YIELDS.pupils_per_home, phases=(0.5, 0.25, 0.25))
    found = read({"households": 400.0, "delivery": 2027.0}, {"households": 400.0}, housing=housing)
    assert found.by_year(P, range(2026, 2031)).tolist() == [[0, 50, 75, 100, 100], [100] * 5]


def test_people_and_homes_follow_from_each_other_where_the_people_of_a_home_are_known():
    housing = Housing(YIELDS.pupils_per_home, people_per_home=Figure(2.5, 2020, "七普"))
    found = read({"households": 400.0}, {"people": 1000.0}, {"people": 1200.0, "households": 400.0}, housing=housing)
    assert found.households.tolist() == [400, 400, 400]
    assert found.people.tolist() == [1000, 1000, 1200]
    assert found.pupils[P].tolist() == [100, 100, 100]


def test_an_estate_without_a_year_counts_in_every_year_and_is_named():
    found = read({"households": 400.0})
    assert found.by_year(P, [2020, 2030]).tolist() == [[100, 100]]
    assert codes(found) == {"estate-delivery-unknown": ("e0",)}


def test_phases_of_one_estate_are_one_estate_that_fills_year_by_year():
    rows = [
        {"name": "大苑", "phase": phase, "people": 6000.0, "households": 2000.0, "delivery": year}
        for phase, year in (("一期", 2026.0), ("二期", 2028.0))
    ]
    found = read(*rows, {"households": 400.0, "people": 1200.0, "delivery": 2026.0})
    assert (found.ids, found.people.tolist(), found.delivery.tolist()) == (("e0", "e2"), [12_000, 1200], [2026, 2026])
    assert found.by_year(P, [2026, 2027, 2028]).tolist() == [[500, 500, 1000], [100, 100, 100]]
    schools = pool_estates(found, TEN_THOUSAND, CAPS)
    assert [need.estates for need in schools.own] == [("e0",)], "6,000 each would pass under the threshold"


def test_estates_of_one_name_without_a_phase_or_in_two_districts_stay_apart():
    same = {"name": "花园", "households": 10.0, "delivery": 2027.0}
    assert len(read(same, same)) == 2
    assert len(read(same | {"phase": "1", "district": "甲"}, same | {"phase": "2", "district": "乙"})) == 2


def test_an_estate_without_pupils_and_households_counts_as_none_and_is_named():
    found = read({"people": 500.0, "delivery": 2027.0}, {"households": 400.0, "delivery": 2027.0})
    assert codes(found) == {"estate-pupils-unknown": ("e0",)}
    assert found.by_year(P, [2030]).tolist() == [[0], [100]]


def test_no_yield_and_no_pupils_name_every_estate():
    assert codes(read({"households": 10.0, "delivery": 2027.0}, housing=None)) == {"estate-pupils-unknown": ("e0",)}


def test_the_unit_is_the_planning_unit_else_the_district_else_given():
    rows = [{"unit": "u1", "district": "d"}, {"unit": "", "district": "d"}, {"unit": ""}]
    table = frame(*rows).assign(households=1.0, delivery=2027.0).fillna({"district": ""})
    found = read_estates(table, YIELDS)
    assert found.units == ("u1", "d", "")
    assert codes(found) == {"estate-without-unit": ("e2",)}
    assert read_estates(table, YIELDS, place=pd.Series({"e0": "x"})).units == ("x", "", "")


def test_an_estate_at_the_threshold_carries_its_own_school_and_one_below_is_pooled():
    found = read(
        {"people": 10_000.0, "households": 3600.0, "delivery": 2027.0},
        {"people": 9_999.0, "households": 3500.0, "delivery": 2028.0},
    )
    schools = pool_estates(found, TEN_THOUSAND, CAPS, years=(2027, 2028))
    (own,), (pool,) = schools.own, schools.pools
    assert (own.estates, own.pupils, own.classes, own.reaches, own.delivery) == (("e0",), 900, 20, True, 2027)
    assert (pool.estates, pool.pupils, pool.classes, pool.reaches) == (("e1",), 875, 20, False)
    assert pool.pupils_by_year == {2027: 0, 2028: 875}


def test_small_estates_of_one_unit_reach_the_threshold_together():
    small = {"people": 4000.0, "households": 1300.0, "delivery": 2027.0}
    schools = pool_estates(read(small, small, small, small | {"unit": "u2"}), TEN_THOUSAND, CAPS)
    assert [(pool.unit, len(pool.estates), pool.people, pool.classes, pool.reaches) for pool in schools.pools] == [
        ("u1", 3, 12_000, 22, True),
        ("u2", 1, 4000, 8, False),
    ]
    assert repr(schools) == "EstateSchools(0 of their own, 2 pools)"


def test_households_decide_where_the_threshold_is_in_households():
    threshold = (SchoolThreshold(P, "某市条例", "plan", households=3000),)
    schools = pool_estates(read({"households": 3000.0}, {"households": 2999.0}), threshold, CAPS)
    assert ([need.estates for need in schools.own], schools.pools[0].estates) == ([("e0",)], ("e1",))


def test_an_estate_of_unknown_size_is_pooled_and_leaves_the_pool_open():
    found = read({"households": 400.0}, {"households": 400.0, "people": 1200.0})
    schools = pool_estates(found, TEN_THOUSAND, CAPS)
    assert schools.pools[0].reaches is None
    assert [(each.code, each.rows) for each in schools.findings] == [("estate-size-unknown", ("e0",))]


def test_a_pool_that_reaches_the_threshold_without_its_unknown_estate_reaches_it():
    found = read({"households": 400.0}, {"people": 6000.0}, {"people": 6000.0})
    assert pool_estates(found, TEN_THOUSAND, CAPS).pools[0].reaches is True


def test_hunans_table_is_an_example_with_its_evidence_and_has_to_be_asked_for():
    assert {(each.stage.value, each.people) for each in HUNAN_2019} == {
        ("kindergarten", 10_000), ("primary", 10_000), ("junior", 30_000), ("senior", 80_000),
    }  # fmt: skip
    assert {each.evidence for each in HUNAN_2019} == {"secondary"}
    assert all("2019" in each.source for each in HUNAN_2019)
    with pytest.raises(TypeError):
        pool_estates(read({"people": 1.0}), caps=CAPS)


def test_a_yield_needs_a_year_and_a_source():
    with pytest.raises(ValueError, match="year and a source"):
        Housing({P: Figure(0.25)})


def test_a_threshold_needs_a_figure_and_a_source():
    with pytest.raises(ValueError, match="people or households"):
        SchoolThreshold(P, "某市条例", "plan")
    with pytest.raises(ValueError, match="people or households"):
        SchoolThreshold(P, "", "plan", people=1)


def test_no_estate_brings_nobody():
    found = read_estates(frame({"households": 1.0}).iloc[:0], YIELDS)
    assert (len(found), found.by_year(P, [2026]).shape, found.findings) == (0, (0, 1), ())
    assert pool_estates(found, TEN_THOUSAND, CAPS).pools == ()


@given(
    st.lists(
        st.tuples(
            st.integers(0, 30_000), st.integers(0, 9000), st.sampled_from(["u1", "u2", ""]), st.integers(2024, 2032)
        ),
        min_size=1,
        max_size=15,
    )
)
def test_every_estate_has_its_own_school_or_stands_in_one_pool_and_no_pupil_is_lost(rows):
    keys = ("people", "households", "unit", "delivery")
    found = read(*[dict(zip(keys, (float(p), float(h), unit, float(year)), strict=True)) for p, h, unit, year in rows])
    schools = pool_estates(found, TEN_THOUSAND, CAPS, years=(2026, 2032))
    needs = schools.own + schools.pools
    assert sorted(key for need in needs for key in need.estates) == sorted(found.ids)
    assert sum(need.pupils for need in needs) == pytest.approx(found.pupils[P].sum())
    assert sum(need.pupils_by_year[2032] for need in needs) == pytest.approx(found.by_year(P, [2032]).sum())
    assert all(need.classes * 45 >= np.floor(need.pupils) for need in needs)
