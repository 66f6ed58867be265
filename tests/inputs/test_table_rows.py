from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geoplan.inputs.draft import Draft
from geoplan.inputs.schema import layer_schemas
from geoplan.inputs.table_rows import age_text, settled

SCHEMAS = layer_schemas(None)

AGES = "区划代码,区县,年份,0岁,1—4岁\n130500,邢台市,2020,{total},7\n130502,襄都区,2020,2,3\n130503,信都区,2020,3,4\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3", "3"), ("3岁", "3"), ("3 周岁", "3"), ("5-9", "5-9"), ("5—9岁", "5-9"), ("5～9", "5-9"), ("5至9岁", "5-9"),
        ("5岁-9岁", "5-9"), ("85岁及以上", "85+"), ("85+", "85+"), ("婴儿", "婴儿"), ("", ""),
    ],
)  # fmt: skip
def test_an_age_is_written_in_one_way(text, expected):
    assert age_text(text) == expected


@given(st.integers(0, 99), st.integers(0, 99), st.sampled_from("-—–～至"))
def test_writing_an_age_twice_changes_nothing(first, last, dash):
    once = age_text(f"{first}{dash}{last}岁")
    assert once == f"{first}-{last}"
    assert age_text(once) == once


def test_a_city_beside_its_counties_is_left_out_by_its_code(town):
    town.table("ages", AGES.format(total=5))
    assert list(town.frame("ages")["district"]) == ["襄都区", "信都区"]
    assert town.frame("ages")["age_0"].sum() == 5
    assert town.finding("totals-left-out", "note").rows == ("row 2",)


def test_a_city_alone_is_kept(town):
    town.table("ages", "区划代码,区县,年份,0岁\n130500,邢台市,2020,5\n130500,邢台市,2010,9\n")
    assert list(town.frame("ages")["age_0"]) == [5, 9]


def test_a_total_is_left_out_only_in_the_years_that_have_parts(town):
    rows = ["全市,2019,500", "合计,2020,510", "甲区,2020,300", "乙区,2020,210"]
    town.table("births", "\n".join(["区县,年份,出生人数", *rows]))
    frame = town.frame("births")
    assert list(zip(frame["year"], frame["district"], frame["births"], strict=True)) == [
        (2019, "", 500), (2020, "甲区", 300), (2020, "乙区", 210),
    ]  # fmt: skip


def test_the_sum_of_the_grades_of_a_school_is_left_out_and_a_sum_alone_is_kept(town):
    rows = ["一小,2024,一年级,40", "一小,2024,二年级,38", "一小,2024,合计,78", "二小,2024,合计,90"]
    town.table("enrolment", "\n".join(["学校,年份,年级,学生数", *rows]))
    assert town.frame("enrolment")["pupils"].sum() == 168


def test_statistics_of_the_whole_city_stay_beside_those_of_its_counties(town):
    town.table("statistics", "区县,指标,年份,数值\n全市,巩固率,2020,96.31\n甲区,巩固率,2020,97\n")
    assert list(town.frame("statistics")["district"]) == ["", "甲区"]


def test_a_long_table_of_ages_is_read_with_its_ages_in_one_way(town):
    town.table("ages", "年份,年龄,人数\n2020,0岁,3\n2020,1—4岁,10\n2020,合计,13\n")
    frame = town.frame("ages")
    assert list(frame["age"]) == ["0", "1-4"]
    assert frame["count"].sum() == 13


def test_ages_without_a_figure_and_ages_that_are_none_are_errors(town):
    town.table("ages", "年份,人口\n2020,500\n")
    assert town.finding("ages-without-figures", "error").layer == "ages"
    town.table("ages", "年份,年龄,人数\n2020,婴儿,500\n2020,3,5\n")
    assert town.finding("bad-age", "error").rows == ("row 2",)


def test_statistics_that_name_no_indicator_are_told(town):
    town.table("statistics", "指标,年份,数值\n,2020,5\n巩固率,2020,96\n")
    assert town.finding("blank-indicator", "warning").rows == ("row 2",)


@pytest.mark.shared
def test_the_children_of_the_census_are_read_with_a_small_mapping(town, shared):
    path = shared / "facts" / "census2020_children_by_county.csv"
    mapping = 'columns = { year = "=2020", people = "pop2020" }'
    town.layer("ages", f'path = "{path}"\nwhere = {{ city = ["邢台市"] }}\n{mapping}')
    frame = town.frame("ages")
    assert (len(frame), frame["people"].sum()) == (19, 7_111_106)
    assert [frame[name].sum() for name in ("age_0", "age_1_4", "age_5_9", "age_10_14")] == [
        65_201, 404_070, 665_189, 579_965,
    ]  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_a_total_among_its_parts_neither_adds_nor_loses_a_child(source, counts, chance):
    rows = [("合计", float(sum(counts))), *((f"{n}区", float(count)) for n, count in enumerate(counts))]
    chance.shuffle(rows)
    frame = pd.DataFrame(
        {"code": "", "district": [name for name, _ in rows], "year": 2020.0, "births": [count for _, count in rows]},
        index=[f"row {n}" for n in range(len(rows))],
    )
    nothing = np.full(len(frame), None, dtype=object)
    draft, _ = settled(Draft(source("births"), SCHEMAS["births"], frame, nothing, None, ()))
    assert draft.frame["births"].sum() == sum(counts)
    assert len(draft.geometry) == len(draft.frame)
