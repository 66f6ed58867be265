"""Figures of `[[scenarios]]`: what each other plan reaches and costs, who is nearer to a school and who farther.

`scenario.0` is the main plan, `scenario.1` the first one of project.toml; a project without scenarios has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.plan import total_cost
from geoplan.publish.figures import methods
from geoplan.publish.figures.coverage import TRAVEL_EN, stage_layers
from geoplan.publish.figures.figure import Figure, Method, cited, part, printed
from geoplan.publish.figures.sites import finite
from geoplan.publish.payload_scenarios import people_by_district
from geoplan.publish.privacy_sites import mean_way_m
from geoplan.publish.privacy_tallies import public_tally
from geoplan.publish.reached import public_reached
from geoplan.publish.sheets import known, noun
from geoplan.publish.wording import WAY_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoplan.plan import Plan, StagePlan, StageProposal
    from geoplan.publish.privacy import Count

    Line = tuple[str, str, str, Count, str, Method]

MAIN = ("主方案", "main plan")


MEAN_WAY = Method(
    "mean-way",
    "到最近学校的距离按人口加权平均；无校可达者不计入。",
    "Mean of the ways to the nearest school, weighted by people; who reaches none is not in it.",
    ("page: #scenarios",),
)
TOTAL_COST = Method(
    "total-cost",
    "所选地块费用之和；有一处未列费用即不公布。",
    "Sum of the costs of the chosen plots; nothing where one of them has no cost.",
    ("page: #scenarios",),
)
SHIFT = Method(
    "shift",
    "两个方案都建成后，到最近学校的路程相差超过1米的人口；由无校可达变为可达计为近。",
    "People whose way to the nearest school differs by more than a metre between the two finished plans; to reach a "
    "school at all is nearer.",
    ("page: #scenarios",),
)


def scenario_figures(plan: Plan) -> Iterator[Figure]:
    """Every figure of the main plan and of each other one, as the page's comparison shows them."""
    if not plan.scenarios:
        return
    named = [(MAIN, tuple(stage.proposal for stage in plan.stages))]
    named += [((each.name, each.name_en or each.name), each.proposals) for each in plan.scenarios]
    for number, (name, proposals) in enumerate(named):
        for stage, proposal in zip(plan.stages, proposals, strict=True):
            side = _Side(plan, stage, proposal, number, name)
            yield from side.reaches()
            if number:
                yield from side.against_main()


class _Side:
    """One stage of one of the plans that are compared."""

    def __init__(
        self, plan: Plan, stage: StagePlan, proposal: StageProposal, number: int, name: tuple[str, str]
    ) -> None:
        self.plan, self.stage, self.proposal = plan, stage, proposal
        self.number, self.key = number, f"scenario.{number}.{stage.stage.value}"
        self.zh = f"方案比较，{name[0]}，{stage.stage.zh}（{proposal.travel.zh}）"
        self.en = f"comparison, {name[1]}, {stage.stage.value} ({TRAVEL_EN[proposal.travel]})"
        self.rule, self.citation = cited(*(radius.rule for radius in proposal.before.radii))
        self.layers = stage_layers(plan, stage, proposal.travel)

    def reaches(self) -> Iterator[Figure]:
        """What the plan comes to when it is finished, and today beside it."""
        plan, proposal, (zh, en) = self.plan, self.proposal, noun(self.plan)
        before, after = (public_tally(plan, each.total) for each in (proposal.before, proposal.after))
        moved = public_reached(plan, proposal.before, proposal.after)
        lines: tuple[Line, ...] = (
            ("sites", "规划选址数", "proposed sites", len(proposal.sites), "sites", methods.SITES),
            ("before.covered", f"现状服务半径内{zh}", f"{en} within the radius today", before.covered, en,
             methods.COVERED),
            ("before.share", "现状覆盖率", "share within the radius today", before.share, "share", methods.SHARE),
            ("before.mean_m", f"现状{WAY_NAMES[en][0]}", f"{WAY_NAMES[en][1]}, today",
             mean_way_m(plan, proposal.before), "m", MEAN_WAY),
            ("after.covered", f"建成后服务半径内{zh}", f"{en} within the radius when finished", after.covered, en,
             methods.COVERED),
            ("after.uncovered", f"建成后服务半径外{zh}", f"{en} beyond the radius when finished", after.uncovered, en,
             methods.UNCOVERED),
            ("after.share", "建成后覆盖率", "share within the radius when finished", after.share, "share",
             methods.SHARE),
            ("people_newly", f"新增覆盖{zh}", f"{en} newly within the radius", moved.gained, en, methods.NEWLY),
            ("people_lost", f"不再覆盖的{zh}", f"{en} no longer within the radius", moved.lost, en, methods.LOST_REACH),
            ("mean_m", f"建成后{WAY_NAMES[en][0]}", f"{WAY_NAMES[en][1]}, when finished",
             mean_way_m(plan, proposal.after), "m", MEAN_WAY),
            ("cost", "费用合计（备选用地图层的单位）", "cost together, in the unit of the sites layer",
             known(total_cost(proposal)), "cost", TOTAL_COST),
            ("status", "求解状态", "solver status", proposal.solution.status.zh, "", methods.SOLVER),
            ("gap", "与界的相对差距", "relative gap to the bound", finite(proposal.solution.gap), "share",
             methods.SOLVER),
        )  # fmt: skip
        for line in lines:
            yield self._figure(self.key, line)

    def against_main(self) -> Iterator[Figure]:
        """People whose way to the nearest school is shorter or longer than in the main plan."""
        plan, (zh, en) = self.plan, noun(self.plan)
        sides = (("nearer", "比主方案近", "nearer than in the main plan"),
                 ("farther", "比主方案远", "farther than in the main plan"))  # fmt: skip
        for name, zh_, en_ in sides:
            *districts, total = people_by_district(plan, self.stage, self.proposal, self.number, name)
            yield self._figure(self.key, (name, f"{zh_}的{zh}", f"{en} who are {en_}", total, en, SHIFT))
            for row, count in enumerate(districts):
                each = plan.units.district_ids[row]
                place = plan.units.district_names[row] or each
                words = (f"{place}{zh_}的{zh}", f"{place}: {en} who are {en_}")
                line: Line = (name, *words, count, en, SHIFT)
                yield self._figure(f"{self.key}.district.{part(each)}", line, rows=(f"districts:{each}",))

    def _figure(self, key: str, line: Line, *, rows: tuple[str, ...] = ()) -> Figure:
        name, zh, en, value, unit, method = line
        is_measured = method in {methods.COVERED, methods.UNCOVERED, methods.SHARE, methods.NEWLY, methods.LOST_REACH}
        rule, citation = (self.rule, self.citation) if is_measured else ("", "")
        return Figure(
            f"{key}.{name}", f"{self.zh}：{zh}", f"{self.en}: {en}", value, unit, printed(value, unit), rule, citation,
            self.layers, method, rows,
        )  # fmt: skip
