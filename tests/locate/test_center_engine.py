from itertools import product

import numpy as np
import pytest

from geoplan.locate.center import radius, solve_center
from geoplan.locate.clock import start_clock
from geoplan.locate.core import SiteRule, SitingCore


def count_rule(sites, low, high):
    return SiteRule("count", np.arange(sites), np.ones(sites), float(low), float(high))


def core_of(cost, base, rules):
    """A core from a dense table; inf is out of reach, and pairs no better than the base are left out."""
    cost = np.asarray(cost, dtype=float)
    inside = np.isfinite(cost) & (cost < np.asarray(base)[:, None])
    order = np.argsort(np.where(inside, cost, np.inf), axis=1, kind="stable")
    count = inside.sum(axis=1)
    site = [order[row, :k] for row, k in enumerate(count)]
    pairs = [cost[row, sites] for row, sites in enumerate(site)]
    return SitingCore(
        np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
        np.concatenate([*site, []]).astype(np.int32),
        np.concatenate([*pairs, []]),
        np.asarray(base, dtype=float),
        np.zeros(cost.shape[1]),
        tuple(rules),
    )


def random_core(seed):
    rng = np.random.default_rng(seed)
    rows, sites = int(rng.integers(1, 14)), int(rng.integers(1, 8))
    cost = rng.integers(1, 12, (rows, sites)).astype(float) if rng.random() < 0.5 else rng.random((rows, sites))
    cost[rng.random((rows, sites)) < rng.choice([0.0, 0.4])] = np.inf
    base = np.where(rng.random(rows) < rng.choice([0.0, 0.5]), rng.integers(1, 12, rows), np.inf)
    low, high = sorted(rng.integers(0, sites + 1, 2)) if rng.random() < 0.3 else [rng.integers(1, sites + 1)] * 2
    rules = [count_rule(sites, low, high)]
    if rng.random() < 0.3:
        group = np.flatnonzero(rng.random(sites) < 0.6)
        rules.append(
            SiteRule("group", group, np.ones(len(group)), float(rng.integers(0, 2)), float(rng.integers(1, 3)))
        )
    if rng.random() < 0.2:
        price = rng.integers(1, 6, sites).astype(float)
        rules.append(SiteRule("budget", np.arange(sites), price, -np.inf, float(rng.integers(1, 12))))
    return core_of(cost, base, rules)


def brute_force(core):
    plans = (np.array(plan, dtype=bool) for plan in product([False, True], repeat=core.sites))
    return min((radius(core, plan) for plan in plans if core.allows(plan)), default=np.inf)


@pytest.mark.parametrize("block", range(8))
def test_random_small_cores_with_any_rules_equal_brute_force(block):
    for seed in range(block * 25, block * 25 + 25):
        core = random_core(seed)
        best = brute_force(core)
        found, reached = solve_center(core, clock=start_clock(60))
        assert found.proved, seed
        assert reached == found.bound == best, seed
        assert (found.is_open is None) == (best == np.inf), seed
        if found.is_open is not None:
            assert core.allows(found.is_open), seed
            assert radius(core, found.is_open) == best, seed


def test_a_line_of_points_is_halved_by_two_sites():
    place = np.arange(10.0)
    core = core_of(np.abs(place[:, None] - place), np.full(10, np.inf), [count_rule(10, 2, 2)])
    found, reached = solve_center(core, clock=start_clock(60))
    assert (reached, found.bound, found.proved, int(found.is_open.sum())) == (2.0, 2.0, True, 2)


def test_a_row_out_of_reach_of_every_site_has_no_plan():
    core = core_of([[1.0, 2.0], [np.inf, np.inf]], [np.inf, np.inf], [count_rule(2, 1, 2)])
    found, reached = solve_center(core, clock=start_clock(60))
    assert (found.is_open, found.bound, found.proved, reached) == (None, np.inf, True, np.inf)


def test_an_exact_count_is_filled_up_with_the_lowest_sites():
    core = core_of([[5.0, 5.0, 1.0, 5.0]], [np.inf], [count_rule(4, 3, 3)])
    found, reached = solve_center(core, clock=start_clock(60))
    assert reached == 1.0
    assert found.is_open.tolist() == [True, True, True, False]


def test_existing_schools_may_be_enough():
    core = core_of([[2.0, 3.0], [7.0, 1.0]], [4.0, 6.0], [count_rule(2, 0, 0)])
    found, reached = solve_center(core, clock=start_clock(60))
    assert (reached, found.proved, found.is_open.any()) == (6.0, True, False)


def test_an_expired_clock_returns_a_plan_and_a_bound_that_holds():
    rng = np.random.default_rng(3)
    cost = np.hypot(*(rng.random((200, 1, 2)) - rng.random((1, 60, 2))).transpose(2, 0, 1))
    core = core_of(cost, np.full(200, np.inf), [count_rule(60, 6, 6)])
    late, reached = solve_center(core, clock=start_clock(0))
    best, least = solve_center(core, clock=start_clock(60))
    assert best.proved
    assert core.allows(late.is_open)
    assert late.bound <= least <= reached == radius(core, late.is_open)


def test_two_runs_give_the_same_plan():
    rng = np.random.default_rng(4)
    core = core_of(rng.integers(1, 90, (120, 40)), np.full(120, np.inf), [count_rule(40, 5, 5)])
    one, _ = solve_center(core, clock=start_clock(60))
    other, _ = solve_center(core, clock=start_clock(60))
    assert one.is_open.tolist() == other.is_open.tolist()


def test_a_given_plan_is_never_made_worse():
    rng = np.random.default_rng(5)
    core = core_of(rng.random((50, 20)), np.full(50, np.inf), [count_rule(20, 4, 4)])
    start = np.arange(20) < 4
    _, reached = solve_center(core, clock=start_clock(0), start=start)
    assert reached <= radius(core, start)


def test_a_core_without_costs_is_refused():
    core = SitingCore(np.array([0, 1]), np.array([0], dtype=np.int32), None, np.array([np.inf]), np.zeros(1))
    with pytest.raises(TypeError, match="cost of each pair"):
        solve_center(core, clock=start_clock(1))
