import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoplan.rules import State, band_verdict, count_interval, load_profile, radius_verdict

BANDS = {"kg urban": (3000, 12000), "kg rural": (3000, 5000), "primary": (7000, 20000), "junior": (20000, 40000)}
# planning.md 1.2: least and most schools for each band
TABLE = {
    8_000: [(1, 2), (2, 2), (1, 1), (1, 0)],
    15_000: [(2, 5), (3, 5), (1, 2), (1, 0)],
    30_000: [(3, 10), (6, 10), (2, 4), (1, 1)],
    50_000: [(5, 16), (10, 16), (3, 7), (2, 2)],
    120_000: [(10, 40), (24, 40), (6, 17), (3, 6)],
    250_000: [(21, 83), (50, 83), (13, 35), (7, 12)],
}
CELLS = [(people, band, *pair) for people, row in TABLE.items() for band, pair in zip(BANDS, row, strict=True)]


def rule(profile, rule_id):
    return next(each for each in load_profile(profile).rules if each.id == rule_id)


PRIMARY, JUNIOR, PUBLIC = rule("xingtai", "XT-R-15"), rule("xingtai", "XT-R-16"), rule("xingtai", "XT-R-05")
RADIUS = rule("national", "NAT-R-02")


@pytest.mark.parametrize(("people", "band", "least", "most"), CELLS)
def test_count_intervals_are_the_table_of_the_planning_page(people, band, least, most):
    interval = count_interval(people, *BANDS[band])
    assert (interval.least, interval.most) == (least, most)
    assert interval.pool == (least > most)


def test_15_000_people_of_a_junior_school_are_pooled_with_neighbours_and_nothing_is_raised():
    verdict = band_verdict(JUNIOR, "d", people=15_000, schools=1)
    assert verdict.state is State.POOL
    assert "pool with neighbours" in verdict.en
    assert "统筹" in verdict.zh


def test_19_999_people_are_pooled_and_20_000_are_not():
    assert band_verdict(JUNIOR, "d", people=19_999, schools=1).state is State.POOL
    assert band_verdict(JUNIOR, "d", people=20_000, schools=1).state is State.MET


@pytest.mark.parametrize(
    ("people", "schools", "state"),
    [
        (7_000, 1, State.MET),
        (6_999, 1, State.POOL),
        (20_000, 1, State.MET),
        (20_001, 1, State.NOT_MET),
        (20_001, 2, State.MET),
        (14_000, 2, State.MET),
        (13_999, 2, State.NOT_MET),
        (40_000, 2, State.MET),
        (40_001, 2, State.NOT_MET),
        (30_000, 0, State.NOT_MET),
        (30_000, 5, State.NOT_MET),
    ],
)
def test_a_band_is_met_at_exactly_its_low_and_exactly_its_high(people, schools, state):
    assert band_verdict(PRIMARY, "d", people=people, schools=schools).state is state


def test_a_verdict_says_how_many_schools_are_short_or_over():
    assert "2 short" in band_verdict(PRIMARY, "d", people=30_000, schools=0).en
    assert "1 over" in band_verdict(PRIMARY, "d", people=30_000, schools=5).en
    assert "尚缺2所" in band_verdict(PRIMARY, "d", people=30_000, schools=0).zh


def test_a_verdict_carries_its_clause_its_line_and_people_a_school():
    shown = band_verdict(PRIMARY, "d1", people=30_000, schools=4).as_dict()
    assert shown["source"] == "002_fe10ad1b5c3f9bc5.txt:128"
    assert shown["clause"] == "按照每0.7-2万人设置1所小学"
    assert (shown["place"], shown["value"], shown["state"]) == ("d1", 7500, "met")


def test_a_public_rule_says_public():
    verdict = band_verdict(PUBLIC, "d", people=24_000, schools=1)
    assert "1所公办" in verdict.zh
    assert "public" in verdict.en


def test_a_place_without_people_is_not_applicable():
    assert band_verdict(PRIMARY, "d", people=0, schools=3).state is State.NOT_APPLICABLE
    assert radius_verdict(RADIUS, "d", people=0, covered=0).state is State.NOT_APPLICABLE


def test_a_radius_is_met_by_everyone_and_not_by_all_but_one():
    assert radius_verdict(RADIUS, "d", people=100, covered=100).state is State.MET
    short = radius_verdict(RADIUS, "d", people=100_000, covered=99_999)
    assert short.state is State.NOT_MET
    assert short.value == pytest.approx(0.99999)


def test_a_share_just_below_one_is_not_printed_as_100_percent():
    short = radius_verdict(RADIUS, "d", people=100_000, covered=99_999)
    assert "100.0%" not in short.zh
    assert "100.0%" not in short.en


@pytest.mark.parametrize("noise", [1e-9, -1e-9])
@pytest.mark.parametrize(("people", "schools"), [(20_000, 1), (7_000, 1), (14_000, 2)])
def test_rounding_noise_of_summed_cells_does_not_turn_a_verdict(noise, people, schools):
    assert band_verdict(PRIMARY, "d", people=people + noise, schools=schools).state is State.MET


@pytest.mark.parametrize(("people", "low", "high"), [(-1, 1, 2), (1, 0, 2), (1, 3, 2)])
def test_an_impossible_band_or_population_is_a_value_error(people, low, high):
    with pytest.raises(ValueError, match="Expected people"):
        count_interval(people, low, high)


@given(st.integers(0, 3_000_000), st.integers(1, 30_000), st.integers(0, 60_000))
def test_every_count_in_the_interval_keeps_the_band_and_its_neighbours_do_not(people, low, more):
    high = low + more
    interval = count_interval(people, low, high)
    for schools in {interval.least, interval.most}:
        if schools in interval and schools:
            assert low * schools <= people <= high * schools
    if interval.least:
        assert people > high * (interval.least - 1)
    assert people < low * (interval.most + 1)
