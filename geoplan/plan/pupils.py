"""Pupils and seats of a project: forecasts by every method that its tables can feed, and the balance of seats."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.demand import (
    Balance,
    Forecast,
    Housing,
    Method,
    Scenario,
    backtest_progression,
    balance_seats,
    districts_of,
    entries_from_children,
    entry_ages,
    forecast_cohort,
    forecast_housing,
    forecast_progression,
    forecast_ratio,
    read_births,
    read_cohorts,
    read_history,
    school_offers,
)
from geoplan.errors import InputError
from geoplan.plan.pupil_assumptions import assumptions_of, figure
from geoplan.types import Finding, Severity, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from geoplan.config import ProjectConfig
    from geoplan.coverage import AccessReport
    from geoplan.demand import Assumptions, Backtest, Offers, Units
    from geoplan.rules import Profile
    from geoplan.types import Layers


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
    """

    forecasts: tuple[Forecast, ...]
    others: tuple[Forecast, ...]
    backtest: Backtest | None
    offers: Offers | None
    balance: Balance | None
    years: tuple[int, ...]
    access: tuple[AccessReport, ...]
    findings: tuple[Finding, ...]

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


@dataclass(frozen=True, eq=False)
class PupilSources:
    """What pupils are forecast from.

    Attributes:
        units: the population, or None where the project has none.
        profile: whose enrolment targets are used where project.toml gives none.
        caps: most pupils of a class, by stage.
    """

    config: ProjectConfig
    layers: Layers
    units: Units | None
    profile: Profile
    caps: Mapping[Stage, int]

    @property
    def places(self) -> dict[str, str] | None:
        """Names of the districts by id, or None without districts."""
        districts = self.layers.districts
        return None if districts is None else {str(key): str(name) for key, name in districts.frame["name"].items()}


def forecast_pupils(sources: PupilSources, *, method: Method | None = None) -> dict[Method, tuple[Forecast, ...]]:
    """Forecasts by method, low, middle and high: of every method that the tables feed, or only of `method`.

    Raises:
        InputError: no method can be fed, or not the one that was asked for; the message says what each one needs.
    """
    assumptions = assumptions_of(sources.config.forecast, sources.profile)
    makers: dict[Method, Callable[[PupilSources, Assumptions], tuple[Forecast, ...]]] = {
        Method.COHORT: _cohort,
        Method.PROGRESSION: _progression,
        Method.RATIO: _ratio,
        Method.HOUSING: _housing,
        Method.COUNTED: _counted,
    }
    found: dict[Method, tuple[Forecast, ...]] = {}
    for each, make in makers.items():
        # the count of today is no forecast: it only stands in where there is none
        if (
            (method in {None, each})
            and (each is not Method.COUNTED or not found)
            and (made := make(sources, assumptions))
        ):
            found[each] = made
    if not found:
        asked = f"The method {method.value} ({method.zh})" if method is not None else "No method"
        raise InputError(f"{asked} cannot be used. {_NEEDS}")
    return found


_NEEDS = (
    "cohort needs the table ages (children by year of age); progression needs enrolment (pupils by school year and "
    "grade, two years or more); ratio needs [forecast] birth_rate with year and source, and people by district; "
    "housing needs the layer estates and [forecast] pupils_per_household; without any of them pupils of today are "
    "taken from the population layer (pupils_kindergarten, pupils_primary, ...)."
)


def leading(found: Mapping[Method, Sequence[Forecast]], wanted: str | None) -> Method:
    """The method that the balance is made with: the one asked for, else the first at hand that covers everyone.

    Raises:
        InputError: the one asked for cannot be used.
    """
    if wanted is not None:
        if Method(wanted) not in found:
            raise InputError(f"[forecast] method = {wanted!r} cannot be used. {_NEEDS}")
        return Method(wanted)
    # new homes alone are not a city's pupils
    return next((method for method in found if method is not Method.HOUSING), Method.HOUSING)


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
        data_year=int(forecast.years[0]),
    )
    parts, findings = [], list(offers.findings)
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


def shown_years(config: ProjectConfig, forecast: Forecast) -> tuple[int, ...]:
    """The years of the balance that are shown: as project.toml says, else the first and every fifth (2025, 2030, …)."""
    span = [int(year) for year in forecast.years]
    wanted = config.balance.years or (span[0], *(year for year in span if year % 5 == 0))
    return tuple(sorted({year for year in wanted if year in span}))


def _file(layers: Layers, role: str) -> str:
    found = layers.of(role)
    return "" if found is None else found.file


def _cohort(sources: PupilSources, assumptions: Assumptions) -> tuple[Forecast, ...]:
    layers = sources.layers
    if layers.ages is None:
        return ()
    cohorts = read_cohorts(layers.ages.frame, sources.places, file=layers.ages.file)
    if not cohorts.places:
        return ()
    births = None if layers.births is None else layers.births.frame
    recorded = read_births(births, cohorts, file=_file(layers, "births"))
    until = sources.config.forecast.until
    return tuple(
        forecast_cohort(cohorts, assumptions, until=until, births=recorded, scenario=scenario, stages=_stages(sources))
        for scenario in Scenario
    )


def _stages(sources: PupilSources) -> tuple[Stage, ...]:
    """The project's stages, in the order of schooling."""
    return tuple(stage for stage in Stage if stage in sources.config.stages)


def _progression(sources: PupilSources, assumptions: Assumptions) -> tuple[Forecast, ...]:
    layers = sources.layers
    if layers.enrolment is None:
        return ()
    homes = {} if layers.schools is None else _homes(layers)
    history = read_history(layers.enrolment.frame, sources.places, school_district=homes, file=layers.enrolment.file)
    if len(history.years) < 2:
        return ()
    until = sources.config.forecast.until
    children = _cohort(sources, assumptions)
    found = []
    for position, scenario in enumerate(Scenario):
        entries = _entries(history, children[position], until) if children else None
        made = forecast_progression(history, assumptions, until=until, entries=entries, scenario=scenario)
        found.append(
            replace(made, pupils={stage: made.pupils[stage] for stage in _stages(sources) if stage in made.pupils})
        )
    return tuple(found)


def _entries(history: Any, children: Forecast, until: int) -> dict[int, NDArray[np.float64]] | None:  # noqa: ANN401
    """Pupils who enter from below: the children of that age by the cohort method, where it knows the same places."""
    if children.by_age is None or children.places != history.places:
        return None
    return {
        age: entries_from_children(history, age, children.years, children.by_age[:, :, age], until=until)
        for age in entry_ages(history)
    }


def _homes(layers: Layers) -> dict[str, str]:
    """District id of each school, by its id and by its name."""
    district = districts_of(layers, "schools")
    names = layers.schools.frame["name"] if layers.schools is not None else ()
    return {
        **{str(name): str(where) for name, where in zip(names, district, strict=True) if name},
        **{str(key): str(where) for key, where in district.items()},
    }


def _ratio(sources: PupilSources, assumptions: Assumptions) -> tuple[Forecast, ...]:
    rate, people = sources.config.forecast.birth_rate, _people(sources)
    if rate is None or people is None:
        return ()
    first = _first_year(sources)
    years = list(range(first, max(sources.config.forecast.until, first) + 1))
    return tuple(
        forecast_ratio(
            np.array(list(people.values())), years, figure(rate), places=sources.places or {"": ""},
            assumptions=assumptions, scenario=scenario, stages=_stages(sources),
        )
        for scenario in Scenario
    )  # fmt: skip


def _people(sources: PupilSources) -> dict[str, float] | None:
    """People of each district: from the districts layer, else from the population."""
    districts, units = sources.layers.districts, sources.units
    if districts is not None and "people" in districts.frame and districts.frame["people"].notna().all():
        return {str(key): float(value) for key, value in districts.frame["people"].items()}
    if units is None or units.counts == "pupils":
        return None
    if districts is None:
        return {"": float(units.people.sum())}
    inside = units.district >= 0
    sums = np.bincount(units.district[inside], units.people[inside], minlength=len(units.district_ids))
    return dict(zip(units.district_ids, sums.tolist(), strict=True))


def _housing(sources: PupilSources, assumptions: Assumptions) -> tuple[Forecast, ...]:
    layers, yields = sources.layers, sources.config.forecast.pupils_per_household
    if layers.estates is None or not yields:
        return ()
    frame = layers.estates.frame.assign(district=districts_of(layers, "estates"))
    first = _first_year(sources)
    years = list(range(first, max(sources.config.forecast.until, first) + 1))
    housing = Housing({stage: figure(each) for stage, each in yields.items()})
    return tuple(
        forecast_housing(
            frame, housing, years, places=sources.places, assumptions=assumptions, scenario=scenario,
            file=layers.estates.file,
        )
        for scenario in Scenario
    )  # fmt: skip


def _first_year(sources: PupilSources) -> int:
    """The year of the data.

    Raises:
        InputError: project.toml names none.
    """
    digits = sources.config.data_date[:4]
    if not digits.isdigit():
        raise InputError('The year of the data is not known. Write data_date = "2025-09-01" under [project].')
    return int(digits)


def _counted(sources: PupilSources, _assumptions: Assumptions) -> tuple[Forecast, ...]:
    """Pupils of today as the population layer has them: one year, no scenario."""
    units = sources.units
    if units is None or not units.pupils:
        return ()
    places = sources.places or {"": ""}
    inside = units.district >= 0 if sources.places else np.ones(len(units), dtype=bool)
    at = np.maximum(units.district, 0)[inside]
    pupils = {
        stage: np.bincount(at, units.pupils[stage.value][inside], minlength=len(places))[:, None].astype(float)
        for stage in _stages(sources)
        if stage.value in units.pupils
    }
    said = ("学生数取自人口图层，不作预测", "Pupils are those of the population layer; nothing is forecast")
    return (
        Forecast(
            Method.COUNTED, Scenario.MIDDLE, tuple(places), tuple(places.values()),
            np.array([_first_year(sources)]), pupils, None, (said,), units.findings,
        ),
    )  # fmt: skip


def back_test(sources: PupilSources) -> Backtest | None:
    """Grade progression against the last years of its own history, or None without a history."""
    layers = sources.layers
    if layers.enrolment is None:
        return None
    homes = {} if layers.schools is None else _homes(layers)
    history = read_history(layers.enrolment.frame, sources.places, school_district=homes, file=layers.enrolment.file)
    return backtest_progression(history) if len(history.years) else None
