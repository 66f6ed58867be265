"""A zone plan's outputs, written together: none of them replaces an old one before all of them are finished."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoplan.errors import PublishError
from geoplan.files import sha256, whole_or_nothing
from geoplan.inputs import layer_schemas
from geoplan.publish.geopackage import write_layers
from geoplan.publish.json_file import write_json
from geoplan.publish.mapfile import read_map
from geoplan.publish.sheets_zones import zone_sheets
from geoplan.publish.tables import write_workbook
from geoplan.publish.zones_features import zone_layers
from geoplan.publish.zones_page import render_zones_page
from geoplan.publish.zones_payload import zones_payload
from geoplan.publish.zones_public import ZoneBook
from geoplan.publish.zones_shapes import shapes_after, shapes_before, zone_colours

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["ZoneBook", "publish_zones"]

FORMAT = "geoplan-zones/1"


def publish_zones(book: ZoneBook, out: Path, *, progress: Callable[[str], None]) -> Path:
    """Write `zones-<stage>.html`, `.gpkg`, `.xlsx` and `.json` (summary, provenance, hashes) to `out`.

    Returns:
        The path of the page.

    Raises:
        PublishError: there is no plan, not even a least bad one; or the folder cannot be written.
    """
    if book.found.shown is None:
        raise PublishError(f"There is no zone plan to publish: {book.found.plan.reason}")
    map_file = read_map("zones", book.config.folder)
    with whole_or_nothing(out) as scratch:
        progress("学区界线 / zone boundaries")
        before, after = shapes_before(book), shapes_after(book)
        colours = zone_colours(book, before, after)
        progress("网页 / page")
        page = scratch / f"{book.stem}.html"
        html = render_zones_page(zones_payload(book, map_file, before, after, colours))
        page.write_text(html, encoding="utf-8", newline="\n")
        progress("表格与数据 / tables and data")
        write_workbook(zone_sheets(book), scratch / f"{book.stem}.xlsx", title=book.title, author=book.config.author)
        schemas = layer_schemas(book.config.folder)
        write_layers(zone_layers(book, schemas, before, after, colours), scratch / f"{book.stem}.gpkg")
        written = sorted(path for path in scratch.iterdir() if path.is_file())
        write_json(zones_report(book, written), scratch / f"{book.stem}.json")
    return out / page.name


def zones_report(book: ZoneBook, files: list[Path]) -> dict[str, Any]:
    """What zones-<stage>.json holds: published figures, the solver's report, and where everything comes from."""
    found = book.found
    plan = found.shown or found.plan
    return {
        "format": FORMAT,
        "project": {"name": book.config.name, "author": book.config.author, "data_date": book.config.data_date},
        "stage": found.stage.value,
        "travel": found.travel.value,
        "asked": found.wish.as_dict(),
        "today": found.today.source,
        "keeps_every_rule": found.has_plan,
        "solver": {
            "status": found.plan.status.value, "objective": plan.objective, "bound": plan.bound, "gap": plan.gap,
            "seed": plan.seed,
        },
        "sentences": [{"zh": zh, "en": en} for zh, en in (*book.headline, *book.certainty)],
        "zones": [
            {
                "id": zone.id, "name": zone.name, "seats": zone.seats, "pupils_before": zone.before,
                "pupils_after": zone.after, "load_after": zone.load_after, "mean_m": zone.mean_after,
                "longest_m": zone.longest_after, "moved_in": zone.moved_in, "moved_out": zone.moved_out,
            }
            for zone in book.zones
        ],
        "changes": [
            {"unit": each.unit, "from": each.was, "to": each.becomes, "pupils": each.pupils,
             "why": [{"zh": zh, "en": en} for zh, en in each.why]}
            for each in book.changes
        ],
        "assignment": found.after,
        "provenance": book.provenance.as_dict(),
        "outputs_sha256": {path.name: sha256(path) for path in files},
    }  # fmt: skip
