"""An optional library that a format needs and that is not installed, as a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.inputs.findings import error

if TYPE_CHECKING:
    from geoplan.errors import MissingExtraError
    from geoplan.inputs.raw import Request
    from geoplan.types import Finding


def wanted_extra(request: Request, missing: MissingExtraError) -> Finding:
    """The error with the command that installs what is missing."""
    what, _, command = str(missing).partition(" Run: ")
    return error(
        request.source,
        "missing-extra",
        f"To read this format: {what}",
        why="It is optional, because few projects need it.",
        fix=f"Run: {command}",
    )
