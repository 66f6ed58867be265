"""Layers that cannot belong together: far from one another, or near only with their axes swapped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.inputs.findings import error
from geoplan.inputs.georeference import swapped
from geoplan.inputs.project_crs import lonlat_bounds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geoplan.inputs.draft import Draft
    from geoplan.types import Finding

_HOMES = ("districts", "population", "schools")
_FAR_M = 10_000.0


def swapped_apart(drafts: Sequence[Draft]) -> list[Finding]:
    """Layers in degrees that miss the districts (else the population), and meet them once their axes are swapped.

    Asked before the layers are projected; inside China `place_layer` already knows without a second layer.
    """
    placed = {draft.source.role: draft for draft in drafts if draft.has_geometry and draft.crs is not None}
    home = _home(placed)
    if home is None:
        return []
    here = np.array(lonlat_bounds(home))
    findings = []
    for draft in placed.values():
        if draft is home or draft.crs is None or not draft.crs.is_geographic:
            continue
        there = shapely.total_bounds(draft.geometry)
        if _gap(here, there) > 0 and _gap(here, there[[1, 0, 3, 2]]) == 0:
            findings.append(swapped(draft.source, shapely.get_coordinates(draft.geometry), []))
    return findings


def _home(placed: dict[str, Draft]) -> Draft | None:
    return next((placed[role] for role in _HOMES if role in placed), None)


def far_away(drafts: Sequence[Draft]) -> list[Finding]:
    """Layers that lie apart from the districts (else the population) by more than 10 km and more than their size."""
    placed = {draft.source.role: draft for draft in drafts if draft.has_geometry}
    home = _home(placed)
    if home is None:
        return []
    here = shapely.total_bounds(home.geometry)
    size_m = float(np.hypot(here[2] - here[0], here[3] - here[1]))
    findings = []
    for draft in placed.values():
        there = shapely.total_bounds(draft.geometry)
        gap_m = _gap(here, there)
        if draft is not home and gap_m > max(_FAR_M, size_m):
            what = (
                f"The layer lies {gap_m / 1000:,.0f} km away from {home.source.role} ({home.source.path}); "
                "the two do not overlap."
            )
            fix = f"Check crs and datum in [layers.{draft.source.role}] and [layers.{home.source.role}]."
            findings.append(error(draft.source, "far-away", what, fix=fix))
    return findings


def _gap(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    dx = max(one[0] - other[2], other[0] - one[2], 0.0)
    dy = max(one[1] - other[3], other[1] - one[3], 0.0)
    return float(np.hypot(dx, dy))
