"""Which schools open: searches among those that prices call for, and the schools of the plan without contiguity."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.zones.siting import site_schools

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.zones.bounding.duals import Climbed
    from geoplan.zones.core import ZonesCore
    from geoplan.zones.hunt import Hunt

SITING_SHARE = 0.5
"""Share of the time left for schools without contiguity."""
RARELY = 0.015
"""A school that the prices open more rarely stays closed in the searches, one that they close more rarely open."""
SITE_SEARCHES = 6
"""Searches that open and close schools."""


def search_schools(hunt: Hunt, climbed: Climbed) -> None:
    """Search for the schools to open among those that prices call for."""
    core, free = hunt.core, ~hunt.core.must_open
    often = core.without(free & (climbed.opened < RARELY))
    if np.diff(often.indptr).all():
        nearly = replace(often, must_open=_nearly_always(core, climbed.opened))
        hunt.search(nearly, None, "schools", times=SITE_SEARCHES)


def relax_contiguity(hunt: Hunt) -> None:
    """The bound of the problem without contiguity; its schools are tried."""
    if hunt.over:
        return
    sited = site_schools(hunt.core, clock=hunt.within(SITING_SHARE).clock, gap=hunt.best.gap, seed=next(hunt.seeds))
    hunt.rise(sited.bound, "schools without contiguity")
    if sited.is_open is not None:
        hunt.search(hunt.core.with_open(sited.is_open), sited.zone_of_unit, "schools without contiguity")


def _nearly_always(core: ZonesCore, opened: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Schools that prices open nearly always and that can all be open at once, those included that must be."""
    certain = core.must_open | (opened > 1.0 - RARELY)
    standing = np.bincount(core.root[certain & (core.root >= 0)], minlength=core.units)
    certain &= core.must_open | (core.root < 0) | (standing[core.root] < 2)
    return certain if int(certain.sum()) <= core.open_most else core.must_open
