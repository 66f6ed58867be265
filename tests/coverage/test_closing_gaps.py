"""Gaps that come up because schools close: homes on a line, a radius of 500 m."""

import numpy as np
import pytest
import shapely

from geoplan.config import LayerConfig
from geoplan.coverage import Radius, existing_supply, find_closing_gaps, find_gaps, measure
from geoplan.demand import build_demand, build_units
from geoplan.rules import user_radius
from geoplan.travel import Straight
from geoplan.types import Area, Stage

RADII = (Radius(Area.ALL, user_radius(Stage.PRIMARY, 500.0)),)


@pytest.fixture(scope="module")
def town(in_memory):
    """town(homes as (x, people), schools as {id: x}) -> how to measure with the schools of some ids."""

    def build(homes, schools):
        layers = in_memory(
            population=({"people": [float(people) for _, people in homes]}, [shapely.Point(x, 0) for x, _ in homes]),
            schools=(
                {"id": list(schools), "stages": [("primary",)] * len(schools)},
                [shapely.Point(x, 0) for x in schools.values()],
            ),
        )
        units = build_units(layers, LayerConfig("population", "population.gpkg"))
        demand = build_demand(units, Stage.PRIMARY, 500.0)
        supply = existing_supply(layers, units, Stage.PRIMARY)

        def standing(*ids):
            return measure(Straight(), demand, supply.only(np.isin(supply.ids.astype(str), ids)), RADII)

        return standing

    return build


def told(gaps):
    return [(gap.id, gap.people, gap.closings, gap.since, gap.school) for gap in gaps]


def test_who_loses_the_only_school_in_reach_is_in_a_gap_from_that_year_on(town):
    at = town([(0, 10), (5000, 20), (9000, 30)], {"a": 0, "b": 5100})
    before = at("a", "b")
    assert [(gap.people, gap.closings, gap.since) for gap in find_gaps(before)] == [(30, (), None)]
    found = find_closing_gaps(before, [at("a")], {"b": 2028}, first=2)
    assert told(found) == [("G2", 20, ("b",), 2028, "a")]
    assert found[0].distance_m == 5000


def test_who_has_another_school_in_reach_is_in_none(town):
    at = town([(0, 10)], {"a": 0, "b": 400})
    assert find_closing_gaps(at("a", "b"), [at("b")], {"a": 2028}, first=1) == ()


def test_a_gap_begins_when_the_last_school_in_reach_closes_and_that_one_makes_it(town):
    at = town([(0, 10)], {"a": 0, "b": 400, "c": 9000})
    standing = [at("b", "c"), at("c")]
    found = find_closing_gaps(at("a", "b", "c"), standing, {"a": 2027, "b": 2030}, first=1)
    assert told(found) == [("G1", 10, ("b",), 2030, "c")]


def test_closings_of_different_years_make_different_gaps_even_side_by_side(town):
    at = town([(0, 10), (600, 20)], {"a": 0, "b": 600, "c": 9000})
    found = find_closing_gaps(at("a", "b", "c"), [at("b", "c"), at("c")], {"a": 2027, "b": 2030}, first=1)
    assert told(found) == [("G1", 20, ("b",), 2030, "c"), ("G2", 10, ("a",), 2027, "b")]


def test_two_schools_that_close_in_one_year_may_make_one_gap(town):
    at = town([(0, 10), (100, 20)], {"s10": -100, "s9": 200, "c": 9000})
    found = find_closing_gaps(at("s10", "s9", "c"), [at("c")], {"s10": 2027, "s9": 2027}, first=1)
    assert told(found) == [("G1", 30, ("s9", "s10"), 2027, "c")]


def test_a_closing_of_which_no_year_is_told_makes_a_gap_without_a_year_where_the_last_school_goes(town):
    at = town([(0, 10)], {"a": 0})
    found = find_closing_gaps(at("a"), [at()], {"a": np.nan}, first=1)
    assert told(found) == [("G1", 10, ("a",), None, "")]
    assert np.isinf(found[0].distance_m)
