"""What a plan of seats costs, and whether it keeps every promise: capacities, least loads, rules, budget."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from geoplan.kernels import making_kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.core import SeatsCore

Kind = TypeVar("Kind", bound=np.generic)

TOLERANCE = 1e-9
"""How far, relative to its size, a load or an amount of money may miss its limit: rounding of a sum."""


def objective(core: SeatsCore, option: NDArray[np.int64], site_of_row: NDArray[np.int64]) -> float:
    """The cost of a plan with one site for each row; inf where the plan breaks anything.

    Args:
        core: the problem.
        option: the option taken by each site, -1 where it is closed. Shape (sites,).
        site_of_row: the site of each row, -1 where it stays unserved. Shape (rows,).
    """
    is_open = option >= 0
    pair = pair_of_row(core, site_of_row)
    served = site_of_row >= 0
    if (served & (pair < 0)).any() or not is_open[site_of_row[served]].all():
        return float("inf")
    running = running_cost(core, option, load_of(core, site_of_row))
    return float(core.cost[pair[served]].sum() + core.base[~served].sum() + running)


def load_of(core: SeatsCore, site_of_row: NDArray[np.int64]) -> NDArray[np.float64]:
    """The load of each site. Shape (sites,)."""
    served = site_of_row >= 0
    load: NDArray[np.float64] = np.zeros(core.sites)
    load += np.bincount(site_of_row[served], weights=core.weight[served], minlength=core.sites)
    return load


def running_cost(core: SeatsCore, option: NDArray[np.int64], load: NDArray[np.float64]) -> float:
    """The cost of options and added seats that these loads need; inf where loads, rules or the budget forbid it."""
    is_open = option >= 0
    taken = option[is_open]
    if (taken >= len(core.option_site)).any() or (core.option_site[taken] != np.flatnonzero(is_open)).any():
        return float("inf")
    if (core.must_open & ~is_open).any() or not all(rule.holds(is_open) for rule in core.rules):
        return float("inf")
    load_open, capacity, least = load[is_open], core.option_capacity[taken], core.option_least[taken]
    added = np.maximum(load_open - capacity, 0.0)
    slack = TOLERANCE * np.maximum(1.0, load_open)
    if (load_open < least - slack).any() or (added > core.extra_most[is_open] + slack).any():
        return float("inf")
    added = np.where(added <= slack, 0.0, np.minimum(added, core.extra_most[is_open]))
    spend = float(core.option_spend[taken].sum() + (core.extra_spend[is_open] * added).sum())
    if spend > core.budget + TOLERANCE * max(1.0, abs(core.budget)):
        return float("inf")
    return float(core.option_cost[taken].sum() + (core.extra_cost[is_open] * added).sum())


def pair_of_row(core: SeatsCore, site_of_row: NDArray[np.int64]) -> NDArray[np.int64]:
    """The pair of the core that joins each row with its site, -1 where there is none. Shape (rows,)."""
    pair: NDArray[np.int64] = _pair_of_row(plain(core.indptr), plain(core.site), plain(site_of_row))
    return pair


def plain(array: NDArray[Kind]) -> NDArray[Kind]:
    """The array as the kernels are compiled for: numba compiles anew for other layouts and for read-only arrays."""
    return np.require(array, requirements=["C", "W"])


@making_kernel
def _pair_of_row(
    indptr: NDArray[np.int64], site: NDArray[np.int32], site_of_row: NDArray[np.int64]
) -> NDArray[np.int64]:
    pair = np.full(len(site_of_row), -1, dtype=np.int64)
    for row in range(len(site_of_row)):
        wanted = site_of_row[row]
        if wanted < 0:
            continue
        for k in range(indptr[row], indptr[row + 1]):
            if site[k] == wanted:
                pair[row] = k
                break
    return pair
