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
from geoplan.zones import at_once, engine, hunt, neighbourhood, stages
from geoplan.zones.bounding.duals import nothing_known
from geoplan.zones.bounding.layout import lay_out
from geoplan.zones.engine import solve_zones
from geoplan.zones.hunt import begun
from geoplan.zones.incumbent import Incumbent
from geoplan.zones.neighbourhood import Scale, improve, merged
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


def test_neighbourhoods_not_done_in_time_get_smaller_and_the_next_plan_begins_with_these():
    core = grid_core(1, side=6, schools=3)
    layout, plan = lay_out(core), solve_zones(core, clock=start_clock(60)).zone_of_unit
    hasty, patient, shares = Scale(400, 0.0), Scale(300, 60.0), {}

    def improved(*scales):
        improve(
            core, layout, plan, nothing_known(core, layout), scales, clock=start_clock(60), seed=0,
            take=lambda _: None, shares=shares,
        )  # fmt: skip

    improved(patient)
    assert shares == {patient: 1.0}
    improved(hasty)
    once = shares[hasty]
    assert once < 1.0
    improved(hasty)
    assert shares == {patient: 1.0, hasty: pytest.approx(once**2)}
    later = Scale(200, 60.0)
    improved(later)
    assert once**2 < shares[later] < once
    for _ in range(9):
        improved(hasty)
    assert shares[hasty] == neighbourhood.FEWEST / hasty.places


@pytest.mark.parametrize("seed", WITH_A_PLAN)
def test_plans_merged_give_the_best_plan_that_has_nothing_new(seed):
    core, rng = random_core(seed), np.random.default_rng(seed)
    every = plans(core)
    core = core.with_open(core.is_open(every[rng.integers(len(every))][1]))
    same = [(value, plan) for value, plan in every if not core.faults(plan)]
    given = [same[at] for at in sorted(rng.choice(len(same), min(3, len(same)), replace=False))]
    old = np.array([plan for _, plan in given])
    least = min(value for value, plan in same if (old == plan).any(axis=0).all())
    found = merged(core, lay_out(core), old, clock=start_clock(60))
    assert (found is None) == (least > given[0][0] - 1e-6)
    if found is not None:
        assert core.faults(found) == []
        assert core.value(found) == pytest.approx(least)
        assert (old == found).any(axis=0).all()


def test_plans_that_differ_in_too_many_places_are_not_merged(monkeypatch):
    core = grid(1, 8, [0, 3, 4, 7], seats=np.full(4, 3.0), open_least=4)
    both = [np.array([0, 0, 1, 1, 2, 2, 2, 3]), np.array([0, 1, 1, 1, 2, 2, 3, 3])]
    for most, is_merged in ((2, True), (1, False)):
        monkeypatch.setattr(neighbourhood, "MERGED_PLACES", most)
        assert (merged(core, lay_out(core), both, clock=start_clock(60)) is not None) == is_merged


def test_improved_plans_of_the_same_schools_are_merged_when_one_is_new(monkeypatch):
    # eight estates in a row, schools at 0, 3, 4 and 7
    core = grid(1, 8, [0, 3, 4, 7], seats=np.full(4, 5.0), open_least=3, open_most=4, must_open=np.arange(4) != 1)
    four = [np.array(each) for each in ([0, 0, 1, 1, 2, 2, 2, 3], [0, 1, 1, 1, 2, 2, 3, 3], [0, 0, 0, 1, 2, 2, 2, 3])]
    three, looking, given = np.array([0, 0, 0, 2, 2, 2, 3, 3]), hunt_of(core), []
    monkeypatch.setattr(hunt, "MERGED", 2)
    monkeypatch.setattr(hunt, "improve", lambda core, layout, plan, known, scales, **_: plan)

    def both(core, layout, plans, **_):
        given.append([plan.tolist() for plan in plans])
        return merged(core, layout, plans, clock=start_clock(60))

    monkeypatch.setattr(hunt, "merged", both)
    node = stages.part_of(looking, core, 0.0).node
    for plan in (four[0], four[0], three):
        looking.improve(node, plan=plan)
    assert given == []
    looking.improve(node, plan=four[1])
    assert sorted(given.pop()) == sorted(plan.tolist() for plan in four[:2])
    assert looking.best.plan.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    # a third one is dearer than the two that are kept
    looking.improve(node, plan=four[2])
    assert given == []


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

    monkeypatch.setattr(stages, "searched", nothing_left)
    monkeypatch.setattr(stages, "STAGES", (nothing_left,))
    looking.take(2 * solve_zones(grid_core(1, schools=3), clock=start_clock(60)).zone_of_unit, "the best plan")
    stages.settle(looking, [], Choices(without_contiguity(core), lambda: looking.best.value + 1.0, looking.clock))
    assert len(ruled_out) > stages.NEW_AT_MOST
    assert looking.best.drawn.proved


def test_schools_that_are_looked_at_already_do_not_come_again(monkeypatch):
    core = doubled(grid_core(1, schools=3))
    looking, ruled_out = hunt_of(core), []

    def nothing_left(_, part):
        ruled_out.append(part.node.core.must_open.tobytes())
        return replace(part, node=replace(part.node, bound=np.inf))

    monkeypatch.setattr(stages, "searched", nothing_left)
    monkeypatch.setattr(stages, "STAGES", (nothing_left,))
    looking.take(2 * solve_zones(grid_core(1, schools=3), clock=start_clock(60)).zone_of_unit, "the best plan")
    of_the_best = core.with_open(core.is_open(looking.best.plan))
    part = stages.part_of(looking, of_the_best, looking.best.value - 0.5, is_only=False)
    stages.settle(looking, [part], Choices(without_contiguity(core), lambda: looking.best.value + 1.0, looking.clock))
    assert ruled_out.count(of_the_best.must_open.tobytes()) == 1
    assert len(ruled_out) == len(set(ruled_out)) > 1


def test_choices_of_the_first_plans_are_priced_and_their_plans_improved():
    core = doubled(grid_core(1, schools=3))
    looking, optimum = hunt_of(core), solve_zones(core, clock=start_clock(60)).bound
    assert stages.polished(looking) == []
    turned = replace(core, cost=core.cost.max() - core.cost)
    for schools in ([0, 2, 4], [1, 2, 5]):
        is_open = np.isin(np.arange(core.zones), schools)
        looking.take(solve_zones(turned.with_open(is_open), clock=start_clock(60)).zone_of_unit, "a poor plan")
    poor = looking.best.value
    parts = stages.polished(looking)
    assert [(part.stage, part.is_only) for part in parts] == [(1, False), (1, False)]
    for part in parts:
        least = solve_zones(part.node.core, clock=start_clock(60)).bound
        assert optimum - 1e-6 <= looking.best.value
        assert part.node.bound <= least + 1e-6 <= looking.value(part.node.core) + 2e-6
    assert looking.best.value < poor


def test_bounds_and_new_plans_get_the_same_time_and_known_choices_go_deeper_while_there_are_new_ones(monkeypatch):
    core, took, deeper, now = doubled(grid_core(1, schools=3)), [], [], [0.0]
    looking = hunt_of(core)
    looking.take(2 * solve_zones(grid_core(1, schools=3), clock=start_clock(60)).zone_of_unit, "the best plan")

    def risen(_, part):
        now[0] += 3.0
        took.append(("bounds", part.node.core.must_open.tobytes()))
        deeper.append((part.stage, len({schools for _, schools in took})))
        return replace(part, node=replace(part.node, bound=part.node.bound + 0.01))

    def searched(_, part):
        now[0] += 1.0
        took.append(("plans", part.node.core.must_open.tobytes()))
        return replace(part, tries=part.tries + 1)

    monkeypatch.setattr(stages, "searched", searched)
    monkeypatch.setattr(type(looking.clock), "seconds", property(lambda _: now[0]))
    monkeypatch.setattr(type(looking), "over", property(lambda _: now[0] > 200.0))
    monkeypatch.setattr(stages, "STAGES", (risen, searched, risen))
    stages.settle(looking, [], Choices(without_contiguity(core), lambda: looking.best.value + 9.0, looking.clock))
    of = {kind: sum(seconds for each, _ in took if each == kind) for kind, seconds in (("bounds", 3.0), ("plans", 1.0))}
    assert of["plans"] == pytest.approx(of["bounds"], rel=0.2)
    choices = len({schools for _, schools in took})
    assert choices == 8
    assert any(stage > 0 and seen < choices for stage, seen in deeper)
    tries = [[schools for kind, schools in took if kind == "plans"].count(each) for each in {s for _, s in took}]
    assert max(tries) - min(tries) <= 2


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
