"""A choice of schools in stages: its own plans, and the program of the pairs left below limits that rise."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from time import sleep
from types import SimpleNamespace

import numpy as np
import pytest

from geoplan.locate import clock as clock_module
from geoplan.locate.clock import start_clock
from geoplan.locate.seats.choices import Choices
from geoplan.zones import at_once, engine, hunt, stages
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


def test_limits_that_rise_from_the_bound_end_with_the_best_plan(monkeypatch):
    monkeypatch.setattr(stages, "AIM", 1e-3)
    monkeypatch.setattr(stages, "FAR_BELOW", np.inf)
    monkeypatch.setattr(stages, "TOO_FAR", np.inf)
    bound_below, tops = stages.bound_below, []
    monkeypatch.setattr(
        stages, "bound_below", lambda hunt, node, rest, top: tops.append(top) or bound_below(hunt, node, rest, top)
    )
    rose = 0
    for seed in WITH_A_PLAN:
        core = random_core(seed)
        value, best = plans(core)[0]
        core = core.with_open(core.is_open(best))
        looking = hunt_of(core)
        looking.take(plans(core)[-1][1], "the dearest plan")
        tops.clear()
        part = stages.combined(looking, stages.part_of(looking, core, 0.5 * value))
        assert looking.best.value == pytest.approx(value, abs=1e-6)
        assert part.node.bound >= looking.best.limit
        assert looking.best.bound <= value + 1e-6
        assert tops == sorted(tops)
        rose += len(tops) > 1
    assert rose > 5


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
    for many in (1, 2):
        monkeypatch.setattr(hunt, "AT_ONCE", many)
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


def test_bounds_and_new_plans_take_turns(monkeypatch):
    core, looked_at = doubled(grid_core(1, schools=3)), []
    looking = hunt_of(core)
    looking.take(2 * solve_zones(grid_core(1, schools=3), clock=start_clock(60)).zone_of_unit, "the best plan")

    def risen(_, part):
        looked_at.append(None)
        return replace(part, node=replace(part.node, bound=part.node.bound + 0.01))

    def searched(_, part):
        looked_at.append((part.node.core.must_open.tobytes(), part.tries))
        return replace(part, tries=part.tries + 1)

    monkeypatch.setattr(stages, "searched", searched)
    monkeypatch.setattr(stages, "STAGES", (risen, searched, risen))
    monkeypatch.setattr(type(looking), "over", property(lambda _: len(looked_at) > 100))
    stages.settle(looking, choices=Choices(without_contiguity(core), lambda: looking.best.value + 9.0, looking.clock))
    again = [schools for schools, tries in filter(None, looked_at) if tries > 0]
    assert len(set(again)) == 8
    assert max(map(again.count, again)) <= min(map(again.count, again)) + 1
    assert looked_at.count(None) > len(again)


@pytest.mark.parametrize("seed", [0, 2, 3, 5, 6, 7])
def test_whenever_time_ends_the_bound_holds(seed, monkeypatch):
    rng = np.random.default_rng(seed)
    roots, pupils = rng.choice(25, 6, replace=False), rng.integers(1, 20, 25)
    core = grid(
        5, 5, roots, pupils=pupils, seats=np.ceil(pupils.sum() / 3 * rng.uniform(1.0, 1.3, 6)),
        must_open=np.zeros(6, dtype=bool), open_least=2, open_most=4, opening=rng.integers(0, 60, 6).astype(float),
    )  # fmt: skip
    if seed % 4 == 1:
        moved = rng.integers(0, 2, len(core.zone)) * pupils[core.unit].astype(float)
        core = replace(core, moved=moved, moved_most=0.4 * float(pupils.sum()))
    optimum = solve_zones(core, clock=start_clock(60))
    assert optimum.proved
    for limit_s in (0.05, 0.5, 2.0, 8.0, 30.0):
        ticks = count()
        monkeypatch.setattr(clock_module, "time", SimpleNamespace(perf_counter=lambda ticks=ticks: next(ticks) / 1e3))
        drawn = solve_zones(core, clock=start_clock(limit_s), seed=seed)
        monkeypatch.undo()
        assert drawn.bound <= optimum.bound + 1e-6
        if drawn.zone_of_unit is not None:
            assert core.faults(drawn.zone_of_unit) == []


@pytest.mark.parametrize("program_at_most", [0, 3_000])
def test_a_plan_to_begin_with_is_kept_where_there_is_no_time(program_at_most, monkeypatch):
    monkeypatch.setattr(engine, "PROGRAM_AT_MOST", program_at_most)
    core = grid_core(1)
    plan = solve_zones(core, clock=start_clock(2)).zone_of_unit
    drawn = solve_zones(core, clock=start_clock(0.0), start=plan)
    assert (drawn.zone_of_unit == plan).all()


@pytest.mark.parametrize("seed", range(3))
def test_where_units_are_many_plans_are_legal_and_bounds_hold(seed, monkeypatch):
    core = replace(grid_core(seed), must_open=np.zeros(2, dtype=bool), open_least=1)
    optimum = solve_zones(core, clock=start_clock(60))
    monkeypatch.setattr(engine, "PROGRAM_AT_MOST", 0)
    drawn = solve_zones(core, clock=start_clock(2.0))
    assert core.faults(drawn.zone_of_unit) == []
    assert drawn.bound <= optimum.bound + 1e-6
    assert core.value(drawn.zone_of_unit) == pytest.approx(optimum.bound)


def test_what_interrupts_the_waiting_stops_the_work(monkeypatch):
    monkeypatch.setattr(at_once, "TELL_S", 0.0)
    clock, ended = start_clock(60), []

    def work(name):
        while not clock.over:
            sleep(0.01)
        ended.append(name)

    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        at_once.at_once(work, ["one", "other"], clock, interrupted)
    assert clock.stopped
    assert sorted(ended) == ["one", "other"]
