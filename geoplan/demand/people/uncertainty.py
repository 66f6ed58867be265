"""Weights to spread people by, and how far results differ between them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.demand.people.spread import spread_groups
from geoplan.errors import InputError
from geoplan.units import percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd
    from numpy.typing import ArrayLike, NDArray


class Weight(StrEnum):
    """What people are spread by."""

    FLOOR_AREA = "floor_area"
    HOUSEHOLDS = "households"
    PEOPLE = "people"
    AREA = "area"
    LENGTH = "length"
    COUNT = "count"

    @property
    def zh(self) -> str:
        """The Chinese label."""
        return {
            "floor_area": "建筑面积", "households": "户数", "people": "已知人数", "area": "用地面积",
            "length": "道路长度", "count": "个数（均分）",
        }[self.value]  # fmt: skip

    @property
    def en(self) -> str:
        """The English label."""
        return self.value.replace("_", " ")


_COLUMN = {Weight.FLOOR_AREA: "floor_area_m2", Weight.HOUSEHOLDS: "households", Weight.PEOPLE: "people"}


def weights_of(frame: pd.DataFrame, by: Weight) -> NDArray[np.float64]:
    """The weight of each row, shape (rows,); a blank is 0.

    Args:
        frame: rows with the column of the weight (floor_area_m2, households, people), or with geometry in metres.
        by: which weight.

    Raises:
        InputError: the frame lacks the column, or no row has a weight.
    """
    if by is Weight.COUNT:
        return np.ones(len(frame))
    if by in _COLUMN:
        if _COLUMN[by] not in frame:
            raise InputError(f"Spreading by {by} needs a column {_COLUMN[by]!r}. Add it, or spread by area or count.")
        weight = np.nan_to_num(frame[_COLUMN[by]].to_numpy(dtype=float))
    else:
        shapes = np.asarray(frame["geometry"], dtype=object)
        measure = shapely.area if by is Weight.AREA else shapely.length
        weight = np.nan_to_num(np.asarray(measure(shapes), dtype=float))
    if len(frame) and weight.sum() <= 0:
        raise InputError(f"Spreading by {by}: no row has a weight above 0.")
    return np.asarray(weight)


def weights_at_hand(frame: pd.DataFrame) -> dict[Weight, NDArray[np.float64]]:
    """Every weight that the rows can give; the even one always."""
    found = {}
    for by in Weight:
        try:
            found[by] = weights_of(frame, by)
        except (InputError, KeyError):
            # a weight that the rows do not have is no alternative
            continue
    return found


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """How far the people of each row differ between ways of spreading the same totals.

    It is the range of results over the weights at hand. It says where the choice of the weight matters; it is no
    confidence interval, knows nothing about errors of the totals, and the truth may lie outside where all weights err
    together (empty homes, say).

    Attributes:
        low, high: whole people, shape (rows,). In every group the lows add up to at most the total that was spread,
            the highs to at least that.
        cv: standard deviation over the weights divided by their mean, shape (rows,); 0 where nobody lives by any.
        weights: the names of what was compared.
    """

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    cv: NDArray[np.float64]
    weights: tuple[str, ...]

    def apart(self, people: NDArray[np.float64]) -> float:
        """What lies between low and high in all rows together, as a share of all people."""
        return float((self.high - self.low).sum() / max(people.sum(), 1.0))

    def sentences(self, people: NDArray[np.float64], names: Sequence[str]) -> tuple[str, str]:
        """By how much rows differ, in Chinese and English; of a single weight that there is nothing to compare.

        Args:
            people: what was given to each row, shape (rows,).
            names: of the rows.
        """
        zh, en = weight_words(self.weights)
        if len(self.weights) == 1:
            return f"只有一种权重（{zh}），无从比较。", f"There is one weight ({en}), and none to compare it with."
        share = percent(self.apart(people), 1.0)
        widest = int(np.argmax(self.high - self.low)) if len(names) else -1
        if widest < 0 or self.low[widest] == self.high[widest]:
            return f"按{zh}分摊，各处人数相同。", f"Spread by {en}, every row has the same people."
        low, high, name = f"{self.low[widest]:,}", f"{self.high[widest]:,}", names[widest]
        zh = f"按{zh}分摊，各处人数高低之差合计为总人数的 {share}，最大的是{name}（{low}—{high} 人）；不是置信区间。"
        en = f"Spread by {en}, the ranges of all rows add up to {share} of all people"
        return zh, f"{en}, the widest being {name} ({low} to {high}); no confidence interval."


def weight_words(names: Iterable[str]) -> tuple[str, str]:
    """`道路长度、套数` and `length, 套数`: the weights in words; a column's name as it is."""
    every = [Weight(name) if name in tuple(Weight) else name for name in names]
    return (
        "、".join(each.zh if isinstance(each, Weight) else each for each in every),
        ", ".join(each.en if isinstance(each, Weight) else each for each in every),
    )


def uncertainty(totals: ArrayLike, group: ArrayLike, weightings: Mapping[str, ArrayLike]) -> Uncertainty:
    """Range over weightings; even weights are added so that there is always a second opinion.

    A group that a weighting gives nobody (all its weights are 0) is spread evenly in that weighting.

    Args:
        totals, group: as for `spread_groups`.
        weightings: weights by name, each of shape (rows,).
    """
    at = np.asarray(group, dtype=np.int64)
    every = {str(name): np.asarray(weight, dtype=np.float64) for name, weight in weightings.items()}
    every.setdefault(Weight.COUNT.value, np.ones(len(at)))
    groups = len(np.atleast_1d(np.asarray(totals)))
    results = []
    for weight in every.values():
        held = np.bincount(at[at >= 0], weight[at >= 0], groups) > 0
        filled = np.where((at >= 0) & ~held[at], 1.0, weight)
        results.append(spread_groups(totals, at, filled).people)
    table = np.stack(results)
    mean = table.mean(axis=0)
    cv = np.where(mean > 0, table.std(axis=0) / np.where(mean > 0, mean, 1.0), 0.0)
    return Uncertainty(table.min(axis=0), table.max(axis=0), cv, tuple(every))
