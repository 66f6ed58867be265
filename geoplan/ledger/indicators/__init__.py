"""Every indicator by name. A new one is a function in one of these modules and a row of its table."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geoplan.ledger.reading import Indicator

INDICATORS: dict[str, Indicator] = {}
