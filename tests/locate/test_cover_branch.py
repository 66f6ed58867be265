import numpy as np
import pytest

from geoplan.locate.clock import start_clock
from geoplan.locate.core import SitingCore
from geoplan.locate.cover.branch import branched
from geoplan.locate.cover.engine import solve_cover
from geoplan.locate.cover.model import cover_of
from geoplan.locate.cover.part import Part
from geoplan.locate.cover.tighten import tightened


def core_of(seed, *, loose=0.0, sites=11, rows=40):
    rng = np.random.default_rng(seed)
    inside = rng.random((rows, sites)) < 0.25
    inside[np.arange(rows), rng.integers(0, sites, rows)] = True
    price = np.where(rng.random(rows) < loose, rng.integers(1, 4, rows), np.inf)
    cost = rng.integers(1, 5, sites).astype(float)
    return SitingCore(
        np.concatenate([[0], np.cumsum(inside.sum(axis=1))]).astype(np.int64),
        np.nonzero(inside)[1].astype(np.int32), None, price, cost, (),
    )  # fmt: skip


def least(core):
    plans = (np.arange(2**core.sites)[:, None] >> np.arange(core.sites)) & 1 == 1
    return min(core.value(plan) for plan in plans if core.allows(plan))


def search(cover, limit):
    tight, told = tightened(cover, clock=start_clock(60), limit=np.inf, told=lambda _: None), []
    return branched(cover, tight, clock=start_clock(60), limit=limit, told=told.append), told


@pytest.mark.parametrize("loose", [0.0, 0.5])
@pytest.mark.parametrize("seed", range(25))
def test_branches_end_at_the_best_plan_or_prove_that_none_is_below_the_limit(seed, loose):
    core = core_of(seed, loose=loose)
    cover, best = cover_of(core), least(core)
    (bound, plan), told = search(cover, best + 0.5)
    assert cover.value(plan) == best
    assert best - 1e-6 <= bound <= best or bound == pytest.approx(best)
    assert told == sorted(told)
    (bound, plan), told = search(cover, best)
    if plan is None:
        assert best <= bound + 1e-6
    else:  # the last node was the best plan, less than its cost by rounding alone
        assert cover.value(plan) == best
    assert all(each <= best for each in told)


@pytest.mark.parametrize("seed", range(20))
def test_no_bound_is_above_the_limit_since_more_is_not_known(seed):
    core = core_of(seed, sites=14, rows=60)
    cover, best = cover_of(core), least(core)
    root = tightened(cover, clock=start_clock(60), limit=np.inf, told=lambda _: None).bound
    for limit in np.linspace(root, best, 4):
        (bound, plan), _ = search(cover, limit)
        assert bound <= min(limit, best) + 1e-6
        assert plan is None or cover.value(plan) == best


def test_some_of_these_need_branches():
    nodes = [len(search(cover_of(core_of(seed, sites=16, rows=80)), np.inf)[1]) for seed in range(25)]
    assert max(nodes) > 2


def test_a_search_without_time_keeps_the_bound_it_began_with():
    cover = cover_of(core_of(3))
    tight = tightened(cover, clock=start_clock(60), limit=np.inf, told=lambda _: None)
    assert branched(cover, tight, clock=start_clock(0.0), limit=np.inf, told=lambda _: None) == (tight.bound, None)


def test_a_bound_between_two_possible_values_is_the_upper_one():
    core = core_of(0)
    part = Part(cover_of(core), sites=core.sites, unit=1.0)
    part.offer(np.ones(core.sites, dtype=bool), start_clock(60))
    part._raise_bound(2.3)  # noqa: SLF001
    assert part.bound == 3.0
    part._raise_bound(4.0 + 1e-9)  # noqa: SLF001
    assert part.bound == 4.0


@pytest.mark.parametrize("seed", range(10))
def test_covers_with_branches_are_proved(seed):
    core = core_of(100 + seed, sites=12)
    found = solve_cover(core, clock=start_clock(60))
    assert found.proved
    assert core.value(found.is_open) == least(core)
