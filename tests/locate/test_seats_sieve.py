"""Choices of sites sieved: the rules from prices hold for every plan, and the proof is one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest

from geoplan.locate.clock import start_clock
from geoplan.locate.seats.branch import Best
from geoplan.locate.seats.engine import cutoff_below, objective_step
from geoplan.locate.seats.evaluate import objective
from geoplan.locate.seats.exact import solve_compact
from geoplan.locate.seats.lagrange import first_prices, made_ready
from geoplan.locate.seats.sieve import Choice, Sieve, look, sieved

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geoplan.locate.core import SeatsCore

    Plan = tuple[NDArray[np.int64], NDArray[np.int64]]


def best_of(core: SeatsCore, plan: Plan | None, gap: float = 0.0) -> Best:
    best = Best(None, np.inf, partial(cutoff_below, gap=gap, step=objective_step(core)))
    best.offer(core, plan)
    return best


def optimum_of(core: SeatsCore) -> Plan | None:
    return solve_compact(core, clock=start_clock(60)).plan


def some_plan(core: SeatsCore, rng: np.random.Generator) -> Plan | None:
    """Any plan that keeps everything; None where none was drawn."""
    for _ in range(3000):
        option = np.array([rng.choice([-1, *np.flatnonzero(core.option_site == j)]) for j in range(core.sites)])
        reach = (core.site[core.indptr[i] : core.indptr[i + 1]] for i in range(core.rows))
        site_of_row = np.array([rng.choice([-1, *sites[option[sites] >= 0]]) for sites in reach], dtype=np.int64)
        if objective(core, option, site_of_row) < np.inf:
            return option, site_of_row
    return None


def prices_of(core: SeatsCore) -> NDArray[np.float64]:
    return first_prices(made_ready(core)).row


def whole(core: SeatsCore) -> SeatsCore:
    """The same with loads in whole units."""
    return replace(core, weight=np.round(core.weight), option_capacity=np.ceil(core.option_capacity))


@pytest.mark.parametrize("seed", range(60))
def test_sieving_ends_with_the_best_plan_and_its_proof(random_core: Callable[..., SeatsCore], seed: int) -> None:
    rng = np.random.default_rng(seed)
    core = random_core(rng)
    core = whole(core) if seed % 3 else core
    plan = some_plan(core, rng)
    if plan is None:
        return
    best = best_of(core, plan)
    floor = sieved(core, core, prices_of(core), best, clock=start_clock(60), seed=0)
    optimum = optimum_of(core)
    assert optimum is not None
    assert best.cost == pytest.approx(objective(core, *optimum), abs=1e-6)
    assert best.cutoff - 1e-6 <= floor <= best.cost + 1e-6


@pytest.mark.parametrize("seed", range(30))
def test_with_a_gap_the_plan_is_as_near_as_it_says(random_core: Callable[..., SeatsCore], seed: int) -> None:
    rng = np.random.default_rng(100 + seed)
    core = whole(random_core(rng, plain=True))
    plan = some_plan(core, rng)
    if plan is None:
        return
    optimum = optimum_of(core)
    assert optimum is not None
    best = best_of(core, plan, gap=0.05)
    floor = sieved(core, core, prices_of(core), best, clock=start_clock(60), seed=0)
    assert floor >= best.cutoff - 1e-6
    assert best.cost - 0.05 * abs(best.cost) <= objective(core, *optimum) + 1e-6


@pytest.mark.parametrize("seed", range(15))
def test_no_choice_is_named_twice_and_what_is_said_of_it_holds(
    random_core: Callable[..., SeatsCore], seed: int
) -> None:
    core = whole(random_core(np.random.default_rng(200 + seed), plain=True))
    plan = optimum_of(core)
    if plan is None:
        return
    best, optimum = best_of(core, plan), objective(core, *plan)
    sieve, seen = Sieve(core, prices_of(core)), set()
    chosen, limit = False, optimum + 1000.0
    for _ in range(17):
        bound, choice = sieve.cheapest(limit, clock=start_clock(60), seed=0)
        if choice is None:
            break
        assert choice.is_open.tobytes() not in seen
        assert chosen or bound <= optimum + 1e-5 * max(1.0, abs(optimum))
        seen.add(choice.is_open.tobytes())
        chosen |= bool((choice.is_open == (plan[0] >= 0)).all())
        looked = look(core, choice, best, clock=start_clock(60), seed=0)
        sieve.rule_out(looked)
    assert chosen
    assert bound == pytest.approx(limit)


def test_a_choice_without_room_is_ruled_out_at_a_glance(random_core: Callable[..., SeatsCore]) -> None:
    core = whole(random_core(np.random.default_rng(0), plain=True))
    best = best_of(core, optimum_of(core))
    nobody = Choice(np.zeros(core.sites, dtype=np.bool_), -np.inf)
    assert np.isinf(core.base).any()
    assert look(core, nobody, best, clock=start_clock(60), seed=0).bound == np.inf


def test_when_time_is_up_nothing_is_claimed(random_core: Callable[..., SeatsCore]) -> None:
    core = whole(random_core(np.random.default_rng(0), plain=True))
    best = best_of(core, optimum_of(core))
    assert sieved(core, core, prices_of(core), best, clock=start_clock(0), seed=0) == -np.inf
