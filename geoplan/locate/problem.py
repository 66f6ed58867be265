"""A location problem and its answer, by id, with every doubt stated."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, issparse

from geoplan.errors import ProblemError
from geoplan.travel import TravelMatrix
from geoplan.types import natural_key

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray


class Model(StrEnum):
    """What a siting is asked to do."""

    MAX_COVER = "max_cover"
    P_MEDIAN = "p_median"
    SET_COVER = "set_cover"
    CAPACITATED = "capacitated"

    @property
    def zh(self) -> str:
        """The Chinese label."""
        return {
            "max_cover": "最大覆盖",
            "p_median": "P-中位（总路程最短）",
            "set_cover": "集合覆盖（全覆盖校数最少）",
            "capacitated": "有学位限制的P-中位",
        }[self.value]


class Status(StrEnum):
    """`OPTIMAL` only when proved; `FEASIBLE` is the best found within the limit, with its bound.

    `TIME_LIMIT`: the limit was reached before any plan was found, and whether there is one is not known.
    """

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    TIME_LIMIT = "time_limit"

    @property
    def zh(self) -> str:
        """The Chinese label."""
        return {
            "optimal": "已证明最优",
            "feasible": "可行（未证明最优）",
            "infeasible": "无可行解",
            "time_limit": "限时内未找到方案",
        }[self.value]


@dataclass(frozen=True, eq=False)
class Costs:
    """Cost of serving a demand from a site, for the pairs in reach.

    Attributes:
        demand_ids: in natural order, unique.
        site_ids: in order of preference: of equally good sites the earlier one is taken.
        indptr, site, cost: CSR arrays over demand.
    """

    demand_ids: tuple[str, ...]
    site_ids: tuple[str, ...]
    indptr: NDArray[np.int64]
    site: NDArray[np.int64]
    cost: NDArray[np.float64]

    @property
    def demand(self) -> NDArray[np.int64]:
        """Demand of each stored pair."""
        return np.repeat(np.arange(len(self.demand_ids)), np.diff(self.indptr))

    def __repr__(self) -> str:
        return f"Costs({len(self.demand_ids):,} × {len(self.site_ids):,}, {len(self.site):,} pairs in reach)"


@dataclass(frozen=True, eq=False)
class Problem:
    """Everything that a model needs, already in canonical order.

    Attributes:
        weights: people or pupils of each demand.
        served_at: cost at which existing schools outside `costs` serve each demand; inf where none does.
        fixed, forbidden: masks over the sites.
        new: how many sites to open beside the fixed ones; None where the model decides (set cover).
        site_cost: cost of opening each site (set cover).
        capacity: most weight that each site serves (capacitated).
        unserved_cost: price of leaving a unit of weight unserved; None where everyone must be served.
    """

    model: Model
    costs: Costs
    weights: NDArray[np.float64]
    served_at: NDArray[np.float64]
    fixed: NDArray[np.bool_]
    forbidden: NDArray[np.bool_]
    new: int | None
    site_cost: NDArray[np.float64]
    capacity: NDArray[np.float64] | None = None
    unserved_cost: float | None = None

    @property
    def usable(self) -> NDArray[np.bool_]:
        """Sites that may be opened."""
        return ~self.fixed & ~self.forbidden


@dataclass(frozen=True)
class Solution:
    """The answer to a `Problem`.

    Attributes:
        sites: ids of all open sites of the problem, the fixed ones included, in order of preference.
        new_sites: the ones that were decided.
        assignment: demand id to site id; demand served from outside the problem or not at all is absent.
        loads: weight assigned to each open site.
        objective, bound: both in the model's own unit; the optimum lies between them. None when infeasible.
        gap: |objective - bound| relative to the objective.
        unserved: ids of demand that nobody serves, and `unserved_weight` their weight.
        reason: why it is infeasible, in words, with figures.
        ties: how equally good answers were chosen between.
    """

    model: Model
    status: Status
    sites: tuple[str, ...]
    new_sites: tuple[str, ...]
    objective: float | None
    bound: float | None
    gap: float | None
    assignment: dict[str, str] = field(default_factory=dict, repr=False)
    loads: dict[str, float] = field(default_factory=dict, repr=False)
    unserved: tuple[str, ...] = field(default=(), repr=False)
    unserved_weight: float = 0.0
    seconds: float = 0.0
    seed: int = 0
    reason: str = ""
    ties: str = ""

    def explain(self) -> str:
        """Status, objective, bound and gap in one line; for an infeasible problem the reason."""
        if self.objective is None:
            return f"{self.model.value}: {self.status.value}. {self.reason}"
        return (
            f"{self.model.value}: {self.status.value}, objective {self.objective:,.6g}, bound {self.bound:,.6g}, "
            f"gap {self.gap:.4%}, {len(self.new_sites)} new sites, {self.seconds:.2f} s, seed {self.seed}."
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON, without the assignment."""
        return {
            "model": self.model.value,
            "sites": list(self.new_sites),
            "objective": _rounded(self.objective),
            "bound": _rounded(self.bound),
            "gap": None if self.gap is None else round(self.gap, 9),
            "status": self.status.value,
            "unserved": _rounded(self.unserved_weight),
            "reason": self.reason,
            "seed": self.seed,
            "ties": self.ties,
        }


def as_costs(
    costs: pd.DataFrame | NDArray[np.float64] | csr_array | TravelMatrix,
    *,
    demand_ids: Sequence[str] | None = None,
    site_ids: Sequence[str] | None = None,
    preference: Sequence[int] | None = None,
) -> Costs:
    """Costs in canonical order from any of the forms that a caller has.

    Args:
        costs: a DataFrame (index demand ids, columns site ids; NaN or inf is out of reach), an array of that
            shape, a sparse array (stored entries are in reach), or a `TravelMatrix`.
        demand_ids, site_ids: ids for forms that carry none; by default "0", "1", ….
        preference: rank of each site, lower first; of equal rank the lower id is preferred.

    Raises:
        ProblemError: duplicate ids, negative costs, shapes that do not fit.
    """
    shape, demand, site, cost = _pairs(costs)
    if isinstance(costs, pd.DataFrame):
        demand_ids, site_ids = [str(each) for each in costs.index], [str(each) for each in costs.columns]
    demand_ids = _ids("demand", demand_ids, shape[0])
    site_ids = _ids("site", site_ids, shape[1])
    if (cost < 0).any():
        worst = int(np.argmin(cost))
        pair = f"demand {demand_ids[demand[worst]]!r}, site {site_ids[site[worst]]!r}"
        raise ProblemError(f"Expected costs of at least 0, found {cost[worst]:g} for {pair}.")
    rank = [0] * shape[1] if preference is None else list(preference)
    demand_order = sorted(range(shape[0]), key=lambda row: natural_key(demand_ids[row]))
    site_order = sorted(range(shape[1]), key=lambda column: (rank[column], natural_key(site_ids[column])))
    new_row, new_column = _inverse(demand_order), _inverse(site_order)
    demand, site = new_row[demand], new_column[site]
    order = np.lexsort((site, demand))
    indptr = np.zeros(shape[0] + 1, dtype=np.int64)
    np.cumsum(np.bincount(demand, minlength=shape[0]), out=indptr[1:])
    return Costs(
        demand_ids=tuple(demand_ids[row] for row in demand_order),
        site_ids=tuple(site_ids[column] for column in site_order),
        indptr=indptr,
        site=site[order],
        cost=cost[order],
    )


def make_problem(
    model: Model | str,
    costs: Costs,
    *,
    weights: dict[str, float] | None = None,
    p: int | None = None,
    new: int | None = None,
    fixed: Collection[str] = (),
    forbidden: Collection[str] = (),
    served_at: dict[str, float] | None = None,
    site_costs: dict[str, float] | None = None,
    capacities: dict[str, float] | None = None,
    unserved_cost: float | None = None,
) -> Problem:
    """Check the parts against each other and put them in canonical order.

    Raises:
        ProblemError: naming the ids concerned: unknown ids, a site both fixed and forbidden, weights that are
            negative or NaN, more sites asked for than there are, no demand.
    """
    model = Model(model)
    demand, sites = costs.demand_ids, costs.site_ids
    if not demand:
        raise ProblemError("There is no demand: nothing to serve.")
    for name, given, known in (
        ("fixed", fixed, sites),
        ("forbidden", forbidden, sites),
        ("weights", weights or (), demand),
        ("served_at", served_at or (), demand),
        ("site_costs", site_costs or (), sites),
        ("capacities", capacities or (), sites),
    ):
        if unknown := sorted(set(given) - set(known), key=natural_key):
            raise ProblemError(f"{name}: unknown ids {_some(unknown)}.")
    if both := sorted(set(fixed) & set(forbidden), key=natural_key):
        raise ProblemError(f"Fixed and forbidden at once: {_some(both)}.")
    is_fixed = np.array([each in set(fixed) for each in sites], dtype=bool)
    is_forbidden = np.array([each in set(forbidden) for each in sites], dtype=bool)
    if p is not None:
        new = p - int(is_fixed.sum())
    if new is not None and not 0 <= new <= int((~is_fixed & ~is_forbidden).sum()):
        available = int((~is_fixed & ~is_forbidden).sum())
        raise ProblemError(f"{new} new sites asked for; expected 0 to {available}, the sites that may be opened.")
    if new is None and model is not Model.SET_COVER:
        raise ProblemError(f"{model} needs p= (all open sites) or new= (beside the fixed ones).")
    return Problem(
        model=model,
        costs=costs,
        weights=_values("weights", weights, demand, default=1.0),
        served_at=_values("served_at", served_at, demand, default=np.inf),
        fixed=is_fixed,
        forbidden=is_forbidden,
        new=new,
        site_cost=_values("site_costs", site_costs, sites, default=1.0),
        capacity=None if capacities is None else _values("capacities", capacities, sites, default=np.inf),
        unserved_cost=unserved_cost,
    )


def _pairs(
    costs: pd.DataFrame | NDArray[np.float64] | csr_array | TravelMatrix,
) -> tuple[tuple[int, int], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    if isinstance(costs, TravelMatrix):
        return costs.shape, costs.origin(), costs.target, costs.distance_m
    if issparse(costs):
        matrix = csr_array(costs).tocoo()
        rows, columns = matrix.shape
        return (rows, columns), matrix.row.astype(np.int64), matrix.col.astype(np.int64), matrix.data.astype(float)
    dense: NDArray[np.float64] = np.asarray(costs, dtype=float)
    if dense.ndim != 2:
        raise ProblemError(f"Expected costs of shape (demand, sites), found {dense.shape}.")
    row, column = np.nonzero(np.isfinite(dense))
    return (dense.shape[0], dense.shape[1]), row, column, dense[row, column]


def _ids(kind: str, given: Sequence[str] | None, count: int) -> list[str]:
    ids = [str(number) for number in range(count)] if given is None else [str(each) for each in given]
    if len(ids) != count:
        raise ProblemError(f"Expected {count} {kind} ids, found {len(ids)}.")
    if twice := sorted({each for each in ids if ids.count(each) > 1} if len(set(ids)) < count else ()):
        raise ProblemError(f"Duplicate {kind} ids: {_some(twice)}.")
    return ids


def _values(name: str, given: dict[str, float] | None, ids: tuple[str, ...], *, default: float) -> NDArray[np.float64]:
    values = np.array([default if given is None else given.get(each, default) for each in ids], dtype=float)
    wrong = [ids[row] for row in np.flatnonzero(np.isnan(values) | (values < 0))]
    if wrong:
        raise ProblemError(f"{name}: expected numbers of at least 0; not so for {_some(wrong)}.")
    return values


def _inverse(order: list[int]) -> NDArray[np.int64]:
    inverse = np.empty(len(order), dtype=np.int64)
    inverse[order] = np.arange(len(order))
    return inverse


def _some(ids: Sequence[str]) -> str:
    return ", ".join(repr(each) for each in ids[:5]) + (f" and {len(ids) - 5} more" if len(ids) > 5 else "")


def _rounded(value: float | None) -> float | int | None:
    if value is None or not np.isfinite(value):
        return None
    return round(value) if abs(value - round(value)) < 1e-6 else round(value, 6)
