"""The plan by years: which of the chosen sites open when, and who is served in each of these years.

Which sites are built is decided once, for the whole plan. Their order is greedy: year by year, the site whose opening
newly serves most people goes first (equal ones: the one that more people are nearest to in the finished plan, then the
order of the proposal). A greedy order need not be the best for every single year; it never changes the plan's end.
What opens stays open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.coverage import measure
from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from geoplan.config_programme import ProgrammeConfig
    from geoplan.coverage import Coverage, Supply
    from geoplan.plan.proposal import StageProposal
    from geoplan.travel import TravelEngine
    from geoplan.types import Stage


@dataclass(frozen=True)
class Step:
    """A year of the programme and the sites that open in it, in their order."""

    year: int
    sites: tuple[str, ...]


@dataclass(frozen=True)
class Programme:
    """Steps in the order of their years; none where the plan has no years.

    Attributes:
        available: site id → year from which its land is to be had, where the sites layer says so.
    """

    steps: tuple[Step, ...] = ()
    available: tuple[tuple[str, int], ...] = ()
    findings: tuple[Finding, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.steps)

    @property
    def years(self) -> tuple[int, ...]:
        """The years, ascending."""
        return tuple(step.year for step in self.steps)

    def year_of(self, site_id: str) -> int | None:
        """The year in which a site opens, or None."""
        return next((step.year for step in self.steps if site_id in step.sites), None)

    def open_by(self, year: int) -> tuple[str, ...]:
        """Ids of the sites that stand by the end of a year."""
        return tuple(site for step in self.steps if step.year <= year for site in step.sites)

    def as_list(self) -> list[dict[str, Any]]:
        """Plain values for JSON."""
        return [{"year": step.year, "sites": list(step.sites)} for step in self.steps]


def programme_of(engine: TravelEngine, proposal: StageProposal, wanted: ProgrammeConfig) -> Programme:
    """Give every proposed site the year in which it opens.

    A site opens no earlier than its own year in the sites layer; what a year cannot take is made up for later. A site
    that is to be had only after the last year gets a step of its own, and a finding says so.

    Args:
        engine: of the proposal's own travel mode.
    """
    if not wanted.years:
        return Programme()
    ids = [site.id for site in proposal.sites]
    own = _own_years(proposal)
    quota = _quota(wanted, proposal.before.stage, len(ids))
    order = _Order(engine, proposal)
    left, steps, owed = list(ids), [], 0
    last = wanted.years[-1]
    for year in sorted({*wanted.years, *(each for each in own.values() if each > last)}):
        ready = [site for site in left if own.get(site, year) <= year]
        owed += quota.get(year, 0)
        # whatever the counts say, nothing that can be built waits beyond the last year
        chosen = order.take(ready, len(ready) if year >= last else owed)
        owed -= len(chosen)
        left = [site for site in left if site not in chosen]
        steps.append(Step(year, chosen))
    known = tuple((site, own[site]) for site in ids if site in own)
    return Programme(tuple(steps), known, _findings(own, last))


def coverage_by_step(
    engine: TravelEngine,
    before: Coverage,
    after: Coverage,
    programme: Programme,
    standing: Callable[[int], Supply] | None = None,
) -> tuple[Coverage, ...]:
    """Coverage at the end of each step, measured with the schools that stand by then; the last one is `after`.

    Args:
        standing: the schools that stand at the end of a year, the proposed ones aside; by default those of today.
    """
    found: list[Coverage] = []
    previous = before
    for step in programme.steps:
        old = before.supply if standing is None else standing(step.year)
        supply = old.joined(_opened(after.supply, programme.open_by(step.year)))
        same = next((each for each in (previous, after) if _same_schools(each.supply, supply)), None)
        previous = measure(engine, before.demand, supply, before.radii) if same is None else same
        found.append(previous)
    return tuple(found)


def coverage_on(
    engine: TravelEngine, after: Coverage, programme: Programme, standing: Callable[[int], Supply], year: int
) -> Coverage:
    """Coverage at the end of any year: by the schools that stand by then, and the sites that are built."""
    supply = standing(year).joined(_opened(after.supply, programme.open_by(year)))
    return measure(engine, after.demand, supply, after.radii)


def _same_schools(one: Supply, other: Supply) -> bool:
    """A school and a plot may bear the same id."""
    return np.array_equal(one.ids, other.ids) and np.array_equal(one.proposed, other.proposed)


def opened_in(after: Coverage, step: Step) -> Supply:
    """The schools that one step adds."""
    return _opened(after.supply, step.sites)


def _opened(supply: Supply, sites: Sequence[str]) -> Supply:
    """The proposed schools among `sites`, in the order of the proposal."""
    return supply.only(supply.proposed & np.isin(supply.ids.astype(str), sites))


def _own_years(proposal: StageProposal) -> dict[str, int]:
    """The year from which each proposed site's land is to be had, where the layer says so."""
    years = dict(zip(proposal.candidates.ids, proposal.candidates.year, strict=True))
    return {site.id: int(years[site.id]) for site in proposal.sites if np.isfinite(years[site.id])}


def _quota(wanted: ProgrammeConfig, stage: Stage, sites: int) -> dict[int, int]:
    """How many sites open in each year: as project.toml says, else evenly, the earlier years first."""
    if counts := wanted.new.get(stage):
        return dict(counts)
    each, more = divmod(sites, len(wanted.years))
    return {year: each + (place < more) for place, year in enumerate(wanted.years)}


def _findings(own: dict[str, int], last: int) -> tuple[Finding, ...]:
    late = [f"{site} ({year})" for site, year in own.items() if year > last]
    if not late:
        return ()
    return (
        Finding(
            Severity.WARNING,
            "site-after-programme",
            f"The land of {', '.join(late)} is to be had only after {last}, the last year of [programme].",
            why="These schools open in a step of their own, later than the others.",
            fix="Add that year to programme.years, or leave the sites out ([propose] exclude).",
            layer="sites",
            count=len(late),
        ),
    )


class _Order:
    """Picks sites by the people that each newly serves, given those that stand already."""

    def __init__(self, engine: TravelEngine, proposal: StageProposal) -> None:
        base, sites = proposal.base, proposal.sites
        demand = base.demand
        reach = np.nan_to_num(base.reach_m(), nan=-1.0)
        open_ = base.assessed & ~base.covered & (demand.people > 0)
        xy = np.array([site.xy for site in sites]).reshape(-1, 2)
        matrix = engine.within(demand.xy, xy, np.where(open_, reach, -1.0))
        origin = matrix.origin()
        self.people = demand.people
        self.points: dict[str, NDArray[np.int64]] = {
            site.id: origin[matrix.target == row] for row, site in enumerate(sites)
        }
        self.assigned = {site.id: site.people_assigned for site in sites}
        self.served = np.zeros(len(demand), dtype=bool)

    def take(self, ready: Sequence[str], most: int) -> tuple[str, ...]:
        """Up to `most` of the `ready` sites, the best first; they count as standing from now on."""
        chosen: list[str] = []
        while len(chosen) < min(most, len(ready)):
            rest = [site for site in ready if site not in chosen]
            best = max(rest, key=lambda site: (self._newly(site), self.assigned[site]))
            self.served[self.points[best]] = True
            chosen.append(best)
        return tuple(chosen)

    def _newly(self, site: str) -> float:
        points = self.points[site]
        return round(float(self.people[points[~self.served[points]]].sum()), 6)
