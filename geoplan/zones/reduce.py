"""From a problem by id to what the engines see, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.zones.adjacency import neighbours
from geoplan.zones.core import ZonesCore
from geoplan.zones.measures import Placed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.zones.problem import ZoneProblem


@dataclass(frozen=True, eq=False)
class ReducedZones:
    """A core and the way back.

    Attributes:
        member, of_unit: which original units each core unit holds: pairs of positions, core unit ascending.
        share: of the original unit that the core unit holds; shape of `member`.
    """

    core: ZonesCore
    of_unit: NDArray[np.int64]
    member: NDArray[np.int64]
    share: NDArray[np.float64]

    def placed(self, zone_of_unit: NDArray[np.int64], zones: int) -> Placed:
        """A plan of the core by original units: parts in the same zone are one part again."""
        zone = zone_of_unit[self.of_unit]
        key, inverse = np.unique(self.member * zones + zone, return_inverse=True)
        share = np.bincount(inverse, weights=self.share)
        return Placed(key // zones, key % zones, np.where(share > 1 - 1e-9, 1.0, share))

    def taken(self, placed: Placed) -> NDArray[np.int64]:
        """A plan by original units as one of the core, as near as parts allow. Shape (core units,)."""
        zone = np.full(self.core.units, -1, dtype=np.int64)
        start = np.searchsorted(placed.unit, self.member)
        left = placed.share.copy()
        for core_unit, row, share in zip(self.of_unit.tolist(), start.tolist(), self.share.tolist(), strict=True):
            at = row
            while at + 1 < len(left) and placed.unit[at + 1] == placed.unit[row] and left[at] < share - 1e-9:
                at += 1
            left[at] -= share
            zone[core_unit] = placed.zone[at]
        return zone


def reduce_zones(problem: ZoneProblem) -> ReducedZones:
    """Whole groups become one unit, units that may be split become their parts, and every option a cost or a limit.

    The part of a split unit that holds a school is its first one; parts touch each other and whatever the unit
    touches. A candidate on ground that belongs to another school can never be opened and loses its pairs.
    """
    of_unit, member, share, group = _members(problem)
    units = int(of_unit[-1]) + 1
    heads = problem.pupils[member] * share
    first = np.searchsorted(of_unit, np.arange(units))
    open_to = problem.allowed[member]
    allowed = np.logical_and.reduceat(open_to, first)
    moved = np.add.reduceat(heads[:, None] * problem.moves[member], first)
    cost = np.add.reduceat(heads[:, None] * np.where(open_to, problem.cost[member], 0.0), first)
    cost += problem.move_price * moved
    root = np.where(problem.root >= 0, group[problem.root], -1)
    _tie_schools(problem, allowed, group)
    unit, of_zone = np.nonzero(allowed)
    order = np.lexsort((of_zone, cost[unit, of_zone], unit))
    unit, of_zone = unit[order], of_zone[order]
    near_ptr, near = _near(problem, of_unit, member, units)
    stay = int((~problem.candidate).sum())
    core = ZonesCore(
        indptr=np.concatenate([[0], np.cumsum(np.bincount(unit, minlength=units))]).astype(np.int64),
        zone=of_zone.astype(np.int32),
        cost=cost[unit, of_zone],
        pupils=np.bincount(of_unit, weights=heads, minlength=units).astype(np.float64),
        seats=problem.seats,
        least=problem.least,
        over_price=problem.over_price,
        root=root.astype(np.int64),
        near_ptr=near_ptr,
        near=near,
        opening=problem.opening,
        must_open=~problem.candidate,
        open_least=stay + problem.new_least,
        open_most=stay + problem.new_most,
        moved=moved[unit, of_zone],
        moved_most=problem.most_moved,
    )
    return ReducedZones(core, of_unit, member, share)


def _members(
    problem: ZoneProblem,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Core unit, original unit and share of each member; and the (first) core unit of each original unit."""
    units = np.arange(len(problem.pupils))
    leader = units.copy()
    for number in range(len(problem.whole_names)):
        rows = np.flatnonzero(problem.whole == number)
        leader[rows] = rows[0]
    own = leader == units
    first = np.cumsum(np.where(own, problem.parts, 0)) - np.where(own, problem.parts, 0)
    group = first[leader]
    member = np.repeat(units, problem.parts)
    before = np.repeat(np.cumsum(problem.parts) - problem.parts, problem.parts)
    of_unit = group[member] + np.arange(len(member)) - before
    order = np.argsort(of_unit, kind="stable")
    return of_unit[order], member[order], (1.0 / problem.parts[member])[order], group


def _tie_schools(problem: ZoneProblem, allowed: NDArray[np.bool_], group: NDArray[np.int64]) -> None:
    """The parts that hold a school which stays belong to it; other parts of such a unit are free."""
    for zone in np.flatnonzero(~problem.candidate & (problem.root >= 0)):
        held = group[problem.school_at[list(problem.zones[zone])]]
        possible = allowed[held, zone].copy()
        allowed[held] = False
        allowed[held, zone] = possible
    for zone in np.flatnonzero(problem.candidate & (problem.root >= 0)):
        if not allowed[group[problem.root[zone]], zone]:
            allowed[:, zone] = False


def _near(
    problem: ZoneProblem, of_unit: NDArray[np.int64], member: NDArray[np.int64], units: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    by_member = np.argsort(member, kind="stable")
    start = np.searchsorted(member[by_member], np.arange(len(problem.pupils) + 1))
    edges = problem.adjacency.edges
    own = np.flatnonzero(problem.parts > 1)
    edges = np.concatenate([edges, np.column_stack([own, own])])
    if (problem.parts == 1).all():
        core_of = np.empty(len(problem.pupils), dtype=np.int64)
        core_of[member] = of_unit
        pairs = core_of[edges]
    else:
        core = [of_unit[by_member[start[row] : start[row + 1]]] for row in range(len(problem.pupils))]
        blocks = [np.stack(np.meshgrid(core[one], core[two]), axis=-1).reshape(-1, 2) for one, two in edges.tolist()]
        pairs = np.concatenate([np.empty((0, 2), dtype=np.int64), *blocks])
    return neighbours(units, pairs[pairs[:, 0] != pairs[:, 1]])
