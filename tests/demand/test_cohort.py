import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.demand import Assumptions, Figure, Migration, Scenario, forecast_cohort, read_births, read_cohorts
from geoplan.demand.children.stages import LATE_BIRTHS
from geoplan.demand.forecasting.cohort import age_children
from geoplan.errors import InputError
from geoplan.types import Area, Stage

STILL = Assumptions()


def cohorts_of(rows, *, year=2020, places=None):
    """Rows of (district, area, children aged 0 to 17)."""
    return read_cohorts(
        pd.DataFrame(
            [
                {"district": district, "area": area, "year": float(year), "people": 1000.0}
                | {f"age_{age}": float(count) for age, count in enumerate(children)}
                for district, area, children in rows
            ]
        ),
        places,
    )


def births_of(cohorts, *rows):
    frame = pd.DataFrame(rows, columns=["district", "area", "year", "births"]).astype({"year": float, "births": float})
    return read_births(frame, cohorts)


def codes(result):
    return [finding.code for finding in result.findings]


@pytest.fixture
def town():
    return cohorts_of([("a", "", range(100, 118))])


def test_children_grow_a_year_older_every_year(town):
    found = forecast_cohort(town, STILL, until=2026)
    assert found.years.tolist() == list(range(2020, 2027))
    assert found.by_age[0, :, 6].tolist() == [106, 105, 104, 103, 102, 101, 100]
    assert found.pupils[Stage.PRIMARY][0, 0] == sum(range(106, 112))
    assert found.pupils[Stage.PRIMARY][0, -1] == sum(range(100, 106))


def test_children_aged_0_in_2020_are_the_first_grade_of_2026(town):
    assert forecast_cohort(town, STILL, until=2026).by_age[0, -1, 6] == town.by_place()[0, 0]


def test_survival_and_migration_multiply_year_by_year():
    children = np.array([[100.0, 200.0, 0.0]])
    found = age_children(children, np.array([[0.0, 50.0]]), np.array([0.9, 0.99, 1.0]), np.array([[1.1, 0.8, 1.0]]))
    assert found[0, 1] == pytest.approx([50 * 0.9, 100 * 0.99 * 1.1, 200 * 1.0 * 0.8])


def test_recorded_births_are_taken_as_they_are_in_every_scenario(town):
    births = births_of(town, ("a", "", 2021, 90), ("a", "", 2022, 80))
    for scenario in Scenario:
        found = forecast_cohort(town, STILL, until=2023, births=births, scenario=scenario)
        assert found.by_age[0, 1:3, 0].tolist() == [90, 80]
        assert found.by_age[0, 3, 0] == pytest.approx(80 * STILL.birth_factor[scenario])


def test_assumed_births_change_each_year_until_they_stay_level(town):
    given = Assumptions(births_change=Figure(-0.1), births_level_from=2022)
    found = forecast_cohort(town, given, until=2024)
    assert found.by_age[0, :, 0] == pytest.approx([100, 90, 81, 81, 81])


def test_a_year_between_recorded_births_is_on_the_line_and_reported(town):
    births = births_of(town, ("a", "", 2021, 90), ("a", "", 2023, 70))
    found = forecast_cohort(town, STILL, until=2023, births=births)
    assert found.by_age[0, :, 0].tolist() == [100, 90, 80, 70]
    gap = next(each for each in found.findings if each.code == "births-years-missing")
    assert "2022" in gap.what


def test_without_births_a_finding_says_that_they_are_assumed(town):
    assert "births-none" in codes(forecast_cohort(town, STILL, until=2022))
    unknown = read_births(pd.DataFrame({"year": [np.nan], "births": [5.0]}), town)
    assert codes(unknown) == ["births-none"]


def test_late_births_go_to_school_a_year_later(town):
    births = births_of(town, ("a", "", 2020, 120), ("a", "", 2021, 90), ("a", "", 2022, 60))
    found = forecast_cohort(town, Assumptions(late_share=LATE_BIRTHS), until=2022, births=births)
    assert found.by_age[0, 1:, 0] == pytest.approx([90 * 2 / 3 + 120 / 3, 60 * 2 / 3 + 90 / 3])


def test_births_of_the_whole_project_are_divided_by_children_aged_0():
    cohorts = cohorts_of([("a", "", [30] * 18), ("b", "", [10] * 18)])
    births = births_of(cohorts, ("", "", 2021, 80))
    assert births.counts[:, 0].tolist() == [60, 20]
    assert births.assumptions


def test_births_of_the_whole_project_fill_what_the_counties_left_open():
    cohorts = cohorts_of([("a", "", [30] * 18), ("b", "", [10] * 18), ("c", "", [30] * 18)])
    births = births_of(cohorts, ("", "", 2021, 80), ("b", "", 2021, 40))
    assert births.counts[:, 0].tolist() == [20, 40, 20]


def test_counties_without_births_are_named():
    cohorts = cohorts_of([("a", "", [30] * 18), ("b", "", [10] * 18)])
    births = births_of(cohorts, ("a", "", 2021, 25))
    assert [(each.code, each.rows) for each in births.findings] == [("births-county-missing", ("b",))]


def test_urban_and_rural_pupils_add_up_to_all():
    cohorts = cohorts_of([("a", "urban", range(50, 68)), ("a", "rural", range(20, 38)), ("b", "rural", [5] * 18),
                          ("b", "urban", [7] * 18)])  # fmt: skip
    births = births_of(cohorts, ("a", "", 2021, 140), ("b", "urban", 2021, 9), ("b", "rural", 2021, 4))
    found = forecast_cohort(cohorts, STILL, until=2030, births=births)
    for stage in Stage:
        both = found.by_area[Area.URBAN][stage] + found.by_area[Area.RURAL][stage]
        assert both == pytest.approx(found.pupils[stage])
    # 140 divided as 50 to 20
    assert found.by_area[Area.URBAN][Stage.KINDERGARTEN][0, 4] == pytest.approx(100 + 50 + 51)


def test_births_by_area_add_up_where_the_ages_do_not_tell_areas(town):
    assert births_of(town, ("a", "urban", 2021, 9), ("a", "rural", 2021, 4)).counts[0].tolist() == [13]


def test_unknown_ages_stay_unknown_as_they_grow_up_and_the_years_are_named():
    frame = pd.DataFrame([{"year": 2020.0, "age_0": 10.0, "age_1_4": 40.0, "age_5_9": 50.0, "age_10_14": 50.0}])
    found = forecast_cohort(read_cohorts(frame), STILL, until=2035)
    blank = np.isnan(found.pupils[Stage.SENIOR][0])
    assert found.years[blank].tolist() == [2020, 2021, 2022]
    assert not np.isnan(found.pupils[Stage.JUNIOR]).any()
    assert "2020, 2021, 2022" in next(each.what for each in found.findings if each.code == "forecast-years-blank")
    assert found.as_dict()["pupils"]["senior"][0][:4] == [None, None, None, 30]
    assert "forecast-fragile" in codes(found)


def test_enrolment_targets_of_a_plan_lower_the_pupils_and_not_the_children(town):
    given = Assumptions(enrolment={Stage.KINDERGARTEN: {2020: 0.9, 2022: 0.93}})
    found = forecast_cohort(town, given, until=2022)
    assert found.pupils[Stage.KINDERGARTEN][0] == pytest.approx([312 * 0.9, 309 * 0.915, 306 * 0.93])
    assert found.by_age[0, 0, 3] == 103


def test_the_peak_is_the_first_year_of_most_pupils(town):
    found = forecast_cohort(cohorts_of([("a", "", [10, 10, 10, 30, 30, 30, 10, 10, 10, 10, 10, 10] + [10] * 6)]), STILL,
                            until=2035)  # fmt: skip
    assert found.peak(Stage.KINDERGARTEN) == (2020, 90)
    assert found.peak(Stage.PRIMARY) == (2023, 120)
    assert found.peak(Stage.JUNIOR) == (2029, 90)
    assert found.peak(Stage.SENIOR, "a") == (2032, 90)
    assert "junior peak 2029" in repr(found)


def test_a_stage_without_any_figure_has_no_peak():
    found = forecast_cohort(read_cohorts(pd.DataFrame([{"year": 2020.0, "age_0": 1.0}])), STILL, until=2021)
    with pytest.raises(ValueError, match="no figure for senior"):
        found.peak(Stage.SENIOR)
    with pytest.raises(ValueError, match="2020 to 2021, not 2040"):
        found.at(2040)


def test_a_table_without_a_usable_row_is_no_forecast_of_nobody(town):
    with pytest.raises(InputError, match="no children") as refused:
        forecast_cohort(read_cohorts(pd.DataFrame([{"year": 2020.0, "age_0": np.nan}])), STILL, until=2030)
    assert "ages-none" in codes(refused.value)
    with pytest.raises(InputError, match="until 2019"):
        forecast_cohort(town, STILL, until=2019)


CHILDREN = st.lists(st.integers(0, 50_000), min_size=18, max_size=18)
ASSUMED = st.builds(
    lambda change, rate, survival, late: Assumptions(
        births_change=Figure(change),
        migration=(Migration((0, 17), Figure(rate)),),
        survival=(Figure(survival),),
        late_share=late,
    ),
    st.floats(-0.3, 0.3),
    st.floats(-200, 200),
    st.floats(0.9, 1),
    st.floats(0, 1),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(CHILDREN, min_size=1, max_size=4), ASSUMED)
def test_low_is_below_middle_and_middle_below_high_and_nobody_is_negative(rows, assumptions):
    cohorts = cohorts_of([(str(at), "", row) for at, row in enumerate(rows)])
    low, middle, high = (forecast_cohort(cohorts, assumptions, until=2040, scenario=each) for each in Scenario)
    for stage in Stage:
        assert (low.pupils[stage] >= 0).all()
        assert (low.pupils[stage] <= middle.pupils[stage] * (1 + 1e-12) + 1e-9).all()
        assert (middle.pupils[stage] <= high.pupils[stage] * (1 + 1e-12) + 1e-9).all()


@settings(max_examples=60, deadline=None)
@given(
    CHILDREN, ASSUMED, st.lists(st.integers(0, 50_000), min_size=4, max_size=4), st.integers(0, 3), st.integers(1, 999)
)
def test_more_births_in_a_year_never_lower_any_later_figure(children, assumptions, recorded, year, more):
    cohorts = cohorts_of([("a", "", children)])
    rows = [("a", "", 2021 + at, count) for at, count in enumerate(recorded)]
    added = [(*row[:3], row[3] + more * (at == year)) for at, row in enumerate(rows)]
    before, after = (
        forecast_cohort(cohorts, assumptions, until=2040, births=births_of(cohorts, *each)) for each in (rows, added)
    )
    for stage in Stage:
        assert (after.pupils[stage] >= before.pupils[stage] - 1e-9).all()


@settings(max_examples=60, deadline=None)
@given(CHILDREN, st.integers(0, 17))
def test_without_births_deaths_and_moves_every_cohort_keeps_its_size(children, years):
    found = forecast_cohort(cohorts_of([("a", "", children)]), STILL, until=2020 + years)
    assert found.by_age[0, years, years:].tolist() == children[: 18 - years]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 9999), min_size=2, max_size=5), st.integers(0, 10**6))
def test_divided_births_add_up_to_the_total(zeros, total):
    cohorts = cohorts_of([(str(at), "", [zero] * 18) for at, zero in enumerate(zeros)])
    births = births_of(cohorts, ("", "", 2021, total))
    assert births.counts.sum() == pytest.approx(total)
    assert (births.counts >= 0).all()
