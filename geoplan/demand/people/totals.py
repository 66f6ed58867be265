"""District totals spread over the rows of the population layer, and how sure the places of people are then."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.demand.people.spread import largest_remainder
from geoplan.demand.people.uncertainty import uncertainty, weight_words, weights_at_hand
from geoplan.errors import InputError
from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from geoplan.config import LayerConfig
    from geoplan.demand.people.uncertainty import Uncertainty
    from geoplan.types import Layers


def spread_totals(
    layers: Layers, config: LayerConfig, frame: pd.DataFrame, district: NDArray[np.int64]
) -> tuple[NDArray[np.float64], dict[str, float], Uncertainty, list[Finding]]:
    """Whole people from district totals to the rows of each district, by weight (largest remainder).

    Args:
        frame: the population layer with its column `weight`, n rows.
        district: index into the districts of each row, or -1, shape (n,).

    Returns:
        People of each row, shape (n,); people of districts without a weight, by district id; how far the rows differ
        between the weights at hand; what is to be said of it.

    Raises:
        InputError: the districts hold no totals.
    """
    spread = config.spread
    if spread is None or layers.districts is None or spread.totals not in layers.districts.frame:
        raise InputError(
            f"{config.path}: people are to be spread, but no districts layer holds the totals. "
            f"Add [layers.districts] with a column {spread.totals if spread else 'people'!r}."
        )
    table = layers.districts.frame
    totals = table[spread.totals].to_numpy(dtype=float)
    inside = _share_inside(table, frame) if spread.clip_to_carriers else np.ones(len(table))
    weight = frame["weight"].to_numpy(dtype=float)
    people, placed = np.zeros(len(frame)), np.zeros(len(table), dtype=np.int64)
    unplaced: dict[str, float] = {}
    for row, total in enumerate(totals):
        mine = np.flatnonzero(district == row)
        whole = 0 if np.isnan(total) else round(total * inside[row])
        if whole and weight[mine].sum() > 0:
            people[mine] = largest_remainder(whole, weight[mine])
            placed[row] = whole
        elif whole:
            unplaced[str(table.index[row])] = float(whole)
    weightings = {spread.by: np.nan_to_num(weight)} | _others(frame, spread.by, weight)
    doubt = uncertainty(placed, district, weightings)
    # equal remainders may fall otherwise here by floating error; what was given lies within the range all the same
    given = people.astype(np.int64)
    doubt = replace(doubt, low=np.minimum(doubt.low, given), high=np.maximum(doubt.high, given))
    return people, unplaced, doubt, [_finding(config, frame, people, doubt)]


def hull(geometry: NDArray[np.object_]) -> shapely.Geometry:
    """The convex hull of all shapes together."""
    return shapely.convex_hull(shapely.GeometryCollection(list(geometry)))


def _share_inside(table: gpd.GeoDataFrame, frame: pd.DataFrame) -> NDArray[np.float64]:
    """Share of each district's area inside the hull of the carriers."""
    window = hull(np.asarray(frame["geometry"], dtype=object))
    shapes = np.asarray(table.geometry.array, dtype=object)
    area = shapely.area(shapes)
    return np.where(area > 0, shapely.area(shapely.intersection(shapes, window)) / np.where(area > 0, area, 1), 0.0)


def _others(frame: pd.DataFrame, by: str, weight: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """The weights at hand beside the chosen one; the outline of a polygon tells nothing of its people."""
    outlines = {"length"} if shapely.area(np.asarray(frame["geometry"], dtype=object)).any() else set()
    return {
        name.value: values
        for name, values in weights_at_hand(frame).items()
        if name.value not in {by, *outlines} and not np.array_equal(values, weight)
    }


def _finding(config: LayerConfig, frame: pd.DataFrame, people: NDArray[np.float64], doubt: Uncertainty) -> Finding:
    by = " / ".join(dict.fromkeys(weight_words(doubt.weights[:1])))
    is_clipped = config.spread is not None and config.spread.clip_to_carriers
    clipped = "；跨界区按范围内面积比例折算 / districts reaching beyond are scaled by area" if is_clipped else ""
    zh, en = doubt.sentences(people, [str(name or key) for key, name in frame["name"].items()])
    return Finding(
        Severity.WARNING,
        "people-spread",
        f"{people.sum():,.0f} people were spread from district totals over {len(frame):,} rows by {by}{clipped}. "
        f"{zh} {en}",
        why="Where people live inside a district is an estimate, and so is every coverage figure.",
        fix="Give a population layer with counted people where there is one.",
        layer="population",
        file=config.path,
    )
