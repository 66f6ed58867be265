from __future__ import annotations

import pandas as pd
import pytest

from geoplan.inputs.columns import match_columns
from geoplan.inputs.schema import layer_schemas, read_schema

SCHEMAS = layer_schemas(None)
COORDINATES = read_schema(None, "coordinates")


@pytest.fixture
def match(source):
    def make(table: dict, role: str = "schools", **values):
        frame = pd.DataFrame(table, dtype=object)
        return match_columns(frame, source(role, **values), SCHEMAS[role], COORDINATES)

    return make


def headers(matches):
    """Of the columns with a header of their own."""
    return {name: found.header for name, found in matches.items() if not found.borrowed}


def test_plain_english_headers_need_no_mapping(match):
    found, findings = match({"id": ["1"], "name": ["a"], "stage": ["primary"], "capacity": [3]})
    assert headers(found) == {name: name for name in ("id", "name", "stage", "capacity")}
    assert findings == []


def test_chinese_headers_are_found_by_their_aliases(match):
    found, _ = match({"学校标识码": ["1"], "校名": ["a"], "办学类型": ["小学"], "学位数": [3], "举办者类型": ["民办"]})
    assert headers(found) == {
        "id": "学校标识码", "name": "校名", "stage": "办学类型", "capacity": "学位数", "ownership": "举办者类型",
    }  # fmt: skip


def test_case_width_spaces_line_breaks_and_units_of_a_header_do_not_matter(match):
    found, _ = match({"ＩＤ": ["1"], "学 段": ["小学"], "学位数（个）": [3], "学校\n名称": ["a"]})
    assert headers(found) == {"id": "ＩＤ", "stage": "学 段", "capacity": "学位数（个）", "name": "学校\n名称"}


def test_the_project_mapping_wins_over_aliases_and_frees_them(match):
    found, _ = match({"学段": ["x"], "type": ["小学"], "id": [1]}, columns={"stage": "type"})
    assert found["stage"].cells == ["小学"]
    assert "kind" not in found


def test_a_constant_stands_in_every_row(match):
    found, _ = match({"id": [1, 2]}, columns={"stage": "=primary"})
    assert found["stage"].cells == ["primary", "primary"]


def test_a_header_in_wan_multiplies_its_figures_and_is_told(match):
    found, findings = match({"id": [1], "常住人口（万人）": [1.2]}, role="population")
    assert found["people"].factor == 10_000
    assert [finding.code for finding in findings] == ["unit-in-header"]


def test_a_missing_required_column_is_an_error_with_a_near_match(match):
    _, (finding,) = match({"id": [1], "办学类形": ["小学"]})
    assert finding.code == "missing-column"
    assert "Did you mean '办学类形'?" in finding.what
    assert 'columns = { stage = "办学类形" }' in finding.fix


def test_a_header_that_another_column_takes_is_not_meant_by_a_missing_one(match):
    _, (finding,) = match({"school_name": ["a"], "id": [1], "sort": ["小学"]})
    assert finding.code == "missing-column"
    assert "Did you mean" not in finding.what
    assert 'columns = { stage = "sort" }' in finding.fix


def test_neither_coordinates_nor_mapped_headers_are_proposed_for_a_missing_column(match):
    _, (finding,) = match({"经度": [114.5], "纬度": [37.1], "kind": ["a"], "类": ["小学"]}, columns={"name": "kind"})
    assert finding.code == "missing-column"
    assert 'columns = { stage = "类" }' in finding.fix


def test_a_mapped_header_that_is_not_there_is_an_error_with_a_near_match(match):
    _, (finding,) = match({"id": [1], "办学类型": ["小学"]}, columns={"stage": "办学类別"})
    assert finding.code == "missing-column"
    assert "Did you mean '办学类型'?" in finding.what


def test_a_name_that_geoplan_does_not_have_is_an_error(match):
    _, findings = match({"id": [1], "stage": ["小学"]}, columns={"stag": "stage"})
    assert findings[0].code == "unknown-column"
    assert "Did you mean 'stage'?" in findings[0].what


def test_pupils_are_people_only_where_the_project_says_so(match):
    _, (finding,) = match({"id": [1], "学生数": [3]}, role="population")
    assert "'学生数' counts pupils" in finding.why
    found, findings = match({"id": [1], "学生数": [3]}, role="population", counts="pupils")
    assert headers(found)["people"] == "学生数"
    assert findings == []


def test_pupils_may_be_mapped_under_their_own_name(match):
    found, _ = match({"id": [1], "n": [3]}, role="population", counts="pupils", columns={"pupils": "n"})
    assert headers(found)["people"] == "n"


def test_several_columns_together_mark_a_crossing(match):
    found, _ = match({"bridge": ["yes", None, None], "隧道": ["否", "是", None]}, role="roads")
    assert found["crossing"].cells == [True, True, False]


def test_columns_that_are_wholly_blank_say_nothing_about_crossings(match):
    found, _ = match({"highway": ["a"], "bridge": [None]}, role="roads")
    assert found["crossing"].cells == [None]


def test_the_kind_of_school_is_read_from_the_header_of_the_stage(match):
    found, findings = match({"id": [1], "办学类型": ["特殊教育学校"]})
    assert (found["branch"].header, found["branch"].borrowed, findings) == ("办学类型", True, [])


def test_a_header_of_its_own_goes_before_the_shared_one(match):
    found, _ = match({"id": [1], "办学类型": ["小学"], "branch": ["special"]})
    assert (found["branch"].header, found["branch"].borrowed) == ("branch", False)


def test_a_shared_header_that_the_project_maps_is_shared_as_mapped(match):
    found, _ = match({"id": [1, 2]}, columns={"stage": "=特殊教育"})
    assert found["branch"].cells == ["特殊教育", "特殊教育"]


def test_the_level_of_a_figure_is_read_from_its_stage_and_else_from_its_name(match):
    plain = {"指标": ["x"], "年份": [2020], "数值": [1]}
    assert match(plain, role="statistics")[0]["level"].header == "指标"
    assert match(plain | {"学段": ["y"]}, role="statistics")[0]["level"].header == "学段"


@pytest.mark.parametrize(
    ("header", "factor"),
    [
        ("占地面积", 1), ("占地面积（平方米）", 1), ("占地面积(m²)", 1), ("占地面积（亩）", 2000 / 3),
        ("占地面积（公顷）", 10_000), ("占地面积（万平方米）", 10_000), ("占地面积_亩", 2000 / 3),
        ("占地面积（万㎡）", 10_000),
    ],
)  # fmt: skip
def test_areas_under_mu_and_hectares_become_square_metres_and_are_told(match, header, factor):
    found, findings = match({"id": [1], "stage": ["小学"], header: [30]}, columns={"site_area_m2": header})
    assert found["site_area_m2"].factor == pytest.approx(factor)
    assert [finding.code for finding in findings] == ([] if factor == 1 else ["unit-in-header"])


ROSTER = {
    "在校生数": "enrolment", "教学班数": "classes", "是否普惠": "inclusive", "乡镇中心园": "central",
    "占地面积": "site_area_m2", "校舍建筑面积": "floor_area_m2", "寄宿床位": "boarding_beds", "寄宿生数": "boarders",
    "随班就读人数": "included_pupils", "资源教室": "resource_room", "大班额班数": "oversized_classes",
    "最大班额": "largest_class", "所属教育集团": "group", "中心校": "central", "所属中心校": "parent",
    "建校年份": "year_open", "办园等级": "grade", "运动场地面积": "sports_area_m2", "留守儿童数": "left_behind_pupils",
    "小学班数": "primary_classes", "初中在校生数": "junior_enrolment", "办园许可证": "licensed", "所属乡镇": "township",
}  # fmt: skip


@pytest.mark.parametrize(("header", "name"), ROSTER.items())
def test_the_headers_of_a_bureau_s_roster_are_known(match, header, name):
    found, _ = match({"id": [1], "stage": ["小学"], header: [None]})
    assert found[name].header == header


@pytest.mark.parametrize(
    "header", ["1-4岁", "1—4岁", "1–4岁", "1～4岁", "1至4岁", "age1_4", "1岁-4岁", "1-4", "age_1_4"]
)
def test_a_band_of_ages_is_known_however_its_dash_is_written(match, header):
    found, _ = match({"年份": [2020], header: [5], "0岁": [1], "age5": [2]}, role="ages")
    assert headers(found) == {"year": "年份", "age_1_4": header, "age_0": "0岁", "age_5": "age5"}
