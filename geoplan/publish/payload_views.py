"""A stage by one travel mode on the page: who is served in each phase, the service area and the gaps."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoplan.publish.phases import areas_added, areas_standing, coverage_in
from geoplan.publish.privacy import counted_part, open_count
from geoplan.publish.privacy_tallies import gap_people, gap_pupils, public_tallies, public_tally

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.coverage import Coverage, Gap, Supply
    from geoplan.plan import Plan, StagePlan, View
    from geoplan.publish.phases import Phase
    from geoplan.publish.places import Places
    from geoplan.publish.privacy import Count
    from geoplan.publish.privacy_tallies import PublicTally
    from geoplan.publish.shapes import Pen

    Columns = dict[str, list[int]]


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


@dataclass(frozen=True)
class ViewPainter:
    """What all views of a page share."""

    plan: Plan
    places: Places
    pen: Pen
    schools: SchoolRows
    phases: tuple[Phase, ...]

    def view(self, stage: StagePlan, view: View) -> dict[str, Any]:
        """One view as plain values: figures under the phase's name, long columns as changes from phase to phase."""
        found = {phase.id: coverage_in(stage, view, phase) for phase in self.phases}
        nearest = {name: self.places.nearest(coverage) for name, coverage in found.items()}
        return {
            "stage": stage.stage.value,
            "travel": view.travel.value,
            "radius": [
                {
                    "area": radius.area.value,
                    "radius_m": radius.radius_m,
                    "rule": radius.rule.id if radius.rule else "",
                    "profile": radius.rule.profile if radius.rule else "",
                }
                for radius in view.before.radii
            ],
            "service": self._service(stage, view),
            "covered": _changes({name: self.places.share(coverage) for name, coverage in found.items()}),
            "nearest": _changes(
                {
                    name: self.schools.page_index(found[name], view.after, school)
                    for name, (school, _) in nearest.items()
                }
            ),
            "distance_m": _changes({name: metres for name, (_, metres) in nearest.items()}),
            "cover_people": {name: self._cover_people(coverage) for name, coverage in found.items()},
            "totals": {name: self._totals(coverage) for name, coverage in found.items()},
            "districts": {
                name: [
                    _shown(each)
                    for each in public_tallies(self.plan, [tally for _, _, tally in coverage.by_district()])
                ]
                for name, coverage in found.items()
            },
            "gaps": [self._gap(gap, view, found) for gap in view.gaps],
        }

    def _service(self, stage: StagePlan, view: View) -> dict[str, Any]:
        """Today's area, and what each phase adds to it; the page puts them together.

        Where schools close an area also shrinks. What is lost is added with its rings turned round: a path that is
        filled by winding numbers leaves it out.
        """
        if view.areas_standing:
            shown, changes = view.area_before, []
            for area in areas_standing(stage, view, self.phases):
                new, lost = shapely.difference(area, shown), shapely.difference(shown, area)
                turned = shapely.reverse(shapely.normalize(lost))
                changes.append(self.pen.shape(shapely.normalize(new)) + self.pen.shape(turned))
                shown = area
            return {"before": self.pen.shape(shapely.normalize(view.area_before)), "added": changes}
        standing, added = [view.area_before], []
        for areas in areas_added(stage, view, self.phases):
            new = shapely.union_all(areas)
            for there in standing:
                new = shapely.difference(new, there)
            added.append(self.pen.shape(new))
            standing.append(new)
        return {"before": self.pen.shape(view.area_before), "added": added}

    def _cover_people(self, coverage: Coverage) -> dict[str, Count]:
        """People of the places in each state of coverage: exact sums where single counts are suppressed."""
        share = np.array(self.places.share(coverage))
        states = {
            "none": share < 0,
            "uncovered": share == 0,
            "partly": (share > 0) & (share < 100),
            "covered": share == 100,
        }
        people = self.places.people
        total, tally = float(people.sum()), public_tally(self.plan, coverage.total)
        # the states add up to the totals: what is hidden there must not be told here
        hides = any(isinstance(each, str) for each in (tally.people, tally.assessed, tally.covered, tally.uncovered))
        counts = {state: float(people[where].sum()) for state, where in states.items()}
        return {
            state: open_count(count, hidden=True) if hides else whole(counted_part(self.plan, count, total))
            for state, count in counts.items()
        }

    def _totals(self, coverage: Coverage) -> dict[str, Any]:
        return {**_shown(public_tally(self.plan, coverage.total)), "schools": len(coverage.supply)}

    def _gap(self, gap: Gap, view: View, found: dict[str, Coverage]) -> dict[str, Any]:
        demand, supply = view.before.demand, view.before.supply
        heaviest = demand.unit[gap.points[np.argmax(demand.people[gap.points])]]
        at = self.pen.points(np.array([gap.xy]))[0]
        return {
            "id": gap.id,
            "name": f"{demand.units.place_name(heaviest)}一带",
            "district": gap.district,
            "people": whole(gap_people(self.plan, gap)),
            "pupils": gap_pupils(self.plan, gap),
            "lat": float(at[0]),
            "lon": float(at[1]),
            "shape": self.pen.shape(gap.polygon),
            "nearest": self.schools.row[str(supply.ids[gap.school])] if gap.school >= 0 else -1,
            "distance_m": round(gap.distance_m) if np.isfinite(gap.distance_m) else -1,
            **self._gap_by_phase(gap, view, found),
        }

    def _gap_by_phase(self, gap: Gap, view: View, found: dict[str, Coverage]) -> dict[str, Any]:
        """`left`: people beyond the radius in each phase after today, where it changes; and when and by what it closes.

        A gap is closed when nobody is left, by the site that most of its points go to in the finished plan.
        """
        people = view.before.demand.people
        points = [gap.points[~found[phase.id].covered[gap.points]] for phase in self.phases[1:]]
        if all(len(left) == len(gap.points) for left in points):
            return {}
        told = {
            "left": [
                whole(gap_people(self.plan, gap, phase.id, float(people[left].sum())))
                for phase, left in zip(self.phases[1:], points, strict=True)
            ]
        }
        site = _site_of(gap, view.after)
        if len(points[-1]) or site < 0:
            return told
        closed = next(at for at, left in enumerate(points, start=1) if not len(left))
        return {**told, "closed_by": site, "closed_in": closed}


def _site_of(gap: Gap, after: Coverage) -> int:
    """The proposed site that most points of a gap are nearest to, in the order of the proposal; below 0: a school."""
    return int(np.bincount(np.maximum(after.school[gap.points], 0)).argmax()) - int((~after.supply.proposed).sum())


def _shown(tally: PublicTally) -> dict[str, Count]:
    return {name: whole(getattr(tally, name)) for name in ("people", "assessed", "covered", "pupils")}


def _changes(values: dict[str, list[int]]) -> dict[str, Any]:
    """A column today, and for each later phase what has changed since the one before: index, value in turn."""
    columns = list(values.values())
    return {
        "before": columns[0],
        "changes": [
            [
                each
                for index, (was, is_) in enumerate(zip(one, other, strict=True))
                if was != is_
                for each in (index, is_)
            ]
            for one, other in pairwise(columns)
        ],
    }


def whole(count: float | str | None) -> Count:
    """A count for the page: whole, or as it was suppressed."""
    return round(count) if isinstance(count, int | float) else count
