"""Islands: parts of the graph that no school can reach, and bridges to the nearest ground that one can."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from geoplan.errors import ProblemError
from geoplan.locate.costs import some
from geoplan.types import Finding, Severity
from geoplan.zones.adjacency import components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.zones.adjacency import Adjacency

NEAR_BY_COSTS = "by their ways to the schools, as no points of the units were given"


def linked(adjacency: Adjacency, has_school: NDArray[np.bool_], place: NDArray[np.float64], *, link: bool) -> Adjacency:
    """Every component without a school joined to the nearest unit of one that has, or is joined to one that has.

    Args:
        has_school: units that hold a school which needs a contiguous zone. Shape (units,).
        place: coordinates by which units are near; shape (units, any).
        link: False: refuse islands.

    Raises:
        ProblemError: there are islands and they are refused.
    """
    label = adjacency.components()
    with_school = np.zeros(int(label.max(initial=-1)) + 1, dtype=bool)
    with_school[label[has_school]] = True
    alone = ~with_school[label]
    if not alone.any() or not with_school.any():
        return adjacency
    if not link:
        ids = [adjacency.ids[row] for row in np.flatnonzero(alone)]
        raise ProblemError(
            f"{len(ids)} units are cut off from every school: {some(ids)}. Add the pairs by which they are reached, or "
            "let them be linked to the nearest (islands='link')."
        )
    how = "" if adjacency.xy is not None else f", near {NEAR_BY_COSTS}"
    bridges, findings = [], []
    for one, other in _nearest_first(label, with_school, place):
        members = tuple(adjacency.ids[row] for row in np.flatnonzero(label == label[one]))
        ends = adjacency.ids[one], adjacency.ids[other]
        bridges.append((one, other))
        findings.append(_finding("island", members, f"no school among them, linked from {ends[0]} to {ends[1]}{how}"))
    return adjacency.with_bridges(np.array(bridges, dtype=np.int64), findings)


def _nearest_first(
    label: NDArray[np.int64], with_school: NDArray[np.bool_], place: NDArray[np.float64]
) -> list[tuple[int, int]]:
    """Bridges (from, to): again and again the shortest one from a component without a school to the others."""
    reached = with_school[label]
    found = []
    while not reached.all():
        inside, outside = np.flatnonzero(reached), np.flatnonzero(~reached)
        apart, nearest = (np.asarray(each) for each in cKDTree(place[inside]).query(place[outside]))
        best = int(np.argmin(apart))
        found.append((int(outside[best]), int(inside[nearest[best]])))
        reached |= label == label[outside[best]]
    return found


def joined_groups(
    adjacency: Adjacency, group: NDArray[np.int64], names: tuple[str, ...], place: NDArray[np.float64], *, link: bool
) -> Adjacency:
    """Units that are kept whole together count as touching where they lie in several pieces.

    Args:
        group: of each unit, -1 for none. Shape (units,).
        names: of the groups.

    Raises:
        ProblemError: a group lies in pieces and that is refused.
    """
    edges = adjacency.edges
    same = (group[edges[:, 0]] == group[edges[:, 1]]) & (group[edges[:, 0]] >= 0)
    piece = components(len(group), edges[same])
    bridges, findings = [], []
    for number, name in enumerate(names):
        rows = np.flatnonzero(group == number)
        pieces = np.unique(piece[rows])
        if len(pieces) < 2:
            continue
        members = tuple(adjacency.ids[row] for row in rows)
        if not link:
            raise ProblemError(
                f"{name!r} is kept whole and lies in {len(pieces)} pieces that do not touch: {some(members)}. Split it "
                "into several, or let the pieces be linked (islands='link')."
            )
        label = np.unique(piece[rows], return_inverse=True)[1].astype(np.int64)
        first = np.arange(len(pieces)) == 0
        bridges += [(rows[one], rows[other]) for one, other in _nearest_first(label, first, place[rows])]
        findings.append(
            _finding("whole-in-pieces", members, f"{name!r} is kept whole and lies in {len(pieces)} pieces")
        )
    if not bridges:
        return adjacency
    return adjacency.with_bridges(np.array(bridges, dtype=np.int64), findings)


def _finding(code: str, members: tuple[str, ...], what: str) -> Finding:
    return Finding(
        Severity.WARNING, code, f"{len(members)} units do not touch the others: {what}.",
        why="A zone that holds them is contiguous only over this bridge.",
        fix="Check the geometry and the barriers, or give the pairs that touch.",
        rows=members[:5], count=len(members),
    )  # fmt: skip
