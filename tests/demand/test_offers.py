import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoplan.demand.seats.register import serves
from geoplan.demand.seats.school_offers import school_offers
from geoplan.types import Severity, Stage

CAPS = {Stage.KINDERGARTEN: 30, Stage.PRIMARY: 45, Stage.JUNIOR: 50, Stage.SENIOR: 50}
K, P, J, S = Stage


def schools(*rows):
    """A schools frame: every row a dict, `stages` as a tuple; absent columns are left out."""
    frame = pd.DataFrame(
        [{"name": f"校{at}", "ownership": "public", "district": "a"} | row for at, row in enumerate(rows)]
    )
    frame.index = pd.Index([f"s{at}" for at in range(len(rows))], name="id")
    return frame


def one(**row):
    """The offers of a single school."""
    return school_offers(schools({"stages": (P,)} | row), CAPS)


def codes(offers):
    return {finding.code: finding for finding in offers.findings}


def seats(offers, stage=P, years=(2026,), places=("a",)):
    return offers.sums(stage, places, years)


def test_twenty_classes_with_1000_pupils_list_1000_seats_lose_100_and_keep_900():
    (row,) = one(classes=20, enrolment=1000).rows
    assert (row.listed, row.lost, row.seats, row.per_class) == (1000, 100, 900, 50)


def test_a_capacity_counted_with_large_classes_loses_seats_too():
    (row,) = one(classes=20, capacity=1000).rows
    assert (row.listed, row.lost, row.seats) == (1000, 100, 900)


def test_small_classes_lose_nothing_and_seats_are_classes_times_the_cap():
    (row,) = one(classes=20, capacity=700, enrolment=640).rows
    assert (row.listed, row.lost, row.seats, row.per_class) == (900, 0, 900, 32)


def test_without_classes_the_capacity_is_the_seats():
    offers = one(capacity=800, enrolment=700)
    assert (offers.rows[0].listed, offers.rows[0].seats) == (800, 800)
    assert np.isnan(offers.rows[0].per_class)
    assert offers.findings == ()


def test_more_pupils_than_capacity_without_classes_is_said_and_adds_no_seat():
    offers = one(capacity=800, enrolment=900)
    assert (offers.rows[0].listed, offers.rows[0].seats) == (800, 800)
    assert "enrolment-above-capacity" in codes(offers)


def test_a_school_without_classes_and_capacity_counts_as_a_school_of_unknown_seats():
    offers = one(enrolment=500)
    found = seats(offers)
    assert (found.seats[0, 0], found.schools[0, 0], found.unknown[0, 0]) == (0, 1, 1)
    assert "500 pupils" in codes(offers)["seats-unknown"].what


def test_no_class_at_all_is_a_blank_and_not_a_school_without_seats():
    assert one(classes=0, capacity=300).rows[0].seats == 300


def test_large_classes_are_flagged_with_their_size_the_largest_first():
    offers = school_offers(
        schools(
            {"stages": (P,), "classes": 20, "enrolment": 1000, "name": "一小"},
            {"stages": (J,), "classes": 10, "enrolment": 500, "name": "一中"},
            {"stages": (J,), "classes": 10, "enrolment": 620, "name": "二中"},
        ),
        CAPS,
    )
    finding = codes(offers)["classes-above-cap"]
    assert finding.severity is Severity.WARNING
    assert finding.what.endswith("二中 初中 62 per class (cap 50), 一小 小学 50 per class (cap 45).")
    assert "220 seats fewer" in finding.why
    assert (finding.rows, finding.count) == (("s0", "s2"), 2)
    assert [row.name for row in offers.large] == ["一小", "二中"]


def test_nothing_is_lost_to_large_classes_where_pupils_show_that_there_are_none():
    found = seats(one(classes=20, capacity=1200, enrolment=700))
    assert (found.listed[0, 0], found.lost[0, 0], found.seats[0, 0]) == (900, 0, 900)


def test_a_capacity_stands_in_for_pupils_that_nobody_counted():
    found = seats(one(classes=20, capacity=1000))
    assert (found.listed[0, 0], found.lost[0, 0], found.seats[0, 0]) == (1000, 100, 900)


def test_private_seats_stand_apart_and_are_no_public_school():
    offers = school_offers(
        schools({"stages": (P,), "classes": 10, "ownership": "private"}, {"stages": (P,), "classes": 2}), CAPS
    )
    found = seats(offers)
    assert (found.private[0, 0], found.seats[0, 0], found.schools[0, 0]) == (450, 90, 1)


def test_unknown_ownership_counts_as_public_with_a_warning():
    offers = one(classes=10, ownership="")
    assert seats(offers).seats[0, 0] == 450
    assert codes(offers)["ownership-unknown"].rows == ("s0",)


def test_boarding_seats_are_part_of_the_seats():
    found = seats(one(stages=(J,), classes=10, boarding_beds=300), J)
    assert (found.seats[0, 0], found.boarding[0, 0]) == (500, 300)


def test_more_beds_than_seats_are_no_more_boarding_seats_than_seats():
    assert seats(one(stages=(J,), classes=2, boarding_beds=300), J).boarding[0, 0] == 100


def test_beds_of_a_complete_secondary_school_follow_its_seats():
    offers = one(stages=(J, S), junior_classes=6, senior_classes=18, boarding_beds=400)
    assert [row.boarding for row in offers.rows] == [100, 300]


def test_private_beds_are_no_public_boarding_seats():
    assert seats(one(stages=(J,), classes=9, boarding_beds=200, ownership="private"), J).boarding[0, 0] == 0


def test_a_school_counts_from_the_year_it_opens_until_before_the_year_it_closes():
    offers = one(classes=10, year_open=2027, year_close=2029)
    assert seats(offers, years=range(2026, 2031)).seats[0].tolist() == [0, 450, 450, 0, 0]


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("branch", "special", "branch-not-counted"),
        ("branch", "vocational", "branch-not-counted"),
        ("licensed", False, "unlicensed-not-counted"),
    ],
)
def test_special_vocational_and_unlicensed_schools_offer_nothing_and_are_named(column, value, code):
    offers = one(classes=10, **{column: value})
    assert len(offers) == 0
    assert codes(offers)[code].rows == ("s0",)


@pytest.mark.parametrize("licensed", [True, None])
def test_a_blank_licence_is_no_missing_licence(licensed):
    assert len(one(classes=10, licensed=licensed)) == 1


def test_attached_classes_of_a_stage_that_is_not_listed_are_named():
    offers = one(classes=10, kindergarten_classes=2)
    assert len(offers) == 1
    assert codes(offers)["attached-classes"].rows == ("s0",)


def test_schools_outside_every_place_stand_in_the_last_row():
    offers = school_offers(
        schools({"stages": (P,), "classes": 1}, {"stages": (P,), "classes": 2, "district": ""}), CAPS
    )
    assert seats(offers).seats[:, 0].tolist() == [45, 90]


def test_a_project_of_one_unit_holds_every_school():
    assert seats(one(classes=10, district="anywhere"), places=("",)).seats[:, 0].tolist() == [450, 0]


def test_places_may_be_given_by_id_and_changed_to_townships():
    frame = schools({"stages": (P,), "classes": 1}, {"stages": (P,), "classes": 2})
    offers = school_offers(frame, CAPS, place=pd.Series({"s0": "x", "s1": None}, dtype=object))
    assert [row.place for row in offers.rows] == ["x", ""]
    assert [row.place for row in offers.placed({"s1": "镇"}).rows] == ["", "镇"]


def test_a_stage_without_a_cap_is_refused():
    with pytest.raises(ValueError, match="none for primary"):
        school_offers(schools({"stages": (P,), "classes": 1}), {J: 50})


def test_no_school_offers_nothing():
    offers = school_offers(schools({"stages": ()}), CAPS)
    assert len(offers) == 0
    assert seats(offers).seats.sum() == 0


def test_an_empty_layer_offers_nothing():
    assert len(school_offers(schools({"stages": (P,), "classes": 1}).iloc[:0], CAPS)) == 0


FIGURE = st.one_of(st.just(np.nan), st.integers(0, 3000).map(float))


@given(
    st.lists(
        st.tuples(
            st.sampled_from([(P,), (P, J), (J, S), (P, J, S), (K, P)]), FIGURE, FIGURE, FIGURE,
            st.sampled_from(["a", "b", "", "elsewhere"]), st.sampled_from(["public", "private", ""]),
        ),
        min_size=1,
        max_size=12,
    )
)  # fmt: skip
def test_the_seats_of_all_places_and_of_none_are_the_seats_of_the_schools(rows):
    keys = ("stages", "classes", "capacity", "enrolment", "district", "ownership")
    offers = school_offers(schools(*[dict(zip(keys, row, strict=True)) for row in rows]), CAPS)
    for stage in Stage:
        found = seats(offers, stage, places=("a", "b"))
        assert found.seats.sum() + found.private.sum() == np.nansum([row.seats for row in offers.of(stage)])
        assert found.listed.sum() - found.lost.sum() == found.seats.sum()
        assert (found.lost >= 0).all()
        assert (found.boarding <= found.seats).all()


@given(st.sampled_from([(P, J), (J, S), (P, J, S), (K, P, J, S)]), FIGURE, FIGURE)
def test_classes_and_capacity_of_a_school_are_neither_lost_nor_made_by_splitting(stages, classes, capacity):
    rows = one(stages=stages, classes=classes, capacity=capacity).rows
    if classes > 0:
        assert sum(row.classes for row in rows) == classes
    elif capacity >= 0:
        assert sum(row.seats for row in rows) == capacity
    else:
        assert np.isnan([row.seats for row in rows]).all()


def test_the_register_holds_ordinary_schools_with_a_licence_that_are_open_in_the_year():
    frame = pd.DataFrame(
        [
            {"branch": "", "licensed": None, "year_open": np.nan, "year_close": np.nan},
            {"branch": "special", "licensed": None, "year_open": np.nan, "year_close": np.nan},
            {"branch": "vocational", "licensed": True, "year_open": np.nan, "year_close": np.nan},
            {"branch": "", "licensed": False, "year_open": np.nan, "year_close": np.nan},
            {"branch": "", "licensed": True, "year_open": 2022.0, "year_close": np.nan},
            {"branch": "", "licensed": True, "year_open": np.nan, "year_close": 2020.0},
        ]
    )
    assert serves(frame).tolist() == [True, False, False, False, True, True]
    assert serves(frame, 2020).tolist() == [True, False, False, False, False, False]
    assert serves(frame, 2022).tolist() == [True, False, False, False, True, False]
    assert serves(frame[[]]).all()
