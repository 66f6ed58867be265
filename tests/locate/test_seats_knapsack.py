"""Knapsacks over loads in whole units, against all sets of items."""

from itertools import product

import numpy as np
import pytest

from geoplan.locate.seats.knapsack import exact_loads, exact_table


def items(seed):
    """Some items, a few without weight, a few that do not pay."""
    rng = np.random.default_rng(seed)
    many = int(rng.integers(0, 8))
    return rng, rng.normal(2.0, 6.0, many), rng.integers(0, 6, many)


def every_set(many):
    return [np.array(taken, dtype=bool) for taken in product((False, True), repeat=many)]


@pytest.mark.parametrize("seed", range(60))
def test_the_least_cost_of_a_site_is_that_of_the_best_set_of_items(seed):
    rng, profit, units = items(seed)
    low = rng.integers(0, 6, 2)
    band = np.column_stack([low, low + rng.integers(0, 8, 2)])
    option_cost, widening, unit_cost = rng.uniform(0, 9, 2), rng.integers(0, 3, 1), rng.uniform(0, 4, 1)

    def cost(taken, o):
        load = int(units[taken].sum())
        if not band[o, 0] <= load <= band[o, 1] + widening[0]:
            return np.inf
        return option_cost[o] + unit_cost[0] * max(load - band[o, 1], 0) - profit[taken].sum()

    least = min(cost(taken, o) for taken in every_set(len(profit)) for o in range(2))
    share = np.full(len(profit), 0.5)
    value, option = exact_loads(profit, units, band, option_cost, widening, unit_cost, share)
    without, _ = exact_loads(profit, units, band, option_cost, widening, unit_cost, np.empty(0))
    assert value == without
    assert value == pytest.approx(least)
    if np.isfinite(least):
        assert cost(share == 1.0, option) == pytest.approx(least)
        assert set(share) <= {0.0, 1.0}


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("is_floored", [False, True])
def test_the_table_holds_the_most_that_items_of_each_load_earn(seed, is_floored):
    rng, profit, units = items(100 + seed)
    may = (units > 0) & ((profit > 0) | is_floored)
    most = int(rng.integers(0, 25))
    best = np.full(most + 1, -np.inf)
    for taken in every_set(len(profit)):
        load = int(units[taken].sum())
        if load <= most and not (taken & ~may).any():
            best[load] = max(best[load], profit[taken].sum())
    table = exact_table(profit, units, most, is_floored)
    assert table == pytest.approx(best[: len(table)])
    assert (best[len(table) :] == -np.inf).all()
