"""Zones of small random problems: proved ones equal the best of all plans, and no bound is ever above it."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest

from geoplan.locate.clock import start_clock
from geoplan.zones import choosing
from geoplan.zones.bounding.duals import Prices, ask, first_prices, nothing_known
from geoplan.zones.bounding.fixing import decide
from geoplan.zones.bounding.layout import lay_out
from geoplan.zones.bounding.states import BARRED, TAKEN
from geoplan.zones.engine import compile_kernels, solve_zones
from tests.zones.random_cores import plans, random_core

CASES = int(os.environ.get("ZONES_CASES", "120"))


@pytest.mark.parametrize("seed", range(CASES))
def test_the_engine_finds_the_best_of_all_plans(seed: int) -> None:
    core = random_core(seed)
    best = plans(core)
    compile_kernels()
    found = solve_zones(core, clock=start_clock(60))
    if not best:
        assert found.zone_of_unit is None
        return
    assert found.zone_of_unit is not None
    assert core.faults(found.zone_of_unit) == []
    assert core.value(found.zone_of_unit) == pytest.approx(best[0][0])
    assert found.bound <= best[0][0] + 1e-9
    assert found.proved


@pytest.mark.parametrize("seed", range(CASES))
def test_no_price_gives_a_bound_above_the_best_plan(seed: int) -> None:
    core = random_core(seed)
    best = plans(core)
    layout = lay_out(core)
    rng = np.random.default_rng(seed)
    for _ in range(4):
        prices = Prices(first_prices(core).unit + rng.normal(0, 6, core.units), float(rng.choice([0.0, 0.7])))
        if np.isinf(core.moved_most):
            prices = Prices(prices.unit)
        if core.units >= 3:
            triple = np.array([np.sort(rng.permutation(core.units)[:3]) for _ in range(3)], dtype=np.int64)
            prices = replace(prices, triple=triple, crowd=rng.exponential(3, 3))
        bound = ask(core, layout, prices, nothing_known(core, layout), most_nodes=int(rng.choice([1, 50]))).bound
        assert not best or bound <= best[0][0] + 1e-9


@pytest.mark.parametrize("seed", range(CASES))
def test_what_prices_decide_holds_in_every_plan_below_the_limit(seed: int) -> None:
    core = random_core(seed)
    best = plans(core)
    if not best:
        return
    layout = lay_out(core)
    rng = np.random.default_rng(seed)
    prices = Prices(first_prices(core).unit + rng.normal(1, 3, core.units))
    if core.units >= 3:
        triple = np.array([np.sort(rng.permutation(core.units)[:3]) for _ in range(2)], dtype=np.int64)
        prices = replace(prices, triple=triple, crowd=rng.exponential(1, 2))
    limit = best[min(2, len(best) - 1)][0] + 1e-6
    decided = decide(core, layout, prices, nothing_known(core, layout), limit=limit, most_nodes=50, stop=lambda: False)
    assert decided is not None
    fixed, known = decided
    for value, plan in best:
        if value >= limit:
            break
        inside = plan[layout.unit] == layout.zone
        assert not (inside & (known == BARRED)).any()
        assert not (~inside & (known == TAKEN)).any()
        assert not (fixed.must_open & ~core.is_open(plan)).any()


WITH_A_CHOICE = [
    seed for seed in range(60) if not random_core(seed).must_open.all() and len(plans(random_core(seed))) > 3
]


def test_without_units_there_is_nothing_to_draw() -> None:
    core = random_core(WITH_A_CHOICE[0])
    none = replace(
        core, indptr=np.zeros(1, dtype=np.int64), zone=core.zone[:0], cost=core.cost[:0], moved=core.moved[:0],
        pupils=core.pupils[:0], near_ptr=np.zeros(1, dtype=np.int64), near=core.near[:0],
        root=np.full(core.zones, -1), must_open=np.zeros(core.zones, dtype=np.bool_), open_least=0,
        least=np.zeros(core.zones),
    )  # fmt: skip
    found = solve_zones(none, clock=start_clock(5))
    assert found.proved
    assert found.zone_of_unit is not None
    assert found.bound == 0.0
    assert solve_zones(replace(none, open_least=1), clock=start_clock(5)).zone_of_unit is None


def test_of_two_schools_on_one_plot_neither_is_certain() -> None:
    core = random_core(WITH_A_CHOICE[0])
    core = replace(core, must_open=np.zeros(core.zones, dtype=np.bool_), root=np.zeros(core.zones, dtype=np.int64))
    assert not choosing._nearly_always(core, np.ones(core.zones)).any()  # noqa: SLF001
    apart = replace(core, root=np.arange(core.zones), open_most=core.zones)
    assert choosing._nearly_always(apart, np.ones(core.zones)).all()  # noqa: SLF001
    assert not choosing._nearly_always(replace(apart, open_most=1), np.ones(core.zones)).any()  # noqa: SLF001
