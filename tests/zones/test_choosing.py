"""Zones listed, schools chosen, and the proofs made of them, against everything tried."""

from __future__ import annotations

from itertools import combinations, count

import numpy as np
import pytest

from geoplan.locate.clock import start_clock
from geoplan.locate.seats.choices import Choices
from geoplan.zones.bounding.branch import Node
from geoplan.zones.bounding.duals import Prices, ask, first_prices, nothing_known
from geoplan.zones.bounding.layout import lay_out
from geoplan.zones.bounding.listing import zones_below
from geoplan.zones.bounding.master import Pool
from geoplan.zones.bounding.partition import partitioned
from geoplan.zones.engine import solve_zones
from geoplan.zones.hunt import begun
from geoplan.zones.incumbent import Incumbent
from geoplan.zones.siting import without_contiguity
from geoplan.zones.stages import settle
from tests.zones.random_cores import doubled, grid_core, plans, random_core

CASES = 150
WITH_A_PLAN = [seed for seed in range(CASES) if plans(random_core(seed))]
WITH_A_CHOICE = [seed for seed in WITH_A_PLAN if not random_core(seed).must_open.all()]


def is_connected(core, units, root):
    if root < 0:
        return True
    if root not in units:
        return False
    reached, waiting = {root}, [root]
    while waiting:
        at = waiting.pop()
        for other in core.near[core.near_ptr[at] : core.near_ptr[at + 1]].tolist():
            if other in units and other not in reached:
                reached.add(other)
                waiting.append(other)
    return len(reached) == len(units)


def legal_zones(core, zone):
    """Units and cost of every zone that a school may have."""
    pair = {int(core.unit[at]): at for at in np.flatnonzero(core.zone == zone)}
    for size in range(len(pair) + 1):
        for units in combinations(sorted(pair), size):
            load = float(core.pupils[list(units)].sum())
            over = max(load - core.seats[zone], 0.0)
            fits = over <= 1e-9 or np.isfinite(core.over_price)
            if fits and load >= core.least[zone] - 1e-9 and is_connected(core, set(units), core.root[zone]):
                ways = sum(core.cost[pair[unit]] for unit in units)
                yield units, core.opening[zone] + ways + (over * core.over_price if over > 1e-9 else 0.0)


@pytest.mark.parametrize("seed", range(CASES))
def test_every_zone_that_makes_enough_is_listed_once(seed):
    core, rng = random_core(seed), np.random.default_rng(seed)
    layout = lay_out(core)
    triple = np.array([np.sort(rng.permutation(core.units)[:3]) for _ in range(3)], dtype=np.int64)
    prices = Prices(first_prices(core).unit + rng.normal(1, 4, core.units), 0.0, triple, rng.exponential(2, 3))
    least = rng.normal(3, 5, core.zones)
    known = np.zeros(len(layout.unit), dtype=np.int8)
    groups = zones_below(core, layout, prices, known, least, 1_000, start_clock(60))
    assert groups is not None
    listed = {}
    for at, zone in enumerate(groups.site.tolist()):
        units = tuple(sorted(groups.row[groups.start[at] : groups.start[at + 1]].tolist()))
        assert (zone, units) not in listed
        listed[zone, units] = groups.cost[at]
    for zone in range(core.zones):
        every = dict(legal_zones(core, zone))
        mine = {units: cost for (of, units), cost in listed.items() if of == zone}
        assert mine == pytest.approx({units: every[units] for units in mine})
        for units, cost in every.items():
            crowded = sum(p for row, p in zip(triple, prices.crowd, strict=True) if np.isin(row, units).sum() >= 2)
            made = prices.unit[list(units)].sum() - (cost - core.opening[zone]) - crowded
            if made > least[zone] + 1e-6:
                assert units in mine


def test_a_list_that_grows_too_long_is_none():
    core = random_core(WITH_A_PLAN[0])
    layout = lay_out(core)
    known, nothing = nothing_known(core, layout), np.full(core.zones, -1e9)
    assert zones_below(core, layout, first_prices(core), known, nothing, 1, start_clock(60)) is None


@pytest.mark.parametrize("seed", WITH_A_CHOICE)
def test_no_plan_opens_schools_that_are_not_among_the_choices(seed):
    core = random_core(seed)
    best = plans(core)
    limit = best[min(5, len(best) - 1)][0] + 1e-3
    choices = Choices(without_contiguity(core), lambda: limit, start_clock(60))
    assert choices.floor <= best[0][0] + 1e-9
    found = []
    while (choice := choices.next()) is not None:
        found.append(choice)
        assert choice.bound <= choices.floor + 1e-9
    assert choices.floor == limit
    assert [each.bound for each in found] == sorted(each.bound for each in found)
    chosen = {choice.is_open.tobytes(): choice.bound for choice in found}
    for value, plan in best:
        if value < limit - 1e-6:
            assert chosen[core.is_open(plan).tobytes()] <= value + 1e-6


@pytest.mark.parametrize("seed", WITH_A_PLAN)
def test_a_partition_finds_the_best_plan_or_says_that_there_is_none(seed):
    core = random_core(seed)
    core = core.with_open(core.is_open(plans(core)[0][1]))
    value = plans(core)[0][0]
    layout, first = lay_out(core), first_prices(core)
    known = nothing_known(core, layout)
    bound = ask(core, layout, first, known, most_nodes=100).bound
    for above, there in ((-1e-3, False), (1e-3, True), (40.0, True)):
        best = [value + above]

        def take(plan, best=best):
            assert core.faults(plan) == []
            best[0] = min(best[0], core.value(plan) - 1e-7)

        _, floor = partitioned(
            Node(core, known, first, bound), layout, Pool(core), clock=start_clock(60), seed=0,
            limit=lambda best=best: best[0], take=take, told=lambda _: None,
        )  # fmt: skip
        assert floor == np.inf or floor <= value + 1e-6
        assert not there or floor < np.inf or best[0] == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize("seed", WITH_A_CHOICE[:60])
def test_of_all_choices_the_best_plan_is_proved(seed):
    core = random_core(seed)
    value, poor = plans(core)[0][0], plans(core)[-1][1]
    hunt = begun(Incumbent(core, start_clock(120), 0.0), core, start_clock(120), count())
    hunt.take(poor, "a poor plan")
    settle(hunt, [], Choices(without_contiguity(core), lambda: hunt.best.limit, hunt.clock))
    drawn = hunt.best.drawn
    assert core.faults(drawn.zone_of_unit) == []
    assert drawn.proved
    assert core.value(drawn.zone_of_unit) == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_choices_that_cost_the_same_come_to_an_end(seed):
    core = doubled(grid_core(seed))
    clock = start_clock(60)
    hunt = begun(Incumbent(core, clock, 0.0), core, clock, count())
    hunt.best.dearest = float(core.cost.max()) * core.units
    settle(hunt, [], Choices(without_contiguity(core), lambda: hunt.best.limit, clock))
    assert not clock.over
    assert hunt.best.drawn.proved
    assert hunt.best.value == pytest.approx(solve_zones(grid_core(seed), clock=start_clock(60)).bound)
