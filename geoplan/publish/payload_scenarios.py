"""Other plans beside the main one, on the page: what each reaches, who is nearer to a school and who is farther."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.plan import shift_between, total_cost
from geoplan.publish.payload_sites import finding_notes, finite, number
from geoplan.publish.payload_views import whole
from geoplan.publish.privacy_sites import mean_way_m, told_count
from geoplan.publish.privacy_tallies import public_tally
from geoplan.publish.reached import public_reached
from geoplan.publish.same_plans import same_stage

if TYPE_CHECKING:
    from geoplan.plan import Plan, StagePlan, StageProposal
    from geoplan.publish.places import Places
    from geoplan.publish.privacy import Count
    from geoplan.publish.shapes import Pen


def scenario_rows(plan: Plan, places: Places, pen: Pen) -> list[dict[str, Any]]:
    """The main plan first, under an empty name, then the others in the order of project.toml.

    Each has its figures by stage; the others also have, against the main plan, the places whose way to the nearest
    school is another one, and the people concerned by district.
    """
    main = [
        {**_figures(plan, stage.proposal, pen), "today_m": mean_way_m(plan, stage.proposal.before), "same": None}
        for stage in plan.stages
    ]
    return [
        {"zh": "", "en": "", "stages": {stage.stage.value: row for stage, row in zip(plan.stages, main, strict=True)}},
        *(_scenario(plan, number, places, pen) for number in range(1, len(plan.scenarios) + 1)),
    ]


def _scenario(plan: Plan, number: int, places: Places, pen: Pen) -> dict[str, Any]:
    scenario = plan.scenarios[number - 1]
    return {
        "zh": scenario.name,
        "en": scenario.name_en,
        "stages": {
            stage.stage.value: {**_figures(plan, proposal, pen), **_against(plan, stage, proposal, number, places)}
            for stage, proposal in zip(plan.stages, scenario.proposals, strict=True)
        },
    }


def _figures(plan: Plan, proposal: StageProposal, pen: Pen) -> dict[str, Any]:
    """What a plan costs and reaches; people in whole numbers, metres, cost in the unit of the sites layer."""
    solution, total = proposal.solution, public_tally(plan, proposal.after.total)
    moved = public_reached(plan, proposal.before, proposal.after)
    return {
        "model": {"zh": solution.model.zh, "en": solution.model.value},
        "status": solution.status.value,
        "gap": finite(solution.gap),
        "travel": proposal.travel.value,
        "assessed": whole(total.assessed),
        "covered": whole(total.covered),
        "newly": whole(moved.gained),
        "lost": whole(moved.lost),
        "mean_m": mean_way_m(plan, proposal.after),
        "cost": number(total_cost(proposal)),
        "sites": [
            {"id": site.id, "name": site.name, "lat": float(at[0]), "lon": float(at[1])}
            for site, at in zip(
                proposal.sites, pen.points(np.array([site.xy for site in proposal.sites]).reshape(-1, 2)), strict=True
            )
        ],
        "notes": finding_notes(plan, proposal),
    }


def _against(plan: Plan, stage: StagePlan, other: StageProposal, number: int, places: Places) -> dict[str, Any]:
    """Places by index that are nearer or farther than in the main plan, and the people by district, all at the end."""
    main = stage.proposal.after
    _, ways = places.nearest(main)
    _, others = places.nearest(other.after)
    change = [_way_change(way, each) for way, each in zip(ways, others, strict=True)]
    return {
        "same": same_stage(plan, number, plan.stages.index(stage)),
        "nearer": [index for index, step in enumerate(change) if step < 0],
        "farther": [index for index, step in enumerate(change) if step > 0],
        "gain": people_by_district(plan, stage, other, number, "nearer"),
        "lose": people_by_district(plan, stage, other, number, "farther"),
    }


def _way_change(way: int, other: int) -> int:
    """Metres more, beyond the metre that rounding may make; a school out of reach (-1) is the longest way."""
    if way < 0 or other < 0:
        return (other < 0) - (way < 0)
    return other - way if abs(other - way) > 1 else 0


def people_by_district(plan: Plan, stage: StagePlan, other: StageProposal, number: int, side: str) -> list[Count]:
    """People who are nearer to a school, or farther, than in the main plan: by district, and everywhere.

    Args:
        other: of the scenario `number`, counted from 1.
        side: `nearer` or `farther`.
    """
    main = stage.proposal.after
    where = getattr(shift_between(main, other.after), side)
    demand, name = main.demand, ("shift", number, stage.stage.value, side)
    of_place = [(each, where & (demand.district == row)) for row, each in enumerate(plan.units.district_ids)]
    return [
        whole(told_count(plan, float(demand.people[points].sum()), *name, place))
        for place, points in [*of_place, ("", where)]
    ]
