from __future__ import annotations

import numpy as np
import pytest

from geoplan.config import SpreadConfig
from geoplan.inputs.columns import Match
from geoplan.inputs.normalise import typed_frame
from geoplan.inputs.schema import layer_schemas

SCHEMAS = layer_schemas(None)


@pytest.fixture
def typed(source):
    """The frame and findings of some columns; ids are a, b, c …"""

    def make(role: str, columns: dict, **values):
        matches = {name: Match(name, cells) for name, cells in columns.items()}
        ids = list("abcdefgh")[: len(next(iter(columns.values())))]
        return typed_frame(matches, ids, source(role, **values), SCHEMAS[role])

    return make


def test_schools_have_all_their_columns_whatever_the_file_holds(typed):
    frame, findings = typed("schools", {"stage": ["小学"]})
    names = [name for name in SCHEMAS["schools"].columns if name != "id"]
    assert list(frame.columns) == ["stages" if name == "stage" else name for name in names]
    assert list(frame.columns)[:6] == ["name", "stages", "capacity", "ownership", "kind", "district"]
    assert frame.index.name == "id"
    assert frame.loc["a", "stages"] == ("primary",)
    assert np.isnan(frame.loc["a", "capacity"])
    assert (frame.loc["a", "name"], frame.loc["a", "ownership"], frame.loc["a", "kind"]) == ("", "", "小学")
    assert findings == []


def test_the_kind_of_a_school_is_the_file_word_where_it_says_more_than_the_stage(typed):
    frame, _ = typed("schools", {"stage": ["教学点", "primary", "九年一贯制"]})
    assert list(frame["kind"]) == ["教学点", "", "九年一贯制"]


def test_pupils_columns_exist_only_where_the_file_has_them(typed):
    frame, _ = typed("districts", {"name": ["x"], "pupils_primary": ["300人"]})
    assert list(frame.columns) == ["name", "area", "people", "pupils_primary"]
    assert frame["pupils_primary"].dtype == np.float64


def test_spread_population_has_no_people_column(typed):
    frame, _ = typed("population", {"name": ["x"]}, spread=SpreadConfig("count"))
    assert "people" not in frame.columns


def test_schools_without_a_known_stage_are_an_error_with_the_accepted_words(typed):
    _, (finding,) = typed("schools", {"stage": ["小学", "", "小学校", "大学"]})
    assert (finding.code, finding.severity, finding.rows) == ("school-without-stage", "error", ("b", "c", "d"))
    assert "blank, '小学校', '大学'" in finding.what
    assert "Did you mean '小学'?" in finding.what
    assert "九年一贯制" in finding.why


def test_a_middle_school_is_junior_and_senior_with_a_warning(typed):
    frame, (finding,) = typed("schools", {"stage": ["中学", "完全中学"]})
    assert frame.loc["a", "stages"] == ("junior", "senior")
    assert (finding.code, finding.severity, finding.rows) == ("ambiguous-stage", "warning", ("a",))


def test_special_schools_are_kept_without_stage_and_told(typed):
    frame, (finding,) = typed("schools", {"stage": ["特殊教育学校", "小学"]})
    assert frame.loc["a", "stages"] == ()
    assert (finding.code, finding.severity) == ("outside-the-stages", "note")


def test_a_site_of_blank_stage_suits_every_stage(typed):
    frame, findings = typed("sites", {"stage": ["", "小学", None]})
    assert list(frame["stages"]) == [(), ("primary",), ()]
    assert findings == []


def test_a_site_of_unknown_stage_is_an_error(typed):
    _, (finding,) = typed("sites", {"stage": ["大学"]})
    assert (finding.code, finding.severity) == ("site-without-stage", "error")


def test_a_text_among_numbers_is_an_error_with_cell_and_row(typed):
    frame, (finding,) = typed("schools", {"stage": ["小学"] * 3, "capacity": ["1.2万", "一千", "12班"]})
    assert (finding.code, finding.severity, finding.rows) == ("not-a-number", "error", ("b", "c"))
    assert "'一千' (b), '12班' (c)" in finding.what
    assert frame.loc["a", "capacity"] == 12000


def test_negative_people_are_an_error(typed):
    _, (finding,) = typed("population", {"people": [5, -1, -7]})
    assert (finding.code, finding.severity, finding.rows) == ("negative-people", "error", ("b", "c"))
    assert "the lowest -7" in finding.what


def test_blank_people_are_an_error_and_blank_capacity_is_not(typed):
    _, (finding,) = typed("population", {"people": [5, None, "—"]})
    assert (finding.code, finding.severity, finding.rows) == ("missing-people", "error", ("b", "c"))
    _, findings = typed("schools", {"stage": ["小学"], "capacity": [None]})
    assert findings == []


def test_negative_capacity_is_an_error(typed):
    _, (finding,) = typed("schools", {"stage": ["小学"], "capacity": ["-1"]})
    assert (finding.code, finding.severity) == ("negative-capacity", "error")


def test_a_factor_of_the_header_is_applied(source):
    matches = {"people": Match("人口（万人）", [0.7, "1.2"], 10_000)}
    frame, _ = typed_frame(matches, ["a", "b"], source("population"), SCHEMAS["population"])
    assert list(frame["people"]) == [7000.0, 12000.0]


def test_areas_are_urban_rural_or_blank_and_unknown_words_a_warning(typed):
    frame, (finding,) = typed("districts", {"area": ["城镇", "乡村", "", "111", "220", "山区"]})
    assert list(frame["area"]) == ["urban", "rural", "", "urban", "rural", ""]
    assert (finding.code, finding.severity, finding.rows) == ("unknown-value", "warning", ("f",))


def test_sites_have_kinds_and_reasons(typed):
    frame, _ = typed(
        "sites", {"kind": ["闲置校舍", "预留用地", "", "扩建"], "excluded": ["否", "是", None, "基本农田"]}
    )
    assert list(frame["kind"]) == ["idle_campus", "reserved", "other", "expand"]
    assert list(frame["excluded"]) == ["", "yes", "", "基本农田"]


def test_barriers_have_kinds(typed):
    frame, _ = typed("barriers", {"kind": ["河流", "铁路", "主干道", "人行天桥", "斑马线", "motorway", None]})
    expected = ["river", "railway", "arterial", "crossing", "crossing", "arterial", "other"]
    assert list(frame["kind"]) == expected


def test_special_and_vocational_schools_have_their_branch_and_others_none(source):
    from dataclasses import replace

    stage = Match("办学类型", ["特殊教育学校", "514 中等职业学校", "小学", "技工学校（机构）", ""])
    matches = {"stage": stage, "branch": replace(stage, borrowed=True)}
    frame, findings = typed_frame(matches, list("abcde"), source(), SCHEMAS["schools"])
    assert list(frame["branch"]) == ["special", "vocational", "", "vocational", ""]
    assert {finding.code for finding in findings} == {"school-without-stage", "outside-the-stages"}


def test_an_unknown_word_under_a_branch_of_its_own_is_a_warning(typed):
    _, findings = typed("schools", {"stage": ["小学"], "branch": ["音乐"]})
    assert [finding.code for finding in findings] == ["unknown-value"]


def test_a_school_is_inclusive_by_its_own_flag_and_else_by_its_words(typed):
    frame, findings = typed(
        "schools",
        {
            "stage": ["幼儿园"] * 6,
            "ownership": ["普惠性民办", "普惠性民办", "民办", "非普惠性民办", "公办", "民办"],
            "inclusive": ["", "否", "普惠", None, "", None],
            "kind": ["", "", "", "", "", "普惠园"],
        },
    )
    assert list(frame["inclusive"]) == [True, False, True, None, None, True]
    note = next(finding for finding in findings if finding.code == "inclusive-from-words")
    assert (note.severity, note.rows) == ("note", ("a", "f"))


def test_the_file_s_word_for_the_stage_may_say_inclusive(typed):
    frame, _ = typed("schools", {"stage": ["幼儿园（普惠）", "幼儿园"]})
    assert list(frame["inclusive"]) == [True, None]


def test_a_name_under_a_yes_or_no_header_is_a_warning_and_no_yes(typed):
    frame, (finding,) = typed("schools", {"stage": ["小学"] * 3, "central": ["是", "城关镇第一小学", "教学点"]})
    assert list(frame["central"]) == [True, None, False]
    assert (finding.code, finding.severity, finding.rows) == ("unknown-value", "warning", ("b",))


def test_figures_may_carry_the_unit_of_their_column(typed):
    frame, findings = typed(
        "schools", {"stage": ["小学"], "classes": ["12个班"], "site_area_m2": ["3,000㎡"], "boarding_beds": ["120张"]}
    )
    assert tuple(frame.loc["a", ["classes", "site_area_m2", "boarding_beds"]]) == (12, 3000, 120)
    assert findings == []


def test_percentages_are_read_as_they_are_written(typed):
    frame, _ = typed(
        "statistics", {"indicator": ["巩固率"] * 3, "year": [2020] * 3, "value": ["96.31%", "112.01％", 98]}
    )
    assert list(frame["value"]) == [96.31, 112.01, 98.0]


def test_a_year_that_is_none_is_an_error_and_a_blank_one_only_where_it_is_required(typed):
    frame, findings = typed("births", {"year": ["2020年", "1234", "x", None], "births": [1, 2, 3, 4]})
    assert [(finding.code, finding.severity, finding.rows) for finding in findings] == [
        ("bad-year", "error", ("b", "c")), ("missing-year", "error", ("d",)),
    ]  # fmt: skip
    assert (frame["year"].dtype, frame.loc["a", "year"]) == (np.float64, 2020)
    _, findings = typed("schools", {"stage": ["小学"], "year_open": [""]})
    assert findings == []


@pytest.mark.parametrize(
    ("role", "column", "code"),
    [
        ("enrolment", "pupils", "negative-pupils"),
        ("births", "births", "negative-births"),
        ("statistics", "value", "negative-value"),
    ],
)
def test_negative_counts_in_tables_are_errors(typed, role, column, code):
    _, findings = typed(role, {"year": [2020, 2020], column: [3, -1]})
    assert [(finding.code, finding.rows) for finding in findings] == [(code, ("b",))]


def test_indicators_are_known_by_the_words_of_the_plans_and_other_names_are_kept(typed):
    words = ["学前三年毛入园率", "九年义务教育巩固率", "三类残疾儿童入学率", "优质均衡县", "双师型教师占比"]
    frame, (finding,) = typed("statistics", {"indicator": words})
    expected = ["gross_enrolment_rate", "retention_rate", "disabled_enrolment_rate", "quality_balanced_county"]
    assert list(frame["indicator"]) == [*expected, "双师型教师占比"]
    assert (finding.code, finding.severity) == ("unknown-value", "note")


def test_projects_have_actions_and_states(typed):
    frame, _ = typed(
        "projects", {"name": ["a"] * 3, "action": ["新建", "改扩建", "迁建"], "status": ["在建", "已竣工", ""]}
    )
    assert list(frame["action"]) == ["new", "expand", "relocate"]
    assert list(frame["status"]) == ["started", "finished", ""]


def test_vacated_premises_say_what_they_were_and_what_they_become(typed):
    frame, _ = typed("premises", {"was": ["高中"], "becomes": ["小学、初中"], "status": ["已腾退"]})
    assert tuple(frame.loc["a", ["was", "becomes", "status"]]) == ("高中", ("primary", "junior"), "vacant")


def test_parcels_are_reserved_unless_they_say_otherwise(typed):
    frame, _ = typed("parcels", {"status": ["", "已建", "改变用途"], "use": ["A33", "居住用地", ""]})
    assert list(frame["status"]) == ["reserved", "built", "converted"]
    assert list(frame["use"]) == ["education", "other", ""]
