"""What an access report leaves out or assumes, as findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.types import Finding, Severity, Travel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.coverage.served import Coverage
    from geoplan.coverage.two_step import SeatAccess


def about_people(
    coverage: Coverage, weight: NDArray[np.float64], has_catchment: NDArray[np.bool_], *, knows_pupils: bool
) -> list[Finding]:
    """Whose heads were counted, who reaches no school, and who has no catchment; arrays of shape (m,)."""
    findings = [] if knows_pupils else [_by_residents(coverage)]
    lost = float(weight[~np.isfinite(coverage.distance_m)].sum())
    if lost > 0:
        findings.append(_unreachable(coverage, lost))
    without = float(weight[~has_catchment].sum())
    if without > 0:
        findings.append(_without_limit(coverage, without))
    return findings


def _by_residents(coverage: Coverage) -> Finding:
    return Finding(
        Severity.NOTE,
        "access-by-residents",
        f"{_which(coverage)}: pupils are not known; access is weighted by residents.",
        why="Seats per resident say who has more, not whether they are enough.",
        fix=f"Give pupils_{coverage.stage.value} in the population or the districts layer.",
        layer="population",
    )


def _unreachable(coverage: Coverage, heads: float) -> Finding:
    on_foot = coverage.travel is Travel.WALK and len(coverage.supply) > 0
    return Finding(
        Severity.WARNING,
        "access-unreachable",
        f"{_which(coverage)}: {heads:,.0f} reach no school ({coverage.travel.value}).",
        why="They are counted apart: not in the mean, the percentiles and the worst 5 %.",
        fix="Look whether the roads there are missing or not joined." if on_foot else "Add the schools of this stage.",
        layer="roads" if on_foot else "schools",
    )


def _without_limit(coverage: Coverage, heads: float) -> Finding:
    return Finding(
        Severity.NOTE,
        "access-without-limit",
        f"{_which(coverage)}: for {heads:,.0f} no limit is in force where they live; they have no seats per head.",
        why="They compete for no seat here, so that the others may seem better off than they are.",
        fix="Give catchment_m to count seats within so many metres for everyone.",
    )


def about_seats(
    coverage: Coverage, weight: NDArray[np.float64], found: SeatAccess, *, whole_capacity: bool
) -> list[Finding]:
    """Schools without known seats, and seats that are those of whole schools."""
    which, ids = _which(coverage), coverage.supply.ids
    findings: list[Finding] = []
    if found.left_out.any():
        near = float(weight[found.near_left_out].sum())
        findings.append(
            Finding(
                Severity.WARNING,
                "access-seats-unknown",
                f"{which}: {found.left_out.sum():,} of {len(ids):,} schools have no known seats and are left out; "
                f"{near:,.0f} have one of them in reach.",
                why="For those the seats per head are too low, or not known where there is no other school.",
                fix="Fill the column `capacity` or the classes of these schools.",
                layer="schools",
                rows=tuple(str(each) for each in ids[found.left_out][:5]),
                count=int(found.left_out.sum()),
            )
        )
    if whole_capacity and not found.left_out.all():
        findings.append(
            Finding(
                Severity.NOTE,
                "access-whole-capacity",
                f"{which}: a school's seats are its whole capacity, also where it has several stages.",
                why="A nine-year school then counts fully as primary and as junior.",
                fix="Give the seats of the stage.",
                layer="schools",
            )
        )
    return findings


def _which(coverage: Coverage) -> str:
    return f"{coverage.stage.zh} {coverage.stage.value}"
