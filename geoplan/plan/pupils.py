"""Pupils and seats of a project: its forecasts, and the balance of seats against the leading one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.demand import (
    Balance,
    Housing,
    Scenario,
    SchoolThreshold,
    balance_seats,
    districts_of,
    pool_estates,
    read_estates,
    school_offers,
)
from geoplan.errors import InputError
from geoplan.plan.forecasting import data_year
from geoplan.plan.pupil_assumptions import figure
from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geoplan.config import ProjectConfig
    from geoplan.coverage import AccessReport
    from geoplan.demand import Backtest, EstateSchools, Forecast, Offers
    from geoplan.plan.forecasting import PupilSources
    from geoplan.types import Stage


@dataclass(frozen=True, eq=False)
class PupilPlan:
    """Pupils by stage, place and year, seats against them, and who reaches seats.

    Attributes:
        forecasts: of the leading method, low, middle and high (one for a method without scenarios).
        others: of the other methods that the tables feed, middle scenario.
        backtest: of grade progression on its own history, or None without one.
        offers: the seats of every school, or None without schools.
        balance: over all years of the leading forecast, or None without schools.
        years: the years that are shown of it.
        access: by stage, or () without places.
        estates: which estates carry a school of their own and which are pooled, or None without thresholds.
    """

    forecasts: tuple[Forecast, ...]
    others: tuple[Forecast, ...]
    backtest: Backtest | None
    offers: Offers | None
    balance: Balance | None
    years: tuple[int, ...]
    access: tuple[AccessReport, ...]
    findings: tuple[Finding, ...]
    estates: EstateSchools | None = None

    @property
    def middle(self) -> Forecast:
        """The forecast that the balance is made with."""
        return next((each for each in self.forecasts if each.scenario is Scenario.MIDDLE), self.forecasts[0])

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON: the balance of the years shown."""
        rows = self.balance.rows if self.balance is not None else ()
        return {
            "forecasts": [each.as_dict() for each in (*self.forecasts, *self.others)],
            "back_test": [row.as_dict() for row in self.backtest.rows] if self.backtest is not None else [],
            "years": list(self.years),
            "balance": [row.as_dict() for row in rows if row.year in self.years],
            "access": [each.as_dict() for each in self.access],
        }


def balance_pupils(
    sources: PupilSources, forecast: Forecast, *, reach: Mapping[Stage, Mapping[str, Sequence[str]]] | None = None
) -> tuple[Offers, Balance]:
    """Seats against a forecast, of each stage in the years in which all its pupils are known.

    Args:
        reach: by stage, for each district the others whose seats its pupils can reach.

    Raises:
        InputError: the project has no schools.
    """
    schools, projects = sources.layers.schools, sources.layers.projects
    if schools is None:
        raise InputError("A balance needs the layer schools with classes or capacity.")
    caps = dict(sources.caps) | dict(sources.config.balance.caps)
    offers = school_offers(
        schools.frame,
        caps,
        place=districts_of(sources.layers, "schools"),
        projects=None if projects is None else projects.frame,
        project_place=None if projects is None else districts_of(sources.layers, "projects"),
        # projects that were finished when the schools were counted stand in the schools layer already
        data_year=data_year(sources.config) or int(forecast.years[0]),
    )
    parts, findings = [], [*offers.findings, *_places_missing(sources, forecast)]
    offers = _only_of(offers, forecast.places)
    for stage, table in forecast.pupils.items():
        known = np.isfinite(table).all(axis=0)
        if not known.all():
            findings.append(_blank_years(stage, forecast.years[~known]))
        if known.any():
            part = balance_seats(
                {stage: table[:, known]},
                replace(offers, findings=()),
                forecast.years[known],
                places=forecast.places,
                names=forecast.names if forecast.places != ("",) else ("",),
                reach=_among(reach.get(stage, {}), forecast.places) if reach else None,
            )
            parts.append(part)
    return offers, Balance(
        rows=tuple(row for part in parts for row in part.rows),
        caps={stage: cap for part in parts for stage, cap in part.caps.items()},
        findings=tuple(dict.fromkeys([*findings, *(each for part in parts for each in part.findings)])),
        loans=tuple(loan for part in parts for loan in part.loans),
    )


def _only_of(offers: Offers, places: Sequence[str]) -> Offers:
    """Offers of the districts that the forecast speaks of, and those of none; seats elsewhere are nobody's here."""
    if tuple(places) == ("",):
        return offers
    return replace(offers, rows=tuple(row for row in offers.rows if row.place in places or not row.place))


def _places_missing(sources: PupilSources, forecast: Forecast) -> list[Finding]:
    """A warning where the forecast leaves districts out: neither their pupils nor their seats are in the balance."""
    missing = {key: name for key, name in (sources.places or {}).items() if key not in forecast.places}
    if not missing or forecast.places == ("",):
        return []
    return [
        Finding(
            Severity.WARNING,
            "districts-not-balanced",
            f"{len(missing)} districts have no pupils in the forecast ({forecast.method.value}): "
            f"{', '.join(list(missing.values())[:5])}{', …' if len(missing) > 5 else ''}.",
            why="The whole area below is the other districts together: neither pupils nor seats of these are in it.",
            fix="Add their rows to the table of children, or choose another method in [forecast].",
            layer="ages",
            rows=tuple(missing)[:5],
            count=len(missing),
        )
    ]


def _among(reach: Mapping[str, Sequence[str]], places: Sequence[str]) -> dict[str, list[str]]:
    """Only districts that the forecast speaks of."""
    return {unit: [other for other in others if other in places] for unit, others in reach.items() if unit in places}


def _blank_years(stage: Stage, years: NDArray[np.int64]) -> Finding:
    return Finding(
        Severity.WARNING,
        "years-not-balanced",
        f"{stage.zh} {stage.value}: pupils are unknown in {', '.join(map(str, years))}; no balance is made then.",
        why="Their ages are not in the table of children.",
        fix="Add the missing ages (up to 17 for senior schools).",
        layer="ages",
    )


def estate_schools(sources: PupilSources, years: Sequence[int]) -> EstateSchools | None:
    """Estates against the thresholds of project.toml (ZZ-R-09: small ones are pooled); None without either."""
    layers, given = sources.layers, sources.config.balance.thresholds
    if layers.estates is None or not given:
        return None
    yields = sources.config.forecast.pupils_per_household
    housing = Housing({stage: figure(each) for stage, each in yields.items()}) if yields else None
    thresholds = [
        SchoolThreshold(stage, each.source, "user", people=each.people, households=each.households)
        for stage, each in given.items()
    ]
    frame = layers.estates.frame
    district = districts_of(layers, "estates")
    unit = frame.get("unit", district)
    place = unit.where(unit.astype(str) != "", district)
    caps = dict(sources.caps) | dict(sources.config.balance.caps)
    return pool_estates(read_estates(frame, housing, place=place), thresholds, caps, years=years)


def shown_years(config: ProjectConfig, forecast: Forecast) -> tuple[int, ...]:
    """The years of the balance that are shown: as project.toml says, else the first and every fifth (2025, 2030, …)."""
    span = [int(year) for year in forecast.years]
    wanted = config.balance.years or (span[0], *(year for year in span if year % 5 == 0))
    return tuple(sorted({year for year in wanted if year in span}))
