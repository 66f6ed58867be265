"""Housing yield (住房产生率法): pupils of new estates, by the year in which homes are handed over.

Homes × pupils per home, by delivery year, as districts abroad do it (planning.md 3.2 no. 4, [S44]). A yield has a year
and a source, from a count in estates of some years ago; none is shipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.demand.forecasting.assumptions import Assumptions, Figure
from geoplan.demand.forecasting.forecast import Forecast, Method, Scenario
from geoplan.demand.places import WHOLE, match_places, places_of
from geoplan.errors import InputError
from geoplan.types import Finding, Severity, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from geoplan.demand.forecasting.assumptions import Sentence


@dataclass(frozen=True)
class Housing:
    """How homes become pupils.

    Attributes:
        pupils_per_home: by stage, with year and source.
        people_per_home: for estates that give people and no homes; None leaves them out.
        floor_area_m2_per_home: for estates that give floor area only; None leaves them out.
        phases: share of the homes lived in from each year after delivery on, the first in the year itself; adds up
            to at most 1.
    """

    pupils_per_home: Mapping[Stage, Figure]
    people_per_home: Figure | None = None
    floor_area_m2_per_home: Figure | None = None
    phases: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        for stage, figure in self.pupils_per_home.items():
            if figure.sourced(f"A yield of {stage}").value < 0:
                raise InputError(f"Expected pupils per home of at least 0, found {figure.value:g}.")
        for divisor in (self.people_per_home, self.floor_area_m2_per_home):
            if divisor is not None and divisor.value <= 0:
                raise InputError(f"Expected people or floor area of a home above 0, found {divisor.value:g}.")
        if not self.phases or min(self.phases) < 0 or sum(self.phases) > 1 + 1e-9:
            raise InputError(f"Expected phases of at least 0 that add up to at most 1, found {self.phases}.")

    def sentences(self) -> tuple[Sentence, ...]:
        """All of it in words."""
        lines = [
            (f"{stage.zh}每户 {figure.value:g} 人{figure.origin[0]}",
             f"{figure.value:g} pupils of {stage.value} per home{figure.origin[1]}")
            for stage, figure in self.pupils_per_home.items()
        ]  # fmt: skip
        if self.people_per_home is not None:
            figure = self.people_per_home
            lines.append((f"户均 {figure.value:g} 人{figure.origin[0]}",
                          f"{figure.value:g} people per home{figure.origin[1]}"))  # fmt: skip
        if self.floor_area_m2_per_home is not None:
            figure = self.floor_area_m2_per_home
            lines.append((f"户均建筑面积 {figure.value:g} 平方米{figure.origin[0]}",
                          f"{figure.value:g} m² per home{figure.origin[1]}"))  # fmt: skip
        shares = "、".join(f"{100 * share:g}%" for share in self.phases)
        return (
            *lines,
            (f"交付当年起逐年入住 {shares}（假定）", f"Moved into from the delivery year: {shares} (assumed)"),
        )


def homes_of(estates: pd.DataFrame, housing: Housing) -> NDArray[np.float64]:
    """Homes of each estate: households, else people or floor area divided by those of a home; NaN where none helps."""
    blank = np.full(len(estates), np.nan)

    def column(name: str) -> NDArray[np.float64]:
        return estates[name].to_numpy(dtype=float) if name in estates else blank

    homes = column("households")
    for name, divisor in (("people", housing.people_per_home), ("floor_area_m2", housing.floor_area_m2_per_home)):
        if divisor is not None:
            homes = np.where(np.isnan(homes), column(name) / divisor.value, homes)
    return homes


def forecast_housing(
    estates: pd.DataFrame,
    housing: Housing,
    years: Sequence[int],
    *,
    places: Mapping[str, str] | None = None,
    assumptions: Assumptions | None = None,
    scenario: Scenario = Scenario.MIDDLE,
    file: str = "",
) -> Forecast:
    """Pupils of new estates by place, to be read beside a forecast of those who live there already, or added to it.

    Args:
        estates: columns delivery, households or people or floor_area_m2, district.
        housing: yields and phases.
        years: autumns, ascending.
        places: name by id; None to take those that the estates name.
        assumptions: only the scenario's `migration_factor` is used: new homes fill by moving.
        scenario: which course it takes.
        file: for the findings.
    """
    known = places_of(estates) if places is None else dict(places) or {"": ""}
    at, findings = match_places(estates, known, layer="estates", file=file)
    if list(known) == [""]:
        at = np.where(at == WHOLE, 0, at)
    homes, delivery = (
        homes_of(estates, housing),
        (estates["delivery"].to_numpy(float) if "delivery" in estates else np.full(len(estates), np.nan)),
    )
    span = np.asarray(years, dtype=np.int64)
    good = (at >= 0) & ~np.isnan(homes) & ~np.isnan(delivery)
    steps = np.concatenate([[0.0], np.cumsum(housing.phases)])
    since = np.clip(span[None, :] - delivery[good][:, None] + 1, 0, len(housing.phases)).astype(np.int64)
    lived = np.zeros((len(known), len(span)))
    np.add.at(lived, at[good], homes[good][:, None] * steps[since])
    factor = (assumptions or Assumptions()).migration_factor[scenario]
    moved = (f"{scenario.zh}：入住乘以 {factor:g}（假定）", f"{scenario.value}: moving in times {factor:g} (assumed)")
    return Forecast(
        method=Method.HOUSING,
        scenario=scenario,
        places=tuple(known),
        names=tuple(known.values()),
        years=span,
        pupils={stage: lived * figure.value * factor for stage, figure in housing.pupils_per_home.items()},
        by_age=None,
        assumptions=(*housing.sentences(), moved),
        findings=(*findings, *_left_out(estates, good, homes, delivery, file)),
    )


def _left_out(
    estates: pd.DataFrame, good: NDArray[np.bool_], homes: NDArray[np.float64], delivery: NDArray[np.float64], file: str
) -> tuple[Finding, ...]:
    rows = np.flatnonzero(~good)
    if not len(rows):
        return ()
    return (
        Finding(
            Severity.WARNING,
            "estates-left-out",
            f"{len(rows)} of {len(good)} estates are not counted: {int(np.isnan(delivery).sum())} without a delivery "
            f"year, {int(np.isnan(homes).sum())} without homes, the others without a district.",
            why="Their pupils are missing from the forecast.",
            fix="Give households and delivery, or people per home or floor area per home, and the district.",
            layer="estates",
            file=file,
            rows=tuple(str(estates.index[row]) for row in rows[:5]),
            count=len(rows),
        ),
    )
