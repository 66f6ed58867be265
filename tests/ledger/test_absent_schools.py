"""What the ledger says where a layer holds no school of a kind, or tells less than a clause asks for."""

from dataclasses import replace

from geoplan.ledger import build_ledger
from geoplan.rules import State
from geoplan.types import Stage

COUNTIES = [{"id": "a", "name": "甲县"}, {"id": "b", "name": "乙县"}]


def test_a_layer_without_a_vocational_school_is_no_data_and_not_a_city_without_one(world, clause):
    schools = [{"id": "s1", "stages": "s", "branch": "ordinary", "enrolment": 900, "district": "甲县"}]
    rules = [clause("enrolment_total", level="vocational", operator=">=", low=6.5, unit="万人"),
             clause("schools_of_branch", level="vocational", options={"branch": "vocational"}, low=1)]  # fmt: skip
    for rule in rules:
        (entry,) = build_ledger(world(rule, schools=schools, districts=COUNTIES)).entries
        assert (entry.state, entry.short) == (State.NO_DATA, None)
        assert "branch=vocational" in entry.en


def test_a_layer_without_a_senior_school_says_so_and_asks_for_no_column(world, clause):
    (entry,) = build_ledger(world(clause("tracks", level="senior"), schools=[{"id": "p1", "stages": "p"}])).entries
    assert entry.state is State.NO_DATA
    assert "stages=senior" in entry.en
    assert "学段为“高中”" in entry.zh


def test_a_county_without_such_a_school_is_not_applicable(world, clause):
    schools = [{"id": "s1", "stages": "s", "classes": 30, "district": "甲县"}]
    rule = clause("tracks", level="senior", operator="between", low=8, high=20, by_place=True)
    found = build_ledger(world(rule, schools=schools, districts=COUNTIES)).entries
    assert {entry.place: entry.state for entry in found} == {"": State.MET, "a": State.MET, "b": State.NOT_APPLICABLE}


def test_a_share_of_graded_kindergartens_is_short_in_percentage_points(world, clause):
    schools = [{"id": f"k{at}", "stages": "k", "central": True, "grade": "农村示范" if at < 8 else "二类"}
               for at in range(10)]  # fmt: skip
    rule = clause("demo_share_of_central", operator=">=", low=90, unit="%", options={"words": ["农村示范"]})
    (entry,) = build_ledger(world(rule, schools=schools)).entries
    assert (entry.value, entry.short, entry.short_unit) == (80.0, 10.0, "%")


def test_model_schools_of_no_known_year_are_not_taken_for_new_ones(world):
    schools = [{"id": f"s{at}", "stages": "s", "grade": "省级示范"} for at in range(5)]
    (entry,) = build_ledger(world(book="anyang", schools=schools)).of("AY-I-10")
    assert (entry.value, entry.state) == (5.0, State.SHOWN)


def test_a_stage_that_is_not_planned_and_has_no_school_is_no_data_and_not_unserved(world, clause):
    rule = clause("school_count", operator=">=", low=2)
    asked = replace(world(rule, schools=[{"id": "p1", "stages": "p"}]), stages=(Stage.PRIMARY, Stage.JUNIOR))
    (entry,) = build_ledger(asked).entries
    assert (entry.state, "学段为“幼儿园”" in entry.zh) == (State.NO_DATA, True)
    at_home = [{"id": "v", "people": 9000, "x": 10, "area": "rural"}]
    town = world(book="xingtai", schools=[{"id": "p1", "stages": "p", "x": 0}], population=at_home)
    (served, *_) = build_ledger(town).of("XT-R-01")
    assert served.state is State.NOT_MET
    (entry,) = build_ledger(replace(town, stages=(Stage.PRIMARY,))).of("XT-R-01")
    assert (entry.state, entry.zh) == (State.NO_DATA, "缺数据：需要 学校（schools）：学段为“幼儿园”")


def test_a_radius_is_met_by_a_share_so_its_target_is_one(world):
    (entry, *_) = build_ledger(world(book="xingtai", schools=[{"id": "k", "stages": "k"}])).of("XT-R-01")
    assert (entry.unit, entry.as_dict()["target"]) == ("%", "覆盖率 100 %（服务半径 ≤ 1.5 km）")
