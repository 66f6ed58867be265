"""All schools of all stages on the page, and in which phase they open and close."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from geoplan.publish.phases import coverage_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.coverage import Coverage, Supply
    from geoplan.plan import Plan
    from geoplan.publish.phases import Phase


class SchoolRows:
    """All schools of all stages in one list, and where each stage's supply stands in it.

    Attributes:
        closes: row → position of the first phase in which a school is gone.
        opens: row → position of the first phase in which a school that does not stand today is there.
    """

    def __init__(self, plan: Plan, phases: tuple[Phase, ...]) -> None:
        self.row: dict[str, int] = {}
        self.first: list[tuple[Supply, int]] = []
        self.stages: list[list[str]] = []
        supplies = [[coverage_in(stage, stage.views[0], phase).supply for stage in plan.stages] for phase in phases]
        for at_once in supplies:
            for supply in at_once:
                self._add(supply)
        standing = [
            {self.row[str(each)] for supply in at_once for each in supply.ids[~supply.proposed]} for at_once in supplies
        ]
        self.closes: dict[int, int] = {}
        self.opens: dict[int, int] = {}
        for at, (was, is_) in enumerate(pairwise(standing), start=1):
            for row in sorted(was - is_):
                self.closes.setdefault(row, at)
            for row in sorted(is_ - was):
                self.opens.setdefault(row, at)

    def _add(self, supply: Supply) -> None:
        for position in np.flatnonzero(~supply.proposed):
            row = self.row.setdefault(str(supply.ids[position]), len(self.row))
            if row == len(self.first):
                self.first.append((supply, int(position)))
                self.stages.append([])
            if supply.stage.value not in self.stages[row]:
                self.stages[row].append(supply.stage.value)

    def page_index(self, coverage: Coverage, after: Coverage, school: Sequence[int]) -> list[int]:
        """Supply index → row in the page's list; proposed sites follow behind all schools, as in `after`."""
        site = {str(each): at for at, each in enumerate(after.supply.ids[after.supply.proposed])}
        supply = coverage.supply
        rows = [
            len(self.row) + site[str(each)] if new else self.row[str(each)]
            for each, new in zip(supply.ids, supply.proposed, strict=True)
        ]
        return [rows[each] if each >= 0 else -1 for each in school]
