"""A stage by one travel mode on the page: who is served in each phase, the service area and the gaps."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoplan.plan import vacant_years
from geoplan.publish.phases import areas_added, areas_standing, coverage_in
from geoplan.publish.privacy_sites import gap_way_m, gap_xy, told_count
from geoplan.publish.privacy_tallies import gap_people, gap_pupils, public_tallies, public_tally

if TYPE_CHECKING:
    from geoplan.coverage import Coverage, Gap
    from geoplan.plan import Plan, StagePlan, View
    from geoplan.publish.payload_schools import SchoolRows
    from geoplan.publish.phases import Phase
    from geoplan.publish.places import Places
    from geoplan.publish.privacy import Count
    from geoplan.publish.privacy_tallies import PublicTally
    from geoplan.publish.shapes import Pen


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
            "cover_people": {name: self._cover_people(name, coverage) for name, coverage in found.items()},
            "totals": {name: self._totals(coverage) for name, coverage in found.items()},
            "districts": {
                name: [
                    _shown(each)
                    for each in public_tallies(self.plan, [tally for _, _, tally in coverage.by_district()])
                ]
                for name, coverage in found.items()
            },
            "gaps": [self._gap(gap, view, found) for gap in view.all_gaps],
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

    def _cover_people(self, phase: str, coverage: Coverage) -> dict[str, Count]:
        """People of the places in each state of coverage: exact sums where single counts are suppressed."""
        share = np.array(self.places.share(coverage))
        states = {
            "none": share < 0,
            "uncovered": share == 0,
            "partly": (share > 0) & (share < 100),
            "covered": share == 100,
        }
        people = self.places.people
        name = ("cover", coverage.stage.value, coverage.travel.value, phase)
        return {
            state: whole(told_count(self.plan, float(people[where].sum()), *name, state))
            for state, where in states.items()
        }

    def _totals(self, coverage: Coverage) -> dict[str, Any]:
        return {**_shown(public_tally(self.plan, coverage.total)), "schools": len(coverage.supply)}

    def _gap(self, gap: Gap, view: View, found: dict[str, Coverage]) -> dict[str, Any]:
        demand = view.before.demand
        heaviest = demand.unit[gap.points[np.argmax(demand.people[gap.points])]]
        way = gap_way_m(self.plan, gap)
        at = self.pen.points(np.array([gap_xy(self.plan, gap)]))[0]
        return {
            "id": gap.id,
            "name": f"{demand.units.place_name(heaviest)}一带",
            "district": gap.district,
            "people": whole(gap_people(self.plan, gap)),
            "pupils": gap_pupils(self.plan, gap),
            "lat": float(at[0]),
            "lon": float(at[1]),
            "shape": self.pen.shape(gap.polygon),
            "nearest": self.schools.row.get(gap.school, -1),
            "distance_m": None if np.isnan(way) else round(way) if np.isfinite(way) else -1,
            **self._gap_by_phase(gap, view, found),
            **self._gap_by_closing(gap, view),
        }

    def _gap_by_closing(self, gap: Gap, view: View) -> dict[str, Any]:
        """Of a gap by closings: rows of the schools, the year where it is told, and from which phase on it is there.

        `vacant_until`: the year in which a site takes over, where that is not before the school closes.
        """
        if not gap.closings:
            return {}
        vacant = vacant_years(view, gap)
        return {
            **({} if vacant is None else {"vacant_until": vacant[1]}),
            "closings": [self.schools.row[each] for each in gap.closings],
            "since": gap.since,
            "comes": _comes(gap, self.phases),
        }

    def _gap_by_phase(self, gap: Gap, view: View, found: dict[str, Coverage]) -> dict[str, Any]:
        """`left`: people beyond the radius in each phase after today, where it changes; and when and by what it closes.

        A gap is closed when nobody is left, by the site that most of its points go to in the finished plan, or by a
        school that opens anyway. One by closings may be closed before it comes up.
        """
        people = view.before.demand.people
        points = [gap.points[~found[phase.id].covered[gap.points]] for phase in self.phases[1:]]
        if all(len(left) == len(gap.points) for left in points):
            return {}
        told: dict[str, Any] = {
            "left": [
                whole(gap_people(self.plan, gap, phase.id, float(people[left].sum())))
                for phase, left in zip(self.phases[1:], points, strict=True)
            ]
        }
        if len(points[-1]):
            return told
        comes = _comes(gap, self.phases)
        closed = next(at for at, left in enumerate(points, start=1) if not len(left) and at >= comes)
        return {**told, "closed_by": _site_of(gap, view.after), "closed_in": closed}


def _comes(gap: Gap, phases: tuple[Phase, ...]) -> int:
    """The position of the first phase in which a gap can be there: 0 for one of today."""
    if not gap.closings:
        return 0
    last = len(phases) - 1
    years = [(at, phase.year) for at, phase in enumerate(phases) if at and phase.year is not None]
    return next((at for at, year in years if gap.since is not None and gap.since <= year), last)


def _site_of(gap: Gap, after: Coverage) -> int:
    """The proposed site that most points of a gap are nearest to, in the order of the proposal; -1: a school."""
    most = int(np.bincount(np.maximum(after.school[gap.points], 0)).argmax())
    return max(most - int((~after.supply.proposed).sum()), -1)


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
