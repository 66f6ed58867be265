"""A choice of schools in stages: its own plans, and the program of the pairs left below limits that rise."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from geoplan.locate.clock import start_clock
from geoplan.locate.seats.choices import Choices
from geoplan.zones import hunt, stages
from geoplan.zones.bounding.duals import nothing_known
from geoplan.zones.bounding.layout import lay_out
from geoplan.zones.engine import solve_zones
from geoplan.zones.hunt import begun
from geoplan.zones.incumbent import Incumbent
from geoplan.zones.neighbourhood import Scale, improve
from geoplan.zones.siting import without_contiguity
from tests.zones.random_cores import doubled, grid, grid_core, plans, random_core

WITH_A_PLAN = [seed for seed in range(150) if plans(random_core(seed))]


def hunt_of(core):
    clock = start_clock(60)
    return begun(Incumbent(core, clock, 0.0), core, clock, count())


@pytest.mark.parametrize("seed", WITH_A_PLAN)
def test_the_best_plan_of_each_choice_of_schools_is_kept(seed):
    core, looking = random_core(seed), hunt_of(random_core(seed))
    every = plans(core)
    for at in np.random.default_rng(seed).permutation(len(every)).tolist():
        looking.take(every[at][1], "a plan")
    cheapest = {}
    for value, plan in every:
        cheapest.setdefault(core.is_open(plan).tobytes(), value)
    assert [core.value(plan) for plan in looking.plans(core)] == pytest.approx(sorted(cheapest.values()))
    for _, plan in every:
        given = core.with_open(core.is_open(plan))
        assert len(looking.plans(given)) == 1
        assert looking.value(given) == pytest.approx(cheapest[given.must_open.tobytes()])


def test_a_plan_that_breaks_a_limit_is_not_kept():
    core = grid_core(0)
    looking = hunt_of(core)
    looking.take(np.zeros(core.units, dtype=np.int64), "all in one zone")
    assert looking.plans(core) == []
    assert looking.value(core) == np.inf


@pytest.mark.parametrize("seed", [0, 1, 3, 4])
def test_neighbourhoods_improve_a_plan_whose_schools_are_not_those_of_the_best_plan(seed):
    given = grid_core(seed)
    twice = replace(doubled(given), opening=np.tile([0.0, 1.0], given.zones), open_most=given.zones)
    optimum = solve_zones(given, clock=start_clock(60))
    looking = hunt_of(twice)
    looking.take(2 * optimum.zone_of_unit, "the best plan")
    dearer = twice.with_open(np.tile([False, True], given.zones))
    turned = replace(given, cost=given.cost.max() - given.cost)
    poor = 2 * solve_zones(turned, clock=start_clock(60)).zone_of_unit + 1
    looking.take(poor, "a poor plan of the dearer schools")
    assert looking.value(dearer) == twice.value(poor) > optimum.bound + given.zones + 1
    looking.improve(stages.priced(looking.among(dearer), stages.part_of(looking, dearer)).node)
    assert looking.value(dearer) == pytest.approx(optimum.bound + given.zones)
    assert looking.best.value == pytest.approx(optimum.bound)


@pytest.mark.parametrize("seed", WITH_A_PLAN)
def test_limits_that_rise_from_the_bound_end_with_the_best_plan(seed, monkeypatch):
    core = random_core(seed)
    value, best = plans(core)[0]
    core = core.with_open(core.is_open(best))
    dearest = plans(core)[-1][1]
    monkeypatch.setattr(stages, "AIM", 0.01)
    monkeypatch.setattr(stages, "FAR_BELOW", np.inf)
    monkeypatch.setattr(stages, "TOO_FAR", np.inf)
    looking, tops = hunt_of(core), []
    bound_below = stages.bound_below
    monkeypatch.setattr(stages, "bound_below", lambda hunt, node, top: tops.append(top) or bound_below(hunt, node, top))
    looking.take(dearest, "the dearest plan")
    part = stages.priced(looking, stages.part_of(looking, core))
    if part.node.bound < looking.best.limit:
        part = stages.combined(looking, part)
    assert looking.best.value == pytest.approx(value, abs=1e-6)
    assert part.node.bound >= looking.best.limit
    assert tops == sorted(tops)
    assert looking.best.bound <= value + 1e-6


@pytest.mark.parametrize("seed", range(4))
def test_two_neighbourhoods_at_once_do_not_move_more_pupils_together_than_may_move(seed):
    # eight estates in a row, schools at 0, 3, 4 and 7; one estate on either side would be nearer to its other school
    poor, better = np.array([0, 1, 1, 1, 2, 2, 2, 3]), np.array([0, 0, 1, 1, 2, 2, 3, 3])
    core = grid(1, 8, [0, 3, 4, 7], seats=np.full(4, 3.0), open_least=4)
    moved = (core.zone != poor[core.unit]).astype(float)
    for most, moves in ((2.0, 2), (1.0, 1), (0.0, 0)):
        capped = replace(core, moved=moved, moved_most=most)
        layout, told = lay_out(capped), []
        found = improve(
            capped, layout, poor, nothing_known(capped, layout), (Scale(4, 5.0),), clock=start_clock(60), seed=seed,
            take=lambda plan, told=told, worth=capped.value: told.append(worth(plan)),
        )  # fmt: skip
        assert told == sorted(set(told), reverse=True)
        assert capped.faults(found) == []
        assert (found != poor).sum() == moves
        assert ((found == poor) | (found == better)).all()


def test_searches_at_once_are_those_one_after_the_other(monkeypatch):
    core = grid_core(1, side=6, schools=3)
    seen = []
    for at_once in (1, 2):
        monkeypatch.setattr(hunt, "AT_ONCE", at_once)
        found = hunt_of(core)
        found.search(core, None, times=4)
        seen.append((found.value(core), [(zone, units.tolist()) for zone, units in found.seen.fresh()]))
    assert seen[0] == seen[1]
    assert len(seen[0][1]) > 3


def test_choices_go_on_where_the_first_ones_are_all_ruled_out_at_once(monkeypatch):
    core = doubled(grid_core(1, schools=3))
    looking, ruled_out = hunt_of(core), []

    def nothing_left(_, part):
        ruled_out.append(part)
        return replace(part, node=replace(part.node, bound=np.inf))

    monkeypatch.setattr(stages, "STAGES", (nothing_left,))
    looking.take(2 * solve_zones(grid_core(1, schools=3), clock=start_clock(60)).zone_of_unit, "the best plan")
    stages.settle(looking, choices=Choices(without_contiguity(core), lambda: looking.best.value + 1.0, looking.clock))
    assert len(ruled_out) > stages.NEW_AT_MOST
    assert looking.best.drawn.proved
