"""Lower bounds by Lagrangian relaxation of the assignment, and the reduced costs that fix sites.

With a multiplier λ ≤ base for each row, no plan costs less than
L(λ) = Σ λ + min over site sets allowed by the count of Σ (site_cost - Σ max(0, λ - cost))
(Cornuéjols, Fisher, Nemhauser 1977). Other rules enter with a price on what they measure. The multipliers climb along
a deflected subgradient from the best point known (Crowder 1976; Barahona and Anbil 2000), only ever reading those
pairs of a row that cost less than its multiplier.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import making_kernel
from geoplan.locate.median.ascent import PAIRS_A_CALL, Ascent, advance, ask, choose, copy, reduce, tally, turn
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


@dataclass(frozen=True)
class Pace:
    """How a climb takes its steps.

    Attributes:
        step: length of the first one, as a part of Polyak's.
        newest: weight of the newest subgradient in the direction; a small one is slow and comes further.
        patience: steps without progress after which the step is cut to `SHRINK` of its length.
    """

    step: float
    newest: float
    patience: int


QUICK = Pace(1.0, 0.25, 20)
"""For a first bound, and at the nodes of a tree."""

THOROUGH = Pace(0.1, 0.05, 40)
"""To come close to the linear program's bound."""

SHRINK = 0.66

LEAST_STEP = 1e-3
"""Step length (of Polyak's) at which a climb has come to its end."""


def first_multipliers(core: SitingCore) -> Floats:
    """Multipliers to begin with: each row's cost at the rank that an evenly spread plan would have."""
    low, high = core.count
    open_sites = max(1, low, min(high, core.sites // 10 if low == 0 else low))
    rank = max(1, core.sites // open_sites)
    degree = np.diff(core.indptr)
    last = core.indptr[:-1] + np.minimum(rank, np.maximum(degree - 1, 0))
    cost = pair_costs(core)
    value = np.where(degree > 0, cost[np.minimum(last, len(cost) - 1)] if len(cost) else 0.0, 0.0)
    return np.where(degree > rank, value, np.where(np.isfinite(core.base), np.minimum(core.base, 2 * value), value))


def climb(
    core: SitingCore,
    table: RuleTable,
    *,
    upper: float,
    clock: Clock,
    most_steps: int,
    enough: float = np.inf,
    start: Floats | None = None,
    price: Floats | None = None,
    pace: Pace = QUICK,
) -> Ascent:
    """Climb from a start until `enough` is reached, the steps are used up or too short, or time is over.

    Args:
        upper: value of a plan (or an estimate of the optimum), which the step length aims at.
        enough: bound at which to stop.
        start, price: from an earlier climb.
    """
    multiplier = first_multipliers(core) if start is None else start.copy()
    np.minimum(multiplier, core.base, out=multiplier)
    best = multiplier.copy()
    prices = np.zeros(table.rules) if price is None else price.copy()
    best_price = prices.copy()
    shares = np.zeros(core.sites)
    direction, price_direction = np.zeros(core.rows), np.zeros(table.rules)
    state = np.array([-np.inf, pace.step, 0.0, 0.0])
    low, high = core.count
    cost = pair_costs(core)
    lever = np.sqrt(core.rows / max(1, high)) / table.unit
    done, chunk = 0, 1
    while done < most_steps and not (done and clock.over):
        taken = _climb(
            core.indptr, core.site, cost, core.base, core.site_cost, low, high,
            table.indptr, table.rule, table.value, table.low, table.high, lever,
            multiplier, best, direction, prices, best_price, price_direction, shares,
            state, upper, enough, pace.newest, pace.patience, min(chunk, most_steps - done),
        )  # fmt: skip
        done += taken
        if state[0] >= enough or state[1] < LEAST_STEP or taken == 0:
            break
        chunk = max(1, min(most_steps, int(PAIRS_A_CALL / (state[3] + core.rows + 10 * core.sites))))
    return Ascent(float(state[0]), best, best_price, shares)


@making_kernel
def _climb(
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
    best: Floats,
    direction: Floats,
    price: Floats,
    best_price: Floats,
    price_direction: Floats,
    share: Floats,
    state: Floats,
    upper: float,
    enough: float,
    newest: float,
    patience: int,
    steps: int,
) -> int:
    """Some steps of the climb; `state` is the best bound, the step length, steps without progress, pairs read."""
    rows = len(base)
    reduced = np.empty(len(site_cost))
    chosen = np.zeros(len(site_cost), dtype=np.bool_)
    stop = np.empty(rows, dtype=np.int64)
    amount = np.empty(len(price))
    for done in range(steps):
        bound, state[3] = ask(
            indptr, site, cost, site_cost, low, high, rule_indptr, rule, rule_value, rule_low, rule_high,
            multiplier, price, reduced, chosen, stop,
        )  # fmt: skip
        if bound > state[0]:
            if bound - state[0] > 1e-5 * (upper - state[0]):
                state[2] = 0.0
            else:
                state[2] += 1.0
            state[0] = bound
            copy(multiplier, best)
            copy(price, best_price)
        else:
            state[2] += 1.0
        if state[0] >= enough:
            return done + 1
        if state[2] >= patience:
            state[1] *= SHRINK
            state[2] = 0.0
            copy(best, multiplier)
            copy(best_price, price)
        if state[1] < LEAST_STEP:
            return done + 1
        tally(chosen, newest, rule_indptr, rule, rule_value, share, amount)
        norm = turn(
            indptr, site, stop, chosen, amount, rule_low, rule_high, lever, price, newest, direction, price_direction
        )
        if norm < 1e-12:
            return done + 1
        ahead = upper - bound
        if ahead <= 0.0:
            ahead = 0.05 * abs(bound) + 1e-6
        length = state[1] * ahead / norm
        advance(indptr, cost, base, rule_low, rule_high, lever, direction, price_direction, length, multiplier, price)
    return steps


def reduced_costs(core: SitingCore, table: RuleTable, multiplier: Floats, price: Floats) -> Floats:
    """Reduced cost of each site at some multipliers."""
    reduced, stop = np.empty(core.sites), np.empty(core.rows, dtype=np.int64)
    reduce(
        core.indptr, core.site, pair_costs(core), core.site_cost, table.indptr, table.rule, table.value,
        multiplier, price, reduced, stop,
    )  # fmt: skip
    return reduced


def penalties(reduced: Floats, low: int, high: int) -> tuple[Floats, Floats]:
    """What the bound rises by at least if each site must be open, and if each must be closed.

    Sites of the inner minimiser have no penalty for opening and the others none for closing.
    """
    chosen = np.zeros(len(reduced), dtype=np.bool_)
    count = choose(reduced, low, high, chosen)
    worst = float(reduced[chosen].max()) if count else 0.0
    rest = float(reduced[~chosen].min()) if count < len(reduced) else np.inf
    only_swapped = worst if high else -np.inf
    leaves = only_swapped if count == high else max(0.0, worst)
    comes = rest if count == low else min(0.0, rest)
    opening = np.where(chosen, 0.0, np.maximum(reduced - leaves, 0.0))
    closing = np.where(chosen, np.maximum(comes - reduced, 0.0), 0.0)
    return opening, closing
