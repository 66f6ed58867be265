"""The walking network: road lines, cut at barriers, joined where they share a vertex.

What is joined: lines that share a vertex (to 0.1 m), and a line that ends on another (to 0.5 m). Lines that cross
without a shared vertex are joined only where the road layer says nothing at all about bridges, tunnels and levels
(where it gives levels: within one level); lines of OpenStreetMap never are, as their ways share nodes where they meet.
What is cut: a road that meets a barrier, unless the road is marked as a bridge, tunnel or crossing, or a crossing
point lies within 15 m. A road layer without any such mark is taken to bridge rivers and railways wherever it is
drawn across them; an arterial is never crossed unmarked. An arterial that is itself among the roads has two sides.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.errors import TravelError
from geoplan.travel.edges import Edges, arcs_of, components_of, edges_of
from geoplan.travel.joining import join_ends, join_islands
from geoplan.travel.sides import junctions_with, open_at_crossings, roads_along, side_share, with_two_sides
from geoplan.travel.walls import cut_finding, cut_roads, walls_of
from geoplan.types import Finding, Severity, silent

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geoplan.types import Layer

    Lines = NDArray[np.object_]


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
        twin: shape (e,), the other side of an arterial's edge (the left side has the lower number), else -1.
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
    twin: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    @property
    def length_m(self) -> float:
        """Total length, each arterial once."""
        return float((self.edge_m * self.share).sum())

    @property
    def share(self) -> NDArray[np.float64]:
        """Shape (e,): a half for each side of an arterial, so that lengths add up; else one."""
        return side_share(self.twin, len(self.edge_m))

    @property
    def is_first_side(self) -> NDArray[np.bool_]:
        """Every edge but the second side of an arterial, shape (e,)."""
        if not len(self.twin):
            return np.ones(len(self.edge_m), dtype=bool)
        return (self.twin < 0) | (self.twin > np.arange(len(self.twin)))

    def __repr__(self) -> str:
        return f"Network({len(self.node_xy):,} nodes, {len(self.edge_m):,} edges, {self.length_m / 1000:,.1f} km)"


def build_network(
    roads: Layer,
    barriers: Layer | None = None,
    *,
    join_m: float = 0.0,
    progress: Callable[[str], None] = silent,
) -> Network:
    """A network from the roads layer, cut where the barriers layer says so.

    Args:
        roads: lines; the columns crossing, level and noded are looked at.
        barriers: what is not crossed.
        join_m: pieces of the network at most this far apart are joined; 0 joins none.
        progress: told each step.

    Raises:
        TravelError: no line is left.
    """
    lines = np.asarray(roads.frame.geometry.array, dtype=object)
    along = np.zeros(len(lines), dtype=bool)
    level, is_open, closed = _levels(roads), np.zeros((0, 2)), None
    crossing = _column(roads, "crossing")
    knows_crossings = any(mark is not None for mark in crossing)
    noded = any(mark is True for mark in _column(roads, "noded"))
    findings: list[Finding] = []
    if barriers is not None and len(lines):
        progress(f"阻隔 / cutting {len(lines):,} roads at barriers")
        walls = walls_of(barriers, knows_crossings=knows_crossings)
        along = roads_along(lines, walls.arterial) & noded
        free = along | np.array([mark is True for mark in crossing], dtype=bool)
        lines, row, cut = cut_roads(lines, free, walls, junctions_with(lines, along))
        along, level, closed = along[row], level[row], walls.closed
        lines, is_open = open_at_crossings(lines, along, walls)
        findings += [*walls.findings, cut_finding(cut, barriers)]
    if not (noded or knows_crossings):
        lines = _noded(lines, level)
        along = np.zeros(len(lines), dtype=bool)
    progress(f"路网 / joining {len(lines):,} roads")
    lines = join_ends(lines)
    if join_m > 0 and len(lines):
        lines, made = join_islands(lines, join_m, closed)
        findings.append(_joined_finding(made, join_m, roads))
        lines, along = np.concatenate([lines, made]), np.concatenate([along, np.zeros(len(made), dtype=bool)])
    if not len(lines):
        raise TravelError(f"{roads.file}: no road is left to walk on. Check the layer, its filter and the barriers.")
    edges = edges_of(lines, stops=is_open)
    edges, twin = with_two_sides(edges, along[edges.row], is_open)
    return _with_component_finding(_finished(edges, twin, closed, tuple(findings)), roads)


def _column(roads: Layer, name: str) -> NDArray[np.object_]:
    cells = roads.frame[name] if name in roads.frame else [None] * len(roads.frame)
    return np.array(list(cells), dtype=object)


def _levels(roads: Layer) -> NDArray[np.float64]:
    """The level of each road; zero where it is not known."""
    if "level" not in roads.frame:
        return np.zeros(len(roads.frame))
    return np.nan_to_num(np.array(list(roads.frame["level"]), dtype=np.float64))


def _noded(lines: Lines, level: NDArray[np.float64]) -> Lines:
    """The lines divided wherever two of one level cross."""
    if not len(lines):
        return lines
    parts = [
        shapely.get_parts(shapely.node(shapely.multilinestrings(lines[level == each]))) for each in np.unique(level)
    ]
    return np.concatenate(parts)


def _finished(
    edges: Edges,
    twin: NDArray[np.int64],
    closed: shapely.Geometry | None,
    findings: tuple[Finding, ...],
) -> Network:
    nodes = len(edges.node_xy)
    indptr, neighbour, arc_m = arcs_of(nodes, edges.edge_node, edges.edge_m)
    return Network(
        node_xy=edges.node_xy,
        edge_node=edges.edge_node,
        edge_m=edges.edge_m,
        edge_line=edges.edge_line,
        indptr=indptr,
        neighbour=neighbour,
        arc_m=arc_m,
        component=components_of(nodes, edges.edge_node, edges.edge_m * side_share(twin, len(edges.edge_m))),
        barriers=closed,
        findings=findings,
        twin=twin,
    )


def _joined_finding(made: Lines, join_m: float, roads: Layer) -> Finding:
    length = shapely.length(made)
    return Finding(
        Severity.NOTE if len(made) else Severity.WARNING,
        "roads-joined",
        f"{len(made):,} connections of at most {join_m:g} m join pieces of road that were drawn apart"
        + (f" (the longest is {length.max():.1f} m)." if len(made) else "."),
        why="join_m of [layers.roads] asks for it.",
        layer=roads.role,
        file=roads.file,
        count=len(made),
    )


def _with_component_finding(network: Network, roads: Layer) -> Network:
    length = network.edge_m * network.share
    by_component = np.bincount(network.component[network.edge_node[:, 0]], weights=length)
    if len(by_component) == 1:
        return network
    apart = float(by_component[1:].sum())
    finding = Finding(
        Severity.WARNING,
        "roads-not-connected",
        f"{len(by_component) - 1:,} pieces of road ({apart / 1000:,.1f} km, {apart / by_component.sum():.1%}) "
        "are not connected with the rest.",
        why="People and schools on different pieces cannot reach each other on foot.",
        fix="Check for missing bridges, gates and gaps between lines; join_m in [layers.roads] joins small gaps.",
        layer=roads.role,
        file=roads.file,
        count=len(by_component) - 1,
    )
    return replace(network, findings=(*network.findings, finding))
