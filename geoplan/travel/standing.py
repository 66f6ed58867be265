"""Where people and schools stand on the network: on an edge, on the right side of it, reached through no barrier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.travel.sides import on_the_right
from geoplan.travel.walls import HALF_WIDTH_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.travel.compounds import Compounds
    from geoplan.travel.network import Network

FARTHEST_ROAD_M = 2_000.0
"""A point farther from every road is not on the network; it cannot be reached on foot."""


@dataclass(frozen=True, eq=False)
class Standing:
    """Where points stand on the network.

    Attributes:
        edge: shape (n,), -1 where no road can be reached.
        along_m: distance from the edge's first node.
        access_m: walk from the point to the edge, straight or through a gate.
    """

    edge: NDArray[np.int64]
    along_m: NDArray[np.float64]
    access_m: NDArray[np.float64]


def stand(
    network: Network, tree: shapely.STRtree, xy: NDArray[np.float64], compounds: Compounds | None = None
) -> Standing:
    """Put points on their nearest edge that they reach without crossing a barrier.

    Args:
        network: the network.
        tree: over its edge lines.
        xy: shape (n, 2), metres.
        compounds: walled places; whoever is inside one leaves it through its gates, or along a road inside.
    """
    points = np.asarray(shapely.points(xy), dtype=object)
    edge = np.full(len(xy), -1, dtype=np.int64)
    row, found = tree.query_nearest(points, max_distance=FARTHEST_ROAD_M)
    # several edges can be equally near (a junction): the lowest-numbered one, whatever order the tree answers in
    edge[row[::-1]] = found[::-1]
    np.minimum.at(edge, row, found)
    _avoid_barriers(network, tree, points, edge)
    along, access = np.zeros(len(xy)), np.full(len(xy), np.inf)
    on = edge >= 0
    lines = network.edge_line[edge[on]]
    along[on] = shapely.line_locate_point(lines, points[on])
    access[on] = shapely.distance(lines, points[on])
    edge[on] = _own_side(network, edge[on], along[on], xy[on])
    standing = Standing(edge, along, access)
    if compounds is None or not len(compounds):
        return standing
    return compounds.through_gates(xy, standing, network, stand(network, tree, compounds.gate_xy))


def _own_side(
    network: Network, edge: NDArray[np.int64], along_m: NDArray[np.float64], xy: NDArray[np.float64]
) -> NDArray[np.int64]:
    """The side of the arterial on which each point lies, for points on the first side of one."""
    if not len(network.twin) or not (network.twin >= 0).any():
        return edge
    edge = edge.copy()
    sided = np.flatnonzero(network.twin[edge] >= 0)
    first = np.minimum(edge[sided], network.twin[edge[sided]])
    right = on_the_right(network.edge_line[first], along_m[sided], xy[sided])
    edge[sided] = np.where(right, np.maximum(edge[sided], network.twin[edge[sided]]), first)
    return edge


def _avoid_barriers(
    network: Network, tree: shapely.STRtree, points: NDArray[np.object_], edge: NDArray[np.int64]
) -> None:
    """Move points whose way to the road crosses a barrier to the nearest road on their own side (in place)."""
    wall = network.barriers
    on = np.flatnonzero(edge >= 0)
    if wall is None or shapely.is_empty(wall) or not len(on):
        return
    shapely.prepare(wall)
    for row in on[shapely.intersects(wall, _ways(network, points[on], edge[on]))]:
        near = np.sort(tree.query(points[row], predicate="dwithin", distance=FARTHEST_ROAD_M))
        free = near[~shapely.intersects(wall, _ways(network, points[row], near))]
        distance = shapely.distance(points[row], network.edge_line[free])
        edge[row] = free[np.argmin(distance)] if len(free) else -1


def _ways(
    network: Network, points: NDArray[np.object_] | shapely.Point, edge: NDArray[np.int64]
) -> NDArray[np.object_]:
    """The straight ways from points to edges; to an arterial only up to its kerb, as its own line is a barrier."""
    ways = np.asarray(shapely.shortest_line(points, network.edge_line[edge]), dtype=object)
    if not len(network.twin):
        return ways
    sided = np.flatnonzero(network.twin[edge] >= 0)
    if len(sided):
        length = shapely.length(ways[sided])
        short = np.maximum(length - 1.5 * HALF_WIDTH_M, 0.0)
        ends = shapely.get_coordinates(ways[sided]).reshape(-1, 2, 2)
        share = np.divide(short, length, out=np.zeros_like(short), where=length > 0)
        ends[:, 1] = ends[:, 0] + share[:, None] * (ends[:, 1] - ends[:, 0])
        shortened = np.asarray(shapely.linestrings(ends), dtype=object)
        shortened[short <= 0] = None
        ways[sided] = shortened
    return ways
