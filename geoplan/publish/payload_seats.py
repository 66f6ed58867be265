"""Seats against pupils by district and year, on the page; small counts are hidden as everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoplan.publish.balance_public import public_balance

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoplan.demand import Balance
    from geoplan.plan import Plan, PupilPlan
    from geoplan.publish.phases import Phase
    from geoplan.types import Stage


def seat_balance(plan: Plan, pupils: PupilPlan | None, phases: Iterable[Phase]) -> dict[str, Any] | None:
    """Years, and by stage and year the columns of districts with the whole project behind them.

    None where the project has no balance. A district that the balance does not know has None in every column.
    """
    if pupils is None or pupils.balance is None:
        return None
    balance = pupils.balance
    wanted = {*pupils.years, *(phase.year for phase in phases if phase.year is not None)}
    years = sorted(wanted & set(balance.years))
    stages = {
        stage_plan.stage.value: {str(year): _columns(plan, balance, stage_plan.stage, year) for year in years}
        for stage_plan in plan.stages
        if stage_plan.stage in balance.stages
    }
    return {"years": years, "stages": stages} if stages and years else None


def _columns(plan: Plan, balance: Balance, stage: Stage, year: int) -> dict[str, list[Any]]:
    rows = {each.row.place: each for each in public_balance(balance, stage, year)}
    found = [rows.get(district) for district in (*plan.units.district_ids, "")]
    return {
        "pupils": [each and each.pupils for each in found],
        "seats": [each and round(each.row.seats) for each in found],
        "planned": [each and round(each.row.seats_planned) for each in found],
        "short": [each and each.gap for each in found],
        "spare": [each and each.surplus for each in found],
        "borrowed": [each and each.borrowed for each in found],
        "closes": [each and each.closes for each in found],
    }
