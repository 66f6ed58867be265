"""Charts for pages and papers: drawn once, written as SVG for the page and as PNG for everything else.

Matplotlib without its global state. Titles and axes are Chinese first; where the machine has no Chinese font the
PNG is lettered in English only, while the SVG leaves the lettering to the reader's own fonts.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from geoplan.types import Words

    Label = Callable[[str, str], str]

CJK_FONTS = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "Hiragino Sans GB", "SimHei",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Noto Sans SC", "Noto Sans CJK JP", "Droid Sans Fallback",
)  # fmt: skip
COLOURS = {
    Stage.KINDERGARTEN: "#E69F00", Stage.PRIMARY: "#0072B2", Stage.JUNIOR: "#009E73", Stage.SENIOR: "#CC79A7",
}  # fmt: skip
INK, SOFT, GRID = "#22313a", "#51616b", "#e4e2dc"
SHORT, SEATS = "#b04a16", "#2f6685"
SIZE_INCH = (7.6, 4.2)
PNG_DPI = 200
_SETTINGS: dict[Any, Any] = {
    "axes.edgecolor": SOFT, "axes.labelcolor": SOFT, "axes.spines.right": False, "axes.spines.top": False,
    "axes.grid": True, "axes.grid.axis": "y", "grid.color": GRID, "axes.axisbelow": True, "text.color": INK,
    "xtick.color": SOFT, "ytick.color": SOFT, "font.size": 11, "legend.frameon": False, "axes.titlelocation": "left",
    "axes.unicode_minus": False, "svg.fonttype": "none", "svg.hashsalt": "geoplan",
    "text.parse_math": False,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Chart:
    """One chart.

    Attributes:
        id: part of the PNG's file name.
        title: Chinese and English.
        alt: what it shows, in words with figures, for those who cannot see it.
        draw: puts it on axes; lettering through the function that it is given.
    """

    id: str
    title: Words
    alt: Words
    draw: Callable[[Axes, Label], None]


def as_svg(chart: Chart) -> str:
    """The chart as SVG text; the same chart gives the same text."""
    stream = io.StringIO()
    _write(chart, stream, "svg", _chinese_first)
    text = stream.getvalue()
    # drawn with a font of this machine, read with one of the reader's
    families = ", ".join(f"'{name}'" for name in CJK_FONTS)
    return text[text.index("<svg") :].replace(f"'{_family()}'", f"{families}, sans-serif")


def as_png(chart: Chart) -> bytes:
    """The chart as PNG of 200 dots an inch, readable in print."""
    stream = io.BytesIO()
    _write(chart, stream, "png", _chinese_first if cjk_font() else _english_only)
    return stream.getvalue()


@cache
def cjk_font() -> str | None:
    """The first font of this machine that can write Chinese, or None."""
    from matplotlib import font_manager  # noqa: PLC0415  heavy; only charts need it

    known = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in CJK_FONTS if name in known), None)


def _family() -> str:
    return cjk_font() or "DejaVu Sans"


def _chinese_first(zh: str, en: str) -> str:
    return f"{zh} {en}" if en else zh


def _english_only(_zh: str, en: str) -> str:
    return en


def _write(chart: Chart, stream: Any, kind: str, label: Label) -> None:  # noqa: ANN401  text or bytes
    from matplotlib import rc_context  # noqa: PLC0415  heavy
    from matplotlib.figure import Figure  # noqa: PLC0415

    with rc_context({**_SETTINGS, "font.family": _family()}), warnings.catch_warnings():
        # without a Chinese font the SVG is measured with another one; its reader will have one
        warnings.filterwarnings("ignore", message="Glyph ", category=UserWarning)
        figure: Figure = Figure(figsize=SIZE_INCH, layout="constrained")
        axes = figure.add_subplot()
        chart.draw(axes, label)
        if kind == "png":
            # a picture travels without its page, so that its title goes with it
            axes.set_title(label(*chart.title), fontsize=12.5, pad=24)
        figure.savefig(
            stream, format=kind, dpi=PNG_DPI, metadata={"Date": None} if kind == "svg" else {"Software": None}
        )
