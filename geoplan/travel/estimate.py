"""How large a network will be, said before it is built: counted vertices, not hope.

Whether the road file itself can be read was asked before, from its size: `geoplan.inputs.road_files`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.errors import TravelError
from geoplan.inputs.road_files import MB, SHARE_OF_MEMORY, available_mb

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.types import Layer

BYTES_A_VERTEX = 180
BYTES_AN_EDGE = 420
"""Peak of building and walking above the layers themselves, measured by tests/bench/bench_network.py, with a margin."""
EDGES_A_SECOND = 60_000
"""With barriers, on one slow core."""


@dataclass(frozen=True)
class NetworkSize:
    """What a roads layer will become.

    Attributes:
        lines: roads.
        vertices: their vertices.
        edges: expected edges: a road for each piece between two shared vertices.
        memory_mb: expected peak, in 10^6 bytes.
        seconds: expected time, rounded up.
    """

    lines: int
    vertices: int
    edges: int
    memory_mb: float
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.lines:,} roads with {self.vertices:,} vertices: about {self.edges:,} edges, "
            f"{self.memory_mb:,.0f} MB, {self.seconds:,.0f} s"
        )


def size_of(roads: Layer) -> NetworkSize:
    """Estimate from the layer as read: vertices are counted, and a sample says how many of them are shared."""
    lines = np.asarray(roads.frame.geometry.array, dtype=object)
    vertices = int(shapely.get_num_coordinates(lines).sum())
    edges = len(lines) + int(_shared_inside(lines) * max(vertices - 2 * len(lines), 0))
    memory = (vertices * BYTES_A_VERTEX + edges * BYTES_AN_EDGE) / MB
    return NetworkSize(len(lines), vertices, edges, memory, max(1.0, np.ceil(edges / EDGES_A_SECOND)))


def _shared_inside(lines: NDArray[np.object_]) -> float:
    """The share of vertices inside lines at which another line stops, from one corner of the area."""
    if len(lines) < 50_000:
        sample = lines
    else:
        west = shapely.bounds(lines)[:, 0]
        sample = lines[np.argsort(west, kind="stable")[:50_000]]
    xy, of = shapely.get_coordinates(sample, return_index=True)
    if len(xy) <= 2 * len(sample):
        return 0.0
    inside = np.ones(len(xy), dtype=bool)
    inside[np.flatnonzero(np.diff(of, prepend=-1))] = False
    inside[np.flatnonzero(np.diff(of, append=of[-1] + 1))] = False
    _, vertex = np.unique(np.round(xy, 1) @ np.array([1e7, 1.0]), return_inverse=True)
    return float((np.bincount(vertex)[vertex][inside] > 1).mean()) if inside.any() else 0.0


def check_size(roads: Layer, memory_mb: float | None = None) -> NetworkSize:
    """The expected size, refused where it would not fit.

    Args:
        roads: the layer.
        memory_mb: what may be used, in 10^6 bytes; None for 70 % of what is free.

    Raises:
        TravelError: the network would be larger; the message says what to do.
    """
    size = size_of(roads)
    free = available_mb()
    allowed = memory_mb if memory_mb is not None else None if free is None else SHARE_OF_MEMORY * free
    if allowed is None or size.memory_mb <= allowed:
        return size
    source = "memory_mb of [layers.roads] allows" if memory_mb is not None else "this computer has room for"
    raise TravelError(
        f"{roads.file}: the walking network would not fit: {size}; {source} {allowed:,.0f} MB. It was not built. Cut "
        "the roads to the districts and a margin of 3 km (osmium extract --bbox, or clip in QGIS), leave out classes "
        "with where, plan county by county, or set memory_mb in [layers.roads] when more may be used."
    )
