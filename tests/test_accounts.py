"""A project's pupils, seats and ledger from its folder: figures that a hand can follow."""

from __future__ import annotations

import pytest

from geoplan.demand import Method, Scenario
from geoplan.errors import ConfigError, InputError, RuleError
from geoplan.project import Project
from geoplan.rules import State
from geoplan.types import Stage


@pytest.fixture(scope="module")
def project(two_counties):
    return Project.open(two_counties())


@pytest.fixture(scope="module")
def plan(project):
    return project.pupils()


def row_of(plan, stage, year, place):
    return next(row for row in plan.balance.of(stage, year) if row.place == place)


def test_pupils_of_the_first_year_are_the_children_counted_at_their_ages_times_the_enrolment_of_the_plan(plan):
    # ages 3-5 of county A: two of the four years of 1-4 and one of the five of 5-9; 90.07 % by XT-I-01
    assert plan.middle.method is Method.COHORT
    assert plan.middle.pupils[Stage.KINDERGARTEN][0, 0] == pytest.approx((80 + 50) * 0.9007)
    assert plan.middle.pupils[Stage.PRIMARY][:, 0] == pytest.approx([200 + 80, 400 + 160])
    assert [each.scenario for each in plan.forecasts] == list(Scenario)


def test_enrolment_targets_of_the_profile_are_cited_and_project_toml_goes_before_them(two_counties, plan):
    assert any("XT-I-02" in zh and "93%" in zh for zh, _ in plan.middle.assumptions)
    own = Project.open(
        two_counties(
            tail='[forecast]\nenrolment = { kindergarten = { 2020 = 0.5 } }\nenrolment_source = "教育局2020年统计"\n'
        )
    ).pupils()
    assert own.middle.pupils[Stage.KINDERGARTEN][0, 0] == pytest.approx(65)
    assert any("教育局2020年统计" in zh for zh, _ in own.middle.assumptions)


def test_seats_are_public_classes_times_the_cap_and_what_large_classes_lose_is_a_line_of_its_own(plan):
    kindergarten, primary = (row_of(plan, stage, 2020, "A") for stage in (Stage.KINDERGARTEN, Stage.PRIMARY))
    assert (kindergarten.seats, kindergarten.seats_private, kindergarten.seats_lost) == (60, 30, 0)
    assert kindergarten.gap == pytest.approx(130 * 0.9007 - 60)
    # 300 pupils in 6 classes of at most 45
    assert (primary.seats_listed, primary.seats_lost, primary.seats) == (300, 30, 270)
    assert primary.gap == pytest.approx(10)


def test_the_gap_of_the_whole_is_the_sum_of_its_counties_without_netting(plan):
    for year in plan.balance.years:
        whole, *parts = plan.balance.of(Stage.PRIMARY, year)
        assert whole.place == ""
        assert whole.gap == pytest.approx(sum(row.gap for row in parts))
        assert whole.pupils == pytest.approx(sum(row.pupils for row in parts))


def test_a_neighbours_empty_seats_help_only_where_they_are_within_reach(two_counties):
    many = [
        {"id": each, "stage": "primary", "ownership": "公办", "classes": classes, "x": x, "y": 3000}
        for each, classes, x in (("AP", 30, 5900), ("BP", 1, 9000))
    ]
    far = Project.open(two_counties(schools=many)).pupils()
    assert row_of(far, Stage.PRIMARY, 2020, "B").borrowed == 0
    near = Project.open(two_counties(schools=many, tail="[balance]\nneighbour_m = 4000\n")).pupils()
    row = row_of(near, Stage.PRIMARY, 2020, "B")
    assert row.gap == pytest.approx(560 - 45)
    assert row.borrowed == pytest.approx(515)


def test_years_shown_are_the_first_and_every_fifth_unless_the_project_names_them(two_counties, plan):
    assert plan.years == (2020, 2025, 2030, 2035)
    named = Project.open(two_counties(tail="[balance]\nyears = [2021, 2026]\n")).pupils()
    assert named.years == (2021, 2026)


def test_access_counts_public_seats_of_the_stage_only(plan):
    report = next(each for each in plan.access if each.coverage.stage is Stage.KINDERGARTEN)
    assert set(report.coverage.supply.ids) == {"AK", "AM", "BK", "BM"}
    assert report.whole.seats is None or report.whole.seats.mean <= 60 / 450


def test_rosters_and_a_census_table_without_any_place_are_enough(two_counties, tmp_path):
    roster = [{"id": "AP", "name": "甲小", "stage": "primary", "ownership": "公办", "classes": 6, "district": "甲县"}]
    ages = [{"district": "甲县", "year": 2020, "age_0": 40, "age_1_4": 160, "age_5_9": 250, "age_10_14": 200}]
    folder = two_counties(districts=None, population=None, schools=roster, ages=ages)
    plan = Project.open(folder).pupils()
    assert plan.access == ()
    assert plan.balance.of(Stage.PRIMARY, 2020)[0].seats == 270
    ledger = Project.open(folder).ledger(as_of=2026)
    assert ledger.of("XT-R-01")[0].state is State.NO_DATA
    assert [need.role for need in ledger.of("XT-R-01")[0].needs] == ["population"]


def test_pupils_of_the_population_layer_stand_in_where_no_table_tells_more(two_counties):
    homes = [{"id": "a", "people": 900, "pupils_primary": 80, "x": 3000, "y": 3000},
             {"id": "b", "people": 900, "pupils_primary": 70, "x": 9000, "y": 3000}]  # fmt: skip
    plan = Project.open(two_counties(population=homes, ages=None)).pupils()
    assert plan.middle.method is Method.COUNTED
    assert plan.middle.total(Stage.PRIMARY).tolist() == [150]
    assert plan.years == (2020,)


def test_years_asked_for_without_a_forecast_hold_the_pupils_level_and_say_so(two_counties):
    homes = [{"id": "a", "people": 900, "pupils_primary": 80, "x": 3000, "y": 3000},
             {"id": "b", "people": 900, "pupils_primary": 70, "x": 9000, "y": 3000}]  # fmt: skip
    folder = two_counties(population=homes, ages=None, tail="[balance]\nyears = [2020, 2023]\n")
    plan = Project.open(folder).pupils()
    assert plan.years == (2020, 2023)
    assert plan.balance.of(Stage.PRIMARY, 2023)[0].pupils == 150
    assert any("按 2020 年人数不变计（假定）" in zh for zh, _ in plan.middle.assumptions)
    assert not plan.middle.is_forecast


def test_without_anything_to_forecast_from_the_message_says_what_each_method_needs(two_counties):
    with pytest.raises(InputError, match=r"cohort needs the table ages.*progression needs enrolment.*ratio needs"):
        Project.open(two_counties(ages=None)).pupils()


def test_a_method_that_is_asked_for_and_cannot_be_fed_is_refused_by_name(project):
    with pytest.raises(InputError, match="progression"):
        project.pupils(method="progression")


def test_the_ratio_method_needs_a_birth_rate_with_year_and_source(two_counties):
    with pytest.raises(ConfigError, match="needs a year and a source"):
        Project.open(two_counties(tail="[forecast]\nbirth_rate = { value = 8 }\n"))
    rate = '[forecast]\nbirth_rate = { value = 8.0, year = 2020, source = "统计公报" }\n'
    plan = Project.open(two_counties(tail=rate)).pupils()
    ratio = next(each for each in plan.others if each.method is Method.RATIO)
    assert ratio.pupils[Stage.PRIMARY][0, 0] == pytest.approx(900 * 8 / 1000 * 6)


def test_the_ledger_judges_every_clause_of_the_profile_in_the_projects_year(project):
    ledger = project.ledger(as_of=2026)
    assert {entry.clause.id for entry in ledger.entries} == {clause.id for clause in ledger.profile.clauses}
    share = ledger.of("XT-I-15")[0]
    # 120 of 200 children in public kindergartens: 60 % against 58 %
    assert share.value == pytest.approx(60)
    assert share.state is State.MET
    assert share.deadline.value == "passed"
    assert project.ledger().as_of == 2020


def test_another_profile_is_judged_over_the_same_data(project):
    ledger = project.ledger(profile="zhengzhou", as_of=2026)
    assert ledger.profile.id == "zhengzhou"
    # 200 of 200 children in public or inclusive kindergartens: 100 % against more than 85 %
    assert ledger.of("ZZ-I-04")[0].state is State.MET
    with pytest.raises(RuleError, match="No rule profile 'beijing'"):
        project.ledger(profile="beijing")


def test_a_ledger_without_any_year_asks_for_one(two_counties):
    with pytest.raises(ConfigError, match="as_of"):
        Project.open(two_counties(head={"data_date": '""'})).ledger()


def test_a_day_of_judgement_in_project_toml_goes_before_the_data_date(two_counties):
    assert Project.open(two_counties(head={"as_of": '"2024-06-30"'})).ledger().as_of == 2024
    with pytest.raises(ConfigError, match=r"project\.as_of: expected a date"):
        Project.open(two_counties(head={"as_of": '"soon"'}))


def test_estates_below_the_threshold_of_the_project_are_pooled_by_their_unit(two_counties):
    estates = [
        {
            "id": each,
            "name": each,
            "households": homes,
            "delivery": 2024,
            "district": "A",
            "unit": "一单元",
            "x": x,
            "y": 1000,
        }
        for each, homes, x in (("大", 4000, 1000), ("小", 300, 2000), ("中", 900, 3000))
    ]
    tail = (
        '[forecast]\npupils_per_household = { primary = { value = 0.2, year = 2023, source = "已入住小区调查" } }\n'
        '[balance]\nthresholds = { primary = { households = 3000, source = "本市配建标准" } }\n'
    )
    plan = Project.open(two_counties(estates=estates, tail=tail)).pupils()
    assert [need.estates for need in plan.estates.own] == [("大",)]
    (pool,) = plan.estates.pools
    assert (pool.unit, set(pool.estates), pool.pupils) == ("一单元", {"小", "中"}, pytest.approx(240))
    assert pool.classes == 6
    with pytest.raises(ConfigError, match=r"expected . people"):
        Project.open(two_counties(tail="[balance]\nthresholds = { primary = { people = 9000 } }\n"))


def test_a_project_that_was_finished_when_the_schools_were_counted_is_not_added_to_them(two_counties):
    projects = [{"name": "新建甲二小", "district": "A", "stage": "primary", "action": "new", "classes": 10,
                 "status": "finished", "finish": 2023}]  # fmt: skip
    counted_before = Project.open(two_counties(projects=projects)).pupils()
    assert row_of(counted_before, Stage.PRIMARY, 2025, "A").seats == 270 + 450
    counted_after = Project.open(two_counties(projects=projects, head={"data_date": '"2024-09-01"'})).pupils()
    assert row_of(counted_after, Stage.PRIMARY, 2025, "A").seats == 270


def test_districts_without_children_are_left_out_of_pupils_and_seats_alike_and_named(two_counties):
    ages = [{"district": "A", "year": 2020, "age_0": 40, "age_1_4": 160, "age_5_9": 250, "age_10_14": 200}]
    plan = Project.open(two_counties(ages=ages)).pupils()
    whole = row_of(plan, Stage.PRIMARY, 2020, "")
    assert (whole.pupils, whole.seats) == (pytest.approx(280), 270)
    (finding,) = [each for each in plan.findings if each.code == "districts-not-balanced"]
    assert "乙县" in finding.what


def test_a_method_for_other_districts_is_left_out_of_the_comparison_and_said(two_counties, tmp_path):
    enrolment = [
        {"district": "A", "year": year, "grade": f"{grade}年级", "stage": "primary", "pupils": 50}
        for year in (2018, 2019, 2020)
        for grade in "一二三四五六"
    ]
    project = Project.open(two_counties(enrolment=enrolment))
    plan = project.pupils()
    assert plan.middle.method is Method.COHORT
    assert plan.others == ()
    assert "method-not-compared" in {finding.code for finding in plan.findings}
    assert project.publish_pupils(plan, out=tmp_path).is_file()


def test_pupils_of_schools_are_not_added_to_the_total_of_their_district(two_counties):
    rows = [{"district": "A", "school": school, "year": year, "grade": "一年级", "stage": "primary", "pupils": pupils}
            for year in (2019, 2020) for school, pupils in (("AP", 60), ("", 60))]  # fmt: skip
    plan = Project.open(two_counties(enrolment=rows)).pupils(method="progression", seats=False)
    assert plan.middle.by_grade[6][0, 0] == 60
    assert "enrolment-total-beside-schools" in {finding.code for finding in plan.findings}


def test_a_name_that_two_schools_share_gives_its_pupils_to_neither(two_counties):
    schools = [
        {"id": each, "name": "实验小学", "stage": "primary", "classes": 6, "district": district, "x": x, "y": 3000}
        for each, district, x in (("S1", "A", 3000), ("S2", "B", 9000))
    ]
    rows = [
        {"school": "实验小学", "year": year, "grade": "一年级", "stage": "primary", "pupils": 60}
        for year in (2019, 2020)
    ]
    plan = Project.open(two_counties(schools=schools, enrolment=rows)).pupils(method="progression", seats=False)
    assert "B" not in plan.middle.places


def test_a_projects_own_profile_without_clauses_is_named_beside_those_that_have_some(two_counties):
    folder = two_counties()
    (folder / "data" / "rules").mkdir(parents=True)
    text = '[profile]\nid = "mine"\ntitle_zh = "我市"\ntitle_en = "mine"\nradius_profiles = ["national"]\n'
    (folder / "data" / "rules" / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RuleError, match=r"Profile mine holds .*xingtai"):
        Project.open(folder).ledger(profile="mine", as_of=2026)
