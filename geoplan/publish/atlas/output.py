"""What the files of an atlas are written with: settings of matplotlib, the PDF, a picture."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from geoplan.publish.atlas.letters import drawable, font_families

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from matplotlib.figure import Figure

    from geoplan.publish.atlas.sheet import Folio

PNG_DPI = 150


@contextmanager
def open_pdf(folio: Folio, pdf: Path) -> Iterator[Any]:
    """The PDF, to which pages are added."""
    from matplotlib import rc_context  # noqa: PLC0415  heavy; only an atlas needs it
    from matplotlib.backends.backend_pdf import PdfPages  # noqa: PLC0415

    with rc_context(settings()), PdfPages(pdf, metadata=_metadata(folio)) as pages:
        yield pages


def draw_picture(figure: Figure, path: Path) -> None:
    """The page as a picture; without the channel of transparency, which paper has no use for."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  heavy
    from PIL import Image  # noqa: PLC0415  heavy; comes with matplotlib

    figure.set_dpi(PNG_DPI)
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    picture = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba(), "raw", "RGBA", 0, 1)
    picture.convert("RGB").save(path, dpi=(PNG_DPI, PNG_DPI), compress_level=2)


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
