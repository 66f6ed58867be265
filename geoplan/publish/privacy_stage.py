"""The counts of children that a plan publishes of one stage, as sums for `privacy_table`."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from geoplan.plan import shift_between
from geoplan.publish.moved import gained_points, lost_points, points_beyond_plots, site_points
from geoplan.publish.phases import coverage_in, phases_of
from geoplan.publish.places import group_places
from geoplan.publish.privacy_table import Level, Table
from geoplan.types import Area

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from numpy.typing import NDArray

    from geoplan.coverage import Coverage, Tally
    from geoplan.plan import Plan, StagePlan, StageProposal, View

    Bools = NDArray[np.bool_]
    Name = tuple[Hashable, ...]
    Place = tuple[str, Bools, Level]

PEOPLE, PUPILS = "people", "pupils"


def tally_name(tally: Tally) -> tuple[float | None, ...]:
    """The figures of a tally, to find it again: tallies of the same figures are hidden alike, wherever they stand."""
    figures = (tally.people, tally.assessed, tally.covered, tally.pupils, tally.pupils_covered)
    return tuple(None if each is None else round(each, 6) for each in figures)


def move_name(before: Coverage, after: Coverage) -> Name:
    """What a move from one coverage to another is found by."""
    return before.stage.value, tally_name(before.total), tally_name(after.total)


@dataclass(frozen=True)
class StageCounts:
    """Puts the counts of a stage into a table.

    Attributes:
        what: the columns that the table counts: people, pupils, or both where they are the same.
    """

    plan: Plan
    stage: StagePlan
    table: Table
    what: tuple[str, ...]

    def put(self) -> None:
        """Every count of the stage."""
        for view in self.stage.views:
            phases = self._phases(view)
            for coverage in phases.values():
                self._tallies(coverage)
            every = list(phases.values())
            for one, other in [*pairwise(every), (every[0], every[-1])]:
                self._moves(one, other)
            self._gaps(view, phases)
            if PEOPLE in self.what:
                self._details(view, phases)
        self._proposal(self.stage.proposal)
        at = self.plan.stages.index(self.stage)
        for number, scenario in enumerate(self.plan.scenarios, start=1):
            self._scenario(number, scenario.proposals[at])

    def _put(self, names: list[Name], where: Bools, level: Level) -> None:
        self.table.put(names, where, level)

    def _named(self, *names: Name) -> list[Name]:
        """Names of counts of people, in a table that counts them."""
        return list(names) if PEOPLE in self.what else []

    def _phases(self, view: View) -> dict[str, Coverage]:
        """`before`, each year of any stage's programme, and `after`."""
        own = dict(zip((str(year) for year in self.stage.programme.years), view.steps, strict=False))
        found = {phase.id: coverage_in(self.stage, view, phase) for phase in phases_of(self.plan)}
        middle = {key: found.get(key, own.get(key, view.after)) for key in sorted({*found, *own} - {"before", "after"})}
        return {"before": view.before, **middle, "after": view.after}

    def _places(self, coverage: Coverage) -> Iterator[Place]:
        """The whole, every district, and those who live in none."""
        demand = coverage.demand
        yield "", np.ones(len(demand), dtype=bool), Level.WHOLE
        for row, each in enumerate(demand.units.district_ids):
            yield each, demand.district == row, Level.DISTRICT
        yield "-", demand.district < 0, Level.DISTRICT

    def _tallies(self, coverage: Coverage, *, level: Level | None = None) -> None:
        """A coverage by place; the whole alone, at a level of its own, where one is given."""
        covered, assessed = coverage.covered, coverage.assessed
        for place, where, of_place in self._places(coverage):
            if level is not None and place:
                return
            key = tally_name(coverage.tally(where))
            masks = {"people": where, "assessed": where & assessed, "covered": where & covered,
                     "uncovered": where & assessed & ~covered}  # fmt: skip
            for column, mask in masks.items():
                names = self._named(("tally", key, column))
                if PUPILS in self.what and column in {"people", "covered"}:
                    names.append(("tally", key, {"people": "pupils", "covered": "pupils_covered"}[column]))
                self._put(names, mask, of_place if level is None else level)
            for mask in (where & ~assessed, where & ~covered):
                self._put([], mask, Level.SECRET)

    def _moves(self, before: Coverage, after: Coverage) -> None:
        """Who comes within the radius and who falls out of it: as handfuls they are no less children."""
        for _, where, _ in self._places(before):
            self._put([], where & gained_points(before, after), Level.SECRET)
            self._put([], where & lost_points(before, after), Level.SECRET)

    def _gaps(self, view: View, phases: dict[str, Coverage]) -> None:
        """Gaps by phase; of pupils only those of today are told."""
        head = ("gap", self.stage.stage.value, view.travel.value)
        for name, coverage in phases.items():
            left = {gap.id: _only(gap.points, ~coverage.covered) for gap in view.all_gaps}
            for gap in view.all_gaps:
                where = (
                    left[gap.id] if name != "before" else _only(gap.points, np.ones(len(coverage.demand), dtype=bool))
                )
                told = self._named((*head, gap.id, name, PEOPLE))
                if PUPILS in self.what and name == "before":
                    told.append((*head, gap.id, name, PUPILS))
                self._put(told, where, Level.GAP if told else Level.SECRET)
            for gaps in (view.gaps, view.all_gaps):
                together = (
                    np.any([left[gap.id] for gap in gaps], axis=0) if gaps else np.zeros(len(coverage.demand), bool)
                )
                self._put(self._named((*head, name)), together, Level.GAP)

    def _details(self, view: View, phases: dict[str, Coverage]) -> None:
        """People by verdict, by school, and by how far their places are served."""
        stage, travel = self.stage.stage.value, view.travel.value
        before = view.before
        for radius in before.radii:
            of_area = (
                np.ones(len(before.demand), dtype=bool)
                if radius.area is Area.ALL
                else before.demand.area == radius.area.value
            )
            for place, where, _ in self._places(before):
                for mask in (before.covered, before.assessed):
                    self._put(
                        [("verdict", stage, travel, place, radius.area.value)], where & of_area & mask, Level.DISTRICT
                    )
        for row, each in enumerate(before.supply.ids):
            mine = before.covered & (before.school == row)
            self._put([("school", stage, travel, str(each))], mine, Level.DETAIL)
        places = group_places(self.plan.units)
        for name, coverage in phases.items():
            share = np.array(places.share(coverage))[places.group][coverage.demand.unit]
            states = {
                "none": share < 0,
                "uncovered": share == 0,
                "partly": (share > 0) & (share < 100),
                "covered": share == 100,
            }
            for state, where in states.items():
                self._put([("cover", stage, travel, name, state)], where, Level.DETAIL)

    def _proposal(self, proposal: StageProposal) -> None:
        """What the plan and its sites come to."""
        before, after, stage = proposal.before, proposal.after, self.stage.stage.value
        key = move_name(before, after)
        for name, where in (("gained", gained_points(before, after)), ("lost", lost_points(before, after))):
            self._put(self._named((name, *key)), where, Level.PLAN)
        if (beyond := points_beyond_plots(proposal)) is not None:
            self._put(self._named(("beyond", stage)), beyond, Level.DETAIL)
        for site in proposal.sites:
            for name, where in site_points(proposal, site).items():
                names = self._named(("site", stage, site.id, name))
                if PUPILS in self.what and name == "people_newly":
                    names.append(("site", stage, site.id, "pupils_newly"))
                self._put(names, where, Level.PLAN if name == "people_newly" else Level.DETAIL)

    def _scenario(self, number: int, other: StageProposal) -> None:
        """What another plan comes to, and who is nearer to a school and who farther than in the main plan."""
        main = self.stage.proposal
        if other is main or PEOPLE not in self.what:
            return
        before, after = other.before, other.after
        self._tallies(after, level=Level.PLAN)
        for name, where in (("gained", gained_points(before, after)), ("lost", lost_points(before, after))):
            self._put([(name, *move_name(before, after))], where, Level.PLAN)
        self._moves(main.after, after)
        shift = shift_between(main.after, after)
        for side, where in (("nearer", shift.nearer), ("farther", shift.farther)):
            for place, of_place, _ in self._places(main.after):
                self._put([("shift", number, self.stage.stage.value, side, place)], where & of_place, Level.DETAIL)


def _only(points: NDArray[np.int64], where: Bools) -> Bools:
    """These points, so far as they are among others."""
    found = np.zeros(len(where), dtype=bool)
    found[points] = where[points]
    return found
