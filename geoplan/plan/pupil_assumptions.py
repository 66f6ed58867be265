"""What a project assumes of births, ways and rates: project.toml's own words, else the targets of its profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.demand import Assumptions, Figure, Migration, Scenario
from geoplan.rules import Level

if TYPE_CHECKING:
    from geoplan.config_forecast import ForecastConfig, GivenFigure
    from geoplan.rules import Profile
    from geoplan.types import Stage

GROSS_ENROLMENT = "gross_enrolment_rate"
_OF_ONE_STAGE = (Level.KINDERGARTEN, Level.PRIMARY, Level.JUNIOR, Level.SENIOR)


def figure(given: GivenFigure) -> Figure:
    """A planner's figure as the forecasts take it."""
    return Figure(given.value, given.year, given.source)


def assumptions_of(config: ForecastConfig, profile: Profile) -> Assumptions:
    """Everything that is not counted; enrolment rates are the profile's targets where project.toml gives none.

    Raises:
        InputError: a figure that cannot be.
    """
    rates, source = config.enrolment, config.enrolment_source
    if not rates:
        rates, source = enrolment_targets(profile)
    plain = Assumptions()
    factors = {
        name: {
            scenario: config.scenarios[scenario.value][position] if scenario.value in config.scenarios else usual
            for scenario, usual in usuals.items()
        }
        for position, (name, usuals) in enumerate(
            (("births", plain.birth_factor), ("migration", plain.migration_factor))
        )
    }
    return Assumptions(
        births_change=figure(config.births_change),
        births_level_from=config.births_level_from,
        birth_factor={scenario: factors["births"][scenario] for scenario in Scenario},
        migration_factor={scenario: factors["migration"][scenario] for scenario in Scenario},
        migration=tuple(
            Migration((each.first, each.last), figure(each.per_thousand), each.places) for each in config.migration
        ),
        survival=tuple(figure(each) for each in config.survival) or None,
        late_share=config.late_share,
        enrolment=rates,
        enrolment_source=source,
    )


def enrolment_targets(profile: Profile) -> tuple[dict[Stage, dict[int, float]], str]:
    """Gross enrolment of each stage by year as the plan's own clauses give it, base figures included, as shares.

    Where two clauses give a figure for one year, the one that sets a target counts.
    """
    found: dict[Stage, dict[int, float]] = {}
    cited: list[str] = []
    clauses = [
        clause
        for clause in profile.clauses
        if clause.quantity == GROSS_ENROLMENT and clause.level in _OF_ONE_STAGE and clause.year and clause.low
    ]
    for clause in sorted(clauses, key=lambda each: each.operator != "baseline"):
        stage = clause.level.stages[0]
        if clause.year is not None and clause.low is not None:
            found.setdefault(stage, {})[clause.year] = clause.low / 100
            cited.append(clause.id)
    return found, f"{profile.title_zh} {'、'.join(cited)}" if cited else ""
