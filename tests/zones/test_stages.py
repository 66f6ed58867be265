"""A choice of schools in stages: its own plans, and the program of the pairs left below limits that rise."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from geoplan.locate.clock import start_clock
from geoplan.zones import stages
from geoplan.zones.engine import solve_zones
from geoplan.zones.hunt import begun
from geoplan.zones.incumbent import Incumbent
from tests.zones.random_cores import doubled, grid_core, plans, random_core

WITH_A_PLAN = [seed for seed in range(150) if plans(random_core(seed))]


def hunt_of(core):
    clock = start_clock(60)
    return begun(Incumbent(core, clock, 0.0), core, clock, count())


@pytest.mark.parametrize("seed", WITH_A_PLAN)
def test_the_best_plan_of_each_choice_of_schools_is_kept(seed):
    core, hunt = random_core(seed), hunt_of(random_core(seed))
    every = plans(core)
    for at in np.random.default_rng(seed).permutation(len(every)).tolist():
        hunt.take(every[at][1], "a plan")
    cheapest = {}
    for value, plan in every:
        cheapest.setdefault(core.is_open(plan).tobytes(), value)
    assert [core.value(plan) for plan in hunt.plans(core)] == pytest.approx(sorted(cheapest.values()))
    for _, plan in every:
        given = core.with_open(core.is_open(plan))
        assert len(hunt.plans(given)) == 1
        assert hunt.value(given) == pytest.approx(cheapest[given.must_open.tobytes()])


def test_a_plan_that_breaks_a_limit_is_not_kept():
    core = grid_core(0)
    hunt = hunt_of(core)
    hunt.take(np.zeros(core.units, dtype=np.int64), "all in one zone")
    assert hunt.plans(core) == []
    assert hunt.value(core) == np.inf


@pytest.mark.parametrize("seed", [0, 1, 3, 4])
def test_neighbourhoods_improve_a_plan_whose_schools_are_not_those_of_the_best_plan(seed):
    given = grid_core(seed)
    twice = replace(doubled(given), opening=np.tile([0.0, 1.0], given.zones), open_most=given.zones)
    optimum = solve_zones(given, clock=start_clock(60))
    hunt = hunt_of(twice)
    hunt.take(2 * optimum.zone_of_unit, "the best plan")
    dearer = twice.with_open(np.tile([False, True], given.zones))
    turned = replace(given, cost=given.cost.max() - given.cost)
    poor = 2 * solve_zones(turned, clock=start_clock(60)).zone_of_unit + 1
    hunt.take(poor, "a poor plan of the dearer schools")
    assert hunt.value(dearer) == twice.value(poor) > optimum.bound + given.zones + 1
    hunt.improve(stages.priced(hunt.among(dearer), stages.part_of(hunt, dearer)).node)
    assert hunt.value(dearer) == pytest.approx(optimum.bound + given.zones)
    assert hunt.best.value == pytest.approx(optimum.bound)


@pytest.mark.parametrize("seed", WITH_A_PLAN)
def test_limits_that_rise_from_the_bound_end_with_the_best_plan(seed, monkeypatch):
    core = random_core(seed)
    value, best = plans(core)[0]
    core = core.with_open(core.is_open(best))
    dearest = plans(core)[-1][1]
    monkeypatch.setattr(stages, "AIM", 0.01)
    monkeypatch.setattr(stages, "FAR_BELOW", np.inf)
    monkeypatch.setattr(stages, "TOO_FAR", np.inf)
    hunt, tops = hunt_of(core), []
    bound_below = stages.bound_below
    monkeypatch.setattr(stages, "bound_below", lambda hunt, node, top: tops.append(top) or bound_below(hunt, node, top))
    hunt.take(dearest, "the dearest plan")
    part = stages.priced(hunt, stages.part_of(hunt, core))
    if part.node.bound < hunt.best.limit:
        part = stages.combined(hunt, part)
    assert hunt.best.value == pytest.approx(value, abs=1e-6)
    assert part.node.bound >= hunt.best.limit
    assert tops == sorted(tops)
    assert hunt.best.bound <= value + 1e-6
