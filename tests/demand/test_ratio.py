import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoplan.demand import Assumptions, Figure, Scenario, forecast_ratio, pupils_per_thousand
from geoplan.errors import InputError
from geoplan.types import Stage

CHANGLE = Figure(14.0, 2011, "福州长乐 [S17]")
PLACES = {"a": "甲", "b": "乙"}


def test_fourteen_per_mille_give_42_84_and_42_and_seven_give_half():
    stages = (Stage.KINDERGARTEN, Stage.PRIMARY, Stage.JUNIOR)
    assert [pupils_per_thousand(CHANGLE, stage) for stage in stages] == [42, 84, 42]
    assert [pupils_per_thousand(Figure(7.0, 2022, "公报"), stage) for stage in stages] == [21, 42, 21]
    assert pupils_per_thousand(CHANGLE, Stage.SENIOR, enrolment=0.6) == pytest.approx(25.2)


@pytest.mark.parametrize("rate", [Figure(7.0), Figure(7.0, 2022), Figure(7.0, None, "公报")])
def test_a_birth_rate_without_year_and_source_is_refused(rate):
    with pytest.raises(InputError, match="needs a year and a source"):
        forecast_ratio(np.array([1.0]), [2030], rate, places={"": ""})


def test_a_negative_birth_rate_is_refused():
    with pytest.raises(InputError, match="at least 0"):
        pupils_per_thousand(Figure(-1.0, 2022, "公报"), Stage.PRIMARY)


def test_pupils_follow_the_people_of_each_place_and_year_and_the_enrolment():
    given_rates = Assumptions(enrolment={Stage.KINDERGARTEN: {2030: 0.9, 2035: 1.0}})
    found = forecast_ratio(
        np.array([[1000.0, 2000.0], [500.0, 500.0]]), [2030, 2035], CHANGLE, places=PLACES, assumptions=given_rates
    )
    assert found.pupils[Stage.KINDERGARTEN] == pytest.approx(np.array([[37.8, 84.0], [18.9, 21.0]]))
    assert found.pupils[Stage.PRIMARY][1].tolist() == [42, 42]
    assert (found.method, found.names) == ("ratio", ("甲", "乙"))
    zh = " ".join(line[0] for line in found.assumptions)
    assert "出生率 14‰（2011，福州长乐 [S17]）" in zh
    assert "2030 年 90%" in zh


def test_people_that_do_not_fit_the_places_are_refused_and_blank_ones_reported():
    with pytest.raises(InputError, match="2 places and 1 years"):
        forecast_ratio(np.array([1.0]), [2030], CHANGLE, places=PLACES)
    found = forecast_ratio(np.array([1.0, np.nan]), [2030], CHANGLE, places=PLACES)
    assert [(each.code, each.rows) for each in found.findings] == [("people-blank", ("b",))]
    assert found.known == ()


@given(st.floats(0, 50), st.lists(st.floats(0, 1e7), min_size=1, max_size=5))
def test_low_is_below_middle_below_high(rate, people):
    places = {str(at): "" for at in range(len(people))}
    low, middle, high = (
        forecast_ratio(np.array(people), [2030], Figure(rate, 2022, "公报"), places=places, scenario=each)
        for each in Scenario
    )
    for stage in Stage:
        assert (low.pupils[stage] <= middle.pupils[stage]).all()
        assert (middle.pupils[stage] <= high.pupils[stage]).all()
