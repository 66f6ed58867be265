"""Pupils, seats and clauses as words for the templates; None where the edition has none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoplan.publish.figures import part
from geoplan.publish.figures.scenarios import MAIN
from geoplan.rules import State

if TYPE_CHECKING:
    from geoplan.ledger import Ledger
    from geoplan.plan import Plan, PupilPlan
    from geoplan.publish.zones_public import ZoneBook


def pupils_in(pupils: PupilPlan | None) -> dict[str, Any] | None:
    """The forecast: its stages, years, scenarios and assumptions."""
    if pupils is None:
        return None
    middle = pupils.middle
    years = [str(year) for year in middle.years.tolist()]
    return {
        "stages": [{"zh": stage.zh, "pupils": f"pupils.{stage.value}"} for stage in middle.known],
        "method_zh": middle.method.zh,
        "first": years[0],
        "last": years[-1],
        "years": [str(year) for year in pupils.years],
        "every_year": years,
        "scenarios": [forecast.scenario.value for forecast in pupils.forecasts],
        "assumptions": [zh for zh, _ in middle.assumptions],
    }


def seats_in(pupils: PupilPlan | None, districts: list[dict[str, str]]) -> dict[str, Any] | None:
    """The balance of seats: its stages, the years shown, and its districts."""
    if pupils is None or pupils.balance is None or not pupils.balance.rows:
        return None
    balance = pupils.balance
    # a stage whose pupils are unknown in a year that is shown has no figure there
    years = [year for year in pupils.years if all(balance.of(stage, year) for stage in balance.stages)]
    if not years:
        return None
    names = {each["id"]: each["name"] for each in districts}
    rows = balance.of(balance.stages[0], years[-1])
    return {
        "stages": [{"zh": stage.zh, "seats": f"seats.{stage.value}"} for stage in balance.stages],
        "years": [str(year) for year in years],
        "last": str(years[-1]),
        "places": [
            {"name": row.name or names.get(row.place, row.place), "key": part(row.place)} for row in rows if row.place
        ],
    }


def clauses_in(ledger: Ledger | None) -> dict[str, Any] | None:
    """The ledger: whose clauses, judged when, and those that the whole area does not meet."""
    if ledger is None:
        return None
    return {
        "profile_zh": ledger.profile.title_zh,
        "as_of": str(ledger.as_of),
        "unmet": [
            {
                "id": entry.clause.id,
                "key": f"clause.{part(entry.clause.id)}",
                "text": entry.clause.text,
                "unit": entry.unit,
            }
            for entry in ledger.whole_verdicts
            if entry.state is State.NOT_MET
        ],
    }


def scenarios_in(plan: Plan) -> list[dict[str, str]]:
    """The plans that are compared, the main one first; none without `[[scenarios]]`."""
    if not plan.scenarios:
        return []
    names = [MAIN[0], *(scenario.name for scenario in plan.scenarios)]
    return [{"name": name, "key": f"scenario.{number}"} for number, name in enumerate(names)]


def zones_in(book: ZoneBook) -> dict[str, Any]:
    """The zones of a stage, with the keys of their figures."""
    stage = book.found.stage
    return {
        "zh": stage.zh,
        "key": f"zones.{stage.value}",
        "zones": [
            {
                "name": zone.name or zone.id,
                "key": f"zones.{stage.value}.{part(zone.id)}",
                "state_zh": "新开办" if zone.is_new else "撤并" if zone.is_closed else "保留",
            }
            for zone in book.zones
        ],
    }
