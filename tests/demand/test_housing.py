import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoplan.demand import Figure, Housing, Scenario, forecast_housing
from geoplan.errors import InputError
from geoplan.types import Stage

SOURCED = Figure(0.2, 2023, "2018—2022 年交付小区抽样")
HOUSING = Housing({Stage.PRIMARY: SOURCED}, phases=(0.5, 0.3))


def estates(*rows):
    blank = {"district": "", "households": np.nan, "people": np.nan, "floor_area_m2": np.nan, "delivery": np.nan}
    return pd.DataFrame([blank | row for row in rows], index=[f"e{at}" for at in range(len(rows))])


def test_pupils_come_with_the_phases_after_the_delivery_year():
    found = forecast_housing(estates({"households": 1000.0, "delivery": 2026.0}), HOUSING, range(2025, 2030))
    # 1,000 homes × 0.2 × (0, 0.5, 0.8, 0.8, 0.8)
    assert found.pupils[Stage.PRIMARY][0].tolist() == pytest.approx([0, 100, 160, 160, 160])
    assert (found.method, found.places) == ("housing", ("",))


def test_estates_of_a_district_add_up_and_others_stay_their_own():
    table = estates(
        {"households": 100.0, "delivery": 2020.0, "district": "a"},
        {"households": 50.0, "delivery": 2026.0, "district": "甲县"},
        {"households": 10.0, "delivery": 2020.0, "district": "b"},
    )
    found = forecast_housing(table, Housing({Stage.PRIMARY: SOURCED}), [2025, 2026], places={"a": "甲县", "b": "乙县"})
    assert found.pupils[Stage.PRIMARY] == pytest.approx(np.array([[20, 30], [2, 2]]))


def test_homes_come_from_people_or_floor_area_where_their_size_is_given():
    table = estates({"people": 300.0, "delivery": 2020.0}, {"floor_area_m2": 1000.0, "delivery": 2020.0})
    sizes = Housing({Stage.PRIMARY: SOURCED}, people_per_home=Figure(3.0), floor_area_m2_per_home=Figure(100.0))
    assert forecast_housing(table, sizes, [2025]).pupils[Stage.PRIMARY][0, 0] == pytest.approx(110 * 0.2)
    words = " ".join(line[0] for line in sizes.sentences())
    assert "户均 3 人（假定，无来源）" in words
    assert "户均建筑面积 100 平方米" in words
    assert "（2023，2018—2022 年交付小区抽样）" in words


def test_estates_that_cannot_be_counted_are_named():
    table = estates(
        {"people": 300.0, "delivery": 2020.0, "district": "a"},
        {"households": 5.0, "district": "a"},
        {"households": 5.0, "delivery": 2020.0},
        {"households": 5.0, "delivery": 2020.0, "district": "a"},
    )
    found = forecast_housing(table, HOUSING, [2025])
    (finding,) = found.findings
    assert (finding.code, finding.rows, finding.count) == ("estates-left-out", ("e0", "e1", "e2"), 3)
    assert found.pupils[Stage.PRIMARY].tolist() == pytest.approx(np.array([[5 * 0.2 * 0.8]]))


@pytest.mark.parametrize(
    "wrong",
    [
        {"pupils_per_home": {Stage.PRIMARY: Figure(0.2)}},
        {"pupils_per_home": {Stage.PRIMARY: Figure(-0.2, 2023, "抽样")}},
        {"pupils_per_home": {}, "people_per_home": Figure(0.0)},
        {"pupils_per_home": {}, "phases": (0.6, 0.6)},
        {"pupils_per_home": {}, "phases": (-0.1, 0.6)},
        {"pupils_per_home": {}, "phases": ()},
    ],
)
def test_yields_without_a_source_and_impossible_phases_are_refused(wrong):
    with pytest.raises(InputError):
        Housing(**wrong)


@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(2015, 2035)), min_size=1, max_size=8))
def test_pupils_of_estates_never_fall_and_low_is_below_high(rows):
    table = estates(*({"households": float(homes), "delivery": float(year)} for homes, year in rows))
    low, middle, high = (
        forecast_housing(table, HOUSING, range(2015, 2040), scenario=each).pupils[Stage.PRIMARY] for each in Scenario
    )
    assert (np.diff(middle) >= -1e-9).all()
    assert (low <= middle).all()
    assert (middle <= high).all()
    assert middle[0, -1] == pytest.approx(sum(homes for homes, _ in rows) * 0.2 * 0.8)
