"""A forecast by place shared to the cells, villages or estates inside, by fixed shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.demand.people.spread import Spread, spread_groups

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from geoplan.demand.forecasting.forecast import Forecast
    from geoplan.types import Stage


def to_cells(forecast: Forecast, stage: Stage, year: int, cell_place: ArrayLike, cell_weight: ArrayLike) -> Spread:
    """Whole pupils of each cell in a year.

    The pupils of all places are first rounded together so that they add up to the rounded total, then each place's
    are spread over its cells by largest remainder: sums of places and of all are kept to the pupil.

    Simplification: the shares of cells inside a place do not change with the years. A new estate changes them; give
    its pupils by `forecast_housing`, or weights of the year.

    Args:
        forecast: of the places.
        stage, year: which pupils.
        cell_place: position in `forecast.places` of each cell, shape (cells,); -1 outside all.
        cell_weight: children or people of each cell, at least 0, shape (cells,).

    Returns:
        Pupils by cell, and those of places without a cell as left over.

    Raises:
        ValueError: the forecast lacks the stage or year, or has no figure for a place.
    """
    if stage not in forecast.pupils:
        raise ValueError(f"The forecast has no {stage}.")
    pupils = forecast.pupils[stage][:, forecast.at(year)]
    if not np.isfinite(pupils).all():
        blank = [forecast.places[row] for row in np.flatnonzero(~np.isfinite(pupils))]
        raise ValueError(f"The forecast has no {stage} figure for {year} in {', '.join(blank[:5])}.")
    one = np.zeros(len(pupils), dtype=np.int64)
    rounded = spread_groups([round(float(pupils.sum()))], one, pupils).people
    return spread_groups(rounded, cell_place, cell_weight)
