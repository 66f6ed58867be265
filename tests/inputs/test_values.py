from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from geoplan.inputs.schema import layer_schemas
from geoplan.inputs.values import cell_text, flag, fold, is_blank, number, reason, stages
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


@pytest.mark.parametrize("cell", ["一千", "12班", "1,5", "12,00", "约1200", "#REF!", "1.2.3", True, math.inf, "inf"])
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
