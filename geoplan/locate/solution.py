"""The answer to a location problem, by id, with every doubt stated."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from geoplan.locate.problem import Model, Problem


class Status(StrEnum):
    """`OPTIMAL` only when proved; `FEASIBLE` is the best found within the limit, with its bound.

    `TIME_LIMIT`: the limit was reached before any plan was found, and whether there is one is not known.
    """

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    TIME_LIMIT = "time_limit"

    @property
    def zh(self) -> str:
        """The Chinese label."""
        return {
            "optimal": "已证明最优",
            "feasible": "可行（未证明最优）",
            "infeasible": "无可行解",
            "time_limit": "限时内未找到方案",
        }[self.value]


NO_HELP = "alone does not help."
"""How the line of a rule ends whose relaxation alone would not do."""


@dataclass(frozen=True)
class Conflict:
    """Why there is no plan.

    Attributes:
        rules: names of rules that cannot hold together; without any one of them the others can.
        relaxations: for each of them, the least change of it alone that would let all hold, in words.
    """

    rules: tuple[str, ...]
    relaxations: tuple[str, ...]


@dataclass(frozen=True)
class Solution:
    """The answer to a `Problem`.

    Attributes:
        sites: ids of all open sites of the problem, the existing ones included, in order of preference.
        new_sites: the ones that were decided to be opened; `closed`: existing schools that were decided to be closed.
        assignment: demand id to site id (the one with the largest share, where demand may be split); demand served
            from outside the problem or not at all is absent.
        shares: demand id to site id to share, where demand may be split; else empty.
        loads: weight assigned to each open site.
        sizes: chosen size by site id; `seats_added`: seats added by site id, where some are.
        objective, bound: both in the model's own unit; the optimum lies between them. None when infeasible.
        gap: |objective - bound| relative to the objective.
        unserved: ids of demand that nobody serves, or not all of it; `unserved_weight` the weight that is not served.
        reason: why it is infeasible, in words, with figures; `conflict` the rules that cannot hold together.
        ties: how equally good answers were chosen between.
        interrupted: somebody pressed Ctrl-C; the plan is the best until then.
    """

    model: Model
    status: Status
    sites: tuple[str, ...]
    new_sites: tuple[str, ...]
    objective: float | None
    bound: float | None
    gap: float | None
    assignment: dict[str, str] = field(default_factory=dict, repr=False)
    shares: dict[str, dict[str, float]] = field(default_factory=dict, repr=False)
    loads: dict[str, float] = field(default_factory=dict, repr=False)
    closed: tuple[str, ...] = ()
    sizes: dict[str, str] = field(default_factory=dict, repr=False)
    seats_added: dict[str, float] = field(default_factory=dict, repr=False)
    unserved: tuple[str, ...] = field(default=(), repr=False)
    unserved_weight: float = 0.0
    seconds: float = 0.0
    seed: int = 0
    reason: str = ""
    conflict: Conflict | None = None
    ties: str = ""
    interrupted: bool = False
    problem: Problem | None = field(default=None, repr=False, compare=False)

    @property
    def parts(self) -> dict[str, dict[str, float]]:
        """By demand id, the sites that serve it and with what share; who is not split has one site with share 1."""
        return self.shares or {each: {site: 1.0} for each, site in self.assignment.items()}

    def explain(self) -> str:
        """Status, objective, bound and gap in a few lines; for an infeasible problem the reason and what would help.

        It says, too, where a cover was asked for without a radius, so that any one site covers everyone.
        """
        if self.objective is None or self.bound is None or self.gap is None:
            return "\n".join([f"{self.model.value}: {self.status.value}. {self.reason}", *self._conflict_lines()])
        head = (
            f"{self.model.value}: {self.status.value}, objective {self.objective:,.10g}, bound {self.bound:,.10g}, "
            f"gap {self.gap:.4%}, {len(self.new_sites)} new sites, {self.seconds:.2f} s, seed {self.seed}."
        )
        lines = [head]
        if self.closed:
            lines.append(f"Closed: {', '.join(self.closed)}.")
        if self.seats_added:
            lines.append(
                "Seats added: " + ", ".join(f"{each} {seats:g}" for each, seats in self.seats_added.items()) + "."
            )
        if self.unserved:
            lines.append(f"Not served: {len(self.unserved)} demands with a weight of {self.unserved_weight:g}.")
        if self.problem is not None and self.problem.any_site_covers_all:
            lines.append("Every site is in reach of every demand, so any one covers all; max_cost= sets the radius.")
        if self.interrupted:
            lines.append("Stopped by Ctrl-C: the best plan until then.")
        return "\n".join(lines)

    def _conflict_lines(self) -> list[str]:
        """The changes that would help; of the others only that they do not."""
        lines = () if self.conflict is None else self.conflict.relaxations
        helping = [line for line in lines if not line.endswith(NO_HELP)]
        others = "Changing one of the other rules alone does not help."
        return [*helping, *([others] if len(helping) < len(lines) else [])]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON, without the assignment."""
        return {
            "model": self.model.value,
            "sites": list(self.new_sites),
            "objective": _rounded(self.objective),
            "bound": _rounded(self.bound),
            "gap": None if self.gap is None or not np.isfinite(self.gap) else round(self.gap, 9),
            "status": self.status.value,
            "unserved": _rounded(self.unserved_weight),
            "reason": self.reason,
            "seed": self.seed,
            "ties": self.ties,
        }


def _rounded(value: float | None) -> float | int | None:
    if value is None or not np.isfinite(value):
        return None
    return round(value) if abs(value - round(value)) < 1e-6 else round(value, 6)
