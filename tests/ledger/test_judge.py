import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoplan.ledger import Deadline, Reading
from geoplan.ledger.judge import agrees, baseline_words, bounds, deadline, decimals, holds, judge, shortfall
from geoplan.rules import State

FIGURE = st.floats(-1e6, 1e6, allow_nan=False)


def a_reading(value, **given):
    return Reading("", value, "数", "figure", **given)


@pytest.fixture(scope="session")
def verdict(clause):
    """verdict(">=", 85.0, low=85) -> the state of a figure against a clause."""

    def state(operator, value, **bound):
        return judge(clause(operator=operator, unit="%", **bound), a_reading(value))

    return state


@pytest.mark.parametrize(
    ("operator", "value", "bound", "state"),
    [
        (">", 85.0, {"low": 85}, State.NOT_MET),
        (">", 85.01, {"low": 85}, State.MET),
        (">", 85.00000000000001, {"low": 85}, State.NOT_MET),
        (">=", 89.0, {"low": 89}, State.MET),
        (">=", 88.99999999999999, {"low": 89}, State.MET),
        (">=", 88.99, {"low": 89}, State.NOT_MET),
        ("<=", 5.0, {"high": 5}, State.MET),
        ("<=", 5.0000000000000009, {"high": 5}, State.MET),
        ("<=", 5.01, {"high": 5}, State.NOT_MET),
        ("<", 5.0, {"high": 5}, State.NOT_MET),
        ("<", 4.99, {"high": 5}, State.MET),
        ("=", 100.0, {"low": 100, "high": 100}, State.MET),
        ("=", 99.9, {"low": 100, "high": 100}, State.NOT_MET),
        ("~=", 0.91, {"low": 1, "high": 1}, State.MET),
        ("~=", 1.1, {"low": 1, "high": 1}, State.MET),
        ("~=", 1.11, {"low": 1, "high": 1}, State.NOT_MET),
        ("between", 8.0, {"low": 8, "high": 20}, State.MET),
        ("between", 20.0, {"low": 8, "high": 20}, State.MET),
        ("between", 20.1, {"low": 8, "high": 20}, State.NOT_MET),
        ("between", 7.9, {"low": 8, "high": 20}, State.NOT_MET),
        ("baseline", 12.0, {"low": 85.9, "high": 85.9}, State.SHOWN),
        ("", 12.0, {}, State.SHOWN),
        (">=", 12.0, {}, State.SHOWN),
    ],
)
def test_an_operator_is_taken_at_its_word_and_float_noise_is_none(verdict, operator, value, bound, state):
    assert verdict(operator, value, **bound) is state


def test_the_sum_of_tenths_that_misses_a_whole_by_noise_meets_it(verdict):
    assert sum([0.1] * 10) != 1.0
    assert verdict(">=", 100 * sum([0.1] * 10), low=100) is State.MET
    assert verdict(">", 100 * sum([0.1] * 10), low=100) is State.NOT_MET


def test_an_indicator_that_decides_is_not_overruled(clause):
    decided = a_reading(1.0, state=State.AMBIGUOUS)
    assert judge(clause(operator=">=", low=58), decided) is State.AMBIGUOUS


def test_a_reading_without_a_figure_is_shown(clause):
    assert judge(clause(operator=">=", low=58), a_reading(None)) is State.SHOWN


def test_a_baseline_is_shown_whatever_its_operator(clause):
    assert judge(clause(kind="baseline", operator=">=", low=95), a_reading(10.0)) is State.SHOWN


@pytest.mark.parametrize(
    ("unit", "low", "base"), [("万人", 6.5, 65_000), ("万座", 3.4, 34_000), ("km", 1.5, 1_500), ("%", 85.9, 85.9)]
)
def test_bounds_are_in_base_units(clause, unit, low, base):
    assert bounds(clause(operator=">=", unit=unit, low=low)) == (base, None)


def test_6_5_wan_people_are_met_by_65000_and_not_by_64999(clause):
    target = clause(operator=">=", low=6.5, unit="万人")
    assert judge(target, a_reading(65_000.0)) is State.MET
    assert judge(target, a_reading(64_999.0)) is State.NOT_MET


@pytest.mark.parametrize(
    ("year", "as_of", "state"),
    [(None, 2026, Deadline.NONE), (2022, 2026, Deadline.PASSED), (2026, 2026, Deadline.OPEN),
     (2035, 2026, Deadline.OPEN), (2025, 2026, Deadline.PASSED)],
)  # fmt: skip
def test_a_deadline_is_passed_only_when_its_year_is_over(clause, year, as_of, state):
    assert deadline(clause(year=year), as_of) is state


def test_the_year_of_a_baseline_is_no_deadline(clause):
    assert deadline(clause(operator="baseline", year=2020), 2026) is Deadline.NONE
    assert deadline(clause(kind="baseline", operator="=", year=2020), 2026) is Deadline.NONE


@pytest.mark.parametrize(
    ("published", "places"), [(85.9, 1), (2347.0, 0), (30.46, 2), (200000.0, 0), (0.005, 3), (83.3, 1)]
)
def test_the_decimals_of_a_figure_are_those_it_was_published_with(published, places):
    assert decimals(published) == places


@pytest.mark.parametrize(
    ("published", "computed", "same"),
    [
        (85.9, 100 * 261_633 / 304_600, True),
        (85.9, 85.95, True),
        (85.9, 85.951, False),
        (30.46, 30.4553, True),
        (2347, 2346, False),
    ],
)
def test_figures_agree_at_the_published_precision(published, computed, same):
    assert agrees(published, computed) is same


def test_a_baseline_tells_both_figures_and_that_they_agree(clause):
    published = clause(operator="baseline", low=85.9, high=85.9, unit="%", year=2020)
    zh, en = baseline_words(published, 100 * 261_633 / 304_600)
    assert zh == "公布（2020年）85.9 %，算得 85.89 %，一致"
    assert en == "published (2020) 85.9 %, computed 85.89 %: they agree"


def test_a_baseline_in_wan_is_compared_in_wan(clause):
    published = clause(kind="baseline", operator="=", low=30.46, high=30.46, unit="万人", year=2020)
    assert baseline_words(published, 304_600.0)[0] == "公布（2020年）30.46 万人，算得 30.46 万人，一致"
    assert baseline_words(published, 300_000.0)[0].endswith("不一致")


def test_a_figure_of_another_year_is_not_called_wrong(clause):
    published = clause(operator="baseline", low=2347, high=2347, unit="所", year=2020)
    assert baseline_words(published, 2100.0, 2026)[1].endswith("computed 2,100 所: of 2026, not to be compared")
    assert baseline_words(published, 2100.0, 2020)[1].endswith("they differ")
    assert baseline_words(published, 2347.0, 2026)[1].endswith("they agree")


def test_a_baseline_without_a_year_or_figure_says_so(clause):
    assert baseline_words(clause(operator="baseline"), 3.0) == ("原文未给数值", "the text gives no figure")
    assert "未注年份" in baseline_words(clause(operator="baseline", low=93.0), None)[0]


@pytest.mark.parametrize(
    ("operator", "bound", "value", "short"),
    [
        (">=", {"low": 58}, 50.0, 8.0),
        ("<=", {"high": 5}, 7.5, 2.5),
        ("between", {"low": 8, "high": 20}, 23.0, 3.0),
        ("between", {"low": 8, "high": 20}, 6.0, 2.0),
        ("=", {"low": 100, "high": 100}, 96.0, 4.0),
    ],
)
def test_what_is_missing_is_the_way_to_the_nearest_bound(clause, operator, bound, value, short):
    assert shortfall(clause(operator=operator, **bound), value, State.NOT_MET) == pytest.approx(short)


def test_nothing_is_missing_where_a_clause_is_met_or_has_no_figure(clause):
    assert shortfall(clause(operator=">=", low=58), 60.0, State.MET) is None
    assert shortfall(clause(), 60.0, State.NOT_MET) is None


@given(FIGURE, FIGURE)
def test_at_least_and_below_are_opposites(value, bound):
    assert holds(">=", value, bound, None) is not holds("<", value, None, bound)


@given(FIGURE, FIGURE)
def test_above_and_at_most_are_opposites(value, bound):
    assert holds(">", value, bound, None) is not holds("<=", value, None, bound)


@given(FIGURE, st.floats(0, 1e6, allow_nan=False))
def test_a_value_between_its_bounds_meets_both(low, width):
    middle = low + width / 2
    assert holds("between", middle, low, low + width)
    assert holds(">=", middle, low, None)
    assert holds("<=", middle, None, low + width)


@given(st.floats(0.01, 1e6), st.floats(0, 3))
def test_about_is_within_a_tenth(target, ratio):
    within = abs(ratio - 1) < 0.1 and not math.isclose(abs(ratio - 1), 0.1, rel_tol=1e-6)
    beyond = abs(ratio - 1) > 0.1 and not math.isclose(abs(ratio - 1), 0.1, rel_tol=1e-6)
    state = holds("~=", target * ratio, target, target)
    assert (not within or state) and (not beyond or not state)  # noqa: PT018  one is vacuous
