"""`run_bench`: choose cases, measure them one after another, print the table."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoplan.bench.cases import select_cases
from geoplan.bench.measure import measure
from geoplan.bench.summary import summarised
from geoplan.errors import ProblemError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from geoplan.bench.case import Case, Outcome

HEAD = (
    f"{'family':<18}{'case':<18}{'objective':>16}{'best known':>16}{'diff %':>9}{'bound':>16}{'gap %':>9}"
    f"  {'status':<11}{'wall s':>8}{'CPU s':>8}{'MB':>7}  reached"
)


@dataclass(frozen=True)
class Report:
    """All outcomes.

    Attributes:
        outcomes: one for each case, in order; of several runs the one with the median wall time.
        families: a line for each family.
        failures: what whole families fail.
    """

    outcomes: tuple[Outcome, ...]
    families: tuple[str, ...]
    failures: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether every case that was run reached its target."""
        return not self.failures and not any(each.failures for each in self.outcomes)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "machine": _machine(),
            "passed": self.passed,
            "outcomes": [each.as_dict() for each in self.outcomes],
            "families": list(self.families),
            "failures": list(self.failures),
        }


def list_cases(folder: Path | None = None, *, families: Collection[str] = (), names: Collection[str] = ()) -> list[str]:
    """A line for each case: family, name, limit, what must be reached."""
    return [
        f"{case.family:<18}{case.name:<18}{_asked(case)}"
        for case in select_cases(folder, families=families, names=names)
    ]


def run_bench(
    folder: Path | None = None,
    *,
    families: Collection[str] = (),
    names: Collection[str] = (),
    limit_s: float | None = None,
    runs: int = 1,
    seed: int = 0,
    say: Callable[[str], None],
) -> Report:
    """Measure cases, each in a process of its own, and say a table line by line.

    Args:
        folder: of published instances with KNOWN_VALUES.csv; None: the generated cases, which need no files.
        families, names: which cases, by default all; see `select_cases`.
        limit_s: time limit for every model, in place of the cases' own.
        runs: how often each case is run; the run with the median wall time counts.
        seed: for the models.
        say: called with each line.

    Raises:
        ProblemError: unknown families or names, limits that make no sense.
        InputError: the folder's table of known values cannot be read.
    """
    if runs < 1 or (limit_s is not None and not limit_s > 0):
        raise ProblemError(f"Expected at least 1 run and a limit above 0 s, found {runs} and {limit_s}.")
    cases = select_cases(folder, families=families, names=names)
    longest = sum(case.target.within_s for case in cases) * runs / 60
    say(f"{_machine()}; {len(cases)} cases, at most about {longest:.0f} minutes. Kernels are compiled beforehand.")
    say(HEAD)
    outcomes: list[Outcome] = []
    try:
        for case in cases:
            measured = [measure(case, folder, limit_s=limit_s, seed=seed) for _ in range(runs)]
            measured.sort(key=lambda each: float("inf") if each.seconds is None else each.seconds)
            outcomes.append(measured[(runs - 1) // 2])
            for line in _lines(outcomes[-1]):
                say(line)
    finally:
        # after Ctrl-C too: what has been measured is worth its summary
        families_said, failures = summarised(outcomes)
        for line in ("", *families_said, *(f"not reached: {each}" for each in failures)):
            say(line)
    return Report(tuple(outcomes), tuple(families_said), tuple(failures))


def _lines(outcome: Outcome) -> list[str]:
    reached = "absent" if outcome.status == "absent" else "yes" if not outcome.failures else "NO: "
    line = (
        f"{outcome.family:<18}{outcome.name:<18}{_figure(outcome.objective, ',.2f'):>16}"
        f"{_figure(outcome.known, ',.2f'):>16}{_figure(outcome.difference, '.4f', 100):>9}"
        f"{_figure(outcome.bound, ',.2f'):>16}{_figure(outcome.gap, '.4f', 100):>9}  {outcome.status:<11}"
        f"{_figure(outcome.seconds, '.2f'):>8}{_figure(outcome.cpu_s, '.2f'):>8}{_figure(outcome.peak_mb, '.0f'):>7}"
        f"  {reached}{'; '.join(outcome.failures)}"
    )
    return [line, *([f"    {outcome.note}"] if outcome.note else [])]


def _asked(case: Case) -> str:
    target = case.target
    asked = [f"within {target.within_s:g} s"]
    asked += ["proved"] if target.proved else []
    asked += [f"gap at most {target.gap:.2%}"] if target.gap else []
    asked += [f"at most {target.above:.2%} above the best known"] if target.above is not None else []
    asked += [f"at most {target.memory_mb:g} MB"] if target.memory_mb is not None else []
    asked += [f"{target.ratio:g} times faster than spopt"] if target.ratio is not None else []
    asked += [f"in {target.memory_ratio:g} of its memory"] if target.memory_ratio is not None else []
    asked += [f"at most {target.question_ms:g} ms a question"] if target.question_ms is not None else []
    asked += [f"({case.missing})"] if case.missing else []
    return ", ".join(asked)


def _figure(value: float | None, form: str, factor: float = 1.0) -> str:
    return "-" if value is None else format(value * factor, form)


def _machine() -> str:
    return f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
