import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.coverage import difference_coefficient, gini, lorenz, weighted_mean, weighted_percentiles, worst_part
from geoplan.errors import ProblemError


def floats(*values):
    return np.array(values, dtype=float)


PLACES = st.lists(st.tuples(st.integers(0, 3000).map(float), st.integers(1, 500).map(float)), min_size=1, max_size=30)
MEASURES = {
    "gini": gini,
    "mean": weighted_mean,
    "difference": difference_coefficient,
    "percentiles": lambda values, weights: weighted_percentiles(values, weights, (0, 5, 50, 90, 95, 100)),
    "worst": lambda values, weights: np.average(values, weights=worst_part(values, weights)),
    "palma": lambda values, weights: lorenz(values, weights).palma,
}


def test_the_gini_of_one_who_has_all_among_four_is_three_quarters():
    assert gini(floats(0, 0, 0, 8), np.ones(4)) == pytest.approx(0.75)


def test_the_gini_of_1_2_3_4_is_a_quarter():
    assert gini(floats(4, 2, 1, 3), np.ones(4)) == pytest.approx(0.25)


def test_weights_are_people_and_not_places():
    # 90 people without, 10 with: Gini 0.9
    assert gini(floats(5, 0), floats(10, 90)) == pytest.approx(0.9)


def test_the_lorenz_curve_of_three_places_by_hand():
    curve = lorenz(floats(3, 1, 2), floats(10, 20, 10))
    assert curve.people.tolist() == pytest.approx([0, 0.5, 0.75, 1])
    assert curve.value.tolist() == pytest.approx([0, 20 / 70, 40 / 70, 1])
    assert curve.share_of_poorest(0.25) == pytest.approx(10 / 70)
    # 1 - (0.5 · 2/7 + 0.25 · 6/7 + 0.25 · 11/7)
    assert repr(curve) == "Lorenz(3 steps, Gini 0.250)"


def test_the_palma_ratio_compares_the_top_tenth_with_the_lower_40_per_cent():
    assert lorenz(floats(1, 2, 6), floats(40, 50, 10)).palma == pytest.approx(60 / 40)
    assert lorenz(floats(2, 2), floats(5, 5)).palma == pytest.approx(0.25)
    assert lorenz(floats(0, 2), floats(5, 5)).palma == np.inf


@pytest.mark.parametrize("values", [floats(2, 2, 2), floats(0, 0, 0)])
def test_where_all_have_alike_or_nobody_has_anything_the_curve_is_the_diagonal(values):
    curve = lorenz(values, floats(1, 2, 3))
    assert curve.gini == pytest.approx(0)
    assert curve.people.tolist() == curve.value.tolist() == [0, 1]


def test_percentiles_are_values_that_occur_by_hand():
    values, people = floats(300, 100, 200, 900), floats(40, 30, 25, 5)
    assert weighted_percentiles(values, people, (0, 30, 31, 55, 95, 95.1, 100)).tolist() == [
        100, 100, 200, 200, 300, 900, 900,
    ]  # fmt: skip


def test_a_place_with_nobody_in_it_counts_nowhere():
    values, people = floats(1, 2, np.nan), floats(3, 3, 0)
    assert weighted_mean(values, people) == 1.5
    assert weighted_percentiles(values, people, (100,)).tolist() == [2]
    assert worst_part(values, people, 0.5).tolist() == [0, 3, 0]
    assert gini(values, people) == pytest.approx(1 / 6)


def test_the_worst_5_per_cent_of_1000_people_are_50_also_from_within_a_place():
    part = worst_part(floats(100, 5000, 2000), floats(900, 20, 80))
    assert part.tolist() == pytest.approx([0, 20, 30])


def test_places_that_are_equally_bad_give_the_same_part():
    assert worst_part(floats(9, 9, 1), floats(10, 30, 60), 0.2).tolist() == pytest.approx([5, 15, 0])


def test_all_or_none_can_be_the_worst_part():
    values, people = floats(1, 2), floats(3, 4)
    assert worst_part(values, people, 1.0).tolist() == pytest.approx([3, 4])
    assert worst_part(values, people, 0.0).tolist() == [0, 0]


def test_the_difference_coefficient_of_five_schools_as_a_county_worked_it_out():
    """The worked example that counties pass around (生均图书册数): 5 schools, 302 pupils, 6.33 books each, 0.52."""
    pupils, books = floats(45, 37, 89, 76, 55), floats(279, 137, 935, 160, 402)
    assert weighted_mean(books / pupils, pupils) == pytest.approx(6.33, abs=0.005)
    assert difference_coefficient(books / pupils, pupils) == pytest.approx(0.52, abs=0.005)


def test_the_difference_coefficient_by_hand():
    # mean 3, deviation √((4·1 + 1·16) / 5) = 2
    assert difference_coefficient(floats(2, 7), floats(4, 1)) == pytest.approx(2 / 3)
    assert np.isnan(difference_coefficient(floats(0, 0), floats(1, 1)))


def test_of_nobody_there_is_no_mean_and_no_inequality():
    none = np.zeros(0)
    assert np.isnan(weighted_mean(none, none))
    assert np.isnan(difference_coefficient(none, none))
    assert np.isnan(weighted_percentiles(none, none, (50, 90))).all()
    assert gini(none, none) == 0
    assert worst_part(none, none).tolist() == []
    assert np.isnan(weighted_mean(floats(5), floats(0)))


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: gini(floats(1, 2), floats(1)), "2 values and 1 weights"),
        (lambda: weighted_mean(floats(1), floats(-1)), "Weights are"),
        (lambda: weighted_mean(floats(1), floats(np.nan)), "Weights are"),
        (lambda: gini(floats(-1, 2), floats(1, 1)), "0 or more"),
        (lambda: lorenz(floats(np.inf, 2), floats(1, 1)), "0 or more"),
        (lambda: lorenz(floats(np.nan, 2), floats(1, 1)), "0 or more"),
        (lambda: weighted_percentiles(floats(1), floats(1), (101,)), "between 0 and 100: found 101"),
        (lambda: worst_part(floats(1), floats(1), 1.1), "between 0 and 1"),
        (lambda: worst_part(floats(np.nan), floats(1)), "blank"),
    ],
)
def test_what_makes_no_sense_is_refused(ask, said):
    with pytest.raises(ProblemError, match=said):
        ask()


@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
@settings(max_examples=60, deadline=None)
@given(places=PLACES, which=st.integers(0, 29))
def test_dividing_a_place_in_two_halves_changes_no_measure(measure, places, which):
    values, weights = (floats(*each) for each in zip(*places, strict=True))
    row = which % len(values)
    halved = weights.copy()
    halved[row] /= 2
    divided = measure(floats(*values, values[row]), floats(*halved, halved[row]))
    assert divided == pytest.approx(measure(values, weights), nan_ok=True, abs=1e-9)


@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
@settings(max_examples=30, deadline=None)
@given(places=PLACES, dice=st.randoms(use_true_random=False))
def test_the_order_of_places_changes_no_measure(measure, places, dice):
    shuffled = places.copy()
    dice.shuffle(shuffled)
    one, other = (measure(*(floats(*each) for each in zip(*rows, strict=True))) for rows in (places, shuffled))
    assert one == pytest.approx(other, nan_ok=True, abs=1e-9)


@settings(max_examples=80, deadline=None)
@given(PLACES)
def test_the_curve_lies_below_the_diagonal_and_bends_upwards(places):
    curve = lorenz(*(floats(*each) for each in zip(*places, strict=True)))
    assert (curve.value <= curve.people + 1e-12).all()
    assert (np.diff(np.diff(curve.value) / np.diff(curve.people)) >= -1e-9).all()
    assert 0 <= curve.gini < 1


@settings(max_examples=80, deadline=None)
@given(PLACES, st.floats(0, 1))
def test_the_worst_part_has_its_share_of_the_people_and_nobody_outside_is_worse(places, share):
    values, weights = (floats(*each) for each in zip(*places, strict=True))
    part = worst_part(values, weights, share)
    assert part.sum() == pytest.approx(share * weights.sum(), abs=1e-6)
    assert (part <= weights).all()
    inside, outside = part > 1e-9, part < weights - 1e-9
    if inside.any() and outside.any():
        assert values[outside].max() <= values[inside].min()
