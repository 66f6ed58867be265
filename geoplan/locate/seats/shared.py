"""Shares of rows among given sites, by HiGHS: a linear program once the options are known, else a mixed-integer one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.highs import minimise
from geoplan.locate.seats.evaluate import running_cost
from geoplan.locate.seats.part import Layout, Outside, Part

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.core import SeatsCore
    from geoplan.locate.highs import Options
    from geoplan.locate.seats.fractional import Bound
    from geoplan.locate.seats.moves import Flags, Ints

    Floats = NDArray[np.float64]

LINKED = 0.05
"""Pairs this much dearer than their row's multiplier, or more, are hardly wanted."""
EXACT: Options = {
    "primal_feasibility_tolerance": 1e-10,
    "dual_feasibility_tolerance": 1e-10,
}
"""For the linear program whose shares are the answer."""


@dataclass(frozen=True, eq=False)
class Shared:
    """A plan whose rows may be shared: option by site (-1 closed), share by pair, and what it costs."""

    option: Ints
    share: Floats
    value: float


def solve_shared(
    core: SeatsCore,
    sites: Ints,
    opened: Flags,
    *,
    clock: Clock,
    gap: float,
    seed: int,
    bound: Bound | None = None,
    nodes: int | None = None,
) -> tuple[Shared | None, float]:
    """The best plan with some of these sites, and what no such plan undercuts.

    Args:
        core: the problem.
        sites: that may be open, ascending.
        opened: that must be open.
        clock: when to stop.
        gap: relative gap at which a plan is good enough.
        seed: for HiGHS.
        bound: multipliers; where they say that a pair is not wanted, "no share without its site" is left to the
            site's capacity, which implies it for whole numbers.
        nodes: most nodes of branch and bound.
    """
    part, _ = whole_part(core, sites)
    linked = None
    if bound is not None:
        linked = linked_pairs(core, part, bound.multiplier)
    layout = Layout(replace(core, must_open=core.must_open | opened), part, None, linked)
    model, scale = layout.model(Outside(np.zeros(len(core.rules)), 0.0))
    answer = minimise(model, clock=clock, gap=gap, seed=seed, most_nodes=nodes)
    if answer.x is None:
        return None, answer.bound / scale
    option = np.full(core.sites, -1, dtype=np.int64)
    option[part.sites] = layout.solved(answer.x, proved=True).option
    return share_out(core, option >= 0, clock=clock, option=option), answer.bound / scale


def share_out(core: SeatsCore, is_open: Flags, *, clock: Clock, option: Ints | None = None) -> Shared | None:
    """The cheapest shares for these open sites and options (each site's first where there is one each)."""
    if option is None:
        option = np.where(is_open, np.searchsorted(core.option_site, np.arange(core.sites)), -1)
    sites = np.flatnonzero(is_open)
    part, pair = whole_part(core, sites)
    part = replace(part, option=option[sites], option_site=np.arange(len(sites)))
    layout = Layout(replace(core, must_open=is_open), part, None)
    model, _ = layout.model(Outside(np.zeros(len(core.rules)), 0.0))
    model = replace(model, whole=np.zeros_like(model.whole))
    answer = minimise(model, clock=clock, options=dict(EXACT))
    if answer.x is None or not answer.proved:
        return None
    share = np.clip(answer.x[: len(pair)], 0.0, 1.0)
    share[share < 1e-11] = 0.0
    unserved = np.where(np.isfinite(core.base), np.clip(answer.x[layout.at_unserved : layout.at_money], 0.0, 1.0), 0.0)
    total = np.bincount(part.pair_row, weights=share, minlength=core.rows)
    share *= ((1.0 - unserved) / np.where(total > 0, total, 1.0))[part.pair_row]
    return _priced(core, option, pair, share)


def seat_prices(core: SeatsCore, is_open: Flags, *, clock: Clock) -> Floats:
    """What a further seat at each of these sites would save if rows could be shared; 0 where that is not known.

    Shape (sites,). Known where sites have one size each and no seats are added: else nobody knows what is full.
    """
    price = np.zeros(core.sites)
    sites, many = np.unique(core.option_site[is_open[core.option_site]], return_counts=True)
    if (many > 1).any() or (core.extra_most[sites] > 0).any():
        return price
    part, _ = whole_part(core, sites)
    layout = Layout(replace(core, must_open=is_open), part, None, np.zeros(0, dtype=np.int64))
    model, scale = layout.model(Outside(np.zeros(len(core.rules)), 0.0))
    answer = minimise(replace(model, whole=np.zeros_like(model.whole)), clock=clock)
    if answer.row_dual is not None:
        # the rows of the program: each row of the core is served, then loads stay within what is open
        price[sites] = np.maximum(0.0, -answer.row_dual[core.rows : core.rows + len(sites)]) / scale
    return price


def _priced(core: SeatsCore, option: Ints, pair: Ints, part_share: Floats) -> Shared | None:
    share = np.zeros(len(core.cost))
    share[pair] = part_share
    row = core.row()
    load: Floats = np.zeros(core.sites)
    load += np.bincount(core.site, weights=core.weight[row] * share, minlength=core.sites)
    missing = np.maximum(1.0 - np.bincount(row, weights=share, minlength=core.rows), 0.0)
    missing[missing < 1e-12] = 0.0
    rest = float((core.base[missing > 0] * missing[missing > 0]).sum())
    value = float((core.cost * share).sum()) + rest + running_cost(core, option, load)
    return Shared(option, share, value) if np.isfinite(value) else None


def linked_pairs(core: SeatsCore, part: Part, prices: Floats) -> Ints:
    """The pairs of a part that are wanted at these prices of the rows, or nearly; and all of rows without weight."""
    price = prices[part.pair_row]
    wanted = part.pair_cost - price < LINKED * np.abs(price)
    return np.flatnonzero(wanted | (core.weight[part.pair_row] <= 0))


def whole_part(core: SeatsCore, sites: Ints) -> tuple[Part, Ints]:
    """All rows and these sites, with all their pairs; and which pairs of the core they are."""
    position = np.full(core.sites, -1, dtype=np.int64)
    position[sites] = np.arange(len(sites))
    pair = np.flatnonzero(position[core.site] >= 0)
    option = np.flatnonzero(position[core.option_site] >= 0)
    rows = np.arange(core.rows)
    part = Part(
        rows, sites, core.row()[pair], position[core.site[pair]], core.cost[pair], option,
        position[core.option_site[option]],
    )  # fmt: skip
    return part, pair
