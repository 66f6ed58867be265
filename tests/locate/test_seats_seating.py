from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from geoplan.locate.clock import start_clock
from geoplan.locate.core import SeatsCore, SiteRule
from geoplan.locate.seats.evaluate import objective
from geoplan.locate.seats.exact import solve_compact
from geoplan.locate.seats.lagrange import made_ready
from geoplan.locate.seats.moves import nearest_open, state_of, terms_of
from geoplan.locate.seats.seating import seated, seatings
from geoplan.locate.seats.shared import seat_prices, share_out
from geoplan.locate.seats.sharing import by_sharing
from geoplan.locate.seats.triples import share_out_triples, triples_of

INFINITE = np.inf


def plain_core(seed, *, rows=7, sites=3, spare=3.0, whole=True, base=INFINITE):
    """One option each, all pairs, capacities that hold all rows with `spare` units to spare."""
    rng = np.random.default_rng(seed)
    weight = rng.integers(1, 9, rows).astype(float)
    cost = rng.integers(1, 30, (rows, sites)).astype(float)
    if not whole:
        weight, cost = weight + rng.random(rows) * np.pi / 10, cost + rng.random((rows, sites))
    home = np.arange(rows) % sites
    capacity = np.bincount(home, weights=weight, minlength=sites)
    capacity[rng.integers(0, sites)] += spare
    order = np.lexsort((np.tile(np.arange(sites), (rows, 1)), cost), axis=1)
    return SeatsCore(
        indptr=np.arange(rows + 1) * sites,
        site=order.ravel().astype(np.int32),
        cost=np.take_along_axis(cost, order, axis=1).ravel(),
        weight=weight,
        base=np.full(rows, base),
        option_site=np.arange(sites),
        option_capacity=capacity,
        option_least=np.zeros(sites),
        option_cost=rng.integers(0, 20, sites).astype(float),
        must_open=np.zeros(sites, dtype=bool),
        extra_most=np.zeros(sites),
        extra_cost=np.zeros(sites),
        rules=(),
        budget=INFINITE,
        option_spend=np.zeros(sites),
        extra_spend=np.zeros(sites),
        splittable=False,
    )


def cheapest(core, option):
    """By brute force over all assignments; rows may rest where the core lets them."""
    places = [-1, *np.flatnonzero(option >= 0)]
    every = product(places, repeat=core.rows)
    return min(objective(core, option, np.array(site_of_row, dtype=np.int64)) for site_of_row in every)


def start_of(core, site_of_row, *, penalty):
    t = terms_of(core, penalty=penalty, unserved=1e6)
    cost = np.array([
        core.cost[core.indptr[i] : core.indptr[i + 1]][core.site[core.indptr[i] : core.indptr[i + 1]] == j][0]
        for i, j in enumerate(site_of_row)
    ])  # fmt: skip
    is_open = np.ones(core.sites, dtype=bool)
    near, _ = nearest_open(t, is_open, core.sites)
    return t, state_of(core, is_open, np.asarray(site_of_row, dtype=np.int64), cost), near


@pytest.mark.parametrize("seed", range(30))
def test_a_triple_is_shared_out_as_brute_force_does(seed):
    core = plain_core(seed, spare=seed % 3)
    ground = made_ready(core)
    t, s, near = start_of(core, np.arange(core.rows) % 3, penalty=1e5)
    share_out_triples(t, s, near, ground.units, ground.unit, clock=start_clock(30))
    assert objective(core, np.arange(3), s.site_of_row) == cheapest(core, np.arange(3))


@pytest.mark.parametrize("seed", range(10))
def test_rows_without_weight_go_where_they_cost_least_of_three(seed):
    core = plain_core(seed)
    core = replace(core, weight=np.where(np.arange(core.rows) < 3, 0.0, core.weight))
    ground = made_ready(core)
    t, s, near = start_of(core, np.arange(core.rows) % 3, penalty=1e5)
    share_out_triples(t, s, near, ground.units, ground.unit, clock=start_clock(30))
    assert objective(core, np.arange(3), s.site_of_row) == cheapest(core, np.arange(3))


def test_a_triple_by_hand_goes_round_in_a_circle_where_no_swap_helps():
    # Three rows of one unit, three sites of one seat: each row's cheap site is the next one's.
    core = plain_core(0, rows=3)
    cost = np.array([[5.0, 1.0, 9.0], [9.0, 5.0, 1.0], [1.0, 9.0, 5.0]])
    order = np.argsort(cost, axis=1)
    core = replace(
        core, weight=np.ones(3), option_capacity=np.ones(3), site=order.ravel().astype(np.int32),
        cost=np.sort(cost, axis=1).ravel(),
    )  # fmt: skip
    t, s, near = start_of(core, [0, 1, 2], penalty=1e5)
    share_out_triples(t, s, near, np.ones(3, dtype=np.int64), 1.0, clock=start_clock(30))
    assert s.site_of_row.tolist() == [1, 2, 0]
    assert s.row_cost.sum() == 3.0
    assert s.load.tolist() == [1.0, 1.0, 1.0]


def test_a_triple_takes_load_out_of_a_site_that_holds_too_much():
    core = plain_core(4, spare=0.0)
    ground = made_ready(core)
    t, s, near = start_of(core, np.zeros(core.rows, dtype=int), penalty=1e5)
    share_out_triples(t, s, near, ground.units, ground.unit, clock=start_clock(30))
    assert objective(core, np.arange(3), s.site_of_row) == cheapest(core, np.arange(3))


def test_triples_join_sites_whose_rows_have_the_others_near():
    # Rows 0-2 at sites 0-2, each with the two others next; row 3 at site 3 knows no other.
    near = np.array([[0, 1, 2], [1, 2, 0], [2, 0, 1], [3, -1, -1]], dtype=np.int32)
    assert triples_of(np.array([0, 1, 2, 3]), near, 4).tolist() == [[0, 1, 2]]


@pytest.mark.parametrize("seed", range(12))
def test_whole_rows_are_seated_nearly_as_brute_force_does(seed):
    core = plain_core(seed, spare=seed % 4, base=25.0 if seed % 2 else INFINITE)
    plan = seatings(core, np.ones(3, bool), plans=3, known=None, best=INFINITE, clock=start_clock(60), seed=seed)
    least = cheapest(core, np.arange(3))
    assert plan is not None
    assert least <= objective(core, *plan) <= 1.02 * least


@pytest.mark.parametrize("seed", range(8))
def test_rows_of_odd_weights_are_seated_or_there_is_no_plan_but_none_breaks_anything(seed):
    core = plain_core(seed, spare=9.0, whole=False, base=25.0 if seed % 2 else INFINITE)
    plan = seatings(core, np.ones(3, bool), plans=3, known=None, best=INFINITE, clock=start_clock(60), seed=seed)
    if plan is not None:
        assert cheapest(core, np.arange(3)) - 1e-9 <= objective(core, *plan) < INFINITE


@pytest.mark.parametrize("seed", range(20))
def test_a_seat_is_worth_at_least_what_one_more_saves(seed):
    core, rng = plain_core(seed, rows=9, sites=4, base=60.0 if seed % 2 else INFINITE), np.random.default_rng(seed)
    is_open = np.ones(4, dtype=bool)
    price = seat_prices(core, is_open, clock=start_clock(60))
    now = share_out(core, is_open, clock=start_clock(60)).value
    more = rng.random(4) * rng.integers(0, 2, 4)
    roomier = replace(core, option_capacity=core.option_capacity + more)
    assert share_out(roomier, is_open, clock=start_clock(60)).value >= now - float(price @ more) - 1e-6
    assert (price >= 0).all()


def test_a_seat_that_is_scarce_is_worth_something():
    core = plain_core(3, rows=9, sites=4, spare=0.0)
    assert seat_prices(core, np.ones(4, dtype=bool), clock=start_clock(60)).max() > 0


def test_seats_have_no_price_where_sites_may_grow():
    core = replace(plain_core(3, rows=9, sites=4), extra_most=np.array([0.0, 2.0, 0.0, 0.0]))
    assert (seat_prices(core, np.ones(4, dtype=bool), clock=start_clock(60)) == 0).all()


def test_drafts_are_the_same_for_the_same_seed():
    core = plain_core(5, rows=30, sites=4)
    ground, price = made_ready(core), seat_prices(core, np.ones(4, dtype=bool), clock=start_clock(60))
    first, second = (seated(ground, np.ones(4, dtype=bool), price, clock=start_clock(60), seed=3) for _ in range(2))
    assert (first.site_of_row == second.site_of_row).all()
    assert first.cost == second.cost


@pytest.mark.parametrize("seed", range(10))
def test_what_sharing_gives_is_a_plan_and_a_bound_that_holds(seed):
    core = plain_core(seed, rows=8, sites=4, spare=9.0)
    rule = SiteRule("count", np.arange(4), np.ones(4), 3.0, 4.0)
    core = replace(core, rules=(rule,), option_capacity=core.option_capacity * 1.5)
    optimum = objective(core, *solve_compact(core, clock=start_clock(60)).plan)
    plan, bound = by_sharing(core, plans=16, known=None, best=INFINITE, clock=start_clock(60), seed=0)
    assert bound <= optimum + 1e-9
    if plan is not None:
        assert optimum - 1e-6 <= objective(core, *plan) < INFINITE
        assert rule.holds(plan[0] >= 0)


def test_where_shared_rows_find_no_room_there_is_no_plan_at_all():
    core = plain_core(1)
    core = replace(core, option_capacity=core.option_capacity * 0.5)
    plan, bound = by_sharing(core, plans=16, known=None, best=INFINITE, clock=start_clock(60), seed=0)
    assert plan is None
    assert bound == INFINITE
