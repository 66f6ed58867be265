"""Who is served today, by which radii and rules, and who would be after a closing."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from geoplan.coverage import (
    LIMIT_MINUTES,
    Coverage,
    Radius,
    barrier_crossings,
    close_school,
    coarse_cells,
    edge_effect,
    existing_supply,
    measure,
    radii_in_force,
    verdicts,
)
from geoplan.demand import Demand, build_demand
from geoplan.errors import TravelError
from geoplan.plan import data_year
from geoplan.project.ground import Ground
from geoplan.rules import Verdict, user_radius
from geoplan.travel import Walk
from geoplan.travel.islands import island_people
from geoplan.types import Area, Finding, Severity, Stage, Travel

if TYPE_CHECKING:
    from geoplan.coverage import Closure, Supply
    from geoplan.rules import RuleBook


class Reach(Ground):
    """A project's coverage of today."""

    def radii(self, stage: Stage, radius_m: float | None = None) -> tuple[Radius, ...]:
        """The service radii of a stage where people live, or one radius for everyone.

        Raises:
            RuleError: no profile gives one.
            TravelError: a radius that is not above 0.
        """
        if radius_m is not None:
            if not (math.isfinite(radius_m) and radius_m > 0):
                raise TravelError(f"Expected a radius above 0 m, found {radius_m:g}.")
            return (Radius(Area.ALL, user_radius(stage, radius_m)),)
        return radii_in_force(self.rule_book, stage, self.units.classes)

    def coverage(
        self,
        stage: Stage | str,
        *,
        travel: Travel | str = Travel.STRAIGHT,
        radius_m: float | None = None,
    ) -> Coverage:
        """Who is served today.

        Args:
            stage: kindergarten, primary, junior or senior.
            travel: straight or walk.
            radius_m: one radius for everyone, in place of the profile's.

        Raises:
            RuleError: no profile gives a radius for the stage.
            TravelError: walking without roads.
        """
        stage, travel = Stage(stage), Travel(travel)
        radii = self.radii(stage, radius_m)
        supply = self._supply(stage)
        found = measure(self.engine(travel), self._demand(stage, radii), supply, radii, self._no_schools(stage))
        extra = (*coarse_cells(found), *edge_effect(found), *barrier_crossings(found, self.layers.barriers))
        engine = self.engine(travel)
        if isinstance(engine, Walk) and self.layers.roads is not None:
            extra += island_people(engine, found.demand.xy, found.demand.people, file=self.layers.roads.file)
        return replace(found, findings=(*found.findings, *extra))

    def coverage_by(self, book: RuleBook, stage: Stage) -> Coverage:
        """Coverage of today under the radii of any rule book, by the travel mode that proposals use.

        Raises:
            RuleError: the book has no radius for the stage where people live.
        """
        radii = radii_in_force(book, stage, self.units.classes)
        supply = self._supply(stage)
        return measure(self.engine(self.proposal_travel), self._demand(stage, radii), supply, radii)

    def verdicts(self, coverage: Coverage) -> tuple[Verdict, ...]:
        """The rules of the profile on a coverage."""
        return verdicts(coverage, self.rule_book)

    def closure(
        self, school: str, *, stage: Stage | str = Stage.PRIMARY, limit_minutes: float = LIMIT_MINUTES,
        with_private: bool = False,
    ) -> Closure:  # fmt: skip
        """A school closed, in simulation: who would go where, and whether anyone would then be too far.

        Args:
            school: its id.
            stage: of which its pupils are.
            limit_minutes: the longest journey; half an hour by default, as for grades 1-3.
            with_private: in the compulsory stages private schools take pupils of a public one in, too.

        Raises:
            ProblemError: no such school, or one that does not offer the stage.
            TravelError: a limit that is not above 0.
        """
        if not (math.isfinite(limit_minutes) and limit_minutes > 0):
            raise TravelError(f"Expected a limit above 0 minutes, found {limit_minutes:g}.")
        engine = self.engine(self.proposal_travel)
        return close_school(
            engine, self.layers, self.units, school, stage=Stage(stage), limit_minutes=limit_minutes,
            seats=self.stage_seats, with_private=with_private,
        )  # fmt: skip

    def _supply(self, stage: Stage) -> Supply:
        """The schools that stand in the year of the data."""
        year = data_year(self.config)
        return existing_supply(self.layers, self.units, stage, year=year, seats=self.stage_seats)

    def _demand(self, stage: Stage, radii: tuple[Radius, ...]) -> Demand:
        return build_demand(self.units, stage, min(radius.radius_m for radius in radii if radius.radius_m is not None))

    def _no_schools(self, stage: Stage) -> tuple[Finding, ...]:
        schools = self.layers.schools
        if schools is None or any(stage in offered for offered in schools.frame["stages"]):
            return ()
        return (
            Finding(
                Severity.WARNING,
                "no-schools",
                f"No school offers {stage.value} ({stage.zh}).",
                why="Nobody is served.",
                fix="Check the column `stage` of the schools layer.",
                layer="schools",
                file=schools.file,
            ),
        )
