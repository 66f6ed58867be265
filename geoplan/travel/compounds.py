"""Walled places with known gates (小区, 校园): the way out is through a gate, not through the wall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.travel.walls import GATE
from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.travel.network import Network
    from geoplan.travel.standing import Standing
    from geoplan.types import Layer

    Floats = NDArray[np.float64]

GATE_ON_WALL_M = 15.0
"""A gate belongs to the compounds whose outline passes within this distance of it."""


@dataclass(frozen=True, eq=False)
class Compounds:
    """Compounds that have at least one gate.

    Attributes:
        shape: polygons, shape (c,).
        gate_xy: shape (g, 2), metres.
        gates: for each compound the rows of its gates.
        findings: how many there are.
    """

    shape: NDArray[np.object_]
    gate_xy: Floats
    gates: tuple[NDArray[np.int64], ...]
    findings: tuple[Finding, ...]

    def __len__(self) -> int:
        return len(self.shape)

    def through_gates(self, xy: Floats, standing: Standing, network: Network, at_gate: Standing) -> Standing:
        """`standing` with whoever is inside a compound led out through a gate.

        A point whose straight way to its road stays inside keeps it. Else it takes the shortest of: to a road inside
        the compound, or to a gate and from there to the gate's road. Of several gates only that one is used.

        Args:
            xy: shape (n, 2).
            standing: as if there were no walls.
            network: the network.
            at_gate: where the gates stand, in the order of `gate_xy`.
        """
        edge, along, access = standing.edge.copy(), standing.along_m.copy(), standing.access_m.copy()
        points = np.asarray(shapely.points(xy), dtype=object)
        inside, of = shapely.STRtree(self.shape).query(points, predicate="within")
        roads = shapely.STRtree(network.edge_line)
        first = np.unique(inside, return_index=True)[1]
        order = np.lexsort((of, inside))[first] if len(first) else first
        for row, compound in zip(inside[order].tolist(), of[order].tolist(), strict=True):
            shape, gates = self.shape[compound], self.gates[compound]
            if edge[row] >= 0 and shapely.covers(
                shape, shapely.shortest_line(points[row], network.edge_line[edge[row]])
            ):
                continue
            best = _road_inside(points[row], shape, network, roads)
            through = np.hypot(*(self.gate_xy[gates] - xy[row]).T) + at_gate.access_m[gates]
            gate = gates[np.argmin(through)]
            if through.min() < best[2]:
                best = (int(at_gate.edge[gate]), float(at_gate.along_m[gate]), float(through.min()))
            edge[row], along[row], access[row] = best
        return type(standing)(edge, along, access)


def _road_inside(
    point: shapely.Point, shape: shapely.Geometry, network: Network, roads: shapely.STRtree
) -> tuple[int, float, float]:
    """The nearest road inside a compound: edge, place along it, straight way; (-1, 0, inf) where there is none."""
    near = np.sort(roads.query(shape, predicate="intersects"))
    if not len(near):
        return -1, 0.0, np.inf
    ways = shapely.shortest_line(point, shapely.intersection(network.edge_line[near], shape))
    nearest = int(np.argmin(shapely.length(ways)))
    end = shapely.get_point(ways[nearest], -1)
    along = float(shapely.line_locate_point(network.edge_line[near[nearest]], end))
    return int(near[nearest]), along, float(shapely.length(ways[nearest]))


def compounds_of(polygons: Layer | None, barriers: Layer | None) -> Compounds | None:
    """The compounds of a layer whose gates the barriers layer holds (points of kind gate); None where there are none.

    Args:
        polygons: estates; rows that are points are no compounds.
        barriers: the barriers layer.
    """
    if polygons is None or barriers is None:
        return None
    gate = np.asarray(barriers.frame.geometry.array, dtype=object)[(barriers.frame["kind"] == GATE).to_numpy()]
    shape = np.asarray(polygons.frame.geometry.array, dtype=object)
    area = shape[np.isin(shapely.get_type_id(shape), (3, 6))]
    if not len(gate) or not len(area):
        return None
    outline = np.asarray(shapely.boundary(area), dtype=object)
    compound, found = shapely.STRtree(gate).query(outline, predicate="dwithin", distance=GATE_ON_WALL_M)
    known = np.unique(compound)
    if not len(known):
        return None
    what = (
        f"{len(known):,} of {len(area):,} compounds have a known gate ({len(np.unique(found)):,} gates): people and "
        "schools inside them leave by the gate with the shortest way to a road."
    )
    note = Finding(
        Severity.NOTE, "compound-gates", what, layer=polygons.role, file=polygons.file, count=len(known),
        why="A straight line through a compound's wall is no way.",
    )  # fmt: skip
    gates = tuple(np.sort(found[compound == each]).astype(np.int64) for each in known)
    return Compounds(area[known], shapely.get_coordinates(gate), gates, (note,))
