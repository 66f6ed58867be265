"""Seats of a school by stage: one rule, whatever the roster gives."""

import numpy as np
import pandas as pd
import pytest

from geoplan.demand import balance_seats, school_offers, stage_seats
from geoplan.types import Stage

CAPS = {Stage.KINDERGARTEN: 30, Stage.PRIMARY: 45, Stage.JUNIOR: 50, Stage.SENIOR: 50}
NINE, TWELVE = (Stage.PRIMARY, Stage.JUNIOR), (Stage.PRIMARY, Stage.JUNIOR, Stage.SENIOR)


def schools(**columns):
    rows = len(columns["stages"])
    base = {"name": [f"s{n}" for n in range(rows)], "ownership": ["public"] * rows, "district": ["a"] * rows}
    return pd.DataFrame(base | columns, index=[f"s{n}" for n in range(rows)])


@pytest.mark.parametrize(
    ("stages", "columns", "seats"),
    [
        (NINE, {"classes": 27.0, "capacity": 2000.0}, (18 * 45, 9 * 50)),
        (NINE, {"classes": 38.0, "primary_classes": 26.0, "junior_classes": 12.0}, (1170, 600)),
        (TWELVE, {"classes": 24.0}, (12 * 45, 6 * 50, 6 * 50)),
        (NINE, {"capacity": 900.0}, (600, 300)),
        ((Stage.JUNIOR, Stage.SENIOR), {"capacity": 601.0}, (301, 300)),
        ((Stage.KINDERGARTEN, Stage.PRIMARY), {"classes": 9.0, "kindergarten_classes": 3.0}, (90, 270)),
        ((Stage.PRIMARY,), {"capacity": 90.5}, (91,)),
    ],
)
def test_a_school_of_several_stages_has_its_seats_in_each_and_whole_ones(stages, columns, seats):
    found = stage_seats(schools(stages=[stages], **{name: [value] for name, value in columns.items()}), CAPS)
    assert tuple(found.school("s0").values()) == seats
    assert found.whole("s0") == sum(seats)


def test_totals_by_unit_are_those_of_the_balance():
    frame = schools(
        stages=[NINE, TWELVE, (Stage.PRIMARY,), (Stage.PRIMARY,)],
        classes=[9.0, 24.0, 6.0, np.nan],
        capacity=[np.nan, np.nan, np.nan, np.nan],
        ownership=["public", "public", "private", ""],
        district=["a", "b", "a", "b"],
    )
    found = stage_seats(frame, CAPS, year=2026)
    balance = balance_seats(
        {Stage.PRIMARY: np.array([[100.0], [100.0]])}, school_offers(frame, CAPS), [2026], places=["a", "b"],
        names=["A", "B"],
    )  # fmt: skip
    for row in balance.of(Stage.PRIMARY, 2026):
        total = found.total(Stage.PRIMARY, row.place or None)
        assert (total.public, total.private, total.unknown) == (row.seats, row.seats_private, row.schools_unknown)


def test_a_school_that_is_not_open_offers_nothing_and_an_unknown_one_is_counted_as_unknown():
    frame = schools(
        stages=[(Stage.PRIMARY,)] * 3, classes=[6.0, 6.0, np.nan], year_open=[2030.0, np.nan, np.nan],
        year_close=[np.nan, 2027.0, np.nan],
    )  # fmt: skip
    found = stage_seats(frame, CAPS, year=2026)
    assert found.school("s0") == {}
    assert found.of("s1", Stage.PRIMARY) == 270
    assert np.isnan(found.whole("s2"))
    assert (found.total(Stage.PRIMARY).schools, found.total(Stage.PRIMARY).unknown) == (2, 1)
    assert np.isnan(found.of("s1", Stage.JUNIOR))
    assert stage_seats(frame, CAPS).total(Stage.PRIMARY).public == 540
