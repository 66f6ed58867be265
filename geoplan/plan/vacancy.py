"""Years without a school: a school closes, and the new one that takes over is built only later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.types import Finding, Severity, natural_sorted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from geoplan.coverage import Coverage, Gap
    from geoplan.plan.plan import StagePlan, View
    from geoplan.plan.programme import Programme


@dataclass(frozen=True)
class Vacancy:
    """People of a gap by a closing whom a proposed site serves some years after their school closed.

    Attributes:
        gap: its id.
        since, until: the year from which the school is closed, and the year of the programme in which the site stands.
        people: who are beyond the radius from `since` until then.
    """

    gap: str
    closings: tuple[str, ...]
    site: str
    since: int
    until: int
    people: float


def vacancies_of(
    gaps: Sequence[Gap], steps: Sequence[Coverage], programme: Programme, coverage_on: Callable[[int], Coverage]
) -> tuple[Vacancy, ...]:
    """The vacancies of some gaps by closings, also those that begin and end between two years of the programme.

    Args:
        steps: coverage at the end of each year of the programme.
        coverage_on: coverage at the end of any year, sites that stand by then included.
    """
    found: list[Vacancy] = []
    for since in sorted({gap.since for gap in gaps if gap.since is not None}):
        later = [(year, step) for year, step in zip(programme.years, steps, strict=True) if year > since]
        covered = coverage_on(since).covered if later else np.zeros(0, dtype=bool)
        for gap in gaps if later else ():
            if gap.since == since:
                found += _of_gap(gap, since, gap.points[~covered[gap.points]], later)
    return tuple(found)


def _of_gap(gap: Gap, since: int, left: np.ndarray, later: Sequence[tuple[int, Coverage]]) -> Iterator[Vacancy]:
    """Who of those `left` without a school comes to which site, and when."""
    for year, step in later:
        taken = left[step.covered[left]]
        taken = taken[step.supply.proposed[step.school[taken]]]
        to = step.supply.ids[step.school[taken]].astype(str)
        for site in natural_sorted({str(each) for each in to}):
            people = float(step.demand.people[taken[to == site]].sum())
            yield Vacancy(gap.id, gap.closings, site, since, year, people)
        left = left[~step.covered[left]]


def vacant_years(view: View, gap: Gap) -> tuple[int, int, tuple[str, ...]] | None:
    """The first year without a school, the one in which the last site takes over, and those sites; None without one."""
    mine = [each for each in view.vacancies if each.gap == gap.id]
    if not mine:
        return None
    until = max(each.until for each in mine)
    return mine[0].since, until, tuple(each.site for each in mine if each.until == until)


def span_zh(since: int, until: int) -> str:
    """`2028 年至 2029 年` of the years from `since` to the one before `until`."""
    return f"{since} 年" if until - since == 1 else f"{since} 年至 {until - 1} 年"


def vacancy_findings(stages: Sequence[StagePlan]) -> tuple[Finding, ...]:
    """A warning for each school and the site that takes over too late, by the travel mode that sites were chosen by."""
    found = []
    for stage in stages:
        whole: dict[tuple[object, ...], Vacancy] = {}
        for each in stage.basis.vacancies:
            key = each.closings, each.site, each.since, each.until
            same = whole.get(key)
            whole[key] = each if same is None else replace(same, people=same.people + each.people)
        found += [_finding(stage, each) for each in whole.values()]
    return tuple(found)


def _finding(stage: StagePlan, vacancy: Vacancy) -> Finding:
    name, last = stage.stage.value, vacancy.until - 1
    # how many children it is is told where small counts are hidden, and not here
    counts = stage.proposal.before.demand.units.counts
    who = f"{vacancy.people:,.0f} people" if counts == "people" else "Those who live there"
    years = f"in {last}" if last == vacancy.since else f"from {vacancy.since} to {last}"
    wanted = "" if vacancy.since in stage.programme.years else f"add {vacancy.since} to years in [programme], and "
    return Finding(
        Severity.WARNING,
        "closing-before-site",
        f"{', '.join(vacancy.closings)} closes in {vacancy.since}; {vacancy.site}, which takes over, is built in "
        f"{vacancy.until}. {who} have no {name} school within the radius {years}.",
        why="A new school is to be built before the old one closes.",
        fix=f"Build {vacancy.site} first: {wanted}see that its land is to be had by then and that [programme] "
        f"builds it by {vacancy.since}; or close the school in {vacancy.until} or later.",
        layer="schools",
        count=len(vacancy.closings),
    )
