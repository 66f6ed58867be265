"""The other plans of `[[scenarios]]` as manifest.json keeps them, so that two versions can be compared in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoplan.publish.clean import clean_text
from geoplan.publish.figures.scenarios import scenario_figures

if TYPE_CHECKING:
    from geoplan.plan import Plan

MEASURES = {
    "after.covered": "covered", "after.share": "share", "mean_m": "mean_m", "cost": "cost", "nearer": "nearer",
    "farther": "farther", "status": "status",
}  # fmt: skip
"""Ends of the ids of figures that are kept, and their names here; small counts are hidden as in the figures."""
SAID = ("sites", *MEASURES.values())
"""What is known of a stage of another plan."""


def scenario_records(plan: Plan) -> list[dict[str, Any]]:
    """Name and, by stage, sites and figures of every other plan, in the order of project.toml; [] without one."""
    figures = {figure.id: figure.value for figure in scenario_figures(plan)}
    return [
        {
            "name": clean_text(scenario.name),
            "name_en": clean_text(scenario.name_en),
            "stages": {
                stage.stage.value: {
                    "sites": sorted(site.id for site in proposal.sites),
                    **{
                        name: figures.get(f"scenario.{number}.{stage.stage.value}.{end}")
                        for end, name in MEASURES.items()
                    },
                }
                for stage, proposal in zip(plan.stages, scenario.proposals, strict=True)
            },
        }
        for number, scenario in enumerate(plan.scenarios, start=1)
    ]
