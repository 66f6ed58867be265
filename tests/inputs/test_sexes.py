"""Census tables count men and women apart: added up, told, and never guessed where one of the two is missing."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoplan.inputs.changes import ChangeLog, Why
from geoplan.inputs.load import check_layers
from geoplan.inputs.sexes import added, by_sex

AGES = "区县,年份,男_0岁,女_0岁,男_1到4岁,女_1到4岁\n"


def ages(town):
    return town.frame("ages").set_index("district")


def test_men_and_women_of_an_age_are_added_up_with_a_note(town):
    town.table("ages", AGES + "襄都区,2020,1948,1723,12337,11104\n信都区,2020,3800,3505,23000,21689\n")
    assert ages(town)[["age_0", "age_1_4"]].to_numpy().tolist() == [[3671, 23441], [7305, 44689]]
    assert town.finding("sexes-added", "note").what == (
        "2 columns are men and women added up: age_0 (男_0岁 + 女_0岁), age_1_4 (男_1到4岁 + 女_1到4岁)."
    )


def test_every_sum_is_a_change_with_its_row_and_both_figures(town):
    town.table("ages", AGES + "襄都区,2020,1948,1723,1.2万,11104\n")
    log = ChangeLog()
    check_layers(town.config(), log=log)
    told = [(each.row, each.column, each.found, each.became) for each in log.changes if each.why is Why.ADDED]
    assert told == [
        ("row 2", "男_0岁, 女_0岁", "1948 + 1723", "3671"),
        ("row 2", "男_1到4岁, 女_1到4岁", "1.2万 + 11104", "23104"),
    ]
    assert set(log.readings[-1].unused) == set()


@pytest.mark.parametrize(
    "header",
    [
        "0岁（男）,0岁（女）", "0岁男,0岁女", "男0岁,女0岁", "0岁/男,0岁/女", "男性0岁人口,女性0岁人口",
        "0岁(男性),0岁(女性)",
        "male_age0,female_age0", "age0_female,age0_male",
    ],
)  # fmt: skip
def test_the_two_are_known_in_the_ways_in_which_they_are_written(town, header):
    town.table("ages", f"区县,年份,{header}\n襄都区,2020,1948,1723\n")
    assert ages(town).loc["襄都区", "age_0"] == 3671


def test_two_header_rows_with_the_age_above_and_the_sexes_below_are_added_up(town):
    town.table("ages", "区县,年份,0岁,,1-4岁,\n,,男,女,男,女\n襄都区,2020,1948,1723,12337,11104\n")
    assert ages(town).loc["襄都区", ["age_0", "age_1_4"]].tolist() == [3671, 23441]


def test_a_column_for_both_goes_before_the_two(town):
    town.table("ages", "区县,年份,0岁,男_0岁,女_0岁\n襄都区,2020,4000,1948,1723\n")
    assert ages(town).loc["襄都区", "age_0"] == 4000
    assert "sexes-added" not in town.codes("note")


def test_one_sex_alone_is_never_taken_for_both(town):
    town.table("ages", "区县,年份,男_0岁,1-4岁\n襄都区,2020,1948,23441\n")
    assert math.isnan(ages(town).loc["襄都区", "age_0"])


def test_where_one_of_the_two_is_blank_the_sum_is_blank_and_the_row_is_named(town):
    town.table("ages", AGES + "襄都区,2020,1948,,12337,11104\n信都区,2020,,,1,2\n")
    assert math.isnan(ages(town).loc["襄都区", "age_0"])
    warning = town.finding("one-sex-missing", "warning")
    assert warning.rows == ("row 2",)
    assert "age_0 (男_0岁, 女_0岁): 1 rows have only one of the two." in warning.what


@pytest.mark.parametrize(("cell", "code"), [("很多", "not-a-number"), ("-5", "negative-age_0")])
def test_what_is_no_count_of_people_on_one_side_is_an_error(town, cell, code):
    town.table("ages", AGES + f"襄都区,2020,{cell},1723,12337,11104\n")
    assert cell in town.finding(code, "error").what


def test_pupils_of_a_roster_are_added_up_too(town):
    town.table("schools", "id,stage,在校生数（男）,在校生数（女）,lon,lat\ns1,小学,300,280,114.5,37.05\n")
    assert town.frame("schools").loc["s1", "enrolment"] == 580


def test_ratios_and_sums_of_the_two_are_no_side(town):
    assert by_sex(["男女比", "性别比（女=100）", "男女合计", "0岁_男", "0岁_女", "0岁（男）"]) == {}
    assert by_sex(["人口数_合计", "人口数_男", "人口数_女"]) == {}
    assert by_sex(["人口数_男", "人口数_女"]) == {"人口数": ("人口数_男", "人口数_女")}


counts = st.one_of(st.none(), st.integers(0, 10**6), st.integers(0, 10**6).map(str))


@given(st.lists(st.tuples(counts, counts), max_size=20))
def test_a_sum_is_known_exactly_where_both_sides_are(pairs):
    sums = added([man for man, _ in pairs], [woman for _, woman in pairs])
    for (man, woman), total in zip(pairs, sums, strict=True):
        assert total == (None if man is None or woman is None else int(man) + int(woman))


def test_the_census_of_four_cities_by_sex_is_the_published_sum(town, shared):
    path = shared / "henan-hebei-admin" / "census2020_county_4cities.csv"
    town.layer("ages", f'path = "{path}"\ncolumns = {{ year = "=2020" }}')
    frame = ages(town)
    facts = pd.read_csv(shared / "facts" / "census2020_children_by_county.csv").set_index("county")
    ours = {"age0": "age_0", "age1_4": "age_1_4", "age5_9": "age_5_9", "age10_14": "age_10_14", "pop2020": "people"}
    known = facts.loc[frame.index]
    assert len(frame) == 55  # 59 rows, of which 4 are totals of their city
    for theirs, name in ours.items():
        assert frame[name].to_numpy() == pytest.approx(known[theirs].to_numpy(float)), name
