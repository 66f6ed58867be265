"""The demo's layers against the figures that the plan of Xingtai publishes (XT:6)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geoplan.config import read_project
from geoplan.config_checks import OfficialTotal, TotalsConfig
from geoplan.files import bundled
from geoplan.inputs import load_layers
from geoplan.inputs.totals import check_totals

PLAN = "邢台市“十四五”教育规划 002_fe10ad1b5c3f9bc5.txt:6"


@pytest.fixture(scope="module")
def demo():
    config = read_project(bundled("data") / "demo")
    return config, load_layers(config)


@pytest.fixture
def check(demo):
    config, layers = demo

    def run(*figures, **options):
        totals = TotalsConfig(figures=tuple(OfficialTotal(what, value, PLAN) for what, value in figures), **options)
        return check_totals(replace(config, totals=totals), layers)

    return run


def test_the_demo_holds_exactly_the_kindergartens_and_children_of_the_plan(check):
    result = check(
        ("kindergartens", 2_347),
        ("inclusive_kindergartens", 1_746),
        ("kindergarten_enrolment", 304_600),
        ("kindergarten_seats", 304_600),
    )
    assert result.differing == ()
    assert [row.found for row in result.rows if row.place == ""] == [2_347, 1_746, 304_600, 304_600]
    by_county = [row.found for row in result.of("kindergartens") if row.place not in {"", "-"}]
    assert (len(by_county), sum(by_county)) == (19, 2_347)


def test_one_kindergarten_more_in_the_plan_is_one_fewer_in_the_layer(check):
    (row,) = check(("kindergartens", 2_348)).differing
    assert (row.difference, row.source) == (-1, PLAN)


def test_the_table_of_statistics_and_the_census_in_the_districts_are_compared_where_asked(check):
    result = check(statistics=True, own_columns={"people": "七普"})
    whole = {row.what: (row.official, row.found) for row in result.rows if row.place == "" and row.official}
    assert whole["kindergartens"] == (2_347, 2_347)  # the row of 2020, not that of 2015
    assert whole["senior_schools"] == (64, 0)
    assert [row.label for row in result.differing if row.what == "people"] == ["河北邢台经济开发区"]
