"""Every indicator by name. A new one is a function in one of these modules and a row of its table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.ledger.indicators import (
    access,
    boarding,
    built,
    catchments,
    central,
    counts,
    estates,
    facilities,
    grades,
    kinds,
    land,
    rural,
    seats,
    shares,
    sizes,
    special,
    statistics,
    whole_schools,
)

if TYPE_CHECKING:
    from geoplan.ledger.reading import Indicator

_MODULES = (
    shares, kinds, boarding, counts, central, grades, special, sizes, whole_schools, facilities, built, statistics,
    seats, access, rural, estates, land, catchments,
)  # fmt: skip

INDICATORS: dict[str, Indicator] = {each.name: each for module in _MODULES for each in module.INDICATORS}
