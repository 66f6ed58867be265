"""`geoplan intake` as a function: loose files or a project in, one clean GeoPackage and a data-quality report out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.files import whole_or_nothing
from geoplan.inputs.hints import Hints
from geoplan.inputs.intake import Taken, only_roles, plan_files, take_in
from geoplan.inputs.name_table import STEM
from geoplan.publish.intake_geopackage import write_clean
from geoplan.publish.intake_report import intake_report
from geoplan.publish.name_list import refuse_to_overwrite, write_names
from geoplan.publish.report import write_report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["CLEAN", "NAMES", "Hints", "Taken", "only_roles", "plan_files", "take_in", "write_intake"]

CLEAN = "clean.gpkg"
NAMES = f"{STEM}.xlsx"


def write_intake(taken: Taken, out: Path, *, progress: Callable[[str], None]) -> Path:
    """Write `clean.gpkg` (where any layer came through), `intake.html`, `intake.xlsx` and `intake.json`.

    Where schools were looked up by their names, also the list to be settled by hand, `名称匹配表.xlsx` and `.csv`.

    Returns:
        The path of the page.

    Raises:
        PublishError: the folder cannot be written, or it holds a list with decisions that this run did not use.
    """
    if taken.log.names:
        refuse_to_overwrite(out, set(taken.paths.values()))
    progress("地理数据包 / GeoPackage")
    with whole_or_nothing(out) as scratch:
        if taken.layers:
            write_clean(taken, scratch / CLEAN)
        write_names(taken.log.names, scratch)
    if not taken.layers:
        (out / CLEAN).unlink(missing_ok=True)  # one of an earlier run would be taken for this one's
    return write_report(intake_report(taken), out, progress=progress)
