"""The walking network: road lines, cut at barriers, joined where they share a vertex.

What is joined: lines that share a vertex (to 0.1 m), and a line that ends on another (to 0.5 m). Lines that cross
without a shared vertex are joined only where the road layer says nothing at all about bridges and tunnels.
What is cut: a road that meets a barrier, unless the road is marked as a bridge, tunnel or crossing, or a crossing
point lies within 15 m. A road layer without any such mark is taken to bridge rivers and railways wherever it is
drawn across them; an arterial is never crossed unmarked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geoplan.errors import TravelError
from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.types import Layer

VERTEX_M = 0.1
JOIN_M = 0.5
CROSSING_M = 15.0
_BARRIER_HALF_WIDTH_M = 1.0
"""Wider than `JOIN_M`, so that the two ends of a cut road are not joined again."""


@dataclass(frozen=True, eq=False)
class Network:
    """An undirected walking network.

    Attributes:
        node_xy: shape (n, 2), metres.
        edge_node: shape (e, 2), node at the start and end of each edge line.
        edge_m: length of each edge.
        edge_line: the geometry of each edge, a LineString from its first to its second node.
        indptr, neighbour, arc_m: CSR over nodes, both directions of every edge.
        component: connected component of each node, numbered from the longest (0).
        barriers: lines and polygons that nobody crosses on the way to a road, or None.
    """

    node_xy: NDArray[np.float64]
    edge_node: NDArray[np.int64]
    edge_m: NDArray[np.float64]
    edge_line: NDArray[np.object_]
    indptr: NDArray[np.int64]
    neighbour: NDArray[np.int64]
    arc_m: NDArray[np.float64]
    component: NDArray[np.int64]
    barriers: shapely.Geometry | None
    findings: tuple[Finding, ...]

    @property
    def length_m(self) -> float:
        """Total length."""
        return float(self.edge_m.sum())

    def __repr__(self) -> str:
        return f"Network({len(self.node_xy):,} nodes, {len(self.edge_m):,} edges, {self.length_m / 1000:,.1f} km)"


def build_network(roads: Layer, barriers: Layer | None = None) -> Network:
    """A network from the roads layer, cut where the barriers layer says so.

    Raises:
        TravelError: no line is left.
    """
    lines = np.asarray(roads.frame.geometry.array, dtype=object)
    crossing = (
        roads.frame["crossing"].to_numpy(dtype=object) if "crossing" in roads.frame else np.full(len(lines), None)
    )
    knows_crossings = any(mark is not None for mark in crossing)
    findings: list[Finding] = []
    wall = None
    if barriers is not None:
        wall, notes = _wall(barriers, knows_crossings=knows_crossings)
        lines, cut = _cut(lines, np.array([mark is True for mark in crossing]), wall)
        findings += [*notes, _cut_finding(cut, barriers)]
    if not knows_crossings:
        lines = shapely.get_parts(shapely.node(shapely.multilinestrings(lines))) if len(lines) else lines
    lines = _join_ends(lines)
    network = _from_lines(lines, wall, tuple(findings))
    if not len(network.edge_m):
        raise TravelError(f"{roads.file}: no road is left to walk on. Check the layer, its filter and the barriers.")
    return _with_component_finding(network, roads)


def _wall(barriers: Layer, *, knows_crossings: bool) -> tuple[shapely.Geometry, list[Finding]]:
    """What cannot be walked through: barrier lines and water, opened around crossing points."""
    kind = barriers.frame["kind"].to_numpy(dtype=object)
    shapes = np.asarray(barriers.frame.geometry.array, dtype=object)
    is_gate = (kind == "crossing") | (shapely.get_type_id(shapes) == shapely.GeometryType.POINT)
    bridged = np.isin(kind, ("river", "railway")) & ~is_gate if not knows_crossings else np.zeros(len(kind), dtype=bool)
    closed = shapely.union_all(shapely.buffer(shapes[~is_gate & ~bridged], _BARRIER_HALF_WIDTH_M))
    gates = shapely.union_all(shapely.buffer(shapes[is_gate], CROSSING_M))
    notes = []
    if bridged.any():
        notes.append(
            Finding(
                Severity.WARNING,
                "bridges-assumed",
                f"{bridged.sum():,} rivers and railways: every road drawn across them is taken to be a bridge.",
                why="The roads layer does not say which roads are bridges, tunnels or crossings.",
                fix="Give the roads a column bridge / tunnel / crossing, or the barriers points of kind `crossing`.",
                layer=barriers.role,
                file=barriers.file,
                count=int(bridged.sum()),
            )
        )
    return shapely.difference(closed, gates), notes


def _cut(
    lines: NDArray[np.object_], marked: NDArray[np.bool_], wall: shapely.Geometry
) -> tuple[NDArray[np.object_], int]:
    """Take out of each unmarked line what lies inside the wall; returns the lines and how many were cut."""
    shapely.prepare(wall)
    meets = ~marked & shapely.intersects(wall, lines)
    pieces = shapely.get_parts(shapely.difference(lines[meets], wall))
    pieces = pieces[shapely.length(pieces) > VERTEX_M]
    return np.concatenate([lines[~meets], pieces]), int(meets.sum())


def _cut_finding(cut: int, barriers: Layer) -> Finding:
    return Finding(
        Severity.NOTE,
        "roads-cut",
        f"{cut:,} roads are cut where they meet a barrier without a bridge or crossing.",
        layer=barriers.role,
        file=barriers.file,
        count=cut,
    )


def _join_ends(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Give a line a vertex where another line ends on it (to 0.5 m), and move that end onto the vertex."""
    if not len(lines):
        return lines
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    key = _keys(shapely.get_coordinates(lines))[1]
    end_key = _nodes_of(shapely.get_coordinates(lines), shapely.get_coordinates(ends))
    counts = np.bincount(key)
    dangling = np.flatnonzero(counts[end_key] == 1)
    end_row, line_row = shapely.STRtree(lines).query(ends[dangling], predicate="dwithin", distance=JOIN_M)
    owner = dangling[end_row] % len(lines)
    other = owner != line_row
    if not other.any():
        return lines
    lines = lines.copy()
    moved: dict[int, list[tuple[float, tuple[float, float]]]] = {}
    for end, line in sorted(set(zip(dangling[end_row[other]].tolist(), line_row[other].tolist(), strict=True))):
        along = float(shapely.line_locate_point(lines[line], ends[end]))
        x, y = shapely.get_coordinates(ends[end])[0]
        moved.setdefault(line, []).append((along, (float(x), float(y))))
    for line, stops in moved.items():
        xy = shapely.get_coordinates(lines[line])
        at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
        merged = sorted([(float(a), (float(p[0]), float(p[1]))) for a, p in zip(at, xy, strict=True)] + stops)
        lines[line] = shapely.linestrings([point for _, point in merged])
    return lines


def _keys(xy: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Vertices that are the same to 0.1 m: first row of each, and the number of each row's vertex."""
    grid = np.round(xy / VERTEX_M).astype(np.int64)
    _, first, inverse = np.unique(grid, axis=0, return_index=True, return_inverse=True)
    return first, inverse.ravel()


def _nodes_of(xy: NDArray[np.float64], ends: NDArray[np.float64]) -> NDArray[np.int64]:
    """Vertex numbers of `ends`, which all occur in `xy`, in the numbering of `_keys(xy)`."""
    return _keys(np.concatenate([xy, ends]))[1][len(xy) :]


def _from_lines(lines: NDArray[np.object_], wall: shapely.Geometry | None, findings: tuple[Finding, ...]) -> Network:
    xy, line = shapely.get_coordinates(lines, return_index=True)
    if not len(xy):
        empty = np.zeros(0, dtype=np.int64)
        return Network(
            np.zeros((0, 2)), empty.reshape(0, 2), np.zeros(0), empty.astype(object), np.zeros(1, dtype=np.int64),
            empty, np.zeros(0), empty, wall, findings,
        )  # fmt: skip
    first, vertex = _keys(xy)
    is_start = np.concatenate([[True], line[1:] != line[:-1]])
    is_end = np.concatenate([line[1:] != line[:-1], [True]])
    stop = is_start | is_end | (np.bincount(vertex)[vertex] > 1)
    stops = np.flatnonzero(stop)
    begins, ends = stops[:-1], stops[1:]
    same_line = line[begins] == line[ends]
    begins, ends = begins[same_line], ends[same_line]
    rows = np.concatenate([np.arange(b, e + 1) for b, e in zip(begins, ends, strict=True)])
    edge_of_row = np.repeat(np.arange(len(begins)), ends - begins + 1)
    edge_line = shapely.linestrings(xy[rows], indices=edge_of_row)
    node_vertex, edge_node = np.unique(np.column_stack([vertex[begins], vertex[ends]]), return_inverse=True)
    edge_node = edge_node.reshape(-1, 2).astype(np.int64)
    edge_m = shapely.length(edge_line)
    indptr, neighbour, arc_m = _arcs(len(node_vertex), edge_node, edge_m)
    return Network(
        node_xy=xy[first[node_vertex]],
        edge_node=edge_node,
        edge_m=edge_m,
        edge_line=np.asarray(edge_line, dtype=object),
        indptr=indptr,
        neighbour=neighbour,
        arc_m=arc_m,
        component=_components(len(node_vertex), edge_node, edge_m),
        barriers=wall,
        findings=findings,
    )


def _arcs(
    nodes: int, edge_node: NDArray[np.int64], edge_m: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    tail = np.concatenate([edge_node[:, 0], edge_node[:, 1]])
    head = np.concatenate([edge_node[:, 1], edge_node[:, 0]])
    order = np.lexsort((head, tail))
    indptr = np.zeros(nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(tail, minlength=nodes), out=indptr[1:])
    return indptr, head[order], np.concatenate([edge_m, edge_m])[order]


def _components(nodes: int, edge_node: NDArray[np.int64], edge_m: NDArray[np.float64]) -> NDArray[np.int64]:
    ones = np.ones(len(edge_node), dtype=np.int8)
    count, label = connected_components(coo_array((ones, (edge_node[:, 0], edge_node[:, 1])), shape=(nodes, nodes)))
    longest_first = np.argsort(-np.bincount(label[edge_node[:, 0]], weights=edge_m, minlength=count), kind="stable")
    rank = np.empty(count, dtype=np.int64)
    rank[longest_first] = np.arange(count)
    return rank[label]


def _with_component_finding(network: Network, roads: Layer) -> Network:
    by_component = np.bincount(network.component[network.edge_node[:, 0]], weights=network.edge_m)
    if len(by_component) == 1:
        return network
    apart = float(by_component[1:].sum())
    finding = Finding(
        Severity.WARNING,
        "roads-not-connected",
        f"{len(by_component) - 1:,} pieces of road ({apart / 1000:,.1f} km, {apart / by_component.sum():.1%}) "
        "are not connected with the rest.",
        why="People and schools on different pieces cannot reach each other on foot.",
        fix="Check for missing bridges, gates and gaps between lines.",
        layer=roads.role,
        file=roads.file,
        count=len(by_component) - 1,
    )
    return Network(**{**network.__dict__, "findings": (*network.findings, finding)})
