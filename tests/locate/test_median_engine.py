"""The uncapacitated siting engine against brute force."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from geoplan.locate.clock import start_clock
from geoplan.locate.core import COUNT, SiteRule, SitingCore
from geoplan.locate.median import engine, shaking, solve_median
from geoplan.locate.median.ascent import choose
from geoplan.locate.median.branching import tree_of
from geoplan.locate.median.compact import compact_model, compact_start
from geoplan.locate.median.cooling import cool
from geoplan.locate.median.incumbent import plan_value, unit_of
from geoplan.locate.median.lagrange import THOROUGH, climb, first_multipliers, penalties, reduced_costs
from geoplan.locate.median.radius import undecided
from geoplan.locate.median.ruletable import rule_table
from geoplan.locate.median.shrink import shrink


def core_of(cost, base, site_cost, rules=()):
    """A core from a dense table of costs, inf where out of reach."""
    indptr, site, values = [0], [], []
    for row, most in zip(cost, base, strict=True):
        order = np.argsort(row, kind="stable")
        order = order[row[order] < most]
        site.append(order)
        values.append(row[order])
        indptr.append(indptr[-1] + len(order))
    return SitingCore(
        np.array(indptr, dtype=np.int64),
        np.concatenate([*site, np.zeros(0, dtype=np.int64)]).astype(np.int32),
        np.concatenate([*values, np.zeros(0)]),
        np.asarray(base, dtype=np.float64),
        np.asarray(site_cost, dtype=np.float64),
        tuple(rules),
    )


def count_rule(sites, low, high):
    return SiteRule(COUNT, np.arange(sites), np.ones(sites), float(low), float(high))


def random_core(seed):
    """Any mix of priced and must-serve rows, site costs of any sign, counts, groups, a budget, ties and zeros."""
    rng = np.random.default_rng(seed)
    rows, sites = int(rng.integers(0, 9)), int(rng.integers(1, 8))
    cost = rng.integers(0, 6, (rows, sites)).astype(float) if seed % 2 else rng.random((rows, sites)) * 9
    cost[rng.random(cost.shape) < rng.choice([0.0, 0.2, 0.6])] = np.inf
    base = np.where(rng.random(rows) < rng.random(), np.inf, rng.integers(0, 12, rows).astype(float))
    site_cost = rng.integers(-3, 5, sites) * float(rng.integers(0, 2))
    rules = []
    if rng.random() < 0.8:
        low, high = np.sort(rng.integers(0, sites + 1, 2))
        rules.append(count_rule(sites, low, low if rng.random() < 0.5 else high))
    if rng.random() < 0.4:
        members = np.flatnonzero(rng.random(sites) < 0.5)
        low = float(rng.random() < 0.2)
        rules.append(SiteRule("group", members, np.ones(len(members)), low, float(rng.integers(1, 4))))
    if rng.random() < 0.4:
        rules.append(SiteRule("budget", np.arange(sites), rng.random(sites), -np.inf, float(rng.random() * sites / 2)))
    return core_of(cost, base, site_cost, rules)


def best_value(core):
    plans = (np.array(plan, dtype=bool) for plan in product([False, True], repeat=core.sites))
    return min((core.value(plan) for plan in plans if core.allows(plan)), default=np.inf)


def euclidean(seed, *, rows=60, sites=25, p=4, whole=True):
    rng = np.random.default_rng(seed)
    cost = np.linalg.norm(rng.random((rows, 1, 2)) - rng.random((1, sites, 2)), axis=2) * 1000
    cost = np.floor(cost) if whole else cost
    return core_of(cost, np.full(rows, np.inf), np.zeros(sites), [count_rule(sites, p, p)])


@pytest.mark.parametrize("block", range(20))
def test_equals_brute_force_on_any_small_core(block):
    for seed in range(block * 20, block * 20 + 20):
        core = random_core(seed)
        best = best_value(core)
        found = solve_median(core, clock=start_clock(), seed=seed)
        assert found.proved, seed
        if np.isinf(best):
            assert (found.is_open, found.bound) == (None, np.inf), seed
            continue
        assert core.allows(found.is_open), seed
        assert core.value(found.is_open) == pytest.approx(best, abs=1e-7), seed
        assert found.bound <= best + 1e-9 * max(1.0, abs(best)), seed


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("whole", [False, True])
def test_a_planar_p_median_is_proved(p, whole):
    core = euclidean(p, rows=40, sites=14, p=p, whole=whole)
    found = solve_median(core, clock=start_clock(20.0))
    assert found.proved
    assert core.value(found.is_open) == pytest.approx(best_value(core))


@pytest.mark.parametrize("seed", range(20))
def test_the_relaxation_never_exceeds_the_optimum(seed):
    core = random_core(seed)
    best, table = best_value(core), rule_table(core)
    low, high = core.count
    if np.isinf(best) or low > high:
        pytest.skip("no plan")
    for upper in (best, best + 10.0, best - 1.0):
        assert climb(core, table, upper=upper, clock=start_clock(5.0), most_steps=300).bound <= best + 1e-12


@pytest.mark.parametrize("seed", range(20))
def test_penalties_are_what_forcing_a_site_costs_at_least(seed):
    rng = np.random.default_rng(seed)
    reduced = rng.integers(-4, 5, 6).astype(float)
    low, high = sorted(rng.integers(0, 7, 2).tolist())
    plans = [np.array(plan, dtype=bool) for plan in product([False, True], repeat=6)]
    plans = [plan for plan in plans if low <= plan.sum() <= high]
    best = min(reduced[plan].sum() for plan in plans)
    opening, closing = penalties(reduced, low, high)
    for j in range(6):
        for forced, penalty in ((True, opening[j]), (False, closing[j])):
            least = min((reduced[plan].sum() for plan in plans if plan[j] == forced), default=np.inf)
            assert best + penalty == least


def test_the_cheapest_sites_are_chosen_and_ties_go_to_the_lower_index():
    chosen = np.zeros(5, dtype=bool)
    choose(np.array([2.0, -1.0, 2.0, 2.0, 0.0]), 4, 4, chosen)
    assert chosen.tolist() == [True, True, True, False, True]


@pytest.mark.parametrize("seed", range(40))
def test_what_is_left_after_fixing_has_the_same_values(seed):
    core = random_core(seed)
    rng = np.random.default_rng(seed)
    rest = shrink(core, rng.integers(0, 3, core.sites).astype(np.int8))
    if rest.possible:
        is_open = rng.random(rest.core.sites) < 0.5
        whole = rest.whole(is_open, core.sites)
        assert rest.core.value(is_open) + rest.constant == pytest.approx(core.value(whole))
        assert rest.core.allows(is_open) == core.allows(whole)


@pytest.mark.parametrize("seed", range(40))
def test_the_model_costs_what_the_plan_costs(seed):
    core = random_core(seed)
    if (np.isinf(core.base) & (np.diff(core.indptr) == 0)).any():
        pytest.skip("no plan")
    model, constant = compact_model(core)
    is_open = np.random.default_rng(seed).random(core.sites) < 0.7
    x = compact_start(core, model, is_open)
    if np.isfinite(core.value(is_open)):
        assert float(model.cost @ x) + constant == pytest.approx(core.value(is_open))
        row = np.repeat(np.arange(len(model.low)), np.diff(model.indptr))
        amount = np.bincount(row, model.value * x[model.column], len(model.low))
        sets = len(model.low) - len(core.rules)
        assert (amount[:sets] >= model.low[:sets]).all()
    assert plan_value(core, is_open) == pytest.approx(core.value(is_open))


def test_a_tree_alone_proves_the_optimum():
    core = euclidean(3, rows=50, sites=16, p=3, whole=False)
    best = best_value(core)
    ascent = climb(core, rule_table(core), upper=2 * best, clock=start_clock(5.0), most_steps=20)
    tree = tree_of(core, value=2 * best, cut_of=lambda value: value * (1 - 1e-9), ascent=ascent)
    tree.grow(most_nodes=10_000, clock=start_clock(10.0))
    assert tree.bound == np.inf
    assert core.value(tree.is_open) == pytest.approx(best)


def test_reduced_costs_are_the_site_cost_less_what_rows_would_pay():
    core = core_of(np.array([[1.0, 3.0], [2.0, 2.0]]), [9.0, 9.0], [5.0, 7.0])
    reduced = reduced_costs(core, rule_table(core), np.array([4.0, 3.0]), np.zeros(0))
    assert reduced.tolist() == [5.0 - 3.0 - 1.0, 7.0 - 1.0 - 1.0]


def test_an_expired_clock_still_gives_a_plan_and_a_valid_bound():
    core = euclidean(1, rows=300, sites=80, p=8)
    found = solve_median(core, clock=start_clock(0.0))
    best = solve_median(core, clock=start_clock(20.0))
    assert best.proved
    assert core.allows(found.is_open)
    assert found.bound <= core.value(best.is_open) <= core.value(found.is_open)
    assert np.isfinite(found.bound)


def test_a_gap_that_is_good_enough_ends_the_work_with_a_bound_that_keeps_it():
    core = euclidean(2, rows=200, sites=60, p=6, whole=False)
    found = solve_median(core, clock=start_clock(20.0), gap=0.05)
    value = core.value(found.is_open)
    best = solve_median(core, clock=start_clock(20.0))
    assert value - 0.05 * value <= found.bound <= core.value(best.is_open) * (1 + 1e-9)


def test_two_runs_give_the_same_plan_and_bound():
    core = euclidean(4, rows=200, sites=100, p=15)
    first, second = (solve_median(core, clock=start_clock(30.0), seed=5) for _ in range(2))
    assert first.is_open.tolist() == second.is_open.tolist()
    assert first.bound == second.bound


def test_a_start_is_never_made_worse():
    core = euclidean(6, rows=100, sites=40, p=5)
    best = solve_median(core, clock=start_clock(30.0)).is_open
    found = solve_median(core, clock=start_clock(0.0), start=best)
    assert core.value(found.is_open) == core.value(best)


def test_the_search_tells_how_far_it_has_come():
    heard = []
    solve_median(euclidean(7, rows=100, sites=40, p=5), clock=start_clock(30.0, heard.append))
    assert heard[-1].bound is not None
    assert heard[-1].bound <= heard[-1].objective


def test_a_row_out_of_reach_that_must_be_served_leaves_no_plan():
    core = core_of(np.array([[1.0], [np.inf]]), [np.inf, np.inf], [0.0])
    found = solve_median(core, clock=start_clock(5.0))
    assert (found.is_open, found.bound, found.proved) == (None, np.inf, True)


def test_whole_costs_have_a_unit_and_others_none():
    whole = core_of(np.array([[4.0, 6.0]]), [np.inf], [10.0, 0.0])
    assert unit_of(whole) == 2.0
    assert unit_of(core_of(np.array([[4.5]]), [np.inf], [0.0])) == 0.0


@pytest.fixture
def patient(monkeypatch):
    """Even the smallest core is large, and no climb before the tree comes far."""
    monkeypatch.setattr(engine, "LARGE", 0)
    monkeypatch.setattr(shaking, "SHAKEN_PAIRS", 4)
    monkeypatch.setattr(engine, "STEPS", 1)
    monkeypatch.setattr(engine, "PATIENT_STEPS", 1)


def optimum(core):
    found = solve_median(core, clock=start_clock())
    assert found.proved
    return core.value(found.is_open)


@pytest.mark.parametrize("block", range(10))
def test_patience_equals_brute_force_on_any_small_core(patient, block):
    for seed in range(block * 20, block * 20 + 20):
        core = random_core(seed)
        found = solve_median(core, clock=start_clock())
        best = best_value(core)
        assert found.proved, seed
        if np.isinf(best):
            assert found.is_open is None, seed
        else:
            assert core.allows(found.is_open), seed
            assert core.value(found.is_open) == pytest.approx(best, abs=1e-7), seed


@pytest.mark.parametrize("seed", range(6))
def test_the_patient_climb_never_exceeds_the_optimum(seed):
    core = euclidean(seed, whole=bool(seed % 2))
    best = optimum(core)
    for steps in (1, 30, 500):
        ascent = cool(
            core, rule_table(core), ahead=0.1 * best, clock=start_clock(), steps=steps, start=first_multipliers(core)
        )
        assert ascent.bound <= best * (1 + 1e-12)


def test_the_patient_climb_comes_at_least_as_far_as_the_thorough_one():
    core = euclidean(3, rows=200, sites=200, p=8)
    best, table = optimum(core), rule_table(core)
    quick = climb(core, table, upper=best, clock=start_clock(), most_steps=1200, pace=THOROUGH)
    ahead = best - quick.bound
    patient = cool(core, table, ahead=ahead, clock=start_clock(), steps=2500, start=quick.multiplier)
    assert quick.bound <= patient.bound <= best


@pytest.mark.parametrize("seed", range(4))
def test_a_patient_tree_alone_proves_the_optimum(seed):
    core = euclidean(seed, rows=80, sites=30, p=3)
    best = optimum(core)
    begun = climb(core, rule_table(core), upper=2 * best, clock=start_clock(), most_steps=5)
    tree = tree_of(core, value=2 * best, cut_of=lambda value: value - 0.5, ascent=begun, patient=True)
    tree.grow(most_nodes=10_000, clock=start_clock())
    assert not tree.heap
    assert tree.value == best == plan_value(core, tree.is_open)


def test_the_row_with_most_at_stake_is_divided_where_it_is_half_served():
    # both rows see a near and a far site that are half open; the second one has further to go
    core = core_of(np.array([[1.0, 5.0], [10.0, 90.0]]), [np.inf, np.inf], [0.0, 0.0], [count_rule(2, 1, 1)])
    assert undecided(core, np.array([6.0, 95.0]), np.array([0.5, 0.5])) == (1, 10.0)


def test_no_row_is_divided_where_the_relaxation_has_decided_or_nothing_lies_beyond():
    core = core_of(np.array([[1.0, 5.0], [7.0, 7.0]]), [np.inf, np.inf], [0.0, 0.0], [count_rule(2, 1, 1)])
    assert undecided(core, np.array([6.0, 9.0]), np.array([1.0, 0.0]))[0] == -1
    alike = core_of(np.array([[7.0, 7.0]]), [np.inf], [0.0, 0.0], [count_rule(2, 1, 1)])
    assert undecided(alike, np.array([9.0]), np.array([0.3, 0.3]))[0] == -1
