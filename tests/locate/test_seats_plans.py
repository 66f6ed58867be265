"""Plans for capacitated siting: what they cost, finding one, improving it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from geoplan.locate.clock import start_clock
from geoplan.locate.core import SeatsCore, SiteRule
from geoplan.locate.seats.evaluate import objective, pair_of_row
from geoplan.locate.seats.improve import improve
from geoplan.locate.seats.moves import state_of, terms_of
from geoplan.locate.seats.packing import pack
from geoplan.locate.seats.start import construct

if TYPE_CHECKING:
    from collections.abc import Callable


def city(rng: np.random.Generator, rows: int, sites: int, *, least: float = 0.0, count: int | None = None) -> SeatsCore:
    """Rows and sites in a square, capacity about one and a half times what is needed."""
    place, schools = rng.random((rows, 2)), rng.random((sites, 2))
    weight = rng.integers(1, 20, rows).astype(float)
    cost = np.hypot(*(place[:, None, :] - schools[None, :, :]).transpose(2, 0, 1)) * weight[:, None]
    order = np.argsort(cost, axis=1, kind="stable")
    opened = count or sites // 3
    rules = (SiteRule("count", np.arange(sites), np.ones(sites), float(opened), float(opened)),) if count else ()
    return SeatsCore(
        np.arange(rows + 1) * sites, order.ravel().astype(np.int32), np.take_along_axis(cost, order, axis=1).ravel(),
        weight, np.full(rows, np.inf), np.arange(sites), np.full(sites, 1.5 * weight.sum() / opened),
        np.full(sites, least * weight.sum() / opened), np.full(sites, 0.0 if count else cost.mean() * 4),
        np.zeros(sites, dtype=np.bool_), np.zeros(sites), np.zeros(sites), rules, np.inf, np.zeros(sites),
        np.zeros(sites), splittable=False,
    )  # fmt: skip


def slow_objective(core: SeatsCore, option: list[int], site_of_row: list[int]) -> float:  # noqa: C901 - as it is read
    """The definition, word by word."""
    value, spend = 0.0, 0.0
    load = [0.0] * core.sites
    for row, site in enumerate(site_of_row):
        if site < 0:
            value += float(core.base[row])
            continue
        pairs = {int(core.site[k]): float(core.cost[k]) for k in range(core.indptr[row], core.indptr[row + 1])}
        if site not in pairs or option[site] < 0:
            return float("inf")
        value += pairs[site]
        load[site] += float(core.weight[row])
    for site, taken in enumerate(option):
        if taken < 0:
            if core.must_open[site]:
                return float("inf")
            continue
        if core.option_site[taken] != site or load[site] < core.option_least[taken] - 1e-9 * max(1.0, load[site]):
            return float("inf")
        added = max(load[site] - float(core.option_capacity[taken]), 0.0)
        if added > core.extra_most[site] + 1e-9 * max(1.0, load[site]):
            return float("inf")
        value += float(core.option_cost[taken] + core.extra_cost[site] * added)
        spend += float(core.option_spend[taken] + core.extra_spend[site] * added)
    for rule in core.rules:
        amount = sum(float(v) for s, v in zip(rule.sites, rule.values, strict=True) if option[int(s)] >= 0)
        if not rule.low - 1e-9 <= amount <= rule.high + 1e-9:
            return float("inf")
    return value if spend <= core.budget + 1e-9 * max(1.0, abs(core.budget)) else float("inf")


def best_by_brute_force(core: SeatsCore) -> float:
    """Every choice of options with every assignment."""
    choices = [[-1, *np.flatnonzero(core.option_site == site).tolist()] for site in range(core.sites)]
    rows = [[-1, *core.site[core.indptr[r] : core.indptr[r + 1]].tolist()] for r in range(core.rows)]
    best = np.inf
    for option in itertools.product(*choices):
        for sites in itertools.product(*rows):
            if all(site < 0 or option[site] >= 0 for site in sites):
                best = min(best, objective(core, np.array(option), np.array(sites)))
    return best


def test_the_objective_of_any_plan_is_that_of_the_definition(random_core: Callable[..., SeatsCore]) -> None:
    rng = np.random.default_rng(1)
    finite = 0
    for _ in range(300):
        core = random_core(rng)
        for _ in range(10):
            option = np.array([rng.choice([-1, *np.flatnonzero(core.option_site == s)]) for s in range(core.sites)])
            sites = rng.integers(-1, core.sites, core.rows)
            slow = slow_objective(core, option.tolist(), sites.tolist())
            assert objective(core, option, sites) == pytest.approx(slow, rel=1e-12)
            finite += slow < np.inf
    assert finite > 10


def test_an_option_of_another_site_is_no_plan() -> None:
    core = city(np.random.default_rng(0), 8, 3, count=1)
    option = np.array([1, -1, -1])
    assert objective(core, option, np.zeros(8, dtype=np.int64)) == np.inf


def test_the_pair_of_a_row_joins_it_with_its_site(random_core: Callable[..., SeatsCore]) -> None:
    core = random_core(np.random.default_rng(5))
    for row in range(core.rows):
        for k in range(core.indptr[row], core.indptr[row + 1]):
            sites = np.full(core.rows, -1, dtype=np.int64)
            sites[row] = core.site[k]
            assert pair_of_row(core, sites)[row] == k


def test_a_first_plan_is_found_exactly_where_there_is_one_and_improving_keeps_it_feasible(
    random_core: Callable[..., SeatsCore],
) -> None:
    rng = np.random.default_rng(2)
    found, optimal = 0, 0
    for _ in range(24):
        core = random_core(rng, rows=4, sites=3)
        best = best_by_brute_force(core)
        plan = construct(core, clock=start_clock(), seed=0)
        assert (plan is None) == (best == np.inf)
        if plan is None:
            continue
        value = objective(core, *plan)
        better = objective(core, *improve(core, *plan, clock=start_clock(), seed=0))
        assert best - 1e-9 <= better <= value + 1e-9
        found += 1
        optimal += better <= best + 1e-9 * max(1.0, abs(best))
    assert found > 8
    assert optimal >= found - 2


@pytest.mark.parametrize(("least", "count"), [(0.0, None), (0.0, 6), (0.7, 6), (0.8, None)])
def test_a_plan_for_a_town_keeps_its_bands_and_gets_better(least: float, count: int | None) -> None:
    core = city(np.random.default_rng(3), 80, 20, least=least, count=count)
    plan = construct(core, clock=start_clock(), seed=0)
    assert plan is not None
    careless = construct(replace(core, cost=np.ones_like(core.cost)), clock=start_clock(), seed=0)
    assert careless is not None
    value = objective(core, *careless)
    better = improve(core, *careless, clock=start_clock(1.5), seed=0)
    assert objective(core, *better) < value < np.inf
    assert objective(core, *better) <= 1.05 * objective(core, *plan)


def test_the_same_core_and_seed_give_the_same_plan() -> None:
    core = city(np.random.default_rng(4), 30, 8, count=3)
    plans = []
    for _ in range(2):
        plan = construct(core, clock=start_clock(), seed=7)
        assert plan is not None
        plans.append(improve(core, *plan, clock=start_clock(), seed=7))
    assert (plans[0][0] == plans[1][0]).all()
    assert (plans[0][1] == plans[1][1]).all()


def test_arrays_that_cannot_be_written_are_as_good_as_others() -> None:
    core = city(np.random.default_rng(4), 20, 6, count=2)
    for array in (core.indptr, core.site, core.cost, core.weight, core.base, core.option_capacity):
        array.flags.writeable = False
    plan = construct(core, clock=start_clock(), seed=0)
    assert plan is not None


def test_an_expired_clock_gives_back_the_plan_that_came() -> None:
    core = city(np.random.default_rng(6), 40, 10, count=4)
    plan = construct(core, clock=start_clock(), seed=0)
    assert plan is not None
    assert construct(core, clock=start_clock(0.0), seed=0) is None
    option, site_of_row = improve(core, *plan, clock=start_clock(0.0), seed=0)
    assert (option == plan[0]).all()
    assert (site_of_row == plan[1]).all()


def test_rows_that_nobody_reaches_leave_no_plan(random_core: Callable[..., SeatsCore]) -> None:
    core = random_core(np.random.default_rng(8))
    cut = replace(
        core, indptr=np.zeros_like(core.indptr), site=core.site[:0], cost=core.cost[:0], base=np.full(core.rows, np.inf)
    )
    assert construct(cut, clock=start_clock(), seed=0) is None


def test_rows_of_a_full_site_are_packed_wherever_there_is_room() -> None:
    core = city(np.random.default_rng(9), 60, 12, count=12)
    core = replace(core, option_capacity=np.full(12, 1.05 * core.weight.sum() / 12))
    everybody = np.zeros(60, dtype=np.int64)
    s = state_of(core, np.ones(12, dtype=np.bool_), everybody, core.cost[pair_of_row(core, everybody)])
    pack(terms_of(core, penalty=1.0, unserved=1.0), s)
    assert objective(core, np.arange(12), s.site_of_row) < np.inf
    assert (s.load <= core.option_capacity).all()
