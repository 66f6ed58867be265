import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.optimize import linprog

from geoplan.demand.seats.balance_rows import balance_seats
from geoplan.demand.seats.borrowing import lend, reach_matrix
from geoplan.demand.seats.offers import Offer, Offers
from geoplan.types import Stage

P, J = Stage.PRIMARY, Stage.JUNIOR
CAPS = {P: 45, J: 50}


def offers(seats):
    return Offers(
        tuple(
            Offer(
                f"s{at}", f"校{at}", str(at), P, is_public=True, classes=np.nan, pupils=np.nan, listed=each, seats=each
            )
            for at, each in enumerate(seats)
        ),
        CAPS,
    )


def balanced(pupils, seats, reach=None):
    places = [str(at) for at in range(len(seats))]
    table = np.array(pupils, dtype=float)[:, None]
    names = [f"单元{at}" for at in range(len(seats))]
    return balance_seats({P: table}, offers(seats), [2026], places=places, names=names, reach=reach)


def test_nothing_is_borrowed_without_reach():
    assert [row.borrowed for row in balanced([100, 0], [0, 100]).rows] == [0, 0, 0]


def test_a_neighbours_surplus_is_borrowed_only_in_the_direction_that_reach_allows():
    assert balanced([100, 0], [40, 50], {"0": ["1"]}).rows[1].borrowed == 50
    assert balanced([100, 0], [40, 50], {"1": ["0"]}).rows[1].borrowed == 0


def test_what_is_borrowed_leaves_the_rest_of_the_gap_unmet_and_the_gap_as_it_is():
    whole, needy, lender = balanced([100, 0], [40, 50], {"0": ["1"]}).rows
    assert (needy.gap, needy.borrowed, needy.unmet) == (60, 50, 10)
    assert (lender.surplus, lender.borrowed) == (50, 0)
    assert (whole.gap, whole.borrowed, whole.unmet) == (60, 50, 10)


def test_one_surplus_that_two_units_reach_is_lent_once():
    found = balanced([50, 50, 0], [0, 0, 60], {"0": ["2"], "1": ["2"]})
    assert found.rows[0].borrowed == 60
    assert sum(loan.seats for loan in found.loans) == 60
    assert {loan.lender for loan in found.loans} == {"2"}


def test_a_unit_that_reaches_only_one_lender_is_not_starved_by_one_that_reaches_two():
    # 0 reaches 2 and 3, 1 reaches only 2: both gaps close only if 0 takes from 3
    found = balanced([50, 50, 0, 0], [0, 0, 50, 50], {"0": ["2", "3"], "1": ["2"]})
    assert [row.unmet for row in found.rows] == [0, 0, 0, 0, 0]
    assert [(loan.borrower, loan.lender, loan.seats) for loan in found.loans] == [("0", "3", 50), ("1", "2", 50)]


def test_a_matrix_and_a_mapping_say_the_same():
    matrix = np.array([[True, True], [False, True]])
    assert balanced([100, 0], [40, 50], matrix).rows == balanced([100, 0], [40, 50], {"0": ["1"]}).rows


def test_reach_may_differ_by_stage():
    reach = {J: {"0": ["1"]}}
    assert not reach_matrix(reach, P, ["0", "1"]).any()
    assert reach_matrix(reach, J, ["0", "1"]).tolist() == [[False, True], [False, False]]


def test_no_unit_borrows_from_itself():
    assert not reach_matrix({"0": ["0"]}, P, ["0"]).any()


@pytest.mark.parametrize(("reach", "message"), [({"0": ["9"]}, "'9'"), (np.ones((3, 3), dtype=bool), "shape")])
def test_reach_to_unknown_units_or_of_another_shape_is_refused(reach, message):
    with pytest.raises(ValueError, match=message):
        reach_matrix(reach, P, ["0", "1"])


def test_no_reach_and_empty_reach_lend_nothing():
    assert not reach_matrix(None, P, ["0"]).any()
    assert not reach_matrix({}, P, ["0"]).any()
    assert lend(np.array([5.0]), np.array([0.0]), np.zeros((1, 1), dtype=bool)) == []


UNITS = 5
WHOLE = hnp.arrays(float, UNITS, elements=st.integers(0, 60).map(float))
BROKEN = hnp.arrays(float, UNITS, elements=st.floats(0, 60))
LINKS = hnp.arrays(bool, (UNITS, UNITS))


@given(BROKEN, BROKEN, LINKS)
def test_no_seat_is_lent_twice_and_nobody_borrows_more_than_the_gap(pupils, seats, links):
    found = balanced(pupils, seats, links)
    units = found.rows[1:]
    for at, row in enumerate(units):
        assert row.gap * row.surplus == 0
        assert row.gap - row.surplus == pytest.approx(row.pupils - row.seats)
        taken = sum(loan.seats for loan in found.loans if loan.borrower == row.place)
        lent = sum(loan.seats for loan in found.loans if loan.lender == row.place)
        assert row.borrowed == pytest.approx(taken)
        assert taken <= row.gap + 1e-9
        assert lent <= row.surplus + 1e-9
        assert all(links[at, int(loan.lender)] for loan in found.loans if loan.borrower == row.place)
    assert found.rows[0].gap == pytest.approx(sum(row.gap for row in units))
    assert found.rows[0].seats == pytest.approx(sum(row.seats for row in units))


@given(WHOLE, WHOLE, LINKS)
@settings(max_examples=50)
def test_as_many_seats_are_lent_as_a_linear_program_finds(gap, surplus, links):
    gap, surplus = np.maximum(gap - surplus, 0), np.maximum(surplus - gap, 0)
    np.fill_diagonal(links, val=False)
    rows = [np.eye(UNITS)[at][:, None] * np.ones(UNITS) for at in range(UNITS)]
    limits = np.array([row.ravel() for row in rows] + [row.T.ravel() for row in rows])
    best = linprog(
        -np.ones(UNITS * UNITS), A_ub=limits, b_ub=np.concatenate([gap, surplus]),
        bounds=[(0, None if link else 0) for link in links.ravel()],
    )  # fmt: skip
    assert sum(seats for _, _, seats in lend(gap, surplus, links)) == pytest.approx(-best.fun)


@given(WHOLE, WHOLE, LINKS, st.integers(0, UNITS - 1), st.integers(0, 50))
def test_more_seats_never_raise_a_gap_nor_what_is_left_of_all_gaps(pupils, seats, links, at, more):
    before = balanced(pupils, seats, links).rows
    after = balanced(pupils, seats + more * (np.arange(UNITS) == at), links).rows
    assert all(new.gap <= old.gap for old, new in zip(before, after, strict=True))
    assert after[0].unmet <= before[0].unmet


@given(WHOLE, WHOLE, LINKS)
@settings(max_examples=20)
def test_the_same_loans_are_found_on_every_run(pupils, seats, links):
    assert balanced(pupils, seats, links).loans == balanced(pupils, seats, links).loans
