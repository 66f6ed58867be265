"""What every command shares: exit codes, the usual options, tables, findings and progress on a terminal."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geoplan.types import Severity, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from geoplan.locate import Progress as SolverProgress
    from geoplan.project import Project
    from geoplan.types import Finding

GOOD, FAILS, WRONG, INTERRUPTED = 0, 1, 2, 130
PLAIN_EVERY_S = 5.0
"""So often a solver's progress is a line of its own, where no line can change."""

ProjectArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="[PROJECT]",
        help="Folder with a project.toml; by default the folder you stand in, else the bundled demo.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")]
StageOption = Annotated[Stage, typer.Option("--stage", "-s", help="Stage of schooling.")]
RadiusOption = Annotated[
    float | None, typer.Option("--radius-m", help="One service radius in metres, in place of the profile's.")
]
OutOption = Annotated[Path | None, typer.Option("--out", "-o", help="Folder for the outputs.", show_default=False)]


def open_project(folder: Path | None) -> Project:
    """The project named, else the one in the working directory, else the demo."""
    from geoplan.config import PROJECT_FILE  # noqa: PLC0415  only here
    from geoplan.project import Project  # noqa: PLC0415  heavy

    if folder is not None:
        return Project.open(folder)
    here = Path.cwd()
    return Project.open(here) if (here / PROJECT_FILE).is_file() else Project.demo()


class Progress:
    """One line that changes on a terminal; plain lines to standard error elsewhere; nothing with --json."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._status: Any = None
        self._said = time.monotonic()

    def __enter__(self) -> Callable[[str], None]:
        if not self._quiet and sys.stderr.isatty():
            from rich.console import Console  # noqa: PLC0415  only on a terminal

            self._status = Console(stderr=True).status("…")
            self._status.start()
        return self._step

    def _step(self, step: str) -> None:
        if self._status is not None:
            self._status.update(step)
        elif not self._quiet:
            say(f"  {step}")

    def watch(self, progress: SolverProgress) -> None:
        """How far a solver has come: in the line that changes, elsewhere in a line of its own now and then."""
        found = "" if progress.objective is None else f", {progress.objective:,.6g}"
        found += "" if progress.bound is None else f" ≥ {progress.bound:,.6g}"
        line = f"{progress.seconds:.0f} s: {progress.phase}{found}"
        if self._status is not None:
            self._status.update(line)
        elif not self._quiet and time.monotonic() - self._said >= PLAIN_EVERY_S:
            self._said = time.monotonic()
            say(f"  {line}")

    def __exit__(self, *_exception: object) -> None:
        if self._status is not None:
            self._status.stop()


def print_findings(findings: Iterable[Finding], *, least: Severity = Severity.NOTE, most: int | None = None) -> None:
    order = list(Severity)
    shown = [finding for finding in findings if order.index(finding.severity) <= order.index(least)]
    for finding in shown[:most]:
        say(str(finding))
    if most is not None and len(shown) > most:
        say(f"… and {len(shown) - most} more findings in summary.json")


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on a terminal, tab-separated lines elsewhere."""
    if not rows:
        return
    if not sys.stdout.isatty():
        for row in (heads, *rows):
            print("\t".join(str(cell) for cell in row))
        return
    from rich.console import Console  # noqa: PLC0415  only on a terminal
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(*heads)
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    Console().print(table)


def print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False))


def say(text: str) -> None:
    print(text, file=sys.stderr)
