"""A6 of the acceptance page, its second half: classes, seats lost to large classes, a gap that closes by itself."""

import numpy as np
import pandas as pd
import pytest

from geoplan.demand import balance_seats, school_offers
from geoplan.demand.seats.advice import classes_for
from geoplan.types import Stage

PRIMARY = Stage.PRIMARY
YEARS = range(2026, 2032)


def town(classes=20, enrolment=1000, cap=45, pupils=(1000, 970, 930, 880, 860, 850), stage=PRIMARY):
    """The balance of a town with one school, and its offers."""
    frame = pd.DataFrame(
        {
            "name": ["中心校"], "stages": [(stage,)], "ownership": ["public"], "district": ["t"],
            "classes": [float(classes)], "enrolment": [float(enrolment)],
        },
        index=pd.Index(["s1"], name="id"),
    )  # fmt: skip
    offers = school_offers(frame, {stage: cap})
    table = np.array([pupils], dtype=float)
    return balance_seats({stage: table}, offers, YEARS, places=["t"], names=["镇"]), offers


def test_a_primary_demand_of_1000_at_45_is_23_classes():
    assert classes_for(1000, 45) == 23
    assert town()[0].of(PRIMARY, 2026)[1].classes_needed == 23


def test_20_classes_with_1000_pupils_are_900_seats_and_a_gap_of_100():
    row = town()[0].of(PRIMARY, 2026)[1]
    assert (row.seats_listed, row.seats_lost, row.seats, row.gap) == (1000, 100, 900, 100)


def test_50_pupils_per_class_are_flagged():
    balance, offers = town()
    assert [(row.id, row.per_class) for row in offers.large] == [("s1", 50)]
    (finding,) = (each for each in balance.findings if each.code == "classes-above-cap")
    assert "中心校 小学 50 per class (cap 45)" in finding.what


def test_a_demand_that_falls_to_880_in_2029_closes_in_2029_and_asks_to_borrow_or_expand_before_building():
    rows = [town()[0].of(PRIMARY, year)[1] for year in YEARS]
    assert [row.gap for row in rows] == [100, 70, 30, 0, 0, 0]
    assert [row.closes for row in rows] == [2029, 2029, 2029, None, None, None]
    assert "closes in 2029: borrow or expand before build" in rows[0].advice_en
    assert "缺口2029年消失，先借用或扩建，再考虑新建" in rows[0].advice_zh


@pytest.mark.parametrize(
    ("stage", "cap", "classes", "enrolment", "seats", "lost", "needed"),
    [
        (Stage.JUNIOR, 50, 24, 1344, 1200, 144, 27),
        (Stage.KINDERGARTEN, 30, 9, 250, 270, 0, 9),
        (Stage.SENIOR, 50, 60, 3300, 3000, 300, 66),
    ],
)
def test_the_same_holds_with_other_numbers(stage, cap, classes, enrolment, seats, lost, needed):
    balance, _ = town(classes, enrolment, cap, [enrolment] * 6, stage)
    row = balance.of(stage, 2026)[1]
    assert (row.seats, row.seats_lost, row.classes_needed) == (seats, lost, needed)
    assert row.gap == max(0, enrolment - seats)
    assert row.closes is None


def test_a_gap_that_opens_again_does_not_close():
    balance, _ = town(pupils=[1000, 880, 880, 880, 880, 901])
    assert balance.of(PRIMARY, 2026)[1].closes is None
    assert "closes" not in balance.of(PRIMARY, 2026)[1].advice_en
