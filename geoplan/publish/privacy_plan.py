"""All counts of children that a plan publishes, held against one another: what is hidden in one place is hidden in all.

Page, tables, figures.json, GeoPackage and atlas tell the same counts. So they are judged together, once for a plan:
districts and people outside them beside the whole, the covered beside those beyond the radius, gaps beside the people
beyond it, every phase beside the one before, and places beside all of these.

Simplification: what single sites and the plans of scenarios gain is not held against these counts; where the population
layer counts pupils, a hidden count may be worked out from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from geoplan.publish.privacy_cells import Cells
from geoplan.publish.sheets import every_view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geoplan.coverage import Coverage, Gap, Tally
    from geoplan.demand import Demand
    from geoplan.plan import Plan, StagePlan, View

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    TallyKey = tuple[float | None, ...]

PEOPLE, PUPILS = "people", "pupils"
_KNOWN: WeakKeyDictionary[Plan, Release] = WeakKeyDictionary()


@dataclass
class Release:
    """What is not told of a plan's counts of children.

    Attributes:
        tallies: by the figures of a tally, the names of its columns that are hidden; tallies of the same figures are
            hidden alike, wherever they stand.
        gaps: by stage, travel mode, id and phase, `people` and `pupils` that are hidden.
        units: rows of the population layer whose people are hidden, shape (units,).
    """

    tallies: dict[TallyKey, set[str]] = field(default_factory=dict)
    gaps: dict[tuple[str, str, str, str], set[str]] = field(default_factory=dict)
    units: Bools = field(default_factory=lambda: np.zeros(0, dtype=bool))

    @cached_property
    def gaps_in_any_phase(self) -> dict[tuple[str, str, str], set[str]]:
        """By stage, travel mode and id, what is hidden of a gap in at least one phase."""
        found: dict[tuple[str, str, str], set[str]] = {}
        for (stage, travel, key, _), columns in self.gaps.items():
            found.setdefault((stage, travel, key), set()).update(columns)
        return found


def release_of(plan: Plan) -> Release:
    """What must be hidden of a plan; computed once for it."""
    if plan not in _KNOWN:
        _KNOWN[plan] = _Builder(plan).release()
    return _KNOWN[plan]


def tally_key(tally: Tally) -> TallyKey:
    """The figures of a tally, to find it again."""
    figures = (tally.people, tally.assessed, tally.covered, tally.pupils, tally.pupils_covered)
    return tuple(None if each is None else round(each, 6) for each in figures)


def phases_of_view(stage: StagePlan, view: View) -> Iterator[tuple[str, Coverage]]:
    """`before`, each year of the programme, and `after`."""
    yield "before", view.before
    for year, step in zip(stage.programme.years, view.steps, strict=False):
        yield str(year), step
    yield "after", view.after


class _Builder:
    """Puts the counts of a plan into cells."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.cells = plan, Cells()
        self.columns: list[tuple[TallyKey, str, int]] = []
        self.of_gap: list[tuple[tuple[str, str, str, str], str, int]] = []
        self.unit_cells: list[int] = []

    def release(self) -> Release:
        plan = self.plan
        counts_pupils = plan.units.counts == PUPILS
        if counts_pupils:
            people = plan.units.people
            self.unit_cells = [self.cells.put(("unit", row), float(each)) for row, each in enumerate(people)]
        for stage, view in every_view(plan):
            demand = view.before.demand
            if counts_pupils:
                self._view(stage, view, PEOPLE, demand.people)
            if demand.pupils is not None and not (counts_pupils and _are_the_people(demand)):
                self._view(stage, view, PUPILS, demand.pupils)
        hidden = self.cells.hidden()
        found = Release(units=np.zeros(len(plan.units), dtype=bool))
        if counts_pupils:
            found.units = hidden[np.array(self.unit_cells, dtype=np.int64)]
        for key, column, cell in self.columns:
            names = found.tallies.setdefault(key, set())
            if hidden[cell]:
                names.add(column)
        for gap, column, cell in self.of_gap:
            names = found.gaps.setdefault(gap, set())
            if hidden[cell]:
                names.add(column)
        return found

    def _view(self, stage: StagePlan, view: View, what: str, weight: Floats) -> None:
        """One view by one count: its tallies phase by phase, then what lies between two phases, then its gaps."""
        head = (what, stage.stage.value, view.travel.value)
        phases = list(phases_of_view(stage, view))
        for name, coverage in phases:
            self._phase((*head, name), coverage, weight)
        pairs = [*pairwise(phases), (phases[0], phases[-1])]
        for one, other in {(one[0], other[0]): (one, other) for one, other in pairs}.values():
            self._change(head, one, other, weight)
        self._gaps(stage, view, head, weight)

    def _places(self, coverage: Coverage) -> list[tuple[str, Bools]]:
        """Every district, and those who live in none; () first stands for the whole."""
        demand = coverage.demand
        every = [("", np.ones(len(demand), dtype=bool))]
        every += [(each, demand.district == row) for row, each in enumerate(coverage.demand.units.district_ids)]
        return [*every, ("-", demand.district < 0)]

    def _phase(self, head: tuple[str, ...], coverage: Coverage, weight: Floats) -> None:
        states = {
            "people": np.ones(len(weight), dtype=bool),
            "assessed": coverage.assessed,
            "covered": coverage.covered,
            "uncovered": coverage.assessed & ~coverage.covered,
            "exempt": ~coverage.assessed,
        }
        if head[0] == PUPILS:
            # of pupils only all and those within the radius are told, and those in gaps
            states = {state: states[state] for state in ("people", "covered", "uncovered")}
        cell: dict[tuple[str, str], int] = {}
        for place, where in self._places(coverage):
            for state, mask in states.items():
                value = float(weight[where & mask].sum())
                # everyone is the same count in every phase, and people are in every stage
                of_phase = head if state != "people" else head[:2] if head[0] == PUPILS else head[:1]
                at = (*of_phase, place, state, round(value) if state == "people" else 0)
                cell[place, state] = self.cells.put(at, value, is_last=not place)
            if head[0] == PUPILS:
                self._pupils(head, place, cell, float(weight[where & ~coverage.covered].sum()))
            else:
                self.cells.add(cell[place, "people"], [cell[place, "assessed"], cell[place, "exempt"]])
                self.cells.add(cell[place, "assessed"], [cell[place, "covered"], cell[place, "uncovered"]])
            self._remember(head[0], coverage, where, {state: cell[place, state] for state in states})
        for state, mask in states.items():
            parts = [place for place, _ in self._places(coverage) if place]
            self.cells.add(cell["", state], [cell[place, state] for place in parts])
            if self.unit_cells and head[0] == PEOPLE:
                self._of_units(coverage, cell, state, mask)

    def _pupils(self, head: tuple[str, ...], place: str, cell: dict[tuple[str, str], int], beyond: float) -> None:
        """All pupils less those within the radius are one count; where a radius applies to all, those in gaps."""
        rest = self.cells.put((*head, place, "rest"), beyond, is_last=not place)
        self.cells.add(cell[place, "people"], [cell[place, "covered"], rest])
        if self.cells.values[rest] == self.cells.values[cell[place, "uncovered"]]:
            self.cells.add(rest, [cell[place, "uncovered"]])

    def _remember(self, what: str, coverage: Coverage, where: Bools, cell: dict[str, int]) -> None:
        key = tally_key(coverage.tally(where))
        if what == PEOPLE:
            self.columns += [(key, each, cell[each]) for each in ("people", "assessed", "covered", "uncovered")]
        if what == PUPILS or _are_the_people(coverage.demand):
            self.columns += [(key, "pupils", cell["people"]), (key, "pupils_covered", cell["covered"])]

    def _of_units(self, coverage: Coverage, cell: dict[tuple[str, str], int], state: str, mask: Bools) -> None:
        """Each place's total as the sum of the rows of the population layer, or of the shares of them that count."""
        demand = coverage.demand
        people = np.maximum(self.plan.units.people, 1e-9)
        for place, where in self._places(coverage):
            share = np.bincount(demand.unit, demand.people * (where & mask), minlength=len(people)) / people
            rows = np.flatnonzero(share > 0)
            self.cells.add(cell[place, state], [self.unit_cells[row] for row in rows], share[rows].tolist())

    def _change(
        self, head: tuple[str, ...], one: tuple[str, Coverage], other: tuple[str, Coverage], weight: Floats
    ) -> None:
        """Who comes within the radius from one phase to the next, and who falls out of it."""
        (first, was), (then, now) = one, other
        for place, where in self._places(was):
            covered = [self.cells.put((*head, each, place, "covered", 0), 0.0) for each in (first, then)]
            moves = [
                self.cells.put((*head, first, then, place, name), float(weight[where & mask].sum()), is_last=not place)
                for name, mask in (("gained", now.covered & ~was.covered), ("lost", was.covered & ~now.covered))
            ]
            # covered then = covered before + gained - lost
            self.cells.add(covered[1], [covered[0], *moves], [1.0, 1.0, -1.0])

    def _gaps(self, stage: StagePlan, view: View, head: tuple[str, ...], weight: Floats) -> None:
        if not view.gaps:
            return
        for name, coverage in phases_of_view(stage, view):
            left = [gap.points[~coverage.covered[gap.points]] for gap in view.gaps]
            cells = []
            for gap, points in zip(view.gaps, left, strict=True):
                cell = self.cells.put((*head, name, "gap", gap.id), float(weight[points].sum()))
                cells.append(cell)
                same = head[0] == PEOPLE and _are_the_people(coverage.demand)
                self.of_gap += [(gap_key(gap, name), what, cell) for what in ((PEOPLE, PUPILS) if same else head[:1])]
            beyond = float(weight[coverage.assessed & ~coverage.covered].sum())
            held = float(sum(weight[points].sum() for points in left))
            whole = self.cells.put((*head, name, "", "uncovered", 0), beyond)
            other = self.cells.put((*head, name, "gap", ""), beyond - held)
            self.cells.add(whole, [*cells, other])
            self._gaps_of_districts(view, (*head, name), coverage, cells)

    def _gaps_of_districts(self, view: View, head: tuple[str, ...], coverage: Coverage, cells: list[int]) -> None:
        """Gaps that lie in one district alone add up with what else is beyond the radius there."""
        district, units = coverage.demand.district, coverage.demand.units
        rows = [np.unique(district[gap.points]) for gap in view.gaps]
        for row, place in enumerate(units.district_ids):
            touching = [number for number, found in enumerate(rows) if row in found]
            if not touching or any(len(rows[number]) > 1 for number in touching):
                continue
            whole = self.cells.put((*head, place, "uncovered", 0), 0.0)
            mine = [cells[number] for number in touching]
            rest = self.cells.values[whole] - sum(self.cells.values[each] for each in mine)
            other = self.cells.put((*head, "gap", "", place), max(rest, 0.0))
            self.cells.add(whole, [*mine, other])


def _are_the_people(demand: Demand) -> bool:
    """True where the population layer counts the pupils of the stage: both columns then tell one count."""
    return demand.pupils is not None and np.array_equal(demand.pupils, demand.people)


def gap_key(gap: Gap, phase: str) -> tuple[str, str, str, str]:
    """Stage, travel mode, id and phase: how `Release.gaps` names a gap."""
    return gap.stage.value, gap.travel.value, gap.id, phase
