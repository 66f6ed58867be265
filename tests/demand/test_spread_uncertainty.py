import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.demand import Weight, uncertainty, weights_at_hand, weights_of
from geoplan.errors import InputError

BLOCKS = gpd.GeoDataFrame(
    {"floor_area_m2": [100.0, 300.0], "households": [2.0, np.nan], "people": [np.nan, np.nan]},
    geometry=[shapely.box(0, 0, 10, 10), shapely.box(10, 0, 40, 10)],
)


def test_each_weight_is_the_column_or_measure_that_it_names():
    assert weights_of(BLOCKS, Weight.FLOOR_AREA).tolist() == [100, 300]
    assert weights_of(BLOCKS, Weight.HOUSEHOLDS).tolist() == [2, 0]
    assert weights_of(BLOCKS, Weight.AREA).tolist() == [100, 300]
    assert weights_of(BLOCKS, Weight.LENGTH).tolist() == [40, 80]
    assert weights_of(BLOCKS, Weight.COUNT).tolist() == [1, 1]


def test_a_weight_that_the_rows_do_not_have_is_refused_by_name():
    with pytest.raises(InputError, match="'households'"):
        weights_of(pd.DataFrame({"people": [1.0]}), Weight.HOUSEHOLDS)
    with pytest.raises(InputError, match="no row has a weight"):
        weights_of(BLOCKS, Weight.PEOPLE)


def test_the_weights_at_hand_are_those_with_a_figure_and_the_even_one():
    assert list(weights_at_hand(BLOCKS)) == [
        Weight.FLOOR_AREA,
        Weight.HOUSEHOLDS,
        Weight.AREA,
        Weight.LENGTH,
        Weight.COUNT,
    ]
    assert list(weights_at_hand(pd.DataFrame({"people": [np.nan]}))) == [Weight.COUNT]


def test_the_range_of_two_rows_is_what_floor_area_and_even_shares_give():
    found = uncertainty([100], [0, 0], {"floor_area": [100, 300]})
    assert (found.low.tolist(), found.high.tolist()) == ([25, 50], [50, 75])
    # 25 and 50: mean 37.5, deviation 12.5
    assert found.cv == pytest.approx([1 / 3, 12.5 / 62.5])
    assert found.weights == ("floor_area", "count")


def test_weights_that_agree_leave_no_range():
    found = uncertainty([10, 4], [0, 0, 1, -1], {"area": [3, 3, 8, 1]})
    assert found.low.tolist() == found.high.tolist() == [5, 5, 4, 0]
    assert found.cv.tolist() == [0, 0, 0, 0]


def test_a_place_without_this_weight_is_spread_evenly_in_it():
    assert uncertainty([10], [0, 0], {"households": [0, 0]}).low.tolist() == [5, 5]


@given(
    st.lists(st.integers(0, 100_000), min_size=3, max_size=3),
    st.lists(st.tuples(st.integers(0, 2), st.floats(0, 1e6), st.floats(0, 1e6)), min_size=1, max_size=30),
)
def test_the_sums_of_low_and_high_bracket_every_total(totals, rows):
    group = np.array([row[0] for row in rows])
    found = uncertainty(totals, group, {"a": [row[1] for row in rows], "b": [row[2] for row in rows]})
    low, high = (np.bincount(group, side, 3) for side in (found.low, found.high))
    held = np.bincount(group, minlength=3) > 0
    assert (low[held] <= np.array(totals)[held]).all()
    assert (high[held] >= np.array(totals)[held]).all()
    assert (found.low <= found.high).all()
