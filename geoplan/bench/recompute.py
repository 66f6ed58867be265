"""The objective of a plan from the case's own arrays, with nothing of the engines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.locate.costs import Points
from geoplan.locate.heavy import is_sparse, tree_of
from geoplan.locate.problem import Model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geoplan.bench.case import Task
    from geoplan.locate.costs import AnyCosts


def recomputed(task: Task, sites: Sequence[str]) -> float | None:
    """What opening the sites is worth; None for plans that say more than which sites are open (capacities).

    Args:
        sites: ids that are positions, as in all cases without capacities.
    """
    if task.model is Model.CAPACITATED:
        return None
    words: dict[str, Any] = {**task.keywords}
    opened = np.array(sorted(int(each) for each in sites), dtype=np.int64)
    if task.model is Model.SET_COVER:
        decided = np.setdiff1d(opened, [int(each) for each in words.get("fixed", ())])
        costs = words.get("site_costs")
        unserved = np.isinf(nearest(task.costs, opened))
        if unserved.any() and not words.get("skip_unreachable"):
            return float("inf")
        return float(len(decided) if costs is None else np.asarray(costs)[decided].sum())
    cost = nearest(task.costs, opened)
    weights = np.broadcast_to(np.asarray(words.get("weights", 1.0), dtype=float), cost.shape)
    if task.model is Model.MAX_COVER:
        return float(weights[np.isfinite(cost)].sum())
    if task.model is Model.P_CENTER:
        return float(cost[weights > 0].max())
    cost = np.minimum(cost, words.get("unserved_cost", np.inf))
    return float((weights * cost)[weights > 0].sum())


def nearest(costs: AnyCosts, opened: NDArray[np.int64]) -> NDArray[np.float64]:
    """Cost of each demand at the cheapest of some sites, inf where none is in reach."""
    if isinstance(costs, Points):
        apart = np.asarray(tree_of(np.asarray(costs.site_xy)[opened]).query(costs.demand_xy)[0])
        apart = np.floor(apart) if costs.truncated else apart
        return np.where(apart <= (np.inf if costs.cutoff_m is None else costs.cutoff_m), apart, np.inf)
    if is_sparse(costs):
        part = costs.tocsc()[:, opened].tocoo()
        cheapest = np.full(part.shape[0], np.inf)
        np.minimum.at(cheapest, part.row, part.data)
        return cheapest
    return np.asarray(np.asarray(costs)[:, opened].min(axis=1))
