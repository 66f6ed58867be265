"""What every step of the demo draws with: one seed, sums in whole numbers, degrees and metres."""

# ruff: noqa: INP001  (a folder of data, not a package: build.py runs beside it)

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj

if TYPE_CHECKING:
    import pandas as pd

SEED = 20201101
LON_LAT = "EPSG:4490"
METRES = "EPSG:4547"  # CGCS2000, 3-degree zone of 114 E
DECIMALS = 5  # about one metre; set before writing, so that shared vertices stay shared
YES, NO = "是", "否"  # as registers write them

Array = np.ndarray[Any, Any]
TO_METRES = pyproj.Transformer.from_crs(LON_LAT, METRES, always_xy=True)


def rng_for(*keys: int | str) -> np.random.Generator:
    """A generator of its own for each purpose, so that a change in one step leaves the others alone."""
    return np.random.default_rng([SEED, *(int(hashlib.sha256(str(k).encode()).hexdigest()[:8], 16) for k in keys)])


def apportion(total: int, weights: Array) -> Array:
    """`total` in whole numbers by weight, by largest remainder; ties go to the earlier row."""
    shares = total * weights / weights.sum()
    counts = np.floor(shares + 1e-9).astype(np.int64)
    order = np.argsort(-(shares - counts), kind="stable")
    counts[order[: total - counts.sum()]] += 1
    return counts


def fit_within(total: int, weights: Array, limits: tuple[int, int]) -> Array:
    """Whole numbers that sum to `total`, near proportional to `weights`, each within `limits`."""
    low, high = limits
    if not low * len(weights) <= total <= high * len(weights):
        raise ValueError(f"{total} do not fit in {len(weights)} places of {low} to {high}.")
    scales = [0.0, total / weights.min()]
    for _ in range(100):
        middle = sum(scales) / 2
        scales[int(np.clip(weights * middle, low, high).sum() >= total)] = middle
    values = np.clip(weights * scales[0], low, high)
    counts = np.floor(values + 1e-9).astype(np.int64)
    order = np.argsort(np.where(counts < high, counts - values, np.inf), kind="stable")
    counts[order[: total - counts.sum()]] += 1
    return counts


def to_lon_lat(points: Array) -> Array:
    """Metres to rounded longitude and latitude."""
    lon, lat = TO_METRES.transform(points[:, 0], points[:, 1], direction="INVERSE")
    return np.round(np.column_stack([lon, lat]), DECIMALS)


def to_metres(lon_lat: Array) -> Array:
    """Longitude and latitude to metres."""
    return np.column_stack(TO_METRES.transform(lon_lat[:, 0], lon_lat[:, 1]))


def snapped(points: Array) -> Array:
    """Points in metres moved to where the rounded file will have them."""
    return to_metres(to_lon_lat(points))


def xy_of(table: pd.DataFrame) -> Array:
    """Metric coordinates of a table's rows."""
    return table[["x", "y"]].to_numpy()


def beside(points: Array, rng: np.random.Generator, near: float, far: float) -> Array:
    """Points moved by `near` to `far` metres in any direction."""
    angle = rng.uniform(0, 2 * math.pi, len(points))
    distance = rng.uniform(near, far, len(points))
    return points + distance[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
