import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.demand import (
    Assumptions,
    Ratio,
    Scenario,
    entries_from_births,
    entries_from_children,
    entry_ages,
    forecast_progression,
    progress,
    progression_ratios,
    read_history,
)
from geoplan.errors import InputError
from geoplan.types import Stage

PLACES = {"a": "甲县", "b": "乙县"}


def table(*rows):
    frame = pd.DataFrame(rows, columns=["district", "year", "grade", "pupils"])
    return frame.astype({"year": float, "pupils": float})


def history_of(*lines, first=2020, ages=(6, 7), district="a"):
    """A line for each year, a figure for each grade."""
    return read_history(
        table(
            *(
                (district, first + at, f"G{age - 5}", count)
                for at, line in enumerate(lines)
                for age, count in zip(ages, line, strict=True)
                if count is not None
            )
        )
    )


def codes(found):
    return [finding.code for finding in found.findings]


def test_schools_of_a_district_add_up_by_grade_and_year():
    frame = table(("", 2020, "一年级", 30), ("", 2020, "1", 20), ("", 2021, "G2", 45)).assign(
        school=["s1", "二小", "s1"]
    )
    found = read_history(frame, PLACES, school_district={"s1": "a", "二小": "a"})
    assert (found.places, found.ages, found.years.tolist()) == (("a",), (6, 7), [2020, 2021])
    assert found.pupils[0, 0, 0] == 50
    assert np.isnan(found.pupils[0, 0, 1])
    assert codes(found) == ["enrolment-gap", "enrolment-county-missing"]


def test_the_stage_of_a_row_tells_which_grade_1_is_meant():
    frame = table(("a", 2020, "1", 30), ("a", 2020, "1", 20)).assign(stages=[(Stage.PRIMARY,), (Stage.JUNIOR,)])
    found = read_history(frame, PLACES)
    assert found.ages == (6, 12)
    assert {stage: line[0, 0] for stage, line in found.by_stage().items()} == {Stage.PRIMARY: 30, Stage.JUNIOR: 20}


def test_what_is_left_out_is_named():
    rows = (("a", 2020, "一年级", 3), ("a", 2020, "托班", 9), ("丙县", 2020, "一年级", 9), ("", 2020, "一年级", 9))
    found = read_history(table(*rows), PLACES)
    assert found.pupils.tolist() == [[[3]]]
    assert set(codes(found)) == {
        "enrolment-grade-unread",
        "enrolment-district-unknown",
        "enrolment-district-missing",
        "enrolment-county-missing",
    }
    nothing = read_history(table(("a", 2020, "托班", 9)), PLACES)
    assert (nothing.places, codes(nothing)[-1]) == ((), "enrolment-none")
    assert "no years" in repr(nothing)


def test_classes_of_a_grade_add_up_and_beside_the_grade_they_are_left_out():
    classes = (("a", 2020, "一年级1班", 30), ("a", 2020, "一年级(2)班", 20))
    found = read_history(table(*classes), {"a": "甲县"})
    assert (found.pupils.tolist(), codes(found)) == ([[[50]]], [])
    found = read_history(table(*classes, ("a", 2020, "一年级", 51)), {"a": "甲县"})
    assert (found.pupils.tolist(), codes(found)) == ([[[51]]], ["enrolment-class-beside-grade"])
    assert found.findings[0].count == 2


def test_a_cohort_is_read_with_the_stage_and_the_year_of_its_row():
    rows = [("a", year, "2024级", pupils) for year, pupils in ((2024, 90), (2025, 88), (2026, 87), (2027, 86))]
    frame = table(*rows).assign(stages=[(Stage.JUNIOR,)] * 4)
    found = read_history(frame, {"a": "甲县"})
    assert found.ages == (12, 13, 14)
    assert [found.pupils[0, at, at] for at in range(3)] == [90, 88, 87]
    (finding,) = [each for each in found.findings if each.code == "enrolment-cohort-unread"]
    assert (finding.count, finding.rows) == (1, ("2024级",))
    blank = read_history(table(*rows), {"a": "甲县"})
    assert codes(blank) == ["enrolment-cohort-unread", "enrolment-none"]
    assert "columns stage and year" in blank.findings[0].fix


def test_a_missing_year_is_a_gap_and_its_ratios_are_not_used():
    found = history_of((100, 50), (None, None), (200, 80), (0, 100), first=2018)
    assert found.years.tolist() == [2018, 2019, 2020, 2021]
    assert "years 2019" in found.findings[0].what
    assert progression_ratios(found).tolist() == [[0.5]]


def test_four_ways_to_average_two_ratios():
    # 100 → 90 is 0.9, 300 → 330 is 1.1
    found = history_of((100, 1), (300, 90), (500, 330))
    values = [progression_ratios(found, how)[0, 0] for how in Ratio]
    assert values == pytest.approx([1.0, (90 + 330) / 400, (0.9 + 2 * 1.1) / 3, 1.1])


def test_grades_that_do_not_follow_each_other_have_no_ratio_and_entries_of_their_own():
    found = history_of((100, 50), (100, 50), ages=(6, 12))
    assert np.isnan(progression_ratios(found)).all()
    assert entry_ages(found) == (6, 12)


def test_a_step_of_progress_by_hand():
    found = progress(np.array([[100.0, 80.0]]), np.array([[0.5]]), {0: np.array([[60.0, 40.0]])}, 2)
    assert found.tolist() == [[[60, 40], [50, 30]]]


def test_entries_stay_level_where_nobody_gives_them_and_the_finding_says_so():
    found = forecast_progression(history_of((100, 100), (120, 100)), until=2023)
    assert found.by_grade[6][0].tolist() == [120, 120, 120]
    assert "progression-entries-assumed" in codes(found)
    high = forecast_progression(history_of((100, 100), (120, 100)), until=2023, scenario=Scenario.HIGH)
    assert high.by_grade[6][0, 1] == pytest.approx(120 * 1.15)
    assert any("保持 2021 年水平" in zh for zh, _ in found.assumptions)


def test_a_place_without_a_ratio_takes_that_of_all_together():
    rows = [("a", 2020, "G1", 100), ("a", 2020, "G2", 90), ("a", 2021, "G1", 100), ("a", 2021, "G2", 80)]
    found = read_history(table(*rows, ("b", 2021, "G1", 50), ("b", 2021, "G2", 40)), PLACES)
    forecast = forecast_progression(found, until=2022)
    assert forecast.by_grade[7][:, 1].tolist() == [80, 40]
    assert next(each.rows for each in forecast.findings if each.code == "progression-ratio-missing") == ("b",)


def test_without_any_ratio_a_grade_is_blank_and_not_zero():
    forecast = forecast_progression(history_of((100, 90)), until=2021)
    assert np.isnan(forecast.by_grade[7][0, 1])
    assert np.isnan(forecast.pupils[Stage.PRIMARY][0, 1])


def test_a_history_of_some_grades_says_that_its_stage_is_not_whole():
    found = forecast_progression(history_of((100, 90), (100, 90)), until=2030)
    assert {"progression-grades-missing", "forecast-fragile"} <= set(codes(found))


def test_entries_from_births_are_their_mean_share_of_the_past():
    found = history_of((90, 1), (110, 1))
    years = np.array([2020, 2021, 2022, 2023])
    children = np.array([[100.0, 100.0, 80.0, 60.0]])
    # shares 0.9 and 1.1: all of them enter; 2024 has no births and stays
    entries = entries_from_children(found, 6, years, children, until=2024, factor=0.5)
    assert entries.tolist() == pytest.approx(np.array([[80, 60, 30]]))


def test_entries_without_a_share_of_the_past_stay_level():
    entries = entries_from_children(history_of((90, 1)), 6, np.array([2030]), np.ones((1, 1)), until=2022)
    assert entries.tolist() == [[90, 90]]
    assert entries_from_children(history_of((90, 1)), 6, np.array([2030]), np.ones((1, 1)), until=2020).shape == (1, 0)


def test_births_become_entries_of_six_and_twelve_year_olds():
    found = history_of((90, 45), (110, 55), first=2020, ages=(6, 12))
    years = [2008, 2009, 2014, 2015, 2016, 2010, 2011]
    births = pd.DataFrame({"year": [float(year) for year in years], "births": [50.0, 50, 100, 100, 70, 60, 40]})
    entries, notes = entries_from_births(found, births, until=2023, factor=0.5)
    # shares 0.9 and 1.1 of the births of 2014 and 2015: all enter; of 2016 there are 70, of 2017 none
    assert sorted(entries) == [6, 12]
    assert entries[6][0].tolist() == pytest.approx([70, 35])
    assert entries[12][0].tolist() == pytest.approx([60, 40])
    assert [each.code for each in notes] == ["births-years-missing"]
    assert entries_from_births(found, births.head(0), until=2023) == ({}, ())
    forecast = forecast_progression(found, until=2023, entries=entries)
    assert "progression-entries-assumed" not in codes(forecast)


def test_births_of_the_whole_project_go_to_districts_by_their_lowest_grade():
    rows = [(key, year, "G1", count) for year in (2020, 2021) for key, count in (("a", 30), ("b", 10))]
    births = pd.DataFrame({"year": [2014.0, 2015.0, 2016.0], "births": [80.0, 80.0, 40.0]})
    entries, _ = entries_from_births(read_history(table(*rows), PLACES), births, until=2022)
    assert entries[6].tolist() == [[15], [5]]


def test_the_ratios_and_their_years_are_printed():
    zh, en = forecast_progression(history_of((100, 90), (100, 95)), until=2022).assumptions[0]
    assert "2020—2021 年各年升级率的算术平均" in zh
    assert "小学一年级→小学二年级 0.9500" in zh
    assert "mean of the yearly ratios" in en


def test_entries_of_a_grade_or_for_years_that_are_not_there_are_refused():
    found = history_of((100, 90), (100, 95))
    with pytest.raises(InputError, match="age 5"):
        forecast_progression(found, until=2022, entries={5: np.ones((1, 1))})
    with pytest.raises(InputError, match=r"shape \(1, 2\)"):
        forecast_progression(found, until=2022, entries={6: np.ones((1, 2))})
    with pytest.raises(InputError, match="until 2019"):
        forecast_progression(found, until=2019)


def test_a_table_without_a_usable_row_is_no_forecast_of_nobody():
    with pytest.raises(InputError, match="no enrolment by grade") as refused:
        forecast_progression(read_history(table(("a", 2020, "托班", 9)), PLACES), until=2030)
    assert "enrolment-none" in codes(refused.value)


COUNTS = st.lists(st.lists(st.integers(1, 5000), min_size=4, max_size=4), min_size=2, max_size=5)


@settings(max_examples=80, deadline=None)
@given(COUNTS, st.sampled_from(list(Ratio)))
def test_low_is_below_middle_below_high_and_nobody_is_negative(lines, how):
    found = history_of(*lines, ages=(6, 7, 8, 9))
    low, middle, high = (
        forecast_progression(found, Assumptions(), until=2030, how=how, scenario=each) for each in Scenario
    )
    for age in found.ages:
        assert (low.by_grade[age] >= 0).all()
        assert (low.by_grade[age] <= middle.by_grade[age] * (1 + 1e-12)).all()
        assert (middle.by_grade[age] <= high.by_grade[age] * (1 + 1e-12)).all()


@settings(max_examples=80, deadline=None)
@given(COUNTS, st.integers(0, 5), st.integers(1, 500))
def test_more_entries_never_lower_a_later_grade(lines, year, more):
    found = history_of(*lines, ages=(6, 7, 8, 9))
    entries = np.full((1, 6), 100.0)
    added = entries.copy()
    added[0, year] += more
    last = int(found.years[-1])
    before, after = (forecast_progression(found, until=last + 6, entries={6: each}) for each in (entries, added))
    for age in found.ages:
        assert (after.by_grade[age] >= before.by_grade[age]).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 5000), min_size=4, max_size=4), st.integers(1, 3))
def test_where_every_ratio_is_one_a_class_keeps_its_pupils(start, years):
    lines = [start, [start[0], *start[:3]]]
    found = history_of(*lines, ages=(6, 7, 8, 9))
    forecast = forecast_progression(found, until=2021 + years)
    for age in range(6, 10 - years):
        assert forecast.by_grade[age + years][0, years] == pytest.approx(forecast.by_grade[age][0, 0])
