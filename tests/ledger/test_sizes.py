import pytest

from geoplan.ledger import NoDataError, build_ledger
from geoplan.rules import State


def one(found):
    return found["", ""]


def test_one_class_of_56_fails_and_classes_of_55_do_not(world, clause, read):
    rule = clause("class_size", level="senior", operator="<=", high=55, unit="人/班")
    full = {"id": "s1", "name": "一中", "stages": "s", "largest_class": 55, "enrolment": 2000, "classes": 40}
    found = one(read(world(schools=[full]), rule))
    assert (found.value, found.state) == (55.0, State.MET)
    found = one(read(world(schools=[full | {"largest_class": 56}]), rule))
    assert (found.value, found.state, found.rows, found.short) == (56.0, State.NOT_MET, ("s1",), 1.0)
    assert found.zh == "1 校（学段）中 1 个超过每班 55 人，最大 56 人（按学校图层）：一中"


def test_without_the_largest_class_the_mean_is_taken_and_said_to_be_one(world, clause, read):
    schools = [{"id": "s1", "name": "一中", "stages": "s", "enrolment": 1120, "classes": 20}]
    found = one(read(world(schools=schools), clause("class_size", level="senior", high=55)))
    assert (found.value, found.state) == (56.0, State.NOT_MET)
    assert "1 个只有平均班额" in found.zh


def test_the_enrolment_table_tells_classes_of_its_latest_year(world, clause, read):
    schools = [{"id": "s1", "name": "一中", "stages": "s", "enrolment": 9999, "classes": 1}]
    table = [
        {"school": "一中", "year": year, "stages": "s", "grade": grade, "pupils": pupils, "classes": 10}
        for year, pupils in ((2024, 600), (2025, 500))
        for grade in ("高一", "高二")
    ]
    found = one(read(world(schools=schools, enrolment=table), clause("class_size", level="senior", high=55)))
    assert (found.value, found.state) == (50.0, State.MET)
    assert "按在校生表 2025 年" in found.zh


def test_the_national_caps_are_those_of_each_stage(world, clause, read):
    schools = [
        {"id": "p1", "name": "一小", "stages": "p", "enrolment": 460, "classes": 10},
        {"id": "j1", "name": "一初", "stages": "j", "enrolment": 500, "classes": 10},
        {"id": "n1", "name": "九年", "stages": "pj", "primary_enrolment": 450, "junior_enrolment": 510,
         "primary_classes": 10, "junior_classes": 10},
    ]  # fmt: skip
    rule = clause("class_size", level="compulsory", options={"cap": "national"})
    found = one(read(world(schools=schools), rule))
    assert (found.state, set(found.rows), found.count, found.short) == (State.NOT_MET, {"p1", "n1"}, 2, 2.0)
    assert "超过每班 45/50 人" in found.zh


def test_counted_large_classes_are_what_is_too_many(world, clause, read):
    schools = [{"id": "s1", "name": "一中", "stages": "s", "largest_class": 60, "oversized_classes": 7, "classes": 30}]
    assert one(read(world(schools=schools), clause("class_size", level="senior", high=55))).short == 7.0


def test_schools_that_tell_no_class_are_said_and_none_at_all_is_no_data(world, clause, read):
    schools = [{"id": "s1", "name": "一中", "stages": "s", "enrolment": 100, "classes": 2},
               {"id": "s2", "name": "二中", "stages": "s", "enrolment": 100}]  # fmt: skip
    rule = clause("class_size", level="senior", high=55)
    assert "1 个未注明" in one(read(world(schools=schools), rule)).zh
    with pytest.raises(NoDataError, match="classes"):
        read(world(schools=schools[1:]), rule)


def test_the_share_of_large_classes_is_of_all_classes_that_are_told(world, clause):
    schools = [
        {"id": "p1", "stages": "p", "area": "urban", "classes": 30, "oversized_classes": 3},
        {"id": "p2", "stages": "p", "area": "urban", "classes": 30, "oversized_classes": 0},
        {"id": "p3", "stages": "p", "area": "urban", "classes": 40},
        {"id": "p4", "stages": "p", "area": "rural", "classes": 40, "oversized_classes": 40},
    ]
    rule = clause("oversized_class_share", level="compulsory", scope="urban", operator="=", low=0, high=0, unit="%")
    (entry,) = build_ledger(world(rule, schools=schools)).entries
    assert (entry.value, entry.state, entry.rows) == (5.0, State.NOT_MET, ("p1",))
    assert (entry.short, entry.short_unit) == (3.0, "班")
    assert "1 所未注明，未计入" in entry.zh
    (entry,) = build_ledger(world(rule, schools=schools[1:])).entries
    assert (entry.value, entry.state) == (0.0, State.MET)


@pytest.mark.parametrize(("last", "state"), [(1, State.MET), (2, State.NOT_MET), (0, State.MET)])
def test_a_clause_without_a_figure_asks_whether_the_share_falls(world, clause, read, last, state):
    table = [{"school": "p1", "year": year, "stages": "p", "pupils": 500, "classes": 10, "oversized_classes": large}
             for year, large in ((2024, 2), (2025, last))]  # fmt: skip
    rule = clause("oversized_class_share", level="compulsory")
    found = one(read(world(schools=[{"id": "p1", "stages": "p"}], enrolment=table), rule))
    assert (found.value, found.state) == (10.0 * last, state)


def test_the_published_share_of_large_classes_is_taken_from_the_statistics_table(world, clause, read):
    told = [{"indicator": "oversized_class_share", "level": "compulsory", "year": 2020, "value": 8.88}]
    rule = clause("oversized_class_share", level="compulsory", kind="baseline", operator="=", low=8.88, year=2020)
    assert one(read(world(statistics=told), rule)).value == 8.88


def test_of_a_base_year_without_a_published_share_the_schools_tell_and_after_it_the_other_way_round(
    world, clause, read
):
    told = [{"indicator": "oversized_class_share", "level": "compulsory", "year": 2020, "value": 8.88}]
    schools = [{"id": "p1", "stages": "p", "classes": 20, "oversized_classes": 1}]
    base = clause("oversized_class_share", level="compulsory", kind="baseline", operator="=", low=8.88, year=2020)
    rule = clause("oversized_class_share", level="compulsory", operator="<=", high=5)
    assert one(read(world(schools=schools), base)).value == 5.0
    assert one(read(world(schools=schools, statistics=told), base)).value == 8.88
    assert one(read(world(schools=schools, statistics=told), rule)).value == 5.0
    assert one(read(world(statistics=told), rule)).value == 8.88
    for each in (base, rule):
        with pytest.raises(NoDataError) as caught:
            read(world(), each)
        assert {need.role for need in caught.value.needs} == {"schools", "enrolment", "statistics"}


def test_tracks_are_classes_over_three_grades(world, clause, read):
    schools = [
        {"id": f"s{at}", "name": f"{at}中", "stages": "s", "classes": classes}
        for at, classes in enumerate((24, 60, 63, 21))
    ]
    rule = clause("tracks", level="senior", operator="between", low=8, high=20, unit="轨")
    found = one(read(world(schools=schools), rule))
    assert (found.value, found.state, found.rows) == (2.0, State.NOT_MET, ("s2", "s3"))
    assert found.zh.endswith("不在其内：2中（21）、3中（7）")


def test_only_the_senior_classes_of_a_complete_school_make_tracks(world, clause, read):
    schools = [{"id": "s1", "name": "完中", "stages": "js", "classes": 90, "senior_classes": 30}]
    rule = clause("tracks", level="senior", operator="between", low=8, high=20)
    assert one(read(world(schools=schools), rule)).state is State.MET


def test_the_largest_new_school_decides_by_plan_or_as_it_stands(world, clause):
    projects = [
        {"id": "x1", "name": "新高中", "stages": "s", "action": "new", "enrolment": 3000},
        {"id": "x2", "name": "扩建", "stages": "s", "action": "expand", "enrolment": 5000},
    ]
    schools = [{"id": "s1", "name": "新中", "stages": "s", "year_open": 2023, "enrolment": 3001},
               {"id": "s2", "name": "老中", "stages": "s", "year_open": 1950, "enrolment": 9000}]  # fmt: skip
    rule = clause("new_school_size", level="senior", operator="<=", high=3000, unit="人")
    (entry,) = build_ledger(world(rule, projects=projects)).entries
    assert (entry.value, entry.state) == (3000.0, State.MET)
    (entry,) = build_ledger(world(rule, projects=projects, schools=schools)).entries
    assert (entry.value, entry.state, entry.rows, entry.short) == (3001.0, State.NOT_MET, ("s1",), 1.0)


def test_areas_a_pupil_are_shown_because_the_plan_gives_no_figure(world, clause, read):
    schools = [{"id": "p1", "stages": "p", "area": "rural", "enrolment": 100, "site_area_m2": 3000,
                "floor_area_m2": 700}]  # fmt: skip
    found = one(read(world(schools=schools), clause("site_and_floor_area", level="compulsory", scope="rural")))
    assert (found.value, found.state) == (30.0, State.SHOWN)
    assert found.zh == "生均占地 30 m²，生均校舍 7 m²；原文未给标准数值，不作判定"


def test_a_standard_in_the_options_is_judged_by_stage(world, clause, read):
    schools = [
        {"id": "p1", "stages": "p", "enrolment": 100, "sports_area_m2": 750},
        {"id": "j1", "stages": "j", "enrolment": 100, "sports_area_m2": 750},
    ]
    options = {"sports_m2": {"primary": 7.5, "junior": 10.2}}
    found = one(read(world(schools=schools), clause("site_and_floor_area", level="compulsory", options=options)))
    assert (found.state, found.rows) == (State.NOT_MET, ("j1",))


def test_a_blank_site_is_measured_by_the_campus(world, clause, read):
    import shapely

    schools = [{"id": "p1", "stages": "p", "enrolment": 100, "geometry": shapely.box(0, 0, 50, 40)}]
    assert one(read(world(schools=schools), clause("site_and_floor_area", level="compulsory"))).value == 20.0


def test_beds_are_missing_school_by_school_and_not_made_up_by_another(world, clause, read):
    schools = [
        {"id": "j1", "name": "甲", "stages": "j", "area": "rural", "boarding_beds": 100, "boarders": 130},
        {"id": "j2", "name": "乙", "stages": "j", "area": "rural", "boarding_beds": 200, "boarders": 50},
    ]
    found = one(read(world(schools=schools), clause("boarding_facility", level="compulsory", scope="rural")))
    assert (found.value, found.state, found.rows, found.short) == (30.0, State.NOT_MET, ("j1",), 30.0)


def test_left_behind_children_are_set_against_beds(world, clause, read):
    schools = [{"id": "j1", "stages": "j", "area": "rural", "boarding_beds": 100, "left_behind_pupils": 80}]
    rule = clause("boarding_beds_for_left_behind", level="compulsory", scope="rural")
    assert one(read(world(schools=schools), rule)).state is State.MET


def test_small_and_boarding_schools_are_shown_with_pupils_and_beds(world, clause, read):
    schools = [
        {"id": "p1", "stages": "p", "area": "rural", "enrolment": 99},
        {"id": "p2", "stages": "p", "area": "rural", "enrolment": 100, "boarding_beds": 60},
    ]
    found = one(read(world(schools=schools), clause("small_and_boarding", level="compulsory", scope="rural")))
    assert (found.value, found.state) == (1.0, State.SHOWN)
    assert found.zh == "不足 100 人的小规模学校 1 所、99 人；寄宿制学校 1 所、床位 60 张"


def test_seats_grow_by_finished_projects_else_by_schools_opened_and_closed(world, clause, read):
    rule = clause("seats_change", level="compulsory")
    projects = [{"id": "x1", "name": "一", "stages": "p", "seats": 900, "status": "finished"},
                {"id": "x2", "name": "二", "stages": "p", "seats": 500, "status": "started"}]  # fmt: skip
    assert one(read(world(projects=projects), rule)).value == 900.0
    schools = [
        {"id": "p1", "stages": "p", "capacity": 400, "year_open": 2022},
        {"id": "p2", "stages": "p", "capacity": 600, "year_close": 2023},
        {"id": "p3", "stages": "p", "capacity": 600, "year_open": 1990},
    ]
    found = one(read(world(schools=schools), rule))
    assert (found.value, found.state) == (-200.0, State.NOT_MET)


def test_of_a_new_nine_year_school_the_level_counts_its_own_seats_only(world, clause, read):
    schools = [{"id": "n9", "stages": "pj", "capacity": 2000, "classes": 27, "year_open": 2022}]
    found = {
        level: one(read(world(schools=schools), clause("seats_change", level=level))).value
        for level in ("primary", "junior", "compulsory")
    }
    assert found == {"primary": 810.0, "junior": 450.0, "compulsory": 1260.0}


def test_public_kindergartens_that_opened_less_those_that_closed(world, clause, read):
    schools = [
        {"id": "k1", "stages": "k", "ownership": "public", "year_open": 2022},
        {"id": "k2", "stages": "k", "ownership": "public", "year_open": 2023},
        {"id": "k3", "stages": "k", "ownership": "public", "year_open": 1999, "year_close": 2024},
        {"id": "k4", "stages": "k", "ownership": "private", "year_open": 2024},
    ]
    found = one(read(world(schools=schools), clause("public_kindergartens_change")))
    assert (found.value, found.state) == (1.0, State.MET)


def test_seats_change_in_the_years_of_the_plan_and_each_school_once(world, clause, read):
    projects = [
        {"id": "x1", "action": "new", "stages": "p", "seats": 900, "status": "finished", "finish": 2015},
        {"id": "x2", "action": "new", "stages": "p", "seats": 300, "status": "finished", "finish": 2023,
         "school": "新校"},
        {"id": "x3", "action": "close", "stages": "p", "seats": 100, "status": "finished", "finish": 2024},
        {"id": "x4", "action": "relocate", "stages": "p", "seats": 500, "status": "finished", "finish": 2024,
         "school": "p2"},
        {"id": "x5", "action": "new", "stages": "p", "seats": 700, "status": "finished", "finish": 2030},
    ]  # fmt: skip
    schools = [
        {"id": "p1", "name": "新校", "stages": "p", "capacity": 300, "year_open": 2023},
        {"id": "p2", "name": "老校", "stages": "p", "capacity": 450, "year_open": 1990},
        {"id": "p3", "name": "关校", "stages": "p", "capacity": 60, "year_close": 2022},
    ]
    found = one(read(world(projects=projects, schools=schools), clause("seats_change", level="compulsory")))
    assert (found.value, found.rows) == (300.0 - 100 + 50 - 60, ("x2", "x3", "x4", "p3"))
