"""An arterial that is itself a road has two pavements: one on each side, joined only where it can be crossed.

Along the arterial one walks as before. At a junction without crossing the streets of one side meet the pavement of
that side, and a street that goes straight across is two streets. Where the arterial turns into another kind of street
its sides meet; where it merely stops (the edge of the data) they do not.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.travel.edges import VERTEX_M, Edges, line_ends, vertex_keys
from geoplan.travel.joining import JOIN_M, with_vertices
from geoplan.travel.walls import CROSSING_M, HALF_WIDTH_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.travel.walls import Walls

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Lines = NDArray[np.object_]


def roads_along(lines: Lines, arterial: Lines) -> NDArray[np.bool_]:
    """Which roads are the arterial itself: they lie wholly within 1 m of one arterial's line.

    Args:
        lines: LineStrings, shape (n,).
        arterial: lines and polygons; polygons have no pavements of their own here.
    """
    along = np.zeros(len(lines), dtype=bool)
    drawn = arterial[np.isin(shapely.get_type_id(arterial), (1, 5))]
    if not len(drawn) or not len(lines):
        return along
    along[shapely.STRtree(lines).query(shapely.buffer(drawn, HALF_WIDTH_M), predicate="covers")[1]] = True
    return along


def junctions_with(lines: Lines, along: NDArray[np.bool_]) -> Floats:
    """Vertices that an arterial shares with another road, shape (j, 2): roads are not cut off there."""
    xy, of = shapely.get_coordinates(lines, return_index=True)
    first, vertex = vertex_keys(xy)
    on = along[of]
    both = (np.bincount(vertex[on], minlength=len(first)) > 0) & (np.bincount(vertex[~on], minlength=len(first)) > 0)
    return xy[first[both]]


def open_at_crossings(lines: Lines, along: NDArray[np.bool_], walls: Walls) -> tuple[Lines, Floats]:
    """Give the arterials a vertex at each crossing.

    A crossing point opens the arterials within 15 m of it, but not where it stands on another road: the zebra of a
    side street is no way across the arterial. A crossing line opens the arterials where it meets them.

    Returns:
        The lines, and the open vertices, shape (m, 2).
    """
    roads = np.flatnonzero(along)
    if not len(roads) or not len(walls.crossing):
        return lines, np.zeros((0, 2))
    is_point = shapely.get_type_id(walls.crossing) == shapely.GeometryType.POINT
    points, drawn = walls.crossing[is_point], walls.crossing[~is_point]
    tree = shapely.STRtree(lines[roads])
    wanted: list[tuple[int, Floats]] = []
    elsewhere = _on_another_road(points, lines, along)
    for point, road in tree.query(points, predicate="dwithin", distance=CROSSING_M).T:
        line = lines[roads[road]]
        if not elsewhere[point]:
            on_line = shapely.line_interpolate_point(line, shapely.line_locate_point(line, points[point]))
            wanted.append((int(roads[road]), shapely.get_coordinates(on_line)[0]))
    for crossing, road in tree.query(drawn, predicate="intersects").T:
        meets = shapely.intersection(lines[roads[road]], drawn[crossing])
        wanted += [(int(roads[road]), xy) for xy in shapely.get_coordinates(meets)]
    return with_vertices(lines, wanted), np.array([xy for _, xy in wanted]).reshape(-1, 2)


def _on_another_road(points: Lines, lines: Lines, along: NDArray[np.bool_]) -> NDArray[np.bool_]:
    on = np.zeros((2, len(points)), dtype=bool)
    for row, mask in enumerate((along, ~along)):
        if mask.any():
            on[row, shapely.STRtree(lines[mask]).query(points, predicate="dwithin", distance=JOIN_M)[0]] = True
    elsewhere: NDArray[np.bool_] = on[1] & ~on[0]
    return elsewhere


def with_two_sides(edges: Edges, along: NDArray[np.bool_], is_open: Floats) -> tuple[Edges, Ints]:
    """Double each edge of an arterial, and divide the nodes on it into one for each side.

    Around a node the ends of arterials bound sectors; what lies in one sector stays joined. Of the two copies of an
    edge the first is the left one as seen along its line.

    Args:
        edges: all edges.
        along: shape (e,): edges of arterials.
        is_open: shape (m, 2): where they can be crossed.

    Returns:
        The edges, the right copies last; and for each edge its other side, -1 where it has none.
    """
    doubled = np.flatnonzero(along)
    if not len(doubled):
        return edges, np.full(len(along), -1, dtype=np.int64)
    nodes = len(edges.node_xy)
    whole = _nodes_at(edges.node_xy, is_open)
    split = np.zeros(nodes, dtype=bool)
    split[edges.edge_node[doubled].ravel()] = True
    split[whole] = False
    before, after = _sectors(edges, along, split)
    # (node, sector) → number; sector 0 keeps the node's own number, so that other nodes stay as they are
    pairs = np.concatenate([edges.edge_node + before, edges.edge_node + after])
    extra = np.unique(pairs[pairs >= nodes])
    left = np.column_stack([after[:, 0], before[:, 1]])
    right = np.column_stack([before[:, 0], after[:, 1]])
    edge_node = np.concatenate([
        _numbered(edges.edge_node, left, nodes, extra), _numbered(edges.edge_node, right, nodes, extra)[doubled]
    ])  # fmt: skip
    twin = np.full(len(edge_node), -1, dtype=np.int64)
    twin[doubled] = len(along) + np.arange(len(doubled))
    twin[len(along) :] = doubled
    return replace(
        edges,
        node_xy=np.concatenate([edges.node_xy, edges.node_xy[extra % nodes]]),
        edge_node=edge_node,
        edge_line=np.concatenate([edges.edge_line, edges.edge_line[doubled]]),
        edge_m=np.concatenate([edges.edge_m, edges.edge_m[doubled]]),
        row=np.concatenate([edges.row, edges.row[doubled]]),
    ), twin


def _numbered(edge_node: Ints, sector: Ints, nodes: int, extra: Ints) -> Ints:
    """The number of each pair of node and sector: the node's own in sector 0, else its place among the extra ones."""
    pair = edge_node + sector
    return np.where(pair < nodes, pair, nodes + np.searchsorted(extra, pair))


def _nodes_at(node_xy: Floats, points: Floats) -> Ints:
    key = vertex_keys(np.concatenate([node_xy, points]))[1]
    return np.flatnonzero(np.isin(key[: len(node_xy)], key[len(node_xy) :]))


def _sectors(edges: Edges, along: NDArray[np.bool_], split: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """For both ends of every edge, shape (e, 2), the sector clockwise of it and the one anticlockwise, times nodes.

    For an edge that is no arterial both are the sector in which it lies. Zero at nodes that are not divided.
    """
    nodes = len(edges.node_xy)
    before, after = np.zeros(edges.edge_node.size, dtype=np.int64), np.zeros(edges.edge_node.size, dtype=np.int64)
    ends = np.flatnonzero(split[edges.edge_node].ravel())
    if not len(ends):
        return before.reshape(-1, 2), after.reshape(-1, 2)
    node = edges.edge_node.ravel()[ends]
    is_wall = along[ends // 2]
    order = np.lexsort((_bearings(edges.edge_line)[ends], node))
    node, is_wall = node[order], is_wall[order]
    first = np.concatenate([[True], node[1:] != node[:-1]])
    group = np.cumsum(first) - 1
    seen = np.cumsum(is_wall, dtype=np.int64)
    seen -= np.repeat((seen - is_wall)[first], np.bincount(group))  # arterial ends up to here, at this node
    # an arterial that stops at a node of its own has two sides there, too
    ends_here = np.bincount(group)
    walls = np.where(ends_here == 1, 2, np.bincount(group, weights=is_wall).astype(np.int64))[group]
    before[ends[order]] = (seen - is_wall) % walls * nodes
    after[ends[order]] = seen % walls * nodes
    return before.reshape(-1, 2), after.reshape(-1, 2)


def _bearings(lines: Lines) -> Floats:
    """Direction in which each end leaves its node, radians anticlockwise; start and end of each line in turn."""
    xy, of = shapely.get_coordinates(lines, return_index=True)
    is_start, is_end = line_ends(of)
    begin, end = np.flatnonzero(is_start), np.flatnonzero(is_end)
    away = np.stack([xy[begin + 1] - xy[begin], xy[end - 1] - xy[end]], axis=1).reshape(-1, 2)
    return np.arctan2(away[:, 1], away[:, 0])


def side_share(twin: Ints, edges: int) -> Floats:
    """A half for each side of an arterial, one for every other edge, shape (edges,)."""
    return np.where(twin >= 0, 0.5, 1.0) if len(twin) else np.ones(edges)


def on_the_right(lines: Lines, along_m: Floats, xy: Floats) -> NDArray[np.bool_]:
    """Whether points lie on the right of their lines, as seen along them.

    Args:
        lines, along_m: shape (n,), each point's line and its place along it.
        xy: shape (n, 2).
    """
    length = shapely.length(lines)
    step = np.minimum(0.5, length / 4)
    back = shapely.get_coordinates(shapely.line_interpolate_point(lines, np.maximum(along_m - step, 0.0)))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines, np.minimum(along_m + step, length)))
    way, off = ahead - back, xy - back
    return way[:, 0] * off[:, 1] - way[:, 1] * off[:, 0] < -VERTEX_M * 1e-3
