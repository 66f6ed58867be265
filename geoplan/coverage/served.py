"""Who is served: the nearest school of everyone, against the radius in force where they live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.coverage.boarding import boarding_findings, without_radius
from geoplan.errors import RuleError
from geoplan.travel.straight import TOUCH_M
from geoplan.types import Area
from geoplan.units import percent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.coverage.supply import Supply
    from geoplan.demand import Demand
    from geoplan.rules import Rule, RuleBook
    from geoplan.travel import TravelEngine
    from geoplan.types import Finding, Stage, Travel


@dataclass(frozen=True)
class Radius:
    """The service radius for one area class; `rule` is None where no profile gives one: no radius test there."""

    area: Area
    rule: Rule | None

    @property
    def radius_m(self) -> float | None:
        """Metres, or None without a test."""
        return None if self.rule is None else self.rule.high

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "area": self.area.value,
            "radius_m": self.radius_m,
            "rule": self.rule.id if self.rule else None,
            "profile": self.rule.profile if self.rule else None,
            "evidence": self.rule.evidence if self.rule else None,
        }


@dataclass(frozen=True)
class Tally:
    """People of a place: all, those a radius applies to, and those within it. Pupils None where unknown."""

    people: float
    assessed: float
    covered: float
    pupils: float | None
    pupils_covered: float | None

    @property
    def share_covered(self) -> float | None:
        """Covered over assessed, or None where nobody is assessed."""
        return self.covered / self.assessed if self.assessed > 0 else None

    @property
    def uncovered(self) -> float:
        """Assessed and not within the radius."""
        return self.assessed - self.covered

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON; whole people as whole numbers."""
        return {
            "people": tidy(self.people),
            "people_assessed": tidy(self.assessed),
            "people_covered": tidy(self.covered),
            "share_covered": None if self.share_covered is None else round(self.share_covered, 6),
            "pupils": None if self.pupils is None else tidy(self.pupils),
            "pupils_covered": None if self.pupils_covered is None else tidy(self.pupils_covered),
        }


@dataclass(frozen=True, eq=False)
class Coverage:
    """Who is served by which school of a stage, by one travel mode.

    Attributes:
        radii: the radius in force for each area class that lives here.
        school: nearest school of each demand point, index into `supply`, -1 where none can be reached.
        distance_m: the way to it, inf where none can be reached.
        assessed: points that a radius applies to; not the rural ones whose nearest junior school boards (AY:292).
        covered: assessed points within it.
    """

    stage: Stage
    travel: Travel
    radii: tuple[Radius, ...]
    demand: Demand
    supply: Supply
    school: NDArray[np.int64]
    distance_m: NDArray[np.float64]
    assessed: NDArray[np.bool_]
    covered: NDArray[np.bool_]
    findings: tuple[Finding, ...] = ()

    @property
    def total(self) -> Tally:
        """Everyone."""
        return self.tally(np.ones(len(self.demand), dtype=bool))

    def tally(self, where: NDArray[np.bool_]) -> Tally:
        """The people among the points `where`, shape (m,)."""
        people, pupils = self.demand.people, self.demand.pupils
        return Tally(
            people=float(people[where].sum()),
            assessed=float(people[where & self.assessed].sum()),
            covered=float(people[where & self.covered].sum()),
            pupils=None if pupils is None else float(pupils[where].sum()),
            pupils_covered=None if pupils is None else float(pupils[where & self.covered].sum()),
        )

    def by_district(self) -> list[tuple[str, str, Tally]]:
        """`(id, name, tally)` of every district, in the order of the layer."""
        units = self.demand.units
        return [
            (each, units.district_names[row], self.tally(self.demand.district == row))
            for row, each in enumerate(units.district_ids)
        ]

    def reach_m(self) -> NDArray[np.float64]:
        """The radius that applies at each point, nan where none does."""
        return np.where(self.assessed, reach_m(self.demand, self.radii), np.nan)

    def unit_share(self) -> NDArray[np.float64]:
        """Share of the assessed people of each population row that are covered; nan where nobody is assessed."""
        size = len(self.demand.units)
        weight = np.where(self.demand.people > 0, self.demand.people, 1e-9)
        assessed = np.bincount(self.demand.unit, weight * self.assessed, minlength=size)
        covered = np.bincount(self.demand.unit, weight * self.covered, minlength=size)
        with np.errstate(invalid="ignore"):
            return np.asarray(covered / assessed)

    def as_dict(self) -> dict[str, Any]:
        """The object that `geoplan coverage --json` prints."""
        distances = {radius.radius_m for radius in self.radii}
        units = self.demand.units
        return {
            "stage": self.stage.value,
            "travel": self.travel.value,
            "radius_m": tidy(distances.pop() or 0) if len(distances) == 1 and None not in distances else None,
            "radii": [radius.as_dict() for radius in self.radii],
            "counts": units.counts,
            **self.total.as_dict(),
            "people_unplaced": tidy(sum(units.unplaced.values())),
            "schools": len(self.supply),
            "cell_m": self.demand.cell_m,
            "districts": [{"id": each, "name": name, **tally.as_dict()} for each, name, tally in self.by_district()],
            "findings": [finding.as_dict() for finding in self.findings],
        }

    def __repr__(self) -> str:
        total = self.total
        share = percent(total.covered, total.assessed)
        counts = self.demand.units.counts
        return f"Coverage({self.stage}, {self.travel}: {share} covered of {total.assessed:,.0f} {counts})"


def tidy(value: float) -> float | int:
    """A whole number as int, else two decimals."""
    return round(value) if abs(value - round(value)) < 1e-6 * max(1.0, abs(value)) else round(value, 2)


def radii_in_force(book: RuleBook, stage: Stage, demand_areas: NDArray[np.object_]) -> tuple[Radius, ...]:
    """The radius of each area class that people live in.

    Raises:
        RuleError: no profile gives a radius for the stage anywhere people live.
    """
    present = [area for area in (Area.URBAN, Area.RURAL) if (demand_areas == area.value).any()]
    radii = tuple(Radius(area, book.radius(stage, area)) for area in present)
    if radii and all(radius.rule is None for radius in radii):
        asked = ", ".join(profile.id for profile in (book.profile, *book.lenders))
        raise RuleError(
            f"No service radius for {stage.value} ({', '.join(present)}) in the profiles {asked}. "
            "Give one with --radius-m, or name a profile that has one: radius_profiles in project.toml."
        )
    return radii


def reach_m(demand: Demand, radii: tuple[Radius, ...]) -> NDArray[np.float64]:
    """The radius that applies at each demand point, shape (m,), nan where none does."""
    reach = np.full(len(demand), np.nan)
    for radius in radii:
        if radius.radius_m is not None:
            reach[(demand.area == radius.area.value) | (radius.area is Area.ALL)] = radius.radius_m
    return reach


def measure(
    engine: TravelEngine, demand: Demand, supply: Supply, radii: tuple[Radius, ...], findings: tuple[Finding, ...] = ()
) -> Coverage:
    """Coverage of `demand` by `supply`; being at exactly the radius counts as within it.

    Rural people whose nearest junior school boards are not assessed; a finding says how many they are.
    """
    nearest = engine.nearest(demand.xy, supply.xy)
    reach = reach_m(demand, radii)
    exempt = without_radius(engine, demand, supply, nearest) & ~np.isnan(reach)
    assessed = ~np.isnan(reach) & ~exempt
    return Coverage(
        stage=supply.stage,
        travel=engine.travel,
        radii=radii,
        demand=demand,
        supply=supply,
        school=nearest.target,
        distance_m=nearest.distance_m,
        assessed=assessed,
        covered=assessed & (nearest.distance_m <= np.nan_to_num(reach) + TOUCH_M),
        findings=(*engine.findings, *findings, *boarding_findings(demand, supply, exempt)),
    )
