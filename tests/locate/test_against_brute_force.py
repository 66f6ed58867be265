"""Every model and option equals brute force on random small problems.

`GEOPLAN_CASES=10000 pytest tests/locate/test_against_brute_force.py` tries that many over all models; by default a few
hundred are tried, the same ones on every run. The oracle (oracle.py) shares no code with geoplan.
"""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geoplan.locate import Status, make_problem, solve, verify
from geoplan.types import natural_key


def _sibling(name):
    """A module beside this one (importlib mode has no packages to import it from)."""
    spec = importlib.util.spec_from_file_location(f"geoplan_{name}", Path(__file__).with_name(f"{name}.py"))
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


oracle = _sibling("oracle")
random_cases = _sibling("random_cases")

CASES = int(os.environ.get("GEOPLAN_CASES", "360"))
INF = float("inf")


def profile(share):
    return settings(
        max_examples=max(1, round(CASES * share)), deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip


def close(one, other):
    return abs(one - other) <= 1e-7 * max(abs(one), abs(other)) + 1e-9


def solved(asked, costs):
    return solve(make_problem(asked.case["model"], costs, **asked.keywords), time_limit_s=20)


def check(asked, shuffle):
    case = oracle.Case(**asked.case)
    solution = solved(asked, asked.costs())
    expected = oracle.best(case)
    assert verify(solution.problem, solution) == []
    if expected.objective is None:
        infeasible_and_explained(asked, case, solution)
    else:
        optimal_and_consistent(asked, case, solution, expected)
    if shuffle is not None:
        again = solved(asked, asked.shuffled(*shuffle))
        assert (again.status, again.sites, again.objective) == (solution.status, solution.sites, solution.objective)
        assert again.conflict == solution.conflict


def infeasible_and_explained(asked, case, solution):
    assert solution.status is Status.INFEASIBLE
    assert (solution.objective, solution.bound, solution.gap, solution.sites) == (None, None, None, ())
    assert solution.reason
    if case.stranded.any():
        assert list(solution.unserved) == stranded_ids(asked, case)
    else:
        assert solution.conflict is not None
        conflict_is_real(case, solution.conflict)


def stranded_ids(asked, case):
    return sorted((asked.demand_ids[row] for row in np.flatnonzero(case.stranded)), key=natural_key)


def conflict_is_real(case, conflict):
    """The rules named cannot hold together, and without any one of them the others can; so do the relaxations."""
    if case.p is not None and case.new is not None and not case.closable:
        case = replace(case, new=None)  # it says what p says, and p is what is named
    case = replace(case, price=case.left_at, skip_unreachable=False)  # whoever may be left out still may
    assert len(conflict.relaxations) == len(conflict.rules)
    named = {oracle.requirement(case, rule) for rule in conflict.rules}
    only_these = case
    for other in set(oracle.requirements(case)) - named:
        only_these = oracle.relaxed(only_these, other)
    assert oracle.best(only_these).objective is None
    for name in named:
        assert oracle.best(oracle.relaxed(only_these, name)).objective is not None
    for rule, relaxation in zip(conflict.rules, conflict.relaxations, strict=True):
        relaxation_works(case, oracle.requirement(case, rule), relaxation)


def relaxation_works(case, name, text):
    """What is said to help does, and nothing less does; what is said not to help does not."""
    helps = oracle.best(oracle.relaxed(case, name)).objective is not None
    assert helps == ("does not help" not in text), text
    if not helps:
        return
    figure = float(re.search(r"[0-9][0-9.,e+]*", text)[0].rstrip(".").replace(",", ""))
    if name in {"p", "new"} or name.startswith("group"):
        assert oracle.best(oracle.with_count(case, name, int(figure))).objective is not None
        nearer = oracle.counts_towards(case, name, int(figure))
        assert all(oracle.best(oracle.with_count(case, name, each)).objective is None for each in nearer)
    if name == "max_cost":
        assert oracle.best(replace(case, max_cost=figure * (1 + 1e-5))).objective is not None
        assert oracle.best(replace(case, max_cost=figure * (1 - 1e-5) - 1e-9)).objective is None
    if name == "budget":
        assert oracle.best(replace(case, budget=figure * (1 + 1e-5))).objective is not None
        assert oracle.best(replace(case, budget=figure * (1 - 1e-5) - 1e-9)).objective is None
    if case.model == "capacitated" and case.budget < INF:
        return
    if name == "everyone is served":
        assert figure == pytest.approx(oracle.least_unserved(case), rel=1e-5)
    if name == "capacities":
        assert figure == pytest.approx(oracle.least_seats_missing(case), rel=1e-5)


def optimal_and_consistent(asked, case, solution, expected):
    assert solution.status is Status.OPTIMAL
    assert close(solution.objective, expected.objective)
    assert (solution.bound, solution.gap) == (solution.objective, 0)
    site = {each: column for column, each in enumerate(asked.site_ids)}
    row = {each: number for number, each in enumerate(asked.demand_ids)}
    plan = frozenset(site[each] for each in solution.sites)
    assert list(solution.sites) == sorted(solution.sites, key=natural_key)
    assert oracle.rules_kept(case, plan)
    assert {site[each] for each in solution.new_sites} == plan & case.new_sites
    assert {site[each] for each in solution.closed} == case.closable - plan
    share = shares(solution, row, site, case.cost.shape)
    unserved = np.isin(np.arange(len(row)), [row[each] for each in solution.unserved])
    assert not share[:, [each for each in case.sites if each not in plan]].any()
    assert np.isfinite(case.within[share > 0]).all()
    loads = case.weight @ share
    assert set(solution.loads) == set(solution.sites)
    assert all(close(load, loads[site[each]]) for each, load in solution.loads.items())
    people = seats_kept(asked, case, solution, share, unserved) if case.model == "capacitated" else 0.0
    if case.model != "capacitated":
        nearest_is_taken(case, plan, share, unserved)
    value = value_of_assignment(case, plan, share, unserved) + people
    if case.model != "capacitated":
        closed_for_nothing(case, plan, expected)
    assert close(value, expected.objective)
    if solution.ties == "preferred site, then lower id":
        order = sorted(case.sites, key=lambda each: (each in case.new_sites, natural_key(asked.site_ids[each])))
        as_many = [each for each in expected.plans if len(each) == len(plan)]
        assert plan == min(as_many, key=lambda each: [site not in each for site in order])


def closed_for_nothing(case, plan, expected):
    """No school is closed where keeping it beside all others is as good."""
    assert not any(plan | {each} in expected.plans for each in case.closable - plan)


def shares(solution, row, site, shape):
    """Share of each demand at each site, from the assignment alone."""
    share = np.zeros(shape)
    for demand, to in solution.assignment.items():
        parts = solution.shares.get(demand, {to: 1.0})
        assert to in parts
        assert max(parts.values()) <= parts[to] + 1e-9
        for each, part in parts.items():
            share[row[demand], site[each]] = part
    assert set(solution.shares) <= set(solution.assignment)
    return share


def nearest_is_taken(case, plan, share, unserved):
    """Everyone goes to the cheapest open site, or outside, or, where that has a price, nowhere."""
    open_sites = sorted(plan)
    cheapest = case.within[:, open_sites].min(axis=1, initial=INF)
    assigned = share.sum(axis=1) > 0
    assert (share.sum(axis=1)[assigned] == 1).all()
    assert (np.where(share > 0, case.within, 0.0).sum(axis=1)[assigned] == cheapest[assigned]).all()
    assert not (assigned & unserved).any()
    outside = ~assigned & ~unserved & (case.weight > 0)
    assert (case.outside[outside] <= cheapest[outside]).all()
    assert np.isfinite(case.outside[outside]).all()


def value_of_assignment(case, plan, share, unserved):
    """The objective by the model's definition."""
    needed = case.weight > 0
    weight, served, left_at = case.weight[needed], share[needed].sum(axis=1), case.left_at[needed]
    unserved = unserved[needed]
    cost = (np.where(share > 0, case.within, 0.0) * share)[needed].sum(axis=1)
    if case.model == "max_cover":
        return weight[~unserved].sum()
    if case.model == "capacitated":
        left = np.where(served < 1 - 1e-9, left_at, 0.0) * (1 - served)
        return (weight * (cost + left)).sum() + oracle.site_money(case, plan)
    cost = np.where(served > 0, cost, np.where(unserved, left_at, case.outside[needed]))
    if case.model == "p_center":
        return np.where(unserved, 0.0, cost).max(initial=0.0)
    if case.model == "set_cover":
        return (weight * np.where(unserved, left_at, 0.0)).sum() + oracle.site_money(case, plan)
    return (weight * cost).sum()


def seats_kept(asked, case, solution, share, unserved):
    """Loads within the chosen sizes and the seats added, money within the budget; returns what these cost."""
    served = share.sum(axis=1)
    assert (served <= 1 + 1e-7).all()
    if not case.splittable:
        assert np.isin(served, (0, 1)).all()
        assert not solution.shares
    left = (served < 1 - 1e-7) & (case.weight > 0)
    assert np.isfinite(case.left_at[left]).all()
    assert (unserved[case.weight > 0] == left[case.weight > 0]).all()
    assert close(solution.unserved_weight, (case.weight * (1 - served))[left].sum())
    loads, sized, added = case.weight @ share, 0.0, 0.0
    spent = sum(case.site_cost[each] for each, name in enumerate(asked.site_ids) if name in solution.new_sites)
    for each, name in enumerate(asked.site_ids):
        if name not in solution.sites:
            continue
        ways = {seats.name: seats for seats in case.seats[each]}
        seats = ways[solution.sizes.get(name, "")]
        extra = solution.seats_added.get(name, 0.0)
        assert 0 <= extra <= case.extra[each][0] * (1 + 1e-9)
        slack = 1e-6 * max(1.0, loads[each])
        assert seats.least - slack <= loads[each] <= seats.capacity + extra + slack
        sized, added = sized + seats.cost, added + extra * case.extra[each][1]
    assert spent + sized + added <= case.budget + 1e-6 * max(1.0, case.budget if case.budget < INF else 1.0)
    return sized + added


orders = st.none() | st.tuples(st.permutations(range(7)), st.permutations(range(6)))


def of_shape(shuffle, asked):
    """The drawn orders, cut to the problem's own size."""
    if shuffle is None:
        return None
    counts = len(asked.demand_ids), len(asked.site_ids)
    return tuple([each for each in order if each < count] for order, count in zip(shuffle, counts, strict=True))


@given(asked=random_cases.problems("p_median"), shuffle=orders)
@profile(1 / 5)
def test_p_median_equals_brute_force(asked, shuffle):
    check(asked, of_shape(shuffle, asked))


@given(asked=random_cases.problems("max_cover"), shuffle=orders)
@profile(1 / 6)
def test_max_cover_equals_brute_force(asked, shuffle):
    check(asked, of_shape(shuffle, asked))


@given(asked=random_cases.problems("set_cover"), shuffle=orders)
@profile(1 / 6)
def test_set_cover_equals_brute_force(asked, shuffle):
    check(asked, of_shape(shuffle, asked))


@given(asked=random_cases.problems("p_center"), shuffle=orders)
@profile(1 / 6)
def test_p_center_equals_brute_force(asked, shuffle):
    check(asked, of_shape(shuffle, asked))


@given(asked=random_cases.problems("capacitated"), shuffle=orders)
@profile(1 / 5)
def test_capacitated_with_single_assignment_equals_brute_force(asked, shuffle):
    check(asked, of_shape(shuffle, asked))


@given(asked=random_cases.problems("capacitated", splittable=True), shuffle=orders)
@profile(1 / 10)
def test_capacitated_with_shared_demand_equals_brute_force(asked, shuffle):
    check(asked, of_shape(shuffle, asked))


def hand_case(model, cost, **changes):
    """An oracle's case with every default."""
    cost = np.array(cost, dtype=float)
    demand, sites = cost.shape
    plain = {
        "weight": np.ones(demand), "served_at": np.full(demand, INF), "price": np.full(demand, INF),
        "site_cost": np.full(sites, 1.0 if model == "set_cover" else 0.0), "closing_cost": np.zeros(sites),
        "seats": ((oracle.Seats(),),) * sites, "extra": ((0.0, 0.0),) * sites,
    }  # fmt: skip
    return oracle.Case(model=model, cost=cost, **plain | changes)


LINE = np.abs(np.subtract.outer([0, 1, 2, 10, 11, 12], [0, 1, 2, 10, 11, 12]))
"""Two villages of three homes each, 10 km apart; every home is a site."""


def test_the_oracle_knows_the_two_middles_of_two_villages():
    assert oracle.best(hand_case("p_median", LINE, p=2)) == oracle.Best(4.0, (frozenset({1, 4}),))
    assert oracle.best(hand_case("p_center", LINE, p=2)) == oracle.Best(1.0, (frozenset({1, 4}),))


def test_the_oracle_counts_covered_weight_and_keeps_every_tie():
    case = hand_case("max_cover", LINE, p=1, max_cost=1.0, weight=np.array([1, 1, 1, 1, 1, 1.0]))
    assert oracle.best(case) == oracle.Best(3.0, (frozenset({1}), frozenset({4})))


def test_the_oracle_covers_all_with_the_cheapest_sites():
    assert oracle.best(hand_case("set_cover", LINE, max_cost=1.0)) == oracle.Best(2.0, (frozenset({1, 4}),))
    dear = hand_case("set_cover", LINE, max_cost=1.0, site_cost=np.array([1, 5, 1, 1, 1.5, 1]))
    assert oracle.best(dear).objective == 3.5
    assert oracle.best(hand_case("set_cover", LINE[:, :1], max_cost=1.0)) == oracle.Best(None)


def test_the_oracle_sends_whole_homes_where_seats_are_left():
    two_seats = ((oracle.Seats("", 2.0),),) * 6
    assert oracle.best(hand_case("capacitated", LINE, p=2, seats=two_seats)) == oracle.Best(None)
    assert oracle.best(hand_case("capacitated", LINE, p=3, seats=two_seats)).objective == 1 + 8 + 1
    assert oracle.best(hand_case("capacitated", LINE, p=1, price=np.full(6, 3.0))).objective == 2 + 9


def test_the_oracle_adds_seats_up_to_the_budget_and_shares_homes():
    cost = [[0.0, 4.0], [0.0, 4.0]]
    seats = (
        (oracle.Seats("", 1.0, 0.0, 0.0),),
        (oracle.Seats("small", 1.0, 0.0, 7.0), oracle.Seats("large", 2.0, 1.0, 9.0)),
    )
    extra = ((1.0, 5.0), (0.0, 0.0))
    whole = hand_case("capacitated", cost, seats=seats, extra=extra)
    assert oracle.best(whole) == oracle.Best(5.0, (frozenset({0}),))
    assert oracle.best(hand_case("capacitated", cost, seats=seats, extra=extra, budget=4.0)).objective is None
    assert oracle.best(hand_case("capacitated", cost, seats=seats, budget=7.0)).objective == 11.0
    shared = hand_case("capacitated", cost, seats=seats[:1] * 2, weight=np.array([1.0, 0.5]), splittable=True)
    assert oracle.best(shared).objective == pytest.approx(2.0)


def test_the_oracle_leaves_out_only_whom_no_allowed_site_reaches():
    cost = [[1.0, 2.0], [INF, 1.0], [INF, INF]]
    left_out = hand_case("p_median", cost, p=1, skip_unreachable=True)
    assert oracle.best(left_out) == oracle.Best(3.0, (frozenset({1}),))
    assert oracle.best(hand_case("p_median", cost, p=1)).objective is None
    only_one = hand_case("p_center", cost, p=1, skip_unreachable=True, forbidden=frozenset({1}))
    assert oracle.best(only_one).objective == 1.0
    assert hand_case("p_center", cost, p=1).stranded.tolist() == [False, False, True]


def test_the_oracle_keeps_groups_counts_and_roles():
    one_each = ((frozenset({0, 1, 2}), 1, 1.0), (frozenset({3, 4, 5}), 1, 1.0))
    case = hand_case("p_median", LINE, p=3, fixed=frozenset({0}), groups=one_each)
    assert oracle.best(case).objective == 1 + 2
    keep = hand_case(
        "set_cover", LINE, max_cost=1.0, closable=frozenset({0}), closing_cost=np.array([9, 0, 0, 0, 0, 0.0])
    )
    assert oracle.best(keep).objective == 3.0
