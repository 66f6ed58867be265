"""Pupils of Xingtai, Anyang, Zhengzhou and Jiaozuo, 2020-2035, from the census of 2020 and the births that are known.

Births after 2020 are recorded for Anyang (2021-2024, city total) and given as a rate for Jiaozuo (2022). Elsewhere
they are assumed: to fall as in Anyang until 2024 and to stay level then. What is assumed is in `assumptions`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geoplan.demand import (
    Assumptions,
    Figure,
    Scenario,
    Split,
    autumn_of_first_grade,
    compare,
    forecast_cohort,
    read_births,
    read_cohorts,
)
from geoplan.types import Stage

pytestmark = pytest.mark.shared

CITIES = ("邢台市", "安阳市", "郑州市", "焦作市")
LAST = 2035
PER_THOUSAND = {"邢台市": 9.2, "安阳市": 8.5, "郑州市": 9.4, "焦作市": 9.1}
"""Children aged 0 per 1,000 people at the census: grade 1 of 2026/27 once they are six."""


@pytest.fixture(scope="module")
def census(data):
    table = pd.read_csv(data("facts") / "census2020_children_by_county.csv", dtype={"code": str})
    table = table.rename(columns={"age1_4": "age_1_4", "age0": "age_0", "age5_9": "age_5_9", "age10_14": "age_10_14",
                                  "pop2020": "people"})  # fmt: skip
    ages = ["people", "age_0", "age_1_4", "age_5_9", "age_10_14"]
    return table.assign(year=2020.0, district=table["county"]).astype(dict.fromkeys(ages, float))


@pytest.fixture(scope="module")
def counties(census):
    """By city: its rows of counties, the development zones among them."""
    return {city: census[(census["city"] == city) & (census["county"] != city)] for city in CITIES}


@pytest.fixture(scope="module")
def births(data):
    """By city: recorded births of the whole city."""
    facts = pd.read_csv(data("facts") / "facts.csv")
    anyang = facts[(facts["area"] == "安阳市") & (facts["indicator"] == "births")]
    jiaozuo = facts[(facts["area"] == "焦作市") & (pd.to_numeric(facts["year"]) == 2022)].set_index("indicator")[
        "value"
    ]
    rate, people = float(jiaozuo["birth rate"]), float(jiaozuo["resident population"])
    return {
        "安阳市": pd.DataFrame(
            {"year": anyang["year"].astype(float), "births": anyang["value"].astype(float) * 10_000}
        ),
        "焦作市": pd.DataFrame({"year": [2022.0], "births": [rate * people * 10]}),
    }


@pytest.fixture(scope="module")
def anyang_change(births, census):
    """Yearly change of births in Anyang from the children aged 0 at the census to the births of 2024."""
    zero = census.loc[census["county"] == "安阳市", "age_0"].item()
    last = births["安阳市"].set_index("year")["births"][2024.0]
    return (last / zero) ** (1 / 4) - 1


@pytest.fixture(scope="module")
def forecasts(counties, births, anyang_change):
    given = Assumptions(
        births_change=Figure(anyang_change, 2024, "安阳市2020年普查0岁人口与2024年出生人口"), births_level_from=2024
    )
    found = {}
    for city in CITIES:
        cohorts = read_cohorts(counties[city])
        recorded = read_births(births.get(city), cohorts)
        found[city] = {
            scenario: forecast_cohort(cohorts, given, until=LAST, births=recorded, scenario=scenario)
            for scenario in Scenario
        }
    return found


@pytest.fixture(params=CITIES)
def city(request):
    return request.param


def test_the_counties_with_their_development_zones_are_the_city(counties, census, city):
    ages = ["age_0", "age_1_4", "age_5_9", "age_10_14", "people"]
    whole = census.loc[census["county"] == city, ages].iloc[0]
    # the digitised yearbook rounds nothing away but a few urban people of Xingtai and Anyang
    assert counties[city][ages].sum().to_numpy() == pytest.approx(whole.to_numpy(), rel=0.002)


def test_no_child_is_lost_between_the_census_and_the_cohorts(counties, city):
    cohorts = read_cohorts(counties[city])
    bands = counties[city][["age_0", "age_1_4", "age_5_9", "age_10_14"]].to_numpy()
    assert np.nansum(cohorts.children) == pytest.approx(bands.sum())
    assert len(cohorts.places) == len(counties[city])


def test_children_aged_0_in_2020_are_grade_1_of_2026_and_far_fewer_than_in_2020(forecasts, counties, city):
    found = forecasts[city][Scenario.MIDDLE]
    grade_1 = found.by_age[:, :, 6].sum(axis=0)
    then = grade_1[found.at(autumn_of_first_grade(0, 2020))]
    assert then == pytest.approx(counties[city]["age_0"].sum())
    per_thousand = 1000 * then / counties[city]["people"].sum()
    assert per_thousand == pytest.approx(PER_THOUSAND[city], abs=0.06)
    assert 8.4 < per_thousand < 9.5
    assert then < 0.72 * grade_1[0]
    # and it is the same in every scenario: these children are born
    for scenario in Scenario:
        assert forecasts[city][scenario].by_age[:, found.at(2026), 6].sum() == then


def test_every_county_has_its_own_grade_1_of_2026(forecasts, counties, city):
    found = forecasts[city][Scenario.MIDDLE]
    known = dict(zip(counties[city]["county"], counties[city]["age_0"], strict=True))
    ours = dict(zip(found.places, found.by_age[:, found.at(2026), 6], strict=True))
    assert ours == pytest.approx(known)


def test_children_of_2020_per_thousand_are_those_of_the_published_arithmetic(forecasts, census, counties, city):
    found = forecasts[city][Scenario.MIDDLE]
    row = census.loc[census["county"] == city].iloc[0]
    for stage, column in (
        (Stage.KINDERGARTEN, "est_age3_5_per1000"),
        (Stage.PRIMARY, "est_age6_11_per1000"),
        (Stage.JUNIOR, "est_age12_14_per1000"),
    ):
        people = counties[city]["people"].sum()
        assert 1000 * found.total(stage)[0] / people == pytest.approx(row[column], abs=0.15)


def test_low_is_below_middle_below_high_and_they_part_only_where_births_are_assumed(forecasts, city):
    low, middle, high = (forecasts[city][each] for each in Scenario)
    for stage in Stage:
        known = np.isfinite(middle.total(stage))
        assert (low.total(stage)[known] <= middle.total(stage)[known]).all()
        assert (middle.total(stage)[known] <= high.total(stage)[known]).all()
    last_known = {"安阳市": 2024, "焦作市": 2022}.get(city, 2020)
    parted = high.total(Stage.KINDERGARTEN) - low.total(Stage.KINDERGARTEN) > 1
    assert middle.years[parted][0] == last_known + 4
    assert low.total(Stage.JUNIOR)[low.at(2032)] == high.total(Stage.JUNIOR)[high.at(2032)]


def test_the_wave_passes_kindergarten_before_primary_before_junior_before_senior(forecasts, city):
    found = forecasts[city][Scenario.MIDDLE]
    peaks = [found.peak(stage)[0] for stage in Stage]
    assert peaks == sorted(peaks)
    below = []
    for stage in Stage:
        line = found.total(stage)
        top = found.at(found.peak(stage)[0])
        fallen = np.flatnonzero((line < 0.8 * line[top]) & (np.arange(len(line)) > top))
        below.append(int(found.years[fallen[0]]) if len(fallen) else LAST + 1)
    # a fifth below its peak: each stage strictly after the one before it
    assert (np.diff(below) > 0).all()


def test_seniors_of_the_first_three_years_are_blank_and_said_to_be(forecasts, city):
    found = forecasts[city][Scenario.MIDDLE]
    assert found.years[np.isnan(found.total(Stage.SENIOR))].tolist() == [2020, 2021, 2022]
    assert {"ages-gap", "forecast-years-blank", "forecast-fragile"} <= {each.code for each in found.findings}


def test_what_is_known_of_births_is_used_and_what_is_not_is_said(forecasts, city):
    found = forecasts[city][Scenario.MIDDLE]
    words = " ".join(zh for zh, _ in found.assumptions)
    assert "安阳市2020年普查0岁人口与2024年出生人口" in words
    zero = found.by_age[:, :, 0].sum(axis=0)
    if city == "安阳市":
        assert zero[1:5] == pytest.approx([41_000, 40_000, 34_000, 36_700])
        assert "分摊" in words
    elif city == "焦作市":
        assert zero[2] == pytest.approx(7.65 * 3523.5)
    else:
        assert "births-none" in {each.code for each in found.findings}


def test_kindergarten_children_of_xingtai_agree_with_the_plan_within_two_percent(forecasts):
    # 30.46 万 in kindergarten at a gross rate of 90.07 % (XT:6, 41)
    children = forecasts["邢台市"][Scenario.MIDDLE].total(Stage.KINDERGARTEN)[0]
    assert children == pytest.approx(304_600 / 0.9007, rel=0.02)


def test_primary_pupils_of_zhengzhou_in_2023_are_more_than_its_children_of_2020_became(forecasts):
    # 118.21 万 (bulletin of 2023) against cohorts that stay: the rest moved in, which no migration line says here
    cohort = forecasts["郑州市"][Scenario.MIDDLE]
    assert 0.80 < cohort.total(Stage.PRIMARY)[cohort.at(2023)] / 1_182_100 < 0.95


@pytest.mark.parametrize("how", Split)
def test_either_way_to_split_bands_leaves_the_wave_where_it_is(counties, how):
    for city in CITIES:
        found = forecast_cohort(read_cohorts(counties[city], how=how), Assumptions(), until=LAST)
        assert found.peak(Stage.KINDERGARTEN)[0] <= 2021
        assert found.peak(Stage.KINDERGARTEN)[0] <= found.peak(Stage.PRIMARY)[0] <= found.peak(Stage.JUNIOR)[0]


def test_the_three_scenarios_stand_side_by_side_to_2035(forecasts, city):
    rows = compare(list(forecasts[city].values()))
    assert {row.year for row in rows} == set(range(2020, LAST + 1))
    assert all(len(row.pupils) == 3 for row in rows)


def test_the_table_of_the_page_for_planners_is_what_is_computed_here(forecasts):
    page = (Path(__file__).parents[2] / "docs" / "demand.md").read_text(encoding="utf-8")
    for city in CITIES:
        low, middle, high = (forecasts[city][each] for each in Scenario)
        for stage in Stage:
            cells = []
            for year in (2020, 2023, 2026, 2030, 2035):
                values = [f"{each.total(stage)[each.at(year)] / 10_000:.1f}" for each in (low, middle, high)]
                cells.append(values[0] if len(set(values)) == 1 else " / ".join(values))
            peak, first = middle.peak(stage)[0], 2023 if stage is Stage.SENIOR else 2020
            name = f" {city[:2]} " if stage is Stage.KINDERGARTEN else " "
            row = " | ".join([*cells, f"≤ {peak}" if peak == first else str(peak)]).replace("nan", "–")
            assert f"|{name}| {stage.zh} | {row} |" in page
