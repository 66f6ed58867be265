"""One run's outputs, written together: none of them replaces an old one before all of them are finished."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.files import whole_or_nothing
from geoplan.publish.geopackage import write_geopackage
from geoplan.publish.json_file import write_json
from geoplan.publish.manifest import manifest
from geoplan.publish.mapfile import read_map
from geoplan.publish.page import render_page
from geoplan.publish.payload import build_payload
from geoplan.publish.public_summary import public_summary
from geoplan.publish.tables import write_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from geoplan.plan import Plan, PupilPlan


def publish(
    plan: Plan,
    name: str,
    out: Path,
    *,
    progress: Callable[[str], None],
    pupils: PupilPlan | None = None,
    check: Callable[[Sequence[Path]], object] | None = None,
) -> Path:
    """Write `<name>.html`, `geoplan.gpkg`, `geoplan.xlsx`, `summary.json` and `manifest.json` to `out`.

    Args:
        name: a file in maps/.
        pupils: seats by district and year on the page; None leaves them out.
        check: looks at the finished files before they replace older ones; what it raises leaves `out` as it was.

    Returns:
        The path of the page.

    Raises:
        PublishError: no such map, a page that would reach outside itself, or a folder that cannot be written.
    """
    map_file = read_map(name, plan.config.folder)
    with whole_or_nothing(out) as scratch:
        progress("网页 / page")
        page = scratch / f"{name}.html"
        page.write_text(render_page(build_payload(plan, map_file, pupils=pupils)), encoding="utf-8", newline="\n")
        progress("表格与数据 / tables and data")
        write_tables(plan, scratch / "geoplan.xlsx")
        write_geopackage(plan, scratch / "geoplan.gpkg")
        write_json(public_summary(plan), scratch / "summary.json")
        written = sorted(path for path in scratch.iterdir() if path.is_file())
        write_json(manifest(plan, written, map_name=name), scratch / "manifest.json")
        if check is not None:
            progress("公开前检查 / checking before publication")
            check([*written, scratch / "manifest.json"])
    return out / page.name
