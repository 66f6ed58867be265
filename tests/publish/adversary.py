"""What a reader with patience hears of a pupils' town: every told number as an equation over its places."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from geoplan.plan import shift_between
from geoplan.publish import features
from geoplan.publish.moved import points_beyond_plots
from geoplan.publish.phases import coverage_in, phases_of
from geoplan.publish.sheets_proposal import proposal_sheet
from geoplan.publish.sheets_today import coverage_sheet, gaps_sheet, schools_sheet


class Reader:
    """Collects what is told; a number must be the count of the places that it is said to be of."""

    def __init__(self, plan):
        self.plan, self.rows = plan, []
        self.people = plan.units.people
        self.rows += [np.eye(len(self.people))[row] for row in np.flatnonzero(np.round(self.people) == 0)]

    def hears(self, value, coverage, *wheres):
        """A count of points, or the first less the second."""
        if value is None or isinstance(value, str) or np.isnan(value):
            return
        demand = coverage.demand
        one, *rest = (np.bincount(demand.unit, where, minlength=len(self.people)) for where in wheres)
        row = one - (rest[0] if rest else 0)
        assert value == pytest.approx(row @ self.people), "a told count is the count of these places"
        self.rows.append(row)

    def hears_place(self, value, row):
        if value is not None and not isinstance(value, str) and not np.isnan(value):
            assert value == self.people[row]
            self.rows.append(np.eye(len(self.people))[row])

    def solves(self):
        """Sets of places with one to nine pupils together whose sum follows from what is told."""
        _, sizes, base = np.linalg.svd(np.array(self.rows))
        free = base[(sizes > 1e-9).sum() :] if len(sizes) else base
        few = [row for row, count in enumerate(self.people) if 0 < round(count) < 10]
        assert few
        for many in (1, 2, 3, 4):
            for some in itertools.combinations(few, many):
                together = self.people[list(some)].sum()
                if together < 10 and np.abs(free[:, list(some)].sum(axis=1)).max(initial=0.0) < 1e-7:
                    yield some


def everyone(coverage):
    return np.ones(len(coverage.demand), dtype=bool)


def tally_of(reader, told, coverage, where):
    """People, assessed, covered, uncovered, and the share that tells the covered."""
    for names, mask in ((("people", "pupils"), where), (("assessed", "people_assessed"), where & coverage.assessed),
                        (("covered", "people_covered"), where & coverage.covered),
                        (("uncovered",), where & coverage.assessed & ~coverage.covered)):  # fmt: skip
        for name in names:
            reader.hears(told.get(name), coverage, mask)
    if any(isinstance(told.get(name), float) for name in ("share", "share_covered")):
        reader.hears(coverage.demand.people[where & coverage.covered].sum(), coverage, where & coverage.covered)


def districts_of(coverage):
    return [coverage.demand.district == row for row in range(len(coverage.demand.units.district_ids))]


def site_masks(proposal, site):
    before, after, base = proposal.before, proposal.after, proposal.base
    mine = after.school == [str(each) for each in after.supply.ids].index(site.id)
    return {
        "people_newly": mine & after.covered & ~before.covered,
        "people_assigned": mine & (after.covered | ~after.assessed),
        "people_kept": mine & after.covered & before.covered & ~base.covered,
        "pupils_newly": None,
    }


def moves_of(proposal):
    before, after = proposal.before.covered, proposal.after.covered
    return {"newly": after & ~before, "lost": before & ~after}


def read_page(reader, plan, page):
    for row, told in enumerate(page["places"]["people"]):
        reader.hears_place(told, row)
    views = [(stage, view) for stage in plan.stages for view in stage.views]
    for (stage, view), told in zip(views, page["views"], strict=True):
        for phase in phases_of(plan):
            coverage = coverage_in(stage, view, phase)
            tally_of(reader, told["totals"][phase.id], coverage, everyone(coverage))
            for where, shown in zip(districts_of(coverage), told["districts"][phase.id], strict=True):
                tally_of(reader, shown, coverage, where)
            share = coverage.unit_share()[coverage.demand.unit]
            states = {"none": np.isnan(share), "uncovered": share == 0, "covered": share == 1}
            states["partly"] = ~(states["none"] | states["uncovered"] | states["covered"])
            for state, where in states.items():
                reader.hears(told["cover_people"][phase.id][state], coverage, where)
        for gap, shown in zip(view.all_gaps, told["gaps"], strict=True):
            inside = np.isin(np.arange(len(view.before.demand)), gap.points)
            reader.hears(shown["people"], view.before, inside)
            assert shown["distance_m"] is None or len(gap.points) == 1
            for phase, left in zip(phases_of(plan)[1:], shown.get("left", ()), strict=False):
                reader.hears(left, view.before, inside & ~coverage_in(stage, view, phase).covered)
    for stage in plan.stages:
        told = page["proposals"][stage.stage.value]
        assert (told["objective"], told["bound"]) == (None, None)
        read_sites(reader, stage, told["sites"])
    read_scenarios(reader, plan, page)


def read_sites(reader, stage, rows):
    for site, shown in zip(stage.proposal.sites, rows, strict=True):
        assert (shown["next_best"] or {}).get("loss") is None
        for name, where in site_masks(stage.proposal, site).items():
            if where is not None:
                reader.hears(shown.get(name), stage.proposal.after, where)


def read_scenarios(reader, plan, page):
    every = [[stage.proposal for stage in plan.stages], *(each.proposals for each in plan.scenarios)]
    for proposals, told in zip(every, page["scenarios"], strict=True):
        for stage, proposal in zip(plan.stages, proposals, strict=True):
            shown, after = told["stages"][stage.stage.value], proposal.after
            assert (shown["mean_m"], shown.get("today_m")) == (None, None)
            tally_of(reader, shown, after, everyone(after))
            for name, where in moves_of(proposal).items():
                reader.hears(shown[name], after, where)
            shift = shift_between(stage.proposal.after, after)
            for name, where in (("gain", shift.nearer), ("lose", shift.farther)):
                for value, place in zip(shown.get(name, ()), [*districts_of(after), everyone(after)], strict=False):
                    reader.hears(value, after, where & place)


def read_figures(reader, plan, figures):
    """Every figure that counts pupils is understood, or it is a fault of this test."""
    left = {key: each.value for key, each in figures.items() if each.unit in {"pupils", "people", "objective"}}
    # bands of rules are no counts; the column of pupils has a town of its own
    left = {key: value for key, value in left.items() if isinstance(value, int | float) and value}
    left = {key: value for key, value in left.items() if not re.search(r"^rule\.|pupils_newly$", key)}
    for stage in plan.stages:
        head, proposal = stage.stage.value, stage.proposal
        for view in stage.views:
            phases = {"before": view.before, "after": view.after}
            phases |= dict(zip(map(str, stage.programme.years), view.steps, strict=True))
            for phase, coverage in phases.items():
                key = f"{head}.{view.travel.value}.{phase}"
                places = {"": everyone(coverage)} | {
                    f".district.{each}": where
                    for each, where in zip(plan.units.district_ids, districts_of(coverage), strict=True)
                }
                for place, where in places.items():
                    names = ("people", "assessed", "covered", "uncovered")
                    told = {name: left.pop(f"{key}{place}.{name}", None) for name in names}
                    share = figures[f"{key}{place}.share"].value
                    tally_of(reader, told | {"share": share}, coverage, where)
                inside = {gap.id: np.isin(np.arange(len(coverage.demand)), gap.points) for gap in view.all_gaps}
                for gap, where in inside.items():
                    reader.hears(left.pop(f"{key}.gap.{gap}.people", None), coverage, where & ~coverage.covered)
                    reader.hears(
                        left.pop(f"{head}.{view.travel.value}.closing.gap.{gap}.people", None), coverage, where
                    )
                together = np.any([*inside.values(), ~everyone(coverage)], axis=0) & ~coverage.covered
                reader.hears(left.pop(f"{key}.people_in_gaps", None), coverage, together)
        moves = moves_of(proposal)
        reader.hears(left.pop(f"{head}.people_newly", None), proposal.after, moves["newly"])
        reader.hears(left.pop(f"{head}.people_lost", None), proposal.after, moves["lost"])
        reader.hears(left.pop(f"{head}.people_net", None), proposal.after, moves["newly"], moves["lost"])
        beyond = points_beyond_plots(proposal)
        reader.hears(left.pop(f"{head}.people_beyond_plots", None), proposal.after, beyond)
        for site in proposal.sites:
            for name, where in site_masks(proposal, site).items():
                if where is not None:
                    reader.hears(left.pop(f"{head}.site.{site.id}.{name}", None), proposal.after, where)
    read_figures_of_scenarios(reader, plan, left, figures)
    left.pop("project.people", None)
    assert left == {}, "figures that nobody has held against the others"


def read_figures_of_scenarios(reader, plan, left, figures):
    every = [[stage.proposal for stage in plan.stages], *(each.proposals for each in plan.scenarios)]
    for number, proposals in enumerate(every):
        for stage, proposal in zip(plan.stages, proposals, strict=True):
            key, after = f"scenario.{number}.{stage.stage.value}", proposal.after
            for phase, coverage in (("before", proposal.before), ("after", after)):
                told = {name: left.pop(f"{key}.{phase}.{name}", None) for name in ("covered", "uncovered")}
                tally_of(reader, told | {"share": figures[f"{key}.{phase}.share"].value}, coverage, everyone(coverage))
            for name, where in moves_of(proposal).items():
                reader.hears(left.pop(f"{key}.people_{name}", None), after, where)
            shift = shift_between(stage.proposal.after, after)
            for name in ("nearer", "farther"):
                where = getattr(shift, name)
                reader.hears(left.pop(f"{key}.{name}", None), after, where)
                for each, place in zip(plan.units.district_ids, districts_of(after), strict=True):
                    reader.hears(left.pop(f"{key}.district.{each}.{name}", None), after, where & place)


def read_summary(reader, plan, summary):
    for stage, told in zip(plan.stages, summary["stages"], strict=True):
        for view, shown in zip(stage.views, told["coverage"], strict=True):
            pairs = [(view.before, shown["before"]), (view.after, shown["after"])]
            pairs += zip(view.steps, shown.get("steps", ()), strict=True)
            for coverage, row in pairs:
                tally_of(reader, row, coverage, everyone(coverage))
            for where, row in zip(districts_of(view.before), shown["districts"], strict=True):
                tally_of(reader, row, view.before, where)
            for verdict in shown["verdicts"]:
                assert verdict["value"] in {None, 1.0} or is_told_share(reader, plan, view, verdict)
        proposal, moves = told["proposal"], moves_of(stage.proposal)
        assert (proposal["objective"], proposal["bound"], proposal["unserved"]) == (None, None, None)
        reader.hears(proposal["people_newly_covered"], stage.proposal.after, moves["newly"], moves["lost"])
        read_sites(reader, stage, [
            row | {"people_newly": row["people_newly_covered"], "next_best": row["next_best"]}
            for row in proposal["proposed"]
        ])  # fmt: skip
    for scenario, told in zip(plan.scenarios, summary["scenarios"], strict=True):
        for proposal, row in zip(scenario.proposals, told["stages"], strict=True):
            tally_of(reader, row["after"], proposal.after, everyone(proposal.after))
            assert (row["objective"], row["unserved"]) == (None, None)


def is_told_share(reader, plan, view, verdict):
    """A share tells the covered."""
    coverage = view.before
    ids = list(plan.units.district_ids)
    where = districts_of(coverage)[ids.index(verdict["place"])] if verdict["place"] else everyone(coverage)
    if verdict["area"] != "all":
        where = where & (coverage.demand.area == verdict["area"])
    tally_of(reader, {"share": 0.5}, coverage, where)
    return True


def read_tables(reader, plan):
    views = [(stage, view) for stage in plan.stages for view in stage.views]
    for row, school in enumerate(schools_sheet(plan).rows):
        for value, (_, view) in zip(school[-len(views) :], views, strict=True):
            ids = [str(each) for each in view.before.supply.ids]
            key = str(plan.layers.schools.frame.index[row])
            if key in ids:
                mine = view.before.covered & (view.before.school == ids.index(key))
                reader.hears(value, view.before, mine)
    assert coverage_sheet(plan).rows
    assert gaps_sheet(plan).rows
    sites = [(stage.proposal, site) for stage in plan.stages for site in stage.proposal.sites]
    heads = [column.en for column in proposal_sheet(plan).columns]
    newly, loss = heads.index("pupils newly within the radius"), heads.index("loss with it")
    for row, (proposal, site) in zip(proposal_sheet(plan).rows, sites, strict=True):
        reader.hears(row[newly], proposal.after, site_masks(proposal, site)["people_newly"])
        assert [row[at] for at in (loss, heads.index("objective"), heads.index("bound"))] == [None] * 3
    for value, (proposal, site) in zip(features.proposed_sites(plan)["people_newly_covered"], sites, strict=True):
        reader.hears(value, proposal.after, site_masks(proposal, site)["people_newly"])
    ((_, _, places),) = features.places(plan)
    for row, value in enumerate(places["people"]):
        reader.hears_place(value, row)
    demand = plan.stages[0].views[0].before
    for value, where in zip(features.districts(plan)["people"], districts_of(demand), strict=True):
        reader.hears(value, demand, where)
