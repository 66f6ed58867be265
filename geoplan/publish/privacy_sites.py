"""What a plan, its sites and its solver come to, as it may be published where these count children."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.coverage.counts import FEWEST_SHOWN
from geoplan.locate import Model
from geoplan.plan import mean_distance_m
from geoplan.publish.privacy import AT_LEAST, counted, suppressed
from geoplan.publish.privacy_plan import release_of, tells_all
from geoplan.publish.privacy_stage import PUPILS
from geoplan.rules import State
from geoplan.rules.profile import SERVICE_RADIUS

if TYPE_CHECKING:
    from collections.abc import Hashable

    from numpy.typing import NDArray

    from geoplan.coverage import Coverage, Gap
    from geoplan.plan import Plan, ProposedSite, StagePlan, StageProposal, View
    from geoplan.publish.places import Places
    from geoplan.publish.privacy import Count
    from geoplan.rules import Verdict

    Floats = NDArray[np.float64]

_COUNTS_PEOPLE = {Model.MAX_COVER, Model.P_MEDIAN, Model.CAPACITATED}
"""Models whose objective rests on how many people there are."""


@dataclass(frozen=True)
class PublicSite:
    """Counts of a new site as they may be published; the fields are those of `ProposedSite`."""

    people_newly: Count
    people_kept: Count
    people_assigned: Count
    pupils_newly: Count


def told_count(plan: Plan, value: float | None, *name: Hashable) -> Count:
    """A count of the population layer that `privacy_stage` knows by a name; where it counts pupils, held back."""
    if plan.units.counts != PUPILS:
        return counted(plan, value)
    return _held_back(plan, suppressed(value), *name)


def public_site(plan: Plan, stage: StagePlan, site: ProposedSite) -> PublicSite:
    """Counts of a new site: none that is a handful, or gives one away."""
    name = ("site", stage.stage.value, site.id)
    newly, kept, assigned = (
        told_count(plan, getattr(site, each), *name, each)
        for each in ("people_newly", "people_kept", "people_assigned")
    )
    pupils = _held_back(plan, suppressed(site.pupils_newly), *name, "pupils_newly")
    return PublicSite(newly, kept, assigned, pupils)


def _held_back(plan: Plan, shown: Count, *name: Hashable) -> Count:
    """A count as at least ten where it would give a hidden one away; nobody stays nobody."""
    is_count = isinstance(shown, int | float) and round(shown) > 0
    return AT_LEAST if is_count and release_of(plan).hides(*name) else shown


def solver_value(plan: Plan, proposal: StageProposal, value: float | None) -> float | None:
    """An objective, a bound or a loss: None where it is not known, or rests on children of whom some are hidden."""
    if value is None or not np.isfinite(value):
        return None
    return None if proposal.solution.model in _COUNTS_PEOPLE and not tells_all(plan) else value


def mean_way_m(plan: Plan, coverage: Coverage) -> int | None:
    """Mean way to the nearest school, in metres; None where nobody reaches one, or children are hidden."""
    distance = mean_distance_m(coverage)
    return None if np.isnan(distance) or not tells_all(plan) else round(distance)


def drawn_people(plan: Plan, places: Places) -> Floats:
    """People of each place to draw discs by, shape (places,): hidden ones are drawn alike."""
    if plan.units.counts != PUPILS:
        return places.people
    kind = "unit" if len(places) == len(plan.units) else "place"
    told = [isinstance(told_count(plan, each, kind, row), int) for row, each in enumerate(places.people)]
    return np.where(told, np.round(places.people), float(FEWEST_SHOWN))


def public_verdict(plan: Plan, view: View, verdict: Verdict) -> Verdict:
    """A verdict of a view as it may be published: on a radius without the share where it gives children away."""
    if plan.units.counts != PUPILS or verdict.rule.quantity != SERVICE_RADIUS or verdict.state is State.MET:
        return verdict
    name = ("verdict", view.before.stage.value, view.travel.value, verdict.place, verdict.area.value)
    if not release_of(plan).hides(*name):
        return verdict
    zh, en = "有人在服务半径外（人数少，不公布）", "some are outside the radius (too few to be told)"
    return replace(verdict, value=None, short=0.0, zh=zh, en=en)


def gap_way_m(plan: Plan, gap: Gap) -> float:
    """Mean way of a gap's people, in metres: inf where some reach no school; nan where children are hidden.

    Of a gap of one place it is the way from there.
    """
    is_told = tells_all(plan) or len(gap.points) == 1
    return gap.distance_m if is_told else float("nan")


def gap_xy(plan: Plan, gap: Gap) -> tuple[float, float]:
    """Where a gap is shown, in metres: amid its people, or amid its shape where children are hidden."""
    if tells_all(plan):
        return gap.xy
    ((x, y),) = shapely.get_coordinates(shapely.point_on_surface(gap.polygon))
    return float(x), float(y)
