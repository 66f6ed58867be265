"""Costs of serving demand from sites, for the pairs in reach, from any of the forms that a caller has."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from geoplan.errors import ProblemError
from geoplan.locate.heavy import is_sparse, loaded, tree_of
from geoplan.types import natural_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from geoplan.travel import TravelMatrix


@dataclass(frozen=True, eq=False)
class Costs:
    """Cost of serving a demand from a site, for the pairs in reach.

    Attributes:
        demand_ids: in natural order, unique.
        site_ids: in order of preference: of equally good sites the earlier one is taken.
        indptr, site, cost: CSR arrays over demand; sites of a row ascending.
        points: where the pairs come from, if they are only the nearest ones (`Points` without a cut-off): a pair
            that is not stored costs at least the row's `tail`. None: a pair that is not stored is out of reach.
        tail: shape (demand,), None without `points`.
    """

    demand_ids: tuple[str, ...]
    site_ids: tuple[str, ...]
    indptr: NDArray[np.int64]
    site: NDArray[np.int32]
    cost: NDArray[np.float64]
    points: Points | None = field(default=None, repr=False)
    tail: NDArray[np.float64] | None = field(default=None, repr=False)

    @property
    def demand(self) -> NDArray[np.int64]:
        """Demand of each stored pair."""
        return np.repeat(np.arange(len(self.demand_ids)), np.diff(self.indptr))

    @cached_property
    def row_of_site(self) -> dict[str, int]:
        """The position of each site by its id."""
        return {each: row for row, each in enumerate(self.site_ids)}

    def __repr__(self) -> str:
        return f"Costs({len(self.demand_ids):,} × {len(self.site_ids):,}, {len(self.site):,} pairs in reach)"


@dataclass(frozen=True, eq=False)
class Points:
    """Demand and sites as points; their costs are straight distances, and the full matrix is never built.

    Attributes:
        demand_xy, site_xy: shape (n, 2), in metres of one metric CRS.
        cutoff_m: pairs farther apart are out of reach; None: every pair is in reach, and only the nearest ones are
            computed, more where a model asks for them.
        truncated: distances are cut to whole metres, as in the tables of published benchmarks.
        demand_ids, site_ids: by default "0", "1", ….
    """

    demand_xy: NDArray[np.float64]
    site_xy: NDArray[np.float64]
    cutoff_m: float | None = None
    truncated: bool = False
    demand_ids: Sequence[str] | None = None
    site_ids: Sequence[str] | None = None

    def between(self, demand: NDArray[np.int64], site: NDArray[np.int64]) -> NDArray[np.float64]:
        """Distances of pairs given by their positions."""
        apart = np.asarray(self.demand_xy, dtype=float)[demand] - np.asarray(self.site_xy, dtype=float)[site]
        distance: NDArray[np.float64] = np.sqrt((apart**2).sum(axis=-1))
        return np.floor(distance) if self.truncated else distance


AnyCosts: TypeAlias = "Costs | Points | pd.DataFrame | NDArray[np.float64] | csr_array | TravelMatrix"


def as_costs(
    costs: AnyCosts,
    *,
    demand_ids: Sequence[str] | None = None,
    site_ids: Sequence[str] | None = None,
    preference: Sequence[int] | None = None,
    nearest: int | None = None,
) -> Costs:
    """Costs in canonical order from any of the forms that a caller has.

    Args:
        costs: a DataFrame (index demand ids, columns site ids; NaN or inf is out of reach), an array of that
            shape, a sparse array (stored entries are in reach), a `TravelMatrix`, or `Points`.
        demand_ids, site_ids: ids for forms that carry none; by default "0", "1", ….
        preference: rank of each site, lower first; of equal rank the lower id is preferred.
        nearest: for `Points` without a cut-off, how many sites of each demand to begin with; default all.

    Raises:
        ProblemError: duplicate ids, negative costs, shapes that do not fit, coordinates that are not numbers.
    """
    if isinstance(costs, Costs):
        return costs
    if isinstance(costs, loaded("pandas", "DataFrame")):
        demand_ids, site_ids = [str(each) for each in costs.index], [str(each) for each in costs.columns]
    elif isinstance(costs, Points):
        demand_ids = costs.demand_ids if demand_ids is None else demand_ids
        site_ids = costs.site_ids if site_ids is None else site_ids
        shape = _points_shape(costs)
    if not isinstance(costs, Points):
        shape, demand, site, cost = _pairs(costs)
    demand_ids = _ids("demand", demand_ids, shape[0])
    site_ids = _ids("site", site_ids, shape[1])
    demand_order = _natural_order(demand_ids)
    rank = np.zeros(shape[1], dtype=np.int64) if preference is None else np.asarray(preference)
    by_id = _natural_order(site_ids)
    site_order = by_id[np.argsort(rank[by_id], kind="stable")]
    ids = tuple(demand_ids[row] for row in demand_order), tuple(site_ids[column] for column in site_order)
    if isinstance(costs, Points):
        ordered = Points(
            np.asarray(costs.demand_xy, dtype=float)[demand_order], np.asarray(costs.site_xy, dtype=float)[site_order],
            costs.cutoff_m, costs.truncated, *ids,
        )  # fmt: skip
        return _within_cutoff(ordered) if costs.cutoff_m is not None else nearest_pairs(ordered, nearest or shape[1])
    if (cost < 0).any():
        worst = int(np.argmin(cost))
        pair = f"demand {demand_ids[demand[worst]]!r}, site {site_ids[site[worst]]!r}"
        raise ProblemError(f"Expected costs of at least 0, found {cost[worst]:g} for {pair}.")
    demand, site = _inverse(demand_order)[demand], _inverse(site_order)[site]
    return _csr(*ids, demand, site, cost)


def nearest_pairs(points: Points, count: int | NDArray[np.int64]) -> Costs:
    """The `count` nearest sites of each demand (one count, or one for each); the rest is only bounded, by `tail`.

    Args:
        points: in canonical order, with ids.
    """
    rows, sites = len(points.demand_xy), len(points.site_xy)
    counts = np.minimum(np.broadcast_to(np.asarray(count, dtype=np.int64), (rows,)), sites)
    tree = tree_of(points.site_xy)
    indptr = np.concatenate([[0], np.cumsum(counts)])
    site = np.empty(indptr[-1], dtype=np.int64)
    for size in np.unique(counts):
        which = np.flatnonzero(counts == size)
        for part in np.array_split(which, max(1, int(size) * len(which) // 5_000_000)):
            found = (
                tree.query(points.demand_xy[part], k=np.arange(1, size + 1))[1] if size else np.empty((len(part), 0))
            )
            site[(indptr[part][:, None] + np.arange(size)).ravel()] = found.ravel()
    demand = np.repeat(np.arange(rows), counts)
    cost = points.between(demand, site)
    tail = np.full(rows, np.inf)
    cut = np.flatnonzero(counts < sites)
    # the farthest stored site bounds all the others, up to the rounding of a distance
    np.maximum.at(farthest := np.zeros(rows), demand, cost)
    tail[cut] = farthest[cut] * (1.0 - 1e-12)
    assert points.demand_ids is not None and points.site_ids is not None  # noqa: S101, PT018 - canonical points
    return _csr(tuple(points.demand_ids), tuple(points.site_ids), demand, site, cost, points=points, tail=tail)


def all_pairs(costs: Costs) -> Costs:
    """The costs with every pair of their points, where only the nearest ones are known."""
    return costs if costs.points is None else replace(as_costs(costs.points), points=None, tail=None)


def within(costs: Costs, max_cost: float) -> Costs:
    """The pairs that cost at most `max_cost`."""
    if costs.points is not None:
        return as_costs(replace(costs.points, cutoff_m=max_cost))
    keep = costs.cost <= max_cost
    indptr = np.concatenate([[0], np.cumsum(keep)])[costs.indptr]
    return replace(costs, indptr=indptr, site=costs.site[keep], cost=costs.cost[keep])


def _within_cutoff(points: Points) -> Costs:
    tree = tree_of(points.site_xy)
    # truncated distances are up to one metre shorter than they are
    reach = float(points.cutoff_m or 0.0) + (1.0 if points.truncated else 0.0)
    demand_parts, site_parts, cost_parts = [], [], []
    rows = np.arange(len(points.demand_xy))
    for part in np.array_split(rows, max(1, len(rows) // 100_000)):
        found: list[list[int]] = tree.query_ball_point(  # type: ignore[assignment]
            points.demand_xy[part], reach * (1 + 1e-12), return_sorted=False
        )
        demand = np.repeat(part, [len(each) for each in found])
        site = np.fromiter((column for each in found for column in each), dtype=np.int64, count=len(demand))
        cost = points.between(demand, site)
        keep = cost <= float(points.cutoff_m or 0.0)
        demand_parts.append(demand[keep])
        site_parts.append(site[keep].astype(np.int32))
        cost_parts.append(cost[keep])
    assert points.demand_ids is not None and points.site_ids is not None  # noqa: S101, PT018 - canonical points
    return _csr(
        tuple(points.demand_ids), tuple(points.site_ids),
        np.concatenate(demand_parts), np.concatenate(site_parts), np.concatenate(cost_parts),
    )  # fmt: skip


def _csr(
    demand_ids: tuple[str, ...],
    site_ids: tuple[str, ...],
    demand: NDArray[np.int64],
    site: NDArray[np.int64] | NDArray[np.int32],
    cost: NDArray[np.float64],
    *,
    points: Points | None = None,
    tail: NDArray[np.float64] | None = None,
) -> Costs:
    indptr = np.zeros(len(demand_ids) + 1, dtype=np.int64)
    np.cumsum(np.bincount(demand, minlength=len(demand_ids)), out=indptr[1:])
    key = demand * np.int64(max(len(site_ids), 1)) + site
    if len(key) and not (np.diff(key) > 0).all():
        order = np.argsort(key, kind="stable")
        site, cost, key = site[order], cost[order], key[order]
        if twice := np.flatnonzero(np.diff(key) == 0).tolist():
            row, column = divmod(int(key[twice[0]]), max(len(site_ids), 1))
            raise ProblemError(f"The pair of demand {demand_ids[row]!r} and site {site_ids[column]!r} is stored twice.")
    return Costs(demand_ids, site_ids, indptr, site.astype(np.int32, copy=False), cost, points, tail)


def _points_shape(points: Points) -> tuple[int, int]:
    shapes = []
    for name, xy in (("demand_xy", points.demand_xy), ("site_xy", points.site_xy)):
        array = np.asarray(xy, dtype=float)
        if array.ndim != 2 or array.shape[1] != 2:
            raise ProblemError(f"{name}: expected shape (n, 2), found {array.shape}.")
        if not np.isfinite(array).all():
            wrong = np.flatnonzero(~np.isfinite(array).all(axis=1))
            raise ProblemError(f"{name}: expected numbers; not so in rows {some([str(row) for row in wrong])}.")
        shapes.append(len(array))
    if points.cutoff_m is not None and not points.cutoff_m >= 0:
        raise ProblemError(f"cutoff_m: expected at least 0 or None, found {points.cutoff_m}.")
    return shapes[0], shapes[1]


def _pairs(
    costs: pd.DataFrame | NDArray[np.float64] | csr_array | TravelMatrix,
) -> tuple[tuple[int, int], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    if isinstance(costs, loaded("geoplan.travel", "TravelMatrix")):
        return costs.shape, costs.origin(), costs.target, costs.distance_m
    if is_sparse(costs):
        matrix = costs.tocoo()
        rows, columns = matrix.shape
        reached = np.isfinite(matrix.data) | (matrix.data == -np.inf)
        row, column = matrix.row[reached].astype(np.int64), matrix.col[reached].astype(np.int64)
        return (rows, columns), row, column, matrix.data[reached].astype(float)
    dense: NDArray[np.float64] = np.asarray(costs, dtype=float)
    if dense.ndim != 2:
        raise ProblemError(f"Expected costs of shape (demand, sites), found {dense.shape}.")
    row, column = np.nonzero(np.isfinite(dense) | (dense == -np.inf))
    return (dense.shape[0], dense.shape[1]), row, column, dense[row, column]


def _ids(kind: str, given: Sequence[str] | None, count: int) -> list[str]:
    ids = [str(number) for number in range(count)] if given is None else [str(each) for each in given]
    if len(ids) != count:
        raise ProblemError(f"Expected {count} {kind} ids, found {len(ids)}.")
    if len(set(ids)) < count:
        names, times = np.unique(np.array(ids, dtype=object), return_counts=True)
        raise ProblemError(f"Duplicate {kind} ids: {some([str(each) for each in names[times > 1]])}.")
    return ids


def _natural_order(ids: list[str]) -> NDArray[np.int64]:
    """Positions in natural order; plain numbers, of which there may be a million, are sorted as such."""
    if all(each.isascii() and each.isdigit() and len(each) < 19 and (each[0] != "0" or each == "0") for each in ids):
        return np.argsort(np.array([int(each) for each in ids], dtype=np.int64), kind="stable")
    return np.array(sorted(range(len(ids)), key=lambda row: natural_key(ids[row])), dtype=np.int64)


def _inverse(order: NDArray[np.int64]) -> NDArray[np.int64]:
    inverse = np.empty(len(order), dtype=np.int64)
    inverse[order] = np.arange(len(order))
    return inverse


def some(ids: Sequence[str]) -> str:
    """The first five ids and how many more there are, for a message."""
    return ", ".join(repr(each) for each in ids[:5]) + (f" and {len(ids) - 5} more" if len(ids) > 5 else "")
