"""Attendance zones as proposed: before and after, school by school, and every change with its reasons."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.coverage import tidy
from geoplan.plan.zone_today import SOURCES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.plan.zone_ground import ZoneGround
    from geoplan.plan.zone_schools import ZoneSchools
    from geoplan.plan.zone_today import Today
    from geoplan.plan.zone_wish import ZoneWish
    from geoplan.types import Finding, Stage, Travel
    from geoplan.zones import Balance, Change, Zone, ZonePlan, ZoneProblem


@dataclass(frozen=True)
class ZoneState:
    """One zone, before or after.

    Attributes:
        schools: ids; of a zone before also a school that is closed.
        units: how many; pupils, seats: together; seats are nan of a school that is closed.
        mean_m, longest_m: of its pupils' ways; nan where they are not known.
    """

    id: str
    schools: tuple[str, ...]
    units: int
    pupils: float
    seats: float
    mean_m: float
    longest_m: float

    @property
    def load(self) -> float:
        """Pupils over seats; nan without seats."""
        return self.pupils / self.seats if self.seats > 0 else float("nan")


@dataclass(frozen=True, eq=False)
class ZoneTask:
    """A zoning problem with what it was made of.

    Attributes:
        ways: metres from each unit to each school, inf where there is no way. Shape (units, schools).
        findings: of layers, units, schools, today's zones and the problem.
    """

    stage: Stage
    travel: Travel
    wish: ZoneWish
    ground: ZoneGround
    schools: ZoneSchools
    today: Today
    ways: NDArray[np.float64]
    problem: ZoneProblem
    findings: tuple[Finding, ...]


@dataclass(frozen=True, eq=False)
class ZoneProposal(ZoneTask):
    """What is proposed for a stage.

    Attributes:
        plan: the answer; where it has no plan, `plan.least_bad` may have one.
        balance: the steps towards balance, where it was asked for.
    """

    plan: ZonePlan
    balance: Balance | None

    @property
    def has_plan(self) -> bool:
        """A plan that keeps every rule was found."""
        return self.plan.objective is not None

    @cached_property
    def shown(self) -> ZonePlan | None:
        """The plan, else the least bad one, else None."""
        return self.plan if self.has_plan else self.plan.least_bad

    @cached_property
    def before(self) -> dict[str, str]:
        """Unit id to the id of its zone today: a zone of the problem, or the name of a school that is closed."""
        by_school = {each: self.problem.zone_ids[row] for each, row in self.problem.zone_named.items()}
        return {unit: by_school.get(school, school) for unit, school in self.today.school.items()}

    @cached_property
    def after(self) -> dict[str, str]:
        """Unit id to the id of its zone as proposed; empty without a plan."""
        return {} if self.shown is None else dict(self.shown.assignment)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Every unit that changes zones, with the reasons."""
        return () if self.shown is None else self.shown.changes

    @cached_property
    def zones(self) -> tuple[Zone, ...]:
        """The open zones as proposed, in natural order of their first school."""
        return () if self.shown is None else self.shown.zones

    @cached_property
    def states_before(self) -> dict[str, ZoneState]:
        """Today's zones by id, those of closed schools last."""
        return _states(self, self.before)

    @cached_property
    def states_after(self) -> dict[str, ZoneState]:
        """The proposed zones by id."""
        return _states(self, self.after)

    @cached_property
    def zone_ids(self) -> tuple[str, ...]:
        """Every zone that is there before or after, in the order of the problem, closed schools last."""
        known = self.problem.zone_ids
        there = {*self.before.values(), *self.after.values(), *(zone.id for zone in self.zones)}
        return (*(each for each in known if each in there), *sorted(there - set(known)))

    @cached_property
    def left(self) -> dict[str, float]:
        """Pupils who leave each zone of today."""
        heads = dict(zip(self.ground.ids, self.ground.pupils.tolist(), strict=True))
        found: dict[str, float] = {}
        for unit, was in self.before.items():
            if self.after.get(unit, was) != was:
                found[was] = found.get(was, 0.0) + heads[unit]
        return found

    def schools_of(self, zone: str) -> tuple[str, ...]:
        """Ids of the schools of a zone, before or after."""
        problem = self.problem
        if zone not in problem.zone_ids:
            return (zone,)
        return tuple(problem.school_ids[row] for row in problem.zones[problem.zone_named[zone]])

    def zone_name(self, zone: str) -> str:
        """Names of the schools of a zone."""
        return "、".join(self.schools.name(each) for each in self.schools_of(zone))

    @cached_property
    def unit_names(self) -> dict[str, str]:
        """Name of each unit by its id."""
        return dict(zip(self.ground.ids, self.ground.names, strict=True))

    def way(self, unit: str, zone: str) -> float:
        """Metres from a unit to a zone's school, of several the mean; nan where it is not known."""
        problem = self.problem
        if zone not in problem.zone_named or unit not in problem.row_of_unit:
            return float("nan")
        way = float(problem.cost[problem.row_of_unit[unit], problem.zone_named[zone]])
        return way if np.isfinite(way) else float("nan")

    def totals(self, which: dict[str, str]) -> dict[str, float]:
        """Pupils, those with a known way, pupil-metres, mean and longest way, pupils beyond the seats."""
        states = list((self.states_before if which is self.before else self.states_after).values())
        pupils = sum(each.pupils for each in states)
        ways = [each for each in states if np.isfinite(each.mean_m)]
        walked, known = sum(each.pupils * each.mean_m for each in ways), sum(each.pupils for each in ways)
        over = sum(max(each.pupils - each.seats, 0.0) for each in states if np.isfinite(each.seats))
        longest = max((each.longest_m for each in ways), default=0.0)
        return {
            "pupils": pupils,
            "distance_m": walked,
            "mean_m": walked / known if known > 0 else 0.0,
            "longest_m": longest,
            "over_seats": over,
        }

    def as_dict(self) -> dict[str, Any]:
        """The object that `geoplan zones --json` prints."""
        from geoplan.plan.zone_rows import balance_rows, change_row, zone_row  # noqa: PLC0415 - rows are of a proposal

        zh, en = SOURCES[self.today.source]
        return {
            "stage": self.stage.value,
            "travel": self.travel.value,
            "asked": self.wish.as_dict(),
            "units": len(self.ground),
            "schools": len(self.schools),
            "pupils": tidy(float(self.ground.pupils.sum())),
            "seats": tidy(float(self.schools.seats[~self.schools.is_candidate].sum())),
            "today": {"source": self.today.source, "zh": zh, "en": en, **tidied(self.totals(self.before))},
            "plan": self.plan.as_dict(),
            "least_bad_shown": self.shown is not None and not self.has_plan,
            "after": None if self.shown is None else tidied(self.totals(self.after)),
            "zones": [zone_row(self, each) for each in self.zone_ids],
            "changes": [change_row(self, each) for each in self.changes],
            "assignment": self.after,
            "balance": None if self.balance is None else balance_rows(self.balance),
            "findings": [finding.as_dict() for finding in self.findings],
        }

    def __repr__(self) -> str:
        return (
            f"ZoneProposal({self.stage}: {len(self.ground)} units, {len(self.schools)} schools; {self.plan.explain()})"
        )


def _states(proposal: ZoneProposal, which: dict[str, str]) -> dict[str, ZoneState]:
    row = {each: number for number, each in enumerate(proposal.ground.ids)}
    members: dict[str, list[str]] = {each: [] for each in proposal.zone_ids if each in set(which.values())}
    if which is proposal.after:
        members |= {zone.id: [] for zone in proposal.zones if zone.id not in members}
    for unit, zone in which.items():
        members[zone].append(unit)
    seats = dict(zip(proposal.schools.ids, proposal.schools.seats.tolist(), strict=True))
    found = {}
    for zone, units in members.items():
        heads = np.array([proposal.ground.pupils[row[each]] for each in units], dtype=float)
        ways = np.array([proposal.way(each, zone) for each in units], dtype=float)
        some = (heads > 0) & np.isfinite(ways)
        schools = proposal.schools_of(zone)
        found[zone] = ZoneState(
            id=zone,
            schools=schools,
            units=len(units),
            pupils=float(heads.sum()),
            seats=sum(seats.get(each, float("nan")) for each in schools),
            mean_m=float((heads[some] * ways[some]).sum() / heads[some].sum()) if some.any() else float("nan"),
            longest_m=float(ways[some].max()) if some.any() else float("nan"),
        )
    return found


def tidied(values: dict[str, float]) -> dict[str, float | int]:
    """Figures as plain values."""
    return {name: tidy(round(value, 3)) for name, value in values.items()}
