"""Pupils, seats and clauses as words for the templates; None where the edition has none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoplan.plan.zone_words import private_named
from geoplan.publish.figures import part
from geoplan.publish.figures.built import built_groups, built_keys
from geoplan.publish.figures.scenarios import MAIN
from geoplan.publish.same_plans import same_plan
from geoplan.publish.sheets import district_label
from geoplan.publish.sheets_ledger import published_words
from geoplan.publish.statutory.states import BUILT
from geoplan.rules import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.ledger import Ledger
    from geoplan.plan import Plan, PupilPlan
    from geoplan.publish.statutory.states import PlannedSchool
    from geoplan.publish.zones_public import ZoneBook


def built_in(plan: Plan, schools: Sequence[PlannedSchool]) -> dict[str, Any]:
    """近期建设项目: the groups that are there, by kind, source and year, and every project, with their keys."""
    groups, planned = built_groups(schools), {stage_plan.stage for stage_plan in plan.stages}
    years = [key.removeprefix("built.year.") for key in groups if key.startswith("built.year.")]
    others = dict.fromkeys(stage.zh for each in groups["built"] for stage in each.stages if stage not in planned)
    return {
        "others": "、".join(others),
        "kinds": [{"zh": action.zh, "key": key} for action in BUILT if (key := f"built.{action.value}") in groups],
        "parts": [
            {"zh": zh, "key": key}
            for key, zh in (("built.listed", "建设项目表所列"), ("built.proposed", "本方案选址"))
            if key in groups
        ],
        "years": [{"zh": "年份未定" if year == "none" else f"{year}年", "key": f"built.year.{year}"} for year in years],
        "projects": [
            {
                "name": each.name,
                "id": each.project_label,
                "stages_zh": "、".join(stage.zh for stage in each.stages),
                "kind_zh": each.action.zh,
                "district": district_label(plan, each.district),
                "key": key,
            }
            for key, each in built_keys(schools)
        ],
    }


def pupils_in(pupils: PupilPlan | None) -> dict[str, Any] | None:
    """The forecast: its stages, years, scenarios and assumptions."""
    if pupils is None:
        return None
    middle = pupils.middle
    years = [str(year) for year in middle.years.tolist()]
    return {
        "stages": [{"zh": stage.zh, "pupils": f"pupils.{stage.value}"} for stage in middle.known],
        "method_zh": middle.method.zh,
        "is_forecast": middle.is_forecast,
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
                "basis": published_words(entry)[0],
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
    same = [same_plan(plan, number) for number in range(len(names))]
    return [
        {"name": name, "key": f"scenario.{number}", "same": "" if at is None else names[at]}
        for number, (name, at) in enumerate(zip(names, same, strict=True))
    ]


def zones_in(book: ZoneBook) -> dict[str, Any]:
    """The zones of a stage, with the keys of their figures."""
    stage = book.found.stage
    return {
        "zh": stage.zh,
        "key": f"zones.{stage.value}",
        "private": private_named(book.found),
        "zones": [
            {
                "name": zone.name or zone.id,
                "key": f"zones.{stage.value}.{part(zone.id)}",
                "state_zh": "新开办" if zone.is_new else "撤并" if zone.is_closed else "保留",
            }
            for zone in book.zones
        ],
    }
