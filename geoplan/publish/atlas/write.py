"""The atlas as files: one PDF with a page for each sheet, and one PNG for each sheet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from geoplan.files import whole_or_nothing
from geoplan.publish.atlas.demand import balance_sheets, forecast_sheets, zone_sheets
from geoplan.publish.atlas.districts import district_sheets
from geoplan.publish.atlas.letters import drawable, font_families
from geoplan.publish.atlas.page import Page
from geoplan.publish.atlas.scope import contents_sheet, project_sheets, scope_sheet
from geoplan.publish.atlas.sheet import Folio
from geoplan.publish.atlas.stages import stage_sheets
from geoplan.types import silent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from geoplan.demand import Balance, Forecast
    from geoplan.plan import Plan
    from geoplan.publish.atlas.sheet import AtlasSheet
    from geoplan.publish.mapfile import MapFile
    from geoplan.publish.zones_public import ZoneBook

PDF_NAME, PNG_FOLDER = "atlas.pdf", "atlas"
PNG_DPI = 150
_OUR_PNG = re.compile(r"\d{2,}-[a-z0-9-]+\.png")


def write_atlas(
    plan: Plan,
    out: Path,
    *,
    map_file: MapFile,
    balance: Balance | None = None,
    forecast: Sequence[Forecast] = (),
    zones: Sequence[ZoneBook] = (),
    years: Sequence[int] = (),
    progress: Callable[[str], None] = silent,
) -> Path:
    """Write `atlas.pdf` and `atlas/<number>-<sheet>.png` to `out`; all of them, or none.

    Args:
        map_file: title, approval number, boundaries, base layers and notices.
        balance: seats against pupils; adds 学位供需图.
        forecast: one forecast, or low, middle and high; adds 学龄人口预测图.
        zones: plans of attendance zones; each adds 学区划分图.
        years: of the balance; by default its first and last.
        progress: told of every sheet.

    Returns:
        The path of the PDF.

    Raises:
        PublishError: no Chinese font is installed, or the folder cannot be written.
    """
    font_families()
    folio = Folio(plan, map_file, balance, tuple(forecast), tuple(zones), tuple(years))
    with whole_or_nothing(out) as scratch:
        pictures = scratch / PNG_FOLDER
        pictures.mkdir()
        names = _draw(folio, atlas_sheets(folio), scratch / PDF_NAME, pictures, progress)
    for old in (out / PNG_FOLDER).glob("*.png"):
        # a sheet that this atlas does not have any more must not lie among those that it has
        if old.name not in names and _OUR_PNG.fullmatch(old.name):
            old.unlink()
    return out / PDF_NAME


def atlas_sheets(folio: Folio) -> tuple[AtlasSheet, ...]:
    """Every sheet in the order of the statutory set; the contents come before them, without a number of their own."""
    return (
        scope_sheet(folio),
        *(sheet for stage_plan in folio.plan.stages for sheet in stage_sheets(folio, stage_plan)),
        *forecast_sheets(folio),
        *balance_sheets(folio),
        *zone_sheets(folio),
        *project_sheets(folio),
        *district_sheets(folio),
    )


def _draw(
    folio: Folio, sheets: Sequence[AtlasSheet], pdf: Path, pictures: Path, progress: Callable[[str], None]
) -> set[str]:
    """Draw every sheet once, and write it twice; says how the PNG files are called."""
    from matplotlib import rc_context  # noqa: PLC0415  heavy; only an atlas needs it
    from matplotlib.backends.backend_pdf import PdfPages  # noqa: PLC0415

    contents = contents_sheet([sheet.title for sheet in sheets])
    names = set()
    with rc_context(settings()), PdfPages(pdf, metadata=_metadata(folio)) as pages:
        for number, sheet in enumerate((contents, *sheets)):
            progress(f"图集 {number}/{len(sheets)}：{sheet.title[0]} / atlas: {sheet.title[1]}")
            page = Page(folio, sheet, number=number, total=len(sheets))
            sheet.compose(page)
            figure = page.finish()
            pages.savefig(figure)
            name = f"{number:02d}-{sheet.slug}.png"
            figure.savefig(pictures / name, dpi=PNG_DPI, metadata={"Software": None}, pil_kwargs={"compress_level": 2})
            names.add(name)
    return names


def settings() -> dict[Any, Any]:
    """Matplotlib's settings for the time of drawing.

    Glyphs are embedded as drawings (Type 3, with their letters for searching): the Chinese fonts of most systems
    have cubic outlines, which matplotlib's Type 42 would embed under the wrong name, and some readers refuse.
    """
    return {
        "font.family": font_families(), "pdf.fonttype": 3, "pdf.compression": 6, "axes.unicode_minus": False,
        "axes.spines.right": False, "axes.spines.top": False, "axes.edgecolor": "#51616b", "axes.grid": True,
        "axes.grid.axis": "y", "grid.color": "#e4e2dc", "axes.axisbelow": True, "legend.frameon": False,
        "font.size": 9, "path.simplify": False, "text.hinting": "none",
    }  # fmt: skip


def _metadata(folio: Folio) -> dict[str, object]:
    """No clock and no machine: the same plan gives the same bytes."""
    config = folio.plan.config
    return {
        "Title": drawable(folio.map_file.title or config.name), "Author": drawable(config.author), "Creator": "geoplan",
        "Producer": "geoplan", "CreationDate": None,
    }  # fmt: skip
