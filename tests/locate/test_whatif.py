from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from geoplan.errors import ProblemError
from geoplan.locate import Expansion, Model, Size, make_problem
from geoplan.locate.costs import Points
from geoplan.locate.solution import Solution, Status
from geoplan.locate.verify import verify, worth
from geoplan.locate.whatif import WhatIf

NEAREST = (Model.P_MEDIAN, Model.MAX_COVER, Model.SET_COVER, Model.P_CENTER)


def random_problem(model, seed):
    """A small problem with ties, zero weights, gaps in reach, schools outside and prices."""
    rng = np.random.default_rng(seed)
    demands, sites = int(rng.integers(1, 12)), int(rng.integers(2, 8))
    cost = rng.integers(0, 6, (demands, sites)).astype(float)
    cost[rng.random(cost.shape) < 0.3] = np.inf
    more = {"weights": rng.integers(0, 4, demands).astype(float)}
    if rng.random() < 0.5:
        more["served_at"] = np.where(rng.random(demands) < 0.4, rng.integers(0, 6, demands), np.inf)
    if model is Model.P_MEDIAN and rng.random() < 0.7:
        more["unserved_cost"] = float(rng.integers(1, 8))
    if model is Model.SET_COVER:
        more |= {"skip_unreachable": True, "site_costs": rng.integers(1, 5, sites).astype(float)}
    return make_problem(model, cost, p=None if model is Model.SET_COVER else 1, **more)


def some_open(problem, seed):
    return np.random.default_rng(seed).random(len(problem.costs.site_ids)) < 0.5


def agrees_with_worth(problem, is_open, measures):
    found = worth(problem, is_open)
    weight, served = problem.weights, found.served
    assert measures.objective == pytest.approx(found.objective)
    assert measures.served == pytest.approx(weight[served].sum())
    assert measures.unserved == pytest.approx(weight[~served].sum())
    if weight[served].sum() > 0:
        assert measures.mean_cost == pytest.approx(np.average(found.cost[served], weights=weight[served]))
        assert measures.longest_cost == pytest.approx(found.cost[served & (weight > 0)].max())
    else:
        assert measures.mean_cost is measures.longest_cost is None
    assert measures.loads == {
        problem.costs.site_ids[site]: pytest.approx(weight[found.site == site].sum())
        for site in np.flatnonzero(is_open)
    }


def changed(problem, before, after):
    """Which demands change, by recomputing both plans; outside and nobody differ."""
    one, other = worth(problem, before), worth(problem, after)
    return (one.site != other.site) | (one.served != other.served)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(NEAREST), st.integers(0, 10**6))
def test_every_question_equals_computing_the_changed_plan_from_scratch(model, seed):
    problem = random_problem(model, seed)
    is_open = some_open(problem, seed)
    what_if = WhatIf(problem, is_open)
    agrees_with_worth(problem, is_open, what_if.measures)
    ids = problem.costs.site_ids
    opened, closed = np.flatnonzero(is_open), np.flatnonzero(~is_open)
    questions = [(what_if.add(ids[site]), (), (site,)) for site in closed]
    questions += [(what_if.close(ids[site]), (site,), ()) for site in opened]
    questions += [(what_if.move(ids[one], to=ids[two]), (one,), (two,)) for one in opened for two in closed]
    for change, closes, opens in questions:
        after = is_open.copy()
        after[list(closes)], after[list(opens)] = False, True
        agrees_with_worth(problem, after, change.after)
        differs = changed(problem, is_open, after)
        assert change.before is what_if.measures
        assert change.moved_demands == differs.sum() == len(change.moves)
        assert change.moved_weight == pytest.approx(problem.weights[differs].sum())
        assert set(change.moves) == {problem.costs.demand_ids[row] for row in np.flatnonzero(differs)}


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(NEAREST), st.integers(0, 10**6))
def test_changes_that_are_kept_add_up(model, seed):
    problem = random_problem(model, seed)
    is_open = some_open(problem, seed)
    what_if = WhatIf(problem, is_open)
    for site in np.random.default_rng(seed).permutation(len(is_open)):
        name = problem.costs.site_ids[site]
        what_if = what_if.keep(what_if.close(name) if is_open[site] else what_if.add(name))
        is_open[site] = not is_open[site]
        agrees_with_worth(problem, is_open, what_if.measures)


def test_points_without_a_cutoff_are_measured_over_all_pairs():
    rng = np.random.default_rng(3)
    demand, sites = rng.integers(0, 50, (40, 2)).astype(float), rng.integers(0, 50, (12, 2)).astype(float)
    weights = rng.integers(1, 9, 40).astype(float)
    sparse = make_problem(Model.P_MEDIAN, Points(demand, sites, truncated=True), weights=weights, p=3)
    dense = make_problem(
        Model.P_MEDIAN,
        np.floor(np.linalg.norm(demand[:, None] - sites[None], axis=2)),
        weights=weights,
        p=3,
    )
    is_open = np.arange(12) % 4 == 0
    for ask in (lambda each: each.add("1"), lambda each: each.close("4"), lambda each: each.move("8", to="11")):
        one, other = ask(WhatIf(sparse, is_open)).after, ask(WhatIf(dense, is_open)).after
        assert one.objective == pytest.approx(other.objective)
        assert one.longest_cost == other.longest_cost


def test_a_plan_of_twenty_thousand_by_five_hundred_answers_in_less_than_ten_milliseconds_of_work():
    rng = np.random.default_rng(0)
    reach = rng.random((20_000, 500)) < 0.02
    row, column = np.nonzero(reach)
    costs = csr_array((rng.uniform(0, 3_000, len(row)), (row, column)), shape=reach.shape)
    problem = make_problem(Model.P_MEDIAN, costs, weights=rng.uniform(1, 300, 20_000), p=100, unserved_cost=3_000.0)
    what_if = WhatIf(problem, np.arange(500) < 100)
    what_if.move("1", to="200")
    began = time.process_time()
    for site in range(20):
        what_if.add(str(100 + site))
        what_if.close(str(site))
        what_if.move(str(site), to=str(300 + site))
    # twice the promise of the benchmark, which measures it: this machine may be busy
    assert (time.process_time() - began) / 60 < 0.02


def plan(problem, sites, assignment, **more):
    """A solution by hand, as a solver would give it; its objective is not asked."""
    return Solution(
        problem.model, Status.FEASIBLE, sites, sites, 0.0, 0.0, 0.0, assignment=assignment, problem=problem, **more
    )


@pytest.fixture
def seats():
    """Three demands at 0, 1, 2 km and three sites at 0, 1, 2 km of different size."""
    cost = np.abs(np.arange(3.0)[:, None] - np.arange(3.0)[None])
    return make_problem(
        Model.CAPACITATED, cost, weights=np.array([10.0, 20.0, 30.0]), capacities=np.array([30.0, 60.0, 30.0]),
        min_loads=np.array([15.0, 0.0, 0.0]), site_costs=np.array([100.0, 200.0, 300.0]),
    )  # fmt: skip


def test_people_of_a_capacitated_plan_stay_where_it_sent_them(seats):
    what_if = WhatIf(seats, plan(seats, ("0", "1"), {"0": "1", "1": "0", "2": "1"}))
    assert what_if.measures.objective == pytest.approx(300 + 10 + 20 + 30)
    assert what_if.measures.loads == {"0": 20, "1": 40}
    change = what_if.add("2")
    assert change.moves == {"2": ("1", "2")}
    assert change.after.objective == pytest.approx(600 + 10 + 20)
    assert (change.after.over, change.after.under) == ((), ())


def test_a_closed_site_of_a_capacitated_plan_sends_its_people_to_the_nearest_that_is_left(seats):
    what_if = WhatIf(seats, plan(seats, ("0", "1", "2"), {"0": "0", "1": "0", "2": "2"}))
    change = what_if.close("1")
    assert (change.moved_demands, change.moved_weight) == (0, 0.0)
    change = what_if.close("2")
    assert change.moves == {"2": ("2", "1")}
    assert change.after.loads == {"0": 30, "1": 30}
    change = what_if.keep(change).close("1")
    assert change.after.over == ("0",)
    assert change.after.loads == {"0": 60}
    assert change.after.objective == pytest.approx(100 + 20 + 60)


def test_a_site_below_its_least_load_is_named(seats):
    what_if = WhatIf(seats, plan(seats, ("0", "2"), {"0": "0", "1": "0", "2": "2"}))
    assert what_if.measures.under == ()
    assert what_if.add("1").after.under == ("0",)


def test_an_added_site_takes_the_cheapest_size_that_fits_and_seats_are_added_at_their_cost():
    cost = np.array([[1.0, 0.0], [1.0, 0.0]])
    problem = make_problem(
        Model.CAPACITATED, cost, weights=np.array([20.0, 20.0]), capacities={"0": 35.0},
        expansions={"0": Expansion(5, 2.0)},
        sizes={"1": [Size("18", 30, 50), Size("24", 45, 70), Size("36", 60, 90)]},
    )  # fmt: skip
    what_if = WhatIf(problem, plan(problem, ("0",), {"0": "0", "1": "0"}, seats_added={"0": 5.0}))
    assert what_if.measures.objective == pytest.approx(40 + 10)
    assert what_if.measures.over == ()
    assert what_if.add("1").after.objective == pytest.approx(70)
    assert what_if.move("0", to="1").after.objective == pytest.approx(70)


def test_shared_demand_moves_in_its_parts():
    cost = np.array([[0.0, 1.0, 3.0]])
    problem = make_problem(Model.CAPACITATED, cost, weights=np.array([40.0]), capacities=30.0, splittable=True)
    shared = plan(problem, ("0", "1"), {"0": "0"}, shares={"0": {"0": 0.75, "1": 0.25}})
    assert WhatIf(problem, shared).measures.objective == pytest.approx(10)
    change = WhatIf(problem, shared).move("0", to="2")
    assert change.after.loads == {"1": 40, "2": 0}
    assert change.after.over == ("1",)
    assert (change.moved_demands, change.moved_weight) == (1, 30)


def test_demand_left_at_its_price_comes_back_when_a_site_is_near_enough():
    cost = np.array([[1.0, 9.0], [np.inf, 2.0]])
    problem = make_problem(Model.CAPACITATED, cost, weights=np.array([5.0, 5.0]), unserved_cost=4.0)
    what_if = WhatIf(problem, plan(problem, ("0",), {"0": "0"}))
    assert what_if.measures.objective == pytest.approx(5 + 20)
    assert what_if.add("1").after.objective == pytest.approx(5 + 10)
    assert what_if.move("0", to="1").moves == {"0": ("0", None), "1": (None, "1")}


def test_nobody_who_must_be_served_is_left_without_it_being_said(seats):
    what_if = WhatIf(seats, plan(seats, ("1",), {"0": "1", "1": "1", "2": "1"}))
    change = what_if.close("1")
    assert change.after.objective == np.inf
    assert change.after.unserved == 60
    assert change.after.loads == {}


def test_the_measures_of_a_verified_capacitated_plan_are_its_own(seats):
    sent = {"0": "0", "1": "0", "2": "2"}
    solution = Solution(
        Model.CAPACITATED, Status.FEASIBLE, ("0", "2"), ("0", "2"), 420.0, 420.0, 0.0,
        assignment=sent, loads={"0": 30.0, "2": 30.0},
    )  # fmt: skip
    assert verify(seats, solution) == []
    measures = WhatIf(seats, solution).measures
    assert measures.objective == solution.objective
    assert measures.loads == solution.loads


def test_questions_that_make_no_sense_are_refused(seats):
    problem = random_problem(Model.P_MEDIAN, 1)
    ids = problem.costs.site_ids
    is_open = np.arange(len(ids)) == 0
    what_if = WhatIf(problem, is_open)
    with pytest.raises(ProblemError, match=f"Site '{ids[0]}' is open already"):
        what_if.add(ids[0])
    with pytest.raises(ProblemError, match=f"Site '{ids[1]}' is closed already"):
        what_if.close(ids[1])
    with pytest.raises(ProblemError, match="Unknown site 'x9'"):
        what_if.move(ids[0], to="x9")
    with pytest.raises(ProblemError, match="another plan"):
        what_if.keep(WhatIf(problem, is_open).add(ids[1]))
    with pytest.raises(ProblemError, match="expected a Solution"):
        WhatIf(seats, is_open)
    with pytest.raises(ProblemError, match="no plan"):
        WhatIf(problem, Solution(Model.P_MEDIAN, Status.INFEASIBLE, (), (), None, None, None, reason="too few"))
    with pytest.raises(ProblemError, match="out of reach: '0'"):
        WhatIf(
            make_problem(Model.CAPACITATED, np.array([[np.inf, 1.0]])),
            plan(problem, ("0",), {"0": "0"}),
        )


def test_a_mask_changed_afterwards_does_not_change_the_plan():
    problem = random_problem(Model.P_MEDIAN, 2)
    is_open = np.arange(len(problem.costs.site_ids)) == 0
    what_if = WhatIf(problem, is_open)
    is_open[:] = True
    assert what_if.close(problem.costs.site_ids[0]).closed == problem.costs.site_ids[0]
