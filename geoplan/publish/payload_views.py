"""A stage by one travel mode on the page: who is served in each phase, the service area and the gaps."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoplan.publish.phases import areas_added, coverage_in
from geoplan.publish.privacy import counted, counted_part, suppressed
from geoplan.publish.privacy_tallies import public_tallies, public_tally

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.coverage import Coverage, Gap
    from geoplan.plan import Plan, StagePlan, View
    from geoplan.publish.phases import Phase
    from geoplan.publish.places import Places
    from geoplan.publish.privacy import Count
    from geoplan.publish.privacy_tallies import PublicTally
    from geoplan.publish.shapes import Pen

    Columns = dict[str, list[int]]


class SchoolRows:
    """All schools of all stages in one list, and where each stage's supply stands in it."""

    def __init__(self, plan: Plan) -> None:
        self.row: dict[str, int] = {}
        self.first: list[tuple[Coverage, int]] = []
        self.stages: list[list[str]] = []
        for stage_plan in plan.stages:
            before = stage_plan.views[0].before
            for position, each in enumerate(before.supply.ids):
                if each not in self.row:
                    self.row[str(each)] = len(self.row)
                    self.first.append((before, position))
                    self.stages.append([])
                self.stages[self.row[str(each)]].append(stage_plan.stage.value)

    def page_index(self, coverage: Coverage, after: Coverage, existing: int, school: Sequence[int]) -> list[int]:
        """Supply index → row in the page's list; proposed sites follow behind all schools, as in `after`."""
        rows = [self.row[str(each)] for each in coverage.supply.ids[:existing]]
        site = {str(each): at for at, each in enumerate(after.supply.ids[existing:])}
        rows += [len(self.row) + site[str(each)] for each in coverage.supply.ids[existing:]]
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
        existing = len(view.before.supply)
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
                    name: self.schools.page_index(found[name], view.after, existing, school)
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
        """Today's area, and what each phase adds to it: the page puts them together."""
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
        total = float(people.sum())
        return {
            state: whole(counted_part(self.plan, float(people[where].sum()), total)) for state, where in states.items()
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
            "people": whole(counted(self.plan, gap.people)),
            "pupils": suppressed(gap.pupils),
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
        told = {"left": [whole(counted(self.plan, float(people[left].sum()))) for left in points]}
        if len(points[-1]):
            return told
        site = int(np.bincount(view.after.school[gap.points] - len(view.before.supply)).argmax())
        closed = next(at for at, left in enumerate(points, start=1) if not len(left))
        return {**told, "closed_by": site, "closed_in": closed}


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
