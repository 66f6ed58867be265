import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.coverage import Gaussian, Zones, thirds, two_step
from geoplan.errors import ProblemError
from geoplan.travel import Straight, TravelMatrix
from geoplan.travel.matrix import from_pairs


def table(rows):
    """A matrix from rows of metres; inf is out of reach."""
    metres = np.asarray(rows, dtype=float)
    origin, target = np.nonzero(np.isfinite(metres))
    return from_pairs(origin, target, metres[origin, target], shape=metres.shape, cutoff_m=3000.0)


def floats(*values):
    return np.array(values, dtype=float)


FAR = np.inf
TWO_SCHOOLS = table([[500, FAR], [900, 400], [FAR, 1500]])


@st.composite
def cases(draw):
    """A sparse matrix, seats and demand of up to 8 × 5."""
    m, n = draw(st.integers(1, 8)), draw(st.integers(1, 5))
    metre = st.one_of(st.just(FAR), st.floats(0, 3000))
    rows = draw(st.lists(st.lists(metre, min_size=n, max_size=n), min_size=m, max_size=m))
    seats = draw(st.lists(st.integers(0, 3000), min_size=n, max_size=n))
    demand = draw(st.lists(st.integers(0, 900), min_size=m, max_size=m))
    return table(rows), floats(*seats), floats(*demand)


VARIANTS = st.sampled_from(
    [{}, {"decay": thirds(3e3)}, {"decay": Gaussian(1e3)}, {"decay": Gaussian(1e3), "choice": True}, {"choice": True}]
)


def test_two_schools_and_three_villages_by_hand():
    found = two_step(TWO_SCHOOLS, seats=floats(300, 200), demand=floats(100, 200, 50))
    assert found.ratio.tolist() == [1.0, 0.8]  # 300 / (100 + 200), 200 / (200 + 50)
    assert found.access.tolist() == pytest.approx([1.0, 1.8, 0.8])
    assert found.reached.tolist() == [True, True]


def test_a_near_school_counts_more_by_hand():
    # 1st zone to 1 km, then half: school 1 is asked by 300, school 2 by 200 + 25
    found = two_step(
        TWO_SCHOOLS, seats=floats(300, 200), demand=floats(100, 200, 50), decay=Zones((1000, 3000), (1, 0.5))
    )
    assert found.ratio.tolist() == pytest.approx([1.0, 200 / 225])
    assert found.access.tolist() == pytest.approx([1.0, 1 + 200 / 225, 100 / 225])


def test_with_choice_the_pupils_of_the_middle_village_divide_themselves_by_hand():
    found = two_step(TWO_SCHOOLS, seats=floats(300, 200), demand=floats(100, 200, 50), choice=True)
    assert found.ratio.tolist() == pytest.approx([1.5, 200 / 150])
    assert found.access.tolist() == pytest.approx([1.5, (1.5 + 200 / 150) / 2, 200 / 150])


def test_who_reaches_no_school_has_no_seat():
    found = two_step(table([[100], [FAR]]), seats=floats(50), demand=floats(100, 9))
    assert found.access.tolist() == [0.5, 0.0]


def test_a_school_that_nobody_reaches_has_no_ratio_and_gives_nothing():
    found = two_step(table([[100, 200, FAR]]), seats=floats(50, 70, 90), demand=floats(10))
    assert found.access.tolist() == [12.0]
    assert found.reached.tolist() == [True, True, False]
    assert np.isnan(found.ratio[2])
    empty = two_step(table([[100]]), seats=floats(50), demand=floats(0))
    assert (empty.access.tolist(), empty.reached.tolist()) == ([0.0], [False])


def test_a_school_without_known_seats_is_left_out_and_who_reaches_only_it_has_no_figure():
    matrix = table([[100, FAR], [100, 100], [FAR, 100], [FAR, FAR]])
    found = two_step(matrix, seats=floats(np.nan, 40), demand=floats(10, 10, 10, 10))
    assert np.isnan(found.access[0])
    assert found.access[1:].tolist() == [2.0, 2.0, 0.0]
    assert found.left_out.tolist() == [True, False]
    assert found.near_left_out.tolist() == [True, True, False, False]
    assert repr(found) == "SeatAccess(4 points, 1 of 2 schools, 1 left out)"


def test_a_school_with_no_seats_is_not_one_with_unknown_seats():
    found = two_step(table([[100]]), seats=floats(0), demand=floats(10))
    assert (found.access.tolist(), found.left_out.tolist()) == ([0.0], [False])


def test_a_school_next_door_counts():
    """A stored distance of zero is a way of zero metres, not a missing one."""
    assert two_step(table([[0.0]]), seats=floats(5), demand=floats(10), decay=Gaussian(100)).access.tolist() == [0.5]


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
def test_without_schools_or_people_nothing_is_raised(shape):
    none = np.zeros(0, dtype=np.int64)
    matrix = from_pairs(none, none, np.zeros(0), shape=shape, cutoff_m=100.0)
    found = two_step(matrix, seats=np.ones(shape[1]), demand=np.ones(shape[0]), decay=thirds(100), choice=True)
    assert (found.access == 0).all()
    assert not found.reached.any()


def test_the_edge_of_a_zone_belongs_to_it():
    zones = thirds(3000.0)
    assert zones(floats(0, 1000, 1000.001, 2000, 3000, 3000.001)).tolist() == [1, 1, 0.68, 0.68, 0.22, 0]


def test_a_gaussian_is_one_next_door_and_never_rises():
    fall = Gaussian(1000.0)(floats(0, 1000, 2000))
    assert fall.tolist() == pytest.approx([1, np.exp(-0.5), np.exp(-2)])


@pytest.mark.parametrize(
    ("limits", "weights"), [((), ()), ((100, 100), (1, 1)), ((200, 100), (1, 1)), ((100,), (1, 1)), ((100,), (1.5,))]
)
def test_zones_that_make_no_sense_are_refused(limits, weights):
    with pytest.raises(ProblemError, match=r"Zones need|Weights of zones"):
        Zones(limits, weights)


def test_a_gaussian_without_width_is_refused():
    with pytest.raises(ProblemError, match="above 0 m"):
        Gaussian(0.0)


@pytest.mark.parametrize(
    ("seats", "demand", "said"),
    [
        (floats(1), floats(1, 1, 1), "3 × 2"),
        (floats(1, 1), floats(1), "3 × 2"),
        (floats(1, 1), floats(1, -1, 1), "Demand is"),
        (floats(1, 1), floats(1, np.nan, 1), "Demand is"),
        (floats(-1, 1), floats(1, 1, 1), "Seats are"),
        (floats(np.inf, 1), floats(1, 1, 1), "Seats are"),
    ],
)
def test_what_does_not_fit_the_matrix_is_refused(seats, demand, said):
    with pytest.raises(ProblemError, match=said):
        two_step(TWO_SCHOOLS, seats=seats, demand=demand)


@settings(max_examples=150, deadline=None)
@given(cases(), VARIANTS)
def test_all_seats_of_reached_schools_and_no_more_are_handed_out(case, variant):
    matrix, seats, demand = case
    found = two_step(matrix, seats=seats, demand=demand, **variant)
    assert (found.access * demand).sum() == pytest.approx(seats[found.reached].sum())
    assert (found.access >= 0).all()


@settings(max_examples=60, deadline=None)
@given(cases(), st.integers(0, 4))
def test_seats_are_kept_also_where_a_school_is_left_out(case, which):
    matrix, seats, demand = case
    seats[which % len(seats)] = np.nan
    found = two_step(matrix, seats=seats, demand=demand)
    assert np.nansum(found.access * demand) == pytest.approx(seats[found.reached].sum())


@settings(max_examples=60, deadline=None)
@given(cases(), VARIANTS)
def test_a_village_divided_in_two_has_the_access_of_the_whole(case, variant):
    matrix, seats, demand = case
    dense = np.full(matrix.shape, FAR)
    dense[matrix.origin(), matrix.target] = matrix.distance_m
    halves = floats(demand[0] / 2, demand[0] / 2, *demand[1:])
    parted = two_step(table([dense[0], *dense]), seats=seats, demand=halves, **variant)
    whole = two_step(matrix, seats=seats, demand=demand, **variant)
    assert parted.access == pytest.approx(floats(whole.access[0], *whole.access))


@settings(max_examples=60, deadline=None)
@given(cases(), st.sampled_from([{}, {"decay": thirds(3000.0)}]))
def test_another_school_lowers_nobodys_access(case, variant):
    """Not so with choice: pupils who now choose another school weigh less at the old one."""
    matrix, seats, demand = case
    kept = matrix.target > 0
    fewer = from_pairs(
        matrix.origin()[kept], matrix.target[kept] - 1, matrix.distance_m[kept],
        shape=(matrix.shape[0], matrix.shape[1] - 1), cutoff_m=3000.0,
    )  # fmt: skip
    before = two_step(fewer, seats=seats[1:], demand=demand, **variant)
    after = two_step(matrix, seats=seats, demand=demand, **variant)
    assert (after.access >= before.access - 1e-9).all()


@settings(max_examples=40, deadline=None)
@given(cases(), VARIANTS)
def test_twice_the_seats_are_twice_the_access(case, variant):
    matrix, seats, demand = case
    once, twice = (two_step(matrix, seats=seats * k, demand=demand, **variant) for k in (1, 2))
    assert twice.access == pytest.approx(2 * once.access)


@pytest.fixture(scope="module")
def pysal():
    """PySAL's `access`; its own import may warn, ours may not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("access", reason="PySAL access is not installed (extra `test`)")


@pytest.fixture(scope="module")
def region():
    """400 villages and 40 schools on 20 km, straight lines up to 3 km; some villages reach none."""
    rng = np.random.default_rng(20260101)
    villages, schools = rng.uniform(0, 20_000, (400, 2)), rng.uniform(0, 20_000, (40, 2))
    seats, demand = rng.integers(100, 2000, 40).astype(float), rng.integers(1, 900, 400).astype(float)
    return Straight().within(villages, schools, 3000.0), seats, demand


def as_frames(matrix: TravelMatrix, seats, demand):
    frames = {
        "demand_df": pd.DataFrame({"demand": demand}, index=pd.RangeIndex(len(demand), name="geoid")),
        "supply_df": pd.DataFrame({"supply": seats}, index=pd.RangeIndex(len(seats), name="geoid")),
        "cost_df": pd.DataFrame({"origin": matrix.origin(), "dest": matrix.target, "cost": matrix.distance_m}),
    }
    return frames | {"max_cost": matrix.cutoff_m}


STEPS = {1000.0: 1, 2000.0: 0.68, 3000.0: 0.22}


@pytest.mark.parametrize("kind", ["two steps", "zones", "gaussian", "choice"])
def test_the_same_figures_as_pysal_access(pysal, region, kind):
    matrix, seats, demand = region
    ours, theirs = {
        "two steps": ({}, {}),
        "zones": ({"decay": thirds(3000.0)}, {"weight_fn": pysal.weights.step_fn(STEPS)}),
        "gaussian": ({"decay": Gaussian(1000.0)}, {"weight_fn": pysal.weights.gaussian(1000.0)}),
        "choice": ({"decay": Gaussian(1000.0), "choice": True}, {"weight_fn": pysal.weights.gaussian(1000.0)}),
    }[kind]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run = pysal.fca.three_stage_fca if kind == "choice" else pysal.fca.two_stage_fca
        expected = run(**as_frames(*region), **theirs).reindex(range(len(demand)), fill_value=0.0)
    found = two_step(matrix, seats=seats, demand=demand, **ours)
    assert (found.access == 0).any()
    np.testing.assert_allclose(found.access, expected.to_numpy(), rtol=1e-9, atol=1e-12)
