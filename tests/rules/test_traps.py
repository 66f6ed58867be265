"""The traps between and inside the plans, each as its clause carries it."""

import pytest

from geoplan.rules import Kind, load_profile, profile_names

CLAUSES = {clause.id: clause for name in profile_names() for clause in load_profile(name).clauses}


def figure(key):
    clause = CLAUSES[key]
    return clause.operator, clause.low, clause.high


def test_the_rural_and_the_urban_kindergarten_rule_of_xingtai_stay_two():
    assert (CLAUSES["XT-R-01"].scope, CLAUSES["XT-R-02"].scope, CLAUSES["XT-R-05"].scope) == ("rural", "rural", "urban")
    assert figure("XT-R-02") == ("between", 0.3, 0.5)
    assert figure("XT-R-05") == ("between", 0.3, 1.2)
    assert "公办" in CLAUSES["XT-R-05"].notice_zh


def test_above_and_at_least_are_told_apart_as_the_text_has_them():
    assert figure("ZZ-I-04") == (">", 85.0, None)
    assert figure("ZZ-I-06") == (">", 50.0, None)
    assert figure("ZZ-I-23") == (">=", 85.0, None)
    assert figure("XT-I-16") == (">=", 89.0, None)
    assert figure("XT-R-14") == (">=", 89.0, None)
    assert figure("JZ-I-05") == (">", 95.0, None)
    assert figure("AY-I-09") == (">", 90.0, None)


@pytest.mark.parametrize(
    ("key", "target"),
    [
        ("ZZ-I-04", "> 85 %"),
        ("XT-I-16", "≥ 89 %"),
        ("XT-R-29", "8 – 20 轨"),
        ("XT-R-31", "≤ 55 人/班"),
        ("XT-R-42", "≈ 1"),
        ("ZZ-I-07", "基期 112.01 %"),
        ("ZZ-I-11", ""),
        ("XT-R-32", ""),
        ("XT-R-22", "= 0 m²"),
    ],
)
def test_a_target_reads_as_a_planner_writes_it(key, target):
    assert CLAUSES[key].target == target


def test_the_public_share_of_anyang_is_marked_ambiguous_and_read_both_ways():
    clause = CLAUSES["AY-I-05"]
    assert clause.indicator == "public_share_both_ways"
    assert "歧义" in clause.notice_zh
    assert "ambiguous" in clause.notice_en
    assert clause.unit == "%"


def test_the_public_share_of_xingtai_is_a_clause_for_each_county_and_another_for_the_city():
    assert (CLAUSES["XT-R-13"].by_place, CLAUSES["XT-I-15"].by_place) == (True, False)
    assert CLAUSES["XT-R-13"].indicator == CLAUSES["XT-I-15"].indicator == "public_enrolment_share"


def test_the_two_shares_of_one_zhengzhou_sentence_are_one_indicator_with_both_bounds():
    clause = CLAUSES["ZZ-I-23"]
    assert (clause.indicator, clause.low, clause.options["public_low"]) == ("public_and_inclusive_share", 85.0, 50)


def test_a_retention_over_100_percent_is_kept_with_its_reason():
    assert figure("ZZ-I-07") == ("baseline", 112.01, 112.01)
    assert "100%" in CLAUSES["ZZ-I-07"].notice_zh


def test_nine_year_retention_and_retention_by_stage_are_different_indicators():
    nine, text, stage = (CLAUSES[key] for key in ("XT-I-04", "XT-I-17", "XT-I-22"))
    assert nine.indicator == text.indicator == "retention_rate"
    assert stage.indicator == "statistic"
    assert stage.options["name"] != "retention_rate"
    assert "XT-I-22" in nine.notice_zh


def test_the_table_that_is_missing_in_the_source_is_text_and_says_so():
    clause = CLAUSES["AY-I-13"]
    assert (clause.kind, clause.low, clause.high) == (Kind.TEXT, None, None)
    assert "missing in the source" in clause.notice_en


def test_the_provincial_target_of_disabled_enrolment_is_shown_as_a_conflict_on_both_sides():
    for key in ("AY-I-09", "ZZ-B-10"):
        assert "90%" in CLAUSES[key].notice_zh
        assert "95%" in CLAUSES[key].notice_zh


@pytest.mark.parametrize("key", ["AY-R-02", "ZZ-R-05", "XT-R-10", "ZZ-R-23"])
def test_one_to_two_is_a_lower_bound_only(key):
    assert "1-2" in CLAUSES[key].text.replace("—", "-").replace(" ", "")
    assert figure(key) == (">=", 1.0, None)
    assert "上限" in CLAUSES[key].notice_zh or "下限" in CLAUSES[key].notice_zh


def test_an_oversized_class_that_no_plan_defines_is_said_to_be_taken_from_usage():
    for key in ("XT-R-23", "AY-R-09", "ZZ-B-13"):
        assert "56" in CLAUSES[key].notice_zh
        assert "未核对原文" in CLAUSES[key].notice_zh


def test_56_pupils_and_more_are_too_many_so_55_are_the_most():
    for key in ("XT-R-31", "AY-R-20"):
        assert "56人以上" in CLAUSES[key].text
        assert figure(key) == ("<=", None, 55.0)


def test_the_demand_of_clauses_on_the_base_of_demand_is_residents():
    keys = [key for key, clause in CLAUSES.items() if clause.indicator == "demand_base"]
    assert sorted(keys) == ["AY-R-01", "AY-R-17", "JZ-R-11", "XT-R-36", "ZZ-R-17"]
    assert all("常住人口" in CLAUSES[key].notice_zh for key in keys)


def test_the_base_figures_of_jiaozuo_are_kept_with_their_years_and_the_one_without():
    assert (CLAUSES["JZ-B-02"].year, CLAUSES["JZ-B-02"].period) == (None, "未注年份")
    assert [CLAUSES[f"JZ-I-{number:02}"].year for number in (1, 2, 3, 4, 5)] == [2017, 2018, 2020, 2022, 2035]
    assert CLAUSES["JZ-I-14"].options != CLAUSES["JZ-I-15"].options


def test_both_numbers_of_vocational_schools_stand_with_what_became_of_them():
    assert (CLAUSES["ZZ-B-11"].low, CLAUSES["ZZ-B-12"].low) == (82.0, 58.0)
    assert "18" in CLAUSES["ZZ-B-11"].notice_zh
    assert "36" in CLAUSES["ZZ-B-12"].notice_zh


def test_misprints_of_the_plans_are_kept_and_named():
    assert "专家议论" in CLAUSES["XT-C-01"].text
    assert "专家论证" in CLAUSES["XT-C-01"].notice_zh
    assert "第方式" in CLAUSES["ZZ-R-16"].text
    assert "676各" in CLAUSES["ZZ-P-04"].notice_zh


def test_two_figures_in_one_cell_are_both_kept():
    assert dict(CLAUSES["ZZ-I-21"].options) == {"vocational": 65, "higher": 30}
    assert dict(CLAUSES["ZZ-I-22"].options) == {"vocational": 80, "higher": 65}
    assert dict(CLAUSES["JZ-B-02"].options) == {"retention_rate": 95, "senior_gross_enrolment_rate": 93.6}


def test_a_special_school_is_called_for_above_200_000_people_and_a_room_from_five_pupils():
    assert CLAUSES["AY-R-22"].options["people_over"] == 200_000
    assert CLAUSES["AY-R-24"].options["pupils_from"] == 5


def test_figures_for_several_years_together_keep_them_as_written():
    assert (CLAUSES["ZZ-B-06"].year, CLAUSES["ZZ-B-06"].period) == (None, "2016-2020")
