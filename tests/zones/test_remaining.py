"""The program of the pairs left: no separator cuts off a plan, and it ends with the best plan or with none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geoplan.locate.clock import start_clock
from geoplan.zones.bounding.duals import nothing_known
from geoplan.zones.bounding.layout import lay_out
from geoplan.zones.bounding.remaining import Remaining
from geoplan.zones.bounding.states import BARRED
from geoplan.zones.engine import solve_zones
from tests.zones.random_cores import grid_core, plans, random_core

WITH_A_PLAN = [seed for seed in range(150) if plans(random_core(seed))]


def settled(seed):
    """A core with the schools of its best plan, and all its plans."""
    core = random_core(seed)
    core = core.with_open(core.is_open(plans(core)[0][1]))
    return core, plans(core)


@pytest.mark.parametrize("seed", WITH_A_PLAN)
def test_no_separator_cuts_off_a_plan(seed):
    core, every = settled(seed)
    layout = lay_out(core)
    rest = Remaining(core, layout, nothing_known(core, layout))
    rest.solve(clock=start_clock(60), below=lambda: every[-1][0] + 1.0, seen=lambda _: None)
    for _, plan in every:
        inside = plan[rest.unit] == rest.zone
        for unit, ring in rest.cuts:
            assert not inside[unit] or inside[ring].any()


@pytest.mark.parametrize("seed", WITH_A_PLAN)
def test_the_best_plan_is_found_and_proved(seed):
    core, every = settled(seed)
    layout, value = lay_out(core), every[0][0]
    for above, is_there in ((-1e-3, False), (1e-3, True), (40.0, True)):
        best = [value + above]

        def seen(plan, best=best):
            if not core.faults(plan):
                best[0] = min(best[0], core.value(plan) - 1e-7)

        rest = Remaining(core, layout, nothing_known(core, layout))
        assert rest.in_fractions(value + above, start_clock(60)) <= value + 1e-6
        assert rest.solve(clock=start_clock(60), below=lambda best=best: best[0], seen=seen) == np.inf
        assert best[0] == pytest.approx(value if is_there else value + above, abs=1e-6)


def test_what_is_barred_on_the_way_is_not_used():
    core, every = settled(next(seed for seed in WITH_A_PLAN if len(settled(seed)[1]) > 1))
    layout, (_, best), (second, other) = lay_out(core), *every[:2]
    known = nothing_known(core, layout)
    barred = known.copy()
    barred[(layout.zone == best[layout.unit]) & (layout.zone != other[layout.unit])] = BARRED
    found = [np.inf]

    def seen(plan):
        if not core.faults(plan):
            found[0] = min(found[0], core.value(plan))

    rest = Remaining(core, layout, known)
    rest.solve(clock=start_clock(60), below=lambda: min(found[0], 1e6), seen=seen, left=lambda _: barred)
    assert found[0] == pytest.approx(second)


@pytest.mark.parametrize("seed", [3, 4])
def test_a_pair_that_nobody_wants_does_not_blunt_the_rest(seed):
    core = grid_core(seed, side=7, schools=5)
    value = solve_zones(core, clock=start_clock(60)).bound
    rng, cost = np.random.default_rng(seed), core.cost.copy()
    cost[core.indptr[rng.choice(core.units, 20, replace=False) + 1] - 1] = 1e10
    dear = replace(core, cost=cost)
    layout = lay_out(dear)
    for above in (1e-6, 1e-5, 1e-4):
        best = [value * (1 + above)]

        def seen(plan, best=best):
            if not dear.faults(plan):
                best[0] = min(best[0], dear.value(plan) * (1 - 1e-9))

        rest = Remaining(dear, layout, nothing_known(dear, layout))
        bound = rest.solve(clock=start_clock(60), below=lambda best=best: best[0], seen=seen)
        assert best[0] <= value * (1 + 1e-8) or bound <= value * (1 + 1e-9)
