"""A benchmark case: what is solved, within what, and what must be reached."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoplan.locate.costs import AnyCosts
    from geoplan.locate.problem import Keywords, Model


class Kind(StrEnum):
    """How a case is measured."""

    SOLVE = "solve"
    RATIO = "ratio"
    WHAT_IF = "what_if"


@dataclass(frozen=True)
class Target:
    """What must be reached.

    Attributes:
        within_s: wall seconds; the model is asked to stop a little earlier.
        proved: the status is `optimal`.
        gap: most that the gap may be.
        above: most that the objective may be worse than the best known one, relatively.
        memory_mb: most that the process may have held at once.
        ratio: how many times faster than the peer, and `memory_ratio` in what part of its memory.
        question_ms: most that a what-if question may take.
    """

    within_s: float
    proved: bool = False
    gap: float = 0.0
    above: float | None = None
    memory_mb: float | None = None
    ratio: float | None = None
    memory_ratio: float | None = None
    question_ms: float | None = None

    @property
    def limit_s(self) -> float:
        """The time limit for the model: what follows the search must fit in, too."""
        return 0.95 * self.within_s

    @property
    def asked_gap(self) -> float:
        """The gap at which the model stops: one that also says that the plan is near enough to the best known."""
        return self.gap if self.above is None else min(self.gap, self.above)


@dataclass(frozen=True, eq=False)
class Task:
    """The call: `p_median(costs, **keywords)` for the model p_median, and so on."""

    model: Model
    costs: AnyCosts = field(repr=False)
    keywords: Keywords = field(repr=False)


@dataclass(frozen=True, eq=False)
class Case:
    """One row of the table.

    Attributes:
        family, name: by which it is selected; the pair is unique.
        build: reads or generates the task.
        known: the best known objective; `known_proved` if it is known to be optimal.
        missing: why it cannot be built, or "".
    """

    family: str
    name: str
    build: Callable[[], Task]
    target: Target
    known: float | None = None
    known_proved: bool = False
    kind: Kind = Kind.SOLVE
    missing: str = ""


@dataclass(frozen=True)
class Outcome:
    """What came of a case.

    Attributes:
        objective, bound, gap, status: of the solution; the status is `error` or `killed` where there is none.
        seconds, cpu_s: of the call, from its arguments to the verified solution, wall and CPU.
        peak_mb: most memory of the process, libraries and building the task included; `idle_mb` before the call.
        pairs: pairs in reach.
        note: more figures, or what went wrong.
        failures: what of the target was not reached; empty: all was.
    """

    family: str
    name: str
    status: str
    objective: float | None = None
    known: float | None = None
    bound: float | None = None
    gap: float | None = None
    seconds: float | None = None
    cpu_s: float | None = None
    peak_mb: float | None = None
    idle_mb: float | None = None
    pairs: int | None = None
    note: str = ""
    failures: tuple[str, ...] = ()

    @property
    def difference(self) -> float | None:
        """Objective above the best known one, relatively."""
        if self.objective is None or self.known is None:
            return None
        return (self.objective - self.known) / max(abs(self.known), 1e-12)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**self.__dict__, "difference": self.difference, "failures": list(self.failures)}
