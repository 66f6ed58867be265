from itertools import product

import numpy as np
import pytest

from geoplan.locate.clock import start_clock
from geoplan.locate.core import SiteRule, SitingCore
from geoplan.locate.cover import merge_rows, solve_cover
from geoplan.locate.cover.dominance import reduced
from geoplan.locate.cover.dual import Ascent, evaluated, first_multipliers
from geoplan.locate.cover.model import cover_of


def count_rule(sites, low, high):
    return SiteRule("count", np.arange(sites), np.ones(sites), float(low), float(high))


def core_of(inside, base, site_cost, rules=()):
    inside = np.asarray(inside, dtype=bool)
    return SitingCore(
        np.concatenate([[0], np.cumsum(inside.sum(axis=1))]).astype(np.int64),
        np.nonzero(inside)[1].astype(np.int32),
        None,
        np.asarray(base, dtype=float),
        np.asarray(site_cost, dtype=float),
        tuple(rules),
    )


def random_core(seed):
    rng = np.random.default_rng(seed)
    sites, rows = int(rng.integers(1, 9)), int(rng.integers(0, 14))
    inside = rng.random((rows, sites)) < rng.choice([0.15, 0.3, 0.6])
    if rows > 1 and rng.random() < 0.4:
        inside[rows - 1] = inside[0]
    whole = rng.random() < 0.5
    base = rng.integers(0, 10, rows).astype(float) if whole else rng.random(rows) * 5
    base[rng.random(rows) < rng.choice([0.0, 0.3, 1.0])] = np.inf
    costs = [np.zeros(sites), np.ones(sites), rng.integers(-2, 6, sites), rng.random(sites) * 4 - 0.5]
    rules = []
    kind = int(rng.integers(4))
    low, high = sorted(rng.integers(0, sites + 1, 2))
    if kind:
        rules.append(count_rule(sites, *[(high, high), (-np.inf, high), (low, high)][kind - 1]))
    if rng.random() < 0.3:
        group = np.flatnonzero(rng.random(sites) < 0.5)
        rules.append(
            SiteRule("group", group, np.ones(len(group)), float(rng.integers(0, 2)), float(rng.integers(1, 4)))
        )
    if rng.random() < 0.2:
        price = rng.integers(0, 5, sites).astype(float) if whole else rng.random(sites) * 3
        rules.append(SiteRule("budget", np.arange(sites), price, -np.inf, float(price.sum() * rng.random())))
    return core_of(inside, base, costs[int(rng.integers(4))], rules)


def random_points(rows, sites, reach, seed, **arguments):
    rng = np.random.default_rng(seed)
    apart = rng.random((rows, 1, 2)) - rng.random((1, sites, 2))
    weight = rng.integers(1, 100, rows)
    inside = np.hypot(apart[..., 0], apart[..., 1]) < reach
    return core_of(inside, arguments.pop("base", weight), arguments.pop("site_cost", np.zeros(sites)), **arguments)


def brute_force(core):
    plans = (np.array(plan, dtype=bool) for plan in product([False, True], repeat=core.sites))
    return min((core.value(plan) for plan in plans if core.allows(plan)), default=np.inf)


@pytest.mark.parametrize("block", range(8))
def test_random_small_cores_with_any_rules_equal_brute_force(block):
    for seed in range(block * 40, block * 40 + 40):
        core = random_core(seed)
        best = brute_force(core)
        found = solve_cover(core, clock=start_clock(60))
        assert found.proved, seed
        assert found.bound <= best + 1e-9 or best == np.inf, seed
        if best == np.inf:
            assert (found.is_open, found.bound) == (None, np.inf), seed
        else:
            assert core.allows(found.is_open), seed
            assert core.value(found.is_open) == pytest.approx(best, rel=1e-9, abs=1e-9), seed


@pytest.mark.parametrize("seed", range(60))
def test_any_multipliers_give_a_bound_and_settle_only_sites_that_no_better_plan_needs(seed):
    core = random_core(seed)
    cover = cover_of(core)
    rng = np.random.default_rng(seed)
    for multiplier in (first_multipliers(cover), rng.random(cover.rows) * 9):
        dual = evaluated(cover, multiplier)
        plans = [np.array(plan, dtype=bool) for plan in product([False, True], repeat=core.sites)]
        values = np.array([core.value(plan) if core.allows(plan) else np.inf for plan in plans])
        is_open = np.array(plans)
        assert dual.bound <= values.min()
        for site in range(core.sites):
            assert dual.if_open[site] <= values[is_open[:, site]].min()
            assert dual.if_closed[site] <= values[~is_open[:, site]].min()


def test_the_ascent_comes_close_to_the_linear_program():
    core = random_points(300, 40, 0.15, 1, rules=[count_rule(40, 6, 6)])
    cover = cover_of(core)
    ascent = Ascent(first_multipliers(cover))
    ascent.climb(cover, upper=solve_value(core), steps=1500, clock=start_clock(60))
    bound = evaluated(cover, ascent.multiplier).bound
    assert 0.97 * solve_value(core) < bound <= solve_value(core)


def solve_value(core):
    found = solve_cover(core, clock=start_clock(60))
    assert found.proved
    return core.value(found.is_open)


def test_a_row_that_others_speak_for_and_a_site_that_another_replaces_go():
    inside = [[1, 1, 0, 0], [1, 1, 1, 0], [0, 0, 1, 1]]
    cover, _ = reduced(cover_of(core_of(inside, [np.inf] * 3, np.ones(4))), clock=start_clock(60))
    assert (cover.rows, cover.sites, len(cover.opened)) == (0, 0, 2)


def test_a_dominated_site_stays_where_a_rule_may_need_it():
    inside = [[1, 1], [0, 1]]
    group = SiteRule("group", np.array([1]), np.ones(1), -np.inf, 0.0)
    core = core_of(inside, [5.0, 3.0], np.zeros(2), [group])
    found = solve_cover(core, clock=start_clock(60))
    assert found.is_open.tolist() == [True, False]
    assert found.proved


def test_an_exact_count_is_kept_even_where_more_sites_add_nothing():
    core = core_of(np.ones((3, 5)), [1.0, 2.0, 3.0], np.zeros(5), [count_rule(5, 3, 3)])
    found = solve_cover(core, clock=start_clock(60))
    assert int(found.is_open.sum()) == 3
    assert (core.value(found.is_open), found.bound, found.proved) == (0.0, 0.0, True)


def test_parts_without_a_common_row_are_proved_together():
    blocks = [random_points(40, 12, 0.3, seed).indptr for seed in range(3)]
    assert len(blocks) == 3
    inside = np.kron(np.eye(3), np.random.default_rng(2).random((25, 8)) < 0.3)
    inside[:, ::8] = np.kron(np.eye(3), np.ones((25, 1)))
    core = core_of(inside, np.full(75, np.inf), np.random.default_rng(3).integers(1, 20, 24))
    third = [core_of(inside[:25, :8], np.full(25, np.inf), core.site_cost[at : at + 8]) for at in (0, 8, 16)]
    found = solve_cover(core, clock=start_clock(60))
    assert found.proved
    assert core.value(found.is_open) == found.bound == sum(brute_force(core_of(
        inside[25 * at : 25 * at + 25, 8 * at : 8 * at + 8], np.full(25, np.inf), part.site_cost
    )) for at, part in enumerate(third))  # fmt: skip


def test_a_row_without_sites_that_must_be_served_has_no_plan():
    found = solve_cover(core_of([[1, 0], [0, 0]], [1.0, np.inf], np.ones(2)), clock=start_clock(60))
    assert (found.is_open, found.bound, found.proved) == (None, np.inf, True)


@pytest.mark.parametrize(
    "core",
    [
        random_points(400, 60, 0.2, 7, rules=[count_rule(60, 8, 8)]),
        random_points(400, 60, 0.35, 8, base=np.full(400, np.inf), site_cost=np.ones(60)),
    ],
    ids=["maximal cover", "set cover"],
)
def test_an_expired_clock_returns_a_plan_and_a_bound_that_holds(core):
    late = solve_cover(core, clock=start_clock(0))
    best = solve_cover(core, clock=start_clock(60))
    assert best.proved
    assert core.allows(late.is_open)
    assert late.bound <= core.value(best.is_open) <= core.value(late.is_open) < np.inf


def test_two_runs_give_the_same_plan_and_bound():
    core = random_points(500, 60, 0.12, 9, rules=[count_rule(60, 12, 12)])
    one, other = (solve_cover(core, clock=start_clock(60), seed=3) for _ in range(2))
    assert one.is_open.tolist() == other.is_open.tolist()
    assert one.bound == other.bound


def test_a_given_plan_is_never_made_worse():
    core = random_points(300, 50, 0.1, 10, rules=[count_rule(50, 8, 8)])
    best = solve_cover(core, clock=start_clock(60)).is_open
    late = solve_cover(core, clock=start_clock(0), start=best)
    assert core.value(late.is_open) == core.value(best)


def test_a_gap_is_kept():
    core = random_points(600, 80, 0.1, 11, rules=[count_rule(80, 15, 15)])
    found = solve_cover(core, clock=start_clock(60), gap=0.2)
    assert core.value(found.is_open) - found.bound <= 0.2 * core.value(found.is_open)


@pytest.mark.parametrize("priced", [False, True])
def test_merged_rows_are_those_of_a_dictionary(priced):
    rng = np.random.default_rng(12)
    rows = [np.sort(rng.choice(6, rng.integers(0, 4), replace=False)) for _ in range(3000)]
    costs = [rng.integers(0, 2, len(row)) * rng.choice([1.0, -1.0]) for row in rows]
    base = np.where(rng.random(3000) < 0.5, np.inf, rng.random(3000))
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    site, cost = np.concatenate(rows).astype(np.int32), np.concatenate(costs)
    kept, group = merge_rows(indptr, site, cost if priced else None, base)
    first, expected = {}, []
    for at, (row, prices) in enumerate(zip(rows, costs, strict=True)):
        key = (tuple(row), tuple(prices) if priced else (), bool(np.isfinite(base[at])))
        expected.append(first.setdefault(key, at))
    assert kept.tolist() == sorted(set(expected))
    assert kept[group].tolist() == expected


def test_no_rows_merge_to_none():
    kept, group = merge_rows(np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int32), None, np.zeros(0))
    assert (len(kept), len(group)) == (0, 0)
