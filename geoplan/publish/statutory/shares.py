"""What each stage has of a plot: its seats and its cost, which are there once, whoever shares the plot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.demand import largest_remainder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.plan import Plan
    from geoplan.types import Stage


@dataclass(frozen=True)
class SiteShare:
    """A proposed site as one stage has it.

    Attributes:
        seats, cost: of this stage; NaN where unknown.
        others: stages that share the plot; () where it serves one, as it does without `share_plots`.
    """

    seats: float
    cost: float
    others: tuple[Stage, ...] = ()


def site_shares(plan: Plan) -> dict[tuple[Stage, str], SiteShare]:
    """The share of each stage in every proposed site, by stage and id of the site.

    Where several stages stand on a plot and each is given the whole of it, they have equal parts in whole seats and
    whole units of cost; shares that add up to no more than the plot holds stay as they are. Simplification: no layer
    says how a plot is divided. Generated sites are points of a stage's own grid and never shared.
    """
    wanted: dict[str, list[tuple[Stage, float, float]]] = {}
    for stage_plan in plan.stages:
        for site in stage_plan.proposal.sites:
            wanted.setdefault(site.id, []).append((stage_plan.stage, site.seats, site.cost))
    found: dict[tuple[Stage, str], SiteShare] = {}
    for each, rows in wanted.items():
        is_plot = plan.layers.sites is not None and each in plan.layers.sites.frame.index
        seats, cost = [row[1] for row in rows], [row[2] for row in rows]
        if is_plot and len(rows) > 1:
            seats, cost = _parts(seats), _parts(cost)
        for (stage, _, _), part, paid in zip(rows, seats, cost, strict=True):
            others = tuple(other for other, _, _ in rows if other is not stage) if is_plot else ()
            found[stage, each] = SiteShare(part, paid, others)
    return found


def proposed_seats(plan: Plan) -> dict[tuple[Stage, str], list[tuple[float, int | None]]]:
    """Seats and opening year of every proposed site, by stage and id of its district; '' outside all districts."""
    shares = site_shares(plan)
    found: dict[tuple[Stage, str], list[tuple[float, int | None]]] = {}
    for stage_plan in plan.stages:
        for site in stage_plan.proposal.sites:
            district = plan.units.district_ids[site.district] if site.district >= 0 else ""
            year = stage_plan.programme.year_of(site.id)
            found.setdefault((stage_plan.stage, district), []).append((shares[stage_plan.stage, site.id].seats, year))
    return found


def _parts(given: Sequence[float]) -> list[float]:
    """The same whole figure given several times, in equal parts; figures that differ are shares already."""
    whole = given[0]
    if not np.isfinite(given).all() or any(each != whole for each in given) or whole <= 0:
        return list(given)
    if float(whole).is_integer():
        return [float(part) for part in largest_remainder(int(whole), np.ones(len(given)))]
    return [whole / len(given)] * len(given)
