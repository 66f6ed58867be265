"""Roads that were drawn apart and belong together: ends on other lines, and on request small islands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.cluster.hierarchy import DisjointSet

from geoplan.travel.edges import VERTEX_M, components_of, edges_of, line_ends, vertex_keys

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Lines = NDArray[np.object_]

JOIN_M = 0.5


def join_ends(lines: Lines) -> Lines:
    """Give a line a vertex where another line ends on it (to 0.5 m), and move that end onto the vertex."""
    if not len(lines):
        return lines
    xy, of = shapely.get_coordinates(lines, return_index=True)
    key = vertex_keys(xy)[1]
    is_start, is_end = line_ends(of)
    end_at = np.concatenate([np.flatnonzero(is_start), np.flatnonzero(is_end)])
    dangling = np.flatnonzero(np.bincount(key)[key[end_at]] == 1)
    if not len(dangling):
        return lines
    ends = np.asarray(shapely.points(xy[end_at[dangling]]), dtype=object)
    end_row, line_row = shapely.STRtree(lines).query(ends, predicate="dwithin", distance=JOIN_M)
    other = dangling[end_row] % len(lines) != line_row
    pairs = sorted(set(zip(end_row[other].tolist(), line_row[other].tolist(), strict=True)))
    return with_vertices(lines, [(line, xy[end_at[dangling[end]]]) for end, line in pairs])


def with_vertices(lines: Lines, wanted: Iterable[tuple[int, Floats]]) -> Lines:
    """The lines with further vertices, each at its place along the line (which may bend to meet it).

    Args:
        lines: LineStrings.
        wanted: row of a line, and the x, y that it is to pass through.
    """
    stops: dict[int, list[tuple[float, tuple[float, float]]]] = {}
    for line, (x, y) in wanted:
        along = float(shapely.line_locate_point(lines[line], shapely.Point(x, y)))
        stops.setdefault(line, []).append((along, (float(x), float(y))))
    if not stops:
        return lines
    lines = lines.copy()
    for line, new in stops.items():
        xy = shapely.get_coordinates(lines[line])
        at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
        merged = sorted([(float(a), (float(p[0]), float(p[1]))) for a, p in zip(at, xy, strict=True)] + new)
        lines[line] = shapely.linestrings([point for _, point in merged])
    return lines


def join_islands(lines: Lines, within_m: float, closed: shapely.Geometry | None) -> tuple[Lines, Lines]:
    """Connect pieces of the network that lie at most `within_m` apart, each with the shortest straight line.

    The shortest connections are made first (Kruskal 1956), never through a barrier, and only where one of the two
    pieces is not the longest one already. Lines that cross without a common vertex pass over each other: they are no
    gap and are not joined.

    Returns:
        The lines, with vertices where a connection begins or ends; and the connections.
    """
    edges = edges_of(lines, stops=np.zeros((0, 2)))
    component = components_of(len(edges.node_xy), edges.edge_node, edges.edge_m)
    piece = np.zeros(len(lines), dtype=np.int64)
    piece[edges.row] = component[edges.edge_node[:, 0]]
    small = np.flatnonzero(piece > 0)
    near, other = shapely.STRtree(lines).query(lines[small], predicate="dwithin", distance=within_m)
    near = small[near]
    apart = piece[near] != piece[other]
    near, other = near[apart], other[apart]
    ways = np.asarray(shapely.shortest_line(lines[near], lines[other]), dtype=object)
    free = shapely.length(ways) > VERTEX_M
    if closed is not None and len(ways):
        shapely.prepare(closed)
        free &= ~shapely.intersects(closed, ways)
    near, other, ways = near[free], other[free], ways[free]
    joined: DisjointSet[int] = DisjointSet(range(int(piece.max(initial=0)) + 1))
    made, wanted = [], []
    for pick in np.lexsort((other, near, shapely.length(ways))).tolist():
        if joined.merge(int(piece[near[pick]]), int(piece[other[pick]])):
            made.append(ways[pick])
            begin, end = shapely.get_coordinates(ways[pick])
            wanted += [(int(near[pick]), begin), (int(other[pick]), end)]
    return with_vertices(lines, wanted), np.asarray(made, dtype=object)
