"""Forecasts side by side: by method and scenario, stage and year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.demand.forecasting.forecast import whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.demand.forecasting.forecast import Forecast, Method, Scenario
    from geoplan.types import Stage


@dataclass(frozen=True)
class ComparisonRow:
    """Pupils of a stage in a year, by each forecast that has them.

    Attributes:
        pupils: by method and scenario; only forecasts that reach the year and know the stage.
        lowest, highest: of them.
    """

    stage: Stage
    year: int
    pupils: dict[tuple[Method, Scenario], float]

    @property
    def lowest(self) -> float:
        """The lowest of all forecasts."""
        return min(self.pupils.values())

    @property
    def highest(self) -> float:
        """The highest of all forecasts."""
        return max(self.pupils.values())

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON; whole people."""
        return {
            "stage": self.stage.value,
            "year": self.year,
            "pupils": {f"{method.value}-{scenario.value}": whole(value)
                       for (method, scenario), value in self.pupils.items()},
            "lowest": whole(self.lowest),
            "highest": whole(self.highest),
        }  # fmt: skip


def compare(forecasts: Sequence[Forecast], *, place: str | None = None) -> tuple[ComparisonRow, ...]:
    """Rows by stage, then year: of one place, or of all places together.

    Forecasts of different places do not compare: a total of fewer places is smaller for that alone.

    Raises:
        ValueError: two forecasts of one method and scenario, or totals of different places.
    """
    keys = [(each.method, each.scenario) for each in forecasts]
    if len(set(keys)) < len(keys):
        raise ValueError("Expected one forecast of each method and scenario.")
    if place is None and len({frozenset(each.places) for each in forecasts}) > 1:
        raise ValueError("The forecasts are of different places. Name one place, or forecast the same ones.")
    rows = []
    stages = dict.fromkeys(stage for each in forecasts for stage in each.pupils)
    for stage in stages:
        for year in sorted({int(year) for each in forecasts for year in each.years}):
            found = {}
            for key, each in zip(keys, forecasts, strict=True):
                if stage in each.pupils and year in each.years and (place is None or place in each.places):
                    line = each.total(stage) if place is None else each.pupils[stage][each.places.index(place)]
                    if np.isfinite(line[each.at(year)]):
                        found[key] = float(line[each.at(year)])
            if found:
                rows.append(ComparisonRow(stage, year, found))
    return tuple(rows)
