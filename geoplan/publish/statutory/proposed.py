"""Proposed sites as schools of the planned layout, with the plot that they stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from geoplan.publish.sheets import id_words
from geoplan.publish.stage_seats import class_caps
from geoplan.publish.statutory.register import figures
from geoplan.publish.statutory.shares import site_shares
from geoplan.publish.statutory.states import Action, PlannedSchool, number
from geoplan.types import natural_sorted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoplan.plan import Plan, ProposedSite, StagePlan
    from geoplan.publish.edition import Edition
    from geoplan.publish.statutory.shares import SiteShare
    from geoplan.types import Layer, Stage


def proposed_schools(edition: Edition) -> list[PlannedSchool]:
    """Every proposed site of every stage, in the order of the proposal."""
    plan = edition.plan
    plots = _Plots(plan)
    caps, shares = class_caps(plan), site_shares(plan)
    return [
        _site(stage_plan, site, plots, caps, shares[stage_plan.stage, site.id])
        for stage_plan in plan.stages
        for site in stage_plan.proposal.sites
    ]


def _site(
    stage_plan: StagePlan,
    site: ProposedSite,
    plots: _Plots,
    caps: Mapping[Stage, int],
    share: SiteShare,
) -> PlannedSchool:
    stage = stage_plan.stage
    seats = number(share.seats)
    plot, land = plots.at(site)
    return PlannedSchool(
        id=site.id,
        name=site.name or id_words(site.id, "sites"),
        stages=(stage,),
        action=Action.EXPAND if site.kind == "expand" else Action.NEW,
        district=site.district,
        ownership="",
        xy=site.xy,
        # so many classes fill the seats at the cap
        classes=None if seats is None or stage not in caps else float(round(seats / caps[stage])),
        seats_now=None,
        seats=seats,
        land_m2=land,
        plot=plot,
        year=stage_plan.programme.year_of(site.id),
        basis=_basis(stage_plan, share),
        cost=number(share.cost),
        role="sites",
    )


def _basis(stage_plan: StagePlan, share: SiteShare) -> tuple[str, str]:
    zh, en = f"选址建议（{stage_plan.proposal.solution.model.zh}）", "proposed site"
    if not share.others:
        return zh, en
    with_zh, with_en = "、".join(each.zh for each in share.others), ", ".join(each.value for each in share.others)
    return f"{zh}；与{with_zh}合用地块，学位、投资为本学段份额", f"{en}; a share of a plot with {with_en}"


class _Plots:
    """Which plot a proposed site stands on, and how large it is."""

    def __init__(self, plan: Plan) -> None:
        self._sites = None if plan.layers.sites is None else plan.layers.sites.frame
        parcels: Layer | None = plan.layers.parcels
        self._parcels = None if parcels is None else parcels.frame
        shapes = [] if parcels is None else list(parcels.frame.geometry.array)
        self._tree = shapely.STRtree(shapes)

    def at(self, site: ProposedSite) -> tuple[str, float | None]:
        """Id and square metres of the parcel under the site; else the site's own."""
        if self._parcels is not None:
            hits = [int(hit) for hit in self._tree.query(shapely.Point(site.xy), predicate="intersects")]
            if hits:
                best = natural_sorted(str(self._parcels.index[hit]) for hit in hits)[0]
                row = next(hit for hit in hits if str(self._parcels.index[hit]) == best)
                given = figures(self._parcels, "area_m2")[row]
                return best, number(given) or _area(self._parcels.geometry.iloc[row])
        if self._sites is not None and site.id in self._sites.index:
            return site.id, _area(self._sites.geometry.loc[site.id])
        return site.id, None


def _area(shape: shapely.Geometry) -> float | None:
    return float(shapely.area(shape)) or None
