import pytest

from geoplan.ledger import NoDataError
from geoplan.ledger.indicators.estates import INDICATORS
from geoplan.rules import State

READ = {each.name: each.read for each in INDICATORS}
SCHOOLS = [
    {"id": "k1", "name": "东园", "stages": "k", "ownership": "public"},
    {"id": "k2", "name": "西园", "stages": "k", "ownership": "private", "inclusive": True},
    {"id": "k3", "name": "南园", "stages": "k", "ownership": "private", "inclusive": False},
    {"id": "p1", "name": "东小", "stages": "p", "ownership": "public"},
]


def estates(*rows):
    """Rows of (name, school) or (name, school, homes, handed over)."""
    keys = ("name", "school", "delivery", "school_delivery")
    return [{"id": f"e{at}"} | dict(zip(keys, row, strict=False)) for at, row in enumerate(rows)]


def read(world, clause, name, rows, schools=SCHOOLS, **values):
    (found,) = READ[name](world(estates=rows, schools=schools), clause(name, scope="urban", **values))
    return found


def test_a_school_handed_over_with_the_homes_or_before_is_in_phase(world, clause):
    rows = estates(("甲", "k1", 2022, 2022), ("乙", "k2", 2022, 2021), ("丙", "k3", 2022, 2024))
    found = read(world, clause, "estate_same_phase", rows)
    assert (found.value, found.state, found.rows) == (pytest.approx(200 / 3), State.NOT_MET, ("e2",))
    assert found.zh == "配套幼儿园与住宅同步交付 2 / 3 = 66.67 %；晚于住宅：丙（2年）"
    assert read(world, clause, "estate_same_phase", rows[:2]).state is State.MET


def test_only_schools_of_the_clauses_level_are_looked_at(world, clause):
    rows = estates(("甲", "k1、p1", 2022, 2023), ("乙", "东小", 2022, 2022), ("丙", "k1", 2022, 2029))
    assert read(world, clause, "estate_same_phase", rows, level="compulsory").rows == ("e0",)


def test_the_year_that_a_school_opened_stands_in_for_its_delivery(world, clause):
    schools = [SCHOOLS[0] | {"year_open": 2025.0}]
    assert read(world, clause, "estate_same_phase", estates(("甲", "k1", 2022)), schools).rows == ("e0",)


def test_years_that_are_missing_are_counted_and_not_guessed(world, clause):
    rows = estates(("甲", "k1", 2022, 2022), ("乙", "k2", 2022, None))
    assert read(world, clause, "estate_same_phase", rows).zh.endswith("1个缺年份")
    with pytest.raises(NoDataError) as missing:
        read(world, clause, "estate_same_phase", estates(("甲", "k1", 2022)))
    assert missing.value.columns == ("school_delivery",)


@pytest.mark.parametrize(
    ("options", "value", "state", "rows"),
    [
        ({"allow": ["public"]}, 100 / 3, State.NOT_MET, ("k2", "k3")),
        ({"allow": ["public", "inclusive"]}, 200 / 3, State.NOT_MET, ("k3",)),
        ({"prefer": ["public"]}, 100 / 3, State.SHOWN, ("k2", "k3")),
        ({}, 100 / 3, State.NOT_MET, ("k2", "k3")),
    ],
)
def test_who_may_run_an_estate_school_is_the_clauses_own_word(world, clause, options, value, state, rows):
    every = estates(("甲", "k1"), ("乙", "西园"), ("丙", "k3"), ("丁", "k1"))
    found = read(world, clause, "estate_ownership", every, options=options)
    assert (found.value, found.state, found.rows) == (pytest.approx(value), state, rows)


def test_compulsory_schools_of_estates_are_all_public(world, clause):
    found = read(world, clause, "estate_ownership", estates(("甲", "k3、p1")), level="compulsory")
    assert (found.value, found.state) == (100, State.MET)


def test_schools_of_unknown_ownership_are_left_out_and_counted(world, clause):
    schools = [SCHOOLS[0], {"id": "k9", "name": "新园", "stages": "k"}]
    found = read(world, clause, "estate_ownership", estates(("甲", "k1"), ("乙", "k9")), schools)
    assert (found.value, found.zh) == (100, "小区配套幼儿园公办 1 / 1 = 100 %；1所未注明办别")
    with pytest.raises(NoDataError):
        read(world, clause, "estate_ownership", estates(("乙", "k9")), schools[1:])


def test_an_audit_lists_estates_without_a_kindergarten_private_ones_and_late_ones(world, clause):
    rows = estates(("甲", "k1", 2020, 2020), ("乙", ""), ("丙", "k3", 2020, 2022), ("丁", "k2", 2020, 2021))
    found = read(world, clause, "estate_compliance", rows)
    assert (found.value, found.state) == (3, State.NOT_MET)
    assert set(found.rows) == {"e1", "e2", "e3"}
    assert found.zh == ("小区4个，配套园有问题3个；无配套园1个：乙；营利或未普惠1个：丙；晚于住宅交付2个：丙、丁")


def test_each_estate_above_the_size_names_a_school_that_stands(world, clause):
    rows = [
        {"id": "e0", "name": "甲", "people": 12_000.0, "school": "k1"},
        {"id": "e1", "name": "乙", "people": 10_000.0, "school": "不存在园"},
        {"id": "e2", "name": "丙", "people": 9_999.0, "school": ""},
    ]
    found = read(world, clause, "estate_matching", rows, options={"people_from": 10_000})
    assert (found.value, found.state, found.rows) == (50, State.NOT_MET, ("e1",))
    assert found.zh.endswith("没有：乙（其中1个所写学校不在学校图层中或学段不同）；1个未达配建标准，由区县统筹")
    assert read(world, clause, "estate_matching", rows).rows == ("e1", "e2")


def test_where_no_estate_reaches_the_size_the_clause_is_not_asked(world, clause):
    rows = [{"id": "e", "name": "甲", "people": 10.0}]
    assert read(world, clause, "estate_matching", rows, options={"people_from": 99}).state is State.NOT_APPLICABLE


def test_estates_without_a_school_are_pooled_by_planning_unit(world, clause):
    rows = [
        {"id": "e0", "name": "甲", "people": 900.0, "households": 300.0, "unit": "U1", "school": ""},
        {"id": "e1", "name": "乙", "people": 600.0, "households": 200.0, "unit": "U1", "pupils_primary": 40.0},
        {"id": "e2", "name": "丙", "people": 500.0, "unit": "", "district": "中原区"},
        {"id": "e3", "name": "丁", "people": 9000.0, "unit": "U1", "school": "p1"},
    ]
    found = read(world, clause, "pooled_estates", rows, level="compulsory")
    assert (found.value, found.state, found.count) == (2000, State.SHOWN, 3)
    assert found.zh == (
        "未配建义务教育的小区3个，按编制单元统筹；U1：2个小区1,500人、500户、小学生40人；中原区：1个小区500人"
    )


def test_pooling_asks_for_people_or_households(world, clause):
    with pytest.raises(NoDataError) as missing:
        read(world, clause, "pooled_estates", [{"id": "e", "name": "甲"}])
    assert missing.value.columns == ("people", "households")


def kindergarten(key, pupils, **columns):
    return {"id": key, "name": key, "stages": "k", "year_open": 2023.0, "enrolment": float(pupils)} | columns


def new_ones(world, clause, *rows, **options):
    (found,) = READ["new_kindergarten_conditions"](world(schools=list(rows)), clause("x", options=options))
    return found


def test_new_kindergartens_are_held_to_floor_area_and_class_size(world, clause):
    found = new_ones(
        world, clause,
        kindergarten("a", 180, floor_area_m2=1879.2, classes=6.0),  # exactly 10.44 m² and 30 a class
        kindergarten("b", 180, floor_area_m2=1870.0, classes=6.0),
        kindergarten("c", 181, floor_area_m2=9999.0, classes=6.0),
        kindergarten("d", 180, floor_area_m2=1.0, classes=1.0, year_open=2020.0),
        kindergarten("e", 180, floor_area_m2=1.0, classes=1.0, year_open=2030.0),
    )  # fmt: skip
    assert (found.value, found.rows, found.state) == (2, ("b", "c"), State.NOT_MET)
    assert "2021年以来新增幼儿园3所，可核3所，不达标2所" in found.zh


def test_without_new_kindergartens_or_figures_nothing_is_judged(world, clause):
    old = kindergarten("a", 90, classes=3.0, year_open=2010.0)
    assert new_ones(world, clause, old).state is State.NOT_APPLICABLE
    assert new_ones(world, clause, old, since=2010).state is State.MET
    blank = kindergarten("b", float("nan"))
    assert new_ones(world, clause, old, blank).state is State.NO_DATA
    with pytest.raises(NoDataError):
        new_ones(world, clause, kindergarten("a", 90))


@pytest.mark.parametrize("name", ["estate_same_phase", "estate_ownership", "estate_matching", "pooled_estates"])
def test_estates_are_asked_for(world, clause, name):
    with pytest.raises(NoDataError) as missing:
        list(READ[name](world(schools=SCHOOLS), clause(name)))
    assert missing.value.role == "estates"
