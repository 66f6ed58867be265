import numpy as np
import pandas as pd
import pytest

from geoplan.demand.seats.balance import balance_frame
from geoplan.demand.seats.balance_rows import balance_seats
from geoplan.demand.seats.offers import Offer, Offers
from geoplan.demand.seats.school_offers import school_offers
from geoplan.types import Stage

CAPS = {Stage.KINDERGARTEN: 30, Stage.PRIMARY: 45, Stage.JUNIOR: 50, Stage.SENIOR: 50}
P, J = Stage.PRIMARY, Stage.JUNIOR


def offer(place, seats, **more):
    values = {
        "id": f"s-{place}", "name": f"{place}小", "stage": P, "is_public": True, "classes": np.nan, "pupils": np.nan,
        "listed": seats, "seats": seats,
    }  # fmt: skip
    return Offer(place=place, **(values | more))


def balanced(pupils, offers, years=(2026,), places="ab", **options):
    """The balance of primary schools; pupils as rows of places, places a letter each."""
    table = np.array(pupils, dtype=float).reshape(len(places), len(years))
    names = [f"{place}县" for place in places]
    return balance_seats({P: table}, Offers(tuple(offers), CAPS), years, places=list(places), names=names, **options)


def test_each_unit_has_its_gap_or_surplus_and_the_whole_adds_them_without_netting():
    found = balanced([1000, 500], [offer("a", 900), offer("b", 800)])
    whole, a, b = found.of(P, 2026)
    assert (a.gap, a.surplus, a.balance) == (100, 0, -100)
    assert (b.gap, b.surplus, b.balance) == (0, 300, 300)
    assert (whole.place, whole.gap, whole.surplus, whole.balance) == ("", 100, 300, 200)
    assert (whole.classes_needed, whole.classes_short, a.classes_needed, a.classes_short) == (23 + 12, 3, 23, 3)


def test_listed_seats_less_lost_ones_are_the_seats():
    (_, a, _) = balanced([1000, 0], [offer("a", 900, listed=1000)]).of(P, 2026)
    assert (a.seats_listed, a.seats_lost, a.seats, a.gap) == (1000, 100, 900, 100)


def test_private_seats_fill_no_gap():
    (_, a, _) = balanced([100, 0], [offer("a", 80), offer("a", 500, is_public=False)]).of(P, 2026)
    assert (a.seats, a.seats_private, a.gap, a.schools) == (80, 500, 20, 1)


def test_planned_seats_are_part_of_the_seats_from_their_year_on():
    found = balanced([[90, 90], [0, 0]], [offer("a", 90, opens=2027, planned=True)], years=(2026, 2027))
    assert [(row.gap, row.seats_planned, row.closes) for row in found.rows if row.place == "a"] == [
        (90, 0, 2027),
        (0, 90, None),
    ]


def test_a_gap_closes_in_the_first_year_from_which_it_stays_closed():
    years = range(2026, 2032)
    found = balanced([[120, 90, 110, 95, 80, 70]], [offer("a", 100)], years=years, places="a")
    units = [row for row in found.rows if row.place == "a"]
    assert [row.gap for row in units] == [20, 0, 10, 0, 0, 0]
    assert [row.closes for row in units] == [2029, None, 2029, None, None, None]


def test_a_gap_in_the_last_year_never_closes():
    found = balanced([[120, 90, 110]], [offer("a", 100)], years=(2026, 2027, 2028), places="a")
    assert {row.closes for row in found.rows} == {None}


def test_the_whole_closes_when_its_last_unit_does():
    found = balanced([[9, 5, 5], [9, 9, 5]], [offer("a", 6), offer("b", 6)], years=(2026, 2027, 2028))
    assert [row.closes for row in found.of(P, 2026)] == [2028, 2027, 2028]


def test_half_a_pupil_less_is_no_gap_that_stays_open():
    found = balanced([[101, 100.4]], [offer("a", 100)], years=(2026, 2027), places="a")
    assert found.of(P, 2026)[0].closes == 2027
    assert found.of(P, 2027)[1].classes_short == 0


def test_schools_in_no_unit_stand_in_the_whole_and_in_a_finding():
    found = balanced([100, 100], [offer("a", 100), offer("", 50), offer("z", 25)])
    whole, a, b = found.of(P, 2026)
    assert (whole.seats, a.seats + b.seats, whole.gap) == (175, 100, 100)
    (finding,) = found.findings
    assert (finding.code, finding.count) == ("seats-without-place", 2)
    assert "75 public seats" in finding.what


def test_a_project_of_one_unit_has_one_row_a_year_and_no_school_outside():
    found = balance_seats({P: np.array([[100.0]])}, Offers((offer("z", 90),), CAPS), [2026], places=[""], names=[""])
    (row,) = found.rows
    assert (row.place, row.gap, row.schools) == ("", 10, 1)
    assert found.findings == ()


def test_unknown_seats_travel_with_the_gap_that_they_cause():
    (_, a, _) = balanced([90, 0], [offer("a", np.nan), offer("a", 45)]).of(P, 2026)
    assert (a.seats, a.schools, a.schools_unknown) == (45, 2, 1)
    assert "1 more of unknown seats not counted" in a.advice_en
    assert "另有1所学校学位数未知" in a.advice_zh


def test_boarding_seats_are_shown_for_the_township_and_counted_once():
    frame = pd.DataFrame(
        {
            "name": "镇中",
            "stages": [(J,)],
            "ownership": "public",
            "township": "东镇",
            "classes": 12.0,
            "boarding_beds": 400,
        },
        index=["s1"],
    )
    offers = school_offers(frame, CAPS, place=frame["township"])
    found = balance_seats({J: np.array([[650.0]])}, offers, [2026], places=["东镇"], names=["东镇"])
    row = found.of(J, 2026)[1]
    assert (row.seats, row.seats_boarding, row.gap) == (600, 400, 50)


def test_rows_stand_by_stage_then_year_then_place_with_the_whole_first():
    pupils = {P: np.zeros((2, 2)), J: np.zeros((2, 2))}
    found = balance_seats(pupils, Offers((), CAPS), [2026, 2027], places=["b", "a"], names=["乙", "甲"])
    assert [(row.stage, row.year, row.place) for row in found.rows] == [
        (stage, year, place) for stage in (P, J) for year in (2026, 2027) for place in ("", "b", "a")
    ]
    assert (found.stages, found.years, found.caps) == ((P, J), (2026, 2027), {P: 45, J: 50})
    assert repr(found) == "Balance(primary, junior; 2026, 2027; 12 rows)"


def test_the_frame_has_one_line_for_each_row_in_whole_numbers():
    found = balanced([[100.5, 80], [20, 20]], [offer("a", 90)], years=(2026, 2027))
    frame = balance_frame(found)
    assert len(frame) == len(found.rows)
    line = frame.iloc[1]
    assert (line["place"], line["name"], line["stage"], line["year"]) == ("a", "a县", "primary", 2026)
    assert (line["pupils"], line["seats"], line["gap"], line["unmet"], line["closes"]) == (101, 90, 11, 11, 2027)
    assert frame["closes"].isna().sum() == 5
    assert line["advice_zh"] == found.rows[1].advice_zh


def test_the_frame_of_nothing_has_the_same_columns():
    assert list(balance_frame(balanced([1, 1], [], years=(2026,)))) == list(
        balance_frame(balance_seats({}, Offers((), CAPS), [2026], places=["a"], names=["甲"]))
    )


def test_json_holds_whole_numbers_and_both_languages():
    plain = balanced([100.5, 0], [offer("a", 90)]).rows[1].as_dict()
    assert (plain["gap"], plain["classes_short"], plain["schools"], plain["closes"]) == (11, 1, 1, None)
    assert set(plain["advice"]) == {"zh", "en"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"years": [2027, 2026]}, "ascending"),
        ({"years": [2026, 2026]}, "ascending"),
        ({"places": ["a", "a"]}, "unique places"),
        ({"places": ["a", ""]}, "unique places"),
        ({"names": ["甲"]}, "unique places"),
        ({"pupils": {P: np.zeros((1, 2))}}, "shape"),
        ({"pupils": {P: np.full((2, 2), -1.0)}}, "at least 0"),
        ({"pupils": {P: np.full((2, 2), np.nan)}}, "at least 0"),
        ({"offers": Offers((), {J: 50})}, "class cap"),
    ],
)
def test_what_does_not_fit_together_is_refused(change, message):
    values = {
        "pupils": {P: np.zeros((2, 2))}, "offers": Offers((), CAPS), "years": [2026, 2027], "places": ["a", "b"],
        "names": ["甲", "乙"],
    }  # fmt: skip
    values |= change
    with pytest.raises(ValueError, match=message):
        balance_seats(values.pop("pupils"), values.pop("offers"), values.pop("years"), **values)


def test_no_seat_is_lost_or_lent_twice_among_1000_schools_in_20_counties_and_16_years():
    random = np.random.default_rng(1)
    counties = [f"c{at}" for at in range(20)]
    kinds = [(Stage.KINDERGARTEN,), (P,), (J,), (P, J), (Stage.SENIOR,)]
    frame = pd.DataFrame(
        {
            "name": [f"校{at}" for at in range(1000)],
            "stages": [kinds[at % 5] for at in range(1000)],
            "ownership": random.choice(["public", "private"], 1000),
            "district": random.choice(counties, 1000),
            "classes": random.integers(4, 40, 1000).astype(float),
            "enrolment": random.integers(100, 2000, 1000).astype(float),
        },
        index=[f"s{at}" for at in range(1000)],
    )
    years = range(2020, 2036)
    pupils = {stage: random.uniform(0, 12_000, (20, 16)) for stage in Stage}
    reach = np.abs(np.subtract.outer(np.arange(20), np.arange(20))) <= 2
    offers = school_offers(frame, CAPS)
    found = balance_seats(pupils, offers, years, places=counties, names=counties, reach=reach)
    assert len(found.rows) == 4 * 16 * 21
    for stage in Stage:
        public = sum(offer.seats for offer in offers.of(stage) if offer.is_public)
        for year in years:
            whole, *each = found.of(stage, year)
            assert whole.seats == sum(row.seats for row in each) == public
            lent = sum(loan.seats for loan in found.loans if (loan.stage, loan.year) == (stage, year))
            assert sum(row.borrowed for row in each) == pytest.approx(lent)
            assert lent <= sum(row.surplus for row in each) + 1e-6
