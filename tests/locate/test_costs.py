import numpy as np
import pandas as pd
import pytest
from scipy.sparse import coo_array, csr_array

from geoplan.errors import ProblemError
from geoplan.locate import Points, as_costs, capacitated, max_cover, p_center, p_median, set_cover, verify


def random_points(seed, demands=60, sites=25, **more):
    rng = np.random.default_rng(seed)
    return Points(rng.random((demands, 2)) * 1000, rng.random((sites, 2)) * 1000, **more)


def full_matrix(points):
    apart = np.asarray(points.demand_xy)[:, None] - np.asarray(points.site_xy)[None]
    distance = np.sqrt((apart**2).sum(axis=-1))
    return np.floor(distance) if points.truncated else distance


@pytest.mark.parametrize("truncated", [False, True])
@pytest.mark.parametrize("p", [1, 4, 12])
def test_points_without_a_cutoff_answer_like_the_full_matrix(p, truncated):
    points = random_points(p, truncated=truncated)
    for model in (p_median, p_center):
        near, full = model(points, p=p), model(full_matrix(points), p=p)
        assert near.objective == pytest.approx(full.objective)
        assert (near.status, full.status) == ("optimal", "optimal")
        assert verify(near.problem, near) == []


def test_points_know_only_the_pairs_that_were_asked_for():
    points = random_points(0, demands=400, sites=300)
    found = p_median(points, p=60)
    assert found.status == "optimal"
    assert len(found.problem.costs.site) < 0.4 * 400 * 300


def test_points_with_loads_answer_like_the_full_matrix():
    points = random_points(3, demands=18, sites=6)
    near, full = capacitated(points, p=3, capacities=7), capacitated(full_matrix(points), p=3, capacities=7)
    assert near.objective == pytest.approx(full.objective)


@pytest.mark.parametrize("truncated", [False, True])
def test_a_cutoff_keeps_just_the_pairs_within_it(truncated):
    points = random_points(1, cutoff_m=200.0, truncated=truncated)
    costs, full = as_costs(points), full_matrix(points)
    assert (costs.points, len(costs.site)) == (None, int((full <= 200).sum()))
    np.testing.assert_array_equal(costs.cost, full[costs.demand, costs.site])


def test_covers_need_a_cutoff_and_say_so():
    for model in (max_cover, set_cover):
        with pytest.raises(ProblemError, match="no use for Points without cutoff_m"):
            model(random_points(2), **({"p": 2} if model is max_cover else {}))
    assert max_cover(random_points(2), p=2, max_cost=300).status == "optimal"


def test_every_form_of_costs_gives_the_same_answer():
    table = np.random.default_rng(5).random((10, 4)).round(2)
    table[table > 0.7] = np.nan
    stored = np.isfinite(table)
    row, column = np.nonzero(stored)
    sparse = csr_array((table[stored], (row, column)), shape=table.shape)
    frame = pd.DataFrame(table, index=[str(each) for each in range(10)], columns=[str(each) for each in range(4)])
    answers = [max_cover(form, p=2) for form in (table, sparse, frame, as_costs(table))]
    assert len({(each.sites, each.objective) for each in answers}) == 1


def test_ids_are_ordered_like_numbers_whether_they_are_numbers_or_names():
    assert as_costs(np.zeros((2, 12))).site_ids == tuple(str(each) for each in range(12))
    frame = pd.DataFrame(np.zeros((1, 3)), index=["d"], columns=["s10", "s9", "007"])
    assert as_costs(frame).site_ids == ("007", "s9", "s10")


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (Points(np.zeros((2, 3)), np.zeros((2, 2))), "demand_xy: expected shape"),
        (Points(np.zeros((2, 2)), np.array([[0.0, np.nan]])), "site_xy: expected numbers; not so in rows '0'"),
        (Points(np.zeros((2, 2)), np.zeros((2, 2)), cutoff_m=-1.0), "cutoff_m: expected at least 0"),
        (Points(np.zeros((2, 2)), np.zeros((2, 2)), demand_ids=["a", "a"]), "Duplicate demand ids: 'a'"),
    ],
)
def test_points_that_make_no_sense_are_refused(points, message):
    with pytest.raises(ProblemError, match=message):
        as_costs(points)


def test_a_pair_that_is_stored_twice_is_refused_whatever_the_form():
    twice = (np.array([1.0, 2.0, 5.0]), ([0, 0, 1], [0, 0, 1]))
    for form in (coo_array(twice, shape=(2, 2)), csr_array((twice[0], [0, 0, 1], [0, 2, 3]), shape=(2, 2))):
        with pytest.raises(ProblemError, match="demand '0' and site '0' is stored twice"):
            p_median(form, p=2)


def test_a_cover_over_points_computes_only_what_is_within_max_cost():
    points = random_points(4, demands=3_000, sites=400)
    found = max_cover(points, p=3, max_cost=30.0)
    assert len(found.problem.costs.site) < 3_000 * 10
