"""All counts of children that a plan publishes, held against one another: what is hidden in one place is hidden in all.

Page, tables, figures.json, summary, GeoPackage and atlas tell the same counts. Each is a sum over the rows of the
population layer, or over shares of them, and so they are judged together, once for a plan: the whole, districts, gaps,
every phase, sites, scenarios, schools and places. What is no such sum, such as a mean way or the solver's objective, is
told only where nothing is hidden (`tells_all`).

Simplification: the pupils of the accounts (seats, wave, access) and zones are judged by themselves, and editions that
are published one after the other are not held against one another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from geoplan.publish.places import group_places
from geoplan.publish.privacy_stage import PEOPLE, PUPILS, StageCounts
from geoplan.publish.privacy_table import Level, Table

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from numpy.typing import NDArray

    from geoplan.plan import Plan

    Floats = NDArray[np.float64]

_KNOWN: WeakKeyDictionary[Plan, Release] = WeakKeyDictionary()


@dataclass
class Release:
    """What is not told of a plan's counts of children.

    Attributes:
        hidden: by the name of a count, whether it must not be told; counts of residents are not in it.
    """

    hidden: dict[Hashable, bool] = field(default_factory=dict)

    def hides(self, *name: Hashable) -> bool:
        """Whether a count of children must not be told; one that nobody has judged must not."""
        return self.hidden.get(name, True)

    def knows_tally(self, key: Hashable) -> bool:
        """Whether a tally of these figures (`tally_name`) is one of the plan's."""
        return ("tally", key, PEOPLE) in self.hidden or ("tally", key, PUPILS) in self.hidden

    @cached_property
    def is_whole(self) -> bool:
        """True where nothing is hidden."""
        return not any(self.hidden.values())


def release_of(plan: Plan) -> Release:
    """What must be hidden of a plan; computed once for it."""
    if plan not in _KNOWN:
        _KNOWN[plan] = _Builder(plan).release()
    return _KNOWN[plan]


def tells_all(plan: Plan) -> bool:
    """Whether a figure may be told that rests on all children, as a mean way does: none where a count is hidden."""
    return plan.units.counts != PUPILS or release_of(plan).is_whole


class _Builder:
    """Puts the counts of a plan into tables: one of the people, and one of the pupils of each stage."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def release(self) -> Release:
        return Release({name: is_hidden for table in self.tables() for name, is_hidden in table.hidden().items()})

    def tables(self) -> Iterator[Table]:
        """Every table; none of the people where the layer counts residents."""
        stages = [(stage, stage.views[0].before.demand) for stage in self.plan.stages if stage.views]
        if self.plan.units.counts == PUPILS and stages:
            demand = stages[0][1]
            table = Table(demand, demand.people)
            for stage, mine in stages:
                names = (PEOPLE, PUPILS) if _are_the_people(mine.pupils, mine.people) else (PEOPLE,)
                StageCounts(self.plan, stage, table, names).put()
            self._places(table)
            yield table
        for stage, demand in stages:
            if demand.pupils is None or (
                self.plan.units.counts == PUPILS and _are_the_people(demand.pupils, demand.people)
            ):
                continue
            table = Table(demand, demand.pupils)
            StageCounts(self.plan, stage, table, (PUPILS,)).put()
            yield table

    def _places(self, table: Table) -> None:
        """Rows of the layer, and the groups of them that the page shows where there are many."""
        for row in range(len(self.plan.units)):
            table.put_rows([("unit", row)], np.array([row]), np.ones(1), Level.PLACE)
        for row in range(len(self.plan.units.district_ids)):
            rows = np.flatnonzero(self.plan.units.district == row)
            table.put_rows([("district", row)], rows, np.ones(len(rows)), Level.DISTRICT)
        places = group_places(self.plan.units)
        if len(places) == len(self.plan.units):
            return
        for number in range(len(places)):
            rows = np.flatnonzero(places.group == number)
            table.put_rows([("place", number)], rows, np.ones(len(rows)), Level.DETAIL)


def _are_the_people(pupils: Floats | None, people: Floats) -> bool:
    """True where the population layer counts the pupils of the stage: both columns then tell one count."""
    return pupils is not None and np.array_equal(pupils, people)
