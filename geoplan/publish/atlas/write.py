"""The atlas as files: one PDF with a page for each sheet, and one PNG for each sheet."""

from __future__ import annotations

import pickle
import re
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from geoplan.files import whole_or_nothing
from geoplan.publish.atlas.demand import balance_sheets, forecast_sheets, zone_sheets
from geoplan.publish.atlas.districts import district_sheets
from geoplan.publish.atlas.letters import font_families
from geoplan.publish.atlas.notes import general_sheets
from geoplan.publish.atlas.output import draw_picture, open_pdf, settings
from geoplan.publish.atlas.page import Page
from geoplan.publish.atlas.printed import PrintedSheet, printed_sheet
from geoplan.publish.atlas.processes import each_in_a_process
from geoplan.publish.atlas.scope import contents_sheets, project_sheets, scope_sheet
from geoplan.publish.atlas.sheet import Folio
from geoplan.publish.atlas.stages import stage_sheets
from geoplan.publish.figures import figures_of
from geoplan.publish.statutory.planned import planned_schools
from geoplan.types import silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from geoplan.demand import Balance, Forecast
    from geoplan.plan import Plan
    from geoplan.publish.atlas.sheet import AtlasSheet
    from geoplan.publish.edition import Edition
    from geoplan.publish.figures import Figure
    from geoplan.publish.mapfile import MapFile
    from geoplan.publish.statutory.states import PlannedSchool
    from geoplan.publish.zones_public import ZoneBook

PDF_NAME, PNG_FOLDER = "atlas.pdf", "atlas"
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
    figures: Mapping[str, Figure] | None = None,
    processes: int = 1,
    progress: Callable[[str], None] = silent,
    told: Callable[[PrintedSheet], object] | None = None,
) -> Path:
    """Write `atlas.pdf` and `atlas/<number>-<sheet>.png` to `out`; all of them, or none.

    Args:
        map_file: title, approval number, boundaries, base layers and notices.
        balance: seats against pupils; adds 学位供需图.
        forecast: one forecast, or low, middle and high; adds 学龄人口预测图.
        zones: plans of attendance zones; each adds 学区划分图.
        years: of the balance; by default its first and last.
        schools: as planned, for 近期建设项目表 and for what closes; by default made from the plan, seats as listed.
        figures: of the edition, where they are at hand: `figures_of` takes a while.
        processes: with 2 or more the PNG files are drawn in processes of their own; the bytes are the same. They are
            spawned: a script that asks for them needs `if __name__ == "__main__":`.
        progress: told of every sheet.
        told: is given every sheet as it is drawn, with the ids of the figures that stand on it.

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
        figures,
    )
    folio.figures  # noqa: B018  made here, other processes are handed them
    with whole_or_nothing(out) as scratch:
        pictures = scratch / PNG_FOLDER
        pictures.mkdir()
        names = _draw(folio, scratch / PDF_NAME, pictures, processes, progress, told or _nobody)
    for old in (out / PNG_FOLDER).glob("*.png"):
        # a sheet that this atlas does not have any more must not lie among those that it has
        if old.name not in names and _OUR_PNG.fullmatch(old.name):
            old.unlink()
    return out / PDF_NAME


def _nobody(_sheet: PrintedSheet) -> None:
    """Nobody asked what stands on the sheets."""


def sheets_of(
    edition: Edition,
    *,
    schools: Sequence[PlannedSchool] | None = None,
    figures: Mapping[str, Figure] | None = None,
) -> tuple[PrintedSheet, ...]:
    """Number, id, title and figures of every sheet that the atlas of an edition has, without writing one.

    Args:
        schools, figures: as for `write_atlas`; by default those of the edition.

    Raises:
        PublishError: no Chinese font is installed.
    """
    pupils = edition.pupils
    folio = Folio(
        edition.plan,
        edition.map_file,
        None if pupils is None else pupils.balance,
        () if pupils is None else tuple(pupils.forecasts),
        tuple(edition.zones),
        () if pupils is None else tuple(pupils.years),
        tuple(planned_schools(edition) if schools is None else schools),
        figures_of(edition) if figures is None else figures,
    )
    from matplotlib import rc_context  # noqa: PLC0415  heavy; only an atlas needs it

    sheets = _all_sheets(folio)
    with rc_context(settings()):
        return tuple(printed_sheet(_page(folio, sheets, number)) for number in range(len(sheets)))


def atlas_sheets(folio: Folio) -> tuple[AtlasSheet, ...]:
    """Every sheet in the order of the statutory set; the contents come before them, without a number of their own.

    How many there are depends on which names of schools have room on the maps: they are placed here.
    """
    return (
        *general_sheets(folio),
        scope_sheet(folio),
        *(sheet for stage_plan in folio.plan.stages for sheet in stage_sheets(folio, stage_plan)),
        *forecast_sheets(folio),
        *balance_sheets(folio),
        *zone_sheets(folio),
        *project_sheets(folio),
        *district_sheets(folio),
    )


def _draw(
    folio: Folio,
    pdf: Path,
    pictures: Path,
    processes: int,
    progress: Callable[[str], None],
    told: Callable[[PrintedSheet], object],
) -> set[str]:
    """Write every sheet as a page and as a picture; says how the pictures are called."""
    sheets = _all_sheets(folio)
    everything = range(len(sheets))
    if processes < 2:
        with open_pdf(folio, pdf) as pages:
            for number in everything:
                _tell(sheets, number, progress)
                page = _page(folio, sheets, number)
                told(printed_sheet(page))
                pages.savefig(page.figure)
                draw_picture(page.figure, pictures / _name(sheets, number))
    else:
        # composing takes a third of the time: what is drawn twice from the start costs less than waiting
        workers = min(processes - 1, len(sheets))
        with (
            _handed_over(folio) as handed,
            each_in_a_process(
                draw_pictures, [(handed, list(everything[first::workers]), pictures) for first in range(workers)]
            ) as finish,
        ):
            with open_pdf(folio, pdf) as pages:
                for number in everything:
                    _tell(sheets, number, progress)
                    page = _page(folio, sheets, number)
                    told(printed_sheet(page))
                    pages.savefig(page.figure)
            progress("图集 PNG / atlas: pictures")
            finish()
    return {_name(sheets, number) for number in everything}


def _all_sheets(folio: Folio) -> tuple[AtlasSheet, ...]:
    """The contents, number 0, and every sheet."""
    sheets = atlas_sheets(folio)
    return *contents_sheets([sheet.title for sheet in sheets]), *sheets


def _tell(sheets: Sequence[AtlasSheet], number: int, progress: Callable[[str], None]) -> None:
    zh, en = sheets[number].title
    progress(f"图集 {number}/{len(sheets) - 1}：{zh} / atlas: {en}")


def _name(sheets: Sequence[AtlasSheet], number: int) -> str:
    return f"{number:02d}-{sheets[number].slug}.png"


@contextmanager
def _handed_over(folio: Folio) -> Iterator[Path]:
    """What other processes draw from, in a file of our own.

    Python hands a spawned process its work through a pipe, and waits for ever if one dies with a large folio half read.
    """
    with TemporaryDirectory(prefix="geoplan-atlas-") as folder:
        path = Path(folder) / "folio.pickle"
        path.write_bytes(pickle.dumps(folio))
        yield path


def draw_pictures(handed: Path, numbers: Sequence[int], pictures: Path) -> None:
    """Write some of the sheets as PNG; what a process of its own does.

    Args:
        handed: the folio, as the process that waits has written it.
        numbers: of the sheets, the contents being 0.
        pictures: the folder.
    """
    from matplotlib import rc_context  # noqa: PLC0415  heavy; only an atlas needs it

    folio: Folio = pickle.loads(handed.read_bytes())  # noqa: S301  our own, from a folder that nobody else can write to
    sheets = _all_sheets(folio)
    with rc_context(settings()):
        for number in numbers:
            draw_picture(_page(folio, sheets, number).figure, pictures / _name(sheets, number))


def _page(folio: Folio, sheets: Sequence[AtlasSheet], number: int) -> Page:
    """A finished page."""
    page = Page(folio, sheets[number], number=number, total=len(sheets) - 1)
    sheets[number].compose(page)
    page.finish()
    return page
