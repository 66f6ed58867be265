"""A6, the forecast half: three years of three grades, entries given, and the same by hand with other numbers."""

import numpy as np
import pandas as pd
import pytest

from geoplan.demand import Scenario, forecast_progression, progression_ratios, read_history
from geoplan.types import Stage

GRADES = ("大班", "一年级", "二年级")


def history(table, *, first=2021, grades=GRADES):
    rows = [
        {"year": float(first + at), "grade": grade, "pupils": float(count), "district": ""}
        for at, line in enumerate(table)
        for grade, count in zip(grades, line, strict=True)
    ]
    return read_history(pd.DataFrame(rows))


A6 = ((100, 90, 80), (110, 95, 88), (120, 99, 91))


def test_the_mean_ratios_of_a6_are_0_925_and_0_9678363():
    assert progression_ratios(history(A6))[0] == pytest.approx([0.925, 0.9678363], abs=5e-8)


def test_the_grades_of_a6_are_forecast_to_the_fifth_decimal():
    forecast = forecast_progression(history(A6), until=2026, entries={5: np.array([[125.0, 130.0, 128.0]])})
    assert forecast.years.tolist() == [2023, 2024, 2025, 2026]
    assert forecast.by_grade[5][0].tolist() == [120, 125, 130, 128]
    assert forecast.by_grade[6][0, 1:] == pytest.approx([111.0, 115.625, 120.25], abs=1e-9)
    assert forecast.by_grade[7][0, 1:] == pytest.approx([95.81579, 107.42982, 111.90607], abs=5e-6)
    assert forecast.pupils[Stage.PRIMARY][0, 1:] == pytest.approx([206.81579, 223.05482, 232.15607], abs=1e-5)


def test_other_numbers_by_hand():
    # 200 → 180 is 0.9 and 220 → 242 is 1.1: the mean ratio is 1
    table = ((200, 50), (220, 180), (300, 242))
    forecast = forecast_progression(
        history(table, first=2019, grades=("G1", "G2")), until=2023, entries={6: np.array([[10.0, 20.0]])}
    )
    assert forecast.by_grade[7][0].tolist() == pytest.approx([242, 300, 10])


def test_scenarios_move_ratios_inside_a_stage_and_leave_the_step_into_school():
    entries = {5: np.array([[125.0, 130.0, 128.0]])}
    low, middle, high = (
        forecast_progression(history(A6), until=2026, entries=entries, scenario=scenario) for scenario in Scenario
    )
    assert low.by_grade[6] == pytest.approx(high.by_grade[6])
    assert (low.by_grade[7][0, 1:] < middle.by_grade[7][0, 1:]).all()
    assert (middle.by_grade[7][0, 1:] < high.by_grade[7][0, 1:]).all()
