"""What a coverage figure leaves out: the world beyond the boundary, and the roads and rivers in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.travel.walls import CROSSING_M, barrier_kinds
from geoplan.types import Finding, Severity, Travel

if TYPE_CHECKING:
    from geoplan.coverage.served import Coverage
    from geoplan.types import Layer

COARSE = 15
"""Cells larger than this part of the radius are reported."""

BARRIER_ZH = {"arterial": "跨越城市干道", "railway": "跨越铁路", "river": "跨越河流", "other": "跨越障碍"}


def coarse_cells(coverage: Coverage) -> tuple[Finding, ...]:
    """A warning where polygons had to be cut into cells that are not small against the radius."""
    cell_m, reach = coverage.demand.cell_m, coverage.reach_m()
    if cell_m is None or np.isnan(reach).all() or cell_m <= np.nanmin(reach) / COARSE:
        return ()
    return (
        Finding(
            Severity.WARNING,
            "cells-coarse",
            f"{_which(coverage)}: polygons of people are cut into cells of {cell_m:,.0f} m for a radius of "
            f"{np.nanmin(reach):,.0f} m.",
            why="The area is too large for finer ones; shares may be off by several per cent.",
            fix="Give population points or smaller polygons, or plan county by county.",
            layer="population",
        ),
    )


def edge_effect(coverage: Coverage) -> tuple[Finding, ...]:
    """People outside the radius who live closer to the study boundary than the radius.

    A school beyond the boundary, which the layers do not hold, could serve them.
    """
    demand = coverage.demand
    shapes = demand.units.district_shapes[~shapely.is_missing(demand.units.district_shapes)]
    outline = shapely.union_all(shapes) if len(shapes) else shapely.convex_hull(shapely.multipoints(demand.xy))
    outside = np.flatnonzero(coverage.assessed & ~coverage.covered)
    if shapely.area(outline) == 0 or not len(outside):
        return ()
    homes = np.asarray(shapely.points(demand.xy[outside]), dtype=object)
    border = shapely.boundary(outline)
    close = outside[shapely.distance(border, homes) <= coverage.reach_m()[outside]]
    if not len(close):
        return ()
    return (
        Finding(
            Severity.WARNING,
            "edge-effect",
            f"{_which(coverage)}: {demand.people[close].sum():,.0f} of the {demand.people[outside].sum():,.0f} "
            "people outside the radius live nearer to the study boundary than the radius.",
            why="A school beyond the boundary may serve them; the layers do not show it.",
            fix="Add the neighbouring schools to the schools layer (they may lie outside the districts).",
            layer="schools",
            count=len(close),
        ),
    )


def barrier_crossings(coverage: Coverage, barriers: Layer | None) -> tuple[Finding, ...]:
    """Covered people whose straight line to their school crosses a barrier, by kind of barrier.

    Day pupils should not have to cross arterials, highways and railways (older school design code, quoted).
    """
    if barriers is None or coverage.travel is not Travel.STRAIGHT:
        return ()
    demand = coverage.demand
    served = np.flatnonzero(coverage.covered)
    ways = shapely.linestrings(np.stack([demand.xy[served], coverage.supply.xy[coverage.school[served]]], axis=1))
    kinds = barriers.frame["kind"].to_numpy(dtype=object)
    shapes, is_crossing, solid = barrier_kinds(barriers)
    gates = shapely.union_all(shapely.buffer(shapes[is_crossing], CROSSING_M))
    findings = []
    for kind, zh in BARRIER_ZH.items():
        lines = np.asarray(shapely.difference(shapes[(kinds == kind) & solid], gates), dtype=object)
        rows = np.unique(shapely.STRtree(lines).query(ways, predicate="intersects")[0])
        if not len(rows):
            continue
        findings.append(
            Finding(
                Severity.WARNING,
                f"crosses-{kind}",
                f"{zh} ({_which(coverage)}): {demand.people[served[rows]].sum():,.0f} people counted as covered "
                f"in a straight line have a barrier ({kind}) between home and school.",
                why="The straight line is not the way that a child walks.",
                fix="Compare with walking (--travel walk).",
                layer=barriers.role,
                file=barriers.file,
                rows=tuple(str(demand.units.ids[row]) for row in demand.unit[served[rows]][:5]),
                count=len(rows),
            )
        )
    return tuple(findings)


def _which(coverage: Coverage) -> str:
    """Stage and travel mode, so that a finding says which figure it is about."""
    return f"{coverage.stage.zh} {coverage.stage.value}, {coverage.travel.value}"
