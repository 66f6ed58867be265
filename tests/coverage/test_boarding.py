import numpy as np
import pandas as pd
import pytest
import shapely

from geoplan.config import LayerConfig
from geoplan.coverage import Radius, boarding_share, existing_supply, find_gaps, measure, new_supply
from geoplan.demand import build_demand, build_units
from geoplan.rules import user_radius
from geoplan.travel import Straight
from geoplan.types import Area, Stage

PLAIN = LayerConfig("population", "population.gpkg")


@pytest.fixture(scope="session")
def township(in_memory):
    """township(homes, schools, stage=…) -> (demand, supply); homes are (x, people, area), schools (x, beds, pupils)."""

    def build(homes, schools, stage=Stage.JUNIOR):
        people = {"people": [float(home[1]) for home in homes], "area": [home[2] for home in homes]}
        offer = {
            "stages": [(stage,)] * len(schools),
            "boarding_beds": [float(school[1]) for school in schools],
            "enrolment": [float(school[2]) for school in schools],
        }
        layers = in_memory(
            population=(people, [shapely.Point(home[0], 0) for home in homes]),
            schools=(offer, [shapely.Point(school[0], 0) for school in schools]),
        )
        units = build_units(layers, PLAIN)
        return build_demand(units, stage, 1000.0), existing_supply(layers, units, stage)

    return build


def within(demand, supply, radius_m=1000.0):
    radii = (Radius(Area.ALL, user_radius(supply.stage, radius_m)),)
    return measure(Straight(), demand, supply, radii)


def codes(coverage):
    return [finding.code for finding in coverage.findings]


@pytest.mark.parametrize(
    ("columns", "shares"),
    [
        ({"boarding_beds": [501.0], "enrolment": [1000.0]}, [0.501]),
        ({"boarding_beds": [np.nan], "boarders": [600.0], "enrolment": [1000.0]}, [0.6]),
        ({"boarding_beds": [300.0], "primary_enrolment": [100.0], "junior_enrolment": [300.0]}, [0.75]),
        ({"boarding_beds": [300.0], "enrolment": [0.0]}, [np.nan]),
        ({"boarding_beds": [300.0]}, [np.nan]),
        ({"enrolment": [300.0]}, [np.nan]),
    ],
)
def test_beds_are_counted_against_pupils_and_what_is_not_known_is_not_guessed(columns, shares):
    assert boarding_share(pd.DataFrame(columns)) == pytest.approx(shares, nan_ok=True)


def test_villages_round_a_boarding_junior_school_have_no_radius_and_no_gap(township):
    found = within(*township([(0, 4000, "rural"), (6000, 900, "rural")], [(0, 600, 1000)]))
    assert found.assessed.tolist() == [False, False]
    assert find_gaps(found) == ()
    assert np.isnan(found.reach_m()).all()
    (finding,) = [each for each in found.findings if each.code == "boarding-no-radius"]
    assert "4,900 rural people" in finding.what
    assert "AY:292" in finding.why
    assert finding.rows == ("0",)


@pytest.mark.parametrize("beds", [0, 499, 500])
def test_beds_for_half_of_the_pupils_or_fewer_leave_the_radius_in_force(township, beds):
    found = within(*township([(6000, 900, "rural")], [(0, beds, 1000)]))
    assert found.total.uncovered == 900
    assert "boarding-no-radius" not in codes(found)


def test_people_in_town_keep_their_radius(township):
    found = within(*township([(6000, 900, "urban"), (5000, 100, "rural")], [(0, 900, 1000)]))
    assert found.assessed.tolist() == [True, False]
    assert found.reach_m() == pytest.approx([1000.0, np.nan], nan_ok=True)


@pytest.mark.parametrize("stage", [Stage.KINDERGARTEN, Stage.PRIMARY, Stage.SENIOR])
def test_only_junior_schools_are_exempt(township, stage):
    found = within(*township([(6000, 900, "rural")], [(0, 900, 1000)], stage))
    assert found.total.uncovered == 900


def test_a_village_whose_nearest_school_does_not_board_is_tested(township):
    found = within(*township([(6000, 900, "rural"), (0, 50, "rural")], [(0, 900, 1000), (8000, 0, 300)]))
    assert found.assessed.tolist() == [True, False]
    assert found.total.uncovered == 900


def test_a_proposed_school_brings_nobody_under_a_test_that_they_fail(township):
    demand, supply = township([(6000, 900, "rural"), (9000, 80, "urban")], [(0, 900, 1000)])
    new = new_supply(
        demand.units, Stage.JUNIOR, ids=np.array(["n"], dtype=object), names=np.array([""], dtype=object),
        xy=np.array([[8500.0, 0.0]]), seats=np.array([np.nan]),
    )  # fmt: skip
    after = within(demand, supply.joined(new))
    assert after.assessed.tolist() == [False, True]
    assert after.total.covered == 80
    assert after.supply.proposed.tolist() == [False, True]


def test_without_figures_of_boarding_nothing_changes(township):
    found = within(*township([(6000, 900, "rural")], [(0, np.nan, np.nan)]))
    assert found.total.uncovered == 900
