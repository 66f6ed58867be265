"""A patient climb of the Lagrangian bound, for problems on which the quick one stops short of the linear program's.

The step does not follow the distance to the best plan, which the bound need not reach, but shrinks from a long one to
a short one at an even rate, along a slowly turning direction (Shor 1985; Nesterov and Shikhman 2015). The mean of the
latest multipliers is tried beside the newest: it lies inside of the zigzag, and its bound is mostly better.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import making_kernel
from geoplan.locate.median.ascent import PAIRS_A_CALL, Ascent, advance, ask, copy, tally, turn
from geoplan.locate.median.shrink import pair_costs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.core import SitingCore
    from geoplan.locate.median.ruletable import RuleTable

    Ints = NDArray[np.int64]
    Sites = NDArray[np.int32]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

NEWEST = 0.02
"""Weight of the newest subgradient in the direction, and of the newest multipliers in the mean."""

FIRST_STEP = 8.0
"""First step, as a multiple of what each row would have to rise if all shared what is missing to the plan."""

LAST_STEP = 0.01
"""Last step, as a part of the first."""

EVERY = 25
"""Steps after which the mean of the multipliers is tried."""


def cool(
    core: SitingCore,
    table: RuleTable,
    *,
    ahead: float,
    clock: Clock,
    steps: int,
    start: Floats,
    price: Floats | None = None,
    enough: float = np.inf,
    first_step: float = FIRST_STEP,
) -> Ascent:
    """Climb from a start, with steps that shrink at an even rate, until they are used up.

    Args:
        ahead: how far the bound may rise: from where it is to the value of a plan.
        start, price: from an earlier climb.
        enough: bound at which to stop.
        first_step: see `FIRST_STEP`.
    """
    multiplier = np.minimum(start, core.base)
    prices = np.zeros(table.rules) if price is None else price.copy()
    best, best_price = multiplier.copy(), prices.copy()
    mean, mean_price = multiplier.copy(), prices.copy()
    direction, price_direction, shares = np.zeros(core.rows), np.zeros(table.rules), np.zeros(core.sites)
    low, high = core.count
    cost = pair_costs(core)
    lever = np.sqrt(core.rows / max(1, high)) / table.unit
    length = first_step * max(ahead, 1e-12) / max(1, core.rows)
    state = np.array([-np.inf, length, 0.0])
    rate = LAST_STEP ** (1.0 / max(1, steps))
    done, chunk = 0, 1
    while done < steps and state[0] < enough and not (done and clock.over):
        _cool(
            core.indptr, core.site, cost, core.base, core.site_cost, low, high,
            table.indptr, table.rule, table.value, table.low, table.high, lever,
            multiplier, mean, best, direction, prices, mean_price, best_price, price_direction, shares,
            state, enough, rate, done, min(chunk, steps - done),
        )  # fmt: skip
        done += min(chunk, steps - done)
        chunk = max(1, int(PAIRS_A_CALL / (state[2] + core.rows + 10 * core.sites)))
    return Ascent(float(state[0]), best, best_price, shares)


@making_kernel
def _cool(
    indptr: Ints,
    site: Sites,
    cost: Floats,
    base: Floats,
    site_cost: Floats,
    low: int,
    high: int,
    rule_indptr: Ints,
    rule: Ints,
    rule_value: Floats,
    rule_low: Floats,
    rule_high: Floats,
    lever: Floats,
    multiplier: Floats,
    mean: Floats,
    best: Floats,
    direction: Floats,
    price: Floats,
    mean_price: Floats,
    best_price: Floats,
    price_direction: Floats,
    share: Floats,
    state: Floats,
    enough: float,
    rate: float,
    before: int,
    steps: int,
) -> None:
    """Some steps; `state` is the best bound, the length of the next step, pairs read; `before`: steps done before."""
    reduced = np.empty(len(site_cost))
    chosen = np.zeros(len(site_cost), dtype=np.bool_)
    stop = np.empty(len(base), dtype=np.int64)
    amount = np.empty(len(price))
    for done in range(before + 1, before + steps + 1):
        if done % EVERY == 0:
            bound, _ = ask(
                indptr, site, cost, site_cost, low, high, rule_indptr, rule, rule_value, rule_low, rule_high,
                mean, mean_price, reduced, chosen, stop,
            )  # fmt: skip
            if bound > state[0]:
                state[0] = bound
                copy(mean, best)
                copy(mean_price, best_price)
        bound, state[2] = ask(
            indptr, site, cost, site_cost, low, high, rule_indptr, rule, rule_value, rule_low, rule_high,
            multiplier, price, reduced, chosen, stop,
        )  # fmt: skip
        if bound > state[0]:
            state[0] = bound
            copy(multiplier, best)
            copy(price, best_price)
        if state[0] >= enough:
            return
        tally(chosen, NEWEST, rule_indptr, rule, rule_value, share, amount)
        turn(indptr, site, stop, chosen, amount, rule_low, rule_high, lever, price, NEWEST, direction, price_direction)
        length = state[1]
        advance(indptr, cost, base, rule_low, rule_high, lever, direction, price_direction, length, multiplier, price)
        state[1] *= rate
        for i in range(len(mean)):
            mean[i] += NEWEST * (multiplier[i] - mean[i])
        for r in range(len(price)):
            mean_price[r] += NEWEST * (price[r] - mean_price[r])
