"""A line of letters on a sheet, drawn without measuring it anew for every page.

Matplotlib lays a line out twice for each file, to place it and to draw it, and asks for its font each time: that was
most of the time of an atlas. Here a line is placed by the widths of its letters, which are asked once for each letter
and weight; in a picture it is drawn from outlines that are kept, and in a PDF as text, so that it can be searched.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from geoplan.publish.atlas.letters import font_families

if TYPE_CHECKING:
    from matplotlib.backend_bases import GraphicsContextBase, RendererBase
    from matplotlib.ft2font import FT2Font

_EM = 1000.0
_SHARES = {"left": 0.0, "center": 0.5, "right": 1.0}
_MIDDLE_EM = 0.38
"""Half the height of Chinese letters over the baseline: all lines of a row stand on one baseline."""
_HALO_EM = 0.1
_HALO = (1.0, 1.0, 1.0, 0.72)


class Line(Text):
    """One line, its middle at the height of its position; never read as mathematics.

    Attributes:
        bold: its weight.
        halo: lightens the ground under it.
        opacity: of its letters, from 0 to 1.
    """

    def __init__(
        self,
        x: float,
        y: float,
        text: str,
        points: float,
        *,
        colour: str,
        bold: bool = False,
        align: Literal["left", "center", "right"] = "left",
        turn: float = 0.0,
        opacity: float = 1.0,
        halo: bool = False,
        **others: Any,  # noqa: ANN401  settings of an artist
    ) -> None:
        plain = all(_font_of(letter, bold=bold)[0] == 0 for letter in set(text))
        super().__init__(
            x, y, text, color=colour, alpha=opacity, rotation=turn, horizontalalignment=align, parse_math=False,
            fontproperties=_properties(points, bold, tuple(font_families()[: 1 if plain else None])), **others,
        )  # fmt: skip
        self.bold, self.halo, self.opacity = bold, halo, opacity

    def set_clip_path(self, path: Any, transform: Any = None) -> None:  # noqa: ANN401  an artist's
        """Letters are not cut: they are put where there is room for them."""

    def draw(self, renderer: RendererBase | None) -> None:
        """Draw it: as text where the file can hold text, else from outlines."""
        text = self.get_text()
        if renderer is None or not text or not self.get_visible():
            return
        pixels = float(np.asarray(renderer.points_to_pixels(self.get_fontsize())))
        wide = outline(text, bold=self.bold)[1] * pixels
        turn = math.radians(float(self.get_rotation()))
        x, y = self.get_transform().transform(self.get_position())
        left, low = -_SHARES[self.get_horizontalalignment()] * wide, -_MIDDLE_EM * pixels
        place = Affine2D().translate(left, low).rotate(turn).translate(x, y)
        gc = self._context(renderer)
        if self.halo:
            edge = _HALO_EM * pixels
            box = Affine2D().scale(wide + 2 * edge, 0.88 * pixels + 2 * edge).translate(-edge, -0.12 * pixels - edge)
            renderer.draw_path(gc, Path.unit_rectangle(), box + place, _HALO)
        gc.set_alpha(self.opacity)
        if renderer.flipy():
            shape = Affine2D().scale(pixels)
            renderer.draw_path(gc, outline(text, bold=self.bold)[0], shape + place, self._rgba())
        else:
            gc.set_foreground(self._rgba(), isRGBA=True)
            start = place.transform((0.0, 0.0))
            renderer.draw_text(
                gc, float(start[0]), float(start[1]), text, self.get_fontproperties(), math.degrees(turn), ismath=False
            )
        gc.restore()

    def _rgba(self) -> tuple[float, float, float, float]:
        from matplotlib.colors import to_rgba  # noqa: PLC0415  beside its only use

        return to_rgba(self.get_color(), self.opacity)

    def _context(self, renderer: RendererBase) -> GraphicsContextBase:
        gc = renderer.new_gc()
        gc.set_linewidth(0.0)
        gc.set_snap(False)  # letters of straight strokes would be moved by it
        return gc


@lru_cache(maxsize=4096)
def outline(text: str, *, bold: bool) -> tuple[Path, float]:
    """The outlines of a line from its baseline's left end, and its width; the size of the letters is 1."""
    corners, codes, across = [], [], 0.0
    for letter in text:
        xy, code, wide = _glyph(letter, bold)
        corners.append(np.add(xy, (across, 0.0)))
        codes.append(code)
        across += wide
    return Path(np.concatenate(corners), np.concatenate(codes)), across


@lru_cache(maxsize=20_000)
def _glyph(letter: str, bold: bool) -> tuple[Any, Any, float]:  # noqa: FBT001  a key of the cache
    _, font = _font_of(letter, bold=bold)
    font.set_size(_EM, 72)
    glyph = font.load_char(ord(letter), flags=LoadFlags.NO_HINTING)
    xy, codes = font.get_path()
    return xy / _EM, codes, glyph.linearHoriAdvance / 65_536 / _EM


@lru_cache(maxsize=20_000)
def _font_of(letter: str, *, bold: bool) -> tuple[int, FT2Font]:
    """The first font that can write a letter, and its place among the families; the first of all where none can."""
    faces = _faces(bold)
    return next(((at, face) for at, face in enumerate(faces) if face.get_char_index(ord(letter))), (0, faces[0]))


@lru_cache(maxsize=2)
def _faces(bold: bool) -> tuple[FT2Font, ...]:  # noqa: FBT001  a key of the cache
    return tuple(get_font(findfont(_properties(10.0, bold, (family,)))) for family in font_families())


@lru_cache(maxsize=512)
def _properties(points: float, bold: bool, families: tuple[str, ...]) -> FontProperties:  # noqa: FBT001
    return FontProperties(family=list(families), weight="bold" if bold else "normal", size=points)
