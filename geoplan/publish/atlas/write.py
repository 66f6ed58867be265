"""The atlas as files: one PDF with a page for each sheet, and one PNG for each sheet."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from geoplan.files import whole_or_nothing
from geoplan.publish.atlas.demand import balance_sheets, forecast_sheets, zone_sheets
from geoplan.publish.atlas.districts import district_sheets
from geoplan.publish.atlas.letters import drawable, font_families
from geoplan.publish.atlas.page import Page
from geoplan.publish.atlas.processes import each_in_a_process
from geoplan.publish.atlas.scope import contents_sheet, project_sheets, scope_sheet
from geoplan.publish.atlas.sheet import Folio
from geoplan.publish.atlas.stages import stage_sheets
from geoplan.types import silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from matplotlib.figure import Figure

    from geoplan.demand import Balance, Forecast
    from geoplan.plan import Plan
    from geoplan.publish.atlas.sheet import AtlasSheet
    from geoplan.publish.mapfile import MapFile
    from geoplan.publish.statutory.states import PlannedSchool
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
    schools: Sequence[PlannedSchool] | None = None,
    processes: int = 1,
    progress: Callable[[str], None] = silent,
) -> Path:
    """Write `atlas.pdf` and `atlas/<number>-<sheet>.png` to `out`; all of them, or none.

    Args:
        map_file: title, approval number, boundaries, base layers and notices.
        balance: seats against pupils; adds 学位供需图.
        forecast: one forecast, or low, middle and high; adds 学龄人口预测图.
        zones: plans of attendance zones; each adds 学区划分图.
        years: of the balance; by default its first and last.
        schools: as planned, for 近期建设项目表 and for what closes; by default made from the plan, seats as listed.
        processes: with 2 or more the PNG files are drawn in processes of their own; the bytes are the same. They are
            spawned: a script that asks for them needs `if __name__ == "__main__":`.
        progress: told of every sheet.

    Returns:
        The path of the PDF.

    Raises:
        PublishError: no Chinese font is installed, the folder cannot be written, or a process was ended from outside.
    """
    font_families()
    folio = Folio(
        plan,
        map_file,
        balance,
        tuple(forecast),
        tuple(zones),
        tuple(years),
        None if schools is None else tuple(schools),
    )
    with whole_or_nothing(out) as scratch:
        pictures = scratch / PNG_FOLDER
        pictures.mkdir()
        names = _draw(folio, scratch / PDF_NAME, pictures, processes, progress)
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


def _draw(folio: Folio, pdf: Path, pictures: Path, processes: int, progress: Callable[[str], None]) -> set[str]:
    """Write every sheet as a page and as a picture; says how the pictures are called."""
    sheets = _all_sheets(folio)
    everything = range(len(sheets))
    if processes < 2:
        with _pages(folio, pdf) as pages:
            for number in everything:
                _tell(sheets, number, progress)
                figure = _figure(folio, sheets, number)
                pages.savefig(figure)
                _picture(figure, pictures / _name(sheets, number))
    else:
        # composing takes a fifth of the time: what is drawn twice from the start costs less than waiting
        workers = min(processes - 1, len(sheets))
        parts = [(folio, list(everything[first::workers]), pictures) for first in range(workers)]
        with each_in_a_process(draw_pictures, parts) as finish:
            with _pages(folio, pdf) as pages:
                for number in everything:
                    _tell(sheets, number, progress)
                    pages.savefig(_figure(folio, sheets, number))
            progress("图集 PNG / atlas: pictures")
            finish()
    return {_name(sheets, number) for number in everything}


def _all_sheets(folio: Folio) -> tuple[AtlasSheet, ...]:
    """The contents, number 0, and every sheet."""
    sheets = atlas_sheets(folio)
    return contents_sheet([sheet.title for sheet in sheets]), *sheets


def _tell(sheets: Sequence[AtlasSheet], number: int, progress: Callable[[str], None]) -> None:
    zh, en = sheets[number].title
    progress(f"图集 {number}/{len(sheets) - 1}：{zh} / atlas: {en}")


def _name(sheets: Sequence[AtlasSheet], number: int) -> str:
    return f"{number:02d}-{sheets[number].slug}.png"


def draw_pictures(folio: Folio, numbers: Sequence[int], pictures: Path) -> None:
    """Write some of the sheets as PNG; what a process of its own does.

    Args:
        numbers: of the sheets, the contents being 0.
        pictures: the folder.
    """
    from matplotlib import rc_context  # noqa: PLC0415  heavy; only an atlas needs it

    sheets = _all_sheets(folio)
    with rc_context(settings()):
        for number in numbers:
            _picture(_figure(folio, sheets, number), pictures / _name(sheets, number))


@contextmanager
def _pages(folio: Folio, pdf: Path) -> Iterator[Any]:
    from matplotlib import rc_context  # noqa: PLC0415  heavy; only an atlas needs it
    from matplotlib.backends.backend_pdf import PdfPages  # noqa: PLC0415

    with rc_context(settings()), PdfPages(pdf, metadata=_metadata(folio)) as pages:
        yield pages


def _figure(folio: Folio, sheets: Sequence[AtlasSheet], number: int) -> Figure:
    page = Page(folio, sheets[number], number=number, total=len(sheets) - 1)
    sheets[number].compose(page)
    return page.finish()


def _picture(figure: Figure, path: Path) -> None:
    figure.savefig(path, dpi=PNG_DPI, metadata={"Software": None}, pil_kwargs={"compress_level": 2})


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
