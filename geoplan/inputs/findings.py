"""Making findings, and turning the errors among them into one exception."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.errors import CrsError, InputError, MissingColumnError, MissingFileError
from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geoplan.config import LayerConfig

SHOWN_ROWS = 5

_CLASS_OF_CODE: dict[str, type[InputError]] = {
    "missing-file": MissingFileError,
    "missing-column": MissingColumnError,
    "no-crs": CrsError,
    "unknown-crs": CrsError,
    "crs-in-local-project": CrsError,
    "not-metric": CrsError,
    "lat-lon-swapped": CrsError,
    "far-away": CrsError,
    "bad-coordinates": CrsError,
    "zone-mismatch": CrsError,
    "mixed-axes": CrsError,
    "registration-refused": CrsError,
    "datum-suspected": CrsError,
}


class RefusedError(Exception):
    """A layer cannot be read any further. Never leaves this room."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__(*findings)
        self.findings = findings


def _finding(
    severity: Severity,
    source: LayerConfig,
    code: str,
    what: str,
    rows: Iterable[object],
    why: str,
    fix: str,
) -> Finding:
    every = [str(row) for row in rows]
    return Finding(
        severity=severity,
        code=code,
        what=what,
        why=why,
        fix=fix,
        layer=source.role,
        file=source.path,
        rows=tuple(every[:SHOWN_ROWS]),
        count=len(every),
    )


def error(
    source: LayerConfig, code: str, what: str, *, rows: Iterable[object] = (), why: str = "", fix: str = ""
) -> Finding:
    """A finding that stops the run."""
    return _finding(Severity.ERROR, source, code, what, rows, why, fix)


def warning(
    source: LayerConfig, code: str, what: str, *, rows: Iterable[object] = (), why: str = "", fix: str = ""
) -> Finding:
    """A finding that changes what a figure means."""
    return _finding(Severity.WARNING, source, code, what, rows, why, fix)


def note(
    source: LayerConfig, code: str, what: str, *, rows: Iterable[object] = (), why: str = "", fix: str = ""
) -> Finding:
    """A finding that records a decision."""
    return _finding(Severity.NOTE, source, code, what, rows, why, fix)


def encoding_doubtful(source: LayerConfig, encoding: str, doubt: str) -> Finding:
    """The warning where project.toml declares an encoding that the text speaks against."""
    return warning(
        source,
        "encoding-doubtful",
        f"Read as {encoding.upper()}, as project.toml says, {doubt}.",
        why="Names that are read in the wrong encoding match nothing and are printed garbled.",
        fix=f"Remove encoding from [layers.{source.role}].",
    )


def errors_in(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Only those that stop a run."""
    return tuple(finding for finding in findings if finding.severity is Severity.ERROR)


def as_exception(findings: Sequence[Finding]) -> InputError:
    """One exception that lists every error; its class is the cause's own where there is a single kind of cause.

    Args:
        findings: all findings; the exception carries all of them, its message only the errors.
    """
    errors = errors_in(findings)
    kinds = {_CLASS_OF_CODE.get(finding.code, InputError) for finding in errors}
    kind = kinds.pop() if len(kinds) == 1 else InputError
    head = "1 error in the input" if len(errors) == 1 else f"{len(errors)} errors in the input"
    return kind("\n".join([f"{head}:", *(f"  {finding}" for finding in errors)]), findings)
