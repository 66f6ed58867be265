"""Repair by hand: units moved to another zone, every measure anew, and what breaks, without solving anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoplan.errors import ProblemError, near_match
from geoplan.locate.costs import some
from geoplan.zones.answer import placed_of, zone_plan, zones_of
from geoplan.zones.measures import Breach, breaches, measured

if TYPE_CHECKING:
    from collections.abc import Collection

    from geoplan.zones.measures import Measures, Placed
    from geoplan.zones.plan import Zone, ZonePlan
    from geoplan.zones.problem import ZoneProblem

SHOWN = ("objective", "distance", "mean_cost", "longest_cost", "moved_pupils", "over_pupils", "largest_utilisation")


@dataclass(frozen=True, eq=False)
class Repair:
    """A plan with some units moved by hand; each move gives a new one: `plan.move(...).move(...).undo()`.

    Attributes:
        before, after: measures of the plan before the last move and now.
        breaches: every limit that is broken now; empty: the plan is legal.
        previous: the plan before the last move, None at the beginning.
        units, to: what the last move was.
    """

    problem: ZoneProblem = field(repr=False)
    placed: Placed = field(repr=False)
    after: Measures = field(repr=False)
    breaches: tuple[Breach, ...]
    previous: Repair | None = field(default=None, repr=False)
    units: tuple[str, ...] = ()
    to: str = ""

    @property
    def before(self) -> Measures:
        """Measures before the last move."""
        return self.after if self.previous is None else self.previous.after

    @property
    def legal(self) -> bool:
        """Every limit is kept."""
        return not self.breaches

    @property
    def breaks(self) -> tuple[Breach, ...]:
        """What the last move has broken, or made worse."""
        was = {(each.code, each.where): each.amount for each in (self.previous.breaches if self.previous else ())}
        return tuple(each for each in self.breaches if each.amount > was.get((each.code, each.where), 0.0) + 1e-9)

    @property
    def mends(self) -> tuple[Breach, ...]:
        """What the last move has mended."""
        now = {(each.code, each.where) for each in self.breaches}
        return tuple(
            each for each in (self.previous.breaches if self.previous else ()) if (each.code, each.where) not in now
        )

    @cached_property
    def zones(self) -> tuple[Zone, ...]:
        """The open zones as they are now."""
        return zones_of(self.problem, self.placed, self.after)

    @cached_property
    def assignment(self) -> dict[str, str]:
        """Unit id to zone id, of the largest share."""
        return self.plan().assignment

    def move(self, units: Collection[str], *, to: str) -> Repair:
        """What if these units belonged to another zone?

        Args:
            units: ids of units, which move as wholes; those that are there already stay.
            to: id of a zone or of one of its schools; a candidate's zone is opened by that.

        Raises:
            ProblemError: unknown ids, or no units.
        """
        problem = self.problem
        wanted = [units] if isinstance(units, str) else [str(each) for each in units]
        if unknown := [each for each in wanted if each not in problem.row_of_unit]:
            raise ProblemError(f"Unknown units {some(unknown)}.{near_match(unknown[0], problem.row_of_unit)}")
        if not wanted:
            raise ProblemError("Expected units to move, found none.")
        if to not in problem.zone_named:
            raise ProblemError(f"Unknown zone or school {to!r}.{near_match(to, problem.zone_named)}")
        zone = problem.zone_named[to]
        placed = self.placed.moved(np.array([problem.row_of_unit[each] for each in wanted]), zone)
        found = measured(problem, placed)
        return Repair(
            problem, placed, found, breaches(problem, placed, found), previous=self, units=tuple(wanted),
            to=problem.zone_ids[zone],
        )  # fmt: skip

    def undo(self) -> Repair:
        """The plan before the last move."""
        return self if self.previous is None else self.previous

    def table(self) -> pd.DataFrame:
        """Every measure before the last move, now, and the difference."""
        before, after = ([float(getattr(each, name)) for name in SHOWN] for each in (self.before, self.after))
        frame = pd.DataFrame({"before": before, "after": after}, index=pd.Index(SHOWN, name="measure"))
        frame["change"] = frame["after"] - frame["before"]
        return frame

    def loads(self) -> pd.DataFrame:
        """Pupils of every zone that the last move changes: before, now, seats."""
        was, now = self.before.load, self.after.load
        rows = np.flatnonzero(was != now)
        ids = pd.Index([self.problem.zone_ids[row] for row in rows], name="zone")
        return pd.DataFrame({"before": was[rows], "after": now[rows], "seats": self.problem.seats[rows]}, index=ids)

    def plan(self) -> ZonePlan:
        """What has been made by hand as a `ZonePlan`, without a bound; `verify` says whether it is legal."""
        return zone_plan(self.problem, self.placed, bound=float("-inf"), proved=False)

    def explain(self) -> str:
        """The last move, what it does to the objective, and what breaks."""
        change = self.after.objective - self.before.objective
        head = f"{len(self.units)} units to {self.to}: objective {change:+,.10g}"
        fine = "; the plan stays legal." if self.legal else ";"
        return "\n".join([head + fine, *(f"- {each.what}" for each in self.breaches)])


def repair(plan: ZonePlan) -> Repair:
    """A plan to be changed by hand.

    Raises:
        ProblemError: there is no plan.
    """
    if plan.problem is None or plan.objective is None:
        raise ProblemError("There is no plan to change.")
    placed = placed_of(plan.problem, plan)
    found = measured(plan.problem, placed)
    return Repair(plan.problem, placed, found, breaches(plan.problem, placed, found))
