"""Forecasts side by side, shared to cells, and the size of a city of ten million."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.demand import (
    Assumptions,
    Figure,
    Scenario,
    compare,
    forecast_cohort,
    forecast_ratio,
    read_cohorts,
    to_cells,
)
from geoplan.types import Stage


def cohorts_of(children):
    """Cohorts of counties, from an array (counties, 18)."""
    frame = pd.DataFrame(children, columns=[f"age_{age}" for age in range(18)]).astype(float)
    return read_cohorts(frame.assign(year=2020.0, district=[f"c{row}" for row in range(len(frame))]))


@pytest.fixture
def forecast():
    return forecast_cohort(cohorts_of([[100] * 18, [10] * 18]), Assumptions(), until=2025)


def test_pupils_of_each_place_are_shared_to_its_cells_by_weight(forecast):
    found = to_cells(forecast, Stage.PRIMARY, 2020, [0, 0, 1, -1], [1.0, 3.0, 5.0, 9.0])
    assert found.people.tolist() == [150, 450, 60, 0]
    assert found.left_over.tolist() == [0, 0]


def test_pupils_of_a_place_without_cells_are_left_over(forecast):
    assert to_cells(forecast, Stage.PRIMARY, 2020, [0], [1.0]).left_over.tolist() == [0, 60]


def test_a_stage_year_or_figure_that_is_not_there_is_refused(forecast):
    with pytest.raises(ValueError, match="not 2050"):
        to_cells(forecast, Stage.PRIMARY, 2050, [0], [1.0])
    blank = forecast_cohort(cohorts_of([[100] * 15 + [np.nan] * 3]), Assumptions(), until=2021)
    with pytest.raises(ValueError, match="no senior figure for 2020 in c0"):
        to_cells(blank, Stage.SENIOR, 2020, [0], [1.0])
    only = forecast_cohort(cohorts_of([[100] * 18]), Assumptions(), until=2021, stages=(Stage.PRIMARY,))
    with pytest.raises(ValueError, match="has no junior"):
        to_cells(only, Stage.JUNIOR, 2020, [0], [1.0])


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 9999), min_size=18, max_size=18), min_size=1, max_size=5),
    st.integers(2020, 2035),
    st.integers(0, 2**31),
)
def test_cells_add_up_to_the_rounded_forecast_in_every_year(children, year, seed):
    given_rates = Assumptions(enrolment={Stage.KINDERGARTEN: {2020: 0.9, 2025: 0.93}})
    found = forecast_cohort(cohorts_of(children), given_rates, until=2035)
    rng = np.random.default_rng(seed)
    place = rng.integers(-1, len(children), 50)
    cells = to_cells(found, Stage.KINDERGARTEN, year, place, rng.random(50))
    total = found.total(Stage.KINDERGARTEN)[found.at(year)]
    assert cells.people.sum() + cells.left_over.sum() == round(total)
    each = np.bincount(place[place >= 0], cells.people[place >= 0], len(children)) + cells.left_over
    assert (np.abs(each - found.pupils[Stage.KINDERGARTEN][:, found.at(year)]) < 1.5).all()


def test_methods_and_scenarios_stand_side_by_side(forecast):
    high = forecast_cohort(cohorts_of([[100] * 18, [10] * 18]), Assumptions(), until=2025, scenario=Scenario.HIGH)
    rate = Figure(10.0, 2022, "公报")
    ratio = forecast_ratio(
        np.array([10_000.0, 1000.0]), [2024, 2026], rate, places={"c0": "", "c1": ""}, stages=(Stage.KINDERGARTEN,)
    )
    rows = {(row.stage, row.year): row for row in compare([forecast, high, ratio])}
    row = rows[Stage.KINDERGARTEN, 2024]
    assert row.pupils == pytest.approx(
        {("cohort", "middle"): 330, ("cohort", "high"): 220 + 110 * 1.15, ("ratio", "middle"): 330}
    )
    assert (row.lowest, row.highest) == pytest.approx((330, 346.5))
    assert json.loads(json.dumps(row.as_dict()))["pupils"]["ratio-middle"] == 330
    assert list(rows[Stage.KINDERGARTEN, 2026].pupils) == [("ratio", "middle")]
    assert rows[Stage.PRIMARY, 2024].pupils == {("cohort", "middle"): 660, ("cohort", "high"): 660}
    one = compare([forecast, high], place="c1")[0]
    assert one.pupils["cohort", "middle"] == 30


def test_forecasts_that_do_not_compare_are_refused(forecast):
    with pytest.raises(ValueError, match="one forecast of each method"):
        compare([forecast, forecast])
    other = forecast_cohort(cohorts_of([[1] * 18]), Assumptions(), until=2025, scenario=Scenario.LOW)
    with pytest.raises(ValueError, match="different places"):
        compare([forecast, other])


def test_a_forecast_as_plain_values_is_json():
    found = forecast_cohort(cohorts_of([[100] * 15 + [np.nan] * 3]), Assumptions(), until=2024)
    plain = json.loads(json.dumps(found.as_dict(), ensure_ascii=False))
    assert plain["pupils"]["senior"] == [[None, None, None, 300, 300]]
    assert plain["peak"]["senior"] == 2023
    assert plain["assumptions"][0]["zh"].startswith("基年 2020 年")


def test_nobody_is_lost_or_made_in_a_city_of_ten_million():
    rng = np.random.default_rng(11)
    cohorts = cohorts_of(rng.poisson(10_000_000 / 200 / 100, (200, 18)))
    place, weight = rng.integers(0, 200, 100_000), rng.lognormal(0, 1, 100_000)
    found = forecast_cohort(cohorts, Assumptions(), until=2035)
    for stage in Stage:
        cells = to_cells(found, stage, 2035, place, weight)
        assert cells.left_over.sum() == 0
        assert cells.people.sum() == round(found.total(stage)[-1])
        each = np.bincount(place, cells.people, 200)
        assert (np.abs(each - found.pupils[stage][:, found.at(2035)]) < 1).all()
