"""What if: one site added, closed or moved in a plan, and every measure anew, without solving anything.

Each demand's cheapest and second cheapest open site are kept; a question then touches only the closed site's demand
and what is in reach of the added one (the two arrays of fast interchange: Resende & Werneck 2007, "A fast swap-based
local search procedure for location problems", Annals of Operations Research 150).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.errors import ProblemError, near_match
from geoplan.locate.heavy import tree_of
from geoplan.locate.measures import NOBODY, OUTSIDE, Assigned, Measures, assigned_by, assigned_to_nearest, measured
from geoplan.locate.problem import Model
from geoplan.locate.solution import Solution

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.costs import Costs
    from geoplan.locate.problem import Problem

    Nearest = tuple[NDArray[np.int64], NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Change:
    """One site added, closed, or both, and what that does.

    Attributes:
        opened, closed: site ids.
        before, after: the measures.
        moved_demands, moved_weight: how many demands are served by another site, or by nobody any more, or again; and
            their weight.
        was, becomes: who goes where.
    """

    opened: str | None
    closed: str | None
    before: Measures
    after: Measures
    moved_demands: int
    moved_weight: float
    problem: Problem = field(repr=False)
    was: Assigned = field(repr=False)
    becomes: Assigned = field(repr=False)

    @property
    def moves(self) -> dict[str, tuple[str | None, str | None]]:
        """Each demand that changes: its site before and after; None where that is no site of the problem."""
        costs = self.problem.costs
        sites = (*costs.site_ids, None, None)
        return {
            costs.demand_ids[self.was.row[part]]: (sites[self.was.site[part]], sites[self.becomes.site[part]])
            for part in np.flatnonzero(self.was.site != self.becomes.site)
        }


class WhatIf:
    """Questions to a plan: `what_if.add("s1")`, `.close("s2")`, `.move("s2", to="s1")` each return a `Change`.

    Everyone goes to the cheapest open site, as in the models without capacities. In a capacitated plan people stay
    where the plan has sent them, and only these move: those of a closed site, to the cheapest open site in reach; and
    those to whom an added site is cheaper than theirs. Nobody is turned away: sites whose load does not fit any more
    are named in `over` and `under`. An added site takes the cheapest of its sizes that fits its load, else the largest.

    The rules of the problem (p, groups, budget, fixed, forbidden) are not asked: a question may break them.
    """

    def __init__(self, problem: Problem, solution: Solution | Assigned | NDArray[np.bool_]) -> None:
        """Get ready for questions.

        Args:
            problem: what the plan answers.
            solution: a plan of it, or who goes where; or, without capacities, a mask over its sites (which are open).

        Raises:
            ProblemError: there is no plan, or it has sites that the problem has not.
        """
        self.problem = problem
        self._plan = _assigned(problem, solution)
        self._columns = _Columns(problem.costs)
        self._first, self._second = _two_nearest(problem.costs, self._plan.is_open)
        self.measures = measured(problem, self._plan)

    def __repr__(self) -> str:
        return f"WhatIf({self.problem.model}, {int(self._plan.is_open.sum())} open sites, {self.measures})"

    def add(self, site: str) -> Change:
        """What if this site were open, too."""
        return self._change(opened=site, closed=None)

    def close(self, site: str) -> Change:
        """What if this site were closed."""
        return self._change(opened=None, closed=site)

    def move(self, site: str, *, to: str) -> Change:
        """What if this site were closed and the other one open."""
        return self._change(opened=to, closed=site)

    def keep(self, change: Change) -> WhatIf:
        """The same for the plan with the change made.

        Raises:
            ProblemError: the change was asked of another plan.
        """
        if change.was is not self._plan:
            raise ProblemError("The change was asked of another plan: ask this one again.")
        return WhatIf(self.problem, change.becomes)

    def _change(self, *, opened: str | None, closed: str | None) -> Change:
        opens = None if opened is None else self._row(opened, is_open=False)
        closes = None if closed is None else self._row(closed, is_open=True)
        was, is_open, option = self._plan, self._plan.is_open.copy(), self._plan.option.copy()
        if closes is not None:
            is_open[closes], option[closes] = False, -1
        if opens is not None:
            is_open[opens] = True
        site, cost = self._reassigned(opens, closes)
        if opens is not None and self.problem.model is Model.CAPACITATED:
            option[opens] = _fitting(self.problem, opens, float(was.weight[site == opens].sum()))
        becomes = replace(was, is_open=is_open, option=option, site=site, cost=cost)
        changed = np.flatnonzero(site != was.site)
        return Change(
            opened=opened, closed=closed, before=self.measures, after=measured(self.problem, becomes),
            moved_demands=len(np.unique(was.row[changed])), moved_weight=float(was.weight[changed].sum()),
            problem=self.problem, was=was, becomes=becomes,
        )  # fmt: skip

    def _reassigned(self, opens: int | None, closes: int | None) -> Nearest:
        was, sticks = self._plan, self.problem.model is Model.CAPACITATED
        site, cost = (was.site.copy(), was.cost.copy()) if sticks else (self._first[0].copy(), self._first[1].copy())
        left = np.zeros(len(site), dtype=bool)
        if closes is not None:
            left = site == closes
            row = was.row[left]
            second = self._first[0][row] == closes
            site[left] = np.where(second, self._second[0][row], self._first[0][row])
            cost[left] = np.where(second, self._second[1][row], self._first[1][row])
        if opens is not None:
            offer = self._columns.offer(opens)[was.row]
            # of equal costs the preferred site counts, but nobody leaves the site of a capacitated plan for it
            preferred = (offer == cost) & (opens < site) & (left if sticks else True)
            better = np.flatnonzero((offer < cost) | preferred)
            site[better], cost[better] = opens, offer[better]
        return _settled(self.problem, was, site, cost)

    def _row(self, site: str, *, is_open: bool) -> int:
        rows = self._columns.rows
        if site not in rows:
            raise ProblemError(f"Unknown site {site!r}.{near_match(site, rows)}")
        if bool(self._plan.is_open[rows[site]]) is not is_open:
            raise ProblemError(f"Site {site!r} is {'closed' if is_open else 'open'} already.")
        return rows[site]


def _assigned(problem: Problem, solution: Solution | Assigned | NDArray[np.bool_]) -> Assigned:
    if isinstance(solution, Assigned):
        return solution
    if isinstance(solution, Solution):
        return assigned_by(problem, solution)
    if problem.model is Model.CAPACITATED:
        raise ProblemError("A capacitated plan is more than its open sites: expected a Solution.")
    return assigned_to_nearest(problem, np.array(solution, dtype=bool))


class _Columns:
    """The costs by site."""

    def __init__(self, costs: Costs) -> None:
        self._points = costs.points
        self._demands = len(costs.demand_ids)
        self.rows = costs.row_of_site
        if costs.points is None:
            from scipy.sparse import csr_array  # noqa: PLC0415  heavy

            # stored zeros are pairs in reach and stay stored
            stored = csr_array((costs.cost, costs.site, costs.indptr), shape=(self._demands, len(costs.site_ids)))
            self._by_site = stored.tocsc()

    def offer(self, site: int) -> NDArray[np.float64]:
        """Cost of every demand at a site, inf out of reach."""
        if self._points is not None:
            demand = np.arange(self._demands)
            return self._points.between(demand, np.full(self._demands, site))
        part = slice(*self._by_site.indptr[site : site + 2])
        cost = np.full(self._demands, np.inf)
        cost[self._by_site.indices[part]] = self._by_site.data[part]
        return cost


def _two_nearest(costs: Costs, is_open: NDArray[np.bool_]) -> tuple[Nearest, Nearest]:
    """The cheapest and the second cheapest open site of each demand (of equal ones the preferred) and their costs."""
    rows, opened = len(costs.demand_ids), np.flatnonzero(is_open)
    found = [(np.full(rows, NOBODY, dtype=np.int64), np.full(rows, np.inf)) for _ in range(2)]
    if costs.points is None:
        pair = np.flatnonzero(is_open[costs.site])
        demand = np.searchsorted(costs.indptr, pair, side="right") - 1
        site, cost = costs.site[pair].astype(np.int64), costs.cost[pair]
    else:
        tree = tree_of(np.asarray(costs.points.site_xy)[opened])
        near = min(5, len(opened))
        at = tree.query(costs.points.demand_xy, k=np.arange(1, near + 1))[1] if near else np.empty((rows, 0), np.int64)
        demand, site = np.repeat(np.arange(rows), near), np.sort(opened[at], axis=1).ravel()
        cost = costs.points.between(demand, site)
    for nearest_site, nearest_cost in found:
        np.minimum.at(nearest_cost, demand, cost)
        # pairs of a row stand in order of preference: the first of the cheapest ones is written last
        tied = np.flatnonzero(cost == nearest_cost[demand])[::-1]
        nearest_site[demand[tied]] = site[tied]
        cost = np.where(site == nearest_site[demand], np.inf, cost)
    nobody = np.isinf(found[1][1])
    found[1][0][nobody] = NOBODY
    return found[0], found[1]


def _settled(problem: Problem, was: Assigned, site: NDArray[np.int64], cost: NDArray[np.float64]) -> Nearest:
    """What the cheapest open site does not settle: schools outside the problem, and the price of serving nobody."""
    if problem.model is Model.CAPACITATED:
        # who stays where the plan has sent them may be there to fill the school, at whatever cost
        dear = (site != was.site) & (cost > problem.price[was.row])
    else:
        outside = (problem.served_at <= cost) & np.isfinite(problem.served_at)
        site, cost = np.where(outside, OUTSIDE, site), np.minimum(cost, problem.served_at)
        dear = (cost > problem.price) & (problem.model is Model.P_MEDIAN)
    return np.where(dear, NOBODY, site), np.where(dear, np.inf, cost)


def _fitting(problem: Problem, site: int, load: float) -> int:
    """The cheapest option of a site that fits a load, else the largest."""
    own = np.flatnonzero(problem.options.site == site)
    capacity, least, cost = (
        values[own] for values in (problem.options.capacity, problem.options.least, problem.options.cost)
    )
    fits = (least <= load) & (load <= capacity + problem.extra_most[site])
    cost = cost + np.maximum(load - capacity, 0.0) * problem.extra_cost[site]
    return int(own[np.argmin(np.where(fits, cost, np.inf))] if fits.any() else own[np.argmax(capacity)])
