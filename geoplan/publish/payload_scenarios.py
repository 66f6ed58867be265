"""Other plans beside the main one, on the page: what each reaches, who is nearer to a school and who is farther."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.plan import mean_distance_m, shift_between, total_cost
from geoplan.publish.payload_sites import finding_notes, finite, number
from geoplan.publish.payload_views import whole
from geoplan.publish.privacy import counted, counted_part, hidden_places, open_count

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.coverage import Coverage
    from geoplan.plan import Plan, Scenario, StagePlan, StageProposal
    from geoplan.publish.places import Places
    from geoplan.publish.shapes import Pen


def scenario_rows(plan: Plan, places: Places, pen: Pen) -> list[dict[str, Any]]:
    """The main plan first, under an empty name, then the others in the order of project.toml.

    Each has its figures by stage; the others also have, against the main plan, the places whose way to the nearest
    school is another one, and the people concerned by district.
    """
    main = [
        {**_figures(plan, stage.proposal, pen), "today_m": _metres(mean_distance_m(stage.proposal.before))}
        for stage in plan.stages
    ]
    return [
        {"zh": "", "en": "", "stages": {stage.stage.value: row for stage, row in zip(plan.stages, main, strict=True)}},
        *(_scenario(plan, scenario, places, pen) for scenario in plan.scenarios),
    ]


def _scenario(plan: Plan, scenario: Scenario, places: Places, pen: Pen) -> dict[str, Any]:
    return {
        "zh": scenario.name,
        "en": scenario.name_en,
        "stages": {
            stage.stage.value: {**_figures(plan, proposal, pen), **_against(plan, stage, proposal, places)}
            for stage, proposal in zip(plan.stages, scenario.proposals, strict=True)
        },
    }


def _figures(plan: Plan, proposal: StageProposal, pen: Pen) -> dict[str, Any]:
    """What a plan costs and reaches; people in whole numbers, metres, cost in the unit of the sites layer."""
    solution, total, before = proposal.solution, proposal.after.total, proposal.before.total
    return {
        "model": {"zh": solution.model.zh, "en": solution.model.value},
        "status": solution.status.value,
        "gap": finite(solution.gap),
        "travel": proposal.travel.value,
        "assessed": whole(counted_part(plan, total.assessed, total.people)),
        "covered": whole(counted_part(plan, total.covered, total.assessed)),
        "newly": whole(counted(plan, total.covered - before.covered)),
        "mean_m": _metres(mean_distance_m(proposal.after)),
        "cost": number(total_cost(proposal)),
        "sites": [
            {"id": site.id, "name": site.name, "lat": float(at[0]), "lon": float(at[1])}
            for site, at in zip(
                proposal.sites, pen.points(np.array([site.xy for site in proposal.sites]).reshape(-1, 2)), strict=True
            )
        ],
        "notes": finding_notes(plan, proposal),
    }


def _metres(distance: float) -> int | None:
    return None if np.isnan(distance) else round(distance)


def _against(plan: Plan, stage: StagePlan, other: StageProposal, places: Places) -> dict[str, Any]:
    """Places by index that are nearer or farther than in the main plan, and the people by district, all at the end."""
    main = stage.proposal.after
    shift = shift_between(main, other.after)
    _, ways = places.nearest(main)
    _, others = places.nearest(other.after)
    change = [_way_change(way, each) for way, each in zip(ways, others, strict=True)]
    return {
        "nearer": [index for index, step in enumerate(change) if step < 0],
        "farther": [index for index, step in enumerate(change) if step > 0],
        "gain": people_by_district(plan, main, shift.nearer),
        "lose": people_by_district(plan, main, shift.farther),
    }


def _way_change(way: int, other: int) -> int:
    """Metres more, beyond the metre that rounding may make; a school out of reach (-1) is the longest way."""
    if way < 0 or other < 0:
        return (other < 0) - (way < 0)
    return other - way if abs(other - way) > 1 else 0


def people_by_district(plan: Plan, coverage: Coverage, where: NDArray[np.bool_]) -> list[int | float | str | None]:
    """People among the points `where` by district, and everywhere; small counts of pupils are hidden."""
    demand = coverage.demand
    rows = len(plan.units.district_ids)
    people = np.array([float(demand.people[where & (demand.district == row)].sum()) for row in range(rows)])
    total = float(demand.people[where].sum())
    if plan.units.counts != "pupils":
        return [round(each) for each in (*people, total)]
    hidden = hidden_places(people)
    return [open_count(each, hidden=bool(mask)) for each, mask in zip(people, hidden, strict=True)] + [
        whole(counted(plan, total))
    ]
