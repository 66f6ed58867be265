"""Small counts in zones: which counts of units stay hidden so that no sum of the published figures gives them away.

Zones before and after overlap, and so do the flows between them. A unit with one to nine pupils is hidden; where it is
all that is hidden of a published sum, the next smallest unit of that sum is hidden with it (`≥10`). Where a flow from
one school to another is small as a whole, today's sums of both schools are withheld: today's less tomorrow's would be
the flow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.coverage.counts import FEWEST_SHOWN
from geoplan.publish.privacy import AT_LEAST, is_small, suppressed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geoplan.plan import ZoneProposal
    from geoplan.publish.privacy import Count

WITHHELD = "不公布"


@dataclass(frozen=True, eq=False)
class Hidden:
    """What is not published.

    Attributes:
        units: ids of units whose count is hidden; heads: pupils of each unit.
        zones: ids of zones whose sums of today, pupils moved in and moved out are withheld.
    """

    units: frozenset[str]
    heads: dict[str, float]
    zones: frozenset[str]

    def unit(self, each: str) -> Count:
        """The count of a unit for publication."""
        return self.count(each, self.heads[each])

    def count(self, each: str, pupils: float) -> Count:
        """The count of a unit, or of what moves of it."""
        if each not in self.units or round(pupils) == 0:
            return suppressed(pupils)
        return suppressed(pupils) if is_small(pupils) else AT_LEAST

    def sum_of(self, zone: str, pupils: float | None) -> Count:
        """A sum of today, or of pupils moved, for publication."""
        return WITHHELD if zone in self.zones and pupils is not None else suppressed(pupils)


def hidden_counts(found: ZoneProposal) -> Hidden:
    """What is not published of a proposal."""
    ids = found.ground.ids
    heads = np.round(found.ground.pupils)
    was, becomes = (
        np.array([names.get(each, "") for each in ids], dtype=object) for names in (found.before, found.after)
    )
    moves = (was != becomes) & (was != "") & (becomes != "")
    hide = _closed_under_sums(heads, list(_groupings(was, becomes, moves)))
    flows: dict[tuple[str, str], float] = {}
    for row in np.flatnonzero(moves):
        pair = str(was[row]), str(becomes[row])
        flows[pair] = flows.get(pair, 0.0) + float(heads[row])
    touched = {zone for pair, pupils in flows.items() if is_small(pupils) for zone in pair}
    return Hidden(
        units=frozenset(each for each, hidden in zip(ids, hide, strict=True) if hidden),
        heads=dict(zip(ids, found.ground.pupils.tolist(), strict=True)),
        zones=frozenset(touched),
    )


def _groupings(
    was: NDArray[np.object_], becomes: NDArray[np.object_], moves: NDArray[np.bool_]
) -> Iterator[NDArray[np.int64]]:
    """Every way in which units are summed on the page: a group number for each unit, -1 for none."""
    one, other = (np.unique(names.astype(str), return_inverse=True)[1] for names in (was, becomes))
    yield one
    yield other
    pairs = one * (other.max(initial=0) + 1) + other
    yield np.unique(pairs, return_inverse=True)[1]
    yield np.where(moves, one, -1)
    yield np.where(moves, other, -1)
    yield np.where(moves, 0, -1)
    yield np.zeros(len(was), dtype=np.int64)


def _closed_under_sums(heads: NDArray[np.float64], groupings: list[NDArray[np.int64]]) -> NDArray[np.bool_]:
    """Small counts, and others until no sum has only one to nine of its pupils hidden."""
    hide = (heads > 0) & (heads < FEWEST_SHOWN)
    order = np.lexsort((np.arange(len(heads)), heads))
    while True:
        before = int(hide.sum())
        for group in groupings:
            inside = group >= 0
            count = int(group.max(initial=-1)) + 1
            if not count:
                continue
            secret = np.bincount(group[inside], (heads * hide)[inside], minlength=count)
            wanting = (secret > 0) & (secret < FEWEST_SHOWN)
            open_ = order[(inside & ~hide & (heads > 0))[order]]
            open_ = open_[wanting[group[open_]]]
            hide[open_[np.unique(group[open_], return_index=True)[1]]] = True
        if int(hide.sum()) == before:
            return hide
