"""From road lines to numbered nodes and edges: arrays only, a million edges in seconds.

Vertices are the same where they fall into one square of 0.1 m. A line is divided at every vertex that occurs more than
once. Numbering follows the coordinates, so that the same lines give the same numbers on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

VERTEX_M = 0.1
_LARGEST = 2**62


@dataclass(frozen=True, eq=False)
class Edges:
    """Edges before they are a network.

    Attributes:
        node_xy: shape (n, 2), metres.
        edge_node: shape (e, 2), node at the start and end of each edge.
        edge_line: shape (e,), LineStrings from the first to the second node.
        edge_m: their lengths.
        row: the line that each edge is a part of.
    """

    node_xy: Floats
    edge_node: Ints
    edge_line: NDArray[np.object_]
    edge_m: Floats
    row: Ints


def vertex_keys(xy: Floats) -> tuple[Ints, Ints]:
    """Vertices that are the same to 0.1 m: first row of each, and the number of each row's vertex.

    Args:
        xy: shape (n, 2), metres.
    """
    square = np.round(xy / VERTEX_M).astype(np.int64)
    square -= square.min(axis=0, initial=_LARGEST)
    height = int(square[:, 1].max(initial=0)) + 1
    if height * (int(square[:, 0].max(initial=0)) + 1) >= _LARGEST:
        _, first, inverse = np.unique(square, axis=0, return_index=True, return_inverse=True)
    else:
        # one number for both axes sorts sixteen times faster than rows of two, and in the same order
        _, first, inverse = np.unique(square[:, 0] * height + square[:, 1], return_index=True, return_inverse=True)
    return first, inverse.ravel()


def line_ends(line: Ints) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which coordinates begin and which end their line, where `line` is the line of each coordinate, ascending."""
    changes = line[1:] != line[:-1]
    return np.concatenate([[True], changes]), np.concatenate([changes, [True]])


def edges_of(lines: NDArray[np.object_], *, stops: Floats) -> Edges:
    """Divide lines at every shared vertex, and at the vertices at `stops`.

    Args:
        lines: LineStrings, shape (r,), at least one.
        stops: shape (s, 2); further vertices at which lines are divided.
    """
    xy, line = shapely.get_coordinates(lines, return_index=True)
    line = line.astype(np.int64)
    first, vertex = vertex_keys(np.concatenate([xy, stops]))
    extra, vertex = vertex[len(xy) :], vertex[: len(xy)]
    is_start, is_end = line_ends(line)
    stop = is_start | is_end | (np.bincount(vertex, minlength=len(first))[vertex] > 1)
    if len(extra):
        stop |= np.isin(vertex, extra)
    at = np.flatnonzero(stop)
    begins, ends = at[:-1], at[1:]
    same = line[begins] == line[ends]
    begins, ends = begins[same], ends[same]
    size = ends - begins + 1
    offset = np.concatenate([[0], np.cumsum(size)])
    rows = np.arange(offset[-1]) + np.repeat(begins - offset[:-1], size)
    edge_line = np.asarray(
        shapely.from_ragged_array(shapely.GeometryType.LINESTRING, xy[rows], (offset,)), dtype=object
    )
    is_node = np.zeros(len(first), dtype=bool)
    is_node[vertex[begins]] = is_node[vertex[ends]] = True
    number = np.cumsum(is_node) - 1
    where = np.concatenate([xy, stops])[first]
    return Edges(
        node_xy=where[is_node],
        edge_node=np.column_stack([number[vertex[begins]], number[vertex[ends]]]).astype(np.int64),
        edge_line=edge_line,
        edge_m=shapely.length(edge_line),
        row=line[begins],
    )


def arcs_of(nodes: int, edge_node: Ints, edge_m: Floats) -> tuple[Ints, Ints, Floats]:
    """CSR over nodes, both directions of every edge: indptr, neighbour, length."""
    tail = np.concatenate([edge_node[:, 0], edge_node[:, 1]])
    head = np.concatenate([edge_node[:, 1], edge_node[:, 0]])
    order = np.argsort(tail * nodes + head, kind="stable")
    indptr = np.zeros(nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(tail, minlength=nodes), out=indptr[1:])
    return indptr, head[order], np.concatenate([edge_m, edge_m])[order]


def components_of(nodes: int, edge_node: Ints, edge_m: Floats) -> Ints:
    """Connected component of each node, numbered from the longest (0)."""
    ones = np.ones(len(edge_node), dtype=np.int8)
    graph = coo_array((ones, (edge_node[:, 0], edge_node[:, 1])), shape=(nodes, nodes))
    count, label = connected_components(graph)
    longest_first = np.argsort(-np.bincount(label[edge_node[:, 0]], weights=edge_m, minlength=count), kind="stable")
    rank = np.empty(count, dtype=np.int64)
    rank[longest_first] = np.arange(count)
    return rank[label]
