"""Access to school of a whole project: how far, for whom farthest, and with how many seats per pupil."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.coverage.access_notes import about_people, about_seats
from geoplan.coverage.equity import Lorenz, lorenz
from geoplan.coverage.reach import PERCENTS, Reach, Worst, reach_of, worst_of
from geoplan.coverage.two_step import two_step
from geoplan.errors import ProblemError, TravelError
from geoplan.travel import TravelMatrix
from geoplan.types import Area
from geoplan.units import percent

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geoplan.coverage.served import Coverage
    from geoplan.coverage.two_step import Decay
    from geoplan.demand import Demand
    from geoplan.travel import TravelEngine
    from geoplan.types import Finding

_HEADS_ZH = {"pupils": "学生", "people": "人口"}


@dataclass(frozen=True, eq=False)
class AccessReport:
    """Access to the schools of a stage by one travel mode.

    Attributes:
        coverage: what it was computed from.
        counts: what all counts are: `pupils` where the layers tell them, else `people`.
        weight: heads at each demand point, shape (m,).
        catchment_m: the farthest that a school counts for its seats; None where seats were not looked at.
        access: seats per head at each demand point, shape (m,), nan where unknown; None where no seats are known.
        counts_private: seats of private schools are among them.
        whole: everyone.
        areas: town and country, where people live in them.
        districts: in the order of the layer.
        worst: the 5 % with the longest way; None where nobody reaches a school.
        findings: what was left out or assumed.
    """

    coverage: Coverage
    counts: str
    weight: NDArray[np.float64]
    catchment_m: float | None
    access: NDArray[np.float64] | None
    counts_private: bool
    whole: Reach
    areas: tuple[Reach, ...]
    districts: tuple[Reach, ...]
    worst: Worst | None
    findings: tuple[Finding, ...]

    @property
    def lorenz(self) -> Lorenz | None:
        """Lorenz curve of seats per head, for a chart; None where no seats are known."""
        if self.access is None:
            return None
        known = ~np.isnan(self.access)
        return lorenz(self.access[known], self.weight[known])

    @property
    def zh(self) -> str:
        """One line in Chinese."""
        stage, travel, whole = self.coverage.stage.zh, self.coverage.travel.zh, self.whole
        parts = [f"半径内 {percent(whole.within, whole.assessed)}"]
        if self.worst is not None and whole.percentiles_m:
            parts.append(f"到最近学校中位 {whole.percentiles_m[0]:,.0f} m，95% 不超过 {whole.percentiles_m[-1]:,.0f} m")
            parts.append(f"最远的 5% 平均 {self.worst.mean_m:,.0f} m")
        if whole.unreachable > 0:
            parts.append(f"无校可达 {whole.unreachable:,.0f}")
        if whole.seats is not None:
            seats = whole.seats
            each = "生" if self.counts == "pupils" else "人"
            whose = "" if self.counts_private else "公办"
            parts.append(f"{each}均可及{whose}学位 {seats.mean:.2f} 个，基尼系数 {seats.gini:.2f}")
            if seats.below_one is not None:
                parts.append(f"不足 1 个的占 {percent(seats.below_one, seats.counted)}")
        return f"{stage}（{travel}，按{_HEADS_ZH[self.counts]}计）：{'；'.join(parts)}。"

    @property
    def en(self) -> str:
        """One line in English."""
        stage, travel, whole = self.coverage.stage.value, self.coverage.travel.value, self.whole
        parts = [f"{percent(whole.within, whole.assessed)} within the limit"]
        if self.worst is not None and whole.percentiles_m:
            parts.append(f"median way {whole.percentiles_m[0]:,.0f} m, 95% within {whole.percentiles_m[-1]:,.0f} m")
            parts.append(f"the worst 5% go {self.worst.mean_m:,.0f} m on average")
        if whole.unreachable > 0:
            parts.append(f"{whole.unreachable:,.0f} reach no school")
        if whole.seats is not None:
            seats = whole.seats
            each = "pupil" if self.counts == "pupils" else "resident"
            parts.append(f"{seats.mean:.2f} seats per {each} in reach, Gini {seats.gini:.2f}")
            if seats.below_one is not None:
                parts.append(f"{percent(seats.below_one, seats.counted)} with less than one")
        return f"{stage} ({travel}, by {self.counts}): {'; '.join(parts)}."

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "stage": self.coverage.stage.value,
            "travel": self.coverage.travel.value,
            "counts": self.counts,
            "percents": list(PERCENTS),
            "catchment_m": self.catchment_m,
            "zh": self.zh,
            "en": self.en,
            "whole": self.whole.as_dict(),
            "areas": [each.as_dict() for each in self.areas],
            "districts": [each.as_dict() for each in self.districts],
            "worst": None if self.worst is None else self.worst.as_dict(),
            "findings": [each.as_dict() for each in self.findings],
        }

    def __repr__(self) -> str:
        return f"AccessReport({self.en})"


def access_report(
    coverage: Coverage,
    way: TravelEngine | TravelMatrix,
    *,
    seats: NDArray[np.float64] | None = None,
    catchment_m: float | None = None,
    decay: Decay | None = None,
    choice: bool = False,
) -> AccessReport:
    """How far people have to school, who has it farthest, and how many seats per pupil are in reach.

    Everything is weighted by pupils of the stage where the layers tell them, else by residents; the report says
    which. Seats are those of all schools in the supply: leave private ones out by giving them nan or 0.

    Args:
        coverage: of a stage and travel mode.
        way: the engine that measured it, or a matrix from its demand points to its schools.
        seats: seats of the stage in each school, shape (n,), nan where unknown; without it the schools' whole
            capacity, which counts a nine-year school fully in each of its stages.
        catchment_m: how far a school's seats count; without it the limit in force where people live, and those
            without a limit have no figure. Only with an engine: a matrix brings its own.
        decay, choice: see `two_step`.

    Raises:
        ProblemError: a matrix or seats that do not fit the coverage, or a catchment beside a matrix.
        TravelError: the engine is not the one of the coverage.
    """
    weight, knows_pupils = _heads(coverage.demand)
    matrix, has_catchment = _catchments(coverage, way, catchment_m)
    own = coverage.supply.seats if seats is None else np.asarray(seats, dtype=float)
    found = two_step(matrix, seats=own, demand=weight, decay=decay, choice=choice)
    usable = bool(has_catchment.any() and not found.left_out.all())
    access = np.where(has_catchment, found.access, np.nan) if usable else None
    whole, areas, districts = _places(coverage, partial(reach_of, coverage, weight, access, pupils=knows_pupils))
    return AccessReport(
        coverage=coverage,
        counts="pupils" if knows_pupils else "people",
        weight=weight,
        catchment_m=matrix.cutoff_m if usable else None,
        access=access,
        counts_private=bool((np.nan_to_num(own)[~coverage.supply.is_public] > 0).any()),
        whole=whole,
        areas=areas,
        districts=districts,
        worst=worst_of(coverage, weight),
        findings=(
            *about_people(coverage, weight, has_catchment, knows_pupils=knows_pupils),
            *about_seats(coverage, weight, found, whole_capacity=seats is None),
        ),
    )


def _heads(demand: Demand) -> tuple[NDArray[np.float64], bool]:
    """Pupils at each point and True where the layers tell them, else people and False."""
    if demand.pupils is not None and demand.pupils.sum() > 0:
        return demand.pupils, True
    return demand.people, False


def _places(coverage: Coverage, reach: Callable[..., Reach]) -> tuple[Reach, tuple[Reach, ...], tuple[Reach, ...]]:
    """Everyone, town and country, and the districts."""
    demand, units = coverage.demand, coverage.demand.units
    return (
        reach(where=np.ones(len(demand), dtype=bool)),
        tuple(
            reach(where=demand.area == area.value, place=area.value, name=area.zh)
            for area in (Area.URBAN, Area.RURAL)
            if (demand.area == area.value).any()
        ),
        tuple(
            reach(where=demand.district == row, place=each, name=units.district_names[row])
            for row, each in enumerate(units.district_ids)
        ),
    )


def _catchments(
    coverage: Coverage, way: TravelEngine | TravelMatrix, catchment_m: float | None
) -> tuple[TravelMatrix, NDArray[np.bool_]]:
    """Which schools' seats count for whom, and who has a catchment at all."""
    demand, supply = coverage.demand, coverage.supply
    everybody = np.ones(len(demand), dtype=bool)
    if isinstance(way, TravelMatrix):
        if catchment_m is not None:
            raise ProblemError("A matrix brings its own catchment, its cut-off: give catchment_m with an engine only.")
        return way, everybody
    if way.travel is not coverage.travel:
        raise TravelError(f"The coverage is by {coverage.travel}, the engine by {way.travel}: measure both alike.")
    if catchment_m is not None:
        return way.within(demand.xy, supply.xy, catchment_m), everybody
    limit_m = coverage.reach_m()
    has_limit = ~np.isnan(limit_m)
    # a reach below zero is nobody's
    return way.within(demand.xy, supply.xy, np.where(has_limit, limit_m, -1.0)), has_limit
