"""What only several layers together can tell. Each check is one function that returns its findings.

All geometries are in the project's metric CRS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.inputs.duplicates import check_duplicates
from geoplan.inputs.findings import error, note, warning
from geoplan.inputs.homes import home_district, metres_outside
from geoplan.inputs.strays import check_strays
from geoplan.inputs.topology_checks import check_districts
from geoplan.units import METRES_PER_KM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geoplan.inputs.draft import Draft
    from geoplan.types import Finding


def check_together(drafts: Mapping[str, Draft]) -> list[Finding]:
    """All checks of this module over the layers at hand, by role."""
    findings: list[Finding] = []
    districts = drafts.get("districts")
    if districts is not None:
        findings.extend(check_districts(districts))
        for role in ("schools", "sites"):
            if role in drafts:
                findings.extend(outside_area(drafts[role], districts))
        if "population" in drafts:
            findings.extend(population_outside(drafts["population"], districts))
    findings.extend(check_strays(drafts))
    findings.extend(check_duplicates(drafts))
    if "schools" in drafts:
        findings.extend(capacity_missing(drafts["schools"]))
    return findings


def empty_layer(draft: Draft) -> list[Finding]:
    """An error for a layer without rows."""
    if len(draft.frame):
        return []
    source = draft.source
    what = "The layer has no rows" + (" left after where." if source.where else ".")
    fix = f"Check where in [layers.{source.role}]." if source.where else "Check the file and its layer."
    return [error(source, "empty-layer", what, fix=fix)]


def outside_area(layer: Draft, districts: Draft) -> list[Finding]:
    """Schools or sites that stand in no district."""
    outside = _outside(layer.geometry, districts)
    if not outside.any():
        return []
    role = layer.source.role
    farthest_m = float(np.nanmax(metres_outside(layer.geometry[outside], districts.geometry)))
    away = f"{farthest_m / METRES_PER_KM:,.1f} km" if farthest_m >= METRES_PER_KM else f"{farthest_m:,.0f} m"
    what = f"{int(outside.sum()):,} of {len(outside):,} {role} stand outside every district, {away} at most."
    return [
        warning(
            layer.source,
            f"{role.removesuffix('s')}-outside-area",
            what,
            rows=layer.frame.index[outside],
            why="They are kept; a point far from home often has a typing error or the wrong datum.",
            fix=f"Check their coordinates, and datum in [layers.{role}].",
        )
    ]


def population_outside(population: Draft, districts: Draft) -> list[Finding]:
    """People who live in no district."""
    outside = _outside(population.geometry, districts)
    if not outside.any():
        return []
    counted = ""
    if "people" in population.frame.columns:
        people = population.frame["people"].to_numpy(dtype=np.float64)
        unit = population.source.counts
        counted = f" with {np.nansum(people[outside]):,.0f} of {np.nansum(people):,.0f} {unit}"
    what = f"{int(outside.sum()):,} of {len(outside):,} places{counted} lie outside every district."
    rows = population.frame.index[outside]
    return [warning(population.source, "population-outside-districts", what, rows=rows)]


def capacity_missing(schools: Draft) -> list[Finding]:
    """A note on schools whose seats nobody wrote down."""
    unknown = np.isnan(schools.frame["capacity"].to_numpy(dtype=np.float64))
    if not unknown.any():
        return []
    what = f"{int(unknown.sum()):,} of {len(unknown):,} schools have no capacity."
    why = "Seat balances leave them out; coverage does not need them."
    return [note(schools.source, "capacity-missing", what, rows=schools.frame.index[unknown], why=why)]


def _outside(geometry: NDArray[np.object_], districts: Draft) -> NDArray[np.bool_]:
    """Which places (a point within, for areas) touch no district; none where no district has a polygon."""
    placed = ~shapely.is_missing(geometry) & ~shapely.is_empty(geometry)
    return placed & districts.has_geometry & (home_district(geometry, districts.geometry) < 0)
