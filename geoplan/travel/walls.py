"""What is not crossed on foot: rivers, railways, arterials and walls, and where they are open.

Crossing points and lines open every barrier within 15 m of them; gates open walls (kind `other`) within 5 m and nothing
else, so that the gate of an estate beside an arterial is no way across the arterial.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import cKDTree

from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geoplan.types import Layer

CROSSING_M = 15.0
GATE_M = 5.0
HALF_WIDTH_M = 1.0
"""Wider than what joins the ends of roads, so that the two ends of a cut road are not joined again."""
_SHORTEST_PIECE_M = 0.1
GATE, CROSSING, ARTERIAL = "gate", "crossing", "arterial"


@dataclass(frozen=True, eq=False)
class Walls:
    """The barriers of a project, ready to be asked.

    Attributes:
        parts: polygons that no way passes, one for each solid barrier, open at crossings and gates.
        closed: all of them as one geometry.
        arterial: LineStrings and polygons of kind arterial, those on bridges too: their two sides are apart.
        crossing: points, lines and polygons where barriers can be crossed.
        findings: what was assumed.
    """

    parts: NDArray[np.object_]
    closed: shapely.Geometry
    arterial: NDArray[np.object_]
    crossing: NDArray[np.object_]
    findings: tuple[Finding, ...]


def barrier_kinds(barriers: Layer) -> tuple[NDArray[np.object_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Of each row its shape, whether it is a crossing (any point but a gate is), and whether it is solid.

    Solid is what stands in the way: neither crossing nor gate, and not raised on a bridge or viaduct.
    """
    frame = barriers.frame
    kind = frame["kind"].to_numpy(dtype=object)
    shapes = np.asarray(frame.geometry.array, dtype=object)
    is_gate = kind == GATE
    is_crossing = (kind == CROSSING) | ((shapely.get_type_id(shapes) == shapely.GeometryType.POINT) & ~is_gate)
    raised = np.zeros(len(shapes), dtype=bool)
    if "raised" in frame:
        raised = np.array([mark is True for mark in frame["raised"]], dtype=bool)
    return shapes, is_crossing, ~is_gate & ~is_crossing & ~raised


def walls_of(barriers: Layer, *, knows_crossings: bool) -> Walls:
    """The barriers, opened around crossings and gates.

    Args:
        barriers: the layer.
        knows_crossings: the roads say which of them are bridges; otherwise rivers and railways count as bridged
            wherever a road is drawn across them.
    """
    kind = barriers.frame["kind"].to_numpy(dtype=object)
    shapes, is_crossing, solid = barrier_kinds(barriers)
    bridged = np.isin(kind, ("river", "railway")) & ~is_crossing & (not knows_crossings)
    soft = (kind == "other")[solid & ~bridged]
    parts = np.asarray(shapely.buffer(shapes[solid & ~bridged], HALF_WIDTH_M), dtype=object)
    parts[soft] = _opened(parts[soft], shapes[kind == GATE], GATE_M)
    parts = _opened(parts, shapes[is_crossing], CROSSING_M)
    return Walls(
        parts=parts,
        closed=shapely.disjoint_subset_union_all(parts) if len(parts) else shapely.Polygon(),
        arterial=shapes[(kind == ARTERIAL) & ~is_crossing],
        crossing=shapes[is_crossing],
        findings=(_bridges_assumed(barriers, int(bridged.sum())),) if bridged.any() else (),
    )


def _opened(parts: NDArray[np.object_], openings: NDArray[np.object_], within_m: float) -> NDArray[np.object_]:
    """Each part without what lies within reach of an opening; only neighbours meet, so that a city takes seconds."""
    if not len(parts) or not len(openings):
        return parts
    around = np.asarray(shapely.buffer(openings, within_m), dtype=object)
    part, opening = shapely.STRtree(around).query(parts, predicate="intersects")
    parts = parts.copy()
    for row, near in _grouped(part, opening):
        parts[row] = shapely.difference(parts[row], shapely.union_all(around[near]))
    return parts[~shapely.is_empty(parts)]


def _grouped(keys: NDArray[np.int64], values: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Each key with its values, in ascending order of both."""
    if not len(keys):
        return
    order = np.lexsort((values, keys))
    keys, values = keys[order], values[order]
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    for start, end in zip(starts, np.append(starts[1:], len(keys)), strict=True):
        yield int(keys[start]), values[start:end]


def cut_roads(
    lines: NDArray[np.object_], free: NDArray[np.bool_], walls: Walls, junctions: NDArray[np.float64]
) -> tuple[NDArray[np.object_], NDArray[np.int64], int]:
    """Take out of each road that is not free what lies inside a wall.

    Args:
        lines: LineStrings, shape (n,).
        free: shape (n,), roads that pass.
        walls: the barriers.
        junctions: shape (j, 2); within 15 m of them nothing is taken out.

    Returns:
        The roads, first those that were not touched; the row in `lines` of each; how many were cut.
    """
    bound = np.flatnonzero(~free)
    line, part = shapely.STRtree(walls.parts).query(lines[bound], predicate="intersects")
    line = bound[line]
    if len(junctions) and len(line):
        far = _beyond(shapely.intersection(lines[line], walls.parts[part]), junctions)
        line, part = line[far], part[far]
    kept = np.ones(len(lines), dtype=bool)
    kept[line] = False
    pieces, row = [lines[kept]], [np.flatnonzero(kept)]
    own = np.asarray(shapely.points(junctions), dtype=object)
    tree = shapely.STRtree(own)
    for each, near in _grouped(line, part):
        wall = shapely.union_all(walls.parts[near])
        around = own[tree.query(lines[each], predicate="dwithin", distance=CROSSING_M)]
        open_here = shapely.union_all(shapely.buffer(around, CROSSING_M))
        left = shapely.get_parts(shapely.difference(lines[each], wall.difference(open_here)))
        left = left[shapely.length(left) > _SHORTEST_PIECE_M]
        pieces.append(left)
        row.append(np.full(len(left), each))
    return np.concatenate(pieces), np.concatenate(row), int((~kept).sum())


def _beyond(shapes: NDArray[np.object_], junctions: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which shapes reach farther than 15 m from every junction."""
    xy, of = shapely.get_coordinates(shapes, return_index=True)
    far = np.zeros(len(shapes), dtype=bool)
    far[of[cKDTree(junctions).query(xy, distance_upper_bound=CROSSING_M)[0] > CROSSING_M]] = True
    return far


def cut_finding(cut: int, barriers: Layer) -> Finding:
    """How many roads ended at a barrier."""
    return Finding(
        Severity.NOTE,
        "roads-cut",
        f"{cut:,} roads are cut where they meet a barrier without a bridge or crossing.",
        layer=barriers.role,
        file=barriers.file,
        count=cut,
    )


def _bridges_assumed(barriers: Layer, count: int) -> Finding:
    return Finding(
        Severity.WARNING,
        "bridges-assumed",
        f"{count:,} rivers and railways: every road drawn across them is taken to be a bridge.",
        why="The roads layer does not say which roads are bridges, tunnels or crossings.",
        fix="Give the roads a column bridge / tunnel / crossing, or the barriers points of kind `crossing`.",
        layer=barriers.role,
        file=barriers.file,
        count=count,
    )
