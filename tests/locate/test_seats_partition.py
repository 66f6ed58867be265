"""Groups of rows listed and combined: none is missed, every bound holds, and the proof is one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import chain, combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest

from geoplan.locate.clock import start_clock
from geoplan.locate.highs import GrowingLp, Milp, minimise, rows_only
from geoplan.locate.seats import partition
from geoplan.locate.seats.branch import Best
from geoplan.locate.seats.engine import cutoff_below, objective_step
from geoplan.locate.seats.evaluate import objective
from geoplan.locate.seats.exact import solve_compact
from geoplan.locate.seats.fixing import bounds_by_site
from geoplan.locate.seats.groups import widest
from geoplan.locate.seats.lagrange import Ground, Prices, Relaxed, climbed, first_prices, made_ready, relax
from geoplan.locate.seats.master import combined, tighten
from geoplan.locate.seats.partition import Left, partitioned
from geoplan.locate.seats.pool import Charges, Pool, pool_of
from geoplan.locate.seats.trios import crowding, trios_of, worst_trios

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from geoplan.locate.core import SeatsCore

CLOCK = start_clock(600)


def in_units(core: SeatsCore) -> SeatsCore:
    """The same with loads that are counted exactly."""
    return replace(
        core, weight=np.round(core.weight), option_capacity=np.ceil(core.option_capacity),
        extra_most=np.floor(core.extra_most),
    )  # fmt: skip


def optimum_of(core: SeatsCore) -> float:
    plan = solve_compact(core, clock=CLOCK).plan
    return np.inf if plan is None else objective(core, *plan)


def best_of(core: SeatsCore, gap: float = 0.0) -> Best:
    return Best(None, np.inf, partial(cutoff_below, gap=gap, step=objective_step(core)))


def relaxed_at(ground: Ground, rng: np.random.Generator) -> Relaxed:
    """The relaxation at prices somewhere around good ones."""
    prices = climbed(ground, first_prices(ground), upper=np.inf, iterations=20, clock=CLOCK).best.prices
    row = np.minimum(np.maximum(prices.row + rng.normal(0, 3, len(prices.row)), 0.0), ground.core.base)
    rule = rng.uniform(-2, 2, len(prices.rule))
    return relax(ground, Prices(row, rule, float(rng.uniform(0, 2)) if np.isfinite(ground.core.budget) else 0.0))


def every_group(core: SeatsCore) -> Iterator[tuple[int, tuple[int, ...], float]]:
    """Option, rows and seats added of every group that keeps its loads."""
    for option, site in enumerate(core.option_site.tolist()):
        reach = np.flatnonzero([site in core.site[core.indptr[i] : core.indptr[i + 1]] for i in range(core.rows)])
        for rows in chain.from_iterable(combinations(reach.tolist(), size) for size in range(len(reach) + 1)):
            load = float(core.weight[list(rows)].sum())
            added = max(load - core.option_capacity[option], 0.0)
            if load >= core.option_least[option] - 1e-9 and added <= core.extra_most[site] + 1e-9:
                yield option, rows, added


def pool_at(core: SeatsCore, seed: int, limit: float) -> Pool | None:
    rng = np.random.default_rng(seed)
    ground = made_ready(core)
    relaxed = relaxed_at(ground, rng)
    if not ground.is_exact or not np.isfinite(relaxed.bound) or limit <= relaxed.bound:
        return None
    groups = widest(ground, relaxed, limit, 10**9, clock=CLOCK)[1]
    return None if groups is None else pool_of(ground, groups, relaxed)


@pytest.mark.parametrize("seed", range(40))
def test_just_the_groups_are_listed_that_a_plan_below_the_limit_may_use(
    random_core: Callable[..., SeatsCore], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    core = in_units(random_core(rng))
    ground = made_ready(core)
    relaxed = relaxed_at(ground, rng)
    if not ground.is_exact or not np.isfinite(relaxed.bound):
        return
    limit = relaxed.bound + float(rng.uniform(1, 80))
    reached, groups = widest(ground, relaxed, limit, 10**9, clock=CLOCK)
    assert groups is not None
    assert reached == limit
    listed = {}
    for at in range(len(groups)):
        rows = tuple(sorted(groups.row[groups.start[at] : groups.start[at + 1]].tolist()))
        listed[int(groups.option[at]), rows] = float(groups.cost[at]), float(groups.priced[at]), float(groups.spend[at])
    assert len(listed) == len(groups)
    pair = {(row, int(site)): float(cost) for row, site, cost in zip(core.row(), core.site, core.cost, strict=True)}
    opened = bounds_by_site(ground, relaxed)[0]
    prices = relaxed.prices
    for option, rows, added in every_group(core):
        site = int(core.option_site[option])
        ways = sum(pair[row, site] for row in rows)
        cost = core.option_cost[option] + ways + core.extra_cost[site] * added
        spend = core.option_spend[option] + core.extra_spend[site] * added
        amount = sum(
            price * float(rule.values[rule.sites == site].sum())
            for price, rule in zip(prices.rule, ground.other, strict=True)
        )
        priced = cost + prices.money * spend - amount
        above = opened[site] + priced - prices.row[list(rows)].sum() - relaxed.value[site] - limit
        if abs(above) > 1e-6:
            assert ((option, rows) in listed) == (above < 0)
        if (option, rows) in listed:
            assert listed[option, rows] == pytest.approx((cost, priced, spend))


@pytest.mark.parametrize("seed", range(10))
def test_the_limit_is_as_high_as_so_few_groups_allow(random_core: Callable[..., SeatsCore], seed: int) -> None:
    rng = np.random.default_rng(300 + seed)
    core = in_units(random_core(rng, rows=9, plain=True))
    ground = made_ready(core)
    relaxed = relaxed_at(ground, rng)
    if not ground.is_exact or not np.isfinite(relaxed.bound):
        return
    top = relaxed.bound + 200.0
    everything = widest(ground, relaxed, top, 10**9, clock=CLOCK)[1]
    assert everything is not None
    limit, groups = widest(ground, relaxed, top, len(everything) // 2, clock=CLOCK)
    assert relaxed.bound <= limit < top
    if groups is not None:
        assert len(groups) <= len(everything) // 2
        more = widest(ground, relaxed, limit + 0.02 * (top - relaxed.bound), 10**9, clock=CLOCK)[1]
        assert more is not None
        assert len(more) > len(everything) // 2


@pytest.mark.parametrize("seed", range(40))
def test_no_charges_say_more_than_the_best_plan_costs(random_core: Callable[..., SeatsCore], seed: int) -> None:
    rng = np.random.default_rng(400 + seed)
    core = in_units(random_core(rng))
    optimum = optimum_of(core)
    if optimum == np.inf:
        return
    pool = pool_at(core, seed, optimum + 10.0)
    if pool is None:
        return
    trios = np.array([sorted(rng.choice(core.rows, 3, replace=False)) for _ in range(4)])
    pool = replace(pool, trios=trios_of(trios, core.rows))
    for _ in range(20):
        row = np.minimum(rng.uniform(0, 60, core.rows), core.base)
        asked = pool.ask(Charges(row, rng.uniform(0, 20, 4) * (rng.random(4) < 0.5)))
        assert asked.bound <= optimum + 1e-6
        thinned = pool.thinned(asked, optimum + 1.0)
        found = combined(thinned, np.arange(len(thinned.groups)), below=np.inf, clock=CLOCK, seed=0)
        assert found.plan is not None
        assert objective(core, *found.plan) == pytest.approx(optimum, abs=1e-6)
    found_prices = tighten(pool, asked, target=np.inf, tolerance=1e-7, steps=200, clock=CLOCK)
    assert asked.bound <= found_prices.asked.bound <= optimum + 1e-6
    assert found_prices.share.min() >= -1e-9


@pytest.mark.parametrize("seed", range(80))
@pytest.mark.parametrize("first", [(10**9,), (3, 12)])
def test_combining_ends_with_the_best_plan_and_its_proof(
    random_core: Callable[..., SeatsCore], monkeypatch: pytest.MonkeyPatch, seed: int, first: tuple[int, ...]
) -> None:
    monkeypatch.setattr(partition, "LISTED", first)
    monkeypatch.setattr(partition, "LISTED_AT_LAST", (12, 10**9))
    monkeypatch.setattr(partition, "WORTHWHILE", 0.0)
    monkeypatch.setattr(partition, "REACH", 1e3)
    monkeypatch.setattr(partition, "FEW", 6)
    monkeypatch.setattr(partition, "DRAFTED", 1 if seed % 3 else 10**9)
    monkeypatch.setattr(partition, "ROUNDS", 40 if seed % 2 else 0)
    core = in_units(random_core(np.random.default_rng(seed)))
    ground = made_ready(core)
    climb = climbed(ground, first_prices(ground), upper=np.inf, iterations=60, clock=CLOCK)
    if not ground.is_exact or not np.isfinite(climb.best.bound):
        return
    best, optimum, left = best_of(core), optimum_of(core), Left()
    floor = partitioned(core, climb, best, left=left, clock=start_clock(60), seed=0)
    assert floor <= max(optimum, climb.best.bound) + 1e-6
    assert best.cost >= optimum - 1e-6
    if len(first) > 1:
        floor = partitioned(core, climb, best, left=left, clock=start_clock(60), seed=0, at_last=True)
    if optimum < np.inf:
        assert best.cost == pytest.approx(optimum, abs=1e-6)
        assert best.cutoff - 1e-6 <= floor <= optimum + 1e-6


@pytest.mark.parametrize("seed", range(30))
def test_with_too_many_groups_the_bound_still_holds(
    random_core: Callable[..., SeatsCore], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(partition, "FEW", 3)
    monkeypatch.setattr(partition, "MOST", 6)
    monkeypatch.setattr(partition, "ROUNDS", 1)
    core = in_units(random_core(np.random.default_rng(500 + seed), plain=True))
    ground = made_ready(core)
    climb = climbed(ground, first_prices(ground), upper=np.inf, iterations=5, clock=CLOCK)
    best, optimum = best_of(core, gap=0.1), optimum_of(core)
    if not ground.is_exact or not np.isfinite(climb.best.bound) or optimum == np.inf:
        return
    floor = partitioned(core, climb, best, left=Left(), clock=start_clock(60), seed=0)
    assert floor <= max(optimum, best.cutoff if np.isfinite(best.cutoff) else -np.inf) + 1e-6
    if np.isfinite(best.cost):
        assert min(floor, best.cutoff) <= optimum + 1e-6
        assert floor < best.cutoff or best.cost - 0.1 * abs(best.cost) <= optimum + 1e-6


def test_when_time_is_up_the_bound_is_that_of_the_prices(random_core: Callable[..., SeatsCore]) -> None:
    core = in_units(random_core(np.random.default_rng(0), plain=True))
    ground = made_ready(core)
    climb = climbed(ground, first_prices(ground), upper=np.inf, iterations=20, clock=CLOCK)
    best = best_of(core)
    assert partitioned(core, climb, best, left=Left(), clock=start_clock(0), seed=0) == climb.best.bound
    assert best.plan is None


@pytest.mark.parametrize("seed", range(20))
def test_the_trios_found_are_those_that_shares_of_groups_break(
    random_core: Callable[..., SeatsCore], seed: int
) -> None:
    rng = np.random.default_rng(600 + seed)
    core = in_units(random_core(rng, plain=True))
    core = replace(core, base=np.full(core.rows, np.inf), option_cost=np.zeros(len(core.option_cost)))
    pool = pool_at(core, seed, 1e4)
    if pool is None:
        return
    groups = pool.groups
    which = rng.choice(len(groups), min(8, len(groups)), replace=False)
    share = rng.uniform(0.05, 0.45, len(which))
    rows = [set(groups.row[groups.start[g] : groups.start[g + 1]].tolist()) for g in which.tolist()]
    wanted = {
        trio: sum(part for part, inside in zip(share, rows, strict=True) if len(inside & set(trio)) > 1) - 1.0
        for trio in combinations(range(core.rows), 3)
    }
    found = [tuple(each) for each in worst_trios(groups, which, share, np.zeros((0, 3)), core.rows).tolist()]
    broken = [wanted[trio] for trio in found]
    assert all(over > 0.02 for over in broken)
    assert broken == sorted(broken, reverse=True)
    together = {
        pair for pair in combinations(range(core.rows), 2)
        if any(set(pair) <= inside for inside in rows)
    }  # fmt: skip
    for trio, over in wanted.items():
        if over > 0.02 + 1e-9 and trio not in found and all(pair in together for pair in combinations(trio, 2)):
            assert max(sum(row in other for other in found) for row in trio) >= 5
    trios = trios_of(np.array(list(wanted)), core.rows)
    place, trio = crowding(groups, which, trios)
    held = {(int(a), int(b)) for a, b in zip(place, trio, strict=True)}
    assert len(held) == len(place)
    assert held == {
        (a, b) for a, inside in enumerate(rows) for b, each in enumerate(wanted) if len(inside & set(each)) > 1
    }


def test_a_program_that_grows_gives_what_the_whole_one_gives() -> None:
    rng = np.random.default_rng(1)
    holds = (rng.random((12, 40)) < 0.3).astype(float)
    holds[:, :12] += np.eye(12)
    cost = rng.uniform(1, 9, 40)
    low, high = np.ones(12), np.full(12, np.inf)
    lp = GrowingLp(rows_only(low, high))
    for first, last in ((0, 12), (12, 25), (25, 40)):
        column, row = np.nonzero(holds[:, first:last].T)
        start = np.searchsorted(column, np.arange(last - first + 1))
        lp.add(cost[first:last], start, row, holds[row, first + column])
        answer = lp.solve(start_clock(60))
        row, column = np.nonzero(holds[:, :last])
        indptr = np.searchsorted(row, np.arange(13))
        whole = Milp(
            cost[:last], np.full(last, np.inf), np.zeros(last, dtype=np.bool_), indptr, column, holds[row, column],
            low, high,
        )  # fmt: skip
        assert answer.bound == pytest.approx(minimise(whole).bound)
        assert answer.row_dual is not None
        assert answer.row_dual.sum() == pytest.approx(answer.bound)
    lp.price(np.full(12, 0.5))
    again = lp.solve(start_clock(60))
    assert again.bound < answer.bound
    assert lp.solve(start_clock(0)).x is None


def test_prices_in_the_middle_are_shared_where_a_corner_gives_all_to_one() -> None:
    lp = GrowingLp(rows_only(np.ones(3), np.ones(3)))
    lp.add(np.array([6.0, 5.0, 5.0, 5.0]), np.array([0, 3, 4, 5, 6]), np.array([0, 1, 2, 0, 1, 2]), np.ones(6))
    middle = lp.solve(start_clock(60), central=True)
    assert middle.row_dual is not None
    assert middle.row_dual == pytest.approx(np.full(3, 2.0), abs=0.1)
    assert middle.bound == pytest.approx(6.0, abs=0.1)
    corner = lp.solve(start_clock(60))
    assert corner.bound == pytest.approx(6.0)
    assert corner.proved
    assert lp.solve(start_clock(0), central=True).row_dual is None
