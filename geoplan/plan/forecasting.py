"""Forecasts of a project: every method that its tables can feed, from the same assumptions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.demand import (
    AGES,
    Forecast,
    Housing,
    Method,
    Scenario,
    backtest_progression,
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
)
from geoplan.demand.seats.register import ids_by_name
from geoplan.errors import InputError
from geoplan.plan.pupil_assumptions import assumptions_of, figure
from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from geoplan.config import ProjectConfig
    from geoplan.demand import Assumptions, Backtest, Cohorts, History, Units
    from geoplan.rules import Profile
    from geoplan.types import Finding, Layers


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
            found[each] = tuple(replace(one, since=data_year(sources.config)) for one in made)
    if not found:
        asked = f"The method {method.value} ({method.zh}) cannot" if method is not None else "No method can"
        raise InputError(f"{asked} be used. {_NEEDS}")
    return found


_NEEDS = (
    "cohort needs the table ages (children by year of age); progression needs enrolment (pupils by school year and "
    "grade, two years or more); ratio needs [forecast] birth_rate with year and source, and people by district; "
    "housing needs the layer estates and [forecast] pupils_per_household; without any of them pupils of today are "
    "taken from the population layer (pupils_kindergarten, pupils_primary, ...)."
)


def leading(found: Mapping[Method, Sequence[Forecast]], wanted: str | None) -> Method:
    """The method that the balance is made with: the one asked for, else the first of those with most places.

    Raises:
        InputError: the one asked for cannot be used.
    """
    if wanted is not None:
        if Method(wanted) not in found:
            raise InputError(f"[forecast] method = {wanted!r} cannot be used. {_NEEDS}")
        return Method(wanted)
    # new homes alone are not a city's pupils
    whole: list[Method] = [method for method in found if method is not Method.HOUSING]
    return max(whole or [Method.HOUSING], key=lambda method: len(found[method][0].places))


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
    cohorts = replace(cohorts, findings=tuple(_that_matter(cohorts, _stages(sources))))
    births = None if layers.births is None else layers.births.frame
    recorded = read_births(births, cohorts, file=_file(layers, "births"))
    until = sources.config.forecast.until
    return tuple(
        forecast_cohort(cohorts, assumptions, until=until, births=recorded, scenario=scenario, stages=_stages(sources))
        for scenario in Scenario
    )


def _that_matter(cohorts: Cohorts, stages: Sequence[Stage]) -> list[Finding]:
    """Findings, but for children who are missing only at ages that none of the project's stages has."""
    oldest = max(AGES[stage][-1] for stage in stages)
    missing = np.flatnonzero(np.isnan(cohorts.children).any(axis=0))
    is_beyond = not len(missing) or missing[0] > oldest
    return [each for each in cohorts.findings if not (is_beyond and each.code == "ages-gap")]


def _stages(sources: PupilSources) -> tuple[Stage, ...]:
    """The project's stages, in the order of schooling."""
    return tuple(stage for stage in Stage if stage in sources.config.stages)


def _progression(sources: PupilSources, assumptions: Assumptions) -> tuple[Forecast, ...]:
    layers = sources.layers
    if layers.enrolment is None:
        return ()
    history = read_history(
        layers.enrolment.frame, sources.places, school_district=_homes(layers), file=layers.enrolment.file
    )
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


def _entries(history: History, children: Forecast, until: int) -> dict[int, NDArray[np.float64]] | None:
    """Pupils who enter from below: the children of that age by the cohort method, where it knows the same places."""
    if children.by_age is None or children.places != history.places:
        return None
    return {
        age: entries_from_children(history, age, children.years, children.by_age[:, :, age], until=until)
        for age in entry_ages(history)
    }


def _homes(layers: Layers) -> dict[str, str]:
    """District id of each school, by its id and by its name; a name that two schools share stands for neither."""
    if layers.schools is None:
        return {}
    district = districts_of(layers, "schools")
    names = {str(key): str(name) for key, name in layers.schools.frame["name"].items()}
    return {name: str(district[key]) for name, key in ids_by_name(names).items()}


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


def data_year(config: ProjectConfig) -> int | None:
    """The year that the layers describe, or None where project.toml names none."""
    digits = config.data_date[:4]
    return int(digits) if digits.isdigit() else None


def _first_year(sources: PupilSources) -> int:
    """The year of the data.

    Raises:
        InputError: project.toml names none.
    """
    found = data_year(sources.config)
    if found is None:
        raise InputError('The year of the data is not known. Write data_date = "2025-09-01" under [project].')
    return found


def _counted(sources: PupilSources, _assumptions: Assumptions) -> tuple[Forecast, ...]:
    """Pupils of today as the population layer has them, held level to the last year asked for: no scenario."""
    units = sources.units
    if units is None or not units.pupils:
        return ()
    places = sources.places or {"": ""}
    inside = units.district >= 0 if sources.places else np.ones(len(units), dtype=bool)
    at = np.maximum(units.district, 0)[inside]
    first = _first_year(sources)
    years = np.arange(first, max((first, *sources.config.balance.years)) + 1)
    pupils = {
        stage: np.bincount(at, units.pupils[stage.value][inside], minlength=len(places))[:, None] * np.ones(len(years))
        for stage in _stages(sources)
        if stage.value in units.pupils
    }
    said = [("学生数取自人口图层，不作预测", "Pupils are those of the population layer; nothing is forecast")]
    said += _held_level(years)
    return (
        Forecast(
            Method.COUNTED, Scenario.MIDDLE, tuple(places), tuple(places.values()),
            years, pupils, None, tuple(said), units.findings,
        ),
    )  # fmt: skip


def _held_level(years: NDArray[np.int64]) -> list[tuple[str, str]]:
    first, last = int(years[0]), int(years[-1])
    if first == last:
        return []
    zh = f"没有分龄人口或学籍资料：{first + 1}—{last} 年各年学生数按 {first} 年人数不变计（假定）"
    return [(zh, f"No table of ages or enrolment: pupils of {first} are held level to {last} (assumed)")]


def back_test(sources: PupilSources) -> Backtest | None:
    """Grade progression against the last years of its own history, or None without a history."""
    layers = sources.layers
    if layers.enrolment is None:
        return None
    history = read_history(
        layers.enrolment.frame, sources.places, school_district=_homes(layers), file=layers.enrolment.file
    )
    return backtest_progression(history) if len(history.years) else None
