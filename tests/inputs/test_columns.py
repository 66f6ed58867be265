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
    return {name: found.header for name, found in matches.items()}


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
    assert "columns = { stage =" in finding.fix


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
