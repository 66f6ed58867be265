"""Letters on a sheet: only characters that the fonts can write, names shortened to their room, lines broken.

Widths are estimated from classes of characters, so that no font has to be asked and every machine breaks alike.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from geoplan.errors import PublishError
from geoplan.publish.charts import cjk_font

if TYPE_CHECKING:
    from collections.abc import Iterable

MM_PER_POINT = 25.4 / 72
LEAST_POINTS = 6.0
"""Smaller letters cannot be read on the printed sheet."""
SPARE_FONT = "DejaVu Sans"
UNWRITABLE = "〓"
"""The printer's geta: stands for a character that no font at hand can write."""

_NARROW = frozenset(" .,;:!|'`ijl·()[]/")
_NOT_AT_END = frozenset("（《“([")
_NOT_AT_START = frozenset("，。；：、！？）》”’,.;:!?)")
_SENTENCE_ENDS, _CLAUSE_ENDS = frozenset("。；！？;"), frozenset("，、：,）》”)")
_PAIRS = {"（": "）", "《": "》", "“": "”", "(": ")"}
_EM = {"W": 1.0, "F": 1.0, "A": 1.0}


def font_families() -> list[str]:
    """The Chinese font of this machine, and the one that comes with matplotlib for what it lacks.

    Raises:
        PublishError: no Chinese font is installed.
    """
    found = cjk_font()
    if found is None:
        raise PublishError(
            "No Chinese font is installed, and the atlas cannot be lettered without one. Install one, on Debian and "
            "Ubuntu: apt-get install fonts-noto-cjk; on Fedora: dnf install google-noto-sans-cjk-fonts; then run again."
        )
    return [found, SPARE_FONT]


@cache
def _writable() -> frozenset[int]:
    """Code points that one of the fonts has a glyph for."""
    from matplotlib import font_manager  # noqa: PLC0415  heavy; only an atlas needs it

    codes: set[int] = set()
    for family in font_families():
        path = font_manager.findfont(font_manager.FontProperties(family=family))
        codes.update(font_manager.get_font(path).get_charmap())
    return frozenset(codes)


def drawable(text: object) -> str:
    """Text as one line that can be drawn: breaks become spaces, marks of direction and control are left out."""
    letters = []
    for letter in str(text):
        kind = unicodedata.category(letter)
        if kind in {"Cf", "Cs", "Co", "Cn"}:
            continue
        if kind.startswith("Z") or kind == "Cc":
            letters.append(" ")
        elif ord(letter) in _writable():
            letters.append(letter)
        elif not kind.startswith("M"):
            letters.append(UNWRITABLE)
    return " ".join("".join(letters).split())


def width_mm(text: str, points: float) -> float:
    """How wide a line is, by classes of letters."""
    return sum(_em(letter) for letter in text) * points * MM_PER_POINT


def _em(letter: str) -> float:
    if letter in _NARROW:
        return 0.32
    if unicodedata.east_asian_width(letter) in _EM:
        return 1.0
    return 0.72 if letter.isupper() or letter in "%@&mw—" else 0.58


def shortened(text: object, points: float, room_mm: float) -> str:
    """One drawable line no wider than `room_mm`, with … where something was left out."""
    line = drawable(text)
    if width_mm(line, points) <= room_mm:
        return line
    room_mm -= width_mm("…", points)
    kept = ""
    for letter in line:
        if width_mm(kept + letter, points) > room_mm:
            break
        kept += letter
    return kept.rstrip() + "…"


def wrapped(text: object, points: float, room_mm: float) -> list[str]:
    """Drawable lines no wider than `room_mm`, broken where a reader pauses: after a sentence, if that is not too early.

    What stands in brackets or quotation marks, such as a title or a citation, is kept together where it can be.
    """
    lines: list[str] = []
    rest = drawable(text)
    while rest:
        cut = _cut(rest, points, room_mm)
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return lines


def _cut(text: str, points: float, room_mm: float) -> int:
    """Where a line ends: after a sentence, a clause, or where it may; between Latin words only at a space if it can."""
    used, cut = 0.0, 0
    for letter in text:
        used += _em(letter) * points * MM_PER_POINT
        if used > room_mm:
            break
        cut += 1
    if cut == len(text):
        return cut
    cut = max(cut, 1)
    inside = _inside(text, cut)
    allowed = [at for at in range(max(int(0.4 * cut), 1), cut + 1) if _may_break(text, at)]
    free = [at for at in allowed if at not in inside]
    for marks, least in ((_SENTENCE_ENDS, 0.62), (_CLAUSE_ENDS, 0.8)):
        found = [at for at in free if at >= least * cut and text[:at].rstrip()[-1:] in marks]
        if found:
            return found[-1]
    return (free or allowed or [_forced(text, cut)])[-1]


def _inside(text: str, reach: int) -> set[int]:
    """Places of a break between a pair of brackets that begins in this line and may stand in one, the outermost."""
    found: set[int] = set()
    at = 0
    while at < min(reach, len(text)):
        end = text.find(_PAIRS[text[at]], at) if text[at] in _PAIRS else -1
        if end > at and end - at < 0.9 * reach:
            found.update(range(at + 1, end + 1))
            at = end
        at += 1
    return found


def _may_break(text: str, at: int) -> bool:
    return (
        text[at] not in _NOT_AT_START
        and text[at - 1] not in _NOT_AT_END
        and not (_is_word(text[at - 1]) and _is_word(text[at]))
    )


def _forced(text: str, cut: int) -> int:
    """In the middle of one long word."""
    if text[cut] in _NOT_AT_START and cut > 1:
        cut -= 1
    while cut > 2 and text[cut - 1] in _NOT_AT_END:
        cut -= 1
    return cut


def _is_word(letter: str) -> bool:
    return letter.isascii() and letter != " "


def joined(parts: Iterable[str], between: str = " ") -> str:
    """The parts that are not empty, in one line."""
    return between.join(part for part in parts if part)
