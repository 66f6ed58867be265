from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.errors import ProblemError
from geoplan.locate import (
    Status,
    as_costs,
    capacitated,
    make_problem,
    max_cover,
    next_best,
    p_center,
    p_median,
    set_cover,
    verify,
    worth,
)

HOMES_KM = [0, 1, 2, 10, 11, 12]
SITES_KM = [0, 1, 2, 10, 11, 12]


def along_a_line(reach_km=np.inf):
    distance = np.abs(np.subtract.outer(np.array(HOMES_KM, float), np.array(SITES_KM, float)))
    return pd.DataFrame(
        np.where(distance <= reach_km, distance, np.inf),
        index=[f"d{x}" for x in HOMES_KM],
        columns=[str(x) for x in SITES_KM],
    )


def test_one_new_site_beside_the_existing_one_stands_at_11():
    solution = p_median(along_a_line(), new=1, fixed=["1"])
    assert solution.new_sites == ("11",)
    assert solution.sites == ("1", "11")
    assert (solution.objective, solution.bound, solution.gap) == (4, 4, 0)
    assert solution.status is Status.OPTIMAL


def test_without_11_the_lower_of_two_equal_sites_wins_on_twenty_runs():
    for _ in range(20):
        solution = p_median(along_a_line(), new=1, fixed=["1"], forbidden=["11"])
        assert solution.new_sites == ("10",)
        assert solution.objective == 5


def test_maximal_cover_at_1_km_is_all_six_with_11_and_five_without():
    assert max_cover(along_a_line(1), new=1, fixed=["1"]).objective == 6
    assert max_cover(along_a_line(1), new=1, fixed=["1"], forbidden=["11"]).objective == 5


def test_seats_that_do_not_suffice_are_reported_with_the_number_unserved():
    solution = capacitated(
        along_a_line(), capacities=dict.fromkeys(map(str, SITES_KM), 2) | {"1": 3}, new=1, fixed=["1"]
    )
    assert solution.status is Status.INFEASIBLE
    assert solution.unserved_weight == 1
    assert "stay unserved" in solution.reason


def test_seats_that_suffice_are_not_exceeded():
    solution = capacitated(along_a_line(), capacities=dict.fromkeys(map(str, SITES_KM), 3), new=1, fixed=["1"])
    assert solution.objective == 4
    assert solution.loads == {"1": 3, "11": 3}


def test_a_preferred_site_wins_at_equal_cost():
    costs = as_costs(along_a_line().drop(columns="11"), preference=[0, 0, 0, 1, 0])
    assert p_median(costs, new=1, fixed=["1"]).new_sites == ("12",)


def test_the_next_best_site_and_what_it_costs():
    costs = as_costs(along_a_line())
    problem = make_problem("p_median", costs, new=1, fixed=["1"])
    (best,) = next_best(problem, p_median(costs, new=1, fixed=["1"]))
    assert (best.site, best.other, best.loss) == ("11", "10", 1)


def test_demand_out_of_reach_is_named():
    costs = along_a_line(3).drop(columns=["10", "11", "12"])
    solution = p_median(costs, p=1)
    assert solution.status is Status.INFEASIBLE
    assert solution.unserved == ("d10", "d11", "d12")
    assert set_cover(costs, skip_unreachable=True).unserved == ("d10", "d11", "d12")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"p": 9}, "p = 9 open sites asked for; expected 0 to 6"),
        ({"new": 9}, "9 new sites asked for; expected 0 to 6"),
        ({"p": 1, "fixed": ["0"], "forbidden": ["0"]}, "Fixed and forbidden at once: '0'"),
        ({"p": 1, "fixed": ["x"]}, "unknown ids 'x'"),
        ({"p": 1, "weights": {"d0": float("nan")}}, "not so for 'd0'"),
        ({}, "needs p= "),
    ],
)
def test_a_contradiction_is_an_error_that_names_the_ids(wrong, message):
    with pytest.raises(ProblemError, match=message):
        p_median(along_a_line(), **wrong)


def test_negative_costs_and_empty_demand_are_errors():
    with pytest.raises(ProblemError, match="demand 'd0', site '0'"):
        p_median(along_a_line() - 1, p=1)
    with pytest.raises(ProblemError, match="no demand"):
        p_median(along_a_line().iloc[:0], p=1)


def random_case(seed):
    rng = np.random.default_rng(seed)
    m, n = int(rng.integers(1, 9)), int(rng.integers(1, 8))
    cost = rng.integers(0, 6, (m, n)).astype(float) if rng.random() < 0.6 else rng.random((m, n)) * 10
    cost[rng.random((m, n)) < rng.choice([0.0, 0.3, 0.7])] = np.inf
    table = pd.DataFrame(cost, index=[f"d{i}" for i in range(m)], columns=[f"s{j}" for j in range(n)])
    weights = {f"d{i}": float(w) for i, w in enumerate(rng.integers(0, 4, m))}
    sites = list(table.columns)
    fixed = [s for s in sites if rng.random() < 0.2]
    forbidden = [s for s in sites if s not in fixed and rng.random() < 0.2]
    free = [s for s in sites if s not in fixed and s not in forbidden]
    return table, weights, fixed, forbidden, free, int(rng.integers(0, len(free) + 1)), rng


def best_by_hand(problem, fixed, free, new):
    """Every plan, worth computed by `worth`; the best objective and the first best plan in order of ids."""
    ids = problem.costs.site_ids
    sizes = [new] if new is not None else range(len(free) + 1)
    maximise = problem.model == "max_cover"
    best = None
    for size in sizes:
        for plan in combinations(free, size):
            is_open = np.array([s in plan or s in fixed for s in ids])
            found = worth(problem, is_open)
            if not maximise and (~found.served & problem.must_serve).any():
                continue
            key = (-found.objective if maximise else found.objective, [ids.index(s) for s in plan])
            if best is None or key[0] < best[0] - 1e-9 or (abs(key[0] - best[0]) <= 1e-9 and key[1] < best[1]):
                best = key
    return best


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["max_cover", "p_median", "p_median_priced"]))
def test_every_optimum_and_every_tie_equals_brute_force(seed, kind):
    table, weights, fixed, forbidden, free, new, _ = random_case(seed)
    price = 7.0 if kind == "p_median_priced" else None
    model = "max_cover" if kind == "max_cover" else "p_median"
    problem = make_problem(
        model, as_costs(table), weights=weights, new=new, fixed=fixed, forbidden=forbidden, unserved_cost=price
    )
    expected = best_by_hand(problem, fixed, free, new)
    extra = {} if price is None else {"unserved_cost": price}
    solve = max_cover if model == "max_cover" else p_median
    solution = solve(table, weights=weights, new=new, fixed=fixed, forbidden=forbidden, **extra)
    if expected is None:
        assert solution.status is Status.INFEASIBLE
        return
    assert solution.status is Status.OPTIMAL
    assert verify(problem, solution) == []
    assert abs(solution.objective) == pytest.approx(abs(expected[0]))
    assert [problem.costs.site_ids.index(s) for s in solution.new_sites] == expected[1]


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10**6))
def test_set_cover_equals_brute_force(seed):
    table, _, fixed, forbidden, free, _, rng = random_case(seed)
    prices = {s: float(rng.integers(1, 4)) for s in table.columns}
    problem = make_problem("set_cover", as_costs(table), fixed=fixed, forbidden=forbidden, site_costs=prices)
    expected = best_by_hand(problem, fixed, free, None)
    solution = set_cover(table, fixed=fixed, forbidden=forbidden, site_costs=prices)
    if expected is None:
        assert solution.status is Status.INFEASIBLE
    else:
        assert solution.objective == pytest.approx(expected[0])
        assert solution.status is Status.OPTIMAL


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_the_order_of_rows_and_columns_changes_nothing(seed):
    table, weights, fixed, forbidden, _, new, rng = random_case(seed)
    shuffled = table.iloc[rng.permutation(len(table)), rng.permutation(table.shape[1])]
    one = max_cover(table, weights=weights, new=new, fixed=fixed, forbidden=forbidden)
    other = max_cover(shuffled, weights=weights, new=new, fixed=fixed, forbidden=forbidden)
    assert (one.new_sites, one.objective, one.assignment) == (other.new_sites, other.objective, other.assignment)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_one_more_school_never_makes_the_plan_worse(seed):
    table, weights, fixed, forbidden, free, _, _ = random_case(seed)
    covered = [
        max_cover(table, weights=weights, new=n, fixed=fixed, forbidden=forbidden).objective
        for n in range(len(free) + 1)
    ]
    assert covered == sorted(covered)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_capacitated_plans_equal_brute_force(seed):
    table, weights, fixed, forbidden, free, new, rng = random_case(seed)
    table, weights = table.iloc[:5, :4], {d: weights[d] for d in table.index[:5]}
    fixed, free = ([s for s in group if s in table.columns] for group in (fixed, free))
    forbidden = [s for s in forbidden if s in table.columns]
    new = min(new, len(free))
    seats = {s: float(rng.integers(0, 8)) for s in table.columns}
    best = None
    for plan in combinations(free, new):
        cost = _cheapest_assignment(table, weights, seats, [*fixed, *plan])
        if cost is not None and (best is None or cost < best):
            best = cost
    solution = capacitated(table, weights=weights, capacities=seats, new=new, fixed=fixed, forbidden=forbidden)
    if best is None:
        assert solution.status is Status.INFEASIBLE
    else:
        assert solution.objective == pytest.approx(best)


def _cheapest_assignment(table, weights, seats, open_sites):
    def best(rest, left):
        if not rest:
            return 0.0
        head, *tail = rest
        if not weights[head]:
            return best(tail, left)
        found = [
            weights[head] * table.loc[head, s] + later
            for s in open_sites
            if np.isfinite(table.loc[head, s]) and left[s] >= weights[head]
            if (later := best(tail, left | {s: left[s] - weights[head]})) is not None
        ]
        return min(found, default=None)

    return best(list(table.index), seats)


@pytest.mark.parametrize("case", range(60))
def test_settling_ties_never_costs_a_single_person(case):
    rng = np.random.default_rng(case)
    table = pd.DataFrame(np.where(rng.random((12, 8)) < 0.3, 1.0, np.inf))
    weights = {str(row): float(10 ** rng.integers(0, 8)) for row in range(12)}
    problem = make_problem("max_cover", as_costs(table), weights=weights, new=3)
    best = max(worth(problem, np.isin(np.arange(8), plan)).objective for plan in combinations(range(8), 3))
    solution = max_cover(table, weights=weights, new=3)
    assert (solution.objective, solution.status) == (best, Status.OPTIMAL)


def test_a_slightly_worse_site_with_a_lower_id_is_not_called_optimal():
    costs = np.array([[10000.00001, 10000.0], [0.0, 0.0]])
    solution = p_median(costs, weights={"0": 1e6, "1": 1.0}, p=1)
    assert solution.sites == ("1",)
    assert solution.bound == solution.objective == 1e10


@pytest.mark.parametrize("scale", [1.0, 2.0, 1000.0])
@pytest.mark.parametrize("gap", [0.0, 0.3, 0.9])
def test_where_every_pair_costs_the_same_a_plan_is_not_cut_off_for_being_the_first(scale, gap):
    rng = np.random.default_rng(7)
    for _ in range(40):
        reach = rng.random((int(rng.integers(2, 8)), 5)) < 0.5
        p = int(rng.integers(1, 5))
        possible = any(reach[:, plan].any(axis=1).all() for plan in combinations(range(5), p))
        found = p_median(np.where(reach, scale, np.inf), p=p, gap=gap)
        assert (found.objective is not None) == possible
        assert not possible or found.objective == scale * len(reach)


def test_a_budget_missed_by_less_than_the_solvers_tolerance_is_kept():
    found = max_cover(np.array([[np.inf, 1.0]]), budget=0.7, site_costs=[0.3, 0.4000002])
    assert (found.sites, found.status) == (("1",), Status.OPTIMAL)


@pytest.mark.parametrize("seed", range(60))
def test_a_tight_budget_with_a_count_finds_the_plans_that_there_are(seed):
    rng = np.random.default_rng(seed)
    demands, sites, new = int(rng.integers(4, 30)), int(rng.integers(4, 11)), int(rng.integers(1, 4))
    reach = rng.random((demands, sites)) < 0.25
    cost = rng.integers(1200, 2000, sites).astype(float)
    plans = [list(plan) for plan in combinations(range(sites), new)]
    budget = min(cost[plan].sum() for plan in plans) + float(rng.integers(0, 150))
    best = max(int(reach[:, plan].any(axis=1).sum()) for plan in plans if cost[plan].sum() <= budget)
    found = max_cover(np.where(reach, 1.0, np.inf), new=new, site_costs=cost, budget=budget)
    assert (found.status, found.objective) == (Status.OPTIMAL, best)


def test_a_school_that_may_be_closed_is_kept_where_that_is_as_good():
    far = np.array([[0.0, 5.0, 5.0], [5.0, 0.0, 5.0]])
    assert p_median(far, new=1, closable=["1", "2"]).closed == ()
    assert p_center(far, new=1, closable=["1", "2"]).closed == ()
    assert max_cover(far, max_cost=1, new=0, closable=["0", "2"]).sites == ("0", "2")
    assert capacitated(far, new=1, closable=["1", "2"], capacities=2).closed == ()
    assert set_cover(far, max_cost=1, closable=["2"], site_costs={"2": 0.0}).closed == ()
    assert set_cover(far, max_cost=1, closable=["2"], site_costs=1.0).closed == ("2",)


def test_of_equal_sites_the_school_that_there_is_stays():
    assert set_cover(np.zeros((2, 3)), max_cost=1, closable=["2"]).sites == ("2",)
    assert p_median(np.zeros((2, 3)), p=1, closable=["1", "2"]).sites == ("1",)
    limited = max_cover(np.zeros((2, 3)), max_cost=1, p=2, closable=["1", "2"])
    assert (limited.new_sites, limited.closed) == ((), ())


def test_a_cover_without_a_radius_says_so_where_any_site_covers_all():
    metres = np.array([[100.0, 9000.0], [9000.0, 100.0]])
    for found in (max_cover(metres, p=1), set_cover(metres)):
        assert "Every site is in reach of every demand" in found.explain()
        assert "max_cost=" in found.explain()
    assert "max_cost=" not in max_cover(metres, p=1, max_cost=9000).explain()
    assert "max_cost=" not in max_cover(np.where(metres < 500, metres, np.inf), p=1).explain()
