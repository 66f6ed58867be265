"""Seats whose rows may be shared: equal to linear programs over every choice of options."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.optimize import linprog

from geoplan.locate import Status, capacitated
from geoplan.locate.clock import start_clock
from geoplan.locate.core import SeatsCore
from geoplan.locate.seats import splittable
from geoplan.locate.seats.fractional import Node, ascend, by_site
from geoplan.locate.seats.splittable import solve_splittable

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoplan.locate.core import Seated


def brute_force(core: SeatsCore) -> float:
    """A linear program for every choice of options."""
    choices = [[-1, *np.flatnonzero(core.option_site == site).tolist()] for site in range(core.sites)]
    return min(_shared_among(core, np.array(option)) for option in itertools.product(*choices))


def _shared_among(core: SeatsCore, option: np.ndarray) -> float:
    is_open = option >= 0
    if (core.must_open & ~is_open).any() or not all(rule.holds(is_open) for rule in core.rules):
        return float("inf")
    pairs, row = len(core.cost), core.row()
    taken = option[is_open]
    cost = np.concatenate([core.cost, core.extra_cost, np.where(np.isfinite(core.base), core.base, 0.0)])
    most = np.concatenate([is_open[core.site], core.extra_most, np.isfinite(core.base)]).astype(float)
    served = np.zeros((core.rows, len(cost)))
    served[row, np.arange(pairs)] = 1.0
    served[np.arange(core.rows), pairs + core.sites + np.arange(core.rows)] = 1.0
    above, high = [], []
    for site in np.flatnonzero(is_open):
        load = np.zeros(len(cost))
        mine = core.site == site
        load[:pairs][mine] = core.weight[row[mine]]
        above.append(-load)
        high.append(-core.option_least[option[site]])
        if core.option_capacity[option[site]] < np.inf:
            seats = load.copy()
            seats[pairs + site] = -1.0
            above.append(seats)
            high.append(core.option_capacity[option[site]])
    if core.budget < np.inf:
        spend = np.zeros(len(cost))
        spend[pairs : pairs + core.sites] = core.extra_spend
        above.append(spend)
        high.append(core.budget - core.option_spend[taken].sum())
    answer = linprog(
        cost, A_ub=np.array(above) if above else None, b_ub=high or None, A_eq=served, b_eq=np.ones(core.rows),
        bounds=list(zip(np.zeros(len(cost)), most, strict=True)),
    )  # fmt: skip
    return float(answer.fun + core.option_cost[taken].sum()) if answer.status == 0 else float("inf")


def cost_of(core: SeatsCore, seated: Seated) -> float:
    """What the answer costs by the definition, inf where it breaks something."""
    option, share = seated.option, seated.share
    assert option is not None
    assert share is not None
    row, is_open = core.row(), option >= 0
    assert ((share >= 0) & (share <= 1)).all()
    missing = 1.0 - np.bincount(row, weights=share, minlength=core.rows)
    load = np.bincount(core.site, weights=share * core.weight[row], minlength=core.sites)
    assert not load[~is_open].any()
    assert missing[~np.isfinite(core.base)] == pytest.approx(0.0, abs=1e-9)
    assert (missing > -1e-9).all()
    taken = option[is_open]
    added = np.maximum(load[is_open] - core.option_capacity[taken], 0.0)
    assert (load[is_open] >= core.option_least[taken] - 1e-7).all()
    assert (added <= core.extra_most[is_open] + 1e-7).all()
    spend = core.option_spend[taken].sum() + (core.extra_spend[is_open] * added).sum()
    assert spend <= core.budget + 1e-7
    assert all(rule.holds(is_open) for rule in core.rules)
    rest = np.where(np.isfinite(core.base), core.base, 0.0) @ np.maximum(missing, 0.0)
    running = core.option_cost[taken].sum() + (core.extra_cost[is_open] * added).sum()
    return float((core.cost * share).sum() + rest + running)


def check(core: SeatsCore) -> bool:
    best = brute_force(core)
    seated = solve_splittable(core, clock=start_clock())
    assert seated.proved
    if best == np.inf:
        assert seated.option is None
        assert seated.bound == np.inf
        return False
    assert cost_of(core, seated) == pytest.approx(best, rel=1e-6, abs=1e-6)
    assert seated.bound <= best + 1e-6 * max(1.0, abs(best))
    assert seated.bound >= best - 1e-5 * max(1.0, abs(best))
    return True


def test_all_features_together_equal_brute_force(random_core: Callable[..., SeatsCore]) -> None:
    rng = np.random.default_rng(1)
    assert sum(check(random_core(rng, sites=3)) for _ in range(60)) > 20


def test_fixing_sites_by_the_bound_keeps_the_optimum(
    random_core: Callable[..., SeatsCore], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(splittable, "SMALL", 0)
    rng = np.random.default_rng(2)
    assert sum(check(random_core(rng, sites=3)) for _ in range(30)) > 10


def test_branching_on_sites_equals_brute_force(
    random_core: Callable[..., SeatsCore], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(splittable, "SMALL", 0)
    rng = np.random.default_rng(3)
    assert sum(check(random_core(rng, plain=True)) for _ in range(60)) > 20


def test_branching_and_one_program_agree_on_a_town(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    place, schools, weight = rng.random((60, 2)), rng.random((15, 2)), rng.integers(1, 30, 60).astype(float)
    cost = np.hypot(*(place[:, None, :] - schools[None, :, :]).transpose(2, 0, 1)) * weight[:, None]
    order = np.argsort(cost, axis=1, kind="stable")
    core = SeatsCore(
        np.arange(61) * 15, order.ravel().astype(np.int32), np.take_along_axis(cost, order, axis=1).ravel(), weight,
        np.full(60, np.inf), np.arange(15), rng.uniform(0.15, 0.3, 15) * weight.sum(), np.zeros(15),
        rng.uniform(10, 40, 15), np.zeros(15, dtype=np.bool_), np.zeros(15), np.zeros(15), (), np.inf, np.zeros(15),
        np.zeros(15), splittable=True,
    )  # fmt: skip
    whole = solve_splittable(core, clock=start_clock())
    monkeypatch.setattr(splittable, "SMALL", 0)
    branched = solve_splittable(core, clock=start_clock())
    assert whole.proved
    assert branched.proved
    assert cost_of(core, branched) == pytest.approx(cost_of(core, whole), rel=1e-6)


def test_no_multipliers_prove_more_than_the_optimum(random_core: Callable[..., SeatsCore]) -> None:
    rng = np.random.default_rng(5)
    for _ in range(40):
        core = random_core(rng, sites=3)
        best = brute_force(core)
        node = Node(core.must_open.copy(), np.zeros(core.sites, dtype=np.bool_))
        bound = ascend(core, by_site(core), node, clock=start_clock(), upper=np.inf, rounds=50)
        if bound is None:
            assert best == np.inf
        else:
            assert bound.value <= best + 1e-7 * max(1.0, abs(best))


def test_an_expired_clock_proves_nothing(random_core: Callable[..., SeatsCore]) -> None:
    core = random_core(np.random.default_rng(6), plain=True)
    seated = solve_splittable(core, clock=start_clock(0.0))
    assert seated.option is None
    assert not seated.proved
    assert seated.bound < np.inf


def test_the_same_core_gives_the_same_shares(
    random_core: Callable[..., SeatsCore], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(splittable, "SMALL", 0)
    core = replace(random_core(np.random.default_rng(7), rows=12, sites=8, plain=True), rules=())
    first, second = (solve_splittable(core, clock=start_clock()) for _ in range(2))
    assert first.option is not None
    assert second.option is not None
    assert first.share is not None
    assert second.share is not None
    assert (first.option == second.option).all()
    assert (first.share == second.share).all()


def test_where_nothing_opens_everybody_stays_unserved_at_the_price() -> None:
    costs = np.array([[499.0, 0.0], [0.0, 0.0]])
    solution = capacitated(costs, weights=20047.26, p=0, unserved_cost=499.0, splittable=True)
    assert solution.status is Status.OPTIMAL
    assert solution.objective == pytest.approx(2 * 20047.26 * 499.0)
