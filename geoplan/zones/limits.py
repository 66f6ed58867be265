"""Which unit may belong to which zone, by reach, the longest way, what is forced and where schools stand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.errors import ProblemError
from geoplan.locate.costs import some

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.zones.problem import ZoneProblem


def with_limits(problem: ZoneProblem) -> ZoneProblem:
    """The problem with its allowed pairs, checked against what is forced.

    Raises:
        ProblemError: a unit forced away from the school that it holds, or out of reach; a community forced to two
            schools; a school out of reach of its own unit.
    """
    allowed = in_reach(problem)
    home = homes(problem)
    _refuse_two_masters(problem, home)
    bound = np.where(home >= 0, home, problem.forced)
    tied = np.flatnonzero(bound >= 0)
    if far := [row for row in tied.tolist() if not allowed[row, bound[row]]]:
        pairs = [f"{problem.unit_ids[row]} to {problem.zone_ids[bound[row]]}" for row in far]
        limit = "" if problem.max_cost is None else f" (max_cost {problem.max_cost:g})"
        raise ProblemError(f"Units that must belong to a zone out of their reach{limit}: {some(pairs)}.")
    # of a unit that may be split only the part that holds the school is tied to it
    tied = tied[(problem.parts[tied] == 1) | (problem.forced[tied] >= 0)]
    only = np.zeros_like(allowed)
    only[tied, bound[tied]] = True
    allowed[tied] &= only[tied]
    return replace(problem, allowed=allowed)


def in_reach(problem: ZoneProblem) -> NDArray[np.bool_]:
    """Pairs within reach and the longest way; units without pupils and boarding schools know no longest way."""
    allowed = np.isfinite(problem.cost)
    if problem.max_cost is not None:
        free = (problem.pupils == 0)[:, None] | (problem.root < 0)[None]
        allowed &= (problem.longest <= problem.max_cost) | free
    return allowed


def homes(problem: ZoneProblem) -> NDArray[np.int64]:
    """The zone of each unit that holds a school which stays and whose zone is contiguous; -1 for the others."""
    home = np.full(len(problem.pupils), -1, dtype=np.int64)
    for zone in np.flatnonzero(~problem.candidate & (problem.root >= 0)):
        home[problem.school_at[list(problem.zones[zone])]] = zone
    return home


def _refuse_two_masters(problem: ZoneProblem, home: NDArray[np.int64]) -> None:
    away = np.flatnonzero((home >= 0) & (problem.forced >= 0) & (home != problem.forced))
    if len(away):
        raise ProblemError(f"forced: units that hold another school: {some([problem.unit_ids[row] for row in away])}.")
    bound = np.where(home >= 0, home, problem.forced)
    for number, name in enumerate(problem.whole_names):
        zones = np.unique(bound[(problem.whole == number) & (bound >= 0)])
        if len(zones) > 1:
            named = " and ".join(problem.zone_ids[zone] for zone in zones)
            raise ProblemError(f"forced: {name!r} is kept whole, and its units must belong to {named}.")
