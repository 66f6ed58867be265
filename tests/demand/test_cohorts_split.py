import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoplan.demand import Split, split_bands

CENSUS = ((0, 0), (1, 4), (5, 9), (10, 14))
XINGTAI = (65201, 404070, 665189, 579965)


def one_row(counts, bands=CENSUS):
    return {band: np.array([count], dtype=float) for band, count in zip(bands, counts, strict=True)}


def test_even_ages_are_those_that_census_tables_are_read_with():
    ages = split_bands(one_row(XINGTAI)).children[0]
    assert ages[0] == 65201
    assert ages[1:5] == pytest.approx(404070 / 4)
    assert ages[3:6].sum() == pytest.approx(404070 / 2 + 665189 / 5)
    assert np.isnan(ages[15:]).all()


def test_a_narrow_band_goes_before_the_wide_one_that_holds_it():
    bands = {(0, 4): np.array([100.0]), (0, 0): np.array([12.0]), (2, 2): np.array([16.0])}
    assert split_bands(bands).children[0, :5].tolist() == [12, 24, 16, 24, 24]


def test_each_row_uses_the_bands_that_it_fills():
    bands = {(0, 4): np.array([10.0, np.nan]), (0, 0): np.array([np.nan, 3.0]), (1, 4): np.array([np.nan, 8.0])}
    found = split_bands(bands).children[:, :5]
    assert found.tolist() == [[2, 2, 2, 2, 2], [3, 2, 2, 2, 2]]


def test_single_years_that_exceed_their_band_are_kept_and_reported():
    bands = {(5, 5): np.array([9.0, 1.0]), (5, 6): np.array([5.0, 3.0])}
    found = split_bands(bands)
    assert found.children[:, 5:7].tolist() == [[9, 0], [1, 2]]
    assert found.over.tolist() == [0]


def test_single_years_that_do_not_fill_their_band_are_reported():
    bands = {(5, 5): np.array([1.0]), (6, 6): np.array([1.0]), (5, 6): np.array([5.0])}
    assert split_bands(bands).over.tolist() == [0]


@pytest.mark.parametrize("band", [(4, 3), (-1, 2), (15, 24)])
def test_a_band_that_is_none_is_refused(band):
    with pytest.raises(ValueError, match="age band between 0 and 19"):
        split_bands({band: np.ones(1)})


def test_bands_that_overlap_in_part_are_refused_in_one_row_and_fine_in_two():
    with pytest.raises(ValueError, match="overlap in part"):
        split_bands({(0, 4): np.ones(1), (3, 5): np.ones(1)})
    found = split_bands({(0, 4): np.array([5.0, np.nan]), (3, 5): np.array([np.nan, 6.0])})
    assert found.children[1, 3:6].tolist() == [2, 2, 2]


def test_smooth_ages_fall_steadily_where_the_bands_do():
    smooth = split_bands(one_row((118302, 684705, 848685, 749095)), Split.SMOOTH).children[0, :15]
    assert smooth[0] == pytest.approx(118302)
    assert (np.diff(smooth[:4]) > 0).all()
    assert (np.diff(smooth[4:]) < 0).all()


def test_smooth_is_nearer_than_even_on_a_course_that_falls_steadily():
    truth = np.linspace(200, 60, 15)
    bands = one_row([truth[first : last + 1].sum() for first, last in CENSUS])
    even, smooth = (np.abs(split_bands(bands, how).children[0, :15] - truth).sum() for how in Split)
    assert smooth < even / 2


def test_a_course_that_smoothing_would_lead_below_zero_stays_even():
    bands = one_row((0, 0, 1000, 0))
    assert split_bands(bands, Split.SMOOTH).children[0, :15].tolist() == split_bands(bands).children[0, :15].tolist()


@given(
    st.lists(st.lists(st.integers(0, 10**6), min_size=5, max_size=5), min_size=1, max_size=6),
    st.sampled_from(list(Split)),
)
def test_every_band_is_kept_exactly_and_nobody_is_negative(rows, how):
    bands = (*CENSUS, (15, 19))
    table = np.array(rows, dtype=float)
    children = split_bands({band: table[:, at] for at, band in enumerate(bands)}, how).children
    assert (children >= 0).all()
    for at, (first, last) in enumerate(bands):
        assert children[:, first : last + 1].sum(axis=1) == pytest.approx(table[:, at], rel=1e-9, abs=1e-4)
