"""The moments that a published map shows: today, each year of the programme, and the finished plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoplan.plan import data_year

if TYPE_CHECKING:
    import shapely

    from geoplan.coverage import Coverage
    from geoplan.plan import Plan, StagePlan, View


@dataclass(frozen=True)
class Phase:
    """One moment.

    Attributes:
        id: `before`, a year as text, or `after`: the name of its columns in the page's data.
        year: None where neither the data nor the plan names one.
    """

    id: str
    year: int | None

    def words(self) -> dict[str, Any]:
        """How the page names it; the page gives the ids itself, by their order."""
        if self.id == "before":
            zh, en = ("现状", "Today")
            return {"zh": f"{zh} {self.year}" if self.year else zh, "en": en, "year": self.year}
        return {"zh": f"{self.year}年", "en": str(self.year), "year": self.year}


def phases_of(plan: Plan) -> tuple[Phase, ...]:
    """Today first, the finished plan last; between them the other years of the programme, of all stages together."""
    years = sorted({year for stage in plan.stages for year in stage.programme.years})
    middle = [Phase(str(year), year) for year in years[:-1]]
    return (Phase("before", data_year(plan.config)), *middle, Phase("after", years[-1] if years else None))


def coverage_in(stage: StagePlan, view: View, phase: Phase) -> Coverage:
    """Coverage at the end of a phase; a stage without that year keeps what it had before."""
    if phase.id == "before":
        return view.before
    if phase.id == "after" or phase.year is None:
        return view.after
    done = [found for year, found in zip(stage.programme.years, view.steps, strict=True) if year <= phase.year]
    return done[-1] if done else view.before


def areas_added(stage: StagePlan, view: View, phases: tuple[Phase, ...]) -> list[list[shapely.Geometry]]:
    """What the sites of each phase after today add to the service area, overlaps included."""
    if not stage.programme:
        return [[] for _ in phases[2:]] + [[view.area_after]]
    by_year = dict(zip(stage.programme.years, view.areas_added, strict=True))
    return [[by_year[phase.year]] if phase.year in by_year else [] for phase in phases[1:]]


def areas_standing(stage: StagePlan, view: View, phases: tuple[Phase, ...]) -> list[shapely.Geometry]:
    """The whole service area of each phase after today; for views that have `areas_standing`."""
    if not stage.programme:
        return [view.areas_standing[-1] for _ in phases[1:]]
    found = []
    for phase in phases[1:]:
        done = [
            area
            for year, area in zip(stage.programme.years, view.areas_standing, strict=True)
            if phase.year is None or year <= phase.year
        ]
        found.append(done[-1] if done else view.area_before)
    return found


def phase_of_site(stage: StagePlan, site_id: str, phases: tuple[Phase, ...]) -> int:
    """The position among `phases` from which a site stands; the last one where the plan has no years."""
    year = stage.programme.year_of(site_id)
    return next((at for at, phase in enumerate(phases) if at and phase.year == year), len(phases) - 1)
