from __future__ import annotations

import math
from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoplan.inputs.schema import layer_schemas
from geoplan.inputs.values import cell_text, flag, fold, is_blank, meaning, number, plain_flag, reason, stages, year
from geoplan.types import Stage

K, P, J, S = Stage


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1.2万", 12000.0),
        ("１２０００", 12000.0),
        ("12,000人", 12000.0),
        ("1.2万人", 12000.0),
        (" 12000 ", 12000.0),
        ("0.07万", 700.0),
        ("-3", -3.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1，200", 1200.0),
        (7, 7.0),
        (np.int64(8), 8.0),
        (2.5, 2.5),
    ],
)
def test_a_number_is_read_as_a_planner_writes_it(cell, expected):
    assert number(cell) == expected


@pytest.mark.parametrize("cell", ["", "  ", "—", "/", "无", "N/A", None, math.nan, pd.NA, pd.NaT])
def test_a_blank_cell_is_nan_and_not_zero(cell):
    assert is_blank(cell)
    assert math.isnan(number(cell))


@pytest.mark.parametrize(
    "cell", ["一千", "12班", "1,5", "12,00", "1200以上", "300-400", "#REF!", "1.2.3", True, math.inf, "inf"]
)
def test_a_cell_that_is_no_number_is_told_from_a_blank_one(cell):
    assert number(cell) is None


@pytest.mark.parametrize(
    ("cell", "expected"), [(101.0, "101"), ("\u3000邢台\xa0", "邢台"), (None, ""), (1.5, "1.5"), ("007", "007")]
)
def test_a_cell_becomes_text_without_edges_and_without_point_zero(cell, expected):
    assert cell_text(cell) == expected


def test_fold_removes_case_width_and_spaces():
    assert fold("Ｎame 学 校") == "name学校"


@pytest.fixture(scope="module")
def words():
    return {fold(word): found for word, found in layer_schemas(None)["schools"].columns["stage"].words.items()}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("primary;junior", (P, J)),
        ("junior;primary", (P, J)),
        ("小学、初中", (P, J)),
        ("小学 初中", (P, J)),
        ("小学+初中", (P, J)),
        ("九年一贯制", (P, J)),
        ("九年一贯制学校", (P, J)),
        ("312 九年一贯制学校", (P, J)),
        ("312", (P, J)),
        ("完全中学", (J, S)),
        ("十二年一贯制学校", (P, J, S)),
        ("教学点", (P,)),
        ("幼儿园", (K,)),
        ("幼儿园（公办）", (K,)),
        ("Kindergarten", (K,)),
        ("初级中学", (J,)),
        ("普通高中", (S,)),
        ("中学", (J, S)),
        ("Primary School", (P,)),
        ("特殊教育学校", ()),
    ],
)
def test_a_stage_cell_names_one_or_more_stages(words, cell, expected):
    assert stages(cell, words) == expected


@pytest.mark.parametrize("cell", ["", "大学", "小学;大学", "x", None])
def test_a_stage_cell_that_says_nothing_known_is_none(words, cell):
    assert stages(cell, words) is None


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("yes", True), ("viaduct", True), ("是", True), (1, True), ("no", False), ("否", False), (0, False), ("", None)],
)
def test_a_flag_is_yes_unless_it_says_no_or_nothing(cell, expected):
    assert flag(cell) is expected


@pytest.mark.parametrize(
    ("cell", "expected"), [("否", ""), ("", ""), (None, ""), ("是", "yes"), (True, "yes"), ("基本农田", "基本农田")]
)
def test_a_reason_is_its_own_text_and_no_is_none(cell, expected):
    assert reason(cell) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (2025, 2025), (2025.0, 2025), ("2025年", 2025), ("2025年9月", 2025), ("2025-09-01", 2025), ("2025/9", 2025),
        ("20250901", 2025), ("2025-2026学年", 2025), ("2025—2026学年", 2025), ("2025学年", 2025), ("2025年度", 2025),
        ("２０２５", 2025), ("2026.09", 2026), (datetime(2026, 9, 1), 2026),  # noqa: DTZ001 as Excel hands it over
    ],
)  # fmt: skip
def test_a_year_is_read_as_a_bureau_writes_it(cell, expected):
    assert year(cell) == expected


@pytest.mark.parametrize("cell", [2020.5, "2020.5", "二〇二〇", "20", "202", "20209999", "十四五", True])
def test_what_is_no_whole_year_is_none(cell):
    assert year(cell) is None


@given(st.integers(1000, 2999))
def test_any_year_stays_itself_with_and_without_its_word(number_):
    assert year(number_) == year(f"{number_}年") == year(f"{number_}-{number_ + 1}学年") == number_


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("是", True), ("√", True), ("有", True), (True, True), (2, True), ("1", True), ("普惠性", True),
        ("否", False), ("无", False), ("没有", False), ("×", False), ("未建", False), (0, False), ("非普惠", False),
        ("", None), (None, None), ("/", None), ("城关镇中心小学", None),
    ],
)  # fmt: skip
def test_a_plain_flag_takes_a_name_for_neither_yes_nor_no(cell, expected):
    assert plain_flag(cell, {"普惠性": "yes", "非普惠": "no"}) is expected


@pytest.mark.parametrize(("text", "found"), [("公办", "a"), ("公办（教育部门）", "a"), ("111 公办", "a"), ("公", None)])
def test_a_word_is_known_with_its_code_before_and_its_brackets_behind(text, found):
    assert meaning(text, {"公办": "a"}) == found
