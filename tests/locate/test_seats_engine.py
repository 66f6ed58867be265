from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from geoplan.locate.clock import start_clock
from geoplan.locate.core import SeatsCore, SiteRule
from geoplan.locate.seats import branch, engine, solve_seats
from geoplan.locate.seats.branch import Best, Node, searched
from geoplan.locate.seats.choose import cheapest_sites
from geoplan.locate.seats.evaluate import objective
from geoplan.locate.seats.exact import compact, solve_compact
from geoplan.locate.seats.fixing import bounds_by_site, kept_pairs
from geoplan.locate.seats.lagrange import Prices, climbed, common_unit, first_prices, made_ready, relax

INFINITE = np.inf


def random_core(seed, rows=4, sites=3, *, whole=True):
    rng = np.random.default_rng(seed)
    reach = rng.random((rows, sites)) < rng.choice([0.5, 0.8, 1.0])
    indptr, site, cost = [0], [], []
    draw = (lambda: float(rng.integers(0, 12))) if whole else (lambda: float(rng.random() * 12))
    for row in range(rows):
        pairs = sorted((draw(), int(j)) for j in np.flatnonzero(reach[row]))
        cost += [c for c, _ in pairs]
        site += [j for _, j in pairs]
        indptr.append(len(site))
    weight = rng.integers(0, 6, rows).astype(float) if whole else rng.random(rows) * 5
    option_site = np.sort(np.concatenate([np.arange(sites), rng.integers(0, sites, rng.integers(0, 3))]))
    options = len(option_site)
    capacity = np.where(rng.random(options) < 0.1, INFINITE, rng.integers(2, 15, options).astype(float))
    least = np.where(rng.random(options) < 0.3, rng.integers(1, 7, options), 0).astype(float)
    base = np.where(rng.random(rows) < 0.3, 12.0 + rng.integers(0, 8, rows), INFINITE)
    extra = np.where(rng.random(sites) < 0.3, rng.integers(1, 5, sites), 0).astype(float)
    rules = []
    if rng.random() < 0.5:
        low = int(rng.integers(0, sites + 1))
        rules.append(SiteRule("count", np.arange(sites), np.ones(sites), low, int(rng.integers(low, sites + 1))))
    if rng.random() < 0.3:
        group = np.flatnonzero(rng.random(sites) < 0.6)
        low = float(rng.integers(0, 2))
        rules.append(SiteRule("group", group, np.ones(len(group)), low, low + float(rng.integers(0, 3))))
    return SeatsCore(
        indptr=np.array(indptr, dtype=np.int64),
        site=np.array(site, dtype=np.int32),
        cost=np.array(cost, dtype=float),
        weight=weight,
        base=base,
        option_site=option_site,
        option_capacity=capacity,
        option_least=np.minimum(least, capacity),
        option_cost=rng.integers(-3, 15, options).astype(float),
        must_open=rng.random(sites) < 0.2,
        extra_most=extra,
        extra_cost=rng.integers(0, 4, sites).astype(float),
        rules=tuple(rules),
        budget=float(rng.integers(8, 30)) if rng.random() < 0.3 else INFINITE,
        option_spend=rng.integers(0, 10, options).astype(float),
        extra_spend=rng.integers(0, 3, sites).astype(float),
        splittable=False,
    )


def brute_force(core):
    options = [[-1, *np.flatnonzero(core.option_site == j)] for j in range(core.sites)]
    reach = [[-1, *core.site[core.indptr[i] : core.indptr[i + 1]]] for i in range(core.rows)]
    best = INFINITE
    for option in product(*options):
        taken = np.array(option, dtype=np.int64)
        for site_of_row in product(*reach):
            best = min(best, objective(core, taken, np.array(site_of_row, dtype=np.int64)))
    return best


def plan_of(core, seated):
    site_of_row = np.full(core.rows, -1, dtype=np.int64)
    used = seated.share > 0.5
    site_of_row[core.row()[used]] = core.site[used]
    return seated.option, site_of_row


def assert_equals_brute_force(core, seated):
    expected = brute_force(core)
    if np.isinf(expected):
        assert seated.option is None
        assert seated.proved
        assert seated.bound == INFINITE
        return
    assert seated.option is not None
    assert objective(core, *plan_of(core, seated)) == pytest.approx(expected, abs=1e-6)
    assert seated.proved
    assert seated.bound == pytest.approx(expected, abs=1e-6)


@pytest.fixture
def by_prices(monkeypatch):
    """Even the smallest core goes the long way: prices, fixing, branching."""
    monkeypatch.setattr(engine, "SMALL_PAIRS", -1)
    monkeypatch.setattr(engine, "EASY_PAIRS", -1)
    monkeypatch.setattr(branch, "LEAF_PAIRS", -1)
    monkeypatch.setattr(branch, "NODE_ITERATIONS", 20)
    monkeypatch.setattr(engine, "ITERATIONS", 60)
    monkeypatch.setattr(engine, "FIRST_ITERATIONS", 30)


@pytest.mark.parametrize("seed", range(60))
def test_the_program_equals_brute_force(seed):
    core = random_core(seed, whole=seed % 3 > 0)
    assert_equals_brute_force(core, solve_seats(core, clock=start_clock(60)))


@pytest.mark.parametrize("seed", range(100, 160))
def test_prices_and_branching_equal_brute_force(seed, by_prices):
    core = random_core(seed, whole=seed % 3 > 0)
    assert_equals_brute_force(core, solve_seats(core, clock=start_clock(60)))


@pytest.mark.parametrize("seed", range(200, 300))
def test_no_prices_give_a_bound_above_the_optimum(seed):
    core = random_core(seed, whole=seed % 3 > 0)
    expected = brute_force(core)
    rng = np.random.default_rng(seed)
    ground = made_ready(core)
    for _ in range(10):
        others = np.array([
            rng.normal() * 2 if np.isfinite(rule.low + rule.high) else 0.0 for rule in ground.other
        ])  # fmt: skip
        money = float(rng.random()) if np.isfinite(core.budget) else 0.0
        prices = Prices(np.minimum(rng.normal(6, 6, core.rows), core.base), others, money)
        for is_exact in {ground.is_exact, False}:
            for ahead in (INFINITE, 1.0):
                relaxed = relax(ground, prices, ahead=ahead, is_exact=is_exact)
                assert relaxed.bound <= expected + 1e-9


@pytest.mark.parametrize("seed", range(300, 380))
def test_fixing_takes_away_no_plan_below_the_cutoff(seed):
    core = random_core(seed, whole=seed % 3 > 0)
    found = solve_compact(core, clock=start_clock(60))
    if found.plan is None:
        return
    option, site_of_row = found.plan
    cost = objective(core, option, site_of_row)
    ground = made_ready(core)
    climb = climbed(ground, first_prices(ground), upper=cost, iterations=80, clock=start_clock(60))
    cutoff = cost + 1e-6
    opened, shut = bounds_by_site(ground, climb.best)
    assert (opened[option >= 0] < cutoff).all()
    assert (shut[option < 0] < cutoff).all()
    keep = kept_pairs(ground, climb.best, opened, cutoff)
    used = core.site == site_of_row[core.row()]
    assert keep[used].all()


def test_the_bound_of_the_climb_comes_near_the_optimum():
    core = random_core(7, rows=9, sites=4)
    found = solve_compact(core, clock=start_clock(60))
    cost = objective(core, *found.plan)
    ground = made_ready(core)
    first = relax(ground, first_prices(ground)).bound
    climb = climbed(ground, first_prices(ground), upper=cost, iterations=300, clock=start_clock(60))
    assert first <= climb.best.bound <= cost
    assert climb.best.bound > cost - 0.2 * abs(cost)


@pytest.mark.parametrize("seed", range(20))
def test_the_cheapest_sites_with_room_enough_equal_brute_force(seed):
    rng = np.random.default_rng(seed)
    value = rng.normal(0, 5, 7)
    room = rng.integers(1, 9, 7).astype(float)
    must = rng.random(7) < 0.2
    low = int(rng.integers(must.sum(), 6))
    high = int(rng.integers(low, 8))
    need = float(rng.integers(0, int(room.sum())))
    fits = []
    for bits in product((False, True), repeat=7):
        flags = np.array(bits)
        if low <= flags.sum() <= high and (flags | ~must).all() and room[flags].sum() >= need:
            fits.append(value[flags].sum())
    is_open = cheapest_sites(value, must, (low, high), room, need)
    if fits:
        assert value[is_open].sum() == pytest.approx(min(fits))
        assert room[is_open].sum() >= need


def test_a_plan_goes_into_the_program_and_comes_out_again():
    core = random_core(3)
    found = solve_compact(core, clock=start_clock(60))
    program = compact(core)
    option, site_of_row = program.plan(program.point(*found.plan))
    assert (option == found.plan[0]).all()
    assert (site_of_row == found.plan[1]).all()


def test_an_expired_clock_gives_a_bound_that_holds():
    core = random_core(7, rows=9, sites=4)
    seated = solve_seats(core, clock=start_clock(0.0))
    optimum = objective(core, *solve_compact(core, clock=start_clock(60)).plan)
    assert seated.bound <= optimum
    assert seated.option is None or objective(core, *plan_of(core, seated)) >= optimum


def test_two_runs_give_the_same_plan(by_prices):
    core = random_core(11, rows=12, sites=5)
    first, second = (solve_seats(core, clock=start_clock(60), seed=3) for _ in range(2))
    assert (first.option == second.option).all()
    assert (first.share == second.share).all()
    assert first.bound == second.bound


def test_a_gap_that_is_good_enough_ends_the_search(by_prices):
    core = random_core(7, rows=9, sites=4)
    exact = solve_seats(core, clock=start_clock(60))
    loose = solve_seats(core, clock=start_clock(60), gap=0.5)
    value = objective(core, *plan_of(core, loose))
    assert loose.bound <= exact.bound + 1e-9
    assert value - loose.bound <= 0.5 * abs(value) + 1e-6


def test_the_unit_of_whole_halved_and_odd_weights_is_found():
    assert common_unit(np.array([6.0, 9.0, 0.0])) == 3.0
    assert common_unit(np.array([0.5, 2.0])) == 0.5
    assert common_unit(np.array([0.1, 0.25])) == 0.05
    assert common_unit(np.array([np.pi, 1.0])) == 0.0


def test_branching_proves_what_it_is_given(by_prices):
    core = random_core(21, rows=9, sites=4)
    found = solve_compact(core, clock=start_clock(60))
    cost = objective(core, *found.plan)
    ground = made_ready(core)
    climb = climbed(ground, first_prices(ground), upper=cost, iterations=20, clock=start_clock(60))
    root = Node(
        climb.best.bound, np.zeros(core.sites, dtype=bool), core.must_open, np.ones(len(core.site), dtype=bool),
        climb.best.prices, climb.often,
    )  # fmt: skip
    best = Best(found.plan, cost, lambda value: value - 1e-6)
    assert searched(core, root, best, clock=start_clock(60), seed=0) == pytest.approx(cost, abs=1e-5)
    assert best.cost == cost


def test_fixing_without_any_cutoff_keeps_every_pair_of_a_site_that_may_open():
    core = random_core(8, rows=6, sites=4)
    ground = made_ready(core)
    relaxed = relax(ground, first_prices(ground))
    opened = np.array([0.0, INFINITE, 0.0, 0.0])
    assert (kept_pairs(ground, relaxed, opened, INFINITE) == (core.site != 1)).all()


@pytest.mark.parametrize("base", [0.5, INFINITE])
def test_where_no_site_may_be_opened_all_rows_stay_unserved_or_there_is_no_plan(base):
    core = random_core(0, rows=2, sites=1)
    none = np.zeros(0)
    core = replace(
        core, indptr=np.zeros(3, dtype=np.int64), site=core.site[:0], cost=none, base=np.full(2, base), rules=(),
        option_site=core.option_site[:0], option_capacity=none, option_least=none, option_cost=none,
        must_open=np.zeros(0, dtype=bool), extra_most=none, extra_cost=none, option_spend=none, extra_spend=none,
    )  # fmt: skip
    seated = solve_seats(core, clock=start_clock(10))
    assert seated.proved
    assert seated.bound == 2 * base
    assert (seated.option is None) == (base == INFINITE)


@pytest.mark.parametrize("seed", range(40))
def test_a_bound_holds_where_seats_are_added_to_half_a_seat(seed):
    core = random_core(seed)
    core = replace(
        core,
        option_capacity=core.option_capacity + 0.5,
        extra_most=core.extra_most + 1.5,
        extra_cost=core.extra_cost + 5.0,
    )
    ground = made_ready(core)
    climb = climbed(ground, first_prices(ground), upper=INFINITE, iterations=60, clock=start_clock(60))
    plain = replace(climb.best.prices, rule=np.zeros(len(ground.other)), money=0.0)
    assert relax(ground, plain).bound <= brute_force(core) + 1e-6
