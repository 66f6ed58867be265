import numpy as np
import pandas as pd
import pytest

from geoplan.demand import Assumptions, backtest, backtest_progression, forecast_cohort, read_cohorts, read_history
from geoplan.types import Stage


def history_of(lines, *, first=2018, district="a"):
    rows = [
        {"district": district, "year": float(first + at), "grade": f"G{grade + 1}", "pupils": float(count)}
        for at, line in enumerate(lines)
        for grade, count in enumerate(line)
    ]
    return pd.DataFrame(rows)


STEADY = [(100, 90), (100, 90), (100, 90), (100, 90), (100, 90)]


def test_entries_that_nobody_could_know_are_part_of_the_error():
    # grade 1 stays at 200 in the forecast, and 100 and 50 come; grade 2 is 0.9 of the year before
    lines = [(100, 90), (100, 90), (200, 90), (100, 180), (50, 90)]
    found = backtest_progression(read_history(history_of(lines)), hold_out=2)
    assert [(row.actual, row.forecast) for row in found.rows] == [(280, 380), (140, 380)]


def test_a_single_grade_that_jumps_is_not_forecast_without_error():
    lines = [(each,) for each in (100, 500, 30, 900, 20, 700, 50)]
    found = backtest_progression(read_history(history_of(lines)))
    assert [row.forecast for row in found.rows] == [900, 900, 900]
    assert min(abs(row.bias) for row in found.rows) > 0.2


def test_a_history_that_keeps_its_ratios_and_entries_is_forecast_without_error():
    found = backtest_progression(read_history(history_of(STEADY)), hold_out=2)
    assert [(row.year, row.horizon, row.mape, row.bias) for row in found.rows] == [(2021, 1, 0, 0), (2022, 2, 0, 0)]
    assert found.findings == ()


def test_errors_are_those_of_hand_arithmetic_by_place_and_together():
    # until 2019 the ratio is 0.9 and the entry 100 in both; in 2020 grade 2 comes with 99 and 81 in place of 90
    lines = [(100, 90), (100, 90)]
    frame = pd.concat([history_of([*lines, (100, 99)]), history_of([*lines, (100, 81)], district="b")])
    (row,) = backtest_progression(read_history(frame), hold_out=1).rows
    assert (row.stage, row.year, row.horizon, row.places) == (Stage.PRIMARY, 2020, 1, 2)
    assert (row.actual, row.forecast) == (380, 380)
    assert row.mape == pytest.approx((9 / 199 + 9 / 181) / 2)
    assert row.bias == pytest.approx(0)
    assert row.as_dict()["mape_pct"] == 4.7
    assert str(row) == "小学 2020（提前 1 年）：预测 380，实际 380，平均绝对误差 4.7%，偏差 +0.0%"


def test_too_short_a_history_gives_a_finding_and_no_figure():
    found = backtest_progression(read_history(history_of(STEADY)), hold_out=4)
    assert found.rows == ()
    assert [each.code for each in found.findings] == ["backtest-too-short"]
    assert "5 years; holding back 4 needs 6" in found.findings[0].what


def test_holding_nothing_back_is_no_test():
    with pytest.raises(ValueError, match="at least 1 year"):
        backtest_progression(read_history(history_of(STEADY)), hold_out=0)


def test_the_cohort_method_is_tested_on_counts_of_several_years():
    # a quarter of each cohort leaves every year, and the method does not know
    years = np.arange(2018, 2022)
    frame = pd.DataFrame(
        [
            {"district": "a", "year": float(year)} | {f"age_{age}": 1000 * 0.75 ** (year - 2018) for age in range(18)}
            for year in years
        ]
    )
    actual = {
        stage: np.array([[read_cohorts(frame, year=int(year)).by_place()[0, 6:12].sum() for year in years]])
        for stage in (Stage.PRIMARY,)
    }
    found = backtest(
        actual,
        years,
        ("a",),
        lambda year: forecast_cohort(read_cohorts(frame, year=year), Assumptions(), until=2021),
        hold_out=2,
        layer="ages",
    )
    assert [row.bias for row in found.of(Stage.PRIMARY)] == pytest.approx([1 / 0.75 - 1, 1 / 0.75**2 - 1])
    assert found.of(Stage.SENIOR) == ()


def test_places_without_pupils_have_no_percentage_and_still_count_in_the_sum():
    made = forecast_cohort(
        read_cohorts(pd.DataFrame([{"year": 2018.0, "district": "a"} | {f"age_{age}": 0.0 for age in range(18)}])),
        Assumptions(),
        until=2021,
    )
    found = backtest({Stage.PRIMARY: np.zeros((1, 4))}, np.arange(2018, 2022), ("a",), lambda _: made, hold_out=1)
    assert np.isnan(found.rows[0].mape)
    assert found.rows[0].as_dict()["mape_pct"] is None
    assert "—" in str(found.rows[0])


def test_where_nothing_can_be_compared_a_finding_says_so():
    made = forecast_cohort(read_cohorts(pd.DataFrame([{"year": 2018.0, "age_0": 1.0}])), Assumptions(), until=2021)
    found = backtest({Stage.PRIMARY: np.ones((1, 4))}, np.arange(2018, 2022), ("a",), lambda _: made, hold_out=1)
    assert [each.code for each in found.findings] == ["backtest-nothing"]
