"""What a project adds up to: pupils against seats, and the ledger of clauses; from whatever layers are at hand.

Rosters and census tables are enough for both: nothing here asks for coordinates that a figure does not need.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from geoplan.coverage import access_report
from geoplan.demand import Method, build_units
from geoplan.errors import ConfigError, InputError, RuleError
from geoplan.ledger import NoDataError, World, build_ledger
from geoplan.ledger.world import PLACE
from geoplan.plan import (
    PupilPlan,
    PupilSources,
    back_test,
    balance_pupils,
    estate_schools,
    forecast_pupils,
    leading,
    shown_years,
)
from geoplan.rules import load_profile, open_rule_book, profile_names
from geoplan.travel import Straight
from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoplan.coverage import AccessReport, Coverage
    from geoplan.demand import Balance, Forecast, Offers, Units
    from geoplan.ledger import Ledger
    from geoplan.project.ground import Ground
    from geoplan.project.reach import Reach
    from geoplan.rules import RuleBook
    from geoplan.types import Layers, Stage

_PUPIL_TABLES = {"ages", "births", "enrolment", "estates"}
"""Layers of which a forecast can be made."""


def pupil_plan(
    project: Reach, *, method: Method | None = None, seats: bool = True, progress: Callable[[str], None]
) -> PupilPlan:
    """Forecasts, balance and access of a project, as far as its layers go.

    Args:
        method: only this one, and the balance with it; None for every method that the tables feed.
        seats: also the balance and access, which need schools.
        progress: told each step.

    Raises:
        InputError: no method can be fed; the message says what each one needs.
    """
    progress("学龄人口预测 / forecasting pupils")
    sources = _sources(project, project.rule_book)
    made = forecast_pupils(sources, method=method)
    chosen = leading(made, None if method is not None else project.config.forecast.method)
    main = made[chosen]
    middle = main[len(main) // 2]
    others = tuple(each[len(each) // 2] for name, each in made.items() if name is not chosen)
    findings: tuple[Finding, ...] = tuple(finding for each in (*main, *others) for finding in each.findings)
    findings += tuple(_not_compared(each) for each in others if set(each.places) != set(middle.places))
    others = tuple(each for each in others if set(each.places) == set(middle.places))
    if not seats or sources.layers.schools is None:
        return PupilPlan(main, others, back_test(sources), None, None, (), (), tuple(dict.fromkeys(findings)))
    progress("学位供需平衡 / balancing seats")
    coverages = _coverages(project)
    reach = {
        stage: district_reach(project, coverage, project.config.balance.neighbour_m)
        for stage, coverage in coverages.items()
        if stage in middle.pupils and len(middle.places) > 1
    }
    offers, balance = balance_pupils(sources, middle, reach=reach or None)
    progress("可及性与公平 / access and equity")
    access = tuple(_access(project, coverage, offers, int(middle.years[0])) for coverage in coverages.values())
    findings += (*balance.findings, *(finding for each in access for finding in each.findings))
    years = shown_years(project.config, middle)
    estates = estate_schools(sources, years)
    findings += estates.findings if estates is not None else ()
    return PupilPlan(
        main, others, back_test(sources), offers, balance, years, access, tuple(dict.fromkeys(findings)), estates
    )


def pupils_for_map(project: Reach, *, progress: Callable[[str], None]) -> PupilPlan | None:
    """What a published map shows of pupils and seats; None, said in a line, where the project has no tables for it."""
    config = project.config
    if not _PUPIL_TABLES & set(config.layers) and config.forecast.birth_rate is None:
        return None
    try:
        return pupil_plan(project, progress=progress)
    except InputError as error:
        progress(f"图上不列学位供需 / the map goes without seats: {error}")
        return None


def _not_compared(forecast: Forecast) -> Finding:
    return Finding(
        Severity.WARNING,
        "method-not-compared",
        f"{forecast.method.zh} {forecast.method.value}: its districts are not those of the leading method.",
        why="A total of fewer districts is smaller for that alone; it stands in no comparison.",
        fix="Give its table rows for the same districts.",
        layer="enrolment" if forecast.method is Method.PROGRESSION else "",
        count=len(forecast.places),
    )


def ledger_of(project: Reach, *, profile: str | None = None, as_of: int | None = None) -> Ledger:
    """Every clause of a profile, judged with what the project holds.

    Args:
        profile: by default project.toml's `ledger_profile`, else its `profile`.
        as_of: year in which deadlines are judged; by default that of project.toml's `as_of`, else of its data date.

    Raises:
        RuleError: no such profile, or one without clauses.
        ConfigError: no year is known.
    """
    config = project.config
    name = profile or config.ledger_profile or config.profile
    if name == config.profile:
        book = project.rule_book
    else:
        book = open_rule_book(name, radius_profiles=config.radius_profiles, project_dir=config.folder)
    if not book.profile.clauses:
        known = ", ".join(
            each for each in profile_names(config.folder) if load_profile(each, project_dir=config.folder).clauses
        )
        raise RuleError(
            f"Profile {name} holds radii and bands, and no clauses to judge. Choose one that does: {known} "
            "(--profile, or ledger_profile in project.toml)."
        )
    return build_ledger(world_of(project, book, as_of if as_of is not None else _year(project)))


def world_of(project: Reach, book: RuleBook, as_of: int) -> World:
    """What the ledger's indicators may ask."""
    layers = project.layers_at_hand
    placed = is_placed(layers)

    @cache
    def coverage(stage: Stage) -> Coverage:
        if not placed:
            missing = "schools" if layers.schools is None or layers.population is not None else "population"
            raise NoDataError(missing, PLACE)
        try:
            return project.coverage_by(book, stage)
        except RuleError:
            raise NoDataError("districts", "area") from None

    @cache
    def made() -> tuple[Forecast, Balance | None]:
        sources = _sources(project, book)
        try:
            found = forecast_pupils(sources)
        except InputError:
            raise NoDataError("ages", "age_0") from None
        main = found[leading(found, project.config.forecast.method)]
        middle = main[len(main) // 2]
        return middle, None if layers.schools is None else balance_pupils(sources, middle)[1]

    def balance() -> Balance:
        found = made()[1]
        if found is None:
            raise NoDataError("schools", "classes")
        return found

    return World(
        layers=layers,
        units=project.units_at_hand,
        book=book,
        as_of=as_of,
        coverage=coverage,
        engine=project.engine(project.proposal_travel) if placed else Straight(),
        caps=book.caps() | dict(project.config.balance.caps),
        stages=tuple(project.config.stages),
        forecast=lambda: made()[0],
        balance=balance,
    )


def units_at_hand(project: Ground) -> Units | None:
    """The population as every stage shares it, or None where it has no places."""
    layers = project.layers_at_hand
    if layers.population is None or not _has_places(layers, "population"):
        return None
    return build_units(layers, project.config.layers["population"])


def district_reach(project: Reach, coverage: Coverage, neighbour_m: float | None) -> dict[str, list[str]]:
    """For each district the others whose public schools its people reach, by id.

    Reach is `neighbour_m`, or else the service radius in force where people live. Simplification: one school within
    reach of somebody makes a district's surplus reachable; the balance never lends more than the surplus.
    """
    demand, supply = coverage.demand, coverage.supply
    ids = demand.units.district_ids
    cutoff = np.nan_to_num(coverage.reach_m(), nan=-1.0) if neighbour_m is None else neighbour_m
    public = np.flatnonzero(supply.is_public)
    pairs = project.engine(coverage.travel).within(demand.xy, supply.xy[public], cutoff)
    origin, target = demand.district[pairs.origin()], supply.district[public][pairs.target]
    apart = (origin >= 0) & (target >= 0) & (origin != target) & (demand.people[pairs.origin()] > 0)
    reach: dict[str, list[str]] = {}
    for one, other in np.unique(np.column_stack([origin[apart], target[apart]]), axis=0):
        reach.setdefault(ids[one], []).append(ids[other])
    return reach


def _sources(project: Reach, book: RuleBook) -> PupilSources:
    return PupilSources(project.config, project.layers_at_hand, project.units_at_hand, book.profile, book.caps())


def _coverages(project: Reach) -> dict[Stage, Coverage]:
    """Coverage of every stage that has a radius and places, by the mode that proposals use."""
    if not is_placed(project.layers_at_hand):
        return {}
    found = {}
    for stage in project.config.stages:
        try:
            found[stage] = project.coverage_by(project.rule_book, stage)
        except RuleError:
            continue  # a stage without a radius has no service area; the balance needs none
    return found


def _access(project: Reach, coverage: Coverage, offers: Offers, year: int) -> AccessReport:
    """Access with the public seats of the stage, nan where nobody wrote them down."""
    seats = {
        offer.id: offer.seats if offer.is_public else 0.0
        for offer in offers.of(coverage.stage)
        if not offer.planned and offer.opens <= year < offer.closes
    }
    each = np.array([seats.get(str(key), np.nan) for key in coverage.supply.ids])
    return access_report(coverage, project.engine(coverage.travel), seats=each)


def is_placed(layers: Layers) -> bool:
    """True where all schools and people have places: then the layers serve coverage, too."""
    return _has_places(layers, "schools") and _has_places(layers, "population")


def _has_places(layers: Layers, role: str) -> bool:
    """Schools may be placed in part, by their names (`locate_from`): that is no ground for coverage."""
    found = layers.of(role)
    if found is None or "geometry" not in found.frame:
        return False
    there = found.frame["geometry"].notna()
    return bool(there.all() if role == "schools" else there.any())


def _year(project: Reach) -> int:
    digits = (project.config.as_of or project.config.data_date)[:4]
    if not digits.isdigit():
        raise ConfigError('In which year are deadlines judged? Write as_of = "2026-11-22" under [project], or --as-of.')
    return int(digits)
