"""`geoplan intake` as a function: loose files or a project in, one clean GeoPackage and a data-quality report out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.files import whole_or_nothing
from geoplan.inputs.intake import Hints, Taken, only_roles, plan_files, take_in
from geoplan.publish.intake_geopackage import write_clean
from geoplan.publish.intake_report import intake_report
from geoplan.publish.report import write_report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["CLEAN", "Hints", "Taken", "only_roles", "plan_files", "take_in", "write_intake"]

CLEAN = "clean.gpkg"


def write_intake(taken: Taken, out: Path, *, progress: Callable[[str], None]) -> Path:
    """Write `clean.gpkg` (where any layer came through), `intake.html`, `intake.xlsx` and `intake.json`.

    Returns:
        The path of the page.

    Raises:
        PublishError: the folder cannot be written.
    """
    progress("地理数据包 / GeoPackage")
    with whole_or_nothing(out) as scratch:
        if taken.layers:
            write_clean(taken, scratch / CLEAN)
    if not taken.layers:
        (out / CLEAN).unlink(missing_ok=True)  # one of an earlier run would be taken for this one's
    return write_report(intake_report(taken), out, progress=progress)
