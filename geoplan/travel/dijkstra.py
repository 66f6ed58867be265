"""Shortest paths on CSR arrays: bounded, sparse, compiled once and cached.

Nodes are 0 … n-1; `indptr`, `neighbour`, `length_m` hold both directions of every edge. Points stand on edges:
a point has the nodes at both ends of its edge and the walk to each of them, so that the graph never changes.
Method: Dijkstra 1959 with a binary heap and lazy deletion; arrays are cleared only where they were touched, so
that the cost of a bounded search is that of its own neighbourhood.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.kernels import kernel, making_kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


@kernel
def _push(keys: Floats, nodes: Ints, size: int, key: float, node: int) -> int:
    child = size
    while child > 0:
        parent = (child - 1) >> 1
        if keys[parent] <= key:
            break
        keys[child] = keys[parent]
        nodes[child] = nodes[parent]
        child = parent
    keys[child] = key
    nodes[child] = node
    return size + 1


@kernel
def _pop(keys: Floats, nodes: Ints, size: int) -> int:
    """Remove the root (read it before); returns the new size."""
    size -= 1
    key = keys[size]
    node = nodes[size]
    parent = 0
    while True:
        child = 2 * parent + 1
        if child >= size:
            break
        if child + 1 < size and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[parent] = keys[child]
        nodes[parent] = nodes[child]
        parent = child
    keys[parent] = key
    nodes[parent] = node
    return size


@making_kernel
def nearest_source(
    indptr: Ints, neighbour: Ints, length_m: Floats, seed_node: Ints, seed_m: Floats, seed_label: Ints
) -> tuple[Floats, Ints]:
    """Distance from every node to the nearest of many seeds, and that seed's label.

    Args:
        indptr, neighbour, length_m: the graph.
        seed_node, seed_m, seed_label: a seed starts at a node with a distance; several may share one label.

    Returns:
        `distance_m` (inf where no seed reaches) and `label` (-1 there); of equal distances the lower label.
    """
    n = len(indptr) - 1
    distance = np.full(n, np.inf)
    label = np.full(n, -1, dtype=np.int64)
    capacity = len(neighbour) + len(seed_node) + 1
    keys = np.empty(capacity)
    nodes = np.empty(capacity, dtype=np.int64)
    size = 0
    for seed in range(len(seed_node)):
        node = seed_node[seed]
        cost = seed_m[seed]
        if cost < distance[node] or (cost == distance[node] and seed_label[seed] < label[node]):
            distance[node] = cost
            label[node] = seed_label[seed]
            size = _push(keys, nodes, size, cost, node)
    done = np.zeros(n, dtype=np.bool_)
    while size > 0:
        node = nodes[0]
        size = _pop(keys, nodes, size)
        if done[node]:
            continue
        done[node] = True
        for arc in range(indptr[node], indptr[node + 1]):
            other = neighbour[arc]
            cost = distance[node] + length_m[arc]
            if cost < distance[other]:
                distance[other] = cost
                label[other] = label[node]
                size = _push(keys, nodes, size, cost, other)
            elif cost == distance[other] and label[node] < label[other] and not done[other]:
                label[other] = label[node]
    return distance, label


@making_kernel
def points_within(
    indptr: Ints,
    neighbour: Ints,
    length_m: Floats,
    target_node: Ints,
    target_m: Floats,
    on_node_indptr: Ints,
    on_node_point: Ints,
    on_node_m: Floats,
    reach_m: Floats,
    cutoff_m: float,
) -> tuple[Ints, Ints, Floats]:
    """All (point, target) pairs whose path along nodes is within the point's reach.

    One bounded search from each target. Paths that stay on a single edge are not seen here.

    Args:
        indptr, neighbour, length_m: the graph.
        target_node, target_m: shape (t, 2): the two ends of the target's edge and the walk to each.
        on_node_indptr, on_node_point, on_node_m: CSR over nodes: which points stand on an edge at this node, and
            the walk from the node to the point.
        reach_m: shape (points,): the longest walk that counts for each point.
        cutoff_m: the largest of them.

    Returns:
        point, target, distance_m, shape (pairs,); each pair once, with its shortest distance.
    """
    n = len(indptr) - 1
    points = len(reach_m)
    distance = np.full(n, np.inf)
    touched = np.empty(n, dtype=np.int64)
    best = np.full(points, np.inf)
    reached = np.empty(points, dtype=np.int64)
    keys = np.empty(len(neighbour) + 3)
    nodes = np.empty(len(neighbour) + 3, dtype=np.int64)
    room = max(1024, points)
    out_point = np.empty(room, dtype=np.int64)
    out_target = np.empty(room, dtype=np.int64)
    out_m = np.empty(room)
    pairs = 0
    for target in range(len(target_node)):
        count = _search(
            indptr, neighbour, length_m, target_node[target], target_m[target], cutoff_m, distance, touched, keys, nodes
        )
        hits = _collect(touched[:count], distance, on_node_indptr, on_node_point, on_node_m, reach_m, best, reached)
        if pairs + hits > room:
            room = max(2 * room, pairs + hits)
            out_point = _grown(out_point, pairs, room)
            out_target = _grown(out_target, pairs, room)
            out_m = _grown_floats(out_m, pairs, room)
        for position in range(hits):
            point = reached[position]
            out_point[pairs] = point
            out_target[pairs] = target
            out_m[pairs] = best[point]
            best[point] = np.inf
            pairs += 1
    return out_point[:pairs], out_target[:pairs], out_m[:pairs]


@kernel
def _search(
    indptr: Ints,
    neighbour: Ints,
    length_m: Floats,
    start_node: Ints,
    start_m: Floats,
    cutoff_m: float,
    distance: Floats,
    touched: Ints,
    keys: Floats,
    nodes: Ints,
) -> int:
    """Bounded search from the two ends of an edge; fills `distance` and `touched`, returns how many were touched."""
    size = 0
    count = 0
    for end in range(2):
        node = start_node[end]
        cost = start_m[end]
        if node >= 0 and cost <= cutoff_m and cost < distance[node]:
            if distance[node] == np.inf:
                touched[count] = node
                count += 1
            distance[node] = cost
            size = _push(keys, nodes, size, cost, node)
    while size > 0:
        cost = keys[0]
        node = nodes[0]
        size = _pop(keys, nodes, size)
        if cost > distance[node]:
            continue
        for arc in range(indptr[node], indptr[node + 1]):
            other = neighbour[arc]
            longer = cost + length_m[arc]
            if longer <= cutoff_m and longer < distance[other]:
                if distance[other] == np.inf:
                    touched[count] = other
                    count += 1
                distance[other] = longer
                size = _push(keys, nodes, size, longer, other)
    return count


@kernel
def _collect(
    touched: Ints,
    distance: Floats,
    on_node_indptr: Ints,
    on_node_point: Ints,
    on_node_m: Floats,
    reach_m: Floats,
    best: Floats,
    reached: Ints,
) -> int:
    """The points on edges at touched nodes; fills `best` and `reached`, clears `distance`, returns how many."""
    hits = 0
    for node in touched:
        for entry in range(on_node_indptr[node], on_node_indptr[node + 1]):
            point = on_node_point[entry]
            walk = distance[node] + on_node_m[entry]
            if walk <= reach_m[point] and walk < best[point]:
                if best[point] == np.inf:
                    reached[hits] = point
                    hits += 1
                best[point] = walk
        distance[node] = np.inf
    return hits


@making_kernel
def _grown(old: Ints, used: int, room: int) -> Ints:
    new = np.empty(room, dtype=np.int64)
    new[:used] = old[:used]
    return new


@making_kernel
def _grown_floats(old: Floats, used: int, room: int) -> Floats:
    new = np.empty(room)
    new[:used] = old[:used]
    return new
