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
    assert list(frame.columns) == ["name", "stages", "capacity", "ownership", "kind", "district"]
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
