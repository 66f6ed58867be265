"""Lagrangian bound of single-assignment siting: rows are priced, each site solves its own knapsack.

The rows' assignment is relaxed with one multiplier each; then every site takes the load that earns most and the sites
are chosen by what they earn, within the count. Rules on groups and the budget are priced too. Any prices give a bound;
good ones are found by subgradient steps with the deflection of Camerini, Fratta and Maffioli 1975.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.seats.choose import cheapest_sites
from geoplan.locate.seats.knapsack import listed, price_sites

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.core import SeatsCore, SiteRule

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

NOTHING = np.empty(0)
FINEST = 20_000
"""Most units of load that a site may take where loads are counted exactly."""
LISTED_WHOLE = 200_000
"""Pairs up to which all of them are looked at where loads have a floor."""
NEAR_PAIRS = 10
"""How many pairs of a row are looked at beyond that number of pairs."""
DEEPEST = 4e8
"""Most steps of the recursion over loads, over all sites, at one set of prices, where floors make all rows count."""


@dataclass(frozen=True, eq=False)
class Prices:
    """What is charged: `row` for serving each row, `rule` for each of the core's other rules, `money` of the budget.

    A rule's price is above 0 where its least amount is priced and below 0 where its most is.
    """

    row: Floats
    rule: Floats
    money: float


@dataclass(frozen=True, eq=False)
class Ground:
    """A core made ready for pricing.

    Attributes:
        first: first option of each site (sites + 1).
        band, widening: least and most load of each option, and what may be added at each site; `_units` in whole units.
        is_exact: loads are counted in whole units of `unit`.
        ahead: how much a pair may lose for each unit of load and still be looked at for the floors' sake.
        room, need: what each site holds at most, and what all must hold together.
        other: the rules but the count.
    """

    core: SeatsCore
    first: Ints
    band: Floats
    widening: Floats
    units: Ints
    band_units: Ints
    widening_units: Ints
    unit: float
    is_exact: bool
    has_floors: bool
    ahead: float
    room: Floats
    need: float
    other: tuple[SiteRule, ...]


@dataclass(frozen=True, eq=False)
class Relaxed:
    """The relaxation at some prices.

    Attributes:
        bound: no plan costs less; rounding allowed for.
        value: what each site costs when open, its rows' prices taken off; inf where it cannot be.
        option: its option then.
        is_open: the sites that the relaxation opens.
        slope_row, slope_rule, slope_money: how the bound grows with the prices.
    """

    prices: Prices
    bound: float
    value: Floats
    option: Ints
    is_open: NDArray[np.bool_]
    slope_row: Floats
    slope_rule: Floats
    slope_money: float


def made_ready(core: SeatsCore) -> Ground:
    """Bands within what can reach each site; loads in whole units where weights allow it."""
    first = np.searchsorted(core.option_site, np.arange(core.sites + 1))
    reaching = np.bincount(core.site, weights=core.weight[core.row()], minlength=core.sites)
    most = np.minimum(core.option_capacity, reaching[core.option_site])
    band = np.column_stack([core.option_least, most])
    widening = np.minimum(core.extra_most, reaching)
    has_floors = bool((core.option_least > 0).any())
    unit = common_unit(core.weight)
    is_exact = unit > 0
    if is_exact:
        largest = float((band[:, 1] + widening[core.option_site]).max(initial=0.0)) / unit
        is_exact = largest <= FINEST and (not has_floors or largest * len(core.site) <= DEEPEST)
        is_exact = is_exact and _begin_at_units(most[widening[core.option_site] > 0] / unit)
    scale = 1.0 / unit if is_exact else 0.0
    hair = 1e-9
    room = np.zeros(core.sites)
    np.maximum.at(room, core.option_site, band[:, 1])
    room += widening
    return Ground(
        core, first, band, widening,
        np.rint(core.weight * scale).astype(np.int64),
        np.column_stack([
            np.ceil(band[:, 0] * scale * (1 - hair) - hair), np.floor(band[:, 1] * scale * (1 + hair) + hair),
        ]).astype(np.int64),
        np.floor(widening * scale * (1 + hair) + hair).astype(np.int64),
        unit, is_exact, has_floors, _far_ahead(core), room, float(core.weight[~np.isfinite(core.base)].sum()),
        tuple(rule for rule in core.rules if rule.name != "count"),
    )  # fmt: skip


def _begin_at_units(capacity: Floats) -> bool:
    """Seats are added from a whole unit on: else a load in units takes a part of a unit that costs less."""
    return bool((np.abs(capacity - np.rint(capacity)) <= 1e-9 * np.maximum(capacity, 1.0)).all())


def _far_ahead(core: SeatsCore) -> float:
    """Where pairs are many, what lies between a row's second and its tenth or so pair; else no limit."""
    if len(core.site) <= LISTED_WHOLE:
        return np.inf
    width = np.diff(core.indptr)
    rows = np.flatnonzero((width > NEAR_PAIRS) & (core.weight > 0))
    if len(rows) == 0:
        return np.inf
    first = core.indptr[rows]
    return float(np.median((core.cost[first + NEAR_PAIRS] - core.cost[first + 1]) / core.weight[rows]))


def common_unit(weight: Floats) -> float:
    """The largest unit of which every weight is a whole multiple, of 1, ½, ¹⁄₁₀, ¹⁄₁₀₀ … and multiples; 0: none."""
    for parts in (1, 2, 10, 100, 1000):
        scaled = weight * parts
        if (np.abs(scaled - np.rint(scaled)) <= 1e-9 * np.maximum(scaled, 1.0)).all() and scaled.max(initial=0) < 2**50:
            return max(int(np.gcd.reduce(np.rint(scaled).astype(np.int64), initial=0)), 1) / parts
    return 0.0


def first_prices(ground: Ground) -> Prices:
    """Each row priced at its second cheapest pair."""
    core = ground.core
    width = np.diff(core.indptr)
    second = core.indptr[:-1] + np.minimum(width - 1, 1)
    row = np.where(width > 0, core.cost[np.maximum(second, 0)] if len(core.cost) else 0.0, 0.0)
    return Prices(np.minimum(row, core.base), np.zeros(len(ground.other)), 0.0)


def relax(ground: Ground, prices: Prices, *, ahead: float | None = None, is_exact: bool | None = None) -> Relaxed:
    """The relaxation at these prices; `ahead` as in `knapsack.listed` instead of the ground's own."""
    core = ground.core
    is_exact = ground.is_exact if is_exact is None else is_exact
    ahead = ground.ahead if ahead is None else ahead
    ahead = (np.inf if is_exact else ahead) if ground.has_floors else 0.0
    start, _, row, profit = listed(core.indptr, core.site, core.cost, core.weight, prices.row, ahead, core.sites)
    amount = np.zeros(core.sites)
    for price, rule in zip(prices.rule, ground.other, strict=True):
        amount[rule.sites] -= price * rule.values
    option_cost = core.option_cost + prices.money * core.option_spend + amount[core.option_site]
    seat_cost = core.extra_cost + prices.money * core.extra_spend

    def priced(sites: Ints, served: Floats, loads: Floats) -> tuple[Floats, Ints]:
        value_and_option: tuple[Floats, Ints] = price_sites(
            start, row, profit, core.weight, ground.units, ground.first, ground.band, ground.band_units,
            option_cost, ground.widening, ground.widening_units, seat_cost, seat_cost * ground.unit,
            ahead, is_exact, sites, served, loads,
        )  # fmt: skip
        return value_and_option

    value, option = priced(np.arange(core.sites), NOTHING, NOTHING)
    is_open = cheapest_sites(value, core.must_open, core.count, ground.room, ground.need)
    opened = np.flatnonzero(is_open)
    served, loads = np.zeros(core.rows), np.zeros(len(opened))
    bound = np.inf
    if np.isfinite(value[opened]).all() and len(opened) >= core.count[0]:
        priced(opened, served, loads)
        bound = _bound(ground, prices, value[opened], profit)
    slope_rule = np.array(
        [_slope(rule, rule.amount(is_open), price) for price, rule in zip(prices.rule, ground.other, strict=True)]
    )
    slope_row = np.where((prices.row >= core.base) & (served < 1.0), 0.0, 1.0 - served)
    slope_money = 0.0
    if np.isfinite(core.budget) and np.isfinite(bound):
        taken = option[opened]
        seats = np.maximum(loads - core.option_capacity[taken], 0.0)
        slope_money = float(core.option_spend[taken].sum() + (core.extra_spend[opened] * seats).sum() - core.budget)
    return Relaxed(prices, bound, value, option, is_open, slope_row, slope_rule, slope_money)


def _bound(ground: Ground, prices: Prices, value: Floats, profit: Floats) -> float:
    core = ground.core
    charged = np.minimum(prices.row, core.base)
    terms = [float(charged.sum()), float(value.sum())]
    size = float(np.abs(charged).sum() + np.abs(value).sum() + 2 * np.abs(profit).sum())
    for price, rule in zip(prices.rule, ground.other, strict=True):
        if price != 0.0:
            terms.append(price * (rule.low if price > 0 else rule.high))
    if prices.money > 0.0:
        terms.append(-prices.money * core.budget)
    size += sum(abs(term) for term in terms)
    # sums in floating point: numpy's are pairwise, a knapsack's run over the rows that reach a site
    return float(sum(terms) - size * np.finfo(np.float64).eps * (64.0 + np.sqrt(core.rows)))


def _slope(rule: SiteRule, amount: float, price: float) -> float:
    if price > 0 or (price == 0 and amount < rule.low):
        return rule.low - amount
    if price < 0 or amount > rule.high:
        return rule.high - amount
    return 0.0


@dataclass(frozen=True, eq=False)
class Climb:
    """Where the ascent of the bound has come to.

    Attributes:
        best: the relaxation with the highest bound.
        often: how often each site was open of late, in [0, 1].
        iterations: how many prices were tried.
    """

    ground: Ground
    best: Relaxed
    often: Floats
    iterations: int


def climbed(
    ground: Ground,
    prices: Prices,
    *,
    upper: float,
    iterations: int,
    clock: Clock,
    reach: float = 0.05,
    pace: float = 1.0,
    patience: int = 15,
    is_exact: bool | None = None,
    enough: float = np.inf,
) -> Climb:
    """Subgradient ascent from these prices.

    Args:
        upper: cost of the best plan known, inf where there is none.
        reach: relative rise of the bound that is hoped for at most; a target far too high makes steps far too long.
        pace: share of the way to the target that a first step aims at.
        patience: iterations without a better bound after which the pace is cut.
        enough: a bound at which nothing more is to be gained.
    """
    core = ground.core
    best = now = relax(ground, prices, is_exact=is_exact)
    spend_unit = max(float(np.abs(core.option_spend).mean()) if len(core.option_spend) else 0.0, 1e-9)
    rule_unit = np.array([max(float(rule.values.mean()), 1e-9) if len(rule.values) else 1.0 for rule in ground.other])
    direction = np.zeros(core.rows + len(ground.other) + 1)
    stale = 0
    done = 1
    often = now.is_open.astype(np.float64)
    while done < iterations and not clock.over and best.bound < enough and np.isfinite(best.bound):
        slope = np.concatenate([now.slope_row, now.slope_rule / rule_unit, [now.slope_money / spend_unit]])
        size = float(direction @ direction)
        back = -1.5 * float(slope @ direction) / size if size > 0 else 0.0
        direction = slope + max(back, 0.0) * direction
        size = float(direction @ direction)
        if size < 1e-18:
            break
        target = min(upper, best.bound + reach * max(abs(best.bound), 1.0))
        step = pace * max(target - now.bound, 1e-6 * max(abs(target), 1.0)) / size
        p = now.prices
        row = np.minimum(p.row + step * direction[: core.rows], core.base)
        if not ground.has_floors:
            row = np.maximum(row, 0.0)
        rule = p.rule + step * direction[core.rows : -1] / rule_unit
        money = max(p.money + step * float(direction[-1]) / spend_unit, 0.0)
        now = relax(ground, Prices(row, rule, money), is_exact=is_exact)
        done += 1
        often += 0.05 * (now.is_open - often)
        if now.bound > best.bound + 1e-7 * abs(best.bound):
            stale = 0
        else:
            stale += 1
        if now.bound > best.bound:
            best = now
        if stale >= patience:
            pace *= 0.7
            stale = 0
            now = best
            direction[:] = 0.0
            if pace < 1e-3:
                break
    return Climb(ground, best, often, done)
