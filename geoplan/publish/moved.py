"""Whom a plan and each of its sites bring within the radius, point by point of the demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate import Model

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.coverage import Coverage
    from geoplan.plan import ProposedSite, StageProposal

    Bools = NDArray[np.bool_]

_BY_REACH = {Model.MAX_COVER, Model.SET_COVER}
"""Models whose pairs of places and plots are those within the radius."""


def gained_points(before: Coverage, after: Coverage) -> Bools:
    """Outside the radius before and within it after, shape (points,)."""
    return np.asarray(after.covered & ~before.covered)


def lost_points(before: Coverage, after: Coverage) -> Bools:
    """Within the radius before and outside it after, shape (points,)."""
    return gained_points(after, before)


def site_points(proposal: StageProposal, site: ProposedSite) -> dict[str, Bools]:
    """Under the names of the fields of `ProposedSite`, whose people they count; each of shape (points,)."""
    before, base, after = proposal.before, proposal.base, proposal.after
    (position,) = np.flatnonzero(after.supply.proposed & (after.supply.ids.astype(str) == site.id))
    mine = after.school == position
    return {
        "people_newly": mine & gained_points(before, after),
        "people_assigned": mine & (after.covered | ~after.assessed),
        "people_kept": mine & after.covered & before.covered & ~base.covered,
    }


def points_beyond_plots(proposal: StageProposal) -> Bools | None:
    """Beyond the radius when the plan is finished, and no usable plot would bring them within it; shape (points,).

    None where the model does not look at the radius, or there was nothing to solve.
    """
    problem, after = proposal.solution.problem, proposal.after
    if problem is None or proposal.solution.model not in _BY_REACH:
        return None
    costs = problem.costs
    points = np.array([int(each) for each in costs.demand_ids], dtype=np.int64)
    reached = np.zeros(len(after.demand), dtype=bool)
    reached[points[costs.demand[problem.usable[costs.site]]]] = True
    return np.asarray(after.assessed & ~after.covered & ~reached)
