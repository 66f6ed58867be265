import pytest

from geoplan.ledger import NoDataError, build_ledger
from geoplan.rules import State

COUNTIES = [{"id": "a", "name": "甲县"}, {"id": "b", "name": "乙县"}]


def kindergartens(*rows):
    """(county, area, ownership, more columns) of each, with ids k0, k1, …"""
    return [
        {"id": f"k{at}", "name": f"园{at}", "stages": "k", "district": county, "area": area, "ownership": owner} | more
        for at, (county, area, owner, more) in enumerate(rows)
    ]


def states(entries):
    return {entry.place: entry.state for entry in entries}


def test_each_county_town_needs_its_three_public_kindergartens(world, clause):
    schools = kindergartens(
        *[("甲县", "urban", "public", {})] * 3, *[("乙县", "urban", "public", {})] * 2,
        ("乙县", "urban", "private", {}), ("乙县", "rural", "public", {}),
    )  # fmt: skip
    rule = clause("public_kindergartens_per_seat", scope="urban", operator=">=", low=3, unit="所", by_place=True)
    found = build_ledger(world(rule, schools=schools, districts=COUNTIES)).entries
    assert states(found) == {"": State.NOT_MET, "a": State.MET, "b": State.NOT_MET}
    assert [entry.value for entry in found] == [None, 3.0, 2.0]
    assert (found[2].short, found[2].short_unit) == (1.0, "所")
    assert (found[0].short, found[0].zh) == (1.0, "2 个县（市、区）中 1 个符合；不符合：乙县")


def test_a_clause_on_each_county_cannot_be_read_without_districts(world, clause, read):
    schools = kindergartens(("", "urban", "public", {}))
    with pytest.raises(NoDataError, match="districts"):
        read(world(schools=schools), clause("public_kindergartens_per_seat", scope="urban", low=3))


def test_a_county_without_a_row_counts_none_and_not_no_data(world, clause, read):
    schools = kindergartens(("甲县", "urban", "public", {}))
    found = read(world(schools=schools, districts=COUNTIES), clause("public_kindergartens_per_seat", low=1))
    assert (found["b", ""].value, found["b", ""].state) == (0.0, State.NOT_MET)


def test_more_model_kindergartens_than_the_upper_figure_are_no_fault(world, clause, read):
    schools = kindergartens(*[("甲县", "urban", "public", {"grade": "省级示范园"})] * 3)
    rule = clause("demo_per_seat", scope="urban", operator="between", low=1, high=2, options={"words": ["省级示范"]})
    found = read(world(schools=schools, districts=COUNTIES), rule)["a", ""]
    assert (found.value, found.state) == (3.0, State.MET)
    assert "上限不作要求" in found.zh


def test_two_central_kindergartens_are_no_ceiling_and_none_is_a_fault(world, clause, read):
    central = {"central": True}
    schools = kindergartens(
        *[("甲县", "rural", "public", central | {"township": "东乡"})] * 3,
        ("甲县", "rural", "private", central | {"township": "西乡"}),
        ("甲县", "rural", "public", {"central": False, "township": "西乡"}),
        ("乙县", "urban", "public", {"central": False, "township": "城关街道"}),
    )
    found = read(world(schools=schools, districts=COUNTIES), clause("central_kindergartens_per_township", low=1))
    assert (found["", ""].value, found["", ""].state, found["", ""].rows) == (1.5, State.NOT_MET, ("西乡",))
    assert found["", ""].short == 1
    assert found["b", ""].state is State.NOT_APPLICABLE


def test_a_township_written_in_two_ways_is_one_and_its_offices_in_town_are_none(world, clause, read):
    central = {"central": True}
    schools = kindergartens(
        ("甲县", "rural", "public", central | {"township": "官庄镇"}),
        ("甲县", "rural", "public", central | {"township": "官庄 "}),
        ("甲县", "rural", "public", central | {"township": "大名镇"}),
        ("甲县", "rural", "public", central | {"township": "大名乡"}),
        ("甲县", "urban", "public", {"township": "北大街街道办事处"}),
        ("甲县", "rural", "public", central | {"township": ""}),
    )
    rule = clause("central_kindergartens_per_township", low=1)
    found = read(world(schools=schools, districts=COUNTIES), rule)["", ""]
    assert (round(found.value, 4), found.state) == (1.3333, State.MET)
    found = read(world(schools=schools, districts=COUNTIES), clause("central_kindergartens"))["", ""]
    assert (found.value, "3 / 3" in found.zh) == (4.0, True)
    assert "1 所未注明乡镇" in found.zh


def test_210_kindergartens_in_80_townships_are_2_6_each_and_meet_the_clause(world, clause, read):
    """ZZ:15 against ZZ:157."""
    schools = [
        {"id": f"k{at}", "stages": "k", "central": True, "ownership": "public", "township": f"乡{at % 80}"}
        for at in range(210)
    ]
    rule = clause("central_kindergartens_per_township", operator="between", low=1, high=2, unit="所/乡镇")
    found = read(world(schools=schools), rule)["", ""]
    assert (found.value, found.state) == (2.625, State.MET)


def test_the_four_tiers_of_the_network_are_counted(world, clause):
    words = ["市直", "县级", "乡镇", "村", "村", ""]
    schools = [{"id": f"k{at}", "stages": "k", "level": word} for at, word in enumerate(words)]
    rule = clause("network_levels", operator="=", low=4, high=4, unit="级")
    (entry,) = build_ledger(world(rule, schools=schools)).entries
    assert (entry.value, entry.state, entry.zh) == (4.0, State.MET, "市 1 所、县 1 所、乡（镇） 1 所、村 2 所")
    (entry,) = build_ledger(world(rule, schools=schools[:3])).entries
    assert (entry.value, entry.state) == (3.0, State.NOT_MET)


def test_every_county_needs_its_special_school(world, clause):
    schools = [{"id": "s1", "stages": "", "branch": "special", "district": "甲县"}]
    rule = clause(
        "schools_of_branch", level="special", operator=">=", low=1, by_place=True, options={"branch": "special"}
    )
    assert states(build_ledger(world(rule, schools=schools, districts=COUNTIES)).entries) == {
        "": State.NOT_MET, "a": State.MET, "b": State.NOT_MET,
    }  # fmt: skip


def test_special_schools_are_known_by_their_kind_where_the_branch_is_blank(world, clause, read):
    schools = [{"id": "s1", "stages": "", "kind": "特殊教育学校", "district": "甲县"}]
    rule = clause("schools_of_branch", level="special", low=1, options={"branch": "special"})
    assert read(world(schools=schools, districts=COUNTIES), rule)["a", ""].value == 1.0


def test_a_layer_that_tells_no_branch_cannot_say_that_a_county_has_no_special_school(world, clause, read):
    schools = [{"id": "p1", "stages": "p"}]
    rule = clause("schools_of_branch", level="special", low=1, options={"branch": "special"})
    with pytest.raises(NoDataError, match="branch=special"):
        read(world(schools=schools, districts=COUNTIES), rule)


def test_special_schools_are_asked_of_counties_above_the_population_and_of_no_others(world, clause, read):
    schools = [{"id": "p1", "stages": "p", "branch": "ordinary"}]
    districts = [COUNTIES[0] | {"people": 200_001}, COUNTIES[1] | {"people": 200_000}]
    rule = clause("special_by_population", level="special", low=1, options={"people_over": 200_000})
    found = read(world(schools=schools, districts=districts), rule)
    assert (found["a", ""].state, found["b", ""].state) == (State.NOT_MET, State.NOT_APPLICABLE)
    assert found["a", ""].zh.startswith("200,001 人（200,000 人以上）；特殊教育学校 0 所")


def test_people_of_a_county_may_come_from_the_statistics_table(world, clause, read):
    schools = [{"id": "s1", "branch": "special", "district": "乙县"}]
    told = [{"indicator": "people", "district": name, "year": 2020, "value": people}
            for name, people in (("甲县", 150_000), ("乙县", 300_000))]  # fmt: skip
    rule = clause("special_by_population", level="special", low=1, options={"people_over": 200_000})
    found = read(world(schools=schools, districts=COUNTIES, statistics=told), rule)
    assert (found["a", ""].state, found["b", ""].state) == (State.NOT_APPLICABLE, State.MET)


def test_every_county_needs_its_resource_centre(world, clause, read):
    schools = [{"id": "s1", "branch": "special", "district": "甲县", "resource_centre": True},
               {"id": "s2", "branch": "special", "district": "乙县", "resource_centre": False}]  # fmt: skip
    found = read(world(schools=schools, districts=COUNTIES), clause("resource_centres", level="special", low=1))
    assert (found["a", ""].state, found["b", ""].state) == (State.MET, State.NOT_MET)


def test_five_included_pupils_call_for_a_resource_room_and_four_do_not(world, clause, read):
    schools = [
        {"id": "p1", "stages": "p", "included_pupils": 5, "resource_room": False},
        {"id": "p2", "stages": "p", "included_pupils": 4, "resource_room": False},
        {"id": "p3", "stages": "p", "included_pupils": 9, "resource_room": True},
        {"id": "p4", "stages": "p", "included_pupils": 7},
    ]
    found = read(world(schools=schools), clause("resource_rooms", level="special", options={"pupils_from": 5}))["", ""]
    assert (found.value, found.state, found.rows) == (2.0, State.NOT_MET, ("p1", "p4"))


@pytest.mark.parametrize(("stages", "years"), [("kpjs", 15.0), ("pj", 9.0)])
def test_the_stages_of_special_schools_add_up_to_years(world, clause, read, stages, years):
    schools = [{"id": "s1", "branch": "special", "stages": stages}]
    assert read(world(schools=schools), clause("special_stage_span", level="special"))["", ""].value == years


def test_groups_are_counted_with_the_schools_that_belong_to_one(world, clause, read):
    schools = [{"id": f"p{at}", "stages": "p", "group": name} for at, name in enumerate(("东", "东", "西", ""))]
    found = read(world(schools=schools), clause("school_groups", level="compulsory"))["", ""]
    assert (found.value, found.zh) == (
        2.0,
        "教育集团 2 个，参加 3 / 4 = 75 % 所学校；按每集团一所牵头学校计，带动 1 所",
    )


def test_a_teaching_point_without_a_central_school_fails(world, clause, read):
    schools = [
        {"id": "t1", "stages": "p", "kind": "教学点", "parent": "中心校"},
        {"id": "t2", "stages": "p", "kind": "小学教学点"},
        {"id": "p1", "stages": "p", "kind": "小学"},
    ]
    found = read(world(schools=schools), clause("linked_teaching_points", level="teaching_point"))["", ""]
    assert (found.value, found.state, found.rows) == (1.0, State.NOT_MET, ("t2",))


def test_model_schools_are_counted_by_the_words_of_their_grade(world, clause):
    grades = ["省级示范", "市级示范", "省级示范性高中", ""]
    schools = [{"id": f"s{at}", "stages": "s", "grade": grade} for at, grade in enumerate(grades)]
    rule = clause("demo_schools", level="senior", operator=">=", low=3, options={"words": ["省级示范"]})
    (entry,) = build_ledger(world(rule, schools=schools)).entries
    assert (entry.value, entry.state, entry.rows, entry.short) == (2.0, State.NOT_MET, ("s0", "s2"), 1.0)


def test_township_kindergartens_below_the_grade_are_named(world, clause, read):
    schools = kindergartens(
        ("甲县", "rural", "public", {"grade": "农村一类"}), ("甲县", "rural", "public", {"grade": "农村二类"}),
        ("甲县", "urban", "public", {"grade": "城市三类"}),
    )  # fmt: skip
    rule = clause("kindergarten_grade", scope="township", options={"words": ["农村一类", "农村示范", "省级示范"]})
    found = read(world(schools=schools), rule)["", ""]
    assert (found.value, found.state, found.rows) == (50.0, State.NOT_MET, ("k1",))


def test_nine_of_ten_central_kindergartens_at_the_grade_meet_90_percent(world, clause):
    schools = [{"id": f"k{at}", "stages": "k", "central": True, "grade": "农村示范" if at else "农村一类"}
               for at in range(10)]  # fmt: skip
    rule = clause("demo_share_of_central", operator=">=", low=90, options={"words": ["农村示范", "省级示范"]})
    (entry,) = build_ledger(world(rule, schools=schools)).entries
    assert (entry.value, entry.state, entry.rows) == (90.0, State.MET, ("k0",))


def test_nine_year_schools_are_shown(world, clause, read):
    schools = [{"id": "n1", "stages": "pj"}, {"id": "p1", "stages": "p"}, {"id": "j1", "stages": "js"}]
    found = read(world(schools=schools), clause("nine_year_schools", level="nine_year"))["", ""]
    assert (found.value, found.state, found.rows) == (1.0, State.SHOWN, ("n1",))


def test_a_new_private_school_is_found_in_the_layer_and_among_the_projects(world, clause):
    schools = [
        {"id": "p1", "stages": "p", "ownership": "private", "year_open": 2023},
        {"id": "p2", "stages": "p", "ownership": "private", "year_open": 2010},
        {"id": "p3", "stages": "p", "ownership": "public", "year_open": 2023},
    ]
    projects = [
        {"id": "x1", "name": "新校", "stages": "j", "ownership": "private", "action": "new", "status": "started"},
        {"id": "x2", "name": "旧校", "stages": "j", "ownership": "private", "action": "new", "status": "cancelled"},
    ]
    rule = clause("new_private_schools", level="compulsory", operator="=", low=0, high=0)
    (entry,) = build_ledger(world(rule, schools=schools, projects=projects)).entries
    assert (entry.value, entry.state, entry.rows) == (2.0, State.NOT_MET, ("p1", "x1"))
    (entry,) = build_ledger(world(rule, schools=schools[1:])).entries
    assert (entry.value, entry.state) == (0.0, State.MET)


def test_unlicensed_kindergartens_are_those_that_say_so_and_not_the_blank_ones(world, clause, read):
    schools = [{"id": f"k{at}", "stages": "k", "licensed": flag} for at, flag in enumerate((True, False, None))]
    found = read(world(schools=schools), clause("licensed_kindergartens"))["", ""]
    assert (found.value, found.rows) == (1.0, ("k1",))


def test_pupils_are_summed_over_the_schools_that_tell(world, clause, read):
    schools = [{"id": "v1", "branch": "vocational", "enrolment": 60_000},
               {"id": "v2", "branch": "vocational", "enrolment": 5_500},
               {"id": "v3", "branch": "vocational"}]  # fmt: skip
    rule = clause("enrolment_total", level="vocational", operator=">=", low=6.5, unit="万人")
    found = read(world(schools=schools), rule)["", ""]
    assert found.value == 65_500.0
    assert "1 所未注明" in found.zh
    (entry,) = build_ledger(world(rule, schools=schools)).entries
    assert entry.state is State.MET


def test_a_private_school_and_its_project_are_one_new_school(world, clause, read):
    schools = [{"id": "p1", "name": "新校", "stages": "p", "ownership": "private", "year_open": 2023}]
    project = {"name": "新校项目", "stages": "p", "ownership": "private", "action": "new", "status": "finished"}
    projects = [project | {"id": "x1", "school": "新校"}, project | {"id": "x2", "school": "p1"},
                project | {"id": "x3", "finish": 2019}]  # fmt: skip
    found = read(world(schools=schools, projects=projects), clause("new_private_schools", level="compulsory"))["", ""]
    assert (found.value, found.rows) == (1.0, ("p1",))


def test_pupils_of_a_name_that_two_schools_share_are_nobodys(world, clause, read):
    schools = [{"id": f"k{at}", "name": name, "stages": "k"} for at, name in enumerate(("一园", "一园", "二园"))]
    table = [{"year": 2025, "school": name, "stages": "k", "pupils": 100} for name in ("一园", "二园", "k0")]
    found = read(world(schools=schools, enrolment=table), clause("enrolment_total"))["", ""]
    assert found.value == 200.0


def test_a_kindergarten_without_a_licence_is_no_school_of_the_ledger_as_on_the_map(world, clause, read):
    schools = [{"id": f"k{at}", "stages": "k", "licensed": flag, "enrolment": 100, "ownership": "private"}
               for at, flag in enumerate((True, False, None))]  # fmt: skip
    here = world(schools=schools)
    assert read(here, clause("school_count"))["", ""].value == 2.0
    assert read(here, clause("enrolment_total"))["", ""].value == 200.0
    assert read(here, clause("licensed_kindergartens"))["", ""].value == 1.0


def test_pupils_stand_with_how_many_they_are_for_each_1000_people(world, clause, read):
    schools = [{"id": "k1", "stages": "k", "enrolment": 300, "district": "甲县"},
               {"id": "k2", "stages": "k", "enrolment": 500, "district": "乙县"}]  # fmt: skip
    people = [county | {"people": 10_000} for county in COUNTIES]
    found = read(world(schools=schools, districts=people), clause("enrolment_total"))
    assert found["a", ""].zh.endswith("；人口 10,000 人（图层人口），每千人 30 人")
    assert found["", ""].zh.endswith("；人口 20,000 人（图层人口），每千人 40 人")
    partly = read(world(schools=schools, districts=[people[0], COUNTIES[1]]), clause("enrolment_total"))
    assert "每千人" not in partly["", ""].zh
    assert "每千人" not in partly["b", ""].zh
