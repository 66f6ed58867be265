from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from geoplan.locate.clock import start_clock
from geoplan.locate.core import SiteRule, SitingCore
from geoplan.locate.cover.exact import exact, point, program, rows_of_sets
from geoplan.locate.cover.model import cover_of
from geoplan.locate.cover.odd_sets import OddSets, as_rows, broken_sets, joined
from geoplan.locate.cover.tighten import tightened
from geoplan.locate.highs import GrowingLp, safe_bound


def cover_from(inside, price, site_cost, low=None, high=None):
    inside = np.asarray(inside, dtype=bool)
    sites = inside.shape[1]
    rules = () if high is None else (SiteRule("count", np.arange(sites), np.ones(sites), float(low), float(high)),)
    return cover_of(
        SitingCore(
            np.concatenate([[0], np.cumsum(inside.sum(axis=1))]).astype(np.int64),
            np.nonzero(inside)[1].astype(np.int32),
            None, np.asarray(price, dtype=float), np.asarray(site_cost, dtype=float), rules,
        )
    )  # fmt: skip


def circles(rows, sites, reach, seed, *, p=None, must=0.0):
    rng = np.random.default_rng(seed)
    apart = rng.random((rows, 1, 2)) - rng.random((1, sites, 2))
    inside = np.hypot(apart[..., 0], apart[..., 1]) < reach
    inside[~inside.any(axis=1), 0] = True
    price = np.where(rng.random(rows) < must, np.inf, rng.integers(1, 100, rows))
    return cover_from(inside, price, np.zeros(sites) if p else np.ones(sites), *([] if p is None else [p, p]))


def cycle(length):
    """Rows in a ring, each with two sites, each site on two rows: half of each site covers everything."""
    inside = np.zeros((length, length), dtype=bool)
    inside[np.arange(length), np.arange(length)] = True
    inside[np.arange(length), (np.arange(length) + 1) % length] = True
    return inside


def plans(cover):
    every = [np.array(plan, dtype=bool) for plan in product([False, True], repeat=cover.sites)]
    return np.array([plan for plan in every if cover.allows(plan)])


def linear_bound(cover):
    model = program(cover)
    answer = GrowingLp(model).solve(start_clock(60))
    return safe_bound(model, answer.row_dual)[0] + cover.constant


@pytest.mark.parametrize(("length", "whole"), [(3, 2.0), (5, 3.0)])
def test_a_ring_of_rows_needs_more_than_half_of_its_sites(length, whole):
    cover = cover_from(cycle(length), np.full(length, np.inf), np.ones(length))
    assert linear_bound(cover) == pytest.approx(length / 2)
    told = []
    found = tightened(cover, clock=start_clock(60), limit=np.inf, told=told.append)
    assert found.bound == pytest.approx(whole)
    assert found.bound <= whole
    assert told[-1] == found.bound
    assert found.sets.row.tolist() == list(range(length))


@pytest.mark.parametrize("seed", range(30))
def test_every_plan_keeps_every_set_that_any_fractions_break(seed):
    rng = np.random.default_rng(seed)
    cover = circles(40, 9, 0.4, seed, p=3, must=0.2)
    known = set()
    opened = rng.dirichlet(np.ones(cover.sites)) * 3
    sets = broken_sets(cover, np.minimum(opened, 1.0), np.zeros(cover.rows), most=500, known=known)
    assert sets.number
    assert set(np.diff(sets.start)) <= {3, 5}
    indptr, site, value, least = as_rows(cover, sets)
    for plan in (rng.random((200, cover.sites)) < rng.random((200, 1))).astype(bool):
        bare = ~cover.covered(plan)
        for each in range(sets.number):
            part = slice(indptr[each], indptr[each + 1])
            uncovered = bare[sets.row[sets.start[each] : sets.start[each + 1]]].sum()
            assert (value[part] * plan[site[part]]).sum() + uncovered >= least[each]
    again = broken_sets(cover, np.minimum(opened, 1.0), np.zeros(cover.rows), most=500, known=known)
    held = {sets.row[a:b].tobytes() for a, b in zip(sets.start[:-1], sets.start[1:], strict=True)}
    assert not held & {again.row[a:b].tobytes() for a, b in zip(again.start[:-1], again.start[1:], strict=True)}


@pytest.mark.parametrize("seed", range(40))
def test_what_the_program_says_holds_for_every_plan(seed):
    cover = circles(30, 9, 0.35, seed, p=[None, 3][seed % 2], must=[0.0, 0.5, 1.0][seed % 3] if seed % 2 == 0 else 0.0)
    every = plans(cover)
    values = np.array([cover.value(plan) for plan in every])
    found = tightened(cover, clock=start_clock(60), limit=np.inf, told=lambda _: None)
    assert found.bound <= values.min()
    for site in range(cover.sites):
        assert found.if_open[site] <= values[every[:, site]].min(initial=np.inf)
        assert found.if_closed[site] <= values[~every[:, site]].min(initial=np.inf)
    assert found.bound >= linear_bound(cover) - 1e-6


@pytest.mark.parametrize("chosen", [{"reach": 0.18, "seed": 3, "p": 10}, {"reach": 0.22, "seed": 6, "must": 0.3}])
def test_sets_close_a_good_part_of_the_gap_where_circles_overlap(chosen):
    cover = circles(400, 60, **chosen)
    best = exact(cover, None, clock=start_clock(60))
    assert best[2]
    found = tightened(cover, clock=start_clock(60), limit=np.inf, told=lambda _: None)
    way = best[1] - linear_bound(cover)
    assert way > 0.1
    assert 0.4 * way < found.bound - linear_bound(cover) <= way + 1e-6
    with_sets = exact(cover, None, clock=start_clock(60), sets=found.sets)
    assert with_sets[2]
    assert with_sets[1] == pytest.approx(best[1])


def test_plans_are_points_of_the_program_with_its_sets():
    cover = circles(40, 9, 0.4, 2, p=3, must=0.3)
    sets = OddSets(np.array([0, 3, 8]), np.array([0, 1, 2, 3, 4, 5, 6, 7]))
    rows, model = rows_of_sets(cover, sets), program(cover)
    assert len(model.with_rows(rows).low) == len(model.low) + 2
    for plan in plans(cover):
        x = point(cover, plan)
        # a row that must be covered has no variable that says that it is not
        if cover.covered(plan)[cover.must].all():
            sums = np.add.reduceat(x[rows.column] * rows.value, rows.indptr[:-1])
            assert (sums >= rows.low).all()
    assert rows.low.tolist() == [2.0, 3.0]
    assert joined(sets, OddSets.none()).row.tolist() == sets.row.tolist()


def test_a_bound_is_safe_at_any_prices():
    rng = np.random.default_rng(3)
    cover = circles(30, 8, 0.35, 3, p=3)
    model = program(cover)
    least = min(cover.value(plan) for plan in plans(cover)) - cover.constant
    answer = GrowingLp(model).solve(start_clock(60))
    at_best, reduced = safe_bound(model, answer.row_dual)
    assert at_best == pytest.approx(answer.bound)
    assert reduced == pytest.approx(answer.reduced_cost, abs=1e-6)
    for _ in range(50):
        bound, _ = safe_bound(model, answer.row_dual + rng.normal(0, 5, len(model.low)))
        assert bound <= at_best + 1e-6 <= least + 2e-6
    wild, _ = safe_bound(replace(model, upper=np.full(len(model.cost), 1e9)), answer.row_dual - 1e-9)
    assert np.isfinite(wild)


@pytest.mark.parametrize("seed", range(10))
def test_a_bound_is_safe_to_the_last_digit(seed):
    rng = np.random.default_rng(seed)
    cover = circles(20, 8, 0.4, seed, p=3)
    model = replace(program(cover), cost=rng.uniform(-1e6, 1e6, 28 - int(cover.must.sum()))[: len(program(cover).cost)])
    price = rng.normal(0, 1e5, len(model.low))
    price[~np.isfinite(model.high)] = np.abs(price[~np.isfinite(model.high)])
    exactly = [Fraction(each) for each in model.cost]
    total = Fraction(0)
    for row, dual in enumerate(price):
        total += Fraction(dual) * Fraction((model.low if dual > 0 else model.high)[row])
        for at in range(model.indptr[row], model.indptr[row + 1]):
            exactly[model.column[at]] -= Fraction(dual) * Fraction(model.value[at])
    total += sum(min(each * Fraction(top), 0) for each, top in zip(exactly, model.upper, strict=True))
    bound, _ = safe_bound(model, price)
    assert Fraction(bound) <= total
    assert bound == pytest.approx(float(total), rel=1e-9, abs=1e-3)


def test_rules_are_as_wide_as_plans_may_use_them():
    inside = np.eye(3, dtype=bool)
    rule = SiteRule("budget", np.arange(3), np.array([0.1, 0.2, 0.7]), 0.0, 0.1 + 0.2 - 1e-10)
    core = SitingCore(
        np.arange(4), np.nonzero(inside)[1].astype(np.int32), None, np.array([5.0, 7.0, 100.0]), np.zeros(3), (rule,)
    )
    cover = cover_of(core)
    least = min(cover.value(plan) for plan in plans(cover))
    assert least == 100.0
    assert tightened(cover, clock=start_clock(60), limit=np.inf, told=lambda _: None).bound <= least


def test_rows_that_are_added_count_at_the_next_solve():
    cover = cover_from(cycle(3), np.full(3, np.inf), np.ones(3))
    lp = GrowingLp(program(cover))
    assert lp.solve(start_clock(60)).bound == pytest.approx(1.5)
    lp.add_rows(rows_of_sets(cover, OddSets(np.array([0, 3]), np.arange(3))))
    assert lp.solve(start_clock(60)).bound == pytest.approx(2.0)


def test_a_clock_that_is_over_leaves_no_bound():
    assert tightened(circles(40, 9, 0.4, 2, p=3), clock=start_clock(0), limit=np.inf, told=lambda _: None) is None
