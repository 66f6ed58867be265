"""Many groups at once: to the person, for any weights, and what nobody could take."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.demand import largest_remainder, spread_groups


@st.composite
def spreads(draw):
    groups = draw(st.integers(1, 6))
    totals = draw(st.lists(st.integers(0, 10_000_000), min_size=groups, max_size=groups))
    rows = draw(st.integers(0, 60))
    group = draw(st.lists(st.integers(-1, groups - 1), min_size=rows, max_size=rows))
    weight = draw(st.lists(st.one_of(st.just(0.0), st.floats(1e-6, 1e9)), min_size=rows, max_size=rows))
    return np.array(totals), np.array(group, dtype=int), np.array(weight, dtype=float)


def test_two_counties_are_spread_by_hand():
    # 7 over thirds is 3, 2, 2; 10 over 16, 57, 27 is 1, 6, 3
    found = spread_groups([7, 10], [0, 1, 0, 1, 1, 0], [1, 16, 1, 57, 27, 1])
    assert found.people.tolist() == [3, 1, 2, 6, 3, 2]
    assert found.left_over.tolist() == [0, 0]
    assert found.finding(["a", "b"]) == ()


def test_people_of_a_county_without_rows_or_weight_are_kept_and_reported():
    found = spread_groups([5, 7, 9], [0, 1, -1], [2, 0, 4])
    assert found.people.tolist() == [5, 0, 0]
    assert found.left_over.tolist() == [0, 7, 9]
    (finding,) = found.finding(["甲县", "乙县", "经开区"])
    assert (finding.code, finding.rows, finding.count) == ("people-unplaced", ("乙县", "经开区"), 2)
    assert "16 people" in finding.what


def test_nothing_to_spread_and_nobody_to_take_it_is_nothing():
    found = spread_groups([0, 3], np.zeros(0, dtype=int), np.zeros(0))
    assert (found.people.tolist(), found.left_over.tolist()) == ([], [0, 3])


@pytest.mark.parametrize(
    ("totals", "group", "weights", "words"),
    [
        ([-1], [0], [1], "whole people"),
        ([1.5], [0], [1], "whole people"),
        ([np.nan], [0], [1], "whole people"),
        ([1e11], [0], [1], "whole people"),
        ([1], [0], [-1], "at least 0"),
        ([1], [0], [np.nan], "at least 0"),
        ([1], [1], [1], "groups from 0 to 0"),
        ([1], [0, 0], [1], "one weight for each row"),
    ],
)
def test_what_cannot_be_spread_is_refused_with_what_was_expected(totals, group, weights, words):
    with pytest.raises(ValueError, match=words):
        spread_groups(totals, group, weights)


def test_weights_near_the_largest_float_do_not_run_over():
    assert spread_groups([9], [0, 0, 0], [1e308, 1e308, 1e308]).people.tolist() == [3, 3, 3]


@given(spreads())
def test_every_person_is_in_a_row_or_left_over(case):
    totals, group, weight = case
    found = spread_groups(totals, group, weight)
    inside = group >= 0
    back = np.bincount(group[inside], found.people[inside], len(totals)) + found.left_over
    assert back.tolist() == totals.tolist()
    assert (found.people >= 0).all()
    assert (found.people[(group < 0) | (weight == 0)] == 0).all()


@given(spreads())
def test_every_row_is_within_one_person_of_its_exact_share(case):
    totals, group, weight = case
    found = spread_groups(totals, group, weight).people
    for each in range(len(totals)):
        mine = (group == each) & (weight > 0)
        if mine.any():
            exact = weight[mine] / weight[mine].sum() * totals[each]
            assert (np.abs(found[mine] - exact) < 1 + 1e-6).all()


@given(st.integers(0, 10_000_000), st.lists(st.integers(1, 1000), min_size=1, max_size=40))
def test_one_group_is_spread_as_the_plain_largest_remainder(total, weights):
    weights = np.array(weights, dtype=float)
    found = spread_groups([total], np.zeros(len(weights), dtype=int), weights).people
    plain = largest_remainder(total, weights)
    exact = weights / weights.sum() * total
    # equal but for remainders that are equal to within floating error
    differ = found != plain
    assert np.ptp((exact - np.floor(exact))[differ]) < 1e-6 if differ.any() else True


def test_equal_remainders_go_to_the_earlier_row_of_each_group():
    group = np.tile([0, 1], 5)
    assert spread_groups([7, 3], group, np.ones(10)).people.tolist() == [2, 1, 2, 1, 1, 1, 1, 0, 1, 0]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_ten_million_people_over_many_rows_lose_nobody(seed):
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 20, 20_000)
    totals = rng.multinomial(10_000_000, np.full(20, 1 / 20))
    found = spread_groups(totals, group, rng.lognormal(0, 3, 20_000))
    assert np.bincount(group, found.people, 20).tolist() == totals.tolist()
