"""The answer to a zoning problem, by id, with every doubt stated."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geoplan.errors import ProblemError

if TYPE_CHECKING:
    from collections.abc import Collection

    from geoplan.locate.solution import Status
    from geoplan.types import Finding, Words
    from geoplan.zones.changes import Change
    from geoplan.zones.problem import ZoneProblem
    from geoplan.zones.repair import Repair

MOST_FINDINGS = 5
"""So many are written out by `explain`."""


@dataclass(frozen=True)
class Zone:
    """One zone of a plan.

    Attributes:
        id: of the zone: the ids of its schools, joined by "+".
        schools: their ids.
        units: ids of the units that belong to it, wholly or in part.
        load, seats, least: pupils, seats, fewest pupils.
        utilisation: load over seats.
        mean_cost, longest_cost: of its pupils; 0 without pupils.
        moved_in, moved_out: pupils who come from other zones, and who leave for others.
        is_new: a candidate that is opened; `boarding`: need not be contiguous.
    """

    id: str
    schools: tuple[str, ...]
    units: tuple[str, ...] = field(repr=False)
    load: float
    seats: float
    least: float
    utilisation: float
    mean_cost: float
    longest_cost: float
    moved_in: float
    moved_out: float
    is_new: bool
    boarding: bool

    @property
    def over(self) -> float:
        """Pupils beyond the seats."""
        return max(self.load - self.seats, 0.0)


@dataclass(frozen=True)
class ZonePlan:
    """The answer to a `ZoneProblem`.

    Attributes:
        zones: the open ones, in order of preference of their schools; `new_schools`: candidates that are opened.
        assignment: unit id to zone id (the one with the largest share, where the unit is split).
        shares: of units that are split, unit id to zone id to share; else empty.
        objective, bound: the optimum lies between them; None where there is no plan.
        gap: |objective - bound| relative to the objective.
        distance, moved_pupils, over_pupils, opening_cost: what the objective is made of, without prices.
        reasons: why there is no plan, with figures, in Chinese and English; `unreachable`: units that no school can
            reach.
        least_bad: the plan that comes nearest, where there is none; what it breaks stands in the `reasons`.
        findings: what was noticed or decided on the way: islands that were linked, schools that share a zone.
        interrupted: somebody pressed Ctrl-C; the plan is the best until then.
    """

    status: Status
    zones: tuple[Zone, ...]
    new_schools: tuple[str, ...]
    objective: float | None
    bound: float | None
    gap: float | None
    assignment: dict[str, str] = field(default_factory=dict, repr=False)
    shares: dict[str, dict[str, float]] = field(default_factory=dict, repr=False)
    distance: float = 0.0
    moved_pupils: float = 0.0
    over_pupils: float = 0.0
    opening_cost: float = 0.0
    seconds: float = 0.0
    seed: int = 0
    reasons: tuple[Words, ...] = ()
    unreachable: tuple[str, ...] = ()
    least_bad: ZonePlan | None = field(default=None, repr=False)
    findings: tuple[Finding, ...] = field(default=(), repr=False)
    interrupted: bool = False
    problem: ZoneProblem | None = field(default=None, repr=False, compare=False)

    @property
    def parts(self) -> dict[str, dict[str, float]]:
        """By unit id, the zones that it belongs to and with what share; who is not split has one with share 1."""
        return {each: self.shares.get(each, {zone: 1.0}) for each, zone in self.assignment.items()}

    @property
    def reason(self) -> str:
        """Why there is no plan, in English; '' where there is one."""
        return " ".join(en for _, en in self.reasons)

    def zone(self, name: str) -> Zone:
        """The open zone with this id, or of the school with this id.

        Raises:
            ProblemError: there is none.
        """
        for each in self.zones:
            if name == each.id or name in each.schools:
                return each
        raise ProblemError(f"No open zone {name!r}; there are {', '.join(each.id for each in self.zones)}.")

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Every unit whose zone is not today's, with the reasons; largest first."""
        from geoplan.zones.changes import changes_of  # noqa: PLC0415 - a change asks what-if of the plan

        return changes_of(self)

    def move(self, units: Collection[str], *, to: str) -> Repair:
        """What if these units belonged to another zone: every measure anew, and what breaks. See `Repair`.

        Args:
            units: ids of units, which move as wholes.
            to: id of a zone or of one of its schools.

        Raises:
            ProblemError: unknown ids, or no plan to begin with.
        """
        from geoplan.zones.repair import repair  # noqa: PLC0415 - a repair begins with a plan

        return repair(self).move(units, to=to)

    def explain(self) -> str:
        """Status, objective, bound and gap in a few lines; where there is no plan why, and what comes nearest."""
        if self.objective is None or self.bound is None or self.gap is None:
            lines = [f"zones: {self.status.value}. {self.reason}"]
            return "\n".join([*lines, *(["Nearest to it: " + self.least_bad.explain()] if self.least_bad else [])])
        head = (
            f"zones: {self.status.value}, objective {self.objective:,.10g}, bound {self.bound:,.10g}, "
            f"gap {self.gap:.4%}, {len(self.zones)} zones, {self.seconds:.2f} s, seed {self.seed}."
        )
        lines = [head]
        if self.new_schools:
            lines.append(f"Opened: {', '.join(self.new_schools)}.")
        if self.over_pupils:
            lines.append(f"Beyond the seats: {self.over_pupils:,g} pupils.")
        if self.problem is not None and (self.problem.current != -1).any():
            lines.append(f"Moved: {self.moved_pupils:,g} pupils in {len(self.changes)} units.")
        if self.interrupted:
            lines.append("Stopped by Ctrl-C: the best plan until then.")
        lines += [str(each) for each in self.findings[:MOST_FINDINGS]]
        more = len(self.findings) - MOST_FINDINGS
        return "\n".join([*lines, *([f"… and {more} more findings."] if more > 0 else [])])

    def table(self) -> pd.DataFrame:
        """A row for each zone (index: its id): units, pupils, seats, load, mean and longest way, pupils moved."""
        columns = {
            "schools": [", ".join(zone.schools) for zone in self.zones],
            "units": [len(zone.units) for zone in self.zones],
            "pupils": [zone.load for zone in self.zones],
            "seats": [zone.seats for zone in self.zones],
            "utilisation": [zone.utilisation for zone in self.zones],
            "over": [zone.over for zone in self.zones],
            "mean_cost": [zone.mean_cost for zone in self.zones],
            "longest_cost": [zone.longest_cost for zone in self.zones],
            "moved_in": [zone.moved_in for zone in self.zones],
            "moved_out": [zone.moved_out for zone in self.zones],
            "new": [zone.is_new for zone in self.zones],
        }
        return pd.DataFrame(columns, index=pd.Index([zone.id for zone in self.zones], name="zone"))

    def unit_table(self) -> pd.DataFrame:
        """A row for each unit and zone that it belongs to: pupils, share, cost, and today's school."""
        problem = self.problem
        if problem is None:
            return pd.DataFrame(columns=["unit", "zone", "share", "pupils", "cost", "current"])
        rows = []
        for unit, by_zone in self.parts.items():
            row = problem.row_of_unit[unit]
            for zone, share in by_zone.items():
                cost = float(problem.cost[row, problem.zone_named[zone]])
                pupils = float(problem.pupils[row]) * share
                rows.append((unit, zone, share, pupils, cost, problem.current_name[row]))
        return pd.DataFrame(rows, columns=["unit", "zone", "share", "pupils", "cost", "current"])

    def change_table(self) -> pd.DataFrame:
        """A row for each unit that changes zones: from, to, pupils, and why, in English and Chinese."""
        rows = [(each.unit, each.was, each.becomes, each.pupils, each.why, each.why_zh) for each in self.changes]
        return pd.DataFrame(rows, columns=["unit", "from", "to", "pupils", "why", "why_zh"])

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON, without the assignment."""
        return {
            "status": self.status.value,
            "objective": rounded(self.objective),
            "bound": rounded(self.bound),
            "gap": None if self.gap is None or not np.isfinite(self.gap) else round(self.gap, 9),
            "zones": [
                {"id": zone.id, "units": len(zone.units), "pupils": rounded(zone.load), "seats": rounded(zone.seats)}
                for zone in self.zones
            ],
            "new_schools": list(self.new_schools),
            "distance": rounded(self.distance),
            "moved_pupils": rounded(self.moved_pupils),
            "over_pupils": rounded(self.over_pupils),
            "reason": self.reason,
            "reason_zh": "".join(zh for zh, _ in self.reasons),
            "unreachable": list(self.unreachable),
            "least_bad": None if self.least_bad is None else self.least_bad.as_dict(),
            "findings": [each.as_dict() for each in self.findings],
            "seed": self.seed,
        }


def rounded(value: float | None) -> float | int | None:
    """For JSON: whole where it nearly is, None where it is not finite."""
    if value is None or not np.isfinite(value):
        return None
    return round(value) if abs(value - round(value)) < 1e-6 else round(value, 6)
